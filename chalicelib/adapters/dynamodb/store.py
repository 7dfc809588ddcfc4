"""The store: reads that are consistent, and writes that happen together or not at all."""

from __future__ import annotations

import random
import secrets
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import datetime
from typing import TypeVar

from pynamodb.exceptions import PynamoDBException, TransactWriteError
from pynamodb.models import Model
from pynamodb.transactions import TransactWrite

from chalicelib.adapters.aws import Aws
from chalicelib.adapters.dynamodb import account_rows, registration_rows, rows
from chalicelib.adapters.dynamodb.connection import SharedConnection, bound
from chalicelib.adapters.dynamodb.writes import Delete, Put, Tables, Update, Write, Writes
from chalicelib.domain.accounts.account import Account, AccountName
from chalicelib.domain.accounts.flows import Flow
from chalicelib.domain.accounts.owners import Owner, OwnerKey, owner_key
from chalicelib.domain.accounts.registration import AccountRegistration
from chalicelib.domain.audit import Event
from chalicelib.domain.changes import (
    Change,
    ChangeRefused,
    StoreUnavailable,
    WriteAccountRegistration,
    WriteFlow,
    WriteMessage,
    WriteOwner,
    WriteRegistration,
    WriteSession,
    WriteTemporaryPassword,
    WriteTries,
)
from chalicelib.domain.icegate.accounts import Hold, IcegateAccount
from chalicelib.domain.icegate.holders import Holder
from chalicelib.domain.icegate.registration import Registration
from chalicelib.domain.identifiers import Iec
from chalicelib.domain.limits import Tries
from chalicelib.domain.outbox import OutboxMessage
from chalicelib.domain.ports import Clock
from chalicelib.domain.sessions import Session
from chalicelib.domain.temporary_passwords import TemporaryPassword
from chalicelib.settings import Settings

Found = TypeVar("Found", bound=Model)

_CONDITION_FAILED = "ConditionalCheckFailedException"
_COLLISIONS = frozenset({"TransactionConflictException", "TransactionInProgressException"})
_NO_ANSWER = frozenset(
    {
        None,
        "InternalServerError",
        "ServiceUnavailable",
        "ProvisionedThroughputExceededException",
        "RequestLimitExceeded",
        "ThrottlingException",
        "500",
        "503",
    }
)


class DynamoDbStore:
    """`ports.Store` in DynamoDB."""

    def __init__(self, aws: Aws, settings: Settings, clock: Clock, sleep: Callable[[float], None] = time.sleep) -> None:
        self._connection = connection = SharedConnection(aws)
        self._clock = clock
        self._sleep = sleep
        self.tables = Tables(
            registrations=bound(registration_rows.RegistrationRow, settings["REGISTRATIONS_TABLE"], connection),
            holders=bound(rows.HolderRow, settings["HOLDERS_TABLE"], connection),
            temporary_passwords=bound(rows.TemporaryPasswordRow, settings["TEMPORARY_PASSWORDS_TABLE"], connection),
            names=bound(rows.NameRow, settings["SIGN_IN_NAMES_TABLE"], connection),
            limits=bound(rows.LimitRow, settings["LIMITS_TABLE"], connection),
            sessions=bound(account_rows.SessionRow, settings["SESSIONS_TABLE"], connection),
            accounts=bound(account_rows.AccountRow, settings["ACCOUNTS_TABLE"], connection),
            account_registrations=bound(
                account_rows.AccountRegistrationRow, settings["ACCOUNT_REGISTRATIONS_TABLE"], connection
            ),
            flows=bound(account_rows.FlowRow, settings["FLOWS_TABLE"], connection),
            outbox=bound(account_rows.MessageRow, settings["OUTBOX_TABLE"], connection),
            audit=bound(account_rows.EventRow, settings["AUDIT_TABLE"], connection),
        )

    def registration(self, registration_id: str) -> Registration | None:
        """See `ports.Store`."""
        row = self._get(self.tables.registrations, registration_id)
        return registration_rows.registration_of(row) if row else None

    def holder(self, iec: Iec) -> Holder | None:
        """See `ports.Store`."""
        row = self._get(self.tables.holders, iec)
        return rows.holder_of(row) if row else None

    def temporary_password(self, iec: Iec) -> TemporaryPassword | None:
        """See `ports.Store`."""
        row = self._get(self.tables.temporary_passwords, iec)
        return rows.temporary_password_of(row) if row else None

    def named(self, name: str) -> IcegateAccount | Hold | AccountName | None:
        """See `ports.Store`."""
        row = self._get(self.tables.names, name)
        return rows.named_of(row) if row else None

    def account(self, account_id: str) -> Account | None:
        """See `ports.Store`."""
        row = self._get(self.tables.accounts, account_id)
        account = account_rows.account_of(row) if row else None
        is_erased = account is not None and account.erase_at is not None and self._clock() >= account.erase_at
        return None if is_erased else account

    def owner(self, key: OwnerKey) -> Owner | None:
        """See `ports.Store`."""
        kind, _, name = key.partition(":")
        if kind == "account":
            return self.account(name)
        found = self.named(name)
        return found if isinstance(found, IcegateAccount) else None

    def staff(self, authority: str) -> tuple[Account, ...]:
        """See `ports.Store`."""
        with _translated():
            found = [row.account_id for row in self.tables.accounts.by_authority.query(authority)]
        accounts = [account for account in map(self.account, found) if account is not None]
        return tuple(sorted(accounts, key=lambda account: account.name))

    def account_registration(self, registration_id: str) -> AccountRegistration | None:
        """See `ports.Store`."""
        row = self._get(self.tables.account_registrations, registration_id)
        return account_rows.account_registration_of(row) if row and row.record else None

    def account_registration_of(self, pointer: str) -> AccountRegistration | None:
        """See `ports.Store`."""
        row = self._get(self.tables.account_registrations, pointer)
        if row is None or row.points_to is None or self._clock() >= row.keep_until:
            return None
        return self.account_registration(row.points_to)

    def flow(self, flow_id: str) -> Flow | None:
        """See `ports.Store`."""
        row = self._get(self.tables.flows, flow_id)
        return account_rows.flow_of(row) if row else None

    def message(self, message_id: str) -> OutboxMessage | None:
        """See `ports.Store`."""
        row = self._get(self.tables.outbox, message_id)
        return account_rows.message_of(row) if row else None

    def due_messages(self, now: datetime, at_most: int) -> tuple[str, ...]:
        """See `ports.Store`."""
        index = self.tables.outbox.by_due_at
        with _translated():
            return tuple(
                row.message_id
                for row in index.query(account_rows.DUE, account_rows.due_by(self.tables.outbox, now), limit=at_most)
            )

    def messages_of(self, owner: OwnerKey) -> tuple[OutboxMessage, ...]:
        """See `ports.Store`."""
        with _translated():
            found = [row.message_id for row in self.tables.outbox.by_owner.query(owner, scan_index_forward=False)]
        return tuple(message for message in map(self.message, found) if message is not None)

    def audit_head(self, stream: str) -> Event | None:
        """See `ports.Store`."""
        return next(iter(self.latest_events(stream, 1)), None)

    def audit_events(self, stream: str) -> Iterator[Event]:
        """See `ports.Store`."""
        with _translated():
            for row in self.tables.audit.query(stream, consistent_read=True):
                yield account_rows.event_of(row)

    def latest_events(self, stream: str, at_most: int, before: int | None = None) -> tuple[Event, ...]:
        """See `ports.Store`."""
        row = self.tables.audit
        earlier = row.sequence < before if before is not None else None
        with _translated():
            found = row.query(stream, earlier, consistent_read=True, scan_index_forward=False, limit=at_most)
            return tuple(account_rows.event_of(one) for one in found)

    def sessions_of(self, owner: OwnerKey) -> tuple[Session, ...]:
        """See `ports.Store`."""
        with _translated():
            found = [row.token_hash for row in self.tables.sessions.by_owner.query(owner)]
        return tuple(session for session in map(self.session, found) if session is not None)

    def tries(self, key: str) -> Tries:
        """See `ports.Store`."""
        row = self._get(self.tables.limits, key)
        return rows.tries_of(row, self._clock()) if row else Tries(key)

    def session(self, token_hash: str) -> Session | None:
        """See `ports.Store`."""
        row = self._get(self.tables.sessions, token_hash)
        return account_rows.session_of(row) if row else None

    def end_session(self, token_hash: str) -> None:
        """See `ports.Store`."""
        with _translated():
            self.tables.sessions(token_hash).delete()

    def holders(self) -> Iterator[Holder]:
        """See `ports.Store`."""
        with _translated():
            for row in self.tables.holders.scan(consistent_read=True):
                yield rows.holder_of(row)

    def put_holder(self, holder: Holder) -> None:
        """Writes a holder's record, as an import of ICEGATE's records does."""
        with _translated():
            rows.holder_row(self.tables.holders, holder).save()

    def write(self, *changes: Change) -> str:
        """See `ports.Store`. A write whose first answer was lost is recognised by its revision and counts as done."""
        writes = Writes(self.tables, secrets.token_hex(8))
        try:
            self._commit([(change, writes.of(change)) for change in changes])
        except ChangeRefused:
            if not any(self._stored_revision(change) == writes.revision for change in changes):
                raise
        return writes.revision

    def _get(self, row: type[Found], key: str) -> Found | None:
        with _translated():
            try:
                return row.get(key, consistent_read=True)
            except row.DoesNotExist:
                return None

    def _commit(self, pairs: list[tuple[Change, Write]]) -> None:
        if len(pairs) == 1:
            change, write = pairs[0]
            with _translated(change):
                _alone(write)
            return
        # PynamoDB sends deletes, then puts, then updates; the reasons of a cancellation come back in that order.
        ordered = sorted(pairs, key=lambda pair: (Delete, Put, Update).index(type(pair[1])))
        try:
            with _translated(), TransactWrite(connection=self._connection) as transaction:
                for _, write in ordered:
                    _join(transaction, write)
        except TransactWriteError as cancelled:
            self._raise_for(cancelled, [change for change, _ in ordered])

    def _raise_for(self, cancelled: TransactWriteError, ordered: list[Change]) -> None:
        reasons = list(cancelled.cancellation_reasons)
        for change, reason in zip(ordered, reasons, strict=False):
            if reason is not None and reason.code == "ConditionalCheckFailed":
                raise ChangeRefused(change) from cancelled
        if _code_of(cancelled) in _COLLISIONS or any(r and r.code == "TransactionConflict" for r in reasons):
            # Two writers met. A short, uneven pause lets one of them through.
            self._sleep(random.uniform(0.005, 0.04))  # noqa: S311 - not a secret
            raise ChangeRefused(None) from cancelled
        raise StoreUnavailable from cancelled

    def _stored_revision(self, change: Change) -> str | None:
        match change:
            case WriteRegistration(registration):
                stored = self.registration(registration.registration_id)
                return stored.revision if stored else None
            case WriteTries(tries):
                return self.tries(tries.key).revision
            case WriteTemporaryPassword(temporary):
                found = self.temporary_password(temporary.iec)
                return found.revision if found else None
            case WriteSession(session):
                opened = self.session(session.token_hash)
                return opened.revision if opened else None
            case WriteOwner(owner):
                written = self.owner(owner_key(owner))
                return written.revision if written else None
            case WriteAccountRegistration(registration):
                registered = self.account_registration(registration.registration_id)
                return registered.revision if registered else None
            case WriteFlow(flow):
                flowing = self.flow(flow.flow_id)
                return flowing.revision if flowing else None
            case WriteMessage(message):
                asked = self.message(message.message_id)
                return asked.revision if asked else None
            case _:
                return None


def _alone(write: Write) -> None:
    match write:
        case Put(row, condition):
            row.save(condition)
        case Update(row, actions, condition):
            row.update(list(actions), condition)
        case Delete(row, condition):
            row.delete(condition)


def _join(transaction: TransactWrite, write: Write) -> None:
    match write:
        case Put(row, condition):
            transaction.save(row, condition)
        case Update(row, actions, condition):
            transaction.update(row, list(actions), condition)
        case Delete(row, condition):
            transaction.delete(row, condition)


def _code_of(failed: PynamoDBException) -> str | None:
    """DynamoDB's code for a failure; None where it did not answer.

    PynamoDB's own `cause_response_code` breaks on a read timeout, whose `response` is there and None.
    """
    response = getattr(failed.cause, "response", None) or {}
    code: str | None = response.get("Error", {}).get("Code")
    return code


@contextmanager
def _translating(change: Change | None) -> Iterator[None]:
    try:
        yield
    except TransactWriteError as cancelled:
        if _code_of(cancelled) in _NO_ANSWER:
            raise StoreUnavailable from cancelled
        raise
    except PynamoDBException as failed:
        if _code_of(failed) == _CONDITION_FAILED:
            raise ChangeRefused(change) from failed
        if _code_of(failed) in _COLLISIONS:
            raise ChangeRefused(None) from failed
        if _code_of(failed) in _NO_ANSWER and failed.cause is not None:
            raise StoreUnavailable from failed
        raise


def _translated(change: Change | None = None) -> AbstractContextManager[None]:
    """PynamoDB's errors in the domain's words."""
    return _translating(change)
