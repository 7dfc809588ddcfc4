"""The signing utility that the laptop plays: what runs beside the browser on a person's own machine.

docs/signing-utility.md tells its protocol. A WebSocket server on 127.0.0.1 that holds the certificates of the console's
test authority. Where a real one asks its user, this one does what the console was told.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from cryptography.x509 import KeyUsage
from websockets.exceptions import ConnectionClosed
from websockets.sync.server import Server, ServerConnection, serve
from websockets.typing import Origin, Subprotocol

from infra.local.dscs import Dscs, Issued, shown
from infra.local.http_server import HOST

PROTOCOL = "pravesh-signing.v1"
VERSION = 1
_LONGEST_MESSAGE = 512 * 1024
_LONGEST_DOCUMENT = 256 * 1024


class Behaviour(StrEnum):
    """What its user does when asked to sign."""

    SIGN = "sign"
    CANCEL = "cancelled"
    WRONG_PIN = "pin_incorrect"
    LOCKED = "pin_locked"
    # The token was pulled out after the certificates had been listed.
    TOKEN_GONE = "certificate_unknown"  # noqa: S105 - no secret
    # Signs something else: the suite must find out.
    ANOTHER_DOCUMENT = "another_document"
    HANG_UP = "hang_up"


class _Refused(Exception):  # noqa: N818 - an answer of the protocol
    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class _HungUp(Exception):  # noqa: N818 - an end, not an error
    pass


@dataclass
class SigningUtility:
    """One utility: whose pages it listens to, and what its user does; the latter may be set at any time."""

    dscs: Dscs
    origins: tuple[str, ...]
    behaviour: Behaviour = Behaviour.SIGN
    chosen: frozenset[str] | None = None
    """Which certificates its token holds; None for all that were issued."""
    asked: list[str] = field(default_factory=list)
    """The types of the requests that came, the latest last."""

    def __post_init__(self) -> None:
        self._busy = threading.Lock()

    def certificates(self) -> list[Issued]:
        """List what the token holds."""
        return [each for each in self.dscs.all() if self.chosen is None or each.certificate_id in self.chosen]

    def afresh(self) -> None:
        """As it was when the laptop started."""
        self.behaviour, self.chosen = Behaviour.SIGN, None
        self.asked.clear()

    def serve_line(self, line: ServerConnection) -> None:
        """Answer one page until it goes."""
        try:
            for message in line:
                line.send(json.dumps(self._answer(message)))
        except (_HungUp, ConnectionClosed):
            return

    def _answer(self, message: str | bytes) -> dict[str, Any]:
        try:
            request = json.loads(message)
            number, kind = request["id"], request["type"]
        except (ValueError, KeyError, TypeError):
            return {"type": "refusal", "id": None, "code": "unreadable"}
        self.asked.append(str(kind))
        # One request at a time, whichever page it comes from: a person can confirm only one.
        if not self._busy.acquire(blocking=False):
            return {"type": "refusal", "id": number, "code": "busy"}
        try:
            return {"type": kind, "id": number, **self._done(str(kind), request)}
        except _Refused as refused:
            return {"type": "refusal", "id": number, "code": refused.code}
        finally:
            self._busy.release()

    def _done(self, kind: str, request: Mapping[str, Any]) -> dict[str, Any]:
        match kind:
            case "hello":
                if VERSION not in request.get("versions", ()):
                    raise _Refused("version_not_supported")
                return {"version": VERSION, "name": "The laptop's signing utility"}
            case "certificates":
                return {"certificates": [_listed(each) for each in self.certificates()]}
            case "sign":
                return {"signature": base64.b64encode(self._signature(request)).decode()}
        raise _Refused("unreadable")

    def _signature(self, request: Mapping[str, Any]) -> bytes:
        try:
            document = base64.b64decode(str(request["document"]), validate=True)
            certificate_id, digest = str(request["certificate_id"]), str(request["sha256"])
        except (KeyError, binascii.Error) as error:
            raise _Refused("unreadable") from error
        if len(document) > _LONGEST_DOCUMENT:
            raise _Refused("document_too_large")
        if hashlib.sha256(document).hexdigest() != digest:
            raise _Refused("document_differs")
        if self.behaviour is Behaviour.HANG_UP:
            raise _HungUp
        if self.behaviour not in (Behaviour.SIGN, Behaviour.ANOTHER_DOCUMENT):
            raise _Refused(self.behaviour.value)
        if certificate_id not in {each.certificate_id for each in self.certificates()}:
            raise _Refused("certificate_unknown")
        if self.behaviour is Behaviour.ANOTHER_DOCUMENT:
            document += b"\n"
        return self.dscs.sign(certificate_id, document)


def _listed(issued: Issued) -> dict[str, Any]:
    return {
        "certificate_id": issued.certificate_id,
        **shown(issued.credential),
        "can_sign": issued.credential.certificate.extensions.get_extension_for_class(KeyUsage).value.digital_signature,
    }


@contextmanager
def listening(utility: SigningUtility, port: int) -> Iterator[int]:
    """Listen on 127.0.0.1 while in the block; yields the port: another where this one is taken, a free one for 0."""
    server = _server(utility, port)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield server.socket.getsockname()[1]
    finally:
        server.shutdown()
        thread.join()


def _server(utility: SigningUtility, port: int) -> Server:
    def started(at: int) -> Server:
        return serve(
            utility.serve_line,
            HOST,
            at,
            origins=[Origin(origin) for origin in utility.origins],
            subprotocols=[Subprotocol(PROTOCOL)],
            max_size=_LONGEST_MESSAGE,
            compression=None,
            server_header=None,
        )

    try:
        return started(port)
    except OSError:
        return started(0)
