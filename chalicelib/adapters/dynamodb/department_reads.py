"""What the store reads of departments and their certificates, and what it counts; a part of `store.DynamoDbStore`.

The rows are imported where they are read: what has nothing to do with departments starts without them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import date, datetime
from typing import TYPE_CHECKING

from chalicelib.adapters.dynamodb.failures import translated
from chalicelib.adapters.dynamodb.reading import row_of, rows_of
from chalicelib.adapters.dynamodb.tables import Tables

if TYPE_CHECKING:
    from chalicelib.domain.departments.backfills import Backfill, BackfillRange
    from chalicelib.domain.departments.certificates import Certificate
    from chalicelib.domain.departments.departments import Department
    from chalicelib.domain.departments.outages import Outage
    from chalicelib.domain.departments.pull_requests import PullRequest, PullRequestStatus
    from chalicelib.domain.departments.pushes import Push
    from chalicelib.domain.departments.statistics import Counted, DepartmentDay, Trouble

# What one BatchGetItem takes.
_ASKED_AT_MOST = 100


class DepartmentReads:
    """The reads of `ports.Store` that are about departments."""

    tables: Tables
    _clock: Callable[[], datetime]

    def department(self, department_id: str) -> Department | None:
        """See `ports.Store`."""
        from chalicelib.adapters.dynamodb.department_rows import department_of  # noqa: PLC0415

        row = row_of(self.tables.departments, department_id)
        return department_of(row) if row else None

    def departments(self) -> tuple[Department, ...]:
        """See `ports.Store`. It reads the whole table, which holds some hundred rows at most."""
        from chalicelib.adapters.dynamodb.department_rows import department_of  # noqa: PLC0415

        with translated():
            found = map(department_of, self.tables.departments.scan(consistent_read=True))
            return tuple(sorted(found, key=lambda department: department.issuer_id))

    def certificate(self, certificate_id: str) -> Certificate | None:
        """See `ports.Store`."""
        from chalicelib.adapters.dynamodb.certificate_rows import certificate_of  # noqa: PLC0415

        row = row_of(self.tables.certificates, certificate_id)
        return certificate_of(row) if row else None

    def certificate_of(self, uri: str) -> str | None:
        """See `ports.Store`."""
        from chalicelib.adapters.dynamodb.department_rows import uri_key  # noqa: PLC0415

        row = row_of(self.tables.exchange_keys, uri_key(uri))
        return row.holder if row else None

    def certificates_there(self, certificate_ids: tuple[str, ...]) -> frozenset[str]:
        """See `ports.Store`."""
        if len(certificate_ids) > _ASKED_AT_MOST:
            raise ValueError(f"{len(certificate_ids)} certificates asked for at once")
        table, asked = self.tables.certificates, set(certificate_ids)
        with translated():
            found = table.batch_get(asked, consistent_read=True, attributes_to_get=["certificate_id"])
            return frozenset(row.certificate_id for row in found)

    def findable(self, search_key: str) -> tuple[Certificate, ...]:
        """See `ports.Store`."""
        from chalicelib.adapters.dynamodb.certificate_rows import found_in  # noqa: PLC0415
        from chalicelib.domain.departments.finding import FOUND_AT_MOST  # noqa: PLC0415

        with translated():
            found = self.tables.findables.query(search_key, consistent_read=True, limit=FOUND_AT_MOST)
            return tuple(map(found_in, found))

    def certificates_of(self, department_id: str, at_most: int, after: str | None = None) -> tuple[Certificate, ...]:
        """See `ports.Store`."""
        from chalicelib.adapters.dynamodb import certificate_rows  # noqa: PLC0415

        table, older = self.tables.certificates, None
        if after is not None:
            last = row_of(table, after)
            if last is None or last.department_id != department_id:
                return ()
            older = certificate_rows.before_place_of(table, last)
        with translated():
            found = table.by_department.query(department_id, older, scan_index_forward=False, limit=at_most)
            rows = rows_of(table, [row.certificate_id for row in found])
        newest_first = sorted(rows, key=lambda row: row.place, reverse=True)
        return tuple(map(certificate_rows.certificate_of, newest_first))

    def certificates_preparing(self, department_id: str, before: datetime, at_most: int) -> tuple[str, ...]:
        """See `ports.Store`."""
        from chalicelib.adapters.dynamodb.certificate_rows import brought_before  # noqa: PLC0415

        table = self.tables.certificates
        with translated():
            found = table.waiting.query(department_id, brought_before(table, before), limit=at_most)
            return tuple(row.certificate_id for row in found)

    def certificates_ended(self, department_id: str, doctype: str, before: date) -> Iterator[str]:
        """See `ports.Store`."""
        from chalicelib.adapters.dynamodb.certificate_rows import ended_before, of_type  # noqa: PLC0415

        table = self.tables.certificates
        with translated():
            for row in table.by_end.query(of_type(department_id, doctype), ended_before(table, before)):
                yield row.certificate_id

    def certificates_ending(self, department_id: str, now: datetime) -> Iterator[str]:
        """See `ports.Store`."""
        from chalicelib.adapters.dynamodb.certificate_rows import looked_at_by  # noqa: PLC0415

        table = self.tables.certificates
        with translated():
            for row in table.by_end.query(department_id, looked_at_by(table, now)):
                yield row.certificate_id

    def push(self, push_id: str) -> Push | None:
        """See `ports.Store`."""
        from chalicelib.adapters.dynamodb.certificate_rows import push_of  # noqa: PLC0415

        row = row_of(self.tables.pushes, push_id)
        return push_of(row) if row else None

    def due_pushes(self, department_id: str, now: datetime, at_most: int) -> tuple[str, ...]:
        """See `ports.Store`."""
        from chalicelib.adapters.dynamodb.certificate_rows import due_by  # noqa: PLC0415

        table = self.tables.pushes
        with translated():
            found = table.by_due_at.query(department_id, due_by(table, now), limit=at_most)
            return tuple(row.push_id for row in found)

    def pushes_waiting(self, department_id: str, at_most: int) -> int:
        """See `ports.Store`. It reads the index a page at a time, and makes no record of what it reads."""
        waiting = 0
        with translated():
            for page in self.tables.pushes.by_due_at.query(department_id, limit=at_most).page_iter:
                waiting += page["Count"]
                if waiting >= at_most:
                    break
        return min(waiting, at_most)

    def outage(self, department_id: str) -> Outage | None:
        """See `ports.Store`."""
        from chalicelib.adapters.dynamodb.department_rows import outage_key, outage_of  # noqa: PLC0415

        row = row_of(self.tables.outages, outage_key(department_id))
        return outage_of(row) if row else None

    def pull_request(self, request_id: str) -> PullRequest | None:
        """See `ports.Store`."""
        from chalicelib.adapters.dynamodb.department_rows import pull_request_of  # noqa: PLC0415

        row = row_of(self.tables.pull_requests, request_id)
        return pull_request_of(row) if row else None

    def pull_requests_of(self, department_id: str, status: PullRequestStatus, at_most: int) -> tuple[PullRequest, ...]:
        """See `ports.Store`."""
        from chalicelib.adapters.dynamodb.department_rows import pull_request_of, queue  # noqa: PLC0415

        table = self.tables.pull_requests
        with translated():
            found = [row.request_id for row in table.in_queue.query(queue(department_id, status), limit=at_most)]
        waiting = (asked for asked in map(pull_request_of, rows_of(table, found)) if asked.status is status)
        return tuple(sorted(waiting, key=lambda asked: asked.asked_at))

    def pull_requests_open(self, department_id: str, at_most: int) -> int:
        """See `ports.Store`."""
        from chalicelib.adapters.dynamodb.department_rows import queue  # noqa: PLC0415
        from chalicelib.domain.departments.pull_requests import PullRequestStatus  # noqa: PLC0415

        with translated():
            waiting = queue(department_id, PullRequestStatus.OPEN)
            # pynamodb's own count goes on beyond its limit.
            return sum(1 for _ in self.tables.pull_requests.in_queue.query(waiting, limit=at_most))

    def place_holder(self, place: str) -> str | None:
        """See `ports.Store`."""
        from chalicelib.adapters.dynamodb.department_rows import place_key  # noqa: PLC0415

        row = row_of(self.tables.exchange_keys, place_key(place))
        return row.holder if row else None

    def backfill(self, backfill_id: str) -> Backfill | None:
        """See `ports.Store`."""
        from chalicelib.adapters.dynamodb.department_rows import backfill_of  # noqa: PLC0415

        row = row_of(self.tables.backfills, backfill_id)
        return backfill_of(row) if row else None

    def backfills_of(self, department_id: str, at_most: int) -> tuple[Backfill, ...]:
        """See `ports.Store`."""
        from chalicelib.adapters.dynamodb.department_rows import backfill_of  # noqa: PLC0415

        table = self.tables.backfills
        with translated():
            newest = table.by_department.query(department_id, scan_index_forward=False, limit=at_most)
            backfills = map(backfill_of, rows_of(table, [row.backfill_id for row in newest]))
        return tuple(sorted(backfills, key=lambda backfill: backfill.created_at, reverse=True))

    def backfill_ranges(self, backfill_id: str) -> Iterator[BackfillRange]:
        """See `ports.Store`."""
        from chalicelib.adapters.dynamodb.department_rows import backfill_range_of  # noqa: PLC0415

        with translated():
            for row in self.tables.backfill_ranges.query(backfill_id, consistent_read=True):
                yield backfill_range_of(row)

    def backfill_range(self, backfill_id: str, number: int) -> BackfillRange | None:
        """See `ports.Store`."""
        from chalicelib.adapters.dynamodb.department_rows import backfill_range_of  # noqa: PLC0415

        row = row_of(self.tables.backfill_ranges, backfill_id, number)
        return backfill_range_of(row) if row else None

    def department_days(self, department_id: str, first: date, last: date) -> tuple[DepartmentDay, ...]:
        """See `ports.Store`."""
        from chalicelib.adapters.dynamodb.department_rows import days_between, department_day_of  # noqa: PLC0415

        table = self.tables.department_days
        with translated():
            found = table.query(department_id, days_between(table, first, last), consistent_read=True)
            return tuple(map(department_day_of, found))

    def troubles_of(self, department_id: str, at_most: int) -> tuple[Trouble, ...]:
        """See `ports.Store`."""
        from chalicelib.adapters.dynamodb.department_rows import kept_until, trouble_of  # noqa: PLC0415

        with translated():
            newest = self.tables.troubles.query(
                department_id, consistent_read=True, scan_index_forward=False, limit=at_most
            )
            troubles = tuple(map(trouble_of, newest))
        return tuple(trouble for trouble in troubles if self._clock() < kept_until(trouble))

    def count(self, department_id: str, day: date, counts: Mapping[Counted, int]) -> None:
        """See `ports.Store`."""
        from chalicelib.adapters.dynamodb.department_rows import counted_up  # noqa: PLC0415

        table = self.tables.department_days
        actions = counted_up(table, counts)
        if actions:
            with translated():
                table(department_id, day.isoformat()).update(actions)

    def tell_trouble(self, trouble: Trouble) -> None:
        """See `ports.Store`."""
        from chalicelib.adapters.dynamodb.department_rows import trouble_row  # noqa: PLC0415

        with translated():
            trouble_row(self.tables.troubles, trouble).save()
