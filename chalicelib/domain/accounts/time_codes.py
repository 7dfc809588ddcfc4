"""Time codes of an authenticator app (RFC 6238): six digits, a new one every 30 seconds.

A code serves once: whoever stores the accepted step refuses it and everything older from then on. One step early or
late is accepted; a code that is right for a time up to five minutes away tells that the phone's clock is off, which
grants nothing.
"""

from __future__ import annotations

import base64
import hmac
import math
import secrets
from dataclasses import dataclass
from datetime import datetime

STEP_SECONDS = 30
# RFC 6238, 5.2 recommends one step for the way of the code.
_EARLY_OR_LATE = 1
_CLOCK_OFF = 10
# RFC 4226, 4 (R6) recommends 160 bits.
_SECRET_BYTES = 20
_ISSUER = "Pravesh"


@dataclass(frozen=True, slots=True)
class Accepted:
    """The code is right. `step` is to be stored as the last one accepted."""

    step: int


@dataclass(frozen=True, slots=True)
class Used:
    """The code was right at a step that is not after the last one accepted."""


@dataclass(frozen=True, slots=True)
class ClockOff:
    """The code is right for a time about `minutes` away."""

    minutes: int


@dataclass(frozen=True, slots=True)
class Wrong:
    """The code belongs to no time near by."""


def new_secret() -> bytes:
    """A secret to share with an authenticator app: 160 random bits."""
    return secrets.token_bytes(_SECRET_BYTES)


def grouped(secret: bytes) -> str:
    """The secret as people type it: base 32 in groups of four."""
    signs = _base32(secret)
    return " ".join(signs[start : start + 4] for start in range(0, len(signs), 4))


def uri(secret: bytes, username: str) -> str:
    """What the QR code holds: an `otpauth` URI, with the username as its label."""
    import pyotp  # noqa: PLC0415 - only where an authenticator is added or used

    return pyotp.TOTP(_base32(secret)).provisioning_uri(name=username, issuer_name=_ISSUER)


def qr(content: str) -> str:
    """`content` as a QR code: an SVG element to stand in a page, without script or reference to anything outside."""
    import segno  # noqa: PLC0415 - only where an authenticator is added

    svg: str = segno.make(content, error="m", micro=False).svg_inline(scale=4, border=4, dark="#000", light="#fff")
    return svg


def step_at(now: datetime) -> int:
    """The step of this moment."""
    return int(now.timestamp()) // STEP_SECONDS


def code_at(secret: bytes, step: int) -> str:
    """The code of a step."""
    import pyotp  # noqa: PLC0415

    return pyotp.HOTP(_base32(secret)).at(step)


def judged(secret: bytes, typed: str, last_step: int, now: datetime) -> Accepted | Used | ClockOff | Wrong:
    """What a typed code (six ASCII digits) is worth at `now`.

    The codes of all steps near by are compared, each in constant time.
    """
    current = step_at(now)
    steps = range(current - _CLOCK_OFF, current + _CLOCK_OFF + 1)
    found = [step for step in steps if hmac.compare_digest(code_at(secret, step).encode(), typed.encode())]
    # Two steps near by may have the same code by chance: the later one counts, so that it does not serve again.
    accepted = [step for step in found if abs(step - current) <= _EARLY_OR_LATE and step > last_step]
    if accepted:
        return Accepted(max(accepted))
    if any(step <= last_step for step in found):
        return Used()
    if found:
        nearest = min(abs(step - current) for step in found)
        return ClockOff(math.ceil(nearest * STEP_SECONDS / 60))
    return Wrong()


def _base32(secret: bytes) -> str:
    return base64.b32encode(secret).decode()
