"""Departments' signing keys in KMS, the time-stamping authority, and the fonts that are packaged.

A key is known by its name: KMS has it under the alias `<prefix><name>`, and the documents' bucket its certificate with
those of its issuers under `signing-keys/<name>.pem`, the leaf first (docs/departments.md says how to make one).
"""

from __future__ import annotations

import base64
import binascii
import json
import re
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit

import urllib3
from botocore.exceptions import BotoCoreError, ClientError

from chalicelib.adapters.aws import Aws
from chalicelib.domain.departments.signing import CannotMake, Hindrance, SigningKey
from chalicelib.domain.ports import Documents, DocumentsUnavailable

CONFIGURATION = Path(__file__).parent.parent / "configuration"
ALIAS_PREFIX = "alias/pravesh-certificates-"
_NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
_PEM = re.compile(rb"-----BEGIN CERTIFICATE-----\s(.*?)-----END CERTIFICATE-----", re.DOTALL)
_CHAIN_AT_MOST = 64 * 1024
# A certificate that was renewed counts after this.
_KNOWN_FOR = timedelta(minutes=10)
_ANSWER_AT_MOST = 64 * 1024
_CONNECT_SECONDS, _READ_SECONDS = 3.0, 10.0
_BROKEN = 500
_GONE = frozenset({"NotFoundException", "DisabledException", "KMSInvalidStateException", "InvalidKeyUsageException"})


def chain_key(name: str) -> str:
    """Where the documents' bucket has the certificates of a key."""
    return f"signing-keys/{name}.pem"


def chain_of(pem: bytes) -> tuple[bytes, ...]:
    """The certificates in a PEM file, DER. Raises ValueError where it holds none."""
    try:
        chain = tuple(base64.b64decode(b"".join(one.split()), validate=True) for one in _PEM.findall(pem))
    except binascii.Error:
        raise ValueError("no base64") from None
    if not chain:
        raise ValueError("no certificate")
    return chain


class KmsSigner:
    """`signing.CertificateSigner` over KMS."""

    def __init__(self, aws: Aws, documents: Documents, clock: Callable[[], datetime]) -> None:
        self._aws, self._documents, self._clock = aws, documents, clock
        self._known: dict[str, tuple[SigningKey, datetime]] = {}

    def key(self, name: str) -> SigningKey:
        """See `signing.CertificateSigner`."""
        if not _NAME.fullmatch(name):
            raise CannotMake(Hindrance.SIGNING_KEY_MISSING)
        now = self._clock()
        known = self._known.get(name)
        if known is None or not known[1] <= now < known[1] + _KNOWN_FOR:
            try:
                chain = chain_of(self._documents.get(chain_key(name), _CHAIN_AT_MOST))
            except ValueError as unfit:
                raise CannotMake(Hindrance.SIGNING_KEY_MISSING) from unfit
            except DocumentsUnavailable as not_had:
                is_down = _is_of_the_store(not_had.__cause__)
                raise CannotMake(
                    Hindrance.SIGNING_UNAVAILABLE if is_down else Hindrance.SIGNING_KEY_MISSING
                ) from not_had
            known = self._known[name] = SigningKey(name, chain), now
        return known[0]

    def sign(self, key: SigningKey, digest: bytes) -> bytes:
        """See `signing.CertificateSigner`."""
        try:
            answer = self._aws.client("kms").sign(
                KeyId=f"{ALIAS_PREFIX}{key.name}",
                Message=digest,
                MessageType="DIGEST",
                SigningAlgorithm="RSASSA_PKCS1_V1_5_SHA_256",
            )
        except ClientError as refused:
            is_gone = refused.response["Error"]["Code"] in _GONE
            hindrance = Hindrance.SIGNING_KEY_MISSING if is_gone else Hindrance.SIGNING_UNAVAILABLE
            raise CannotMake(hindrance) from refused
        except BotoCoreError as failed:
            raise CannotMake(Hindrance.SIGNING_UNAVAILABLE) from failed
        return bytes(answer["Signature"])


def _is_of_the_store(cause: BaseException | None) -> bool:
    """Whether the documents' store itself failed: not there and not permitted are no failure of its."""
    if isinstance(cause, ClientError):
        return int(cause.response["ResponseMetadata"]["HTTPStatusCode"]) >= _BROKEN
    return isinstance(cause, BotoCoreError)


class HttpTimestamps:
    """`signing.Timestamps` over HTTP(S): the one configured address, and no other by redirect."""

    def __init__(self, url: str) -> None:
        self._url = url
        timeout = urllib3.Timeout(connect=_CONNECT_SECONDS, read=_READ_SECONDS)
        self._pool = urllib3.PoolManager(timeout=timeout, retries=False, num_pools=1)

    def ask(self, request: bytes) -> bytes:
        """See `signing.Timestamps`."""
        if urlsplit(self._url).scheme not in {"http", "https"}:
            raise CannotMake(Hindrance.TIMESTAMPS_MISSING)
        headers = {"Content-Type": "application/timestamp-query", "Accept": "application/timestamp-reply"}
        try:
            answer = self._pool.request(
                "POST", self._url, body=request, headers=headers, redirect=False, preload_content=False
            )
            content = answer.read(_ANSWER_AT_MOST + 1)
            answer.release_conn()
        except (urllib3.exceptions.HTTPError, OSError) as failed:
            raise CannotMake(Hindrance.TIMESTAMPS_UNAVAILABLE) from failed
        if answer.status != 200 or len(content) > _ANSWER_AT_MOST:  # noqa: PLR2004 - OK
            raise CannotMake(Hindrance.TIMESTAMPS_UNAVAILABLE)
        return bytes(content)


def configured_timestamps(file: Path = CONFIGURATION / "certificate_signing.json") -> HttpTimestamps:
    """The time-stamping authority of the packaged configuration; "" for none, which signs nothing."""
    return HttpTimestamps(str(json.loads(file.read_text(encoding="utf-8"))["timestamp_url"]))


def font(script: str, weight: str) -> bytes:
    """A packaged font, by script and weight as `pdf_text` names them."""
    return (CONFIGURATION / "fonts" / f"noto-sans-{script}-{weight}.ttf").read_bytes()
