"""The simplified registration on fakes: tries, locks, sends and hours, and what a stranger learns."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from chalicelib.domain.codes import Codes
from chalicelib.domain.icegate.registration import CodesFor, Status
from chalicelib.domain.identifiers import Gstin, Iec
from chalicelib.domain.refusals import Code, Refusal
from tests.domain.icegate.asking import WRONG, change, finish, refused, solved_captcha, verify
from tests.domain.icegate.world import HOLDER, IP, TEMPORARY_PASSWORD, World


@pytest.mark.parametrize(
    ("iec", "gstin", "password"),
    [
        ("ZZZCZ9999Z", "33ZZZCZ9999Z1ZQ", "WRNG-WRNG-WRNG"),
        ("ZZZCZ9999Z", "33ZZZPZ9999Z1ZZ", TEMPORARY_PASSWORD),
        ("ZZZPZ9999Z", "33ZZZPZ9999Z1ZZ", TEMPORARY_PASSWORD),
        ("0388012345", "33ZZZCZ9999Z1ZQ", TEMPORARY_PASSWORD),
    ],
)
def test_what_does_not_match_is_told_without_saying_which(world: World, iec: str, gstin: str, password: str) -> None:
    """A known defect: errors that tell whether an account exists."""
    captcha, before = solved_captcha(world), world.store.writes
    refusal = refused(lambda: world.desk.start(Iec(iec), Gstin(gstin), password, captcha, IP, "en"))
    assert (refusal.code, dict(refusal.errors), dict(refusal.facts)) == (Code.DETAILS_NOT_MATCHED, {}, {})
    assert world.store.writes == before + 1


def test_five_wrong_temporary_passwords_close_it_even_for_the_right_one(world: World) -> None:
    gstin = HOLDER.gstins[0]
    for _ in range(5):
        captcha = solved_captcha(world)
        refused(lambda captcha=captcha: world.desk.start(HOLDER.iec, gstin, "WRNG", captcha, IP, "en"))  # type: ignore[misc]
    captcha = solved_captcha(world)
    refusal = refused(lambda: world.desk.start(HOLDER.iec, gstin, TEMPORARY_PASSWORD, captcha, IP, "en"))
    assert refusal.code is Code.TEMPORARY_PASSWORD_EXHAUSTED


def test_wrong_codes_are_told_by_channel_and_five_are_the_end(world: World) -> None:
    world.codes_sent()
    right = world.codes()
    refusal = refused(lambda: verify(world, Codes(right.mobile, "000000")))
    assert (refusal.code, list(refusal.errors), refusal.facts["attempts_left"]) == (
        Code.CODES_INCORRECT,
        ["email_code"],
        4,
    )
    for _ in range(4):
        refused(lambda: verify(world, WRONG))
    assert refused(lambda: verify(world, right)).code is Code.CODES_EXHAUSTED


def test_ten_failures_lock_the_holder_through_a_restart(world: World) -> None:
    for _ in range(2):
        world.codes_sent()
        for _ in range(5):
            refused(lambda: verify(world, WRONG))
    world.codes_sent()
    refusal = refused(lambda: verify(world))
    assert (refusal.code, refusal.retry_at) == (Code.LOCKED, world.now + timedelta(minutes=15))
    world.advance(minutes=15)
    assert refused(lambda: verify(world, WRONG)).code is Code.CODES_INCORRECT
    assert refused(lambda: verify(world)).retry_at == world.now + timedelta(minutes=30)
    world.advance(minutes=30)
    assert verify(world) is Status.CONTACT_VERIFIED
    assert refused(lambda: verify(world, WRONG, CodesFor.ALTERNATE)).code is Code.STEP_OUT_OF_ORDER


def test_codes_die_two_hours_after_they_were_made_whatever_was_resent(world: World) -> None:
    world.codes_sent()
    world.advance(hours=1, minutes=59)
    world.desk.send_again(world.registration_id, world.flow_token, IP)
    world.journey.run()
    typed = world.codes()
    world.advance(minutes=1)
    assert refused(lambda: verify(world, typed)).code is Code.REGISTRATION_EXPIRED
    resumed = refused(lambda: world.desk.resume(HOLDER.iec, HOLDER.gstins[0], typed, IP))
    assert resumed.code is Code.REGISTRATION_EXPIRED
    world.journey.time_out()
    assert world.read().status is Status.EXPIRED
    assert world.store.named("asha_exports") is None
    assert world.codes_sent().status is Status.CODES_SENT


def test_a_resend_is_the_same_code_and_sent_by_the_journey(world: World) -> None:
    world.codes_sent()
    first = world.codes()
    too_soon = refused(lambda: world.desk.send_again(world.registration_id, world.flow_token, IP))
    assert (too_soon.code, too_soon.retry_at) == (Code.RESEND_TOO_SOON, world.now + timedelta(seconds=30))
    world.advance(seconds=30)
    assert world.desk.send_again(world.registration_id, world.flow_token, IP).status is Status.SENDING_CODES
    assert world.journey.run() == "IssueContactCodes"
    assert (len(world.messenger.sent), world.codes(), world.read().status) == (4, first, Status.CODES_SENT)


def test_an_address_gets_ten_messages_a_day(world: World) -> None:
    for _ in range(2):
        world.codes_sent()
        for _ in range(4):
            world.advance(minutes=6)
            world.desk.send_again(world.registration_id, world.flow_token, IP)
            world.journey.run()
    world.opened()
    assert refused(world.choose).code is Code.SEND_LIMIT_REACHED
    world.advance(hours=24)
    assert world.codes_sent().status is Status.CODES_SENT


def test_twenty_five_sends_or_checks_from_one_ip_in_five_minutes(world: World) -> None:
    world.codes_sent()
    for _ in range(5):
        refused(lambda: verify(world, WRONG))
    for _ in range(9):
        with pytest.raises(Refusal):
            world.desk.resume(Iec("ZZZPZ9999Z"), HOLDER.gstins[0], WRONG, IP)
    for _ in range(10):
        with pytest.raises(Refusal):
            world.desk.resume(Iec("ZZZFZ9999Z"), HOLDER.gstins[0], WRONG, IP)
    refusal = refused(lambda: world.desk.resume(Iec("ZZZTZ9999Z"), HOLDER.gstins[0], WRONG, IP))
    assert refusal.code is Code.TOO_MANY_REQUESTS
    assert refusal.retry_at is not None
    assert world.now < refusal.retry_at <= world.now + timedelta(minutes=5)
    other = refused(lambda: world.desk.resume(Iec("ZZZTZ9999Z"), HOLDER.gstins[0], WRONG, "203.0.113.8"))
    assert other.code is Code.CODES_NOT_MATCHED


def test_a_resume_tells_a_stranger_nothing(world: World) -> None:
    world.codes_sent()
    right = world.codes()
    for iec, gstin, typed in (
        (Iec("ZZZPZ9999Z"), HOLDER.gstins[0], right),
        (HOLDER.iec, Gstin("33ZZZPZ9999Z1ZZ"), right),
        (HOLDER.iec, HOLDER.gstins[0], Codes(right.mobile, "000000")),
    ):
        refusal = refused(lambda iec=iec, gstin=gstin, typed=typed: world.desk.resume(iec, gstin, typed, IP))  # type: ignore[misc]
        assert (refusal.code, dict(refusal.errors)) == (Code.CODES_NOT_MATCHED, {})


@pytest.mark.parametrize("ask", [finish, change])
def test_a_decision_may_be_taken_for_two_hours(world: World, ask: Callable[[World], Status]) -> None:
    world.codes_sent()
    verify(world)
    world.advance(hours=2)
    assert refused(lambda: ask(world)).code is Code.REGISTRATION_EXPIRED


def test_credentials_may_be_chosen_for_two_hours(world: World) -> None:
    world.opened()
    world.advance(hours=2)
    assert refused(world.choose).code is Code.REGISTRATION_EXPIRED
