"""Codes: what they are made of, how they are spent, and the defects that other systems had."""

import hmac
import string
from collections import Counter
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain import codes
from chalicelib.domain.codes import Challenge, Codes, Purpose, ServerKey
from chalicelib.domain.contacts import Channel, Contact
from chalicelib.domain.identifiers import EmailAddress, Mobile
from chalicelib.domain.refusals import Code, FieldProblem, Refusal

NOW = datetime(2026, 11, 2, 4, 30, tzinfo=UTC)
KEY = ServerKey("k1", b"\x07" * 32)
CONTACT = Contact(EmailAddress("asha@example.com"), Mobile("+919876543210"))
CHALLENGE = Challenge(
    Purpose.SIMPLIFIED_REGISTRATION_CONTACT, "k1", b"\x00" * 16, 0, expires_at=NOW + timedelta(hours=2), asked_at=NOW
)


def mobile_code(challenge: Challenge = CHALLENGE, key: ServerKey = KEY, contact: Contact = CONTACT) -> str:
    return codes.derive(key, challenge, Channel.MOBILE, contact)


def right(challenge: Challenge = CHALLENGE) -> Codes:
    return Codes(mobile_code(challenge), codes.derive(KEY, challenge, Channel.EMAIL, CONTACT))


def nonce(number: int) -> Challenge:
    return replace(CHALLENGE, nonce=number.to_bytes(16, "big"))


def test_a_code_is_six_ascii_digits_and_a_resend_makes_the_same_one() -> None:
    code = mobile_code()
    assert len(code) == 6
    assert set(code) <= set(string.digits)
    assert mobile_code(replace(CHALLENGE, sends=3)) == code


def test_everything_that_a_code_is_bound_to_changes_it() -> None:
    others = {
        codes.derive(KEY, CHALLENGE, Channel.EMAIL, CONTACT),
        mobile_code(key=ServerKey("k1", b"\x08" * 32)),
        mobile_code(nonce(1)),
        mobile_code(replace(CHALLENGE, generation=1)),
        mobile_code(replace(CHALLENGE, purpose=Purpose.SIMPLIFIED_REGISTRATION_ALTERNATE)),
        mobile_code(contact=Contact(CONTACT.email, Mobile("+919876543211"))),
    }
    assert len(others) == 6
    assert mobile_code() not in others


def test_a_challenge_under_another_key_is_not_answered_with_this_one() -> None:
    with pytest.raises(ValueError, match="another server key"):
        mobile_code(key=ServerKey("k2", KEY.material))


def test_every_digit_comes_at_every_place() -> None:
    """A known defect: digits 0-8 only."""
    places = [Counter(code[place] for code in map(mobile_code, map(nonce, range(1500)))) for place in range(6)]
    assert all(set(place) == set(string.digits) for place in places)
    assert all(100 < count < 210 for place in places for count in place.values())


@pytest.mark.parametrize(("number", "code"), [(875216, "999999"), (1096363, "000000")])
def test_the_ends_of_the_code_space_occur(number: int, code: str) -> None:
    """A known defect: a code space that never gives 999999. The two nonces were found by search."""
    assert mobile_code(nonce(number)) == code


def test_a_challenge_holds_neither_code_nor_a_hash_of_one() -> None:
    """A known defect: a "hash" that is the hex of the code. What is stored is the same for every code."""
    typed = right()
    printed = repr(CHALLENGE) + repr(typed) + repr(KEY)
    for code in (typed.mobile, typed.email):
        assert code not in printed
        assert code.encode().hex() not in printed
    assert KEY.material.hex() not in printed


def test_both_codes_are_compared_in_constant_time(monkeypatch: pytest.MonkeyPatch) -> None:
    compared: list[str] = []

    def counting(left: str, other: str) -> bool:
        compared.append(other)
        return hmac_compare(left, other)

    hmac_compare = hmac.compare_digest
    monkeypatch.setattr(hmac, "compare_digest", counting)
    assert codes.wrong_channels(KEY, CHALLENGE, CONTACT, Codes("000001", "000002")) == (Channel.MOBILE, Channel.EMAIL)
    assert compared == ["000001", "000002"]


@given(st.from_regex(r"[0-9]{6}", fullmatch=True))
def test_only_the_derived_codes_are_right(guess: str) -> None:
    """A known defect: a bypass code left in. There is none: a guess is right exactly where it is the derived code."""
    wrong = codes.wrong_channels(KEY, CHALLENGE, CONTACT, Codes(guess, guess))
    assert (Channel.MOBILE not in wrong) == (guess == right().mobile)
    assert (Channel.EMAIL not in wrong) == (guess == right().email)


def test_the_mobile_code_does_not_serve_for_the_email() -> None:
    typed = right()
    swapped = Codes(typed.email, typed.mobile)
    assert codes.wrong_channels(KEY, CHALLENGE, CONTACT, typed) == ()
    assert codes.wrong_channels(KEY, CHALLENGE, CONTACT, swapped) == (Channel.MOBILE, Channel.EMAIL)


@pytest.mark.parametrize("typed", ["123456", " 123456 ", "123 456", "123-456"])
def test_a_typed_code_may_have_blanks(typed: str) -> None:
    assert codes.parse_code(typed) == "123456"


@pytest.mark.parametrize(
    "typed", ["12345", "1234567", "१२३४५६", "１２３４５６", "12345a", "123456\n7", "+12345", "²²²²²²"]
)
def test_what_is_no_code_is_refused_before_an_attempt_is_spent(typed: str) -> None:
    with pytest.raises(FieldProblem) as problem:
        codes.parse_code(typed)
    assert problem.value.error.reason == "code_not_six_digits"


def test_five_attempts_and_no_more() -> None:
    challenge = CHALLENGE
    for left in (4, 3, 2, 1, 0):
        challenge = codes.spent(challenge, NOW)
        assert challenge.attempts_left == left
    with pytest.raises(Refusal) as refusal:
        codes.spent(challenge, NOW)
    assert refusal.value.code is Code.CODES_EXHAUSTED


def test_a_resend_gives_no_attempt_back_and_no_time() -> None:
    """A known defect: a lockout that a resend lifts."""
    spent = codes.spent(CHALLENGE, NOW)
    again = codes.asked_again(codes.delivered(spent, tuple(Channel)), NOW + timedelta(seconds=30))
    assert (again.attempts, again.expires_at, again.sends) == (1, CHALLENGE.expires_at, 2)
    with pytest.raises(Refusal) as refusal:
        codes.asked_again(replace(CHALLENGE, attempts=5), NOW + timedelta(minutes=1))
    assert refusal.value.code is Code.CODES_EXHAUSTED


def test_the_last_instant_counts_and_the_hour_itself_does_not() -> None:
    assert codes.spent(CHALLENGE, CHALLENGE.expires_at - timedelta(milliseconds=1)).attempts == 1
    with pytest.raises(Refusal) as refusal:
        codes.spent(CHALLENGE, CHALLENGE.expires_at)
    assert refusal.value.code is Code.REGISTRATION_EXPIRED


def test_a_challenge_is_used_once() -> None:
    used = codes.used(CHALLENGE, NOW)
    with pytest.raises(Refusal) as refusal:
        codes.used(used, NOW)
    assert refusal.value.code is Code.CODES_USED


def test_a_resend_waits_thirty_seconds_and_says_until_when() -> None:
    sent = codes.delivered(CHALLENGE, tuple(Channel))
    with pytest.raises(Refusal) as refusal:
        codes.asked_again(sent, NOW + timedelta(seconds=29))
    assert (refusal.value.code, refusal.value.retry_at) == (Code.RESEND_TOO_SOON, NOW + timedelta(seconds=30))


def test_five_sends_and_no_more_but_a_failed_one_does_not_count() -> None:
    challenge, now = CHALLENGE, NOW
    for _ in range(4):
        now += timedelta(seconds=30)
        challenge = codes.asked_again(codes.delivered(challenge, tuple(Channel)), now)
    half_sent = codes.delivered(challenge, (Channel.EMAIL,))
    assert half_sent.unsent == (Channel.MOBILE,)
    assert codes.asked_again(half_sent, now + timedelta(seconds=30)).sends == codes.SENDS
    with pytest.raises(Refusal) as refusal:
        codes.asked_again(codes.delivered(challenge, tuple(Channel)), now + timedelta(seconds=30))
    assert refusal.value.code is Code.SEND_LIMIT_REACHED
