"""What pushes write of an outage: the failures that begin it, and the answer that ends it (rules: `outages`).

It is beside what the pushes themselves write: where it cannot be written, the next failure or answer does it.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.domain.changes import ChangeRefused, StoreUnavailable
from chalicelib.domain.departments import outages
from chalicelib.domain.departments.changes import WriteOutage
from chalicelib.domain.departments.outages import Outage, Pace
from chalicelib.domain.departments.parking import ParkReason
from chalicelib.domain.departments.statistics import KEEP_TROUBLE, Trouble

if TYPE_CHECKING:
    from chalicelib.domain.departments.pushes import Push
    from chalicelib.domain.ports import Clock, Store


@dataclass(frozen=True, slots=True)
class OutageWatch:
    """Writes down what calls to DigiLocker say of its being there. `unevenness` gives numbers from 0 to 1."""

    store: Store
    clock: Clock
    unevenness: Callable[[], float]

    def failed(self, push: Push) -> Outage | None:
        """Writes down that DigiLocker did not answer this push; the outage, where there is one by now.

        In an outage nothing is written: its probes have done so before they called.
        """
        now = self.clock()
        try:
            known = self.store.outage(push.department_id)
            if known is not None and outages.decided(known, now).pace is not Pace.FULL:
                return known
            told = outages.failed(known, push.department_id, push.push_id, now, self.unevenness())
            if told == known:
                return None
            self.store.write(WriteOutage(told))
            if outages.decided(told, now).pace is Pace.FULL:
                return None
            reason = ParkReason.DIGILOCKER_UNAVAILABLE.value
            self.store.tell_trouble(
                Trouble(told.department_id, "outage", told.since, reason, None, told.since + KEEP_TROUBLE)
            )
        except (ChangeRefused, StoreUnavailable):
            # Another failure was written down meanwhile, and there will be more.
            return None
        return told

    def answered(self, outage: Outage | None) -> None:
        """Writes down that DigiLocker answers again, where something had failed by what a push knew."""
        if outage is None or outage.failures == 0:
            return
        with suppress(ChangeRefused, StoreUnavailable):
            self.store.write(WriteOutage(outages.recovered(outage)))
