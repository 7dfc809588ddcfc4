"""What the journey of an account's registration is told, read off the record alone (ADR 3).

Routes and steps both ask this, so whichever of them comes second finds what the first left.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime
from enum import StrEnum

from chalicelib.domain.accounts.registration import ENDED, AccountRegistration, RegistrationStatus


class Place(StrEnum):
    """Where in its journey a registration stands."""

    CODES = "codes"
    CREATION = "creation"
    ENDED = "ended"


def place(registration: AccountRegistration) -> Place:
    """Where the journey belongs: at the wait for the codes, at the account's making, or at its end."""
    if registration.status in ENDED:
        return Place.ENDED
    return Place.CREATION if registration.status is RegistrationStatus.REGISTERING else Place.CODES


def is_to_be_woken(registration: AccountRegistration) -> bool:
    """Whether a journey that waits for the codes should go on."""
    return registration.task_token is not None and place(registration) is not Place.CODES


def message_body(registration: AccountRegistration, now: datetime) -> Mapping[str, str | int]:
    """The output with which the journey goes on: our id, where to, and for how long a wait may last (seconds)."""
    seconds_left = max(1, math.ceil((registration.expires_at - now).total_seconds()))
    return {
        "registration_id": registration.registration_id,
        "next": place(registration).value,
        "seconds_left": seconds_left,
    }
