"""Each change of the domain as one conditional write of DynamoDB."""

from __future__ import annotations

from functools import singledispatchmethod

from chalicelib.adapters.dynamodb import account_rows, iec_rows, registration_rows, rows, signature_rows
from chalicelib.adapters.dynamodb.tables import Tables
from chalicelib.adapters.dynamodb.write_kinds import Delete, Put, Update, Write, unchanged
from chalicelib.domain import changes
from chalicelib.domain.changes import Change
from chalicelib.domain.identifiers import folded


class Writes:
    """Turns changes into writes; `revision` marks every versioned row of one call."""

    def __init__(self, tables: Tables, revision: str) -> None:
        self.tables = tables
        self.revision = revision

    @singledispatchmethod
    def of(self, change: Change) -> Write:
        """The write for `change`. What writes those of departments and DigiLocker is loaded on the first of them."""
        from chalicelib.adapters.dynamodb.department_writes import DepartmentWrites  # noqa: PLC0415

        return DepartmentWrites(self.tables, self.revision).of(change)

    @of.register
    def _(self, change: changes.WriteRegistration) -> Write:
        row, registration = self.tables.registrations, change.registration
        return Put(
            registration_rows.registration_row(row, registration, self.revision), unchanged(row, registration.revision)
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
        return Put(made, unchanged(row, tries.revision))

    @of.register
    def _(self, change: changes.UseOnce) -> Write:
        row = self.tables.limits
        made = row(change.key, keep_until=change.keep_until, ttl=int(change.keep_until.timestamp()))
        return Put(made, row.limit_key.does_not_exist())

    @of.register
    def _(self, change: changes.HoldIcegateId) -> Write:
        row, hold = self.tables.names, change.hold
        is_free = row.name.does_not_exist()
        has_run_out = row.held_until <= change.now
        is_own = row.held_until.exists() & (row.iec == hold.iec)
        return Put(rows.hold_row(row, hold), is_free | has_run_out | is_own)

    @of.register
    def _(self, change: changes.ReleaseIcegateId) -> Write:
        row, hold = self.tables.names, change.hold
        is_own = row.held_until.exists() & (row.registration_id == hold.registration_id)
        return Delete(row(folded(hold.icegate_id)), is_own)

    @of.register
    def _(self, change: changes.OpenAccount) -> Write:
        row, account = self.tables.names, change.account
        is_held = row.held_until.exists() & (row.registration_id == account.registration_id)
        return Put(rows.icegate_account_row(row, account, self.revision), is_held)

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
        return Put(rows.temporary_password_row(row, stored, self.revision), unchanged(row, stored.revision))

    @of.register
    def _(self, change: changes.WriteSession) -> Write:
        row, session = self.tables.sessions, change.session
        return Put(account_rows.session_row(row, session, self.revision), unchanged(row, session.revision))

    @of.register
    def _(self, change: changes.EndSession) -> Write:
        row, session = self.tables.sessions, change.session
        # One that was never read has no revision, and no stored one has an empty one.
        return Delete(row(session.token_hash), row.revision == (session.revision or ""))

    @of.register
    def _(self, change: changes.WriteOwner) -> Write:
        from chalicelib.domain.accounts.account import Account  # noqa: PLC0415

        if isinstance(change.owner, Account):
            row, account = self.tables.accounts, change.owner
            return Put(account_rows.account_row(row, account, self.revision), unchanged(row, account.revision))
        names, icegate_account = self.tables.names, change.owner
        is_account = names.registered_at.exists() & unchanged(names, icegate_account.revision)
        return Put(rows.icegate_account_row(names, icegate_account, self.revision), is_account)

    @of.register
    def _(self, change: changes.TakeName) -> Write:
        row, name = self.tables.names, change.name
        is_free = row.name.does_not_exist() | (row.held_until <= change.now)
        return Put(rows.account_name_row(row, name), is_free | (row.account_id == name.account_id))

    @of.register
    def _(self, change: changes.ReleaseName) -> Write:
        row = self.tables.names
        return Delete(row(change.name.name), row.account_id == change.name.account_id)

    @of.register
    def _(self, change: changes.WriteAccountRegistration) -> Write:
        row, registration = self.tables.account_registrations, change.registration
        made = account_rows.account_registration_row(row, registration, self.revision)
        return Put(made, unchanged(row, registration.revision))

    @of.register
    def _(self, change: changes.PointToAccountRegistration) -> Write:
        row = self.tables.account_registrations
        return Put(account_rows.pointer_row(row, change.key, change.registration_id, change.keep_until), None)

    @of.register
    def _(self, change: changes.WriteFlow) -> Write:
        row, flow = self.tables.flows, change.flow
        return Put(account_rows.flow_row(row, flow, self.revision), unchanged(row, flow.revision))

    @of.register
    def _(self, change: changes.WriteMessage) -> Write:
        row, message = self.tables.outbox, change.message
        return Put(account_rows.message_row(row, message, self.revision), unchanged(row, message.revision))

    @of.register
    def _(self, change: changes.AppendEvent) -> Write:
        row = self.tables.audit
        made = account_rows.event_row(row, change.event, self.revision, self.tables.audit_retention)
        return Put(made, row.sequence.does_not_exist())

    @of.register
    def _(self, change: changes.WriteSigning) -> Write:
        row, signing = self.tables.signings, change.signing
        return Put(signature_rows.signing_row(row, signing, self.revision), unchanged(row, signing.revision))

    @of.register
    def _(self, change: changes.WriteIecUser) -> Write:
        row, user = self.tables.iec_users, change.user
        return Put(iec_rows.iec_user_row(row, user, self.revision), unchanged(row, user.revision))

    @of.register
    def _(self, change: changes.TakeMembership) -> Write:
        row, membership = self.tables.memberships, change.membership
        is_free = row.account_id.does_not_exist()
        return Put(iec_rows.membership_row(row, membership), is_free | iec_rows.is_this(row, membership))

    @of.register
    def _(self, change: changes.ReleaseMembership) -> Write:
        row, membership = self.tables.memberships, change.membership
        return Delete(row(membership.account_id), iec_rows.is_this(row, membership))

    @of.register
    def _(self, change: changes.WriteFullRegistration) -> Write:
        row, registration = self.tables.full_registrations, change.registration
        made = signature_rows.full_registration_row(row, registration, self.revision)
        return Put(made, unchanged(row, registration.revision))

    @of.register
    def _(self, change: changes.WriteCrlState) -> Write:
        row, state = self.tables.crl_states, change.state
        return Put(signature_rows.crl_state_row(row, state, self.revision), unchanged(row, state.revision))
