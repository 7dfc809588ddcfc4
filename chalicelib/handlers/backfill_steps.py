"""The steps of an import: one Lambda each, for its state machine (docs/steps.md)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from chalice.app import Blueprint

from chalicelib.handlers.bodies import optional_number, required, sent
from chalicelib.handlers.logs import logger
from chalicelib.handlers.steps import StepAnswer, identifier, step, time_left
from chalicelib.suite import suite

if TYPE_CHECKING:
    from chalicelib.domain.departments.backfills import Backfill

backfill_steps = Blueprint(__name__)
# What the batch at hand may still need.
_STOP_BEFORE_MILLISECONDS = 15_000
_BACKFILL_ID = sent(identifier, "The import's id.", "3q2-7wAAECAwQFBgcICQoL")


@dataclass(frozen=True, slots=True)
class BackfillEvent:
    """The event of a step that needs the import alone."""

    backfill_id: str = _BACKFILL_ID


@dataclass(frozen=True, slots=True)
class RangeEvent:
    """The event of the step that imports one range of the file."""

    backfill_id: str = _BACKFILL_ID
    number: int = optional_number("The range's number, from 0.", 7)


@dataclass(frozen=True, slots=True)
class FailEvent:
    """The event of the step that ends an import: `error` is the name of the error that stopped it."""

    backfill_id: str = _BACKFILL_ID
    error: str = sent(required, "The error's name.", "DepartmentSuspended", at_most=200)


@backfill_steps.lambda_function(name="plan_backfill")
@step(BackfillEvent)
def plan_backfill(event: BackfillEvent) -> StepAnswer:
    """Cuts the file into ranges, and says where their list lies; a file that cannot be imported ends the import."""
    planned = suite().backfill_steps.plan(event.backfill_id)
    going_on = "import" if planned.ranges else "finish"
    return {
        "backfill_id": event.backfill_id,
        "bucket": suite().settings["DOCUMENTS_BUCKET"],
        "key": planned.key,
        "ranges": planned.ranges,
        "next": "ended" if planned.is_refused else going_on,
    }


@backfill_steps.lambda_function(name="import_range")
@step(RangeEvent, with_context=True)
def import_range(event: RangeEvent, context: Any) -> StepAnswer:  # noqa: ANN401 - Lambda's context
    """Issues the certificates of one range, from its checkpoint on; `RangeUnfinished` where time runs out before."""
    done = suite().backfill_steps.import_range(
        event.backfill_id, event.number, time_left(context, _STOP_BEFORE_MILLISECONDS)
    )
    logger().info("range", extra={"backfill_id": event.backfill_id, "number": event.number, "rows": done.counts.rows})
    return {"number": event.number, "rows": done.counts.rows}


@backfill_steps.lambda_function(name="finish_backfill")
@step(BackfillEvent)
def finish_backfill(event: BackfillEvent) -> StepAnswer:
    """Ends an import: sums, report, audit, and word to whoever started it."""
    return _told(suite().backfill_steps.finish(event.backfill_id))


@backfill_steps.lambda_function(name="fail_backfill")
@step(FailEvent)
def fail_backfill(event: FailEvent) -> StepAnswer:
    """Ends an import that a step could not go on with; started again, it goes on where it stopped."""
    return _told(suite().backfill_steps.fail(event.backfill_id, event.error))


def _told(backfill: Backfill) -> StepAnswer:
    counts = backfill.counts
    return {
        "backfill_id": backfill.backfill_id,
        "status": backfill.status.value,
        "rows": counts.rows,
        "created": counts.created,
        "there_already": counts.there_already,
        "refused": counts.refused,
    }
