"""What invokes step Lambdas by itself: tables' streams and schedules, played as the template declares them.

Neither engine's own streams are asked: moto's are not connected to anything, and this way both engines behave alike.
A stream tells of new rows only (INSERT); that is all that the suite asks of one.
"""

import json
import re
import threading
import uuid
from collections import deque
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from infra.local.calls import Call, unseen
from infra.local.clock import LaptopClock
from infra.local.environment import REGION
from infra.local.provisioning import Provisioning
from infra.local.step_lambdas import StepLambdas
from infra.local.template import TemplateError

Key = dict[str, dict[str, str]]
_RATE = re.compile(r"rate\((?P<number>\d+) (?P<unit>minute|hour|day)s?\)")
_NEW_ROWS = {"eventName": ["INSERT"]}


@dataclass(frozen=True)
class Mapped:
    """An AWS::Lambda::EventSourceMapping from a table's stream."""

    table: str
    """The table's name."""
    key: tuple[str, ...]
    """The names of its key attributes."""
    function: str
    batch: int
    retries: int


@dataclass(frozen=True)
class Scheduled:
    """One target of an AWS::Events::Rule."""

    every: timedelta
    function: str
    event: str


class _Worker:
    """A thread of its own that does one kind of work, and can be waited for."""

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self._stopping = False
        self._busy = False
        self._thread = threading.Thread(target=self._run, daemon=True)

    def has_work(self) -> bool:
        """Whether there is something to do; asked under the lock."""
        raise NotImplementedError

    def take(self) -> Callable[[], None]:
        """Take the next piece of work; asked under the lock."""
        raise NotImplementedError

    def patience(self) -> float | None:
        """How long to wait at most before looking again for work."""
        return None

    @contextmanager
    def running(self) -> Iterator[None]:
        """Work while in the block."""
        self._thread.start()
        try:
            yield
        finally:
            with self.changed:
                self._stopping = True
                self.changed.notify_all()
            self._thread.join(timeout=30)

    def is_idle_within(self, seconds: float) -> bool:
        """Wait until there is nothing to do; False if there still is after ``seconds``."""
        with self.changed:
            return self.changed.wait_for(lambda: not (self._busy or self.has_work()), seconds)

    def _run(self) -> None:
        while True:
            with self.changed:
                while not (self._stopping or self.has_work()):
                    self.changed.wait(self.patience())
                if self._stopping:
                    return
                work, self._busy = self.take(), True
            try:
                work()
            finally:
                with self.changed:
                    self._busy = False
                    self.changed.notify_all()


class Stream(_Worker):
    """A table's stream, read by one function: in the order of the writes, in batches, with retries."""

    def __init__(self, mapped: Mapped, steps: StepLambdas, dynamodb: Any) -> None:  # noqa: ANN401 - a botocore client
        super().__init__()
        self._mapped = mapped
        self._steps = steps
        self._dynamodb = dynamodb
        self._written: deque[Key] = deque()
        self._known: set[str] = set()

    def wrote(self, call: Call) -> None:
        """Look at a call that has come back, well or badly, for rows that it may have put into the table."""
        names = self._mapped.key
        keys = [
            {name: part["Item"][name] for name in names}
            for operation, part in call.parts
            if operation == "PutItem" and part["TableName"] == self._mapped.table
        ]
        if keys:
            with self.changed:
                self._written.extend(keys)
                self.changed.notify_all()

    def forget(self) -> None:
        """Drop what was not read yet, and know no row any more."""
        with self.changed:
            self._written.clear()
            self._known.clear()

    def has_work(self) -> bool:
        """See ``_Worker``."""
        return bool(self._written)

    def take(self) -> Callable[[], None]:
        """See ``_Worker``."""
        batch = [self._written.popleft() for _ in range(min(self._mapped.batch, len(self._written)))]
        return lambda: self._deliver(batch)

    def _deliver(self, batch: list[Key]) -> None:
        records = [self._record(key) for key in batch if self._is_new(key)]
        if not records:
            return
        event = json.dumps({"Records": records})
        for _ in range(1 + self._mapped.retries):
            if not self._steps.invoke(self._mapped.function, event).failed:
                return

    def _is_new(self, key: Key) -> bool:
        """Whether this is the first time that the row is there: a put may have failed, or written over a row."""
        name = repr(sorted(key.items()))
        if name in self._known:
            return False
        with unseen():
            found = self._dynamodb.get_item(TableName=self._mapped.table, Key=key, ConsistentRead=True)
        if "Item" in found:
            self._known.add(name)
        return "Item" in found

    def _record(self, key: Key) -> dict[str, Any]:
        return {
            "eventID": uuid.uuid4().hex,
            "eventName": "INSERT",
            "eventVersion": "1.1",
            "eventSource": "aws:dynamodb",
            "awsRegion": REGION,
            "dynamodb": {"Keys": key, "StreamViewType": "KEYS_ONLY"},
        }


class Schedule(_Worker):
    """A rule's target, invoked each time the laptop's clock has moved on by its rate, by itself or by a test."""

    def __init__(self, scheduled: Scheduled, steps: StepLambdas, clock: LaptopClock) -> None:
        super().__init__()
        self._scheduled = scheduled
        self._steps = steps
        self._clock = clock
        self._next = clock() + scheduled.every

    def invoke(self) -> None:
        """Invoke the target now."""
        self._steps.invoke(self._scheduled.function, self._scheduled.event)

    def clock_moved(self) -> None:
        """Look at the clock again: it was moved on, or back to real time."""
        with self.changed:
            self._next = min(self._next, self._clock() + self._scheduled.every)
            self.changed.notify_all()

    def has_work(self) -> bool:
        """See ``_Worker``."""
        return self._clock() >= self._next

    def take(self) -> Callable[[], None]:
        """See ``_Worker``. However many minutes were passed over at once, it is invoked once."""
        self._next = self._clock() + self._scheduled.every
        return self.invoke

    def patience(self) -> float:
        """See ``_Worker``."""
        return max(0.0, (self._next - self._clock()).total_seconds())


class EventSources:
    """All streams and schedules of the template."""

    def __init__(self, resources: Provisioning, steps: StepLambdas, clock: LaptopClock) -> None:
        self._clock = clock
        declared, functions = resources.template.resources, steps.logical_ids
        self.streams = [
            Stream(mapped, steps, resources.client("dynamodb")) for mapped in _mapped(resources, declared, functions)
        ]
        self.schedules = [Schedule(scheduled, steps, clock) for scheduled in _scheduled(declared, functions)]

    @contextmanager
    def running(self) -> Iterator[None]:
        """Play them while in the block."""
        with ExitStack() as stack:
            for worker in (*self.streams, *self.schedules):
                stack.enter_context(worker.running())
            stack.enter_context(self._clock.watched(self._clock_moved))
            yield

    def wrote(self, call: Call) -> None:
        """Show the streams a call of the suite that has come back."""
        for stream in self.streams:
            stream.wrote(call)

    def run_schedules(self) -> None:
        """Invoke every schedule's target now, one after the other."""
        for schedule in self.schedules:
            schedule.invoke()

    def are_idle_within(self, seconds: float) -> bool:
        """Wait until everything written was told and every schedule that was due has run."""
        return all(worker.is_idle_within(seconds) for worker in (*self.streams, *self.schedules))

    def forget(self) -> None:
        """Drop what the streams have not told yet."""
        for stream in self.streams:
            stream.forget()

    def _clock_moved(self) -> None:
        for schedule in self.schedules:
            schedule.clock_moved()


def _mapped(resources: Provisioning, declared: Mapping[str, Any], functions: Mapping[str, str]) -> Iterator[Mapped]:
    for logical_id, resource in declared.items():
        if resource["Type"] != "AWS::Lambda::EventSourceMapping":
            continue
        properties = resource["Properties"]
        table, attribute = properties["EventSourceArn"]["Fn::GetAtt"]
        patterns = [json.loads(one["Pattern"]) for one in properties.get("FilterCriteria", {}).get("Filters", [])]
        if attribute != "StreamArn" or patterns != [_NEW_ROWS]:
            raise TemplateError(f"{logical_id}: the laptop plays streams of new rows only (a filter on INSERT)")
        schema = declared[table]["Properties"]["KeySchema"]
        yield Mapped(
            resources.tables[table],
            tuple(part["AttributeName"] for part in schema),
            functions[properties["FunctionName"]["Ref"]],
            int(properties.get("BatchSize", 100)),
            int(properties["MaximumRetryAttempts"]),
        )


def _scheduled(declared: Mapping[str, Any], functions: Mapping[str, str]) -> Iterator[Scheduled]:
    for logical_id, resource in declared.items():
        if resource["Type"] != "AWS::Events::Rule":
            continue
        rate = _RATE.fullmatch(resource["Properties"].get("ScheduleExpression", ""))
        if rate is None:
            raise TemplateError(f"{logical_id}: the laptop plays schedules of the form rate(n minutes) only")
        every = timedelta(**{f"{rate['unit']}s": int(rate["number"])})
        for target in resource["Properties"]["Targets"]:
            function, _ = target["Arn"]["Fn::GetAtt"]
            yield Scheduled(every, functions[function], target.get("Input", "{}"))
