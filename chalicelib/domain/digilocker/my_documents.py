"""My documents, for routes and for later journeys: see, download, remove, and use what was fetched from DigiLocker."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import date

from chalicelib.domain.accounts.owners import Owner, OwnerKey
from chalicelib.domain.audit import SYSTEM, Deed, Entry
from chalicelib.domain.authorisation import Actor
from chalicelib.domain.callers import Caller
from chalicelib.domain.digilocker.changes import RemoveOwnDocument, WriteConsent, WriteOwnDocument
from chalicelib.domain.digilocker.consents import Consent, ConsentStatus
from chalicelib.domain.digilocker.judging import still_fitting
from chalicelib.domain.digilocker.known_persons import KnownPerson, known_persons
from chalicelib.domain.digilocker.own_documents import FILE_AT_MOST, USABLE, Offered, OwnDocument
from chalicelib.domain.ports import Clock, Documents, Store
from chalicelib.domain.recording import recorded
from chalicelib.domain.refusals import Code, Refusal
from chalicelib.domain.rounds import in_rounds


@dataclass(frozen=True, slots=True)
class Kept:
    """A document with the consent that it was fetched under, and whether it can be used now."""

    document: OwnDocument
    consent: Consent | None
    is_usable: bool


@dataclass(frozen=True, slots=True)
class MyDocuments:
    """The desk; it is `own_documents.OwnDocuments`."""

    store: Store
    documents: Documents
    clock: Clock

    def all(self, actor: Actor) -> tuple[Kept, ...]:
        """The actor's documents, the newest first, as they fit now. What was removed or revoked is not among them."""
        return tuple(map(self._kept, self._fitting(actor.owner, self.store.own_documents_of(actor.key))))

    def url(self, actor: Actor, document_id: str) -> str:
        """An address at which one's own document can be downloaded for 5 minutes.

        Raises `Refusal`: `not_found`, `consent_ended`.
        """
        document = self._own(actor.key, document_id)
        if not self._counts(self.store.consent(document.consent_id)):
            raise Refusal(Code.CONSENT_ENDED)
        return self.documents.download_url(document.key, _saved_as(document))

    def remove(self, actor: Actor, document_id: str, caller: Caller) -> None:
        """Takes a document away, also from the bucket. What a journey took is its own copy, and stays with it.

        Raises `Refusal` `not_found`: for one that is gone, too, which is told like another's.
        """

        def remove() -> None:
            document, now = self._own(actor.key, document_id), self.clock()
            facts = {"document": document_id, "doctype": document.doctype}
            entry = Entry(Deed.OWN_DOCUMENT_REMOVED, actor.key, actor.key, facts=facts)
            # First the files: a crash in between leaves a row that can be removed again.
            self._forget(document)
            self.store.write(RemoveOwnDocument(document), *recorded(self.store, now, caller.request_id, entry))

        in_rounds(remove)

    # The port for later journeys.

    def offered(self, owner: OwnerKey, doctypes: tuple[str, ...]) -> tuple[OwnDocument, ...]:
        """See `own_documents.OwnDocuments`."""
        of_types = tuple(one for one in self.store.own_documents_of(owner) if one.doctype in doctypes)
        fitting = self._fitting(self.store.owner(owner), of_types)
        return tuple(one for one in fitting if self._kept(one).is_usable)

    def take(self, owner: OwnerKey, document_id: str, used_by: str) -> Offered:
        """See `own_documents.OwnDocuments`. Taken twice for the same use, it is one use."""

        def take() -> OwnDocument:
            found = self._fitting(self.store.owner(owner), (self._own(owner, document_id),))
            if not found:
                raise Refusal(Code.NOT_FOUND)
            (document,) = found
            if not self._counts(self.store.consent(document.consent_id)):
                raise Refusal(Code.CONSENT_ENDED)
            if document.match not in USABLE:
                raise Refusal(Code.DOCUMENT_NOT_USABLE)
            if used_by in document.used_by:
                return document
            taken = replace(document, used_by=(*document.used_by, used_by))
            self.store.write(WriteOwnDocument(taken))
            return taken

        taken = in_rounds(take)
        content = self.documents.get(taken.key, FILE_AT_MOST)
        # What lies in the bucket must be what was checked when it came.
        if hashlib.sha256(content).hexdigest() != taken.sha256:
            raise Refusal(Code.DOCUMENT_NOT_USABLE)
        return Offered(taken, content)

    def still_given(self, document: OwnDocument) -> WriteConsent:
        """See `own_documents.OwnDocuments`."""
        consent = self.store.consent(document.consent_id)
        if consent is None or not self._counts(consent):
            raise Refusal(Code.CONSENT_ENDED)
        return WriteConsent(consent)

    # What several of them do.

    def _own(self, owner: OwnerKey, document_id: str) -> OwnDocument:
        document = self.store.own_document(document_id)
        if document is None or document.owner != owner:
            raise Refusal(Code.NOT_FOUND)
        return document

    def _fitting(self, owner: Owner | None, documents: tuple[OwnDocument, ...]) -> tuple[OwnDocument, ...]:
        """The documents as they stand with the names of today; what does not fit any more is written down as such."""
        if owner is None:
            # Its account is gone; they go with the consent.
            return ()
        persons: dict[date | None, tuple[KnownPerson, ...]] = {}
        fitting: list[OwnDocument] = []
        for document in documents:
            typed = document.typed_born_on
            if typed not in persons:
                persons[typed] = known_persons(self.store, owner, typed)
            is_as_it_was = still_fitting(document, persons[typed]) is document
            found = document if is_as_it_was else self._judged_again(document.document_id, persons[typed])
            if found is not None:
                fitting.append(found)
        return tuple(fitting)

    def _judged_again(self, document_id: str, persons: tuple[KnownPerson, ...]) -> OwnDocument | None:
        def judge() -> OwnDocument | None:
            stored = self.store.own_document(document_id)
            after = still_fitting(stored, persons) if stored is not None else None
            if after is stored or after is None:
                return stored
            facts = {"document": document_id, "doctype": after.doctype, "match": after.match.value}
            entry = Entry(Deed.OWN_DOCUMENT_JUDGED_AGAIN, SYSTEM, after.owner, facts=facts)
            written = recorded(self.store, self.clock(), after.consent_id, entry)
            return replace(after, revision=self.store.write(WriteOwnDocument(after), *written))

        return in_rounds(judge)

    def _kept(self, document: OwnDocument) -> Kept:
        consent = self.store.consent(document.consent_id)
        return Kept(document, consent, document.match in USABLE and self._counts(consent))

    def _counts(self, consent: Consent | None) -> bool:
        return consent is not None and consent.status is ConsentStatus.ACTIVE and self.clock() < consent.valid_until

    def _forget(self, document: OwnDocument) -> None:
        self.documents.remove(document.key)
        if document.xml_key is not None:
            self.documents.remove(document.xml_key)


def _saved_as(document: OwnDocument) -> str:
    """A name of ours: nothing of what the document says stands in a file's name or an address."""
    return f"{document.doctype}-{document.document_id[:6]}.{document.key.rsplit('.', 1)[-1]}"
