"""Auditing: whatever was done to a stream is found and named, and what the sweep took is no fault."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain import audit
from chalicelib.domain.audit import GENESIS, RETENTION, Deed, Entry, Event, Outcome
from chalicelib.domain.auditing import Broken, EventUnreadable, Fault, Intact, verified
from chalicelib.domain.refusals import Code

BEGUN = datetime(2026, 11, 2, 4, 30, tzinfo=UTC)
STREAM = "account:asha"
LENGTH = 6
SECOND = timedelta(seconds=1)


def chain(
    length: int = LENGTH, stream: str = STREAM, by: str = "account:asha", apart: timedelta = SECOND
) -> list[Event]:
    events: list[Event] = []
    for place in range(length):
        entry = Entry(
            Deed.CONTACT_CHANGED, by, stream, Outcome.REFUSED, Code.LOCKED, {"to": "a@b.cc", "device": "Safari"}
        )
        head = events[-1] if events else None
        events.append(audit.chained(head, stream, entry, f"request-{place}", BEGUN + place * apart))
    return events


NOW = BEGUN + timedelta(days=30)
WHOLE = chain()
_FIELDS = [field.name for field in dataclasses.fields(Event)]


def altered(event: Event, field: str) -> Event:
    """The event with the least change of one field."""
    least: dict[str, Any] = {
        "sequence": event.sequence + 1,
        "at": event.at + timedelta(microseconds=1),
        "deed": Deed.SIGNED_IN,
        "outcome": Outcome.DONE,
        "reason": None,
        "facts": {**event.facts, "device": "Safarj"},
        "personal": (),
        "previous_at": event.previous_at + timedelta(microseconds=1) if event.previous_at else event.at,
    }
    text = getattr(event, field)
    value: Any = least[field] if field in least else text[:-1] + chr(ord(text[-1]) ^ 1)
    return dataclasses.replace(event, **{field: value})


def swept(events: list[Event]) -> datetime:
    """When the retention of all these events is over."""
    return events[-1].at + RETENTION


def test_a_stream_as_it_was_written_is_intact() -> None:
    assert verified(STREAM, WHOLE, NOW) == Intact(1, LENGTH, WHOLE[-1].hash, WHOLE[-1].at)
    assert verified(STREAM, WHOLE[:1], NOW) == Intact(1, 1, WHOLE[0].hash, WHOLE[0].at)
    assert verified(STREAM, [], NOW) == Intact(0, 0, GENESIS, None)


@pytest.mark.parametrize("place", range(LENGTH))
@pytest.mark.parametrize("field", _FIELDS)
def test_any_change_of_any_field_of_any_event_is_found_where_it_is(field: str, place: int) -> None:
    changed = altered(WHOLE[place], field)
    found = verified(STREAM, [*WHOLE[:place], changed, *WHOLE[place + 1 :]], NOW)
    fault = Fault.OF_ANOTHER_STREAM if field == "stream" else Fault.ALTERED
    assert found == Broken(changed.sequence, fault)


@given(st.data())
def test_any_text_instead_of_any_other_is_found(data: st.DataObject) -> None:
    place = data.draw(st.integers(0, LENGTH - 1))
    texts = [
        name for name in _FIELDS if isinstance(getattr(WHOLE[place], name), str) and name not in {"deed", "outcome"}
    ]
    field = data.draw(st.sampled_from(texts))
    text: Any = data.draw(st.text().filter(lambda value: value != getattr(WHOLE[place], field)))
    changed = dataclasses.replace(WHOLE[place], **{field: text})
    assert isinstance(verified(STREAM, [*WHOLE[:place], changed, *WHOLE[place + 1 :]], NOW), Broken)


@given(st.dictionaries(st.text(), st.text()), st.integers(0, LENGTH - 1))
def test_any_other_facts_are_found(facts: dict[str, str], place: int) -> None:
    changed = dataclasses.replace(WHOLE[place], facts=facts)
    found = verified(STREAM, [*WHOLE[:place], changed, *WHOLE[place + 1 :]], NOW)
    assert found == Broken(place + 1, Fault.ALTERED)


@pytest.mark.parametrize("place", range(1, LENGTH - 1))
def test_a_link_taken_out_is_missed_by_the_next(place: int) -> None:
    found = verified(STREAM, [*WHOLE[:place], *WHOLE[place + 1 :]], NOW)
    assert found == Broken(place + 2, Fault.OUT_OF_SEQUENCE)


def test_two_that_changed_places_are_found() -> None:
    first, second, *others = WHOLE
    assert verified(STREAM, [second, first, *others], NOW) == Broken(2, Fault.BEGINNING_MISSING)
    *others, last_but_one, last = WHOLE
    for now in (NOW, swept(WHOLE)):
        found = verified(STREAM, [*others, last, last_but_one], now)
        assert isinstance(found, Broken)
        assert found.fault is Fault.OUT_OF_SEQUENCE


def test_one_that_stands_there_twice_is_found() -> None:
    assert verified(STREAM, [*WHOLE, WHOLE[-1]], NOW) == Broken(LENGTH, Fault.OUT_OF_SEQUENCE)


def test_an_event_written_anew_with_its_right_hash_is_missed_by_the_next() -> None:
    forged = dataclasses.replace(WHOLE[2], actor="account:somebody")
    forged = dataclasses.replace(forged, hash=audit.hash_of(forged))
    assert verified(STREAM, [*WHOLE[:2], forged, *WHOLE[3:]], NOW) == Broken(4, Fault.NOT_CHAINED)
    first = dataclasses.replace(WHOLE[0], previous_hash="ab" * 32)
    first = dataclasses.replace(first, hash=audit.hash_of(first))
    assert verified(STREAM, [first], NOW) == Broken(1, Fault.NOT_CHAINED)


def test_the_events_of_another_stream_do_not_pass_for_this_ones() -> None:
    assert verified(STREAM, chain(stream="account:meera"), NOW) == Broken(1, Fault.OF_ANOTHER_STREAM)


def test_what_is_no_event_is_named_by_its_place() -> None:
    def read() -> Iterator[Event]:
        yield from WHOLE[:2]
        raise EventUnreadable(3)

    assert verified(STREAM, read(), NOW) == Broken(3, Fault.UNREADABLE)


@pytest.mark.parametrize("cut", range(1, LENGTH))
def test_a_front_that_was_cut_off_is_found_until_its_retention_is_over(cut: int) -> None:
    over = swept(WHOLE[:cut])
    kept = WHOLE[cut:]
    assert verified(STREAM, kept, over - timedelta(milliseconds=1)) == Broken(cut + 1, Fault.BEGINNING_MISSING)
    assert verified(STREAM, kept, over) == Intact(cut + 1, LENGTH, WHOLE[-1].hash, WHOLE[-1].at)
    longer = timedelta(days=800)
    assert verified(STREAM, kept, over, longer) == Broken(cut + 1, Fault.BEGINNING_MISSING)


def test_the_sweep_may_take_what_it_may_take_in_any_order() -> None:
    kept = [WHOLE[0], WHOLE[2], *WHOLE[4:]]
    assert verified(STREAM, kept, swept(WHOLE[:4])) == Intact(5, LENGTH, WHOLE[-1].hash, WHOLE[-1].at)
    assert verified(STREAM, kept, swept(WHOLE[:3])) == Broken(5, Fault.OUT_OF_SEQUENCE)


@given(st.sets(st.integers(1, LENGTH)), st.integers(-1, LENGTH))
def test_whatever_is_missing_is_a_fault_exactly_while_it_should_be_there(missing: set[int], over: int) -> None:
    """`over`: how many events, from the first on, are past their retention. A missing end is seen by nobody."""
    now = BEGUN + RETENTION + (over - 1) * SECOND
    kept = [event for event in WHOLE if event.sequence not in missing]
    last = kept[-1].sequence if kept else 0
    demanded = {sequence for sequence in missing if over < sequence < last}
    assert isinstance(verified(STREAM, kept, now), Broken) == bool(demanded)


def test_an_end_that_was_cut_off_is_found_by_who_knew_it() -> None:
    known = verified(STREAM, WHOLE, NOW)
    assert isinstance(known, Intact)
    for left in (WHOLE[:-1], WHOLE[:1], []):
        assert isinstance(verified(STREAM, left, NOW), Intact)
        assert verified(STREAM, left, NOW, known=known) == Broken(len(left) + 1, Fault.END_MISSING)


def test_a_stream_written_anew_is_found_by_who_knew_it() -> None:
    known = verified(STREAM, WHOLE, NOW)
    anew = chain(LENGTH + 3, by="account:somebody")
    assert isinstance(known, Intact)
    assert isinstance(verified(STREAM, anew, NOW), Intact)
    assert verified(STREAM, anew, NOW, known=known) == Broken(LENGTH, Fault.WRITTEN_ANEW)


def test_a_stream_that_went_on_is_what_was_known_of_it() -> None:
    known = verified(STREAM, WHOLE[:3], NOW)
    assert isinstance(known, Intact)
    assert isinstance(verified(STREAM, WHOLE, NOW, known=known), Intact)


def test_what_was_known_and_has_been_swept_since_is_no_fault() -> None:
    known = verified(STREAM, WHOLE, NOW)
    assert isinstance(known, Intact)
    over = swept(WHOLE)
    assert isinstance(verified(STREAM, [], over, known=known), Intact)
    begun_again = chain(2, by="account:somebody")
    assert isinstance(verified(STREAM, begun_again, over, known=known), Intact)
    assert verified(STREAM, [], over - timedelta(milliseconds=1), known=known) == Broken(1, Fault.END_MISSING)
