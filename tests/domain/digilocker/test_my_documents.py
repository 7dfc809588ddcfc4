"""My documents: one's own alone, only while the consent counts, and never changed bytes."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.domain.accounts.account import Account
from chalicelib.domain.accounts.owners import OwnerKey
from chalicelib.domain.changes import WriteOwner
from chalicelib.domain.digilocker.consents import ConsentStatus
from chalicelib.domain.digilocker.filing import Fetched
from chalicelib.domain.digilocker.own_documents import Because, Match
from chalicelib.domain.refusals import Code, Refusal
from tests.domain.digilocker.own_documents_world import BORN_ON, OwnDocumentsWorld, pan_card
from tests.domain.icegate.upgrade_world import CALLER, KEY


@pytest.fixture
def world() -> OwnDocumentsWorld:
    return OwnDocumentsWorld()


def refused(world: OwnDocumentsWorld, document_id: str) -> Code:
    with pytest.raises(Refusal) as caught:
        world.own.take(KEY, document_id, "full_registration:1")
    return caught.value.code


def test_what_is_taken_is_what_came(world: OwnDocumentsWorld) -> None:
    document = world.filed()
    offered = world.own.take(KEY, document.document_id, "full_registration:1")
    assert offered.content == world.documents.kept[document.key]
    assert offered.document.used_by == ("full_registration:1",)
    assert world.own.take(KEY, document.document_id, "full_registration:1").document.used_by == offered.document.used_by


def test_it_is_offered_by_its_type(world: OwnDocumentsWorld) -> None:
    document = world.filed()
    assert [one.document_id for one in world.own.offered(KEY, ("PANCR",))] == [document.document_id]
    assert world.own.offered(KEY, ("DRVLC",)) == ()


def test_anothers_is_not_there(world: OwnDocumentsWorld) -> None:
    document, officer = world.filed(), world.officers[0]
    for call in (world.own.url, lambda actor, one: world.own.remove(actor, one, CALLER)):
        with pytest.raises(Refusal) as caught:
            call(officer, document.document_id)
        assert caught.value.code is Code.NOT_FOUND
    assert world.own.all(officer) == ()


@pytest.mark.parametrize("status", [ConsentStatus.REVOKING, ConsentStatus.REVOKED, ConsentStatus.EXPIRED])
def test_a_consent_that_ended_ends_the_use(world: OwnDocumentsWorld, status: ConsentStatus) -> None:
    document = world.filed(world.consent(status=status))
    assert refused(world, document.document_id) is Code.CONSENT_ENDED
    assert world.own.offered(KEY, ("PANCR",)) == ()
    with pytest.raises(Refusal):
        world.own.url(world.asha, document.document_id)


def test_so_does_its_time(world: OwnDocumentsWorld) -> None:
    document = world.filed()
    world.advance(days=30)
    assert refused(world, document.document_id) is Code.CONSENT_ENDED
    assert [kept.is_usable for kept in world.own.all(world.asha)] == [False]


def test_what_fits_only_nearly_is_not_used(world: OwnDocumentsWorld) -> None:
    world.says = pan_card(name="A MEHTA")
    document = world.filed()
    assert document.match is Match.REVIEW
    assert refused(world, document.document_id) is Code.DOCUMENT_NOT_USABLE


def test_changed_bytes_are_not_used(world: OwnDocumentsWorld) -> None:
    document = world.filed()
    world.documents.kept[document.key] = b"%PDF-changed"
    assert refused(world, document.document_id) is Code.DOCUMENT_NOT_USABLE


def test_removed_it_is_gone_with_its_files_and_that_is_told(world: OwnDocumentsWorld) -> None:
    document = world.filed()
    world.own.remove(world.asha, document.document_id, CALLER)
    with pytest.raises(Refusal) as caught:
        world.own.remove(world.asha, document.document_id, CALLER)
    assert caught.value.code is Code.NOT_FOUND
    assert document.key not in world.documents.kept
    assert document.xml_key not in world.documents.kept
    assert world.own.all(world.asha) == ()
    assert world.deeds().count("own_document_removed") == 1


def test_a_download_is_named_by_its_type_alone(world: OwnDocumentsWorld) -> None:
    url = world.own.url(world.asha, world.filed().document_id)
    assert url.split("as=")[1].startswith("PANCR-")
    assert "ABCPM1234K" not in url
    assert timedelta(0) == world.clock() - world.now


class TestAnotherName:
    """A name that changed after a document came."""

    def test_it_is_neither_offered_nor_taken_and_an_officer_looks(self, world: OwnDocumentsWorld) -> None:
        document = world.filed()
        world.recorded_as("RAVI KUMAR")
        assert world.own.offered(KEY, ("PANCR",)) == ()
        assert refused(world, document.document_id) is Code.DOCUMENT_NOT_USABLE
        (kept,) = world.own.all(world.asha)
        assert (kept.document.match, kept.document.because, kept.is_usable) == (
            Match.REVIEW,
            Because.NAME_CHANGED,
            False,
        )
        assert [one.document_id for one in world.document_reviews.queue()] == [document.document_id]
        assert world.deeds().count("own_document_judged_again") == 1

    def test_taken_at_once_it_is_judged_all_the_same(self, world: OwnDocumentsWorld) -> None:
        document = world.filed()
        world.recorded_as("RAVI KUMAR")
        assert refused(world, document.document_id) is Code.DOCUMENT_NOT_USABLE

    def test_one_that_is_only_written_otherwise_is_still_usable(self, world: OwnDocumentsWorld) -> None:
        document = world.filed()
        world.recorded_as("Mehta Asha")
        assert world.own.take(KEY, document.document_id, "x:1").document.match is Match.NORMALISED
        assert world.document_reviews.queue() == ()

    def test_an_accounts_own_rename(self, world: OwnDocumentsWorld) -> None:
        """A DGFT account types its name: whatever came under an earlier one is looked at."""
        officer = world.officers[0]
        account = officer.owner
        assert isinstance(account, Account)
        named = replace(account, name="Asha Mehta", revision=_revision(world, officer.key))
        world.store.write(WriteOwner(named))
        fetch = replace(world.fetch(BORN_ON), owner=officer.key)
        card = Fetched("PANCR", "in.gov.pan-PANCR-1", "PAN Card", "ITD", b"%PDF", "application/pdf", b"<C/>")
        document = world.filing.file(fetch, world.consent(owner=officer.key), card)
        assert (document.match, document.typed_born_on) == (Match.NORMALISED, BORN_ON)
        renamed = replace(named, name="Ravi Kumar", revision=_revision(world, officer.key))
        world.store.write(WriteOwner(renamed))
        with pytest.raises(Refusal) as caught:
            world.own.take(officer.key, document.document_id, "x:1")
        assert caught.value.code is Code.DOCUMENT_NOT_USABLE


def _revision(world: OwnDocumentsWorld, key: OwnerKey) -> str | None:
    owner = world.store.owner(key)
    assert owner is not None
    return owner.revision
