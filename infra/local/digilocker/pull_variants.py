"""Pull URI requests as DigiLocker sends them, in every form seen in the field; and wrong ones that nobody may take."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, timedelta, timezone
from typing import Final, Literal
from xml.sax.saxutils import escape, quoteattr

IST: Final = timezone(timedelta(hours=5, minutes=30))
Namespace = Literal["tempuri", "issuer_v1", "ns2", "prefixed"]
Encoding = Literal["raw", "hex"]
_NAMESPACES: Final[Mapping[Namespace, str]] = {
    "tempuri": ' xmlns="http://tempuri.org/"',
    "issuer_v1": ' xmlns="https://www.digitallocker.gov.in/schema/issuer/v1/pullurirequest"',
    "ns2": ' xmlns:ns2="http://tempuri.org/"',
    "prefixed": ' xmlns:ns2="http://tempuri.org/"',
}


@dataclass(frozen=True)
class Variant:
    """In which of its forms a request comes."""

    namespace: Namespace = "tempuri"
    encoding: Encoding = "hex"
    """Of x-digilocker-hmac: base64 of the raw digest, or of the hex digest."""
    format: str | None = "both"
    """None leaves the attribute out."""
    is_padded: bool = False
    """Whether values come with newlines and blanks around them."""
    has_bom: bool = False
    has_crlf: bool = False
    ends_with_newline: bool = False
    has_declaration: bool = True
    ver: str = "3.0"
    keyhash_name: str = "keyhash"
    org_id_name: str = "orgId"
    has_metadata: bool = False
    content_type: str = "application/xml"


_NAMES: Final[tuple[Namespace, ...]] = ("tempuri", "issuer_v1", "ns2")
_ENCODINGS: Final[tuple[Encoding, ...]] = ("raw", "hex")
_FORMATS: Final = ("xml", "pdf", "both", None)
VARIANTS: Final[Mapping[str, Variant]] = {
    "v1.13": Variant(),
    **{
        f"{namespace}-{encoding}-{form or 'none'}": Variant(namespace, encoding, form)
        for namespace in _NAMES
        for encoding in _ENCODINGS
        for form in _FORMATS
    },
    "prefixed": Variant("prefixed"),
    "padded": Variant(is_padded=True),
    "bom": Variant(has_bom=True),
    "crlf": Variant(has_crlf=True, is_padded=True),
    "newline": Variant(ends_with_newline=True),
    "bare": Variant(has_declaration=False),
    "old": Variant("ns2", "hex", None, ver="1.0", org_id_name="orgid", keyhash_name="keyHash"),
    "KeyHash": Variant(keyhash_name="KeyHash"),
    "metadata": Variant(has_metadata=True),
    "charset": Variant(content_type="application/xml; charset=utf-8"),
    "text": Variant(content_type="text/xml"),
}


@dataclass(frozen=True)
class Pull:
    """What is asked, apart from its form. `parameters` are the search parameters by their names on the wire."""

    doctype: str
    org_id: str = ""
    parameters: Mapping[str, str] = field(default_factory=dict)
    full_name: str = ""
    born_on: date | None = None
    digilocker_id: str = ""
    uri: str = ""
    """For Pull Doc, which asks by URI."""


@dataclass(frozen=True)
class Request:
    """A request ready to be sent; `replace` its parts to send a wrong one."""

    body: bytes
    headers: Mapping[str, str]
    ts: str
    txn: str


# What may be wrong with a request on purpose.
WRONG: Final[Mapping[str, str]] = {
    "hmac_missing": "without x-digilocker-hmac",
    "hmac_short": "with a header of wrong length",
    "hmac_other_key": "with the hmac of another key",
    "hmac_other_body": "with a body that was changed on its way",
    "keyhash_other_ts": "with the keyhash of another ts",
    "keyhash_missing": "without a keyhash",
    "stale": "with a ts of yesterday",
    "format_garbage": "with a format that there is not",
    "doctype_unknown": "for a document type that there is not",
    "dtd": "with a DTD",
    "bomb": "with entities that grow",
    "utf16": "in UTF-16, with a DTD",
    "not_xml": "with a body that is no XML",
}


def request(
    pull: Pull, api_key: str, variant: Variant, now: datetime, *, txn: str = "", ts: str = "", wrong: str = ""
) -> Request:
    """Make the request. `wrong` is one of WRONG. Raises ValueError for any other."""
    if wrong and wrong not in WRONG:
        raise ValueError(f"{wrong}: one of {', '.join(WRONG)} is wanted")
    if wrong == "stale":
        now -= timedelta(days=1)
    ts, txn = ts or f"{now.astimezone(IST):%Y-%m-%dT%H:%M:%S}+05:30", txn or secrets.token_hex(16)
    if wrong == "doctype_unknown":
        pull = replace(pull, doctype="QQQQQ")
    if wrong == "format_garbage":
        variant = replace(variant, format="docx")
    body = _spoiled(_xml(pull, api_key, variant, ts, txn, wrong), wrong)
    headers = {"Content-Type": variant.content_type, "x-digilocker-hmac": signature(body, api_key, variant.encoding)}
    if wrong == "hmac_missing":
        del headers["x-digilocker-hmac"]
    elif wrong == "hmac_short":
        headers["x-digilocker-hmac"] = headers["x-digilocker-hmac"][:20]
    elif wrong == "hmac_other_key":
        headers["x-digilocker-hmac"] = signature(body, api_key + "x", variant.encoding)
    elif wrong == "hmac_other_body":
        body += b" "
    return Request(body, headers, ts, txn)


def signature(body: bytes, api_key: str, encoding: Encoding) -> str:
    """Give x-digilocker-hmac over the exact bytes of a body."""
    digest = hmac.digest(api_key.encode(), body, "sha256")
    return base64.b64encode(digest if encoding == "raw" else digest.hex().encode()).decode()


def _xml(pull: Pull, api_key: str, variant: Variant, ts: str, txn: str, wrong: str) -> bytes:
    hashed = api_key + ("2001-01-01T00:00:00+05:30" if wrong == "keyhash_other_ts" else ts)
    attributes = {"ver": variant.ver, "ts": ts, "txn": txn, variant.org_id_name: pull.org_id}
    if wrong != "keyhash_missing":
        attributes[variant.keyhash_name] = hashlib.sha256(hashed.encode()).hexdigest()
    if variant.format is not None:
        attributes["format"] = variant.format
    if variant.has_metadata:
        attributes["metadata"] = "Y"
    prefix = "ns2:" if variant.namespace == "prefixed" else ""
    name = "PullDocRequest" if pull.uri else "PullURIRequest"
    head = _NAMESPACES[variant.namespace] + "".join(f" {key}={quoteattr(value)}" for key, value in attributes.items())
    children = "".join(_child(prefix, key, value, variant) for key, value in _details(pull).items())
    declaration = '<?xml version="1.0" encoding="UTF-8"?>\n' if variant.has_declaration else ""
    xml = (
        f"{declaration}<{prefix}{name}{head}>\n<{prefix}DocDetails>\n{children}</{prefix}DocDetails>\n</{prefix}{name}>"
    )
    if variant.ends_with_newline:
        xml += "\n\n"
    if variant.has_crlf:
        xml = xml.replace("\n", "\r\n")
    return (b"\xef\xbb\xbf" if variant.has_bom else b"") + xml.encode()


def _details(pull: Pull) -> dict[str, str]:
    born_on = f"{pull.born_on:%d-%m-%Y}" if pull.born_on else ""
    if pull.uri:
        return {"URI": pull.uri, "DigiLockerId": pull.digilocker_id}
    named = {"DocType": pull.doctype, "DigiLockerId": pull.digilocker_id, "FullName": pull.full_name, "DOB": born_on}
    return {key: value for key, value in named.items() if value} | dict(pull.parameters)


def _child(prefix: str, name: str, value: str, variant: Variant) -> str:
    shown = f"\n      {escape(value)}\n    " if variant.is_padded else escape(value)
    return f"<{prefix}{name}>{shown}</{prefix}{name}>\n"


_GROWING: Final = "".join(f"<!ENTITY {chr(98 + n)} '{('&' + chr(97 + n) + ';') * 10}'>" for n in range(9))
_BOMB: Final = f"<!DOCTYPE a [<!ENTITY a 'aaaaaaaaaa'>{_GROWING}]>\n"


def _spoiled(xml: bytes, wrong: str) -> bytes:
    if wrong == "not_xml":
        return b"{}"
    if wrong not in {"dtd", "bomb", "utf16"}:
        return xml
    head, _, rest = xml.partition(b"?>\n")
    if wrong == "bomb":
        return head + b"?>\n" + _BOMB.encode() + rest.replace(b"</DocType>", b"&j;</DocType>")
    whole = head + b'?>\n<!DOCTYPE a SYSTEM "http://127.0.0.1:9/evil.dtd">\n' + rest
    return whole.decode().replace("UTF-8", "UTF-16").encode("utf-16") if wrong == "utf16" else whole
