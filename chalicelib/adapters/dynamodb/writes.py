"""Each change of the domain as one conditional write of DynamoDB."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import singledispatchmethod
from typing import Any

from pynamodb.expressions.condition import Condition
from pynamodb.expressions.update import Action
from pynamodb.models import Model

from chalicelib.adapters.dynamodb import registration_rows, rows
from chalicelib.domain import changes
from chalicelib.domain.changes import Change
from chalicelib.domain.identifiers import folded


@dataclass(frozen=True, slots=True)
class Put:
    """Write a whole row."""

    row: Model
    condition: Condition | None


@dataclass(frozen=True, slots=True)
class Update:
    """Change some attributes of a row."""

    row: Model
    actions: Sequence[Action]
    condition: Condition | None


@dataclass(frozen=True, slots=True)
class Delete:
    """Delete a row."""

    row: Model
    condition: Condition | None


Write = Put | Update | Delete


@dataclass(frozen=True, slots=True)
class Tables:
    """The row classes, bound to this store's tables."""

    registrations: type[registration_rows.RegistrationRow]
    holders: type[rows.HolderRow]
    temporary_passwords: type[rows.TemporaryPasswordRow]
    icegate_ids: type[rows.IcegateIdRow]
    limits: type[rows.LimitRow]
    sessions: type[rows.SessionRow]


def _unchanged(row: Any, revision: str | None) -> Condition:  # noqa: ANN401 - any row class with a revision
    condition: Condition = row.revision.does_not_exist() if revision is None else row.revision == revision
    return condition


class Writes:
    """Turns changes into writes; `revision` marks every versioned row of one call."""

    def __init__(self, tables: Tables, revision: str) -> None:
        self.tables = tables
        self.revision = revision

    @singledispatchmethod
    def of(self, change: Change) -> Write:
        """The write for `change`."""
        raise TypeError(type(change).__name__)

    @of.register
    def _(self, change: changes.WriteRegistration) -> Write:
        row, registration = self.tables.registrations, change.registration
        return Put(
            registration_rows.registration_row(row, registration, self.revision), _unchanged(row, registration.revision)
        )

    @of.register
    def _(self, change: changes.CountUp) -> Write:
        row, counter = self.tables.limits, change.counter
        actions = [
            row.counted.add(1),
            row.keep_until.set(counter.until),
            row.ttl.set(int(counter.until.timestamp())),
        ]
        return Update(row(counter.key), actions, row.counted.does_not_exist() | (row.counted < counter.limit))

    @of.register
    def _(self, change: changes.WriteTries) -> Write:
        row, tries = self.tables.limits, change.tries
        made = row(
            tries.key,
            revision=self.revision,
            failures=tries.failures,
            locked_until=tries.locked_until,
            keep_until=change.keep_until,
            ttl=int(change.keep_until.timestamp()),
        )
        return Put(made, _unchanged(row, tries.revision))

    @of.register
    def _(self, change: changes.UseOnce) -> Write:
        row = self.tables.limits
        made = row(change.key, keep_until=change.keep_until, ttl=int(change.keep_until.timestamp()))
        return Put(made, row.limit_key.does_not_exist())

    @of.register
    def _(self, change: changes.HoldIcegateId) -> Write:
        row, hold = self.tables.icegate_ids, change.hold
        is_free = row.icegate_id_folded.does_not_exist()
        has_run_out = row.held_until <= change.now
        is_own = row.held_until.exists() & (row.iec == hold.iec)
        return Put(rows.hold_row(row, hold), is_free | has_run_out | is_own)

    @of.register
    def _(self, change: changes.ReleaseIcegateId) -> Write:
        row, hold = self.tables.icegate_ids, change.hold
        is_own = row.held_until.exists() & (row.registration_id == hold.registration_id)
        return Delete(row(folded(hold.icegate_id)), is_own)

    @of.register
    def _(self, change: changes.OpenAccount) -> Write:
        row, account = self.tables.icegate_ids, change.account
        is_held = row.held_until.exists() & (row.registration_id == account.registration_id)
        return Put(rows.account_row(row, account), is_held)

    @of.register
    def _(self, change: changes.PointToRegistration) -> Write:
        row = self.tables.temporary_passwords
        actions = [row.registration_id.set(change.registration_id), row.revision.set(self.revision)]
        return Update(row(change.iec), actions, row.iec.exists())

    @of.register
    def _(self, change: changes.UseTemporaryPassword) -> Write:
        row = self.tables.temporary_passwords
        actions = [row.used_at.set(change.now), row.revision.set(self.revision)]
        is_unused = row.iec.exists() & row.used_at.does_not_exist()
        return Update(row(change.iec), actions, is_unused)

    @of.register
    def _(self, change: changes.WriteTemporaryPassword) -> Write:
        row, stored = self.tables.temporary_passwords, change.temporary_password
        return Put(rows.temporary_password_row(row, stored, self.revision), _unchanged(row, stored.revision))

    @of.register
    def _(self, change: changes.WriteSession) -> Write:
        row, session = self.tables.sessions, change.session
        return Put(rows.session_row(row, session, self.revision), _unchanged(row, session.revision))
