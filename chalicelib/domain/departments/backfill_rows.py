"""The rows of a backfill, a batch at a time: read, judged, issued, counted; what is refused becomes a line of a report.

A line of the report names the row by its number in the file and the certificate by its own, and nothing else of it.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

from chalicelib.domain.departments.backfills import BackfillCounts
from chalicelib.domain.departments.bringing import COLUMNS, CertificateRow, parse_row
from chalicelib.domain.departments.csv_reading import RowRefused, Span, row_of
from chalicelib.domain.departments.departments import DocumentType
from chalicelib.domain.departments.issuing import (
    ACCOUNT_DIFFERS,
    CONSENT_IN_FUTURE,
    DATE_IN_FUTURE,
    Issued,
    IssuedOutcome,
)
from chalicelib.domain.refusals import FieldError, Refusal

# The sentence for a field's error in a language: (language, error) → text.
Words = Callable[[str, FieldError], str]
NEEDED = ("number", "holder_name", "holder_born_on", "issued_on")
REPORT_COLUMNS = ("line", "number", "column", "reason", "कारण")
_NUMBER_AT_MOST = 64
# Where a row that was read is refused for something else than its number.
_COLUMNS = {DATE_IN_FUTURE: "issued_on", CONSENT_IN_FUTURE: "push_consented_on", ACCOUNT_DIFFERS: "digilocker_id"}
# A spreadsheet takes a cell that begins so for a formula; one of another country divides cells by `;`, or by a tab.
_FORMULA = re.compile(r"(^|[;\t])(\s*)(?=[=+\-@\uff1d\uff0b\uff0d\uff20])")


def columns_of(document_type: DocumentType) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The columns that a file of this type must have, and all that it may have."""
    own = tuple(one.name for one in document_type.fields)
    required = (*NEEDED, *(one.name for one in document_type.fields if one.is_required))
    pdf = () if document_type.template else ("upload_id",)
    return (*required, *pdf), (*COLUMNS, *own)


@dataclass(frozen=True, slots=True)
class Refused:
    """One thing that is wrong with one row; `column` is "" where it is the whole row."""

    line: int
    number: str
    column: str
    error: FieldError


@dataclass
class Batch:
    """Rows that were read together: those that can be issued, with their lines, and what is refused."""

    rows: list[CertificateRow] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)
    refused_rows: int = 0

    @property
    def size(self) -> int:
        """How many rows were read; empty lines are none."""
        return len(self.rows) + self.refused_rows

    def read(
        self, record: bytes, span: Span, document_type: DocumentType, columns: tuple[str, ...], separator: str
    ) -> None:
        """Takes one record of the file."""
        number = ""
        try:
            values = row_of(record, span, columns, separator)
            if values is None:
                return
            number = " ".join(values.get("number", "").split())[:_NUMBER_AT_MOST]
            self.rows.append(parse_row(document_type, values))
            self.lines.append(span.line)
        except RowRefused as refused:
            self.refused_rows += 1
            self.refused.append(Refused(span.line, number, "", refused.error))
        except Refusal as refusal:
            self.refused_rows += 1
            self.refused += [Refused(span.line, number, name, error) for name, error in refusal.errors.items()]

    def judged(self, issued: Iterable[Issued], *, made_before: frozenset[str] = frozenset()) -> BackfillCounts:
        """Takes what became of the rows; `made_before`: certificates that this very batch made and did not count."""
        created = there = 0
        uncounted = set(made_before)
        for line, one in zip(self.lines, issued, strict=True):
            is_ours = one.outcome is IssuedOutcome.THERE_ALREADY and one.certificate_id in uncounted
            if one.outcome is IssuedOutcome.CREATED or is_ours:
                created += 1
                uncounted.discard(one.certificate_id or "")
            elif one.outcome is IssuedOutcome.THERE_ALREADY:
                there += 1
            else:
                self.refused_rows += 1
                self.refused.append(Refused(line, one.number, _column_of(one.reason), FieldError(one.reason)))
        return BackfillCounts(created + there + self.refused_rows, created, there, self.refused_rows)


def report_lines(refused: Iterable[Refused], words: Words) -> str:
    """Lines of the report, as CSV."""
    out = io.StringIO()
    writer = csv.writer(out)
    for one in sorted(refused, key=lambda each: each.line):
        texts = (words(language, one.error) for language in ("en", "hi"))
        writer.writerow([one.line, _harmless(one.number), one.column, *texts])
    return out.getvalue()


def report_head() -> str:
    """The first line of the report, with the mark by which spreadsheets know UTF-8."""
    out = io.StringIO()
    csv.writer(out).writerow(REPORT_COLUMNS)
    return "\ufeff" + out.getvalue()


def kept_lines(part: bytes, before_line: int) -> list[str]:
    """The lines of a part of the report about rows before a line of the file: those after are judged anew."""
    lines = part.decode().splitlines(keepends=True)
    return [line for line in lines if int(line.split(",", 1)[0]) < before_line]


def _column_of(reason: str) -> str:
    """The column that a row which was read is refused for."""
    return _COLUMNS.get(reason, "number")


def _harmless(text: str) -> str:
    """A text that a spreadsheet takes for a text, whole or in parts."""
    return _FORMULA.sub(r"\1\2'", text)
