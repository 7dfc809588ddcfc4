"""Sessions of signed-in people: 15 minutes idle, 12 hours whole, ended at the server.

The token is 256 random bits and is stored only as its SHA-256, so the table of sessions opens no door.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from chalicelib.domain.refusals import Code, Refusal

IDLE = timedelta(minutes=15)
WHOLE = timedelta(hours=12)
# A session's last use is written at most this often, so that reading does not mean writing.
TOUCH = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Session:
    """One signed-in browser or client. Times are aware UTC."""

    token_hash: str
    icegate_id: str
    signed_in_at: datetime
    last_used_at: datetime
    revision: str | None = None

    @property
    def idle_expires_at(self) -> datetime:
        """When it ends if it is not used."""
        return min(self.last_used_at + IDLE, self.expires_at)

    @property
    def expires_at(self) -> datetime:
        """When it ends whatever happens."""
        return self.signed_in_at + WHOLE


def new_token() -> str:
    """A session token: 256 random bits, URL-safe."""
    return secrets.token_urlsafe(32)


def new_flow_token() -> str:
    """A registration's flow token: 128 random bits, URL-safe."""
    return secrets.token_urlsafe(16)


def token_hash(token: str) -> str:
    """How a token is stored and looked up: SHA-256, hex.

    The token has full entropy, so no salt or stretching is needed.
    """
    return hashlib.sha256(token.encode()).hexdigest()


def opened(token: str, icegate_id: str, now: datetime) -> Session:
    """A new session for `icegate_id` (folded), begun at `now`."""
    return Session(token_hash(token), icegate_id, now, now)


def demand_live(session: Session | None, now: datetime) -> Session:
    """The session if it still counts.

    Raises `Refusal`: `session_required` for none, `session_expired` for an old one.
    """
    if session is None:
        raise Refusal(Code.SESSION_REQUIRED)
    if now >= session.idle_expires_at:
        raise Refusal(Code.SESSION_EXPIRED)
    return session


def touched(session: Session, now: datetime) -> Session | None:
    """The session with its last use moved to `now`, or None where the stored one is recent enough."""
    return replace(session, last_used_at=now) if now - session.last_used_at >= TOUCH else None
