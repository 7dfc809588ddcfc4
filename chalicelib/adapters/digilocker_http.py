"""The line to a locker over HTTPS: one host, no redirect, bytes as they were sent, within limits of size and time.

Certificates are always checked. Nothing of a call or of its answer is logged.
"""

from __future__ import annotations

import base64
import json
import re
import ssl
from queue import Empty, Queue
from threading import Thread
from typing import Any
from urllib.parse import urlencode

import urllib3
from urllib3.exceptions import HTTPError
from urllib3.util import Timeout

from chalicelib.domain.digilocker.line import Call, DigiLockerUnavailable, Reply
from chalicelib.domain.digilocker.profiles import Profile

SECONDS = 20.0
_CONNECT_SECONDS = 5.0
_REDIRECTS, _BROKEN = range(300, 400), 500
# What is read of an answer of 5xx, to find its error code.
_ERROR_AT_MOST = 4096
_TLS = {"1.2": ssl.TLSVersion.TLSv1_2, "1.3": ssl.TLSVersion.TLSv1_3}


class HttpLine:
    """`line.Line` to the host of a profile. `seconds` is for a whole call, connection and all."""

    def __init__(self, profile: Profile, seconds: float = SECONDS) -> None:
        self._host, self._seconds = profile.host, seconds
        timeout = Timeout(connect=min(_CONNECT_SECONDS, seconds), read=seconds)
        secure: dict[str, Any] = {"cert_reqs": "CERT_REQUIRED"}
        if profile.tls_at_most:
            secure["ssl_maximum_version"] = _TLS[profile.tls_at_most]
        self._pool = urllib3.PoolManager(timeout=timeout, retries=False, num_pools=1, maxsize=4, **secure)

    def send(self, call: Call) -> Reply:
        """See `line.Line`.

        A host that sends one octet at a time never times out by itself: the exchange goes on beside us, and we leave
        when time is up.
        """
        done: Queue[Reply | DigiLockerUnavailable] = Queue(1)

        def exchange() -> None:
            try:
                done.put(self._exchanged(call))
            except DigiLockerUnavailable as why:
                done.put(why)
            except Exception as failed:  # noqa: BLE001 - whatever it is, there is no answer
                done.put(DigiLockerUnavailable(_named(failed)))

        Thread(target=exchange, name="digilocker", daemon=True).start()
        try:
            answer = done.get(timeout=self._seconds)
        except Empty:
            raise DigiLockerUnavailable("too_slow") from None
        if isinstance(answer, DigiLockerUnavailable):
            raise answer
        return answer

    def _exchanged(self, call: Call) -> Reply:
        body = urlencode(call.form).encode() if call.form is not None else call.body
        try:
            answer = self._pool.request(
                call.method,
                self._host + call.path,
                body=body,
                headers=_headers(call, has_body=body is not None),
                redirect=False,
                preload_content=False,
                decode_content=False,
            )
            try:
                return _read(answer, call.at_most)
            finally:
                # What was not read to its end must not be taken for the next answer.
                answer.close()
        except (HTTPError, OSError) as failed:
            raise DigiLockerUnavailable(_named(failed)) from failed


def _headers(call: Call, *, has_body: bool) -> dict[str, str]:
    headers = {"Accept-Encoding": "identity", "Accept": "*/*", "User-Agent": "pravesh", **call.headers}
    if has_body:
        headers["Content-Type"] = call.content_type
    if call.basic is not None:
        headers["Authorization"] = "Basic " + base64.b64encode(":".join(call.basic).encode()).decode()
    elif call.bearer is not None:
        headers["Authorization"] = f"Bearer {call.bearer}"
    return headers


def _read(answer: Any, at_most: int) -> Reply:  # noqa: ANN401 - urllib3's own
    if answer.status in _REDIRECTS:
        raise DigiLockerUnavailable("redirected")
    if answer.status >= _BROKEN:
        raise DigiLockerUnavailable(_code_in(answer.read(_ERROR_AT_MOST)))
    headers = {name.lower(): value for name, value in answer.headers.items()}
    if headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise DigiLockerUnavailable("encoded")
    body = bytes(answer.read(at_most + 1))
    if len(body) > at_most:
        raise DigiLockerUnavailable("too_large")
    announced = headers.get("content-length")
    if announced is not None and announced.strip() != str(len(body)):
        raise DigiLockerUnavailable("cut_short")
    return Reply(answer.status, headers, body)


def _code_in(body: bytes) -> str:
    """DigiLocker's own error code in an answer of 5xx, where there is one."""
    try:
        code = json.loads(body)["error"]
    except (ValueError, KeyError, TypeError, RecursionError):
        return "unexpected_error"
    return code if isinstance(code, str) and re.fullmatch(r"[a-z_]{1,60}", code) else "unexpected_error"


def _named(failed: Exception) -> str:
    return "cut_short" if isinstance(failed, urllib3.exceptions.IncompleteRead) else "no_answer"
