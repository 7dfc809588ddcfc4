"""What the journey of a full registration is told, read off the record alone (ADR 3), once its signing is done."""

from __future__ import annotations

import math
from collections.abc import Mapping
from datetime import datetime, timedelta
from enum import StrEnum

from chalicelib.domain.icegate import full_registration_rules as rules
from chalicelib.domain.icegate.full_registrations import FullRegistration, FullRegistrationStatus

# Step Functions ends every execution after a year. From here on the journey waits no more for an officer; the record
# does, and the decision is carried out in the officer's own request.
JOURNEY_AT_MOST = timedelta(days=300)


class Place(StrEnum):
    """Where in its journey a full registration stands."""

    DOCUMENTS = "documents"
    REVIEW = "review"
    APPROVAL = "approval"
    ENDED = "ended"


def place(registration: FullRegistration, now: datetime) -> Place:
    """Where the journey belongs: at a wait, at the approval, or at its end."""
    match registration.status:
        case FullRegistrationStatus.DOCUMENTS_REQUIRED | FullRegistrationStatus.MORE_ASKED:
            return Place.DOCUMENTS
        case FullRegistrationStatus.UNDER_REVIEW if rules.is_approved(registration):
            return Place.APPROVAL
        case FullRegistrationStatus.UNDER_REVIEW if now < registration.opened_at + JOURNEY_AT_MOST:
            return Place.REVIEW
    return Place.ENDED


def is_to_be_woken(registration: FullRegistration, now: datetime) -> bool:
    """Whether a journey that waits should go on elsewhere."""
    return registration.task_token is not None and place(registration, now).value != registration.waits_for


def message_body(registration: FullRegistration, now: datetime) -> Mapping[str, str | int]:
    """The output with which the journey goes on: our id, where to, and for how long a wait may last (seconds)."""
    return {
        "registration_id": registration.registration_id,
        "next": place(registration, now).value,
        "seconds_left": max(1, math.ceil((registration.expires_at - now).total_seconds())),
    }
