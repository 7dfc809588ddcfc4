"""The routes by which a registrant of ICEGATE upgrades to a full registration, and renews the digital signature."""

from __future__ import annotations

from http import HTTPStatus

from chalice.app import Blueprint

from chalicelib.domain.icegate.upgrading import Standing
from chalicelib.domain.refusals import Code
from chalicelib.handlers.full_registration_models import (
    ConfirmedDocumentView,
    StandingView,
    UploadBody,
    UploadView,
    document_view,
    dsc_view,
    registration_view,
    upload_view,
)
from chalicelib.handlers.operations import Answer, Asked, operation
from chalicelib.handlers.own_document_models import TakeBody
from chalicelib.handlers.signed_in import PERMITTED
from chalicelib.handlers.signing_models import SigningView, signing_view
from chalicelib.suite import suite

full_registrations = Blueprint(__name__)
_DOCUMENTS = (*PERMITTED, Code.NOT_FOUND, Code.REGISTRATION_ENDED, Code.STEP_OUT_OF_ORDER)


@operation(
    full_registrations,
    "POST /icegate/full-registrations",
    "Open a full registration; its document is to be signed",
    answers={HTTPStatus.CREATED: StandingView},
    refusals=(*PERMITTED, Code.ALREADY_FULLY_REGISTERED, Code.TOO_MANY_REQUESTS),
)
def open_full_registration(asked: Asked[None]) -> Answer:
    """Where one is under way, that one is answered. Sign the signing `signing_id` within 10 minutes, with a DSC."""
    opened = suite().full_registrations.open(asked.actor, asked.caller)
    return Answer(_standing_view(opened, asked.language), HTTPStatus.CREATED)


@operation(
    full_registrations,
    "GET /icegate/full-registrations/current",
    "Read where one's full registration stands",
    answers={HTTPStatus.OK: StandingView},
    refusals=PERMITTED,
)
def read_full_registration(asked: Asked[None]) -> Answer:
    """The registration opened last, whether another may be opened, and the registered digital signature."""
    return Answer(_standing_view(suite().full_registrations.standing(asked.actor), asked.language))


@operation(
    full_registrations,
    "POST /icegate/full-registrations/current/documents",
    "Ask where to upload a document",
    body=UploadBody,
    answers={HTTPStatus.CREATED: UploadView},
    refusals=(*_DOCUMENTS, Code.INVALID_FIELDS, Code.TOO_MANY_REQUESTS),
)
def ask_document_upload(asked: Asked[UploadBody]) -> Answer:
    """A form that takes one PDF of at most 100 KB within 10 minutes; what was uploaded counts once it is confirmed."""
    asked.body.demand_size()
    document, form = suite().full_registrations.ask_upload(asked.actor, asked.body.kind, asked.body.file_name)
    return Answer(upload_view(document, form), HTTPStatus.CREATED)


@operation(
    full_registrations,
    "POST /icegate/full-registrations/current/documents/{document_id}/confirmation",
    "Have an uploaded document scanned and kept",
    answers={HTTPStatus.OK: ConfirmedDocumentView},
    refusals=_DOCUMENTS,
)
def confirm_document_upload(asked: Asked[None], document_id: str) -> Answer:
    """Scanned for active content; exactly the scanned bytes are kept. A refused file is told with its reason."""
    # Imported here: every other route starts without it.
    from chalicelib.domain.icegate import pdf_documents  # noqa: PLC0415

    desk = suite().full_registrations
    document = desk.confirm_upload(asked.actor, document_id, pdf_documents.refused, asked.caller)
    return Answer(ConfirmedDocumentView(document_view(document, asked.language)))


@operation(
    full_registrations,
    "POST /icegate/full-registrations/current/own-documents",
    "Use an own document from DigiLocker in the place of an upload",
    body=TakeBody,
    answers={HTTPStatus.CREATED: ConfirmedDocumentView},
    refusals=(*_DOCUMENTS, Code.INVALID_FIELDS, Code.CONSENT_ENDED, Code.DOCUMENT_NOT_USABLE),
)
def take_own_document(asked: Asked[TakeBody]) -> Answer:
    """It is scanned like an upload, and marked with its issuer. What fits its owner only nearly cannot be used yet."""
    # Imported here: every other route starts without it.
    from chalicelib.domain.icegate import pdf_documents  # noqa: PLC0415

    body, desk = asked.body, suite().taking_documents
    document = desk.take(asked.actor, body.kind, body.document_id, pdf_documents.refused, asked.caller)
    return Answer(ConfirmedDocumentView(document_view(document, asked.language)), HTTPStatus.CREATED)


@operation(
    full_registrations,
    "DELETE /icegate/full-registrations/current/documents/{document_id}",
    "Remove a document",
    answers={HTTPStatus.NO_CONTENT: None},
    refusals=_DOCUMENTS,
)
def remove_document(asked: Asked[None], document_id: str) -> Answer:
    """One that is not there any more is no matter."""
    suite().full_registrations.remove(asked.actor, document_id)
    return Answer(status=HTTPStatus.NO_CONTENT)


@operation(
    full_registrations,
    "POST /icegate/full-registrations/current/submission",
    "Send a full registration in for review",
    answers={HTTPStatus.OK: StandingView},
    refusals=(*_DOCUMENTS, Code.DOCUMENTS_MISSING),
)
def submit_full_registration(asked: Asked[None]) -> Answer:
    """An officer decides then; mails and SMS tell what."""
    submitted = suite().full_registrations.submit(asked.actor, asked.caller)
    return Answer(_standing_view(submitted, asked.language))


@operation(
    full_registrations,
    "POST /icegate/dsc-renewals",
    "Open the signing by which the registered digital signature is replaced",
    answers={HTTPStatus.CREATED: SigningView},
    refusals=(*PERMITTED, Code.DIGITAL_SIGNATURE_REGISTRATION_REQUIRED, Code.TOO_MANY_REQUESTS),
)
def renew_dsc(asked: Asked[None]) -> Answer:
    """Sign it with the new certificate within 10 minutes."""
    signing = suite().full_registrations.renew_dsc(asked.actor, asked.caller)
    return Answer(signing_view(signing, asked.language), HTTPStatus.CREATED)


def _standing_view(standing: Standing, language: str) -> StandingView:
    registration, dsc = standing.registration, standing.dsc
    return StandingView(
        registration_view(registration, language) if registration else None,
        standing.may_open,
        dsc_view(dsc, suite().clock()) if dsc else None,
    )
