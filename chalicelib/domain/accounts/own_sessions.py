"""One's own sessions: where one is signed in, ended one by one or all at once."""

from __future__ import annotations

from dataclasses import dataclass, replace

from chalicelib.domain.accounts import raising
from chalicelib.domain.accounts.acting import counts
from chalicelib.domain.audit import Deed, Entry
from chalicelib.domain.authorisation import Actor
from chalicelib.domain.callers import Caller
from chalicelib.domain.changes import EndSession, WriteOwner
from chalicelib.domain.ports import Clock, Store
from chalicelib.domain.recording import recorded
from chalicelib.domain.refusals import Code, Refusal
from chalicelib.domain.rounds import in_rounds
from chalicelib.domain.sessions import Level, Session


@dataclass(frozen=True, slots=True)
class OwnSessions:
    """The desk of one's own sessions."""

    store: Store
    clock: Clock

    def all(self, actor: Actor) -> tuple[Session, ...]:
        """The actor's live sessions, the one used last first. The actor's own is always among them."""
        now = self.clock()
        others = (session for session in self.store.sessions_of(actor.key) if not _is_same(session, actor.session))
        live = [session for session in others if session.level is Level.FULL and counts(session, actor.owner, now)]
        return tuple(sorted([actor.session, *live], key=lambda session: session.last_used_at, reverse=True))

    def end(self, actor: Actor, session_id: str, caller: Caller) -> None:
        """Ends one of the actor's sessions, this one among them.

        Raises `Refusal` `not_found` for one that is not theirs or has ended.
        """

        def end_it() -> None:
            session, now = self._found(actor, session_id), self.clock()
            entry = Entry(Deed.SESSION_ENDED, actor.key, actor.key, facts={"device": session.device})
            self.store.write(EndSession(session), *recorded(self.store, now, caller.request_id, entry))

        in_rounds(end_it)

    def end_all(self, actor: Actor, caller: Caller) -> None:
        """Ends every session of the actor, this one too: their generation counts up."""
        versions = raising.versions(self.store, self.clock, actor)

        def end_them() -> None:
            owner, now = next(versions).owner, self.clock()
            security = replace(owner.security, generation=owner.security.generation + 1)
            entry = Entry(Deed.SESSIONS_ENDED, actor.key, actor.key, facts={"device": caller.device})
            events = recorded(self.store, now, caller.request_id, entry)
            self.store.write(WriteOwner(replace(owner, security=security)), *events)

        in_rounds(end_them)

    def _found(self, actor: Actor, session_id: str) -> Session:
        now = self.clock()
        # The index lags behind; the session that asks is known to be there.
        known = (self.store.session(actor.session.token_hash), *self.store.sessions_of(actor.key))
        for session in known:
            if session is not None and session.session_id == session_id and counts(session, actor.owner, now):
                return session
        raise Refusal(Code.NOT_FOUND)


def _is_same(session: Session, other: Session) -> bool:
    return session.token_hash == other.token_hash
