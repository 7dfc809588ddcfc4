"""What the events of steps have in common: the token under which a journey waits, and why one is to end."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from chalicelib.domain.refusals import FieldProblem
from chalicelib.handlers.bodies import optional, optional_number, required, sent

_TOKEN_AT_MOST = 2048


def parse_entered_at(value: str) -> str:
    """An instant in one form, UTC with milliseconds: when a state was entered."""
    try:
        moment = datetime.fromisoformat(value).astimezone(UTC)
    except ValueError:
        raise FieldProblem("bad_characters") from None
    return moment.isoformat(timespec="milliseconds")


def parse_because(value: str) -> str:
    """Why a journey is to end: `time_ran_out` or `step_failed`."""
    if value not in {"time_ran_out", "step_failed"}:
        raise FieldProblem("bad_characters")
    return value


@dataclass(frozen=True, slots=True, kw_only=True)
class Awaiting:
    """The part of an event by which a state machine waits: its token, and the state's entry."""

    task_token: str = sent(required, "The state's task token.", "AAAA…", at_most=_TOKEN_AT_MOST, secret=True)
    entered_at: str | None = optional(parse_entered_at, "`$$.State.EnteredTime`.", "2026-11-02T04:30:00.000Z")
    retry: int = optional_number("`$$.State.RetryCount`.", 0)

    @property
    def since(self) -> str | None:
        """When the state was entered and for which attempt, as text that sorts in that order."""
        return f"{self.entered_at}#{self.retry:04}" if self.entered_at else None
