"""The `@step` decorator: what every step Lambda has around it (Chalice's middleware does not run there).

It reads the event into a model (unknown fields refused), keeps the log's context, and gives errors the names that a
state machine catches: a refusal `codes_incorrect` becomes the error `CodesIncorrect`, anything the domain raises
keeps its class's name. Events and answers are never logged.
"""

from __future__ import annotations

import dataclasses
import functools
import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from chalicelib.domain.refusals import FieldProblem, Refusal
from chalicelib.handlers import bodies
from chalicelib.handlers.logs import logger

_JOURNEY_IDS = ("push_id", "backfill_id", "signing_id", "flow_id", "fetch_id", "registration_id")
Event = TypeVar("Event")
StepAnswer = dict[str, Any]


class StepRefused(Exception):  # noqa: N818
    """A refusal under its own name; raised as a subclass that bears it, such as `CodesIncorrect`."""


@dataclasses.dataclass(frozen=True, slots=True)
class Step:
    """One step as `docs/steps.md` tells it; `read` makes its event's model of what it was invoked with."""

    name: str
    event: type[Any]
    read: Callable[[Mapping[str, object]], Any]


STEPS: dict[str, Step] = {}


def error_name(code: str) -> str:
    """`codes_incorrect` → `CodesIncorrect`: the name by which a state machine catches a refusal."""
    return "".join(part.capitalize() for part in code.split("_"))


def step(
    event_model: type[Event],
    *,
    with_context: bool = False,
    reader: Callable[[Mapping[str, object]], Event] | None = None,
) -> Callable[[Callable[..., StepAnswer]], Callable[[Any, Any], StepAnswer]]:
    """Makes a Lambda handler of a function from the event's model (and, if asked, Lambda's context) to the answer.

    The event is our own and flat, and `bodies.read` reads it. A step that AWS itself invokes (a stream, a schedule)
    gets an event in AWS's shape: its own `reader` makes the model of it, or refuses with `invalid_fields`.
    """
    read = reader or functools.partial(bodies.read, event_model)

    def wrap(function: Callable[..., StepAnswer]) -> Callable[[Any, Any], StepAnswer]:
        STEPS[function.__name__] = Step(function.__name__, event_model, read)

        @functools.wraps(function)
        def handler(event: Any, context: Any) -> StepAnswer:  # noqa: ANN401 - Lambda's own two
            about = {"step": function.__name__, "request_id": getattr(context, "aws_request_id", None)}
            try:
                asked = read(_plain(event))
                # Our own random id names nobody; it is how an operator follows one journey through the logs.
                journey = next((name for name in _JOURNEY_IDS if hasattr(asked, name)), _JOURNEY_IDS[-1])
                about[journey] = getattr(asked, journey, None)
                answer = function(asked, context) if with_context else function(asked)
            except Refusal as refusal:
                logger().info("step refused", extra={**about, "code": refusal.code.value})
                raise _named(refusal) from None
            except Exception as failure:
                logger().warning("step failed", extra={**about, "error": type(failure).__name__})
                raise
            logger().info("step done", extra=about)
            return answer

        return handler

    return wrap


def _plain(event: object) -> Mapping[str, object]:
    # Chalice hands pure Lambda functions the event as AWS gave it.
    if not isinstance(event, dict):
        return {}
    return event


def _named(refusal: Refusal) -> StepRefused:
    fields = ", ".join(f"{name}: {error.reason}" for name, error in refusal.errors.items())
    made: StepRefused = type(error_name(refusal.code.value), (StepRefused,), {})(fields or refusal.code.value)
    return made


def identifier(value: str) -> str:
    """An id of ours in an event: 22 URL-safe signs."""
    if not re.fullmatch(r"[A-Za-z0-9_-]{22}", value):
        raise FieldProblem("bad_characters")
    return value


def time_left(context: Any, keeping: int) -> Callable[[], bool]:  # noqa: ANN401 - Lambda's context
    """Whether a run has time for more: it keeps back so many milliseconds. Without Lambda's clock there is always."""
    remaining = getattr(context, "get_remaining_time_in_millis", None)
    if remaining is None:
        return lambda: True
    return lambda: int(remaining()) > keeping
