"""The rows of departments: who they are, names given once, pending pulls, backfills, counts and troubles.

The records are imported where they are made, and this module only where something of a department is read or written.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection
from pynamodb.models import Model

from chalicelib.adapters.dynamodb.documents import document, record_of
from chalicelib.adapters.dynamodb.instants import InstantAttribute, epoch_seconds

if TYPE_CHECKING:
    from collections.abc import Mapping

    from chalicelib.domain.departments.backfills import Backfill, BackfillRange
    from chalicelib.domain.departments.departments import Department
    from chalicelib.domain.departments.outages import Outage
    from chalicelib.domain.departments.pull_requests import PullRequest, PullRequestStatus
    from chalicelib.domain.departments.statistics import Counted, DepartmentDay, Trouble

_KEEP_DECIDED_PULL = timedelta(days=365)
_KEEP_TROUBLE = timedelta(days=30)
_A_DAY = timedelta(days=1)


class DepartmentRow(Model):
    """A department."""

    department_id = UnicodeAttribute(hash_key=True)
    revision = UnicodeAttribute()
    record = UnicodeAttribute()


def department_row(row: type[DepartmentRow], department: Department, revision: str) -> DepartmentRow:
    """The row of a department."""
    return row(department.department_id, revision=revision, record=document(replace(department, revision=None)))


def department_of(row: DepartmentRow) -> Department:
    """The department in a row."""
    from chalicelib.domain.departments.departments import Department  # noqa: PLC0415

    return replace(record_of(row.record, Department), revision=row.revision)


class ExchangeKeyRow(Model):
    """A name that is given once: `uri#…` to a certificate, `issuer#…` to a department, `txn#…` to what a pull asked.

    And one that is given anew once it is free: `place#…` to a pending pull.
    """

    name = UnicodeAttribute(hash_key=True)
    holder = UnicodeAttribute()
    ttl = NumberAttribute(null=True)


def exchange_key_row(
    row: type[ExchangeKeyRow], name: str, holder: str, keep_until: datetime | None = None
) -> ExchangeKeyRow:
    """The row of a name given to `holder`; for ever where there is no `keep_until`."""
    return row(name, holder=holder, ttl=epoch_seconds(keep_until) if keep_until else None)


def is_free_for(row: type[ExchangeKeyRow], holder: str) -> Condition:
    """The condition that nobody has a name, or this holder."""
    condition: Condition = row.name.does_not_exist() | (row.holder == holder)
    return condition


def uri_key(uri: str) -> str:
    """Under which a URI is given."""
    return f"uri#{uri}"


def place_key(place: str) -> str:
    """Under which a person's place in an officers' queue is given."""
    return f"place#{place}"


class _InQueue(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call]
    """Pending pulls by department and status, and since when they wait."""

    class Meta:
        index_name = "in_queue"
        projection = KeysOnlyProjection()

    queue = UnicodeAttribute(hash_key=True)
    asked_at = InstantAttribute(range_key=True)


class PullRequestRow(Model):
    """A pending pull."""

    request_id = UnicodeAttribute(hash_key=True)
    revision = UnicodeAttribute()
    record = UnicodeAttribute()
    queue = UnicodeAttribute()
    asked_at = InstantAttribute()
    ttl = NumberAttribute(null=True)
    in_queue = _InQueue()


def pull_request_row(row: type[PullRequestRow], asked: PullRequest, revision: str) -> PullRequestRow:
    """The row of a pending pull. It holds a person's name: the sweep takes it a year after it was decided."""
    return row(
        asked.request_id,
        revision=revision,
        record=document(replace(asked, revision=None)),
        queue=queue(asked.department_id, asked.status),
        asked_at=asked.asked_at,
        ttl=epoch_seconds(asked.decided_at + _KEEP_DECIDED_PULL) if asked.decided_at else None,
    )


def queue(department_id: str, status: PullRequestStatus) -> str:
    """Where a department's pending pulls of a status stand."""
    return f"{department_id}#{status.value}"


def pull_request_of(row: PullRequestRow) -> PullRequest:
    """The pending pull in a row."""
    from chalicelib.domain.departments.pull_requests import PullRequest  # noqa: PLC0415

    return replace(record_of(row.record, PullRequest), revision=row.revision)


class _ByDepartment(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call]
    """Backfills by department and age."""

    class Meta:
        index_name = "by_department"
        projection = KeysOnlyProjection()

    department_id = UnicodeAttribute(hash_key=True)
    created_at = InstantAttribute(range_key=True)


class BackfillRow(Model):
    """A backfill."""

    backfill_id = UnicodeAttribute(hash_key=True)
    revision = UnicodeAttribute()
    record = UnicodeAttribute()
    department_id = UnicodeAttribute()
    created_at = InstantAttribute()
    by_department = _ByDepartment()


def backfill_row(row: type[BackfillRow], backfill: Backfill, revision: str) -> BackfillRow:
    """The row of a backfill."""
    return row(
        backfill.backfill_id,
        revision=revision,
        record=document(replace(backfill, revision=None)),
        department_id=backfill.department_id,
        created_at=backfill.created_at,
    )


def backfill_of(row: BackfillRow) -> Backfill:
    """The backfill in a row."""
    from chalicelib.domain.departments.backfills import Backfill  # noqa: PLC0415

    return replace(record_of(row.record, Backfill), revision=row.revision)


class BackfillRangeRow(Model):
    """The checkpoint of one range of a backfill."""

    backfill_id = UnicodeAttribute(hash_key=True)
    number = NumberAttribute(range_key=True)
    revision = UnicodeAttribute()
    record = UnicodeAttribute()


def backfill_range_row(row: type[BackfillRangeRow], part: BackfillRange, revision: str) -> BackfillRangeRow:
    """The row of a range's checkpoint."""
    return row(part.backfill_id, part.number, revision=revision, record=document(replace(part, revision=None)))


def backfill_range_of(row: BackfillRangeRow) -> BackfillRange:
    """The checkpoint in a row."""
    from chalicelib.domain.departments.backfills import BackfillRange  # noqa: PLC0415

    return replace(record_of(row.record, BackfillRange), revision=row.revision)


class DepartmentDayRow(Model):
    """What was counted for a department on one day; an attribute for each of `statistics.Counted`."""

    department_id = UnicodeAttribute(hash_key=True)
    day = UnicodeAttribute(range_key=True)
    issued = NumberAttribute(null=True)
    findable = NumberAttribute(null=True)
    pulled = NumberAttribute(null=True)
    not_found = NumberAttribute(null=True)
    pending = NumberAttribute(null=True)
    refused = NumberAttribute(null=True)
    pushed = NumberAttribute(null=True)
    failed = NumberAttribute(null=True)
    revoked = NumberAttribute(null=True)
    removed = NumberAttribute(null=True)


def counted_up(row: type[DepartmentDayRow], counts: Mapping[Counted, int]) -> list[Action]:
    """The actions that add the counts."""
    return [getattr(row, counted.value).add(count) for counted, count in counts.items() if count]


def days_between(row: type[DepartmentDayRow], first: date, last: date) -> Condition:
    """The key condition of the days from the first to the last."""
    condition: Condition = row.day.between(first.isoformat(), last.isoformat())
    return condition


def department_day_of(row: DepartmentDayRow) -> DepartmentDay:
    """The counts in a row."""
    from chalicelib.domain.departments.statistics import Counted, DepartmentDay  # noqa: PLC0415

    found = {counted: getattr(row, counted.value) for counted in Counted}
    counts = {counted: int(count) for counted, count in found.items() if count is not None}
    return DepartmentDay(row.department_id, date.fromisoformat(row.day), counts)


class OutageRow(Model):
    """What is known of a department's outage, in the table of limits."""

    limit_key = UnicodeAttribute(hash_key=True)
    revision = UnicodeAttribute()
    record = UnicodeAttribute()
    keep_until = InstantAttribute()
    ttl = NumberAttribute()


def outage_key(department_id: str) -> str:
    """The key of a department's outage."""
    return f"outage#{department_id}"


def outage_row(row: type[OutageRow], outage: Outage, revision: str) -> OutageRow:
    """The row of an outage."""
    return row(
        outage_key(outage.department_id),
        revision=revision,
        record=document(replace(outage, revision=None)),
        keep_until=outage.keep_until,
        ttl=epoch_seconds(outage.keep_until + _A_DAY),
    )


def outage_of(row: OutageRow) -> Outage:
    """The outage in a row."""
    from chalicelib.domain.departments.outages import Outage  # noqa: PLC0415

    return replace(record_of(row.record, Outage), revision=row.revision)


class TroubleRow(Model):
    """A trouble of a department, by when it was."""

    department_id = UnicodeAttribute(hash_key=True)
    told = UnicodeAttribute(range_key=True)
    record = UnicodeAttribute()
    ttl = NumberAttribute()


def trouble_row(row: type[TroubleRow], trouble: Trouble) -> TroubleRow:
    """The row of a trouble; the same again is the same row."""
    return row(
        trouble.department_id,
        f"{round(trouble.at.timestamp() * 1000):015}#{trouble.trouble_id}",
        record=document(trouble),
        ttl=epoch_seconds(kept_until(trouble) + _A_DAY),
    )


def kept_until(trouble: Trouble) -> datetime:
    """Until when a trouble is shown."""
    return trouble.keep_until or trouble.at + _KEEP_TROUBLE


def trouble_of(row: TroubleRow) -> Trouble:
    """The trouble in a row."""
    from chalicelib.domain.departments.statistics import Trouble  # noqa: PLC0415

    return record_of(row.record, Trouble)
