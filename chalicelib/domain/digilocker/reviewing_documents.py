"""The officers' desk for documents from DigiLocker whose name or birth date fits only nearly; each decided once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from chalicelib.domain.accounts.telling import told
from chalicelib.domain.audit import Deed, Entry
from chalicelib.domain.authorisation import Actor
from chalicelib.domain.callers import Caller
from chalicelib.domain.digilocker.changes import WriteOwnDocument
from chalicelib.domain.digilocker.known_persons import KnownPerson, known_persons
from chalicelib.domain.digilocker.own_documents import Match, OwnDocument
from chalicelib.domain.notices import NoticeKind
from chalicelib.domain.ports import Clock, Documents, Store
from chalicelib.domain.recording import recorded
from chalicelib.domain.refusals import Code, Refusal, invalid
from chalicelib.domain.rounds import in_rounds

QUEUE_AT_MOST = 100


class DocumentDecision(StrEnum):
    """What an officer decides."""

    CONFIRM = "confirm"
    REFUSE = "refuse"


_AFTER = {DocumentDecision.CONFIRM: Match.CONFIRMED, DocumentDecision.REFUSE: Match.REFUSED}
_DEEDS = {
    DocumentDecision.CONFIRM: Deed.OWN_DOCUMENT_CONFIRMED,
    DocumentDecision.REFUSE: Deed.OWN_DOCUMENT_REFUSED,
}


@dataclass(frozen=True, slots=True)
class DocumentCase:
    """A document as officers see it, beside the persons on record whom its owner may speak for."""

    document: OwnDocument
    known: tuple[KnownPerson, ...]


@dataclass(frozen=True, slots=True)
class DocumentReviews:
    """The desk."""

    store: Store
    documents: Documents
    clock: Clock

    def queue(self) -> tuple[OwnDocument, ...]:
        """Documents that wait for an officer, the longest waiting first, 100 at most."""
        return self.store.own_documents_to_review(QUEUE_AT_MOST)

    def case(self, document_id: str) -> DocumentCase:
        """One document that waits for an officer, or that one has decided. Raises `Refusal` `not_found`."""
        document = self._read(document_id)
        owner = self.store.owner(document.owner)
        return DocumentCase(document, known_persons(self.store, owner, None) if owner else ())

    def url(self, document_id: str) -> str:
        """An address at which it can be downloaded for 5 minutes. Raises `Refusal` `not_found`."""
        document = self._read(document_id)
        return self.documents.download_url(document.key, f"{document.doctype}-{document_id[:6]}.{_ending(document)}")

    def decide(
        self,
        actor: Actor,
        document_id: str,
        decision: DocumentDecision,
        reason: str | None,
        seen: datetime,
        caller: Caller,
    ) -> DocumentCase:
        """An officer's decision; the same one made again by the same officer changes nothing. The owner is told.

        `seen` is when what the officer looked at was fetched (UTC, whole seconds): what has come anew meanwhile may be
        other bytes. Raises `Refusal`: `not_found`; `invalid_fields` (`required`) where a refusal has no reason;
        `document_review_conflict` where somebody has decided meanwhile, or it came anew.
        """
        if decision is DocumentDecision.REFUSE and not reason:
            raise invalid(reason="required")

        def decide() -> None:
            document, now = self._read(document_id), self.clock()
            if document.decided_by == actor.key and document.match is _AFTER[decision]:
                return
            if document.match is not Match.REVIEW or document.fetched_at.replace(microsecond=0) != seen:
                raise Refusal(Code.DOCUMENT_REVIEW_CONFLICT)
            after = replace(document, match=_AFTER[decision], said=reason, decided_by=actor.key, decided_at=now)
            facts = {"document": document_id, "doctype": document.doctype}
            entry = Entry(_DEEDS[decision], actor.key, document.owner, facts=facts)
            owner = self.store.owner(document.owner)
            self.store.write(
                WriteOwnDocument(after),
                *recorded(self.store, now, caller.request_id, entry),
                *(told(NoticeKind.DOCUMENT_REVIEWED, owner, now) if owner is not None else ()),
            )

        in_rounds(decide)
        return self.case(document_id)

    def _read(self, document_id: str) -> OwnDocument:
        document = self.store.own_document(document_id)
        if document is None or (document.match is not Match.REVIEW and document.decided_at is None):
            raise Refusal(Code.NOT_FOUND)
        return document


def _ending(document: OwnDocument) -> str:
    return document.key.rsplit(".", 1)[-1]
