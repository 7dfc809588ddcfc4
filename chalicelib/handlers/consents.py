"""The routes of one's consents: their receipts, and taking them back."""

from __future__ import annotations

from http import HTTPStatus

from chalice.app import Blueprint

from chalicelib.domain.digilocker.consents import ConsentStatus
from chalicelib.domain.refusals import Code
from chalicelib.handlers.fetch_models import GivenConsentsView, GivenConsentView, consent_view
from chalicelib.handlers.operations import Answer, Asked, operation
from chalicelib.handlers.signed_in import PERMITTED
from chalicelib.suite import suite

consents = Blueprint(__name__)
# DigiLocker does not answer: the schedule tells it, within the hour at first.
_LATER_SECONDS = "3600"


@operation(
    consents,
    "GET /consents",
    "List one's consents to DigiLocker",
    answers={HTTPStatus.OK: GivenConsentsView},
    refusals=PERMITTED,
)
def list_consents(asked: Asked[None]) -> Answer:
    """Those that ended are among them; the newest first."""
    found = suite().consents.all(asked.actor)
    return Answer(GivenConsentsView([consent_view(one, asked.language) for one in found]))


@operation(
    consents,
    "GET /consents/{consent_id}",
    "Read a consent, with its receipt",
    answers={HTTPStatus.OK: GivenConsentView},
    refusals=(*PERMITTED, Code.NOT_FOUND),
)
def read_consent(asked: Asked[None], consent_id: str) -> Answer:
    """`receipt` is the artefact to keep: who, to whom, what for, which documents, until when, in which words."""
    return Answer(consent_view(suite().consents.read(asked.actor, consent_id), asked.language))


@operation(
    consents,
    "DELETE /consents/{consent_id}",
    "Revoke a consent",
    answers={HTTPStatus.OK: GivenConsentView, HTTPStatus.ACCEPTED: GivenConsentView},
    refusals=(*PERMITTED, Code.NOT_FOUND),
)
def revoke_consent(asked: Asked[None], consent_id: str) -> Answer:
    """It counts no more from now on, and what was fetched under it is deleted. 202: DigiLocker is still to be told."""
    consent = suite().consents.revoke(asked.actor, consent_id, asked.caller)
    view = consent_view(consent, asked.language)
    if consent.status is not ConsentStatus.REVOKING:
        return Answer(view)
    return Answer(view, HTTPStatus.ACCEPTED, {"Retry-After": _LATER_SECONDS})
