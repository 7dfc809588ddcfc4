"""Acting: who stands behind a session's token now.

A session counts while it is live, its owner may sign in, and it bears the owner's generation (`Security.generation`):
ending all of somebody's sessions is one write on the owner.
"""

from __future__ import annotations

from datetime import datetime

from chalicelib.domain import sessions
from chalicelib.domain.accounts.account import Account, AccountStatus
from chalicelib.domain.accounts.owners import Owner
from chalicelib.domain.authorisation import Actor
from chalicelib.domain.ports import Store
from chalicelib.domain.refusals import Code, Refusal
from chalicelib.domain.sessions import Session


def may_sign_in(owner: Owner) -> bool:
    """Whether the account may be used at all: a DGFT account must be active."""
    return not isinstance(owner, Account) or owner.status is AccountStatus.ACTIVE


def counts(session: Session, owner: Owner, now: datetime) -> bool:
    """Whether a session of `owner` is live and of the current generation."""
    return now < session.idle_expires_at and session.generation == owner.security.generation


def acting(store: Store, token_hash: str, now: datetime) -> Actor:
    """Who acts with the token behind `token_hash`; two reads.

    Raises `Refusal`: `session_required` (none, ended, or its owner may not sign in), `session_expired`.
    """
    session = sessions.demand_live(store.session(token_hash), now)
    owner = store.owner(session.owner)
    if owner is None or not may_sign_in(owner) or owner.security.generation != session.generation:
        raise Refusal(Code.SESSION_REQUIRED)
    return Actor(owner, session)
