"""What bringing files of records into the suite has in common: reading a PAN, telling what is wrong, and writing."""

from __future__ import annotations

import argparse
import os
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TypeVar

from chalicelib.adapters.dynamodb.store import DynamoDbStore
from chalicelib.domain.identifiers import Iec, Pan, is_pan
from chalicelib.domain.refusals import FieldProblem
from chalicelib.settings import Settings
from chalicelib.suite import Suite

_PROGRESS_EVERY = 500
Record = TypeVar("Record")


def parse_pan(value: str) -> Pan:
    """A PAN in upper case. Refuses with `pan_invalid`."""
    typed = value.strip().upper()
    if not is_pan(typed):
        raise FieldProblem("pan_invalid")
    return Pan(typed)


def repeated(iecs: Iterable[Iec]) -> list[str]:
    """What is to be said of IECs that stand in the file more than once; nothing where none does."""
    doubled = sum(count - 1 for count in Counter(iecs).values())
    return [f"{doubled} line(s) repeat an IEC of another line"] if doubled else []


def asked(name: str, about: str | None, file: str, table: str, arguments: Sequence[str] | None) -> argparse.Namespace:
    """What the command was asked: `file`, `table`, `check`. `table` names the stack's output."""
    parser = argparse.ArgumentParser(prog=f"python -m infra.{name}", description=about)
    parser.add_argument("file", type=Path, help=file)
    parser.add_argument("--table", required=True, help=f"the output {table} of the stack")
    parser.add_argument("--check", action="store_true", help="check the file and write nothing")
    return parser.parse_args(arguments)


def is_in_order(wrong: Sequence[str]) -> bool:
    """Whether nothing is wrong; what is, is told on standard error."""
    for what in wrong:
        print(what, file=sys.stderr)
    if wrong:
        print(f"Nothing was written: {len(wrong)} thing(s) to mend.", file=sys.stderr)
    return not wrong


def written(
    records: Sequence[Record], what: str, put: Callable[[DynamoDbStore, Record], None], *, is_check: bool, **table: str
) -> None:
    """Write the records, saying how far it is; only say how many are good where `is_check`.

    `what` they are called in the plural; `table` is the setting that names the table (`HOLDERS_TABLE="…"`).
    """
    if is_check:
        print(f"{len(records)} {what}, all good. Nothing was written.")
        return
    store = Suite(Settings({"AWS_REGION": "ap-south-1", **os.environ, **table})).store
    for number, record in enumerate(records, 1):
        put(store, record)
        if number % _PROGRESS_EVERY == 0:
            print(f"{number} of {len(records)} written…")
    print(f"{len(records)} {what} written.")
