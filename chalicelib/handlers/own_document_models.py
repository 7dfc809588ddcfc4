"""What the routes of My documents and of their review take and give."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, datetime

from chalicelib.domain.digilocker.my_documents import Kept
from chalicelib.domain.digilocker.own_documents import OwnDocument
from chalicelib.domain.digilocker.reviewing_documents import DocumentCase, DocumentDecision, Seen
from chalicelib.domain.icegate.full_registrations import DocumentKind
from chalicelib.domain.refusals import FieldProblem
from chalicelib.handlers.bodies import optional, sent
from chalicelib.handlers.document_words import because_text, match_text
from chalicelib.handlers.full_registration_models import (
    REASON_AT_MOST,
    instant_or_none,
    parse_document_kind,
    parse_submitted_at,
)
from chalicelib.handlers.problems import day_or_none, instant
from chalicelib.handlers.staff_models import parse_reason

_ID = re.compile(r"[A-Za-z0-9_-]{22}")


def parse_mark(value: str) -> str:
    """The mark of what was compared. Refuses with `bad_characters`."""
    return parse_document_id(value)


def parse_document_id(value: str) -> str:
    """The id of an own document. Refuses with `bad_characters`."""
    if not _ID.fullmatch(value):
        raise FieldProblem("bad_characters")
    return value


def parse_document_decision(value: str) -> DocumentDecision:
    """What an officer decides. Refuses with `decision_unknown`."""
    if value not in {decision.value for decision in DocumentDecision}:
        raise FieldProblem("decision_unknown")
    return DocumentDecision(value)


@dataclass(frozen=True, slots=True)
class TakeBody:
    """Which own document serves as what."""

    kind: DocumentKind = sent(
        parse_document_kind, "`pan_card`, `identity_proof`, `authorisation_letter` or `other`.", "pan_card"
    )
    document_id: str = sent(parse_document_id, "`document_id` of My documents.", "7JQwq0mJpY1rC4tV0oXk9A")


@dataclass(frozen=True, slots=True)
class DocumentDecisionBody:
    """An officer's decision; a refusal has a reason, which the owner reads."""

    decision: DocumentDecision = sent(parse_document_decision, "`confirm` or `refuse`.", "confirm")
    fetched_at: datetime = sent(
        parse_submitted_at, "`fetched_at` of the document that was looked at.", "2026-11-22T04:30:00Z"
    )
    compared_with: str = sent(
        parse_mark,
        "`compared_with` of the document that was looked at.",
        "7JQwq0mJpY1rC4tV0oXk9A",
    )
    reason: str | None = optional(
        parse_reason,
        "Why it is not the owner's. The owner reads it.",
        "The birth date on the document is another person's.",
        at_most=REASON_AT_MOST,
    )

    @property
    def seen(self) -> Seen:
        """What the officer looked at."""
        return Seen(self.fetched_at, self.compared_with)


@dataclass(frozen=True, slots=True)
class OwnDocumentView:
    """One document; `match_text` says in words how name and birth date fit, `masked_number` shows the last signs."""

    document_id: str
    document_type: str
    title: str
    issuer: str
    masked_number: str
    name: str
    content_type: str
    size: int
    sha256: str
    fetched_at: str
    match: str
    match_text: str
    because_text: str | None
    reason: str | None
    is_usable: bool
    consent_id: str
    purpose: str
    consent_until: str | None
    is_in_use: bool


@dataclass(frozen=True, slots=True)
class OwnDocumentsView:
    """My documents, the newest first."""

    documents: list[OwnDocumentView]


@dataclass(frozen=True, slots=True)
class QueuedDocumentView:
    """A document that waits for an officer."""

    document_id: str
    document_type: str
    title: str
    issuer: str
    name: str
    fetched_at: str


@dataclass(frozen=True, slots=True)
class DocumentQueueView:
    """Documents that wait for an officer, the longest waiting first, 100 at most."""

    documents: list[QueuedDocumentView]


@dataclass(frozen=True, slots=True)
class KnownPersonView:
    """Somebody whom the document is compared with: on record, or as the account typed it, or as the locker says."""

    name: str
    born_on: str | None


@dataclass(frozen=True, slots=True)
class DocumentCaseView:
    """A document beside the persons on record: what an officer compares."""

    document_id: str
    document_type: str
    title: str
    issuer: str
    masked_number: str
    name: str
    born_on: str | None
    fetched_at: str
    match: str
    match_text: str
    because_text: str | None
    known_persons: list[KnownPersonView]
    is_typed: bool
    locker_holder: KnownPersonView | None
    compared_with: str
    may_decide: bool
    decided_at: str | None
    reason: str | None
    url: str
    expires_at: str


def own_document_view(kept: Kept, language: str) -> OwnDocumentView:
    """A document as its owner sees it."""
    document, consent = kept.document, kept.consent
    return OwnDocumentView(
        document_id=document.document_id,
        document_type=document.doctype,
        title=document.title,
        issuer=document.issuer,
        masked_number=document.masked,
        name=document.name,
        content_type=document.content_type,
        size=document.size,
        sha256=document.sha256,
        fetched_at=instant(document.fetched_at),
        match=document.match.value,
        match_text=match_text(document, language),
        because_text=because_text(document, language),
        reason=document.said,
        is_usable=kept.is_usable,
        consent_id=document.consent_id,
        purpose=consent.purpose.value if consent else "",
        consent_until=instant(consent.valid_until) if consent else None,
        is_in_use=bool(document.used_by),
    )


def document_queue_view(documents: tuple[OwnDocument, ...]) -> DocumentQueueView:
    """The list."""
    return DocumentQueueView(
        [
            QueuedDocumentView(one.document_id, one.doctype, one.title, one.issuer, one.name, instant(one.fetched_at))
            for one in documents
        ]
    )


def document_case_view(
    case: DocumentCase, url: str, expires_at: str, language: str, *, may_decide: bool
) -> DocumentCaseView:
    """One document with everything an officer decides on."""
    document, holder = case.document, case.document.holder
    return DocumentCaseView(
        document_id=document.document_id,
        document_type=document.doctype,
        title=document.title,
        issuer=document.issuer,
        masked_number=document.masked,
        name=document.name,
        born_on=day_or_none(document.born_on),
        fetched_at=instant(document.fetched_at),
        match=document.match.value,
        match_text=match_text(document, language),
        because_text=because_text(document, language),
        # A firm may be known twice, as a holder and by its record.
        known_persons=list(dict.fromkeys(_person_view(person.name, person.born_on) for person in case.known)),
        is_typed=case.is_typed,
        locker_holder=_person_view(holder.name, holder.born_on) if holder is not None and holder.name else None,
        compared_with=case.compared_with,
        may_decide=may_decide,
        decided_at=instant_or_none(document.decided_at),
        reason=document.said,
        url=url,
        expires_at=expires_at,
    )


def _person_view(name: str, born_on: date | None) -> KnownPersonView:
    return KnownPersonView(name, day_or_none(born_on))
