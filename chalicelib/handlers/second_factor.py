"""The routes of the second factor: at sign-in, for a step-up, and where the authenticator is lost."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from chalice.app import Blueprint

from chalicelib.domain.refusals import Code
from chalicelib.handlers.cookies import browser_cookie, session_cookie
from chalicelib.handlers.flow_models import CodesBody
from chalicelib.handlers.operations import Answer, Asked, operation
from chalicelib.handlers.session_models import (
    BothCodesSentView,
    ChannelBody,
    CodeSentView,
    SecondFactorBody,
    SignedInView,
    both_codes_sent_view,
    code_sent_view,
    signed_in_view,
    typed_code,
)
from chalicelib.suite import suite

if TYPE_CHECKING:
    from chalicelib.domain.accounts.raising import SignedIn

second_factor = Blueprint(__name__)
_BUSY = (Code.LOCKED, Code.TOO_MANY_REQUESTS, Code.SERVICE_UNAVAILABLE)
_SENDING = (Code.METHOD_NOT_OFFERED, Code.CODES_EXHAUSTED, Code.RESEND_TOO_SOON, Code.SEND_LIMIT_REACHED)


@operation(
    second_factor,
    "POST /sessions/current/codes",
    "Send a code for the second factor; the same code again",
    body=ChannelBody,
    answers={HTTPStatus.ACCEPTED: CodeSentView},
    refusals=(Code.INVALID_FIELDS, *_SENDING, *_BUSY),
)
def send_second_factor_code(asked: Asked[ChannelBody]) -> Answer:
    """Has a code sent to the mobile or the email of the session's owner."""
    channel = asked.body.channel
    session = suite().second_factor.send_code(asked.actor, channel, asked.caller)
    return Answer(code_sent_view(session, channel, asked.actor.owner.contact), HTTPStatus.ACCEPTED)


@operation(
    second_factor,
    "POST /sessions/current/second-factor",
    "Show a second factor: at sign-in, or again before what is sensitive",
    body=SecondFactorBody,
    answers={HTTPStatus.OK: SignedInView},
    refusals=(
        Code.INVALID_FIELDS,
        Code.METHOD_NOT_OFFERED,
        Code.CODE_EXPIRED,
        Code.CODE_INCORRECT,
        Code.CODES_EXHAUSTED,
        Code.AUTHENTICATOR_CLOCK_OFF,
        Code.AUTHENTICATOR_CODE_USED,
        *_BUSY,
    ),
)
def show_second_factor(asked: Asked[SecondFactorBody]) -> Answer:
    """Goes on under a new session token; the old one ends."""
    body = asked.body
    signed_in = suite().second_factor.show(
        asked.actor, body.method, typed_code(body), asked.caller, trust_browser=body.trust_browser
    )
    return _raised(signed_in)


@operation(
    second_factor,
    "POST /sessions/current/authenticator-loss",
    "Say that the authenticator is lost; two codes are sent",
    answers={HTTPStatus.ACCEPTED: BothCodesSentView},
    refusals=(Code.NOT_PERMITTED, *_SENDING, *_BUSY),
)
def report_authenticator_lost(asked: Asked[None]) -> Answer:
    """Has one code sent to the mobile and one to the email; made again, the same codes."""
    session = suite().authenticator_loss.report(asked.actor, asked.caller)
    return Answer(both_codes_sent_view(session, asked.actor.owner.contact), HTTPStatus.ACCEPTED)


@operation(
    second_factor,
    "POST /sessions/current/authenticator-loss/verify",
    "Go on without the lost authenticator",
    body=CodesBody,
    answers={HTTPStatus.OK: SignedInView},
    refusals=(
        Code.INVALID_FIELDS,
        Code.NOT_PERMITTED,
        Code.METHOD_NOT_OFFERED,
        Code.CODE_EXPIRED,
        Code.CODES_INCORRECT,
        Code.CODES_EXHAUSTED,
        *_BUSY,
    ),
)
def replace_lost_authenticator(asked: Asked[CodesBody]) -> Answer:
    """Removes the authenticator and goes on under a new session token; the old one ends."""
    return _raised(suite().authenticator_loss.verify(asked.actor, asked.body.typed, asked.caller))


def _raised(signed_in: SignedIn) -> Answer:
    cookies = [session_cookie(signed_in.token)]
    if signed_in.browser_cookie is not None:
        cookies.append(browser_cookie(signed_in.browser_cookie))
    return Answer(signed_in_view(signed_in), headers={"Set-Cookie": cookies})
