"""What the routes of joining the staff take and give: bodies and views."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.domain import identifiers
from chalicelib.domain.accounts.flow_codes import OpenedFlow
from chalicelib.domain.accounts.flows import Flow
from chalicelib.domain.identifiers import EmailAddress
from chalicelib.handlers.bodies import required, sent
from chalicelib.handlers.flow_models import FlowView, flow_members


@dataclass(frozen=True, slots=True)
class JoiningBody:
    """Who wants to join."""

    email: EmailAddress = sent(identifiers.parse_email, "The email that was invited.", "meera.nair@dgft.gov.in")
    captcha: str = sent(required, "Base64 of the solved ALTCHA challenge.", "eyJjaGFsbGVuZ2UiOi4uLn0=", at_most=4096)


@dataclass(frozen=True, slots=True)
class JoiningView(FlowView):
    """Where a joining stands; it tells nothing of whoever is behind it."""

    joining_id: str


@dataclass(frozen=True, slots=True)
class OpenedJoiningView(JoiningView):
    """A joining with its flow token, which is told this once."""

    flow_token: str


def joining_view(flow: Flow) -> JoiningView:
    """A joining as it stands."""
    return JoiningView(**flow_members(flow), joining_id=flow.flow_id)


def opened_joining_view(opened: OpenedFlow) -> OpenedJoiningView:
    """A joining with its flow token, for the answer that tells the token."""
    return OpenedJoiningView(**flow_members(opened.flow), joining_id=opened.flow.flow_id, flow_token=opened.flow_token)
