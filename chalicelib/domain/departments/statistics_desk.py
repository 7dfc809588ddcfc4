"""The statistics of a department: its counts by day of India's clock, their sums, and its last troubles."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.domain.authorisation import Actor
from chalicelib.domain.departments.deciding import demand_theirs
from chalicelib.domain.departments.outages import Pace, decided
from chalicelib.domain.departments.statistics import Counted, DepartmentDay, Trouble
from chalicelib.domain.limits import IST
from chalicelib.domain.ports import Clock, Store
from chalicelib.domain.refusals import FieldProblem

DAYS = 30
DAYS_AT_MOST = 92
TROUBLES_AT_MOST = 20
# Counting more would keep the page waiting for too long.
WAITING_AT_MOST = 50_000


@dataclass(frozen=True, slots=True)
class Silence:
    """Since when DigiLocker does not answer a department, and how many pushes wait: `WAITING_AT_MOST` or more."""

    since: datetime
    waiting: int


@dataclass(frozen=True, slots=True)
class Statistics:
    """The days from the oldest to today, each there though nothing was counted; the sums; the newest trouble first.

    `silence` is None while DigiLocker answers, as far as is known.
    """

    days: tuple[DepartmentDay, ...]
    totals: Mapping[Counted, int]
    troubles: tuple[Trouble, ...]
    silence: Silence | None


def parse_days(value: str) -> int:
    """How many days are looked at, today among them: 1 to 92, 30 where nothing is said.

    Refuses with `not_a_number`, `number_out_of_range`.
    """
    if not value:
        return DAYS
    if not (value.isascii() and value.isdigit()) or len(value) > len(str(DAYS_AT_MOST)):
        raise FieldProblem("not_a_number")
    if not 1 <= int(value) <= DAYS_AT_MOST:
        raise FieldProblem("number_out_of_range", most=DAYS_AT_MOST)
    return int(value)


@dataclass(frozen=True, slots=True)
class StatisticsDesk:
    """Reads what was counted."""

    store: Store
    clock: Clock

    def read(self, actor: Actor, department_id: str, days: int) -> Statistics:
        """A department's last `days` days. Raises `Refusal` `not_found`."""
        demand_theirs(self.store, actor, department_id)
        today = self.clock().astimezone(IST).date()
        first = today - timedelta(days=days - 1)
        counted = {one.day: one.counts for one in self.store.department_days(department_id, first, today)}
        shown = tuple(
            DepartmentDay(department_id, day, {what: counted.get(day, {}).get(what, 0) for what in Counted})
            for day in (first + timedelta(days=past) for past in range(days))
        )
        totals = {what: sum(day.counts[what] for day in shown) for what in Counted}
        troubles = self.store.troubles_of(department_id, TROUBLES_AT_MOST)
        return Statistics(shown, totals, troubles, self._silence(department_id))

    def _silence(self, department_id: str) -> Silence | None:
        outage = self.store.outage(department_id)
        if outage is None or decided(outage, self.clock()).pace is Pace.FULL:
            return None
        return Silence(outage.since, self.store.pushes_waiting(department_id, WAITING_AT_MOST))
