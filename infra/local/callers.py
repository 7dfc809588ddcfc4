"""Who is calling AWS just now: a route or a step Lambda."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_CALLER: ContextVar[str | None] = ContextVar("caller", default=None)


@contextmanager
def calling_as(caller: str) -> Iterator[None]:
    """Give every AWS call made in the block to ``caller``: ``"GET /captcha"`` or a function's name."""
    token = _CALLER.set(caller)
    try:
        yield
    finally:
        _CALLER.reset(token)


def caller() -> str | None:
    """Name the route or function whose code is running; None outside of them."""
    return _CALLER.get()
