"""What the routes of certificates take and give: bodies and views."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.domain.departments.certificate_desk import may_push
from chalicelib.domain.departments.issuing import Issued
from chalicelib.domain.departments.keeping import kept_until
from chalicelib.domain.limits import IST
from chalicelib.domain.refusals import FieldError, FieldProblem, invalid
from chalicelib.handlers.bodies import optional_number, required, sent, sent_records
from chalicelib.handlers.problems import day_or_none, instant
from chalicelib.handlers.staff_models import parse_reason
from chalicelib.web.texts import catalogue, text

if TYPE_CHECKING:
    from chalicelib.domain.departments.certificates import Certificate
    from chalicelib.domain.departments.departments import Department
    from chalicelib.domain.departments.verifying import Verified
    from chalicelib.domain.ports import UploadForm

AT_ONCE = 25
_ID = re.compile(r"[A-Za-z0-9_-]{22}")
BODY_AT_MOST = 256 * 1024
_EXAMPLE = {
    "number": "TR/2026/000123",
    "holder_name": "Lakshmi Krishnan",
    "holder_born_on": "1980-05-01",
    "issued_on": "2026-11-05",
    "trade_name": "Krishnan Textiles",
}


def parse_after(value: str) -> str | None:
    """The id that a page begins after; None for the first page. Refuses with `bad_characters`."""
    if value and not _ID.fullmatch(value):
        raise FieldProblem("bad_characters")
    return value or None


@dataclass(frozen=True, slots=True)
class CertificatesBody:
    """Certificates to issue, all of one document type."""

    document_type: str = sent(required, "The code of one of the department's document types.", "TRCER", at_most=5)
    certificates: tuple[Mapping[str, str], ...] = sent_records(
        "1 to 25 certificates: `number`, `holder_name`, `holder_born_on`, `holder_gender`, `holder_phone`, "
        "`issued_on`, `valid_from`, `valid_to`, `digilocker_id`, `push_consented_on`, `upload_id`, "
        "and the document type's fields.",
        _EXAMPLE,
        most=AT_ONCE,
    )


@dataclass(frozen=True, slots=True)
class CertificateUploadBody:
    """Which PDF is to be uploaded."""

    size: int = optional_number("Its size in bytes, at most 3200000.", 148213)

    def demand_size(self) -> None:
        """Raises `Refusal` `invalid_fields` (`required`)."""
        if self.size == 0:
            raise invalid(size="required")


@dataclass(frozen=True, slots=True)
class RevocationBody:
    """Why a certificate is revoked."""

    reason: str = sent(
        parse_reason, "Why. It is kept with the certificate.", "Issued to the wrong person.", at_most=500
    )


@dataclass(frozen=True, slots=True)
class VerificationBody:
    """Which certificate is asked about."""

    uri: str = sent(required, "The URI that stands on the certificate.", "in.gov.tn.reg-TRCER-BCDFGHJKLM", at_most=128)


@dataclass(frozen=True, slots=True)
class IssuedView:
    """What became of one certificate, in the order in which they were sent."""

    number: str
    outcome: str
    certificate_id: str | None
    uri: str | None
    status: str | None
    reason: str | None
    errors: dict[str, str]


@dataclass(frozen=True, slots=True)
class IssuedListView:
    """What became of each."""

    results: list[IssuedView]


@dataclass(frozen=True, slots=True)
class CertificateUploadView:
    """Where the PDF is posted: `fields` first, then the file in a field `file`."""

    upload_id: str
    url: str
    fields: dict[str, str]
    expires_at: str


@dataclass(frozen=True, slots=True)
class CertificateView:
    """A certificate as its department sees it."""

    certificate_id: str
    doctype: str
    number: str
    uri: str
    holder: list[str]
    status: str
    issued_on: str
    valid_from: str | None
    valid_to: str | None
    kept_until: str | None
    created_at: str
    push: str
    trouble: str | None
    may_push: bool
    revoked_at: str | None
    revoked_because: str | None


@dataclass(frozen=True, slots=True)
class CertificatesView:
    """A page of certificates; `next` is what the next one is asked for `after`, null where this is the last."""

    certificates: list[CertificateView]
    next: str | None


@dataclass(frozen=True, slots=True)
class VerificationView:
    """What a finder of a certificate's code may know."""

    genuine: bool
    status: str
    document: str | None
    department: str | None
    issued_on: str | None
    valid_to: str | None
    revoked_on: str | None
    holder: list[str]
    masked_number: str | None


def issued_view(issued: Issued, certificate: Certificate | None, language: str) -> IssuedView:
    """What became of a certificate that was read."""
    told = certificate if issued.certificate_id else None
    reason = text(language, f"field.{issued.reason}") if issued.reason else None
    if told is not None and told.trouble:
        reason = trouble_text(told.trouble, language)
    return IssuedView(
        issued.number,
        issued.outcome.value,
        issued.certificate_id,
        told.uri if told else None,
        told.status.value if told else None,
        reason,
        {},
    )


def refused_view(number: str, errors: Mapping[str, FieldError], language: str) -> IssuedView:
    """What is told of a certificate that could not be read."""
    told = {name: text(language, f"field.{error.reason}", **error.values) for name, error in errors.items()}
    reason = " ".join(f"{name}: {sentence}" for name, sentence in told.items())
    return IssuedView(number, "refused", None, None, None, reason, told)


def upload_view(upload_id: str, form: UploadForm) -> CertificateUploadView:
    """Where to post the file."""
    return CertificateUploadView(upload_id, form.url, dict(form.fields), instant(form.expires_at))


def certificate_view(certificate: Certificate, department: Department, language: str) -> CertificateView:
    """A certificate as its department sees it."""
    return CertificateView(
        certificate_id=certificate.certificate_id,
        doctype=certificate.doctype,
        number=certificate.number,
        uri=certificate.uri,
        holder=[holder.name for holder in certificate.holders],
        status=certificate.status.value,
        issued_on=certificate.issued_on.isoformat(),
        valid_from=day_or_none(certificate.valid_from),
        valid_to=day_or_none(certificate.valid_to),
        kept_until=day_or_none(kept_until(department.document_type(certificate.doctype), certificate)),
        created_at=instant(certificate.created_at),
        push=certificate.push.value,
        trouble=trouble_text(certificate.trouble, language) if certificate.trouble else None,
        may_push=may_push(department, certificate),
        revoked_at=instant(certificate.revoked_at) if certificate.revoked_at else None,
        revoked_because=certificate.revoked_because,
    )


def verification_view(found: Verified, language: str) -> VerificationView:
    """What a finder is told."""
    standing = found.standing.value
    return VerificationView(
        genuine=standing != "unknown",
        status=standing,
        document=found.document[language] if found.document else None,
        department=found.department[language] if found.department else None,
        issued_on=day_or_none(found.issued_on),
        valid_to=day_or_none(found.valid_to),
        revoked_on=day_or_none(found.revoked_at.astimezone(IST).date()) if found.revoked_at else None,
        holder=list(found.holders),
        masked_number=found.number or None,
    )


def trouble_text(code: str, language: str) -> str:
    """A trouble in plain words; one that has none is told in general."""
    key = f"trouble.{code}"
    return text(language, key if key in catalogue(language) else "trouble.unknown")
