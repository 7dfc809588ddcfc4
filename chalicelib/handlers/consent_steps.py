"""The step that ends consents, for its schedule.

`docs/steps.md` lists its event, answer, errors, role, memory and timeout.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from chalice.app import Blueprint

from chalicelib.handlers.steps import StepAnswer, step, time_left
from chalicelib.suite import suite

consent_steps = Blueprint(__name__)
# More than an hour's worth; what is left is first in the next run.
_AT_MOST = 500
# A call to DigiLocker takes 20 s at most.
_ENOUGH_MILLISECONDS = 45_000


@dataclass(frozen=True, slots=True)
class ScheduledEvent:
    """The event of a schedule that says nothing."""


@consent_steps.lambda_function(name="end_consents")
@step(ScheduledEvent, with_context=True)
def end_consents(event: ScheduledEvent, context: Any) -> StepAnswer:  # noqa: ANN401, ARG001 - Lambda's own; a step's event
    """Ends the consents that were revoked or whose time is over; `left` DigiLocker is still to be told of."""
    ended = suite().consents.end_due(_AT_MOST, time_left(context, _ENOUGH_MILLISECONDS))
    return {"ended": ended.ended, "left": ended.left}
