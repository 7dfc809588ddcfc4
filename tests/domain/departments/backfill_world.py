"""A department that imports, on fakes: it uploads a CSV, starts the import, and the journey runs as it would."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from itertools import count

from chalicelib.domain.departments.backfill_running import BackfillSteps, RangeTaken, RangeUnfinished
from chalicelib.domain.departments.backfilling import Backfills
from chalicelib.domain.departments.backfills import Backfill
from chalicelib.domain.departments.certificates import Certificate
from chalicelib.domain.departments.departments import CertificateField, Department
from chalicelib.domain.departments.indexing import Indexing
from chalicelib.domain.departments.issuing import Issuing
from tests.domain.departments.desk_world import TRADE, Desks
from tests.domain.staff.world import CALLER
from tests.fakes import FakeDocuments, FakeJourneys

HEAD = "number,holder_name,holder_born_on,issued_on,trade_name"
TYPE = replace(TRADE, fields=(CertificateField("trade_name", {"en": "Firm", "hi": "फ़र्म"}),), search=TRADE.search[:1])


def row(number: int, **more: str) -> str:
    """A line of the CSV that can be issued."""
    values = {
        "number": f"TRC/{number}",
        "name": "Asha Mehta",
        "born": "21-07-1985",
        "on": "2026-04-01",
        "trade": "Mehta",
    }
    return ",".join({**values, **more}.values())


def csv_of(rows: Iterable[str], head: str = HEAD, end: str = "\n") -> bytes:
    """A CSV with these lines."""
    return "".join(line + end for line in (head, *rows)).encode()


@dataclass
class BackfillWorld(Desks):
    """`range_size` is small, so that few rows make several ranges."""

    documents: FakeDocuments = field(default_factory=FakeDocuments)
    started: FakeJourneys = field(default_factory=FakeJourneys)
    range_size: int = 4_000

    def __post_init__(self) -> None:
        super().__post_init__()
        self.department: Department = self.touch(self.ready(), document_types=(TYPE,))
        self.officer = self.officer_of(self.department)
        self.backfills = Backfills(self.store, self.documents, self.started, self.clock)
        self.steps = BackfillSteps(
            self.store,
            self.documents,
            Issuing(self.store, self.clock),
            Indexing(self.store),
            lambda language, error: f"{language}:{error.reason}",
            self.clock,
            self.range_size,
        )

    @property
    def department_id(self) -> str:
        return self.department.department_id

    def upload(self, content: bytes, *, is_dry_run: bool = False) -> Backfill:
        """An import whose file is there."""
        backfill, form = self.backfills.open(
            self.officer, self.department_id, "TRCER", max(1, len(content)), is_dry_run=is_dry_run
        )
        self.documents.put(form.fields["key"], content, "text/csv")
        return backfill

    def start(self, backfill: Backfill) -> Backfill:
        return self.backfills.start(self.officer, self.department_id, backfill.backfill_id, CALLER)

    def progress(self, backfill: Backfill) -> Backfill:
        return self.backfills.read(self.officer, self.department_id, backfill.backfill_id)

    def run(self, backfill: Backfill, has_time: Callable[[], bool] = lambda: True) -> Backfill:
        """What the journey does: plan, every range until it is through, the end."""
        planned = self.steps.plan(backfill.backfill_id)
        for number in range(planned.backfill.ranges):
            self.run_range(backfill, number, has_time)
        return planned.backfill if planned.is_refused else self.steps.finish(backfill.backfill_id)

    def run_range(self, backfill: Backfill, number: int, has_time: Callable[[], bool] = lambda: True) -> None:
        while True:
            try:
                self.steps.import_range(backfill.backfill_id, number, has_time)
            except (RangeUnfinished, RangeTaken):
                continue
            return

    def imported(self, content: bytes, *, is_dry_run: bool = False) -> Backfill:
        """An import from its upload to its end."""
        return self.run(self.start(self.upload(content, is_dry_run=is_dry_run)))

    def certificates(self) -> list[Certificate]:
        return list(self.store.certificates_of(self.department_id, 100_000))

    def report(self, backfill: Backfill) -> list[str]:
        """The lines of the report after its first."""
        assert backfill.report is not None
        return self.documents.kept[backfill.report].decode().splitlines()[1:]


def times(how_often: int) -> Callable[[], bool]:
    """Time that is over after so many looks."""
    looks = count()
    return lambda: next(looks) < how_often
