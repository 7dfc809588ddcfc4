"""A fetch: a person's visit to DigiLocker on our behalf, from the consent on our page to the documents."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum

from chalicelib.domain.accounts.owners import OwnerKey
from chalicelib.domain.digilocker.locker_holder import LockerHolder


class Purpose(StrEnum):
    """What documents are asked for. Each has its texts, its document types and its rule of deletion."""

    MY_DOCUMENTS = "my_documents"
    FULL_REGISTRATION = "full_registration"
    IEC_APPLICATION = "iec_application"


class Locker(StrEnum):
    """Whose locker: DigiLocker's for people, Entity Locker for firms."""

    PERSON = "person"
    ENTITY = "entity"


class FetchStatus(StrEnum):
    """Where a fetch stands, as clients see it."""

    AT_DIGILOCKER = "at_digilocker"
    FETCHING = "fetching"
    # An issuer looks by hand (`pull_response_pending`); what came is there.
    PENDING = "pending"
    FETCHED = "fetched"
    DENIED = "denied"
    FAILED = "failed"
    EXPIRED = "expired"


class ItemStatus(StrEnum):
    """What became of one document type that was asked for."""

    AWAITED = "awaited"
    FETCHED = "fetched"
    PENDING = "pending"
    NOT_THERE = "not_there"
    REFUSED = "refused"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class FetchItem:
    """One document to fetch. `uri` names it at DigiLocker: it may hold a PAN and is told to nobody else."""

    doctype: str
    status: ItemStatus
    uri: str | None = None
    document_id: str | None = None
    # A code of DigiLocker's or of ours; it has a sentence in both languages.
    reason: str | None = None

    def __repr__(self) -> str:
        return f"FetchItem({self.doctype!r}, {self.status.value})"


@dataclass(frozen=True, slots=True)
class Fetch:
    """One fetch. Times are aware UTC; `revision` is the store's mark of the version that was read.

    `state_hash` (SHA-256, hex) is of the OAuth `state`, `browser_hash` of the cookie of the browser that went;
    `sealed_verifier` and `sealed_code` are under `ports.Vault`. `state_used_at`: the callback came, whatever it said.
    """

    fetch_id: str
    owner: OwnerKey
    department_id: str
    locker: Locker
    purpose: Purpose
    doctypes: tuple[str, ...]
    status: FetchStatus
    opened_at: datetime
    expires_at: datetime
    consent_until: datetime
    consent_text: str
    language: str
    state_hash: str
    browser_hash: str
    sealed_verifier: str
    born_on: date | None = None
    state_used_at: datetime | None = None
    sealed_code: str | None = None
    consent_id: str | None = None
    # Whose locker it is; None where it was not asked yet.
    holder: LockerHolder | None = None
    items: tuple[FetchItem, ...] = ()
    # Why it ended without documents.
    reason: str | None = None
    task_token: str | None = None
    waiting_since: str | None = None
    revision: str | None = None

    def __repr__(self) -> str:
        return f"Fetch({self.fetch_id!r}, {self.status.value})"
