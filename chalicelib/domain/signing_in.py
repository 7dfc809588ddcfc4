"""Signing in to ICEGATE: username and password, and the session that follows."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.domain import limits, passwords, sessions
from chalicelib.domain.changes import ChangeRefused, CountUp, WriteSession
from chalicelib.domain.icegate.accounts import IcegateAccount
from chalicelib.domain.limits import SIGN_IN_TRIES
from chalicelib.domain.ports import Clock, Keyring, Store
from chalicelib.domain.refusals import Code, Refusal
from chalicelib.domain.rounds import forgive, in_rounds, take_try
from chalicelib.domain.sessions import Session


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A new session with its token, which is told this once."""

    session: Session
    account: IcegateAccount
    token: str


@dataclass(frozen=True, slots=True)
class SigningIn:
    """Opens, reads and ends sessions."""

    store: Store
    keyring: Keyring
    clock: Clock

    def sign_in(self, username: str, password: str, ip: str) -> SignedIn:
        """Opens a session for whoever knows the password of the ICEGATE ID `username` (any case).

        Raises `Refusal`: `sign_in_refused` for an unknown name and a wrong password alike, `locked` (with `retry_at`)
        after ten failures in a row, `too_many_requests`. An unknown name takes the work, and meets the locks, of a
        known one.
        """
        key, now = self.keyring.current().material, self.clock()
        name = username.strip().lower()
        tries_key = f"tries#sign_in#{limits.pseudonym(key, name)}"
        tries = take_try(self.store, tries_key, SIGN_IN_TRIES, now, CountUp(limits.by_ip(key, ip, now)))
        stored = self.store.icegate_id(name)
        account = stored if isinstance(stored, IcegateAccount) else None
        if not passwords.matches(password, account.password_hash if account else None) or account is None:
            raise Refusal(Code.SIGN_IN_REFUSED)
        token = sessions.new_token()
        session = sessions.opened(token, name, now)
        in_rounds(lambda: forgive(self.store, tries, SIGN_IN_TRIES, now, WriteSession(session)))
        return SignedIn(session, account, token)

    def session(self, token: str | None) -> tuple[Session, IcegateAccount]:
        """The live session of `token` and its account. Raises `Refusal`: `session_required`, `session_expired`."""
        now = self.clock()
        stored = self.store.session(sessions.token_hash(token)) if token else None
        session = sessions.demand_live(stored, now)
        account = self.store.icegate_id(session.icegate_id)
        if not isinstance(account, IcegateAccount):
            raise Refusal(Code.SESSION_REQUIRED)
        touched = sessions.touched(session, now)
        if touched is not None:
            session = self._touch(touched)
        return session, account

    def sign_out(self, token: str | None) -> None:
        """Ends the session at the server; a token that opens none is no matter."""
        if token:
            self.store.end_session(sessions.token_hash(token))

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
