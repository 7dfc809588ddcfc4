"""The store's promises about the outbox: what is due is found in its order, and what was sent is due no more."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from chalicelib.domain.accounts.owners import account_key
from chalicelib.domain.changes import UseOnce, WriteMessage
from chalicelib.domain.outbox import OutboxMessage
from chalicelib.domain.ports import Store
from chalicelib.suite import suite
from infra.local.laptop import Laptop
from tests.adapters.records import LATER, NOW, message, number
from tests.adapters.stores import OnDynamoDb, OnFake, refused, winners

# The laptop sends what is due, so what these tests make due is so in ten years.
_IN_TEN_YEARS = NOW + timedelta(days=3650)


def due(at: datetime | None) -> OutboxMessage:
    return replace(message(), due_at=at)


def written(store: Store, made: OutboxMessage) -> OutboxMessage:
    return replace(made, revision=store.write(WriteMessage(made)))


class Promises:
    """What every store keeps of the outbox."""

    def test_a_message_comes_back_as_it_was_written(self, store: Store) -> None:
        full = message()
        bare = OutboxMessage(
            f"message-{number()}", None, full.kind, full.channel, full.address, "en", NOW, None, challenge=None
        )
        for made in (full, bare):
            assert written(store, made) == store.message(made.message_id)
        assert store.message("message-unknown") is None

    def test_a_message_is_asked_for_once_and_written_over_the_version_that_was_read(self, store: Store) -> None:
        made = written(store, message())
        assert refused(store, WriteMessage(replace(made, revision=None))) is not None
        written(store, replace(made, attempts=4))
        assert refused(store, WriteMessage(made)) == WriteMessage(made)

    def test_of_sixteen_that_claim_a_message_one_wins(self, store: Store) -> None:
        made = written(store, message())
        assert winners(lambda which: store.write(WriteMessage(replace(made, attempts=which)))) == 1

    def test_what_is_due_is_found_the_longest_due_first(self, store: Store) -> None:
        minutes = [3, 1, 2, 5, 4]
        made = {minute: written(store, due(_IN_TEN_YEARS + timedelta(minutes=minute))) for minute in minutes}
        in_order = tuple(made[minute].message_id for minute in sorted(minutes))
        now = _IN_TEN_YEARS + timedelta(minutes=4)
        assert store.due_messages(now, 10) == in_order[:4]
        assert store.due_messages(now - timedelta(milliseconds=1), 10) == in_order[:3]
        assert store.due_messages(now, 2) == in_order[:2]

    def test_what_was_sent_or_put_off_is_due_no_more(self, store: Store) -> None:
        sent, put_off = (written(store, due(_IN_TEN_YEARS + timedelta(minutes=minute))) for minute in (1, 2))
        store.write(
            WriteMessage(replace(sent, due_at=None, sent_at=NOW)),
            WriteMessage(replace(put_off, due_at=_IN_TEN_YEARS + timedelta(minutes=3))),
        )
        assert store.due_messages(_IN_TEN_YEARS + timedelta(minutes=2), 10) == ()
        assert store.due_messages(_IN_TEN_YEARS + timedelta(minutes=3), 10) == (put_off.message_id,)

    def test_an_owners_messages_are_found_the_newest_first(self, store: Store) -> None:
        owner = account_key(f"account-{number()}")
        assert store.messages_of(owner) == ()
        made = [
            written(store, replace(message(), owner=owner, asked_at=NOW + timedelta(seconds=second)))
            for second in (2, 1, 3)
        ]
        written(store, replace(message(), owner=None))
        written(store, message())
        assert store.messages_of(owner) == (made[2], made[0], made[1])


class TestFakeStore(Promises, OnFake):
    """The fake keeps them."""


class TestDynamoDbStore(Promises, OnDynamoDb):
    """DynamoDB keeps them, and bears bad luck besides."""

    def test_a_write_whose_answer_was_lost_counts_as_done(self, laptop: Laptop, store: Store) -> None:
        laptop.faults.add("dynamodb", "PutItem", "answer_lost")
        alone = written(store, message())
        assert store.message(alone.message_id) == alone
        laptop.faults.add("dynamodb", "TransactWriteItems", "answer_lost")
        together = message()
        store.write(WriteMessage(together), UseOnce(f"l#{number()}", LATER))
        assert store.message(together.message_id) is not None

    def test_what_is_not_due_costs_nothing(self, store: Store) -> None:
        sent = due(None)
        store.write(WriteMessage(sent))
        row = suite().store.tables.outbox.get(sent.message_id)
        assert row.due is None
        assert row.due_at is None
        assert row.ttl >= (NOW + timedelta(days=1)).timestamp()
