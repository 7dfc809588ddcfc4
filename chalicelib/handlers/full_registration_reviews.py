"""The routes by which officers decide full registrations."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from chalice.app import Blueprint

from chalicelib.domain.icegate import full_registration_rules as rules
from chalicelib.domain.icegate.full_registrations import FullRegistration, FullRegistrationStatus
from chalicelib.domain.ports import READ_WITHIN
from chalicelib.domain.refusals import Code
from chalicelib.handlers.full_registration_models import DecisionBody, parse_status
from chalicelib.handlers.full_registration_review_models import (
    CaseView,
    DownloadView,
    QueueView,
    case_view,
    queue_view,
)
from chalicelib.handlers.operations import Answer, Asked, operation
from chalicelib.handlers.problems import instant
from chalicelib.handlers.settling import settled
from chalicelib.handlers.signed_in import STAFF
from chalicelib.suite import suite

full_registration_reviews = Blueprint(__name__)
_CASE = (*STAFF, Code.NOT_FOUND)
_QUERY = {"status": "`under_review` (where it is left out), `more_asked`, `approved` or `rejected`."}


@operation(
    full_registration_reviews,
    "GET /full-registrations",
    "List full registrations",
    query=_QUERY,
    answers={HTTPStatus.OK: QueueView},
    refusals=(*STAFF, Code.INVALID_FIELDS),
)
def list_full_registrations(asked: Asked[None]) -> Answer:
    """Those that wait for an officer, or those in another status; the longest waiting first."""
    status = asked.queried("status", parse_status)
    return Answer(queue_view(suite().full_registration_reviews.queue(status), suite().clock()))


@operation(
    full_registration_reviews,
    "GET /full-registrations/{registration_id}",
    "Read a full registration that was sent in",
    answers={HTTPStatus.OK: CaseView},
    refusals=_CASE,
)
def read_full_registration_case(asked: Asked[None], registration_id: str) -> Answer:
    """What an officer decides on: who applies, the signature's report, the documents."""
    return _answer(asked, registration_id)


@operation(
    full_registration_reviews,
    "GET /full-registrations/{registration_id}/documents/{document_id}",
    "Ask where to download a document",
    answers={HTTPStatus.OK: DownloadView},
    refusals=_CASE,
)
def read_uploaded_document(_asked: Asked[None], registration_id: str, document_id: str) -> Answer:
    """An address that is good for 5 minutes; the browser saves the file and does not show it."""
    expires_at = suite().clock() + READ_WITHIN
    url = suite().full_registration_reviews.document_url(registration_id, document_id)
    return Answer(DownloadView(url, instant(expires_at)))


@operation(
    full_registration_reviews,
    "POST /full-registrations/{registration_id}/decision",
    "Approve or reject a full registration, or ask for more",
    body=DecisionBody,
    answers={HTTPStatus.OK: CaseView},
    refusals=(*_CASE, Code.STEP_UP_REQUIRED, Code.INVALID_FIELDS, Code.REVIEW_CONFLICT),
)
def decide_full_registration(asked: Asked[DecisionBody], registration_id: str) -> Answer:
    """An officer decides once; the registrant is told over mail and SMS."""
    body, desk = asked.body, suite().full_registration_reviews
    decided = desk.decide(asked.actor, registration_id, body.decision, body.reason, body.submitted_at, asked.caller)
    settled(decided, lambda: desk.case(registration_id).registration, _is_carried_out)
    return _answer(asked, registration_id)


def _is_carried_out(registration: FullRegistration) -> bool:
    is_approved = rules.is_approved(registration)
    return not is_approved or registration.status is FullRegistrationStatus.APPROVED


def _answer(asked: Asked[Any], registration_id: str) -> Answer:
    case = suite().full_registration_reviews.case(registration_id)
    return Answer(case_view(case, asked.language, suite().clock()))
