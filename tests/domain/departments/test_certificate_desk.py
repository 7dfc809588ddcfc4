"""Reading, uploading, revoking and verifying certificates."""

from __future__ import annotations

from datetime import date

import pytest

from chalicelib.domain.audit import Deed
from chalicelib.domain.departments.certificate_desk import PAGE_AT_MOST, may_push
from chalicelib.domain.departments.certificates import CertificateStatus
from chalicelib.domain.departments.departments import DepartmentLimits, stream_of
from chalicelib.domain.departments.finding import search_keys_of
from chalicelib.domain.departments.publishing import push_id_of
from chalicelib.domain.departments.pushes import PushAction
from chalicelib.domain.departments.signing import PDF_AT_MOST
from chalicelib.domain.departments.statistics import Counted
from chalicelib.domain.departments.verifying import Genuine, masked
from chalicelib.domain.refusals import Code, Refusal
from tests.domain.departments.certificate_world import ACCOUNT, CALLER, NOW, TYPE, World, row

REASON = "Issued to the wrong person."


def revoke(world: World, reason: str = REASON) -> object:
    return world.desk.revoke(world.department_id, world.certificate().certificate_id, reason, "officer", CALLER)


def test_a_revoked_certificate_is_found_no_more_and_is_taken_out_of_the_account() -> None:
    world = World()
    made = world.made(**ACCOUNT)
    revoke(world)
    after = world.certificate()
    assert (after.status, after.revoked_at, after.revoked_because) == (CertificateStatus.REVOKED, NOW, REASON)
    (key,) = search_keys_of(TYPE, made)
    assert world.store.findable(key) == ()
    assert world.store.push(push_id_of(made, PushAction.DELETE)) is not None
    assert world.store.certificate_of(made.uri) == made.certificate_id
    event = world.store.audit_head(stream_of(world.department_id))
    assert event is not None
    assert (event.deed, event.actor) == (Deed.CERTIFICATE_REVOKED, "officer")
    (day,) = world.store.department_days(world.department_id, NOW.date(), NOW.date())
    assert day.counts[Counted.REVOKED] == 1


def test_revoked_twice_for_one_reason_is_revoked_once() -> None:
    world = World()
    world.made()
    first = revoke(world)
    writes = world.store.writes
    assert revoke(world) == first
    assert world.store.writes == writes
    with pytest.raises(Refusal) as refused:
        revoke(world, "Another reason.")
    assert refused.value.code is Code.CERTIFICATE_CONFLICT


def test_one_that_is_still_being_made_can_be_revoked_and_is_not_made_then() -> None:
    world = World()
    world.issue(row(**ACCOUNT))
    revoke(world)
    world.making.make([world.certificate().certificate_id])
    assert world.certificate().status is CertificateStatus.REVOKED
    assert world.store.push(push_id_of(world.certificate(), PushAction.DELETE)) is None


def test_what_is_another_departments_is_not_there() -> None:
    world = World()
    made = world.made()
    with pytest.raises(Refusal) as refused:
        world.desk.read("anotherdepartment00000", made.certificate_id)
    assert refused.value.code is Code.NOT_FOUND


def test_pages_follow_each_other() -> None:
    world = World()
    for place in range(PAGE_AT_MOST + 5):
        world.pass_by(seconds=1)
        world.issue(row(number=f"TR/{place}"))
    first, after = world.desk.page(world.department_id, None)
    second, end = world.desk.page(world.department_id, after)
    numbers = [one.number for one in (*first, *second)]
    assert numbers == [f"TR/{place}" for place in reversed(range(PAGE_AT_MOST + 5))]
    assert end is None
    assert world.desk.numbered(world.department_id, "TRCER", " TR/7 ")[0].number == "TR/7"
    assert world.desk.numbered(world.department_id, "TRCER", "TR/none") == ()


def test_uploads_have_a_size_and_a_day() -> None:
    world = World()
    world.change(limits=DepartmentLimits(certificates_a_day=2))
    upload_id, form = world.desk.ask_upload(world.department_id, 1000)
    assert form.fields["key"] == f"brought/{world.department_id}/{upload_id}"
    with pytest.raises(Refusal) as refused:
        world.desk.ask_upload(world.department_id, PDF_AT_MOST + 1)
    assert refused.value.errors["size"].reason == "certificate_too_large"
    world.desk.ask_upload(world.department_id, 1000)
    with pytest.raises(Refusal) as refused:
        world.desk.ask_upload(world.department_id, 1000)
    assert refused.value.code is Code.TOO_MANY_REQUESTS


def test_a_push_can_be_asked_for_where_somebody_is_there_to_get_it() -> None:
    world = World()
    assert not may_push(world.department, world.made(number="TR/without"))
    made = world.made(number="TR/with", **ACCOUNT)
    assert may_push(world.department, made)
    world.change(client=None)
    assert not may_push(world.department, made)


@pytest.mark.parametrize(
    ("changes", "standing"),
    [
        ({}, Genuine.VALID),
        ({"valid_to": "2026-11-22"}, Genuine.VALID),
        ({"valid_to": "2026-11-21"}, Genuine.EXPIRED),
        ({"valid_from": "2026-11-23"}, Genuine.NOT_YET_VALID),
    ],
)
def test_who_holds_a_certificate_is_told_how_it_stands(changes: dict[str, str], standing: Genuine) -> None:
    world = World()
    made = world.made(**changes)
    found = world.verifying.verify(made.uri, "10.1.1.1")
    assert found.standing is standing
    assert found.document == TYPE.title
    assert found.department == world.department.name
    assert found.issued_on == date(2026, 1, 5)
    assert found.holders == ("ल•••• K••••",)


def test_a_revoked_one_is_told_as_revoked_and_one_that_is_not_made_as_unknown() -> None:
    world = World()
    world.issue(row(number="TR/preparing"))
    assert world.verifying.verify(world.certificate("TR/preparing").uri, "ip").standing is Genuine.UNKNOWN
    made = world.made()
    revoke(world)
    assert world.verifying.verify(made.uri, "ip").standing is Genuine.REVOKED
    for uri in ("in.gov.tn.trade-TRCER-BCDFGHJKLM", "", "x" * 500, "<script>", made.uri.lower()):
        assert world.verifying.verify(uri, f"ip {uri[:8]}").standing is Genuine.UNKNOWN


def test_who_asks_too_often_is_told_to_wait() -> None:
    world = World()
    for _ in range(25):
        world.verifying.verify("in.gov.x-TRCER-BCDFGHJKLM", "10.9.9.9")
    with pytest.raises(Refusal) as refused:
        world.verifying.verify("in.gov.x-TRCER-BCDFGHJKLM", "10.9.9.9")
    assert refused.value.code is Code.TOO_MANY_REQUESTS
    assert refused.value.retry_at is not None


@pytest.mark.parametrize(
    ("name", "shown"),
    [("Lakshmi Krishnan", "L•••• K••••"), ("श्रीमती ज्ञानवती", "श्•••• ज्••••"), ("கீதா", "கீ••••"), ("O", "O••••")],
)
def test_a_masked_name_lets_one_compare_and_not_learn(name: str, shown: str) -> None:
    assert masked(name) == shown
