"""The CRLs of the test certifying authority, as a CA's web server has them."""

from collections.abc import Callable
from datetime import datetime
from typing import TYPE_CHECKING

from infra.local.console_routes import Asked, Route, in_bytes, in_json
from infra.local.http_server import HttpAnswer

if TYPE_CHECKING:
    from infra.local.authority import Authority

FOLDER = "/crl/"


class Crls:
    """Serves each CA's CRL, made anew for each who asks. ``are_served``: a test may take the host down."""

    def __init__(self, authority: Callable[[], "Authority"], clock: Callable[[], datetime]) -> None:
        self._authority, self._clock = authority, clock
        self.are_served = True

    @property
    def route(self) -> Route:
        """The place of the CRLs on the console."""
        return Route(FOLDER, self._answer)

    def _answer(self, asked: Asked) -> HttpAnswer:
        name = asked.path.removeprefix(FOLDER).removesuffix(".crl")
        if not self.are_served:
            return in_json({"message": "the host of the CRLs is down"}, 503)
        if name not in self._authority().crl_urls:
            return in_json({"message": "no such CRL"}, 404)
        return in_bytes(self._authority().crl(name, self._clock()), "application/pkix-crl")
