"""Fetching CRLs: from hosts that are allow-listed alone, at public addresses, within limits, never led elsewhere."""

from __future__ import annotations

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from typing import Any

import pytest

from chalicelib.adapters import revocation_http
from chalicelib.adapters.revocation_http import AllowListedHosts
from chalicelib.domain.signatures.refreshing import CrlUnreachable
from infra.local.http_server import HttpAnswer, HttpRequest, serving

LOCAL = frozenset({"localhost"})


@contextmanager
def host(answer: Callable[[HttpRequest], HttpAnswer]) -> Iterator[str]:
    with serving(0, answer) as address:
        yield address


def found(request: HttpRequest) -> HttpAnswer:
    return HttpAnswer(200, [], b"crl of " + request.target.encode() + b" " + request.method.encode() + request.body)


def hosts() -> AllowListedHosts:
    return AllowListedHosts(LOCAL, private=LOCAL)


def test_an_allow_listed_host_is_asked() -> None:
    with host(found) as address:
        assert hosts().fetch(f"{address}/a.crl?x=1") == b"crl of /a.crl?x=1 GET"
        assert hosts().ask(f"{address}/ocsp", b"request") == b"crl of /ocsp POSTrequest"


@pytest.mark.parametrize(
    "url",
    [
        "http://elsewhere.example/a.crl",
        "ftp://localhost/a.crl",
        "file:///etc/passwd",
        "http://user@localhost/a.crl",
        "http://localhost:99999/a.crl",
        "http://[::1/a.crl",
        "//localhost/a.crl",
        "",
    ],
)
def test_no_other_address_is_asked(url: str) -> None:
    with pytest.raises(CrlUnreachable):
        hosts().fetch(url)
    assert hosts().ask(url, b"request") is None


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1",
        "10.0.0.5",
        "169.254.169.254",
        "192.168.1.1",
        "::1",
        "fd00::1",
        "0.0.0.0",
        "100.64.0.1",
        "224.0.0.1",
        "::ffff:10.0.0.5",
        "::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "2002:a9fe:a9fe::",
        "fec0::1",
        "ff02::1",
    ],
)
def test_a_name_that_points_into_our_own_network_is_not_followed(monkeypatch: pytest.MonkeyPatch, address: str) -> None:
    def looked_up(*_: Any, **__: Any) -> list[Any]:
        public = (socket.AF_INET, socket.SOCK_STREAM, 6, "", ("93.184.216.34", 80))
        return [public, (socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, 80))]

    monkeypatch.setattr(socket, "getaddrinfo", looked_up)
    with pytest.raises(CrlUnreachable, match="private"):
        AllowListedHosts(frozenset({"crl.example"})).fetch("http://crl.example/a.crl")


def test_a_public_host_is_asked_on_its_own_port_alone() -> None:
    with pytest.raises(CrlUnreachable, match="allow-listed"):
        AllowListedHosts(frozenset({"crl.example"})).fetch("http://crl.example:8080/a.crl")


@pytest.mark.parametrize(
    ("location", "is_followed"),
    [("/b.crl", True), ("http://elsewhere.example/b.crl", False), ("http://127.0.0.1/b.crl", False), ("", False)],
)
def test_a_redirect_leads_to_no_other_host(location: str, is_followed: bool) -> None:  # noqa: FBT001
    def moved(request: HttpRequest) -> HttpAnswer:
        return HttpAnswer(302, [("Location", location)]) if request.target == "/a.crl" else found(request)

    with host(moved) as address:
        if is_followed:
            assert hosts().fetch(f"{address}/a.crl") == b"crl of /b.crl GET"
        else:
            with pytest.raises(CrlUnreachable):
                hosts().fetch(f"{address}/a.crl")


@pytest.mark.parametrize("status", [204, 404, 500, 503])
def test_only_a_good_answer_is_taken(status: int) -> None:
    with host(lambda _: HttpAnswer(status, [], b"sorry")) as address, pytest.raises(CrlUnreachable):
        hosts().fetch(f"{address}/a.crl")


def test_too_much_too_slow_or_nothing_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    with host(lambda _: HttpAnswer(200, [], bytes(2000))) as address:
        monkeypatch.setattr(revocation_http, "CRL_AT_MOST", 2000)
        assert len(hosts().fetch(address)) == 2000
        monkeypatch.setattr(revocation_http, "CRL_AT_MOST", 1999)
        with pytest.raises(CrlUnreachable):
            hosts().fetch(address)
        monkeypatch.setattr(revocation_http, "CRL_AT_MOST", 2000)
        monkeypatch.setattr(revocation_http, "CRL_SECONDS", -1.0)
        with pytest.raises(CrlUnreachable):
            hosts().fetch(address)
    with host(lambda _: HttpAnswer(200)) as address, pytest.raises(CrlUnreachable):
        hosts().fetch(address)


def test_a_host_that_is_down_is_told() -> None:
    with host(found) as address:
        pass
    with pytest.raises(CrlUnreachable):
        hosts().fetch(address)


@pytest.mark.parametrize("head", [b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n", b"HTTP/1.1 200 OK\r\nX-Slow: "])
def test_a_host_that_sends_an_octet_at_a_time_holds_nobody_up(monkeypatch: pytest.MonkeyPatch, head: bytes) -> None:
    """No single read is slow: it is the sum that is."""
    monkeypatch.setattr(revocation_http, "OCSP_SECONDS", 0.5)
    gone = threading.Event()

    def trickle(listening: socket.socket) -> None:
        with listening.accept()[0] as asked, suppress(OSError):
            asked.sendall(head)
            while not gone.wait(0.05):
                asked.sendall(b"x")

    with socket.create_server(("127.0.0.1", 0)) as listening:
        host_of_its_own = threading.Thread(target=trickle, args=(listening,))
        host_of_its_own.start()
        started = time.monotonic()
        assert hosts().ask(f"http://localhost:{listening.getsockname()[1]}/ocsp", b"request") is None
        assert time.monotonic() - started < 3
        gone.set()
        host_of_its_own.join()
