"""``python -m infra.local``: run the suite on this machine until Ctrl-C."""

import argparse
import signal
import sys
import threading
import time

CONSOLE_PORT = 8001
SITE_PORT = 8000
_PORTS = range(65536)


def main() -> int:
    """Run the laptop; 0 after Ctrl-C, 1 if it cannot start."""
    arguments = _arguments()
    stop = threading.Event()
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), lambda *_: stop.set())
    started = time.monotonic()
    print("Starting AWS on this machine…", flush=True)
    # It takes a second to load, in which a person should know what is going on.
    from infra.local.command import run  # noqa: PLC0415

    return run(arguments.dynamodb, arguments.port, arguments.console_port, stop, started)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m infra.local", description=__doc__)
    parser.add_argument("--port", type=_port, default=SITE_PORT, help="the site's port")
    parser.add_argument("--console-port", type=_port, default=CONSOLE_PORT, help="the developer's console's port")
    parser.add_argument(
        "--dynamodb",
        choices=("moto", "local"),
        default="moto",
        help="moto: in memory; local: DynamoDB Local, which keeps its data in .cache/",
    )
    return parser.parse_args()


def _port(text: str) -> int:
    if not (text.isascii() and text.isdigit() and int(text) in _PORTS):
        raise argparse.ArgumentTypeError(f"{text} is no port: a number from 0 to 65535 is")
    return int(text)


if __name__ == "__main__":
    sys.exit(main())
