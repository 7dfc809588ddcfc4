"""A department's CSV, read by parts: where records begin and end, and what stands in them.

UTF-8, with or without a byte-order mark; `,` or `;` between values, told by the first line; quotes as in RFC 4180, so
that a quoted value may hold separators, doubled quotes and line breaks. A line that is not so is refused by itself, by
its number; a file that cannot be read at all is refused as a whole. No more than a part is ever held.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from chalicelib.domain.refusals import FieldError

# The longest record: a quote that is not closed is found out within it.
RECORD_AT_MOST = 64 * 1024
SEPARATORS = (",", ";")
_CHUNK = 256 * 1024
# How much is told of wrong columns: some names, and of each its beginning.
_NAMES_TOLD, _NAME_TOLD = 10, 40
_BOM = b"\xef\xbb\xbf"
_QUOTED = rb' *+"[^"]*+(?:""[^"]*+)*+"'
_RECORDS = {
    separator: re.compile(
        rb"(?:%(quoted)b|%(plain)b)(?:%(separator)b(?:%(quoted)b|%(plain)b))*+(\r\n|\n|\r|\Z)"
        % {
            b"quoted": _QUOTED,
            b"plain": rb'[^"\r\n' + separator.encode() + rb"]*+",
            b"separator": separator.encode(),
        }
    )
    for separator in SEPARATORS
}
_LINE_END = re.compile(rb"\r\n|\n|\r")
# `part(start, end)` of the file, as `ports.Documents.part` gives it.
Part = Callable[[int, int], bytes]


class CsvRefused(Exception):  # noqa: N818
    """The file cannot be imported: `code` says why (`import.trouble.<code>`), `detail` which columns or which line."""

    def __init__(self, code: str, detail: str = "") -> None:
        super().__init__(code)
        self.code, self.detail = code, detail


@dataclass(frozen=True, slots=True)
class Header:
    """What the first line says; `begins_at` is where the rows begin, on line `first_line`."""

    separator: str
    columns: tuple[str, ...]
    begins_at: int
    first_line: int


@dataclass(frozen=True, slots=True)
class Span:
    """One record of the file: where it begins and ends, on which line; `is_whole` where its quotes are in order."""

    start: int
    end: int
    line: int
    next_line: int
    is_whole: bool


@dataclass(frozen=True, slots=True)
class Cut:
    """One range of the file, from record to record."""

    start: int
    end: int
    first_line: int


def header_of(part: Part, required: Iterable[str], known: Iterable[str]) -> Header:
    """What the file's first line says. `required` columns must be there, and none but `known` ones.

    A column is known in whatever case it is written; the header has it as it stands in `known`. Raises `CsvRefused`.
    """
    begin = part(0, 2 * RECORD_AT_MOST)
    if not begin:
        raise CsvRefused("csv_empty")
    if begin[:2] in {b"\xff\xfe", b"\xfe\xff"} or b"\0" in begin[:1024]:
        raise CsvRefused("csv_utf16")
    skipped = len(_BOM) if begin.startswith(_BOM) else 0
    known, required = set(known), list(required)
    names = {name.lower(): name for name in known}
    read = {separator: _header_by(begin, skipped, separator, names) for separator in SEPARATORS}
    separator = max(SEPARATORS, key=lambda one: len(known & set(read[one][1])))
    span, columns = read[separator]
    _demand_columns(columns, required, known)
    return Header(separator, columns, span.end, span.next_line)


def _header_by(begin: bytes, skipped: int, separator: str, names: Mapping[str, str]) -> tuple[Span, tuple[str, ...]]:
    span = next(_spans(begin, skipped, 0, 1, separator), None)
    if span is None or not span.is_whole:
        return Span(0, 0, 1, 1, is_whole=False), ()
    try:
        cells = cells_of(begin[max(span.start, skipped) : span.end], separator)
    except ValueError:
        return span, ()
    folded = (cell.strip().lower() for cell in cells)
    return span, tuple(names.get(cell, cell) for cell in folded)


def _demand_columns(columns: tuple[str, ...], required: Iterable[str], known: set[str]) -> None:
    if not columns:
        raise CsvRefused("csv_header_unreadable")
    doubled = sorted({column for column in columns if columns.count(column) > 1})
    missing = [column for column in required if column not in columns]
    unknown = [column for column in columns if column not in known]
    wrong = (("csv_columns_doubled", doubled), ("csv_columns_missing", missing), ("csv_columns_unknown", unknown))
    for code, names in wrong:
        if names:
            raise CsvRefused(code, ", ".join(name[:_NAME_TOLD] or "(empty)" for name in names[:_NAMES_TOLD]))


def cuts(part: Part, size: int, header: Header, range_size: int) -> Iterator[Cut]:
    """Cuts the rows into ranges of about `range_size` bytes, each from record to record; reads the file once.

    Raises `CsvRefused` for a line that is longer than any record may be.
    """
    start, first_line = header.begins_at, header.first_line
    for span in spans(part, size, header.begins_at, header.first_line, header.separator):
        if span.end - start >= range_size:
            yield Cut(start, span.end, first_line)
            start, first_line = span.end, span.next_line
    if start < size:
        yield Cut(start, size, first_line)


def spans(part: Part, end: int, start: int, line: int, separator: str) -> Iterator[Span]:
    """The records from `start`, which lies between two, up to `end`, which does too; a chunk of them is held.

    Raises `CsvRefused` for a line that is longer than any record may be.
    """
    while start < end:
        # Enough that a record which begins in the chunk is whole, or too long.
        content = part(start, min(start + _CHUNK, end))
        is_last = start + len(content) >= end
        if not content:
            return
        whole = len(content) if is_last else len(content) - RECORD_AT_MOST
        for span in _spans(content, 0, start, line, separator, whole):
            yield span
            line = span.next_line
            last = span.end
        start = last


def _spans(
    content: bytes, position: int, offset: int, line: int, separator: str, until: int | None = None
) -> Iterator[Span]:
    """The records in `content`, which stands at `offset` of the file, that begin before `until`."""
    pattern, end = _RECORDS[separator], len(content)
    until = end if until is None else until
    while position < until:
        limit = min(end, position + RECORD_AT_MOST)
        found = pattern.match(content, position, limit)
        # A record that ends where we look no further is too long, or its quote is not closed.
        is_whole = found is not None and (bool(found[1]) or limit == end)
        if found is not None and is_whole:
            after = found.end()
            if content[after - 1 : after + 1] == b"\r\n":
                after += 1
        else:
            newline = _LINE_END.search(content, position, limit)
            if newline is None and limit < end:
                raise CsvRefused("csv_line_too_long", str(line))
            after = newline.end() if newline else end
        next_line = line + max(1, len(_LINE_END.findall(content, position, after)))
        yield Span(offset + position, offset + after, line, next_line, is_whole)
        position, line = after, next_line


def cells_of(record: bytes, separator: str) -> list[str]:
    """The values of one record. What is not UTF-8, or not written as RFC 4180 says, is `ValueError`."""
    text = record.decode("utf-8")
    if "\0" in text:
        raise ValueError("NUL")
    try:
        rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=separator, skipinitialspace=True, strict=True))
    except csv.Error as broken:
        raise ValueError(str(broken)) from broken
    return rows[0] if rows else []


def row_of(record: bytes, span: Span, header_columns: tuple[str, ...], separator: str) -> Mapping[str, str] | None:
    """The values of a record by column; None for an empty line. Raises `RowRefused`."""
    if not span.is_whole:
        raise RowRefused("csv_quotes")
    try:
        cells = cells_of(record, separator)
    except UnicodeDecodeError:
        raise RowRefused("csv_not_utf8") from None
    except ValueError:
        raise RowRefused("csv_quotes") from None
    if not any(cell.strip() for cell in cells):
        return None
    values, beyond = cells[: len(header_columns)], cells[len(header_columns) :]
    if len(values) < len(header_columns) or any(cell.strip() for cell in beyond):
        raise RowRefused("csv_cells", expected=len(header_columns), found=len(cells))
    return dict(zip(header_columns, values, strict=True))


class RowRefused(Exception):  # noqa: N818
    """One record cannot be read; `error` says why, in the manner of a field's."""

    def __init__(self, reason: str, **values: int) -> None:
        super().__init__(reason)
        self.error = FieldError(reason, dict(values))
