"""The routes by which people set a new password when they have forgotten the old one."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

from chalice.app import Blueprint

from chalicelib.domain.accounts.flows import Flow
from chalicelib.domain.refusals import Code
from chalicelib.handlers.bodies import required, sent
from chalicelib.handlers.flow_models import CodesBody, FlowView, NewPasswordBody, flow_members
from chalicelib.handlers.operations import Answer, Asked, operation
from chalicelib.suite import suite

password_resets = Blueprint(__name__)
_BUSY = (Code.INVALID_FIELDS, Code.TOO_MANY_REQUESTS, Code.SERVICE_UNAVAILABLE)
_CODES_OVER = (Code.CODE_EXPIRED, Code.CODES_EXHAUSTED, Code.FLOW_ENDED)


@dataclass(frozen=True, slots=True)
class ResetBody:
    """Whose password is to be set anew."""

    username: str = sent(required, "The username, the email or the ICEGATE ID, in any case.", "asha.nair", at_most=128)
    captcha: str = sent(required, "Base64 of the solved ALTCHA challenge.", "eyJjaGFsbGVuZ2UiOi4uLn0=", at_most=4096)


@dataclass(frozen=True, slots=True)
class ResetView(FlowView):
    """Where a reset stands; it tells nothing of whoever is behind it."""

    reset_id: str


@dataclass(frozen=True, slots=True)
class OpenedResetView(ResetView):
    """A reset with its flow token, which is told this once."""

    flow_token: str


@operation(
    password_resets,
    "POST /password-resets",
    "Ask for codes to set a new password",
    body=ResetBody,
    answers={HTTPStatus.ACCEPTED: OpenedResetView},
    refusals=(
        *_BUSY,
        Code.CAPTCHA_INCORRECT,
        Code.CAPTCHA_EXPIRED,
        Code.CAPTCHA_USED,
        Code.SEND_LIMIT_REACHED,
    ),
)
def open_password_reset(asked: Asked[ResetBody]) -> Answer:
    """Has both codes sent to whoever bears this name; the answer is the same where there is nobody."""
    opened = suite().password_resets.ask(asked.body.username, asked.body.captcha, asked.caller)
    view = OpenedResetView(**flow_members(opened.flow), reset_id=opened.flow.flow_id, flow_token=opened.flow_token)
    return Answer(view, HTTPStatus.ACCEPTED)


@operation(
    password_resets,
    "POST /password-resets/{flow_id}/codes",
    "Send the same codes again",
    answers={HTTPStatus.ACCEPTED: ResetView},
    refusals=(*_BUSY, Code.FLOW_TOKEN_INVALID, Code.RESEND_TOO_SOON, Code.SEND_LIMIT_REACHED, *_CODES_OVER),
)
def send_reset_codes_again(asked: Asked[None], flow_id: str) -> Answer:
    """Sends the live codes once more; their expiry stays."""
    again = suite().password_resets.send_again(flow_id, asked.flow_token, asked.caller)
    return Answer(_view(again), HTTPStatus.ACCEPTED)


@operation(
    password_resets,
    "POST /password-resets/{flow_id}/codes/verify",
    "Confirm the two codes",
    body=CodesBody,
    answers={HTTPStatus.OK: ResetView},
    refusals=(*_BUSY, Code.FLOW_TOKEN_INVALID, Code.CODES_INCORRECT, Code.LOCKED, *_CODES_OVER),
)
def verify_reset_codes(asked: Asked[CodesBody], flow_id: str) -> Answer:
    """Both codes open the way to a new password."""
    verified = suite().password_resets.verify(flow_id, asked.flow_token, asked.body.typed, asked.caller)
    return Answer(_view(verified))


@operation(
    password_resets,
    "PUT /password-resets/{flow_id}/password",
    "Set the new password",
    body=NewPasswordBody,
    answers={HTTPStatus.OK: ResetView},
    refusals=(*_BUSY, Code.FLOW_TOKEN_INVALID, Code.STEP_OUT_OF_ORDER, Code.FLOW_ENDED),
)
def set_new_password(asked: Asked[NewPasswordBody], flow_id: str) -> Answer:
    """Sets it and ends every session; the second factor stays as it is."""
    done = suite().password_resets.set_password(flow_id, asked.flow_token, asked.body.chosen, asked.caller)
    return Answer(_view(done))


def _view(flow: Flow) -> ResetView:
    return ResetView(**flow_members(flow), reset_id=flow.flow_id)
