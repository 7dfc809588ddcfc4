"""Places of the developer's console: what each is asked, and how it answers programs and people."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from infra.local import console_pages
from infra.local.http_server import HttpAnswer, HttpRequest

READING = ("GET", "HEAD")
# A form of the console's own pages is all that a page of the console may send.
_POLICY = "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; frame-ancestors 'none'"


@dataclass(frozen=True)
class Asked:
    """A request to one place of the console."""

    request: HttpRequest

    @cached_property
    def headers(self) -> dict[str, str]:
        """The headers, by their names in lower case."""
        return {name.lower(): value for name, value in self.request.headers}

    @property
    def method(self) -> str:
        """The method: GET, HEAD, POST."""
        return self.request.method

    @property
    def path(self) -> str:
        """The path, without a slash at its end."""
        return urlsplit(self.request.target).path.rstrip("/") or "/"

    @property
    def query(self) -> dict[str, str]:
        """What stands after the question mark."""
        return dict(parse_qsl(urlsplit(self.request.target).query, keep_blank_values=True))

    @property
    def is_reading(self) -> bool:
        """Whether nothing is to change by it."""
        return self.method in READING

    @property
    def by_a_person(self) -> bool:
        """Whether it wants a page rather than JSON."""
        return _prefers_html(self.headers.get("accept", "*/*"))

    @property
    def is_from_elsewhere(self) -> bool:
        """Whether a page of another origin sent it."""
        origin = self.headers.get("origin")
        return origin is not None and urlsplit(origin).netloc != self.headers.get("host")

    def typed(self) -> dict[str, Any]:
        """What was sent: a form (urlencoded) or JSON. Raises ValueError for JSON that is none."""
        if self.headers.get("content-type", "").startswith("application/json"):
            sent: dict[str, Any] = json.loads(self.request.body)
            return sent
        return dict(parse_qsl(self.request.body.decode(), keep_blank_values=True))


@dataclass(frozen=True)
class Route:
    """One place of the console.

    A ``path`` that ends in a slash stands for everything below it ("/crl/"). ``title`` is what the front page calls it;
    without one it is not listed there. ``from_elsewhere``: whether pages of other origins may send it something, as a
    simulated provider's must be; all others refuse that.
    """

    path: str
    answer: Callable[[Asked], HttpAnswer]
    title: str = ""
    methods: tuple[str, ...] = READING
    from_elsewhere: bool = False

    def is_at(self, path: str) -> bool:
        """Whether this is the place for a path."""
        return path.startswith(self.path) if self.path.endswith("/") and self.path != "/" else path == self.path


def in_json(value: object, status: int = 200) -> HttpAnswer:
    """Answer a program."""
    body = json.dumps(value, ensure_ascii=False, indent=1).encode()
    return HttpAnswer(status, [("Content-Type", "application/json"), ("Cache-Control", "no-store")], body)


def in_html(title: str, content: str, status: int = 200, policy: str = _POLICY) -> HttpAnswer:
    """Answer a person with a page; ``content`` is HTML, ``title`` is put in escaped."""
    headers = [
        ("Content-Type", "text/html; charset=utf-8"),
        ("Cache-Control", "no-store"),
        ("Content-Security-Policy", policy),
    ]
    return HttpAnswer(status, headers, console_pages.page(title, content).encode())


def in_bytes(content: bytes, content_type: str, file_name: str = "") -> HttpAnswer:
    """Answer with a file; one that has a name is saved by browsers."""
    headers = [("Content-Type", content_type), ("Cache-Control", "no-store")]
    if file_name:
        headers.append(("Content-Disposition", f'attachment; filename="{file_name}"'))
    return HttpAnswer(200, headers, content)


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
