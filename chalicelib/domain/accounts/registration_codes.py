"""Confirming the two codes of an account's registration: spend an attempt in the store, compare, consume once.

Two ways lead here. Who has the flow token says which registration it is; who resumes names it by the two addresses,
and must learn nothing from a "no".
"""

from __future__ import annotations

import hashlib
import itertools
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace

from chalicelib.domain import codes, limits
from chalicelib.domain.accounts import registration as registrations
from chalicelib.domain.accounts.registration import CONFIRMED, AccountRegistration, RegistrationStatus
from chalicelib.domain.changes import CountUp, UseOnce, WriteAccountRegistration, WriteTries
from chalicelib.domain.codes import Codes
from chalicelib.domain.contacts import Channel, Contact
from chalicelib.domain.limits import CODE_TRIES, Tries, TryPurpose
from chalicelib.domain.ports import Clock, Keyring, Store
from chalicelib.domain.refusals import Code, Refusal
from chalicelib.domain.rounds import forgive, in_rounds


def pointer_of(contact: Contact) -> str:
    """Under which key a pair of addresses points to its registration; the same whatever the server's key is."""
    return "pair#" + hashlib.sha256(f"{contact.email.lower()}\n{contact.mobile}".encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class RegistrationCodes:
    """Compares what people type with the codes they were sent."""

    store: Store
    keyring: Keyring
    clock: Clock

    def confirmed(
        self, read: Callable[[], AccountRegistration], typed: Codes, *counted: CountUp
    ) -> AccountRegistration:
        """The registration with its codes confirmed, now or before. `read` gives the stored version.

        Raises `Refusal`: `codes_incorrect` by channel, `codes_exhausted`, `locked`, `registration_expired`,
        `registration_ended` (registered more than 2 minutes ago).
        """
        registration, tries = self._attempted(read, counted)
        if tries is None:
            return registration
        wrong = self._wrong_channels(registration, typed)
        if wrong:
            raise codes.incorrect(wrong, registration.challenge.attempts_left)
        return self._consumed(registration, read, tries, None)

    def resumed(self, contact: Contact, typed: Codes, new_token_hash: str, counted: CountUp) -> AccountRegistration:
        """The registration that two addresses and their codes mean, confirmed, under a new flow token.

        Raises `Refusal`: `codes_not_matched` for anything that is not right; `registration_expired` and `codes_used`
        only to who shows right codes.
        """

        def find() -> AccountRegistration | None:
            found = self.store.account_registration_of(pointer_of(contact))
            # Without a pointer one read fewer was made; the time must not tell.
            return found or self.store.account_registration("none")

        def read() -> AccountRegistration:
            found = find()
            if found is None:
                raise Refusal(Code.CODES_NOT_MATCHED)
            return found

        registration, tries = self._attempted_by_stranger(contact, find, counted)
        if registration is None or self._wrong_channels(registration, typed):
            raise Refusal(Code.CODES_NOT_MATCHED)
        if registrations.is_expired(registration, self.clock()):
            raise Refusal(Code.REGISTRATION_EXPIRED)
        return self._consumed(registration, read, tries, new_token_hash)

    def _attempted(
        self, read: Callable[[], AccountRegistration], counted: tuple[CountUp, ...]
    ) -> tuple[AccountRegistration, Tries | None]:
        """The registration with an attempt spent, and the tries taken; no tries where it was confirmed before."""

        def spend() -> tuple[AccountRegistration, Tries | None]:
            registration, now = read(), self.clock()
            is_repeated = registrations.may_repeat(registration, now)
            if registration.status is RegistrationStatus.REGISTERING or (
                registration.status is RegistrationStatus.REGISTERED and is_repeated
            ):
                return registration, None
            spent = registrations.with_attempt_spent(registration, now)
            tries_key = self._tries_key(TryPurpose.ACCOUNT_CODES, registration.contact)
            taken = limits.spent(self.store.tries(tries_key), CODE_TRIES, now)
            tries = WriteTries(taken, now + CODE_TRIES.longest)
            revision = self.store.write(WriteAccountRegistration(spent), tries, *counted)
            return replace(spent, revision=revision), replace(taken, revision=revision)

        return in_rounds(spend)

    def _attempted_by_stranger(
        self, contact: Contact, find: Callable[[], AccountRegistration | None], counted: CountUp
    ) -> tuple[AccountRegistration | None, Tries]:
        """The registration that was found, with an attempt spent, and the tries taken.

        The same work where there is none.
        """
        tries_key = self._tries_key(TryPurpose.ACCOUNT_RESUME, contact)

        def spend() -> tuple[AccountRegistration | None, Tries]:
            registration, now = find(), self.clock()
            taken = limits.spent(self.store.tries(tries_key), CODE_TRIES, now)
            guards = (WriteTries(taken, now + CODE_TRIES.longest), counted)
            if registration is None or registration.challenge.attempts_left == 0:
                # A decoy, so that the time does not tell whether somebody is signing up with these addresses.
                revision = self.store.write(UseOnce(f"decoy#{secrets.token_hex(8)}", now + limits.IP_WINDOW), *guards)
                return None, replace(taken, revision=revision)
            challenge = replace(registration.challenge, attempts=registration.challenge.attempts + 1)
            spent = replace(registration, challenge=challenge)
            revision = self.store.write(WriteAccountRegistration(spent), *guards)
            return replace(spent, revision=revision), replace(taken, revision=revision)

        return in_rounds(spend)

    def _wrong_channels(self, registration: AccountRegistration, typed: Codes) -> tuple[Channel, ...]:
        challenge = registration.challenge
        try:
            key = self.keyring.by_id(challenge.key_id)
        except KeyError as withdrawn:
            raise Refusal(Code.REGISTRATION_EXPIRED) from withdrawn
        return codes.wrong_channels(key, challenge, registration.contact, typed)

    def _consumed(
        self,
        known: AccountRegistration,
        read: Callable[[], AccountRegistration],
        tries: Tries,
        new_token_hash: str | None,
    ) -> AccountRegistration:
        """Consumes the challenge once. A repeated resume, 2 minutes long or until the account is made, succeeds again.

        `known` is the version just written; it is read anew only where somebody else came between.
        """
        versions = itertools.chain([lambda: known], itertools.repeat(read))

        def consume() -> AccountRegistration:
            registration, now = next(versions)(), self.clock()
            if registration.status not in CONFIRMED:
                confirmed = registrations.with_codes_confirmed(registration, now)
            elif new_token_hash is None:
                return registration
            elif registration.status is RegistrationStatus.REGISTERING or registrations.may_repeat(registration, now):
                # Told again; and where the account is still to be made, this is what makes a lost wake-up good.
                confirmed = registration
            else:
                raise Refusal(Code.CODES_USED)
            if new_token_hash is not None:
                confirmed = replace(confirmed, flow_token_hash=new_token_hash)
            revision = forgive(self.store, tries, CODE_TRIES, now, WriteAccountRegistration(confirmed))
            return replace(confirmed, revision=revision)

        return in_rounds(consume)

    def _tries_key(self, purpose: TryPurpose, contact: Contact) -> str:
        key = self.keyring.current().material
        return limits.tries_key(key, purpose, contact.email.lower(), contact.mobile)
