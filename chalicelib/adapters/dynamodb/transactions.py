"""Writes sent to DynamoDB: one alone as a request of its own, several as one transaction."""

from __future__ import annotations

import random
from collections.abc import Callable, Sequence

from pynamodb.exceptions import TransactWriteError
from pynamodb.transactions import TransactWrite

from chalicelib.adapters.dynamodb.connection import SharedConnection
from chalicelib.adapters.dynamodb.failures import COLLISIONS, code_of, translated
from chalicelib.adapters.dynamodb.write_kinds import Delete, Put, Update, Write
from chalicelib.domain.changes import Change, ChangeRefused, StoreUnavailable

# A change and the write that it is.
Pair = tuple[Change, Write]
_CANCELLED = "TransactionCanceledException"


def commit(connection: SharedConnection, pairs: Sequence[Pair], sleep: Callable[[float], None]) -> None:
    """Makes all writes or none. Raises `ChangeRefused`, naming the change that did not hold, or `StoreUnavailable`.

    Two writes of one item are a mistake in the decision (`ValueError`): DynamoDB refuses them, DynamoDB Local does not.
    """
    if len({_item(write) for _, write in pairs}) < len(pairs):
        raise ValueError("DynamoDB takes no two changes of one item in one write")
    if len(pairs) == 1:
        change, write = pairs[0]
        with translated(change):
            _alone(write)
        return
    # PynamoDB sends deletes, then puts, then updates; the reasons of a cancellation come back in that order.
    ordered = sorted(pairs, key=lambda pair: (Delete, Put, Update).index(type(pair[1])))
    try:
        with translated(), TransactWrite(connection=connection) as transaction:
            for _, write in ordered:
                _join(transaction, write)
    except TransactWriteError as cancelled:
        _raise_for(cancelled, [change for change, _ in ordered], sleep)


def _raise_for(cancelled: TransactWriteError, ordered: Sequence[Change], sleep: Callable[[float], None]) -> None:
    reasons = list(cancelled.cancellation_reasons)
    for change, reason in zip(ordered, reasons, strict=False):
        if reason is not None and reason.code == "ConditionalCheckFailed":
            raise ChangeRefused(change) from cancelled
    if code_of(cancelled) != _CANCELLED and code_of(cancelled) not in COLLISIONS:
        raise cancelled
    if code_of(cancelled) in COLLISIONS or any(r and r.code == "TransactionConflict" for r in reasons):
        # Two writers met. A short, uneven pause lets one of them through.
        sleep(random.uniform(0.005, 0.04))  # noqa: S311 - not a secret
        raise ChangeRefused(None) from cancelled
    raise StoreUnavailable from cancelled


def _item(write: Write) -> tuple[object, ...]:
    return (type(write.row), *write.row._get_hash_range_key_serialized_values())


def _alone(write: Write) -> None:
    match write:
        case Put(row, condition):
            row.save(condition)
        case Update(row, actions, condition):
            row.update(list(actions), condition)
        case Delete(row, condition):
            row.delete(condition)


def _join(transaction: TransactWrite, write: Write) -> None:
    match write:
        case Put(row, condition):
            transaction.save(row, condition)
        case Update(row, actions, condition):
            transaction.update(row, list(actions), condition)
        case Delete(row, condition):
            transaction.delete(row, condition)
