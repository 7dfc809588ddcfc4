"""The routes by which a department issues certificates and looks after them: its own system, or its officers."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING

from chalice.app import Blueprint

from chalicelib.domain.departments.certificates import Certificate, CertificateStatus
from chalicelib.domain.departments.issuing import CertificateRow, Issued, parse_row
from chalicelib.domain.refusals import Code, Refusal, invalid
from chalicelib.handlers.certificate_models import (
    BODY_AT_MOST,
    CertificatesBody,
    CertificatesView,
    CertificateUploadBody,
    CertificateUploadView,
    CertificateView,
    IssuedListView,
    IssuedView,
    RevocationBody,
    certificate_view,
    issued_view,
    parse_after,
    refused_view,
    upload_view,
)
from chalicelib.handlers.operations import Answer, Asked, operation
from chalicelib.handlers.settling import AFTER_SECONDS, settled
from chalicelib.handlers.signed_in import STAFF
from chalicelib.suite import suite

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from chalicelib.domain.departments.departments import DocumentType

certificates = Blueprint(__name__)
_SYSTEM = (*STAFF, Code.DEPARTMENT_TOKEN_INVALID, Code.NOT_FOUND)


@operation(
    certificates,
    "POST /departments/{department_id}/certificates",
    "Issue certificates",
    body=CertificatesBody,
    answers={HTTPStatus.OK: IssuedListView, HTTPStatus.ACCEPTED: IssuedListView},
    refusals=(*_SYSTEM, Code.INVALID_FIELDS, Code.DEPARTMENT_SUSPENDED, Code.TOO_MANY_REQUESTS),
    body_at_most=BODY_AT_MOST,
)
def issue_certificates(asked: Asked[CertificatesBody], department_id: str) -> Answer:
    """Each is judged by itself, and made, signed and findable once its status is `active`: 200 where all are.

    The same content sent again is `there_already`; other content under a number that was given is a `conflict` and
    changes nothing. A certificate whose files could not be made (`failed`, with why) may be sent again, put right.
    """
    acting = asked.acting_for(department_id)
    department = suite().certificates.department(department_id)
    document_type = department.document_type(asked.body.document_type)
    if document_type is None:
        raise invalid(document_type="document_type_unknown")
    if not asked.body.certificates:
        raise invalid(certificates="required")
    read = [_read(document_type, values) for values in asked.body.certificates]
    issued = iter(suite().issuing.issue(department, [one for one in read if isinstance(one, CertificateRow)], acting))
    outcomes = [next(issued) if isinstance(one, CertificateRow) else one for one in read]
    made = _made(department_id, [one.certificate_id for one in outcomes if isinstance(one, Issued)])
    views = [
        _view(one, values, made, asked.language) for one, values in zip(outcomes, asked.body.certificates, strict=True)
    ]
    if _are_made(made):
        return Answer(IssuedListView(views))
    return Answer(IssuedListView(views), HTTPStatus.ACCEPTED, {"Retry-After": AFTER_SECONDS})


@operation(
    certificates,
    "POST /departments/{department_id}/certificate-uploads",
    "Ask where to upload a PDF that the department signed",
    body=CertificateUploadBody,
    answers={HTTPStatus.CREATED: CertificateUploadView},
    refusals=(*_SYSTEM, Code.INVALID_FIELDS, Code.TOO_MANY_REQUESTS),
)
def ask_certificate_upload(asked: Asked[CertificateUploadBody], department_id: str) -> Answer:
    """A form that takes one PDF of at most 3.2 MB within 10 minutes; its certificate is issued with the `upload_id`."""
    asked.acting_for(department_id)
    asked.body.demand_size()
    upload_id, form = suite().certificates.ask_upload(department_id, asked.body.size)
    return Answer(upload_view(upload_id, form), HTTPStatus.CREATED)


@operation(
    certificates,
    "GET /departments/{department_id}/certificates",
    "List a department's certificates",
    query={
        "after": "`next` of the page before; left out for the first.",
        "doctype": "With `number`: the one certificate of this document type and number.",
        "number": "The department's own number of a certificate.",
    },
    answers={HTTPStatus.OK: CertificatesView},
    refusals=(*STAFF, Code.NOT_FOUND, Code.INVALID_FIELDS),
)
def list_certificates(asked: Asked[None], department_id: str) -> Answer:
    """The newest first, 50 at a time; or the one that has a number, none where there is none."""
    asked.acting_for(department_id)
    desk = suite().certificates
    department = desk.department(department_id)
    number = asked.query.get("number", "")
    if number:
        found = desk.numbered(department_id, asked.query.get("doctype", ""), number)
        return Answer(CertificatesView([certificate_view(one, department, asked.language) for one in found], None))
    page, following = desk.page(department_id, asked.queried("after", parse_after))
    return Answer(CertificatesView([certificate_view(one, department, asked.language) for one in page], following))


@operation(
    certificates,
    "GET /departments/{department_id}/certificates/{certificate_id}",
    "Read a certificate",
    answers={HTTPStatus.OK: CertificateView},
    refusals=_SYSTEM,
)
def read_certificate(asked: Asked[None], department_id: str, certificate_id: str) -> Answer:
    """How it stands: whether it is made, found, pushed, revoked, and what went wrong."""
    asked.acting_for(department_id)
    return _answer(asked, suite().certificates.read(department_id, certificate_id))


@operation(
    certificates,
    "POST /departments/{department_id}/certificates/{certificate_id}/revocation",
    "Revoke a certificate",
    body=RevocationBody,
    answers={HTTPStatus.OK: CertificateView},
    refusals=(*STAFF, Code.STEP_UP_REQUIRED, Code.NOT_FOUND, Code.INVALID_FIELDS, Code.CERTIFICATE_CONFLICT),
)
def revoke_certificate(asked: Asked[RevocationBody], department_id: str, certificate_id: str) -> Answer:
    """Nobody finds it any more, DigiLocker is told to take it out, and its public page says that it was revoked."""
    acting = asked.acting_for(department_id)
    desk = suite().certificates
    return _answer(asked, desk.revoke(department_id, certificate_id, asked.body.reason, acting, asked.caller))


def _answer(asked: Asked[None] | Asked[RevocationBody], certificate: Certificate) -> Answer:
    department = suite().certificates.department(certificate.department_id)
    return Answer(certificate_view(certificate, department, asked.language))


def _read(document_type: DocumentType, values: Mapping[str, str]) -> CertificateRow | Refusal:
    try:
        return parse_row(document_type, values)
    except Refusal as refusal:
        return refusal


def _made(department_id: str, certificate_ids: Iterable[str | None]) -> dict[str, Certificate]:
    """The certificates as they stand once all are made, or after 3 s; one that is made is not read again."""
    ids = list(dict.fromkeys(one for one in certificate_ids if one is not None))
    known: dict[str, Certificate] = {}

    def read() -> dict[str, Certificate]:
        for one in ids:
            if one not in known or known[one].status is CertificateStatus.PREPARING:
                known[one] = suite().certificates.read(department_id, one)
        return known

    return settled(read(), read, _are_made)


def _are_made(known: Mapping[str, Certificate]) -> bool:
    return all(one.status is not CertificateStatus.PREPARING for one in known.values())


def _view(
    outcome: Issued | Refusal, values: Mapping[str, str], made: Mapping[str, Certificate], language: str
) -> IssuedView:
    if isinstance(outcome, Refusal):
        return refused_view(values.get("number", ""), outcome.errors, language)
    return issued_view(outcome, made.get(outcome.certificate_id or ""), language)
