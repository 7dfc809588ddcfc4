"""Steps to come."""

from __future__ import annotations

from typing import Any

from chalice.app import Blueprint

certificate_making_steps = Blueprint(__name__)


@certificate_making_steps.lambda_function(name="make_certificates")
def make_certificates(_event: Any, _context: Any) -> dict[str, Any]:  # noqa: ANN401 - to come
    """To come."""
    return {}
