"""What stands around every route: Chalice's own refusals become problems like all others."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from chalice.app import Response

from chalicelib.handlers import problems
from chalicelib.suite import suite
from chalicelib.web.texts import negotiate


def as_problems(request: Any, get_response: Callable[[Any], Response]) -> Response:  # noqa: ANN401 - Chalice's request
    """Chalice middleware: 404, 405, 415 and 500 that Chalice makes itself, as `application/problem+json`."""
    response = get_response(request)
    headers = getattr(request, "headers", None) or {}
    return problems.from_chalice(response, negotiate(headers.get("accept-language")), suite().clock())
