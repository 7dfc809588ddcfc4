"""A signing as its journey drives it: the steps that three state machines share.

A step may be run again at any time, by a retry or a redrive: it finds out from the record what is left to do.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.domain.changes import WriteSigning
from chalicelib.domain.ports import Clock, Journeys, Store
from chalicelib.domain.rounds import in_rounds
from chalicelib.domain.signatures import transitions
from chalicelib.domain.signatures.carrying_out import known
from chalicelib.domain.signatures.esign import transactions
from chalicelib.domain.signatures.journey import is_to_be_woken, message_body
from chalicelib.domain.signatures.signings import ENDED, Signing


@dataclass(frozen=True, slots=True)
class SigningSteps:
    """The steps before and around a validation."""

    store: Store
    journeys: Journeys
    clock: Clock

    def await_signature(self, signing_id: str, task_token: str, since: str | None = None) -> Signing:
        """Stores the task token under which a signature wakes the journey.

        Wakes it at once where there is something to do already (ADR 3). Raises `carrying_out.SigningUnknown`.
        """

        def keep() -> Signing:
            kept = transitions.waiting(known(self.store, signing_id), task_token, since)
            return replace(kept, revision=self.store.write(WriteSigning(kept)))

        signing = in_rounds(keep)
        if signing.task_token is not None and is_to_be_woken(signing):
            self.journeys.wake(signing.task_token, message_body(signing, self.clock()))
        return signing

    def expire(self, signing_id: str) -> Signing:
        """Ends a signing whose time is over; one that was signed, or has time left, is left as it is.

        One whose provider is to be asked how it stands goes on to the step that asks.
        """

        def change(signing: Signing, now: datetime) -> Signing:
            if transitions.is_expired(signing, now):
                return transitions.expired(signing, now)
            return transactions.to_be_asked(signing) if transactions.is_to_be_asked(signing, now) else signing

        return self._changed(signing_id, change)

    def give_up(self, signing_id: str) -> Signing:
        """What follows where a step failed for good (`transitions.given_up`)."""
        return self._changed(signing_id, transitions.given_up)

    def _changed(self, signing_id: str, change: Callable[[Signing, datetime], Signing]) -> Signing:
        def attempt() -> Signing:
            signing = known(self.store, signing_id)
            if signing.status in ENDED:
                return signing
            changed = change(signing, self.clock())
            if changed == signing:
                return signing
            return replace(changed, revision=self.store.write(WriteSigning(changed)))

        return in_rounds(attempt)
