"""The events of steps that drive a signing, whatever it is for."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.domain.refusals import FieldProblem
from chalicelib.domain.signatures.journey import message_body
from chalicelib.domain.signatures.signings import Signing
from chalicelib.handlers.bodies import optional, optional_number, required, sent
from chalicelib.handlers.registration_events import entered_at
from chalicelib.handlers.steps import StepAnswer, identifier
from chalicelib.suite import suite

_ID = "The signing's id."
_EXAMPLE_ID = "3q2-7wAAECAwQFBgcICQoL"
_TOKEN_AT_MOST = 2048


@dataclass(frozen=True, slots=True)
class SigningEvent:
    """The event of a step that needs the signing alone."""

    signing_id: str = sent(identifier, _ID, _EXAMPLE_ID)


@dataclass(frozen=True, slots=True)
class AwaitedSigningEvent:
    """The event of a step under which the journey waits for a signature."""

    signing_id: str = sent(identifier, _ID, _EXAMPLE_ID)
    task_token: str = sent(required, "The state's task token.", "AAAA…", at_most=_TOKEN_AT_MOST, secret=True)
    entered_at: str | None = optional(entered_at, "`$$.State.EnteredTime`.", "2026-11-02T04:30:00.000Z")
    retry: int = optional_number("`$$.State.RetryCount`.", 0)

    @property
    def since(self) -> str | None:
        """When the state was entered and for which attempt, as text that sorts in that order."""
        return f"{self.entered_at}#{self.retry:04}" if self.entered_at else None


def _because(value: str) -> str:
    if value not in {"time_ran_out", "step_failed"}:
        raise FieldProblem("bad_characters")
    return value


@dataclass(frozen=True, slots=True)
class EndedSigningEvent:
    """The event of the step that ends a signing."""

    signing_id: str = sent(identifier, _ID, _EXAMPLE_ID)
    because: str = sent(
        _because,
        "`time_ran_out` (ends it if its time is over) or `step_failed` (what follows from that).",
        "time_ran_out",
    )


def standing(signing: Signing) -> StepAnswer:
    """Where the journey goes on, and how the signing stands: the answer of every step of a signing."""
    return {**message_body(signing, suite().clock()), "status": signing.status.value}
