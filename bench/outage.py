"""DigiLocker down for a day amid a backfill of 100 000, on fakes: all comes, nothing twice, and few calls are made.

The scenario is the tests' own (`tests/domain/departments/outage_day.py`), which run it with some thousands.
"""

from __future__ import annotations

import time

from bench.figures import Figure, WrongAnswerError
from tests.domain.departments.outage_day import (
    TRANSITIONS_IN_A_DAY,
    TRIED_IN_A_DAY,
    OutageDay,
    demand_all_and_each_once,
    outage,
)

FEW, MANY = 10_000, 100_000
_A_MINUTE = 60
# Beyond this something that a store finds by its keys is being searched for.
_CPU_BOUND = 1.5


def figures() -> list[Figure]:
    """What a day's outage costs. Raises `WrongAnswerError` where a certificate is lost or comes twice."""
    few, _ = _run(FEW)
    many, day = _run(MANY)
    about = f"of {MANY:,} that wait, at {_A_MINUTE} pushes a minute"
    return [
        Figure("outage.tried", day.tried, "calls a day", bound=TRIED_IN_A_DAY, beside=about),
        Figure("outage.transitions", day.transitions, "a day", bound=TRANSITIONS_IN_A_DAY, beside=about),
        Figure(
            "outage.cpu",
            many / MANY * 1e6,
            "µs a row",
            "10 000 rows",
            few / FEW * 1e6,
            _CPU_BOUND,
            f"{many:.0f} s for all: imported, made, pushed, with an outage of a day and an import that dies",
        ),
    ]


def _run(rows: int) -> tuple[float, OutageDay]:
    began = time.process_time()
    try:
        day = outage(rows, seed=7, pushes_a_minute=_A_MINUTE)
        demand_all_and_each_once(day)
    except AssertionError as failed:
        raise WrongAnswerError(f"a certificate is lost, or came twice, of {rows}: {failed}") from failed
    return time.process_time() - began, day
