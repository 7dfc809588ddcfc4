"""Departments' keys in KMS, and the time-stamping authority: what answers, and what is said of what does not."""

from __future__ import annotations

import base64
import hashlib
import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, utils

from chalicelib.adapters.certificate_signers import (
    HttpTimestamps,
    KmsSigner,
    chain_key,
    configured_timestamps,
    font,
)
from chalicelib.domain.departments.pdf_text import Script, Typeface, Typesetting, Weight
from chalicelib.domain.departments.signing import CannotMake, Hindrance
from chalicelib.domain.ports import DocumentsUnavailable
from infra import certificate_keys
from tests.domain.departments.certificate_world import NOW, credential
from tests.fakes import FakeDocuments

DIGEST = hashlib.sha256(b"what is signed").digest()


def pem(*certificates: bytes) -> bytes:
    lines = (base64.encodebytes(one).decode() for one in certificates)
    return "".join(f"-----BEGIN CERTIFICATE-----\n{one}-----END CERTIFICATE-----\n" for one in lines).encode()


class FakeKms:
    """KMS, S3 and the way to both, in one; its key is the department's."""

    class exceptions:  # noqa: N801 - as botocore has them
        NotFoundException = KeyError

    def __init__(self) -> None:
        self.failing: Exception | None = None
        self.made: list[str] = []
        self.put: dict[str, bytes] = {}

    def client(self, _service: str) -> Any:
        return self

    def sign(self, KeyId: str, Message: bytes, MessageType: str, SigningAlgorithm: str) -> dict[str, bytes]:  # noqa: N803
        assert (KeyId, MessageType) == ("alias/pravesh-certificates-trade", "DIGEST")
        assert SigningAlgorithm == "RSASSA_PKCS1_V1_5_SHA_256"
        if self.failing:
            raise self.failing
        key: Any = credential().key
        return {"Signature": key.sign(Message, padding.PKCS1v15(), utils.Prehashed(hashes.SHA256()))}

    def describe_key(self, KeyId: str) -> dict[str, Any]:  # noqa: N803
        if KeyId not in self.made:
            raise KeyError(KeyId)
        return {"KeyMetadata": {"Arn": "the key"}}

    def create_key(self, **asked: str) -> dict[str, Any]:
        assert (asked["KeyUsage"], asked["KeySpec"]) == ("SIGN_VERIFY", "RSA_3072")
        return {"KeyMetadata": {"KeyId": "id", "Arn": "the key"}}

    def create_alias(self, AliasName: str, TargetKeyId: str) -> None:  # noqa: N803
        assert TargetKeyId == "id"
        self.made.append(AliasName)

    def get_public_key(self, KeyId: str) -> dict[str, bytes]:  # noqa: N803
        from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat  # noqa: PLC0415

        del KeyId
        return {
            "PublicKey": credential().key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        }

    def put_object(self, Bucket: str, Key: str, Body: bytes, ContentType: str) -> None:  # noqa: N803
        del Bucket, ContentType
        self.put[Key] = Body


def refused(code: str, status: int = 400) -> ClientError:
    answer: Any = {"Error": {"Code": code, "Message": ""}, "ResponseMetadata": {"HTTPStatusCode": status}}
    return ClientError(answer, "Sign")


def signer(kms: FakeKms, chain: bytes | None = None) -> tuple[KmsSigner, FakeDocuments]:
    documents = FakeDocuments()
    documents.put(chain_key("trade"), chain if chain is not None else pem(*credential().chain[:-1]), "text/plain")
    return KmsSigner(kms, documents, lambda: NOW), documents  # type: ignore[arg-type]


def test_a_key_signs_with_its_chain_beside_it() -> None:
    own, _ = signer(FakeKms())
    key = own.key("trade")
    assert key.chain == credential().chain[:-1]
    public: Any = credential().key.public_key()
    public.verify(own.sign(key, DIGEST), DIGEST, padding.PKCS1v15(), utils.Prehashed(hashes.SHA256()))


@pytest.mark.parametrize("name", ["", "unknown", "../trade", "Trade", "x" * 41])
def test_a_name_without_a_key_is_told(name: str) -> None:
    own, _ = signer(FakeKms())
    with pytest.raises(CannotMake) as why:
        own.key(name)
    assert why.value.hindrance is Hindrance.SIGNING_KEY_MISSING


def test_a_chain_that_is_none_is_told() -> None:
    own, _ = signer(FakeKms(), b"-----BEGIN PRIVATE KEY-----")
    with pytest.raises(CannotMake) as why:
        own.key("trade")
    assert why.value.hindrance is Hindrance.SIGNING_KEY_MISSING


def test_a_renewed_certificate_counts_within_minutes() -> None:
    now = [NOW]
    documents = FakeDocuments()
    documents.put(chain_key("trade"), pem(credential().der), "text/plain")
    own = KmsSigner(FakeKms(), documents, lambda: now[0])  # type: ignore[arg-type]
    assert len(own.key("trade").chain) == 1
    documents.put(chain_key("trade"), pem(*credential().chain), "text/plain")
    now[0] += timedelta(minutes=11)
    assert own.key("trade").chain == credential().chain


@pytest.mark.parametrize("sign", ["W", "क", "i"])
def test_a_word_that_is_too_long_is_cut_with_little_work(sign: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Values have up to 500 letters and need no blank; a certificate that takes minutes would keep others back."""
    typesetting, shaped = Typesetting(font), 0
    own = Typeface.shaped

    def counted(typeface: Typeface, text: str) -> object:
        nonlocal shaped
        shaped += len(text)
        return own(typeface, text)

    monkeypatch.setattr(Typeface, "shaped", counted)
    word = sign * 2000
    lines = typesetting.lines(word, Weight.REGULAR, 11.0, 300.0)
    assert "".join(run.text for line in lines for run in line.runs) == word
    assert all(line.width <= 300.0 for line in lines)
    # As long as they may be: one letter more would be too many.
    assert len({line.width for line in lines[:-1]}) == 1
    assert 300.0 - lines[0].width < lines[0].width / len(lines[0].runs[0].text)
    assert shaped < 40 * len(word)


class FailingDocuments(FakeDocuments):
    """S3 that fails by itself in the given way, where it is told to."""

    failing: Exception | None = None

    def get(self, key: str, at_most: int) -> bytes:
        if self.failing is not None:
            raise DocumentsUnavailable(key) from self.failing
        return super().get(key, at_most)


@pytest.mark.parametrize(
    ("failing", "hindrance"),
    [
        (EndpointConnectionError(endpoint_url="https://s3"), Hindrance.SIGNING_UNAVAILABLE),
        (refused("SlowDown", 503), Hindrance.SIGNING_UNAVAILABLE),
        (refused("NoSuchKey", 404), Hindrance.SIGNING_KEY_MISSING),
        (refused("AccessDenied", 403), Hindrance.SIGNING_KEY_MISSING),
    ],
)
def test_a_store_that_fails_for_a_moment_is_no_missing_key(failing: Exception, hindrance: Hindrance) -> None:
    """A missing key ends every certificate that waits for it; a store that is down does not."""
    documents = FailingDocuments()
    documents.put(chain_key("trade"), pem(*credential().chain), "text/plain")
    own = KmsSigner(FakeKms(), documents, lambda: NOW)  # type: ignore[arg-type]
    documents.failing = failing
    with pytest.raises(CannotMake) as why:
        own.key("trade")
    assert why.value.hindrance is hindrance


@pytest.mark.parametrize(
    ("failing", "hindrance"),
    [
        (EndpointConnectionError(endpoint_url="https://kms"), Hindrance.SIGNING_UNAVAILABLE),
        (refused("ThrottlingException"), Hindrance.SIGNING_UNAVAILABLE),
        (refused("NotFoundException"), Hindrance.SIGNING_KEY_MISSING),
        (refused("DisabledException"), Hindrance.SIGNING_KEY_MISSING),
    ],
)
def test_kms_that_does_not_sign_is_told_as_what_it_is(failing: Exception, hindrance: Hindrance) -> None:
    kms = FakeKms()
    kms.failing = failing
    own, _ = signer(kms)
    with pytest.raises(CannotMake) as why:
        own.sign(own.key("trade"), DIGEST)
    assert why.value.hindrance is hindrance


@contextmanager
def answering(status: int, content: bytes, location: str = "") -> Iterator[str]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            assert self.headers["Content-Type"] == "application/timestamp-query"
            self.rfile.read(int(self.headers["Content-Length"]))
            self.send_response(status)
            if location:
                self.send_header("Location", location)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/tsa"
        finally:
            server.shutdown()


def test_an_authority_is_asked_and_answers() -> None:
    with answering(200, b"stamp") as url:
        assert HttpTimestamps(url).ask(b"request") == b"stamp"


@pytest.mark.parametrize(
    ("status", "content", "location"),
    [(503, b"", ""), (200, b"x" * (64 * 1024 + 1), ""), (302, b"", "http://127.0.0.1:9/")],
)
def test_an_authority_that_does_not_answer_well_is_told(status: int, content: bytes, location: str) -> None:
    with answering(status, content, location) as url, pytest.raises(CannotMake) as why:
        HttpTimestamps(url).ask(b"request")
    assert why.value.hindrance is Hindrance.TIMESTAMPS_UNAVAILABLE


@pytest.mark.parametrize("timestamps", [configured_timestamps(), HttpTimestamps("file:///etc/passwd")])
def test_without_an_authority_nothing_is_stamped(timestamps: HttpTimestamps) -> None:
    with pytest.raises(CannotMake) as why:
        timestamps.ask(b"request")
    assert why.value.hindrance is Hindrance.TIMESTAMPS_MISSING


def test_a_key_is_made_once_and_its_chain_installed_where_the_suite_reads_it(
    tmp_path: Any, capsys: pytest.CaptureFixture[str]
) -> None:
    kms = FakeKms()
    for _ in range(2):
        assert certificate_keys.main(["make", "trade"], kms) == 0
    assert kms.made == ["alias/pravesh-certificates-trade"]
    file = tmp_path / "chain.pem"
    file.write_bytes(pem(*credential().chain[:-1]))
    assert certificate_keys.main(["install", "trade", str(file), "--bucket", "documents"], kms) == 0
    own, _ = signer(kms, kms.put[chain_key("trade")])
    assert own.key("trade").chain == credential().chain[:-1]
    for wrong in (credential().chain[1:], credential().chain[:1] + credential().chain[2:]):
        file.write_bytes(pem(*wrong))
        assert certificate_keys.main(["install", "trade", str(file), "--bucket", "documents"], kms) == 1
    assert "another key" in capsys.readouterr().err


def test_the_fonts_have_the_letters_of_three_scripts() -> None:
    typesetting = Typesetting(font)
    for weight in Weight:
        for text, script in (
            ("The quick brown fox 0123456789 ₹ – “ ” & é ā ṛ", Script.LATIN),
            ("क्षत्रिय ज्ञान श्री ऋषि ०१२३४५६७८९ ।", Script.DEVANAGARI),
            ("தமிழ்நாடு அரசு க்ஷ ஸ்ரீ", Script.TAMIL),
        ):
            runs = typesetting.runs(text, weight)
            assert {run.script for run in runs} == {script}
            # Nothing is drawn as the box of a missing glyph.
            assert all(glyph.number for run in runs for glyph in run.glyphs)
