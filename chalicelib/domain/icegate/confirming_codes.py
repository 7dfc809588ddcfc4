"""Confirming the two codes of a simplified registration; who resumes it names it by IEC and GSTIN."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain.changes import CountUp, WriteRegistration
from chalicelib.domain.codes import Codes
from chalicelib.domain.confirming import Coded, Confirmable, Confirmation
from chalicelib.domain.icegate import registration as registrations
from chalicelib.domain.icegate.registration import CodesFor, Registration, Status
from chalicelib.domain.identifiers import Gstin, Iec
from chalicelib.domain.limits import TryPurpose
from chalicelib.domain.ports import Clock, Keyring, Store
from chalicelib.domain.refusals import Code, Refusal


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

        def with_attempt_spent(registration: Registration, now: datetime) -> Registration | None:
            if registrations.is_expired(registration, now):
                raise Refusal(Code.REGISTRATION_EXPIRED)
            if is_confirmed(registration, codes_for):
                return None
            return registrations.with_attempt_spent(registration, codes_for, now)

        return self._confirmation.confirmed(read, with_attempt_spent, typed, counted)

    def resumed(self, iec: Iec, gstin: Gstin, typed: Codes, new_token_hash: str, counted: CountUp) -> Registration:
        """The registration that IEC, GSTIN and codes mean, confirmed, under a new flow token.

        Raises `Refusal`: `codes_not_matched` for anything that is not right; `registration_expired` and `codes_used`
        only to who shows right codes.
        """

        def find() -> Registration | None:
            pointer = self.store.temporary_password(iec)
            # Read even where there is none: a stranger learns nothing from the time.
            found = self.store.registration((pointer.registration_id if pointer else None) or "none")
            is_open = found is not None and found.gstin == gstin and found.challenge is not None
            return found if is_open else None

        return self._confirmation.resumed(find, (iec,), typed, new_token_hash, counted)

    @property
    def _confirmation(self) -> Confirmation[Registration]:
        return Confirmation(self.store, self.keyring, self.clock, _KIND)


def _is_over(registration: Registration, now: datetime) -> bool:
    return now >= registration.live_challenge.expires_at or registrations.is_expired(registration, now)


def _may_repeat(registration: Registration, now: datetime) -> bool:
    used_at = registration.challenge.used_at if registration.challenge else None
    return used_at is not None and now < used_at + registrations.RESUME_REPEAT


_KIND: Confirmable[Registration] = Confirmable(
    Coded(
        sent=lambda registration: (registration.live_challenge, registration.codes_contact),
        counted_as=lambda registration: (TryPurpose.CODES, (registration.iec,)),
        written=WriteRegistration,
        expired=Code.REGISTRATION_EXPIRED,
    ),
    resumed_as=TryPurpose.RESUME,
    is_over=_is_over,
    is_confirmed=lambda registration, compared: is_confirmed(registration, compared.codes_for or CodesFor.CONTACT),
    may_repeat=_may_repeat,
    with_codes_confirmed=registrations.with_codes_confirmed,
)
