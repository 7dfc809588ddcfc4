"""My documents: what a person fetched from DigiLocker, each with where it came from and how it was found to be theirs.

`OwnDocuments` is how later journeys are offered them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from chalicelib.domain.accounts.owners import OwnerKey
from chalicelib.domain.digilocker.locker_holder import LockerHolder

if TYPE_CHECKING:
    from chalicelib.domain.digilocker.changes import WriteConsent


class Match(StrEnum):
    """How the name and the birth date on a document fit its owner (docs/digilocker.md tells the policy)."""

    EXACT = "exact"
    NORMALISED = "normalised"
    # An officer looks; until then nothing uses the document.
    REVIEW = "review"
    # An officer found it to be the owner's, or not.
    CONFIRMED = "confirmed"
    REFUSED = "refused"


class Because(StrEnum):
    """Why a document does not simply fit; each has a sentence in both languages (`document_because.<reason>`)."""

    NAME_NEARLY = "name_nearly"
    NAME_DIFFERS = "name_differs"
    NUMBER_DIFFERS = "number_differs"
    BIRTH_DATE_UNKNOWN = "birth_date_unknown"
    NOT_READABLE = "not_readable"
    NOT_ACTIVE = "not_active"
    # The locker's own account says somebody else, or nobody.
    LOCKER_NAME_NEARLY = "locker_name_nearly"
    LOCKER_NAME_DIFFERS = "locker_name_differs"
    LOCKER_NAME_UNKNOWN = "locker_name_unknown"
    LOCKER_BIRTH_DATE_UNKNOWN = "locker_birth_date_unknown"
    # The account has had another name since it was judged, or its IEC's record other persons.
    NAME_CHANGED = "name_changed"


# What a file from DigiLocker may weigh, in bytes (its own limit for uploads).
FILE_AT_MOST = 10 * 1024 * 1024
USABLE = frozenset({Match.EXACT, Match.NORMALISED, Match.CONFIRMED})


@dataclass(frozen=True, slots=True)
class OwnDocument:
    """One document. `sha256` (hex) is of the bytes whose hmac was checked; `key` is where they lie.

    `uri_hash` (SHA-256, hex) tells the same document when it is fetched again; the URI itself is not kept.
    `number` is what the certificate's XML says, "" where there is none. `masked` is how it is shown. `judged_with` are
    the names that `match` was found with, as hashes (`judging.bound_to`).
    """

    document_id: str
    owner: OwnerKey
    consent_id: str
    doctype: str
    title: str
    issuer: str
    uri_hash: str
    key: str
    sha256: str
    size: int
    content_type: str
    fetched_at: datetime
    match: Match
    name: str = ""
    number: str = ""
    masked: str = ""
    # The XML beside the PDF, where there is one.
    xml_key: str | None = None
    # What used it: `full_registration:<id>`. It is kept for them when consent is revoked, by their own rule.
    used_by: tuple[str, ...] = ()
    because: Because | None = None
    born_on: date | None = None
    # What the officer wrote.
    said: str | None = None
    decided_by: str | None = None
    decided_at: datetime | None = None
    # Whose locker it came out of, and the birth date that a DGFT account typed: both are compared with the document.
    holder: LockerHolder | None = None
    typed_born_on: date | None = None
    judged_with: tuple[str, ...] = ()
    revision: str | None = None

    def __repr__(self) -> str:
        return f"OwnDocument({self.document_id!r}, {self.doctype!r}, {self.match.value})"


@dataclass(frozen=True, slots=True)
class Offered:
    """A document as a later journey is offered it: bytes on demand, and what was verified about it."""

    document: OwnDocument
    content: bytes


class OwnDocuments(Protocol):
    """What later journeys ask of My documents."""

    def offered(self, owner: OwnerKey, doctypes: tuple[str, ...]) -> tuple[OwnDocument, ...]:
        """An owner's usable documents of these types under a consent that counts, the newest first."""
        ...

    def take(self, owner: OwnerKey, document_id: str, used_by: str) -> Offered:
        """A usable document's bytes, its SHA-256 checked again, with the use written down.

        Raises `Refusal` `not_found` or `document_not_usable`, and `DocumentsUnavailable`.
        """
        ...

    def still_given(self, document: OwnDocument) -> WriteConsent:
        """What is written together with whatever a journey keeps of a document that it took.

        It holds only while the consent counts: of a revocation at the same moment, one waits for the other, so either
        nothing is kept, or whoever revokes finds it. Raises `Refusal` `consent_ended`.
        """
        ...
