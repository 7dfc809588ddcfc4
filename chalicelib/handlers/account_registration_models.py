"""What the routes of an account's registration take and give: bodies and views."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from chalicelib.domain import codes, identifiers, passwords
from chalicelib.domain.accounts import names
from chalicelib.domain.accounts.account import Role, parse_role
from chalicelib.domain.accounts.names import PersonName, Username
from chalicelib.domain.accounts.registration import AccountRegistration, RegistrationStatus, status_at
from chalicelib.domain.contacts import masked_email, masked_mobile
from chalicelib.domain.identifiers import EmailAddress, Mobile
from chalicelib.handlers.bodies import optional, required, sent
from chalicelib.handlers.flow_models import FlowView, codes_members
from chalicelib.handlers.problems import instant
from chalicelib.suite import suite


@dataclass(frozen=True, slots=True)
class PrivacyNoticeView:
    """The privacy notice in the reader's language; `text` is its paragraphs."""

    version: str
    title: str
    text: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AccountRegistrationView(FlowView):
    """A registration as its owner sees it; `email` and `mobile`, masked, are where messages go."""

    registration_id: str
    username: str
    email: str
    mobile: str


@dataclass(frozen=True, slots=True)
class OpenedAccountRegistrationView(AccountRegistrationView):
    """A registration with its flow token, which is told this once."""

    flow_token: str


def _username(value: str) -> Username | None:
    """A field left empty is one left out: the email serves."""
    return names.parse_username(value) if value.strip() else None


@dataclass(frozen=True, slots=True)
class SignUpBody:
    """What opens a registration."""

    role: Role = sent(parse_role, "`importer_exporter`; staff are invited.", "importer_exporter")
    name: PersonName = sent(names.parse_person_name, "The person's name, 2 to 100 characters.", "Asha Nair")
    email: EmailAddress = sent(identifiers.parse_email, "At most 50 characters.", "asha@example.com")
    mobile: Mobile = sent(identifiers.parse_mobile, "An Indian mobile number.", "9876543210")
    password: str = sent(passwords.parse_password, "8 to 128 characters of all four kinds.", "Sagar#2026", secret=True)
    confirm_password: str = sent(required, "The password once more.", "Sagar#2026", secret=True)
    privacy_notice: str = sent(required, "The version of the privacy notice that was agreed to.", "2026-11")
    captcha: str = sent(required, "Base64 of the solved ALTCHA challenge.", "eyJjaGFsbGVuZ2UiOi4uLn0=", at_most=4096)
    username: Username | None = optional(
        _username, "3 to 50 letters, digits, ., - and _; left out, the email serves.", "asha.nair"
    )


@dataclass(frozen=True, slots=True)
class AccountResumeBody:
    """What goes on with a registration from any browser."""

    email: EmailAddress = sent(identifiers.parse_email, "The email given at the start.", "asha@example.com")
    mobile: Mobile = sent(identifiers.parse_mobile, "The mobile given at the start.", "9876543210")
    mobile_code: str = sent(codes.parse_code, "The six digits sent to the mobile.", "123456", secret=True)
    email_code: str = sent(codes.parse_code, "The six digits sent to the email.", "654321", secret=True)


def opened_view(registration: AccountRegistration, flow_token: str) -> OpenedAccountRegistrationView:
    """A registration with its flow token, for the answer that tells the token."""
    return OpenedAccountRegistrationView(**_members(registration), flow_token=flow_token)


def registration_view(registration: AccountRegistration) -> AccountRegistrationView:
    """A registration as its owner sees it at this moment."""
    return AccountRegistrationView(**_members(registration))


def _members(registration: AccountRegistration) -> dict[str, Any]:
    status = status_at(registration, suite().clock())
    return {
        "registration_id": registration.registration_id,
        "status": status.value,
        "username": registration.username,
        "email": masked_email(registration.contact.email),
        "mobile": masked_mobile(registration.contact.mobile),
        "expires_at": instant(registration.expires_at),
        **codes_members(registration.challenge if status is RegistrationStatus.CODES_SENT else None),
    }
