"""Signing up, on fakes: what may go wrong between two requests, the limits, and how repeating heals."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from typing import Any

import pytest

from chalicelib.domain import codes
from chalicelib.domain.accounts.registration import REPEAT, AccountRegistration, RegistrationStatus
from chalicelib.domain.accounts.registration_steps import (
    AccountRegistrationSteps,
    NotDecided,
    RegistrationOver,
    RegistrationUnknown,
)
from chalicelib.domain.changes import Change, StoreUnavailable
from chalicelib.domain.codes import Codes
from chalicelib.domain.contacts import Contact
from chalicelib.domain.identifiers import EmailAddress, Mobile
from chalicelib.domain.ports import JourneysUnavailable
from chalicelib.domain.refusals import Code, Refusal
from tests.domain.accounts.registering_world import CONTACT, OTHERS, WRONG, World, refused, wish


@pytest.fixture
def world() -> World:
    return World()


def insist(ask: Callable[[], object]) -> None:
    try:
        ask()
    except StoreUnavailable:
        ask()


# Lost answers, journeys down.


@pytest.mark.parametrize("lost", range(1, 6))
def test_a_lost_answer_to_any_write_is_healed_by_repeating(world: World, lost: int) -> None:
    asks: list[Callable[[], object]] = [world.opened, world.run, world.verify, world.run]
    for place, ask in enumerate(asks, 1):
        if place == lost:
            world.store.lose_answers = 1
        insist(ask)
    world.store.lose_answers = 0
    assert world.state == "Registered"
    assert [kind for kind, _ in world.told()].count("account_opened") == 2


def test_the_answer_to_the_second_write_of_a_verify_may_be_lost_too(world: World) -> None:
    """The attempt is spent, the success is written, and nobody hears of it."""
    world.opened()
    compare = codes.wrong_channels

    def compare_and_lose(*known: Any) -> object:
        world.store.lose_answers = 1
        return compare(*known)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(codes, "wrong_channels", compare_and_lose)
        with pytest.raises(StoreUnavailable):
            world.verify()
    assert world.verify() is RegistrationStatus.REGISTERING
    assert world.run() == "Registered"


def test_journeys_down_at_the_start_is_no_matter(world: World) -> None:
    """The codes are on their way; whoever types them starts the journey."""
    world.journeys.is_available = False
    world.opened()
    world.journeys.is_available = True
    assert world.registration_id not in world.journeys.started
    assert world.verify() is RegistrationStatus.REGISTERING
    assert world.run() == "Registered"


def test_journeys_down_after_the_codes_were_right_and_repeating_heals(world: World) -> None:
    world.opened()
    world.run()
    world.journeys.is_available = False
    with pytest.raises(JourneysUnavailable):
        world.verify()
    world.journeys.is_available = True
    assert world.verify() is RegistrationStatus.REGISTERING
    assert world.run() == "Registered"


def test_a_resume_heals_a_lost_start_and_wake_up_however_late(world: World) -> None:
    world.journeys.is_available = False
    world.opened()
    with pytest.raises(JourneysUnavailable):
        world.resume()
    world.journeys.is_available = True
    world.advance(hours=1)
    assert world.resume() is RegistrationStatus.REGISTERING
    assert world.run() == "Registered"


def test_codes_right_before_the_journey_waits_are_not_lost(world: World) -> None:
    world.opened()
    world.verify()
    assert world.journeys.woken == {}
    assert world.run() == "Registered"


def test_a_wait_that_runs_out_after_a_lost_wake_up_loses_nothing(world: World) -> None:
    world.opened()
    world.run()
    world.journeys.is_available = False
    with pytest.raises(JourneysUnavailable):
        world.verify()
    world.journeys.is_available = True
    world.advance(minutes=15)
    assert world.time_out() == "Registered"


def test_a_wait_that_runs_out_a_moment_early_goes_on_waiting(world: World) -> None:
    world.opened()
    world.run()
    world.advance(minutes=14, seconds=59)
    assert world.time_out() == "AwaitAccountCodes"
    assert world.read().status is RegistrationStatus.CODES_SENT


def test_an_unfinished_registration_ends_and_forgets_the_password(world: World) -> None:
    world.opened()
    world.run()
    world.advance(minutes=15)
    assert world.time_out() == "Ended"
    stored = world.read()
    assert (stored.status, stored.password_hash, stored.task_token) == (RegistrationStatus.EXPIRED, None, None)
    assert refused(world.verify).code is Code.REGISTRATION_EXPIRED
    assert refused(world.send_again).code is Code.REGISTRATION_EXPIRED
    assert refused(world.resume).code is Code.REGISTRATION_EXPIRED


def test_time_counts_before_any_sweep(world: World) -> None:
    world.opened()
    world.advance(minutes=14, seconds=59)
    assert world.send_again().status is RegistrationStatus.CODES_SENT
    world.advance(seconds=1)
    for ask in (world.verify, world.send_again, world.resume):
        assert refused(ask).code is Code.REGISTRATION_EXPIRED


def test_a_step_that_failed_for_good_ends_the_registration(world: World) -> None:
    world.opened()
    assert world.steps.give_up(world.registration_id).status is RegistrationStatus.EXPIRED
    with pytest.raises(RegistrationOver):
        world.steps.create_account(world.registration_id)


def test_every_step_may_run_twice(world: World) -> None:
    world.registered()
    told = world.told()
    world.steps.create_account(world.registration_id)
    world.steps.expire(world.registration_id)
    world.steps.give_up(world.registration_id)
    world.steps.await_codes(world.registration_id, "late")
    assert world.read().status is RegistrationStatus.REGISTERED
    assert world.told() == told


def test_two_runs_of_the_making_make_one_account(world: World) -> None:
    world.opened()
    world.verify()

    def run(_: int) -> RegistrationStatus:
        return world.steps.create_account(world.registration_id).status

    with ThreadPoolExecutor(8) as threads:
        assert set(threads.map(run, range(8))) == {RegistrationStatus.REGISTERED}
    assert [kind for kind, _ in world.told()].count("account_opened") == 2


def test_who_confirms_while_the_end_is_being_written_is_not_ended(world: World) -> None:
    """Two clocks differ by a little: the confirmation came first, and counts."""
    world.opened()
    world.advance(minutes=14)
    typed = world.codes()

    class Meanwhile(AccountRegistrationSteps):
        def _read(self, registration_id: str) -> AccountRegistration:
            read = super()._read(registration_id)
            if read.status is RegistrationStatus.CODES_SENT:
                world.verify(typed)
                world.advance(minutes=1)
            return read

    steps = Meanwhile(world.store, world.journeys, world.clock)
    assert steps.expire(world.registration_id).status is RegistrationStatus.REGISTERING


def test_nothing_is_made_before_the_codes_were_right(world: World) -> None:
    world.opened()
    with pytest.raises(NotDecided):
        world.steps.create_account(world.registration_id)
    with pytest.raises(RegistrationUnknown):
        world.steps.create_account("unknown")


def test_a_late_run_of_the_wait_leaves_the_newer_token(world: World) -> None:
    world.opened()
    entered = ("04:30:00.000+00:00#0000", "04:30:00.000+00:00#0001", "04:31:00.000+00:00#0000")
    for token, since in zip(("first", "retried", "anew"), entered, strict=True):
        world.steps.await_codes(world.registration_id, token, since)
    late: tuple[tuple[str, str | None], ...] = (("first", entered[0]), ("retried", entered[1]), ("nobody's", None))
    for stale, when in late:
        world.steps.await_codes(world.registration_id, stale, when)
        assert world.read().task_token == "anew"


# Codes: attempts, repetitions, keys.


def test_sixteen_right_answers_at_once_have_one_winner_and_no_loser(world: World) -> None:
    world.opened()
    world.run()
    typed = world.codes()
    confirmed: list[RegistrationStatus] = []

    def ask(_: int) -> None:
        try:
            confirmed.append(world.verify(typed))
        except Refusal as refusal:
            assert refusal.code in {Code.CODES_EXHAUSTED, Code.SERVICE_UNAVAILABLE}  # noqa: PT017

    with ThreadPoolExecutor(16) as threads:
        list(threads.map(ask, range(16)))
    assert set(confirmed) == {RegistrationStatus.REGISTERING}
    assert world.read().challenge.attempts <= 5
    assert len(world.journeys.woken) == 1


def test_five_wrong_tries_and_the_right_codes_come_too_late(world: World) -> None:
    world.opened()
    typed = world.codes()
    for left in range(4, -1, -1):
        assert refused(lambda: world.verify(WRONG)).facts == {"attempts_left": left}
    assert refused(lambda: world.verify(typed)).code is Code.CODES_EXHAUSTED
    assert refused(lambda: world.resume(typed)).code is Code.CODES_NOT_MATCHED
    world.advance(seconds=30)
    assert refused(world.send_again).code is Code.CODES_EXHAUSTED


def test_each_wrong_code_is_named_by_its_channel(world: World) -> None:
    world.opened()
    right = world.codes()
    assert set(refused(lambda: world.verify(Codes(right.mobile, "000000"))).errors) == {"email_code"}
    assert set(refused(lambda: world.verify(Codes("000000", right.email))).errors) == {"mobile_code"}
    # The mobile's code is not the email's.
    assert set(refused(lambda: world.verify(Codes(right.email, right.mobile))).errors) == {"email_code", "mobile_code"}


def test_ten_failures_in_a_row_lock_the_pair_whatever_registration_they_were_for(world: World) -> None:
    for _ in range(2):
        world.opened()
        for _ in range(5):
            refused(lambda: world.verify(WRONG))
    world.opened()
    locked = refused(world.verify)
    assert locked.code is Code.LOCKED
    assert locked.retry_at is not None
    # The lock is the pair's for this purpose: neither of the two addresses is locked with another.
    world.opened(wish(Contact(CONTACT.email, OTHERS.mobile)))
    assert world.verify() is RegistrationStatus.REGISTERING


def test_a_verify_repeated_within_two_minutes_says_the_same_and_then_that_it_is_over(world: World) -> None:
    world.registered()
    world.advance(seconds=REPEAT.total_seconds() - 1)
    assert world.verify(WRONG) is RegistrationStatus.REGISTERED
    assert world.resume() is RegistrationStatus.REGISTERED
    world.advance(seconds=1)
    assert refused(world.verify).code is Code.REGISTRATION_ENDED
    assert refused(world.resume).code is Code.CODES_USED
    assert refused(lambda: world.resume(WRONG)).code is Code.CODES_NOT_MATCHED


def test_a_resume_for_nobody_costs_as_much_as_one_for_somebody(world: World) -> None:
    world.opened()
    work: list[tuple[int, int]] = []
    write, read = world.store.write, world.store.account_registration
    reads: list[str] = []

    def counted_write(*changes: Change) -> str:
        work.append((len(changes), len(reads)))
        return write(*changes)

    def counted_read(registration_id: str) -> AccountRegistration | None:
        reads.append(registration_id)
        return read(registration_id)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(world.store, "write", counted_write)
        patch.setattr(world.store, "account_registration", counted_read)
        assert refused(lambda: world.resume(WRONG)).code is Code.CODES_NOT_MATCHED
        reads.clear()
        assert refused(lambda: world.resume(WRONG, OTHERS)).code is Code.CODES_NOT_MATCHED
    # One write of three changes each; where no pointer led to a registration, another read was made in its place.
    assert work == [(3, 0), (3, 1)]


def test_a_stranger_who_resumes_is_locked_out_after_ten_tries_and_the_owner_is_not(world: World) -> None:
    world.opened()
    token = world.flow_token
    for _ in range(10):
        assert refused(lambda: world.resume(WRONG)).code is Code.CODES_NOT_MATCHED
    assert refused(lambda: world.resume(WRONG)).code is Code.LOCKED
    world.opened()
    assert world.flow_token != token
    assert world.verify() is RegistrationStatus.REGISTERING


def test_a_key_may_rotate_while_codes_are_out(world: World) -> None:
    world.opened()
    world.keyring.rotate()
    assert world.resume() is RegistrationStatus.REGISTERING


def test_codes_under_a_withdrawn_key_are_dead(world: World) -> None:
    world.opened()
    typed = world.codes()
    world.keyring.rotate()
    world.keyring.withdraw_oldest()
    assert refused(lambda: world.verify(typed)).code is Code.REGISTRATION_EXPIRED


# Sending again, and how much.


def test_sending_again_waits_half_a_minute_sends_the_same_codes_and_gives_no_time(world: World) -> None:
    opened = world.opened()
    typed = world.codes()
    world.advance(seconds=29)
    early = refused(world.send_again)
    assert (early.code, early.retry_at) == (Code.RESEND_TOO_SOON, opened.challenge.resend_at)
    world.advance(seconds=1)
    again = world.send_again()
    assert again.expires_at == opened.expires_at
    assert again.challenge.sends == 2
    assert len(world.messages()) == 4
    assert world.codes() == typed
    world.verify(typed)


def test_codes_are_sent_five_times_for_one_registration(world: World) -> None:
    world.opened()
    for _ in range(codes.SENDS - 1):
        world.advance(seconds=30)
        world.send_again()
    world.advance(seconds=30)
    assert refused(world.send_again).code is Code.SEND_LIMIT_REACHED


def test_an_address_is_written_to_ten_times_a_day(world: World) -> None:
    for number in range(10):
        world.opened(wish(Contact(CONTACT.email, Mobile(f"+91987651000{number}"))))
    world.existing()
    for contact in (Contact(CONTACT.email, OTHERS.mobile), Contact(EmailAddress("ASHA@nair.example"), CONTACT.mobile)):
        limit = refused(partial(world.opened, wish(contact)))
        assert limit.code is Code.SEND_LIMIT_REACHED
    assert limit.retry_at is not None


def test_sending_again_counts_among_the_ten(world: World) -> None:
    for number in range(2):
        world.opened(wish(username=f"Asha.{number}"))
        for _ in range(codes.SENDS - 1):
            world.advance(seconds=30)
            world.send_again()
    assert refused(world.opened).code is Code.SEND_LIMIT_REACHED


def test_a_network_may_open_so_many_and_no_more(world: World) -> None:
    def other(number: int) -> Contact:
        return Contact(EmailAddress(f"a{number}@nair.example"), Mobile(f"+9198765{number:05}"))

    for number in range(25):
        world.opened(wish(other(number), username=f"user{number}"))
    assert refused(lambda: world.opened(wish(other(99)))).code is Code.TOO_MANY_REQUESTS
    world.advance(minutes=5)
    world.opened(wish(other(99)))


def test_the_steps_for_other_machines_do_what_the_routes_do(world: World) -> None:
    world.opened()
    assert refused(lambda: world.desk.send_again_in_journey(world.registration_id)).code is Code.RESEND_TOO_SOON
    world.advance(seconds=30)
    assert world.desk.send_again_in_journey(world.registration_id).challenge.sends == 2
    assert refused(lambda: world.desk.verify_in_journey("unknown", WRONG)).code is Code.FLOW_TOKEN_INVALID
    assert refused(lambda: world.desk.verify_in_journey(world.registration_id, WRONG)).code is Code.CODES_INCORRECT
    confirmed = world.desk.verify_in_journey(world.registration_id, world.codes())
    assert confirmed.status is RegistrationStatus.REGISTERING
    assert world.run() == "Registered"


def test_a_flow_token_opens_its_own_registration_only(world: World) -> None:
    world.opened()
    first, token = world.registration_id, world.flow_token
    world.opened(wish(OTHERS, username="Other"))
    for registration_id, flow_token in ((first, world.flow_token), (world.registration_id, token), ("unknown", token)):
        assert refused(partial(world.desk.read, registration_id, flow_token)).code is Code.FLOW_TOKEN_INVALID


def test_the_newest_registration_is_the_one_that_a_resume_means(world: World) -> None:
    world.opened()
    older = world.codes()
    world.opened(wish(username="Asha.2"))
    assert refused(lambda: world.resume(older)).code is Code.CODES_NOT_MATCHED
    assert world.resume() is RegistrationStatus.REGISTERING
