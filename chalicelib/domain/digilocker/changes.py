"""Changes of what people fetch from DigiLocker; part of `domain.changes.Change`."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.domain.versioned import Versioned

if TYPE_CHECKING:
    from chalicelib.domain.digilocker.consents import Consent
    from chalicelib.domain.digilocker.fetches import Fetch
    from chalicelib.domain.digilocker.own_documents import OwnDocument


@dataclass(frozen=True, slots=True)
class WriteFetch(Versioned):
    """Write a fetch; it holds only on the version that was read, a new one only where none is."""

    fetch: Fetch


@dataclass(frozen=True, slots=True)
class WriteConsent(Versioned):
    """Write a consent; it holds only on the version that was read, a new one only where none is."""

    consent: Consent


@dataclass(frozen=True, slots=True)
class WriteOwnDocument(Versioned):
    """Write a document; it holds only on the version that was read, a new one only where none is."""

    document: OwnDocument


@dataclass(frozen=True, slots=True)
class RemoveOwnDocument(Versioned):
    """Remove a document; it holds only on the version that was read."""

    document: OwnDocument


DigiLockerChange = WriteFetch | WriteConsent | WriteOwnDocument | RemoveOwnDocument
