"""``python -m infra.local``: run the suite on this machine until Ctrl-C."""

import argparse
import signal
import sys
import threading
import time
from pathlib import Path

from infra.local.dynamodb_local import DynamoDBLocalError
from infra.local.http_server import HttpAnswer, HttpRequest, PortTakenError
from infra.local.laptop import CONSOLE_PORT, SITE_PORT, Laptop

DATA = Path(".cache/laptop")


def main() -> int:
    """Run the laptop; 0 after Ctrl-C, 1 if it cannot start."""
    arguments = _arguments()
    stop = threading.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: stop.set())
    started = time.monotonic()
    kept = arguments.dynamodb == "local"
    print("Starting AWS on this machine…", flush=True)
    try:
        with Laptop.start(
            arguments.dynamodb, arguments.port, arguments.console_port, data=DATA if kept else None, log=_log
        ) as laptop:
            _welcome(laptop, time.monotonic() - started, kept=kept)
            stop.wait()
            print("\nStopping…", flush=True)
    except PortTakenError as error:
        option = "PORT" if error.port == arguments.port else "CONSOLE_PORT"
        print(
            f"Port {error.port} is taken by another program. "
            f"End it, or choose another port: make run {option}={error.port + 10}",
            file=sys.stderr,
        )
        return 1
    except DynamoDBLocalError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m infra.local", description=__doc__)
    parser.add_argument("--port", type=int, default=SITE_PORT, help="the site's port")
    parser.add_argument("--console-port", type=int, default=CONSOLE_PORT, help="the developer's console's port")
    parser.add_argument(
        "--dynamodb",
        choices=("moto", "local"),
        default="moto",
        help="moto: in memory; local: DynamoDB Local, which keeps its data in .cache/",
    )
    return parser.parse_args()


def _welcome(laptop: Laptop, seconds: float, *, kept: bool) -> None:
    print(f"Ready in {seconds:.1f} s. Nothing leaves this machine; no message is really sent.\n")
    print(f"  The site                 {laptop.site_url}")
    print(f"  The developer's console  {laptop.console_url}   (what was sent: /outbox, more samples: /samples)\n")
    if kept:
        print(f"  Data is kept in {DATA}. Registrations under way do not outlive a restart: begin those again.\n")
    print("Two IEC holders to try, at Register:\n")
    for sample in laptop.samples[:3:2]:
        print(f"  {sample.legal_name}")
        print(f"    IEC {sample.iec}   GSTIN {sample.gstins[0]}   temporary password {sample.temporary_password}\n")
    print("Ctrl-C stops it.", flush=True)


def _log(request: HttpRequest, answer: HttpAnswer, milliseconds: float) -> None:
    print(f"{request.method} {request.target.partition('?')[0]} {answer.status} {milliseconds:.0f} ms", flush=True)


if __name__ == "__main__":
    sys.exit(main())
