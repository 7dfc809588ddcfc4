"""What comes from DigiLocker is matched with whom the account speaks for, and kept once."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chalicelib.domain.digilocker.filing import Fetched
from chalicelib.domain.digilocker.own_documents import Because, Match, OwnDocument
from chalicelib.domain.digilocker.reviewing_documents import DocumentDecision
from tests.domain.digilocker.own_documents_world import PAN, OwnDocumentsWorld, pan_card


@pytest.fixture
def world() -> OwnDocumentsWorld:
    return OwnDocumentsWorld()


def confirm(world: OwnDocumentsWorld, document: OwnDocument) -> None:
    """An officer's word on what came."""
    world.decided(document, DocumentDecision.CONFIRM)


class TestKeeping:
    """What is kept, and that it is kept once."""

    def test_files_lie_under_their_hash_and_the_uri_is_not_kept(self, world: OwnDocumentsWorld) -> None:
        document = world.filed()
        assert world.documents.kept[document.key].startswith(b"%PDF")
        assert document.key == f"own/{document.document_id}/{document.sha256}.pdf"
        assert PAN not in repr(document)
        assert f"PANCR-{PAN}" not in str([getattr(document, name) for name in document.__slots__])

    def test_filed_again_it_is_one(self, world: OwnDocumentsWorld) -> None:
        consent = world.consent()
        first, second = world.filed(consent), world.filed(consent)
        assert first.document_id == second.document_id
        assert len(world.own.all(world.asha)) == 1
        assert world.deeds().count("own_document_fetched") == 1

    def test_an_officers_word_on_the_same_bytes_stands(self, world: OwnDocumentsWorld) -> None:
        world.says = pan_card(name="A MEHTA")
        document = world.filed()
        confirm(world, document)
        assert world.filed(world.consent()).match is Match.CONFIRMED

    def test_but_not_on_others(self, world: OwnDocumentsWorld) -> None:
        world.says = pan_card(name="A MEHTA")
        document = world.filed()
        confirm(world, document)
        assert world.filed(world.consent(), content=b"%PDF-other").match is Match.REVIEW

    def test_nor_once_its_issuer_has_withdrawn_it(self, world: OwnDocumentsWorld) -> None:
        world.says = pan_card(name="A MEHTA")
        document = world.filed()
        confirm(world, document)
        world.says = pan_card(name="A MEHTA", status="R")
        again = world.filed(world.consent())
        assert (again.match, again.because) == (Match.REFUSED, Because.NOT_ACTIVE)

    def test_fetched_again_with_other_bytes_the_old_files_go(self, world: OwnDocumentsWorld) -> None:
        world.filed()
        document = world.filed(content=b"%PDF-other", xml=b"<Certificate> </Certificate>")
        assert sorted(world.documents.kept) == sorted([document.key, str(document.xml_key)])

    def test_what_cannot_be_read_is_for_an_officer(self, world: OwnDocumentsWorld) -> None:
        world.says = None
        assert (world.filed().match, world.filed().because) == (Match.REVIEW, Because.NOT_READABLE)
        assert world.filed(uri="in.gov.x-OTHER-1", xml=None).match is Match.REVIEW

    def test_another_persons_same_document_is_another(self, world: OwnDocumentsWorld) -> None:
        mine = world.filed()
        other = world.filing.file(replace(world.fetch(), owner=world.officers[0].key), world.consent(), _fetched())
        assert other.document_id != mine.document_id


def _fetched() -> Fetched:
    return Fetched("PANCR", f"in.gov.pan-PANCR-{PAN}", "PAN Card", "ITD", b"%PDF", "application/pdf", b"<C/>")
