"""Fetching CRLs and asking OCSP responders: from allow-listed hosts alone, at public addresses, within limits.

The address of a CRL is configuration, that of a responder stands in a stranger's certificate: neither may lead into
our own network, be it by a redirect or by a name that is made to point there.
"""

from __future__ import annotations

import ipaddress
import socket
import tempfile
import time
from queue import Empty, Queue
from threading import Thread
from typing import IO, Any
from urllib.parse import SplitResult, urljoin, urlsplit

import urllib3
from urllib3.exceptions import HTTPError
from urllib3.util import Timeout

from chalicelib.domain.signatures.refreshing import CrlUnreachable

_CONNECT_SECONDS, _READ_SECONDS = 3.0, 10.0
_PORTS = {"http": 80, "https": 443}
_OK, _MOVED = 200, frozenset({301, 302, 303, 307, 308})
_PIECE = 256 * 1024
_HOPS = 3
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
# The largest CRL that a step of 1.7 GB makes an index of with room to spare: some two million entries.
CRL_AT_MOST, CRL_SECONDS = 100 * 1024 * 1024, 60.0
OCSP_AT_MOST, OCSP_SECONDS = 64 * 1024, 5.0


class AllowListedHosts:
    """`refreshing.CrlHosts` and `revocation.Responders`, over these hosts.

    `private` are hosts that may be at a private address: on the laptop, the console.
    """

    def __init__(self, hosts: frozenset[str], private: frozenset[str] = frozenset()) -> None:
        self._hosts, self._private = frozenset(host.lower() for host in hosts), private

    def fetch(self, url: str) -> bytes:
        """See `refreshing.CrlHosts`."""
        return self._asked("GET", url, None, CRL_AT_MOST, CRL_SECONDS)

    def ask(self, url: str, request: bytes) -> bytes | None:
        """See `revocation.Responders`."""
        try:
            return self._asked("POST", url, request, OCSP_AT_MOST, OCSP_SECONDS)
        except CrlUnreachable:
            return None

    def _asked(self, method: str, url: str, body: bytes | None, at_most: int, seconds: float) -> bytes:
        """What a host answers within this many seconds, all told.

        A read that waits for one octet at a time, and gets one each time, never times out by itself: such a host would
        hold up the sources after it. So the exchange goes on beside us, and we go when time is up.
        """
        done: Queue[bytes | CrlUnreachable] = Queue(1)
        until = time.monotonic() + seconds

        def exchange() -> None:
            try:
                done.put(self._exchanged(method, url, body, at_most, until))
            except CrlUnreachable as why:
                done.put(why)
            except Exception as failed:  # noqa: BLE001 - whatever it is, nothing was fetched
                done.put(CrlUnreachable(type(failed).__name__))

        Thread(target=exchange, name="revocation", daemon=True).start()
        try:
            answer = done.get(timeout=max(0.0, seconds))
        except Empty:
            raise CrlUnreachable("too slow") from None
        if isinstance(answer, CrlUnreachable):
            raise answer
        return answer

    def _exchanged(self, method: str, url: str, body: bytes | None, at_most: int, until: float) -> bytes:
        host = self._allowed(url).hostname
        for _ in range(_HOPS):
            parts = self._allowed(url)
            if parts.hostname != host:
                raise CrlUnreachable("a redirect to another host")
            try:
                answer = self._answer(method, parts, body)
                try:
                    if answer.status in _MOVED and method == "GET":
                        url = urljoin(url, answer.headers.get("Location", ""))
                        continue
                    if answer.status != _OK:
                        raise CrlUnreachable(f"status {answer.status}")
                    return _read(answer, at_most, until)
                finally:
                    answer.close()
            except (HTTPError, OSError, ValueError) as failed:
                raise CrlUnreachable(type(failed).__name__) from failed
        raise CrlUnreachable("too many redirects")

    def _allowed(self, url: str) -> SplitResult:
        try:
            parts = urlsplit(url)
            host, port = (parts.hostname or "").lower(), parts.port
        except ValueError as failed:
            raise CrlUnreachable("no address") from failed
        if parts.scheme not in _PORTS or host not in self._hosts or parts.username is not None:
            raise CrlUnreachable("not allow-listed")
        if port not in (None, _PORTS[parts.scheme]) and host not in self._private:
            raise CrlUnreachable("not allow-listed")
        return parts

    def _answer(self, method: str, parts: SplitResult, body: bytes | None) -> Any:  # noqa: ANN401 - urllib3's own
        host = (parts.hostname or "").lower()
        port = parts.port or _PORTS[parts.scheme]
        # Looked up once, looked at, and then gone to: a name cannot point elsewhere in between.
        address = self._address(host, port)
        timeout = Timeout(connect=_CONNECT_SECONDS, read=_READ_SECONDS)
        pool: urllib3.HTTPConnectionPool
        if parts.scheme == "https":
            pool = urllib3.HTTPSConnectionPool(
                address, port, timeout=timeout, retries=False, server_hostname=host, assert_hostname=host
            )
        else:
            pool = urllib3.HTTPConnectionPool(address, port, timeout=timeout, retries=False)
        headers = {"Host": host if parts.port is None else f"{host}:{port}", "Accept-Encoding": "identity"}
        if body is not None:
            headers |= {"Content-Type": "application/ocsp-request", "Accept": "application/ocsp-response"}
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        return pool.request(method, path, body=body, headers=headers, redirect=False, preload_content=False)

    def _address(self, host: str, port: int) -> str:
        found = [str(entry[4][0]) for entry in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
        if host in self._private:
            # The laptop listens on IPv4.
            return next((address for address in found if "." in address), found[0])
        if not found or not all(map(_is_public, found)):
            raise CrlUnreachable("a private address")
        return found[0]


def _is_public(address: str) -> bool:
    """Whether an address is one of the whole world's, also where IPv4 stands in IPv6 (NAT64, 6to4)."""
    ip: ipaddress.IPv4Address | ipaddress.IPv6Address = ipaddress.ip_address(address)
    if isinstance(ip, ipaddress.IPv6Address):
        inside = ipaddress.IPv4Address(int(ip) & 0xFFFF_FFFF) if ip in _NAT64 else ip.sixtofour or ip.ipv4_mapped
        ip = inside or ip
    is_apart = ip.is_multicast or ip.is_reserved or (ip.version == 6 and ip.is_site_local)  # noqa: PLR2004
    return ip.is_global and not is_apart


def _read(answer: Any, at_most: int, until: float) -> bytes:  # noqa: ANN401 - urllib3's own
    with tempfile.TemporaryFile() as file:
        size = _spooled(answer, file, at_most, until)
        if not size:
            raise CrlUnreachable("nothing")
        file.seek(0)
        return file.read()


def _spooled(answer: Any, file: IO[bytes], at_most: int, until: float) -> int:  # noqa: ANN401
    size = 0
    # What has come, and not a whole piece: the time is looked at in between.
    while piece := answer.read1(_PIECE, decode_content=False):
        size += len(piece)
        if size > at_most or time.monotonic() > until:
            raise CrlUnreachable("too much, or too slow")
        file.write(piece)
    return size
