"""The store's promises about sessions: one token gives one successor, and a person's sessions are found."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

from chalicelib.domain.accounts.owners import account_key
from chalicelib.domain.changes import EndSession, UseOnce, WriteSession
from chalicelib.domain.ports import Store
from chalicelib.domain.sessions import Level, Session
from chalicelib.suite import suite
from infra.local.laptop import Laptop
from tests.adapters.records import LATER, NOW, number, session
from tests.adapters.stores import OnDynamoDb, OnFake, refused, winners


def written(store: Store, made: Session) -> Session:
    return replace(made, revision=store.write(WriteSession(made)))


class Promises:
    """What every store keeps of sessions."""

    def test_a_session_comes_back_as_it_was_written(self, store: Store) -> None:
        full = session()
        bare = Session(f"{number():064}", "s1", full.owner, Level.PASSWORD, 0, NOW, NOW)
        for made in (full, bare):
            assert store.session(made.token_hash) is None
            assert written(store, made) == store.session(made.token_hash)

    def test_a_session_is_written_over_the_version_that_was_read_and_never_after_its_end(self, store: Store) -> None:
        made = written(store, session())
        assert refused(store, WriteSession(replace(made, revision=None))) is not None
        touched = written(store, replace(made, last_used_at=LATER))
        stale = WriteSession(replace(made, last_used_at=NOW))
        assert refused(store, stale) == stale
        store.write(EndSession(touched))
        assert store.session(made.token_hash) is None
        assert refused(store, WriteSession(touched)) is not None
        assert store.session(made.token_hash) is None

    def test_a_session_is_ended_on_the_version_that_was_read(self, store: Store) -> None:
        made = session()
        assert refused(store, EndSession(made)) is not None
        made = written(store, made)
        assert refused(store, EndSession(replace(made, revision=None))) is not None
        touched = written(store, replace(made, last_used_at=LATER))
        assert refused(store, EndSession(made)) == EndSession(made)
        store.write(EndSession(touched))
        assert store.session(made.token_hash) is None
        assert refused(store, EndSession(touched)) is not None

    def test_of_sixteen_that_raise_one_session_one_gives_it_a_successor(self, store: Store) -> None:
        made = written(store, session())
        successors = [replace(session(), owner=made.owner) for _ in range(16)]
        assert winners(lambda which: store.write(EndSession(made), WriteSession(successors[which]))) == 1
        assert store.session(made.token_hash) is None
        assert len(store.sessions_of(made.owner)) == 1

    def test_an_owners_sessions_are_found_and_nobody_elses(self, store: Store) -> None:
        owner, other = account_key(f"account-{number()}"), account_key(f"account-{number()}")
        assert store.sessions_of(owner) == ()
        mine = [written(store, replace(session(), owner=owner)) for _ in range(3)]
        written(store, replace(session(), owner=other))
        assert sorted(store.sessions_of(owner), key=lambda found: found.session_id) == mine
        store.write(EndSession(mine[1]))
        assert {found.session_id for found in store.sessions_of(owner)} == {mine[0].session_id, mine[2].session_id}


class TestFakeStore(Promises, OnFake):
    """The fake keeps them."""


class TestDynamoDbStore(Promises, OnDynamoDb):
    """DynamoDB keeps them, and bears bad luck besides."""

    def test_a_write_whose_answer_was_lost_counts_as_done(self, laptop: Laptop, store: Store) -> None:
        made, next_one = session(), session()
        laptop.faults.add("dynamodb", "PutItem", "answer_lost")
        made = written(store, made)
        assert store.session(made.token_hash) == made
        laptop.faults.add("dynamodb", "TransactWriteItems", "answer_lost")
        store.write(EndSession(made), WriteSession(next_one), UseOnce(f"l#{number()}", LATER))
        assert store.session(made.token_hash) is None
        assert store.session(next_one.token_hash) is not None

    def test_the_sweep_may_take_a_session_well_after_its_end(self, store: Store) -> None:
        made = written(store, session())
        row = suite().store.tables.sessions.get(made.token_hash)
        assert row.ttl >= int((made.expires_at + timedelta(days=1)).timestamp())
