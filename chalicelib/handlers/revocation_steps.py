"""The step that keeps revocation data fresh: a Lambda of its own, on a schedule (docs/steps.md)."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from chalice.app import Blueprint

from chalicelib.domain.refusals import Code, FieldError, Refusal
from chalicelib.handlers.logs import logger
from chalicelib.handlers.metrics import measured
from chalicelib.handlers.steps import StepAnswer, step
from chalicelib.handlers.woken_events import is_schedule
from chalicelib.suite import suite

revocation_steps = Blueprint(__name__)

_SHA256 = re.compile(r"[0-9a-f]{64}")
_AT_MOST = 20
_GOOD = frozenset({"indexed", "same", "overtaken"})


@dataclass(frozen=True, slots=True)
class RefreshEvent:
    """The parked CRLs that an operator accepts: their SHA-256, hex."""

    accept: tuple[str, ...] = ()


def _event(event: Mapping[str, object]) -> RefreshEvent:
    """The model of what invoked it: `{}`, EventBridge's scheduled event, or `{"accept": […]}`."""
    if is_schedule(event):
        return RefreshEvent()
    errors = {name[:40]: FieldError("unknown_field") for name in event if name != "accept"}
    accept = event.get("accept")
    if not isinstance(accept, list) or len(accept) > _AT_MOST or not all(_is_sha256(each) for each in accept):
        errors["accept"] = FieldError("bad_characters")
        accept = []
    if errors:
        raise Refusal(Code.INVALID_FIELDS, errors=errors)
    return RefreshEvent(tuple(accept))


def _is_sha256(value: object) -> bool:
    return isinstance(value, str) and _SHA256.fullmatch(value) is not None


@revocation_steps.lambda_function(name="refresh_revocation")
@step(RefreshEvent, reader=_event, with_context=True)
def refresh_revocation(event: RefreshEvent, context: object) -> StepAnswer:
    """Fetches each watched CRL and makes the index that stands for it; one that fails does not stop the others."""
    found = suite().refreshing.refresh(frozenset(event.accept))
    for each in found:
        if each.outcome not in _GOOD or each.is_stale:
            about = {"source_id": each.source_id, "outcome": each.outcome, "crl_sha256": each.crl_sha256}
            logger().warning("a CRL was not taken", extra={**about, "is_stale": each.is_stale})
    measured(
        getattr(context, "function_name", ""),
        CrlsStale=sum(each.is_stale for each in found),
        CrlsRefused=sum(each.outcome not in _GOOD for each in found),
        CrlsParked=sum(each.outcome == "shrunk" for each in found),
    )
    return {"sources": {each.source_id: each.outcome for each in found}, "stale": sum(each.is_stale for each in found)}
