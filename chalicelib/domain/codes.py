"""One-time codes for a mobile and an email: made, compared and spent.

A code is HOTP (RFC 4226) under a secret that HKDF (RFC 5869) derives from a server key, the challenge's random nonce,
the purpose, the channel and the address. So the table holds neither a code nor a hash of one, a resend derives the same
code again, and the mobile's code says nothing about the email's (OWASP ASVS 6.5).

The counter of HOTP is the generation of the challenge. All functions are pure: the caller stores what they return,
and must have stored a spent attempt before it compares (see `spent`).
"""

from __future__ import annotations

import base64
import hmac
import re
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from chalicelib.domain.contacts import Channel, Contact
from chalicelib.domain.refusals import Code, FieldError, FieldProblem, Refusal

CODE_DIGITS = 6
ATTEMPTS = 5
SENDS = 5
COOL_DOWN = timedelta(seconds=30)
NONCE_BYTES = 16


class Purpose(StrEnum):
    """What a code is for; a code for one purpose is worth nothing for another."""

    SIMPLIFIED_REGISTRATION_CONTACT = "simplified_registration.contact"
    SIMPLIFIED_REGISTRATION_ALTERNATE = "simplified_registration.alternate"
    ACCOUNT_REGISTRATION = "account_registration"
    SIGN_IN = "sign_in"
    STEP_UP = "step_up"
    AUTHENTICATOR_LOSS = "authenticator_loss"
    PASSWORD_RESET = "password_reset"  # noqa: S105 - a purpose
    CONTACT_CHANGE = "contact_change"
    MOBILE_REPLACEMENT = "mobile_replacement"
    MOBILE_REPLACEMENT_STOP = "mobile_replacement.stop"
    STAFF_JOINING = "staff_joining"


@dataclass(frozen=True, slots=True)
class ServerKey:
    """A key of the server and its id; never printed."""

    key_id: str
    material: bytes

    def __repr__(self) -> str:
        return f"ServerKey({self.key_id!r})"


@dataclass(frozen=True, slots=True)
class Challenge:
    """Codes, one for each of `channels`, and how far they are spent. Holds no code.

    `sends` counts the sends asked for; `mobile_sent` and `email_sent` are the number of the last send that the
    provider took.
    """

    purpose: Purpose
    key_id: str
    nonce: bytes
    generation: int
    expires_at: datetime
    asked_at: datetime
    sends: int = 1
    mobile_sent: int = 0
    email_sent: int = 0
    attempts: int = 0
    used_at: datetime | None = None
    channels: tuple[Channel, ...] = (Channel.MOBILE, Channel.EMAIL)

    @property
    def attempts_left(self) -> int:
        """Wrong tries that are left; one try spends one of each code's."""
        return max(0, ATTEMPTS - self.attempts)

    @property
    def unsent(self) -> tuple[Channel, ...]:
        """The channels that still wait for the send that was asked for last."""
        taken = {Channel.MOBILE: self.mobile_sent, Channel.EMAIL: self.email_sent}
        return tuple(channel for channel in self.channels if taken[channel] < self.sends)

    @property
    def resend_at(self) -> datetime:
        """From when the codes may be asked for again."""
        return self.asked_at + COOL_DOWN


@dataclass(frozen=True, slots=True)
class Codes:
    """The codes that a person typed, "" for a channel that has none; never printed."""

    mobile: str = ""
    email: str = ""

    def __repr__(self) -> str:
        return "Codes(…)"

    def typed(self, channel: Channel) -> str:
        """The code typed for `channel`."""
        return self.mobile if channel is Channel.MOBILE else self.email


def parse_code(value: str) -> str:
    """Six ASCII digits; blanks and hyphens between them are forgiven.

    Refuses with `required` or `code_not_six_digits`.
    """
    digits = re.sub(r"[ -]", "", value.strip())
    if not digits:
        raise FieldProblem("required")
    if not re.fullmatch(r"[0-9]{6}", digits):
        raise FieldProblem("code_not_six_digits")
    return digits


def derive(key: ServerKey, challenge: Challenge, channel: Channel, contact: Contact) -> str:
    """The code of `challenge` for `channel` at `contact`: six digits. `key` must be the challenge's own (by id)."""
    return derive_at(key, challenge, channel, contact.address(channel))


def derive_at(key: ServerKey, challenge: Challenge, channel: Channel, address: str) -> str:
    """As `derive`, for one address by itself: what a message that is to be sent knows."""
    # Imported here: a route that handles no code starts without them.
    import pyotp  # noqa: PLC0415
    from cryptography.hazmat.primitives.hashes import SHA256  # noqa: PLC0415
    from cryptography.hazmat.primitives.kdf.hkdf import HKDF  # noqa: PLC0415

    if key.key_id != challenge.key_id:
        raise ValueError("the challenge was made under another server key")
    parts = (challenge.purpose.value, channel.value, address)
    # Each part is preceded by its length, so that no two lists of parts give the same bytes.
    info = b"".join(len(part).to_bytes(2, "big") + part.encode() for part in parts)
    secret = HKDF(algorithm=SHA256(), length=32, salt=challenge.nonce, info=info).derive(key.material)
    return pyotp.HOTP(base64.b32encode(secret).decode(), digits=CODE_DIGITS).at(challenge.generation)


def wrong_channels(key: ServerKey, challenge: Challenge, contact: Contact, typed: Codes) -> tuple[Channel, ...]:
    """The challenge's channels whose code is not right. All are always compared, each in constant time."""
    right = {
        channel: hmac.compare_digest(derive(key, challenge, channel, contact), typed.typed(channel))
        for channel in challenge.channels
    }
    return tuple(channel for channel, is_right in right.items() if not is_right)


def spent(challenge: Challenge, now: datetime, expired: Code = Code.REGISTRATION_EXPIRED) -> Challenge:
    """The challenge with one more attempt spent, to be stored on condition that nothing changed, before comparing.

    Raises `Refusal`: `expired` at or after `expires_at`, `codes_exhausted` after five.
    """
    if now >= challenge.expires_at:
        raise Refusal(expired)
    if challenge.attempts >= ATTEMPTS:
        raise Refusal(Code.CODES_EXHAUSTED, attempts_left=0)
    return replace(challenge, attempts=challenge.attempts + 1)


def used(challenge: Challenge, now: datetime) -> Challenge:
    """The challenge consumed.

    Raises `Refusal` `codes_used` when it was already: there is one success for a challenge.
    """
    if challenge.used_at is not None:
        raise Refusal(Code.CODES_USED)
    return replace(challenge, used_at=now)


def asked_again(challenge: Challenge, now: datetime, expired: Code = Code.REGISTRATION_EXPIRED) -> Challenge:
    """The challenge with another send of the same codes asked for; the expiry stays.

    A send that the provider did not take is asked for again without counting. Raises `Refusal`: `expired`,
    `codes_exhausted` (a resend never lifts a limit), `resend_too_soon` within 30 s, `send_limit_reached` after five.
    """
    if now >= challenge.expires_at:
        raise Refusal(expired)
    if challenge.attempts >= ATTEMPTS:
        raise Refusal(Code.CODES_EXHAUSTED, attempts_left=0)
    if now < challenge.resend_at:
        raise Refusal(Code.RESEND_TOO_SOON, retry_at=challenge.resend_at)
    if challenge.unsent:
        return replace(challenge, asked_at=now)
    if challenge.sends >= SENDS:
        raise Refusal(Code.SEND_LIMIT_REACHED)
    return replace(challenge, asked_at=now, sends=challenge.sends + 1)


def delivered(challenge: Challenge, channels: tuple[Channel, ...]) -> Challenge:
    """The challenge after the providers took its last send for `channels`."""
    return replace(
        challenge,
        mobile_sent=challenge.sends if Channel.MOBILE in channels else challenge.mobile_sent,
        email_sent=challenge.sends if Channel.EMAIL in channels else challenge.email_sent,
    )


def asked(
    purpose: Purpose, channels: tuple[Channel, ...], key_id: str, nonce: bytes, expires_at: datetime, now: datetime
) -> Challenge:
    """A new challenge whose codes go out through the outbox: what the outbox has taken counts as sent."""
    made = Challenge(purpose, key_id, nonce, 1, expires_at, now, channels=channels)
    return delivered(made, channels)


def incorrect(channels: tuple[Channel, ...], attempts_left: int) -> Refusal:
    """The refusal that names, channel by channel, which code was wrong."""
    errors = {f"{channel.value}_code": FieldError(f"{channel.value}_code_incorrect") for channel in channels}
    return Refusal(Code.CODES_INCORRECT, errors=errors, attempts_left=attempts_left)
