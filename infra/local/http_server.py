"""A small threaded HTTP server on 127.0.0.1, for the site and for the console."""

import errno
import sys
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

HOST = "127.0.0.1"
_LONGEST_BODY = 20 * 1024 * 1024
_IDLE_SECONDS = 30


@dataclass(frozen=True)
class HttpRequest:
    """A request as it came over the wire."""

    method: str
    target: str
    """Path and query, percent-encoded as sent."""
    headers: list[tuple[str, str]]
    body: bytes
    client_address: str


@dataclass(frozen=True)
class HttpAnswer:
    """What goes back.

    For those who play bad luck: status 0 hangs up without a word, and an answer that gives its own Content-Length is
    cut off where its body ends.
    """

    status: int
    headers: list[tuple[str, str]] = field(default_factory=list)
    body: bytes = b""


class PortError(RuntimeError):
    """The port cannot be had: something else listens on it, or we may not; the message says which."""

    def __init__(self, port: int, cause: OSError) -> None:
        taken = cause.errno == errno.EADDRINUSE
        super().__init__(f"Port {port} " + ("is taken by another program" if taken else f"cannot be had: {cause}"))
        self.port = port


Answering = Callable[[HttpRequest], HttpAnswer]
Log = Callable[[HttpRequest, HttpAnswer, float], None]


@contextmanager
def serving(
    port: int, answering: Answering, log: Log | None = None, clock: Callable[[], datetime] | None = None
) -> Iterator[str]:
    """Serve on 127.0.0.1 while in the block; yields the address. Port 0 takes a free one.

    Raises PortError. ``log`` is told of each request, its answer and how many milliseconds it took. ``clock`` gives the
    instant of the answers' ``Date``: pages go by it where the clock of the desk is wrong.
    """

    class Handler(_RequestHandler):
        answer = staticmethod(answering)
        tell = staticmethod(log) if log else None

        def date_time_string(self, timestamp: float | None = None) -> str:
            """Tell the time as ``Date`` writes it."""
            return super().date_time_string(clock().timestamp() if clock and timestamp is None else timestamp)

    try:
        server = _Server((HOST, port), Handler)
    except OSError as error:
        raise PortError(port, error) from error
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
    thread.start()
    try:
        yield f"http://localhost:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


class _Server(ThreadingHTTPServer):
    # A browser keeps idle connections open: closing must not wait for them.
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def handle_error(self, request: object, client_address: object) -> None:
        """Say what broke, unless the caller just went away, as browsers do."""
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)  # type: ignore[arg-type]


class _RequestHandler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server_version = "Laptop"
    sys_version = ""
    timeout = _IDLE_SECONDS
    disable_nagle_algorithm = True
    answer: Callable[[HttpRequest], HttpAnswer]
    tell: Callable[[HttpRequest, HttpAnswer, float], None] | None

    def _handle(self) -> None:
        started = time.perf_counter()
        body = self._body()
        if body is None:
            return
        request = HttpRequest(self.command, self.path, list(self.headers.items()), body, str(self.client_address[0]))
        answer = self.answer(request)
        self._send(answer)
        if self.tell:
            self.tell(request, answer, (time.perf_counter() - started) * 1000)

    do_GET = do_HEAD = do_POST = do_PUT = do_PATCH = do_DELETE = do_OPTIONS = _handle  # noqa: N815

    def _body(self) -> bytes | None:
        """Read the body; None if it was refused."""
        if "transfer-encoding" in self.headers:
            self._refuse(HTTPStatus.LENGTH_REQUIRED)
            return None
        length = self.headers.get("content-length", "0")
        if not (length.isascii() and length.isdigit()):
            self._refuse(HTTPStatus.BAD_REQUEST)
            return None
        if int(length) > _LONGEST_BODY:
            self._refuse(HTTPStatus.REQUEST_ENTITY_TOO_LARGE)
            return None
        return self.rfile.read(int(length))

    def _refuse(self, status: HTTPStatus) -> None:
        self.close_connection = True
        self._send(HttpAnswer(status, [("Connection", "close")]))

    def _send(self, answer: HttpAnswer) -> None:
        if answer.status == 0:
            self.close_connection = True
            return
        self.send_response(answer.status)
        for name, value in answer.headers:
            self.send_header(name, value)
        if any(name == "Content-Length" for name, _ in answer.headers):
            self.close_connection = True
        elif answer.status not in (HTTPStatus.NO_CONTENT, HTTPStatus.NOT_MODIFIED):
            self.send_header("Content-Length", str(len(answer.body)))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(answer.body)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - the library's name
        """Say nothing: ``tell`` does."""
