"""Confirming the two codes of an account's registration; who resumes it names it by the two addresses."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain.accounts import registration as registrations
from chalicelib.domain.accounts.registration import CONFIRMED, AccountRegistration, RegistrationStatus
from chalicelib.domain.changes import CountUp, WriteAccountRegistration
from chalicelib.domain.codes import Codes
from chalicelib.domain.confirming import Coded, Confirmable, Confirmation
from chalicelib.domain.contacts import Contact
from chalicelib.domain.limits import TryPurpose
from chalicelib.domain.ports import Clock, Keyring, Store
from chalicelib.domain.refusals import Code


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
        return self._confirmation.confirmed(read, _with_attempt_spent, typed, counted)

    def resumed(self, contact: Contact, typed: Codes, new_token_hash: str, counted: CountUp) -> AccountRegistration:
        """The registration that two addresses and their codes mean, confirmed, under a new flow token.

        Raises `Refusal`: `codes_not_matched` for anything that is not right; `registration_expired` and `codes_used`
        only to who shows right codes.
        """

        def find() -> AccountRegistration | None:
            found = self.store.account_registration_of(pointer_of(contact))
            # Without a pointer one read fewer was made; the time must not tell.
            return found or self.store.account_registration("none")

        return self._confirmation.resumed(find, _identity(contact), typed, new_token_hash, counted)

    @property
    def _confirmation(self) -> Confirmation[AccountRegistration]:
        return Confirmation(self.store, self.keyring, self.clock, _KIND)


def _identity(contact: Contact) -> tuple[str, str]:
    return contact.email.lower(), contact.mobile


def _with_attempt_spent(registration: AccountRegistration, now: datetime) -> AccountRegistration | None:
    """None for one whose account is being made, or was made a moment ago."""
    if registration.status in CONFIRMED and _may_repeat(registration, now):
        return None
    return registrations.with_attempt_spent(registration, now)


def _may_repeat(registration: AccountRegistration, now: datetime) -> bool:
    """For 2 minutes, and in any case until the account is made."""
    return registration.status is RegistrationStatus.REGISTERING or registrations.may_repeat(registration, now)


_KIND: Confirmable[AccountRegistration] = Confirmable(
    Coded(
        sent=lambda registration: (registration.challenge, registration.contact),
        counted_as=lambda registration: (TryPurpose.ACCOUNT_CODES, _identity(registration.contact)),
        written=WriteAccountRegistration,
        expired=Code.REGISTRATION_EXPIRED,
    ),
    resumed_as=TryPurpose.ACCOUNT_RESUME,
    is_over=registrations.is_expired,
    is_confirmed=lambda registration, _: registration.status in CONFIRMED,
    may_repeat=_may_repeat,
    with_codes_confirmed=registrations.with_codes_confirmed,
)
