"""The store: reads that are consistent, and writes that happen together or not at all."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from pynamodb.models import Model

from chalicelib.adapters.aws import Aws
from chalicelib.adapters.dynamodb import account_rows, registration_rows, rows
from chalicelib.adapters.dynamodb.department_reads import DepartmentReads
from chalicelib.adapters.dynamodb.digilocker_reads import DigiLockerReads
from chalicelib.adapters.dynamodb.failures import translated
from chalicelib.adapters.dynamodb.reading import row_of, rows_of
from chalicelib.adapters.dynamodb.signature_reads import SignatureReads
from chalicelib.adapters.dynamodb.tables import Tables
from chalicelib.adapters.dynamodb.transactions import Pair, commit
from chalicelib.adapters.dynamodb.writes import Writes
from chalicelib.domain.changes import AppendEvent, Change, ChangeRefused
from chalicelib.domain.icegate.accounts import IcegateAccount
from chalicelib.domain.limits import Tries
from chalicelib.domain.versioned import Versioned
from chalicelib.settings import Settings

if TYPE_CHECKING:
    from chalicelib.domain.accounts.account import Account, AccountName
    from chalicelib.domain.accounts.flows import Flow
    from chalicelib.domain.accounts.owners import Owner, OwnerKey
    from chalicelib.domain.accounts.registration import AccountRegistration
    from chalicelib.domain.audit import Event
    from chalicelib.domain.icegate.accounts import Hold
    from chalicelib.domain.icegate.holders import Holder
    from chalicelib.domain.icegate.registration import Registration
    from chalicelib.domain.identifiers import Iec
    from chalicelib.domain.outbox import OutboxMessage
    from chalicelib.domain.ports import Clock
    from chalicelib.domain.sessions import Session
    from chalicelib.domain.temporary_passwords import TemporaryPassword


class DynamoDbStore(SignatureReads, DepartmentReads, DigiLockerReads):
    """`ports.Store` in DynamoDB."""

    def __init__(self, aws: Aws, settings: Settings, clock: Clock, sleep: Callable[[float], None] = time.sleep) -> None:
        self.tables = Tables(aws, settings)
        self._clock = clock
        self._sleep = sleep

    def registration(self, registration_id: str) -> Registration | None:
        """See `ports.Store`."""
        row = row_of(self.tables.registrations, registration_id)
        return registration_rows.registration_of(row) if row else None

    def holder(self, iec: Iec) -> Holder | None:
        """See `ports.Store`."""
        row = row_of(self.tables.holders, iec)
        return rows.holder_of(row) if row else None

    def holders(self) -> Iterator[Holder]:
        """See `ports.Store`."""
        with translated():
            for row in self.tables.holders.scan(consistent_read=True):
                yield rows.holder_of(row)

    def put_holder(self, holder: Holder) -> None:
        """Writes a holder's record, as an import of ICEGATE's records does."""
        with translated():
            rows.holder_row(self.tables.holders, holder).save()

    def temporary_password(self, iec: Iec) -> TemporaryPassword | None:
        """See `ports.Store`."""
        row = row_of(self.tables.temporary_passwords, iec)
        return rows.temporary_password_of(row) if row else None

    def tries(self, key: str) -> Tries:
        """See `ports.Store`."""
        row = row_of(self.tables.limits, key)
        return rows.tries_of(row, self._clock()) if row else Tries(key)

    def named(self, name: str) -> IcegateAccount | Hold | AccountName | None:
        """See `ports.Store`."""
        row = row_of(self.tables.names, name)
        return rows.named_of(row) if row else None

    def account(self, account_id: str) -> Account | None:
        """See `ports.Store`."""
        row = row_of(self.tables.accounts, account_id)
        return next(iter(self._not_erased([row] if row else [])), None)

    def owner(self, key: OwnerKey) -> Owner | None:
        """See `ports.Store`."""
        kind, _, name = key.partition(":")
        if kind == "account":
            return self.account(name)
        found = self.named(name)
        return found if isinstance(found, IcegateAccount) else None

    def staff(self, authority: str) -> tuple[Account, ...]:
        """See `ports.Store`."""
        table = self.tables.accounts
        with translated():
            found = [row.account_id for row in table.by_authority.query(authority)]
        return tuple(sorted(self._not_erased(rows_of(table, found)), key=lambda account: account.name))

    def account_registration(self, registration_id: str) -> AccountRegistration | None:
        """See `ports.Store`."""
        row = row_of(self.tables.account_registrations, registration_id)
        return account_rows.account_registration_of(row) if row and row.record else None

    def account_registration_of(self, pointer: str) -> AccountRegistration | None:
        """See `ports.Store`."""
        row = row_of(self.tables.account_registrations, pointer)
        if row is None or row.points_to is None or self._clock() >= row.keep_until:
            return None
        return self.account_registration(row.points_to)

    def flow(self, flow_id: str) -> Flow | None:
        """See `ports.Store`."""
        row = row_of(self.tables.flows, flow_id)
        return account_rows.flow_of(row) if row else None

    def message(self, message_id: str) -> OutboxMessage | None:
        """See `ports.Store`."""
        row = row_of(self.tables.outbox, message_id)
        return account_rows.message_of(row) if row else None

    def due_messages(self, now: datetime, at_most: int) -> tuple[str, ...]:
        """See `ports.Store`."""
        table = self.tables.outbox
        with translated():
            found = table.by_due_at.query(account_rows.DUE, account_rows.due_by(table, now), limit=at_most)
            return tuple(row.message_id for row in found)

    def messages_of(self, owner: OwnerKey) -> tuple[OutboxMessage, ...]:
        """See `ports.Store`."""
        table = self.tables.outbox
        with translated():
            found = [row.message_id for row in table.by_owner.query(owner)]
        messages = map(account_rows.message_of, rows_of(table, found))
        return tuple(sorted(messages, key=lambda message: message.asked_at, reverse=True))

    def audit_head(self, stream: str) -> Event | None:
        """See `ports.Store`."""
        return next(iter(self.latest_events(stream, 1)), None)

    def audit_events(self, stream: str) -> Iterator[Event]:
        """See `ports.Store`."""
        with translated():
            for row in self.tables.audit.query(stream, consistent_read=True):
                yield account_rows.event_of(row)

    def latest_events(self, stream: str, at_most: int, before: int | None = None) -> tuple[Event, ...]:
        """See `ports.Store`."""
        table = self.tables.audit
        earlier = table.sequence < before if before is not None else None
        with translated():
            found = table.query(stream, earlier, consistent_read=True, scan_index_forward=False, limit=at_most)
            return tuple(account_rows.event_of(row) for row in found)

    def audit_streams(self) -> tuple[str, ...]:
        """The names of all streams of the audit. It reads the whole table: for a command, not for a request."""
        with translated():
            found = self.tables.audit.scan(consistent_read=True, attributes_to_get=["stream"])
            return tuple(sorted({row.stream for row in found}))

    def session(self, token_hash: str) -> Session | None:
        """See `ports.Store`."""
        row = row_of(self.tables.sessions, token_hash)
        return account_rows.session_of(row) if row else None

    def sessions_of(self, owner: OwnerKey) -> tuple[Session, ...]:
        """See `ports.Store`."""
        table = self.tables.sessions
        with translated():
            found = [row.token_hash for row in table.by_owner.query(owner)]
        return tuple(map(account_rows.session_of, rows_of(table, found)))

    def write(self, *changes: Change) -> str:
        """See `ports.Store`. A write whose first answer was lost is recognised by its revision and counts as done."""
        writes = Writes(self.tables, secrets.token_hex(8))
        pairs = [(change, writes.of(change)) for change in changes]
        try:
            commit(self.tables.connection, pairs, self._sleep)
        except ChangeRefused:
            if not _is_written(pairs, writes.revision):
                raise
        return writes.revision

    def _not_erased(self, found: Iterable[account_rows.AccountRow]) -> Iterator[Account]:
        now = self._clock()
        for account in map(account_rows.account_of, found):
            if account.erase_at is None or now < account.erase_at:
                yield account


def _is_written(pairs: Sequence[Pair], revision: str) -> bool:
    """Whether the writes of this call happened. An event is the best proof, as nobody ever writes over it."""
    events = [write.row for change, write in pairs if isinstance(change, AppendEvent)]
    versioned = [write.row for change, write in pairs if isinstance(change, Versioned)]
    return any(_bears(row, revision) for row in events[:1] or versioned)


def _bears(row: Model, revision: str) -> bool:
    with translated():
        try:
            row.refresh(consistent_read=True)
        except row.DoesNotExist:
            return False
    return bool(getattr(row, "revision", None) == revision)
