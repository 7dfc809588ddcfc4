"""A document from DigiLocker in the place of an upload: scanned like one, marked with its issuer, its own copy."""

from __future__ import annotations

import pytest

from chalicelib.domain.digilocker.own_documents import OwnDocument
from chalicelib.domain.icegate import pdf_documents
from chalicelib.domain.icegate.full_registrations import DocumentKind, FullRegistrationStatus, UploadedDocument
from chalicelib.domain.refusals import Code, Refusal
from tests.domain.digilocker.own_documents_world import OwnDocumentsWorld, pan_card
from tests.domain.icegate.upgrade_world import CALLER


@pytest.fixture
def world() -> OwnDocumentsWorld:
    world = OwnDocumentsWorld()
    world.signed_and_registered()
    return world


def take(
    world: OwnDocumentsWorld, document: OwnDocument, kind: DocumentKind = DocumentKind.PAN_CARD
) -> UploadedDocument:
    return world.taking.take(world.asha, kind, document.document_id, pdf_documents.refused, CALLER)


def test_it_is_there_with_its_issuer(world: OwnDocumentsWorld) -> None:
    document = world.filed()
    taken = take(world, document)
    assert (taken.issuer, taken.fetched_at, taken.sha256) == (document.issuer, document.fetched_at, document.sha256)
    assert world.stored.documents == (taken,)
    assert "document_added" in world.deeds()


def test_taken_again_it_is_one(world: OwnDocumentsWorld) -> None:
    document = world.filed()
    assert take(world, document) == take(world, document)
    assert world.deeds().count("document_added") == 1


def test_with_it_a_registration_can_be_sent_in(world: OwnDocumentsWorld) -> None:
    take(world, world.filed())
    world.upload(DocumentKind.IDENTITY_PROOF)
    assert world.submit().status is FullRegistrationStatus.UNDER_REVIEW


def test_its_copy_stays_when_the_owner_removes_the_document(world: OwnDocumentsWorld) -> None:
    document = world.filed()
    taken = take(world, document)
    world.own.remove(world.asha, document.document_id, CALLER)
    assert world.documents.kept[taken.key].startswith(b"%PDF")


@pytest.mark.parametrize(
    ("content", "reason"),
    [(b"<html>", "document_not_pdf"), (b"%PDF-1.7\n" + b"0" * (100 * 1024), "document_too_large")],
)
def test_it_is_scanned_like_an_upload(world: OwnDocumentsWorld, content: bytes, reason: str) -> None:
    with pytest.raises(Refusal) as caught:
        take(world, world.filed(content=content))
    assert caught.value.errors["document_id"].reason == reason
    assert world.stored.documents == ()


def test_a_licence_is_no_pan_card(world: OwnDocumentsWorld) -> None:
    world.says = pan_card(doctype="DRVLC")
    licence = world.filed(doctype="DRVLC", uri="in.gov.transport-DRVLC-1")
    with pytest.raises(Refusal) as caught:
        take(world, licence)
    assert caught.value.errors["kind"].reason == "document_kind_differs"


def test_what_fits_only_nearly_is_refused(world: OwnDocumentsWorld) -> None:
    world.says = pan_card(name="A MEHTA")
    with pytest.raises(Refusal) as caught:
        take(world, world.filed())
    assert caught.value.code is Code.DOCUMENT_NOT_USABLE


def test_before_the_signature_nothing_is_taken() -> None:
    world = OwnDocumentsWorld()
    document = world.filed()
    with pytest.raises(Refusal) as caught:
        take(world, document)
    assert caught.value.code is Code.NOT_FOUND
    world.open()
    with pytest.raises(Refusal) as caught:
        take(world, document)
    assert caught.value.code is Code.STEP_OUT_OF_ORDER
