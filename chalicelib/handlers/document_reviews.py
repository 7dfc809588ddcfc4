"""The routes by which officers decide whether a document from DigiLocker is its owner's."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from chalice.app import Blueprint

from chalicelib.domain.digilocker.own_documents import Match
from chalicelib.domain.digilocker.reviewing_documents import DocumentCase
from chalicelib.domain.ports import READ_WITHIN
from chalicelib.domain.refusals import Code
from chalicelib.handlers.operations import Answer, Asked, operation
from chalicelib.handlers.own_document_models import (
    DocumentCaseView,
    DocumentDecisionBody,
    DocumentQueueView,
    document_case_view,
    document_queue_view,
)
from chalicelib.handlers.problems import instant
from chalicelib.handlers.signed_in import STAFF
from chalicelib.suite import suite

document_reviews = Blueprint(__name__)
_CASE = (*STAFF, Code.NOT_FOUND)


@operation(
    document_reviews,
    "GET /document-reviews",
    "List documents from DigiLocker that wait for an officer",
    answers={HTTPStatus.OK: DocumentQueueView},
    refusals=STAFF,
)
def list_document_reviews(_asked: Asked[None]) -> Answer:
    """Those whose name or birth date fits only nearly, the longest waiting first."""
    return Answer(document_queue_view(suite().document_reviews.queue()))


@operation(
    document_reviews,
    "GET /document-reviews/{document_id}",
    "Read a document that waits for an officer",
    answers={HTTPStatus.OK: DocumentCaseView},
    refusals=_CASE,
)
def read_document_review(asked: Asked[None], document_id: str) -> Answer:
    """What is on the document beside what is on record; the download address is good for 5 minutes."""
    return _answer(asked, suite().document_reviews.case(document_id))


@operation(
    document_reviews,
    "POST /document-reviews/{document_id}/decision",
    "Confirm or refuse that a document is its owner's",
    body=DocumentDecisionBody,
    answers={HTTPStatus.OK: DocumentCaseView},
    refusals=(*_CASE, Code.STEP_UP_REQUIRED, Code.INVALID_FIELDS, Code.DOCUMENT_REVIEW_CONFLICT),
)
def decide_document_review(asked: Asked[DocumentDecisionBody], document_id: str) -> Answer:
    """An officer decides once, on what was looked at; the owner is told by mail."""
    body, desk = asked.body, suite().document_reviews
    return _answer(asked, desk.decide(asked.actor, document_id, body.decision, body.reason, body.seen, asked.caller))


def _answer(asked: Asked[Any], case: DocumentCase) -> Answer:
    expires_at = instant(suite().clock() + READ_WITHIN)
    url = suite().document_reviews.url(case.document.document_id)
    may_decide = case.document.match is Match.REVIEW
    return Answer(document_case_view(case, url, expires_at, asked.language, may_decide=may_decide))
