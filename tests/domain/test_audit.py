"""The audit's events: who did what on what, chained, in UTC and IST, with nothing personal in the clear."""

from __future__ import annotations

import dataclasses
import time
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain import audit
from chalicelib.domain.audit import GENESIS, NOBODY, SYSTEM, Deed, Entry, Event, Outcome
from chalicelib.domain.limits import IST
from chalicelib.domain.refusals import Code

NOW = datetime(2026, 11, 2, 20, 45, 30, 123000, tzinfo=UTC)
STREAM = "account:asha"
MASK = "•"


def event(head: Event | None = None, **facts: str) -> Event:
    entry = Entry(Deed.SIGNED_IN, "account:asha", STREAM, Outcome.REFUSED, Code.LOCKED, facts)
    return audit.chained(head, STREAM, entry, "request-1", NOW)


def test_an_event_tells_who_did_what_on_what_how_it_ended_and_in_which_request() -> None:
    told = event(method="password")
    assert (told.actor, told.deed, told.on, told.outcome) == (STREAM, Deed.SIGNED_IN, STREAM, Outcome.REFUSED)
    assert (told.reason, told.request_id, told.facts) == ("locked", "request-1", {"method": "password"})


def test_it_tells_the_instant_in_utc_and_on_indias_clock() -> None:
    told = event()
    assert told.at == NOW
    assert told.at_ist == "2026-11-03T02:15:30.123+05:30"


def test_the_first_of_a_stream_has_no_one_before_it_and_each_further_one_has_the_last() -> None:
    first = event()
    assert (first.sequence, first.previous_hash, first.previous_at) == (1, GENESIS, None)
    second = event(first)
    assert (second.sequence, second.previous_hash, second.previous_at) == (2, first.hash, first.at)
    assert len({first.hash, second.hash, event(second).hash}) == 3


def test_the_hash_is_that_of_the_content_alone() -> None:
    told = event(method="password", device="Firefox, Android")
    same = dataclasses.replace(told, facts=dict(reversed(list(told.facts.items()))))
    abroad = dataclasses.replace(told, at=told.at.astimezone(IST))
    assert audit.hash_of(same) == audit.hash_of(abroad) == told.hash
    assert audit.hash_of(dataclasses.replace(told, hash="another")) == told.hash


def test_the_hash_is_made_as_it_was_when_the_stored_chains_were_written() -> None:
    assert event().hash == "35961f9a337fb0b166a213a0bbcf2958a0607191c459886b12c742f460214d66"


@pytest.mark.parametrize("actor", [STREAM, SYSTEM, NOBODY])
def test_what_somebody_did_to_their_own_stands_in_their_stream(actor: str) -> None:
    assert audit.streams_of(Entry(Deed.SIGNED_IN, actor, STREAM)) == (STREAM,)


def test_what_somebody_did_to_another_stands_in_both_streams() -> None:
    assert audit.streams_of(Entry(Deed.STAFF_SUSPENDED, "account:meera", STREAM)) == (STREAM, "account:meera")


@pytest.mark.parametrize(
    ("fact", "masked"),
    [
        (audit.personal_email("asha.exports@example.com"), "a••••••@example.com"),
        (audit.personal_mobile("+919876543210"), "+91 ••••••3210"),
        ("asha.exports@example.com", "a••••••@example.com"),
        ("+919876543210", "+91 ••••••3210"),
        ("91-9876543210", "+91 ••••••3210"),
        ("9876543210", "+91 ••••••3210"),
        (
            "ring 9876543210 or write to asha@example.com, please",
            "ring +91 ••••••3210 or write to a••••••@example.com, please",
        ),
    ],
)
def test_emails_and_mobiles_are_masked_and_tagged_even_where_that_was_forgotten(fact: str, masked: str) -> None:
    told = event(contact=fact, device="Firefox, Android")
    assert told.facts == {"contact": masked, "device": "Firefox, Android"}
    assert told.personal == ("contact",)


@pytest.mark.parametrize(
    "fact", ["Firefox 145, Windows 11", "2026-11-02T20:45:30Z", "1793650530", "cla_delhi", "@", "a@b"]
)
def test_other_facts_stay_as_they_are(fact: str) -> None:
    told = event(fact=fact)
    assert (told.facts["fact"], told.personal) == (fact, ())


@given(
    st.from_regex(r"[a-z]{2,20}@[a-z]{1,20}\.(com|gov\.in)", fullmatch=True), st.text(alphabet=" ,;:<>()\n", max_size=9)
)
def test_no_email_stands_in_the_clear_whatever_is_around_it(email: str, around: str) -> None:
    assert email not in event(fact=f"{around}{email}{around}").facts["fact"]


def test_a_long_fact_takes_no_long_time() -> None:
    begun = time.thread_time()
    event(fact="9@." * 100_000)
    event(fact="x" * 300_000)
    assert time.thread_time() - begun < 10


def test_a_year_is_kept() -> None:
    assert timedelta(days=365) <= audit.RETENTION
