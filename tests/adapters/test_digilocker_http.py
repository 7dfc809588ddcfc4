"""The line to DigiLocker: one host, no redirect, bytes as they were sent, within limits of size and time."""

from __future__ import annotations

import json
import socket
import ssl
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from chalicelib.adapters.digilocker_http import HttpLine
from chalicelib.adapters.digilocker_profiles import configured
from chalicelib.domain.digilocker.fetches import Locker
from chalicelib.domain.digilocker.line import Call, DigiLockerUnavailable
from infra.local.http_server import HttpAnswer, HttpRequest, serving

A_FILE = Call("GET", "/file/x")
PDF = b"%PDF-1.4\n\xff\x00\r\n%%EOF\n"


@contextmanager
def host(answer: Callable[[HttpRequest], HttpAnswer], seconds: float = 5.0) -> Iterator[HttpLine]:
    with serving(0, answer) as address:
        yield HttpLine(replace(configured(Locker.PERSON), host=f"{address}/digilocker"), seconds)


def why(answer: HttpAnswer | Callable[[HttpRequest], HttpAnswer], call: Call = A_FILE) -> str:
    with (
        host(answer if callable(answer) else lambda _: answer) as line,
        pytest.raises(DigiLockerUnavailable) as unavailable,
    ):
        line.send(call)
    return unavailable.value.code


def test_bytes_and_headers_come_as_they_were_sent() -> None:
    def answer(request: HttpRequest) -> HttpAnswer:
        assert request.target == "/digilocker/file/in.gov.pan-PANCR-1"
        headers = {name.lower(): value for name, value in request.headers}
        assert headers["accept-encoding"] == "identity"
        assert headers["authorization"] == "Bearer token"
        return HttpAnswer(200, [("HMAC", "abc="), ("Content-Type", "application/pdf")], PDF)

    with host(answer) as line:
        reply = line.send(Call("GET", "/file/in.gov.pan-PANCR-1", bearer="token"))
    assert (reply.status, reply.body, reply.headers["hmac"]) == (200, PDF, "abc=")


def test_a_form_keeps_its_order_and_says_who_we_are_in_one_way() -> None:
    seen: list[HttpRequest] = []

    def answer(request: HttpRequest) -> HttpAnswer:
        seen.append(request)
        return HttpAnswer(200, [], b"{}")

    with host(answer) as line:
        line.send(Call("POST", "/token", form=(("z", "ü &"), ("a", "=")), basic=("client", "se:cret")))
    headers = {name.lower(): value for name, value in seen[0].headers}
    assert seen[0].body == b"z=%C3%BC+%26&a=%3D"
    assert headers["content-type"] == "application/x-www-form-urlencoded"
    assert headers["authorization"] == "Basic Y2xpZW50OnNlOmNyZXQ="


@pytest.mark.parametrize("status", [400, 401, 403, 404])
def test_what_digilocker_says_below_500_is_a_reply(status: int) -> None:
    with host(lambda _: HttpAnswer(status, [], b'{"error": "invalid_uri"}')) as line:
        assert line.send(Call("GET", "/x")).status == status


@pytest.mark.parametrize(
    ("status", "body", "code"),
    [
        (530, b'{"error": "partner_service_unresponsive"}', "partner_service_unresponsive"),
        (500, b'{"error": "pull_response_pending"}', "pull_response_pending"),
        (503, b"<html>", "unexpected_error"),
        (502, b'["error"]', "unexpected_error"),
        (530, b'{"error": "Not A Code; DROP"}', "unexpected_error"),
        (530, b"[" * 4000, "unexpected_error"),
    ],
)
def test_from_500_on_it_is_unavailable_under_its_own_code(status: int, body: bytes, code: str) -> None:
    assert why(HttpAnswer(status, [], body)) == code


def test_no_redirect_is_followed() -> None:
    asked: list[str] = []

    def answer(request: HttpRequest) -> HttpAnswer:
        asked.append(request.target)
        return HttpAnswer(302, [("Location", "/digilocker/elsewhere")])

    assert why(answer) == "redirected"
    assert asked == ["/digilocker/file/x"]


def test_an_answer_that_is_cut_short_is_none() -> None:
    assert why(HttpAnswer(200, [("Content-Length", str(len(PDF)))], PDF[:-5])) == "cut_short"
    assert why(HttpAnswer(0)) == "no_answer"


def test_an_answer_that_is_too_large_is_none() -> None:
    with host(lambda _: HttpAnswer(200, [], b"x" * 100)) as line:
        assert len(line.send(Call("GET", "/x", at_most=100)).body) == 100
    assert why(HttpAnswer(200, [], b"x" * 101), Call("GET", "/x", at_most=100)) == "too_large"


def test_an_answer_in_another_encoding_is_none() -> None:
    assert why(HttpAnswer(200, [("Content-Encoding", "gzip")], b"\x1f\x8b")) == "encoded"


def test_a_slow_host_is_left_when_time_is_up() -> None:
    def answer(_: HttpRequest) -> HttpAnswer:
        time.sleep(2)
        return HttpAnswer(200, [], b"{}")

    began = time.monotonic()
    with host(answer, seconds=0.3) as line, pytest.raises(DigiLockerUnavailable):
        line.send(Call("GET", "/x"))
    assert time.monotonic() - began < 3.5


def test_nobody_there() -> None:
    line = HttpLine(replace(configured(Locker.PERSON), host="http://127.0.0.1:9"), 2)
    with pytest.raises(DigiLockerUnavailable) as unavailable:
        line.send(Call("GET", "/x"))
    assert unavailable.value.code == "no_answer"


def test_a_token_with_a_line_break_forges_no_header() -> None:
    assert why(HttpAnswer(200, [], b"{}"), Call("GET", "/x", bearer="a\r\nX-Other: b")) == "no_answer"


def test_connections_are_kept_and_a_spoiled_one_is_not() -> None:
    answers = iter([HttpAnswer(200, [], b"1"), HttpAnswer(200, [], b"x" * 5000), HttpAnswer(200, [], b"3")])
    with host(lambda _: next(answers)) as line:
        assert line.send(Call("GET", "/a")).body == b"1"
        with pytest.raises(DigiLockerUnavailable):
            line.send(Call("GET", "/b", at_most=10))
        assert line.send(Call("GET", "/c")).body == b"3"


def test_nothing_of_a_call_stands_in_what_is_printed_of_it() -> None:
    call = Call("GET", "/file/in.gov.pan-PANCR-ZZZPZ9999Z", form=(("code", "secret"),), bearer="token")
    assert repr(call) == "Call(GET)"
    assert "ZZZPZ" not in json.dumps(str(DigiLockerUnavailable("no_answer")))


def test_a_host_whose_certificate_nobody_vouches_for_is_not_spoken_to(tmp_path: Path) -> None:
    certificate = self_signed(tmp_path)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    heard: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def answer() -> None:
            with suppress(OSError), context.wrap_socket(listening.accept()[0], server_side=True) as secured:
                heard.append(secured.recv(1000))

        server = Thread(target=answer)
        server.start()
        line = HttpLine(replace(configured(Locker.ENTITY), host=f"https://localhost:{listening.getsockname()[1]}"), 5)
        with pytest.raises(DigiLockerUnavailable):
            line.send(Call("GET", "/x", bearer="token"))
        server.join()
    assert heard in ([], [b""])


def self_signed(folder: Path) -> Path:
    """A key with a certificate of its own making, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now)
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("localhost")]), critical=False)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    file = folder / "self-signed.pem"
    file.write_bytes(private + made.public_bytes(pem))
    return file
