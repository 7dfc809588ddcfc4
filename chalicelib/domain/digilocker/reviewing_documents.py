"""The officers' desk for documents from DigiLocker whose name or birth date fits only nearly; each decided once."""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from chalicelib.domain.accounts.account import Account
from chalicelib.domain.accounts.telling import told
from chalicelib.domain.audit import Deed, Entry
from chalicelib.domain.authorisation import Actor
from chalicelib.domain.callers import Caller
from chalicelib.domain.digilocker.changes import WriteOwnDocument
from chalicelib.domain.digilocker.judging import bound_to
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
    """A document as officers see it, beside whose locker it came out of, and whom its owner may speak for.

    `compared_with` marks the names that are shown: a decision is about them and no others.
    """

    document: OwnDocument
    known: tuple[KnownPerson, ...]
    is_typed: bool
    compared_with: str


@dataclass(frozen=True, slots=True)
class Seen:
    """What an officer looked at: when it was fetched (UTC, whole seconds), and with which names it was compared."""

    fetched_at: datetime
    compared_with: str


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
        return self._case(self._read(document_id))

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
        seen: Seen,
        caller: Caller,
    ) -> DocumentCase:
        """An officer's decision; the same one made again by the same officer changes nothing. The owner is told.

        It holds for the names that the officer saw, and for the same bytes. Raises `Refusal`: `not_found`;
        `invalid_fields` (`required`) where a refusal has no reason; `document_review_conflict` where somebody has
        decided meanwhile, it came anew, or the account has another name by now.
        """
        if decision is DocumentDecision.REFUSE and not reason:
            raise invalid(reason="required")

        def decide() -> None:
            document, now = self._read(document_id), self.clock()
            if document.decided_by == actor.key and document.match is _AFTER[decision]:
                return
            case = self._case(document)
            is_seen = seen == Seen(document.fetched_at.replace(microsecond=0), case.compared_with)
            if document.match is not Match.REVIEW or not is_seen:
                raise Refusal(Code.DOCUMENT_REVIEW_CONFLICT)
            after = replace(
                document,
                match=_AFTER[decision],
                said=reason,
                decided_by=actor.key,
                decided_at=now,
                judged_with=bound_to(document_id, case.known, document.holder),
            )
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

    def _case(self, document: OwnDocument) -> DocumentCase:
        owner = self.store.owner(document.owner)
        known = known_persons(self.store, owner, document.typed_born_on) if owner is not None else ()
        names = bound_to(document.document_id, known, document.holder)
        mark = base64.urlsafe_b64encode(hashlib.sha256("".join(names).encode()).digest())[:22].decode()
        return DocumentCase(document, known, isinstance(owner, Account), mark)

    def _read(self, document_id: str) -> OwnDocument:
        document = self.store.own_document(document_id)
        if document is None or (document.match is not Match.REVIEW and document.decided_at is None):
            raise Refusal(Code.NOT_FOUND)
        return document


def _ending(document: OwnDocument) -> str:
    return document.key.rsplit(".", 1)[-1]
