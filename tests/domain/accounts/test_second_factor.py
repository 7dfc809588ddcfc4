"""The second factor: sent, shown, spent before it is compared, one successor for one session."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.domain import codes, sessions
from chalicelib.domain.accounts.account import Account, Role
from chalicelib.domain.accounts.owners import Owner, owner_key
from chalicelib.domain.accounts.raising import SignedIn
from chalicelib.domain.accounts.second_factor import methods_of
from chalicelib.domain.accounts.security import Method
from chalicelib.domain.authorisation import missing_of_staff
from chalicelib.domain.changes import StoreUnavailable
from chalicelib.domain.codes import Purpose
from chalicelib.domain.contacts import Channel
from chalicelib.domain.refusals import Code, Refusal
from chalicelib.domain.sessions import Level
from tests.domain.accounts.signing_in_world import HERE, Door, other_than


@pytest.fixture
def door() -> Door:
    return Door()


def send(door: Door, token: str, channel: Channel = Channel.MOBILE) -> codes.Challenge:
    challenge = door.second_factor.send_code(door.actor(token), channel, HERE).challenge
    assert challenge is not None
    return challenge


def show(door: Door, token: str, typed: str, method: Method = Method.MOBILE_CODE, ip: str = HERE.ip) -> SignedIn:
    return door.second_factor.show(door.actor(token), method, typed, replace(HERE, ip=ip))


def refused(attempt: Callable[[], object]) -> Refusal:
    with pytest.raises(Refusal) as refusal:
        attempt()
    return refusal.value


@pytest.mark.parametrize("channel", Channel)
def test_a_code_raises_the_session_under_a_new_token(door: Door, channel: Channel) -> None:
    person = door.person()
    half_way = door.half_way(person)
    signed_in = door.raised(half_way.token, channel)
    assert signed_in.token != half_way.token
    assert refused(lambda: door.actor(half_way.token)).code is Code.SESSION_REQUIRED
    session = door.actor(signed_in.token).session
    assert (session.level, session.checked_by) == (Level.FULL, Method(f"{channel.value}_code"))
    assert (session.checked_at, session.challenge) == (door.clock(), None)
    assert door.deeds(person) == [("password_tried", "done"), ("signed_in", "done")]


def test_the_message_tells_the_code_and_the_outbox_does_not_hold_it(door: Door) -> None:
    person = door.person(language="hi")
    token = door.half_way(person).token
    send(door, token, Channel.EMAIL)
    (message,) = door.messages(person)
    assert (message.kind.value, message.channel, message.language) == ("sign_in_code", Channel.EMAIL, "hi")
    assert message.address == person.contact.email
    assert message.challenge is not None
    key = door.keyring.by_id(message.challenge.key_id)
    code = door.code(token, Channel.EMAIL)
    assert codes.derive_at(key, message.challenge, message.channel, message.address) == code
    assert f"'{code}'" not in repr(vars(door.store))


def test_sent_again_it_is_the_same_code_and_its_end_stays(door: Door) -> None:
    person = door.person()
    token = door.half_way(person).token
    first, code = send(door, token), door.code(token)
    refusal = refused(lambda: send(door, token))
    assert (refusal.code, refusal.retry_at) == (Code.RESEND_TOO_SOON, first.resend_at)
    door.clock.advance(seconds=30)
    again = send(door, token)
    assert (again.expires_at, again.sends, door.code(token)) == (first.expires_at, 2, code)
    assert len(door.messages(person)) == 2


def test_a_session_gets_five_sends_over_both_channels_together(door: Door) -> None:
    token = door.half_way(door.person()).token
    for channel in (Channel.MOBILE, Channel.EMAIL, Channel.MOBILE, Channel.EMAIL, Channel.EMAIL):
        send(door, token, channel)
        door.clock.advance(seconds=30)
    for channel in Channel:
        assert refused(lambda channel=channel: send(door, token, channel)).code is Code.SEND_LIMIT_REACHED  # type: ignore[misc]


def test_the_other_channel_need_not_cool_down_and_both_codes_count(door: Door) -> None:
    """Who waits for an SMS in vain asks for a mail at once; whichever comes first serves."""
    for used in Channel:
        token = door.half_way(door.person()).token
        mobile = send(door, token, Channel.MOBILE)
        email = send(door, token, Channel.EMAIL)
        assert (mobile.expires_at, mobile.nonce) == (email.expires_at, email.nonce)
        assert show(door, token, door.code(token, used), Method(f"{used.value}_code")).session.level is Level.FULL


def test_one_channels_code_is_none_of_the_others(door: Door) -> None:
    token = door.half_way(door.person()).token
    send(door, token, Channel.MOBILE)
    code = door.code(token, Channel.MOBILE)
    assert refused(lambda: show(door, token, code, Method.EMAIL_CODE)).code is Code.CODE_EXPIRED
    send(door, token, Channel.EMAIL)
    assert refused(lambda: show(door, token, code, Method.EMAIL_CODE)).code is Code.CODE_INCORRECT


def test_five_wrong_codes_end_it_and_another_channel_gives_none_back(door: Door) -> None:
    person = door.person()
    token = door.half_way(person).token
    send(door, token)
    wrong = other_than(door.code(token))
    for left in (4, 3):
        refusal = refused(lambda: show(door, token, wrong))
        assert (refusal.code, refusal.facts) == (Code.CODE_INCORRECT, {"attempts_left": left})
        assert refusal.errors["code"].reason == "code_incorrect"
    send(door, token, Channel.EMAIL)
    wrong = other_than(door.code(token, Channel.EMAIL))
    for left in (2, 1, 0):
        refusal = refused(lambda: show(door, token, wrong, Method.EMAIL_CODE))
        assert refusal.facts == {"attempts_left": left}
    for channel in Channel:
        right, method = door.code(token, channel), Method(f"{channel.value}_code")
        assert refused(lambda: show(door, token, right, method)).code is Code.CODES_EXHAUSTED  # noqa: B023
    door.clock.advance(seconds=30)
    assert refused(lambda: send(door, token)).code is Code.CODES_EXHAUSTED
    assert door.deeds(person).count(("second_factor_tried", "refused")) == 5


def test_the_attempt_is_spent_before_it_is_compared(door: Door) -> None:
    """Where the answer to that write is lost, nothing was compared, and the attempt is gone all the same."""
    token = door.half_way(door.person()).token
    send(door, token)
    right = door.code(token)
    for _ in range(5):
        door.store.lose_answers = 1
        with pytest.raises(StoreUnavailable):
            show(door, token, right)
    assert refused(lambda: show(door, token, right)).code is Code.CODES_EXHAUSTED


def test_a_code_lasts_ten_minutes(door: Door) -> None:
    person = door.person()
    signed_in = door.signed_in(person)
    door.clock.advance(minutes=10)
    challenge = send(door, signed_in.token)
    right = door.code(signed_in.token)
    assert (challenge.expires_at - door.clock()).total_seconds() == 600
    door.clock.advance(minutes=10)
    assert refused(lambda: show(door, signed_in.token, right)).code is Code.CODE_EXPIRED
    # A new one may be had then, and it is another.
    assert send(door, signed_in.token).nonce != challenge.nonce


def test_a_code_ends_no_later_than_the_half_way_session(door: Door) -> None:
    half_way = door.half_way(door.person())
    door.clock.advance(minutes=4)
    assert send(door, half_way.token).expires_at == half_way.session.expires_at


def test_nothing_to_show_before_a_code_was_sent(door: Door) -> None:
    token = door.half_way(door.person()).token
    assert refused(lambda: show(door, token, "123456")).code is Code.CODE_EXPIRED


def test_a_code_whose_server_key_was_withdrawn_has_expired(door: Door) -> None:
    token = door.half_way(door.person()).token
    send(door, token)
    right = door.code(token)
    door.keyring.rotate()
    door.keyring.withdraw_oldest()
    assert refused(lambda: show(door, token, right)).code is Code.CODE_EXPIRED


def test_a_sign_ins_code_is_worth_nothing_for_a_step_up(door: Door) -> None:
    signed_in = door.signed_in(door.person())
    send(door, signed_in.token)
    stored = door.actor(signed_in.token).session
    assert stored.challenge is not None
    assert stored.challenge.purpose is Purpose.STEP_UP
    other = replace(stored.challenge, purpose=Purpose.SIGN_IN)
    key, contact = door.keyring.current(), door.actor(signed_in.token).owner.contact
    assert codes.derive(key, other, Channel.MOBILE, contact) != door.code(signed_in.token)


# Step-up.


def test_a_step_up_is_fresh_for_ten_minutes_and_gives_no_hour_back(door: Door) -> None:
    person = door.person()
    first = door.signed_in(person)
    door.clock.advance(minutes=10)
    assert not sessions.is_fresh(door.actor(first.token).session, door.clock())
    stepped_up = door.raised(first.token, Channel.EMAIL)
    assert refused(lambda: door.actor(first.token)).code is Code.SESSION_REQUIRED
    session = door.actor(stepped_up.token).session
    assert session.expires_at == first.session.expires_at
    assert session.session_id == first.session.session_id
    door.clock.advance(minutes=9, seconds=59)
    assert sessions.is_fresh(door.actor(stepped_up.token).session, door.clock())
    door.clock.advance(seconds=1)
    assert not sessions.is_fresh(door.actor(stepped_up.token).session, door.clock())
    assert door.deeds(person)[-1] == ("stepped_up", "done")
    assert door.messages(person)[-1].kind.value == "step_up_code"


def test_a_registrant_steps_up_as_well(door: Door) -> None:
    signed_in = door.half_way(door.registrant())
    assert signed_in.session.checked_at is None
    assert sessions.is_fresh(door.raised(signed_in.token).session, door.clock())


def test_trusting_the_browser_counts_at_sign_in_only(door: Door) -> None:
    person = door.person()
    assert door.raised(door.half_way(person).token).browser_cookie is None
    signed_in = door.raised(door.half_way(person).token, trust_browser=True)
    assert signed_in.browser_cookie is not None
    assert [browser.device for browser in door.stored(person).security.trusted_browsers] == ["Firefox, Android"]
    assert door.raised(signed_in.token, trust_browser=True).browser_cookie is None
    assert len(door.stored(person).security.trusted_browsers) == 1
    assert door.deeds(person)[-2:] == [("browser_trusted", "done"), ("stepped_up", "done")]


# What is offered.


def people(door: Door) -> dict[str, Owner]:
    found: dict[str, Owner] = {"person": door.person(), "registrant": door.registrant()}
    found |= {role.value: door.person(role) for role in Role}
    return found


@pytest.mark.parametrize("sort", ["person", "registrant", *(role.value for role in Role)])
def test_without_an_authenticator_codes_are_offered_and_with_one_nothing_weaker(door: Door, sort: str) -> None:
    owner = people(door)[sort]
    is_staff = isinstance(owner, Account) and owner.is_staff
    assert methods_of(owner) == ((Method.MOBILE_CODE,) if is_staff else (Method.MOBILE_CODE, Method.EMAIL_CODE))
    door.with_authenticator(owner)
    assert methods_of(door.stored(owner)) == (Method.AUTHENTICATOR,)
    door.with_authenticator(owner, ("hash",))
    assert methods_of(door.stored(owner)) == (Method.AUTHENTICATOR, Method.RECOVERY_CODE)
    token = door.half_way(owner).token
    for channel in Channel:
        assert refused(lambda: send(door, token, channel)).code is Code.METHOD_NOT_OFFERED  # noqa: B023
    for method in set(Method) - {Method.AUTHENTICATOR, Method.RECOVERY_CODE}:
        assert refused(lambda: show(door, token, "123456", method)).code is Code.METHOD_NOT_OFFERED  # noqa: B023


def test_without_an_authenticator_neither_it_nor_recovery_codes_are_offered(door: Door) -> None:
    token = door.half_way(door.person()).token
    for method in (Method.AUTHENTICATOR, Method.RECOVERY_CODE, Method.BOTH_CODES):
        assert refused(lambda: show(door, token, "123456", method)).code is Code.METHOD_NOT_OFFERED  # noqa: B023


@pytest.mark.parametrize("role", [Role.OFFICER, Role.SUPERVISOR, Role.ADMINISTRATOR])
def test_staff_come_in_by_code_until_they_have_an_authenticator_and_are_told_so(door: Door, role: Role) -> None:
    signed_in = door.signed_in(door.person(role))
    assert signed_in.session.level is Level.FULL
    assert missing_of_staff(signed_in.owner, door.clock()) is Code.AUTHENTICATOR_REQUIRED


# Locks.


def test_ten_wrong_ones_in_a_row_lock_the_second_factor_and_no_code_is_sent(door: Door) -> None:
    person = door.person()
    for _ in range(2):
        token = door.half_way(person).token
        send(door, token)
        wrong = other_than(door.code(token))
        for number in range(5):
            refused(lambda: show(door, token, wrong, ip=f"203.0.113.{number}"))  # noqa: B023
    token, sent = door.half_way(person).token, len(door.messages(person))
    refusal = refused(lambda: send(door, token))
    assert refusal.code is Code.LOCKED
    assert refusal.retry_at is not None
    assert (refusal.retry_at - door.clock()).total_seconds() == 900
    assert len(door.messages(person)) == sent
    # It has not locked the step-up of whoever is signed in already.
    door.clock.advance(minutes=15)
    send(door, token := door.half_way(person).token)
    assert show(door, token, door.code(token)).session.level is Level.FULL


def test_a_right_one_breaks_the_row(door: Door) -> None:
    person = door.person()
    for round_ in range(4):
        token = door.half_way(person, replace(HERE, ip=f"203.0.113.{round_}")).token
        send(door, token)
        for _ in range(4):
            refused(lambda: show(door, token, other_than(door.code(token)), ip=f"203.0.114.{round_}"))  # noqa: B023
        assert show(door, token, door.code(token), ip=f"203.0.114.{round_}").session.level is Level.FULL


# Two at once.


def test_two_right_answers_for_one_session_have_one_successor(door: Door) -> None:
    """Both read the session before either wrote."""
    person = door.person()
    token = door.half_way(person).token
    send(door, token)
    actor, right = door.actor(token), door.code(token)
    first = door.second_factor.show(actor, Method.MOBILE_CODE, right, HERE)
    refusal = refused(lambda: door.second_factor.show(actor, Method.MOBILE_CODE, right, HERE))
    assert refusal.code is Code.SESSION_REQUIRED
    assert door.actor(first.token).session.level is Level.FULL
    assert len(door.store.sessions_of(owner_key(person))) == 1
    assert door.deeds(person).count(("signed_in", "done")) == 1


def test_who_signed_out_meanwhile_is_not_raised(door: Door) -> None:
    token = door.half_way(door.person()).token
    send(door, token)
    actor, right = door.actor(token), door.code(token)
    door.signing_in.sign_out(token, HERE)
    refusal = refused(lambda: door.second_factor.show(actor, Method.MOBILE_CODE, right, HERE))
    assert refusal.code is Code.SESSION_REQUIRED


def test_what_others_write_meanwhile_does_not_keep_anybody_out(door: Door) -> None:
    """The owner and the session were read before somebody else wrote both; the next round reads them anew."""
    person = door.person()
    token = door.half_way(person).token
    send(door, token)
    actor = door.actor(token)
    door.secure(person, replace(door.stored(person).security, recovery_codes=("changed",)))
    refused(lambda: show(door, token, other_than(door.code(token))))
    signed_in = door.second_factor.show(actor, Method.MOBILE_CODE, door.code(token), HERE, trust_browser=True)
    security = door.stored(person).security
    assert (len(security.trusted_browsers), security.recovery_codes) == (1, ("changed",))
    assert door.actor(signed_in.token).session.level is Level.FULL


@settings(max_examples=40, deadline=None)
@given(typed=st.lists(st.sampled_from(["right", "wrong", "again", "other channel", "later"]), max_size=20))
def test_whatever_the_order_a_code_meets_at_most_five_compares_and_one_success(typed: list[str]) -> None:
    door = Door()
    half_way = door.half_way(door.person())
    send(door, half_way.token)
    wrong, raised = 0, []
    for number, what in enumerate(typed):
        token = half_way.token
        try:
            if what == "again":
                send(door, token)
            elif what == "other channel":
                send(door, token, Channel.EMAIL)
            elif what == "later":
                door.clock.advance(seconds=29)
            else:
                code = door.code(token)
                shown = code if what == "right" else other_than(code)
                raised.append(show(door, token, shown, ip=f"203.0.113.{number}"))
        except Refusal as refusal:
            wrong += refusal.code is Code.CODE_INCORRECT
    assert wrong <= codes.ATTEMPTS
    assert len(raised) <= 1
    assert bool(raised) == ("right" in typed and typed[: typed.index("right")].count("wrong") < codes.ATTEMPTS)
