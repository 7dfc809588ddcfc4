"""Authenticator apps: a code serves once, one step early or late; added, sealed, lost, removed."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pyotp
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.domain import codes, sessions
from chalicelib.domain.accounts import time_codes
from chalicelib.domain.accounts.account import Account, Role
from chalicelib.domain.accounts.authenticators import Offered
from chalicelib.domain.accounts.owners import Owner, owner_key
from chalicelib.domain.accounts.raising import SignedIn
from chalicelib.domain.accounts.security import Method
from chalicelib.domain.accounts.time_codes import Accepted, ClockOff, Used, Wrong, judged
from chalicelib.domain.codes import Codes
from chalicelib.domain.contacts import Channel
from chalicelib.domain.refusals import Code, FieldProblem, Refusal
from chalicelib.domain.sealing import SealBroken
from chalicelib.domain.sessions import Level
from tests.domain.accounts.signing_in_world import HERE, Door, other_than

NOW = datetime(2026, 11, 2, 4, 30, 7, tzinfo=UTC)
STEP = time_codes.step_at(NOW)
SECRET = bytes(range(20))


@pytest.fixture
def door() -> Door:
    return Door()


def refused(attempt: Callable[[], object]) -> Refusal:
    with pytest.raises(Refusal) as refusal:
        attempt()
    return refusal.value


def show(door: Door, token: str, code: str, method: Method = Method.AUTHENTICATOR, ip: str = HERE.ip) -> SignedIn:
    return door.second_factor.show(door.actor(token), method, code, replace(HERE, ip=ip))


def enrolled(door: Door, owner: Owner) -> tuple[SignedIn, bytes]:
    """Somebody signed in who has just added an authenticator; its secret."""
    signed_in = door.signed_in(owner)
    offered = door.authenticators.begin(door.actor(signed_in.token))
    secret = secret_of(offered)
    door.authenticators.confirm(door.actor(signed_in.token), door.app_code(secret), HERE)
    return signed_in, secret


def secret_of(offered: Offered) -> bytes:
    return pyotp.TOTP(offered.secret.replace(" ", "")).byte_secret()


# What a code is worth.


def test_the_codes_are_those_of_rfc_6238() -> None:
    """Appendix B, SHA-1, the last six of the eight digits."""
    secret = b"12345678901234567890"
    for seconds, code in ((59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")):
        assert time_codes.code_at(secret, seconds // 30) == code


@pytest.mark.parametrize("early_or_late", range(-14, 15))
def test_one_step_early_or_late_is_accepted_and_up_to_ten_tell_that_the_clock_is_off(early_or_late: int) -> None:
    verdict = judged(SECRET, time_codes.code_at(SECRET, STEP + early_or_late), 0, NOW)
    steps = abs(early_or_late)
    if steps <= 1:
        assert verdict == Accepted(STEP + early_or_late)
    elif steps <= 10:
        assert verdict == ClockOff((steps + 1) // 2)
    else:
        assert verdict == Wrong()


@given(secret=st.binary(min_size=20, max_size=20), early_or_late=st.integers(-1, 1), last=st.integers(-3, 3))
def test_what_is_not_after_the_last_accepted_step_was_used(secret: bytes, early_or_late: int, last: int) -> None:
    verdict = judged(secret, time_codes.code_at(secret, STEP + early_or_late), STEP + last, NOW)
    if early_or_late > last:
        assert isinstance(verdict, Accepted)
    # A code may be that of two steps by chance.
    assert verdict == Used() if not isinstance(verdict, Accepted) else verdict.step > STEP + last


@settings(max_examples=60, deadline=None)
@given(
    tries=st.lists(st.tuples(st.integers(-12, 12), st.sampled_from([0, 0, 7, 29, 30, 31, 61, 400])), max_size=25),
)
def test_no_code_ever_serves_twice_whatever_the_order_of_tries(tries: list[tuple[int, int]]) -> None:
    """The stored step is all that is kept between tries; it only rises, and what it accepts is within one step."""
    seconds, last = NOW.timestamp(), 0
    served: list[str] = []
    for early_or_late, pause in tries:
        now = datetime.fromtimestamp(seconds, tz=UTC)
        typed = time_codes.code_at(SECRET, time_codes.step_at(now) + early_or_late)
        verdict = judged(SECRET, typed, last, now)
        if isinstance(verdict, Accepted):
            assert typed not in served[-3:]
            assert abs(verdict.step - time_codes.step_at(now)) <= 1
            assert verdict.step > last
            served.append(typed)
            last = verdict.step
        seconds += pause


def test_where_two_steps_near_by_have_the_same_code_it_serves_once() -> None:
    """It happens once in a million, and here: the later step is stored, so that the code does not come back."""
    secret = (793624).to_bytes(20, "big")
    twin = time_codes.code_at(secret, STEP - 1)
    assert twin == time_codes.code_at(secret, STEP + 1)
    assert judged(secret, twin, 0, NOW) == Accepted(STEP + 1)
    for seconds in range(0, 90, 10):
        assert judged(secret, twin, STEP + 1, NOW + timedelta(seconds=seconds)) == Used()


@pytest.mark.parametrize("typed", ["１２３４５６", "१२३४५६", "12345", "1234567", "12345a", "²²²²²²", "12345٠"])
def test_only_ascii_digits_are_codes(typed: str) -> None:
    with pytest.raises(FieldProblem):
        codes.parse_code(typed)
    assert judged(SECRET, typed, 0, NOW) == Wrong()


@given(early_or_late=st.integers(-1, 1), alphabet=st.sampled_from(["０１２３４５６７８９", "०१२३४५६७८९", "٠١٢٣٤٥٦٧٨٩"]))
def test_a_right_code_in_other_digits_is_no_right_code(early_or_late: int, alphabet: str) -> None:
    right = time_codes.code_at(SECRET, STEP + early_or_late)
    assert judged(SECRET, right.translate(str.maketrans("0123456789", alphabet)), 0, NOW) == Wrong()


# At sign-in.


def test_a_code_of_the_app_raises_the_session_and_serves_once(door: Door) -> None:
    person = door.person()
    secret = door.with_authenticator(person)
    token, other = door.half_way(person).token, door.half_way(person).token
    code = door.app_code(secret)
    signed_in = show(door, token, code)
    assert (signed_in.session.level, signed_in.session.checked_by) == (Level.FULL, Method.AUTHENTICATOR)
    for stolen in (other, signed_in.token):
        assert refused(lambda: show(door, stolen, code)).code is Code.AUTHENTICATOR_CODE_USED  # noqa: B023
    # Nor the one before it, which its owner never typed.
    assert refused(lambda: show(door, other, door.app_code(secret, -1))).code is Code.AUTHENTICATOR_CODE_USED
    door.clock.advance(seconds=30)
    assert show(door, other, door.app_code(secret)).session.level is Level.FULL


def test_two_shown_at_once_one_wins(door: Door) -> None:
    """In two sessions, both owners read before either wrote."""
    person = door.person()
    secret = door.with_authenticator(person)
    actors = [door.actor(door.half_way(person).token) for _ in range(2)]
    code = door.app_code(secret)
    door.second_factor.show(actors[0], Method.AUTHENTICATOR, code, HERE)
    refusal = refused(lambda: door.second_factor.show(actors[1], Method.AUTHENTICATOR, code, HERE))
    assert refusal.code is Code.AUTHENTICATOR_CODE_USED


def test_a_clock_that_is_off_is_told_grants_nothing_and_costs_the_attempt(door: Door) -> None:
    person = door.person()
    secret = door.with_authenticator(person)
    token = door.half_way(person).token
    for number in range(9):
        refusal = refused(lambda: show(door, token, door.app_code(secret, 6), ip=f"203.0.113.{number}"))  # noqa: B023
        assert (refusal.code, refusal.facts) == (Code.AUTHENTICATOR_CLOCK_OFF, {"minutes": 3})
    refusal = refused(lambda: show(door, token, other_than(door.app_code(secret))))
    assert (refusal.code, refusal.facts) == (Code.CODE_INCORRECT, {"attempts_left": 0})
    assert refused(lambda: show(door, token, door.app_code(secret))).code is Code.LOCKED
    assert door.deeds(person).count(("second_factor_tried", "refused")) == 10


def test_a_code_of_another_persons_app_is_wrong(door: Door) -> None:
    person, other = door.person(), door.person()
    door.with_authenticator(person)
    code = door.app_code(door.with_authenticator(other))
    token = door.half_way(person).token
    refusal = refused(lambda: show(door, token, code))
    assert (refusal.code, refusal.facts) == (Code.CODE_INCORRECT, {"attempts_left": 9})


# At rest.


def test_the_secret_is_not_in_the_store_and_opens_for_its_owner_alone(door: Door) -> None:
    person, thief = door.person(), door.person()
    _, secret = enrolled(door, person)
    kept = repr(vars(door.store))
    assert repr(secret)[2:-1] not in kept
    assert secret.hex() not in kept
    assert pyotp.TOTP(_base32(secret)).secret not in kept
    # Moved to another's record, it does not open.
    door.secure(thief, replace(door.stored(thief).security, authenticator=door.stored(person).security.authenticator))
    token = door.half_way(thief).token
    with pytest.raises(SealBroken):
        show(door, token, door.app_code(secret))


def _base32(secret: bytes) -> str:
    return time_codes.grouped(secret).replace(" ", "")


def test_a_right_code_seals_the_secret_anew_once_the_server_key_has_changed(door: Door) -> None:
    person = door.person()
    secret = door.with_authenticator(person)
    door.keyring.rotate()
    token = door.half_way(person).token
    refused(lambda: show(door, token, other_than(door.app_code(secret))))
    assert key_id(door, person) == "first"
    show(door, token, door.app_code(secret))
    assert key_id(door, person) == "key1"
    door.keyring.withdraw_oldest()
    door.clock.advance(seconds=30)
    assert show(door, door.half_way(person).token, door.app_code(secret)).session.level is Level.FULL


def key_id(door: Door, owner: Owner) -> str:
    authenticator = door.stored(owner).security.authenticator
    assert authenticator is not None
    return authenticator.sealed.key_id


def test_an_authenticator_under_a_withdrawn_key_is_no_way_in(door: Door) -> None:
    """Its owner goes the way of a lost one."""
    person = door.person()
    secret = door.with_authenticator(person)
    door.keyring.rotate()
    door.keyring.withdraw_oldest()
    token = door.half_way(person).token
    assert refused(lambda: show(door, token, door.app_code(secret))).code is Code.METHOD_NOT_OFFERED
    door.loss.report(door.actor(token), HERE)
    typed = Codes(door.code(token, Channel.MOBILE), door.code(token, Channel.EMAIL))
    assert door.loss.verify(door.actor(token), typed, HERE).session.level is Level.FULL


# Adding one.


def test_adding_one_gives_ten_recovery_codes_and_tells_both_addresses(door: Door) -> None:
    person = door.person()
    signed_in = door.raised(door.half_way(person).token, trust_browser=True)
    offered = door.authenticators.begin(door.actor(signed_in.token))
    assert door.stored(person).security.authenticator is None
    code = door.app_code(secret_of(offered))
    made = door.authenticators.confirm(door.actor(signed_in.token), code, HERE)
    security = door.stored(person).security
    assert len(set(made)) == len(security.recovery_codes) == 10
    assert (security.enrolment, security.trusted_browsers) == (None, ())
    told = [(message.kind.value, message.channel) for message in door.messages(person)[-2:]]
    assert sorted(told) == [("authenticator_added", Channel.EMAIL), ("authenticator_added", Channel.MOBILE)]
    assert door.deeds(person)[-2:] == [("authenticator_added", "done"), ("recovery_codes_made", "done")]
    # The code that added it does not sign in as well.
    token = door.half_way(person).token
    assert refused(lambda: show(door, token, code)).code is Code.AUTHENTICATOR_CODE_USED


def test_what_is_offered_can_be_read_typed_and_scanned(door: Door) -> None:
    signed_in = door.signed_in(door.person(username="asha & co@people.example"))
    offered = door.authenticators.begin(door.actor(signed_in.token))
    assert re.fullmatch(r"[A-Z2-7]{4}( [A-Z2-7]{4}){7}", offered.secret)
    parsed = pyotp.parse_uri(offered.uri)
    assert isinstance(parsed, pyotp.TOTP)
    assert (parsed.issuer, parsed.name, parsed.digits, parsed.interval) == (
        "Pravesh", "asha & co@people.example", 6, 30,
    )  # fmt: skip
    assert parsed.secret == offered.secret.replace(" ", "")
    assert re.fullmatch(r"<svg [^<>]*>(<(g|path) [^<>]*>|</g>)+</svg>", offered.qr)
    for foreign in ("script", "href", "<!", "<?", " on", "url("):
        assert foreign not in offered.qr
    assert offered.secret not in repr(offered)


def test_an_offer_ends_after_ten_minutes_or_with_the_next(door: Door) -> None:
    person = door.person()
    token = door.signed_in(person).token
    first, second = (door.authenticators.begin(door.actor(token)) for _ in range(2))

    def confirm(offered: Offered) -> Refusal:
        return refused(lambda: door.authenticators.confirm(door.actor(token), door.app_code(secret_of(offered)), HERE))

    assert confirm(first).code is Code.CODE_INCORRECT
    door.clock.advance(minutes=10)
    assert confirm(second).code is Code.CODE_EXPIRED
    assert door.stored(person).security.authenticator is None


def test_a_phone_whose_clock_is_off_is_told_so_when_it_is_added(door: Door) -> None:
    token = door.signed_in(door.person()).token
    secret = secret_of(door.authenticators.begin(door.actor(token)))
    refusal = refused(lambda: door.authenticators.confirm(door.actor(token), door.app_code(secret, -4), HERE))
    assert (refusal.code, refusal.facts) == (Code.AUTHENTICATOR_CLOCK_OFF, {"minutes": 2})


def test_confirmed_twice_it_is_added_once(door: Door) -> None:
    """A double click: the second finds nothing offered, and the first one's recovery codes stand."""
    person = door.person()
    actor = door.actor(door.signed_in(person).token)
    secret = secret_of(door.authenticators.begin(actor))
    read = replace(actor, owner=door.stored(person))
    door.authenticators.confirm(read, door.app_code(secret), HERE)
    standing = door.stored(person).security.recovery_codes
    assert refused(lambda: door.authenticators.confirm(read, door.app_code(secret), HERE)).code is Code.CODE_EXPIRED
    assert door.stored(person).security.recovery_codes == standing


def test_a_new_phone_takes_the_old_ones_place(door: Door) -> None:
    person = door.person()
    signed_in, old = enrolled(door, person)
    new = secret_of(door.authenticators.begin(door.actor(signed_in.token)))
    # Until the first code of the new one, the old one counts.
    door.clock.advance(seconds=30)
    show(door, door.half_way(person).token, door.app_code(old))
    door.authenticators.confirm(door.actor(signed_in.token), door.app_code(new), HERE)
    door.clock.advance(seconds=30)
    token = door.half_way(person).token
    assert refused(lambda: show(door, token, door.app_code(old))).code is Code.CODE_INCORRECT
    assert show(door, token, door.app_code(new)).session.level is Level.FULL


# Taking it away.


def test_removing_it_takes_recovery_codes_and_trusted_browsers_along(door: Door) -> None:
    for owner in (door.person(), door.registrant()):
        signed_in, _ = enrolled(door, owner)
        for _ in range(2):
            door.authenticators.remove(door.actor(signed_in.token), HERE)
        security = door.stored(owner).security
        assert (security.authenticator, security.recovery_codes, security.trusted_browsers) == (None, (), ())
        told = [message.kind.value for message in door.messages(owner)]
        assert told.count("authenticator_removed") == 2
        assert door.deeds(owner).count(("authenticator_removed", "done")) == 1


@pytest.mark.parametrize("role", [Role.OFFICER, Role.SUPERVISOR, Role.ADMINISTRATOR])
def test_staff_keep_theirs(door: Door, role: Role) -> None:
    person = door.person(role)
    signed_in, _ = enrolled(door, person)
    token = signed_in.token
    assert refused(lambda: door.authenticators.remove(door.actor(token), HERE)).code is Code.NOT_PERMITTED
    assert refused(lambda: door.loss.report(door.actor(token), HERE)).code is Code.NOT_PERMITTED
    typed = Codes("123456", "123456")
    assert refused(lambda: door.loss.verify(door.actor(token), typed, HERE)).code is Code.NOT_PERMITTED


# Losing it.


def lost(door: Door, owner: Owner) -> tuple[str, Codes]:
    """Half way, both codes sent: the token and the codes."""
    token = door.half_way(owner).token
    door.loss.report(door.actor(token), HERE)
    return token, Codes(door.code(token, Channel.MOBILE), door.code(token, Channel.EMAIL))


def test_both_codes_lead_on_without_it(door: Door) -> None:
    person = door.person()
    cookie = door.raised(door.half_way(person).token, trust_browser=True).browser_cookie
    door.with_authenticator(person, ("hash",))
    token, typed = lost(door, person)
    signed_in = door.loss.verify(door.actor(token), typed, HERE)
    assert (signed_in.session.level, signed_in.session.checked_by) == (Level.FULL, Method.BOTH_CODES)
    assert refused(lambda: door.actor(token)).code is Code.SESSION_REQUIRED
    security = door.stored(person).security
    assert (security.authenticator, security.recovery_codes, security.trusted_browsers) == (None, (), ())
    assert door.half_way(person, browser=cookie).session.level is Level.PASSWORD
    kinds = [message.kind.value for message in door.messages(person)]
    assert (kinds.count("authenticator_loss_code"), kinds.count("authenticator_removed")) == (2, 2)
    assert ("authenticator_lost", "done") in door.deeds(person)


def test_one_of_both_is_not_enough(door: Door) -> None:
    person = door.person()
    door.with_authenticator(person)
    token, typed = lost(door, person)
    for shown, wrong in (
        (Codes(typed.mobile, other_than(typed.email)), ["email_code"]),
        (Codes(other_than(typed.mobile), typed.email), ["mobile_code"]),
        (Codes(typed.email, typed.mobile), ["mobile_code", "email_code"]),
    ):
        refusal = refused(lambda: door.loss.verify(door.actor(token), shown, HERE))  # noqa: B023
        assert (refusal.code, list(refusal.errors)) == (Code.CODES_INCORRECT, wrong)
    assert refusal.facts == {"attempts_left": 2}
    assert door.deeds(person).count(("authenticator_lost", "refused")) == 3
    assert door.stored(person).security.authenticator is not None


def test_codes_of_a_step_up_remove_no_authenticator(door: Door) -> None:
    """They were asked for before it was added, in another window."""
    person = door.person()
    token = door.signed_in(person).token
    door.clock.advance(seconds=31)
    for channel in Channel:
        door.second_factor.send_code(door.actor(token), channel, HERE)
    typed = Codes(door.code(token, Channel.MOBILE), door.code(token, Channel.EMAIL))
    door.with_authenticator(person)
    assert refused(lambda: door.loss.verify(door.actor(token), typed, HERE)).code is Code.CODE_EXPIRED


def test_codes_of_a_loss_sign_nobody_in(door: Door) -> None:
    person = door.person()
    door.with_authenticator(person)
    token, typed = lost(door, person)
    assert refused(lambda: show(door, token, typed.mobile, Method.MOBILE_CODE)).code is Code.METHOD_NOT_OFFERED
    # Nor once it was removed in another window.
    door.secure(person, replace(door.stored(person).security, authenticator=None))
    assert refused(lambda: show(door, token, typed.mobile, Method.MOBILE_CODE)).code is Code.CODE_EXPIRED


def test_two_at_once_one_goes_on(door: Door) -> None:
    person = door.person()
    door.with_authenticator(person)
    token, typed = lost(door, person)
    actor = door.actor(token)
    door.loss.verify(actor, typed, HERE)
    assert refused(lambda: door.loss.verify(actor, typed, HERE)).code is Code.SESSION_REQUIRED
    assert len(door.store.sessions_of(owner_key(person))) == 1


def test_who_has_none_has_none_to_lose(door: Door) -> None:
    token = door.half_way(door.person()).token
    assert refused(lambda: door.loss.report(door.actor(token), HERE)).code is Code.METHOD_NOT_OFFERED


def test_a_step_up_by_both_codes_gives_no_hour_back(door: Door) -> None:
    """A trusted browser's session whose owner finds at the step-up that the phone is gone."""
    registrant = door.registrant()
    first = door.signed_in(registrant)
    door.with_authenticator(registrant)
    door.clock.advance(minutes=10)
    door.loss.report(door.actor(first.token), HERE)
    typed = Codes(door.code(first.token, Channel.MOBILE), door.code(first.token, Channel.EMAIL))
    signed_in = door.loss.verify(door.actor(first.token), typed, HERE)
    assert signed_in.session.expires_at == first.session.expires_at
    assert sessions.is_fresh(signed_in.session, door.clock())
    assert not isinstance(signed_in.owner, Account)
