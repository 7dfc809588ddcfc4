"""What keeps a login safe beside its password: authenticator, recovery codes, trusted browsers, and its sessions' age.

It is a part of every owner's record, a DGFT account's and an ICEGATE account's alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from chalicelib.domain.sealing import Sealed

ENROLMENT = timedelta(minutes=10)
RECOVERY_CODES = 10
TRUST = timedelta(days=30)
TRUSTED_BROWSERS = 10


class Method(StrEnum):
    """How a person can show a second factor."""

    MOBILE_CODE = "mobile_code"
    EMAIL_CODE = "email_code"
    AUTHENTICATOR = "authenticator"
    RECOVERY_CODE = "recovery_code"
    # Both codes together, for who lost the authenticator.
    BOTH_CODES = "both_codes"


@dataclass(frozen=True, slots=True)
class Authenticator:
    """An authenticator app (RFC 6238). `last_step` is the last time step whose code was accepted; 0 for none yet."""

    sealed: Sealed
    enrolled_at: datetime
    last_step: int = 0


@dataclass(frozen=True, slots=True)
class Enrolment:
    """An authenticator that is being added: it counts once its first code was right, until `expires_at`."""

    sealed: Sealed
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class TrustedBrowser:
    """A browser in which its owner asked not to be asked for a second factor, from `since` until `until`."""

    browser_id: str
    device: str
    since: datetime
    until: datetime


@dataclass(frozen=True, slots=True)
class Security:
    """What an owner's sign-in rests on beside the password.

    `generation` counts up when all sessions are to end: a session counts only while it bears the current number.
    `recovery_codes` are the SHA-256 (hex) of those that are not yet burnt.
    """

    generation: int = 0
    authenticator: Authenticator | None = None
    enrolment: Enrolment | None = None
    recovery_codes: tuple[str, ...] = ()
    trusted_browsers: tuple[TrustedBrowser, ...] = ()
