"""Brings IEC holders' records into the suite: `python -m infra.holders --table <name> [--check] FILE.csv`.

The CSV (UTF-8, with a header) has the columns `iec, pan, legal_name, gstins, email, mobile`; GSTINs stand in one
cell, apart by blanks. Every line is checked before any is written. What is wrong is told by line, column and reason,
never by content, and then nothing is written. A mended file is simply run whole: the same records are written again.
"""

from __future__ import annotations

import csv
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields

from chalicelib.adapters.dynamodb.store import DynamoDbStore
from chalicelib.domain.contacts import Contact
from chalicelib.domain.icegate.holders import Holder
from chalicelib.domain.identifiers import (
    EmailAddress,
    Gstin,
    Iec,
    Mobile,
    Pan,
    is_pan,
    pan_of,
    parse_email,
    parse_gstin,
    parse_iec,
    parse_mobile,
)
from chalicelib.domain.refusals import Refusal, invalid
from chalicelib.handlers.bodies import read, required, sent
from infra.record_files import asked, is_in_order, parse_pan, repeated, written


def parse_gstins(value: str) -> tuple[Gstin, ...]:
    """One or more GSTINs, apart by blanks."""
    return tuple(parse_gstin(part) for part in required(value).split())


@dataclass(frozen=True, slots=True)
class HolderLine:
    """One line of the file."""

    iec: Iec = sent(parse_iec, "Importer-Exporter Code.", "0388012345")
    pan: Pan = sent(parse_pan, "The PAN of record.", "ZZZFZ9999Z")
    legal_name: str = sent(required, "As on the record.", "Zenith Spices", at_most=200)
    gstins: tuple[Gstin, ...] = sent(parse_gstins, "Apart by blanks.", "33ZZZFZ9999Z1ZK", at_most=1024)
    email: EmailAddress = sent(parse_email, "At most 50 characters.", "office@example.com")
    mobile: Mobile = sent(parse_mobile, "An Indian mobile number.", "9876543210")


COLUMNS = tuple(field.name for field in fields(HolderLine))


def holder_of(record: Mapping[str, object]) -> Holder:
    """The holder in one line. Raises `Refusal` with each column that is wrong and why.

    An IEC in PAN form is the PAN of record, and every GSTIN holds that PAN.
    """
    line = read(HolderLine, record)
    if is_pan(line.iec) and str(line.iec) != str(line.pan):
        raise invalid(pan="pan_is_not_the_iec")
    if any(pan_of(gstin) != line.pan for gstin in line.gstins):
        raise invalid(gstins="gstin_of_another_pan")
    return Holder(line.iec, line.pan, line.legal_name.strip(), line.gstins, Contact(line.email, line.mobile))


def checked(lines: Iterator[Mapping[str, object]]) -> tuple[list[Holder], list[str]]:
    """The holders, and what is wrong: `line 3: gstins: gstin_invalid`. Lines are counted as an editor does, from 1."""
    holders: list[Holder] = []
    wrong: list[str] = []
    for number, record in enumerate(lines, 2):
        try:
            holders.append(holder_of(record))
        except Refusal as refusal:
            wrong += [f"line {number}: {column}: {error.reason}" for column, error in refusal.errors.items()]
    return holders, wrong + repeated(holder.iec for holder in holders)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 0 when every line was good."""
    given = asked("holders", __doc__, "the CSV", "HoldersTableName", arguments)
    with given.file.open(encoding="utf-8-sig", newline="") as opened:
        rows = csv.DictReader(opened, restkey="", restval="")
        if tuple(rows.fieldnames or ()) != COLUMNS:
            print(f"The header must be: {','.join(COLUMNS)}", file=sys.stderr)
            return 1
        holders, wrong = checked(iter(rows))
    if not is_in_order(wrong):
        return 1
    written(holders, "holders", DynamoDbStore.put_holder, is_check=given.check, HOLDERS_TABLE=given.table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
