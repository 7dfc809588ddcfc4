"""The step that makes the PDF and XML of certificates.

AWS invokes it: with the stream of certificates (one was issued, make it at once) and each minute (make what waits:
what a key, a time-stamping authority or a run that died has left). It alone loads what lays PDFs out and signs them.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from chalice.app import Blueprint

from chalicelib.domain.departments.making import Made, Outcome
from chalicelib.handlers.logs import logger
from chalicelib.handlers.metrics import measured
from chalicelib.handlers.steps import StepAnswer, step, time_left
from chalicelib.handlers.woken_events import listed, read_woken
from chalicelib.suite import suite

certificate_making_steps = Blueprint(__name__)
# What a certificate at hand may need; one that a run did not finish is the next minute's.
_STOP_BEFORE_MILLISECONDS = 20_000
_AT_MOST = 500
# pyHanko warns of each file that it may fetch nothing by itself: that is what is wanted.
logging.getLogger("pyhanko").setLevel(logging.ERROR)


@dataclass(frozen=True, slots=True)
class MakeEvent:
    """Which certificates to make: these, or (None) all that wait."""

    certificate_ids: tuple[str, ...] | None


def read_make_event(event: Mapping[str, object]) -> MakeEvent:
    """The event in any of its shapes.

    `{}` or EventBridge's scheduled event: all that wait. `{"certificate_ids": […]}`: these. A batch of a DynamoDB
    stream, `{"Records": […]}`: the certificates that are new in it. Raises `Refusal` `invalid_fields` for any other.
    """
    return read_woken(
        event,
        key="certificate_id",
        at_most=_AT_MOST,
        asked="certificate_ids",
        of_asked=lambda content: MakeEvent(listed(content, _AT_MOST)),
        of_ids=MakeEvent,
    )


@certificate_making_steps.lambda_function(name="make_certificates")
@step(MakeEvent, with_context=True, reader=read_make_event)
def make_certificates(event: MakeEvent, context: Any) -> StepAnswer:  # noqa: ANN401 - Lambda's context
    """Makes certificates; run again, it makes nothing twice. `waiting` and `left` are the next minute's."""
    making, has_time = suite().making, time_left(context, _STOP_BEFORE_MILLISECONDS)
    if event.certificate_ids is None:
        outcomes = making.make_due(_AT_MOST, has_time)
    else:
        outcomes = making.make(event.certificate_ids, has_time)
    _tell(outcomes, getattr(context, "function_name", ""))
    return {made.value: sum(one.made is made for one in outcomes) for made in Made}


def _tell(outcomes: tuple[Outcome, ...], function_name: str) -> None:
    """Logs each certificate that was not made, by its id, which names nobody, and measures what the alarm watches.

    The department's page tells it too.
    """
    for one in outcomes:
        if one.hindrance is not None:
            about = {"certificate_id": one.certificate_id, "because": one.hindrance.value, "error": one.error or None}
            logger().warning(f"certificate {one.made.value}", extra=about)
    hindered = sum(one.hindrance is not None for one in outcomes)
    if hindered:
        measured(function_name, CertificatesHindered=hindered)
