"""The events of steps that drive a registration, whichever it is of."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime

from chalicelib.domain import codes
from chalicelib.domain.refusals import FieldProblem
from chalicelib.handlers.bodies import optional, optional_number, required, sent
from chalicelib.handlers.steps import identifier

_ID = "The registration's id."
_EXAMPLE_ID = "3q2-7wAAECAwQFBgcICQoL"
_TOKEN_AT_MOST = 2048


def entered_at(value: str) -> str:
    """An instant in one form, UTC with milliseconds: when a state was entered."""
    try:
        moment = datetime.fromisoformat(value).astimezone(UTC)
    except ValueError:
        raise FieldProblem("bad_characters") from None
    return moment.isoformat(timespec="milliseconds")


@dataclass(frozen=True, slots=True)
class WaitingEvent:
    """The event of a step under which the journey waits."""

    registration_id: str = sent(identifier, _ID, _EXAMPLE_ID)
    task_token: str = sent(required, "The state's task token.", "AAAA…", at_most=_TOKEN_AT_MOST, secret=True)
    entered_at: str | None = optional(entered_at, "`$$.State.EnteredTime`.", "2026-11-02T04:30:00.000Z")
    retry: int = optional_number("`$$.State.RetryCount`.", 0)

    @property
    def since(self) -> str | None:
        """When the state was entered and for which attempt, as text that sorts in that order."""
        return f"{self.entered_at}#{self.retry:04}" if self.entered_at else None


@dataclass(frozen=True, slots=True)
class RegistrationEvent:
    """The event of a step that needs the registration alone."""

    registration_id: str = sent(identifier, _ID, _EXAMPLE_ID)


def _because(value: str) -> str:
    if value not in {"time_ran_out", "step_failed"}:
        raise FieldProblem("bad_characters")
    return value


@dataclass(frozen=True, slots=True)
class ExpiryEvent:
    """The event of the step that ends a registration."""

    registration_id: str = sent(identifier, _ID, _EXAMPLE_ID)
    because: str = sent(
        _because, "`time_ran_out` (ends it if its time is over) or `step_failed` (ends it).", "time_ran_out"
    )


@dataclass(frozen=True, slots=True)
class CodesEvent:
    """The event of a step that confirms two codes."""

    registration_id: str = sent(identifier, _ID, _EXAMPLE_ID)
    mobile_code: str = sent(codes.parse_code, "The code sent to the mobile.", "123456", secret=True)
    email_code: str = sent(codes.parse_code, "The code sent to the email.", "654321", secret=True)
