"""The routes by which a department's officers decide pending pulls."""

from __future__ import annotations

from http import HTTPStatus

from chalice.app import Blueprint

from chalicelib.domain.refusals import Code
from chalicelib.handlers.operations import Answer, Asked, operation
from chalicelib.handlers.pull_request_models import (
    PullDecisionBody,
    PullRequestsView,
    PullRequestView,
    case_view,
    parse_status,
    queue_view,
)
from chalicelib.handlers.signed_in import STAFF
from chalicelib.suite import suite

pull_requests = Blueprint(__name__)
_CASE = (*STAFF, Code.NOT_FOUND)


@operation(
    pull_requests,
    "GET /departments/{department_id}/pull-requests",
    "List what DigiLocker asked and an officer has to look at",
    query={"status": "`open` (where it is left out), `granted` or `refused`."},
    answers={HTTPStatus.OK: PullRequestsView},
    refusals=(*_CASE, Code.INVALID_FIELDS),
)
def list_pull_requests(asked: Asked[None], department_id: str) -> Answer:
    """Those that wait, or those in another status; the longest waiting first."""
    status = asked.queried("status", parse_status)
    return Answer(queue_view(suite().pull_requests.queue(asked.actor, department_id, status)))


@operation(
    pull_requests,
    "GET /departments/{department_id}/pull-requests/{request_id}",
    "Read what DigiLocker asked",
    answers={HTTPStatus.OK: PullRequestView},
    refusals=_CASE,
)
def read_pull_request(asked: Asked[None], department_id: str, request_id: str) -> Answer:
    """Who asks, for what, and the certificate that fits nearly."""
    return Answer(case_view(suite().pull_requests.case(asked.actor, department_id, request_id), asked.language))


@operation(
    pull_requests,
    "POST /departments/{department_id}/pull-requests/{request_id}/decision",
    "Grant a certificate to who asks, or refuse",
    body=PullDecisionBody,
    answers={HTTPStatus.OK: PullRequestView},
    refusals=(
        *_CASE,
        Code.STEP_UP_REQUIRED,
        Code.INVALID_FIELDS,
        Code.PULL_REQUEST_CONFLICT,
        Code.PUSH_NOT_POSSIBLE,
        Code.DEPARTMENT_SUSPENDED,
    ),
)
def decide_pull_request(asked: Asked[PullDecisionBody], department_id: str, request_id: str) -> Answer:
    """Granted, it goes to their DigiLocker by Push URI. An officer decides once."""
    decided, desk = asked.body.decided(), suite().pull_requests
    return Answer(case_view(desk.decide(asked.actor, department_id, request_id, decided, asked.caller), asked.language))
