"""Records as JSON documents: msgspec writes and reads the domain's dataclasses as they are.

So a new field of a record needs no new attribute of a row; one that a stored document lacks takes its default, and one
that the record no longer has is passed over. msgspec is imported on first use: the steps of the simplified
registration, whose rows have attributes, start without it.
"""

from __future__ import annotations

from typing import TypeVar

Record = TypeVar("Record")


class DocumentUnreadable(Exception):  # noqa: N818
    """What is stored is not the document of such a record."""


def document(record: object) -> str:
    """A record as it is stored."""
    import msgspec  # noqa: PLC0415

    return msgspec.json.encode(record).decode()


def record_of(stored: str, kind: type[Record]) -> Record:
    """The record in a stored document. Raises `DocumentUnreadable`."""
    import msgspec  # noqa: PLC0415

    try:
        return msgspec.json.decode(stored, type=kind)
    except msgspec.DecodeError as failed:
        raise DocumentUnreadable(kind.__name__) from failed
