"""Each step run twice with the same event, at once and late: one account, each message once, and the flow goes on."""

import json
from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.domain.icegate.accounts import IcegateAccount
from chalicelib.domain.icegate.registration_steps import SendingInProgress
from chalicelib.handlers.registration_steps import issue_contact_codes, tell_registrant
from chalicelib.suite import suite
from infra.local.laptop import Laptop
from infra.local.step_lambdas import Answer
from tests.engines import on_both_engines
from tests.journeys.importers import new_contact
from tests.journeys.walking import Flow, held_back, kinds, opened, other_than, sent_to, together

STRAIGHT = ["code.email", "code.sms", "registered.email", "registered.sms"]
CHANGED = ["changed.email", "changed.sms", "code.email", "code.sms"]


def waiting_event(flow: Flow, state: str) -> dict[str, str]:
    """The event under which the journey waits in `state` now."""
    flow.until_waiting(state)
    stored = suite().store.registration(flow.registration_id)
    assert stored is not None
    assert stored.task_token is not None
    return {"registration_id": flow.registration_id, "task_token": stored.task_token}


def run(flow: Flow, step: str, event: dict[str, str] | None = None) -> Answer:
    return flow.laptop.steps.invoke(step, json.dumps(event or {"registration_id": flow.registration_id}))


def error_of(answer: Answer) -> str:
    assert answer.failed
    error: str = json.loads(answer.payload)["errorType"]
    return error


def assert_one_account(flow: Flow) -> None:
    stored = suite().store.named(flow.icegate_id)
    assert isinstance(stored, IcegateAccount)
    assert stored.registration_id == flow.registration_id


def test_every_step_of_both_paths_run_again_at_once(laptop: Laptop) -> None:
    flow, alternate = opened(laptop).to_codes_sent(), new_contact()
    event = waiting_event(flow, "IssueContactCodes")
    for answer in together(*[lambda: run(flow, "issue_contact_codes", event)] * 3):
        assert json.loads(answer.payload) == {"registration_id": flow.registration_id, "status": "codes_sent"}
    flow.verify().demand(200)
    event = waiting_event(flow, "AwaitContactDecision")
    for answer in together(*[lambda: run(flow, "await_contact_decision", event)] * 3):
        assert not answer.failed
    flow.change(alternate).demand(202)
    event = waiting_event(flow, "IssueAlternateCodes")
    for answer in together(*[lambda: run(flow, "issue_alternate_codes", event)] * 3):
        assert not answer.failed
    flow.verify_alternate(flow.codes(alternate)).demand(200)
    flow.until_told()
    for step in ("create_icegate_account", "tell_registrant"):
        assert not run(flow, step).failed
    assert_one_account(flow)
    assert kinds(flow.messages()) == CHANGED
    assert kinds(sent_to(laptop, alternate)) == STRAIGHT


@on_both_engines
def test_runs_of_one_sending_step_at_the_same_moment_send_once(laptop: Laptop, monkeypatch: pytest.MonkeyPatch) -> None:
    """One of them sends; the others come back later, and find nothing left to send."""
    monkeypatch.setattr(suite(), "sleep", lambda _seconds: None)
    flow = opened(laptop)

    def at_once(step: Callable[[Any, Any], Any], event: dict[str, str]) -> list[str]:
        def attempt() -> str:
            try:
                step(event, None)
            except SendingInProgress:
                return "later"
            return "done"

        return together(*[attempt] * 6)

    with held_back(laptop, "issue_contact_codes"):
        flow.choose().demand(202)
        outcomes = at_once(issue_contact_codes, {"registration_id": flow.registration_id, "task_token": "token"})
        assert "done" in outcomes
        assert kinds(flow.messages()) == ["code.email", "code.sms"]
    flow.until_waiting("IssueContactCodes")
    flow.verify().demand(200)
    with held_back(laptop, "tell_registrant"):
        flow.finish()
        flow.until("registered")
        assert "done" in at_once(tell_registrant, {"registration_id": flow.registration_id})
        assert kinds(flow.messages()) == STRAIGHT
    flow.until_told()
    assert kinds(flow.messages()) == STRAIGHT


def test_a_step_run_again_late_does_not_lead_the_journey_astray(laptop: Laptop) -> None:
    """The journey waits further on by then; the old token must not take the place of the one that counts."""
    flow, alternate = opened(laptop).to_codes_sent(), new_contact()
    first = waiting_event(flow, "IssueContactCodes")
    flow.verify().demand(200)
    second = waiting_event(flow, "AwaitContactDecision")
    assert not run(flow, "issue_contact_codes", first).failed
    flow.change(alternate).demand(202)
    flow.until("alternate_codes_sent")
    flow.until_waiting("IssueAlternateCodes")
    for step, event in (("issue_contact_codes", first), ("await_contact_decision", second)):
        assert not run(flow, step, event).failed
    assert flow.verify_alternate(flow.codes(alternate)).demand(200).content["status"] == "registered"
    flow.until_told()
    for step, event in (("issue_contact_codes", first), ("await_contact_decision", second)):
        assert not run(flow, step, event).failed
    assert_one_account(flow)
    assert kinds(flow.messages()) == CHANGED


def test_creating_and_telling_run_again_in_parallel(laptop: Laptop) -> None:
    flow = opened(laptop).to_registered()
    for answer in together(*[lambda: run(flow, "create_icegate_account")] * 4):
        assert json.loads(answer.payload) == {"registration_id": flow.registration_id, "status": "registered"}
    told = together(*[lambda: run(flow, "tell_registrant")] * 4)
    assert {error_of(answer) for answer in told if answer.failed} <= {"SendingInProgress"}
    assert not all(answer.failed for answer in told)
    assert_one_account(flow)
    assert kinds(flow.messages()) == STRAIGHT


def test_creating_before_the_person_decided_is_refused_by_name(laptop: Laptop) -> None:
    flow = opened(laptop).to_contact_verified()
    assert error_of(run(flow, "create_icegate_account")) == "NotDecided"
    flow.to_registered()


def test_expiring_run_on_what_lives_or_is_registered_changes_nothing(laptop: Laptop) -> None:
    flow = opened(laptop).to_codes_sent()
    event = {"registration_id": flow.registration_id, "because": "time_ran_out"}
    answer = run(flow, "expire_registration", event)
    assert json.loads(answer.payload)["next"] == "contact_codes"
    flow.to_registered()
    for because in ("time_ran_out", "step_failed"):
        answer = run(flow, "expire_registration", {**event, "because": because})
        assert json.loads(answer.payload)["status"] == "registered"
    assert_one_account(flow)


def test_expiring_twice_is_expiring_once(laptop: Laptop) -> None:
    flow = opened(laptop).to_codes_sent()
    flow.until_waiting("IssueContactCodes")
    flow.let_time_run_out()
    other = opened(laptop)
    other.choose(flow.icegate_id).demand(202)
    event = {"registration_id": flow.registration_id, "because": "time_ran_out"}
    for _ in range(2):
        assert json.loads(run(flow, "expire_registration", event).payload)["status"] == "expired"
    # The ID is another holder's by now, and stays theirs.
    assert opened(laptop).choose(flow.icegate_id).code == "icegate_id_taken"
    other.to_registered()


def test_the_verifying_steps_do_as_the_routes_do(laptop: Laptop) -> None:
    flow, alternate = opened(laptop).to_codes_sent(), new_contact()
    mobile, email = flow.codes()

    def verify(step: str, mobile_code: str, email_code: str) -> Answer:
        codes = {"mobile_code": mobile_code, "email_code": email_code}
        return run(flow, step, {"registration_id": flow.registration_id, **codes})

    assert error_of(verify("verify_contact_codes", other_than(mobile), email)) == "CodesIncorrect"
    assert error_of(verify("verify_alternate_codes", mobile, email)) == "StepOutOfOrder"
    assert error_of(verify("verify_contact_codes", mobile, "１２３４５６")) == "InvalidFields"
    assert flow.read()["attempts_left"] == 4
    for _ in range(2):
        answer = verify("verify_contact_codes", mobile, email)
        assert json.loads(answer.payload)["status"] == "contact_verified"
    flow.change(alternate).demand(202)
    for _ in range(2):
        assert not verify("verify_alternate_codes", *flow.codes(alternate)).failed
    flow.until("registered")
    flow.until_told()
    assert kinds(sent_to(laptop, alternate)) == STRAIGHT


@pytest.mark.parametrize(
    ("step", "event", "error"),
    [
        ("issue_contact_codes", {}, "InvalidFields"),
        ("issue_contact_codes", {"registration_id": "A" * 22}, "InvalidFields"),
        ("issue_contact_codes", {"registration_id": "A" * 22, "task_token": "t", "x": "y"}, "InvalidFields"),
        ("issue_contact_codes", {"registration_id": "A" * 22, "task_token": "t"}, "RegistrationUnknown"),
        ("issue_alternate_codes", {"registration_id": "A" * 22, "task_token": "t"}, "RegistrationUnknown"),
        ("await_contact_decision", {"registration_id": "A" * 22, "task_token": "t"}, "RegistrationUnknown"),
        ("create_icegate_account", {"registration_id": "A" * 22}, "RegistrationUnknown"),
        ("create_icegate_account", {"registration_id": "../x"}, "InvalidFields"),
        ("create_icegate_account", {"registration_id": 5}, "InvalidFields"),
        ("create_icegate_account", [], "InvalidFields"),
        ("tell_registrant", {"registration_id": "A" * 22}, "RegistrationUnknown"),
        ("expire_registration", {"registration_id": "A" * 22, "because": "time_ran_out"}, "RegistrationUnknown"),
        ("expire_registration", {"registration_id": "A" * 22, "because": "boredom"}, "InvalidFields"),
        (
            "verify_contact_codes",
            {"registration_id": "A" * 22, "mobile_code": "123456", "email_code": "123456"},
            "FlowTokenInvalid",
        ),
    ],
)
def test_an_event_that_is_not_the_documented_one_is_refused_by_name(
    laptop: Laptop, step: str, event: object, error: str
) -> None:
    assert error_of(laptop.steps.invoke(step, json.dumps(event))) == error


def test_a_late_run_of_a_step_does_not_take_the_wait_from_the_newer_one(laptop: Laptop) -> None:
    """The same wait, come to anew after "send again": a run that was left over from before must not be listened to."""
    flow = opened(laptop).to_codes_sent()
    flow.until_waiting("IssueContactCodes")
    before = suite().store.registration(flow.registration_id)
    assert before is not None
    laptop.clock.advance(seconds=31)
    flow.send_again().demand(202)
    flow.until("codes_sent")
    flow.until_waiting("IssueContactCodes")
    entered_at, _, retry = str(before.waiting_since).partition("#")
    late = {"registration_id": flow.registration_id, "task_token": before.task_token, "entered_at": entered_at}
    laptop.steps.invoke("issue_contact_codes", json.dumps({**late, "retry": int(retry)}))
    flow.verify().demand(200)
    assert flow.finish().demand(200).content["status"] == "registered"
