"""The store's promises about departments, their certificates, pulls, pushes and backfills."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import fields, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from chalicelib.domain.changes import StoreUnavailable, UseOnce
from chalicelib.domain.departments.backfills import Backfill, BackfillCounts, BackfillRange, BackfillStatus
from chalicelib.domain.departments.certificates import Certificate, CertificateStatus
from chalicelib.domain.departments.changes import (
    EndFindable,
    MakeFindable,
    RemovePush,
    TakeIssuerId,
    TakePlace,
    TakeUri,
    UseOnceFor,
    WriteBackfill,
    WriteBackfillRange,
    WriteCertificate,
    WriteDepartment,
    WriteOutage,
    WritePullRequest,
    WritePush,
)
from chalicelib.domain.departments.departments import Department, DepartmentStatus
from chalicelib.domain.departments.finding import FOUND_AT_MOST
from chalicelib.domain.departments.outages import Outage
from chalicelib.domain.departments.pull_requests import PendingReason, PullRequest, PullRequestStatus
from chalicelib.domain.departments.pushes import Push, PushAction, PushStatus
from chalicelib.domain.departments.statistics import Counted, DepartmentDay, Trouble
from chalicelib.domain.ports import Store
from chalicelib.suite import suite
from infra.local.laptop import Laptop
from tests.adapters.department_records import (
    backfill,
    backfill_range,
    certificate,
    department,
    department_id,
    holder,
    outage,
    pull_request,
    push,
    trouble,
)
from tests.adapters.records import LATER, NOW, number
from tests.adapters.stores import TOGETHER, OnDynamoDb, OnFake, refused, winners

# The laptop makes and pushes what is due, so what these tests make due is so in ten years.
_IN_TEN_YEARS = NOW + timedelta(days=3650)
_TODAY = date(2030, 11, 2)


def bare_certificate() -> Certificate:
    """A certificate as it is issued."""
    made = number()
    return Certificate(
        f"certificate-{made:010}", department_id(), "TRCER", f"TR/{made}", f"in.gov.tn.coir-TRCER-{made}", f"{made}",
        (holder(),), {}, date(2026, 4, 1), CertificateStatus.FAILED, NOW, "import:1",
    )  # fmt: skip


def bare_push() -> Push:
    return Push(f"push-{number():017}", "certificate-1", "department-1", PushAction.ADD, PushStatus.PUSHED, NOW, None)


def bare_pull_request() -> PullRequest:
    return PullRequest(
        f"request-{number():014}", department_id(), "TRCER", "", "ASHA RAO", None, {}, PendingReason.NOT_FOUND,
        PullRequestStatus.OPEN, NOW,
    )  # fmt: skip


def search_key() -> str:
    return f"{number():064x}"


def txn() -> str:
    return f"pull:{number()}"


class Promises:
    """What every store keeps of departments."""

    def test_every_field_of_the_records_of_these_tests_is_filled(self, store: Store) -> None:
        part = backfill_range("backfill-1", 1)
        told = trouble("department-1")
        records = (department(), certificate(), push(), outage(), pull_request(), backfill(), part, told)
        for record in records:
            empty = {one.name for one in fields(record) if not getattr(record, one.name)}
            assert empty <= {"revision"}, type(record).__name__
        assert store.departments is not None

    def test_a_department_comes_back_as_it_was_written(self, store: Store) -> None:
        bare = Department(
            department_id(), {"en": "A", "hi": "अ"}, "in.gov.a", frozenset(), DepartmentStatus.ACTIVE, NOW, "account:a"
        )
        for made in (department(), bare):
            assert store.department(made.department_id) is None
            revision = store.write(WriteDepartment(made))
            assert store.department(made.department_id) == replace(made, revision=revision)

    def test_a_department_is_written_over_the_version_that_was_read(self, store: Store) -> None:
        made = department()
        made = replace(made, revision=store.write(WriteDepartment(made)))
        assert refused(store, WriteDepartment(replace(made, revision=None))) is not None
        store.write(WriteDepartment(replace(made, signing_key="alias/other")))
        assert refused(store, WriteDepartment(made)) == WriteDepartment(made)
        assert winners(lambda _: store.write(WriteDepartment(made))) == 0

    def test_all_departments_are_told_by_issuer_id(self, store: Store) -> None:
        made = [replace(department(), issuer_id=f"in.gov.{name}{number()}") for name in ("b", "c", "a")]
        written = {one.department_id: replace(one, revision=store.write(WriteDepartment(one))) for one in made}
        told = [one for one in store.departments() if one.department_id in written]
        assert told == [written[made[place].department_id] for place in (2, 0, 1)]

    def test_an_issuer_id_is_one_departments(self, store: Store) -> None:
        issuer_id = f"in.gov.tn.{number()}"
        store.write(TakeIssuerId(issuer_id, "department-1"))
        store.write(TakeIssuerId(issuer_id, "department-1"))
        assert refused(store, TakeIssuerId(issuer_id, "department-2")) == TakeIssuerId(issuer_id, "department-2")

    def test_a_certificate_comes_back_as_it_was_written(self, store: Store) -> None:
        for made in (certificate(), bare_certificate()):
            assert store.certificate(made.certificate_id) is None
            revision = store.write(WriteCertificate(made))
            assert store.certificate(made.certificate_id) == replace(made, revision=revision)

    def test_a_certificate_is_issued_once_and_written_over_the_version_that_was_read(self, store: Store) -> None:
        made = bare_certificate()
        assert winners(lambda _: store.write(WriteCertificate(made))) == 1
        read = store.certificate(made.certificate_id)
        assert read is not None
        store.write(WriteCertificate(replace(read, trouble="changed")))
        assert refused(store, WriteCertificate(read)) == WriteCertificate(read)

    def test_a_uri_is_one_certificates_for_ever(self, store: Store) -> None:
        made, other = bare_certificate(), bare_certificate()
        assert store.certificate_of(made.uri) is None
        store.write(WriteCertificate(made), TakeUri(made.uri, made.certificate_id))
        store.write(TakeUri(made.uri, made.certificate_id))
        taken = TakeUri(made.uri, other.certificate_id)
        assert refused(store, WriteCertificate(other), taken) == taken
        assert store.certificate(other.certificate_id) is None
        assert store.certificate_of(made.uri) == made.certificate_id

    def test_a_uri_and_an_issuer_id_of_the_same_letters_are_two(self, store: Store) -> None:
        name = f"in.gov.tn.{number()}"
        store.write(TakeUri(name, "certificate-1"), TakeIssuerId(name, "department-1"))
        assert store.certificate_of(name) == "certificate-1"

    def test_which_certificates_are_there(self, store: Store) -> None:
        made = [bare_certificate() for _ in range(3)]
        store.write(*map(WriteCertificate, made[:2]))
        ids = tuple(one.certificate_id for one in made)
        assert store.certificates_there(ids) == frozenset(ids[:2])
        assert store.certificates_there((ids[0], ids[0])) == frozenset(ids[:1])
        assert store.certificates_there(()) == frozenset()
        with pytest.raises(ValueError, match="101"):
            store.certificates_there(tuple(f"certificate-{place}" for place in range(101)))

    def test_a_certificate_is_found_as_it_was_made_findable_until_that_ends(self, store: Store) -> None:
        key, other, made = search_key(), search_key(), certificate()
        assert store.findable(key) == ()
        store.write(MakeFindable(key, replace(made, revision="read")), MakeFindable(other, made))
        # What is found is not what is written over: it has no revision.
        assert store.findable(key) == (made,)
        store.write(MakeFindable(key, replace(made, trouble=None)))
        assert store.findable(key) == (replace(made, trouble=None),)
        store.write(EndFindable(key, made.certificate_id))
        assert store.findable(key) == ()
        assert store.findable(other) == (made,)
        store.write(EndFindable(key, made.certificate_id))

    def test_as_many_are_found_under_one_key_as_are_looked_through(self, store: Store) -> None:
        key, made = search_key(), [bare_certificate() for _ in range(FOUND_AT_MOST + 2)]
        for start in range(0, len(made), 25):
            store.write(*(MakeFindable(key, one) for one in made[start : start + 25]))
        assert len(store.findable(key)) == FOUND_AT_MOST

    def test_a_departments_certificates_are_paged_the_newest_first_also_within_one_millisecond(
        self, store: Store
    ) -> None:
        mine = department_id()
        at = [NOW, NOW, NOW, NOW + timedelta(seconds=1), NOW - timedelta(seconds=1)]
        made = [replace(bare_certificate(), department_id=mine, created_at=moment) for moment in at]
        store.write(*map(WriteCertificate, made), WriteCertificate(bare_certificate()))
        pages: list[tuple[Certificate, ...]] = []
        after = None
        while page := store.certificates_of(mine, 2, after):
            pages.append(page)
            after = page[-1].certificate_id
        assert [len(page) for page in pages] == [2, 2, 1]
        told = [one.certificate_id for page in pages for one in page]
        assert told[0] == made[3].certificate_id
        assert set(told[1:4]) == {one.certificate_id for one in made[:3]}
        assert told[4] == made[4].certificate_id

    def test_no_page_comes_after_what_is_not_the_departments(self, store: Store) -> None:
        mine, foreign = bare_certificate(), bare_certificate()
        store.write(WriteCertificate(mine), WriteCertificate(foreign))
        assert store.certificates_of(mine.department_id, 10, foreign.certificate_id) == ()
        assert store.certificates_of(mine.department_id, 10, "certificate-unknown") == ()

    def test_certificates_that_wait_to_be_made_are_found_the_longest_waiting_first(self, store: Store) -> None:
        mine = department_id()
        made = {
            minute: replace(
                bare_certificate(),
                department_id=mine,
                status=CertificateStatus.PREPARING,
                created_at=_IN_TEN_YEARS + timedelta(minutes=minute % 3),
                brought_again_at=_IN_TEN_YEARS + timedelta(minutes=3) if minute == 3 else None,
            )
            for minute in (3, 1, 2)
        }
        other = replace(bare_certificate(), status=CertificateStatus.PREPARING)
        store.write(*map(WriteCertificate, made.values()), WriteCertificate(other))
        ids = {minute: one.certificate_id for minute, one in made.items()}
        before = _IN_TEN_YEARS + timedelta(minutes=3)

        def waiting(before: datetime, at_most: int = 100) -> list[str]:
            return list(store.certificates_preparing(mine, before, at_most))

        assert waiting(before) == [ids[1], ids[2]]
        assert waiting(before + timedelta(milliseconds=1)) == [ids[1], ids[2], ids[3]]
        assert waiting(before + timedelta(milliseconds=1), 2) == [ids[1], ids[2]]
        read = store.certificate(ids[1])
        assert read is not None
        store.write(WriteCertificate(replace(read, status=CertificateStatus.ACTIVE)))
        assert waiting(before) == [ids[2]]
        read = store.certificate(ids[2])
        assert read is not None
        store.write(WriteCertificate(replace(read, status=CertificateStatus.FAILED)))
        assert waiting(before) == []

    def test_certificates_are_found_by_their_last_day_within_department_and_type(self, store: Store) -> None:
        mine = department_id()

        def ends(day: int, **more: Any) -> Certificate:
            made = replace(bare_certificate(), department_id=mine, status=CertificateStatus.ACTIVE)
            return replace(made, **{"valid_to": date(2029, 3, day), **more})

        late, early, same = ends(5), ends(3), ends(5)
        revoked = ends(9, status=CertificateStatus.REVOKED, revoked_at=datetime(2029, 3, 1, 19, tzinfo=UTC))
        others = (
            ends(1, doctype="OTHER"),
            ends(1, department_id=department_id()),
            ends(1, valid_to=None),
            ends(1, status=CertificateStatus.PREPARING),
        )
        store.write(*map(WriteCertificate, (late, early, same, revoked, *others)))

        def ended(before: int) -> list[str]:
            return list(store.certificates_ended(mine, "TRCER", date(2029, 3, before)))

        assert ended(2) == []
        # Revoked on the second of March in India.
        assert ended(5) == [revoked.certificate_id, early.certificate_id]
        assert set(ended(6)[2:]) == {late.certificate_id, same.certificate_id}
        read = store.certificate(early.certificate_id)
        assert read is not None
        store.write(WriteCertificate(replace(read, status=CertificateStatus.REMOVED)))
        assert ended(5) == [revoked.certificate_id]

    def test_certificates_whose_removal_goes_on_are_found_by_department_the_longest_waiting_first(
        self, store: Store
    ) -> None:
        mine = department_id()
        ending = replace(
            bare_certificate(), department_id=mine, status=CertificateStatus.ENDING, valid_to=date(2029, 3, 1)
        )
        later = replace(ending, certificate_id=f"certificate-{number():010}", look_at=_IN_TEN_YEARS)
        first = replace(ending, look_at=_IN_TEN_YEARS - timedelta(milliseconds=1))
        store.write(WriteCertificate(later), WriteCertificate(first))
        assert list(store.certificates_ending(mine, _IN_TEN_YEARS)) == [first.certificate_id, later.certificate_id]
        assert list(store.certificates_ending(mine, _IN_TEN_YEARS - timedelta(milliseconds=1))) == [
            first.certificate_id
        ]
        assert list(store.certificates_ending(department_id(), _IN_TEN_YEARS)) == []
        assert list(store.certificates_ended(mine, "TRCER", date(2040, 1, 1))) == []
        for one in (first, later):
            read = store.certificate(one.certificate_id)
            assert read is not None
            store.write(WriteCertificate(replace(read, status=CertificateStatus.REMOVED)))
        assert list(store.certificates_ending(mine, _IN_TEN_YEARS)) == []

    def test_a_push_is_removed_on_the_version_that_was_read(self, store: Store) -> None:
        made = bare_push()
        read = replace(made, revision=store.write(WritePush(made)))
        assert refused(store, RemovePush(made)) == RemovePush(made)
        store.write(WritePush(replace(read, attempts=1)))
        assert refused(store, RemovePush(read)) == RemovePush(read)
        newest = store.push(made.push_id)
        assert newest is not None
        assert winners(lambda _: store.write(RemovePush(newest))) == 1
        assert store.push(made.push_id) is None

    def test_a_place_in_a_queue_is_given_to_one_at_a_time(self, store: Store) -> None:
        place, (first, second) = txn(), (bare_pull_request(), bare_pull_request())
        assert store.place_holder(place) is None
        store.write(WritePullRequest(first), TakePlace(place, first.request_id, None, LATER))
        assert store.place_holder(place) == first.request_id
        for read in (None, second.request_id):
            taken = TakePlace(place, second.request_id, read, LATER)
            assert refused(store, WritePullRequest(second), taken) == taken
        assert store.pull_request(second.request_id) is None
        store.write(WritePullRequest(second), TakePlace(place, second.request_id, first.request_id, LATER))
        assert store.place_holder(place) == second.request_id

    def test_of_sixteen_that_take_a_place_one_wins(self, store: Store) -> None:
        place = txn()
        assert winners(lambda which: store.write(TakePlace(place, f"request-{which}", None, LATER))) == 1
        holder = store.place_holder(place)
        assert winners(lambda which: store.write(TakePlace(place, f"another-{which}", holder, LATER))) == 1

    def test_pending_pulls_that_wait_are_counted_up_to_as_many_as_are_asked_for(self, store: Store) -> None:
        mine = department_id()
        asked = [replace(bare_pull_request(), department_id=mine, status=PullRequestStatus.OPEN) for _ in range(3)]
        decided = replace(pull_request(), department_id=mine, revision=None)
        store.write(*map(WritePullRequest, asked), WritePullRequest(decided))
        assert [store.pull_requests_open(mine, at_most) for at_most in (2, 3, 9)] == [2, 3, 3]
        assert store.pull_requests_open(department_id(), 9) == 0

    def test_a_name_is_used_up_for_one_content(self, store: Store) -> None:
        key = txn()
        store.write(UseOnceFor(key, "ab" * 32, LATER))
        store.write(UseOnceFor(key, "ab" * 32, LATER))
        other = UseOnceFor(key, "cd" * 32, LATER)
        assert refused(store, other) == other
        first = UseOnceFor(key, "ab" * 32, LATER, is_first=True)
        assert refused(store, first) == first

    def test_of_sixteen_that_use_a_name_for_something_else_one_wins(self, store: Store) -> None:
        key = txn()
        assert winners(lambda which: store.write(UseOnceFor(key, f"{which:064}", LATER))) == 1
        first = txn()
        assert winners(lambda _: store.write(UseOnceFor(first, "ab" * 32, LATER, is_first=True))) == 1

    def test_a_push_comes_back_as_it_was_written_over_the_version_that_was_read(self, store: Store) -> None:
        for made in (replace(push(), due_at=_IN_TEN_YEARS), bare_push()):
            assert store.push(made.push_id) is None
            revision = store.write(WritePush(made))
            assert store.push(made.push_id) == replace(made, revision=revision)
            assert refused(store, WritePush(made)) == WritePush(made)
            read = replace(made, revision=revision)
            assert winners(lambda which, read=read: store.write(WritePush(replace(read, attempts=which)))) == 1  # type: ignore[misc]

    def test_pushes_that_are_due_are_found_the_longest_due_first(self, store: Store) -> None:
        made = {minute: replace(push(), due_at=_IN_TEN_YEARS + timedelta(minutes=minute)) for minute in (3, 1, 2)}
        revision = store.write(*map(WritePush, made.values()))
        ids = {minute: one.push_id for minute, one in made.items()}

        def due(now: datetime) -> list[str]:
            return [one for one in store.due_pushes("department-1", now, 100) if one in ids.values()]

        assert due(_IN_TEN_YEARS + timedelta(minutes=2)) == [ids[1], ids[2]]
        assert due(_IN_TEN_YEARS + timedelta(minutes=2, milliseconds=-1)) == [ids[1]]
        done = replace(made[1], due_at=None, status=PushStatus.PUSHED, revision=revision)
        store.write(WritePush(done))
        assert due(_IN_TEN_YEARS + timedelta(minutes=3)) == [ids[2], ids[3]]
        for minute in (2, 3):
            store.write(WritePush(replace(made[minute], due_at=None, revision=revision)))

    def test_a_departments_pushes_are_counted_and_no_others(self, store: Store) -> None:
        mine = department_id()
        assert store.pushes_waiting(mine, 10) == 0
        made = [replace(push(), department_id=mine, due_at=_IN_TEN_YEARS) for _ in range(3)]
        revision = store.write(*map(WritePush, made))
        store.write(WritePush(replace(push(), department_id=department_id(), due_at=_IN_TEN_YEARS)))
        assert (store.pushes_waiting(mine, 10), store.pushes_waiting(mine, 2)) == (3, 2)
        assert store.due_pushes(department_id(), _IN_TEN_YEARS, 10) == ()
        store.write(WritePush(replace(made[0], due_at=None, revision=revision)))
        assert sorted(store.due_pushes(mine, _IN_TEN_YEARS, 10)) == sorted(one.push_id for one in made[1:])

    def test_an_outage_comes_back_as_it_was_written_over_the_version_that_was_read(self, store: Store) -> None:
        for made in (outage(), Outage(department_id(), NOW, NOW, 1, NOW)):
            assert store.outage(made.department_id) is None
            revision = store.write(WriteOutage(made))
            assert store.outage(made.department_id) == replace(made, revision=revision)
            assert refused(store, WriteOutage(made)) == WriteOutage(made)
            read = replace(made, revision=revision)
            assert winners(lambda which, read=read: store.write(WriteOutage(replace(read, failures=which)))) == 1  # type: ignore[misc]

    def test_a_pending_pull_comes_back_as_it_was_written_over_the_version_that_was_read(self, store: Store) -> None:
        for made in (pull_request(), bare_pull_request()):
            assert store.pull_request(made.request_id) is None
            revision = store.write(WritePullRequest(made))
            assert store.pull_request(made.request_id) == replace(made, revision=revision)
            assert refused(store, WritePullRequest(made)) == WritePullRequest(made)

    def test_pending_pulls_of_a_department_are_found_the_longest_waiting_first(self, store: Store) -> None:
        mine = department_id()
        made = {
            second: replace(bare_pull_request(), department_id=mine, asked_at=NOW + timedelta(seconds=second))
            for second in (3, 1, 2)
        }
        revision = store.write(*map(WritePullRequest, made.values()), WritePullRequest(bare_pull_request()))
        waiting = {second: replace(one, revision=revision) for second, one in made.items()}
        assert store.pull_requests_of(mine, PullRequestStatus.OPEN, 10) == (waiting[1], waiting[2], waiting[3])
        assert store.pull_requests_of(mine, PullRequestStatus.OPEN, 2) == (waiting[1], waiting[2])
        granted = replace(waiting[1], status=PullRequestStatus.GRANTED, decided_at=LATER)
        granted = replace(granted, revision=store.write(WritePullRequest(granted)))
        assert store.pull_requests_of(mine, PullRequestStatus.OPEN, 10) == (waiting[2], waiting[3])
        assert store.pull_requests_of(mine, PullRequestStatus.GRANTED, 10) == (granted,)
        assert store.pull_requests_of(mine, PullRequestStatus.REFUSED, 10) == ()

    def test_a_backfill_comes_back_as_it_was_written_over_the_version_that_was_read(self, store: Store) -> None:
        bare = Backfill(
            f"backfill-{number():013}", department_id(), "TRCER", "imports/1", is_dry_run=False,
            status=BackfillStatus.UPLOAD_REQUIRED, created_at=NOW, created_by="account:officer",
        )  # fmt: skip
        for made in (backfill(), bare):
            assert store.backfill(made.backfill_id) is None
            revision = store.write(WriteBackfill(made))
            assert store.backfill(made.backfill_id) == replace(made, revision=revision)
            assert refused(store, WriteBackfill(made)) == WriteBackfill(made)

    def test_a_departments_backfills_are_told_the_newest_first(self, store: Store) -> None:
        mine = department_id()
        made = [replace(backfill(), department_id=mine, created_at=NOW + timedelta(days=day)) for day in (2, 3, 1)]
        revision = store.write(*map(WriteBackfill, made), WriteBackfill(backfill()))
        newest_first = [replace(made[place], revision=revision) for place in (1, 0, 2)]
        assert list(store.backfills_of(mine, 10)) == newest_first
        assert list(store.backfills_of(mine, 2)) == newest_first[:2]
        assert store.backfills_of(department_id(), 10) == ()

    def test_checkpoints_of_a_backfill_are_told_by_number(self, store: Store) -> None:
        mine = f"backfill-{number():013}"
        made = {which: backfill_range(mine, which) for which in (10, 0, 9)}
        revision = store.write(*map(WriteBackfillRange, made.values()))
        assert [one.number for one in store.backfill_ranges(mine)] == [0, 9, 10]
        assert store.backfill_range(mine, 9) == replace(made[9], revision=revision)
        assert store.backfill_range(mine, 1) is None
        assert list(store.backfill_ranges("backfill-unknown")) == []

    def test_of_sixteen_that_work_on_one_range_one_goes_on(self, store: Store) -> None:
        made = BackfillRange(f"backfill-{number():013}", 0, 0, 100, 0)
        made = replace(made, revision=store.write(WriteBackfillRange(made)))

        def go_on(which: int) -> str:
            counts = BackfillCounts(rows=which)
            return store.write(WriteBackfillRange(replace(made, next_offset=which, counts=counts)))

        assert winners(go_on) == 1

    def test_counts_of_a_day_add_up_under_everybodys_hands(self, store: Store) -> None:
        mine = department_id()
        assert store.department_days(mine, _TODAY, _TODAY) == ()
        with ThreadPoolExecutor(TOGETHER) as threads:
            list(threads.map(lambda which: store.count(mine, _TODAY, {Counted.PULLED: which}), range(TOGETHER)))
        store.count(mine, _TODAY, {Counted.NOT_FOUND: 2, Counted.ISSUED: 1})
        store.count(mine, _TODAY, {})
        found = {Counted.PULLED: sum(range(TOGETHER)), Counted.NOT_FOUND: 2, Counted.ISSUED: 1}
        assert store.department_days(mine, _TODAY, _TODAY) == (DepartmentDay(mine, _TODAY, found),)

    @pytest.mark.parametrize("counted", Counted)
    def test_everything_that_is_counted_has_its_place(self, store: Store, counted: Counted) -> None:
        mine = department_id()
        store.count(mine, _TODAY, {counted: 3})
        assert store.department_days(mine, _TODAY, _TODAY) == (DepartmentDay(mine, _TODAY, {counted: 3}),)

    def test_days_are_told_from_the_first_to_the_last(self, store: Store) -> None:
        mine = department_id()
        for day in (date(2030, 12, 31), date(2031, 1, 2), date(2030, 12, 30), date(2031, 1, 3)):
            store.count(mine, day, {Counted.PUSHED: day.day})
        told = store.department_days(mine, date(2030, 12, 31), date(2031, 1, 2))
        assert [one.day for one in told] == [date(2030, 12, 31), date(2031, 1, 2)]

    def test_troubles_are_told_the_newest_first_and_the_same_once(self, store: Store) -> None:
        mine = department_id()
        at = {day: NOW + timedelta(days=day) for day in (2, 3, 1)}
        made = {day: replace(trouble(mine), at=at[day], keep_until=_IN_TEN_YEARS) for day in at}
        for one in made.values():
            store.tell_trouble(one)
            store.tell_trouble(one)
        assert store.troubles_of(mine, 10) == (made[3], made[2], made[1])
        assert store.troubles_of(mine, 2) == (made[3], made[2])
        assert store.troubles_of(department_id(), 10) == ()

    def test_a_trouble_is_told_for_thirty_days_where_it_says_nothing_else(self, store: Store) -> None:
        mine = department_id()
        old = Trouble(mine, "old", NOW - timedelta(days=30), "no_answer")
        young = Trouble(mine, "young", NOW - timedelta(days=29), "no_answer")
        over = Trouble(mine, "over", NOW - timedelta(seconds=1), "no_answer", keep_until=NOW)
        for one in (old, young, over):
            store.tell_trouble(one)
        assert store.troubles_of(mine, 10) == (young,)


class TestFakeStore(Promises, OnFake):
    """The fake keeps them."""


class TestDynamoDbStore(Promises, OnDynamoDb):
    """DynamoDB keeps them, and bears bad luck besides."""

    @pytest.mark.parametrize("alone", [True, False])
    def test_a_write_whose_answer_was_lost_counts_as_done(self, laptop: Laptop, store: Store, *, alone: bool) -> None:
        one, two = department(), bare_certificate()
        for change in (WriteDepartment(one), WriteCertificate(two)):
            others = [] if alone else [UseOnce(f"l#{number()}", LATER)]
            laptop.faults.add("dynamodb", "PutItem" if alone else "TransactWriteItems", "answer_lost")
            store.write(change, *others)
        assert store.department(one.department_id) is not None
        assert store.certificate(two.certificate_id) is not None

    def test_what_is_found_is_read_with_one_call(self, laptop: Laptop, store: Store) -> None:
        key = search_key()
        made = [bare_certificate() for _ in range(25)]
        store.write(*(MakeFindable(key, one) for one in made))
        with laptop.calls.recorded() as made_calls:
            assert len(store.findable(key)) == 25
        assert [call.operation for call in made_calls if call.made_by is None] == ["Query"]

    def test_counts_that_do_not_arrive_are_told(self, laptop: Laptop, store: Store) -> None:
        laptop.faults.add("dynamodb", "UpdateItem", "refused", times=3)
        with pytest.raises(StoreUnavailable):
            store.count(department_id(), _TODAY, {Counted.ISSUED: 1})

    def test_the_sweep_takes_what_was_used_once_and_what_was_decided_long_ago_and_leaves_uris(
        self, store: Store
    ) -> None:
        tables, key, made = suite().store.tables, txn(), bare_certificate()
        store.write(UseOnceFor(key, "ab" * 32, LATER), TakeUri(made.uri, made.certificate_id))
        assert tables.exchange_keys.get(f"txn#{key}").ttl == int(LATER.timestamp())
        assert tables.exchange_keys.get(f"uri#{made.uri}").ttl is None
        asked, decided = bare_pull_request(), pull_request()
        store.write(WritePullRequest(asked), WritePullRequest(decided))
        assert tables.pull_requests.get(asked.request_id).ttl is None
        assert tables.pull_requests.get(decided.request_id).ttl == int((LATER + timedelta(days=365)).timestamp())
        told = trouble(department_id())
        store.tell_trouble(told)
        (row,) = tables.troubles.query(told.department_id)
        assert row.ttl == int((LATER + timedelta(days=1)).timestamp())
