"""The route by which whoever has the old mobile stops its replacement, without signing in."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus

from chalice.app import Blueprint

from chalicelib.domain import codes
from chalicelib.domain.accounts.flows import FlowStatus
from chalicelib.domain.refusals import Code
from chalicelib.handlers.bodies import required, sent
from chalicelib.handlers.operations import Answer, Asked, operation
from chalicelib.suite import suite

mobile_replacements = Blueprint(__name__)


@dataclass(frozen=True, slots=True)
class StopBody:
    """Whose replacement, and the code from the SMS to the old mobile."""

    username: str = sent(
        required, "The username, email, mobile or ICEGATE ID of the account.", "asha.nair", at_most=128
    )
    code: str = sent(codes.parse_code, "The six digits sent to the old mobile.", "123456", secret=True)
    captcha: str = sent(required, "Base64 of the solved ALTCHA challenge.", "eyJjaGFsbGVuZ2UiOi4uLn0=", at_most=4096)


@dataclass(frozen=True, slots=True)
class StoppedView:
    """What became of the replacement."""

    status: str


@operation(
    mobile_replacements,
    "POST /mobile-replacements/stop",
    "Stop the replacement of a mobile",
    body=StopBody,
    answers={HTTPStatus.OK: StoppedView},
    refusals=(
        Code.INVALID_FIELDS,
        Code.CAPTCHA_INCORRECT,
        Code.CAPTCHA_EXPIRED,
        Code.CAPTCHA_USED,
        Code.CODES_NOT_MATCHED,
        Code.LOCKED,
        Code.TOO_MANY_REQUESTS,
        Code.SERVICE_UNAVAILABLE,
    ),
)
def stop_mobile_replacement(asked: Asked[StopBody]) -> Answer:
    """The old mobile stays; whatever is wrong is told in one way."""
    body = asked.body
    suite().mobile_replacements.stop(body.username, body.code, body.captcha, asked.caller)
    return Answer(StoppedView(FlowStatus.STOPPED.value))
