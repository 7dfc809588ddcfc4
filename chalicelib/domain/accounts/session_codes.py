"""Codes that are sent to a session: for sign-in, for step-up, for an authenticator that was lost.

A session holds one challenge; what it is for (`Purpose`) decides where its codes count. All functions are pure.
"""

from __future__ import annotations

import secrets
from dataclasses import replace
from datetime import datetime

from chalicelib.domain import codes, sessions
from chalicelib.domain.codes import Challenge, Codes, Purpose
from chalicelib.domain.contacts import Channel, Contact
from chalicelib.domain.ports import Keyring
from chalicelib.domain.refusals import Code, Refusal
from chalicelib.domain.sessions import Session

# Design, section 5: ten minutes for sign-in and step-up (NIST 800-63B).
LIFETIME = sessions.HALF_WAY


def live(session: Session, purpose: Purpose, now: datetime) -> Challenge | None:
    """The session's challenge for `purpose`, while its codes count."""
    challenge = session.challenge
    is_live = challenge is not None and challenge.purpose is purpose and now < challenge.expires_at
    return challenge if is_live else None


def asked(
    session: Session, purpose: Purpose, channels: tuple[Channel, ...], keyring: Keyring, now: datetime
) -> Challenge:
    """The session's challenge with one more send over `channels` asked for.

    Sent again, it is the same code, and its end stays. All channels share the tries and the sends; one that was not
    asked before need not cool down. Raises `Refusal`: `codes_exhausted`, `resend_too_soon`, `send_limit_reached`.
    """
    known = live(session, purpose, now)
    if known is None:
        expires_at = min(now + LIFETIME, session.expires_at)
        nonce = secrets.token_bytes(codes.NONCE_BYTES)
        return codes.asked(purpose, channels, keyring.current().key_id, nonce, expires_at, now)
    added = tuple(channel for channel in channels if channel not in known.channels)
    cooled = replace(known, asked_at=now - codes.COOL_DOWN) if added else known
    again = codes.asked_again(cooled, now, Code.CODE_EXPIRED)
    together = (*known.channels, *added)
    return codes.delivered(replace(again, channels=together), together)


def spent(session: Session, purpose: Purpose, channels: tuple[Channel, ...], now: datetime) -> Session:
    """The session with one attempt of its challenge spent, to be stored before anything is compared.

    Raises `Refusal`: `code_expired` where no live code went over these channels, `codes_exhausted`.
    """
    challenge = demand_live(session, purpose, channels, now)
    return replace(session, challenge=codes.spent(challenge, now, Code.CODE_EXPIRED))


def demand_live(session: Session, purpose: Purpose, channels: tuple[Channel, ...], now: datetime) -> Challenge:
    """The live challenge that went over these channels. Raises `Refusal` `code_expired`."""
    challenge = live(session, purpose, now)
    if challenge is None or not set(channels) <= set(challenge.channels):
        raise Refusal(Code.CODE_EXPIRED)
    return challenge


def wrong(
    challenge: Challenge, channels: tuple[Channel, ...], contact: Contact, typed: Codes, keyring: Keyring
) -> tuple[Channel, ...]:
    """Those of `channels` whose code is not right. Raises `Refusal` `code_expired` where the key was withdrawn."""
    try:
        key = keyring.by_id(challenge.key_id)
    except KeyError as withdrawn:
        raise Refusal(Code.CODE_EXPIRED) from withdrawn
    return codes.wrong_channels(key, replace(challenge, channels=channels), contact, typed)
