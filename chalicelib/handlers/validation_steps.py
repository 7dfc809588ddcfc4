"""The step that judges a DSC's signature: a Lambda of its own, which alone loads what that takes (docs/steps.md)."""

from __future__ import annotations

from chalice.app import Blueprint

from chalicelib.handlers.signing_events import SigningEvent, standing
from chalicelib.handlers.steps import StepAnswer, step
from chalicelib.suite import suite

validation_steps = Blueprint(__name__)


@validation_steps.lambda_function(name="validate_signature")
@step(SigningEvent)
def validate_signature(event: SigningEvent) -> StepAnswer:
    """Judges what was handed in, and writes down what was found, with the evidence where it holds."""
    return standing(suite().validating.validate(event.signing_id))
