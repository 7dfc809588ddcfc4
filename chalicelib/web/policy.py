"""What browsers hold our pages to: the Content-Security-Policy, and the other headers that guard them."""

import re
from collections.abc import Iterable, Mapping

_POLICY = {
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "connect-src": "'self'",
    "worker-src": "'self'",
    "img-src": "'self'",
    "form-action": "'self'",
    "base-uri": "'none'",
    "frame-ancestors": "'none'",
}
# Whom a page may reach beside our own origin, and the directive that lets it; where each is, is configuration.
REACHED = {"utility": "connect-src", "uploads": "connect-src", "esign": "form-action"}
_ORIGIN = re.compile(r"(?:https?|wss?)://[A-Za-z0-9.-]+(?::[0-9]{1,5})?")
_SECURITY_HEADERS = {
    "Cross-Origin-Opener-Policy": "same-origin",
    "Permissions-Policy": "otp-credentials=(self), camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "Referrer-Policy": "same-origin",
    "Strict-Transport-Security": "max-age=63072000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
}


def content_security_policy(origins: Mapping[str, Iterable[str]] | None = None) -> str:
    """Return the policy of a page that reaches ``origins`` beside our own (by the names of `REACHED`).

    Each is a scheme, a host and perhaps a port. Raises ValueError for anything else: no setting opens the policy wider.
    """
    directives = {name: [source] for name, source in _POLICY.items()}
    for whom, named in (origins or {}).items():
        for origin in sorted(set(named)):
            if not _ORIGIN.fullmatch(origin):
                raise ValueError(f"not an origin: {origin!r}")
            directives[REACHED[whom]].append(origin)
    return "; ".join(f"{name} {' '.join(sources)}" for name, sources in directives.items())


SECURITY_HEADERS = {"Content-Security-Policy": content_security_policy(), **_SECURITY_HEADERS}
