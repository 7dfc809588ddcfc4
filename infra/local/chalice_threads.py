"""Chalice keeps the request it serves on the app; in Lambda there is one at a time, here there are many."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from chalice.app import Chalice


class _OwnRequest:
    _here = threading.local()

    @property
    def current_request(self) -> Any:  # noqa: ANN401 - chalice is untyped
        """The request this thread serves."""
        return getattr(self._here, "current_request", None)

    @current_request.setter
    def current_request(self, request: object) -> None:
        self._here.current_request = request

    @property
    def lambda_context(self) -> Any:  # noqa: ANN401 - chalice is untyped
        """The context this thread runs in."""
        return getattr(self._here, "lambda_context", None)

    @lambda_context.setter
    def lambda_context(self, context: object) -> None:
        self._here.lambda_context = context


@contextmanager
def own_request_for_each_thread(app: Chalice) -> Iterator[None]:
    """Let each thread have its own current request while in the block."""
    before = app.__class__
    app.__class__ = type(before.__name__, (_OwnRequest, before), {})
    try:
        yield
    finally:
        app.__class__ = before
