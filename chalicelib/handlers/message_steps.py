"""The step that sends the messages of the outbox.

AWS invokes it: with the outbox's stream (a message was written, send it at once) and each minute (send what is due:
what a provider did not take, and what a stream or a run that died has left). A run that fails need not tell the stream
which records it did not get done: what is not sent stays due in the table, and the next minute's run has it.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chalice.app import Blueprint

from chalicelib.domain.sending import Fate, SendingReport
from chalicelib.handlers.logs import logger
from chalicelib.handlers.metrics import measured
from chalicelib.handlers.steps import StepAnswer, step, time_left
from chalicelib.handlers.woken_events import listed, read_woken
from chalicelib.suite import suite

message_steps = Blueprint(__name__)
# What a message at hand may still need: a read, three writes, a provider that answers late.
_STOP_BEFORE_MILLISECONDS = 20_000
_AT_MOST = 500


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
    return read_woken(
        event,
        key="message_id",
        at_most=_AT_MOST,
        asked="message_ids",
        of_asked=lambda content: SendEvent(listed(content, _AT_MOST), revive=True),
        of_ids=SendEvent,
    )


@message_steps.lambda_function(name="send_messages")
@step(SendEvent, with_context=True, reader=read_send_event)
def send_messages(event: SendEvent, context: Any) -> StepAnswer:  # noqa: ANN401 - Lambda's context
    """Sends messages of the outbox; run again, it sends nothing twice. `left` are those that this run need not send."""
    sending, has_time = suite().sending, time_left(context, _STOP_BEFORE_MILLISECONDS)
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
