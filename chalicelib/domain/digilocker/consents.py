"""Consent: what a person agreed to, in the shape of API Setu's consent artefact (ECF), and the tokens it gave us."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from chalicelib.domain.accounts.owners import OwnerKey
from chalicelib.domain.digilocker.fetches import Locker, Purpose


class ConsentStatus(StrEnum):
    """Whether a consent counts."""

    ACTIVE = "active"
    # Told us to stop; DigiLocker is still to be told.
    REVOKING = "revoking"
    REVOKED = "revoked"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Tokens:
    """DigiLocker's tokens, sealed together under `ports.Vault` (`{"access": …, "refresh": …}`).

    `expires_at` is the access token's end. `generation` grows with each renewal. Who renews first writes
    `renewing_until` on the version that was read, so one refresh token is never used by two.
    """

    sealed: str
    expires_at: datetime
    generation: int = 0
    renewing_until: datetime | None = None

    def __repr__(self) -> str:
        return f"Tokens({self.generation})"


@dataclass(frozen=True, slots=True)
class Consent:
    """One consent. `granted` are document types, never `scope` itself: that holds document numbers.

    `text_version` names the words that the person read. What could not be ended is tried again at `try_at`. `revision`
    is the store's mark of the version that was read.
    """

    consent_id: str
    fetch_id: str
    owner: OwnerKey
    department_id: str
    locker: Locker
    purpose: Purpose
    asked: tuple[str, ...]
    granted: tuple[str, ...]
    text_version: str
    language: str
    given_at: datetime
    valid_until: datetime
    status: ConsentStatus
    digilocker_id: str | None = None
    tokens: Tokens | None = None
    revoked_at: datetime | None = None
    try_at: datetime | None = None
    revision: str | None = None

    def __repr__(self) -> str:
        return f"Consent({self.consent_id!r}, {self.status.value})"
