"""A fake of AWS on loopback: every service answers, nothing is stored, and what was asked is kept."""

from __future__ import annotations

import base64
import json
import re
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Self

SERVER_KEYS = {"current": "first", "keys": {"first": base64.b64encode(bytes(range(32))).decode()}}
SERVICE = re.compile(r"Credential=[^/]+/\d+/[^/]+/([^/]+)/")

# What a service says beyond `{}`. SNS speaks XML, S3 answers bytes.
ANSWERS = {
    "secretsmanager": json.dumps({"SecretString": json.dumps(SERVER_KEYS)}),
    "ses": json.dumps({"MessageId": "1"}),
    "sns": '<PublishResponse xmlns="http://sns.amazonaws.com/doc/2010-03-31/"><PublishResult><MessageId>1</MessageId>'
    "</PublishResult></PublishResponse>",
    "s3": "iec\r\n",
}
SCANNED = json.dumps({"Items": [], "Count": 0, "ScannedCount": 0})


class FakeAws:
    """`asked` lists (service, operation) of each call, operation "" where the protocol does not name it."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str]] = []
        asked = self.asked

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self) -> None:
                length = int(self.headers.get("Content-Length", 0))
                self.rfile.read(length)
                found = SERVICE.search(self.headers.get("Authorization", ""))
                service = found[1] if found else ""
                operation = self.headers.get("X-Amz-Target", "").rsplit(".", 1)[-1]
                asked.append((service, operation))
                body = (SCANNED if operation in {"Query", "Scan"} else ANSWERS.get(service, "{}")).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            do_GET = do_PUT = do_POST  # noqa: N815

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002
                """Says nothing."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05})
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}"

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
