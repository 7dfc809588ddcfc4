"""The simplified registration on fakes: the three cases of the advisory, and what may go wrong between two requests."""

import base64
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import altcha
import pytest

from chalicelib.domain.changes import StoreUnavailable
from chalicelib.domain.codes import Codes
from chalicelib.domain.contacts import Channel
from chalicelib.domain.icegate.accounts import Hold, IcegateAccount
from chalicelib.domain.icegate.registration import CodesFor, Status, Wait
from chalicelib.domain.icegate.registration_steps import NotDecided, SendingInProgress
from chalicelib.domain.identifiers import Gstin, IcegateId, Iec
from chalicelib.domain.notices import NoticeKind, NoticeNotSent
from chalicelib.domain.ports import JourneysUnavailable
from chalicelib.domain.refusals import Code, Refusal
from tests.domain.icegate.world import ALTERNATE, HOLDER, IP, TEMPORARY_PASSWORD, World

WRONG = Codes("000000", "000000")


@pytest.fixture
def world() -> World:
    return World()


def refused(ask: Callable[[], object]) -> Refusal:
    with pytest.raises(Refusal) as refusal:
        ask()
    return refusal.value


def verify(world: World, typed: Codes | None = None, codes_for: CodesFor = CodesFor.CONTACT) -> Status:
    typed = typed or world.codes()
    return world.desk.verify(world.registration_id, world.flow_token, codes_for, typed, IP).status


def finish(world: World) -> Status:
    return world.desk.finish(world.registration_id, world.flow_token).status


def change(world: World) -> Status:
    return world.desk.change_contact(world.registration_id, world.flow_token, ALTERNATE, IP).status


def account(world: World, icegate_id: str = "asha_exports") -> IcegateAccount:
    found = world.store.icegate_id(icegate_id)
    assert isinstance(found, IcegateAccount)
    return found


def kinds(world: World) -> list[tuple[NoticeKind, str]]:
    return [(notice.kind, notice.address) for notice in world.messenger.sent]


def solved_captcha(world: World) -> str:
    challenge = world.desk.challenge()
    solution = altcha.solve_challenge(altcha.Challenge.from_dict(challenge))
    assert solution is not None
    return base64.b64encode(json.dumps({"challenge": challenge, "solution": solution.to_dict()}).encode()).decode()


def test_case_1_1_finish_with_the_contact_of_record(world: World) -> None:
    assert world.codes_sent().status is Status.CODES_SENT
    assert verify(world) is Status.CONTACT_VERIFIED
    assert finish(world) is Status.REGISTERING
    assert world.journey.run() == "Registered"
    made = account(world)
    assert (made.icegate_id, made.contact, made.iec) == ("Asha_Exports", HOLDER.contact, HOLDER.iec)
    assert kinds(world)[2:] == [
        (NoticeKind.REGISTERED, HOLDER.contact.mobile),
        (NoticeKind.REGISTERED, HOLDER.contact.email),
    ]


def test_case_1_2_change_email_and_mobile(world: World) -> None:
    world.codes_sent()
    verify(world)
    assert change(world) is Status.SENDING_CODES
    assert world.journey.run() == "IssueAlternateCodes"
    assert world.read().status is Status.ALTERNATE_CODES_SENT
    assert verify(world, codes_for=CodesFor.ALTERNATE) is Status.REGISTERING
    assert world.journey.run() == "Registered"
    assert account(world).contact == ALTERNATE
    assert kinds(world)[4:] == [
        (NoticeKind.REGISTERED, ALTERNATE.mobile),
        (NoticeKind.REGISTERED, ALTERNATE.email),
        (NoticeKind.CONTACT_CHANGED, HOLDER.contact.mobile),
        (NoticeKind.CONTACT_CHANGED, HOLDER.contact.email),
    ]


def test_case_2_resume_with_the_contact_codes(world: World) -> None:
    world.codes_sent()
    opened = world.desk.resume(HOLDER.iec, HOLDER.gstins[0], world.codes(), IP)
    assert opened.registration.status is Status.CONTACT_VERIFIED
    assert refused(lambda: world.desk.read(world.registration_id, world.flow_token)).code is Code.FLOW_TOKEN_INVALID
    world.flow_token = opened.flow_token
    finish(world)
    assert world.journey.run() == "Registered"


def test_case_2_resume_with_the_alternate_codes(world: World) -> None:
    world.codes_sent()
    verify(world)
    change(world)
    world.journey.run()
    opened = world.desk.resume(HOLDER.iec, HOLDER.gstins[0], world.codes(), IP)
    assert opened.registration.status is Status.REGISTERING
    assert world.journey.run() == "Registered"
    assert account(world).contact == ALTERNATE


def test_a_start_opens_a_registration_and_its_captcha_serves_once(world: World) -> None:
    captcha = solved_captcha(world)
    gstin = HOLDER.gstins[0]
    opened = world.desk.start(HOLDER.iec, gstin, TEMPORARY_PASSWORD.lower(), captcha, IP, "hi")
    assert opened.registration.status is Status.CREDENTIALS_REQUIRED
    again = refused(lambda: world.desk.start(HOLDER.iec, gstin, TEMPORARY_PASSWORD, captcha, IP, "hi"))
    assert again.code is Code.CAPTCHA_USED
    assert world.desk.read(opened.registration.registration_id, opened.flow_token).language == "hi"


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


def test_an_id_is_held_whatever_its_case_and_the_chooser_may_try_another(world: World) -> None:
    world.codes_sent()
    world.store.put_holder(HOLDER)
    other = Hold(IcegateId("ASHA_EXPORTS"), Iec("ZZZPZ9999Z"), "another", world.now + timedelta(hours=1))
    taken = World()
    taken.opened()
    taken.store._icegate_ids["asha_exports"] = other
    refusal = refused(lambda: taken.choose("asha_Exports"))
    assert (refusal.code, list(refusal.errors)) == (Code.ICEGATE_ID_TAKEN, ["icegate_id"])
    assert not taken.desk.is_available(taken.registration_id, taken.flow_token, IcegateId("aSHA_exports"))
    assert taken.choose("asha_2").status is Status.SENDING_CODES


def test_a_holder_may_start_afresh_with_the_same_id(world: World) -> None:
    world.codes_sent()
    assert world.codes_sent().status is Status.CODES_SENT
    verify(world)
    finish(world)
    assert world.journey.run() == "Registered"


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
    assert world.store.icegate_id("first_id") is None
    assert refused(lambda: finish(world)).code is Code.REGISTRATION_SUPERSEDED


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
    assert world.store.icegate_id("asha_exports") is None
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


def test_a_mistyped_alternate_address_can_be_chosen_again(world: World) -> None:
    world.codes_sent()
    verify(world)
    change(world)
    world.journey.run()
    old, expires_at = world.codes(), world.read().expires_at
    world.advance(seconds=31)
    other = type(ALTERNATE)(ALTERNATE.email, HOLDER.contact.mobile)
    world.desk.change_contact(world.registration_id, world.flow_token, other, IP)
    assert world.journey.run() == "IssueAlternateCodes"
    assert world.read().expires_at == expires_at
    assert refused(lambda: verify(world, old, CodesFor.ALTERNATE)).code is Code.CODES_INCORRECT
    assert verify(world, None, CodesFor.ALTERNATE) is Status.REGISTERING


def test_who_began_a_change_may_finish_with_the_old_contact(world: World) -> None:
    world.codes_sent()
    verify(world)
    change(world)
    world.journey.run()
    finish(world)
    assert world.journey.run() == "Registered"
    assert account(world).contact == HOLDER.contact
    assert NoticeKind.CONTACT_CHANGED not in [kind for kind, _ in kinds(world)]


def test_the_same_contact_is_no_change(world: World) -> None:
    world.codes_sent()
    verify(world)
    same = HOLDER.contact
    refusal = refused(lambda: world.desk.change_contact(world.registration_id, world.flow_token, same, IP))
    assert {error.reason for error in refusal.errors.values()} == {"contact_unchanged"}


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


def test_a_step_that_failed_for_good_ends_the_registration(world: World) -> None:
    world.codes_sent()
    world.steps.give_up(world.registration_id)
    assert world.read().status is Status.EXPIRED
    assert world.store.icegate_id("asha_exports") is None


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
    held = world.store.icegate_id("asha_exports")
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
    world.steps._claim(world.registration_id, "first", Wait.CONTACT_CODES)  # a run that died here
    with pytest.raises(SendingInProgress):
        world.steps.issue_codes(world.registration_id, "second", Wait.CONTACT_CODES)
    assert world.messenger.sent == []
    world.advance(seconds=30)
    world.steps.issue_codes(world.registration_id, "third", Wait.CONTACT_CODES)
    assert len(world.messenger.sent) == 2
