"""A backfill: a department's certificates of the past, brought as one CSV, made findable range by range."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class BackfillKind(StrEnum):
    """What a backfill runs over."""

    # The department's own CSV: each row becomes a certificate.
    CSV = "csv"
    # The certificates that are here: each is made findable as its document type is searched now.
    INDEX = "index"


class BackfillStatus(StrEnum):
    """Where a backfill stands."""

    UPLOAD_REQUIRED = "upload_required"
    RUNNING = "running"
    DONE = "done"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class BackfillCounts:
    """What became of the rows so far."""

    rows: int = 0
    created: int = 0
    there_already: int = 0
    refused: int = 0


@dataclass(frozen=True, slots=True)
class Backfill:
    """One run over one CSV. `is_dry_run`: rows are judged and counted, nothing is written.

    `ranges` is how many byte ranges the file was cut into, `ranges_done` how many are through; `report` is the key of
    the file that lists what was refused, line by line. `round` counts its journeys: one that failed may be started
    again, and goes on where it stopped. `mark` is of the file as it was when the import was first started
    (`DocumentState`): no other is read. `separator` and `columns` are what the file's first line said.
    """

    backfill_id: str
    department_id: str
    doctype: str
    key: str
    is_dry_run: bool
    status: BackfillStatus
    created_at: datetime
    created_by: str
    size: int | None = None
    mark: str = ""
    ranges: int = 0
    ranges_done: int = 0
    counts: BackfillCounts = BackfillCounts()
    report: str | None = None
    started_at: datetime | None = None
    ended_at: datetime | None = None
    trouble: str | None = None
    kind: BackfillKind = BackfillKind.CSV
    round: int = 0
    is_planned: bool = False
    separator: str = ","
    columns: tuple[str, ...] = ()
    revision: str | None = None


@dataclass(frozen=True, slots=True)
class BackfillRange:
    """The checkpoint of one byte range: `next_offset` is where it goes on, `is_done` once it is through.

    `next_line` is the file's line at `next_offset` (its first is 1). For `BackfillKind.INDEX` the numbers count
    certificates, and `after` is the id of the one that the range begins after.
    """

    backfill_id: str
    number: int
    start: int
    end: int
    next_offset: int
    is_done: bool = False
    next_line: int = 1
    after: str | None = None
    counts: BackfillCounts = BackfillCounts()
    revision: str | None = None
