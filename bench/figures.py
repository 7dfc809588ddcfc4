"""One measured figure, its bound, the table people read and the lines machines read."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

COLUMNS = ("name", "value", "against", "ratio", "bound", "holds")


class WrongAnswerError(Exception):
    """What was measured did not answer rightly: its time means nothing."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One line of the table.

    `value` is in `unit`; `None` when it could not be measured, and `beside` then says why. `bound` is the most that the
    ratio to `against_value` may be or, with no `against`, the most that `value` may be. `beside` is said next to it.
    """

    name: str
    value: float | None
    unit: str
    against: str | None = None
    against_value: float | None = None
    bound: float | None = None
    beside: str = ""

    @property
    def ratio(self) -> float | None:
        """`value` over `against_value`, where there is something to compare with."""
        if self.value is None or not self.against_value:
            return None
        return self.value / self.against_value

    @property
    def measured(self) -> bool:
        """Whether there is a figure, and what its bound compares it with."""
        return self.value is not None and (self.against is None or self.ratio is not None)

    @property
    def holds(self) -> bool | None:
        """Whether the bound holds; `None` where there is no bound or nothing was measured."""
        if self.bound is None or not self.measured or self.value is None:
            return None
        return (self.value if self.ratio is None else self.ratio) <= self.bound


def missing(name: str, unit: str, why: str, *, against: str | None = None, bound: float | None = None) -> Figure:
    """The figure that could not be taken, and why."""
    return Figure(name, None, unit, against=against, bound=bound, beside=f"not measured: {why}")


def explained(text: str) -> dict[str, str]:
    r"""The reasons of EXPLAINED.md: each `- \\`name\\`: reason` and the lines indented under it."""
    entries = re.findall(r"^- `([^`]+)`: *(.+(?:\n[ \t]+\S.*)*)", text, flags=re.MULTILINE)
    return {name: " ".join(reason.split()) for name, reason in entries}


def json_line(figure: Figure) -> str:
    """The figure as one JSON object: name, value, unit, against, ratio, bound, holds; then against_value and beside."""
    return json.dumps(
        {
            "name": figure.name,
            "value": None if figure.value is None else round(figure.value, 6),
            "unit": figure.unit,
            "against": figure.against,
            "ratio": None if figure.ratio is None else round(figure.ratio, 4),
            "bound": figure.bound,
            "holds": figure.holds,
            "against_value": None if figure.against_value is None else round(figure.against_value, 6),
            "beside": figure.beside,
        },
        ensure_ascii=False,
    )


def number(value: float) -> str:
    """Three significant digits or so, and no more than people read."""
    if value == int(value) and abs(value) < 1e6:
        return str(int(value))
    for least, digits in ((100, 0), (10, 1), (1, 2)):
        if abs(value) >= least:
            return f"{value:.{digits}f}"
    return f"{value:.3g}"


def cells(figure: Figure, reasons: Mapping[str, str]) -> tuple[str, ...]:
    """The figure's cells, in the order of `COLUMNS`."""
    against = ""
    if figure.against is not None:
        against = figure.against
        if figure.against_value is not None:
            against += f" {number(figure.against_value)}"
    verdict = {None: "", True: "yes", False: "NO"}[figure.holds]
    if not figure.measured:
        verdict = "?"
    elif figure.holds is False and figure.name in reasons:
        verdict = "no, explained"
    return (
        figure.name,
        "-" if figure.value is None else f"{number(figure.value)} {figure.unit}",
        against,
        "" if figure.ratio is None else f"{figure.ratio:.2f}",
        "" if figure.bound is None else f"≤ {number(figure.bound)}",
        verdict,
    )


def table(figures: Iterable[Figure], reasons: Mapping[str, str]) -> str:
    """The table, with what stands beside a figure, or explains it, on the line below."""
    rows: list[tuple[tuple[str, ...], list[str]]] = [(COLUMNS, [])]
    for figure in figures:
        notes = [figure.beside] if figure.beside else []
        if figure.holds is False and figure.name in reasons:
            notes.append(f"explained: {reasons[figure.name]}")
        rows.append((cells(figure, reasons), notes))
    widths = [max(len(row[column]) for row, _ in rows) for column in range(len(COLUMNS))]
    lines = []
    for index, (row, notes) in enumerate(rows):
        lines.append("  ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)).rstrip())
        if index == 0:
            lines.append("  ".join("-" * width for width in widths))
        lines.extend(f"    {note}" for note in notes)
    return "\n".join(lines)


def failures(figures: Iterable[Figure], reasons: Mapping[str, str], *, strict: bool) -> list[str]:
    """Why the run fails: each broken bound without a reason and, when `strict`, each figure that was not measured."""
    why = []
    for figure in figures:
        if figure.holds is False and figure.name not in reasons:
            why.append(f"{figure.name}: the bound does not hold")
        if strict and not figure.measured:
            why.append(f"{figure.name}: {figure.beside or 'not measured'}")
    return why
