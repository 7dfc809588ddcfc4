"""A department's CSV, read by parts: nothing that is torn at a border, doubled or lost, whatever stands in it."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.domain.departments import csv_reading
from chalicelib.domain.departments.csv_reading import CsvRefused, RowRefused, cells_of, cuts, header_of, row_of, spans

NEEDED, KNOWN = ("number", "name"), ("number", "name", "trade")


def part_of(content: bytes) -> Callable[[int, int], bytes]:
    return lambda start, end: content[start:end]


def header(content: bytes) -> csv_reading.Header:
    return header_of(part_of(content), NEEDED, KNOWN)


def refusal(content: bytes) -> tuple[str, str]:
    with pytest.raises(CsvRefused) as refused:
        header(content)
    return refused.value.code, refused.value.detail


@pytest.mark.parametrize("mark", [b"", b"\xef\xbb\xbf"])
@pytest.mark.parametrize("separator", [",", ";"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_marks_separators_and_line_ends_are_told_by_the_first_line(mark: bytes, separator: str, end: str) -> None:
    first = separator.join(("Number", ' "name"'))
    content = mark + f"{first}{end}1{separator}Asha{end}".encode()
    found = header(content)
    assert (found.separator, found.columns, found.first_line) == (separator, ("number", "name"), 2)
    assert content[found.begins_at :] == f"1{separator}Asha{end}".encode()


def test_a_column_is_known_in_whatever_case_and_called_as_its_field_is() -> None:
    """A document type may call a field `tradeName`; a spreadsheet may call the column as it likes."""
    known = ("number", "tradeName")
    for written in (b"number,tradeName\n", b"NUMBER,TRADENAME\n", b"Number,tradename\n"):
        assert header_of(part_of(written), known, known).columns == known


@pytest.mark.parametrize(
    ("content", "code", "detail"),
    [
        (b"", "csv_empty", ""),
        ("number,name\n".encode("utf-16"), "csv_utf16", ""),
        ("number,name\n".encode("utf-16-le"), "csv_utf16", ""),
        (b"\xff\xff,\xff\n", "csv_header_unreadable", ""),
        (b"number,trade\n", "csv_columns_missing", "name"),
        (b"number,name,name\n", "csv_columns_doubled", "name"),
        (b"number,name,Name\n", "csv_columns_doubled", "name"),
        (b"number,name,aadhaar\n", "csv_columns_unknown", "aadhaar"),
        (b"number,name,\n", "csv_columns_unknown", "(empty)"),
        (b"x" * 70_000, "csv_line_too_long", "1"),
    ],
)
def test_a_file_that_cannot_be_imported_is_refused_and_says_why(content: bytes, code: str, detail: str) -> None:
    assert refusal(content) == (code, detail)


@pytest.mark.parametrize("columns", [[f"c{number}" for number in range(9000)], ["c" * 30_000] * 2])
def test_of_many_wrong_columns_a_few_are_told(columns: list[str]) -> None:
    """What is told stands in the import's record, and in the list of a department's imports."""
    _, detail = refusal(",".join(["number", "name", *columns]).encode() + b"\n")
    assert detail.startswith("c")
    assert len(detail) < 500


TEXTS = st.text(st.sampled_from('ab;,"\n\r आ'), max_size=6)


@given(
    rows=st.lists(st.lists(TEXTS, min_size=2, max_size=3), min_size=1, max_size=40),
    separator=st.sampled_from(csv_reading.SEPARATORS),
    end=st.sampled_from(["\n", "\r\n"]),
    size=st.integers(1, 60),
)
@settings(deadline=None)
def test_cut_anywhere_the_records_are_those_of_the_file(
    rows: list[list[str]], separator: str, end: str, size: int
) -> None:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=separator, lineterminator=end, quoting=csv.QUOTE_ALL).writerows(rows)
    content = out.getvalue().encode()
    whole = csv_reading.Header(separator, (), 0, 1)
    ranges = list(cuts(part_of(content), len(content), whole, size))
    assert [one.start for one in ranges] == [0, *(one.end for one in ranges[:-1])]
    assert ranges[-1].end == len(content)
    read, lines = [], []
    for one in ranges:
        for span in spans(part_of(content), one.end, one.start, one.first_line, separator):
            assert span.is_whole
            read.append(cells_of(content[span.start : span.end], separator))
            lines.append(span.line)
    assert read == rows
    expected = [1]
    for cells in rows[:-1]:
        buffer = io.StringIO(newline="")
        csv.writer(buffer, delimiter=separator, lineterminator=end, quoting=csv.QUOTE_ALL).writerow(cells)
        written = buffer.getvalue()
        ends = written.count("\n") + written.count("\r") - written.count("\r\n")
        expected.append(expected[-1] + ends)
    assert lines == expected


def test_records_that_lie_across_chunks_are_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(csv_reading, "_CHUNK", 200)
    monkeypatch.setattr(csv_reading, "RECORD_AT_MOST", 100)
    content = b"".join(b'%d,"a\nb, %d"\r\n' % (number, number) for number in range(200))
    asked: list[int] = []

    def part(start: int, end: int) -> bytes:
        asked.append(end - start)
        return content[start:end]

    found = list(spans(part, len(content), 0, 1, ","))
    assert [content[one.start : one.end] for one in found] == [
        b'%d,"a\nb, %d"\r\n' % (number, number) for number in range(200)
    ]
    assert [one.line for one in found] == list(range(1, 400, 2))
    assert max(asked) <= 200


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (b'1,As"ha,x\n', "csv_quotes"),
        (b'"1",Asha,"x\n', "csv_quotes"),
        (b'1,"Asha"x,y\n', "csv_quotes"),
        (b"1,Asha\xff,x\n", "csv_not_utf8"),
        (b"1,Asha\n", "csv_cells"),
        (b"1,Asha,x,y\n", "csv_cells"),
        (b"1,As\0ha,x\n", "csv_quotes"),
    ],
)
def test_a_line_that_is_not_in_order_is_refused_by_itself(line: bytes, reason: str) -> None:
    content = b"0,Ravi,a\n" + line + b"2,Leela,b\n"
    found = list(spans(part_of(content), len(content), 0, 1, ","))
    assert [one.line for one in found] == [1, 2, 3]
    columns = ("number", "name", "trade")
    with pytest.raises(RowRefused) as refused:
        row_of(content[found[1].start : found[1].end], found[1], columns, ",")
    assert refused.value.error.reason == reason
    last = row_of(content[found[2].start : found[2].end], found[2], columns, ",")
    assert last == {"number": "2", "name": "Leela", "trade": "b"}


@pytest.mark.parametrize("line", [b"\n", b",,\r\n", b'  ,"",\n'])
def test_empty_lines_are_none(line: bytes) -> None:
    (span,) = spans(part_of(line), len(line), 0, 1, ",")
    assert row_of(line, span, ("a", "b", "c"), ",") is None


def test_separators_at_the_end_that_a_spreadsheet_leaves_are_forgiven() -> None:
    line = b"1,Asha,x,,,\n"
    (span,) = spans(part_of(line), len(line), 0, 1, ",")
    assert row_of(line, span, ("a", "b", "c"), ",") == {"a": "1", "b": "Asha", "c": "x"}
