"""What the routes of full registrations take and give: bodies and views, the registrant's and the officers'."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from chalicelib.domain.icegate import full_registration_rules as rules
from chalicelib.domain.icegate.dsc import RegisteredDsc
from chalicelib.domain.icegate.full_registration_rules import Decision
from chalicelib.domain.icegate.full_registrations import (
    DOCUMENT_AT_MOST,
    DocumentKind,
    FullRegistration,
    FullRegistrationStatus,
    UploadedDocument,
)
from chalicelib.domain.identifiers import is_aadhaar_shaped
from chalicelib.domain.iec.users import REMINDED_BEFORE
from chalicelib.domain.ports import UploadForm
from chalicelib.domain.refusals import FieldProblem, invalid
from chalicelib.handlers.bodies import optional, optional_number, required, sent
from chalicelib.handlers.problems import instant
from chalicelib.handlers.staff_models import parse_reason
from chalicelib.web.texts import text

FILE_NAME_AT_MOST = 120
REASON_AT_MOST = 1000
_TWELVE_DIGITS = re.compile(r"(?<![0-9])[0-9]{4}[ ._-]?[0-9]{4}[ ._-]?[0-9]{4}(?![0-9])")
# What joins letters in Indic scripts.
_JOINERS = "\u200c\u200d"
# Until when a registrant must go on is told where somebody waits for the registrant.
_HAS_END = frozenset(
    {
        FullRegistrationStatus.SIGNATURE_REQUIRED,
        FullRegistrationStatus.DOCUMENTS_REQUIRED,
        FullRegistrationStatus.MORE_ASKED,
    }
)


def parse_document_kind(value: str) -> DocumentKind:
    """A kind of document. Refuses with `document_kind_unknown`."""
    if value not in {kind.value for kind in DocumentKind}:
        raise FieldProblem("document_kind_unknown")
    return DocumentKind(value)


def parse_file_name(value: str) -> str:
    """What a file is called on the registrant's disk, without its folder; for the registrant's eyes.

    Signs that are not seen, or turn the direction of text, are left out. Refuses with `aadhaar_refused` where it holds
    what looks like an Aadhaar number, in digits of whatever script.
    """
    seen = "".join(sign for sign in value if unicodedata.category(sign) != "Cf" or sign in _JOINERS)
    name = " ".join(required(re.split(r"[/\\]", seen)[-1]).split())
    in_ascii = "".join(str(unicodedata.decimal(sign)) if sign.isdecimal() else sign for sign in name)
    bare = re.sub(f"[{_JOINERS}]", "", in_ascii)
    if any(is_aadhaar_shaped(re.sub("[ ._-]", "", found)) for found in _TWELVE_DIGITS.findall(bare)):
        raise FieldProblem("aadhaar_refused")
    return name


def parse_decision(value: str) -> Decision:
    """What an officer decides. Refuses with `decision_unknown`."""
    if value not in {decision.value for decision in Decision}:
        raise FieldProblem("decision_unknown")
    return Decision(value)


def parse_submitted_at(value: str) -> datetime:
    """An instant as the API writes it (ISO 8601, UTC, whole seconds). Refuses with `bad_characters`."""
    try:
        return datetime.strptime(value, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        raise FieldProblem("bad_characters") from None


def parse_status(value: str) -> FullRegistrationStatus:
    """A status to list, `under_review` where none is given. Refuses with `status_unknown`."""
    if value and value not in {status.value for status in FullRegistrationStatus}:
        raise FieldProblem("status_unknown")
    return FullRegistrationStatus(value or FullRegistrationStatus.UNDER_REVIEW.value)


@dataclass(frozen=True, slots=True)
class UploadBody:
    """Which file is to be uploaded."""

    kind: DocumentKind = sent(
        parse_document_kind, "`pan_card`, `identity_proof`, `authorisation_letter` or `other`.", "pan_card"
    )
    file_name: str = sent(parse_file_name, "What the file is called.", "PAN card.pdf", at_most=FILE_NAME_AT_MOST)
    size: int = optional_number("Its size in bytes, at most 102400.", 48213)

    def demand_size(self) -> None:
        """Raises `Refusal` `invalid_fields`: `required`, `document_too_large`."""
        if self.size == 0:
            raise invalid(size="required")
        if self.size > DOCUMENT_AT_MOST:
            raise invalid(size="document_too_large")


@dataclass(frozen=True, slots=True)
class DecisionBody:
    """An officer's decision; a rejection and a question have a reason, which the applicant reads."""

    decision: Decision = sent(parse_decision, "`approve`, `reject` or `ask`.", "ask")
    submitted_at: datetime = sent(
        parse_submitted_at, "`submitted_at` of the case that was looked at.", "2026-11-02T04:30:00Z"
    )
    reason: str | None = optional(
        parse_reason,
        "Why it is rejected, or what more is asked. The applicant reads it.",
        "The name on the PAN card cannot be read. Upload a sharper copy.",
        at_most=REASON_AT_MOST,
    )


@dataclass(frozen=True, slots=True)
class DocumentView:
    """One document; `sha256` of exactly the bytes that were scanned, `text` the reason for which it was refused.

    `issuer` and `fetched_at` stand where it came from DigiLocker.
    """

    document_id: str
    kind: str
    file_name: str
    status: str
    size: int | None
    sha256: str | None
    reason: str | None
    text: str | None
    issuer: str | None
    fetched_at: str | None


@dataclass(frozen=True, slots=True)
class FullRegistrationView:
    """A full registration as its registrant sees it."""

    registration_id: str
    status: str
    signing_id: str
    opened_at: str
    expires_at: str | None
    documents: list[DocumentView]
    missing: list[str]
    submitted_at: str | None
    decided_at: str | None
    reason: str | None


@dataclass(frozen=True, slots=True)
class RegisteredDscView:
    """The digital signature that is registered with an ICEGATE ID."""

    common_name: str
    issuer: str
    expires_at: str
    is_expired: bool
    expires_soon: bool


@dataclass(frozen=True, slots=True)
class StandingView:
    """Where a registrant stands."""

    registration: FullRegistrationView | None
    may_open: bool
    dsc: RegisteredDscView | None


@dataclass(frozen=True, slots=True)
class UploadView:
    """Where the browser posts the file: `fields` first, then the file in a field `file`."""

    document_id: str
    url: str
    fields: dict[str, str]
    expires_at: str


@dataclass(frozen=True, slots=True)
class ConfirmedDocumentView:
    """A document after its inspection."""

    document: DocumentView


def instant_or_none(at: datetime | None) -> str | None:
    """An instant as it is told, or nothing."""
    return instant(at) if at else None


def document_view(document: UploadedDocument, language: str) -> DocumentView:
    """A document as both sides see it."""
    why = text(language, f"field.{document.reason}") if document.reason else None
    return DocumentView(
        document.document_id,
        document.kind.value,
        document.file_name,
        document.status.value,
        document.size,
        document.sha256,
        document.reason,
        why,
        document.issuer,
        instant_or_none(document.fetched_at),
    )


def document_views(documents: Iterable[UploadedDocument], language: str) -> list[DocumentView]:
    """Documents, in the order in which they came."""
    return [document_view(document, language) for document in documents]


def dsc_view(dsc: RegisteredDsc, now: datetime) -> RegisteredDscView:
    """A registered DSC as it stands at this moment."""
    return RegisteredDscView(
        dsc.common_name,
        dsc.issuer,
        instant(dsc.expires_at),
        is_expired=now >= dsc.expires_at,
        expires_soon=dsc.expires_at - REMINDED_BEFORE <= now < dsc.expires_at,
    )


def registration_view(registration: FullRegistration, language: str) -> FullRegistrationView:
    """A registration as its registrant sees it; an approval that is being carried out is not told before it is done."""
    is_decided = registration.status is not FullRegistrationStatus.UNDER_REVIEW
    return FullRegistrationView(
        registration_id=registration.registration_id,
        status=registration.status.value,
        signing_id=registration.signing_id,
        opened_at=instant(registration.opened_at),
        expires_at=instant(registration.expires_at) if registration.status in _HAS_END else None,
        documents=document_views(registration.documents, language),
        missing=[kind.value for kind in rules.missing(registration)],
        submitted_at=instant_or_none(registration.submitted_at),
        decided_at=instant_or_none(registration.decided_at) if is_decided else None,
        reason=registration.reason,
    )


def upload_view(document: UploadedDocument, form: UploadForm) -> UploadView:
    """Where to post the file."""
    return UploadView(document.document_id, form.url, dict(form.fields), instant(form.expires_at))
