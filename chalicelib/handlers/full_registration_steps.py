"""The steps of a full registration that are its own: one Lambda each, for its state machine and for others.

`docs/steps.md` lists each step's event, answer, errors, role, memory and timeout.
"""

from __future__ import annotations

from dataclasses import dataclass

from chalice.app import Blueprint

from chalicelib.domain.icegate.full_registration_journey import Place, message_body
from chalicelib.domain.icegate.full_registrations import FullRegistration
from chalicelib.domain.refusals import FieldProblem
from chalicelib.handlers.bodies import sent
from chalicelib.handlers.registration_events import RegistrationEvent
from chalicelib.handlers.signing_events import SigningEvent
from chalicelib.handlers.step_events import Awaiting
from chalicelib.handlers.steps import StepAnswer, identifier, step
from chalicelib.suite import suite

full_registration_steps = Blueprint(__name__)


def _parse_wait(value: str) -> str:
    if value not in {Place.DOCUMENTS.value, Place.REVIEW.value}:
        raise FieldProblem("bad_characters")
    return value


@dataclass(frozen=True, slots=True)
class ReviewWaitEvent(Awaiting):
    """The event of the step under which the journey waits for the registrant or for an officer."""

    registration_id: str = sent(identifier, "The registration's id.", "3q2-7wAAECAwQFBgcICQoL")
    waits_for: str = sent(_parse_wait, "`documents` or `review`.", "documents")


def _standing(registration_id: str, registration: FullRegistration | None) -> StepAnswer:
    """Where the journey goes on; a renewal has no registration, and nothing follows."""
    if registration is None:
        return {"registration_id": registration_id, "status": None, "next": Place.ENDED.value, "seconds_left": 1}
    return {"status": registration.status.value, **message_body(registration, suite().clock())}


@full_registration_steps.lambda_function(name="register_dsc")
@step(SigningEvent)
def register_dsc(event: SigningEvent) -> StepAnswer:
    """Keeps the certificate of a good signature with the registration, or, for a renewal, with the account."""
    registration = suite().full_registration_steps.register_dsc(event.signing_id)
    return _standing(event.signing_id, registration)


@full_registration_steps.lambda_function(name="await_full_registration")
@step(ReviewWaitEvent)
def await_full_registration(event: ReviewWaitEvent) -> StepAnswer:
    """Keeps the task token under which documents that are sent in, or an officer's decision, wake the journey."""
    steps = suite().full_registration_steps
    registration = steps.await_(event.registration_id, event.waits_for, event.task_token, event.since)
    return _standing(event.registration_id, registration)


@full_registration_steps.lambda_function(name="approve_full_registration")
@step(RegistrationEvent)
def approve_full_registration(event: RegistrationEvent) -> StepAnswer:
    """Makes the account a fully registered one, in one write with the registration's end and the word to its owner."""
    return _standing(event.registration_id, suite().full_registration_steps.approve(event.registration_id))


@full_registration_steps.lambda_function(name="expire_full_registration")
@step(RegistrationEvent)
def expire_full_registration(event: RegistrationEvent) -> StepAnswer:
    """Ends a registration whose time is over; `next` says where one that lives on stands."""
    return _standing(event.registration_id, suite().full_registration_steps.expire(event.registration_id))
