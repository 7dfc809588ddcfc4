"""What the store reads of signings, IECs, full registrations and watched CRLs; a part of `store.DynamoDbStore`."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from chalicelib.adapters.dynamodb import iec_rows, rows, signature_rows
from chalicelib.adapters.dynamodb.failures import translated
from chalicelib.adapters.dynamodb.reading import row_of, rows_of
from chalicelib.adapters.dynamodb.tables import Tables
from chalicelib.domain.icegate.accounts import IcegateAccount

if TYPE_CHECKING:
    from chalicelib.domain.icegate.full_registrations import FullRegistration, FullRegistrationStatus
    from chalicelib.domain.iec.records import IecRecord
    from chalicelib.domain.iec.users import IecUser, Membership
    from chalicelib.domain.signatures.crl_states import CrlState
    from chalicelib.domain.signatures.signings import Signing


class SignatureReads:
    """The reads of `ports.Store` that are about signatures and what follows from them."""

    tables: Tables

    def signing(self, signing_id: str) -> Signing | None:
        """See `ports.Store`."""
        row = row_of(self.tables.signings, signing_id)
        return signature_rows.signing_of(row) if row else None

    def signings_of_iec(self, iec: str) -> tuple[Signing, ...]:
        """See `ports.Store`."""
        table = self.tables.signings
        with translated():
            found = [row.signing_id for row in table.by_iec.query(iec)]
        signings = map(signature_rows.signing_of, rows_of(table, found))
        return tuple(sorted(signings, key=lambda signing: signing.created_at, reverse=True))

    def iec_record(self, iec: str) -> IecRecord | None:
        """See `ports.Store`."""
        row = row_of(self.tables.iec_records, iec)
        return iec_rows.iec_record_of(row) if row else None

    def put_iec_record(self, record: IecRecord) -> None:
        """Writes DGFT's record of an IEC, as an import of its records does."""
        with translated():
            iec_rows.iec_record_row(self.tables.iec_records, record, secrets.token_hex(8)).save()

    def iec_users(self, iec: str) -> tuple[IecUser, ...]:
        """See `ports.Store`."""
        with translated():
            users = map(iec_rows.iec_user_of, self.tables.iec_users.query(iec, consistent_read=True))
            return tuple(sorted(users, key=lambda user: (user.since, user.user_id)))

    def iec_user(self, iec: str, user_id: str) -> IecUser | None:
        """See `ports.Store`."""
        row = row_of(self.tables.iec_users, iec, user_id)
        return iec_rows.iec_user_of(row) if row else None

    def iec_invitation(self, user_id: str) -> IecUser | None:
        """See `ports.Store`."""
        with translated():
            found = [row.iec for row in self.tables.iec_users.by_user.query(user_id, limit=1)]
        return self.iec_user(found[0], user_id) if found else None

    def membership(self, account_id: str) -> Membership | None:
        """See `ports.Store`."""
        row = row_of(self.tables.memberships, account_id)
        return iec_rows.membership_of(row) if row else None

    def links_due(self, before: datetime) -> Iterator[IecUser]:
        """See `ports.Store`."""
        table = self.tables.iec_users
        with translated():
            for row in table.links_due.query(iec_rows.DUE, iec_rows.ends_before(table, before)):
                user = self.iec_user(row.iec, row.user_id)
                ends_at = iec_rows.link_due_at(user) if user else None
                if user is not None and ends_at is not None and ends_at < before:
                    yield user

    def dscs_due(self, before: datetime) -> Iterator[IcegateAccount]:
        """See `ports.Store`."""
        table = self.tables.names
        with translated():
            for row in table.dscs_due.query(rows.DUE, rows.dsc_ends_before(table, before)):
                stored = row_of(table, row.name)
                account = rows.named_of(stored) if stored else None
                ends_at = rows.dsc_due_at(account) if isinstance(account, IcegateAccount) else None
                if isinstance(account, IcegateAccount) and ends_at is not None and ends_at < before:
                    yield account

    def full_registration(self, registration_id: str) -> FullRegistration | None:
        """See `ports.Store`."""
        row = row_of(self.tables.full_registrations, registration_id)
        return signature_rows.full_registration_of(row) if row else None

    def full_registrations_in(self, status: FullRegistrationStatus, at_most: int) -> tuple[FullRegistration, ...]:
        """See `ports.Store`."""
        table = self.tables.full_registrations
        with translated():
            found = [row.registration_id for row in table.by_status.query(status.value, limit=at_most)]
        registrations = map(signature_rows.full_registration_of, rows_of(table, found))
        waiting = (registration for registration in registrations if registration.status is status)
        return tuple(sorted(waiting, key=signature_rows.waits_from))

    def crl_state(self, source_id: str) -> CrlState | None:
        """See `ports.Store`."""
        row = row_of(self.tables.crl_states, source_id)
        return signature_rows.crl_state_of(row) if row else None
