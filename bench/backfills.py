"""Backfills and pushes: CPU and memory of importing a CSV; what AWS bills for 100 000 rows, and for 100 000 pushes."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import time
import tracemalloc
from collections.abc import Callable, Iterator
from contextlib import redirect_stdout
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, cast

from bench import bill
from bench.calls_made import ROOT, count, units
from bench.figures import Figure, WrongAnswerError
from chalicelib import suite
from chalicelib.domain.departments.backfill_running import RANGE_SIZE, BackfillSteps
from chalicelib.domain.departments.backfills import Backfill, BackfillRange, BackfillStatus
from chalicelib.domain.departments.certificates import (
    Certificate,
    CertificateStatus,
    DigiLockerAccount,
    Holder,
    PreparedFile,
    certificate_id_of,
)
from chalicelib.domain.departments.changes import WriteBackfill, WriteBackfillRange, WriteCertificate, WritePush
from chalicelib.domain.departments.departments import (
    CertificateField,
    Department,
    DepartmentRole,
    DepartmentStatus,
    DocumentType,
    SearchParameter,
)
from chalicelib.domain.departments.issuing import Issuing
from chalicelib.domain.departments.publishing import push_of
from chalicelib.domain.departments.pushes import PushAction, PushStatus
from infra.local import sample_department
from infra.local.laptop import Laptop
from infra.local.outside import playing

FEW, MANY = 10_000, 100_000
CPU_BOUND, MEMORY_BOUND = 50.0, 1.25
HEAD = "number,holder_name,holder_born_on,issued_on,trade_name"
_ON_LAPTOP = 300
# What a batch of 100 rows, and one push, may take on AWS: generous guesses, for they wait for DynamoDB and DigiLocker.
_BATCH_SECONDS, _PUSH_SECONDS = 1.5, 1.0
_STEPS = ("plan_backfill", "import_range", "finish_backfill")


def figures() -> list[Figure]:
    """All figures. Raises `WrongAnswerError` where rows are lost or doubled."""
    return [*in_memory(), *on_the_laptop()]


def row(number: int) -> str:
    """A line of a CSV."""
    return f"TR/2020/{number:07},Asha Mehta,21-07-1985,2020-04-01,Mehta Textiles and Looms\n"


class _Nothing:
    """A store that keeps the backfill and its checkpoints alone, and a file on disk in the place of the documents."""

    def __init__(self, department: Department, backfill: Backfill, file: Path) -> None:
        self.kept, self.run, self.file = department, backfill, file
        self.ranges: dict[int, BackfillRange] = {}
        self.certificates = 0

    def department(self, _id: str) -> Department:
        return self.kept

    def backfill(self, _id: str) -> Backfill:
        return self.run

    def backfill_ranges(self, _id: str) -> Iterator[BackfillRange]:
        yield from self.ranges.values()

    def backfill_range(self, _id: str, number: int) -> BackfillRange:
        return self.ranges[number]

    def certificates_there(self, _ids: object) -> frozenset[str]:
        return frozenset()

    def department_days(self, *_of: object) -> tuple[()]:
        return ()

    def owner(self, _key: object) -> None:
        return None

    def audit_head(self, _stream: str) -> None:
        return None

    def count(self, *_counted: object) -> None:
        """Takes what is counted."""

    def write(self, *changes: object) -> str:
        for change in changes:
            match change:
                case WriteBackfill(backfill):
                    self.run = backfill
                case WriteBackfillRange(part):
                    self.ranges[part.number] = part
                case WriteCertificate():
                    self.certificates += 1
        return ""

    def part(self, _key: str, start: int, end: int, _mark: str) -> bytes:
        with self.file.open("rb") as content:
            content.seek(start)
            return content.read(max(0, end - start))

    def put(self, *_of: object) -> None:
        """Takes the plan."""


def in_memory() -> list[Figure]:
    """CPU of a row against reading it and one hash; memory of 100 000 rows against 10 000."""
    with TemporaryDirectory() as folder:
        file = Path(folder) / "rows.csv"
        few, many = (_imported(file, rows) for rows in (FEW, MANY))
        memory_of_few, memory_of_many = (_peak(file, rows) for rows in (FEW, MANY))
        floor = _floor(file)
    return [
        Figure(
            "backfill.cpu",
            many / MANY * 1e6,
            "µs a row",
            "csv, SHA-256",
            floor / MANY * 1e6,
            CPU_BOUND,
            f"{MANY / many:,.0f} rows a second; of 10 000 rows {FEW / few:,.0f}",
        ),
        Figure(
            "backfill.memory", memory_of_many, "MB", "10 000 rows", memory_of_few, MEMORY_BOUND, "peak of 100 000 rows"
        ),
    ]


def _steps(file: Path, rows: int) -> tuple[BackfillSteps, _Nothing]:
    file.write_text(HEAD + "\n" + "".join(map(row, range(rows))), encoding="utf-8")
    now = datetime(2026, 11, 2, 4, 30, tzinfo=UTC)
    department = _department(now)
    backfill = _running(department.department_id, file.stat().st_size, now)
    store = _Nothing(department, backfill, file)
    kept = cast("Any", store)
    return BackfillSteps(kept, kept, Issuing(kept, lambda: now), kept, lambda *_: "", lambda: now), store


def _department(now: datetime) -> Department:
    fields = (CertificateField("trade_name", {"en": "Trade"}),)
    search = (SearchParameter("REGNO", "number", "Registration number"),)
    titles = {"en": "Trade Registration Certificate"}
    return Department(
        department_id="d" * 22,
        name={"en": "Example"},
        issuer_id="in.gov.tn.example",
        roles=frozenset({DepartmentRole.ISSUER}),
        status=DepartmentStatus.ACTIVE,
        created_at=now,
        created_by="bench",
        document_types=(
            DocumentType(sample_department.DOCTYPE, titles, "TradeRegistration", fields, search, "{trade_name}"),
        ),
    )


def _running(department_id: str, size: int, now: datetime) -> Backfill:
    return Backfill(
        backfill_id="b" * 22,
        department_id=department_id,
        doctype=sample_department.DOCTYPE,
        key=f"imports/{'b' * 22}/rows.csv",
        is_dry_run=False,
        status=BackfillStatus.RUNNING,
        created_at=now,
        created_by="account:bench",
        size=size,
        round=1,
    )


def _all(steps: BackfillSteps, store: _Nothing, rows: int) -> None:
    planned = steps.plan("b" * 22)
    for number in range(planned.ranges):
        steps.import_range("b" * 22, number, lambda: True)
    done = steps.finish("b" * 22)
    if done.counts.created != rows or store.certificates != rows or done.counts.rows != rows:
        raise WrongAnswerError(f"of {rows} rows {done.counts} were counted and {store.certificates} written")


def _imported(file: Path, rows: int) -> float:
    steps, store = _steps(file, rows)
    began = time.process_time()
    _all(steps, store, rows)
    return time.process_time() - began


def _peak(file: Path, rows: int) -> float:
    steps, store = _steps(file, rows)
    tracemalloc.start()
    try:
        _all(steps, store, rows)
        return tracemalloc.get_traced_memory()[1] / 1024 / 1024
    finally:
        tracemalloc.stop()


def _floor(file: Path) -> float:
    """Reading every row, and one hash of each: what no import can do without."""
    began = time.process_time()
    with file.open(encoding="utf-8", newline="") as content:
        for values in csv.DictReader(content):
            hashlib.sha256(values["number"].encode()).hexdigest()
    return time.process_time() - began


def on_the_laptop() -> list[Figure]:
    """What AWS bills for 100 000 rows and 100 000 pushes, from the calls that the steps make on the laptop."""
    with redirect_stdout(io.StringIO()), Laptop.start() as laptop:
        # First, for the certificates of the backfill are being made for a while.
        pushed = _pushed(laptop)
        backfilled = _backfilled(laptop)
    return [backfilled, pushed]


def _invoked(laptop: Laptop, step: str, event: object) -> dict[str, Any]:
    answer = laptop.steps.invoke(step, json.dumps(event))
    if answer.failed:
        raise WrongAnswerError(f"{step}: {answer.payload!r}")
    found: dict[str, Any] = json.loads(answer.payload)
    return found


def _backfilled(laptop: Laptop) -> Figure:
    store, documents, now = suite.suite().store, suite.suite().documents, laptop.clock()
    content = (HEAD + "\n" + "".join(map(row, range(_ON_LAPTOP)))).encode()
    backfill = _running(sample_department.DEPARTMENT_ID, len(content), now)
    documents.put(backfill.key, content, "text/csv")
    store.write(WriteBackfill(backfill))
    laptop.calls.clear()
    event = {"backfill_id": backfill.backfill_id}
    planned = _invoked(laptop, "plan_backfill", event)
    for number in range(planned["ranges"]):
        while (part := store.backfill_range(backfill.backfill_id, number)) is not None and not part.is_done:
            laptop.steps.invoke("import_range", json.dumps({**event, "number": number}))
    done = _invoked(laptop, "finish_backfill", event)
    if done["created"] != _ON_LAPTOP:
        raise WrongAnswerError(f"imported wrongly: {done}")
    calls = [call for call in laptop.calls if call.made_by == "import_range"]
    written, read = (each / _ON_LAPTOP for each in units(calls))
    ranges = -(-len(content) * MANY // _ON_LAPTOP // RANGE_SIZE)
    seconds = MANY / 100 * _BATCH_SECONDS * _gigabytes("import_range")
    used = bill.Usage(2 * ranges + 5, written * MANY, read * MANY, ranges + 3, seconds, 3)
    return _billed(
        "bill.100000_backfilled", used, f"{ranges} ranges; a batch of 100 in {_BATCH_SECONDS} s; {count(calls)}"
    )


def _pushed(laptop: Laptop) -> Figure:
    store, now = suite.suite().store, laptop.clock()
    department = store.department(sample_department.DEPARTMENT_ID)
    if department is None:
        raise WrongAnswerError("the laptop has no sample department")
    citizen = next(iter(playing().digilocker.citizens))
    made = _certificate(department, citizen.digilocker_id, now)
    push = push_of(department, made, PushAction.ADD, now)
    if push is None:
        raise WrongAnswerError("the sample department does not push")
    laptop.calls.clear()
    store.write(WriteCertificate(made), WritePush(push))
    _until(lambda: (found := store.push(push.push_id)) is not None and found.status is PushStatus.PUSHED)
    laptop.wait_until_idle()
    calls = [call for call in laptop.calls if call.made_by in {"start_publishing", "push_certificate"}]
    written, read = units(calls)
    seconds = _PUSH_SECONDS * (_gigabytes("push_certificate") + _gigabytes("start_publishing") / 10)
    one = bill.Usage(1, written, read, 2, seconds, 0)
    used = bill.Usage(*(getattr(one, name) * MANY for name in one.__dataclass_fields__))
    return _billed("bill.100000_pushed", used, f"a push in {_PUSH_SECONDS} s; {count(calls)}")


def _certificate(department: Department, digilocker_id: str, now: datetime) -> Certificate:
    doc_id = "BCDFGHJKLM"
    return Certificate(
        certificate_id=certificate_id_of(department.department_id, sample_department.DOCTYPE, "bench"),
        department_id=department.department_id,
        doctype=sample_department.DOCTYPE,
        number="bench",
        uri=f"{department.issuer_id}-{sample_department.DOCTYPE}-{doc_id}",
        doc_id=doc_id,
        holders=(Holder("Asha Mehta", date(1985, 7, 21)),),
        fields={},
        issued_on=date(2026, 4, 1),
        status=CertificateStatus.ACTIVE,
        created_at=now,
        issued_by="bench",
        xml=PreparedFile("bench.xml", "0" * 64, 1),
        account=DigiLockerAccount(digilocker_id, now),
    )


def _until(holds: Callable[[], bool], seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        if time.monotonic() > deadline:
            raise WrongAnswerError("the push was not made")
        time.sleep(0.05)


def _gigabytes(function: str) -> float:
    config = json.loads((ROOT / ".chalice" / "config.json").read_text())["lambda_functions"]
    return float(config[function]["lambda_memory_size"]) / 1024


def _billed(name: str, used: bill.Usage, about: str) -> Figure:
    lines = bill.bill(used, 1, bill.price_list())
    beside = ", ".join(f"{line.what} {line.units:,.0f} = ${line.dollars:.2f}" for line in lines)
    return Figure(name, sum(line.dollars for line in lines), "US$", beside=f"{beside}; {about}")
