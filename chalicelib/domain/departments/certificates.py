"""A certificate of a department: what it says, whose it is, where its PDF and XML lie, how it stands at DigiLocker."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum


class CertificateStatus(StrEnum):
    """Whether a certificate can be pulled."""

    # Its PDF and XML are being made.
    PREPARING = "preparing"
    ACTIVE = "active"
    REVOKED = "revoked"
    # It could not be made; `trouble` says why.
    FAILED = "failed"
    # The years for which it was to be kept are over: nobody finds it any more, and it is being removed.
    ENDING = "ending"
    # Kept no longer: what is left names nobody, and keeps its number and its URI from being given again.
    REMOVED = "removed"


# What no account at DigiLocker is to hold any more.
WITHDRAWN = frozenset({CertificateStatus.REVOKED, CertificateStatus.ENDING, CertificateStatus.REMOVED})
# What is kept no longer, or not for long.
NOT_KEPT = frozenset({CertificateStatus.ENDING, CertificateStatus.REMOVED})


class PushState(StrEnum):
    """What became of a certificate at its citizen's DigiLocker account."""

    NOT_PUSHED = "not_pushed"
    PUSHED = "pushed"
    PARKED = "parked"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Holder:
    """A person that a certificate is issued to; a firm's certificate names everybody who may act for it."""

    name: str
    born_on: date
    gender: str = ""
    phone: str = ""

    def __repr__(self) -> str:
        return "Holder(…)"


@dataclass(frozen=True, slots=True)
class PreparedFile:
    """A file ready to be answered: where it lies, its SHA-256 (hex) and its size in bytes."""

    key: str
    sha256: str
    size: int


@dataclass(frozen=True, slots=True)
class DigiLockerAccount:
    """Whose account a certificate is pushed to: the durable `digilockerid`, and when its holder agreed to the push."""

    digilocker_id: str
    consented_at: datetime

    def __repr__(self) -> str:
        return "DigiLockerAccount(…)"


@dataclass(frozen=True, slots=True)
class Certificate:
    """One certificate. `number` is the department's own; `uri` is DigiLocker's, given once and never changed.

    `created_at` never changes; `brought_again_at`: one that could not be made was brought anew. `revision` is the
    store's mark of the version that was read. `issued_by`: the import, the system's token or the staff account that
    brought it. `brought_pdf` is the upload's key where the department signed the PDF itself. `look_at`: when the
    removal of one that is `ending` goes on (UTC).
    """

    certificate_id: str
    department_id: str
    doctype: str
    number: str
    uri: str
    doc_id: str
    holders: tuple[Holder, ...]
    fields: Mapping[str, str]
    issued_on: date
    status: CertificateStatus
    created_at: datetime
    issued_by: str
    valid_from: date | None = None
    valid_to: date | None = None
    pdf: PreparedFile | None = None
    xml: PreparedFile | None = None
    brought_pdf: str | None = None
    account: DigiLockerAccount | None = None
    push: PushState = PushState.NOT_PUSHED
    trouble: str | None = None
    revoked_at: datetime | None = None
    revoked_because: str | None = None
    brought_again_at: datetime | None = None
    look_at: datetime | None = None
    revision: str | None = None

    def __repr__(self) -> str:
        return f"Certificate({self.certificate_id!r}, {self.status.value})"

    @property
    def brought_at(self) -> datetime:
        """When it was brought last: since then it waits to be made."""
        return self.brought_again_at or self.created_at


def certificate_id_of(department_id: str, doctype: str, number: str) -> str:
    """The id of a certificate: the same department, type and number are the same certificate for ever (22 signs)."""
    parts = b"".join(len(part.encode()).to_bytes(4, "big") + part.encode() for part in (department_id, doctype, number))
    return base64.urlsafe_b64encode(hashlib.sha256(parts).digest())[:22].decode()
