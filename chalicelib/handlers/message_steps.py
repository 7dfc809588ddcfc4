"""The step that sends the messages of the outbox.

AWS invokes it: with the outbox's stream (a message was written, send it at once) and each minute (send what is due:
what a provider did not take, and what a stream or a run that died has left). A run that fails need not tell the stream
which records it did not get done: what is not sent stays due in the table, and the next minute's run has it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from chalice.app import Blueprint

from chalicelib.domain.refusals import Code, FieldError, FieldProblem, Refusal
from chalicelib.domain.sending import Fate, SendingReport
from chalicelib.handlers.logs import logger
from chalicelib.handlers.metrics import measured
from chalicelib.handlers.steps import StepAnswer, identifier, step
from chalicelib.suite import suite

message_steps = Blueprint(__name__)
# What a message at hand may still need: a read, three writes, a provider that answers late.
_STOP_BEFORE_MILLISECONDS = 20_000
_AT_MOST = 500
# What an event of EventBridge's schedule has, if the rule sends no input of its own.
_SCHEDULED = "Scheduled Event"


@dataclass(frozen=True, slots=True)
class SendEvent:
    """Which messages to send: these, or (None) all that are due; `revive`: also those of them that were given up."""

    message_ids: tuple[str, ...] | None
    revive: bool = False


def read_send_event(event: Mapping[str, object]) -> SendEvent:
    """The event in any of its shapes.

    `{}` or EventBridge's scheduled event: all that are due. `{"message_ids": […]}`: these, also where they were given
    up. A batch of a DynamoDB stream, `{"Records": […]}`: the messages whose rows are new in it. Raises `Refusal`
    `invalid_fields` for any other.
    """
    if not event or event.get("detail-type") == _SCHEDULED:
        return SendEvent(None)
    errors = {name[:40]: FieldError("unknown_field") for name in event if name not in {"Records", "message_ids"}}
    if not errors and len(event) == 1:
        (name, content), *_ = event.items()
        try:
            return SendEvent(_of_stream(content)) if name == "Records" else SendEvent(_listed(content), revive=True)
        except FieldProblem as problem:
            errors[name] = problem.error
    raise Refusal(Code.INVALID_FIELDS, errors=errors or {"Records": FieldError("unknown_field")})


def _of_stream(records: object) -> tuple[str, ...]:
    try:
        return tuple(
            identifier(record["dynamodb"]["Keys"]["message_id"]["S"])
            for record in _list(records)
            if record["eventName"] == "INSERT"
        )
    except (KeyError, TypeError):
        raise FieldProblem("bad_characters") from None


def _listed(message_ids: object) -> tuple[str, ...]:
    if not all(isinstance(message_id, str) for message_id in _list(message_ids)):
        raise FieldProblem("not_text")
    return tuple(map(identifier, _list(message_ids)))


def _list(content: object) -> list[Any]:
    if not isinstance(content, list):
        raise FieldProblem("required")
    if len(content) > _AT_MOST:
        raise FieldProblem("too_long", limit=_AT_MOST)
    return content


def _time_left(context: Any) -> Callable[[], bool]:  # noqa: ANN401 - Lambda's context
    remaining = getattr(context, "get_remaining_time_in_millis", None)
    if remaining is None:
        return lambda: True
    return lambda: int(remaining()) > _STOP_BEFORE_MILLISECONDS


@message_steps.lambda_function(name="send_messages")
@step(SendEvent, with_context=True, reader=read_send_event)
def send_messages(event: SendEvent, context: Any) -> StepAnswer:  # noqa: ANN401 - Lambda's context
    """Sends messages of the outbox; run again, it sends nothing twice. `left` are those that this run need not send."""
    sending, has_time = suite().sending, _time_left(context)
    is_schedule = event.message_ids is None
    if is_schedule:
        report = sending.send_due(_AT_MOST, has_time)
    else:
        report = sending.send(event.message_ids or (), has_time, revive=event.revive)
    _tell(report, getattr(context, "function_name", ""), is_schedule=is_schedule)
    if report.failure is not None:
        raise report.failure
    return {fate.value: count for fate, count in report.counts.items()}


def _tell(report: SendingReport, function_name: str, *, is_schedule: bool) -> None:
    """Logs each message that did not go out (by its random id), and measures what the alarms watch."""
    for outcome in report.outcomes:
        if outcome.message is not None and outcome.fate in {Fate.FAILED, Fate.GIVEN_UP}:
            about = {"message_id": outcome.message_id, "kind": outcome.message.kind.value, "because": outcome.because}
            logger().warning(f"message {outcome.fate.value}", extra={**about, "attempts": outcome.message.attempts})
    given_up = report.counts[Fate.GIVEN_UP]
    if is_schedule:
        oldest = report.longest_wait(suite().clock()).total_seconds()
        measured(function_name, MessagesGivenUp=given_up, OldestDueSeconds=oldest)
    elif given_up:
        measured(function_name, MessagesGivenUp=given_up)
