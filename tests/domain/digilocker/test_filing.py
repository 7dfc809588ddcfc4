"""What comes from DigiLocker is matched with whom the account speaks for, and kept once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from chalicelib.domain.digilocker.filing import Fetched, Judged, judge, masked
from chalicelib.domain.digilocker.known_persons import KnownPerson
from chalicelib.domain.digilocker.own_documents import Because, Match, OwnDocument
from chalicelib.domain.digilocker.reviewing_documents import DocumentDecision
from chalicelib.domain.identifiers import Pan
from tests.domain.digilocker.own_documents_world import BORN_ON, PAN, OwnDocumentsWorld, pan_card
from tests.domain.icegate.upgrade_world import CALLER

ASHA = KnownPerson("ASHA MEHTA", BORN_ON, Pan(PAN))
ACCOUNT = KnownPerson("Asha Mehta", BORN_ON)


@pytest.fixture
def world() -> OwnDocumentsWorld:
    return OwnDocumentsWorld()


def confirm(world: OwnDocumentsWorld, document: OwnDocument) -> None:
    """An officer's word on what came."""
    seen = document.fetched_at.replace(microsecond=0)
    world.document_reviews.decide(world.officers[0], document.document_id, DocumentDecision.CONFIRM, None, seen, CALLER)


class TestJudging:
    """The policy, line by line."""

    @pytest.mark.parametrize(
        ("said", "judged"),
        [
            ({}, Judged(Match.EXACT)),
            ({"name": "Mehta Asha"}, Judged(Match.NORMALISED)),
            ({"name": "A Mehta"}, Judged(Match.REVIEW, Because.NAME_NEARLY)),
            ({"name": "RAVI KUMAR"}, Judged(Match.REVIEW, Because.NAME_DIFFERS)),
            ({"born_on": date(1986, 1, 1)}, Judged(Match.REVIEW, Because.NAME_DIFFERS)),
            ({"born_on": None}, Judged(Match.EXACT)),
            ({"number": "ABCPM1234L"}, Judged(Match.REFUSED, Because.NUMBER_DIFFERS)),
            ({"status": "R"}, Judged(Match.REFUSED, Because.NOT_ACTIVE)),
        ],
    )
    def test_a_pan_card_is_proved_by_its_number(self, said: dict[str, object], judged: Judged) -> None:
        assert judge("PANCR", pan_card(**said), [ASHA]) == judged

    @pytest.mark.parametrize(
        ("said", "judged"),
        [
            ({}, Judged(Match.NORMALISED)),
            ({"born_on": None}, Judged(Match.REVIEW, Because.BIRTH_DATE_UNKNOWN)),
            ({"born_on": date(1986, 1, 1)}, Judged(Match.REFUSED, Because.NAME_DIFFERS)),
            ({"name": "RAVI KUMAR"}, Judged(Match.REFUSED, Because.NAME_DIFFERS)),
        ],
    )
    def test_without_a_pan_on_record_name_and_birth_date_count(self, said: dict[str, object], judged: Judged) -> None:
        for doctype in ("PANCR", "DRVLC"):
            assert judge(doctype, pan_card(**said), [ACCOUNT]) == judged

    def test_an_unknown_birth_date_never_matches_by_itself(self) -> None:
        nobody_typed_it = replace(ACCOUNT, born_on=None)
        assert judge("DRVLC", pan_card(), [nobody_typed_it]) == Judged(Match.REVIEW, Because.BIRTH_DATE_UNKNOWN)

    def test_the_best_of_the_persons_counts(self) -> None:
        other = KnownPerson("RAVI KUMAR", BORN_ON, Pan("AAAPK0001A"))
        assert judge("PANCR", pan_card(), [other, ASHA]).match is Match.EXACT

    def test_a_firms_name_alone_is_for_an_officer(self) -> None:
        firm = KnownPerson("ASHA MEHTA", is_firm=True)
        assert judge("DRVLC", pan_card(), [firm]).match is Match.REVIEW

    def test_nobody_known_is_no_match(self) -> None:
        assert judge("PANCR", pan_card(), []).match is Match.REFUSED

    def test_numbers_are_masked(self) -> None:
        assert masked("ABCPM1234K") == "••••••234K"
        assert masked("") == ""


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
