"""A push: one Push URI to DigiLocker about one certificate, from when it is due until it is done or parked."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class PushAction(StrEnum):
    """Push URI's actions."""

    ADD = "A"
    UPDATE = "U"
    DELETE = "D"


class PushStatus(StrEnum):
    """Where a push stands."""

    DUE = "due"
    PUSHED = "pushed"
    # Given up for now; `reason` says why. Transient reasons are tried again by the schedule.
    PARKED = "parked"


@dataclass(frozen=True, slots=True)
class Push:
    """One push. `due_at`: when the schedule may start its journey (again); `round` counts its journeys.

    `push_id` follows from certificate, account and action (`publishing.push_id_of`). One call about a certificate is
    under way at a time: whoever makes it holds the certificate's first push (its `A`) until `claimed_until`, under
    the id of the push that it is about. Without that id nobody holds it, and a `D` alone waits: a call had no answer.
    """

    push_id: str
    certificate_id: str
    department_id: str
    action: PushAction
    status: PushStatus
    created_at: datetime
    due_at: datetime | None
    attempts: int = 0
    round: int = 0
    reason: str | None = None
    pushed_at: datetime | None = None
    claimed_by: str | None = None
    claimed_until: datetime | None = None
    revision: str | None = None
