"""One's own account: what a signed-in person reads and changes of it, and what they did with it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.domain import limits, passwords, sessions
from chalicelib.domain.accounts.account import Account
from chalicelib.domain.accounts.acting import may_sign_in
from chalicelib.domain.accounts.closing import Closing
from chalicelib.domain.accounts.flows import Flow
from chalicelib.domain.accounts.names import PersonName
from chalicelib.domain.accounts.new_passwords import demand_fit, with_password
from chalicelib.domain.accounts.owners import Owner
from chalicelib.domain.accounts.replacing_mobiles import MobileReplacements
from chalicelib.domain.accounts.telling import told
from chalicelib.domain.audit import Deed, Entry, Event, Outcome
from chalicelib.domain.authorisation import STAFF_MOBILE_GOOD_FOR, Actor
from chalicelib.domain.callers import Caller
from chalicelib.domain.changes import CountUp, EndSession, WriteOwner, WriteSession
from chalicelib.domain.limits import CODE_TRIES, Tries, TryPurpose
from chalicelib.domain.notices import NoticeKind
from chalicelib.domain.ports import Clock, Keyring, Store
from chalicelib.domain.recording import recorded
from chalicelib.domain.refusals import Code, Refusal
from chalicelib.domain.rounds import forgive, in_rounds, take_try
from chalicelib.domain.sessions import Session

A_PAGE = 20


@dataclass(frozen=True, slots=True)
class OwnAccount:
    """An owner as they see themselves. `pending` is the mobile replacement that waits for its day."""

    owner: Owner
    pending: Flow | None
    may_close: bool

    @property
    def mobile_confirm_by(self) -> datetime | None:
        """Until when a staff member's mobile is good; None for everybody else."""
        owner = self.owner
        if not isinstance(owner, Account) or not owner.is_staff or owner.mobile_confirmed_at is None:
            return None
        return owner.mobile_confirmed_at + STAFF_MOBILE_GOOD_FOR


@dataclass(frozen=True, slots=True)
class Activity:
    """A page of what was done, the newest first; `before` is where the next page begins, None on the last."""

    events: tuple[Event, ...]
    before: int | None


@dataclass(frozen=True, slots=True)
class PasswordChanged:
    """The session under its new token, which is told this once."""

    session: Session
    token: str


@dataclass(frozen=True, slots=True)
class OwnAccounts:
    """The desk at which people look after their own login."""

    store: Store
    keyring: Keyring
    clock: Clock
    replacements: MobileReplacements
    closing: Closing

    def read(self, actor: Actor, caller: Caller) -> OwnAccount:
        """The actor's account. A mobile replacement whose journey was lost is started, or applied, on the way."""
        if actor.owner.replacement_id is None:
            return self._as_seen(actor.owner, None)
        pending = self.replacements.seen_to(actor.owner, caller.request_id)
        return self._as_seen(self._owner(actor) if pending is None else actor.owner, pending)

    def change_profile(self, actor: Actor, name: PersonName, language: str, caller: Caller) -> OwnAccount:
        """Changes the name and the language of messages."""

        def change() -> None:
            owner, now = self._account(actor), self.clock()
            if (owner.name, owner.language) == (name, language):
                return
            entry = Entry(Deed.PROFILE_CHANGED, actor.key, actor.key, facts={"device": caller.device})
            events = recorded(self.store, now, caller.request_id, entry)
            self.store.write(WriteOwner(replace(owner, name=name, language=language)), *events)

        in_rounds(change)
        return self.read(replace(actor, owner=self._owner(actor)), caller)

    def acknowledge_training(self, actor: Actor, caller: Caller) -> OwnAccount:
        """Writes down that a staff member knows the training; the first time counts."""

        def acknowledge() -> None:
            owner, now = self._account(actor), self.clock()
            if owner.post is None:
                raise Refusal(Code.NOT_PERMITTED)
            if owner.post.training_acknowledged_at is not None:
                return
            entry = Entry(Deed.TRAINING_ACKNOWLEDGED, actor.key, actor.key, facts={"device": caller.device})
            post = replace(owner.post, training_acknowledged_at=now)
            events = recorded(self.store, now, caller.request_id, entry)
            self.store.write(WriteOwner(replace(owner, post=post)), *events)

        in_rounds(acknowledge)
        return self.read(replace(actor, owner=self._owner(actor)), caller)

    def activity(self, actor: Actor, before: int | None) -> Activity:
        """The actor's own stream of the audit, a page from before a sequence on."""
        events = self.store.latest_events(actor.key, A_PAGE + 1, before)
        page = events[:A_PAGE]
        return Activity(page, page[-1].sequence if len(events) > A_PAGE else None)

    def change_password(self, actor: Actor, current: str, password: str, caller: Caller) -> PasswordChanged:
        """Changes the password: every other session ends, no browser is trusted, this session gets a new token.

        Raises `Refusal`: `password_incorrect`, `locked`, `too_many_requests`, `invalid_fields`
        (`password_contains_username`, `password_same`…), `session_required` where the session was replaced meanwhile.
        """
        tries = self.checked(actor, current, Deed.PASSWORD_CHANGED, caller)
        demand_fit(actor.owner, password)
        password_hash, token = passwords.hashed(password), sessions.new_token()

        def change() -> PasswordChanged:
            owner, now = self._owner(actor), self.clock()
            session = self._session(actor)
            after = with_password(owner, password_hash)
            renewed = replace(
                session,
                token_hash=sessions.token_hash(token),
                generation=after.security.generation,
                last_used_at=now,
                revision=None,
            )
            entry = Entry(Deed.PASSWORD_CHANGED, actor.key, actor.key, facts={"device": caller.device})
            forgive(
                self.store,
                tries,
                CODE_TRIES,
                now,
                WriteOwner(after),
                EndSession(session),
                WriteSession(renewed),
                *told(NoticeKind.PASSWORD_CHANGED, owner, now),
                *recorded(self.store, now, caller.request_id, entry),
            )
            return PasswordChanged(renewed, token)

        return in_rounds(change)

    def close(self, actor: Actor, password: str, caller: Caller) -> None:
        """Closes the account, if the password is right and nothing stands against it.

        Raises `Refusal`: `password_incorrect`, `locked`, `too_many_requests`, `closure_refused`.
        """
        tries = self.checked(actor, password, Deed.ACCOUNT_CLOSED, caller)

        def close_it() -> None:
            account, now = self._account(actor), self.clock()
            changes = self.closing.closed(account, self._session(actor), caller, now)
            forgive(self.store, tries, CODE_TRIES, now, *changes)

        in_rounds(close_it)

    def checked(self, actor: Actor, password: str, deed: Deed, caller: Caller) -> Tries:
        """The tries taken by a right password, to be forgiven with what it was asked for. A wrong one is recorded.

        Raises `Refusal`: `password_incorrect`, `locked`, `too_many_requests`.
        """
        key, now = self.keyring.current().material, self.clock()
        tries_key = limits.tries_key(key, TryPurpose.PASSWORD_CHECK, actor.key)
        tries = take_try(self.store, tries_key, CODE_TRIES, now, CountUp(limits.by_ip(key, caller.ip, now)))
        if not passwords.matches(password, actor.owner.password_hash):
            self._record_refused(actor, deed, caller)
            raise Refusal(Code.PASSWORD_INCORRECT)
        return tries

    def _record_refused(self, actor: Actor, deed: Deed, caller: Caller) -> None:
        facts = {"device": caller.device}
        entry = Entry(deed, actor.key, actor.key, Outcome.REFUSED, Code.PASSWORD_INCORRECT, facts)
        in_rounds(lambda: self.store.write(*recorded(self.store, self.clock(), caller.request_id, entry)))

    def _as_seen(self, owner: Owner, pending: Flow | None) -> OwnAccount:
        return OwnAccount(owner, pending, may_close=pending is None and self.closing.may_close(owner))

    def _owner(self, actor: Actor) -> Owner:
        """The actor's record as it stands now.

        Raises `Refusal` `session_required` where it may not be used now, or all sessions were ended meanwhile.
        """
        owner = self.store.owner(actor.key)
        if owner is None or not may_sign_in(owner) or owner.security.generation != actor.session.generation:
            raise Refusal(Code.SESSION_REQUIRED)
        return owner

    def _session(self, actor: Actor) -> Session:
        """The actor's session as it stands now. Raises `Refusal` `session_required` where it has ended."""
        session = self.store.session(actor.session.token_hash)
        if session is None:
            raise Refusal(Code.SESSION_REQUIRED)
        return session

    def _account(self, actor: Actor) -> Account:
        owner = self._owner(actor)
        if not isinstance(owner, Account):
            raise Refusal(Code.NOT_PERMITTED)
        return owner
