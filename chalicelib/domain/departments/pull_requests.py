"""A pull that was answered "pending" (9): an officer of the department looks for what DigiLocker asked."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class PullRequestStatus(StrEnum):
    """What became of it."""

    OPEN = "open"
    # The certificate goes to the citizen's account by Push URI.
    GRANTED = "granted"
    REFUSED = "refused"


class PendingReason(StrEnum):
    """Why a person has to look."""

    NOT_FOUND = "not_found"
    NEARLY_MATCHED = "nearly_matched"


@dataclass(frozen=True, slots=True)
class PullRequest:
    """One request of a citizen. `request_id` follows from what was asked: asked again, it is the same."""

    request_id: str
    department_id: str
    doctype: str
    digilocker_id: str
    name: str
    born_on: date | None
    parameters: Mapping[str, str]
    because: PendingReason
    status: PullRequestStatus
    asked_at: datetime
    # The certificate that fits nearly, or the one that the officer found.
    certificate_id: str | None = None
    decided_at: datetime | None = None
    decided_by: str | None = None
    reason: str | None = None
    revision: str | None = None

    def __repr__(self) -> str:
        return f"PullRequest({self.request_id!r}, {self.status.value})"
