"""Steps to come."""

from __future__ import annotations

from typing import Any

from chalice.app import Blueprint

publishing_steps = Blueprint(__name__)


@publishing_steps.lambda_function(name="start_publishing")
def start_publishing(_event: Any, _context: Any) -> dict[str, Any]:  # noqa: ANN401 - to come
    """To come."""
    return {}


@publishing_steps.lambda_function(name="push_certificate")
def push_certificate(_event: Any, _context: Any) -> dict[str, Any]:  # noqa: ANN401 - to come
    """To come."""
    return {}


@publishing_steps.lambda_function(name="park_push")
def park_push(_event: Any, _context: Any) -> dict[str, Any]:  # noqa: ANN401 - to come
    """To come."""
    return {}
