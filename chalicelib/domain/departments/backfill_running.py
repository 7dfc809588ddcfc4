"""A backfill as its journey drives it: plan, ranges, end. Every step may be run again at any time.

What makes nothing twice: a certificate is known by its number, so issuing a row again changes nothing; a range goes on
at its checkpoint, written after each batch on the version that was read; and a certificate bears which batch made it,
so that one which was made and not counted, because the run died in between, is counted once.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from itertools import islice
from typing import TYPE_CHECKING

from chalicelib.domain.accounts.owners import OwnerKey
from chalicelib.domain.accounts.telling import told
from chalicelib.domain.audit import SYSTEM, Deed, Entry
from chalicelib.domain.changes import ChangeRefused
from chalicelib.domain.contacts import Channel
from chalicelib.domain.departments import csv_reading
from chalicelib.domain.departments.backfill_rows import Batch, Words, columns_of, kept_lines, report_head, report_lines
from chalicelib.domain.departments.backfilling import folder_of, summed, with_progress
from chalicelib.domain.departments.backfills import Backfill, BackfillKind, BackfillRange, BackfillStatus
from chalicelib.domain.departments.changes import WriteBackfill, WriteBackfillRange
from chalicelib.domain.departments.csv_reading import CsvRefused, Cut, Header, Span
from chalicelib.domain.departments.departments import Department, DocumentType, stream_of
from chalicelib.domain.departments.issuing import Issued, IssuedOutcome, Issuing, Write
from chalicelib.domain.notices import NoticeKind
from chalicelib.domain.ports import DocumentChanged
from chalicelib.domain.recording import recorded
from chalicelib.domain.rounds import in_rounds

if TYPE_CHECKING:
    from chalicelib.domain.changes import Change
    from chalicelib.domain.departments.indexing import Indexing
    from chalicelib.domain.ports import Clock, Documents, Store

RANGE_SIZE = 256 * 1024
BATCH = 100
# A report that nobody reads to its end: what a part of it, and what all of it hold at most.
PART_LINES, REPORT_LINES = 1_000, 20_000
_PART_AT_MOST = 8 * 1024 * 1024
_WRITTEN_AT_ONCE = 25
# What ends an import, by the error's name, where it is told as something of its own.
_TROUBLES = {"DepartmentSuspended": "import_department_suspended", DocumentChanged.__name__: "import_file_changed"}


class BackfillUnknown(Exception):  # noqa: N818
    """There is no such backfill or range, or its department or document type is gone; a retry does not help."""


class BackfillOver(Exception):  # noqa: N818
    """The backfill has ended; a retry does not help."""


class RangeUnfinished(Exception):  # noqa: N818
    """Time ran out with rows left; the checkpoint is written, and repeating goes on there."""


class RangeTaken(Exception):  # noqa: N818
    """Another run works on the same range; repeating after a moment goes on where that one is."""


class RangesLeft(Exception):  # noqa: N818
    """Some ranges are not through yet."""


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan: the document that lists the ranges that are left, one object each. `is_refused`: the file is unfit."""

    backfill: Backfill
    key: str
    ranges: int
    is_refused: bool = False


@dataclass(frozen=True, slots=True)
class BackfillSteps:
    """The steps of `certificate_backfill`. `words` gives the sentence of a field's error in a language."""

    store: Store
    documents: Documents
    issuing: Issuing
    indexing: Indexing
    words: Words
    clock: Clock
    range_size: int = RANGE_SIZE

    def plan(self, backfill_id: str) -> Planned:
        """Reads the file once and cuts it into ranges; planned again, the ranges are those of before.

        A file that cannot be imported ends the backfill, and says why. Raises `BackfillUnknown`, `BackfillOver`.
        """
        backfill = self._running(backfill_id)
        key = f"{folder_of(backfill_id)}/plan-{backfill.round}.json"
        try:
            backfill, left = self._planned(backfill)
        except CsvRefused as refused:
            trouble = f"{refused.code}:{refused.detail}" if refused.detail else refused.code
            return Planned(self._ended(backfill_id, BackfillStatus.FAILED, trouble), key, 0, is_refused=True)
        except DocumentChanged:
            ended = self._ended(backfill_id, BackfillStatus.FAILED, _TROUBLES[DocumentChanged.__name__])
            return Planned(ended, key, 0, is_refused=True)
        plan = [{"backfill_id": backfill_id, "number": number} for number in left]
        self.documents.put(key, json.dumps(plan).encode(), "application/json")
        return Planned(backfill, key, len(left))

    def import_range(self, backfill_id: str, number: int, has_time: Callable[[], bool]) -> BackfillRange:
        """Issues what is left of one range, a batch at a time.

        Raises `RangeUnfinished`, `RangeTaken`, `BackfillUnknown`, `BackfillOver`; `ports.DocumentChanged` where the
        file is not the one that the import was started with; what issuing refuses (`department_suspended`,
        `too_many_requests` where the department's day is full) and the store raises.
        """
        backfill = self._running(backfill_id)
        part = self.store.backfill_range(backfill_id, number)
        if part is None:
            raise BackfillUnknown(backfill_id)
        if backfill.kind is BackfillKind.INDEX:
            return self._indexed(backfill, part)
        content = self.documents.part(backfill.key, part.next_offset, part.end, backfill.mark)

        def of_range(start: int, end: int) -> bytes:
            return content[start - begin : end - begin]

        begin, is_first = part.next_offset, True
        rows = csv_reading.spans(of_range, part.end, begin, part.next_line, backfill.separator)
        while not part.is_done:
            spans = list(islice(rows, BATCH))
            part = self._batch(backfill, part, spans, of_range, is_first=is_first)
            is_first = False
            if not part.is_done and not has_time():
                raise RangeUnfinished(f"{backfill_id} {number}")
        return part

    def finish(self, backfill_id: str) -> Backfill:
        """Ends a backfill whose ranges are through: sums, report, audit, and word to whoever started it.

        Raises `RangesLeft`, `BackfillUnknown`.
        """
        backfill = self._read(backfill_id)
        if backfill.status is not BackfillStatus.RUNNING:
            return backfill
        ranges = list(self.store.backfill_ranges(backfill_id))
        if not all(each.is_done for each in ranges):
            raise RangesLeft(backfill_id)
        self._report(backfill_id, ranges)
        return self._ended(backfill_id, BackfillStatus.DONE)

    def fail(self, backfill_id: str, error: str) -> Backfill:
        """Ends a backfill that a step could not go on with; started again, it goes on where it stopped.

        `error` is the error's name. Raises `BackfillUnknown`.
        """
        return self._ended(backfill_id, BackfillStatus.FAILED, _TROUBLES.get(error, "import_step_failed"))

    # Planning.

    def _planned(self, backfill: Backfill) -> tuple[Backfill, list[int]]:
        ranges = {each.number: each for each in self.store.backfill_ranges(backfill.backfill_id)}
        if not backfill.is_planned:
            _, document_type = self._of(backfill)
            if backfill.kind is BackfillKind.INDEX:
                made: Iterable[BackfillRange] = self.indexing.ranges(backfill)
                header = Header(",", (), 0, 1)
            else:
                header = csv_reading.header_of(self._part(backfill), *columns_of(document_type))
                cuts = csv_reading.cuts(self._part(backfill), backfill.size or 0, header, self.range_size)
                made = (_range(backfill, number, cut) for number, cut in enumerate(cuts))
            for each in self._written(made, ranges):
                ranges[each.number] = each
            backfill = self._noted(backfill.backfill_id, header, len(ranges))
        return backfill, sorted(number for number, each in ranges.items() if not each.is_done)

    def _written(self, made: Iterable[BackfillRange], there: dict[int, BackfillRange]) -> list[BackfillRange]:
        """Writes the ranges that are not there yet, many in one write; where another run was first, its stay."""
        fresh = (each for each in made if each.number not in there)
        written: list[BackfillRange] = []
        while some := list(islice(fresh, _WRITTEN_AT_ONCE)):
            try:
                self.store.write(*map(WriteBackfillRange, some))
            except ChangeRefused:
                self._write_each(some)
            written += some
        return written

    def _write_each(self, some: list[BackfillRange]) -> None:
        for each in some:
            try:
                self.store.write(WriteBackfillRange(each))
            except ChangeRefused:
                continue

    def _noted(self, backfill_id: str, header: Header, ranges: int) -> Backfill:
        def note() -> Backfill:
            noted = replace(
                self._running(backfill_id),
                separator=header.separator,
                columns=header.columns,
                ranges=ranges,
                is_planned=True,
            )
            return replace(noted, revision=self.store.write(WriteBackfill(noted)))

        return in_rounds(note)

    # One range.

    def _batch(
        self,
        backfill: Backfill,
        part: BackfillRange,
        spans: list[Span],
        content: Callable[[int, int], bytes],
        *,
        is_first: bool,
    ) -> BackfillRange:
        department, document_type = self._of(backfill)
        batch = Batch()
        for span in spans:
            batch.read(content(span.start, span.end), span, document_type, backfill.columns, backfill.separator)
        mode = Write.DRY if backfill.is_dry_run else Write.REAL
        maker = f"import:{backfill.backfill_id}:{part.next_line}"
        issued = self.issuing.issue(department, batch.rows, maker, mode) if batch.rows else ()
        made_before = self._made_before(issued, maker) if is_first else frozenset()
        counts = summed(part.counts, batch.judged(issued, made_before=made_before))
        if batch.refused:
            self._add_to_report(part, report_lines(batch.refused, self.words))
        last = spans[-1].end if spans else part.end
        after = replace(
            part,
            next_offset=last,
            next_line=spans[-1].next_line if spans else part.next_line,
            counts=counts,
            is_done=last >= part.end,
        )
        try:
            return replace(after, revision=self.store.write(WriteBackfillRange(after)))
        except ChangeRefused:
            raise RangeTaken(f"{part.backfill_id} {part.number}") from None

    def _made_before(self, issued: Iterable[Issued], maker: str) -> frozenset[str]:
        """The certificates that an earlier run of this very batch made."""
        there = {one.certificate_id for one in issued if one.outcome is IssuedOutcome.THERE_ALREADY}
        certificates = (self.store.certificate(one) for one in there if one is not None)
        return frozenset(one.certificate_id for one in certificates if one is not None and one.issued_by == maker)

    def _indexed(self, backfill: Backfill, part: BackfillRange) -> BackfillRange:
        if part.is_done:
            return part
        counts = self.indexing.index(part, backfill.created_at, *self._of(backfill))
        after = replace(part, counts=counts, next_offset=part.end, is_done=True)
        try:
            return replace(after, revision=self.store.write(WriteBackfillRange(after)))
        except ChangeRefused:
            raise RangeTaken(f"{part.backfill_id} {part.number}") from None

    # The report: a part for each range, put before its checkpoint, so that no line is lost and none comes twice.

    def _add_to_report(self, part: BackfillRange, lines: str) -> None:
        key = _report_key(part)
        before = kept_lines(self._report_part(part), part.next_line) if part.counts.refused else []
        kept = [*before, *lines.splitlines(keepends=True)][:PART_LINES]
        self.documents.put(key, "".join(kept).encode(), "text/csv")

    def _report_part(self, part: BackfillRange) -> bytes:
        return self.documents.get(_report_key(part), _PART_AT_MOST)

    def _report(self, backfill_id: str, ranges: Iterable[BackfillRange]) -> None:
        lines: list[str] = []
        for each in ranges:
            if each.counts.refused and len(lines) < REPORT_LINES:
                lines += self._report_part(each).decode().splitlines(keepends=True)
        if lines:
            report = report_head() + "".join(lines[:REPORT_LINES])
            self.documents.put(_report_of(backfill_id), report.encode(), "text/csv")

    # Reading and ending.

    def _ended(self, backfill_id: str, status: BackfillStatus, trouble: str | None = None) -> Backfill:
        def end() -> Backfill:
            before, now = self._read(backfill_id), self.clock()
            if before.status is not BackfillStatus.RUNNING:
                return before
            summed_up = with_progress(before, self.store.backfill_ranges(backfill_id))
            report = _report_of(backfill_id) if status is BackfillStatus.DONE and summed_up.counts.refused else None
            after = replace(summed_up, status=status, trouble=trouble, ended_at=now, report=report)
            self.store.write(WriteBackfill(after), *self._told(after))
            return after

        return in_rounds(end)

    def _told(self, backfill: Backfill) -> tuple[Change, ...]:
        counts, now = backfill.counts, self.clock()
        numbers = {"rows": counts.rows, "created": counts.created, "there": counts.there_already}
        values = {name: str(count) for name, count in {**numbers, "refused": counts.refused}.items()}
        facts = {"import": backfill.backfill_id, "status": backfill.status.value, **values}
        entry = Entry(Deed.IMPORT_ENDED, SYSTEM, stream_of(backfill.department_id), facts=facts)
        owner = self.store.owner(OwnerKey(backfill.created_by))
        is_done = backfill.status is BackfillStatus.DONE
        kind = NoticeKind.IMPORT_DONE if is_done else NoticeKind.IMPORT_FAILED
        messages = told(kind, owner, now, None, Channel.EMAIL, values=values) if owner else ()
        return (*recorded(self.store, now, "", entry), *messages)

    def _part(self, backfill: Backfill) -> csv_reading.Part:
        return lambda start, end: self.documents.part(backfill.key, start, end, backfill.mark)

    def _read(self, backfill_id: str) -> Backfill:
        backfill = self.store.backfill(backfill_id)
        if backfill is None:
            raise BackfillUnknown(backfill_id)
        return backfill

    def _running(self, backfill_id: str) -> Backfill:
        backfill = self._read(backfill_id)
        if backfill.status is not BackfillStatus.RUNNING:
            raise BackfillOver(backfill_id)
        return backfill

    def _of(self, backfill: Backfill) -> tuple[Department, DocumentType]:
        department = self.store.department(backfill.department_id)
        document_type = department.document_type(backfill.doctype) if department else None
        if department is None or document_type is None:
            raise BackfillUnknown(backfill.backfill_id)
        return department, document_type


def _range(backfill: Backfill, number: int, cut: Cut) -> BackfillRange:
    return BackfillRange(backfill.backfill_id, number, cut.start, cut.end, cut.start, next_line=cut.first_line)


def _report_key(part: BackfillRange) -> str:
    return f"{folder_of(part.backfill_id)}/report-{part.number:05}.csv"


def _report_of(backfill_id: str) -> str:
    return f"{folder_of(backfill_id)}/report.csv"
