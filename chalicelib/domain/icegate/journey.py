"""What the journey of a registration is told, read off the record alone.

Routes and steps both ask this, so whichever of them comes second finds what the first left, and a lost wake-up is made
good by any repetition.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from chalicelib.domain.icegate.registration import AWAITING_CODES, ENDED, CodesFor, Registration, Status, Wait


class Message(StrEnum):
    """What a woken journey is told to do next."""

    SEND_AGAIN = "send_again"
    VERIFIED = "verified"
    FINISH = "finish"
    CHANGE = "change"


class Place(StrEnum):
    """Where in its journey a registration stands, read off the record alone."""

    CONTACT_CODES = "contact_codes"
    DECISION = "decision"
    ALTERNATE_CODES = "alternate_codes"
    CREATION = "creation"
    ENDED = "ended"


def journey_message(registration: Registration) -> Message | None:
    """What the waiting journey should be told; None where it should go on waiting."""
    if registration.waiting_for is Wait.DECISION:
        return _decision_message(registration)
    if registration.waiting_for is Wait.CONTACT_CODES:
        is_past = registration.codes_for is CodesFor.ALTERNATE or registration.status not in AWAITING_CODES
    elif registration.waiting_for is Wait.ALTERNATE_CODES:
        is_past = registration.status not in AWAITING_CODES
    else:
        return None
    if is_past:
        return Message.VERIFIED
    if registration.status is Status.SENDING_CODES and registration.challenge and registration.challenge.unsent:
        return Message.SEND_AGAIN
    return None


def place(registration: Registration) -> Place:
    """Where the journey belongs.

    A wait that ran out asks this: the person may have decided while no wake-up came through.
    """
    if registration.status in ENDED:
        return Place.ENDED
    if registration.status is Status.REGISTERING:
        return Place.CREATION
    if registration.status is Status.CONTACT_VERIFIED:
        return Place.DECISION
    return Place.ALTERNATE_CODES if registration.codes_for is CodesFor.ALTERNATE else Place.CONTACT_CODES


def _decision_message(registration: Registration) -> Message | None:
    if registration.codes_for is CodesFor.ALTERNATE and registration.alternate is not None:
        return Message.CHANGE
    return None if registration.status is Status.CONTACT_VERIFIED else Message.FINISH


def message_body(registration: Registration, what_next: Message | Place, now: datetime) -> Mapping[str, str | int]:
    """The output with which the journey goes on.

    Our id, what next, and for how long the next wait may last (seconds).
    """
    seconds_left = max(1, math.ceil((registration.expires_at - now).total_seconds()))
    return {"registration_id": registration.registration_id, "next": what_next.value, "seconds_left": seconds_left}
