"""The report of an import is opened in a spreadsheet: nothing that stood in the file becomes a formula there."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.departments.backfill_rows import REPORT_COLUMNS, Refused, kept_lines, report_head, report_lines
from chalicelib.domain.refusals import FieldError

FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r")


def report(*numbers: str) -> str:
    refused = (Refused(line, number, "number", FieldError("x")) for line, number in enumerate(numbers, 2))
    return report_lines(refused, lambda language, error: f"{language}: {error.reason}.")


def cells(lines: str, separator: str) -> list[str]:
    return [cell for row in csv.reader(io.StringIO(lines), delimiter=separator) for cell in row]


@pytest.mark.parametrize(
    "number",
    [
        '=HYPERLINK("https://a.example","TR/1")',
        "+1+cmd|' /C calc'!A0",
        "-2+3",
        "@SUM(1)",
        "＝1+1",
        # A spreadsheet of another country divides by `;`, or by a tab, whatever the file has.
        "TR/1;=1+1",
        'TR"";=1+1',
        "TR; @SUM(1)",
        "TR,=1+1",
    ],
)
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_number_is_a_text_and_no_formula(number: str, separator: str) -> None:
    assert not [cell for cell in cells(report(number), separator) if cell.lstrip().startswith(FORMULA)]


@pytest.mark.parametrize("number", ["TR/2026/1", "TR-1", "a=b", "अ/१", "1;2", "x@y"])
def test_a_number_that_is_none_is_told_as_it_stands(number: str) -> None:
    assert cells(report(number), ",")[1] == number


@given(st.lists(st.text(max_size=30).map(lambda text: " ".join(text.split())), max_size=5))
def test_each_line_is_told_once_and_is_known_again_by_its_number(numbers: list[str]) -> None:
    lines = report(*numbers)
    rows = list(csv.reader(io.StringIO(report_head() + lines)))
    assert [len(row) for row in rows] == [len(REPORT_COLUMNS)] * (len(numbers) + 1)
    assert "".join(kept_lines(lines.encode(), len(numbers) + 2)) == lines
    assert kept_lines(lines.encode(), 2) == []
