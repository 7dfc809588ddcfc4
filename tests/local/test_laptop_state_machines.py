"""State machines run through to their end as in AWS: tokens, timeouts, retries and catches by name."""

import json
import threading

import pytest
from botocore.exceptions import ClientError

from infra.local.laptop import Laptop
from tests.engines import on_both_engines
from tests.local import toy
from tests.local.conftest import at_once, ended, eventually, start_delivery, token_of


def refusal(error: pytest.ExceptionInfo[ClientError]) -> str:
    return str(error.value.response["Error"]["Code"])


@on_both_engines
def test_an_execution_waits_for_its_token_and_runs_to_the_end(laptop: Laptop) -> None:
    start_delivery(laptop, "p1")
    token = token_of("p1")
    (waiting,) = laptop.executions()
    assert (waiting.status, waiting.current_state) == ("RUNNING", "Send")

    toy.client("stepfunctions").send_task_success(taskToken=token, output=json.dumps({"by": "hand"}))

    execution = ended(laptop, "p1")
    assert (execution.status, execution.history) == ("SUCCEEDED", ["Send", "File"])


def test_a_step_is_handed_json_and_a_context_as_in_lambda(laptop: Laptop) -> None:
    start_delivery(laptop, "p1")
    token_of("p1")
    (event,) = toy.asked
    assert event["function"] == "send_parcel"
    assert event["arn"] == "arn:aws:lambda:ap-south-1:123456789012:function:send_parcel"


def test_an_exception_is_caught_by_its_name(laptop: Laptop) -> None:
    start_delivery(laptop, "lost")
    assert ended(laptop, "lost").history == ["Send", "GiveUp"]


def test_an_exception_is_retried_by_its_name_under_a_new_token(laptop: Laptop) -> None:
    start_delivery(laptop, "blocked")
    eventually(lambda: len(toy.asked) == 2)
    first, second = toy.asked
    assert (first["retries"], second["retries"]) == (0, 1)
    assert first["token"] != second["token"]
    toy.client("stepfunctions").send_task_success(taskToken=second["token"], output="{}")
    assert ended(laptop, "blocked").status == "SUCCEEDED"


def test_a_wait_times_out_when_the_clock_is_moved_past_it(laptop: Laptop) -> None:
    start_delivery(laptop, "late", seconds=7200)
    token = token_of("late")
    laptop.clock.advance(hours=1, minutes=59)
    assert laptop.executions()[0].status == "RUNNING"

    laptop.clock.advance(minutes=2)

    assert ended(laptop, "late").history == ["Send", "GiveUp"]
    with pytest.raises(ClientError) as error:
        toy.client("stepfunctions").send_task_success(taskToken=token, output="{}")
    assert refusal(error) == "TaskTimedOut"


def test_a_wait_times_out_by_itself(laptop: Laptop) -> None:
    start_delivery(laptop, "hasty", seconds=1)
    assert ended(laptop, "hasty").history == ["Send", "GiveUp"]


def test_a_token_serves_once(laptop: Laptop) -> None:
    start_delivery(laptop, "p1")
    token = token_of("p1")
    client = toy.client("stepfunctions")
    client.send_task_success(taskToken=token, output="{}")
    with pytest.raises(ClientError) as error:
        client.send_task_success(taskToken=token, output="{}")
    assert refusal(error) == "TaskTimedOut"
    ended(laptop, "p1")
    with pytest.raises(ClientError) as error:
        client.send_task_success(taskToken=token, output="{}")
    assert refusal(error) == "TaskTimedOut"


def test_a_token_nobody_made_is_refused(laptop: Laptop) -> None:
    with pytest.raises(ClientError) as error:
        toy.client("stepfunctions").send_task_success(taskToken="made up", output="{}")
    assert refusal(error) == "InvalidToken"


def test_starting_twice_is_starting_once(laptop: Laptop) -> None:
    start_delivery(laptop, "p1")
    start_delivery(laptop, "p1")
    token_of("p1")
    assert len(laptop.executions()) == 1


def test_of_sixteen_starts_at_once_under_one_name_one_runs(laptop: Laptop) -> None:
    stepfunctions, arn = toy.client("stepfunctions"), laptop.environment["DELIVERY_ARN"]
    given = json.dumps({"parcel_id": "p1", "seconds": 7200})
    outcomes = at_once(16, lambda: stepfunctions.start_execution(stateMachineArn=arn, name="p1", input=given))
    assert outcomes == ["done"] * 16
    assert len(laptop.executions()) == 1


def test_many_executions_run_at_once(laptop: Laptop) -> None:
    names = [f"p{number}" for number in range(12)]
    for name in names:
        start_delivery(laptop, name)
    client = toy.client("stepfunctions")
    for name in names:
        client.send_task_success(taskToken=token_of(name), output="{}")
    assert {ended(laptop, name).status for name in names} == {"SUCCEEDED"}


def test_starting_afresh_waits_for_the_step_that_runs_and_lets_no_other_begin(laptop: Laptop) -> None:
    entered, go_on = threading.Event(), threading.Event()

    def slow(event: dict[str, object], context: object) -> None:
        entered.set()
        assert go_on.wait(60)
        toy.client("sns").publish(PhoneNumber="+919876543210", Message="late")

    send_parcel = toy.send_parcel
    laptop.steps.add("send_parcel", slow)
    try:
        start_delivery(laptop, "p1")
        assert entered.wait(60)
        threading.Timer(0.2, go_on.set).start()
        laptop.start_afresh()
    finally:
        laptop.steps.add("send_parcel", send_parcel)
    assert laptop.outbox() == []


def test_starting_afresh_leaves_no_execution_behind_that_the_clock_could_wake(laptop: Laptop) -> None:
    start_delivery(laptop, "p1")
    token_of("p1")
    laptop.start_afresh()
    laptop.clock.advance(hours=3)
    assert laptop.executions() == []


def test_an_unknown_function_is_an_error_of_lambda(laptop: Laptop) -> None:
    with pytest.raises(ClientError) as error:
        toy.client("lambda").invoke(FunctionName="no_such_step", Payload=b"{}")
    assert refusal(error) == "ResourceNotFoundException"
