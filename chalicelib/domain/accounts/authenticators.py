"""Authenticator apps of owners: added, confirmed by a first code, used, removed; and the recovery codes beside them.

The shared secret is stored sealed under the server key, with the owner's key bound in. Whatever is done to an
authenticator forgets the trusted browsers and is told over both channels.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from chalicelib.domain import limits, sealing
from chalicelib.domain.accounts import raising, recovery_codes, time_codes, trusted_browsers
from chalicelib.domain.accounts.account import Account
from chalicelib.domain.accounts.owners import Owner, OwnerKey, username_of
from chalicelib.domain.accounts.security import ENROLMENT, Authenticator, Enrolment, Security
from chalicelib.domain.accounts.telling import told
from chalicelib.domain.accounts.time_codes import Accepted, ClockOff, Used
from chalicelib.domain.audit import Deed, Entry
from chalicelib.domain.authorisation import Actor
from chalicelib.domain.callers import Caller
from chalicelib.domain.changes import AppendEvent, CountUp, WriteOwner
from chalicelib.domain.notices import NoticeKind
from chalicelib.domain.ports import Clock, Keyring, Store
from chalicelib.domain.recording import recorded
from chalicelib.domain.refusals import Code, FieldError, Refusal
from chalicelib.domain.rounds import in_rounds
from chalicelib.domain.sealing import Sealed

Outcome = TypeVar("Outcome")
_PURPOSE = "authenticator"


@dataclass(frozen=True, slots=True)
class Offered:
    """An authenticator to be added: its secret as people type it, as a URI, as a QR code (SVG); all told this once."""

    secret: str
    uri: str
    qr: str
    expires_at: datetime

    def __repr__(self) -> str:
        return "Offered(…)"


def without_authenticator(security: Security) -> Security:
    """The security once the authenticator is gone, and with it its recovery codes and the trusted browsers."""
    bare = replace(security, authenticator=None, enrolment=None, recovery_codes=())
    return trusted_browsers.all_forgotten(bare)


def with_code_accepted(keyring: Keyring, mine: OwnerKey, security: Security, typed: str, now: datetime) -> Security:
    """The security after a right code of the authenticator, sealed anew where the server key has changed.

    Raises `Refusal`: `code_incorrect`, `authenticator_code_used`, `authenticator_clock_off`; `method_not_offered`
    where there is none, or its server key was withdrawn.
    """
    authenticator = security.authenticator
    if authenticator is None:
        raise Refusal(Code.METHOD_NOT_OFFERED)
    secret = _opened(keyring, mine, authenticator.sealed)
    step = _accepted(secret, typed, authenticator.last_step, now)
    current = keyring.current()
    sealed = authenticator.sealed
    if sealed.key_id != current.key_id:
        sealed = sealing.seal(current, _PURPOSE, mine, secret)
    return replace(security, authenticator=replace(authenticator, sealed=sealed, last_step=step))


def _accepted(secret: bytes, typed: str, last_step: int, now: datetime) -> int:
    match time_codes.judged(secret, typed, last_step, now):
        case Accepted(step):
            return step
        case Used():
            raise Refusal(Code.AUTHENTICATOR_CODE_USED)
        case ClockOff(minutes):
            raise Refusal(Code.AUTHENTICATOR_CLOCK_OFF, minutes=minutes)
        case _:
            raise Refusal(Code.CODE_INCORRECT, errors={"code": FieldError("code_incorrect")})


def _opened(keyring: Keyring, mine: OwnerKey, sealed: Sealed) -> bytes:
    try:
        key = keyring.by_id(sealed.key_id)
    except KeyError as withdrawn:
        raise Refusal(Code.METHOD_NOT_OFFERED) from withdrawn
    return sealing.opened(key, _PURPOSE, mine, sealed)


@dataclass(frozen=True, slots=True)
class Authenticators:
    """The desk of one's own authenticator, recovery codes and trusted browsers. The caller saw to the step-up."""

    store: Store
    keyring: Keyring
    clock: Clock

    def begin(self, actor: Actor) -> Offered:
        """Offers a new secret, good for ten minutes; it counts once `confirm` was given its first code."""
        secret, key = time_codes.new_secret(), self.keyring.current()

        def offer(owner: Owner, now: datetime) -> datetime:
            enrolment = Enrolment(sealing.seal(key, _PURPOSE, actor.key, secret), now + ENROLMENT)
            self.store.write(WriteOwner(replace(owner, security=replace(owner.security, enrolment=enrolment))))
            return enrolment.expires_at

        expires_at = self._in_rounds(actor, offer)
        uri = time_codes.uri(secret, username_of(actor.owner))
        return Offered(time_codes.grouped(secret), uri, time_codes.qr(uri), expires_at)

    def confirm(self, actor: Actor, typed: str, caller: Caller) -> tuple[str, ...]:
        """Adds the offered authenticator, in the place of one that was there; gives ten new recovery codes.

        Raises `Refusal`: `code_expired` where nothing is offered any more, `code_incorrect`,
        `authenticator_clock_off`, `too_many_requests`.
        """
        made = recovery_codes.made()

        def add(owner: Owner, now: datetime) -> tuple[str, ...]:
            enrolment = owner.security.enrolment
            if enrolment is None or now >= enrolment.expires_at:
                raise Refusal(Code.CODE_EXPIRED)
            step = _accepted(_opened(self.keyring, actor.key, enrolment.sealed), typed, 0, now)
            security = replace(
                without_authenticator(owner.security), authenticator=Authenticator(enrolment.sealed, now, step)
            )
            self.store.write(
                WriteOwner(replace(owner, security=recovery_codes.with_codes(security, made))),
                *told(NoticeKind.AUTHENTICATOR_ADDED, owner, now),
                *self._recorded(actor, caller, now, Deed.AUTHENTICATOR_ADDED, Deed.RECOVERY_CODES_MADE),
            )
            return made

        # Guessing is worth nothing here, since the secret was shown; but it costs work.
        counted = limits.by_ip(self.keyring.current().material, caller.ip, self.clock())
        in_rounds(lambda: self.store.write(CountUp(counted)))
        return self._in_rounds(actor, add)

    def remove(self, actor: Actor, caller: Caller) -> None:
        """Removes the authenticator and its recovery codes; it is no matter if there is none.

        Raises `Refusal` `not_permitted` for staff, who must have one.
        """
        if isinstance(actor.owner, Account) and actor.owner.is_staff:
            raise Refusal(Code.NOT_PERMITTED)

        def take_away(owner: Owner, now: datetime) -> None:
            if owner.security.authenticator is None:
                return
            self.store.write(
                WriteOwner(replace(owner, security=without_authenticator(owner.security))),
                *told(NoticeKind.AUTHENTICATOR_REMOVED, owner, now),
                *self._recorded(actor, caller, now, Deed.AUTHENTICATOR_REMOVED),
            )

        self._in_rounds(actor, take_away)

    def make_recovery_codes(self, actor: Actor, caller: Caller) -> tuple[str, ...]:
        """Ten new recovery codes, told this once; the old ones die.

        Raises `Refusal` `method_not_offered` without an authenticator: they stand in for one.
        """
        made = recovery_codes.made()

        def renew(owner: Owner, now: datetime) -> tuple[str, ...]:
            if owner.security.authenticator is None:
                raise Refusal(Code.METHOD_NOT_OFFERED)
            self.store.write(
                WriteOwner(replace(owner, security=recovery_codes.with_codes(owner.security, made))),
                *self._recorded(actor, caller, now, Deed.RECOVERY_CODES_MADE),
            )
            return made

        return self._in_rounds(actor, renew)

    def forget_browser(self, actor: Actor, browser_id: str, caller: Caller) -> None:
        """Takes back the trust in one browser. Raises `Refusal` `not_found` where it is none of the actor's."""

        def forget(owner: Owner, now: datetime) -> None:
            security = trusted_browsers.forgotten(owner.security, browser_id)
            if security is None:
                raise Refusal(Code.NOT_FOUND)
            self.store.write(
                WriteOwner(replace(owner, security=security)),
                *self._recorded(actor, caller, now, Deed.BROWSER_FORGOTTEN),
            )

        self._in_rounds(actor, forget)

    def _recorded(self, actor: Actor, caller: Caller, now: datetime, *deeds: Deed) -> tuple[AppendEvent, ...]:
        entries = (Entry(deed, actor.key, actor.key, facts={"device": caller.device}) for deed in deeds)
        return recorded(self.store, now, caller.request_id, *entries)

    def _in_rounds(self, actor: Actor, decide: Callable[[Owner, datetime], Outcome]) -> Outcome:
        """Decides on the owner as the request read it, and on the stored one where somebody wrote meanwhile."""
        versions = raising.versions(self.store, self.clock, actor)
        return in_rounds(lambda: decide(next(versions).owner, self.clock()))
