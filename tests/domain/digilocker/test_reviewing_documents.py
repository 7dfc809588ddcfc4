"""An officer decides once whether a document that fits only nearly is its owner's."""

from __future__ import annotations

import pytest

from chalicelib.domain.digilocker.locker_holder import LockerHolder
from chalicelib.domain.digilocker.own_documents import Because, Match
from chalicelib.domain.digilocker.reviewing_documents import DocumentDecision, Seen
from chalicelib.domain.refusals import Code, Refusal
from tests.domain.digilocker.own_documents_world import BORN_ON, OwnDocumentsWorld, pan_card
from tests.domain.icegate.upgrade_world import CALLER, KEY

CONFIRM, REFUSE = DocumentDecision.CONFIRM, DocumentDecision.REFUSE


@pytest.fixture
def world() -> OwnDocumentsWorld:
    world = OwnDocumentsWorld()
    world.says = pan_card(name="A MEHTA")
    return world


def decide(
    world: OwnDocumentsWorld, decision: DocumentDecision, reason: str | None = None, officer: int = 0
) -> OwnDocumentsWorld:
    world.decided(world.filed(), decision, reason, officer)
    return world


def test_only_what_fits_nearly_waits(world: OwnDocumentsWorld) -> None:
    waiting = world.filed()
    world.says = pan_card()
    fitting = world.filed(uri="in.gov.pan-PANCR-other")
    assert [one.document_id for one in world.document_reviews.queue()] == [waiting.document_id]
    with pytest.raises(Refusal) as caught:
        world.document_reviews.case(fitting.document_id)
    assert caught.value.code is Code.NOT_FOUND


def test_the_officer_sees_whom_the_account_speaks_for(world: OwnDocumentsWorld) -> None:
    case = world.document_reviews.case(world.filed().document_id)
    assert ("ASHA MEHTA", BORN_ON) in [(person.name, person.born_on) for person in case.known]


def test_confirmed_it_can_be_used(world: OwnDocumentsWorld) -> None:
    document = world.filed()
    decide(world, CONFIRM)
    assert world.own.take(KEY, document.document_id, "x:1").document.match is Match.CONFIRMED
    assert world.document_reviews.queue() == ()
    assert "own_document_confirmed" in world.deeds()
    assert "document_reviewed email" in world.notices()


def test_refused_it_cannot_and_the_owner_reads_why(world: OwnDocumentsWorld) -> None:
    decide(world, REFUSE, "Another birth date.")
    (kept,) = world.own.all(world.asha)
    assert (kept.document.match, kept.document.said, kept.is_usable) == (Match.REFUSED, "Another birth date.", False)


def test_a_refusal_has_a_reason(world: OwnDocumentsWorld) -> None:
    with pytest.raises(Refusal) as caught:
        decide(world, REFUSE)
    assert caught.value.errors["reason"].reason == "required"


def test_made_again_a_decision_changes_nothing_and_another_is_refused(world: OwnDocumentsWorld) -> None:
    decide(decide(world, CONFIRM), CONFIRM)
    assert world.deeds().count("own_document_confirmed") == 1
    for decision, officer in ((REFUSE, 0), (CONFIRM, 1), (REFUSE, 1)):
        with pytest.raises(Refusal) as caught:
            decide(world, decision, "No.", officer)
        assert caught.value.code is Code.DOCUMENT_REVIEW_CONFLICT


def test_what_came_anew_since_an_officer_looked_is_not_decided(world: OwnDocumentsWorld) -> None:
    looked_at = world.filed()
    world.advance(minutes=1)
    world.filed(content=b"%PDF-other")
    with pytest.raises(Refusal) as caught:
        world.decided(looked_at, CONFIRM)
    assert caught.value.code is Code.DOCUMENT_REVIEW_CONFLICT
    assert [one.match for one in world.document_reviews.queue()] == [Match.REVIEW]


class TestNames:
    """A decision is about the names that the officer saw."""

    def test_the_officer_sees_whose_locker_it_came_out_of(self, world: OwnDocumentsWorld) -> None:
        world.holder = LockerHolder("A MEHTA", BORN_ON)
        case = world.document_reviews.case(world.filed().document_id)
        assert (case.document.holder, case.is_typed) == (world.holder, False)

    def test_names_that_changed_since_an_officer_looked_are_not_decided(self, world: OwnDocumentsWorld) -> None:
        document = world.filed()
        case = world.document_reviews.case(document.document_id)
        world.recorded_as("RAVI KUMAR")
        seen = Seen(document.fetched_at, case.compared_with)
        with pytest.raises(Refusal) as caught:
            world.document_reviews.decide(world.officers[0], document.document_id, CONFIRM, None, seen, CALLER)
        assert caught.value.code is Code.DOCUMENT_REVIEW_CONFLICT

    def test_what_was_confirmed_holds_for_those_names_alone(self, world: OwnDocumentsWorld) -> None:
        document = world.filed()
        decide(world, CONFIRM)
        world.recorded_as("RAVI KUMAR")
        with pytest.raises(Refusal) as caught:
            world.own.take(KEY, document.document_id, "x:1")
        assert caught.value.code is Code.DOCUMENT_NOT_USABLE
        assert [(one.match, one.because) for one in world.document_reviews.queue()] == [
            (Match.REVIEW, Because.NAME_CHANGED)
        ]

    def test_somebody_more_on_the_record_takes_nothing_from_it(self, world: OwnDocumentsWorld) -> None:
        document = world.filed()
        decide(world, CONFIRM)
        world.recorded_as("ASHA MEHTA", "RAVI KUMAR")
        assert world.own.take(KEY, document.document_id, "x:1").document.match is Match.CONFIRMED

    def test_fetched_again_under_another_name_a_refusal_is_looked_at_again_and_not_undone(
        self, world: OwnDocumentsWorld
    ) -> None:
        decide(world, REFUSE, "Another person.")
        world.says = pan_card(name="A MEHTA")
        world.holder = LockerHolder("A MEHTA", BORN_ON)
        world.recorded_as("A MEHTA")
        for _ in range(2):
            again = world.filed()
            assert (again.match, again.because) == (Match.REVIEW, Because.NAME_CHANGED)

    def test_out_of_another_locker_an_officers_word_does_not_hold(self, world: OwnDocumentsWorld) -> None:
        decide(world, CONFIRM)
        world.holder = LockerHolder("RAVI KUMAR", BORN_ON)
        again = world.filed()
        assert (again.match, again.because) == (Match.REVIEW, Because.NAME_NEARLY)
