"""The Digital Signature Certificate (DSC) that is registered with an ICEGATE ID."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class RegisteredDsc:
    """The DSC that is registered with an ICEGATE ID. `fingerprint` is SHA-256 of the certificate, hex."""

    fingerprint: str
    common_name: str
    issuer: str
    expires_at: datetime
    registered_at: datetime
    signing_id: str
    reminded_at: datetime | None = None

    def __repr__(self) -> str:
        return f"RegisteredDsc({self.fingerprint[:12]!r})"
