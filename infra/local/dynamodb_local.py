"""DynamoDB Local, AWS's own engine, as a child process."""

import hashlib
import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory, TemporaryFile
from typing import IO

from infra.local.http_server import HOST
from infra.locks import alone

POM = Path("infra/dynamodb-local/pom.xml")
SERVER = Path("infra/dynamodb-local/LoopbackServer.java")
CACHE = Path(".cache/dynamodb-local")
_START_SECONDS = 60
_STOP_SECONDS = 10
_OLDEST_JAVA = 17


class DynamoDBLocalError(RuntimeError):
    """DynamoDB Local cannot be had or does not start; the message says why and what to do."""


def why_not() -> str | None:
    """Say why DynamoDB Local cannot run on this machine; None if it can (it may still have to be downloaded)."""
    tools = {"java": f"Java {_OLDEST_JAVA} or later (java)"}
    if not _libraries().exists():
        tools |= {"javac": f"a JDK {_OLDEST_JAVA} or later (javac)", "mvn": "Maven (mvn)"}
    missing = [name for tool, name in tools.items() if shutil.which(tool) is None]
    return f"{' and '.join(missing)} not found on the PATH" if missing else None


def fetch() -> None:
    """Have Maven copy the jars and native libraries into ``.cache``, unless they are there."""
    libraries = _libraries()
    if libraries.exists():
        return
    reason = why_not()
    if reason:
        raise DynamoDBLocalError(f"{reason}. Install a JDK {_OLDEST_JAVA} and Maven, or use DYNAMODB=moto.")
    with alone(CACHE / "lock"):
        if not libraries.exists():
            _fetch(libraries)


def _fetch(libraries: Path) -> None:
    print("Fetching DynamoDB Local from Maven Central (about 50 MB, once)…", flush=True)
    # Into a folder of its own first: what stands under its final name is whole.
    with TemporaryDirectory(dir=CACHE) as folder:
        fetched = Path(folder).resolve() / "libraries"
        copy = ["dependency:copy-dependencies", f"-DoutputDirectory={fetched}"]
        _have_done(["mvn", "--batch-mode", "--quiet", "--file", str(POM), *copy])
        _have_done(["javac", "-d", str(fetched), "-cp", f"{fetched}/*", str(SERVER)])
        fetched.rename(libraries)


@dataclass(frozen=True)
class DynamoDBLocal:
    """A DynamoDB Local that was started."""

    endpoint: str
    """Where it answers."""
    ready: Callable[[], None]
    """Waits until it does; raises DynamoDBLocalError."""


@contextmanager
def dynamodb_local_running(data: Path | None = None) -> Iterator[DynamoDBLocal]:
    """Run DynamoDB Local on a free port while in the block: in memory, or in the folder ``data``.

    Raises DynamoDBLocalError. It takes a second or two to be ``ready``, in which other things can be done.
    """
    fetch()
    libraries = _libraries()
    port = _free_port()
    store = ["-inMemory"]
    if data is not None:
        folder = data / "dynamodb"
        folder.mkdir(parents=True, exist_ok=True)
        store = ["-dbPath", str(folder.resolve())]
    command = ["java", "-Xmx512m", f"-Djava.library.path={libraries}"]
    command += ["-cp", f"{libraries}{os.pathsep}{libraries}/*", SERVER.stem]
    command += ["-port", str(port), "-sharedDb", "-disableTelemetry", *store]
    with (
        # Not a pipe: nobody reads it while it runs, and one that is full would stop it.
        TemporaryFile("w+", encoding="utf-8", errors="replace") as said,
        subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=said,
            stderr=subprocess.STDOUT,
            text=True,
            # Its own session: Ctrl-C reaches the laptop, which ends it in turn.
            start_new_session=True,
        ) as child,
    ):
        try:
            yield DynamoDBLocal(f"http://{HOST}:{port}", partial(_wait_until_it_answers, child, port, said))
        finally:
            try:
                child.communicate(timeout=_STOP_SECONDS)
            except subprocess.TimeoutExpired:
                child.kill()


def _have_done(command: list[str]) -> None:
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise DynamoDBLocalError(f"DynamoDB Local could not be fetched; {command[0]} said:\n{done.stdout}{done.stderr}")


def _libraries() -> Path:
    return CACHE / hashlib.sha256(POM.read_bytes() + SERVER.read_bytes()).hexdigest()[:12]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind((HOST, 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_until_it_answers(child: subprocess.Popen[str], port: int, said: IO[str]) -> None:
    deadline = time.monotonic() + _START_SECONDS
    while time.monotonic() < deadline:
        if child.poll() is not None:
            said.seek(0)
            output = said.read()
            raise DynamoDBLocalError(f"DynamoDB Local ended at once (it needs Java {_OLDEST_JAVA}):\n{output}")
        try:
            socket.create_connection((HOST, port), timeout=1).close()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise DynamoDBLocalError(f"DynamoDB Local did not answer within {_START_SECONDS} s")
