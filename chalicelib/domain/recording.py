"""Recording: an audit entry as the changes that write it, chained to what its streams hold now.

In `rounds.in_rounds`: where somebody else wrote to a stream meanwhile, the write is refused as stale and made again.
"""

from __future__ import annotations

from datetime import datetime

from chalicelib.domain import audit
from chalicelib.domain.audit import Entry
from chalicelib.domain.changes import AppendEvent
from chalicelib.domain.ports import Store


def recorded(store: Store, now: datetime, request_id: str, *entries: Entry) -> tuple[AppendEvent, ...]:
    """The changes that write `entries` down, to be made in one write with what they tell; one read for each stream."""
    heads = {}
    appended = []
    for entry in entries:
        for stream in audit.streams_of(entry):
            if stream not in heads:
                heads[stream] = store.audit_head(stream)
            event = audit.chained(heads[stream], stream, entry, request_id, now)
            heads[stream] = event
            appended.append(AppendEvent(event))
    return tuple(appended)
