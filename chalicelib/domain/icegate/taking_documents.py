"""Documents from DigiLocker in a full registration: taken from My documents in the place of an upload."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from chalicelib.domain.audit import Deed, Entry
from chalicelib.domain.authorisation import Actor
from chalicelib.domain.callers import Caller
from chalicelib.domain.changes import WriteFullRegistration
from chalicelib.domain.digilocker.own_documents import Offered, OwnDocument, OwnDocuments
from chalicelib.domain.icegate import full_registration_rules as rules
from chalicelib.domain.icegate.full_registrations import (
    DOCUMENT_AT_MOST,
    DocumentKind,
    DocumentStatus,
    FullRegistration,
    UploadedDocument,
)
from chalicelib.domain.icegate.taking_back import copy_key
from chalicelib.domain.icegate.upgrading import FullRegistrations
from chalicelib.domain.recording import recorded
from chalicelib.domain.refusals import Code, Refusal, invalid
from chalicelib.domain.rounds import in_rounds

# DigiLocker's document types that serve for a kind of document here.
SERVES: Mapping[DocumentKind, tuple[str, ...]] = {
    DocumentKind.PAN_CARD: ("PANCR",),
    DocumentKind.IDENTITY_PROOF: ("DRVLC", "PANCR"),
}


@dataclass(frozen=True, slots=True)
class TakingDocuments:
    """The desk beside `FullRegistrations`."""

    registrations: FullRegistrations
    own_documents: OwnDocuments

    def take(
        self, actor: Actor, kind: DocumentKind, document_id: str, inspect: Callable[[bytes], str | None], caller: Caller
    ) -> UploadedDocument:
        """Takes one of the registrant's own documents; taken already, it stays as it is.

        It is scanned like an upload, and what was scanned is kept. Raises `Refusal`: `not_found`, `consent_ended`,
        `document_not_usable`; `invalid_fields` (`document_kind_differs`, or the scan's reason at `document_id`); and as
        `full_registration_rules.with_document`; `DocumentsUnavailable`.
        """
        registration = self._current(actor)
        rules.demand_takes_documents(registration, self.registrations.clock())
        there = next((one for one in registration.documents if one.document_id == document_id), None)
        if there is not None and there.kind is kind:
            return there
        offered = self.own_documents.take(actor.key, document_id, f"full_registration:{registration.registration_id}")
        taken = self._scanned(registration, kind, offered, inspect)

        def keep() -> UploadedDocument:
            stored, now = self._current(actor), self.registrations.clock()
            if any(one.document_id == document_id for one in stored.documents):
                return rules.document_of(stored, document_id)
            after = rules.with_document(stored, taken, now)
            still_given = self.own_documents.still_given(offered.document)
            facts = {
                "registration": stored.registration_id,
                "document": kind.value,
                "from": "digilocker",
                "sha256": str(taken.sha256),
            }
            entry = Entry(Deed.DOCUMENT_ADDED, actor.key, actor.key, facts=facts)
            store = self.registrations.store
            store.write(WriteFullRegistration(after), still_given, *recorded(store, now, caller.request_id, entry))
            return taken

        try:
            return in_rounds(keep)
        except Refusal:
            self._forget(registration.registration_id, taken)
            raise

    def _forget(self, registration_id: str, taken: UploadedDocument) -> None:
        """Removes the copy of a document that was not taken in the end."""
        stored = self.registrations.store.full_registration(registration_id)
        if stored is None or all(one.key != taken.key for one in stored.documents):
            self.registrations.documents.remove(taken.key)

    def _current(self, actor: Actor) -> FullRegistration:
        registration = self.registrations.standing(actor).registration
        if registration is None:
            raise Refusal(Code.NOT_FOUND)
        return registration

    def _scanned(
        self,
        registration: FullRegistration,
        kind: DocumentKind,
        offered: Offered,
        inspect: Callable[[bytes], str | None],
    ) -> UploadedDocument:
        document, content = offered.document, offered.content
        if document.doctype not in SERVES.get(kind, (document.doctype,)):
            raise invalid(kind="document_kind_differs")
        reason = "document_too_large" if len(content) > DOCUMENT_AT_MOST else inspect(content)
        if reason is not None:
            raise invalid(document_id=reason)
        sha256 = hashlib.sha256(content).hexdigest()
        key = copy_key(registration.registration_id, sha256)
        self.registrations.documents.put(key, content, "application/pdf")
        return UploadedDocument(
            document.document_id,
            kind,
            _called(document),
            key,
            DocumentStatus.ACCEPTED,
            self.registrations.clock(),
            size=len(content),
            sha256=sha256,
            issuer=document.issuer,
            fetched_at=document.fetched_at,
        )


def _called(document: OwnDocument) -> str:
    return f"{document.title}.pdf"
