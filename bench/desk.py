"""One process of the suite, called as Lambda calls it, and the time that each part of a sign-up took in it."""

from __future__ import annotations

import gc
import json
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from typing import Any

from bench.cold_request import Context
from bench.figures import WrongAnswerError
from chalicelib import suite as suites
from chalicelib.domain import passwords
from chalicelib.domain.contacts import Channel
from chalicelib.domain.notices import Notice
from chalicelib.domain.ports import Journey, Woken
from chalicelib.settings import Settings

PASSWORD = "Kaveri#Looms2026"  # noqa: S105 - nobody's


class NoMessenger:
    """Sends nothing and keeps the codes, as the comparators' callback does."""

    def __init__(self) -> None:
        self.codes: dict[Channel, str] = {}

    def send(self, notice: Notice) -> str:
        """Take a notice."""
        if "code" in notice.values:
            self.codes[notice.channel] = str(notice.values["code"])
        return "kept"


class JourneysInLine:
    """Step Functions' calls are made; what a start or a wake sets going is run at once and timed by its own name."""

    def __init__(self, real: Any, on_start: Callable[[str], None], on_wake: Callable[[], None]) -> None:  # noqa: ANN401 - any adapter
        self._real = real
        self._on_start = on_start
        self._on_wake = on_wake

    def start(self, journey: Journey, journey_id: str, seconds_left: int) -> None:
        """Start, and run the first step."""
        self._real.start(journey, journey_id, seconds_left)
        self._on_start(journey_id)

    def wake(self, task_token: str, message: Mapping[str, str | int]) -> Woken:
        """Wake, and run what follows."""
        woken: Woken = self._real.wake(task_token, message)
        self._on_wake()
        return woken


class Desk:
    """The suite in this process; `steps` names the module of its step Lambdas."""

    def __init__(self, steps: str) -> None:
        self.suite = suites.Suite(Settings.from_environment(), sleep=lambda _seconds: None)
        self.messenger = NoMessenger()
        parts = self.suite.__dict__
        # The suite's parts are cached properties: what is set stands in their place.
        parts["messenger"] = self.messenger
        parts["journeys"] = JourneysInLine(self.suite.journeys, self.on_start, self.on_wake)
        suites.install(self.suite)
        self.app = import_module("app").app
        self.steps = import_module(f"chalicelib.handlers.{steps}")
        self.spent: dict[str, float] = {}
        self.running: list[str] = []

    def on_start(self, journey_id: str) -> None:
        """Run the step that a start sets going."""
        raise NotImplementedError

    def on_wake(self) -> None:
        """Run what follows a wake-up; nothing, where who measures runs it."""

    def sign_up(self, number: int) -> None:
        """One whole sign-up, its parts timed, its result read back from the store."""
        raise NotImplementedError

    def timed(self, part: str, work: Callable[[], Any]) -> Any:  # noqa: ANN401 - whatever it answers
        """Add the CPU of `work` to `part`; what runs inside another part is taken off that one."""
        before = time.process_time()
        self.running.append(part)
        answer = work()
        self.running.pop()
        used = time.process_time() - before
        self.spent[part] = self.spent.get(part, 0.0) + used
        if self.running:
            self.spent[self.running[-1]] = self.spent.get(self.running[-1], 0.0) - used
        return answer

    def step(self, name: str, event: Mapping[str, object]) -> None:
        """Run a step Lambda's handler."""
        self.timed(name, lambda: getattr(self.steps, name)(event, Context()))

    def step_of(self, name: str, registration_id: str) -> None:
        """Run a step that waits under a task token."""
        self.step(name, {"registration_id": registration_id, "task_token": f"token-of-{name}"})

    def route(self, part: str, event: dict[str, object], *expected: int) -> dict[str, Any]:
        """Call the API's handler; the answer's JSON. Raises WrongAnswerError for another status than expected."""
        answer = self.timed(part, lambda: self.app(event, Context()))
        if answer["statusCode"] not in expected:
            raise WrongAnswerError(f"{part}: {answer['statusCode']} {answer['body']}")
        told: dict[str, Any] = json.loads(answer["body"] or "{}")
        return told


def without_hashing() -> None:
    """Passwords are kept under a mark instead of a hash, so that no side hashes."""
    passwords.hashed = lambda password: f"unhashed:{password}"
    passwords.matches = lambda password, phc: phc == f"unhashed:{password}"


def measure(make: Callable[[], Desk], counted: Sequence[str], arguments: Sequence[str]) -> None:
    """Warm up, then measure batches: `<warm-up sign-ups> <batches> <sign-ups in a batch>`.

    Prints `{"cpu_ms": [per sign-up, one a batch], "parts": {part: ms}, "sign_ups": n}`, of the parts that are counted.
    """
    warm_up, batches, size = (int(argument) for argument in arguments)
    without_hashing()
    out, sys.stdout = sys.stdout, sys.stderr
    desk = make()
    numbers = iter(range(1, 10**8))
    for _ in range(warm_up):
        desk.sign_up(next(numbers))
    totals, parts = [], []
    for _ in range(batches):
        desk.spent.clear()
        gc.collect()
        for _ in range(size):
            desk.sign_up(next(numbers))
        parts.append({part: used * 1000 / size for part, used in desk.spent.items()})
        totals.append(sum(parts[-1][part] for part in counted))
    best = parts[totals.index(min(totals))]
    print(json.dumps({"cpu_ms": totals, "parts": best, "sign_ups": warm_up + batches * size}), file=out)
