"""Confirming the two codes of a registration: spend an attempt in the store, then compare, then consume once.

Two ways lead here. Who has the flow token says which registration it is; who resumes names it by IEC and GSTIN, and
must learn nothing from a "no".
"""

from __future__ import annotations

import itertools
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace

from chalicelib.domain import codes, limits
from chalicelib.domain.changes import CountUp, UseOnce, WriteRegistration, WriteTries
from chalicelib.domain.codes import Codes
from chalicelib.domain.contacts import Channel
from chalicelib.domain.icegate import registration as registrations
from chalicelib.domain.icegate.registration import CodesFor, Registration, Status
from chalicelib.domain.identifiers import Gstin, Iec
from chalicelib.domain.limits import CODE_TRIES, Tries, TryPurpose
from chalicelib.domain.ports import Clock, Keyring, Store
from chalicelib.domain.refusals import Code, Refusal
from chalicelib.domain.rounds import forgive, in_rounds


def is_confirmed(registration: Registration, codes_for: CodesFor) -> bool:
    """Whether the codes for these addresses have done their work already."""
    if codes_for is CodesFor.ALTERNATE:
        return registration.alternate is not None and registration.status in {Status.REGISTERING, Status.REGISTERED}
    if registration.codes_for is CodesFor.ALTERNATE:
        return False
    return registration.status in {Status.CONTACT_VERIFIED, Status.REGISTERING, Status.REGISTERED}


@dataclass(frozen=True, slots=True)
class CodeConfirmation:
    """Compares what people type with the codes they were sent."""

    store: Store
    keyring: Keyring
    clock: Clock

    def confirmed(
        self, read: Callable[[], Registration], codes_for: CodesFor, typed: Codes, *counted: CountUp
    ) -> Registration:
        """The registration with its codes confirmed, now or before. `read` gives the stored version.

        Raises `Refusal`: `codes_incorrect` by channel, `codes_exhausted`, `locked`, `registration_expired`…
        """
        registration, tries = self._attempted(read, codes_for, counted)
        if tries is None:
            return registration
        wrong = self._wrong_channels(registration, typed)
        if wrong:
            raise codes.incorrect(wrong, registration.live_challenge.attempts_left)
        return self._consumed(registration, read, codes_for, tries, None)

    def resumed(self, iec: Iec, gstin: Gstin, typed: Codes, new_token_hash: str, counted: CountUp) -> Registration:
        """The registration that IEC, GSTIN and codes mean, confirmed, under a new flow token.

        Raises `Refusal`: `codes_not_matched` for anything that is not right; `registration_expired` and `codes_used`
        only to who shows right codes.
        """

        def find() -> Registration | None:
            pointer = self.store.temporary_password(iec)
            # Read even where there is none, as `_attempted_by_stranger` writes: a stranger learns nothing from the
            # time.
            found = self.store.registration((pointer.registration_id if pointer else None) or "none")
            is_open = found is not None and found.gstin == gstin and found.challenge is not None
            return found if is_open else None

        def read() -> Registration:
            found = find()
            if found is None:
                raise Refusal(Code.CODES_NOT_MATCHED)
            return found

        registration, tries = self._attempted_by_stranger(iec, find, counted)
        if registration is None or self._wrong_channels(registration, typed):
            raise Refusal(Code.CODES_NOT_MATCHED)
        now = self.clock()
        if now >= registration.live_challenge.expires_at or registrations.is_expired(registration, now):
            raise Refusal(Code.REGISTRATION_EXPIRED)
        return self._consumed(registration, read, registration.codes_for or CodesFor.CONTACT, tries, new_token_hash)

    def _attempted(
        self, read: Callable[[], Registration], codes_for: CodesFor, counted: tuple[CountUp, ...]
    ) -> tuple[Registration, Tries | None]:
        """The registration with an attempt spent, and the tries taken; no tries where it was confirmed before."""

        def spend() -> tuple[Registration, Tries | None]:
            registration, now = read(), self.clock()
            if registrations.is_expired(registration, now):
                raise Refusal(Code.REGISTRATION_EXPIRED)
            if is_confirmed(registration, codes_for):
                return registration, None
            spent = registrations.with_attempt_spent(registration, codes_for, now)
            taken = limits.spent(self.store.tries(self._tries_key(TryPurpose.CODES, registration.iec)), CODE_TRIES, now)
            tries = WriteTries(taken, now + CODE_TRIES.longest)
            revision = self.store.write(WriteRegistration(spent), tries, *counted)
            return replace(spent, revision=revision), replace(taken, revision=revision)

        return in_rounds(spend)

    def _attempted_by_stranger(
        self, iec: Iec, find: Callable[[], Registration | None], counted: CountUp
    ) -> tuple[Registration | None, Tries]:
        """The registration that was found, with an attempt spent, and the tries taken.

        The same work where there is none.
        """
        tries_key = self._tries_key(TryPurpose.RESUME, iec)

        def spend() -> tuple[Registration | None, Tries]:
            registration, now = find(), self.clock()
            taken = limits.spent(self.store.tries(tries_key), CODE_TRIES, now)
            guards = (WriteTries(taken, now + CODE_TRIES.longest), counted)
            challenge = registration.challenge if registration else None
            if registration is None or challenge is None or challenge.attempts_left == 0:
                # A decoy, so that the time does not tell whether this holder has a registration under way.
                revision = self.store.write(UseOnce(f"decoy#{secrets.token_hex(8)}", now + limits.IP_WINDOW), *guards)
                return None, replace(taken, revision=revision)
            spent = replace(registration, challenge=replace(challenge, attempts=challenge.attempts + 1))
            revision = self.store.write(WriteRegistration(spent), *guards)
            return replace(spent, revision=revision), replace(taken, revision=revision)

        return in_rounds(spend)

    def _wrong_channels(self, registration: Registration, typed: Codes) -> tuple[Channel, ...]:
        challenge = registration.live_challenge
        try:
            key = self.keyring.by_id(challenge.key_id)
        except KeyError as withdrawn:
            raise Refusal(Code.REGISTRATION_EXPIRED) from withdrawn
        return codes.wrong_channels(key, challenge, registration.codes_contact, typed)

    def _consumed(
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

        def consume() -> Registration:
            registration, now = next(versions)(), self.clock()
            used_at = registration.challenge.used_at if registration.challenge else None
            if not is_confirmed(registration, codes_for):
                confirmed = registrations.with_codes_confirmed(registration, now)
            elif new_token_hash is None:
                return registration
            elif used_at is not None and now < used_at + registrations.RESUME_REPEAT:
                confirmed = registration
            else:
                raise Refusal(Code.CODES_USED)
            if new_token_hash is not None:
                confirmed = replace(confirmed, flow_token_hash=new_token_hash)
            revision = forgive(self.store, tries, CODE_TRIES, now, WriteRegistration(confirmed))
            return replace(confirmed, revision=revision)

        return in_rounds(consume)

    def _tries_key(self, purpose: TryPurpose, iec: Iec) -> str:
        return limits.tries_key(self.keyring.current().material, purpose, iec)
