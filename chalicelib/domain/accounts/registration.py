"""One registration of an account: its record and every step that it can take, as pure functions.

Source: DGFT's registration of users (mobile and email codes, 15 minutes).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from chalicelib.domain.accounts.account import Consent, Role
from chalicelib.domain.codes import Challenge
from chalicelib.domain.contacts import Contact


class RegistrationStatus(StrEnum):
    """Where a registration stands, as clients see it."""

    CODES_SENT = "codes_sent"
    REGISTERING = "registering"
    REGISTERED = "registered"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class AccountRegistration:
    """The record of one registration. Holds no code, no token and no password in the clear. Times are aware UTC.

    `account_id` is the id that the account will have.
    """

    registration_id: str
    flow_token_hash: str
    status: RegistrationStatus
    account_id: str
    role: Role
    name: str
    username: str
    password_hash: str | None
    contact: Contact
    language: str
    consent: Consent
    challenge: Challenge
    expires_at: datetime
    waiting_since: str | None = None
    task_token: str | None = None
    revision: str | None = None

    def __repr__(self) -> str:
        return f"AccountRegistration({self.registration_id!r}, {self.status.value})"
