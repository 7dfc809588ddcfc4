"""The rows of IECs: DGFT's records, the users of an IEC, and which IEC a login is of.

The records are imported where they are made: what has nothing to do with IECs starts without them.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

from pynamodb.attributes import UnicodeAttribute
from pynamodb.expressions.condition import Condition
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection
from pynamodb.models import Model

from chalicelib.adapters.dynamodb.documents import document, record_of
from chalicelib.adapters.dynamodb.instants import InstantAttribute

if TYPE_CHECKING:
    from chalicelib.domain.iec.records import IecRecord
    from chalicelib.domain.iec.users import IecUser, Membership

DUE = "due"


class IecRecordRow(Model):
    """DGFT's record of an IEC."""

    iec = UnicodeAttribute(hash_key=True)
    revision = UnicodeAttribute()
    record = UnicodeAttribute()


def iec_record_row(row: type[IecRecordRow], record: IecRecord, revision: str) -> IecRecordRow:
    """The row of DGFT's record of an IEC."""
    return row(record.iec, revision=revision, record=document(replace(record, revision=None)))


def iec_record_of(row: IecRecordRow) -> IecRecord:
    """The record in a row."""
    from chalicelib.domain.iec.records import IecRecord  # noqa: PLC0415

    return replace(record_of(row.record, IecRecord), revision=row.revision)


class _ByUser(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call]
    """Users of whatever IEC, by their id."""

    class Meta:
        index_name = "by_user"
        projection = KeysOnlyProjection()

    user_id = UnicodeAttribute(hash_key=True)


class _LinksDue(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call]
    """Users who are still to be reminded of their link's end, by that end; nobody else is in it."""

    class Meta:
        index_name = "links_due"
        projection = KeysOnlyProjection()

    link_due = UnicodeAttribute(hash_key=True)
    link_ends_at = InstantAttribute(range_key=True)


class IecUserRow(Model):
    """A user of an IEC."""

    iec = UnicodeAttribute(hash_key=True)
    user_id = UnicodeAttribute(range_key=True)
    revision = UnicodeAttribute()
    record = UnicodeAttribute()
    link_due = UnicodeAttribute(null=True)
    link_ends_at = InstantAttribute(null=True)
    by_user = _ByUser()
    links_due = _LinksDue()


def iec_user_row(row: type[IecUserRow], user: IecUser, revision: str) -> IecUserRow:
    """The row of a user of an IEC."""
    ends_at = link_due_at(user)
    return row(
        user.iec,
        user.user_id,
        revision=revision,
        record=document(replace(user, revision=None)),
        link_due=DUE if ends_at else None,
        link_ends_at=ends_at,
    )


def link_due_at(user: IecUser) -> datetime | None:
    """When the link of a user ends who is still to be reminded of it; None where there is nothing to remind of."""
    from chalicelib.domain.iec.users import IecUserStatus  # noqa: PLC0415

    if user.status is not IecUserStatus.ACTIVE or user.link is None or user.link.reminded_at is not None:
        return None
    return user.link.expires_at


def ends_before(row: type[IecUserRow], before: datetime) -> Condition:
    """The key condition of links that end before `before`."""
    condition: Condition = row.link_ends_at < before
    return condition


def iec_user_of(row: IecUserRow) -> IecUser:
    """The user in a row."""
    from chalicelib.domain.iec.users import IecUser  # noqa: PLC0415

    return replace(record_of(row.record, IecUser), revision=row.revision)


class MembershipRow(Model):
    """Which IEC a login is of."""

    account_id = UnicodeAttribute(hash_key=True)
    iec = UnicodeAttribute()
    user_id = UnicodeAttribute()


def membership_row(row: type[MembershipRow], membership: Membership) -> MembershipRow:
    """The row of a membership."""
    return row(membership.account_id, iec=membership.iec, user_id=membership.user_id)


def is_this(row: type[MembershipRow], membership: Membership) -> Condition:
    """The condition that the stored membership is this very one."""
    condition: Condition = (row.iec == membership.iec) & (row.user_id == membership.user_id)
    return condition


def membership_of(row: MembershipRow) -> Membership:
    """The membership in a row."""
    from chalicelib.domain.iec.users import Membership  # noqa: PLC0415

    return Membership(row.account_id, row.iec, row.user_id)
