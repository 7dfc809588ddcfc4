"""Signing in: username and password, and the session that follows, whole or half way to the second factor."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.domain import audit, limits, passwords, sessions
from chalicelib.domain.accounts import trusted_browsers
from chalicelib.domain.accounts.account import Account, AccountName
from chalicelib.domain.accounts.acting import acting, may_sign_in
from chalicelib.domain.accounts.owners import Owner, owner_key
from chalicelib.domain.accounts.raising import SignedIn
from chalicelib.domain.audit import Deed, Entry, Outcome
from chalicelib.domain.authorisation import Actor
from chalicelib.domain.callers import Caller
from chalicelib.domain.changes import ChangeRefused, CountUp, EndSession, WriteSession
from chalicelib.domain.icegate.accounts import Hold
from chalicelib.domain.limits import SIGN_IN_TRIES, TryPurpose
from chalicelib.domain.ports import Clock, Keyring, Store
from chalicelib.domain.recording import recorded
from chalicelib.domain.refusals import Code, Refusal
from chalicelib.domain.rounds import forgive, in_rounds, take_try
from chalicelib.domain.sessions import Level, Session

_NOBODYS = "none"


@dataclass(frozen=True, slots=True)
class SigningIn:
    """Opens, reads and ends sessions."""

    store: Store
    keyring: Keyring
    clock: Clock

    def sign_in(
        self,
        username: str,
        password: str,
        caller: Caller,
        browser_cookie: str | None = None,
        previous_token: str | None = None,
    ) -> SignedIn:
        """Opens a session for whoever knows the password of `username` (any case).

        It is half way where a second factor is wanted: for a DGFT account, and for an ICEGATE account with an
        authenticator, unless the browser is trusted. The session that this browser had before (`previous_token`) ends,
        since its cookie is overwritten. Raises `Refusal`: `sign_in_refused` for an unknown name, a wrong password and
        an account that may not be used alike; `locked` (with `retry_at`) after ten failures in a row;
        `too_many_requests`. An unknown name takes the work, and meets the locks, of a known one.
        """
        key, now = self.keyring.current().material, self.clock()
        name = username.strip().lower()
        owner = self._owner_named(name)
        browser = trusted_browsers.browser_of(self.keyring.by_id, owner, browser_cookie, now)
        if owner is not None and browser is not None:
            # Its own lock: a stranger who closes the one of the name does not lock the owner out of it.
            tries_key = limits.tries_key(key, TryPurpose.SIGN_IN_TRUSTED, owner_key(owner))
        else:
            tries_key = limits.tries_key(key, TryPurpose.SIGN_IN, name)
        tries = take_try(self.store, tries_key, SIGN_IN_TRIES, now, CountUp(limits.by_ip(key, caller.ip, now)))
        is_right = passwords.matches(password, owner.password_hash if owner else None)
        if owner is None or not is_right or not may_sign_in(owner):
            self._record_refused(owner_key(owner) if owner else f"name:{limits.pseudonym(key, name)}", caller, now)
            raise Refusal(Code.SIGN_IN_REFUSED)
        level = Level.PASSWORD if _wants_second_factor(owner) and browser is None else Level.FULL
        token, mine = sessions.new_token(), owner_key(owner)
        session = sessions.opened(token, mine, owner.security.generation, level, caller.device, now)
        # Who has the password and not yet the second factor is worth telling as well.
        deed = Deed.SIGNED_IN if level is Level.FULL else Deed.PASSWORD_TRIED
        facts = {"device": caller.device, "method": "trusted_browser" if browser else "password"}
        entry = Entry(deed, mine, mine, facts=facts)

        def open_it() -> str:
            events = recorded(self.store, now, caller.request_id, entry)
            return forgive(self.store, tries, SIGN_IN_TRIES, now, WriteSession(session), *events)

        in_rounds(open_it)
        self.sign_out(previous_token, caller)
        return SignedIn(session, owner, token)

    def actor(self, token: str | None) -> Actor:
        """Who acts with `token`. Raises `Refusal`: `session_required`, `session_expired`."""
        if not token:
            raise Refusal(Code.SESSION_REQUIRED)
        now = self.clock()
        actor = acting(self.store, sessions.token_hash(token), now)
        touched = sessions.touched(actor.session, now)
        return Actor(actor.owner, self._touch(touched)) if touched is not None else actor

    def sign_out(self, token: str | None, caller: Caller) -> None:
        """Ends the session at the server; a token that opens none is no matter."""

        def end() -> None:
            session, now = self.store.session(sessions.token_hash(token or "")), self.clock()
            # One that ran out by itself is no event; the sweep takes it.
            if session is not None and now < session.idle_expires_at:
                entry = Entry(Deed.SIGNED_OUT, session.owner, session.owner, facts={"device": session.device})
                self.store.write(EndSession(session), *recorded(self.store, now, caller.request_id, entry))

        if token:
            in_rounds(end)

    def _owner_named(self, name: str) -> Owner | None:
        """The owner that a typed name leads to. Two reads, whoever has the name."""
        found = self.store.named(name)
        account = self.store.account(found.account_id if isinstance(found, AccountName) else _NOBODYS)
        return account if found is None or isinstance(found, AccountName | Hold) else found

    def _record_refused(self, stream: str, caller: Caller, now: datetime) -> None:
        """Writes a refused password down, for an unknown name in a stream of its own: the same work, and as telling."""
        facts = {"device": caller.device, "method": "password"}
        entry = Entry(Deed.PASSWORD_TRIED, audit.NOBODY, stream, Outcome.REFUSED, Code.SIGN_IN_REFUSED, facts)
        in_rounds(lambda: self.store.write(*recorded(self.store, now, caller.request_id, entry)))

    def _touch(self, touched: Session) -> Session:
        try:
            return replace(touched, revision=self.store.write(WriteSession(touched)))
        except ChangeRefused as refused:
            # Another request touched it, which is as good, or a sign-out ended it, which counts.
            session = self.store.session(touched.token_hash)
            if session is None:
                raise Refusal(Code.SESSION_REQUIRED) from refused
            return session


def _wants_second_factor(owner: Owner) -> bool:
    return isinstance(owner, Account) or owner.security.authenticator is not None
