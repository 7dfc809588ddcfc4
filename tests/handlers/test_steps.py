"""Steps: events are read strictly, errors have the names that a state machine catches, and the log names nobody."""

from typing import Any

import pytest

import app
from chalicelib.domain.refusals import Code, Refusal
from chalicelib.handlers import steps
from chalicelib.handlers.registration_events import RegistrationEvent
from chalicelib.handlers.steps import STEPS, StepAnswer, step

ID = "3q2-7wAAECAwQFBgcICQoL"


@step(RegistrationEvent)
def toy(event: RegistrationEvent) -> StepAnswer:
    if event.registration_id.startswith("refuse"):
        raise Refusal(Code.CODES_INCORRECT, attempts_left=4)
    if event.registration_id.startswith("break"):
        raise LookupError("office@zenith.example")
    return {"registration_id": event.registration_id}


STEPS.pop("toy")


def test_a_step_answers_its_event() -> None:
    assert toy({"registration_id": ID}, None) == {"registration_id": ID}


@pytest.mark.parametrize(
    "event",
    [None, [], {}, {"registration_id": 5}, {"registration_id": "short"}, {"registration_id": ID, "more": 1}],
)
def test_an_event_that_is_not_its_own_is_refused_by_name(event: Any) -> None:
    with pytest.raises(steps.StepRefused) as refused:
        toy(event, None)
    assert type(refused.value).__name__ == "InvalidFields"


def test_a_refusal_bears_its_codes_name() -> None:
    with pytest.raises(steps.StepRefused) as refused:
        toy({"registration_id": "refuse" + "x" * 16}, None)
    assert type(refused.value).__name__ == "CodesIncorrect"
    assert refused.value.__cause__ is None


def test_the_log_tells_the_step_and_the_id_but_neither_event_nor_message(caplog: pytest.LogCaptureFixture) -> None:
    with pytest.raises(LookupError):
        toy({"registration_id": "break" + "x" * 17}, None)
    line = vars(caplog.records[-1])
    assert (line["step"], line["error"], line["registration_id"]) == ("toy", "LookupError", "break" + "x" * 17)
    assert "zenith" not in repr(line)


def test_every_step_lambda_goes_through_the_decorator() -> None:
    assert {function.name for function in app.app.pure_lambda_functions} == set(STEPS)
