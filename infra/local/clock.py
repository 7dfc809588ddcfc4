"""The time as the laptop's suite and its state machines see it."""

import itertools
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta


class LaptopClock:
    """The machine's time plus an offset that tests may grow; calling it gives an aware UTC datetime.

    The state machines' waits run by this clock too, so that moving it past a timeout ends the wait.
    """

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._offset = timedelta()
        self._alarms: dict[int, tuple[datetime, Callable[[], None]]] = {}
        self._numbers = itertools.count()
        self._watchers: list[Callable[[], None]] = []

    def __call__(self) -> datetime:
        """Tell the instant it is now: aware, UTC, whole milliseconds."""
        with self._lock:
            now = datetime.now(tz=UTC) + self._offset
        return now.replace(microsecond=now.microsecond // 1000 * 1000)

    def advance(
        self, step: timedelta | None = None, *, hours: float = 0, minutes: float = 0, seconds: float = 0
    ) -> None:
        """Let time pass at once; waits whose end is then behind us are told to end."""
        step = (step or timedelta()) + timedelta(hours=hours, minutes=minutes, seconds=seconds)
        if step < timedelta():
            raise ValueError("time runs forward only")
        with self._lock:
            self._offset += step
            now = datetime.now(tz=UTC) + self._offset
            due = [number for number, (instant, _) in self._alarms.items() if instant <= now]
            rings = [self._alarms.pop(number)[1] for number in due]
            watchers = list(self._watchers)
        for ring in (*rings, *watchers):
            ring()

    def back_to_real_time(self) -> None:
        """Forget how far the clock was moved on."""
        with self._lock:
            self._offset = timedelta()
            watchers = list(self._watchers)
        for ring in watchers:
            ring()

    @contextmanager
    def watched(self, moved: Callable[[], None]) -> Iterator[None]:
        """While in the block, call ``moved`` each time the clock was moved."""
        with self._lock:
            self._watchers.append(moved)
        try:
            yield
        finally:
            with self._lock:
                self._watchers.remove(moved)

    def forget_alarms(self) -> None:
        """Let the waits under way end by the machine's time only."""
        with self._lock:
            self._alarms.clear()

    @contextmanager
    def alarm(self, seconds: float, ring: Callable[[], None]) -> Iterator[None]:
        """While in the block, call ``ring`` once if the clock is moved to ``seconds`` from now or beyond."""
        instant = self() + timedelta(seconds=min(seconds, timedelta(days=10_000).total_seconds()))
        number = next(self._numbers)
        with self._lock:
            self._alarms[number] = (instant, ring)
        try:
            yield
        finally:
            with self._lock:
                self._alarms.pop(number, None)
