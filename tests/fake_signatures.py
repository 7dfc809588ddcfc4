"""What the fake store reads and writes of signings, IECs, full registrations and watched CRLs."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime

from chalicelib.domain.icegate.full_registrations import FullRegistration, FullRegistrationStatus
from chalicelib.domain.iec.records import IecRecord
from chalicelib.domain.iec.users import IecUser, IecUserStatus, Membership
from chalicelib.domain.signatures.crl_states import CrlState
from chalicelib.domain.signatures.signings import Signing, SigningStatus


class FakeSignatureReads:
    """The part of `tests.fakes.FakeStore` that is about signatures and what follows from them."""

    def __init__(self) -> None:
        super().__init__()
        self._signings: dict[str, Signing] = {}
        self._iec_records: dict[str, IecRecord] = {}
        self._iec_users: dict[str, IecUser] = {}
        self._memberships: dict[str, Membership] = {}
        self._full_registrations: dict[str, FullRegistration] = {}
        self._crl_states: dict[str, CrlState] = {}

    def signing(self, signing_id: str) -> Signing | None:
        return self._signings.get(signing_id)

    def signings_of_iec(self, iec: str) -> tuple[Signing, ...]:
        about = [signing for signing in list(self._signings.values()) if signing.iec == iec]
        found = [signing for signing in about if signing.evidence or signing.status is SigningStatus.DONE]
        return tuple(sorted(found, key=lambda signing: signing.created_at, reverse=True))

    def iec_record(self, iec: str) -> IecRecord | None:
        return self._iec_records.get(iec)

    def put_iec_record(self, record: IecRecord) -> None:
        self._iec_records[record.iec] = replace(record, revision=secrets.token_hex(8))

    def iec_users(self, iec: str) -> tuple[IecUser, ...]:
        users = [user for user in list(self._iec_users.values()) if user.iec == iec]
        return tuple(sorted(users, key=lambda user: (user.since, user.user_id)))

    def iec_user(self, iec: str, user_id: str) -> IecUser | None:
        return self._iec_users.get(user_key(iec, user_id))

    def iec_invitation(self, user_id: str) -> IecUser | None:
        return next((user for user in list(self._iec_users.values()) if user.user_id == user_id), None)

    def membership(self, account_id: str) -> Membership | None:
        return self._memberships.get(account_id)

    def links_due(self, before: datetime) -> Iterator[IecUser]:
        for user in list(self._iec_users.values()):
            is_due = user.link is not None and user.link.reminded_at is None and user.link.expires_at < before
            if user.status is IecUserStatus.ACTIVE and is_due:
                yield user

    def full_registration(self, registration_id: str) -> FullRegistration | None:
        return self._full_registrations.get(registration_id)

    def full_registrations_in(self, status: FullRegistrationStatus, at_most: int) -> tuple[FullRegistration, ...]:
        found = [one for one in list(self._full_registrations.values()) if one.status is status]
        return tuple(sorted(found, key=lambda one: one.submitted_at or one.opened_at)[:at_most])

    def crl_state(self, source_id: str) -> CrlState | None:
        return self._crl_states.get(source_id)


def user_key(iec: str, user_id: str) -> str:
    """Under which a user of an IEC is kept."""
    return f"{iec} {user_id}"
