"""Documents from DigiLocker are taken back out of a full registration that is not sent in yet (ADR 50).

What was sent in is the registration's, and is kept by its own rule.
"""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.domain.changes import WriteFullRegistration
from chalicelib.domain.digilocker.own_documents import OwnDocument
from chalicelib.domain.icegate import full_registration_rules as rules
from chalicelib.domain.icegate.full_registrations import FullRegistrationStatus
from chalicelib.domain.ports import Clock, Documents, Store
from chalicelib.domain.rounds import in_rounds

_USE = "full_registration:"


@dataclass(frozen=True, slots=True)
class TakingBack:
    """Takes documents out of registrations."""

    store: Store
    documents: Documents
    clock: Clock

    def __call__(self, document: OwnDocument) -> None:
        """Takes a document, and its copy, out of every registration of its owner's that is not sent in yet.

        Raises `DocumentsUnavailable`.
        """
        for used_by in document.used_by:
            if used_by.startswith(_USE):
                self._taken(used_by.removeprefix(_USE), document)

    def _taken(self, registration_id: str, document: OwnDocument) -> None:
        def take() -> None:
            registration, now = self.store.full_registration(registration_id), self.clock()
            if registration is None or registration.status is not FullRegistrationStatus.DOCUMENTS_REQUIRED:
                return
            copy = next((one for one in registration.documents if one.document_id == document.document_id), None)
            if copy is None or rules.is_expired(registration, now):
                return
            # First the file: a crash in between leaves an entry that can be taken out again.
            self.documents.remove(copy.key)
            self.store.write(WriteFullRegistration(rules.without_document(registration, copy.document_id, now)))

        in_rounds(take)
