"""Verifies the audit: `python -m infra.audit verify --table <name> (--stream <name> | --all) [--against FILE]`.

Prints one line for each stream, `<stream> intact <first>..<last> <hash of the last> <its instant>`, or the first link
that does not hold and why; then it exits with 1. A chain does not show that its end was cut off, or that all of it was
written anew: keep what this printed where the audit's writers cannot reach, and give it as FILE the next time.
"""

from __future__ import annotations

import argparse
import os
import re
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from pathlib import Path

from chalicelib.adapters.dynamodb.store import DynamoDbStore
from chalicelib.domain.audit import RETENTION
from chalicelib.domain.auditing import Broken, Intact, verified
from chalicelib.settings import Settings
from chalicelib.suite import Suite

_INTACT = re.compile(r"(?P<stream>\S+) intact (?P<first>\d+)\.\.(?P<last>\d+) (?P<head>[0-9a-f]{64}) (?P<at>\S+)")


def told(stream: str, found: Intact | Broken) -> str:
    """What was found of a stream, as one line."""
    if isinstance(found, Broken):
        return f"{stream} broken at {found.sequence}: {found.fault.value}"
    if found.head_at is None:
        return f"{stream} empty"
    return f"{stream} intact {found.first}..{found.last} {found.head} {found.head_at.isoformat()}"


def known_of(lines: Iterable[str]) -> dict[str, Intact]:
    """What an earlier run found intact, by stream; its other lines say nothing."""
    matches = filter(None, map(_INTACT.fullmatch, map(str.strip, lines)))
    return {
        line["stream"]: Intact(int(line["first"]), int(line["last"]), line["head"], datetime.fromisoformat(line["at"]))
        for line in matches
    }


def verify(
    store: DynamoDbStore, streams: Iterable[str], now: datetime, retention: timedelta, known: Mapping[str, Intact]
) -> bool:
    """Verify streams and print what was found of each. True if all are intact."""
    all_intact = True
    for stream in streams:
        found = verified(stream, store.audit_events(stream), now, retention, known.get(stream))
        all_intact = all_intact and isinstance(found, Intact)
        print(told(stream, found), file=sys.stdout if isinstance(found, Intact) else sys.stderr)
    return all_intact


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 0 when every stream is intact."""
    asked = argparse.ArgumentParser(
        prog="python -m infra.audit", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    command = asked.add_subparsers(dest="command", required=True).add_parser("verify", help="verify streams")
    command.add_argument(
        "--table", default=os.environ.get("AUDIT_TABLE"), help="the output AuditTableName of the stack"
    )
    which = command.add_mutually_exclusive_group(required=True)
    which.add_argument("--stream", help="one stream: account:<account id> or icegate:<ICEGATE ID in lower case>")
    which.add_argument("--all", action="store_true", help="every stream; it reads the whole table twice")
    command.add_argument("--against", type=Path, help="what an earlier run printed")
    command.add_argument(
        "--retention-days",
        type=int,
        default=int(os.environ.get("AUDIT_RETENTION_DAYS") or RETENTION.days),
        help="AuditRetentionDays of the stack, or what it was while the oldest events were written, if that was less",
    )
    given = asked.parse_args(arguments)
    if not given.table:
        asked.error("--table is needed, or the variable AUDIT_TABLE")
    suite = Suite(Settings({"AWS_REGION": "ap-south-1", **os.environ, "AUDIT_TABLE": given.table}))
    known = known_of(given.against.read_text(encoding="utf-8").splitlines()) if given.against else {}
    streams = sorted({*suite.store.audit_streams(), *known}) if given.all else [given.stream]
    return 0 if verify(suite.store, streams, suite.clock(), timedelta(days=given.retention_days), known) else 1


if __name__ == "__main__":
    sys.exit(main())
