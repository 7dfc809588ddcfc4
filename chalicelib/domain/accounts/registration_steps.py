"""The registration of an account as its journey drives it: what each step Lambda does.

A step may be run again at any time, by a retry or a redrive: it finds out from the record what is left to do.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from chalicelib.domain import audit
from chalicelib.domain.accounts import registration as registrations
from chalicelib.domain.accounts.account import names_of
from chalicelib.domain.accounts.owners import account_key
from chalicelib.domain.accounts.registration import AccountRegistration, RegistrationStatus
from chalicelib.domain.accounts.registration_journey import is_to_be_woken, message_body
from chalicelib.domain.accounts.registration_messages import not_possible, welcome
from chalicelib.domain.audit import Deed, Entry
from chalicelib.domain.changes import ChangeRefused, TakeName, WriteAccountRegistration, WriteOwner
from chalicelib.domain.ports import Clock, Journeys, Store
from chalicelib.domain.recording import recorded
from chalicelib.domain.rounds import in_rounds


class RegistrationUnknown(Exception):  # noqa: N818
    """There is no such registration; a retry does not help."""


class RegistrationOver(Exception):  # noqa: N818
    """The registration ended without an account: its time ran out, or one of its names went to somebody else."""


class NotDecided(Exception):  # noqa: N818
    """The step was asked for before the codes were right; a retry does not help."""


@dataclass(frozen=True, slots=True)
class AccountRegistrationSteps:
    """The steps of `account_registration`."""

    store: Store
    journeys: Journeys
    clock: Clock

    def await_codes(self, registration_id: str, task_token: str, since: str | None = None) -> AccountRegistration:
        """Stores the task token under which right codes will wake the journey.

        Wakes it at once where they were right before it waited (ADR 3).
        """

        def keep() -> AccountRegistration:
            kept = registrations.waiting(self._read(registration_id), task_token, since)
            return replace(kept, revision=self.store.write(WriteAccountRegistration(kept)))

        registration = in_rounds(keep)
        if registration.task_token is not None and is_to_be_woken(registration):
            self.journeys.wake(registration.task_token, message_body(registration, self.clock()))
        return registration

    def create_account(self, registration_id: str) -> AccountRegistration:
        """Makes the account, takes its names, and welcomes its owner, all in one write.

        Raises `RegistrationOver` where a name went to somebody else meanwhile (the person is told by mail);
        `NotDecided`, `RegistrationUnknown`.
        """

        def create() -> AccountRegistration:
            registration = self._read(registration_id)
            if registration.status is RegistrationStatus.REGISTERED:
                return registration
            if registration.status is RegistrationStatus.EXPIRED:
                raise RegistrationOver
            if registration.status is not RegistrationStatus.REGISTERING:
                raise NotDecided
            try:
                return self._created(registration)
            except ChangeRefused as refused:
                if not isinstance(refused.change, TakeName):
                    raise
            return self._lost(registration)

        created = in_rounds(create)
        if created.status is RegistrationStatus.EXPIRED:
            raise RegistrationOver
        return created

    def expire(self, registration_id: str) -> AccountRegistration:
        """Ends a registration whose time is over.

        One whose codes were right is left alone, for its journey to go on from where the record says it stands: the
        wake-up was lost.
        """
        return self._end(registration_id, lambda read: registrations.is_expired(read, self.clock()))

    def give_up(self, registration_id: str) -> AccountRegistration:
        """Ends a registration that a step failed for good, so that the person is told to start afresh."""
        return self._end(registration_id, lambda _: True)

    # What several of them do.

    def _read(self, registration_id: str) -> AccountRegistration:
        registration = self.store.account_registration(registration_id)
        if registration is None:
            raise RegistrationUnknown
        return registration

    def _created(self, registration: AccountRegistration) -> AccountRegistration:
        now = self.clock()
        done, account = registrations.registered(registration), registrations.account_of(registration, now)
        contact, key = registration.contact, account_key(registration.account_id)
        facts = {
            "email": audit.personal_email(contact.email),
            "mobile": audit.personal_mobile(contact.mobile),
            "privacy_notice": registration.consent.version,
        }
        entry = Entry(Deed.ACCOUNT_OPENED, key, key, facts=facts)
        self.store.write(
            # First, so that a second run is told of it before it is told that its own names are taken.
            WriteAccountRegistration(done),
            WriteOwner(account),
            *(TakeName(name, now) for name in names_of(account)),
            # No request makes an account; the registration's id is how an operator follows it.
            *recorded(self.store, now, registration.registration_id, entry),
            *welcome(registration, now),
        )
        return done

    def _lost(self, registration: AccountRegistration) -> AccountRegistration:
        lost = registrations.expired(registration)
        self.store.write(WriteAccountRegistration(lost), not_possible(registration, self.clock()))
        return lost

    def _end(self, registration_id: str, is_due: Callable[[AccountRegistration], bool]) -> AccountRegistration:
        """Ends the registration where the version that is written over says so."""

        def end() -> AccountRegistration:
            registration = self._read(registration_id)
            if registration.status in registrations.ENDED or not is_due(registration):
                return registration
            ended = registrations.expired(registration)
            self.store.write(WriteAccountRegistration(ended))
            return ended

        return in_rounds(end)
