"""The developer's console: what was sent, whom to try, how far each journey is. Of the laptop only."""

import json
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from infra.local import console_invitation, console_pages
from infra.local.executions import executions
from infra.local.http_server import HttpAnswer, HttpRequest
from infra.local.outbox import Sent
from infra.local.samples import Sample

_OWN_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})


class Console:
    """The console's pages; each is JSON for programs and HTML for people."""

    def __init__(self, outbox: Callable[[], list[Sent]], samples: Sequence[Sample], site_url: str) -> None:
        self._lists: dict[str, Callable[[], list[dict[str, Any]]]] = {
            "/outbox": lambda: [message.as_json() for message in outbox()],
            "/samples": lambda: [sample.as_json() for sample in samples],
            "/executions": lambda: [execution.as_json() for execution in executions()],
        }
        self._site_url = site_url

    def answer(self, request: HttpRequest) -> HttpAnswer:
        """Answer a GET, or the one form there is; anything else is 404 or 405."""
        headers = {name.lower(): value for name, value in request.headers}
        if headers.get("host", "").rpartition(":")[0] not in _OWN_NAMES:
            # A page from elsewhere, its name made to point here, must not read one-time codes.
            return _json(403, {"message": "the console answers on localhost only"})
        path = urlsplit(request.target).path.rstrip("/") or "/"
        if path == console_invitation.PATH:
            return self._invitation(request, headers)
        if path != "/" and path not in self._lists:
            return _json(404, {"message": "not found", "paths": ["/", *self._lists, console_invitation.PATH]})
        if request.method not in ("GET", "HEAD"):
            return _json(405, {"message": "GET only"})
        people = _prefers_html(headers.get("accept", "*/*"))
        if path == "/":
            site = self._site_url
            return _html(console_pages.front(site, list(self._lists))) if people else _json(200, {"site": site})
        rows = self._lists[path]()
        return _html(console_pages.listing(path.removeprefix("/"), rows)) if people else _json(200, rows)

    def _invitation(self, request: HttpRequest, headers: Mapping[str, str]) -> HttpAnswer:
        """The form that invites the first administrator, and what becomes of it."""
        if request.method in ("GET", "HEAD"):
            return _html(console_pages.page("Invite the first administrator", console_invitation.form()))
        # A page from elsewhere may send a form here, though it cannot read the answer.
        origin = headers.get("origin")
        if request.method != "POST" or (origin is not None and urlsplit(origin).netloc != headers["host"]):
            return _json(405, {"message": "GET, or POST from this page"})
        status, said = console_invitation.invited(request, self._site_url)
        if not _prefers_html(headers.get("accept", "*/*")):
            return _json(status, said)
        return _html(console_pages.page("The first administrator", console_invitation.outcome(status, said)), status)


def _prefers_html(accept: str) -> bool:
    weights: dict[str, float] = {}
    for part in accept.split(","):
        media_type, _, parameters = part.partition(";")
        quality = parameters.partition("q=")[2].split(";")[0].strip()
        try:
            weights[media_type.strip().lower()] = float(quality) if quality else 1.0
        except ValueError:
            weights[media_type.strip().lower()] = 0.0
    return weights.get("text/html", 0) > weights.get("application/json", 0)


def _json(status: int, value: object) -> HttpAnswer:
    body = json.dumps(value, ensure_ascii=False, indent=1).encode()
    return HttpAnswer(status, [("Content-Type", "application/json"), ("Cache-Control", "no-store")], body)


def _html(page: str, status: int = 200) -> HttpAnswer:
    headers = [
        ("Content-Type", "text/html; charset=utf-8"),
        ("Cache-Control", "no-store"),
        ("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'"),
    ]
    return HttpAnswer(status, headers, page.encode())
