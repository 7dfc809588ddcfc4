"""The outbox's record: when a message is due, who has it, how long it waits, when it is given up."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain import codes, outbox
from chalicelib.domain.codes import Purpose
from chalicelib.domain.contacts import Channel, Contact
from chalicelib.domain.identifiers import EmailAddress, Mobile
from chalicelib.domain.notices import NoticeKind
from chalicelib.domain.outbox import OutboxMessage, Reason

NOW = datetime(2026, 11, 2, 4, 30, tzinfo=UTC)
CONTACT = Contact(EmailAddress("asha@example.com"), Mobile("+919876543210"))
CHALLENGE = codes.asked(Purpose.SIGN_IN, (Channel.MOBILE,), "first", b"n" * 16, NOW + timedelta(minutes=10), NOW)
MESSAGE = outbox.message(NoticeKind.REGISTERED, Channel.EMAIL, CONTACT, "en", NOW, icegate_id="ASHA")
A_MOMENT = timedelta(milliseconds=1)


def tried(times: int, message: OutboxMessage = MESSAGE) -> OutboxMessage:
    return replace(message, attempts=times)


def wait_after(tries: int, unevenness: float = 0.5) -> timedelta:
    due_at = outbox.failed(tried(tries), NOW, unevenness).due_at
    assert due_at is not None
    return due_at - NOW


def test_a_new_message_is_due_at_once_and_says_who_and_what_but_prints_neither() -> None:
    assert outbox.may_be_claimed(MESSAGE, NOW)
    assert (MESSAGE.address, MESSAGE.values) == ("asha@example.com", {"icegate_id": "ASHA"})
    assert "asha" not in repr(MESSAGE).lower().replace(MESSAGE.message_id.lower(), "")


def test_a_new_message_is_due_for_a_machine_whose_clock_is_behind_the_writers() -> None:
    assert outbox.may_be_claimed(MESSAGE, NOW - timedelta(seconds=2))
    assert not outbox.may_be_claimed(outbox.failed(tried(1), NOW, 0), NOW)


def test_a_claim_keeps_others_off_until_it_ends_and_counts_as_a_try() -> None:
    held = outbox.claimed(MESSAGE, NOW)
    assert held.attempts == 1
    assert not outbox.may_be_claimed(held, NOW + outbox.CLAIM - A_MOMENT)
    assert outbox.may_be_claimed(held, NOW + outbox.CLAIM)


def test_what_was_sent_or_given_up_is_never_due_again() -> None:
    held = outbox.claimed(MESSAGE, NOW)
    sent = outbox.delivered(held, "sns-1", NOW)
    assert (sent.sent_at, sent.provider_id, sent.claimed_until) == (NOW, "sns-1", None)
    lost = outbox.given_up(held, Reason.NOT_TAKEN)
    assert lost.given_up_because == "not_taken"
    for message in (sent, lost):
        assert not outbox.may_be_claimed(message, NOW + timedelta(days=365))


def test_the_waits_grow_to_ten_minutes_and_stay_there() -> None:
    assert [wait_after(tries).total_seconds() for tries in range(1, 9)] == [5, 15, 45, 120, 300, 600, 600, 600]
    # What was put off before any try (its key is not known yet) waits as after the first.
    assert wait_after(0) == wait_after(1)


@given(st.integers(0, 200), st.floats(0, 1))
def test_a_wait_is_shifted_by_a_quarter_at_most_and_holds_whole_milliseconds(tries: int, unevenness: float) -> None:
    wait, even = wait_after(tries, unevenness), wait_after(tries)
    assert even * 0.75 - A_MOMENT <= wait <= even * 1.25
    assert wait % A_MOMENT == timedelta(0)


def test_what_failed_together_does_not_come_back_together() -> None:
    assert len({wait_after(3, share / 10) for share in range(11)}) == 11


def test_a_message_that_nobody_takes_is_given_up_after_a_day_and_no_sooner() -> None:
    just_before = MESSAGE.asked_at + outbox.GIVE_UP_AFTER - A_MOMENT
    assert outbox.failed(tried(150), just_before, 0.5).given_up_because is None
    lost = outbox.failed(tried(150), just_before + A_MOMENT, 0.5)
    assert (lost.due_at, lost.given_up_because) == (None, Reason.NOT_TAKEN)


@pytest.mark.parametrize(
    ("challenge", "seconds", "reason"),
    [
        (None, 86_400, None),
        (CHALLENGE, 599, None),
        (CHALLENGE, 600, Reason.CODE_EXPIRED),
        (codes.used(CHALLENGE, NOW), 0, Reason.CODE_EXPIRED),
    ],
)
def test_a_code_is_not_sent_once_it_is_worth_nothing(
    challenge: codes.Challenge | None, seconds: int, reason: Reason | None
) -> None:
    assert outbox.hopeless(replace(MESSAGE, challenge=challenge), NOW + timedelta(seconds=seconds)) == reason
