"""A lost authenticator: whoever has the password and shows both codes goes on without it.

Not for staff, who must have one: their administrator resets it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from chalicelib.domain import codes, limits, outbox
from chalicelib.domain.accounts import raising, session_codes
from chalicelib.domain.accounts.account import Account
from chalicelib.domain.accounts.authenticators import without_authenticator
from chalicelib.domain.accounts.raising import SignedIn
from chalicelib.domain.accounts.security import Method
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
from chalicelib.domain.refusals import Code, Refusal
from chalicelib.domain.rounds import in_rounds
from chalicelib.domain.sessions import Level, Session

_PURPOSE = Purpose.AUTHENTICATOR_LOSS
_BOTH = (Channel.MOBILE, Channel.EMAIL)


@dataclass(frozen=True, slots=True)
class AuthenticatorLoss:
    """Sends both codes to whoever lost the authenticator, and removes it once both were shown."""

    store: Store
    keyring: Keyring
    clock: Clock

    def report(self, actor: Actor, caller: Caller) -> Session:
        """Has both codes sent; made again, the same codes (see `session_codes.asked`).

        Raises `Refusal`: `not_permitted` for staff, `method_not_offered` where there is no authenticator, `locked`,
        `resend_too_soon`, `codes_exhausted`, `send_limit_reached`, `too_many_requests`.
        """
        versions = raising.versions(self.store, self.clock, actor)

        def send() -> Session:
            actor, now, key = next(versions), self.clock(), self.keyring.current().material
            _demand_loser(actor)
            limits.spent(self.store.tries(self._tries_key(actor)), CODE_TRIES, now)
            challenge = session_codes.asked(actor.session, _PURPOSE, _BOTH, self.keyring, now)
            kind, contact, language = NoticeKind.AUTHENTICATOR_LOSS_CODE, actor.owner.contact, actor.owner.language
            waiting = replace(actor.session, challenge=challenge)
            self.store.write(
                WriteSession(waiting),
                *(
                    WriteMessage(
                        outbox.message(kind, channel, contact, language, now, owner=actor.key, challenge=challenge)
                    )
                    for channel in _BOTH
                ),
                *(CountUp(limits.by_address(key, contact.address(channel), now)) for channel in _BOTH),
                CountUp(limits.by_ip(key, caller.ip, now)),
            )
            return waiting

        return in_rounds(send)

    def verify(self, actor: Actor, typed: Codes, caller: Caller) -> SignedIn:
        """Removes the authenticator and raises the session of whoever shows both codes.

        The attempt is spent in the store before anything is compared. Raises `Refusal`: as `report`, and
        `code_expired`, `codes_incorrect` (by channel), `session_required` where a parallel right answer came first.
        """
        actor, tries = self._attempted(actor, caller)
        versions = raising.versions(self.store, self.clock, actor)

        def raise_it() -> SignedIn:
            actor, now = next(versions), self.clock()
            _demand_loser(actor)
            challenge = session_codes.demand_live(actor.session, _PURPOSE, _BOTH, now)
            wrong = session_codes.wrong(challenge, _BOTH, actor.owner.contact, typed, self.keyring)
            if wrong:
                raise codes.incorrect(wrong, challenge.attempts_left)
            came = Deed.SIGNED_IN if actor.session.level is Level.PASSWORD else Deed.STEPPED_UP
            facts = {"method": Method.BOTH_CODES.value, "device": caller.device}
            entries = [Entry(deed, actor.key, actor.key, facts=facts) for deed in (Deed.AUTHENTICATOR_LOST, came)]
            bare = replace(actor.owner, security=without_authenticator(actor.owner.security))
            changes: list[Change] = [WriteOwner(bare), *told(NoticeKind.AUTHENTICATOR_REMOVED, bare, now)]
            return raising.raised(self.store, self.clock, actor, Method.BOTH_CODES, tries, caller, entries, changes)

        try:
            return in_rounds(raise_it)
        except Refusal as refusal:
            if refusal.code is Code.CODES_INCORRECT:
                self._record_wrong(actor, caller)
            raise

    def _attempted(self, actor: Actor, caller: Caller) -> tuple[Actor, Tries]:
        versions = raising.versions(self.store, self.clock, actor)

        def spend() -> tuple[Actor, Tries]:
            actor, now, key = next(versions), self.clock(), self.keyring.current().material
            _demand_loser(actor)
            taken = limits.spent(self.store.tries(self._tries_key(actor)), CODE_TRIES, now)
            session = session_codes.spent(actor.session, _PURPOSE, _BOTH, now)
            revision = self.store.write(
                WriteSession(session),
                WriteTries(taken, now + CODE_TRIES.longest),
                CountUp(limits.by_ip(key, caller.ip, now)),
            )
            return replace(actor, session=replace(session, revision=revision)), replace(taken, revision=revision)

        return in_rounds(spend)

    def _record_wrong(self, actor: Actor, caller: Caller) -> None:
        facts = {"method": Method.BOTH_CODES.value, "device": caller.device}
        entry = Entry(Deed.AUTHENTICATOR_LOST, actor.key, actor.key, Outcome.REFUSED, Code.CODES_INCORRECT, facts)
        in_rounds(lambda: self.store.write(*recorded(self.store, self.clock(), caller.request_id, entry)))

    def _tries_key(self, actor: Actor) -> str:
        return limits.tries_key(self.keyring.current().material, TryPurpose.AUTHENTICATOR_LOSS, actor.key)


def _demand_loser(actor: Actor) -> None:
    """Raises `Refusal` where the actor has nothing to lose, or may not go on without it."""
    if isinstance(actor.owner, Account) and actor.owner.is_staff:
        raise Refusal(Code.NOT_PERMITTED)
    if actor.owner.security.authenticator is None:
        raise Refusal(Code.METHOD_NOT_OFFERED)
