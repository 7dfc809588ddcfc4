"""The events of steps that drive a signing, whatever it is for."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.domain.signatures.journey import message_body
from chalicelib.domain.signatures.signings import Signing
from chalicelib.handlers.bodies import sent
from chalicelib.handlers.step_events import Awaiting, parse_because
from chalicelib.handlers.steps import StepAnswer, identifier
from chalicelib.suite import suite

_ID = "The signing's id."
_EXAMPLE_ID = "3q2-7wAAECAwQFBgcICQoL"


@dataclass(frozen=True, slots=True)
class SigningEvent:
    """The event of a step that needs the signing alone."""

    signing_id: str = sent(identifier, _ID, _EXAMPLE_ID)


@dataclass(frozen=True, slots=True)
class AwaitedSigningEvent(Awaiting):
    """The event of a step under which the journey waits for a signature."""

    signing_id: str = sent(identifier, _ID, _EXAMPLE_ID)


@dataclass(frozen=True, slots=True)
class EndedSigningEvent:
    """The event of the step that ends a signing."""

    signing_id: str = sent(identifier, _ID, _EXAMPLE_ID)
    because: str = sent(
        parse_because,
        "`time_ran_out` (ends it if its time is over) or `step_failed` (what follows from that).",
        "time_ran_out",
    )


def standing(signing: Signing) -> StepAnswer:
    """Where the journey goes on, and how the signing stands: the answer of every step of a signing."""
    return {**message_body(signing, suite().clock()), "status": signing.status.value}
