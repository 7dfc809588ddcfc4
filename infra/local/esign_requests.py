"""How the simulated eSign providers read our requests: as a provider would, by its own reading of the standard.

Nothing of the suite that makes the requests is used to check them.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from hashlib import sha256
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from lxml import etree

from chalicelib.domain.signatures.esign.providers import EsignProfile, FormEncoding, RequestEncoding
from chalicelib.handlers.forms import fields_of
from infra.local.authority import Credential
from infra.local.console_routes import Asked

_IST = timezone(timedelta(hours=5, minutes=30))
_DS = "{http://www.w3.org/2000/09/xmldsig#}"
_OLDEST = timedelta(minutes=5)


class Unfit(Exception):  # noqa: N818
    """The provider does not take the request; the text says why."""


@dataclass(frozen=True)
class Request:
    """What we asked for."""

    txn: str
    document_sha256: bytes
    about: str
    response_url: str


def read(asked: Asked, profile: EsignProfile, asp: Credential, now: datetime, site_url: str) -> Request:
    """The request that a browser has brought. Raises Unfit."""
    fields = _fields(asked, profile.form_encoding)
    root = _signed_by(asp, _decoded(fields.get(profile.request_field, b""), profile.request_encoding))
    _demand_attributes(root, "Esign", profile, now)
    if profile.txn_field and fields.get(profile.txn_field, b"").decode() != root.get("txn"):
        raise Unfit("the txn beside the request is another")
    hashes_asked = root.findall("Docs/InputHash")
    response_url = root.get("responseUrl", "")
    if root.get("AuthMode") != "1" or root.get("ekycId") != "" or root.get("sc") != "Y" or len(hashes_asked) != 1:
        raise Unfit("not a request of API 2.1 for one document")
    if root.get("responseSigType") != profile.response_sig_type or not response_url.startswith(f"{site_url}/"):
        raise Unfit("another responseSigType, or a responseUrl that is not registered")
    only = hashes_asked[0]
    if only.get("hashAlgorithm") != "SHA256" or not re.fullmatch("[0-9a-f]{64}", only.text or ""):
        raise Unfit("the document hash is not 64 hex digits")
    about = only.get("docInfo", "")
    return Request(root.get("txn", ""), bytes.fromhex(only.text or ""), about, response_url)


def read_status(asked: Asked, profile: EsignProfile, asp: Credential, now: datetime) -> str:
    """The txn whose state we ask for. Raises Unfit."""
    fields = _fields(asked, FormEncoding.URLENCODED)
    root = _signed_by(asp, _decoded(fields.get(profile.status_field, b""), profile.request_encoding))
    _demand_attributes(root, "EsignStatus", profile, now)
    return str(root.get("txn", ""))


def _fields(asked: Asked, encoding: FormEncoding) -> dict[str, bytes]:
    content_type = asked.headers.get("content-type", "")
    if content_type.partition(";")[0] != encoding.value:
        raise Unfit(f"the form is not {encoding.value}")
    return dict(fields_of(content_type, asked.request.body))


def _decoded(value: bytes, encoding: RequestEncoding) -> bytes:
    try:
        return base64.b64decode(value, validate=True) if encoding is RequestEncoding.BASE64 else value
    except binascii.Error:
        raise Unfit("the request is not base64") from None


def _demand_attributes(root: Any, tag: str, profile: EsignProfile, now: datetime) -> None:  # noqa: ANN401 - lxml's
    if root.tag != tag or root.get("ver") != "2.1" or root.get("aspId") != profile.asp_id:
        raise Unfit("another call, version or aspId")
    if not re.fullmatch("[A-Za-z0-9]{1,50}", root.get("txn", "")):
        raise Unfit("a txn is 1 to 50 letters and digits")
    try:
        ts = datetime.fromisoformat(root.get("ts", ""))
    except ValueError:
        raise Unfit("ts is no time") from None
    if abs((ts if ts.tzinfo else ts.replace(tzinfo=_IST)) - now) > _OLDEST:
        raise Unfit("the request is older than 5 minutes")


def _signed_by(asp: Credential, content: bytes) -> Any:  # noqa: ANN401 - lxml's
    """The request, once its signature verified with the registered certificate and its digest is right."""
    try:
        root = etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True))
    except etree.XMLSyntaxError:
        raise Unfit("the request is not XML") from None
    signature = root.find(f"{_DS}Signature")
    if signature is None:
        raise Unfit("the request is not signed")
    info = signature.find(f"{_DS}SignedInfo")
    # Exclusive and inclusive C14N of this part are the same bytes: no namespace but its own is in scope.
    over = etree.tostring(info, method="c14n", exclusive=True)
    value = base64.b64decode(signature.findtext(f"{_DS}SignatureValue"))
    certificate = base64.b64decode(signature.findtext(f"{_DS}KeyInfo/{_DS}X509Data/{_DS}X509Certificate"))
    digest = signature.findtext(f"{_DS}SignedInfo/{_DS}Reference/{_DS}DigestValue")
    if certificate != asp.der:
        raise Unfit("the certificate is not the one that is registered")
    key = x509.load_der_x509_certificate(certificate).public_key()
    if not isinstance(key, RSAPublicKey):
        raise Unfit("not an RSA key")
    try:
        key.verify(value, over, padding.PKCS1v15(), hashes.SHA256())
    except InvalidSignature:
        raise Unfit("the signature is wrong") from None
    root.remove(signature)
    if base64.b64encode(sha256(etree.tostring(root, method="c14n")).digest()).decode() != digest:
        raise Unfit("the digest is wrong")
    return root
