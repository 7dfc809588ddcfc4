"""Forms as browsers post them: urlencoded or multipart, read by bytes.

Only one of ours takes a form: the eSign provider's answer, which the person's browser brings. Nothing in it is believed
here; what does not read as a form gives no fields.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable
from urllib.parse import unquote_to_bytes

FIELDS_AT_MOST = 32
_BOUNDARY = re.compile(r'boundary="?([^";]{1,70})"?', re.IGNORECASE)
_NAME = re.compile(rb'\bname="([^"]{1,200})"', re.IGNORECASE)


def fields_of(content_type: str, raw: bytes) -> list[tuple[str, bytes]]:
    """Names and values of a form, in order; the first 32."""
    media_type = content_type.partition(";")[0].strip().lower()
    if media_type == "multipart/form-data":
        return list(_parts(content_type, raw))[:FIELDS_AT_MOST]
    pairs = raw.split(b"&", FIELDS_AT_MOST)[:FIELDS_AT_MOST]
    return [(_decoded(name).decode(errors="replace"), _decoded(value)) for name, _, value in map(_parted, pairs)]


def holding(fields: Iterable[tuple[str, bytes]], names: Iterable[str], mark: bytes) -> bytes | None:
    """The value that holds `mark`, plain or in base64: by the first of `names` that has one, else by any name."""
    read = [(name, _plain(value, mark)) for name, value in fields]
    for wanted in names:
        for name, value in read:
            if name == wanted and value is not None:
                return value
    return next((value for _, value in read if value is not None), None)


def _plain(value: bytes, mark: bytes) -> bytes | None:
    if mark in value:
        return value.strip()
    # A "+" of base64 that somebody forgot to encode arrives as a space; lines are broken by spaces too.
    for stripped in (re.sub(rb"[ \t\r\n]", b"", value), re.sub(rb"[\t\r\n]", b"", value).replace(b" ", b"+")):
        try:
            decoded = base64.b64decode(stripped, validate=True)
        except (binascii.Error, ValueError):
            continue
        if mark in decoded:
            return decoded
    return None


def _parted(pair: bytes) -> tuple[bytes, bytes, bytes]:
    return pair.partition(b"=")


def _decoded(encoded: bytes) -> bytes:
    return unquote_to_bytes(encoded.replace(b"+", b" "))


def _parts(content_type: str, raw: bytes) -> Iterable[tuple[str, bytes]]:
    boundary = _BOUNDARY.search(content_type)
    if boundary is None:
        return
    # What stands before the first boundary and after the last is no part.
    for part in (b"\r\n" + raw).split(b"\r\n--" + boundary[1].encode())[1:]:
        head, found, value = part.partition(b"\r\n\r\n")
        name = _NAME.search(head)
        if found and name:
            yield name[1].decode(errors="replace"), value
