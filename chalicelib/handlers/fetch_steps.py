"""Steps to come."""

from __future__ import annotations

from typing import Any

from chalice.app import Blueprint

fetch_steps = Blueprint(__name__)


@fetch_steps.lambda_function(name="await_digilocker_callback")
def await_digilocker_callback(_event: Any, _context: Any) -> dict[str, Any]:  # noqa: ANN401 - to come
    """To come."""
    return {}


@fetch_steps.lambda_function(name="exchange_digilocker_code")
def exchange_digilocker_code(_event: Any, _context: Any) -> dict[str, Any]:  # noqa: ANN401 - to come
    """To come."""
    return {}


@fetch_steps.lambda_function(name="fetch_digilocker_document")
def fetch_digilocker_document(_event: Any, _context: Any) -> dict[str, Any]:  # noqa: ANN401 - to come
    """To come."""
    return {}


@fetch_steps.lambda_function(name="finish_fetch")
def finish_fetch(_event: Any, _context: Any) -> dict[str, Any]:  # noqa: ANN401 - to come
    """To come."""
    return {}


@fetch_steps.lambda_function(name="expire_fetch")
def expire_fetch(_event: Any, _context: Any) -> dict[str, Any]:  # noqa: ANN401 - to come
    """To come."""
    return {}


@fetch_steps.lambda_function(name="fail_fetch")
def fail_fetch(_event: Any, _context: Any) -> dict[str, Any]:  # noqa: ANN401 - to come
    """To come."""
    return {}
