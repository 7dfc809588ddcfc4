"""The routes by which signed-in people change, or confirm anew, their email and mobile."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

from chalice.app import Blueprint

from chalicelib.domain import codes, identifiers
from chalicelib.domain.accounts.flows import Flow, FlowKind
from chalicelib.domain.contacts import Channel, masked_email, masked_mobile
from chalicelib.domain.identifiers import EmailAddress, Mobile
from chalicelib.domain.refusals import Code
from chalicelib.handlers.bodies import optional, sent
from chalicelib.handlers.flow_models import FlowView, flow_members
from chalicelib.handlers.operations import Answer, Asked, operation
from chalicelib.handlers.problems import instant
from chalicelib.handlers.signed_in import SESSION
from chalicelib.suite import suite

contact_changes = Blueprint(__name__)
_BUSY = (Code.INVALID_FIELDS, Code.TOO_MANY_REQUESTS, *SESSION)
_CODES_OVER = (Code.CODE_EXPIRED, Code.CODES_EXHAUSTED, Code.FLOW_ENDED)


@dataclass(frozen=True, slots=True)
class ContactChangeBody:
    """The new email or the new mobile: one of them. The same mobile again confirms it anew."""

    email: EmailAddress | None = optional(identifiers.parse_email, "At most 50 characters.", "asha@example.com")
    mobile: Mobile | None = optional(identifiers.parse_mobile, "An Indian mobile number.", "9876543210")


@dataclass(frozen=True, slots=True)
class ContactCodeBody:
    """The code sent to the new address."""

    code: str = sent(codes.parse_code, "The six digits sent to the new address.", "123456", secret=True)


@dataclass(frozen=True, slots=True)
class ContactChangeView(FlowView):
    """A change as it stands. `sent_to` is the new address, masked.

    `cooling`: once confirmed, a day passes before it counts; `effective_at` is when it ends.
    """

    change_id: str
    channel: str
    sent_to: str
    cooling: bool
    effective_at: str | None


@operation(
    contact_changes,
    "POST /account/contact-changes",
    "Change email or mobile; a code is sent to the new one",
    body=ContactChangeBody,
    answers={HTTPStatus.ACCEPTED: ContactChangeView},
    refusals=(*_BUSY, Code.STEP_UP_REQUIRED, Code.CHANGE_PENDING, Code.SEND_LIMIT_REACHED),
)
def open_contact_change(asked: Asked[ContactChangeBody]) -> Answer:
    """Has a code sent to the new address; one that somebody else has is told to them."""
    flow = suite().contact_changes.ask(asked.actor, asked.body.email, asked.body.mobile, asked.caller)
    return Answer(_view(flow), HTTPStatus.ACCEPTED)


@operation(
    contact_changes,
    "POST /account/contact-changes/{flow_id}/codes",
    "Send the same code again",
    answers={HTTPStatus.ACCEPTED: ContactChangeView},
    refusals=(*_BUSY, Code.NOT_FOUND, Code.RESEND_TOO_SOON, Code.SEND_LIMIT_REACHED, *_CODES_OVER),
)
def send_contact_codes_again(asked: Asked[None], flow_id: str) -> Answer:
    """Sends the live code once more; its expiry stays."""
    return Answer(_view(suite().contact_changes.send_again(asked.actor, flow_id, asked.caller)), HTTPStatus.ACCEPTED)


@operation(
    contact_changes,
    "POST /account/contact-changes/{flow_id}/verify",
    "Confirm the new address",
    body=ContactCodeBody,
    answers={HTTPStatus.OK: ContactChangeView},
    refusals=(*_BUSY, Code.NOT_FOUND, Code.CODE_INCORRECT, Code.LOCKED, Code.CHANGE_PENDING, *_CODES_OVER),
)
def verify_contact_change(asked: Asked[ContactCodeBody], flow_id: str) -> Answer:
    """The change is done, or begins its wait of a day."""
    return Answer(_view(suite().contact_changes.verify(asked.actor, flow_id, asked.body.code, asked.caller)))


@operation(
    contact_changes,
    "DELETE /account/contact-changes/{flow_id}",
    "Stop a change that is not done yet",
    answers={HTTPStatus.NO_CONTENT: None},
    refusals=(*SESSION, Code.NOT_FOUND, Code.FLOW_ENDED),
)
def cancel_mobile_replacement(asked: Asked[None], flow_id: str) -> Answer:
    """Stops a mobile that waits for its day, or a change whose code was not typed yet."""
    suite().contact_changes.cancel(asked.actor, flow_id, asked.caller)
    return Answer(None, HTTPStatus.NO_CONTENT)


def _view(flow: Flow) -> ContactChangeView:
    (channel,) = flow.challenge.channels
    masked = masked_email if channel is Channel.EMAIL else masked_mobile
    return ContactChangeView(
        change_id=flow.flow_id,
        channel=channel.value,
        sent_to=masked(flow.contact.address(channel)),
        cooling=flow.kind is FlowKind.MOBILE_REPLACEMENT,
        effective_at=instant(flow.effective_at) if flow.effective_at else None,
        **flow_members(flow),
    )
