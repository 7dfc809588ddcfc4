"""Signing in to ICEGATE: username and password, and the session that follows."""

from __future__ import annotations

from dataclasses import dataclass, replace

from chalicelib.domain import limits, passwords, sessions
from chalicelib.domain.changes import ChangeRefused, CountUp, WriteSession, WriteTries
from chalicelib.domain.icegate.accounts import IcegateAccount
from chalicelib.domain.limits import SIGN_IN_TRIES, Counter, Tries
from chalicelib.domain.ports import Clock, Keyring, Store
from chalicelib.domain.refusals import Code, Refusal
from chalicelib.domain.sessions import Session

_ROUNDS = 12


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
        tries = self._spend_try(f"tries#sign_in#{limits.pseudonym(key, name)}", limits.by_ip(key, ip, now))
        stored = self.store.icegate_id(name)
        account = stored if isinstance(stored, IcegateAccount) else None
        if not passwords.matches(password, account.password_hash if account else None) or account is None:
            raise Refusal(Code.SIGN_IN_REFUSED)
        token = sessions.new_token()
        session = sessions.opened(token, name, now)
        self._in_rounds_forgiving(session, tries)
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

    def _spend_try(self, key: str, counter: Counter) -> Tries:
        for _ in range(_ROUNDS):
            now = self.clock()
            taken = limits.spent(self.store.tries(key), SIGN_IN_TRIES, now)
            try:
                revision = self.store.write(WriteTries(taken, now + SIGN_IN_TRIES.longest), CountUp(counter))
            except ChangeRefused as refused:
                if isinstance(refused.change, CountUp):
                    raise Refusal(Code.TOO_MANY_REQUESTS, retry_at=counter.until) from refused
                continue
            return replace(taken, revision=revision)
        raise Refusal(Code.SERVICE_UNAVAILABLE)

    def _in_rounds_forgiving(self, session: Session, tries: Tries) -> None:
        for _ in range(_ROUNDS):
            forgiven = limits.forgiven(replace(tries, revision=self.store.tries(tries.key).revision))
            try:
                self.store.write(WriteSession(session), WriteTries(forgiven, self.clock() + SIGN_IN_TRIES.longest))
            except ChangeRefused:
                continue
            return
        raise Refusal(Code.SERVICE_UNAVAILABLE)
