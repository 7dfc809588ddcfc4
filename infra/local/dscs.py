"""Test DSCs: certificates that the laptop's authority issued to whoever asked at the console, and what they sign."""

from __future__ import annotations

import secrets
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from infra.local import cms_signing
from infra.local.authority import Authority, Credential
from infra.local.certificate_profiles import CLASS_1, Profile, Wanted


class Sort(StrEnum):
    """What may be asked for: what a person has, and what goes wrong with it."""

    INDIVIDUAL = "individual"
    ORGANISATION = "organisation"
    IEC = "iec"
    ENCRYPTION = "encryption"
    EXPIRED = "expired"
    EXPIRES_SOON = "expires_soon"
    NOT_YET_VALID = "not_yet_valid"
    CLASS_1 = "class_1"
    UNKNOWN_AUTHORITY = "unknown_authority"


TITLES: Mapping[Sort, str] = {
    Sort.INDIVIDUAL: "Individual's, class 3, for signing",
    Sort.ORGANISATION: "Organisation's, class 3, for signing",
    Sort.IEC: "Organisation's that names the IEC",
    Sort.ENCRYPTION: "Individual's twin for encryption (must be refused)",
    Sort.EXPIRED: "Individual's, expired yesterday",
    Sort.EXPIRES_SOON: "Individual's, expires in 20 days",
    Sort.NOT_YET_VALID: "Individual's, good from tomorrow",
    Sort.CLASS_1: "Individual's of class 1 only",
    Sort.UNKNOWN_AUTHORITY: "Individual's, of an authority that nobody knows",
}


@dataclass(frozen=True)
class Issued:
    """One certificate that was issued at the console."""

    certificate_id: str
    sort: Sort
    credential: Credential
    revoked_at: datetime | None = None

    def as_json(self) -> dict[str, Any]:
        """As the console lists it."""
        return {
            "certificate_id": self.certificate_id,
            "sort": self.sort.value,
            **shown(self.credential),
            "fingerprint": self.credential.fingerprint,
            "revoked_at": self.revoked_at.isoformat() if self.revoked_at else None,
        }


def shown(credential: Credential) -> dict[str, str]:
    """What a certificate says of itself, as a signing utility lists it."""
    certificate = credential.certificate
    subject = {each.rfc4514_attribute_name: str(each.value) for each in certificate.subject}
    issuer = {each.rfc4514_attribute_name: str(each.value) for each in certificate.issuer}
    return {
        "common_name": subject.get("CN", ""),
        "organisation": subject.get("O", ""),
        "issuer": issuer.get("CN", ""),
        "serial_number": f"{certificate.serial_number:x}",
        "not_before": certificate.not_valid_before_utc.isoformat(),
        "not_after": certificate.not_valid_after_utc.isoformat(),
    }


class Dscs:
    """Everything that was issued at the console of one laptop."""

    def __init__(self, authority: Callable[[], Authority], clock: Callable[[], datetime]) -> None:
        self._authority = authority
        self._clock = clock
        self._issued: dict[str, Issued] = {}
        self._stranger: Authority | None = None
        self._lock = threading.Lock()

    def issue(self, sort: Sort, wanted: Wanted) -> Issued:
        """Issue a certificate as wanted, changed to be of this sort."""
        with self._lock:
            authority = self._authority()
            if sort is Sort.UNKNOWN_AUTHORITY:
                self._stranger = self._stranger or Authority(self._clock(), label="Stranger")
                authority = self._stranger
            issued = Issued(secrets.token_hex(8), sort, authority.issue(_of(sort, wanted, self._clock())))
            self._issued[issued.certificate_id] = issued
            return issued

    def all(self) -> list[Issued]:
        """List what was issued, the newest first."""
        return list(reversed(self._issued.values()))

    def by_id(self, certificate_id: str) -> Issued:
        """Give one. Raises KeyError."""
        return self._issued[certificate_id]

    def revoke(self, certificate_id: str) -> Issued:
        """Revoke one: the authority's next CRL lists it. Raises KeyError."""
        with self._lock:
            issued = self._issued[certificate_id]
            self._authority().revoke(issued.credential, self._clock())
            self._issued[certificate_id] = replace(issued, revoked_at=issued.revoked_at or self._clock())
            return self._issued[certificate_id]

    def sign(self, certificate_id: str, document: bytes) -> bytes:
        """Sign as a person's tool does: a detached CMS in DER (``.p7s``). Raises KeyError."""
        return cms_signing.sign(self.by_id(certificate_id).credential, document, self._clock())


_DAY = timedelta(days=1)


def _of(sort: Sort, wanted: Wanted, now: datetime) -> Wanted:
    wanted = replace(wanted, profile=_PROFILES.get(sort, Profile.INDIVIDUAL), not_before=now - timedelta(minutes=1))
    match sort:
        case Sort.ENCRYPTION:
            return replace(wanted, encryption_only=True)
        case Sort.EXPIRED:
            return replace(wanted, not_before=now - 300 * _DAY, not_after=now - _DAY)
        case Sort.EXPIRES_SOON:
            return replace(wanted, not_after=now + 20 * _DAY)
        case Sort.NOT_YET_VALID:
            return replace(wanted, not_before=now + _DAY)
        case Sort.CLASS_1:
            return replace(wanted, policies=(CLASS_1,))
    return wanted


_PROFILES = {Sort.ORGANISATION: Profile.ORGANISATION, Sort.IEC: Profile.IEC}
