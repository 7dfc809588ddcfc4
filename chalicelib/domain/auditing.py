"""Auditing: whether a stream of the audit is whole and unaltered, and which link is the first that does not hold.

A chain shows what was altered, taken out or moved within it. That its end was cut off, or all of it written anew, only
an earlier finding shows (`known`) that was kept where the audit's writers cannot reach.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from chalicelib.domain.audit import GENESIS, RETENTION, Event, hash_of


class Fault(StrEnum):
    """What is wrong with a link."""

    UNREADABLE = "unreadable"
    OF_ANOTHER_STREAM = "of_another_stream"
    ALTERED = "altered"
    OUT_OF_SEQUENCE = "out_of_sequence"
    NOT_CHAINED = "not_chained"
    BEGINNING_MISSING = "beginning_missing"
    END_MISSING = "end_missing"
    WRITTEN_ANEW = "written_anew"


class EventUnreadable(Exception):  # noqa: N818
    """What is stored in an event's place is none."""

    def __init__(self, sequence: int) -> None:
        super().__init__(sequence)
        self.sequence = sequence


@dataclass(frozen=True, slots=True)
class Intact:
    """Every link holds, from sequence `first` to `last`; `head` is the hash of the last, `head_at` its instant.

    Of an empty stream: 0, 0, `GENESIS` and None.
    """

    first: int = 0
    last: int = 0
    head: str = GENESIS
    head_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Broken:
    """The first link that does not hold."""

    sequence: int
    fault: Fault


def verified(
    stream: str, events: Iterable[Event], now: datetime, retention: timedelta = RETENTION, known: Intact | None = None
) -> Intact | Broken:
    """Whether a stream's events, as they are stored in their order, are unaltered and complete.

    Events may be missing only where they are past their retention: the sweep takes those, in no order. `known` is what
    an earlier call found; what it knew must still be there.
    """
    found = Intact()
    known = known if known and known.head_at and now < known.head_at + retention else None
    try:
        for event in events:
            fault = _fault(stream, found, event, now - retention)
            if fault is None and known and event.sequence == known.last and event.hash != known.head:
                fault = Fault.WRITTEN_ANEW
            if fault is not None:
                return Broken(event.sequence, fault)
            first = (found.first or 1) if event.sequence == found.last + 1 else event.sequence
            found = Intact(first, event.sequence, event.hash, event.at)
    except EventUnreadable as unreadable:
        return Broken(unreadable.sequence, Fault.UNREADABLE)
    return Broken(found.last + 1, Fault.END_MISSING) if known and found.last < known.last else found


def _fault(stream: str, before: Intact, event: Event, swept_before: datetime) -> Fault | None:
    if event.stream != stream:
        return Fault.OF_ANOTHER_STREAM
    if hash_of(event) != event.hash:
        return Fault.ALTERED
    if event.sequence == before.last + 1:
        return None if event.previous_hash == before.head else Fault.NOT_CHAINED
    if event.sequence > before.last and event.previous_at is not None and event.previous_at <= swept_before:
        return None
    return Fault.OUT_OF_SEQUENCE if before.last else Fault.BEGINNING_MISSING
