"""Brings IEC holders' records into the suite: `python -m infra.holders --table <name> [--check] FILE.csv`.

The CSV (UTF-8, with a header) has the columns `iec, pan, legal_name, gstins, email, mobile`; GSTINs stand in one
cell, apart by blanks. Every line is checked before any is written. What is wrong is told by line, column and reason,
never by content, and then nothing is written. A mended file is simply run whole: the same records are written again.
"""

from __future__ import annotations

import argparse
import csv
import os
import sys
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from pathlib import Path

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
from chalicelib.domain.refusals import FieldProblem, Refusal, invalid
from chalicelib.handlers.bodies import read, required, sent
from chalicelib.settings import Settings
from chalicelib.suite import Suite

PROGRESS_EVERY = 500


def parse_pan(value: str) -> Pan:
    """A PAN in upper case. Refuses with `pan_invalid`."""
    typed = value.strip().upper()
    if not is_pan(typed):
        raise FieldProblem("pan_invalid")
    return Pan(typed)


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
    seen: defaultdict[Iec, int] = defaultdict(int)
    for holder in holders:
        seen[holder.iec] += 1
    doubled = sum(count - 1 for count in seen.values())
    if doubled:
        wrong.append(f"{doubled} line(s) repeat an IEC of another line")
    return holders, wrong


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 0 when every line was good."""
    asked = argparse.ArgumentParser(prog="python -m infra.holders", description=__doc__)
    asked.add_argument("file", type=Path, help="the CSV")
    asked.add_argument("--table", required=True, help="the output HoldersTableName of the stack")
    asked.add_argument("--check", action="store_true", help="check the file and write nothing")
    given = asked.parse_args(arguments)
    with given.file.open(encoding="utf-8-sig", newline="") as opened:
        rows = csv.DictReader(opened, restkey="", restval="")
        if tuple(rows.fieldnames or ()) != COLUMNS:
            print(f"The header must be: {','.join(COLUMNS)}", file=sys.stderr)
            return 1
        holders, wrong = checked(iter(rows))
    for what in wrong:
        print(what, file=sys.stderr)
    if wrong:
        print(f"Nothing was written: {len(wrong)} thing(s) to mend.", file=sys.stderr)
        return 1
    if given.check:
        print(f"{len(holders)} holders, all good. Nothing was written.")
        return 0
    store = Suite(Settings({"AWS_REGION": "ap-south-1", **os.environ, "HOLDERS_TABLE": given.table})).store
    for number, holder in enumerate(holders, 1):
        store.put_holder(holder)
        if number % PROGRESS_EVERY == 0:
            print(f"{number} of {len(holders)} written…")
    print(f"{len(holders)} holders written.")
    return 0


if __name__ == "__main__":
    sys.exit(main())
