"""Steps to come."""

from __future__ import annotations

from typing import Any

from chalice.app import Blueprint

consent_steps = Blueprint(__name__)


@consent_steps.lambda_function(name="end_consents")
def end_consents(_event: Any, _context: Any) -> dict[str, Any]:  # noqa: ANN401 - to come
    """To come."""
    return {}
