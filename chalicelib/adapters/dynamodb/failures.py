"""What DynamoDB answers when it does not do as asked, in the domain's words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from pynamodb.exceptions import PynamoDBException, TransactWriteError

from chalicelib.domain.changes import Change, ChangeRefused, StoreUnavailable

COLLISIONS = frozenset({"TransactionConflictException", "TransactionInProgressException"})
_CONDITION_FAILED = "ConditionalCheckFailedException"
_NO_ANSWER = frozenset(
    {
        None,
        "InternalServerError",
        "ServiceUnavailable",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ThrottlingException",
        "500",
        "503",
    }
)


def code_of(failed: PynamoDBException) -> str | None:
    """DynamoDB's code for a failure; None where it did not answer.

    PynamoDB's own `cause_response_code` breaks on a read timeout, whose `response` is there and None.
    """
    response = getattr(failed.cause, "response", None) or {}
    code: str | None = response.get("Error", {}).get("Code")
    return code


@contextmanager
def translated(change: Change | None = None) -> Iterator[None]:
    """PynamoDB's errors in the domain's words; `change` is what is being written, if one alone.

    A cancelled transaction goes through: only who sent it knows which change each reason belongs to.
    """
    try:
        yield
    except TransactWriteError as cancelled:
        if code_of(cancelled) in _NO_ANSWER:
            raise StoreUnavailable from cancelled
        raise
    except PynamoDBException as failed:
        if code_of(failed) == _CONDITION_FAILED:
            raise ChangeRefused(change) from failed
        if code_of(failed) in COLLISIONS:
            raise ChangeRefused(None) from failed
        if code_of(failed) in _NO_ANSWER and failed.cause is not None:
            raise StoreUnavailable from failed
        raise
