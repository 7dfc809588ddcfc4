"""DigiLocker's formulas: how its calls are authenticated, in both directions. Light: the standard library alone.

Source: Issuer API Specification 1.13 and Meri Pehchaan 2.4, as docs/sources.md tells them. Every comparison takes
constant time; none of these values is ever logged.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable, Mapping
from enum import StrEnum

RAW_SIGNS, HEX_SIGNS = 44, 88
# Which fields a push's `hmac` runs over after the client secret, in this order; an absent one is an empty one.
PUSH_ORDER = (
    "clientid",
    "digilockerid",
    "uri",
    "doctype",
    "description",
    "docid",
    "issuedate",
    "validfrom",
    "validto",
    "action",
    "ts",
    "doccontent",
    "datacontent",
)
# Which fields a discovery call's `hmac` runs over after the client secret. The 2021 OpenAPI prints (clientid, ts) for
# all of them, which is why the order is a setting (`profiles.Profile.discovery_orders`).
DISCOVERY_ORDERS: Mapping[str, tuple[str, ...]] = {
    "issuers": ("clientid", "ts"),
    "doctype": ("clientid", "orgid", "ts"),
    "parameters": ("clientid", "orgid", "doctype", "ts"),
}


class HmacForm(StrEnum):
    """In which of the two forms seen in the field `x-digilocker-hmac` came."""

    # base64 of the digest: 44 signs.
    RAW = "raw"
    # base64 of the digest's lower-case hex: 88 signs.
    HEX = "hex"


def keyhash(api_key: bytes, ts: str) -> str:
    """The `keyhash` of a pull: lower-case hex of SHA-256 over the API key and `ts`, exactly as the attribute has it."""
    return hashlib.sha256(api_key + ts.encode()).hexdigest()


def is_keyhash(given: str | None, api_key: bytes, ts: str) -> bool:
    """Whether `given` is the keyhash of this key and `ts`; in constant time."""
    return hmac.compare_digest((given or "").encode(), keyhash(api_key, ts).encode())


def body_hmac(api_key: bytes, body: bytes, form: HmacForm) -> str:
    """The value of `x-digilocker-hmac` over these very bytes, in this form."""
    digest = hmac.new(api_key, body, hashlib.sha256)
    return _base64(digest.digest() if form is HmacForm.RAW else digest.hexdigest().encode())


def is_body_hmac(header: str | None, api_key: bytes, body: bytes) -> HmacForm | None:
    """In which form `header` is the hmac of exactly these bytes; None where it is in neither, or there is none.

    Both forms are computed and compared whatever came, each in constant time.
    """
    given = (header or "").strip().encode("utf-8", "surrogatepass")
    is_raw = hmac.compare_digest(given, body_hmac(api_key, body, HmacForm.RAW).encode())
    is_hex = hmac.compare_digest(given, body_hmac(api_key, body, HmacForm.HEX).encode())
    if is_raw:
        return HmacForm.RAW
    return HmacForm.HEX if is_hex else None


def file_hmac(secret: bytes, content: bytes) -> str:
    """The `hmac` header of a file that DigiLocker serves: base64 of HMAC-SHA256 under the client secret."""
    return body_hmac(secret, content, HmacForm.RAW)


def is_file_hmac(header: str | None, secret: bytes, content: bytes) -> bool:
    """Whether `header` is the hmac of exactly these bytes; no header is a no. In constant time."""
    given = (header or "").strip().encode("utf-8", "surrogatepass")
    return hmac.compare_digest(given, file_hmac(secret, content).encode())


def discovery_hmac(order: Iterable[str], secret: bytes, fields: Mapping[str, str]) -> str:
    """The `hmac` of a discovery call: hex of a plain SHA-256 over the secret and the fields in `order`."""
    return _concatenated(secret, (fields[name] for name in order))


def push_hmac(secret: bytes, fields: Mapping[str, str]) -> str:
    """The `hmac` of a Push URI: hex of a plain SHA-256 over the secret and `PUSH_ORDER`; absent fields are empty."""
    return _concatenated(secret, (fields.get(name, "") for name in PUSH_ORDER))


def challenge_of(verifier: str) -> str:
    """The `code_challenge` (S256) of a PKCE verifier: base64url of SHA-256, without padding."""
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _concatenated(secret: bytes, values: Iterable[str]) -> str:
    return hashlib.sha256(secret + "".join(values).encode()).hexdigest()


def _base64(value: bytes) -> str:
    return base64.b64encode(value).decode()
