"""The headers of the API's answers, as `docs/openapi.json` tells them."""

from __future__ import annotations

from typing import Any

from chalicelib.handlers.operations import SESSION_COOKIE
from chalicelib.web.texts import LANGUAGES

HEADERS: dict[str, Any] = {
    "CacheControl": {"description": "Never to be kept.", "schema": {"type": "string", "const": "no-store"}},
    "ContentLanguage": {
        "description": "The language of the sentences.",
        "schema": {"type": "string", "enum": list(LANGUAGES)},
    },
    "RetryAfter": {
        "description": "Seconds after which to ask again.",
        "schema": {"type": "string", "pattern": "^[0-9]+$"},
    },
    "Location": {"description": "The address of the page.", "schema": {"type": "string"}},
    "SetCookie": {"description": f"Sets or clears `{SESSION_COOKIE}`.", "schema": {"type": "string"}},
    "WwwAuthenticate": {
        "description": "Asks for a token (RFC 9110).",
        "schema": {"type": "string", "const": "Bearer"},
    },
}


def headers_of(*names: str) -> dict[str, Any]:
    """The headers of one answer: never to be kept, and `names` (keys of `HEADERS`)."""
    written = {
        "RetryAfter": "Retry-After",
        "Location": "Location",
        "SetCookie": "Set-Cookie",
        "WwwAuthenticate": "WWW-Authenticate",
        "CacheControl": "Cache-Control",
        "ContentLanguage": "Content-Language",
    }
    return {written[name]: {"$ref": f"#/components/headers/{name}"} for name in ("CacheControl", *names)}
