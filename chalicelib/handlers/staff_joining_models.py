"""What the routes of joining the staff take and give: bodies and views."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.domain import codes, identifiers, passwords
from chalicelib.domain.accounts.flow_codes import OpenedFlow
from chalicelib.domain.accounts.flows import Flow
from chalicelib.domain.identifiers import EmailAddress
from chalicelib.handlers.bodies import required, sent
from chalicelib.handlers.flow_views import flow_members

_CODE = "The six digits sent to the {}."


@dataclass(frozen=True, slots=True)
class JoiningBody:
    """Who wants to join."""

    email: EmailAddress = sent(identifiers.parse_email, "The email that was invited.", "meera.nair@dgft.gov.in")
    captcha: str = sent(required, "Base64 of the solved ALTCHA challenge.", "eyJjaGFsbGVuZ2UiOi4uLn0=", at_most=4096)


@dataclass(frozen=True, slots=True)
class JoiningCodesBody:
    """The two codes."""

    mobile_code: str = sent(codes.parse_code, _CODE.format("mobile"), "123456", secret=True)
    email_code: str = sent(codes.parse_code, _CODE.format("email"), "654321", secret=True)


@dataclass(frozen=True, slots=True)
class FirstPasswordBody:
    """The chosen password."""

    password: str = sent(passwords.parse_password, "8 to 128 characters of all four kinds.", "Sagar#2026", secret=True)
    confirm_password: str = sent(required, "The password once more.", "Sagar#2026", secret=True)


@dataclass(frozen=True, slots=True)
class JoiningView:
    """Where a joining stands; it tells nothing of whoever is behind it."""

    joining_id: str
    status: str
    expires_at: str
    resend_at: str | None
    sends_left: int
    attempts_left: int


@dataclass(frozen=True, slots=True)
class OpenedJoiningView(JoiningView):
    """A joining with its flow token, which is told this once."""

    flow_token: str


def joining_view(flow: Flow) -> JoiningView:
    """A joining as it stands."""
    return JoiningView(flow.flow_id, **flow_members(flow))


def opened_joining_view(opened: OpenedFlow) -> OpenedJoiningView:
    """A joining with its flow token, for the answer that tells the token."""
    return OpenedJoiningView(opened.flow.flow_id, **flow_members(opened.flow), flow_token=opened.flow_token)
