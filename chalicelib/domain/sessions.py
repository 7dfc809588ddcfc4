"""Sessions of signed-in people: 15 minutes idle, 12 hours whole, ended at the server.

The token is 256 random bits and is stored only as its SHA-256, so the table of sessions opens no door. Each rise in
rights gives a new token, and the old one ends.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from chalicelib.domain.accounts.owners import OwnerKey
from chalicelib.domain.accounts.security import Method
from chalicelib.domain.codes import Challenge
from chalicelib.domain.refusals import Code, Refusal

IDLE = timedelta(minutes=15)
WHOLE = timedelta(hours=12)
# Between the password and the second factor.
HALF_WAY = timedelta(minutes=10)
# How long a second factor counts as fresh.
FRESH = timedelta(minutes=10)
# A session's last use is written at most this often, so that reading does not mean writing.
TOUCH = timedelta(minutes=1)


class Level(StrEnum):
    """How far a person has come: `password` still lacks the second factor and opens nothing else."""

    PASSWORD = "password"  # noqa: S105 - a level
    FULL = "full"


@dataclass(frozen=True, slots=True)
class Session:
    """One signed-in browser or client. Times are aware UTC.

    `generation` is the owner's when it was opened: it counts only while the owner's is the same. `checked_at` is when
    a second factor was last shown, by `checked_by`; `challenge` the code sent for the next one.
    """

    token_hash: str
    session_id: str
    owner: OwnerKey
    level: Level
    generation: int
    signed_in_at: datetime
    last_used_at: datetime
    device: str = ""
    checked_at: datetime | None = None
    checked_by: Method | None = None
    challenge: Challenge | None = None
    revision: str | None = None

    def __repr__(self) -> str:
        return f"Session({self.session_id!r}, {self.level.value})"

    @property
    def idle_expires_at(self) -> datetime:
        """When it ends if it is not used."""
        return min(self.last_used_at + IDLE, self.expires_at)

    @property
    def expires_at(self) -> datetime:
        """When it ends whatever happens."""
        return self.signed_in_at + (HALF_WAY if self.level is Level.PASSWORD else WHOLE)

    @property
    def fresh_until(self) -> datetime | None:
        """Until when its second factor counts as fresh; None where none was shown."""
        return self.checked_at + FRESH if self.checked_at else None


def new_token() -> str:
    """A session token: 256 random bits, URL-safe."""
    return secrets.token_urlsafe(32)


def new_flow_token() -> str:
    """A registration's flow token: 128 random bits, URL-safe."""
    return secrets.token_urlsafe(16)


def new_id() -> str:
    """An id of ours: 128 random bits, 22 URL-safe signs."""
    return secrets.token_urlsafe(16)


def token_hash(token: str) -> str:
    """How a token is stored and looked up: SHA-256, hex.

    The token has full entropy, so no salt or stretching is needed.
    """
    return hashlib.sha256(token.encode()).hexdigest()


def opened(token: str, owner: OwnerKey, generation: int, level: Level, device: str, now: datetime) -> Session:
    """A new session for `owner`, begun at `now`."""
    return Session(token_hash(token), new_id(), owner, level, generation, now, now, device)


def raised(session: Session, token: str, method: Method, now: datetime) -> Session:
    """The session after a second factor was shown: full, fresh, under a new token, with no code outstanding.

    A sign-in's 12 hours begin with it; a step-up gives none back.
    """
    signed_in_at = now if session.level is Level.PASSWORD else session.signed_in_at
    return replace(
        session,
        token_hash=token_hash(token),
        level=Level.FULL,
        signed_in_at=signed_in_at,
        last_used_at=now,
        checked_at=now,
        checked_by=method,
        challenge=None,
        revision=None,
    )


def demand_live(session: Session | None, now: datetime) -> Session:
    """The session if it still counts.

    Raises `Refusal`: `session_required` for none, `session_expired` for an old one.
    """
    if session is None:
        raise Refusal(Code.SESSION_REQUIRED)
    if now >= session.idle_expires_at:
        raise Refusal(Code.SESSION_EXPIRED)
    return session


def is_fresh(session: Session, now: datetime) -> bool:
    """Whether a second factor was shown within the last 10 minutes."""
    return session.fresh_until is not None and now < session.fresh_until


def touched(session: Session, now: datetime) -> Session | None:
    """The session with its last use moved to `now`, or None where the stored one is recent enough."""
    return replace(session, last_used_at=now) if now - session.last_used_at >= TOUCH else None
