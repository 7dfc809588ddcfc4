"""Whether a document is its account's: the policy, line by line, on both sides, and after a change of name."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.digilocker.judging import Judged, bound_to, judge, still_fitting
from chalicelib.domain.digilocker.known_persons import KnownPerson
from chalicelib.domain.digilocker.locker_holder import LockerHolder
from chalicelib.domain.digilocker.own_documents import USABLE, Because, Match
from chalicelib.domain.identifiers import Pan
from tests.domain.digilocker.own_documents_world import BORN_ON, PAN, OwnDocumentsWorld, pan_card

ASHA = KnownPerson("ASHA MEHTA", BORN_ON, Pan(PAN))
ACCOUNT = KnownPerson("Asha Mehta", BORN_ON)
LOCKER = LockerHolder("ASHA MEHTA", BORN_ON)
FIRM = KnownPerson("Zenith Spices Private Limited", pan=Pan("ZZZCZ9999Z"), is_firm=True)
ENTITY = LockerHolder("ZENITH SPICES PVT. LTD.", is_firm=True)
ELSE = date(1986, 1, 1)
_RANK = (Match.EXACT, Match.NORMALISED, Match.REVIEW, Match.REFUSED)


class TestAccount:
    """Whom the account speaks for, the locker being Asha's own."""

    @pytest.mark.parametrize(
        ("said", "judged"),
        [
            ({}, Judged(Match.EXACT)),
            ({"name": "Mehta Asha"}, Judged(Match.NORMALISED)),
            ({"name": "A Mehta"}, Judged(Match.REVIEW, Because.NAME_NEARLY)),
            ({"name": "RAVI KUMAR"}, Judged(Match.REVIEW, Because.NAME_DIFFERS)),
            ({"born_on": ELSE}, Judged(Match.REVIEW, Because.NAME_DIFFERS)),
            ({"born_on": None}, Judged(Match.EXACT)),
            ({"number": "ABCPM1234L"}, Judged(Match.REFUSED, Because.NUMBER_DIFFERS)),
            ({"status": "R"}, Judged(Match.REFUSED, Because.NOT_ACTIVE)),
        ],
    )
    def test_a_pan_card_is_proved_by_its_number(self, said: dict[str, Any], judged: Judged) -> None:
        assert judge("PANCR", pan_card(**said), [ASHA], LOCKER) == judged

    @pytest.mark.parametrize(
        ("said", "judged"),
        [
            ({}, Judged(Match.NORMALISED)),
            ({"born_on": None}, Judged(Match.REVIEW, Because.BIRTH_DATE_UNKNOWN)),
            ({"born_on": ELSE}, Judged(Match.REFUSED, Because.NAME_DIFFERS)),
            ({"name": "RAVI KUMAR"}, Judged(Match.REFUSED, Because.NAME_DIFFERS)),
        ],
    )
    def test_without_a_pan_on_record_name_and_birth_date_count(self, said: dict[str, Any], judged: Judged) -> None:
        for doctype in ("PANCR", "DRVLC"):
            assert judge(doctype, pan_card(**said), [ACCOUNT], LOCKER) == judged

    def test_an_unknown_birth_date_never_matches_by_itself(self) -> None:
        nobody_typed_it = replace(ACCOUNT, born_on=None)
        unknown = Judged(Match.REVIEW, Because.BIRTH_DATE_UNKNOWN)
        assert judge("DRVLC", pan_card(), [nobody_typed_it], LOCKER) == unknown

    def test_the_best_of_the_persons_counts(self) -> None:
        other = KnownPerson("RAVI KUMAR", BORN_ON, Pan("AAAPK0001A"))
        assert judge("PANCR", pan_card(), [other, ASHA], LOCKER).match is Match.EXACT

    def test_a_firms_name_alone_is_for_an_officer(self) -> None:
        firm = KnownPerson("ASHA MEHTA", is_firm=True)
        assert judge("DRVLC", pan_card(), [firm], LOCKER).match is Match.REVIEW

    def test_nobody_known_is_no_match(self) -> None:
        assert judge("PANCR", pan_card(), [], LOCKER).match is Match.REFUSED


class TestLocker:
    """Whose locker it came out of, the account being in the name that stands on the document."""

    @pytest.mark.parametrize(
        ("holder", "judged"),
        [
            (LOCKER, Judged(Match.NORMALISED)),
            (LockerHolder("Mehta Asha", BORN_ON), Judged(Match.NORMALISED)),
            (LockerHolder("A MEHTA", BORN_ON), Judged(Match.REVIEW, Because.LOCKER_NAME_NEARLY)),
            (LockerHolder("RAVI KUMAR", BORN_ON), Judged(Match.REFUSED, Because.LOCKER_NAME_DIFFERS)),
            (LockerHolder("ASHA MEHTA", ELSE), Judged(Match.REFUSED, Because.LOCKER_NAME_DIFFERS)),
            (LockerHolder("ASHA MEHTA", None), Judged(Match.REVIEW, Because.LOCKER_BIRTH_DATE_UNKNOWN)),
            (LockerHolder(""), Judged(Match.REVIEW, Because.LOCKER_NAME_UNKNOWN)),
            (None, Judged(Match.REVIEW, Because.LOCKER_NAME_UNKNOWN)),
        ],
    )
    def test_it_counts_as_much_as_what_the_account_typed(self, holder: LockerHolder | None, judged: Judged) -> None:
        assert judge("DRVLC", pan_card(), [ACCOUNT], holder) == judged

    @pytest.mark.parametrize(
        ("holder", "because"),
        [
            (LockerHolder("RAVI KUMAR", BORN_ON), Because.LOCKER_NAME_DIFFERS),
            (LockerHolder("ASHA MEHTA", ELSE), Because.LOCKER_NAME_DIFFERS),
            (LockerHolder(""), Because.LOCKER_NAME_UNKNOWN),
        ],
    )
    def test_a_pan_card_with_the_number_on_record_is_looked_at(self, holder: LockerHolder, because: Because) -> None:
        assert judge("PANCR", pan_card(), [ASHA], holder) == Judged(Match.REVIEW, because)

    def test_a_typed_birth_date_that_is_not_digilockers_gives_nothing(self) -> None:
        for said in (BORN_ON, ELSE):
            typed = replace(ACCOUNT, born_on=ELSE)
            assert judge("DRVLC", pan_card(born_on=said), [typed], LOCKER).match is Match.REFUSED

    def test_a_firms_own_locker_in_another_spelling(self) -> None:
        card = pan_card(name="ZENITH SPICES PRIVATE LIMITED", number="ZZZCZ9999Z", born_on=date(2009, 2, 1))
        assert judge("PANCR", card, [FIRM], ENTITY) == Judged(Match.NORMALISED)

    def test_another_firms_locker_is_looked_at(self) -> None:
        card = pan_card(name="ZENITH SPICES PRIVATE LIMITED", number="ZZZCZ9999Z", born_on=date(2009, 2, 1))
        other = LockerHolder("Zaveri and Daughters", is_firm=True)
        assert judge("PANCR", card, [FIRM], other) == Judged(Match.REVIEW, Because.LOCKER_NAME_DIFFERS)

    @given(
        st.sampled_from(["ASHA MEHTA", "Mehta Asha", "A MEHTA", "RAVI KUMAR", ""]),
        st.sampled_from(["ASHA MEHTA", "Mehta Asha", "A MEHTA", "RAVI KUMAR", ""]),
        st.sampled_from([BORN_ON, ELSE, None]),
        st.sampled_from([BORN_ON, ELSE, None]),
    )
    def test_neither_side_makes_good_what_the_other_lacks(
        self, name: str, holder: str, typed: date | None, told: date | None
    ) -> None:
        both = judge("DRVLC", pan_card(), [KnownPerson(name, typed)], LockerHolder(holder, told))
        alone = judge("DRVLC", pan_card(), [KnownPerson(name, typed)], LOCKER)
        locker = judge("DRVLC", pan_card(), [KnownPerson("ASHA MEHTA", BORN_ON)], LockerHolder(holder, told))
        assert _RANK.index(both.match) == max(_RANK.index(alone.match), _RANK.index(locker.match))


class TestAnotherName:
    """What was found is bound to the names that it was found with."""

    @pytest.fixture
    def world(self) -> OwnDocumentsWorld:
        return OwnDocumentsWorld()

    def test_the_same_names_are_not_judged_again(self, world: OwnDocumentsWorld) -> None:
        document = replace(world.filed(), judged_with=bound_to(world.filed().document_id, [ACCOUNT], LOCKER))
        for name in ("Asha Mehta", "ASHA MEHTA", "Mehta, Asha", "Smt Asha Mehta"):
            assert still_fitting(document, [replace(ACCOUNT, name=name)]) is document

    def test_one_that_fits_no_more_waits_for_an_officer(self, world: OwnDocumentsWorld) -> None:
        for match in USABLE:
            decided: dict[str, Any] = {"decided_by": "x", "decided_at": world.now} if match is Match.CONFIRMED else {}
            judged_with = bound_to(world.filed().document_id, [ACCOUNT], LOCKER)
            document = replace(world.filed(), match=match, judged_with=judged_with, **decided)
            after = still_fitting(document, [replace(ACCOUNT, name="Ravi Kumar")])
            assert (after.match, after.because, after.decided_at) == (Match.REVIEW, Because.NAME_CHANGED, None)

    def test_no_change_of_name_makes_one_usable(self, world: OwnDocumentsWorld) -> None:
        for match in set(Match) - USABLE:
            document = replace(world.filed(), match=match, because=Because.NAME_DIFFERS, judged_with=())
            assert still_fitting(document, [ACCOUNT]) is document

    def test_one_that_still_fits_is_bound_to_the_name_of_today(self, world: OwnDocumentsWorld) -> None:
        document = replace(world.filed(), judged_with=("of", "before"))
        after = still_fitting(document, [ACCOUNT])
        assert (after.match, after.judged_with) == (
            Match.NORMALISED,
            bound_to(document.document_id, [ACCOUNT], LOCKER),
        )

    def test_hashes_tell_nothing_of_another_document(self) -> None:
        assert not set(bound_to("a" * 22, [ASHA], LOCKER)) & set(bound_to("b" * 22, [ASHA], LOCKER))
        assert PAN not in str(bound_to("a" * 22, [ASHA], LOCKER))
