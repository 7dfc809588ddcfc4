"""The steps of e-Sign: one Lambda each. They alone load what reads and signs XML.

`docs/steps.md` lists each step's event, answer, errors, role, memory and timeout.
"""

from __future__ import annotations

from chalice.app import Blueprint

from chalicelib.handlers.signing_events import SigningEvent, standing
from chalicelib.handlers.steps import StepAnswer, step
from chalicelib.suite import suite

esign_steps = Blueprint(__name__)


@esign_steps.lambda_function(name="prepare_esign_request")
@step(SigningEvent)
def prepare_esign_request(event: SigningEvent) -> StepAnswer:
    """Makes and signs the request that the browser takes to the provider; a second run changes nothing."""
    return standing(suite().esign_steps.prepare(event.signing_id))


@esign_steps.lambda_function(name="validate_esign_response")
@step(SigningEvent)
def validate_esign_response(event: SigningEvent) -> StepAnswer:
    """Judges what came in the provider's name, or asks the provider; `next` says where the signing stands then."""
    return standing(suite().esign_steps.validate(event.signing_id))
