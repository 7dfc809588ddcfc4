"""The suite's tables: a row class for each, bound to its table when it is first used."""

from __future__ import annotations

from datetime import timedelta
from threading import Lock
from typing import TypeVar, cast

from pynamodb.models import Model

from chalicelib.adapters.aws import Aws
from chalicelib.adapters.dynamodb import account_rows, iec_rows, registration_rows, rows, signature_rows
from chalicelib.adapters.dynamodb.connection import SharedConnection, bound
from chalicelib.adapters.dynamodb.department_tables import DepartmentTables
from chalicelib.settings import Settings

Row = TypeVar("Row", bound=Model)


class Tables(DepartmentTables):
    """The row classes of this store's tables. A table's name is demanded from the settings on first use."""

    def __init__(self, aws: Aws, settings: Settings) -> None:
        self.connection = SharedConnection(aws)
        self._settings = settings
        self._bound: dict[type[Model], type[Model]] = {}
        self._lock = Lock()

    @property
    def registrations(self) -> type[registration_rows.RegistrationRow]:
        """Simplified registrations."""
        return self._table(registration_rows.RegistrationRow, "REGISTRATIONS_TABLE")

    @property
    def holders(self) -> type[rows.HolderRow]:
        """IEC holders."""
        return self._table(rows.HolderRow, "HOLDERS_TABLE")

    @property
    def temporary_passwords(self) -> type[rows.TemporaryPasswordRow]:
        """What is kept of temporary passwords."""
        return self._table(rows.TemporaryPasswordRow, "TEMPORARY_PASSWORDS_TABLE")

    @property
    def names(self) -> type[rows.NameRow]:
        """Names by which people sign in; ICEGATE accounts under theirs."""
        return self._table(rows.NameRow, "SIGN_IN_NAMES_TABLE")

    @property
    def limits(self) -> type[rows.LimitRow]:
        """Counters, tries, and what serves once."""
        return self._table(rows.LimitRow, "LIMITS_TABLE")

    @property
    def sessions(self) -> type[account_rows.SessionRow]:
        """Sessions."""
        return self._table(account_rows.SessionRow, "SESSIONS_TABLE")

    @property
    def accounts(self) -> type[account_rows.AccountRow]:
        """Accounts of DGFT's platform."""
        return self._table(account_rows.AccountRow, "ACCOUNTS_TABLE")

    @property
    def account_registrations(self) -> type[account_rows.AccountRegistrationRow]:
        """Registrations of accounts, and pointers to them."""
        return self._table(account_rows.AccountRegistrationRow, "ACCOUNT_REGISTRATIONS_TABLE")

    @property
    def flows(self) -> type[account_rows.FlowRow]:
        """Flows."""
        return self._table(account_rows.FlowRow, "FLOWS_TABLE")

    @property
    def outbox(self) -> type[account_rows.MessageRow]:
        """Messages that are to be sent or were."""
        return self._table(account_rows.MessageRow, "OUTBOX_TABLE")

    @property
    def audit(self) -> type[account_rows.EventRow]:
        """The audit's events."""
        return self._table(account_rows.EventRow, "AUDIT_TABLE")

    @property
    def signings(self) -> type[signature_rows.SigningRow]:
        """Signings."""
        return self._table(signature_rows.SigningRow, "SIGNINGS_TABLE")

    @property
    def iec_records(self) -> type[iec_rows.IecRecordRow]:
        """DGFT's records of IECs."""
        return self._table(iec_rows.IecRecordRow, "IEC_RECORDS_TABLE")

    @property
    def iec_users(self) -> type[iec_rows.IecUserRow]:
        """Users of IECs."""
        return self._table(iec_rows.IecUserRow, "IEC_USERS_TABLE")

    @property
    def memberships(self) -> type[iec_rows.MembershipRow]:
        """Which IEC a login is of."""
        return self._table(iec_rows.MembershipRow, "MEMBERSHIPS_TABLE")

    @property
    def full_registrations(self) -> type[signature_rows.FullRegistrationRow]:
        """Full registrations at ICEGATE."""
        return self._table(signature_rows.FullRegistrationRow, "FULL_REGISTRATIONS_TABLE")

    @property
    def crl_states(self) -> type[signature_rows.CrlStateRow]:
        """What is known of watched CRLs."""
        return self._table(signature_rows.CrlStateRow, "CRL_STATES_TABLE")

    @property
    def audit_retention(self) -> timedelta:
        """How long an event is kept."""
        return self._settings.audit_retention

    def _table(self, row: type[Row], setting: str) -> type[Row]:
        with self._lock:
            if row not in self._bound:
                self._bound[row] = bound(row, self._settings[setting], self.connection)
            return cast("type[Row]", self._bound[row])
