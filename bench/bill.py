"""What AWS bills for registrations: counted calls times a dated price list. Pure arithmetic; prices are data."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

PRICES = Path(__file__).with_name("prices.json")


@dataclass(frozen=True, slots=True)
class Usage:
    """What one registration uses, counted: units as AWS bills them, not calls."""

    state_transitions: int
    write_units: float
    read_units: float
    lambda_requests: int
    lambda_gb_seconds: float
    gateway_requests: int


class Line(NamedTuple):
    """One line of the bill: what, how many units, and US dollars."""

    what: str
    units: float
    dollars: float


def price_list(path: Path = PRICES) -> dict[str, float]:
    """US dollars for one unit, by the field names of `Usage`."""
    listed = json.loads(path.read_text())["prices"]
    return {what: entry["dollars"] / entry["per"] for what, entry in listed.items()}


def bill(usage: Usage, registrations: int, prices: Mapping[str, float]) -> list[Line]:
    """The lines of the bill for that many registrations, dearest first. A price that is missing is a KeyError."""
    lines = []
    for what in usage.__dataclass_fields__:
        units = getattr(usage, what) * registrations
        lines.append(Line(what, units, units * prices[what]))
    return sorted(lines, key=lambda line: -line.dollars)


def write_units(operation: str, items: int) -> float:
    """Write request units of one DynamoDB call on items of at most 1 KB: in a transaction each item costs twice."""
    return 2.0 * items if operation == "TransactWriteItems" else float(items)


def read_units(operation: str, items: int, *, consistent: bool) -> float:
    """Read units of one call on items of at most 4 KB: half if eventually consistent, twice in a transaction."""
    if operation == "TransactGetItems":
        return 2.0 * items
    return float(items) if consistent else 0.5 * items
