"""Our key for eSign requests in KMS, and asking a provider how a transaction stands."""

from __future__ import annotations

import hashlib
import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs

import pytest
from botocore.exceptions import EndpointConnectionError
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, utils

from chalicelib.adapters.esign_keys import KmsRequestKey
from chalicelib.adapters.esign_status import HttpStatusLine
from chalicelib.domain.signatures.esign import envelopes, requests
from chalicelib.domain.signatures.esign.providers import Environment, EsignProfile, EsignProviders, EsignUnavailable
from chalicelib.domain.signatures.signings import Purpose
from chalicelib.settings import Settings
from tests.domain.signatures.esign import esign_world as worlds
from tests.domain.signatures.signing_world import NOW


class FakeKms:
    """KMS and the way to it, in one; its key is the ASP's."""

    def __init__(self) -> None:
        self.is_down = False

    def client(self, service: str) -> Any:
        assert service == "kms"
        return self

    def sign(self, KeyId: str, Message: bytes, MessageType: str, SigningAlgorithm: str) -> dict[str, bytes]:  # noqa: N803
        assert (KeyId, MessageType, SigningAlgorithm) == ("the key", "DIGEST", "RSASSA_PKCS1_V1_5_SHA_256")
        if self.is_down:
            raise EndpointConnectionError(endpoint_url="https://kms")
        key: Any = worlds.asp().key
        return {"Signature": key.sign(Message, padding.PKCS1v15(), utils.Prehashed(hashes.SHA256()))}


def kms_key(kms: FakeKms) -> KmsRequestKey:
    return KmsRequestKey(kms, Settings({"ESIGN_KEY_ID": "the key"}))  # type: ignore[arg-type]


def test_a_request_signed_in_kms_verifies_with_our_certificate() -> None:
    wished = requests.Wished(Purpose.LINK_IEC, hashlib.sha256(b"").hexdigest(), worlds.TXN, "https://x/", NOW)
    content = requests.signed_request(worlds.profile(), wished, kms_key(FakeKms()))
    registered = replace(worlds.profile(), certificates=(worlds.asp().der,))
    assert envelopes.verified(content, "Esign", registered, NOW).get("txn") == worlds.TXN


def test_kms_that_is_down_is_said_to_be_so() -> None:
    kms = FakeKms()
    kms.is_down = True
    with pytest.raises(EsignUnavailable):
        kms_key(kms).sign(b"", padding.PKCS1v15(), hashes.SHA256())


def test_it_signs_in_one_way_only() -> None:
    for how, algorithm in ((padding.PKCS1v15(), hashes.SHA1()), (_pss(), hashes.SHA256())):
        with pytest.raises(ValueError, match="only"):
            kms_key(FakeKms()).sign(b"", how, algorithm)


def _pss() -> padding.PSS:
    return padding.PSS(padding.MGF1(hashes.SHA256()), 32)


# Asking a provider.


@contextmanager
def provider(status: int, content: bytes, location: str = "") -> Iterator[tuple[EsignProfile, list[bytes]]]:
    asked: list[bytes] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            asked.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(status)
            if location:
                self.send_header("Location", location)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
    thread.start()
    try:
        address = f"http://127.0.0.1:{server.server_address[1]}/status"
        yield worlds.profile(status_address=address, environment=Environment.LAPTOP), asked
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def test_the_provider_is_asked_by_a_form() -> None:
    with provider(200, b"<EsignResp/>") as (profile, asked):
        assert HttpStatusLine(EsignProviders((profile,))).ask(profile, {"msg": "<a b='&'/>"}) == b"<EsignResp/>"
    assert parse_qs(asked[0].decode()) == {"msg": ["<a b='&'/>"]}


@pytest.mark.parametrize("status", [302, 403, 500])
def test_any_other_answer_is_none_and_no_redirect_is_followed(status: int) -> None:
    with provider(200, b"elsewhere") as (elsewhere, followed):
        with provider(status, b"", elsewhere.status_address) as (profile, _), pytest.raises(EsignUnavailable):
            HttpStatusLine(EsignProviders((profile,))).ask(profile, {})
        assert followed == []


def test_a_mountain_is_not_read_to_its_end() -> None:
    with provider(200, b" " * (256 * 1024 + 1)) as (profile, _), pytest.raises(EsignUnavailable):
        HttpStatusLine(EsignProviders((profile,))).ask(profile, {})


def test_nobody_but_a_configured_provider_is_asked() -> None:
    with provider(200, b"") as (profile, asked), pytest.raises(EsignUnavailable):
        HttpStatusLine(EsignProviders()).ask(profile, {})
    assert asked == []


def test_a_provider_that_is_not_there_is_said_to_be_so() -> None:
    gone = worlds.profile(status_address="http://127.0.0.1:9/status", environment=Environment.LAPTOP)
    with pytest.raises(EsignUnavailable):
        HttpStatusLine(EsignProviders((gone,))).ask(gone, {})
