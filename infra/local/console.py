"""The developer's console: what was sent, whom to try, how far each journey is. Of the laptop only.

It is a table of places; what the laptop plays of the outside world (``infra/local/outside.py``) has its places here.
"""

from collections.abc import Callable, Sequence
from typing import Any

from infra.local import console_invitation, console_pages
from infra.local.console_routes import READING, Asked, Route, in_html, in_json
from infra.local.executions import executions
from infra.local.http_server import HttpAnswer, HttpRequest
from infra.local.outbox import Sent
from infra.local.samples import Sample

_OWN_NAMES = frozenset({"localhost", "127.0.0.1", "[::1]"})
Rows = Callable[[], Sequence[dict[str, Any]]]


class Console:
    """The console's places; each is JSON for programs and HTML for people."""

    def __init__(
        self, outbox: Callable[[], list[Sent]], samples: Sequence[Sample], site_url: str, more: Sequence[Route] = ()
    ) -> None:
        self._site_url = site_url
        self._routes = (
            Route("/", self._front),
            _listing("/outbox", "Messages sent", lambda: [message.as_json() for message in outbox()]),
            _listing("/samples", "Sample IEC holders", lambda: [sample.as_json() for sample in samples], _NOTE),
            _listing("/executions", "Executions", lambda: [execution.as_json() for execution in executions()]),
            console_invitation.route(site_url),
            *more,
        )

    def answer(self, request: HttpRequest) -> HttpAnswer:
        """Answer what one of the places is asked; anything else is 403, 404 or 405."""
        asked = Asked(request)
        if asked.headers.get("host", "").rpartition(":")[0] not in _OWN_NAMES:
            # A page from elsewhere, its name made to point here, must not read one-time codes.
            return in_json({"message": "the console answers on localhost only"}, 403)
        route = next((route for route in self._routes if route.is_at(asked.path)), None)
        if route is None:
            return in_json({"message": "not found", "paths": [route.path for route in self._routes]}, 404)
        if asked.method not in route.methods:
            return in_json({"message": f"{', '.join(route.methods)} only"}, 405)
        if not asked.is_reading and asked.is_from_elsewhere and not route.from_elsewhere:
            # A page from elsewhere may send a form here, though it cannot read the answer.
            return in_json({"message": "only a page of the console may send this"}, 405)
        return route.answer(asked)

    def _front(self, asked: Asked) -> HttpAnswer:
        if not asked.by_a_person:
            return in_json({"site": self._site_url})
        listed = [(route.path, route.title) for route in self._routes if route.title]
        return in_html("Console of the laptop", console_pages.front(self._site_url, listed))


_NOTE = (
    "Each may register at ICEGATE. For an account of DGFT's platform anybody signs up. Staff are invited: "
    f'<a href="{console_invitation.PATH}">invite the first administrator</a>.'
)


def _listing(path: str, title: str, rows: Rows, note: str = "") -> Route:
    """Make a place that lists rows; ``note`` is HTML."""

    def answer(asked: Asked) -> HttpAnswer:
        return in_html(title, console_pages.listing(rows(), note)) if asked.by_a_person else in_json(rows())

    return Route(path, answer, title, READING)
