"""Recording: entries become events at the end of their streams, and who comes second chains to who came first."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field

from chalicelib.domain.audit import SYSTEM, Deed, Entry, Event
from chalicelib.domain.auditing import Intact, verified
from chalicelib.domain.changes import CountUp, UseOnce
from chalicelib.domain.limits import Counter
from chalicelib.domain.ports import Store
from chalicelib.domain.recording import recorded
from chalicelib.domain.refusals import Code, Refusal
from chalicelib.domain.rounds import in_rounds
from tests.adapters.records import LATER, NOW, number, stream
from tests.adapters.stores import OnDynamoDb, OnFake
from tests.fakes import FakeStore

WRITERS = 8


@dataclass
class CountedReads(FakeStore):
    """A store that counts how often the end of a stream is asked for."""

    asked: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__(lambda: NOW)

    def audit_head(self, stream: str) -> Event | None:
        self.asked.append(stream)
        return super().audit_head(stream)


def record(store: Store, *entries: Entry, request_id: str = "request-1") -> None:
    store.write(*recorded(store, NOW, request_id, *entries))


def test_an_entry_is_written_at_the_end_of_its_stream() -> None:
    store, mine = FakeStore(lambda: NOW), stream()
    for deed in (Deed.SIGNED_IN, Deed.SIGNED_OUT):
        record(store, Entry(deed, mine, mine))
    assert [event.deed for event in store.audit_events(mine)] == [Deed.SIGNED_IN, Deed.SIGNED_OUT]
    assert isinstance(verified(mine, store.audit_events(mine), NOW), Intact)


def test_several_entries_of_one_stream_follow_one_another_in_one_write() -> None:
    store, mine = FakeStore(lambda: NOW), stream()
    deeds = [Deed.PASSWORD_RESET, Deed.SESSIONS_ENDED, Deed.BROWSER_FORGOTTEN]
    record(store, *(Entry(deed, mine, mine) for deed in deeds))
    assert [event.deed for event in store.audit_events(mine)] == deeds
    assert verified(mine, store.audit_events(mine), NOW) == Intact(1, 3, store.latest_events(mine, 1)[0].hash, NOW)
    assert store.writes == 1


def test_what_an_administrator_does_to_another_stands_in_both_streams() -> None:
    store, administrator, member = FakeStore(lambda: NOW), stream(), stream()
    record(store, Entry(Deed.SIGNED_IN, administrator, administrator))
    record(store, Entry(Deed.STAFF_SUSPENDED, administrator, member, facts={"reason": "on leave"}))
    (told,) = store.audit_events(member)
    own = store.audit_head(administrator)
    assert own is not None
    assert (told.sequence, own.sequence) == (1, 2)
    assert (told.actor, told.on, told.facts) == (own.actor, own.on, own.facts)
    assert own.on == member


def test_each_stream_is_read_once() -> None:
    store, administrator, member = CountedReads(), stream(), stream()
    entry = Entry(Deed.STAFF_MOVED, administrator, member)
    record(store, entry, entry, Entry(Deed.SESSIONS_ENDED, SYSTEM, member))
    assert sorted(store.asked) == sorted([administrator, member])
    assert len(list(store.audit_events(member))) == 3


def test_nothing_to_tell_is_nothing_to_write() -> None:
    store = CountedReads()
    assert recorded(store, NOW, "request-1") == ()
    assert store.asked == []


class Races:
    """Eight that tell of one owner at once make one unbroken chain, and nothing is told twice or lost."""

    def test_parallel_writers_of_one_stream_make_one_chain(self, store: Store) -> None:
        mine = stream()

        def tell(which: int) -> None:
            entry = Entry(Deed.SIGNED_IN, mine, mine, facts={"by": str(which)})
            once = UseOnce(f"{mine}#{which}", LATER)
            in_rounds(lambda: store.write(once, *recorded(store, NOW, f"request-{which}", entry)))

        with ThreadPoolExecutor(WRITERS) as threads:
            list(threads.map(tell, range(WRITERS)))
        events = list(store.audit_events(mine))
        assert sorted(event.facts["by"] for event in events) == sorted(map(str, range(WRITERS)))
        found = verified(mine, events, NOW)
        assert isinstance(found, Intact)
        assert (found.first, found.last) == (1, WRITERS)

    def test_administrators_who_act_on_each_other_at_once_make_whole_chains(self, store: Store) -> None:
        both = (stream(), stream())

        def act(which: int) -> None:
            actor, on = both if which % 2 else both[::-1]
            entry = Entry(Deed.STAFF_REMINDED, actor, on, facts={"by": str(which)})
            in_rounds(lambda: store.write(*recorded(store, NOW, f"request-{which}", entry)))

        with ThreadPoolExecutor(WRITERS) as threads:
            list(threads.map(act, range(WRITERS)))
        for mine in both:
            found = verified(mine, store.audit_events(mine), NOW)
            assert isinstance(found, Intact)
            assert (found.first, found.last) == (1, WRITERS)

    def test_what_a_guard_refuses_is_not_told(self, store: Store) -> None:
        mine = stream()
        counter = Counter(f"told#{number()}", 3, LATER, Code.TOO_MANY_REQUESTS)

        def tell(which: int) -> bool:
            entry = Entry(Deed.SIGNED_IN, mine, mine)
            try:
                in_rounds(lambda: store.write(CountUp(counter), *recorded(store, NOW, f"request-{which}", entry)))
            except Refusal:
                return False
            return True

        with ThreadPoolExecutor(WRITERS) as threads:
            assert sum(threads.map(tell, range(WRITERS))) == 3
        assert len(list(store.audit_events(mine))) == 3


class TestFakeStore(Races, OnFake):
    """On the fake."""


class TestDynamoDbStore(Races, OnDynamoDb):
    """On both engines."""
