"""``python -m infra.local.digilocker``: run the simulated DigiLocker alone, until Ctrl-C."""

import argparse
import signal
import sys
import threading
from datetime import UTC, datetime

from infra.local.console_routes import Asked, Route, in_json
from infra.local.digilocker.clients import Client
from infra.local.digilocker.places import places
from infra.local.digilocker.simulator import PATH, DigiLocker
from infra.local.http_server import HttpAnswer, HttpRequest, PortError, serving

PORT = 8002
SAMPLE_CLIENT = "SIMCLIENT1"
SAMPLE_SECRET = "sim-client-secret-0001"  # noqa: S105 - it opens nothing


def main() -> int:
    """Run it; 0 after Ctrl-C, 1 where the port is taken."""
    arguments = _arguments()
    stop = threading.Event()
    for name in ("SIGINT", "SIGTERM"):
        signal.signal(getattr(signal, name), lambda *_: stop.set())
    routes: list[Route] = []
    try:
        with serving(arguments.port, lambda request: _answer(routes, request), _log) as origin:
            digilocker = DigiLocker(lambda: datetime.now(UTC), origin)
            digilocker.clients.add(_client(arguments))
            routes += places(digilocker)
            print(f"Simulated DigiLocker     {digilocker.url}")
            print(f"Simulated Entity Locker  {digilocker.entity_url}")
            print(f"Client {arguments.client_id}, secret {arguments.secret}, redirects: {arguments.redirect_uri}")
            print("Ctrl-C stops it.", flush=True)
            stop.wait()
    except PortError as error:
        print(f"{error}. Choose another with --port", file=sys.stderr)
        return 1
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m infra.local.digilocker", description=__doc__)
    parser.add_argument("--port", type=int, default=PORT, help="its port (8002)")
    parser.add_argument("--client-id", default=SAMPLE_CLIENT)
    parser.add_argument("--secret", default=SAMPLE_SECRET)
    parser.add_argument(
        "--redirect-uri",
        action="append",
        help="where browsers may be sent back to; may be repeated",
    )
    parsed = parser.parse_args()
    parsed.redirect_uri = parsed.redirect_uri or ["http://localhost:8000/digilocker/callback"]
    return parsed


def _client(arguments: argparse.Namespace) -> Client:
    return Client(
        arguments.client_id,
        arguments.secret,
        "A team's client",
        redirect_uris=tuple(arguments.redirect_uri),
        doctypes=("PANCR", "DRVLC", "TRCER"),
        issuer_id="in.gov.example.department",
        org_id="009001",
    )


def _answer(routes: list[Route], request: HttpRequest) -> HttpAnswer:
    asked = Asked(request)
    if asked.path == "/":
        return HttpAnswer(302, [("Location", PATH)])
    route = next((route for route in routes if route.is_at(asked.path)), None)
    if route is None:
        return in_json({"error": "not_found", "error_description": "There is no such call"}, 404)
    if not asked.is_reading and asked.is_from_elsewhere:
        return in_json({"message": "only a page of the simulator may send this"}, 405)
    return route.answer(asked)


def _log(request: HttpRequest, answer: HttpAnswer, milliseconds: float) -> None:
    print(f"{request.method} {request.target.partition('?')[0]} {answer.status} {milliseconds:.0f} ms", flush=True)


if __name__ == "__main__":
    sys.exit(main())
