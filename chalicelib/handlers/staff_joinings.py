"""The routes by which invited staff join."""

from __future__ import annotations

from http import HTTPStatus

from chalice.app import Blueprint

from chalicelib.domain.refusals import Code
from chalicelib.handlers.flow_models import CodesBody, NewPasswordBody
from chalicelib.handlers.operations import Answer, Asked, operation
from chalicelib.handlers.staff_joining_models import (
    JoiningBody,
    JoiningView,
    OpenedJoiningView,
    joining_view,
    opened_joining_view,
)
from chalicelib.suite import suite

staff_joinings = Blueprint(__name__)
_FLOW = (Code.FLOW_TOKEN_INVALID, Code.SERVICE_UNAVAILABLE)
_LIMITS = (Code.TOO_MANY_REQUESTS, Code.SEND_LIMIT_REACHED)


@operation(
    staff_joinings,
    "POST /staff/joinings",
    "Begin to join the staff",
    body=JoiningBody,
    answers={HTTPStatus.ACCEPTED: OpenedJoiningView},
    refusals=(
        Code.INVALID_FIELDS,
        Code.CAPTCHA_INCORRECT,
        Code.CAPTCHA_EXPIRED,
        Code.CAPTCHA_USED,
        *_LIMITS,
        Code.SERVICE_UNAVAILABLE,
    ),
)
def open_staff_joining(asked: Asked[JoiningBody]) -> Answer:
    """Sends both codes to whoever was invited under this email; anybody else gets the same answer."""
    opened = suite().staff_joinings.open(asked.body.email, asked.body.captcha, asked.caller)
    return Answer(opened_joining_view(opened), HTTPStatus.ACCEPTED)


@operation(
    staff_joinings,
    "POST /staff/joinings/{flow_id}/codes",
    "Send the same codes again",
    answers={HTTPStatus.ACCEPTED: JoiningView},
    refusals=(*_FLOW, *_LIMITS, Code.RESEND_TOO_SOON, Code.CODE_EXPIRED, Code.CODES_EXHAUSTED, Code.FLOW_ENDED),
)
def send_joining_codes_again(asked: Asked[None], flow_id: str) -> Answer:
    """Sends the live codes once more; their expiry stays."""
    again = suite().staff_joinings.send_again(flow_id, asked.flow_token, asked.caller)
    return Answer(joining_view(again), HTTPStatus.ACCEPTED)


@operation(
    staff_joinings,
    "POST /staff/joinings/{flow_id}/codes/verify",
    "Confirm the two codes",
    body=CodesBody,
    answers={HTTPStatus.OK: JoiningView},
    refusals=(
        *_FLOW,
        Code.INVALID_FIELDS,
        Code.CODES_INCORRECT,
        Code.CODE_EXPIRED,
        Code.CODES_EXHAUSTED,
        Code.LOCKED,
        Code.TOO_MANY_REQUESTS,
        Code.FLOW_ENDED,
    ),
)
def verify_joining_codes(asked: Asked[CodesBody], flow_id: str) -> Answer:
    """Both codes confirm email and mobile; a password is chosen next."""
    verified = suite().staff_joinings.verify(flow_id, asked.flow_token, asked.body.typed, asked.caller)
    return Answer(joining_view(verified))


@operation(
    staff_joinings,
    "PUT /staff/joinings/{flow_id}/password",
    "Choose the first password",
    body=NewPasswordBody,
    answers={HTTPStatus.OK: JoiningView},
    refusals=(*_FLOW, Code.INVALID_FIELDS, Code.STEP_OUT_OF_ORDER, Code.FLOW_ENDED, Code.TOO_MANY_REQUESTS),
)
def set_first_password(asked: Asked[NewPasswordBody], flow_id: str) -> Answer:
    """Makes the account active; signing in, and then adding an authenticator, come next."""
    done = suite().staff_joinings.set_first_password(flow_id, asked.flow_token, asked.body.chosen, asked.caller)
    return Answer(joining_view(done))
