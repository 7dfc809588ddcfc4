"""Consistent reads of rows by their keys, with PynamoDB's errors in the domain's words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TypeVar

from pynamodb.models import Model

from chalicelib.adapters.dynamodb.failures import translated

Found = TypeVar("Found", bound=Model)


def row_of(table: type[Found], key: str, range_key: str | int | None = None) -> Found | None:
    """The row under this key, or None. Raises `StoreUnavailable`."""
    with translated():
        try:
            return table.get(key, range_key, consistent_read=True)
        except table.DoesNotExist:
            return None


def rows_of(table: type[Found], keys: Iterable[str]) -> list[Found]:
    """The rows under these keys, in no order. An index may lag behind its table: what it names is read again."""
    with translated():
        return list(table.batch_get(keys, consistent_read=True))
