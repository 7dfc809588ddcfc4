"""The cookies of a signed-in person's browser: the session's, a trusted browser's, that of a visit to DigiLocker."""

from __future__ import annotations

from chalicelib.domain.accounts.security import TRUST
from chalicelib.handlers.operations import BROWSER_COOKIE, DIGILOCKER_COOKIE, SESSION_COOKIE

_KEPT_SAFE = "Path=/; Secure; HttpOnly; SameSite=Strict"
_SENT_BACK = "Path=/; Secure; HttpOnly; SameSite=Lax"
# As long as the visit may take (`digilocker.authorising.LIFETIME`).
_VISIT_SECONDS = 600


def session_cookie(token: str) -> str:
    """`Set-Cookie` for a new session; it goes with the browser's, the server decides how long it counts."""
    return f"{SESSION_COOKIE}={token}; {_KEPT_SAFE}"


def no_session_cookie() -> str:
    """`Set-Cookie` that takes the session's cookie away."""
    return f"{SESSION_COOKIE}=; {_KEPT_SAFE}; Max-Age=0"


def browser_cookie(value: str) -> str:
    """`Set-Cookie` for a trusted browser: kept for 30 days."""
    return f"{BROWSER_COOKIE}={value}; {_KEPT_SAFE}; Max-Age={int(TRUST.total_seconds())}"


def digilocker_cookie(value: str) -> str:
    """`Set-Cookie` for the browser that goes to DigiLocker: for 10 minutes. Lax: DigiLocker's page sends it back."""
    return f"{DIGILOCKER_COOKIE}={value}; {_SENT_BACK}; Max-Age={_VISIT_SECONDS}"


def no_digilocker_cookie() -> str:
    """`Set-Cookie` that takes the cookie of a visit to DigiLocker away."""
    return f"{DIGILOCKER_COOKIE}=; {_SENT_BACK}; Max-Age=0"
