"""Pending pulls over HTTP: DigiLocker is told 9, an officer looks, Push URI delivers into the account that asked."""

from __future__ import annotations

import pytest

from chalicelib.domain.departments.publishing import push_id_of
from chalicelib.domain.departments.pull_requests import PullRequestStatus
from chalicelib.domain.departments.pushes import PushAction, PushStatus
from chalicelib.suite import suite
from infra.local.laptop import Laptop
from tests.journeys.pullers import ASHAS, Puller, a_certificate, new_puller
from tests.journeys.staff import StaffMember, staff_member


@pytest.fixture
def puller(laptop: Laptop) -> Puller:
    return new_puller(laptop)


@pytest.fixture
def officer(puller: Puller) -> StaffMember:
    return staff_member(puller.laptop, "department_officer", puller.issuer.department_id)


def test_an_officer_sees_who_asks_and_grants_and_it_is_pushed(puller: Puller, officer: StaffMember) -> None:
    path = f"{puller.issuer.path}/pull-requests"
    assert officer.call("GET", path).demand(200).content == {"requests": []}
    assert puller.pull(puller.asks(full_name="A Rao")).is_pending
    (queued,) = officer.call("GET", path).demand(200).content["requests"]
    assert (queued["name"], queued["because"], queued["doctype"]) == ("A Rao", "nearly_matched", "TRCER")
    one = f"{path}/{queued['request_id']}"
    seen = officer.call("GET", one).demand(200).content
    assert seen["parameters"] == [{"name": "REGNO", "label": "Registration number", "value": puller.certificate.number}]
    assert seen["born_on"] == "1980-03-04"
    assert seen["certificate"]["holders"] == [{"name": "Asha Rao", "born_on": "1980-03-04"}]
    assert seen["may_decide"] is True
    assert ASHAS not in str(seen)

    decided = officer.call("POST", f"{one}/decision", {"decision": "grant"}).demand(200).content
    assert (decided["status"], decided["may_decide"]) == ("granted", False)
    assert decided["decided_by"] == officer.stored.name
    certificate = puller.issuer.stored(puller.certificate.certificate_id)
    assert certificate.account
    assert certificate.account.digilocker_id == ASHAS
    push = suite().store.push(push_id_of(certificate, PushAction.ADD))
    assert push
    assert push.status in set(PushStatus)
    assert puller.pull(puller.asks(full_name="A Rao")).is_found
    assert officer.call("GET", f"{path}?status=granted").demand(200).content["requests"][0]["status"] == "granted"


def test_a_refusal_is_answered_from_then_on(puller: Puller, officer: StaffMember) -> None:
    puller.pull(puller.asks(full_name="A Rao"))
    path = f"{puller.issuer.path}/pull-requests"
    (queued,) = officer.call("GET", path).demand(200).content["requests"]
    decision = f"{path}/{queued['request_id']}/decision"
    problem = officer.call("POST", decision, {"decision": "refuse"}).demand(422).content
    assert problem["reasons"] == {"reason": "required"}
    officer.call("POST", decision, {"decision": "refuse", "reason": "Another person"}).demand(200)
    assert puller.pull(puller.asks(full_name="A Rao")).result == "0"
    conflict = officer.call("POST", decision, {"decision": "grant"}).demand(409).content
    assert conflict["code"] == "pull_request_conflict"


def test_bad_decisions_are_told_by_field(puller: Puller, officer: StaffMember) -> None:
    puller.pull(puller.asks(full_name="A Rao"))
    path = f"{puller.issuer.path}/pull-requests"
    (queued,) = officer.call("GET", path).demand(200).content["requests"]
    decision = f"{path}/{queued['request_id']}/decision"
    other = a_certificate(puller.issuer, number="TR/other")
    for body, reasons in (
        ({}, {"decision": "required"}),
        ({"decision": "maybe"}, {"decision": "decision_unknown"}),
        ({"decision": "grant", "certificate_number": "TR/9"}, {"certificate_number": "certificate_unknown"}),
        (
            {"decision": "grant", "certificate_number": other.number + "x"},
            {"certificate_number": "certificate_unknown"},
        ),
        ({"decision": "grant", "reason": "x" * 501}, {"reason": "too_long"}),
        ({"decision": "grant", "more": "x"}, {"more": "unknown_field"}),
    ):
        problem = officer.call("POST", decision, body).demand(422).content
        assert problem["reasons"] == reasons
    assert officer.call("GET", f"{path}?status=lost").demand(422).content["reasons"] == {"status": "status_unknown"}


def test_a_decision_wants_a_second_factor_shown_just_now(puller: Puller, officer: StaffMember) -> None:
    puller.pull(puller.asks(full_name="A Rao"))
    path = f"{puller.issuer.path}/pull-requests"
    (queued,) = officer.call("GET", path).demand(200).content["requests"]
    puller.laptop.clock.advance(minutes=11)
    reply = officer.call("POST", f"{path}/{queued['request_id']}/decision", {"decision": "grant"})
    assert reply.demand(403).content["code"] == "step_up_required"


def test_another_departments_officer_finds_nothing(puller: Puller) -> None:
    puller.pull(puller.asks(full_name="A Rao"))
    other = new_puller(puller.laptop)
    stranger = staff_member(puller.laptop, "department_officer", other.issuer.department_id)
    (request,) = suite().store.pull_requests_of(puller.issuer.department_id, PullRequestStatus.OPEN, 10)
    for department in (puller, other):
        path = f"{department.issuer.path}/pull-requests/{request.request_id}"
        assert stranger.call("GET", path).status == 404
        assert stranger.call("POST", f"{path}/decision", {"decision": "grant"}).status == 404
    assert stranger.call("GET", f"{puller.issuer.path}/pull-requests").status == 404
