"""The steps of an account's registration: one Lambda each, for its state machine and for others composed of them.

`docs/steps.md` lists each step's event, answer, errors, role, memory and timeout.
"""

from __future__ import annotations

from chalice.app import Blueprint

from chalicelib.domain.accounts.registration import AccountRegistration
from chalicelib.domain.accounts.registration_journey import message_body
from chalicelib.domain.codes import Codes
from chalicelib.handlers.registration_events import CodesEvent, ExpiryEvent, RegistrationEvent, WaitingEvent
from chalicelib.handlers.steps import StepAnswer, step
from chalicelib.suite import suite

account_registration_steps = Blueprint(__name__)


def _standing(registration: AccountRegistration) -> StepAnswer:
    return {"registration_id": registration.registration_id, "status": registration.status.value}


@account_registration_steps.lambda_function(name="await_account_codes")
@step(WaitingEvent)
def await_account_codes(event: WaitingEvent) -> StepAnswer:
    """Keeps the task token under which right codes wake the journey."""
    steps = suite().account_registration_steps
    return _standing(steps.await_codes(event.registration_id, event.task_token, event.since))


@account_registration_steps.lambda_function(name="create_account")
@step(RegistrationEvent)
def create_account(event: RegistrationEvent) -> StepAnswer:
    """Makes the account, takes its names and welcomes its owner, in one write."""
    return _standing(suite().account_registration_steps.create_account(event.registration_id))


@account_registration_steps.lambda_function(name="expire_account_registration")
@step(ExpiryEvent)
def expire_account_registration(event: ExpiryEvent) -> StepAnswer:
    """Ends a registration whose time is over or that cannot go on; `next` says where one that lives on stands."""
    registration_id, steps = event.registration_id, suite().account_registration_steps
    ended = steps.give_up(registration_id) if event.because == "step_failed" else steps.expire(registration_id)
    return {**_standing(ended), **message_body(ended, suite().clock())}


@account_registration_steps.lambda_function(name="issue_account_codes")
@step(RegistrationEvent)
def issue_account_codes(event: RegistrationEvent) -> StepAnswer:
    """Has the same codes sent once more, as the route does."""
    return _standing(suite().account_registrations.send_again_in_journey(event.registration_id))


@account_registration_steps.lambda_function(name="confirm_account_codes")
@step(CodesEvent)
def confirm_account_codes(event: CodesEvent) -> StepAnswer:
    """Confirms the two codes, as the route does."""
    typed = Codes(event.mobile_code, event.email_code)
    return _standing(suite().account_registrations.verify_in_journey(event.registration_id, typed))
