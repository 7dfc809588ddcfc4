"""What the routes of the simplified registration take and give: bodies and views."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from chalicelib.domain import codes, identifiers, passwords
from chalicelib.domain.contacts import masked_email, masked_mobile
from chalicelib.domain.icegate.registration import AWAITING_CODES, Registration, status_at
from chalicelib.domain.identifiers import EmailAddress, Gstin, IcegateId, Iec, Mobile
from chalicelib.handlers.bodies import confirmed, required, sent
from chalicelib.handlers.flow_models import codes_members
from chalicelib.handlers.problems import instant
from chalicelib.suite import suite


@dataclass(frozen=True, slots=True)
class RegistrationView:
    """A registration as its owner sees it; `email` and `mobile`, masked, are where codes go now."""

    registration_id: str
    status: str
    codes_for: str | None
    icegate_id: str | None
    email: str
    mobile: str
    expires_at: str
    resend_at: str | None
    sends_left: int
    attempts_left: int


@dataclass(frozen=True, slots=True)
class OpenedView(RegistrationView):
    """A registration with its flow token, which is told this once."""

    flow_token: str


@dataclass(frozen=True, slots=True)
class AvailabilityView:
    """Whether an ICEGATE ID may be chosen now."""

    available: bool


@dataclass(frozen=True, slots=True)
class StartBody:
    """What opens a registration."""

    iec: Iec = sent(identifiers.parse_iec, "Importer-Exporter Code.", "ZZZCZ9999Z")
    gstin: Gstin = sent(identifiers.parse_gstin, "A GSTIN of the same holder.", "33ZZZCZ9999Z1ZQ")
    temporary_password: str = sent(required, "As mailed by ICEGATE.", "K7PM-9XQ2-HTRW", at_most=64, secret=True)
    captcha: str = sent(required, "Base64 of the solved ALTCHA challenge.", "eyJjaGFsbGVuZ2UiOi4uLn0=", at_most=4096)


@dataclass(frozen=True, slots=True)
class CredentialsBody:
    """The chosen ICEGATE ID and password."""

    icegate_id: IcegateId = sent(identifiers.parse_icegate_id, "At most 25 letters, digits, - and _.", "asha_exports")
    password: str = sent(passwords.parse_password, "8 to 128 characters of all four kinds.", "Sagar#2026", secret=True)
    confirm_password: str = sent(required, "The password once more.", "Sagar#2026", secret=True)


@dataclass(frozen=True, slots=True)
class FinishBody:
    """The person's yes to the confirmation question."""

    confirm: bool = confirmed("Must be true.")


@dataclass(frozen=True, slots=True)
class ContactBody:
    """The email and mobile chosen instead of those on record."""

    email: EmailAddress = sent(identifiers.parse_email, "At most 50 characters.", "asha@example.com")
    mobile: Mobile = sent(identifiers.parse_mobile, "An Indian mobile number.", "9876543210")


@dataclass(frozen=True, slots=True)
class ResumeBody:
    """What goes on with a registration from any browser."""

    iec: Iec = sent(identifiers.parse_iec, "Importer-Exporter Code.", "ZZZCZ9999Z")
    gstin: Gstin = sent(identifiers.parse_gstin, "The GSTIN given at the start.", "33ZZZCZ9999Z1ZQ")
    mobile_code: str = sent(codes.parse_code, "The six digits sent to the mobile.", "123456", secret=True)
    email_code: str = sent(codes.parse_code, "The six digits sent to the email.", "654321", secret=True)


def opened_view(registration: Registration, flow_token: str) -> OpenedView:
    """A registration with its flow token, for the answer that tells the token."""
    return OpenedView(**_members(registration), flow_token=flow_token)


def registration_view(registration: Registration) -> RegistrationView:
    """A registration as its owner sees it at this moment."""
    return RegistrationView(**_members(registration))


def _members(registration: Registration) -> dict[str, Any]:
    now = suite().clock()
    contact = registration.codes_contact
    return {
        "registration_id": registration.registration_id,
        "status": status_at(registration, now).value,
        "codes_for": registration.codes_for.value if registration.codes_for else None,
        "icegate_id": registration.icegate_id,
        "email": masked_email(contact.email),
        "mobile": masked_mobile(contact.mobile),
        "expires_at": instant(registration.expires_at),
        **codes_members(registration.challenge if registration.status in AWAITING_CODES else None),
    }
