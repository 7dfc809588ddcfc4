"""The simplified registration as its journey drives it: what each step Lambda does.

A step may be run again at any time, by a retry or a redrive: it finds out from the record what is left to do.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.domain import codes, limits
from chalicelib.domain.changes import (
    ChangeRefused,
    OpenAccount,
    ReleaseIcegateId,
    UseTemporaryPassword,
    WriteRegistration,
)
from chalicelib.domain.codes import Challenge, ServerKey
from chalicelib.domain.contacts import Channel, Contact
from chalicelib.domain.icegate import registration as registrations
from chalicelib.domain.icegate.accounts import Hold, IcegateAccount, RegistrationKind
from chalicelib.domain.icegate.journey import journey_message, message_body
from chalicelib.domain.icegate.registration import CodesFor, Registration, Status, Wait
from chalicelib.domain.notices import Messenger, Notice, NoticeKind, NoticeNotSent
from chalicelib.domain.ports import Clock, Journeys, Keyring, Store
from chalicelib.domain.rounds import ROUNDS, in_rounds

_DUE_BY_WAIT = {Wait.CONTACT_CODES: CodesFor.CONTACT, Wait.ALTERNATE_CODES: CodesFor.ALTERNATE}


class RegistrationUnknown(Exception):  # noqa: N818
    """There is no such registration; a retry does not help."""


class RegistrationSuperseded(Exception):  # noqa: N818
    """The holder registered through another registration, or the held ID was lost: this one has ended."""


class SendingInProgress(Exception):  # noqa: N818
    """Another run of the same step is sending; try again a little later."""


class NotDecided(Exception):  # noqa: N818
    """The step was asked for before the person decided; a retry does not help."""


@dataclass(frozen=True, slots=True)
class RegistrationSteps:
    """The steps of `simplified_registration`."""

    store: Store
    journeys: Journeys
    keyring: Keyring
    messenger: Messenger
    clock: Clock

    def issue_codes(self, registration_id: str, task_token: str, wait: Wait, since: str | None = None) -> Registration:
        """Stores the task token, then sends what is unsent of the two codes; marks what the providers took.

        Raises `SendingInProgress`, and `NoticeNotSent` for the first failures in a row (so that the journey retries);
        a provider that goes on failing leaves `codes_not_sent`, and the journey waits for the person to ask again.
        """
        registration = self._claim(registration_id, task_token, wait, since)
        challenge = registration.challenge
        if challenge is None or not _is_due(registration, wait):
            return self._caught_up(registration)
        taken, failure = self._send_codes(registration, challenge)
        registration = self._mark_sent(registration, challenge, taken, failed=failure is not None)
        if failure is not None and registration.status is Status.SENDING_CODES:
            raise failure
        return self._caught_up(registration)

    def await_decision(self, registration_id: str, task_token: str, since: str | None = None) -> Registration:
        """Stores the task token under which the person's decision will wake the journey.

        Wakes it where it is known already.
        """
        return self._caught_up(
            self._rewrite(registration_id, lambda read: registrations.waiting(read, Wait.DECISION, task_token, since))
        )

    def create_account(self, registration_id: str) -> Registration:
        """Makes the ICEGATE account, uses up the temporary password and ends the registration, all in one write.

        Raises `RegistrationSuperseded` where the holder has registered otherwise; `NotDecided`, `RegistrationUnknown`.
        """
        return in_rounds(lambda: self._create(registration_id))

    def _create(self, registration_id: str) -> Registration:
        registration = self._read(registration_id)
        if registration.status is Status.REGISTERED:
            return registration
        if registration.status is Status.SUPERSEDED:
            self._give_id_back(registration)
            raise RegistrationSuperseded
        if registration.status is not Status.REGISTERING:
            raise NotDecided
        now = self.clock()
        done = registrations.registered(registration)
        use = UseTemporaryPassword(registration.iec, now)
        try:
            self.store.write(OpenAccount(_account(registration, now)), use, WriteRegistration(done))
        except ChangeRefused as refused:
            if not isinstance(refused.change, OpenAccount | UseTemporaryPassword):
                raise
            if self._read(registration_id).status is not Status.REGISTERED:
                self._end(registration_id, Status.SUPERSEDED, lambda _: True)
                raise RegistrationSuperseded from refused
        return done

    def tell(self, registration_id: str) -> tuple[str, ...]:
        """Tells the registrant over both channels, and the old addresses where the contact was changed, each once.

        Returns the names of the messages that went out. Raises `NotDecided`, `SendingInProgress`, `NoticeNotSent`.
        """
        registration = self._read(registration_id)
        if registration.status is not Status.REGISTERED:
            raise NotDecided
        registration = self._rewrite(registration_id, self._claimed, registration)
        failure: NoticeNotSent | None = None
        told: list[str] = []
        for name, notice in _closing_notices(registration):
            if name not in registration.told:
                try:
                    self.messenger.send(notice)
                    told.append(name)
                except NoticeNotSent as not_sent:
                    failure = not_sent
        self._rewrite(registration_id, lambda read: registrations.told(read, tuple(told)), registration)
        if failure is not None:
            raise failure
        return (*registration.told, *told)

    def expire(self, registration_id: str) -> Registration:
        """Ends a registration whose time is over, and gives its ICEGATE ID back.

        One that is registered stays so; and one whose time is not over is left alone, for its journey to go on from
        where the record says it stands (`journey.place`): the person moved on and the wake-up was lost.
        """
        return self._end(registration_id, Status.EXPIRED, lambda read: registrations.is_expired(read, self.clock()))

    def give_up(self, registration_id: str) -> Registration:
        """Ends a registration that a step failed for good, so that the person is told to start afresh."""
        return self._end(registration_id, Status.EXPIRED, lambda _: True)

    # What several of them do.

    def _read(self, registration_id: str) -> Registration:
        registration = self.store.registration(registration_id)
        if registration is None:
            raise RegistrationUnknown
        return registration

    def _rewrite(
        self, registration_id: str, change: registrations.Rewrite, known: Registration | None = None
    ) -> Registration:
        """Applies `change` to the stored version; `known`, just written, saves the first read."""
        for _ in range(ROUNDS):
            changed = change(known or self._read(registration_id))
            known = None
            try:
                revision = self.store.write(WriteRegistration(changed))
            except ChangeRefused:
                continue
            return replace(changed, revision=revision)
        raise SendingInProgress

    def _claim(self, registration_id: str, task_token: str, wait: Wait, since: str | None) -> Registration:
        """The registration with the task token kept, and its sending claimed where there is something to send."""

        def take(read: Registration) -> Registration:
            kept = registrations.waiting(read, wait, task_token, since)
            return self._claimed(kept) if _is_due(kept, wait) else kept

        return self._rewrite(registration_id, take)

    def _claimed(self, read: Registration) -> Registration:
        now = self.clock()
        if registrations.is_claimed(read, now):
            raise SendingInProgress
        return registrations.claimed(read, now)

    def _send_codes(
        self, registration: Registration, challenge: Challenge
    ) -> tuple[tuple[Channel, ...], NoticeNotSent | None]:
        key = self.keyring.by_id(challenge.key_id)
        taken: list[Channel] = []
        failure: NoticeNotSent | None = None
        for channel in challenge.unsent:
            try:
                self.messenger.send(_code_notice(key, registration, challenge, channel))
                taken.append(channel)
            except NoticeNotSent as not_sent:
                failure = not_sent
        return tuple(taken), failure

    def _mark_sent(
        self, known: Registration, challenge: Challenge, taken: tuple[Channel, ...], *, failed: bool
    ) -> Registration:
        def mark(read: Registration) -> Registration:
            marked = registrations.with_codes_delivered(read, challenge, taken)
            return registrations.with_sending_failed(marked) if failed else marked

        return self._rewrite(known.registration_id, mark, known)

    def _caught_up(self, registration: Registration) -> Registration:
        """Wakes the journey at once where what it waits for happened before it waited."""
        message = journey_message(registration)
        if message is not None and registration.task_token is not None:
            body = message_body(registration, message, self.clock())
            self.journeys.wake(registration.task_token, body)
        return registration

    def _end(self, registration_id: str, status: Status, is_due: Callable[[Registration], bool]) -> Registration:
        """Ends the registration where each version that is met says so, and gives its ICEGATE ID back."""

        def is_to_end(read: Registration) -> bool:
            return read.status not in registrations.ENDED and is_due(read)

        registration = self._read(registration_id)
        if is_to_end(registration):
            registration = self._rewrite(
                registration_id,
                lambda read: registrations.ended(read, status) if is_to_end(read) else read,
                registration,
            )
        if registration.status is status:
            self._give_id_back(registration)
        return registration

    def _give_id_back(self, registration: Registration) -> None:
        """Gives up the held ICEGATE ID; a run that was cut off after the end was written has left that to the next."""
        if registration.icegate_id is None:
            return
        hold = Hold(registration.icegate_id, registration.iec, registration.registration_id, registration.expires_at)
        try:
            self.store.write(ReleaseIcegateId(hold))
        except ChangeRefused as refused:
            # Given back before, or taken over by a later registration of the same holder. A collision is neither.
            if refused.change is None:
                raise


def _is_due(registration: Registration, wait: Wait) -> bool:
    """Whether codes wait to be sent, and it is this wait's step that sends them."""
    is_asked = registration.status is Status.SENDING_CODES and registration.codes_for is _DUE_BY_WAIT[wait]
    return is_asked and registration.challenge is not None and bool(registration.challenge.unsent)


def _account(registration: Registration, now: datetime) -> IcegateAccount:
    if registration.icegate_id is None or registration.password_hash is None:
        raise NotDecided
    return IcegateAccount(
        icegate_id=registration.icegate_id,
        iec=registration.iec,
        gstin=registration.gstin,
        legal_name=registration.legal_name,
        contact=registration.alternate or registration.contact,
        kind=RegistrationKind.SIMPLIFIED,
        password_hash=registration.password_hash,
        language=registration.language,
        registration_id=registration.registration_id,
        registered_at=now,
    )


def _code_notice(key: ServerKey, registration: Registration, challenge: Challenge, channel: Channel) -> Notice:
    contact = registration.codes_contact
    kind = NoticeKind.ALTERNATE_CODE if registration.codes_for is CodesFor.ALTERNATE else NoticeKind.CONTACT_CODE
    values = {
        "code": codes.derive(key, challenge, channel, contact),
        "until": challenge.expires_at.astimezone(limits.IST).strftime("%H:%M"),
    }
    return Notice(kind, channel, contact.address(channel), registration.language, values)


def _closing_notices(registration: Registration) -> list[tuple[str, Notice]]:
    """The messages of a finished registration, each under a name that is remembered once it went out."""
    values = {"icegate_id": str(registration.icegate_id)}

    def to(kind: NoticeKind, contact: Contact) -> list[tuple[str, Notice]]:
        return [
            (
                f"{kind.value}.{channel.value}",
                Notice(kind, channel, contact.address(channel), registration.language, values),
            )
            for channel in Channel
        ]

    notices = to(NoticeKind.REGISTERED, registration.alternate or registration.contact)
    if registration.alternate is not None:
        notices += to(NoticeKind.CONTACT_CHANGED, registration.contact)
    return notices
