"""The steps of certificates on their way to DigiLocker accounts: one Lambda each (docs/steps.md)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import time
from typing import TYPE_CHECKING, Any

from chalice.app import Blueprint

from chalicelib.handlers.bodies import required, sent
from chalicelib.handlers.logs import logger
from chalicelib.handlers.metrics import measured
from chalicelib.handlers.steps import StepAnswer, identifier, step, time_left
from chalicelib.handlers.woken_events import read_woken
from chalicelib.suite import suite

if TYPE_CHECKING:
    from chalicelib.domain.departments.publishing import Fate
    from chalicelib.domain.departments.pushes import Push

publishing_steps = Blueprint(__name__)
# What a push at hand may still need.
_STOP_BEFORE_MILLISECONDS = 10_000
_AT_MOST = 2_000
# In one look of each night (IST) the certificates that were never pushed are looked for.
_NIGHTLY, _UNTIL = time(2, 0), time(2, 5)
_PUSH_ID = sent(identifier, "The push's id.", "3q2-7wAAECAwQFBgcICQoL")


@dataclass(frozen=True, slots=True)
class StartEvent:
    """Which pushes to start: these, those that a department lacks, or (both None) all that are due."""

    push_ids: tuple[str, ...] | None = None
    department_id: str | None = None


@dataclass(frozen=True, slots=True)
class PushEvent:
    """The event of the step that pushes."""

    push_id: str = _PUSH_ID


@dataclass(frozen=True, slots=True)
class ParkEvent:
    """The event of the step that parks: `error` is the name of the error with which the last try ended."""

    push_id: str = _PUSH_ID
    error: str = sent(required, "The last error's name.", "DigiLockerUnavailable", at_most=200)


def read_start_event(event: Mapping[str, object]) -> StartEvent:
    """The event in any of its shapes.

    `{}` or EventBridge's scheduled event: all that are due. A batch of the table's stream, `{"Records": […]}`: the
    pushes whose rows are new in it. `{"department_id": …}`: what that department has never pushed is made due. Raises
    `Refusal` `invalid_fields` for any other.
    """
    return read_woken(
        event,
        key="push_id",
        at_most=_AT_MOST,
        asked="department_id",
        of_asked=lambda content: StartEvent(department_id=identifier(content if isinstance(content, str) else "")),
        of_ids=StartEvent,
    )


@publishing_steps.lambda_function(name="start_publishing")
@step(StartEvent, with_context=True, reader=read_start_event)
def start_publishing(event: StartEvent, context: Any) -> StepAnswer:  # noqa: ANN401 - Lambda's context
    """Starts the journeys of pushes within each department's limit; run again, it starts none twice."""
    has_time = time_left(context, _STOP_BEFORE_MILLISECONDS)
    if event.department_id is not None:
        return {"made": suite().catching_up.catch_up(event.department_id, has_time)}
    if event.push_ids is not None:
        return _counted(suite().publishing.start(event.push_ids, has_time))
    fates = _counted(suite().publishing.start_due(_AT_MOST, has_time))
    if _NIGHTLY <= _clock_in_india() < _UNTIL:
        fates["made"] = suite().catching_up.catch_up_all(has_time)
    return fates


def _counted(fates: Mapping[Fate, int]) -> StepAnswer:
    return {fate.value: count for fate, count in fates.items()}


def _clock_in_india() -> time:
    from chalicelib.domain.limits import IST  # noqa: PLC0415

    return suite().clock().astimezone(IST).time()


@publishing_steps.lambda_function(name="push_certificate")
@step(PushEvent, with_context=True)
def push_certificate(event: PushEvent, context: Any) -> StepAnswer:  # noqa: ANN401 - Lambda's context
    """Tells DigiLocker of one certificate's change; repeated, it has the effect of once."""
    return _told(suite().pushing.push(event.push_id), context)


@publishing_steps.lambda_function(name="park_push")
@step(ParkEvent, with_context=True)
def park_push(event: ParkEvent, context: Any) -> StepAnswer:  # noqa: ANN401 - Lambda's context
    """Parks a push that did not go through, until the schedule or a person takes it up again."""
    return _told(suite().pushing.park(event.push_id, event.error), context)


def _told(push: Push, context: Any) -> StepAnswer:  # noqa: ANN401 - Lambda's context
    """Logs the attempt by our own ids, and measures what the alarms watch."""
    about = {"push_id": push.push_id, "department_id": push.department_id, "action": push.action.value}
    outcome = {"status": push.status.value, "reason": push.reason}
    logger().info("push", extra={**about, **outcome, "attempts": push.attempts, "round": push.round})
    if push.status.value == "parked":
        is_elsewhere = push.reason == "push_in_another_account"
        measured(getattr(context, "function_name", ""), PushesParked=1, UrisInOtherAccounts=int(is_elsewhere))
    elif push.status.value == "due":
        measured(getattr(context, "function_name", ""), PushesPutOff=1)
    return {"push_id": push.push_id, **outcome}
