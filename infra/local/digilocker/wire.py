"""What travels: refusals as DigiLocker words them, forms, and the formulas of its hashes as published."""

import base64
import binascii
import hashlib
import hmac
from dataclasses import dataclass
from email.parser import BytesParser
from email.policy import HTTP
from urllib.parse import parse_qsl

from infra.local.console_routes import Asked, in_json
from infra.local.http_server import HttpAnswer

_CREDENTIALS = 2


@dataclass(frozen=True)
class Refused(Exception):  # noqa: N818
    """DigiLocker says no: its HTTP status, its error code, its words."""

    status: int
    error: str
    description: str = ""

    def answered(self) -> HttpAnswer:
        """Give the answer that tells it."""
        return in_json({"error": self.error, "error_description": self.description or self.error}, self.status)


def invalid_parameter(name: str) -> Refused:
    """Give the refusal of a parameter, in DigiLocker's words."""
    return Refused(400, "invalid_parameter", f"{name} parameter is missing or invalid")


def form_of(asked: Asked) -> dict[str, str]:
    """Read a form, urlencoded or multipart. Raises Refused for anything else, and where a field comes twice."""
    content_type = asked.headers.get("content-type", "")
    kind = content_type.partition(";")[0].strip().lower()
    if kind == "multipart/form-data":
        pairs = _parts(content_type, asked.request.body)
    elif kind == "application/x-www-form-urlencoded":
        try:
            pairs = parse_qsl(asked.request.body.decode("ascii"), keep_blank_values=True, strict_parsing=False)
        except UnicodeDecodeError:
            raise Refused(400, "invalid_request", "The form is not urlencoded") from None
    else:
        raise Refused(400, "invalid_request", "A form is wanted: urlencoded or multipart")
    if len(dict(pairs)) != len(pairs):
        raise Refused(400, "invalid_request", "A parameter came twice")
    return dict(pairs)


def _parts(content_type: str, body: bytes) -> list[tuple[str, str]]:
    whole = BytesParser(policy=HTTP).parsebytes(b"Content-Type: " + content_type.encode() + b"\r\n\r\n" + body)
    pairs = []
    for part in whole.iter_parts() if whole.is_multipart() else ():
        name, payload = part.get_param("name", header="content-disposition"), part.get_payload(decode=True)
        if isinstance(name, str) and isinstance(payload, bytes):
            pairs.append((name, payload.decode()))
    return pairs


def basic_of(asked: Asked) -> tuple[str, str] | None:
    """Give client id and secret of HTTP Basic; None where there is none."""
    kind, _, value = asked.headers.get("authorization", "").partition(" ")
    if kind.lower() != "basic":
        return None
    try:
        parts = base64.b64decode(value, validate=True).decode().split(":", 1)
    except (binascii.Error, UnicodeDecodeError):
        return None
    return (parts[0], parts[1]) if len(parts) == _CREDENTIALS else None


def bearer_of(asked: Asked) -> str:
    """Give the bearer token. Raises Refused without one."""
    kind, _, value = asked.headers.get("authorization", "").partition(" ")
    if kind.lower() != "bearer" or not value:
        raise Refused(401, "invalid_token", "The access token is missing")
    return value


def is_same(given: str, right: str) -> bool:
    """Whether two secrets are the same, in constant time."""
    return hmac.compare_digest(given.encode(), right.encode())


def sha256_hex(*parts: str) -> str:
    """Give the lower-case hex SHA-256 of parts put together without separators."""
    return hashlib.sha256("".join(parts).encode()).hexdigest()


def file_hmac(secret: str, content: bytes) -> str:
    """Give the `hmac` header of a file: base64 of the raw digest."""
    return base64.b64encode(hmac.digest(secret.encode(), content, "sha256")).decode()


def challenge_of(verifier: str) -> str:
    """Give the S256 code challenge of a verifier (RFC 7636, 4.2)."""
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
