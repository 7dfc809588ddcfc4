"""Parking: why a push was given up for now, and when it is taken up again."""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum

from chalicelib.domain.digilocker.push_uri import PushAnswer


class ParkReason(StrEnum):
    """Why a push is parked, as `Push.reason` keeps it; `trouble.<reason>` of the catalogue says it in plain words."""

    # DigiLocker's answers that no repeating changes.
    IN_ANOTHER_ACCOUNT = "push_in_another_account"
    ACCOUNT_UNKNOWN = "push_account_unknown"
    URI_REFUSED = "push_uri_refused"
    DOCTYPE_REFUSED = "push_doctype_refused"
    DESCRIPTION_REFUSED = "push_description_refused"
    DOC_ID_REFUSED = "push_doc_id_refused"
    DATE_REFUSED = "push_date_refused"
    PARAMETER_REFUSED = "push_parameter_refused"
    NOT_UNDERSTOOD = "push_not_understood"
    # What the certificate says.
    NO_ACCOUNT = "push_no_account"
    NOT_READY = "push_not_ready"
    REVOKED = "push_revoked"
    # What the department has to mend.
    CLIENT_UNKNOWN = "push_client_unknown"
    SCOPE_MISSING = "push_scope_missing"
    HMAC_REFUSED = "push_hmac_refused"
    NO_CLIENT = "push_no_client"
    NO_SECRET = "push_no_secret"  # noqa: S105 - a reason
    DEPARTMENT_SUSPENDED = "push_department_suspended"
    # What passes.
    TIME_REFUSED = "push_time_refused"
    DIGILOCKER_UNAVAILABLE = "push_digilocker_unavailable"
    LIMIT_REACHED = "push_limit_reached"
    STEP_FAILED = "push_step_failed"


# Tried again each day, and at once when somebody asks: the department's own set-up stands in the way.
OF_THE_DEPARTMENT = frozenset(
    {
        ParkReason.CLIENT_UNKNOWN,
        ParkReason.SCOPE_MISSING,
        ParkReason.HMAC_REFUSED,
        ParkReason.NO_CLIENT,
        ParkReason.NO_SECRET,
        ParkReason.DEPARTMENT_SUSPENDED,
    }
)
# Tried again after minutes, later and later up to an hour, for ever.
TRANSIENT = frozenset(
    {
        ParkReason.TIME_REFUSED,
        ParkReason.DIGILOCKER_UNAVAILABLE,
        ParkReason.LIMIT_REACHED,
        ParkReason.STEP_FAILED,
        ParkReason.NOT_READY,
    }
)
FIRST_WAIT, LONGEST_WAIT, DAILY = timedelta(minutes=5), timedelta(hours=1), timedelta(days=1)
# The errors with which a journey's last try ended, by the name a state machine knows them by.
_OF_ERROR = {
    "DigiLockerUnavailable": ParkReason.DIGILOCKER_UNAVAILABLE,
    "PushLimitReached": ParkReason.LIMIT_REACHED,
}


def reason_of(answer: PushAnswer) -> ParkReason:
    """The reason that an answer of DigiLocker's is; a success is `ValueError`."""
    return ParkReason(f"push_{answer.value}")


def reason_of_error(error: str) -> ParkReason:
    """The reason that an error of the step is; what is not known by name is a step that failed."""
    return _OF_ERROR.get(error, ParkReason.STEP_FAILED)


def due_again(reason: ParkReason, round_: int, now: datetime, unevenness: float) -> datetime | None:
    """When a parked push is taken up again; None where a person must look first.

    `round_` is how many journeys it has had: each waits twice as long as the one before, up to an hour. `unevenness`,
    from 0 to 1, shifts the wait by up to a quarter either way, so that what failed together does not come together.
    """
    if reason in OF_THE_DEPARTMENT:
        wait = DAILY
    elif reason in TRANSIENT:
        wait = min(FIRST_WAIT * 2 ** min(max(round_ - 1, 0), 10), LONGEST_WAIT)
    else:
        return None
    # Whole milliseconds, as the store keeps.
    return now + timedelta(milliseconds=wait * (0.75 + unevenness / 2) // timedelta(milliseconds=1))
