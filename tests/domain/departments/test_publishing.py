"""Publishing: which pushes there are, and whose journeys are started when."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chalicelib.domain.departments.changes import WriteDepartment, WritePush
from chalicelib.domain.departments.publishing import JOURNEY, push_id_of, push_of, wanted
from chalicelib.domain.departments.pushes import PushAction, PushStatus
from chalicelib.domain.ports import Journey
from tests.domain.departments.push_world import RAVIS, PushWorld


@pytest.fixture
def world() -> PushWorld:
    return PushWorld()


def test_without_client_account_or_consent_there_is_no_push(world: PushWorld) -> None:
    certificate = world.certificate()
    assert push_of(world.department(), world.certificate(account=None), PushAction.ADD, world.now) is None
    assert push_of(replace(world.department(), client=None), certificate, PushAction.ADD, world.now) is None


def test_one_push_for_each_action_account_and_content(world: PushWorld) -> None:
    certificate = world.certificate()
    assert certificate.xml is not None
    assert certificate.account is not None
    changed = replace(certificate, xml=replace(certificate.xml, sha256="other"))
    others = replace(certificate, account=replace(certificate.account, digilocker_id=RAVIS))
    assert push_id_of(certificate, PushAction.ADD) == push_id_of(changed, PushAction.ADD)
    assert push_id_of(certificate, PushAction.UPDATE) != push_id_of(changed, PushAction.UPDATE)
    assert len({push_id_of(one, action) for one in (certificate, others) for action in PushAction}) == 6


def test_a_push_is_made_once_and_made_due_again_where_it_was_parked(world: PushWorld) -> None:
    certificate, department = world.certificate(), world.department()
    (made,) = wanted(world.store, department, certificate, PushAction.ADD, world.now)
    world.store.write(made)
    assert wanted(world.store, department, certificate, PushAction.ADD, world.now) == ()
    push = world.push_of(made.push)
    world.store.write(WritePush(replace(push, status=PushStatus.PARKED, due_at=None)))
    (again,) = wanted(world.store, department, certificate, PushAction.ADD, world.now)
    assert (again.push.status, again.push.due_at) == (PushStatus.DUE, world.now)


def test_a_push_that_was_written_is_started_at_once_and_once(world: PushWorld) -> None:
    push = world.wants(world.certificate())
    assert world.publishing.start([push.push_id, push.push_id]) == {"started": 1}
    assert world.publishing.start([push.push_id]) == {"left": 1}
    assert world.journeys.started == {f"{push.push_id}.1": JOURNEY.total_seconds()}
    assert set(world.journeys.journeys.values()) == {Journey.CERTIFICATE_PUBLISHING}


def test_a_journey_of_which_nothing_is_heard_is_started_again(world: PushWorld) -> None:
    push = world.wants(world.certificate())
    world.publishing.start([push.push_id])
    world.now += JOURNEY
    assert world.publishing.start_due(10) == {"started": 1}
    assert sorted(world.journeys.started) == [f"{push.push_id}.1", f"{push.push_id}.2"]


def test_journeys_that_do_not_answer_leave_a_push_due(world: PushWorld) -> None:
    push = world.wants(world.certificate())
    world.journeys.is_available = False
    assert world.publishing.start([push.push_id]) == {"failed": 1}
    world.journeys.is_available = True
    assert world.publishing.start_due(10) == {"started": 1}


def test_beyond_its_departments_minute_a_push_waits_for_the_schedule(world: PushWorld) -> None:
    world.limit(2)
    pushes = [world.wants(world.certificate()).push_id for _ in range(5)]
    assert world.publishing.start(pushes) == {"started": 2, "put_off": 3}
    world.advance(minutes=5)
    assert world.publishing.start_due(100) == {"started": 3}


def test_a_department_with_a_heap_of_pushes_does_not_stand_in_anothers_way(world: PushWorld) -> None:
    world.limit(1)
    for _ in range(12):
        world.wants(world.certificate())
    other = replace(world.a_department("e" * 22), issuer_id="in.gov.tn.other")
    world.store.write(WriteDepartment(other))
    certificate = world.certificate()
    push = push_of(other, replace(certificate, department_id="e" * 22), PushAction.ADD, world.now)
    assert push is not None
    world.store.write(WritePush(push))
    # Five a look for the first department, the longest due first; and the other's one, in turns.
    in_order = world.due()
    assert world.publishing.start_due(100) == {"started": 6}
    assert list(world.journeys.started)[:3] == [
        f"{one}.1" for one in (in_order[0].push_id, push.push_id, in_order[1].push_id)
    ]
    assert world.due() == in_order[5:]
    assert [world.publishing.start_due(100) for _ in range(3)] == [{"started": 5}, {"started": 2}, {}]


def test_a_run_that_may_start_a_few_only_starts_some_of_each_department(world: PushWorld) -> None:
    for _ in range(6):
        world.wants(world.certificate())
    other = replace(world.a_department("e" * 22), issuer_id="in.gov.tn.other")
    world.store.write(WriteDepartment(other))
    certificate = world.certificate()
    push = push_of(other, replace(certificate, department_id="e" * 22), PushAction.ADD, world.now)
    assert push is not None
    world.store.write(WritePush(push))
    assert world.publishing.start_due(2) == {"started": 2}
    assert f"{push.push_id}.1" in world.journeys.started
