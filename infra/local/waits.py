"""Moto's Wait states by the laptop's clock: moving it past a wait's end ends the wait."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from moto.stepfunctions.parser.asl.component.state.wait.wait_function.wait_function import WaitFunction

from infra.local.clock import LaptopClock
from infra.local.replaced import replaced

# The executions whose Wait state has begun, and not ended.
_under_way: set[str] = set()
# How soon a wait sees that its execution was stopped.
_LOOK_EVERY = 0.25


def is_under_way(execution_id: str) -> bool:
    """Whether an execution stands in a Wait state: from now on the clock can end it."""
    return execution_id in _under_way


@contextmanager
def wait_states_by(clock: LaptopClock) -> Iterator[None]:
    """Put moto right while in the block: a Wait state ends when ``clock``, not only the machine's, says so."""

    def wait_by_clock(self: WaitFunction, env: Any, wait_seconds: int) -> None:  # noqa: ANN401, ARG001 - moto's own
        over, end = threading.Event(), time.monotonic() + wait_seconds
        execution_id: str = env.states.context_object.context_object_data["Execution"]["Name"]
        with clock.alarm(wait_seconds, over.set):
            _under_way.add(execution_id)
            try:
                while env.is_running() and (left := end - time.monotonic()) > 0:
                    if over.wait(min(left, _LOOK_EVERY)):
                        return
            finally:
                _under_way.discard(execution_id)

    with replaced(WaitFunction, "_wait_interval", wait_by_clock):
        yield
