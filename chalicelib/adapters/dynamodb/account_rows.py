"""The rows of accounts and all that goes with them: a key, what is looked up by, and the record as one document.

The records are imported where they are made: most functions need few of them, and a cold start none in vain.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.expressions.condition import Condition
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection
from pynamodb.models import Model

from chalicelib.adapters.dynamodb.documents import DocumentUnreadable, document, record_of
from chalicelib.adapters.dynamodb.instants import InstantAttribute, epoch_seconds

if TYPE_CHECKING:
    from chalicelib.domain.accounts.account import Account
    from chalicelib.domain.accounts.flows import Flow
    from chalicelib.domain.accounts.registration import AccountRegistration
    from chalicelib.domain.audit import Event
    from chalicelib.domain.outbox import OutboxMessage
    from chalicelib.domain.sessions import Session

_A_DAY = timedelta(days=1)
_KEEP_FLOW = timedelta(days=7)
_KEEP_MESSAGE = timedelta(days=30)
DUE = "due"


class _ByAuthority(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call]
    """Staff by their Regional Authority."""

    class Meta:
        index_name = "by_authority"
        projection = KeysOnlyProjection()

    authority = UnicodeAttribute(hash_key=True)
    account_id = UnicodeAttribute(range_key=True)


class AccountRow(Model):
    """An account."""

    account_id = UnicodeAttribute(hash_key=True)
    revision = UnicodeAttribute()
    record = UnicodeAttribute()
    authority = UnicodeAttribute(null=True)
    ttl = NumberAttribute(null=True)
    by_authority = _ByAuthority()


def account_row(row: type[AccountRow], account: Account, revision: str) -> AccountRow:
    """The row of an account; the sweep takes it once it is to be erased."""
    return row(
        account.account_id,
        revision=revision,
        record=document(replace(account, revision=None)),
        authority=account.post.authority if account.post else None,
        ttl=epoch_seconds(account.erase_at) if account.erase_at else None,
    )


def account_of(row: AccountRow) -> Account:
    """The account in a row."""
    from chalicelib.domain.accounts.account import Account  # noqa: PLC0415

    return replace(record_of(row.record, Account), revision=row.revision)


class AccountRegistrationRow(Model):
    """The registration of an account; or, under a pointer's key, which registration two addresses mean."""

    registration_id = UnicodeAttribute(hash_key=True)
    revision = UnicodeAttribute(null=True)
    record = UnicodeAttribute(null=True)
    points_to = UnicodeAttribute(null=True)
    keep_until = InstantAttribute()
    ttl = NumberAttribute()


def account_registration_row(
    row: type[AccountRegistrationRow], registration: AccountRegistration, revision: str
) -> AccountRegistrationRow:
    """The row of a registration."""
    return row(
        registration.registration_id,
        revision=revision,
        record=document(replace(registration, revision=None)),
        keep_until=registration.expires_at,
        ttl=epoch_seconds(registration.expires_at + _KEEP_FLOW),
    )


def pointer_row(
    row: type[AccountRegistrationRow], key: str, registration_id: str, keep_until: datetime
) -> AccountRegistrationRow:
    """The row of a pointer."""
    return row(key, points_to=registration_id, keep_until=keep_until, ttl=epoch_seconds(keep_until + _A_DAY))


def account_registration_of(row: AccountRegistrationRow) -> AccountRegistration:
    """The registration in a row."""
    from chalicelib.domain.accounts.registration import AccountRegistration  # noqa: PLC0415

    return replace(record_of(str(row.record), AccountRegistration), revision=row.revision)


class FlowRow(Model):
    """A flow."""

    flow_id = UnicodeAttribute(hash_key=True)
    revision = UnicodeAttribute()
    record = UnicodeAttribute()
    ttl = NumberAttribute()


def flow_row(row: type[FlowRow], flow: Flow, revision: str) -> FlowRow:
    """The row of a flow."""
    last = max(flow.expires_at, flow.effective_at or flow.expires_at)
    return row(
        flow.flow_id,
        revision=revision,
        record=document(replace(flow, revision=None)),
        ttl=epoch_seconds(last + _KEEP_FLOW),
    )


def flow_of(row: FlowRow) -> Flow:
    """The flow in a row."""
    from chalicelib.domain.accounts.flows import Flow  # noqa: PLC0415

    return replace(record_of(row.record, Flow), revision=row.revision)


class _Due(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call]
    """Messages that are still to be sent, by when; one that was sent is not in it."""

    class Meta:
        index_name = "by_due_at"
        projection = KeysOnlyProjection()

    due = UnicodeAttribute(hash_key=True)
    due_at = InstantAttribute(range_key=True)


class _ByOwner(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call]
    """Messages by whom they are about."""

    class Meta:
        index_name = "by_owner"
        projection = KeysOnlyProjection()

    owner = UnicodeAttribute(hash_key=True)
    asked_at = InstantAttribute(range_key=True)


class MessageRow(Model):
    """A message of the outbox."""

    message_id = UnicodeAttribute(hash_key=True)
    revision = UnicodeAttribute()
    record = UnicodeAttribute()
    due = UnicodeAttribute(null=True)
    due_at = InstantAttribute(null=True)
    owner = UnicodeAttribute(null=True)
    asked_at = InstantAttribute()
    ttl = NumberAttribute()
    by_due_at = _Due()
    by_owner = _ByOwner()


def message_row(row: type[MessageRow], message: OutboxMessage, revision: str) -> MessageRow:
    """The row of a message."""
    return row(
        message.message_id,
        revision=revision,
        record=document(replace(message, revision=None)),
        due=DUE if message.due_at else None,
        due_at=message.due_at,
        owner=message.owner,
        asked_at=message.asked_at,
        ttl=epoch_seconds(message.asked_at + _KEEP_MESSAGE),
    )


def due_by(row: type[MessageRow], now: datetime) -> Condition:
    """The key condition of messages that are due at `now`."""
    condition: Condition = row.due_at <= now
    return condition


def message_of(row: MessageRow) -> OutboxMessage:
    """The message in a row."""
    from chalicelib.domain.outbox import OutboxMessage  # noqa: PLC0415

    return replace(record_of(row.record, OutboxMessage), revision=row.revision)


class EventRow(Model):
    """An event of the audit."""

    stream = UnicodeAttribute(hash_key=True)
    sequence = NumberAttribute(range_key=True)
    revision = UnicodeAttribute()
    record = UnicodeAttribute()
    ttl = NumberAttribute()


def event_row(row: type[EventRow], event: Event, revision: str, retention: timedelta) -> EventRow:
    """The row of an event; the sweep takes it a day after its retention is over."""
    return row(
        event.stream,
        event.sequence,
        revision=revision,
        record=document(event),
        ttl=epoch_seconds(event.at + retention + _A_DAY),
    )


def event_of(row: EventRow) -> Event:
    """The event in a row. Raises `EventUnreadable` where there is none, or one of another place."""
    from chalicelib.domain.audit import Event  # noqa: PLC0415
    from chalicelib.domain.auditing import EventUnreadable  # noqa: PLC0415

    try:
        event = record_of(row.record, Event)
    except DocumentUnreadable as unreadable:
        raise EventUnreadable(int(row.sequence)) from unreadable
    if event.sequence != row.sequence:
        raise EventUnreadable(int(row.sequence))
    return event


class _SessionsByOwner(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call]
    """Sessions by whose they are."""

    class Meta:
        index_name = "by_owner"
        projection = KeysOnlyProjection()

    owner = UnicodeAttribute(hash_key=True)
    token_hash = UnicodeAttribute(range_key=True)


class SessionRow(Model):
    """A session under the hash of its token."""

    token_hash = UnicodeAttribute(hash_key=True)
    owner = UnicodeAttribute()
    revision = UnicodeAttribute()
    record = UnicodeAttribute()
    ttl = NumberAttribute()
    by_owner = _SessionsByOwner()


def session_row(row: type[SessionRow], session: Session, revision: str) -> SessionRow:
    """The row of a session."""
    return row(
        session.token_hash,
        owner=session.owner,
        revision=revision,
        record=document(replace(session, revision=None)),
        ttl=epoch_seconds(session.expires_at + _A_DAY),
    )


def session_of(row: SessionRow) -> Session:
    """The session in a row."""
    from chalicelib.domain.sessions import Session  # noqa: PLC0415

    return replace(record_of(row.record, Session), revision=row.revision)
