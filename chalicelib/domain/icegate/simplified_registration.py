"""The simplified registration as the person drives it: each method is one request.

What a person's input decides is decided here against the store, in that request; what follows (sending, creating the
account) is the journey's, which is woken. Every method may be repeated: a request that was cut off is made good by
making it again.
"""

from __future__ import annotations

import hmac
import itertools
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypeVar

from chalicelib.domain import captcha, codes, limits, passwords, sessions, temporary_passwords
from chalicelib.domain.changes import (
    ChangeRefused,
    CountUp,
    HoldIcegateId,
    PointToRegistration,
    UseOnce,
    WriteRegistration,
    WriteTries,
)
from chalicelib.domain.codes import Codes
from chalicelib.domain.contacts import Channel, Contact
from chalicelib.domain.icegate import registration as registrations
from chalicelib.domain.icegate.accounts import Hold, is_free
from chalicelib.domain.icegate.holders import belongs_together
from chalicelib.domain.icegate.registration import AWAITING_CODES, CodesFor, Registration, Status
from chalicelib.domain.identifiers import Gstin, IcegateId, Iec, folded
from chalicelib.domain.limits import CODE_TRIES, Counter, Tries, TryPolicy
from chalicelib.domain.ports import Clock, Journeys, Keyring, Store
from chalicelib.domain.refusals import Code, FieldError, Refusal, invalid

Outcome = TypeVar("Outcome")
# Writers on one record exclude each other and each round lets one through; five attempts and one success bound the
# rounds.
ROUNDS = 12


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
        tries_key = f"tries#temporary_password#{limits.pseudonym(key, iec, issue)}"
        once = UseOnce(f"captcha#{solved.nonce}", solved.expires_at)
        tries = self._spend_try(tries_key, temporary_passwords.TRIES, limits.by_ip(key, ip, now), now, once)
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
        self._write_forgiving(registration, tries, now)
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
        return is_free(self.store.icegate_id(folded(icegate_id)), registration.iec, now)

    def choose_credentials(
        self, registration_id: str, flow_token: str, icegate_id: IcegateId, password: str, ip: str
    ) -> Registration:
        """Takes ICEGATE ID and password, holds the ID, and starts the journey that sends the two codes.

        Raises `Refusal`: `invalid_fields`, `icegate_id_taken`, `send_limit_reached`, `too_many_requests`,
        `step_out_of_order`. The same choice made again is the same request.
        """
        if passwords.names_the_id(password, icegate_id):
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

        return self._started(self._in_rounds(choose))

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
        return self._woken(self._started(self._in_rounds(ask)))

    def verify(self, registration_id: str, flow_token: str, codes_for: CodesFor, typed: Codes, ip: str) -> Registration:
        """Confirms the two codes sent to the contact of record or to the alternate contact.

        An attempt is spent in the store before anything is compared; one of parallel right answers wins, the others
        find the registration confirmed. Raises `Refusal`: `codes_incorrect` (by channel), `codes_exhausted`, `locked`…
        """
        counter = limits.by_ip(self.keyring.current().material, ip, self.clock())
        return self._verified(lambda: self.read(registration_id, flow_token), codes_for, typed, (CountUp(counter),))

    def verify_in_journey(self, registration_id: str, codes_for: CodesFor, typed: Codes) -> Registration:
        """`verify` for another state machine's step, which is trusted to name the registration and has no IP."""

        def read() -> Registration:
            registration = self.store.registration(registration_id)
            if registration is None:
                raise Refusal(Code.FLOW_TOKEN_INVALID)
            return registration

        return self._verified(read, codes_for, typed, ())

    def finish(self, registration_id: str, flow_token: str) -> Registration:
        """Finish: has the account made with the contact of record."""

        def decide() -> Registration:
            registration, now = self.read(registration_id, flow_token), self.clock()
            if registration.status in {Status.REGISTERING, Status.REGISTERED}:
                return registration
            finishing = registrations.finishing(registration, now)
            self.store.write(WriteRegistration(finishing))
            return finishing

        return self._woken(self._in_rounds(decide))

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

        return self._woken(self._in_rounds(choose))

    def resume(self, iec: Iec, gstin: Gstin, typed: Codes, ip: str) -> Opened:
        """Goes on from any browser with IEC, GSTIN and the two codes; gives a new flow token, and the old one ends.

        Raises `Refusal`: `codes_not_matched` for anything that is not right, without saying what; and, only to who
        shows right codes, `registration_expired` and `codes_used`.
        """
        now, key = self.clock(), self.keyring.current().material
        tries_key = f"tries#resume#{limits.pseudonym(key, iec)}"
        counter = limits.by_ip(key, ip, now)

        def find() -> Registration | None:
            pointer = self.store.temporary_password(iec)
            # Read even where there is none, as `_spend_resume` writes: a stranger learns nothing from the time.
            found = self.store.registration((pointer.registration_id if pointer else None) or "none")
            is_open = found is not None and found.gstin == gstin and found.challenge is not None
            return found if is_open else None

        registration, tries = self._spend_resume(find, tries_key, counter)
        if registration is None or self._wrong_channels(registration, typed):
            raise Refusal(Code.CODES_NOT_MATCHED)
        token = sessions.new_flow_token()
        challenge = registration.live_challenge
        if now >= challenge.expires_at or registrations.is_expired(registration, now):
            raise Refusal(Code.REGISTRATION_EXPIRED)
        found = registration
        resumed = self._confirm(found, lambda: _found(find()), _codes_for(found), tries, sessions.token_hash(token))
        return Opened(self._woken(resumed), token)

    # What several of them do.

    def _verified(
        self, read: Callable[[], Registration], codes_for: CodesFor, typed: Codes, counted: tuple[CountUp, ...]
    ) -> Registration:
        registration, tries = self._spend_attempt(read, codes_for, counted)
        if tries is not None:
            wrong = self._wrong_channels(registration, typed)
            if wrong:
                raise codes.incorrect(wrong, registration.live_challenge.attempts_left)
            registration = self._confirm(registration, read, codes_for, tries, None)
        return self._woken(registration)

    def _sending(self, key: bytes, contact: Contact, ip: str, now: datetime) -> tuple[CountUp, ...]:
        return (
            CountUp(limits.by_ip(key, ip, now)),
            *(CountUp(limits.by_address(key, contact.address(channel), now)) for channel in Channel),
        )

    def _is_same_choice(self, registration: Registration, icegate_id: IcegateId, password: str) -> bool:
        return registration.icegate_id == icegate_id and (
            registration.password_hash is None or passwords.matches(password, registration.password_hash)
        )

    def _wrong_channels(self, registration: Registration, typed: Codes) -> tuple[Channel, ...]:
        challenge = registration.live_challenge
        try:
            key = self.keyring.by_id(challenge.key_id)
        except KeyError as withdrawn:
            raise Refusal(Code.REGISTRATION_EXPIRED) from withdrawn
        return codes.wrong_channels(key, challenge, registration.codes_contact, typed)

    def _in_rounds(self, attempt: Callable[[], Outcome]) -> Outcome:
        """Makes the attempt until its write meets the version that it read; the counters' refusals end it at once."""
        for _ in range(ROUNDS):
            try:
                return attempt()
            except ChangeRefused as refused:
                if not isinstance(refused.change, WriteRegistration | WriteTries | None):
                    raise _as_refusal(refused) from refused
        raise Refusal(Code.SERVICE_UNAVAILABLE)

    def _spend_try(self, tries_key: str, policy: TryPolicy, counter: Counter, now: datetime, once: UseOnce) -> Tries:
        def spend() -> Tries:
            taken = limits.spent(self.store.tries(tries_key), policy, now)
            revision = self.store.write(once, CountUp(counter), WriteTries(taken, now + policy.longest))
            return replace(taken, revision=revision)

        return self._in_rounds(spend)

    def _spend_attempt(
        self, read: Callable[[], Registration], codes_for: CodesFor, counted: tuple[CountUp, ...]
    ) -> tuple[Registration, Tries | None]:
        """The registration with an attempt spent and the tries taken.

        No tries where the codes were confirmed before.
        """

        def spend() -> tuple[Registration, Tries | None]:
            registration, now = read(), self.clock()
            if registrations.is_expired(registration, now):
                raise Refusal(Code.REGISTRATION_EXPIRED)
            if _is_confirmed(registration, codes_for):
                return registration, None
            spent = registrations.with_attempt_spent(registration, codes_for, now)
            name = limits.pseudonym(self.keyring.current().material, registration.iec)
            taken = limits.spent(self.store.tries(f"tries#codes#{name}"), CODE_TRIES, now)
            tries = WriteTries(taken, now + CODE_TRIES.longest)
            revision = self.store.write(WriteRegistration(spent), tries, *counted)
            return replace(spent, revision=revision), replace(taken, revision=revision)

        return self._in_rounds(spend)

    def _spend_resume(
        self, find: Callable[[], Registration | None], tries_key: str, counter: Counter
    ) -> tuple[Registration | None, Tries]:
        def spend() -> tuple[Registration | None, Tries]:
            registration, now = find(), self.clock()
            taken = limits.spent(self.store.tries(tries_key), CODE_TRIES, now)
            guards = (WriteTries(taken, now + CODE_TRIES.longest), CountUp(counter))
            challenge = registration.challenge if registration else None
            if registration is None or challenge is None or challenge.attempts_left == 0:
                # A decoy, so that the time does not tell whether this holder has a registration under way.
                decoy = UseOnce(f"decoy#{secrets.token_hex(8)}", now + limits.IP_WINDOW)
                revision = self.store.write(decoy, *guards)
                return None, replace(taken, revision=revision)
            spent = replace(registration, challenge=replace(challenge, attempts=challenge.attempts + 1))
            revision = self.store.write(WriteRegistration(spent), *guards)
            return replace(spent, revision=revision), replace(taken, revision=revision)

        return self._in_rounds(spend)

    def _confirm(
        self,
        known: Registration,
        read: Callable[[], Registration],
        codes_for: CodesFor,
        tries: Tries,
        new_token_hash: str | None,
    ) -> Registration:
        """Consumes the challenge once. A repeated resume within 2 minutes is the same success told again.

        `known` is the version just written; it is read anew only where somebody else came between.
        """
        versions = itertools.chain([lambda: known], itertools.repeat(read))

        def confirm() -> Registration:
            registration, now = next(versions)(), self.clock()
            used_at = registration.challenge.used_at if registration.challenge else None
            if not _is_confirmed(registration, codes_for):
                confirmed = registrations.with_codes_confirmed(registration, now)
            elif new_token_hash is None:
                return registration
            elif used_at is not None and now < used_at + registrations.RESUME_REPEAT:
                confirmed = registration
            else:
                raise Refusal(Code.CODES_USED)
            if new_token_hash is not None:
                confirmed = replace(confirmed, flow_token_hash=new_token_hash)
            try:
                return self._forgiving(confirmed, tries, now)
            except ChangeRefused as refused:
                if not isinstance(refused.change, WriteTries):
                    raise
                # Others took tries meanwhile: they are forgiven with ours.
                return self._forgiving(confirmed, self.store.tries(tries.key), now)

        return self._in_rounds(confirm)

    def _write_forgiving(self, registration: Registration, tries: Tries, now: datetime) -> None:
        versions = itertools.chain([tries], iter(lambda: self.store.tries(tries.key), None))
        self._in_rounds(lambda: self._forgiving(registration, next(versions), now))

    def _forgiving(self, registration: Registration, tries: Tries, now: datetime) -> Registration:
        forgiven = WriteTries(limits.forgiven(tries), now + CODE_TRIES.longest)
        revision = self.store.write(WriteRegistration(registration), forgiven)
        return replace(registration, revision=revision)

    def _started(self, registration: Registration) -> Registration:
        """Starts the journey, unless it has come to a wait already. Starting twice is starting once."""
        if registration.task_token is None:
            body = registrations.message_body(registration, registrations.Message.SEND_AGAIN, self.clock())
            self.journeys.start(registration.registration_id, int(body["seconds_left"]))
        return registration

    def _woken(self, registration: Registration) -> Registration:
        """Tells the waiting journey what the record says.

        Where it does not wait yet, the step that comes will look itself.
        """
        message = registrations.journey_message(registration)
        if message is not None and registration.task_token is not None:
            self.journeys.wake(registration.task_token, registrations.message_body(registration, message, self.clock()))
        return registration


def _codes_for(registration: Registration) -> CodesFor:
    return registration.codes_for or CodesFor.CONTACT


def _is_confirmed(registration: Registration, codes_for: CodesFor) -> bool:
    """Whether the codes for these addresses have done their work already."""
    if codes_for is CodesFor.ALTERNATE:
        return registration.alternate is not None and registration.status in {Status.REGISTERING, Status.REGISTERED}
    if registration.codes_for is CodesFor.ALTERNATE:
        return False
    return registration.status in {Status.CONTACT_VERIFIED, Status.REGISTERING, Status.REGISTERED}


def _found(registration: Registration | None) -> Registration:
    if registration is None:
        raise Refusal(Code.CODES_NOT_MATCHED)
    return registration


def _as_refusal(refused: ChangeRefused) -> Refusal:
    """What a person is told when a guard of a write did not hold."""
    change = refused.change
    if isinstance(change, CountUp):
        return Refusal(change.counter.refusal, retry_at=change.counter.until)
    if isinstance(change, UseOnce):
        return Refusal(Code.CAPTCHA_USED, errors={"captcha": FieldError("captcha_incorrect")})
    if isinstance(change, HoldIcegateId):
        return Refusal(Code.ICEGATE_ID_TAKEN, errors={"icegate_id": FieldError("icegate_id_taken")})
    return Refusal(Code.SERVICE_UNAVAILABLE)
