"""The route by which anybody who holds a certificate asks whether it is genuine."""

from __future__ import annotations

from http import HTTPStatus

from chalice.app import Blueprint

from chalicelib.domain.refusals import Code
from chalicelib.handlers.certificate_models import VerificationBody, VerificationView, verification_view
from chalicelib.handlers.operations import Answer, Asked, operation
from chalicelib.suite import suite

certificate_verifications = Blueprint(__name__)


@operation(
    certificate_verifications,
    "POST /certificate-verifications",
    "Ask whether a certificate is genuine",
    body=VerificationBody,
    answers={HTTPStatus.OK: VerificationView},
    refusals=(Code.INVALID_FIELDS, Code.TOO_MANY_REQUESTS, Code.SERVICE_UNAVAILABLE),
)
def verify_certificate(asked: Asked[VerificationBody]) -> Answer:
    """What stands on it, with the holder's name and the number masked; `unknown` where no certificate has this URI."""
    return Answer(verification_view(suite().verifying.verify(asked.body.uri.strip(), asked.ip), asked.language))
