"""The step of the journey `mobile_replacement`: a Lambda of its own (docs/steps.md)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from chalice.app import Blueprint

from chalicelib.handlers.bodies import sent
from chalicelib.handlers.steps import StepAnswer, identifier, step
from chalicelib.suite import suite

mobile_replacement_steps = Blueprint(__name__)


@dataclass(frozen=True, slots=True)
class ReplacementEvent:
    """The event of the step that applies a replacement."""

    flow_id: str = sent(identifier, "The replacement's id.", "3q2-7wAAECAwQFBgcICQoL")


@mobile_replacement_steps.lambda_function(name="apply_mobile_replacement")
@step(ReplacementEvent, with_context=True)
def apply_mobile_replacement(event: ReplacementEvent, context: Any) -> StepAnswer:  # noqa: ANN401 - Lambda's own
    """Puts the new mobile in the old one's place, once its day has passed and unless it was stopped."""
    request_id = str(getattr(context, "aws_request_id", "") or "")
    flow = suite().mobile_replacements.apply(event.flow_id, request_id)
    return {"flow_id": flow.flow_id, "status": flow.status.value}
