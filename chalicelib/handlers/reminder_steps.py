"""The daily step that reminds people of what expires: a Lambda of its own (docs/steps.md)."""

from __future__ import annotations

from dataclasses import dataclass

from chalice.app import Blueprint

from chalicelib.handlers.steps import StepAnswer, step
from chalicelib.suite import suite

reminder_steps = Blueprint(__name__)


@dataclass(frozen=True, slots=True)
class DailyEvent:
    """The event of a schedule that says nothing."""


@reminder_steps.lambda_function(name="remind_of_expiry")
@step(DailyEvent)
def remind_of_expiry(event: DailyEvent) -> StepAnswer:  # noqa: ARG001 - a step's one argument
    """Mails whose link or registered DSC ends within 30 days, once each."""
    return {"links": suite().link_reminders.remind(), "dscs": suite().dsc_reminders.remind()}
