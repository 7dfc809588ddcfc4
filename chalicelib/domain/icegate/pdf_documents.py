"""Inspection of an uploaded PDF: what it is, whether it is whole, and whether it could do anything by itself.

It is scanned for active content, and fails closed: what cannot be looked into is refused. It trusts no cross-reference
table, since readers follow any offset: every name anywhere in the file counts (in the bytes of streams, too), and so
does every name in an object stream, whose filter must be one that is undone here. Links (`/URI`) and form fields are no
active content: nothing happens unless a person clicks (ADR 37).
"""

from __future__ import annotations

import base64
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from chalicelib.domain.icegate.full_registrations import DOCUMENT_AT_MOST
from chalicelib.domain.icegate.pdf_objects import DELIMITED_NAME, Stream, Unreadable, name_of, streams_of

# What all streams together may unpack to, and object streams alone: a bomb is refused before it goes off.
_INFLATED_AT_MOST = 32 * 1024 * 1024
_OBJECTS_AT_MOST = 2 * 1024 * 1024
_CHUNK = 64 * 1024
_HEADER = re.compile(rb"%PDF-(1\.[0-7]|2\.0)[\r\n \t]")
_END = re.compile(rb"startxref[\0\t\n\f\r ]+([0-9]{1,7})[\0\t\n\f\r ]+%%EOF[\0\t\n\f\r ]*\Z")
_TABLE = re.compile(rb"[\0\t\n\f\r ]*(xref|[0-9]+[\0\t\n\f\r ]+[0-9]+[\0\t\n\f\r ]+obj)")
_A_DESTINATION = re.compile(rb"[\0\t\n\f\r ]*\[")

# Names by which a PDF does something when it is opened or shown, carries another file, or reaches out.
_ACTIVE = frozenset(
    {
        b"JavaScript",
        b"JS",
        b"AA",
        b"Launch",
        b"EmbeddedFile",
        b"EmbeddedFiles",
        b"EF",
        b"RichMedia",
        b"RichMediaExecute",
        b"XFA",
        b"SubmitForm",
        b"ImportData",
        b"GoToR",
        b"GoToE",
        b"Rendition",
        b"Movie",
        b"Sound",
        b"3D",
        b"Collection",
    }
)
_WHOLE = frozenset({b"Root", b"Pages", b"Page"})
_FLATE = frozenset({b"FlateDecode", b"Fl"})
_ASCII85 = frozenset({b"ASCII85Decode", b"A85"})
_ASCII_HEX = frozenset({b"ASCIIHexDecode", b"AHx"})
# Pictures: what they unpack to is nothing but dots.
_PICTURES = frozenset({b"DCTDecode", b"DCT", b"JPXDecode", b"CCITTFaxDecode", b"CCF", b"JBIG2Decode"})
_SMALL = frozenset({b"RunLengthDecode", b"RL"})
_KNOWN = _FLATE | _ASCII85 | _ASCII_HEX | _PICTURES | _SMALL

EMPTY = "document_empty"
TOO_LARGE = "document_too_large"
NOT_A_PDF = "document_not_pdf"
DAMAGED = "document_damaged"
ENCRYPTED = "document_encrypted"
ACTIVE = "document_active_content"
HIDDEN = "document_hides_content"


class _Refused(Exception):  # noqa: N818 - never leaves this module
    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(slots=True)
class _Budget:
    """How many bytes may still come out of streams."""

    left: int = _INFLATED_AT_MOST
    objects_left: int = _OBJECTS_AT_MOST


def refused(content: bytes, at_most: int = DOCUMENT_AT_MOST) -> str | None:
    """Why a document is refused: the reason of the catalogue's `field.<reason>`; None where it is taken.

    `content` is the whole file, of `at_most` bytes. It takes bounded time and memory whatever it is given, and raises
    nothing.
    """
    try:
        _inspect(content, at_most)
    except _Refused as no:
        return no.reason
    except Unreadable:
        return DAMAGED
    return None


def _inspect(content: bytes, at_most: int) -> None:
    if not content:
        raise _Refused(EMPTY)
    if len(content) > at_most:
        raise _Refused(TOO_LARGE)
    if not content.startswith(b"%PDF-"):
        raise _Refused(NOT_A_PDF)
    _demand_ends(content)
    names = _demand_harmless(content)
    budget = _Budget()
    for stream in streams_of(content):
        names |= _looked_into(stream, budget)
    if not names >= _WHOLE:
        raise _Refused(DAMAGED)


def _demand_ends(content: bytes) -> None:
    """The header, and an end that points to a cross-reference table: nothing was cut off and nothing hung on."""
    end = _END.search(content, max(0, len(content) - 2048))
    if not _HEADER.match(content) or end is None:
        raise _Refused(DAMAGED)
    if not _TABLE.match(content, int(end[1])):
        raise _Refused(DAMAGED)


def _demand_harmless(content: bytes) -> set[bytes]:
    """Every name in `content`, wherever it stands, once none of them is one that acts."""
    names = set()
    for found in DELIMITED_NAME.finditer(content):
        name = name_of(found[0])
        names.add(name)
        if name == b"Encrypt":
            raise _Refused(ENCRYPTED)
        # At opening, a place to show is harmless; anything else is an action, or a reference to one.
        opens = name == b"OpenAction" and not _A_DESTINATION.match(content, found.end())
        if name in _ACTIVE or opens:
            raise _Refused(ACTIVE)
    return names


def _looked_into(stream: Stream, budget: _Budget) -> set[bytes]:
    """The names of an object stream's objects; of any other stream, none, once it was seen not to be a bomb."""
    if stream.is_elsewhere or not set(stream.filters) <= _KNOWN:
        raise _Refused(HIDDEN)
    if sum(one in _FLATE for one in stream.filters) > 1 or len(stream.filters) > 3:  # noqa: PLR2004
        raise _Refused(HIDDEN)
    if not stream.holds_objects:
        _demand_no_bomb(stream, budget)
        return set()
    if not set(stream.filters) <= _FLATE or stream.has_predictor:
        # What a reader would make of it is not what is seen here.
        raise _Refused(HIDDEN)
    return _demand_harmless(_objects(stream, budget))


def _objects(stream: Stream, budget: _Budget) -> bytes:
    """What an object stream holds, unpacked."""
    if not stream.filters:
        return stream.body
    unpacked = bytearray()
    try:
        for chunk in _inflated(stream.body):
            unpacked += chunk
            budget.objects_left -= len(chunk)
            if budget.objects_left < 0:
                raise _Refused(HIDDEN)
    except zlib.error:
        raise _Refused(DAMAGED) from None
    return bytes(unpacked)


def _demand_no_bomb(stream: Stream, budget: _Budget) -> None:
    body = stream.body
    for one in stream.filters:
        if one in _FLATE:
            break
        body = _from_text(one, body)
    if not set(stream.filters) & _FLATE:
        return
    try:
        for chunk in _inflated(body):
            budget.left -= len(chunk)
            if budget.left < 0:
                raise _Refused(HIDDEN)
    except zlib.error:
        # A picture that is broken is nobody's harm.
        return


def _from_text(one: bytes, body: bytes) -> bytes:
    try:
        if one in _ASCII85:
            bare = b"<~" + body.split(b"~")[0].strip() + b"~>"
            return base64.a85decode(bare, adobe=True, ignorechars=b" \t\n\r\f\v\0")
        if one in _ASCII_HEX:
            digits = re.sub(rb"[^0-9A-Fa-f]", b"", body.split(b">")[0])
            return bytes.fromhex((digits + b"0" * (len(digits) % 2)).decode())
    except ValueError:
        raise _Refused(DAMAGED) from None
    return body


def _inflated(packed: bytes) -> Iterator[bytes]:
    """What Deflate's bytes unpack to, in pieces of at most 64 KB."""
    inflating = zlib.decompressobj()
    while not inflating.eof:
        chunk = inflating.decompress(packed, _CHUNK)
        if not chunk and not inflating.eof:
            # Cut off: a reader that goes on past `endstream` would see more than is seen here.
            raise zlib.error
        yield chunk
        packed = inflating.unconsumed_tail
