"""The store's promises about the audit: events are only ever appended, each once, and read in their order."""

from __future__ import annotations

from chalicelib.domain import audit
from chalicelib.domain.auditing import Intact, verified
from chalicelib.domain.changes import AppendEvent, UseOnce, WriteOwner
from chalicelib.domain.ports import Store
from chalicelib.suite import suite
from infra.local.laptop import Laptop
from tests.adapters.records import LATER, NOW, account, chain, number, stream
from tests.adapters.stores import OnDynamoDb, OnFake, refused, winners

# DynamoDB gives at most 1 MB at once.
PAGES = 8
LONG = "x" * 200_000


class Promises:
    """What every store keeps of the audit."""

    def test_a_stream_is_read_as_it_was_written(self, store: Store) -> None:
        mine, other = stream(), stream()
        assert store.audit_head(mine) is None
        assert list(store.audit_events(mine)) == []
        assert store.latest_events(mine, 20) == ()
        events = chain(mine, 12, mobile="******0002")
        for event in events:
            store.write(AppendEvent(event))
        store.write(AppendEvent(chain(other, 1)[0]))
        assert store.audit_head(mine) == events[-1]
        assert list(store.audit_events(mine)) == events

    def test_the_latest_events_are_read_a_page_at_a_time(self, store: Store) -> None:
        mine = stream()
        events = chain(mine, 12)
        store.write(*map(AppendEvent, events))
        newest_first = tuple(reversed(events))
        assert store.latest_events(mine, 5) == newest_first[:5]
        assert store.latest_events(mine, 5, before=8) == newest_first[5:10]
        assert store.latest_events(mine, 5, before=3) == newest_first[10:]
        assert store.latest_events(mine, 5, before=1) == ()

    def test_a_stream_longer_than_one_answer_is_read_whole(self, store: Store) -> None:
        mine = stream()
        events = chain(mine, PAGES, much=LONG)
        for event in events:
            store.write(AppendEvent(event))
        assert list(store.audit_events(mine)) == events
        assert store.latest_events(mine, PAGES - 1) == tuple(reversed(events[1:]))
        assert store.audit_head(mine) == events[-1]

    def test_an_event_is_never_written_over(self, store: Store) -> None:
        mine = stream()
        (event,) = chain(mine, 1)
        store.write(AppendEvent(event))
        again = AppendEvent(chain(mine, 1, by="somebody else")[0])
        assert refused(store, again) == again
        assert store.audit_head(mine) == event

    def test_of_sixteen_that_append_to_one_place_one_does(self, store: Store) -> None:
        mine = stream()
        assert winners(lambda which: store.write(AppendEvent(chain(mine, 1, by=str(which))[0]))) == 1

    def test_of_sixteen_that_append_the_same_event_one_does(self, store: Store) -> None:
        same = AppendEvent(chain(stream(), 1)[0])
        assert winners(lambda _: store.write(same)) == 1

    def test_what_is_told_and_what_tells_it_are_written_together_or_not_at_all(self, store: Store) -> None:
        mine, made = stream(), account()
        first, second = chain(mine, 2)
        store.write(AppendEvent(first))
        assert refused(store, WriteOwner(made), AppendEvent(first)) == AppendEvent(first)
        assert store.account(made.account_id) is None
        store.write(UseOnce(f"a#{mine}", LATER))
        assert refused(store, AppendEvent(second), UseOnce(f"a#{mine}", LATER)) is not None
        assert store.audit_head(mine) == first
        store.write(WriteOwner(made), AppendEvent(second))
        assert isinstance(verified(mine, store.audit_events(mine), NOW), Intact)


class TestFakeStore(Promises, OnFake):
    """The fake keeps them."""


class TestDynamoDbStore(Promises, OnDynamoDb):
    """DynamoDB keeps them, and bears bad luck besides."""

    def test_a_write_whose_answer_was_lost_counts_as_done(self, laptop: Laptop, store: Store) -> None:
        mine = stream()
        first, second = chain(mine, 2)
        laptop.faults.add("dynamodb", "PutItem", "answer_lost")
        store.write(AppendEvent(first))
        laptop.faults.add("dynamodb", "TransactWriteItems", "answer_lost")
        store.write(AppendEvent(second), UseOnce(f"l#{number()}", LATER))
        assert list(store.audit_events(mine)) == [first, second]

    def test_an_event_is_swept_after_its_retention_and_not_a_day_before(self, laptop: Laptop, store: Store) -> None:
        (event,) = chain(stream(), 1)
        store.write(AppendEvent(event))
        assert laptop.environment["AUDIT_RETENTION_DAYS"] == "365"
        assert suite().store.tables.audit.get(event.stream, 1).ttl >= (event.at + audit.RETENTION).timestamp()

    def test_all_streams_are_named(self, store: Store) -> None:
        streams = sorted(stream() for _ in range(3))
        for mine in streams:
            store.write(*map(AppendEvent, chain(mine, 2)))
        assert set(streams) <= set(suite().store.audit_streams())
