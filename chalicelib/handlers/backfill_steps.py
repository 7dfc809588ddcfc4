"""Steps to come."""

from __future__ import annotations

from typing import Any

from chalice.app import Blueprint

backfill_steps = Blueprint(__name__)


@backfill_steps.lambda_function(name="plan_backfill")
def plan_backfill(_event: Any, _context: Any) -> dict[str, Any]:  # noqa: ANN401 - to come
    """To come."""
    return {}


@backfill_steps.lambda_function(name="import_range")
def import_range(_event: Any, _context: Any) -> dict[str, Any]:  # noqa: ANN401 - to come
    """To come."""
    return {}


@backfill_steps.lambda_function(name="finish_backfill")
def finish_backfill(_event: Any, _context: Any) -> dict[str, Any]:  # noqa: ANN401 - to come
    """To come."""
    return {}


@backfill_steps.lambda_function(name="fail_backfill")
def fail_backfill(_event: Any, _context: Any) -> dict[str, Any]:  # noqa: ANN401 - to come
    """To come."""
    return {}
