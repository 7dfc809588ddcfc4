"""The route of the captcha."""

from __future__ import annotations

from http import HTTPStatus

from chalice.app import Blueprint

from chalicelib.domain.refusals import Code
from chalicelib.handlers.operations import Answer, Asked, operation
from chalicelib.suite import suite

captcha = Blueprint(__name__)


@operation(
    captcha,
    "GET /captcha",
    "Get a captcha challenge (ALTCHA, proof of work)",
    answers={HTTPStatus.OK: dict},
    refusals=(Code.SERVICE_UNAVAILABLE,),
)
def read_captcha(asked: Asked[None]) -> Answer:
    """A new challenge; solved, it opens one registration."""
    del asked
    return Answer(suite().simplified_registrations.challenge())
