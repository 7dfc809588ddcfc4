"""The rows of certificates, of the search keys under which they are found, and of pushes.

The records are imported where they are made, and this module only where a certificate or a push is read or written.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, Any

from pynamodb.attributes import UnicodeAttribute
from pynamodb.expressions.condition import Condition
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection
from pynamodb.models import Model

from chalicelib.adapters.dynamodb.documents import document, record_of
from chalicelib.adapters.dynamodb.instants import InstantAttribute

if TYPE_CHECKING:
    from chalicelib.domain.departments.certificates import Certificate
    from chalicelib.domain.departments.pushes import Push


class _ByDepartment(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call]
    """Certificates by department and place: a batch makes many within one millisecond, and a page ends between two."""

    class Meta:
        index_name = "by_department"
        projection = KeysOnlyProjection()

    department_id = UnicodeAttribute(hash_key=True)
    place = UnicodeAttribute(range_key=True)


class _Waiting(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call]
    """Certificates whose PDF and XML are still to be made, by department and since when; no others are in it."""

    class Meta:
        index_name = "waiting"
        projection = KeysOnlyProjection()

    waits_in = UnicodeAttribute(hash_key=True)
    waits_since = InstantAttribute(range_key=True)


class _ByEnd(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call]
    """Certificates that have a last day, by department and type; and by department those whose removal goes on.

    How many years they are kept stands nowhere in it: the type says so when they are looked for.
    """

    class Meta:
        index_name = "by_end"
        projection = KeysOnlyProjection()

    ends_in = UnicodeAttribute(hash_key=True)
    ends_on = UnicodeAttribute(range_key=True)


class CertificateRow(Model):
    """A certificate."""

    certificate_id = UnicodeAttribute(hash_key=True)
    revision = UnicodeAttribute()
    record = UnicodeAttribute()
    department_id = UnicodeAttribute()
    place = UnicodeAttribute()
    waits_in = UnicodeAttribute(null=True)
    waits_since = InstantAttribute(null=True)
    ends_in = UnicodeAttribute(null=True)
    ends_on = UnicodeAttribute(null=True)
    by_end = _ByEnd()
    by_department = _ByDepartment()
    waiting = _Waiting()


def certificate_row(row: type[CertificateRow], certificate: Certificate, revision: str) -> CertificateRow:
    """The row of a certificate."""
    from chalicelib.domain.departments.certificates import CertificateStatus  # noqa: PLC0415

    is_waiting = certificate.status is CertificateStatus.PREPARING
    ends_in, ends_on = _end(certificate)
    return row(
        certificate.certificate_id,
        revision=revision,
        record=document(replace(certificate, revision=None)),
        department_id=certificate.department_id,
        place=_place(certificate),
        waits_in=certificate.department_id if is_waiting else None,
        waits_since=certificate.brought_at if is_waiting else None,
        ends_in=ends_in,
        ends_on=ends_on,
    )


def certificate_of(row: CertificateRow) -> Certificate:
    """The certificate in a row."""
    from chalicelib.domain.departments.certificates import Certificate  # noqa: PLC0415

    return replace(record_of(row.record, Certificate), revision=row.revision)


def before_place_of(row: type[CertificateRow], certificate: CertificateRow) -> Condition:
    """The key condition of certificates that are older than this one."""
    condition: Condition = row.place < certificate.place
    return condition


def brought_before(row: type[CertificateRow], before: datetime) -> Condition:
    """The key condition of certificates that have waited since before `before`."""
    condition: Condition = row.waits_since < before
    return condition


def of_type(department_id: str, doctype: str) -> str:
    """Under which a department's certificates of a type stand by their last day."""
    return f"{department_id}#{doctype}"


def ended_before(row: type[CertificateRow], before: date) -> Condition:
    """The key condition of certificates whose last day was before `before`."""
    condition: Condition = row.ends_on < before.isoformat()
    return condition


def looked_at_by(row: type[CertificateRow], now: datetime) -> Condition:
    """The key condition of certificates whose removal goes on by `now`."""
    condition: Condition = row.ends_on <= _sortable(now)
    return condition


def _end(certificate: Certificate) -> tuple[str | None, str | None]:
    """Where a certificate stands in the index `by_end`; nowhere where it does not end, and what is left of one."""
    from chalicelib.domain.departments.certificates import CertificateStatus  # noqa: PLC0415
    from chalicelib.domain.departments.keeping import last_day  # noqa: PLC0415

    if certificate.status is CertificateStatus.ENDING:
        return certificate.department_id, _sortable(certificate.look_at or certificate.created_at)
    last = last_day(certificate)
    return (of_type(certificate.department_id, certificate.doctype), last.isoformat()) if last else (None, None)


def _sortable(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds")


def _place(certificate: Certificate) -> str:
    return f"{round(certificate.created_at.timestamp() * 1000):015}#{certificate.certificate_id}"


class FindableRow(Model):
    """A certificate under a search key, whole: a pull finds it and answers from this one read."""

    search_key = UnicodeAttribute(hash_key=True)
    certificate_id = UnicodeAttribute(range_key=True)
    record = UnicodeAttribute()


def findable_row(row: type[FindableRow], search_key: str, certificate: Certificate) -> FindableRow:
    """The row of a certificate under a search key."""
    return row(search_key, certificate.certificate_id, record=document(replace(certificate, revision=None)))


def found_in(row: FindableRow) -> Certificate:
    """The certificate under a search key. It has no revision: what is found is not what is written over."""
    from chalicelib.domain.departments.certificates import Certificate  # noqa: PLC0415

    return record_of(row.record, Certificate)


class _Due(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call]
    """A department's pushes that are due, by when; those that are done are not in it."""

    class Meta:
        index_name = "by_due_at"
        projection = KeysOnlyProjection()

    due = UnicodeAttribute(hash_key=True)
    due_at = InstantAttribute(range_key=True)


class PushRow(Model):
    """A push."""

    push_id = UnicodeAttribute(hash_key=True)
    revision = UnicodeAttribute()
    record = UnicodeAttribute()
    due = UnicodeAttribute(null=True)
    due_at = InstantAttribute(null=True)
    by_due_at = _Due()


def push_row(row: type[PushRow], push: Push, revision: str) -> PushRow:
    """The row of a push."""
    return row(
        push.push_id,
        revision=revision,
        record=document(replace(push, revision=None)),
        due=push.department_id if push.due_at else None,
        due_at=push.due_at,
    )


def due_by(row: type[PushRow], now: datetime) -> Condition:
    """The key condition of a department's pushes that are due at `now`."""
    condition: Condition = row.due_at <= now
    return condition


def push_of(row: PushRow) -> Push:
    """The push in a row."""
    from chalicelib.domain.departments.pushes import Push  # noqa: PLC0415

    return replace(record_of(row.record, Push), revision=row.revision)
