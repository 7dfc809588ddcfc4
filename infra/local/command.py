"""What ``python -m infra.local`` does and says."""

import sys
import threading
import time
from pathlib import Path

from infra.local.dynamodb_local import DynamoDBLocalError
from infra.local.http_server import HttpAnswer, HttpRequest, PortError
from infra.local.laptop import Engine, Laptop

DATA = Path(".cache/laptop")
_TOLD_OF = (0, 2)


def run(dynamodb: Engine, port: int, console_port: int, stop: threading.Event, started: float) -> int:
    """Run the laptop until ``stop`` is set; 0 then, 1 if it cannot start. ``started``: by the monotonic clock."""
    data = DATA if dynamodb == "local" else None
    try:
        with Laptop.start(dynamodb, port, console_port, data=data, log=_log) as laptop:
            _welcome(laptop, time.monotonic() - started, data)
            stop.wait()
            print("\nStopping…", flush=True)
    except PortError as error:
        option = "PORT" if error.port == port else "CONSOLE_PORT"
        print(f"{error}. Choose another port: make run {option}=<number>", file=sys.stderr)
        return 1
    except DynamoDBLocalError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def _welcome(laptop: Laptop, seconds: float, data: Path | None) -> None:
    print(f"Ready in {seconds:.1f} s. Nothing leaves this machine; no message is really sent.\n")
    print(f"  The site                 {laptop.site_url}")
    print(f"  The developer's console  {laptop.console_url}   (what was sent: /outbox, more samples: /samples)\n")
    print(f"  The Back Office          invite its first administrator at {laptop.console_url}/first-administrator\n")
    print(f"  Test DSCs                {laptop.console_url}/authority")
    print(f"  Simulated DigiLocker     {laptop.console_url}/digilocker\n")
    if data:
        print(f"  Data is kept in {data}. Registrations under way do not outlive a restart: begin those again.\n")
    print("Two IEC holders to try, at Register:\n")
    for sample in (laptop.samples[number] for number in _TOLD_OF):
        print(f"  {sample.legal_name}")
        print(f"    IEC {sample.iec}   GSTIN {sample.gstins[0]}   temporary password {sample.temporary_password}\n")
    print("Ctrl-C stops it.", flush=True)


def _log(request: HttpRequest, answer: HttpAnswer, milliseconds: float) -> None:
    print(f"{request.method} {request.target.partition('?')[0]} {answer.status} {milliseconds:.0f} ms", flush=True)
