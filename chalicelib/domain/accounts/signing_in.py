"""Signing in: username and password, and the session that follows."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.domain import limits, passwords, sessions
from chalicelib.domain.accounts.account import AccountName, AccountStatus
from chalicelib.domain.accounts.owners import Owner, owner_key
from chalicelib.domain.authorisation import Actor
from chalicelib.domain.callers import Caller
from chalicelib.domain.changes import ChangeRefused, CountUp, WriteSession
from chalicelib.domain.icegate.accounts import Hold, IcegateAccount
from chalicelib.domain.limits import SIGN_IN_TRIES, TryPurpose
from chalicelib.domain.ports import Clock, Keyring, Store
from chalicelib.domain.refusals import Code, Refusal
from chalicelib.domain.rounds import forgive, in_rounds, take_try
from chalicelib.domain.sessions import Level, Session


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A new session with its token, which is told this once."""

    session: Session
    owner: Owner
    token: str


@dataclass(frozen=True, slots=True)
class SigningIn:
    """Opens, reads and ends sessions."""

    store: Store
    keyring: Keyring
    clock: Clock

    def sign_in(self, username: str, password: str, caller: Caller) -> SignedIn:
        """Opens a session for whoever knows the password of `username` (any case).

        Raises `Refusal`: `sign_in_refused` for an unknown name and a wrong password alike, `locked` (with `retry_at`)
        after ten failures in a row, `too_many_requests`. An unknown name takes the work, and meets the locks, of a
        known one.
        """
        key, now = self.keyring.current().material, self.clock()
        name = username.strip().lower()
        tries_key = limits.tries_key(key, TryPurpose.SIGN_IN, name)
        tries = take_try(self.store, tries_key, SIGN_IN_TRIES, now, CountUp(limits.by_ip(key, caller.ip, now)))
        owner = self._owner_named(name)
        if not passwords.matches(password, owner.password_hash if owner else None) or owner is None:
            raise Refusal(Code.SIGN_IN_REFUSED)
        token = sessions.new_token()
        session = sessions.opened(token, owner_key(owner), owner.security.generation, Level.FULL, caller.device, now)
        in_rounds(lambda: forgive(self.store, tries, SIGN_IN_TRIES, now, WriteSession(session)))
        return SignedIn(session, owner, token)

    def actor(self, token: str | None) -> Actor:
        """Who acts with `token`. Raises `Refusal`: `session_required`, `session_expired`."""
        now = self.clock()
        stored = self.store.session(sessions.token_hash(token)) if token else None
        session = sessions.demand_live(stored, now)
        owner = self.store.owner(session.owner)
        if owner is None or not _may_sign_in(owner) or owner.security.generation != session.generation:
            raise Refusal(Code.SESSION_REQUIRED)
        touched = sessions.touched(session, now)
        return Actor(owner, self._touch(touched) if touched is not None else session)

    def sign_out(self, token: str | None) -> None:
        """Ends the session at the server; a token that opens none is no matter."""
        if token:
            self.store.end_session(sessions.token_hash(token))

    def _owner_named(self, name: str) -> Owner | None:
        found = self.store.named(name)
        if isinstance(found, AccountName):
            return self.store.account(found.account_id)
        return None if isinstance(found, Hold) else found

    def _touch(self, touched: Session) -> Session:
        try:
            self.store.write(WriteSession(touched))
        except ChangeRefused as refused:
            # Another request touched it, which is as good, or a sign-out ended it, which counts.
            session = self.store.session(touched.token_hash)
            if session is None:
                raise Refusal(Code.SESSION_REQUIRED) from refused
            return session
        return touched


def _may_sign_in(owner: Owner) -> bool:
    return isinstance(owner, IcegateAccount) or owner.status is AccountStatus.ACTIVE
