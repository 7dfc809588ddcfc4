"""Answers of an eSign provider: what its signed tree says, as plain values.

The quirks of two test systems that were measured are tolerated (docs/signatures.md): "NA" for no error, base64 in
lines, two forms of time. Anything else that is not as it should be is `Unreadable`. Heavy, by way of `envelopes`.
"""

from __future__ import annotations

import base64
import binascii
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from chalicelib.domain.limits import IST
from chalicelib.domain.signatures.esign.envelopes import verified
from chalicelib.domain.signatures.esign.providers import EsignProfile
from chalicelib.domain.strict_xml import Unreadable

if TYPE_CHECKING:
    from lxml import etree

_MOST_SIGNATURES = 5
_TS = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|[+-]\d\d:\d\d)?")
# The provider's own words go into the record for whoever asks the provider: short, and of harmless signs.
_CODE_AT_MOST = 64
_NO_ERROR = frozenset({"", "NA"})


@dataclass(frozen=True, slots=True)
class DocSignature:
    """The signature over one document hash; `content` is a CMS in DER, or a bare RSA signature."""

    id: str
    algorithm: str
    error: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Answered:
    """What a provider answered, all of it from the signed tree. `at` is UTC; errors are "" where there is none."""

    status: str
    txn: str
    at: datetime
    response_code: str
    error_code: str
    certificate: bytes | None
    signatures: tuple[DocSignature, ...]

    def __repr__(self) -> str:
        return f"Answered({self.status!r}, {len(self.signatures)} signatures)"


def answered(content: bytes, profile: EsignProfile, now: datetime) -> Answered:
    """What the provider says in `content`, the XML as it came. Raises `Unreadable`, `NotSignedByProvider`."""
    tree = verified(content, "EsignResp", profile, now)
    certificates = tree.findall("UserX509Certificate")
    signatures = tree.findall("Signatures/DocSignature")
    if len(certificates) > 1 or len(signatures) > _MOST_SIGNATURES or len(tree.findall("Signatures")) > 1:
        raise Unreadable("something is there twice")
    certificate = _decoded(certificates[0]) if certificates else b""
    return Answered(
        status=_text(tree, "status"),
        txn=_text(tree, "txn"),
        at=_instant(_text(tree, "ts")),
        response_code=_code(_text(tree, "resCode")),
        error_code=_error(_text(tree, "errCode")),
        certificate=certificate or None,
        signatures=tuple(
            DocSignature(
                _text(each, "id"), _text(each, "sigHashAlgorithm"), _error(_text(each, "error")), _decoded(each)
            )
            for each in signatures
        ),
    )


def _text(node: etree._Element, name: str) -> str:
    return str(node.get(name) or "").strip()


def _error(text: str) -> str:
    return "" if text.upper() in _NO_ERROR else _code(text)


def _code(text: str) -> str:
    return re.sub(r"[^A-Za-z0-9._:/ -]", "?", text)[:_CODE_AT_MOST]


def _decoded(node: etree._Element) -> bytes:
    """The bytes of an element's base64, broken into lines as it may be; it holds text alone."""
    if len(node):
        raise Unreadable("elements where base64 should be")
    try:
        return base64.b64decode(re.sub(r"[ \t\r\n]", "", node.text or ""), validate=True)
    except (binascii.Error, ValueError):
        raise Unreadable("not base64") from None


def _instant(text: str) -> datetime:
    """A provider's `ts`: with an offset, or India's time without one."""
    if not _TS.fullmatch(text):
        raise Unreadable("not a time")
    try:
        read = datetime.fromisoformat(text)
        return (read if read.tzinfo else read.replace(tzinfo=IST)).astimezone(UTC)
    except (ValueError, OverflowError):
        raise Unreadable("not a time") from None
