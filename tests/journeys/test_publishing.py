"""Certificates on their way to DigiLocker accounts, over HTTP and the simulated DigiLocker."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.domain.departments.changes import WritePush
from chalicelib.domain.departments.departments import DepartmentLimits, DepartmentStatus, DigiLockerClient
from chalicelib.domain.departments.outages import LONGEST_WAIT, OPENS_AFTER, Pace, decided
from chalicelib.domain.departments.pushes import PushAction, PushStatus
from chalicelib.domain.departments.statistics import Counted
from chalicelib.domain.limits import IST
from chalicelib.suite import suite
from infra.local.digilocker.citizens import Citizen
from infra.local.laptop import Laptop
from infra.local.outside import playing
from tests.engines import on_both_engines
from tests.journeys.pushers import Pusher, citizens, invoked, new_pusher
from tests.journeys.walking import eventually, together


@pytest.fixture
def pusher(laptop: Laptop) -> Pusher:
    playing().digilocker.faults.clear()
    return new_pusher(laptop)


@pytest.fixture
def asha(laptop: Laptop) -> Citizen:
    return citizens()[0]


def look(laptop: Laptop) -> None:
    """What the schedule does every five minutes."""
    invoked(laptop, "start_publishing", {})


@on_both_engines
def test_a_certificate_is_pushed_by_its_own_event_and_withdrawn_once_it_is_revoked(
    pusher: Pusher, asha: Citizen
) -> None:
    certificate_id = pusher.issue(asha)
    pusher.until(certificate_id, "pushed")
    assert pusher.is_in(asha, certificate_id)
    pusher.call("POST", f"/certificates/{certificate_id}/revocation", {"reason": "Issued by mistake."}).demand(200)
    pusher.until(certificate_id, "withdrawn")
    assert not pusher.is_in(asha, certificate_id)


def test_pushed_once_whatever_is_lost_on_the_way(pusher: Pusher, asha: Citizen) -> None:
    faults = playing().digilocker.faults
    faults.add("answer_lost", call="pushuri", client_id=pusher.client_id)
    faults.add("unavailable", call="pushuri", client_id=pusher.client_id, times=2)
    certificate_id = pusher.issue(asha)
    pusher.until(certificate_id, "pushed")
    pushed = [one for one in playing().digilocker.accounts.pushed if one.client_id == pusher.client_id]
    assert [one.action for one in pushed] == ["A"]
    days = suite().store.department_days(pusher.issuer.department_id, *[suite().clock().astimezone(IST).date()] * 2)
    assert sum(day.counts.get(Counted.PUSHED, 0) for day in days) == 1


def test_a_digilocker_that_is_down_parks_and_the_schedule_takes_it_up(
    laptop: Laptop, pusher: Pusher, asha: Citizen
) -> None:
    fault = playing().digilocker.faults.add("unavailable", call="pushuri", client_id=pusher.client_id, times=None)
    certificate_id = pusher.issue(asha)
    read = pusher.until(certificate_id, "parked")
    assert read["trouble"].startswith("DigiLocker did not answer")
    assert fault.struck >= 5
    playing().digilocker.faults.clear()
    laptop.clock.advance(minutes=10)
    look(laptop)
    assert pusher.until(certificate_id, "pushed")["trouble"] is None
    assert pusher.is_in(asha, certificate_id)


@on_both_engines
def test_while_digilocker_does_not_answer_pushes_wait_and_the_department_is_told(laptop: Laptop, asha: Citizen) -> None:
    pusher = new_pusher(laptop)
    fault = playing().digilocker.faults.add("unavailable", call="pushuri", client_id=pusher.client_id, times=None)
    failing = [pusher.issue(asha) for _ in range(OPENS_AFTER)]
    eventually(lambda: pusher.call("GET", "/statistics").demand(200).content["silence"], lambda: fault.struck)
    laptop.wait_until_idle()
    # Those that were under way gave up, and those to come are not tried.
    struck, waiting = fault.struck, pusher.issue(asha)
    laptop.wait_until_idle()
    assert fault.struck == struck
    assert {pusher.issuer.read(one)["push"] for one in (*failing, waiting)} <= {"not_pushed", "parked"}
    told = pusher.call("GET", "/statistics").demand(200).content["silence"]
    assert (told["waiting"], told["is_more"]) == (OPENS_AFTER + 1, False)
    # One tries when it is time, and all others follow its success.
    playing().digilocker.faults.clear()
    for _ in range(2):
        laptop.clock.advance(LONGEST_WAIT * 2)
        look(laptop)
        laptop.wait_until_idle()
    laptop.clock.advance(timedelta(hours=1))
    look(laptop)
    for one in (*failing, waiting):
        pusher.until(one, "pushed")
        assert pusher.is_in(asha, one)
    assert decided(suite().store.outage(pusher.issuer.department_id), laptop.clock()).pace is Pace.FULL


def test_in_another_account_it_is_parked_in_plain_words(pusher: Pusher, asha: Citizen) -> None:
    ravi = citizens()[1]
    playing().digilocker.faults.add("unavailable", call="pushuri", client_id=pusher.client_id, times=None)
    certificate_id = pusher.issue(asha)
    pusher.until(certificate_id, "parked")
    playing().digilocker.faults.clear()
    ravi.issued = [*ravi.issued, replace(ravi.issued[0], uri=pusher.issuer.stored(certificate_id).uri)]
    pusher.call("POST", f"/certificates/{certificate_id}/push").demand(202)
    read = eventually(
        lambda: one if "somebody else's" in ((one := pusher.issuer.read(certificate_id))["trouble"] or "") else None,
        lambda: pusher.issuer.read(certificate_id),
    )
    assert read["may_push"]
    troubles = suite().store.troubles_of(pusher.issuer.department_id, 9)
    assert "push_in_another_account" in {one.code for one in troubles}


def test_an_officer_has_it_pushed_once_what_hindered_is_mended(laptop: Laptop, asha: Citizen) -> None:
    pusher = new_pusher(laptop)
    client = suite().store.department(pusher.issuer.department_id)
    assert client is not None
    pusher.issuer.change(client=DigiLockerClient("NOBODY", "Pravesh"))
    certificate_id = pusher.issue(asha)
    assert "client ID" in pusher.until(certificate_id, "parked")["trouble"]
    pusher.issuer.change(client=client.client)
    pusher.call("POST", f"/certificates/{certificate_id}/push").demand(202)
    pusher.until(certificate_id, "pushed")


@pytest.mark.parametrize("status", [DepartmentStatus.SUSPENDED, DepartmentStatus.ACTIVE])
def test_what_cannot_be_pushed_is_refused(pusher: Pusher, status: DepartmentStatus) -> None:
    certificate_id = pusher.issue(None)
    pusher.issuer.change(status=status)
    code = "department_suspended" if status is DepartmentStatus.SUSPENDED else "push_not_possible"
    assert pusher.call("POST", f"/certificates/{certificate_id}/push").code == code
    assert pusher.call("POST", f"/certificates/{'x' * 22}/push").code == "not_found"


def test_beyond_its_limit_a_departments_pushes_come_later(laptop: Laptop, asha: Citizen) -> None:
    pusher = new_pusher(laptop, limits=DepartmentLimits(pushes_a_minute=1))
    first, second = pusher.issue(asha), pusher.issue(asha)

    def both_pushed() -> bool | None:
        laptop.clock.advance(minutes=5)
        look(laptop)
        return all(pusher.issuer.read(one)["push"] == "pushed" for one in (first, second)) or None

    eventually(both_pushed, lambda: [pusher.push(one) for one in (first, second)])


def test_what_was_issued_before_the_department_became_a_client_is_caught_up(laptop: Laptop, asha: Citizen) -> None:
    pusher = new_pusher(laptop)
    stored = suite().store.department(pusher.issuer.department_id)
    assert stored is not None
    pusher.issuer.change(client=None)
    certificate_id = pusher.issue(asha)
    assert pusher.push(certificate_id) is None
    pusher.issuer.change(client=stored.client)
    answer = invoked(laptop, "start_publishing", {"department_id": pusher.issuer.department_id})
    assert answer == {"made": 1}
    pusher.until(certificate_id, "pushed")


@on_both_engines
def test_many_runs_of_one_push_make_one_call(laptop: Laptop, pusher: Pusher, asha: Citizen) -> None:
    playing().digilocker.faults.add("unavailable", call="pushuri", client_id=pusher.client_id, times=None)
    certificate_id = pusher.issue(asha)
    pusher.until(certificate_id, "parked")
    playing().digilocker.faults.clear()
    push = pusher.push(certificate_id)
    assert push is not None
    laptop.wait_until_idle()
    suite().store.write(WritePush(replace(push, status=PushStatus.DUE, due_at=suite().clock())))

    def run() -> str:
        try:
            return suite().pushing.push(push.push_id).status.value
        except Exception as error:  # noqa: BLE001 - told apart below
            return type(error).__name__

    outcomes = together(*[run] * 6)
    assert set(outcomes) <= {"pushed", "PushInFlight"}
    assert "pushed" in outcomes
    pushed = [one for one in playing().digilocker.accounts.pushed if one.client_id == pusher.client_id]
    assert [one.action for one in pushed] == [PushAction.ADD.value]
