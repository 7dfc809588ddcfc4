"""The steps of a visit to DigiLocker: one Lambda each, for its state machine and for others.

`docs/steps.md` lists each step's event, answer, errors, role, memory and timeout.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalice.app import Blueprint

from chalicelib.handlers.bodies import optional, optional_number, required, sent
from chalicelib.handlers.step_events import Awaiting
from chalicelib.handlers.steps import StepAnswer, identifier, step
from chalicelib.suite import suite

if TYPE_CHECKING:
    from chalicelib.domain.digilocker.fetches import Fetch

fetch_steps = Blueprint(__name__)
_ID, _EXAMPLE_ID = "The fetch's id.", "3q2-7wAAECAwQFBgcICQoL"
# What the state machine passes on of a failure: the error's name alone, never its cause.
_UNAVAILABLE = "DigiLockerUnavailable"


@dataclass(frozen=True, slots=True)
class FetchEvent:
    """The event of a step that needs the fetch alone."""

    fetch_id: str = sent(identifier, _ID, _EXAMPLE_ID)


@dataclass(frozen=True, slots=True)
class AwaitedFetchEvent(Awaiting):
    """The event of the step under which the journey waits for the callback."""

    fetch_id: str = sent(identifier, _ID, _EXAMPLE_ID)


@dataclass(frozen=True, slots=True)
class DocumentEvent:
    """The event of the step that fetches one document."""

    fetch_id: str = sent(identifier, _ID, _EXAMPLE_ID)
    number: int = optional_number("Its place in the fetch's list, from 0.", 0)


@dataclass(frozen=True, slots=True)
class FailedFetchEvent:
    """The event of the step that ends a fetch, or one document of it, of which a step failed for good."""

    fetch_id: str = sent(identifier, _ID, _EXAMPLE_ID)
    error: str = sent(required, "The error's name; `DigiLockerUnavailable` is told as such.", _UNAVAILABLE)
    document: str | None = optional(required, "The document's place in the list; left out, the fetch ends.", "0")


@fetch_steps.lambda_function(name="await_digilocker_callback")
@step(AwaitedFetchEvent)
def await_digilocker_callback(event: AwaitedFetchEvent) -> StepAnswer:
    """Keeps the task token under which the callback wakes the journey."""
    return _standing(suite().fetch_steps.await_(event.fetch_id, event.task_token, event.since))


@fetch_steps.lambda_function(name="exchange_digilocker_code")
@step(FetchEvent)
def exchange_digilocker_code(event: FetchEvent) -> StepAnswer:
    """The code becomes tokens, sealed with the consent; `numbers` are the documents that are to be fetched."""
    return _standing(suite().fetch_steps.exchange(event.fetch_id))


@fetch_steps.lambda_function(name="fetch_digilocker_document")
@step(DocumentEvent)
def fetch_digilocker_document(event: DocumentEvent) -> StepAnswer:
    """Fetches one document, checks its hmac over the bytes as they came, and files it."""
    fetch = suite().fetching_documents.fetch(event.fetch_id, event.number)
    return {"fetch_id": fetch.fetch_id, "number": event.number, "status": fetch.items[event.number].status.value}


@fetch_steps.lambda_function(name="finish_fetch")
@step(FetchEvent)
def finish_fetch(event: FetchEvent) -> StepAnswer:
    """How the fetch stands after a round over its documents; `numbers` are those that an issuer still looks for."""
    return _standing(suite().fetch_steps.finish(event.fetch_id))


@fetch_steps.lambda_function(name="expire_fetch")
@step(FetchEvent)
def expire_fetch(event: FetchEvent) -> StepAnswer:
    """Ends a fetch whose visit took too long; `next` says where one goes on whose callback came."""
    return _standing(suite().fetch_steps.expire(event.fetch_id))


@fetch_steps.lambda_function(name="fail_fetch")
@step(FailedFetchEvent)
def fail_fetch(event: FailedFetchEvent) -> StepAnswer:
    """Ends a fetch, or one document of it, of which a step failed for good; what was entered is kept."""
    from chalicelib.domain.digilocker.reasons import Reason  # noqa: PLC0415

    reason = Reason.DIGILOCKER_UNAVAILABLE if event.error == _UNAVAILABLE else Reason.STEP_FAILED
    steps = suite().fetch_steps
    if event.document is not None:
        return _standing(steps.fail_item(event.fetch_id, int(event.document), reason))
    return _standing(steps.fail(event.fetch_id, reason))


def _standing(fetch: Fetch) -> StepAnswer:
    from chalicelib.domain.digilocker.fetch_journey import message_body, numbers  # noqa: PLC0415

    return {**message_body(fetch, suite().clock()), "status": fetch.status.value, "numbers": numbers(fetch)}
