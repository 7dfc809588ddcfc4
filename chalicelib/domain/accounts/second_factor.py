"""The second factor: shown after the password at sign-in, and again (step-up) before what is sensitive.

One mechanism for both; `raising` makes the session's successor.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.domain import limits, outbox
from chalicelib.domain.accounts import raising, recovery_codes, session_codes, trusted_browsers
from chalicelib.domain.accounts.account import Account
from chalicelib.domain.accounts.authenticators import with_code_accepted
from chalicelib.domain.accounts.owners import Owner
from chalicelib.domain.accounts.raising import SignedIn
from chalicelib.domain.accounts.security import Method, Security
from chalicelib.domain.accounts.telling import told
from chalicelib.domain.audit import Deed, Entry, Outcome
from chalicelib.domain.authorisation import Actor
from chalicelib.domain.callers import Caller
from chalicelib.domain.changes import Change, CountUp, WriteMessage, WriteOwner, WriteSession, WriteTries
from chalicelib.domain.codes import Codes, Purpose
from chalicelib.domain.contacts import Channel
from chalicelib.domain.limits import CODE_TRIES, Tries, TryPurpose
from chalicelib.domain.notices import NoticeKind
from chalicelib.domain.ports import Clock, Keyring, Store
from chalicelib.domain.recording import recorded
from chalicelib.domain.refusals import Code, FieldError, Refusal
from chalicelib.domain.rounds import in_rounds
from chalicelib.domain.sessions import Level, Session

_CHANNELS: Mapping[Method, Channel] = {Method.MOBILE_CODE: Channel.MOBILE, Method.EMAIL_CODE: Channel.EMAIL}
_METHODS = {channel: method for method, channel in _CHANNELS.items()}
# What was shown and was not right: written down as a failure.
_WRONG = frozenset({Code.CODE_INCORRECT, Code.AUTHENTICATOR_CLOCK_OFF, Code.AUTHENTICATOR_CODE_USED})


def methods_of(owner: Owner) -> tuple[Method, ...]:
    """How this owner can show a second factor. Where there is an authenticator, nothing weaker stands beside it.

    Staff who have none yet, or whose administrator removed it, show the code to their mobile: on an email code alone a
    thief of the mailbox could add an authenticator and have the Back Office.
    """
    security = owner.security
    if security.authenticator is None:
        is_staff = isinstance(owner, Account) and owner.is_staff
        return (Method.MOBILE_CODE,) if is_staff else (Method.MOBILE_CODE, Method.EMAIL_CODE)
    return (Method.AUTHENTICATOR, *((Method.RECOVERY_CODE,) if security.recovery_codes else ()))


def purpose_of(session: Session) -> Purpose:
    """What a code that is sent to this session is for."""
    return Purpose.SIGN_IN if session.level is Level.PASSWORD else Purpose.STEP_UP


@dataclass(frozen=True, slots=True)
class SecondFactor:
    """Sends codes to a session, and raises it once a second factor was shown."""

    store: Store
    keyring: Keyring
    clock: Clock

    def send_code(self, actor: Actor, channel: Channel, caller: Caller) -> Session:
        """Has a code sent to the owner's mobile or email (see `session_codes.asked`).

        Raises `Refusal`: `method_not_offered`, `locked`, `resend_too_soon`, `codes_exhausted`, `send_limit_reached`,
        `too_many_requests`.
        """
        versions = raising.versions(self.store, self.clock, actor)

        def send() -> Session:
            actor, now, key = next(versions), self.clock(), self.keyring.current().material
            if _METHODS[channel] not in methods_of(actor.owner):
                raise Refusal(Code.METHOD_NOT_OFFERED)
            # A code that could not be shown is not sent.
            limits.spent(self.store.tries(self._tries_key(actor)), CODE_TRIES, now)
            purpose = purpose_of(actor.session)
            challenge = session_codes.asked(actor.session, purpose, (channel,), self.keyring, now)
            kind = NoticeKind.SIGN_IN_CODE if purpose is Purpose.SIGN_IN else NoticeKind.STEP_UP_CODE
            contact, language = actor.owner.contact, actor.owner.language
            message = outbox.message(kind, channel, contact, language, now, owner=actor.key, challenge=challenge)
            waiting = replace(actor.session, challenge=challenge)
            self.store.write(
                WriteSession(waiting),
                WriteMessage(message),
                CountUp(limits.by_ip(key, caller.ip, now)),
                CountUp(limits.by_address(key, contact.address(channel), now)),
            )
            return waiting

        return in_rounds(send)

    def show(
        self, actor: Actor, method: Method, typed: str, caller: Caller, *, trust_browser: bool = False
    ) -> SignedIn:
        """Raises the session of whoever shows a second factor: at sign-in to a whole one, at step-up to a fresh one.

        `typed` is in the form of `codes.parse_code` or `recovery_codes.parse_recovery_code`. The attempt is spent in
        the store before anything is compared. `trust_browser` counts at sign-in only, and never for staff. Raises
        `Refusal`:        `method_not_offered`, `code_expired` (none was sent, or its time is over), `codes_exhausted`,
        `code_incorrect`, `authenticator_code_used`, `authenticator_clock_off`, `locked`, `too_many_requests`, and
        `session_required` where a parallel right answer came first.
        """
        if method not in methods_of(actor.owner):
            raise Refusal(Code.METHOD_NOT_OFFERED)
        actor, tries = self._attempted(actor, method, caller)
        versions = raising.versions(self.store, self.clock, actor)
        try:
            return in_rounds(lambda: self._raised(next(versions), method, typed, tries, caller, trust_browser))
        except Refusal as refusal:
            if refusal.code not in _WRONG:
                raise
            self._record_wrong(actor, method, refusal.code, caller)
            if refusal.code is not Code.CODE_INCORRECT:
                raise
            left = _attempts_left(actor.session, method, tries)
            raise Refusal(Code.CODE_INCORRECT, errors=refusal.errors, attempts_left=left) from refusal

    def _attempted(self, actor: Actor, method: Method, caller: Caller) -> tuple[Actor, Tries]:
        """The actor with an attempt spent in the store, and the tries taken."""
        versions = raising.versions(self.store, self.clock, actor)

        def spend() -> tuple[Actor, Tries]:
            actor, now, key = next(versions), self.clock(), self.keyring.current().material
            taken = limits.spent(self.store.tries(self._tries_key(actor)), CODE_TRIES, now)
            guards = (WriteTries(taken, now + CODE_TRIES.longest), CountUp(limits.by_ip(key, caller.ip, now)))
            if method not in _CHANNELS:
                return actor, replace(taken, revision=self.store.write(*guards))
            session = session_codes.spent(actor.session, purpose_of(actor.session), (_CHANNELS[method],), now)
            revision = self.store.write(WriteSession(session), *guards)
            return replace(actor, session=replace(session, revision=revision)), replace(taken, revision=revision)

        return in_rounds(spend)

    def _raised(
        self,
        actor: Actor,
        method: Method,
        typed: str,
        tries: Tries,
        caller: Caller,
        trust_browser: bool,  # noqa: FBT001 - `show` names it
    ) -> SignedIn:
        """One round: the session's successor, where what was typed is right for the versions that were read."""
        owner, now, is_sign_in = actor.owner, self.clock(), actor.session.level is Level.PASSWORD
        security, cookie = self._accepted(actor, method, typed, now), None
        deeds = [Deed.SIGNED_IN if is_sign_in else Deed.STEPPED_UP]
        changes: list[Change] = []
        if method is Method.RECOVERY_CODE:
            deeds.append(Deed.RECOVERY_CODE_USED)
            left = {"left": str(len(security.recovery_codes))}
            changes += told(NoticeKind.RECOVERY_CODE_USED, owner, now, values=left)
        if trust_browser and is_sign_in and trusted_browsers.may_trust(owner):
            deeds.append(Deed.BROWSER_TRUSTED)
            security, browser = trusted_browsers.trusted(security, caller.device, now)
            cookie = trusted_browsers.cookie(self.keyring.current(), owner, browser)
        if security != owner.security:
            changes.append(WriteOwner(replace(owner, security=security)))
        entries = [Entry(deed, actor.key, actor.key, facts=_facts(method, caller)) for deed in deeds]
        signed_in = raising.raised(self.store, self.clock, actor, method, tries, caller, entries, changes)
        return replace(signed_in, browser_cookie=cookie)

    def _accepted(self, actor: Actor, method: Method, typed: str, now: datetime) -> Security:
        """The owner's security after what was typed was right. Raises `Refusal` where it was not."""
        security = actor.owner.security
        if method is Method.AUTHENTICATOR:
            return with_code_accepted(self.keyring, actor.key, security, typed, now)
        if method is Method.RECOVERY_CODE:
            burnt = recovery_codes.burnt(security, typed)
            if burnt is None:
                raise _incorrect()
            return burnt
        channel = _CHANNELS[method]
        challenge = session_codes.demand_live(actor.session, purpose_of(actor.session), (channel,), now)
        shown = Codes(mobile=typed) if channel is Channel.MOBILE else Codes(email=typed)
        if session_codes.wrong(challenge, (channel,), actor.owner.contact, shown, self.keyring):
            raise _incorrect()
        return security

    def _record_wrong(self, actor: Actor, method: Method, code: Code, caller: Caller) -> None:
        facts = _facts(method, caller)
        entry = Entry(Deed.SECOND_FACTOR_TRIED, actor.key, actor.key, Outcome.REFUSED, code, facts)
        in_rounds(lambda: self.store.write(*recorded(self.store, self.clock(), caller.request_id, entry)))

    def _tries_key(self, actor: Actor) -> str:
        purpose = TryPurpose.SECOND_FACTOR if actor.session.level is Level.PASSWORD else TryPurpose.STEP_UP
        return limits.tries_key(self.keyring.current().material, purpose, actor.key)


def _facts(method: Method, caller: Caller) -> Mapping[str, str]:
    return {"method": method.value, "device": caller.device}


def _incorrect() -> Refusal:
    return Refusal(Code.CODE_INCORRECT, errors={"code": FieldError("code_incorrect")})


def _attempts_left(session: Session, method: Method, tries: Tries) -> int:
    """The tries that are left: before the lock closes, and of a code that was sent."""
    before_lock = max(0, CODE_TRIES.failures - tries.failures)
    if method in _CHANNELS and session.challenge is not None:
        return min(session.challenge.attempts_left, before_lock)
    return before_lock
