"""The journeys: starting twice is starting once, a wait that is over is no failure, an outage is."""

from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError

from chalicelib.adapters.journeys import StepFunctionsJourneys
from chalicelib.domain.ports import Journey, JourneysUnavailable, Woken
from chalicelib.settings import Settings

SETTINGS = Settings({"JOURNEYS_ARN_PREFIX": "arn:stack-"})
REGISTRATION = Journey.SIMPLIFIED_REGISTRATION
OUTAGE = EndpointConnectionError(endpoint_url="https://states")


class FakeStates:
    """Step Functions and the way to it, in one; `failure` is what the next call meets."""

    def __init__(self, failure: Exception | None = None) -> None:
        self.failure = failure
        self.asked: list[dict[str, Any]] = []

    def client(self, service: str) -> Any:
        assert service == "stepfunctions"
        return self

    def start_execution(self, **asked: Any) -> None:
        self._take(asked)

    def send_task_success(self, **asked: Any) -> None:
        self._take(asked)

    def _take(self, asked: dict[str, Any]) -> None:
        self.asked.append(asked)
        if self.failure is not None:
            raise self.failure


def refusal(code: str) -> ClientError:
    return ClientError({"Error": {"Code": code, "Message": ""}}, "Operation")


def journeys(states: FakeStates) -> StepFunctionsJourneys:
    return StepFunctionsJourneys(states, SETTINGS)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("journey", "machine", "id_name"),
    [
        (Journey.SIMPLIFIED_REGISTRATION, "arn:stack-simplified-registration", "registration_id"),
        (Journey.ACCOUNT_REGISTRATION, "arn:stack-account-registration", "registration_id"),
        (Journey.MOBILE_REPLACEMENT, "arn:stack-mobile-replacement", "flow_id"),
    ],
)
def test_an_execution_of_the_journeys_own_machine_bears_its_id_and_gets_nothing_else(
    journey: Journey, machine: str, id_name: str
) -> None:
    states = FakeStates()
    journeys(states).start(journey, "r1", 7200)
    assert states.asked == [
        {
            "stateMachineArn": machine,
            "name": "r1",
            "input": f'{{"{id_name}": "r1", "seconds_left": 7200}}',
        }
    ]


def test_a_second_start_is_the_first_ones() -> None:
    journeys(FakeStates(refusal("ExecutionAlreadyExists"))).start(REGISTRATION, "r1", 7200)


@pytest.mark.parametrize("failure", [OUTAGE, refusal("ServiceUnavailable"), refusal("AccessDeniedException")])
def test_what_else_goes_wrong_is_an_outage_that_a_repetition_heals(failure: Exception) -> None:
    with pytest.raises(JourneysUnavailable):
        journeys(FakeStates(failure)).start(REGISTRATION, "r1", 7200)
    with pytest.raises(JourneysUnavailable):
        journeys(FakeStates(failure)).wake("token", {"next": "verified"})


@pytest.mark.parametrize("code", ["TaskTimedOut", "TaskDoesNotExist", "InvalidToken"])
def test_a_wait_that_is_over_is_no_failure(code: str) -> None:
    assert journeys(FakeStates(refusal(code))).wake("token", {"next": "verified"}) is Woken.WAITS_NO_MORE


def test_a_wake_carries_the_message() -> None:
    states = FakeStates()
    assert journeys(states).wake("token", {"next": "verified", "seconds_left": 5}) is Woken.AWAKE
    assert states.asked == [{"taskToken": "token", "output": '{"next": "verified", "seconds_left": 5}'}]
