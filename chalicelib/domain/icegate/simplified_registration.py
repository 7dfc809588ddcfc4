"""The simplified registration as the person drives it: each method is one request.

What a person's input decides is decided here against the store, in that request; what follows (sending, creating the
account) is the journey's, which is woken. Every method may be repeated: a request that was cut off is made good by
making it again.
"""

from __future__ import annotations

import hmac
import secrets
from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain import captcha, codes, limits, passwords, sessions, temporary_passwords
from chalicelib.domain.changes import (
    CountUp,
    HoldIcegateId,
    PointToRegistration,
    UseOnce,
    WriteRegistration,
)
from chalicelib.domain.codes import Codes
from chalicelib.domain.contacts import Channel, Contact
from chalicelib.domain.icegate import registration as registrations
from chalicelib.domain.icegate.accounts import Hold, is_free
from chalicelib.domain.icegate.confirming_codes import CodeConfirmation
from chalicelib.domain.icegate.holders import belongs_together
from chalicelib.domain.icegate.journey import Message, journey_message, message_body
from chalicelib.domain.icegate.registration import AWAITING_CODES, CodesFor, Registration, Status
from chalicelib.domain.identifiers import Gstin, IcegateId, Iec, folded
from chalicelib.domain.limits import TryPurpose
from chalicelib.domain.ports import Clock, Journey, Journeys, Keyring, Store
from chalicelib.domain.refusals import Code, Refusal, invalid
from chalicelib.domain.rounds import forgive, in_rounds, take_try


@dataclass(frozen=True, slots=True)
class Opened:
    """A registration and the flow token for it, which is told this once."""

    registration: Registration
    flow_token: str


@dataclass(frozen=True, slots=True)
class SimplifiedRegistrations:
    """The desk at which simplified registrations are made."""

    store: Store
    journeys: Journeys
    keyring: Keyring
    clock: Clock

    def challenge(self) -> dict[str, object]:
        """A new captcha challenge (ALTCHA's JSON)."""
        return captcha.challenge(self.keyring.current().material, self.clock())

    def start(self, iec: Iec, gstin: Gstin, password: str, captcha_payload: str, ip: str, language: str) -> Opened:
        """Opens a registration for whoever shows IEC, GSTIN and temporary password of one holder.

        Raises `Refusal`: `captcha_*`, `too_many_requests`, `temporary_password_exhausted`, and `details_not_matched`
        for everything else that is wrong, without saying which part. A stranger's IEC costs the same work as a known
        one.
        """
        now, key = self.clock(), self.keyring.current().material
        solved = captcha.solved(key, captcha_payload, now)
        holder, stored = self.store.holder(iec), self.store.temporary_password(iec)
        issue = stored.temporary_password_id if stored else "none"
        tries_key = limits.tries_key(key, TryPurpose.TEMPORARY_PASSWORD, iec, issue)
        once = UseOnce(f"captcha#{solved.nonce}", solved.expires_at)
        counted = CountUp(limits.by_ip(key, ip, now))
        tries = take_try(self.store, tries_key, temporary_passwords.TRIES, now, once, counted)
        is_right = temporary_passwords.matches(stored, password, now)
        if holder is None or stored is None or not belongs_together(holder, iec, gstin) or not is_right:
            raise Refusal(Code.DETAILS_NOT_MATCHED)
        token = sessions.new_flow_token()
        registration = Registration(
            registration_id=secrets.token_urlsafe(16),
            flow_token_hash=sessions.token_hash(token),
            status=Status.CREDENTIALS_REQUIRED,
            iec=iec,
            gstin=gstin,
            legal_name=holder.legal_name,
            language=language,
            contact=holder.contact,
            temporary_password_id=stored.temporary_password_id,
            expires_at=now + registrations.LIFETIME,
        )
        in_rounds(lambda: forgive(self.store, tries, temporary_passwords.TRIES, now, WriteRegistration(registration)))
        return Opened(registration, token)

    def read(self, registration_id: str, flow_token: str) -> Registration:
        """The registration that `flow_token` opens.

        Unknown id and wrong token are one refusal: `flow_token_invalid`.
        """
        registration = self.store.registration(registration_id)
        stored = registration.flow_token_hash if registration else sessions.token_hash(registration_id)
        is_right = hmac.compare_digest(stored, sessions.token_hash(flow_token))
        if registration is None or not is_right:
            raise Refusal(Code.FLOW_TOKEN_INVALID)
        return registration

    def is_available(self, registration_id: str, flow_token: str, icegate_id: IcegateId) -> bool:
        """Whether this registration may choose `icegate_id` now."""
        registration, now = self.read(registration_id, flow_token), self.clock()
        registrations.demand_live(registration, now)
        return is_free(self.store.named(folded(icegate_id)), registration.iec, now)

    def choose_credentials(
        self, registration_id: str, flow_token: str, icegate_id: IcegateId, password: str, ip: str
    ) -> Registration:
        """Takes ICEGATE ID and password, holds the ID, and starts the journey that sends the two codes.

        Raises `Refusal`: `invalid_fields`, `icegate_id_taken`, `send_limit_reached`, `too_many_requests`,
        `step_out_of_order`. The same choice made again is the same request.
        """
        if passwords.holds_name(password, icegate_id):
            raise invalid(password="password_contains_icegate_id")  # noqa: S106 - a reason

        def choose() -> Registration:
            registration, now = self.read(registration_id, flow_token), self.clock()
            if registration.icegate_id is not None:
                # A second click or a repetition came before: it may have made the same choice.
                registrations.demand_live(registration, now)
                if not self._is_same_choice(registration, icegate_id, password):
                    raise Refusal(Code.STEP_OUT_OF_ORDER, current_status=registration.status.value)
                return registration
            key = self.keyring.current()
            nonce, hashed = secrets.token_bytes(codes.NONCE_BYTES), passwords.hashed(password)
            chosen = registrations.with_credentials(registration, icegate_id, hashed, key.key_id, nonce, now)
            hold = Hold(icegate_id, chosen.iec, registration_id, now + registrations.WHOLE_LIFETIME)
            self.store.write(
                HoldIcegateId(hold, now),
                WriteRegistration(chosen),
                PointToRegistration(chosen.iec, registration_id),
                *self._sending(key.material, chosen.contact, ip, now),
            )
            return chosen

        return self._started(in_rounds(choose))

    def send_again(self, registration_id: str, flow_token: str, ip: str) -> Registration:
        """Has the same codes sent once more.

        Raises `Refusal`: `resend_too_soon`, `send_limit_reached`, `codes_exhausted`…
        """

        def ask() -> Registration:
            registration, now = self.read(registration_id, flow_token), self.clock()
            asked = registrations.with_codes_asked_again(registration, now)
            sending = self._sending(self.keyring.current().material, asked.codes_contact, ip, now)
            self.store.write(WriteRegistration(asked), *sending)
            return asked

        # The journey may never have been started; then this is what makes it good.
        return self._woken(self._started(in_rounds(ask)))

    def verify(self, registration_id: str, flow_token: str, codes_for: CodesFor, typed: Codes, ip: str) -> Registration:
        """Confirms the two codes sent to the contact of record or to the alternate contact.

        An attempt is spent in the store before anything is compared; one of parallel right answers wins, the others
        find the registration confirmed. Raises `Refusal`: `codes_incorrect` (by channel), `codes_exhausted`, `locked`…
        """
        counted = CountUp(limits.by_ip(self.keyring.current().material, ip, self.clock()))
        return self._woken(
            self._confirmation.confirmed(lambda: self.read(registration_id, flow_token), codes_for, typed, counted)
        )

    def verify_in_journey(self, registration_id: str, codes_for: CodesFor, typed: Codes) -> Registration:
        """`verify` for another state machine's step, which is trusted to name the registration and has no IP."""

        def read() -> Registration:
            registration = self.store.registration(registration_id)
            if registration is None:
                raise Refusal(Code.FLOW_TOKEN_INVALID)
            return registration

        return self._woken(self._confirmation.confirmed(read, codes_for, typed))

    def finish(self, registration_id: str, flow_token: str) -> Registration:
        """Finish: has the account made with the contact of record."""

        def decide() -> Registration:
            registration, now = self.read(registration_id, flow_token), self.clock()
            if registration.status in {Status.REGISTERING, Status.REGISTERED}:
                return registration
            finishing = registrations.finishing(registration, now)
            self.store.write(WriteRegistration(finishing))
            return finishing

        return self._woken(in_rounds(decide))

    def change_contact(self, registration_id: str, flow_token: str, alternate: Contact, ip: str) -> Registration:
        """Has two new codes sent to another email and mobile. The same pair given again is the same request."""

        def choose() -> Registration:
            registration, now = self.read(registration_id, flow_token), self.clock()
            registrations.demand_live(registration, now)
            is_same = registration.alternate is not None and registration.alternate.same_as(alternate)
            if is_same and registration.status in AWAITING_CODES - {Status.CODES_NOT_SENT}:
                return registration
            key = self.keyring.current()
            nonce = secrets.token_bytes(codes.NONCE_BYTES)
            changed = registrations.with_alternate(registration, alternate, key.key_id, nonce, now)
            self.store.write(WriteRegistration(changed), *self._sending(key.material, alternate, ip, now))
            return changed

        return self._woken(in_rounds(choose))

    def resume(self, iec: Iec, gstin: Gstin, typed: Codes, ip: str) -> Opened:
        """Goes on from any browser with IEC, GSTIN and the two codes; gives a new flow token, and the old one ends.

        Raises `Refusal`: `codes_not_matched` for anything that is not right, without saying what; and, only to who
        shows right codes, `registration_expired` and `codes_used`.
        """
        token = sessions.new_flow_token()
        counted = CountUp(limits.by_ip(self.keyring.current().material, ip, self.clock()))
        resumed = self._confirmation.resumed(iec, gstin, typed, sessions.token_hash(token), counted)
        return Opened(self._woken(resumed), token)

    # What several of them do.

    @property
    def _confirmation(self) -> CodeConfirmation:
        return CodeConfirmation(self.store, self.keyring, self.clock)

    def _sending(self, key: bytes, contact: Contact, ip: str, now: datetime) -> tuple[CountUp, ...]:
        return (
            CountUp(limits.by_ip(key, ip, now)),
            *(CountUp(limits.by_address(key, contact.address(channel), now)) for channel in Channel),
        )

    def _is_same_choice(self, registration: Registration, icegate_id: IcegateId, password: str) -> bool:
        return registration.icegate_id == icegate_id and (
            registration.password_hash is None or passwords.matches(password, registration.password_hash)
        )

    def _started(self, registration: Registration) -> Registration:
        """Starts the journey, unless it has come to a wait already. Starting twice is starting once."""
        if registration.task_token is None:
            body = message_body(registration, Message.SEND_AGAIN, self.clock())
            self.journeys.start(
                Journey.SIMPLIFIED_REGISTRATION, registration.registration_id, int(body["seconds_left"])
            )
        return registration

    def _woken(self, registration: Registration) -> Registration:
        """Tells the waiting journey what the record says.

        Where it does not wait yet, the step that comes will look itself.
        """
        message = journey_message(registration)
        if message is not None and registration.task_token is not None:
            self.journeys.wake(registration.task_token, message_body(registration, message, self.clock()))
        return registration
