"""Backfilling: a department brings its certificates of the past as one CSV. The desk, for routes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from chalicelib.domain import sessions
from chalicelib.domain.audit import Deed
from chalicelib.domain.changes import CountUp
from chalicelib.domain.departments.backfills import Backfill, BackfillCounts, BackfillKind, BackfillStatus
from chalicelib.domain.departments.changes import WriteBackfill
from chalicelib.domain.departments.deciding import demand_theirs, told
from chalicelib.domain.departments.departments import DepartmentRole, DepartmentStatus
from chalicelib.domain.limits import IST, Counter
from chalicelib.domain.ports import DocumentsUnavailable, Journey
from chalicelib.domain.recording import recorded
from chalicelib.domain.refusals import Code, Refusal, invalid
from chalicelib.domain.rounds import in_rounds

if TYPE_CHECKING:
    from chalicelib.domain.authorisation import Actor
    from chalicelib.domain.callers import Caller
    from chalicelib.domain.departments.backfills import BackfillRange
    from chalicelib.domain.ports import Clock, Documents, Journeys, Store, UploadForm

SIZE_AT_MOST = 200 * 1024 * 1024
CONTENT_TYPE = "text/csv"
A_DAY_AT_MOST = 100
LISTED_AT_MOST = 50
# How long a journey may take: a department's day may be full several times over.
JOURNEY = timedelta(days=30)


def folder_of(backfill_id: str) -> str:
    """Where everything of a backfill lies."""
    return f"imports/{backfill_id}"


def journey_id_of(backfill: Backfill) -> str:
    """The id of the journey that a backfill is in."""
    return f"{backfill.backfill_id}.{backfill.round}"


@dataclass(frozen=True, slots=True)
class Backfills:
    """The desk of backfills."""

    store: Store
    documents: Documents
    journeys: Journeys
    clock: Clock

    def open(
        self, actor: Actor, department_id: str, document_type: str, size: int, *, is_dry_run: bool
    ) -> tuple[Backfill, UploadForm]:
        """A new backfill, and the form by which its CSV of `size` bytes is uploaded within 10 minutes.

        Raises `Refusal`: `not_found`, `department_suspended`, `not_permitted` where the department issues nothing,
        `invalid_fields` (`document_type`, `size`), `too_many_requests`.
        """
        self._demand_issuer(actor, department_id, document_type)
        if not 1 <= size <= SIZE_AT_MOST:
            raise invalid(size="file_too_large" if size > SIZE_AT_MOST else "required")
        made = self._new(actor, department_id, document_type, is_dry_run=is_dry_run, kind=BackfillKind.CSV)
        form = self.documents.upload_form(made.key, CONTENT_TYPE, size, self.clock())
        return made, form

    def open_index(self, actor: Actor, department_id: str, document_type: str) -> Backfill:
        """A new run that makes every certificate of a type findable as the type is searched now; to be started.

        Raises `Refusal` as `open`.
        """
        self._demand_issuer(actor, department_id, document_type)
        return self._new(actor, department_id, document_type, is_dry_run=False, kind=BackfillKind.INDEX)

    def start(self, actor: Actor, department_id: str, backfill_id: str, caller: Caller) -> Backfill:
        """Starts a backfill whose file is there, or one that failed, from where it stopped; started twice, once.

        Raises `Refusal`: `not_found`, `department_suspended`, `import_conflict` where it is done or no file is there;
        `JourneysUnavailable`, after which repeating helps.
        """
        demand_theirs(self.store, actor, department_id)

        def start() -> Backfill:
            department = demand_theirs(self.store, actor, department_id)
            before, now = self._theirs(actor, department_id, backfill_id), self.clock()
            if before.status is BackfillStatus.RUNNING:
                return before
            if department.status is not DepartmentStatus.ACTIVE:
                raise Refusal(Code.DEPARTMENT_SUSPENDED)
            if before.status is BackfillStatus.DONE:
                raise Refusal(Code.IMPORT_CONFLICT)
            begun = replace(
                self._looked_at(before),
                status=BackfillStatus.RUNNING,
                round=before.round + 1,
                started_at=before.started_at or now,
                ended_at=None,
                trouble=None,
            )
            entry = told(Deed.IMPORT_STARTED, actor, department, {"import": backfill_id})
            lines = recorded(self.store, now, caller.request_id, entry)
            return replace(begun, revision=self.store.write(WriteBackfill(begun), *lines))

        begun = in_rounds(start)
        self.journeys.start(Journey.CERTIFICATE_BACKFILL, journey_id_of(begun), int(JOURNEY.total_seconds()))
        return begun

    def all_of(self, actor: Actor, department_id: str) -> tuple[Backfill, ...]:
        """A department's backfills, the newest first, 50 at most. Raises `Refusal` `not_found`."""
        demand_theirs(self.store, actor, department_id)
        return self.store.backfills_of(department_id, LISTED_AT_MOST)

    def read(self, actor: Actor, department_id: str, backfill_id: str) -> Backfill:
        """A backfill with its counts as of now. Raises `Refusal` `not_found`."""
        backfill = self._theirs(actor, department_id, backfill_id)
        if backfill.status is not BackfillStatus.RUNNING:
            return backfill
        return with_progress(backfill, self.store.backfill_ranges(backfill_id))

    def report_url(self, backfill: Backfill) -> str | None:
        """Where the list of refused rows can be downloaded for 5 minutes; None where there is none."""
        if backfill.report is None:
            return None
        day = backfill.created_at.astimezone(IST).date()
        return self.documents.download_url(backfill.report, f"{backfill.doctype}-refused-lines-{day}.csv")

    def _demand_issuer(self, actor: Actor, department_id: str, document_type: str) -> None:
        department = demand_theirs(self.store, actor, department_id)
        if department.status is not DepartmentStatus.ACTIVE:
            raise Refusal(Code.DEPARTMENT_SUSPENDED)
        if DepartmentRole.ISSUER not in department.roles:
            raise Refusal(Code.NOT_PERMITTED)
        if department.document_type(document_type) is None:
            raise invalid(document_type="document_type_unknown")

    def _new(
        self, actor: Actor, department_id: str, document_type: str, *, is_dry_run: bool, kind: BackfillKind
    ) -> Backfill:
        now, backfill_id = self.clock(), sessions.new_id()
        made = Backfill(
            backfill_id=backfill_id,
            department_id=department_id,
            doctype=document_type,
            key=f"{folder_of(backfill_id)}/rows.csv",
            is_dry_run=is_dry_run,
            status=BackfillStatus.UPLOAD_REQUIRED,
            created_at=now,
            created_by=actor.key,
            kind=kind,
        )
        counted = CountUp(_today(department_id, now))
        return in_rounds(lambda: replace(made, revision=self.store.write(WriteBackfill(made), counted)))

    def _theirs(self, actor: Actor, department_id: str, backfill_id: str) -> Backfill:
        demand_theirs(self.store, actor, department_id)
        backfill = self.store.backfill(backfill_id)
        if backfill is None or backfill.department_id != department_id:
            raise Refusal(Code.NOT_FOUND)
        return backfill

    def _looked_at(self, backfill: Backfill) -> Backfill:
        """The backfill with its file as it lies; started again, as it lay then: its form may have brought another."""
        if backfill.kind is BackfillKind.INDEX:
            return backfill
        try:
            found = self.documents.state(backfill.key)
        except DocumentsUnavailable:
            raise Refusal(Code.IMPORT_CONFLICT) from None
        return backfill if backfill.mark else replace(backfill, size=found.size, mark=found.mark)


def with_progress(backfill: Backfill, ranges: Iterable[BackfillRange]) -> Backfill:
    """The backfill with what its ranges have counted."""
    counts, done = BackfillCounts(), 0
    for each in ranges:
        counts = summed(counts, each.counts)
        done += each.is_done
    return replace(backfill, counts=counts, ranges_done=done)


def summed(one: BackfillCounts, other: BackfillCounts) -> BackfillCounts:
    """Both counts together."""
    return BackfillCounts(
        one.rows + other.rows,
        one.created + other.created,
        one.there_already + other.there_already,
        one.refused + other.refused,
    )


def _today(department_id: str, now: datetime) -> Counter:
    """The imports that a department opens in one day (of India's clock)."""
    day = now.astimezone(IST).date()
    until = datetime(day.year, day.month, day.day, tzinfo=IST) + timedelta(days=1)
    key = f"imports#{department_id}#{day:%Y%m%d}"
    return Counter(key, A_DAY_AT_MOST, until.astimezone(now.tzinfo), Code.TOO_MANY_REQUESTS)
