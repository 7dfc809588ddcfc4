"""The routes of My documents."""

from __future__ import annotations

from http import HTTPStatus

from chalice.app import Blueprint

from chalicelib.domain.ports import READ_WITHIN
from chalicelib.domain.refusals import Code
from chalicelib.handlers.full_registration_review_models import DownloadView
from chalicelib.handlers.operations import Answer, Asked, operation
from chalicelib.handlers.own_document_models import OwnDocumentsView, own_document_view
from chalicelib.handlers.problems import instant
from chalicelib.handlers.signed_in import PERMITTED
from chalicelib.suite import suite

own_documents = Blueprint(__name__)


@operation(
    own_documents,
    "GET /own-documents",
    "List one's own documents from DigiLocker",
    answers={HTTPStatus.OK: OwnDocumentsView},
    refusals=PERMITTED,
)
def list_own_documents(asked: Asked[None]) -> Answer:
    """Each with its issuer, when it was fetched, under which consent, and whether it can be used."""
    kept = suite().own_documents.all(asked.actor)
    return Answer(OwnDocumentsView([own_document_view(one, asked.language) for one in kept]))


@operation(
    own_documents,
    "GET /own-documents/{document_id}",
    "Ask where to download an own document",
    answers={HTTPStatus.OK: DownloadView},
    refusals=(*PERMITTED, Code.NOT_FOUND, Code.CONSENT_ENDED),
)
def read_own_document(asked: Asked[None], document_id: str) -> Answer:
    """An address that is good for 5 minutes; the browser saves the file."""
    expires_at = suite().clock() + READ_WITHIN
    return Answer(DownloadView(suite().own_documents.url(asked.actor, document_id), instant(expires_at)))


@operation(
    own_documents,
    "DELETE /own-documents/{document_id}",
    "Remove an own document",
    answers={HTTPStatus.NO_CONTENT: None},
    refusals=(*PERMITTED, Code.NOT_FOUND),
)
def remove_own_document(asked: Asked[None], document_id: str) -> Answer:
    """Its files go too. What a registration took is its own copy, and stays."""
    suite().own_documents.remove(asked.actor, document_id, asked.caller)
    return Answer(status=HTTPStatus.NO_CONTENT)
