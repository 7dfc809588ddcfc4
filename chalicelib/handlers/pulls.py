"""The endpoints that DigiLocker calls: Pull URI, and Pull Doc for accounts older than May 2024."""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus

from chalice.app import Blueprint

from chalicelib.domain.departments.pull_books import PullEnd
from chalicelib.domain.refusals import Code
from chalicelib.handlers.logs import logger
from chalicelib.handlers.operations import Answer, Asked, Posted, Xml, operation
from chalicelib.suite import suite

pulls = Blueprint(__name__)
_HMAC = "x-digilocker-hmac"
# What issuers in the field answer; the specification names no statuses (docs/digilocker.md).
_STATUSES: Mapping[PullEnd, HTTPStatus] = {
    PullEnd.NOT_AUTHENTICATED: HTTPStatus.UNAUTHORIZED,
    PullEnd.UNREADABLE: HTTPStatus.BAD_REQUEST,
    PullEnd.LIMIT_REACHED: HTTPStatus.TOO_MANY_REQUESTS,
    PullEnd.FAILED: HTTPStatus.INTERNAL_SERVER_ERROR,
}


@operation(
    pulls,
    "POST /digilocker/pull/{department_id}/{api_id}",
    "Answer DigiLocker's Pull URI (or Pull Doc)",
    form=("application/xml", "text/xml"),
    form_headers={_HMAC: "base64 of the HMAC-SHA256 over the exact bytes, raw or as lower-case hex."},
    answers={
        HTTPStatus.OK: Xml,
        HTTPStatus.BAD_REQUEST: None,
        HTTPStatus.UNAUTHORIZED: None,
        HTTPStatus.TOO_MANY_REQUESTS: None,
        HTTPStatus.INTERNAL_SERVER_ERROR: None,
    },
    refusals=(Code.NOT_FOUND,),
)
def answer_pull(asked: Asked[Posted], department_id: str, api_id: str) -> Answer:
    """XML in DigiLocker's form: status 1 with the certificate, 0 without, 9 where an officer looks.

    Nothing in the body where the request is not DigiLocker's own (401), cannot be read (400), comes too often (429) or
    cannot be answered now (500).
    """
    try:
        pulled = suite().pulls.answer(department_id, api_id, asked.body.headers.get(_HMAC), asked.body.raw)
    except Exception:  # noqa: BLE001 - DigiLocker reads no words: whatever it is, it is told to ask again
        logger().exception("failed", extra={"operation": "answer_pull"})
        return Answer(status=HTTPStatus.INTERNAL_SERVER_ERROR)
    logger().info(
        "pulled",
        extra={
            "department_id": department_id,
            "api_id": api_id,
            "end": pulled.end.value,
            "trouble": pulled.trouble.value if pulled.trouble else None,
        },
    )
    headers = {}
    if pulled.again_at is not None:
        headers["Retry-After"] = str(max(1, round((pulled.again_at - suite().clock()).total_seconds())))
    status = _STATUSES.get(pulled.end, HTTPStatus.OK)
    return Answer(Xml(pulled.answer) if pulled.answer else None, status, headers)
