"""Verifying: anybody who holds a certificate, on paper too, may ask whether it is genuine.

Who asks has seen its URI: they are told what stands on it anyway, and of the holder's name and the number only as much
as lets them compare. Nothing tells a certificate that never was from one that is still being made.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from chalicelib.domain import limits
from chalicelib.domain.changes import CountUp
from chalicelib.domain.departments import uris
from chalicelib.domain.departments.certificates import NOT_KEPT, Certificate, CertificateStatus
from chalicelib.domain.identifiers import masked_number
from chalicelib.domain.rounds import in_rounds

if TYPE_CHECKING:
    from chalicelib.domain.ports import Clock, Keyring, Store

_MASK = "•"
# A letter with the marks that belong to it: in Indic scripts a syllable begins with several code points.
_FIRST = re.compile(r"\w[\u0300-\u036f\u0900-\u0903\u093a-\u094f\u0955-\u0957\u0962\u0963\u0b82\u0bbe-\u0bcd\u0bd7]*")


class Genuine(StrEnum):
    """How a certificate stands for who holds it."""

    VALID = "valid"
    NOT_YET_VALID = "not_yet_valid"
    EXPIRED = "expired"
    REVOKED = "revoked"
    # It was issued, its last day has passed, and the department keeps nothing of it any more.
    KEPT_NO_LONGER = "kept_no_longer"
    # No certificate has this URI.
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class Verified:
    """What a finder of the code may know; all but `standing` is empty for an unknown one."""

    standing: Genuine
    document: Mapping[str, str] | None = None
    department: Mapping[str, str] | None = None
    issued_on: date | None = None
    valid_to: date | None = None
    revoked_at: datetime | None = None
    holders: tuple[str, ...] = ()
    number: str = ""


@dataclass(frozen=True, slots=True)
class Verifying:
    """Tells."""

    store: Store
    keyring: Keyring
    clock: Clock

    def verify(self, uri: str, ip: str) -> Verified:
        """How the certificate of this URI stands. Raises `Refusal` `too_many_requests` (25 in 5 minutes by IP)."""
        now = self.clock()
        counted = CountUp(limits.by_ip(self.keyring.current().material, ip, now))
        in_rounds(lambda: self.store.write(counted))
        certificate_id = self.store.certificate_of(uri) if uris.is_uri(uri) else None
        certificate = self.store.certificate(certificate_id) if certificate_id else None
        if certificate is None or certificate.uri != uri:
            return Verified(Genuine.UNKNOWN)
        standing = _standing(certificate, now.astimezone(limits.IST).date())
        department = self.store.department(certificate.department_id)
        if standing is Genuine.UNKNOWN or department is None:
            return Verified(Genuine.UNKNOWN)
        document_type = department.document_type(certificate.doctype)
        is_kept = certificate.status not in NOT_KEPT
        return Verified(
            standing,
            document_type.title if document_type else {"en": certificate.doctype, "hi": certificate.doctype},
            department.name,
            certificate.issued_on,
            certificate.valid_to,
            certificate.revoked_at,
            tuple(masked(holder.name) for holder in certificate.holders) if is_kept else (),
            masked_number(certificate.number) if is_kept else "",
        )


def masked(name: str) -> str:
    """A name of which each word's first letter is left: enough to compare, too little to learn."""
    return " ".join(_masked_word(word) for word in name.split())


def _masked_word(word: str) -> str:
    found = _FIRST.match(word)
    return f"{found[0] if found else ''}{_MASK * 4}"


def _standing(certificate: Certificate, today: date) -> Genuine:
    if certificate.revoked_at is not None:
        # For ever, also where nothing else of it is kept.
        return Genuine.REVOKED
    if certificate.status in NOT_KEPT:
        # One that was never made was seen by nobody, whatever becomes of what was brought.
        return (
            Genuine.KEPT_NO_LONGER
            if certificate.status is CertificateStatus.REMOVED or certificate.pdf
            else Genuine.UNKNOWN
        )
    if certificate.status is not CertificateStatus.ACTIVE:
        return Genuine.UNKNOWN
    if certificate.valid_from is not None and today < certificate.valid_from:
        return Genuine.NOT_YET_VALID
    is_over = certificate.valid_to is not None and today > certificate.valid_to
    return Genuine.EXPIRED if is_over else Genuine.VALID
