"""What a department's page counts, by day of India's clock, and the last troubles in plain words."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

KEEP_TROUBLE = timedelta(days=30)


class Counted(StrEnum):
    """What is counted. Counts are made beside the writes they tell of: a crash in between loses one."""

    ISSUED = "issued"
    FINDABLE = "findable"
    PULLED = "pulled"
    NOT_FOUND = "not_found"
    PENDING = "pending"
    REFUSED = "refused"
    PUSHED = "pushed"
    FAILED = "failed"
    REVOKED = "revoked"
    # Kept no longer.
    REMOVED = "removed"


@dataclass(frozen=True, slots=True)
class DepartmentDay:
    """The counts of one department on one day (IST)."""

    department_id: str
    day: date
    counts: Mapping[Counted, int]


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that went wrong: `code` has a sentence in both languages; nothing personal. Kept for 30 days."""

    department_id: str
    trouble_id: str
    at: datetime
    code: str
    certificate_id: str | None = None
    keep_until: datetime | None = None
