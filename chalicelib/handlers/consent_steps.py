"""The step that ends what is over, for its schedule: people's consents, and the keeping of certificates.

`docs/steps.md` lists its event, answer, errors, role, memory and timeout.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from typing import Any

from chalice.app import Blueprint

from chalicelib.handlers.logs import logger
from chalicelib.handlers.metrics import measured
from chalicelib.handlers.steps import StepAnswer, step, time_left
from chalicelib.suite import suite

consent_steps = Blueprint(__name__)
# More than an hour's worth; what is left is first in the next run.
_AT_MOST = 500
# A call to DigiLocker takes 20 s at most. What is kept back beyond that is the certificates'.
_ENOUGH_MILLISECONDS = 450_000
_CERTIFICATES_AT_MOST = 50_000
# What a certificate at hand may still need.
_STOP_BEFORE_MILLISECONDS = 20_000


@dataclass(frozen=True, slots=True)
class ScheduledEvent:
    """The event of a schedule that says nothing."""


@consent_steps.lambda_function(name="end_consents")
@step(ScheduledEvent, with_context=True)
def end_consents(event: ScheduledEvent, context: Any) -> StepAnswer:  # noqa: ANN401, ARG001 - Lambda's own; a step's event
    """Ends the consents that were revoked or whose time is over; `left` DigiLocker is still to be told of.

    Then it removes the certificates whose years of keeping are over; `certificates` counts them by what became of them.
    """
    ended = suite().consents.end_due(_AT_MOST, time_left(context, _ENOUGH_MILLISECONDS))
    return {"ended": ended.ended, "left": ended.left, "certificates": _removed(context)}


def _removed(context: Any) -> dict[str, int]:  # noqa: ANN401 - Lambda's context
    """Removes certificates while there is time; logs each that failed by its id, which names nobody."""
    has_time = time_left(context, _STOP_BEFORE_MILLISECONDS)
    counts: Counter[str] = Counter()
    for one in suite().removing.remove_due(_CERTIFICATES_AT_MOST, has_time):
        counts[one.removal.value] += 1
        if one.error:
            logger().warning(
                "certificate not removed", extra={"certificate_id": one.certificate_id, "error": one.error}
            )
    is_behind = not has_time() or counts.total() >= _CERTIFICATES_AT_MOST
    if counts["failed"] or is_behind:
        name = getattr(context, "function_name", "")
        measured(name, CertificatesNotRemoved=counts["failed"], RemovalsBehind=int(is_behind))
    return dict(counts)
