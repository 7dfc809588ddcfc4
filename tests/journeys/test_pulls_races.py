"""Pulls that come at once, and officers who decide at once, on both engines: one thing is done once."""

from __future__ import annotations

from collections import Counter
from functools import partial

import pytest

from chalicelib.domain.departments.asking_officers import OF_ONE_PERSON
from chalicelib.domain.departments.departments import WhenNotMatched
from chalicelib.domain.departments.publishing import push_id_of
from chalicelib.domain.departments.pull_requests import PullRequest, PullRequestStatus
from chalicelib.domain.departments.pushes import PushAction
from chalicelib.domain.departments.statistics import Counted
from chalicelib.suite import suite
from infra.local.laptop import Laptop
from tests.engines import on_both_engines
from tests.journeys.pullers import Puller, new_puller
from tests.journeys.staff import StaffMember, staff_member
from tests.journeys.walking import together

pytestmark = on_both_engines
MANY = 6


@pytest.fixture
def puller(laptop: Laptop) -> Puller:
    return new_puller(laptop)


def open_ones(puller: Puller) -> tuple[PullRequest, ...]:
    return suite().store.pull_requests_of(puller.issuer.department_id, PullRequestStatus.OPEN, 100)


def officers(puller: Puller, many: int) -> list[StaffMember]:
    return [staff_member(puller.laptop, "department_officer", puller.issuer.department_id) for _ in range(many)]


def test_the_same_request_many_times_at_once_is_answered_alike_and_counted_once(puller: Puller) -> None:
    request = puller.request()
    answers = together(*[partial(puller.send, request)] * MANY)
    assert {(one.result, one.body) for one in answers} == {("1", answers[0].body)}
    assert puller.counts() == {Counted.PULLED: 1}


def test_of_different_requests_under_one_txn_one_is_answered(puller: Puller) -> None:
    requests = [puller.request(variant=variant, txn="t-1") for variant in ("v1.13", "crlf", "bom", "newline", "padded")]
    answers = together(*[partial(puller.send, request) for request in requests])
    assert Counter(one.result for one in answers) == {"1": 1, "0": len(requests) - 1}
    assert puller.counts() == {Counted.PULLED: 1, Counted.REFUSED: len(requests) - 1}


def test_one_question_asked_many_times_at_once_is_one_for_the_officer(puller: Puller) -> None:
    asked = puller.asks(full_name="A Rao")
    answers = together(*[partial(puller.pull, asked)] * MANY)
    assert {one.result for one in answers} == {"9"}
    assert len(open_ones(puller)) == 1


def test_of_what_one_person_asks_at_once_three_questions_wait(laptop: Laptop) -> None:
    puller = new_puller(laptop, document_type={"when_not_found": WhenNotMatched.ASK_OFFICER})
    questions = [puller.asks(parameters={"REGNO": f"TR/none/{number}"}) for number in range(MANY)]
    answers = together(*[partial(puller.pull, question) for question in questions])
    # Of those that collide one may be told to ask again.
    assert Counter(one.result for one in answers)["9"] == len(open_ones(puller)) <= OF_ONE_PERSON
    for question in questions:
        puller.pull(question)
    waiting = open_ones(puller)
    assert len(waiting) == OF_ONE_PERSON
    (officer,) = officers(puller, 1)
    decided = f"/departments/{puller.issuer.department_id}/pull-requests/{waiting[0].request_id}/decision"
    officer.call("POST", decided, {"decision": "refuse", "reason": "Not here."}).demand(200)
    together(*[partial(puller.pull, question) for question in questions])
    for question in questions:
        puller.pull(question)
    assert len(open_ones(puller)) == OF_ONE_PERSON


def test_the_minutes_limit_lets_no_more_through_at_once(puller: Puller) -> None:
    limits = puller.department.limits
    puller.issuer.change(limits=type(limits)(pulls_a_minute=3))
    begun = puller.laptop.clock().minute
    answers = together(*[puller.pull] * MANY)
    if puller.laptop.clock().minute == begun:
        assert Counter(one.http_status for one in answers) == {200: 3, 429: MANY - 3}


def test_of_officers_who_decide_at_once_one_does(puller: Puller) -> None:
    assert puller.pull(puller.asks(full_name="A Rao")).is_pending
    (request,) = open_ones(puller)
    path = f"{puller.issuer.path}/pull-requests/{request.request_id}/decision"
    bodies = [{"decision": "grant"}, {"decision": "refuse", "reason": "Not theirs"}] * 2
    calls = [
        partial(officer.call, "POST", path, body) for officer, body in zip(officers(puller, 4), bodies, strict=True)
    ]
    replies = together(*calls)
    assert Counter(reply.status for reply in replies) == {200: 1, 409: 3}
    decided = suite().store.pull_request(request.request_id)
    assert decided
    certificate = puller.issuer.stored(puller.certificate.certificate_id)
    is_pushed = certificate.account is not None
    assert is_pushed == (decided.status is PullRequestStatus.GRANTED)
    assert (suite().store.push(push_id_of(certificate, PushAction.ADD)) is not None) == is_pushed


def test_a_double_click_decides_once(puller: Puller) -> None:
    assert puller.pull(puller.asks(full_name="A Rao")).is_pending
    (request,) = open_ones(puller)
    (officer,) = officers(puller, 1)
    path = f"{puller.issuer.path}/pull-requests/{request.request_id}/decision"
    replies = together(*[partial(officer.call, "POST", path, {"decision": "grant"})] * 3)
    assert [reply.status for reply in replies] == [200, 200, 200]
    assert {reply.content["status"] for reply in replies} == {"granted"}
