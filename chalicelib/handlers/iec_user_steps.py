"""The deed of a signed change of an IEC's users, for its state machine (docs/steps.md)."""

from __future__ import annotations

from chalice.app import Blueprint

from chalicelib.handlers.signing_events import SigningEvent, standing
from chalicelib.handlers.steps import StepAnswer, step
from chalicelib.suite import suite

iec_user_steps = Blueprint(__name__)


@iec_user_steps.lambda_function(name="apply_iec_user_change")
@step(SigningEvent)
def apply_iec_user_change(event: SigningEvent) -> StepAnswer:
    """Decides again and does what was signed, in one write; what cannot be done any more ends as refused."""
    return standing(suite().iec_user_steps.apply(event.signing_id))
