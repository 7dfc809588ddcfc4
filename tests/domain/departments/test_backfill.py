"""Backfills: what a department's CSV becomes, however often its steps die, are repeated, or run at once."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.domain.audit import Deed
from chalicelib.domain.changes import Change, StoreUnavailable
from chalicelib.domain.departments.backfill_running import BackfillOver, BackfillUnknown, RangesLeft, RangeUnfinished
from chalicelib.domain.departments.backfills import Backfill, BackfillCounts, BackfillStatus
from chalicelib.domain.departments.certificates import CertificateStatus, PushState
from chalicelib.domain.departments.changes import WriteBackfillRange, WriteCertificate
from chalicelib.domain.departments.departments import (
    DepartmentLimits,
    DepartmentStatus,
    DigiLockerClient,
    SearchParameter,
)
from chalicelib.domain.departments.finding import search_key
from chalicelib.domain.ports import DocumentChanged, Journey, JourneysUnavailable
from chalicelib.domain.refusals import Code, Refusal
from tests.domain.departments.backfill_world import HEAD, TYPE, BackfillWorld, csv_of, row, times
from tests.domain.staff.world import CALLER


@pytest.fixture
def world() -> BackfillWorld:
    return BackfillWorld()


def code_of(attempt: Any) -> Code:
    with pytest.raises(Refusal) as refused:
        attempt()
    return refused.value.code


def test_each_row_becomes_a_certificate(world: BackfillWorld) -> None:
    done = world.imported(csv_of(row(number) for number in range(300)))
    assert (done.status, done.counts) == (BackfillStatus.DONE, BackfillCounts(300, 300, 0, 0))
    assert (done.report, done.trouble, done.ranges_done) == (None, None, done.ranges)
    assert done.ranges > 3
    made = world.certificates()
    assert sorted(one.number for one in made) == sorted(f"TRC/{number}" for number in range(300))
    assert {one.status for one in made} == {CertificateStatus.PREPARING}
    assert {one.fields["trade_name"] for one in made} == {"Mehta"}


def test_imported_again_nothing_is_written_twice(world: BackfillWorld) -> None:
    content = csv_of(row(number) for number in range(250))
    world.imported(content)
    before = world.certificates()
    again = world.imported(content)
    assert again.counts == BackfillCounts(250, 0, 250, 0)
    assert world.certificates() == before


def test_a_dry_run_counts_and_writes_nothing(world: BackfillWorld) -> None:
    content = csv_of([*(row(number) for number in range(40)), row(41, born="31-02-1985")])
    done = world.imported(content, is_dry_run=True)
    assert (done.counts, world.certificates()) == (BackfillCounts(41, 40, 0, 1), [])
    assert len(world.report(done)) == 1
    assert world.imported(content).counts == BackfillCounts(41, 40, 0, 1)


def test_what_is_refused_stands_in_the_report_by_its_line_and_nothing_of_it_but_its_number(
    world: BackfillWorld,
) -> None:
    rows = [
        row(1),
        row(2, born="99-99-1985"),
        row(3, trade=""),
        '=cmd,"Asha\nMehta",21-07-1985,2026-13-01,Mehta',
        "",
        "TRC/5,Asha",
        row(6, on="2030-01-01"),
        row(1, name="Somebody Else"),
        row(7),
    ]
    done = world.imported(csv_of(rows))
    assert done.counts == BackfillCounts(8, 2, 0, 6)
    assert world.report(done) == [
        "3,TRC/2,holder_born_on,en:date_invalid,hi:date_invalid",
        "4,TRC/3,trade_name,en:required,hi:required",
        "5,'=cmd,issued_on,en:date_invalid,hi:date_invalid",
        "8,,,en:csv_cells,hi:csv_cells",
        "9,TRC/6,issued_on,en:date_in_future,hi:date_in_future",
        "10,TRC/1,number,en:certificate_number_taken,hi:certificate_number_taken",
    ]
    assert "Asha" not in "".join(world.report(done))


def test_a_file_that_cannot_be_imported_ends_and_says_why(world: BackfillWorld) -> None:
    ended = world.imported(csv_of([row(1)], head=HEAD.replace("issued_on", "day")))
    assert (ended.status, ended.trouble) == (BackfillStatus.FAILED, "csv_columns_missing:issued_on")
    assert world.certificates() == []
    utf16 = world.imported(csv_of([row(1)]).decode().encode("utf-16"))
    assert utf16.trouble == "csv_utf16"


def test_a_file_with_a_head_alone_is_done(world: BackfillWorld) -> None:
    assert world.imported(csv_of([])).counts == BackfillCounts()


# Dying, repeating, racing.


def test_where_time_runs_out_it_goes_on_at_the_checkpoint(world: BackfillWorld) -> None:
    world.steps = replace(world.steps, range_size=1_000_000)
    backfill = world.start(world.upload(csv_of(row(number) for number in range(350))))
    world.steps.plan(backfill.backfill_id)
    with pytest.raises(RangeUnfinished):
        world.steps.import_range(backfill.backfill_id, 0, times(1))
    assert len(world.certificates()) == 200
    assert world.progress(backfill).counts == BackfillCounts(200, 200, 0, 0)
    with pytest.raises(RangesLeft):
        world.steps.finish(backfill.backfill_id)
    done = world.run(backfill, lambda: False)
    assert (done.counts, len(world.certificates())) == (BackfillCounts(350, 350, 0, 0), 350)


@pytest.mark.parametrize("kind", [WriteCertificate, WriteBackfillRange])
@pytest.mark.parametrize("is_written", [False, True])
def test_it_dies_at_any_write_and_counts_each_row_once(
    world: BackfillWorld, monkeypatch: pytest.MonkeyPatch, kind: type[Change], *, is_written: bool
) -> None:
    # Two ranges of several batches each.
    world.steps = replace(world.steps, range_size=12_000)
    content = csv_of(row(number) if number % 7 else row(number, born="no day") for number in range(330))
    backfill = world.start(world.upload(content))
    write, seen = world.store.write, [0]

    def dying(*changes: Change) -> str:
        seen[0] += any(isinstance(change, kind) for change in changes)
        if any(isinstance(change, kind) for change in changes) and seen[0] % 2 == 0:
            if is_written:
                write(*changes)
            raise StoreUnavailable
        return write(*changes)

    monkeypatch.setattr(world.store, "write", dying)
    for _ in range(100):
        try:
            done = world.run(backfill)
            break
        except StoreUnavailable:
            continue
    refused = len(range(0, 330, 7))
    assert done.counts == BackfillCounts(330, 330 - refused, 0, refused)
    assert len(world.certificates()) == 330 - refused
    lines = [int(line.split(",")[0]) for line in world.report(done)]
    assert lines == [number + 2 for number in range(0, 330, 7)]


def test_planned_again_the_ranges_are_those_of_before(world: BackfillWorld) -> None:
    backfill = world.start(world.upload(csv_of(row(number) for number in range(200))))
    first = world.steps.plan(backfill.backfill_id)
    world.run_range(backfill, 0)
    ranges = list(world.store.backfill_ranges(backfill.backfill_id))
    again = world.steps.plan(backfill.backfill_id)
    assert list(world.store.backfill_ranges(backfill.backfill_id)) == ranges
    assert (first.ranges, again.ranges) == (len(ranges), len(ranges) - 1)


def test_what_a_step_could_not_go_on_with_is_started_again_and_goes_on(world: BackfillWorld) -> None:
    backfill = world.start(world.upload(csv_of(row(number) for number in range(200))))
    world.steps.plan(backfill.backfill_id)
    world.run_range(backfill, 0)
    world.department = world.touch(world.department, status=DepartmentStatus.SUSPENDED)
    assert code_of(lambda: world.steps.import_range(backfill.backfill_id, 1, lambda: True)) is Code.DEPARTMENT_SUSPENDED
    failed = world.steps.fail(backfill.backfill_id, "DepartmentSuspended")
    assert (failed.status, failed.trouble) == (BackfillStatus.FAILED, "import_department_suspended")
    assert 0 < failed.counts.created < 200
    with pytest.raises(BackfillOver):
        world.steps.import_range(backfill.backfill_id, 2, lambda: True)
    assert code_of(lambda: world.start(backfill)) is Code.DEPARTMENT_SUSPENDED
    world.department = world.touch(world.department, status=DepartmentStatus.ACTIVE)
    done = world.run(world.start(backfill))
    assert (done.status, done.trouble, done.counts) == (BackfillStatus.DONE, None, BackfillCounts(200, 200, 0, 0))
    assert sorted(world.started.started) == [f"{backfill.backfill_id}.1", f"{backfill.backfill_id}.2"]


def test_a_day_that_is_full_is_waited_out(world: BackfillWorld) -> None:
    world.department = world.touch(world.department, limits=DepartmentLimits(certificates_a_day=250))
    backfill = world.start(world.upload(csv_of(row(number) for number in range(400))))
    assert code_of(lambda: world.run(backfill)) is Code.TOO_MANY_REQUESTS
    assert len(world.certificates()) <= 250
    world.now += timedelta(days=1)
    assert world.run(backfill).counts == BackfillCounts(400, 400, 0, 0)


# The desk.


def test_started_twice_is_started_once(world: BackfillWorld) -> None:
    backfill = world.upload(csv_of([row(1)]))
    first, second = world.start(backfill), world.start(backfill)
    assert first == second
    assert world.started.journeys == {f"{backfill.backfill_id}.1": Journey.CERTIFICATE_BACKFILL}


def test_started_where_the_journeys_did_not_answer_it_is_started_by_repeating(world: BackfillWorld) -> None:
    backfill = world.upload(csv_of([row(1)]))
    world.started.is_available = False
    with pytest.raises(JourneysUnavailable):
        world.start(backfill)
    world.started.is_available = True
    world.start(backfill)
    assert list(world.started.started) == [f"{backfill.backfill_id}.1"]


def test_without_its_file_or_once_it_is_done_it_is_not_started(world: BackfillWorld) -> None:
    opened, _ = world.backfills.open(world.officer, world.department_id, "TRCER", 9, is_dry_run=False)
    assert code_of(lambda: world.start(opened)) is Code.IMPORT_CONFLICT
    done = world.imported(csv_of([row(1)]))
    assert code_of(lambda: world.start(done)) is Code.IMPORT_CONFLICT


@pytest.mark.parametrize(
    ("document_type", "size", "errors"),
    [("OTHER", 9, {"document_type"}), ("TRCER", 0, {"size"}), ("TRCER", 300 * 1024 * 1024, {"size"})],
)
def test_what_cannot_be_imported_is_not_opened(
    world: BackfillWorld, document_type: str, size: int, errors: set[str]
) -> None:
    with pytest.raises(Refusal) as refused:
        world.backfills.open(world.officer, world.department_id, document_type, size, is_dry_run=False)
    assert refused.value.errors.keys() == errors


def test_another_departments_imports_are_not_found(world: BackfillWorld) -> None:
    other = world.officer_of(world.opened("in.gov.other.tn"))
    backfill = world.upload(csv_of([row(1)]))
    desk, asked = world.backfills, (other, world.department_id, backfill.backfill_id)
    assert code_of(lambda: desk.read(*asked)) is Code.NOT_FOUND
    assert code_of(lambda: desk.start(*asked, CALLER)) is Code.NOT_FOUND
    assert code_of(lambda: desk.all_of(*asked[:2])) is Code.NOT_FOUND


def test_start_and_end_are_written_down_and_whoever_started_it_is_told(world: BackfillWorld) -> None:
    done = world.imported(csv_of([row(1)]))
    assert [event.deed for event in world.told_of(world.department)][-2:] == [Deed.IMPORT_STARTED, Deed.IMPORT_ENDED]
    (message,) = [one for one in world.store.messages_of(world.officer.key) if one.kind.value == "import_done"]
    assert message.values == {"rows": "1", "created": "1", "there": "0", "refused": "0"}
    assert [one.backfill_id for one in world.backfills.all_of(world.officer, world.department_id)] == [done.backfill_id]


def test_what_is_not_there_is_told_by_name(world: BackfillWorld) -> None:
    for step in (world.steps.plan, world.steps.finish):
        with pytest.raises(BackfillUnknown):
            step("x" * 22)


# Indexing anew.


def test_certificates_are_found_as_their_type_is_searched_now(world: BackfillWorld) -> None:
    world.imported(csv_of(row(number, trade=f"Firm {number}") for number in range(300)))
    for one in world.certificates():
        world.store.write(WriteCertificate(replace(one, status=CertificateStatus.ACTIVE)))
    revoked = world.certificates()[5]
    world.store.write(WriteCertificate(replace(revoked, status=CertificateStatus.REVOKED)))
    searched = replace(TYPE, search=(SearchParameter("firm", "trade_name", "Firm"),))
    world.department = world.touch(world.department, document_types=(searched,))
    begun = world.start(world.backfills.open_index(world.officer, world.department_id, "TRCER"))
    # What is issued meanwhile is found so by itself, and moves no range.
    world.now += timedelta(seconds=1)
    world.imported(csv_of([row(900, trade="New")]))
    done = world.run(begun)
    assert done.counts == BackfillCounts(300, 299, 1, 0)
    found = [world.store.findable(search_key(world.department_id, searched, {"firm": f"Firm {n}"})) for n in range(300)]
    assert sorted(one.number for some in found for one in some) == sorted(
        one.number for one in world.certificates() if one.number not in {revoked.number, "TRC/900"}
    )


def test_pushes_are_wanted_for_those_who_agreed(world: BackfillWorld) -> None:
    """An import keeps account and consent; once a certificate is made, its push follows (`making`)."""
    world.department = world.touch(world.department, client=DigiLockerClient("C", "Trade"))
    head = f"{HEAD},digilocker_id,push_consented_on"
    account = "123e4567-e89b-12d3-a456-426655440000"
    done = world.imported(
        csv_of([row(1) + f",{account},01-04-2026", row(2) + f",{account},", row(3) + ",,"], head=head)
    )
    assert done.counts == BackfillCounts(3, 2, 0, 1)
    first, second = sorted(world.certificates(), key=lambda one: one.number)
    assert first.account is not None
    assert (first.account.digilocker_id, second.account) == (account, None)
    assert {first.push, second.push} == {PushState.NOT_PUSHED}


def replaced(world: BackfillWorld, backfill: Backfill) -> None:
    """The form that is still good brings another file, of the same size."""
    content = world.documents.kept[backfill.key]
    world.documents.put(backfill.key, content.replace(b"Mehta", b"Other"), "text/csv")


def test_a_file_that_takes_anothers_place_before_the_plan_is_not_imported(world: BackfillWorld) -> None:
    backfill = world.start(world.upload(csv_of(row(number) for number in range(300))))
    replaced(world, backfill)
    failed = world.run(backfill)
    assert (failed.status, failed.trouble) == (BackfillStatus.FAILED, "import_file_changed")
    # Started again, it is still not the file that was to be imported.
    world.start(failed)
    assert world.run(failed).trouble == "import_file_changed"
    assert world.certificates() == []


def test_a_file_that_takes_anothers_place_amid_the_import_is_not_gone_on_with(world: BackfillWorld) -> None:
    backfill = world.start(world.upload(csv_of(row(number) for number in range(300))))
    world.steps.plan(backfill.backfill_id)
    world.run_range(backfill, 0)
    there = world.certificates()
    replaced(world, backfill)
    for _ in range(2):
        with pytest.raises(DocumentChanged) as changed:
            world.steps.import_range(backfill.backfill_id, 1, lambda: True)
        failed = world.steps.fail(backfill.backfill_id, type(changed.value).__name__)
        assert (failed.status, failed.trouble) == (BackfillStatus.FAILED, "import_file_changed")
        world.start(failed)
        world.steps.plan(backfill.backfill_id)
    assert world.certificates() == there


def test_a_file_that_is_replaced_before_the_start_is_the_one_that_is_imported(world: BackfillWorld) -> None:
    backfill = world.upload(csv_of([row(1)]))
    replaced(world, backfill)
    assert world.run(world.start(backfill)).status is BackfillStatus.DONE
    assert {one.fields["trade_name"] for one in world.certificates()} == {"Other"}
