"""The steps of the simplified registration: one Lambda each, for its state machine and for others composed of them.

`docs/steps.md` lists each step's event, answer, errors, role, memory and timeout.
"""

from __future__ import annotations

from chalice.app import Blueprint

from chalicelib.domain.codes import Codes
from chalicelib.domain.icegate.journey import message_body, place
from chalicelib.domain.icegate.registration import CodesFor, Registration, Wait
from chalicelib.handlers.registration_events import CodesEvent, ExpiryEvent, RegistrationEvent, WaitingEvent
from chalicelib.handlers.steps import StepAnswer, step
from chalicelib.suite import suite

registration_steps = Blueprint(__name__)


def _standing(registration: Registration) -> StepAnswer:
    return {"registration_id": registration.registration_id, "status": registration.status.value}


@registration_steps.lambda_function(name="issue_contact_codes")
@step(WaitingEvent)
def issue_contact_codes(event: WaitingEvent) -> StepAnswer:
    """Sends the codes for the contact of record; the journey then waits for them to be confirmed."""
    return _standing(
        suite().registration_steps.issue_codes(event.registration_id, event.task_token, Wait.CONTACT_CODES, event.since)
    )


@registration_steps.lambda_function(name="await_contact_decision")
@step(WaitingEvent)
def await_contact_decision(event: WaitingEvent) -> StepAnswer:
    """Keeps the task token under which the person's decision wakes the journey."""
    return _standing(suite().registration_steps.await_decision(event.registration_id, event.task_token, event.since))


@registration_steps.lambda_function(name="issue_alternate_codes")
@step(WaitingEvent)
def issue_alternate_codes(event: WaitingEvent) -> StepAnswer:
    """Sends the codes for the alternate contact; the journey then waits for them to be confirmed."""
    return _standing(
        suite().registration_steps.issue_codes(
            event.registration_id, event.task_token, Wait.ALTERNATE_CODES, event.since
        )
    )


@registration_steps.lambda_function(name="create_icegate_account")
@step(RegistrationEvent)
def create_icegate_account(event: RegistrationEvent) -> StepAnswer:
    """Makes the ICEGATE account and uses up the temporary password, in one write."""
    return _standing(suite().registration_steps.create_account(event.registration_id))


@registration_steps.lambda_function(name="tell_registrant")
@step(RegistrationEvent)
def tell_registrant(event: RegistrationEvent) -> StepAnswer:
    """Tells the registrant, and the old addresses where the contact was changed; each message once."""
    told = suite().registration_steps.tell(event.registration_id)
    return {"registration_id": event.registration_id, "told": list(told)}


@registration_steps.lambda_function(name="expire_registration")
@step(ExpiryEvent)
def expire_registration(event: ExpiryEvent) -> StepAnswer:
    """Ends a registration whose time is over or that cannot go on; `next` says where one that lives on stands."""
    registration_id, steps = event.registration_id, suite().registration_steps
    ended = steps.give_up(registration_id) if event.because == "step_failed" else steps.expire(registration_id)
    body = message_body(ended, place(ended), suite().clock())
    return {**_standing(ended), **body}


@registration_steps.lambda_function(name="verify_contact_codes")
@step(CodesEvent)
def verify_contact_codes(event: CodesEvent) -> StepAnswer:
    """Confirms the two codes sent to the contact of record, as the route does."""
    return _verified(event, CodesFor.CONTACT)


@registration_steps.lambda_function(name="verify_alternate_codes")
@step(CodesEvent)
def verify_alternate_codes(event: CodesEvent) -> StepAnswer:
    """Confirms the two codes sent to the alternate contact, as the route does."""
    return _verified(event, CodesFor.ALTERNATE)


def _verified(event: CodesEvent, codes_for: CodesFor) -> StepAnswer:
    typed = Codes(event.mobile_code, event.email_code)
    return _standing(suite().simplified_registrations.verify_in_journey(event.registration_id, codes_for, typed))
