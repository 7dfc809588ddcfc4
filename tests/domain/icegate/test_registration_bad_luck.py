"""The simplified registration on fakes: what may go wrong between two requests, and how repeating heals it."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import pytest

from chalicelib.domain import temporary_passwords
from chalicelib.domain.changes import Change, StoreUnavailable, WriteTemporaryPassword
from chalicelib.domain.contacts import Channel, Contact
from chalicelib.domain.icegate.accounts import Hold
from chalicelib.domain.icegate.registration import CodesFor, Registration, Status, Wait
from chalicelib.domain.icegate.registration_steps import NotDecided, RegistrationSteps, SendingInProgress
from chalicelib.domain.identifiers import EmailAddress, Mobile
from chalicelib.domain.notices import NoticeNotSent
from chalicelib.domain.ports import JourneysUnavailable
from chalicelib.domain.refusals import Code, Refusal
from tests.domain.icegate.asking import account, change, finish, refused, verify
from tests.domain.icegate.world import ALTERNATE, HOLDER, IP, World

UNPROVED = Contact(EmailAddress("unproved@elsewhere.example"), Mobile("+919876511111"))


def test_the_older_of_two_registrations_of_a_holder_ends_superseded(world: World) -> None:
    world.codes_sent("first_id")
    first, token, journey = world.registration_id, world.flow_token, world.journey
    typed = world.codes()
    world.codes_sent("second_id")
    verify(world)
    finish(world)
    assert world.journey.run() == "Registered"
    world.registration_id, world.flow_token = first, token
    verify(world, typed)
    finish(world)
    assert journey.run() == "Superseded"
    assert world.read().status is Status.SUPERSEDED
    assert world.store.named("first_id") is None
    assert refused(lambda: finish(world)).code is Code.REGISTRATION_SUPERSEDED


def test_a_resume_whose_answer_was_lost_may_be_repeated_for_two_minutes(world: World) -> None:
    world.codes_sent()
    typed = world.codes()
    world.desk.resume(HOLDER.iec, HOLDER.gstins[0], typed, IP)
    world.advance(minutes=1)
    assert world.desk.resume(HOLDER.iec, HOLDER.gstins[0], typed, IP).registration.status is Status.CONTACT_VERIFIED
    world.advance(minutes=1)
    assert refused(lambda: world.desk.resume(HOLDER.iec, HOLDER.gstins[0], typed, IP)).code is Code.CODES_USED


def test_sixteen_right_answers_at_once_have_one_winner_and_no_loser(world: World) -> None:
    world.codes_sent()
    typed = world.codes()
    confirmed: list[Status] = []

    def ask(_: int) -> None:
        try:
            confirmed.append(verify(world, typed))
        except Refusal as refusal:
            assert refusal.code in {Code.CODES_EXHAUSTED, Code.SERVICE_UNAVAILABLE}  # noqa: PT017

    with ThreadPoolExecutor(16) as threads:
        list(threads.map(ask, range(16)))
    assert set(confirmed) == {Status.CONTACT_VERIFIED}
    challenge = world.read().challenge
    assert challenge is not None
    assert challenge.attempts <= 5
    assert len(world.journeys.woken) == 1


@pytest.mark.parametrize("asked", [verify, finish, change])
def test_journeys_down_after_the_decision_was_stored_and_repeating_heals(
    world: World, asked: Callable[[World], Status]
) -> None:
    world.codes_sent()
    if asked is not verify:
        verify(world)
        world.journey.run()
    world.journeys.is_available = False
    with pytest.raises(JourneysUnavailable):
        asked(world)
    world.journeys.is_available = True
    first = asked(world)
    assert asked(world) is first
    if asked is verify:
        finish(world)
    expected = "IssueAlternateCodes" if asked is change else "Registered"
    assert world.journey.run() == expected


def test_journeys_down_at_the_start_and_the_same_choice_heals(world: World) -> None:
    world.opened()
    world.journeys.is_available = False
    with pytest.raises(JourneysUnavailable):
        world.choose()
    world.journeys.is_available = True
    assert world.choose().status is Status.SENDING_CODES
    world.journey.run()
    assert len(world.messenger.sent) == 2
    assert refused(lambda: world.choose("another")).code is Code.STEP_OUT_OF_ORDER


def test_a_decision_made_before_the_journey_waits_for_it_is_not_lost(world: World) -> None:
    world.codes_sent()
    verify(world)
    finish(world)
    assert world.journey.run() == "Registered"


@pytest.mark.parametrize("lost", range(1, 6))
def test_a_lost_answer_to_any_write_is_healed_by_repeating(world: World, lost: int) -> None:
    world.opened()

    def insist(ask: Callable[[], object]) -> None:
        try:
            ask()
        except StoreUnavailable:
            ask()

    asks: list[Callable[[], object]] = [world.choose, world.journey.run, lambda: verify(world), lambda: finish(world)]
    for place, ask in enumerate(asks, 1):
        if place == lost:
            world.store.lose_answers = 1
        insist(ask)
    world.store.lose_answers = 1 if lost > len(asks) else 0
    world.journey.run()
    assert world.journey.state == "Registered"
    assert account(world).registration_id == world.registration_id


def test_a_provider_that_fails_once_is_tried_again_and_nobody_gets_two(world: World) -> None:
    world.opened()
    world.choose()
    world.messenger.broken = {Channel.EMAIL}
    with pytest.raises(NoticeNotSent):
        world.steps.issue_codes(world.registration_id, "t1", Wait.CONTACT_CODES)
    world.messenger.broken = set()
    world.steps.issue_codes(world.registration_id, "t2", Wait.CONTACT_CODES)
    assert [notice.channel for notice in world.messenger.sent] == [Channel.MOBILE, Channel.EMAIL]
    assert world.read().status is Status.CODES_SENT


def test_a_provider_that_goes_on_failing_is_told_and_asking_again_works(world: World) -> None:
    world.opened()
    world.choose()
    world.messenger.broken = {Channel.MOBILE, Channel.EMAIL}
    assert world.journey.run() == "IssueContactCodes"
    assert world.read().status is Status.CODES_NOT_SENT
    world.messenger.broken = set()
    world.advance(seconds=30)
    world.desk.send_again(world.registration_id, world.flow_token, IP)
    world.journey.run()
    assert world.read().status is Status.CODES_SENT
    assert verify(world) is Status.CONTACT_VERIFIED


def test_a_late_run_of_a_step_leaves_the_newer_token_of_the_same_wait(world: World) -> None:
    world.opened()
    world.choose()
    entered = ("04:30:00.000+00:00#0000", "04:30:00.000+00:00#0001", "04:31:00.000+00:00#0000")
    for token, since in zip(("first", "retried", "anew"), entered, strict=True):
        world.steps.issue_codes(world.registration_id, token, Wait.CONTACT_CODES, since)
    late: tuple[tuple[str, str | None], ...] = (("first", entered[0]), ("retried", entered[1]), ("nobody's", None))
    for stale, when in late:
        world.steps.issue_codes(world.registration_id, stale, Wait.CONTACT_CODES, when)
        assert world.read().task_token == "anew"


def test_a_temporary_password_issued_anew_meanwhile_ends_no_registration(world: World) -> None:
    world.codes_sent()
    stored = world.store.temporary_password(HOLDER.iec)
    assert stored is not None
    fresh = temporary_passwords.issued(HOLDER.iec, "WRNG-WRNG-WRNG", world.now)
    world.store.write(WriteTemporaryPassword(temporary_passwords.reissued(stored, fresh)))
    opened = world.desk.resume(HOLDER.iec, HOLDER.gstins[0], world.codes(), IP)
    world.flow_token = opened.flow_token
    finish(world)
    assert world.journey.run() == "Registered"
    used = world.store.temporary_password(HOLDER.iec)
    assert used is not None
    assert used.used_at == world.now


def test_a_key_may_rotate_while_codes_are_out(world: World) -> None:
    world.codes_sent()
    world.keyring.rotate()
    assert verify(world) is Status.CONTACT_VERIFIED


def test_codes_under_a_withdrawn_key_are_dead(world: World) -> None:
    world.codes_sent()
    typed = world.codes()
    world.keyring.rotate()
    world.keyring.withdraw_oldest()
    assert refused(lambda: verify(world, typed)).code is Code.REGISTRATION_EXPIRED


@pytest.mark.parametrize(
    ("asks", "end"),
    [
        ([verify], "AwaitContactDecision"),
        ([verify, finish], "Registered"),
        ([verify, change], "IssueAlternateCodes"),
    ],
)
def test_a_wait_that_runs_out_after_a_lost_wake_up_loses_nothing(
    world: World, asks: list[Callable[[World], Status]], end: str
) -> None:
    world.codes_sent()
    world.advance(hours=1, minutes=59)
    world.journeys.is_available = False
    for ask in asks:
        with pytest.raises(JourneysUnavailable):
            ask(world)
    world.journeys.is_available = True
    world.advance(minutes=1)
    world.journey.time_out()
    assert world.journey.run() == end


def test_who_confirms_while_the_end_is_being_written_is_not_ended(world: World) -> None:
    """Two clocks differ by a little: the confirmation came first, and counts."""
    world.codes_sent()
    world.advance(hours=1)
    typed = world.codes()

    class Meanwhile(RegistrationSteps):
        def _read(self, registration_id: str) -> Registration:
            read = super()._read(registration_id)
            if read.status is Status.CODES_SENT:
                verify(world, typed)
                world.advance(hours=1)
            return read

    steps = Meanwhile(world.store, world.journeys, world.keyring, world.messenger, world.clock)
    assert steps.expire(world.registration_id).status is Status.CONTACT_VERIFIED


def test_a_step_that_failed_for_good_ends_the_registration(world: World) -> None:
    world.codes_sent()
    world.steps.give_up(world.registration_id)
    assert world.read().status is Status.EXPIRED
    assert world.store.named("asha_exports") is None


def test_nobody_is_told_before_it_is_so(world: World) -> None:
    world.codes_sent()
    steps: list[Callable[[str], object]] = [world.steps.tell, world.steps.create_account]
    for step in steps:
        with pytest.raises(NotDecided):
            step(world.registration_id)
    assert len(world.messenger.sent) == 2


def test_an_id_that_a_newer_registration_holds_is_not_given_up_by_the_older_one(world: World) -> None:
    world.codes_sent()
    first = world.registration_id
    world.codes_sent()
    world.steps.give_up(first)
    held = world.store.named("asha_exports")
    assert isinstance(held, Hold)
    assert held.registration_id == world.registration_id


def test_every_step_may_run_twice(world: World) -> None:
    world.codes_sent()
    world.steps.issue_codes(world.registration_id, str(world.journey.token), Wait.CONTACT_CODES)
    assert len(world.messenger.sent) == 2
    verify(world)
    finish(world)
    assert world.journey.run() == "Registered"
    world.steps.create_account(world.registration_id)
    world.steps.tell(world.registration_id)
    world.steps.expire(world.registration_id)
    assert len(world.messenger.sent) == 4
    assert world.read().status is Status.REGISTERED
    assert account(world).registration_id == world.registration_id


def test_a_step_that_runs_while_another_run_sends_stands_back(world: World) -> None:
    world.opened()
    world.choose()
    world.steps._claim(world.registration_id, "first", Wait.CONTACT_CODES, None)  # a run that died here
    with pytest.raises(SendingInProgress):
        world.steps.issue_codes(world.registration_id, "second", Wait.CONTACT_CODES)
    assert world.messenger.sent == []
    world.advance(seconds=30)
    world.steps.issue_codes(world.registration_id, "third", Wait.CONTACT_CODES)
    assert len(world.messenger.sent) == 2


def test_codes_that_were_compared_confirm_no_address_that_was_chosen_meanwhile(world: World) -> None:
    """Another contact is chosen between the attempt and the consumption: nobody has proved that one."""
    world.codes_sent()
    world.desk.verify(world.registration_id, world.flow_token, CodesFor.CONTACT, world.codes(), IP)
    world.journey.run()
    world.desk.change_contact(world.registration_id, world.flow_token, ALTERNATE, IP)
    world.journey.run()
    world.advance(seconds=31)
    right, write, written = world.codes(), world.store.write, []

    def writing(*changes: Change) -> str:
        written.append(changes)
        if len(written) == 2:
            world.store.write = write  # type: ignore[method-assign]
            world.desk.change_contact(world.registration_id, world.flow_token, UNPROVED, IP)
        return write(*changes)

    world.store.write = writing  # type: ignore[method-assign]
    with pytest.raises(Refusal) as refusal:
        world.desk.verify(world.registration_id, world.flow_token, CodesFor.ALTERNATE, right, IP)
    assert refusal.value.code is Code.STEP_OUT_OF_ORDER
    after = world.read()
    assert (after.alternate, after.status) == (UNPROVED, Status.SENDING_CODES)
