"""Limits: windows, locks that double, and names that give nobody away."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain import limits
from chalicelib.domain.limits import CODE_TRIES, Tries
from chalicelib.domain.refusals import Code, Refusal

NOW = datetime(2026, 11, 2, 4, 30, tzinfo=UTC)
KEY = b"\x05" * 32


def test_ten_failures_lock_for_a_quarter_of_an_hour_and_each_further_one_doubles_it_up_to_a_day() -> None:
    tries, now, waits = Tries("t"), NOW, []
    for _ in range(20):
        tries = limits.spent(tries, CODE_TRIES, now)
        if tries.locked_until is not None:
            waits.append(tries.locked_until - now)
            now = tries.locked_until
    minutes = [wait.total_seconds() / 60 for wait in waits]
    assert minutes == [15, 30, 60, 120, 240, 480, 960, 1440, 1440, 1440, 1440]


@given(st.integers(0, 200), st.integers(0, 10_000))
def test_a_closed_lock_opens_for_nothing_but_time(failures: int, seconds: int) -> None:
    until = NOW + timedelta(seconds=seconds)
    tries = Tries("t", failures, until)
    if seconds == 0:
        assert limits.spent(tries, CODE_TRIES, NOW).failures == failures + 1
        return
    with pytest.raises(Refusal) as refusal:
        limits.spent(tries, CODE_TRIES, NOW)
    assert (refusal.value.code, refusal.value.retry_at) == (Code.LOCKED, until)


def test_success_breaks_the_row_but_keeps_the_version() -> None:
    tries = replace(limits.spent(Tries("t", 8), CODE_TRIES, NOW), revision="r1")
    assert limits.forgiven(tries) == Tries("t", 0, None, "r1")


@given(st.integers(0, 600))
def test_an_ip_is_counted_in_windows_of_five_minutes(seconds: int) -> None:
    counter = limits.by_ip(KEY, "203.0.113.7", NOW + timedelta(seconds=seconds))
    assert NOW + timedelta(seconds=seconds) < counter.until <= NOW + timedelta(seconds=seconds + 300)
    assert (counter.limit, counter.refusal) == (25, Code.TOO_MANY_REQUESTS)


def test_a_day_of_an_address_is_a_day_of_indias_clock() -> None:
    before = limits.by_address(KEY, "asha@example.com", datetime(2026, 11, 2, 18, 29, 59, tzinfo=UTC))
    after = limits.by_address(KEY, "ASHA@example.com", datetime(2026, 11, 2, 18, 30, tzinfo=UTC))
    assert before.key != after.key
    assert before.until == datetime(2026, 11, 2, 18, 30, tzinfo=UTC)
    assert before.key.rsplit("#", 1)[0] == after.key.rsplit("#", 1)[0]


@given(st.lists(st.text(), max_size=4), st.lists(st.text(), max_size=4))
def test_two_lists_of_parts_never_share_a_name(left: list[str], right: list[str]) -> None:
    assert (limits.pseudonym(KEY, *left) == limits.pseudonym(KEY, *right)) == (left == right)


def test_a_name_cannot_be_made_without_the_key() -> None:
    assert limits.pseudonym(KEY, "ZZZCZ9999Z") != limits.pseudonym(b"\x06" * 32, "ZZZCZ9999Z")
    assert "ZZZCZ9999Z" not in limits.by_ip(KEY, "ZZZCZ9999Z", NOW).key
