"""Accounts of DGFT's platform: importers and exporters, who sign up, and staff of the Back Office, who are invited."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from chalicelib.domain.accounts.security import Security
from chalicelib.domain.contacts import Contact
from chalicelib.domain.refusals import FieldProblem


class Role(StrEnum):
    """What a person is on the platform. Only the first is open to sign-up; the others are given by invitation."""

    IMPORTER_EXPORTER = "importer_exporter"
    OFFICER = "officer"
    SUPERVISOR = "supervisor"
    ADMINISTRATOR = "administrator"
    # Of a department on DigiLocker: the post's authority is the department's id.
    DEPARTMENT_OFFICER = "department_officer"


STAFF = frozenset({Role.OFFICER, Role.SUPERVISOR, Role.ADMINISTRATOR, Role.DEPARTMENT_OFFICER})


def parse_role(value: str) -> Role:
    """The role that is open to sign-up: `importer_exporter`. Staff are invited. Refuses with `role_not_offered`."""
    if value.strip() != Role.IMPORTER_EXPORTER.value:
        raise FieldProblem("role_not_offered")
    return Role.IMPORTER_EXPORTER


class AccountStatus(StrEnum):
    """Whether an account may be used."""

    INVITED = "invited"
    ACTIVE = "active"
    SUSPENDED = "suspended"
    DEPARTED = "departed"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Consent:
    """Which version of the privacy notice was agreed to, when, in which language, and from where (DPDP Act, s. 5-6)."""

    version: str
    at: datetime
    language: str
    ip: str | None = None


@dataclass(frozen=True, slots=True)
class HandedOn:
    """The work of an earlier post: that of this Regional Authority went to the account `to`."""

    authority: str
    to: str


@dataclass(frozen=True, slots=True)
class Post:
    """A staff member's post: the Regional Authority (its code) and what became of the invitation.

    `work_goes_to` is the account that takes over this member's work while they are away or after they left;
    `handed_on`, who took over what they left behind in other Regional Authorities.
    """

    authority: str
    invited_by: str
    invited_at: datetime
    invitation_expires_at: datetime
    joined_at: datetime | None = None
    training_acknowledged_at: datetime | None = None
    work_goes_to: str | None = None
    status_reason: str | None = None
    handed_on: tuple[HandedOn, ...] = ()


@dataclass(frozen=True, slots=True)
class Account:
    """One person's login. Times are aware UTC; `revision` is the store's mark of the version that was read.

    `erase_at` is set when the account is closed: from then on it is as if it had never been (DPDP Rules 2025, rule 8).
    """

    account_id: str
    role: Role
    status: AccountStatus
    username: str
    name: str
    contact: Contact
    password_hash: str | None
    language: str
    created_at: datetime
    email_confirmed_at: datetime | None = None
    mobile_confirmed_at: datetime | None = None
    consent: Consent | None = None
    post: Post | None = None
    security: Security = field(default_factory=Security)
    # The mobile replacement that waits for its day, if there is one.
    replacement_id: str | None = None
    closed_at: datetime | None = None
    erase_at: datetime | None = None
    revision: str | None = None

    def __repr__(self) -> str:
        return f"Account({self.account_id!r}, {self.role.value}, {self.status.value})"

    @property
    def is_staff(self) -> bool:
        """Whether it is a login of the Back Office."""
        return self.role in STAFF


@dataclass(frozen=True, slots=True)
class AccountName:
    """A name that leads to an account: its username, email or mobile, each unique (`name` is folded to lower case).

    `until` is set for a closed account's: from then on the name is free.
    """

    name: str
    account_id: str
    until: datetime | None = None


def names_of(account: Account) -> tuple[AccountName, ...]:
    """The names that lead to an account, each once: username, email, mobile."""
    typed = (account.username, account.contact.email, account.contact.mobile)
    return tuple(AccountName(name, account.account_id) for name in dict.fromkeys(name.lower() for name in typed))
