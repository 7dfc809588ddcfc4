"""Calls an issuer's Pull URI as DigiLocker does."""

import http.client
import time
from datetime import datetime
from urllib.parse import urlsplit

from infra.local.digilocker import pull_answers, pull_variants
from infra.local.digilocker.pull_answers import PullAnswer
from infra.local.digilocker.pull_variants import VARIANTS, Pull, Request, Variant

PATIENCE = 30.0


def pull(
    url: str,
    api_key: str,
    asked: Pull,
    variant: Variant | str = "v1.13",
    *,
    now: datetime,
    txn: str = "",
    ts: str = "",
    wrong: str = "",
) -> PullAnswer:
    """Make and send one request, and read its answer. Raises KeyError for a variant that there is not, OSError."""
    chosen = VARIANTS[variant] if isinstance(variant, str) else variant
    request = pull_variants.request(asked, api_key, chosen, now, txn=txn, ts=ts, wrong=wrong)
    return send(url, asked, request)


def send(url: str, asked: Pull, request: Request) -> PullAnswer:
    """Send a request as it is, and read its answer. Raises OSError where nobody answers."""
    parts = urlsplit(url)
    kind = http.client.HTTPSConnection if parts.scheme == "https" else http.client.HTTPConnection
    connection = kind(parts.netloc, timeout=PATIENCE)
    started = time.monotonic()
    try:
        path = parts.path + (f"?{parts.query}" if parts.query else "")
        connection.request("POST", path, body=request.body, headers=dict(request.headers))
        answer = connection.getresponse()
        body = answer.read()
        seconds = time.monotonic() - started
        return pull_answers.read(answer.status, answer.headers.get("Content-Type", ""), body, seconds, asked, request)
    finally:
        connection.close()
