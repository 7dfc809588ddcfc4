"""Making: active, findable and due to be pushed from one write on; what passes is waited for, what does not is told."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import replace

import pytest

from chalicelib.domain.changes import ChangeRefused
from chalicelib.domain.departments import ready_content
from chalicelib.domain.departments.certificates import CertificateStatus
from chalicelib.domain.departments.changes import WriteDepartment
from chalicelib.domain.departments.departments import Department, DepartmentStatus
from chalicelib.domain.departments.finding import search_keys_of
from chalicelib.domain.departments.making import Made
from chalicelib.domain.departments.publishing import push_id_of
from chalicelib.domain.departments.pushes import PushAction, PushStatus
from chalicelib.domain.departments.signing import PASSING, CannotMake, Hindrance
from chalicelib.domain.departments.statistics import Counted
from tests.domain.departments.certificate_world import ACCOUNT, NOW, TYPE, World, row


def ids(world: World) -> list[str]:
    return [world.certificate().certificate_id]


def counts(world: World) -> dict[Counted, int]:
    (day,) = world.store.department_days(world.department_id, NOW.date(), world.now.date())[-1:]
    return dict(day.counts)


def test_a_certificate_is_active_findable_and_pushed_by_one_write() -> None:
    world = World()
    world.issue(row(**ACCOUNT))
    writes = world.store.writes
    (outcome,) = world.making.make(ids(world))
    made = world.certificate()
    assert (outcome.made, made.status, world.store.writes - writes) == (Made.MADE, CertificateStatus.ACTIVE, 1)
    (key,) = search_keys_of(TYPE, made)
    (found,) = world.store.findable(key)
    assert (found.status, found.xml, found.pdf) == (made.status, made.xml, made.pdf)
    push = world.store.push(push_id_of(made, PushAction.ADD))
    assert push is not None
    assert (push.status, push.due_at) == (PushStatus.DUE, world.now)
    assert counts(world)[Counted.FINDABLE] == 1


def test_both_files_lie_ready_as_they_were_made() -> None:
    world = World()
    made = world.made()
    assert made.pdf is not None
    assert made.xml is not None
    for file in (made.pdf, made.xml):
        content = world.documents.kept[file.key]
        assert (hashlib.sha256(content).hexdigest(), len(content)) == (file.sha256, file.size)
        assert file.key.startswith(f"certificates/{world.department_id}/{made.certificate_id}/")
    whole = ready_content.parted(world.documents.kept[ready_content.ready_key(made.xml)], made.xml, made.pdf)
    assert whole.pdf == world.documents.kept[made.pdf.key]


def test_made_again_it_stays_as_it_is() -> None:
    world = World()
    made = world.made()
    assert [one.made for one in world.making.make(ids(world))] == [Made.LEFT]
    assert world.certificate() == made
    assert world.printer.printed == 1


def test_of_two_runs_the_first_counts() -> None:
    world = World()
    world.issue(row())
    making = world.making

    class Slow:
        """A printer during whose work another run comes first."""

        def papers(self, *of: object) -> object:
            making.make(ids(world))
            return world.printer.papers(*of)

    world_making = type(making)(world.store, world.documents, Slow(), lambda: world.now)  # type: ignore[arg-type]
    (outcome,) = world_making.make(ids(world))
    made = world.certificate()
    assert outcome.made is Made.LEFT
    assert made.pdf is not None
    assert world.documents.kept[made.pdf.key] == b"%PDF 1"
    assert counts(world)[Counted.FINDABLE] == 1


@pytest.mark.parametrize("hindrance", sorted(PASSING))
def test_what_passes_is_waited_for_a_day(hindrance: Hindrance) -> None:
    world = World()
    world.printer.hindrance = hindrance
    world.issue(row())
    for _ in range(3):
        assert [one.made for one in world.making.make(ids(world))] == [Made.WAITING]
        world.pass_by(minutes=1)
    assert world.certificate().status is CertificateStatus.PREPARING
    (told,) = world.store.troubles_of(world.department_id, 10)
    assert (told.code, told.certificate_id) == (hindrance.value, None)
    world.printer.hindrance = None
    assert [one.made for one in world.making.make_due(10)] == [Made.MADE]


def test_what_does_not_pass_within_a_day_is_given_up() -> None:
    world = World()
    world.printer.hindrance = Hindrance.TIMESTAMPS_UNAVAILABLE
    world.issue(row())
    world.pass_by(days=1)
    assert [one.made for one in world.making.make_due(10)] == [Made.FAILED]
    assert world.certificate().trouble == "timestamps_unavailable"
    assert world.making.make_due(10) == ()


@pytest.mark.parametrize("hindrance", sorted(set(Hindrance) - PASSING))
def test_what_does_not_pass_is_told_at_once(hindrance: Hindrance) -> None:
    world = World()
    world.printer.hindrance = hindrance
    failed = world.made()
    assert (failed.status, failed.trouble) == (CertificateStatus.FAILED, hindrance.value)
    (told,) = world.store.troubles_of(world.department_id, 10)
    assert (told.code, told.certificate_id) == (hindrance.value, failed.certificate_id)
    assert counts(world)[Counted.FAILED] == 1


def test_one_whose_making_breaks_keeps_no_other_back() -> None:
    world = World()
    world.issue(row(), row(number="TR/2"))
    breaks, other = world.certificate(), world.certificate("TR/2")
    printer = world.printer

    class Breaking:
        """A printer that breaks on one certificate in a way that nobody thought of."""

        def papers(self, *of: object) -> object:
            if of[2] == breaks:
                raise LookupError("of the library")
            return printer.papers(*of)

    world.printer = Breaking()
    outcomes = world.making.make([breaks.certificate_id, other.certificate_id])
    assert [(one.made, one.error) for one in outcomes] == [(Made.WAITING, "LookupError"), (Made.MADE, "")]
    assert [one.code for one in world.store.troubles_of(world.department_id, 10)] == ["making_failed"]
    world.pass_by(days=1)
    assert [one.made for one in world.making.make_due(10)] == [Made.FAILED]
    assert world.making.make_due(10) == ()


def test_a_store_of_documents_that_is_down_costs_nothing_but_time() -> None:
    world = World()
    world.documents.is_available = False
    waiting = world.made()
    assert waiting.status is CertificateStatus.PREPARING
    world.documents.is_available = True
    world.pass_by(minutes=2)
    world.making.make_due(10)
    assert world.certificate().status is CertificateStatus.ACTIVE


def test_one_that_cannot_be_found_is_not_made() -> None:
    world = World()
    world.issue(row())
    world.change(document_types=())
    world.making.make(ids(world))
    assert world.certificate().trouble == "document_type_missing"


def test_time_that_runs_out_leaves_the_rest() -> None:
    world = World()
    world.issue(row(), row(number="TR/2"))
    left = iter((True, False))
    both = [world.certificate().certificate_id, world.certificate("TR/2").certificate_id]
    assert [one.made for one in world.making.make(both, lambda: next(left))] == [Made.MADE, Made.LEFT]


def test_one_that_was_revoked_meanwhile_stays_revoked(monkeypatch: pytest.MonkeyPatch) -> None:
    world = World()
    world.issue(row())
    write = world.store.write

    def refused(*changes: object) -> str:
        raise ChangeRefused(None)

    monkeypatch.setattr(world.store, "write", refused)
    assert [one.made for one in world.making.make(ids(world))] == [Made.LEFT]
    monkeypatch.setattr(world.store, "write", write)
    assert world.certificate().status is CertificateStatus.PREPARING


def beside(world: World, number: int) -> Department:
    """Another department of the same trade."""
    other = replace(
        world.department,
        department_id=f"otherdepartment{number:07}",
        issuer_id=f"in.gov.tn.other{number}",
        revision=None,
    )
    world.store.write(WriteDepartment(other))
    return other


class KeyAway:
    """A printer for which the key of one department does not answer."""

    def __init__(self, world: World, without_key: str) -> None:
        self.printer, self.without_key, self.tried = world.printer, without_key, 0

    def papers(self, department: Department, *of: object) -> object:
        if department.department_id == self.without_key:
            self.tried += 1
            raise CannotMake(Hindrance.SIGNING_UNAVAILABLE)
        return self.printer.papers(department, *of)


def test_no_departments_heap_stands_in_anothers_way() -> None:
    world = World()
    others = [beside(world, number) for number in range(3)]
    world.issue(*(row(number=f"TR/{number}") for number in range(40)))
    world.pass_by(minutes=1)
    for other in others:
        world.issuing.issue(other, [row(), row(number="TR/2")], "test")
    world.pass_by(minutes=1)
    outcomes = world.making.make_due(10)
    made = Counter(world.store.certificate(one.certificate_id).department_id for one in outcomes)  # type: ignore[union-attr]
    assert [made[other.department_id] for other in others] == [2, 2, 2]
    assert made[world.department_id] == 4


def test_a_department_whose_key_is_away_is_tried_once_in_a_run_and_each_of_its_certificates_given_up_after_a_day() -> (
    None
):
    world = World()
    other = beside(world, 1)
    world.issue(row(), row(number="TR/2"))
    world.pass_by(hours=2)
    world.issue(row(number="TR/3"), row(number="TR/4"))
    world.issuing.issue(other, [row(), row(number="TR/2")], "test")
    world.pass_by(minutes=1)
    away = KeyAway(world, world.department_id)
    world.printer = away
    outcomes = world.making.make_due(100)
    assert Counter(one.made for one in outcomes) == {Made.MADE: 2, Made.WAITING: 1}
    assert away.tried == 1
    world.pass_by(hours=22)
    outcomes = world.making.make_due(100)
    assert [(one.made, one.hindrance) for one in outcomes] == [
        (Made.FAILED, Hindrance.SIGNING_UNAVAILABLE),
        (Made.FAILED, Hindrance.SIGNING_UNAVAILABLE),
        (Made.WAITING, Hindrance.SIGNING_UNAVAILABLE),
    ]
    assert away.tried == 2
    assert world.certificate("TR/3").status is CertificateStatus.PREPARING


def test_nothing_is_signed_for_a_suspended_department_and_its_certificates_wait() -> None:
    world = World()
    world.issue(row())
    world.change(status=DepartmentStatus.SUSPENDED)
    world.pass_by(days=3)
    assert [one.made for one in world.making.make(ids(world))] == [Made.LEFT]
    assert world.making.make_due(10) == ()
    assert (world.certificate().status, world.printer.printed) == (CertificateStatus.PREPARING, 0)
    assert world.store.troubles_of(world.department_id, 10) == ()
    # Back again, it has its whole day, though something that passes hinders it.
    world.change(status=DepartmentStatus.ACTIVE, reactivated_at=world.now)
    world.printer.hindrance = Hindrance.TIMESTAMPS_UNAVAILABLE
    assert [one.made for one in world.making.make_due(10)] == [Made.WAITING]
    world.pass_by(hours=23)
    world.printer.hindrance = None
    assert [one.made for one in world.making.make_due(10)] == [Made.MADE]


def test_what_could_not_be_made_and_is_brought_again_has_a_day_of_its_own() -> None:
    world = World()
    world.printer.hindrance = Hindrance.SIGNING_KEY_MISSING
    failed = world.made()
    world.pass_by(days=3)
    world.issue(row())
    world.printer.hindrance = Hindrance.TIMESTAMPS_UNAVAILABLE
    assert [one.made for one in world.making.make(ids(world))] == [Made.WAITING]
    world.pass_by(hours=23)
    assert [one.made for one in world.making.make_due(10)] == [Made.WAITING]
    world.pass_by(hours=1)
    assert [one.made for one in world.making.make_due(10)] == [Made.FAILED]
    assert world.certificate().created_at == failed.created_at
