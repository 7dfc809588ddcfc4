"""A strict walk over DER, position by position: definite and shortest lengths only, bounds-checked, never recursive.

For what is too long for an object of each element, or must be quick: a CRL's entries, a certificate's frame. (What is
signed is read by `der`, whose reader takes the frame of a CMS as well.)
"""

from __future__ import annotations

from datetime import UTC, datetime

BOOLEAN, INTEGER, BIT_STRING, OCTET_STRING, OID = 0x01, 0x02, 0x03, 0x04, 0x06
ENUMERATED, UTC_TIME, GENERALIZED_TIME, SEQUENCE, SET = 0x0A, 0x17, 0x18, 0x30, 0x31

_SHORT, _LONG = 0x80, 4


class DerUnreadable(ValueError):  # noqa: N818
    """The bytes are not DER, or not of the shape that was asked for."""


def element(data: bytes, at: int, end: int) -> tuple[int, int, int]:
    """The element that begins at `at`: its tag, where its content begins, where it ends. It lies within `end`.

    Raises `DerUnreadable` for anything that DER forbids of a header: high tag numbers are of no use here either.
    """
    if end - at < 2:  # noqa: PLR2004 - a tag and a length
        raise DerUnreadable("cut off")
    tag, length = data[at], data[at + 1]
    if tag & 0x1F == 0x1F:  # noqa: PLR2004 - X.690, 8.1.2.4
        raise DerUnreadable("a high tag number")
    start = at + 2
    if length >= _SHORT:
        many = length & 0x7F
        if not 0 < many <= _LONG or end - start < many:
            raise DerUnreadable("an indefinite or over-long length")
        length = int.from_bytes(data[start : start + many], "big")
        if length < _SHORT or length >> (8 * (many - 1)) == 0:
            raise DerUnreadable("a length not in its shortest form")
        start += many
    stop = start + length
    if stop > end:
        raise DerUnreadable("an element longer than what holds it")
    return tag, start, stop


def expect(data: bytes, at: int, end: int, tag: int) -> tuple[int, int]:
    """Where the content of the element at `at` begins and ends. Raises `DerUnreadable` unless it has this tag."""
    found, start, stop = element(data, at, end)
    if found != tag:
        raise DerUnreadable(f"tag {found:#x} in place of {tag:#x}")
    return start, stop


def whole(data: bytes, tag: int) -> tuple[int, int]:
    """As `expect`, of an element that is all of `data`: nothing trails it."""
    start, stop = expect(data, 0, len(data), tag)
    if stop != len(data):
        raise DerUnreadable("trailing bytes")
    return start, stop


def children(data: bytes, start: int, stop: int) -> list[tuple[int, int, int, int]]:
    """The elements between `start` and `stop`: tag, where the element begins, its content begins, it ends."""
    found = []
    while start < stop:
        tag, inside, after = element(data, start, stop)
        found.append((tag, start, inside, after))
        start = after
    return found


def integer(data: bytes, start: int, stop: int) -> bytes:
    """An INTEGER's content as it stands: two's complement, shortest form."""
    content = data[start:stop]
    if not content:
        raise DerUnreadable("an empty INTEGER")
    if len(content) > 1 and (
        (content[0] == 0 and content[1] < _SHORT) or (content[0] == 0xFF and content[1] >= _SHORT)  # noqa: PLR2004 - a sign octet that says nothing
    ):
        raise DerUnreadable("an INTEGER not in its shortest form")
    return content


def boolean(data: bytes, start: int, stop: int) -> bool:
    """A BOOLEAN of DER: 00 or FF."""
    content = data[start:stop]
    if content not in (b"\x00", b"\xff"):
        raise DerUnreadable("a BOOLEAN that is neither 00 nor FF")
    return content == b"\xff"


def time(data: bytes, tag: int, start: int, stop: int) -> datetime:
    """A time of RFC 5280, section 4.1.2.5: UTCTime or GeneralizedTime, in seconds, Zulu. Aware UTC."""
    text = data[start:stop]
    if tag == UTC_TIME and len(text) == 13:  # noqa: PLR2004 - YYMMDDHHMMSSZ
        text = (b"19" if text[:2] >= b"50" else b"20") + text
    elif tag != GENERALIZED_TIME or len(text) != 15:  # noqa: PLR2004 - YYYYMMDDHHMMSSZ
        raise DerUnreadable("no time of RFC 5280")
    if not text[:14].isdigit() or text[14:] != b"Z":
        raise DerUnreadable("no time of RFC 5280")
    try:
        month, day, hour, minute, second = (int(text[at : at + 2]) for at in range(4, 14, 2))
        return datetime(int(text[:4]), month, day, hour, minute, second, tzinfo=UTC)
    except ValueError as failed:
        raise DerUnreadable("a time that never was") from failed


def extensions(data: bytes, start: int, stop: int) -> dict[bytes, tuple[bool, bytes]]:
    """The `Extensions` whose SEQUENCE has this content: OID (its content) → whether critical, and the value's DER.

    Raises `DerUnreadable` where an extension stands twice (RFC 5280, section 4.2).
    """
    found: dict[bytes, tuple[bool, bytes]] = {}
    while start < stop:
        inside, after = expect(data, start, stop, SEQUENCE)
        oid_start, at = expect(data, inside, after, OID)
        oid = data[oid_start:at]
        tag, value, ends = element(data, at, after)
        critical = False
        if tag == BOOLEAN:
            critical = boolean(data, value, ends)
            if not critical:
                raise DerUnreadable("a default that is written out")
            tag, value, ends = element(data, ends, after)
        if tag != OCTET_STRING or ends != after or oid in found:
            raise DerUnreadable("an extension of another shape, or twice")
        found[oid] = (critical, data[value:ends])
        start = after
    return found
