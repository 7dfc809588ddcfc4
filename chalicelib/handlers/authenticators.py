"""The routes of one's own authenticator, recovery codes and trusted browsers."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

from chalice.app import Blueprint

from chalicelib.domain import codes
from chalicelib.domain.refusals import Code
from chalicelib.handlers.bodies import sent
from chalicelib.handlers.operations import Answer, Asked, operation
from chalicelib.handlers.problems import instant
from chalicelib.suite import suite

authenticators = Blueprint(__name__)


@dataclass(frozen=True, slots=True)
class AuthenticatorCodeBody:
    """The first code of a new authenticator."""

    code: str = sent(codes.parse_code, "The six digits that the app shows.", "123456", secret=True)


@dataclass(frozen=True, slots=True)
class OfferedAuthenticatorView:
    """An authenticator to be added: its secret to be typed, as an `otpauth` URI, and as a QR code (an SVG element)."""

    secret: str
    uri: str
    qr: str
    expires_at: str


@dataclass(frozen=True, slots=True)
class RecoveryCodesView:
    """Ten recovery codes, told this once; each serves once."""

    recovery_codes: list[str]


@operation(
    authenticators,
    "POST /account/authenticator",
    "Begin to add an authenticator app",
    answers={HTTPStatus.OK: OfferedAuthenticatorView},
    refusals=(Code.SERVICE_UNAVAILABLE,),
)
def begin_authenticator(asked: Asked[None]) -> Answer:
    """Offers a new secret for ten minutes; it counts once its first code was right."""
    offered = suite().authenticators.begin(asked.actor)
    return Answer(OfferedAuthenticatorView(offered.secret, offered.uri, offered.qr, instant(offered.expires_at)))


@operation(
    authenticators,
    "POST /account/authenticator/confirm",
    "Add the authenticator app with its first code",
    body=AuthenticatorCodeBody,
    answers={HTTPStatus.OK: RecoveryCodesView},
    refusals=(
        Code.INVALID_FIELDS,
        Code.CODE_EXPIRED,
        Code.CODE_INCORRECT,
        Code.AUTHENTICATOR_CLOCK_OFF,
        Code.TOO_MANY_REQUESTS,
        Code.SERVICE_UNAVAILABLE,
    ),
)
def confirm_authenticator(asked: Asked[AuthenticatorCodeBody]) -> Answer:
    """Adds the authenticator, in the place of an older one, and tells ten recovery codes."""
    made = suite().authenticators.confirm(asked.actor, asked.body.code, asked.caller)
    return Answer(RecoveryCodesView(list(made)))


@operation(
    authenticators,
    "DELETE /account/authenticator",
    "Remove the authenticator app",
    answers={HTTPStatus.NO_CONTENT: None},
    refusals=(Code.NOT_PERMITTED, Code.SERVICE_UNAVAILABLE),
)
def remove_authenticator(asked: Asked[None]) -> Answer:
    """Removes it with its recovery codes and the trusted browsers. Staff must keep theirs."""
    suite().authenticators.remove(asked.actor, asked.caller)
    return Answer(None, HTTPStatus.NO_CONTENT)


@operation(
    authenticators,
    "POST /account/recovery-codes",
    "Make new recovery codes; the old ones die",
    answers={HTTPStatus.OK: RecoveryCodesView},
    refusals=(Code.METHOD_NOT_OFFERED, Code.SERVICE_UNAVAILABLE),
)
def make_recovery_codes(asked: Asked[None]) -> Answer:
    """Tells ten new recovery codes."""
    return Answer(RecoveryCodesView(list(suite().authenticators.make_recovery_codes(asked.actor, asked.caller))))


@operation(
    authenticators,
    "DELETE /account/trusted-browsers/{browser_id}",
    "Trust a browser no longer",
    answers={HTTPStatus.NO_CONTENT: None},
    refusals=(Code.NOT_FOUND, Code.SERVICE_UNAVAILABLE),
)
def forget_browser(asked: Asked[None], browser_id: str) -> Answer:
    """From now on that browser is asked for a second factor again."""
    suite().authenticators.forget_browser(asked.actor, browser_id, asked.caller)
    return Answer(None, HTTPStatus.NO_CONTENT)
