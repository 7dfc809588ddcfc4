"""Documents from DigiLocker are taken back out of a full registration that is not sent in yet (ADR 50).

What was sent in is the registration's, and is kept by its own rule.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from chalicelib.domain.changes import WriteFullRegistration
from chalicelib.domain.digilocker.own_documents import OwnDocument
from chalicelib.domain.icegate.full_registrations import FullRegistration, FullRegistrationStatus, UploadedDocument
from chalicelib.domain.ports import Clock, Documents, Store
from chalicelib.domain.rounds import in_rounds

_USE = "full_registration:"
# In these something may lie that no officer was sent. One that ran out keeps nothing either.
_NOT_SENT_IN = frozenset(
    {FullRegistrationStatus.DOCUMENTS_REQUIRED, FullRegistrationStatus.MORE_ASKED, FullRegistrationStatus.EXPIRED}
)


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
            registration = self.store.full_registration(registration_id)
            if registration is None or registration.status not in _NOT_SENT_IN:
                return
            copy = next((one for one in registration.documents if one.document_id == document.document_id), None)
            if copy is not None and _was_sent_in(registration, copy):
                return
            others = tuple(one for one in registration.documents if one is not copy)
            # First the files: a crash in between leaves an entry that can be taken out again. One that its owner took
            # out before left its file behind.
            for key in {copy_key(registration_id, document.sha256), *([copy.key] if copy is not None else [])}:
                # An upload of the same bytes is its owner's own.
                if all(one.key != key for one in others):
                    self.documents.remove(key)
            if copy is not None:
                self.store.write(WriteFullRegistration(replace(registration, documents=others)))

        in_rounds(take)


def copy_key(registration_id: str, sha256: str) -> str:
    """Where a registration's copy of these bytes lies."""
    return f"documents/{registration_id}/{sha256}.pdf"


def _was_sent_in(registration: FullRegistration, copy: UploadedDocument) -> bool:
    """Whether an officer was sent it already, before more was asked for."""
    return registration.submitted_at is not None and copy.asked_at <= registration.submitted_at
