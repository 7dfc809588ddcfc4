"""Changes of what departments have; part of `domain.changes.Change`."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from chalicelib.domain.versioned import Versioned

if TYPE_CHECKING:
    from chalicelib.domain.departments.backfills import Backfill, BackfillRange
    from chalicelib.domain.departments.certificates import Certificate
    from chalicelib.domain.departments.departments import Department
    from chalicelib.domain.departments.outages import Outage
    from chalicelib.domain.departments.pull_requests import PullRequest
    from chalicelib.domain.departments.pushes import Push


@dataclass(frozen=True, slots=True)
class WriteDepartment(Versioned):
    """Write a department; it holds only on the version that was read, a new one only where none is."""

    department: Department


@dataclass(frozen=True, slots=True)
class TakeIssuerId:
    """Give an issuer id to a department; it holds where nobody has it, or this department."""

    issuer_id: str
    department_id: str


@dataclass(frozen=True, slots=True)
class WriteCertificate(Versioned):
    """Write a certificate; it holds only on the version that was read, a new one only where none is."""

    certificate: Certificate


@dataclass(frozen=True, slots=True)
class TakeUri:
    """Give a URI to a certificate, for ever; it holds where nobody had it, or this certificate."""

    uri: str
    certificate_id: str


@dataclass(frozen=True, slots=True)
class MakeFindable:
    """Let a certificate be found under a search key, as it is now; under no condition."""

    search_key: str
    certificate: Certificate


@dataclass(frozen=True, slots=True)
class EndFindable:
    """Let a certificate be found under a search key no more; under no condition."""

    search_key: str
    certificate_id: str


@dataclass(frozen=True, slots=True)
class UseOnceFor:
    """Use up a name for this content alone (a pull's `txn`): again with the same content holds, with other does not.

    With `is_first` it holds only where the name was not used at all.
    """

    key: str
    content_sha256: str
    keep_until: datetime
    is_first: bool = False


@dataclass(frozen=True, slots=True)
class WritePush(Versioned):
    """Write a push; it holds only on the version that was read, a new one only where none is."""

    push: Push


@dataclass(frozen=True, slots=True)
class RemovePush(Versioned):
    """Remove a push; it holds only on the version that was read."""

    push: Push


@dataclass(frozen=True, slots=True)
class WriteOutage(Versioned):
    """Write what is known of a department's outage; it holds only on the version that was read."""

    outage: Outage


@dataclass(frozen=True, slots=True)
class WritePullRequest(Versioned):
    """Write a pending pull; it holds only on the version that was read, a new one only where none is."""

    pull_request: PullRequest


@dataclass(frozen=True, slots=True)
class TakePlace:
    """Give one of a person's places in an officers' queue to a request.

    It holds where the place was never given, or its holder is still the one that was read, `instead_of`.
    """

    place: str
    request_id: str
    instead_of: str | None
    keep_until: datetime


@dataclass(frozen=True, slots=True)
class WriteBackfill(Versioned):
    """Write a backfill; it holds only on the version that was read, a new one only where none is."""

    backfill: Backfill


@dataclass(frozen=True, slots=True)
class WriteBackfillRange(Versioned):
    """Write the checkpoint of a range; it holds only on the version that was read, a new one only where none is."""

    backfill_range: BackfillRange


DepartmentChange = (
    WriteDepartment
    | TakeIssuerId
    | WriteCertificate
    | TakeUri
    | MakeFindable
    | EndFindable
    | UseOnceFor
    | WritePush
    | RemovePush
    | WriteOutage
    | WritePullRequest
    | TakePlace
    | WriteBackfill
    | WriteBackfillRange
)
