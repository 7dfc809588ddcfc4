"""The full registration at ICEGATE: with a DSC, documents, and an officer's approval. Then Customs filing is allowed.

Source: ICEGATE's advisory on digital signatures (docs/sources.md).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from chalicelib.domain.accounts.owners import OwnerKey
from chalicelib.domain.icegate.dsc import RegisteredDsc

# The advisory: PDF of at most 100 KB each.
DOCUMENT_AT_MOST = 100 * 1024


class FullRegistrationStatus(StrEnum):
    """Where a full registration stands, as clients see it."""

    SIGNATURE_REQUIRED = "signature_required"
    DOCUMENTS_REQUIRED = "documents_required"
    UNDER_REVIEW = "under_review"
    MORE_ASKED = "more_asked"
    APPROVED = "approved"
    REJECTED = "rejected"
    EXPIRED = "expired"


class DocumentKind(StrEnum):
    """What is to be uploaded."""

    PAN_CARD = "pan_card"
    IDENTITY_PROOF = "identity_proof"
    AUTHORISATION_LETTER = "authorisation_letter"
    OTHER = "other"


class DocumentStatus(StrEnum):
    """What became of an upload."""

    AWAITED = "awaited"
    ACCEPTED = "accepted"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class UploadedDocument:
    """One document. `reason` is the field reason for which it was refused; `sha256` (hex) of what was inspected."""

    document_id: str
    kind: DocumentKind
    file_name: str
    key: str
    status: DocumentStatus
    asked_at: datetime
    size: int | None = None
    sha256: str | None = None
    reason: str | None = None
    # For one that was fetched from DigiLocker: who issued it, and when it was fetched.
    issuer: str | None = None
    fetched_at: datetime | None = None

    def __repr__(self) -> str:
        return f"UploadedDocument({self.document_id!r}, {self.status.value})"


@dataclass(frozen=True, slots=True)
class FullRegistration:
    """One full registration. Times are aware UTC; `revision` is the store's mark of the version that was read.

    `expires_at` is by when the registrant must go on; under review, when the journey looks again. `decided_at` with
    `under_review`: an officer has approved, and the journey carries it out.
    """

    registration_id: str
    owner: OwnerKey
    icegate_id: str
    iec: str
    legal_name: str
    signing_id: str
    status: FullRegistrationStatus
    opened_at: datetime
    expires_at: datetime
    language: str
    dsc: RegisteredDsc | None = None
    documents: tuple[UploadedDocument, ...] = ()
    submitted_at: datetime | None = None
    decided_at: datetime | None = None
    decided_by: str | None = None
    # What the officer wrote: why it was rejected, or what more is asked.
    reason: str | None = None
    task_token: str | None = None
    waiting_since: str | None = None
    # Where in its journey the task token waits.
    waits_for: str | None = None
    revision: str | None = None

    def __repr__(self) -> str:
        return f"FullRegistration({self.registration_id!r}, {self.status.value})"
