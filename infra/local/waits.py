"""Moto's Wait states by the laptop's clock: moving it past a wait's end ends the wait."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from moto.stepfunctions.parser.asl.component.state.wait.wait_function.wait_function import WaitFunction

from infra.local.clock import LaptopClock
from infra.local.replaced import replaced

# How soon a wait sees that its execution was stopped.
_LOOK_EVERY = 0.25


@contextmanager
def wait_states_by(clock: LaptopClock) -> Iterator[None]:
    """Put moto right while in the block: a Wait state ends when ``clock``, not only the machine's, says so."""

    def wait_by_clock(self: WaitFunction, env: Any, wait_seconds: int) -> None:  # noqa: ANN401, ARG001 - moto's own
        over, end = threading.Event(), time.monotonic() + wait_seconds
        with clock.alarm(wait_seconds, over.set):
            while env.is_running() and (left := end - time.monotonic()) > 0:
                if over.wait(min(left, _LOOK_EVERY)):
                    return

    with replaced(WaitFunction, "_wait_interval", wait_by_clock):
        yield
