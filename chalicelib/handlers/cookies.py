"""The two cookies of a signed-in person's browser: the session's, and that of a browser that its owner trusts."""

from __future__ import annotations

from chalicelib.domain.accounts.security import TRUST
from chalicelib.handlers.operations import BROWSER_COOKIE, SESSION_COOKIE

_KEPT_SAFE = "Path=/; Secure; HttpOnly; SameSite=Strict"


def session_cookie(token: str) -> str:
    """`Set-Cookie` for a new session; it goes with the browser's, the server decides how long it counts."""
    return f"{SESSION_COOKIE}={token}; {_KEPT_SAFE}"


def no_session_cookie() -> str:
    """`Set-Cookie` that takes the session's cookie away."""
    return f"{SESSION_COOKIE}=; {_KEPT_SAFE}; Max-Age=0"


def browser_cookie(value: str) -> str:
    """`Set-Cookie` for a trusted browser: kept for 30 days."""
    return f"{BROWSER_COOKIE}={value}; {_KEPT_SAFE}; Max-Age={int(TRUST.total_seconds())}"
