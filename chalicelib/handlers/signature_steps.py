"""The steps of signings that judge nothing, and the deed of a link: one Lambda each (docs/steps.md)."""

from __future__ import annotations

from chalice.app import Blueprint

from chalicelib.handlers.signing_events import AwaitedSigningEvent, EndedSigningEvent, SigningEvent, standing
from chalicelib.handlers.steps import StepAnswer, step
from chalicelib.suite import suite

signature_steps = Blueprint(__name__)


@signature_steps.lambda_function(name="await_signature")
@step(AwaitedSigningEvent)
def await_signature(event: AwaitedSigningEvent) -> StepAnswer:
    """Keeps the task token under which a signature wakes the journey."""
    return standing(suite().signing_steps.await_signature(event.signing_id, event.task_token, event.since))


@signature_steps.lambda_function(name="expire_signing")
@step(EndedSigningEvent)
def expire_signing(event: EndedSigningEvent) -> StepAnswer:
    """Ends a signing whose time is over or that cannot go on; `next` says where one that lives on stands."""
    steps = suite().signing_steps
    is_failed = event.because == "step_failed"
    return standing(steps.give_up(event.signing_id) if is_failed else steps.expire(event.signing_id))


@signature_steps.lambda_function(name="link_iec")
@step(SigningEvent)
def link_iec(event: SigningEvent) -> StepAnswer:
    """Links the login to the IEC, or renews its link, in one write."""
    return standing(suite().linking_steps.link(event.signing_id))
