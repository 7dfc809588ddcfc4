"""The route by which a department's officers have a certificate pushed."""

from __future__ import annotations

from http import HTTPStatus

from chalice.app import Blueprint

from chalicelib.domain.refusals import Code
from chalicelib.handlers.certificate_models import CertificateView, certificate_view
from chalicelib.handlers.operations import Answer, Asked, operation
from chalicelib.handlers.signed_in import STAFF
from chalicelib.suite import suite

certificate_pushes = Blueprint(__name__)


@operation(
    certificate_pushes,
    "POST /departments/{department_id}/certificates/{certificate_id}/push",
    "Push a certificate to its holder's DigiLocker account",
    answers={HTTPStatus.ACCEPTED: CertificateView},
    refusals=(*STAFF, Code.NOT_FOUND, Code.DEPARTMENT_SUSPENDED, Code.PUSH_NOT_POSSIBLE),
)
def push_certificate_now(asked: Asked[None], department_id: str, certificate_id: str) -> Answer:
    """Also where it was parked; one that was revoked is withdrawn. What became of it stands in `push` and `trouble`."""
    desk = suite().push_desk
    department, certificate = desk.push_now(asked.actor, department_id, certificate_id, asked.caller)
    return Answer(certificate_view(certificate, department, asked.language), HTTPStatus.ACCEPTED)
