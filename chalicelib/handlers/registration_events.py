"""The events of steps that drive a registration, whichever it is of."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.domain import codes
from chalicelib.handlers.bodies import sent
from chalicelib.handlers.step_events import Awaiting, parse_because
from chalicelib.handlers.steps import identifier

_ID = "The registration's id."
_EXAMPLE_ID = "3q2-7wAAECAwQFBgcICQoL"


@dataclass(frozen=True, slots=True)
class RegistrationEvent:
    """The event of a step that needs the registration alone."""

    registration_id: str = sent(identifier, _ID, _EXAMPLE_ID)


@dataclass(frozen=True, slots=True)
class WaitingEvent(Awaiting):
    """The event of a step under which the journey waits."""

    registration_id: str = sent(identifier, _ID, _EXAMPLE_ID)


@dataclass(frozen=True, slots=True)
class ExpiryEvent:
    """The event of the step that ends a registration."""

    registration_id: str = sent(identifier, _ID, _EXAMPLE_ID)
    because: str = sent(
        parse_because, "`time_ran_out` (ends it if its time is over) or `step_failed` (ends it).", "time_ran_out"
    )


@dataclass(frozen=True, slots=True)
class CodesEvent:
    """The event of a step that confirms two codes."""

    registration_id: str = sent(identifier, _ID, _EXAMPLE_ID)
    mobile_code: str = sent(codes.parse_code, "The code sent to the mobile.", "123456", secret=True)
    email_code: str = sent(codes.parse_code, "The code sent to the email.", "654321", secret=True)
