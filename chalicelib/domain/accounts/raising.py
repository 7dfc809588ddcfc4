"""Raising a session: whoever shows a second factor goes on under a new token, and the old one ends.

Both happen in one write that holds only for the version that was read: of parallel right answers one has a successor.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from chalicelib.domain import sessions
from chalicelib.domain.accounts.acting import acting
from chalicelib.domain.accounts.owners import Owner
from chalicelib.domain.accounts.security import Method
from chalicelib.domain.audit import Entry
from chalicelib.domain.authorisation import Actor
from chalicelib.domain.callers import Caller
from chalicelib.domain.changes import Change, EndSession, WriteSession
from chalicelib.domain.limits import CODE_TRIES, Tries
from chalicelib.domain.ports import Clock, Store
from chalicelib.domain.recording import recorded
from chalicelib.domain.rounds import forgive
from chalicelib.domain.sessions import Session


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A new session with its token, which is told this once; and a trusted browser's cookie where one was asked for.

    A session of level `password` still lacks the second factor.
    """

    session: Session
    owner: Owner
    token: str
    browser_cookie: str | None = None

    def __repr__(self) -> str:
        return f"SignedIn({self.session!r})"


def versions(store: Store, clock: Clock, actor: Actor) -> Iterator[Actor]:
    """The actor as the request read it, for the first round; then as the store holds it, for each further one.

    Raises `Refusal`: `session_required` once the session has ended, a parallel right answer's successor among the
    reasons.
    """
    yield actor
    yield from (acting(store, actor.session.token_hash, clock()) for _ in itertools.count())


def raised(
    store: Store,
    clock: Clock,
    actor: Actor,
    method: Method,
    tries: Tries,
    caller: Caller,
    entries: Sequence[Entry],
    changes: Sequence[Change],
) -> SignedIn:
    """The actor's session ended and its successor written, with `entries` and `changes`; the tries are forgiven.

    To be called in rounds: raises `ChangeRefused`.
    """
    now, token = clock(), sessions.new_token()
    successor = sessions.raised(actor.session, token, method, now)
    events = recorded(store, now, caller.request_id, *entries)
    forgive(store, tries, CODE_TRIES, now, EndSession(actor.session), WriteSession(successor), *changes, *events)
    return SignedIn(successor, actor.owner, token)
