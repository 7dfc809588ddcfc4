"""The events of steps that AWS invokes by itself: with a table's stream, on a schedule, or for named records."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from chalicelib.domain.refusals import Code, FieldError, FieldProblem, Refusal
from chalicelib.handlers.steps import identifier

# What an event of EventBridge's schedule has, if the rule sends no input of its own.
_SCHEDULED = "Scheduled Event"
Woken = TypeVar("Woken")


def is_schedule(event: Mapping[str, object]) -> bool:
    """Whether a schedule asks: `{}`, or EventBridge's own event."""
    return not event or event.get("detail-type") == _SCHEDULED


def read_woken(
    event: Mapping[str, object],
    *,
    key: str,
    at_most: int,
    asked: str,
    of_asked: Callable[[object], Woken],
    of_ids: Callable[[tuple[str, ...] | None], Woken],
) -> Woken:
    """The event in any of its shapes.

    A schedule's: `of_ids(None)`. A batch of a stream, `{"Records": […]}`: `of_ids` of the ids, under `key`, of the rows
    that are new in it, `at_most` so many. `{asked: …}`: `of_asked`. Raises `Refusal` `invalid_fields` for any other.
    """
    if is_schedule(event):
        return of_ids(None)
    errors = {name[:40]: FieldError("unknown_field") for name in event if name not in {"Records", asked}}
    if not errors and len(event) == 1:
        (name, content), *_ = event.items()
        try:
            return of_ids(_of_stream(content, key, at_most)) if name == "Records" else of_asked(content)
        except FieldProblem as problem:
            errors[name] = problem.error
    raise Refusal(Code.INVALID_FIELDS, errors=errors or {"Records": FieldError("unknown_field")})


def listed(content: object, at_most: int) -> tuple[str, ...]:
    """Ids that an event names. Refuses with `required`, `too_long`, `not_text`, and as `identifier`."""
    ids = _list(content, at_most)
    if not all(isinstance(one, str) for one in ids):
        raise FieldProblem("not_text")
    return tuple(map(identifier, ids))


def _of_stream(records: object, key: str, at_most: int) -> tuple[str, ...]:
    try:
        return tuple(
            identifier(record["dynamodb"]["Keys"][key]["S"])
            for record in _list(records, at_most)
            if record["eventName"] == "INSERT"
        )
    except (KeyError, TypeError):
        raise FieldProblem("bad_characters") from None


def _list(content: object, at_most: int) -> list[Any]:
    if not isinstance(content, list):
        raise FieldProblem("required")
    if len(content) > at_most:
        raise FieldProblem("too_long", limit=at_most)
    return content
