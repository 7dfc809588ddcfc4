"""Settling: a route waits for its journey a little before it answers, so that the page can show the outcome."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from chalicelib.suite import suite

Record = TypeVar("Record")
# How long a route waits for the journey before it answers 202: 3 s, from 50 ms on, doubling.
_WAITS = (0.05, 0.1, 0.2, 0.4, 0.8, 1.45)
# After how many seconds a client should ask again.
AFTER_SECONDS = "1"


def settled(known: Record, read: Callable[[], Record], is_settled: Callable[[Record], bool]) -> Record:
    """The record once its journey has done its part, or as it stands after 3 s. `known` saves the first read."""
    for seconds in _WAITS:
        if is_settled(known):
            break
        suite().sleep(seconds)
        known = read()
    return known
