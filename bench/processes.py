"""Processes to measure: started cold, alone on their pipe, CPU counted by the kernel."""

from __future__ import annotations

import json
import os
import select
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

BARE_PYTHON = str(Path(getattr(sys, "_base_executable", sys.executable)).resolve())
"""The interpreter below the virtual environment: what Lambda has, and no library of ours."""


class Cold(NamedTuple):
    """From the start of a process to its first answer: CPU and wall in milliseconds, and what it answered."""

    cpu_ms: float
    wall_ms: float
    answer: Any


class Spread(NamedTuple):
    """The least and the median of repeated runs."""

    least: float
    median: float


def spread(values: Sequence[float]) -> Spread:
    """The least and the median. The least is what the code costs; the rest is what the machine adds."""
    return Spread(min(values), statistics.median(values))


def cold(command: Sequence[str], environment: Mapping[str, str], *, seconds: float = 60) -> Cold:
    """Start `command`, which prints `{"cpu_ms", "answer"}` as its first line when it has answered, and time it.

    Raises RuntimeError with the end of what it said on standard error when it prints none.
    """
    started = time.perf_counter()
    with subprocess.Popen(
        list(command), env=dict(environment), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE
    ) as process:
        try:
            assert process.stdout is not None
            readable, _, _ = select.select([process.stdout], [], [], seconds)
            line = process.stdout.readline() if readable else b""
            wall_ms = (time.perf_counter() - started) * 1000
        finally:
            if process.poll() is None:
                process.kill()
        _, said = process.communicate()
    if not line:
        raise RuntimeError(f"{command[-2:]} answered nothing: {said.decode(errors='replace')[-2000:]}")
    told = json.loads(line)
    return Cold(told["cpu_ms"], wall_ms, told["answer"])


def in_turn(rounds: int, runs: Mapping[str, Callable[[], Cold]]) -> dict[str, list[Cold]]:
    """Each of `runs` once a round, one after the other, so that a busy minute of the machine meets all alike."""
    taken: dict[str, list[Cold]] = {name: [] for name in runs}
    for run in runs.values():
        run()  # the first reading fills the file system's cache
    for _ in range(rounds):
        for name, run in runs.items():
            taken[name].append(run())
    return taken


@contextmanager
def serving(
    command: Sequence[str], environment: Mapping[str, str] | None = None
) -> Iterator[tuple[subprocess.Popen[bytes], str]]:
    """Run a server that prints its port as its first line; give the process and its address; stop it at the end."""
    with subprocess.Popen(list(command), env=dict(environment or os.environ), stdout=subprocess.PIPE) as process:
        try:
            assert process.stdout is not None
            port = process.stdout.readline().decode().strip()
            if not port.isdigit():
                raise RuntimeError(f"{command[-2:]} did not start")
            yield process, f"http://127.0.0.1:{port}"
        finally:
            process.terminate()
            process.wait(timeout=20)


def cpu_ms_of(pid: int) -> float:
    """CPU that a running process has used so far, user and system, in milliseconds (Linux; 10 ms steps)."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) * 1000 / os.sysconf("SC_CLK_TCK")
