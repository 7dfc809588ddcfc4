"""Keeping: until when a certificate is kept, by its document type's rule as it is now, and what is left of it then.

The rule is the department's (`DocumentType.keep_years`), and holds for certificates that are there already: no date of
it stands in a certificate, so that a longer period lets nothing go too early and a shorter one needs no search.
Where it is not clear that a certificate's time is over it is kept (ADR 55).
"""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from chalicelib.domain.departments.certificates import Certificate, CertificateStatus
from chalicelib.domain.limits import IST

if TYPE_CHECKING:
    from chalicelib.domain.departments.departments import DocumentType

# What is told of a number whose certificate is kept no longer, and what one that was never made says of itself then.
KEPT_NO_LONGER = "certificate_kept_no_longer"


def last_day(certificate: Certificate) -> date | None:
    """The day from which a certificate's years are counted (India's calendar); None where there is none yet.

    Its `valid_to`, or the day of its revocation where that came first. One that could not be made was nobody's: the
    day on which it was brought. None for one that does not end, that is still being made, or is kept no longer.
    """
    match certificate.status:
        case CertificateStatus.FAILED:
            # One without holders is what is left of another.
            return certificate.brought_at.astimezone(IST).date() if certificate.holders else None
        case CertificateStatus.ACTIVE:
            return certificate.valid_to
        case CertificateStatus.REVOKED:
            revoked = certificate.revoked_at.astimezone(IST).date() if certificate.revoked_at else None
            return min((day for day in (certificate.valid_to, revoked) if day is not None), default=None)
        case _:
            return None


def kept_until(document_type: DocumentType | None, certificate: Certificate) -> date | None:
    """The last day on which a certificate is kept; None for ever, also where its document type is not known."""
    last, years = last_day(certificate), document_type.keep_years if document_type else None
    return later(last, years) if last is not None and years is not None else None


def is_over(document_type: DocumentType | None, certificate: Certificate, today: date) -> bool:
    """Whether a certificate's years are over on a day of India's calendar."""
    until = kept_until(document_type, certificate)
    return until is not None and until < today


def is_too_late(document_type: DocumentType | None, valid_to: date | None, today: date) -> bool:
    """Whether a certificate that is brought today, and ends on `valid_to`, would not be kept any more."""
    years = document_type.keep_years if document_type else None
    return valid_to is not None and years is not None and later(valid_to, years) < today


def later(day: date, years: int) -> date:
    """The same day whole years later (or earlier); where there is no 29 February, 1 March.

    Beyond the calendar's end, its last day.
    """
    if day.year + years > date.max.year:
        return date.max
    try:
        return day.replace(year=day.year + years)
    except ValueError:
        return date(day.year + years, 3, 1)


def ended_before(keep_years: int, today: date) -> date:
    """Every certificate whose years are over today had its last day before this one; a few of those may not be over."""
    return later(today, -keep_years) if today.year > keep_years else date.min


def emptied(certificate: Certificate) -> Certificate:
    """What is left of a certificate: its URI, its dates, and nothing of anybody or of what it said.

    One that was never made was never anybody's either: it stays a failed one, and may be brought anew under its URI.
    """
    was_anybodys = certificate.pdf is not None or certificate.revoked_at is not None
    return Certificate(
        certificate_id=certificate.certificate_id,
        department_id=certificate.department_id,
        doctype=certificate.doctype,
        number="",
        uri=certificate.uri,
        doc_id=certificate.doc_id,
        holders=(),
        fields={},
        issued_on=certificate.issued_on,
        status=CertificateStatus.REMOVED if was_anybodys else CertificateStatus.FAILED,
        created_at=certificate.created_at,
        issued_by="",
        valid_to=certificate.valid_to,
        trouble=None if was_anybodys else KEPT_NO_LONGER,
        revoked_at=certificate.revoked_at,
        revision=certificate.revision,
    )
