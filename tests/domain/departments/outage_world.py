"""A backfill whose certificates go on to DigiLocker, on fakes and on a clock of its own, hours in a moment.

Everything runs as it would: the ranges of the import one after another, what makes certificates each minute, streams
at once, the schedule of pushes, and each push's journey with the retries of its state machine.
"""

from __future__ import annotations

import heapq
import json
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, time, timedelta
from itertools import count
from pathlib import Path
from random import Random
from typing import Any
from uuid import UUID

from chalicelib.domain.changes import Change
from chalicelib.domain.departments.backfill_running import BackfillOver, RangeUnfinished
from chalicelib.domain.departments.backfills import Backfill
from chalicelib.domain.departments.catching_up import CatchingUp
from chalicelib.domain.departments.certificates import Certificate, certificate_id_of
from chalicelib.domain.departments.departments import DepartmentLimits, DigiLockerClient, KeyPurpose
from chalicelib.domain.departments.issuing import Issuing
from chalicelib.domain.departments.making import Made, Making
from chalicelib.domain.departments.publishing import Publishing, push_id_of
from chalicelib.domain.departments.pushes import Push, PushAction
from chalicelib.domain.departments.pushing import Pushing
from chalicelib.domain.digilocker.line import Reply
from chalicelib.domain.limits import IST
from chalicelib.domain.ports import Journey
from tests.domain.departments.backfill_world import HEAD, TYPE, BackfillWorld, csv_of, row
from tests.domain.departments.certificate_world import FakePrinter
from tests.domain.departments.push_world import PATH, SECRET, FakeDigiLocker
from tests.fakes import FakeJourneys, FakeStore

_MACHINE = Path(__file__).parents[3] / "infra" / "statemachines" / "certificate_publishing.asl.json"
_RETRIES = json.loads(_MACHINE.read_text(encoding="utf-8"))["States"]["PushCertificate"]["Retry"]
_EACH_MINUTE, _EACH_LOOK = timedelta(minutes=1), timedelta(minutes=5)
# An import's range is tried so often here: in earnest more often, which takes an hour.
_LIVES = 3
# The step looks for so many due pushes at once, and once a night for those that are missing.
_AT_MOST, _NIGHTLY, _UNTIL = 2_000, time(2, 0), time(2, 5)


class Killed(Exception):  # noqa: N818
    """The import's process died."""


class _DyingStore:
    """A store to a process that dies at some of its writes, once they are written or before."""

    def __init__(self, store: FakeStore, deaths: range, *, is_written: bool) -> None:
        self._store, self._deaths, self._is_written = store, deaths, is_written
        self._writes = count()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._store, name)

    def write(self, *changes: Change) -> str:
        is_last = next(self._writes) in self._deaths
        revision = self._store.write(*changes) if self._is_written or not is_last else ""
        if is_last:
            raise Killed
        return revision


@dataclass
class OutageWorld(BackfillWorld):
    """`random` decides the jitter. `pushes_a_minute` is the department's limit."""

    random: Random = field(default_factory=lambda: Random(0))
    pushes_a_minute: int = 60
    range_takes: timedelta = timedelta(minutes=5)

    def __post_init__(self) -> None:
        super().__post_init__()
        client, limits = DigiLockerClient("TESTCLIENT1", "Trade"), DepartmentLimits(self.pushes_a_minute)
        self.department = self.touch(self.department, client=client, limits=limits)
        self.key(self.department, KeyPurpose.CLIENT_SECRET, secret=SECRET.decode())
        self.digilocker = _CountingDigiLocker(self.clock)
        self.journeys = _Journeys(self)
        uneven = self.random.random
        self.publishing = Publishing(self.store, self.journeys, self.clock, uneven)
        self.pushing = Pushing(self.store, self.keys, lambda: self.digilocker, PATH, self.clock, uneven)
        self.making = Making(self.store, self.documents, FakePrinter(), self.clock)
        self.catching_up = CatchingUp(self.store, self.clock)
        self._agenda: list[tuple[datetime, int, Callable[[], None]]] = []
        self._order = count()
        self._importing = self.steps
        self.ended: Backfill | None = None
        # What Step Functions would bill: a journey's start, each try, each parking.
        self.transitions = 0
        self.at(self.now, self._make_each_minute)
        self.at(self.now, self._look)

    # Time.

    def at(self, when: datetime, what: Callable[[], None]) -> None:
        """Has something happen, after what was asked for before at the same moment."""
        heapq.heappush(self._agenda, (when, next(self._order), what))

    def pass_until(self, until: datetime) -> None:
        """Lets everything happen that does until then."""
        while self._agenda[0][0] <= until:
            when, _, what = heapq.heappop(self._agenda)
            self.now = max(self.now, when)
            what()
        self.now = max(self.now, until)

    # The import.

    def agreed(self, rows: int) -> bytes:
        """A CSV of holders who agreed, each with a DigiLocker account of their own that is there."""
        self.digilocker.known_accounts = {account_of(number) for number in range(rows)}
        lines = (row(n, digilocker_id=account_of(n), consent="01-04-2026") for n in range(rows))
        return csv_of(lines, head=f"{HEAD},digilocker_id,push_consented_on")

    def begin(self, backfill: Backfill) -> None:
        """The journey of an import, from its first step or, started again, from its checkpoints on."""
        planned = self.steps.plan(backfill.backfill_id)
        ranges = json.loads(self.documents.kept[planned.key])
        for place, each in enumerate(ranges):
            self.at(self.now + self.range_takes * place, self._range(backfill, each["number"]))
        self.at(self.now + self.range_takes * len(ranges), lambda: self._end(backfill, planned.backfill.round))

    def kill_imports(self, *, at_write: int, times: int, is_written: bool) -> None:
        """The import's process dies at one of its writes from now on, and at each of those after it, so often."""
        dying: Any = _DyingStore(self.store, range(at_write, at_write + times), is_written=is_written)
        self._importing = replace(self.steps, store=dying, issuing=Issuing(dying, self.clock))

    def _range(self, backfill: Backfill, number: int) -> Callable[[], None]:
        deaths = count(1)

        def run() -> None:
            try:
                self._importing.import_range(backfill.backfill_id, number, lambda: False)
            except BackfillOver:
                return
            except RangeUnfinished:
                self.at(self.now + timedelta(seconds=1), run)
            except Killed as killed:
                if next(deaths) < _LIVES:
                    self.at(self.now + timedelta(seconds=2), run)
                else:
                    self.steps.fail(backfill.backfill_id, type(killed).__name__)

        return run

    def _end(self, backfill: Backfill, journey: int) -> None:
        # A journey that a range has ended is not this one.
        if self.progress(backfill).round == journey:
            self.ended = self.steps.finish(backfill.backfill_id)

    # What makes and pushes.

    def _make_each_minute(self) -> None:
        # The stream brings what is new in batches; here the schedule does, a minute later at most.
        outcomes = self.making.make_due(100_000)
        made = [one.certificate_id for one in outcomes if one.made is Made.MADE]
        self.publishing.start(push_id_of(self._certificate(one), PushAction.ADD) for one in made)
        self.at(self.now + _EACH_MINUTE, self._make_each_minute)

    def _look(self) -> None:
        self.publishing.start_due(_AT_MOST)
        if _NIGHTLY <= self.now.astimezone(IST).time() < _UNTIL:
            self.catching_up.catch_up_all()
        self.at(self.now + _EACH_LOOK, self._look)

    def journey_of(self, push_id: str) -> None:
        """One execution of `certificate_publishing`, with the retries that its definition names."""
        tries: Counter[str] = Counter()

        def attempt() -> None:
            self.transitions += 1
            try:
                self.pushing.push(push_id)
            except Exception as failure:  # noqa: BLE001 - as a state machine catches them
                error = type(failure).__name__
                retry = next(one for one in _RETRIES if {error, "States.ALL"} & set(one["ErrorEquals"]))
                name = retry["ErrorEquals"][0]
                if tries[name] == retry["MaxAttempts"]:
                    self.transitions += 1
                    self.pushing.park(push_id, error)
                    return
                wait = min(retry["IntervalSeconds"] * retry["BackoffRate"] ** tries[name], retry["MaxDelaySeconds"])
                tries[name] += 1
                self.at(self.now + timedelta(seconds=wait * self.random.random()), attempt)

        self.at(self.now, attempt)

    # How it stands.

    def pushes(self) -> list[Push | None]:
        """The first push of each certificate."""
        return [self.store.push(push_id_of(one, PushAction.ADD)) for one in self.certificates()]

    def numbered(self, number: int) -> Certificate:
        return self._certificate(certificate_id_of(self.department_id, TYPE.code, f"TRC/{number}"))

    def _certificate(self, certificate_id: str) -> Certificate:
        found = self.store.certificate(certificate_id)
        assert found is not None
        return found


class _CountingDigiLocker(FakeDigiLocker):
    """Knows how often it was told to add what, and answered, whether or not that was heard."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        super().__init__(clock)
        self.asked_to_add: Counter[str] = Counter()

    def _answered(self, given: dict[str, str]) -> Reply:
        self.asked_to_add[given["uri"]] += given["action"] == "A"
        return super()._answered(given)


class _Journeys(FakeJourneys):
    """Journeys that run: a name is started once."""

    def __init__(self, world: OutageWorld) -> None:
        super().__init__()
        self._world = world

    def start(self, journey: Journey, journey_id: str, seconds_left: int) -> None:
        is_new = journey_id not in self.started
        super().start(journey, journey_id, seconds_left)
        if is_new:
            self._world.transitions += 1
            self._world.journey_of(journey_id.split(".", maxsplit=1)[0])


def account_of(number: int) -> str:
    """The DigiLocker account of a row's holder."""
    return str(UUID(int=number + 1, version=4))
