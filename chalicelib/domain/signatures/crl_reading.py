"""A CRL as it came: its frame, and its entries one by one, in order.

A CRL may have a million entries, so most are taken by a regular expression over the bytes that matches exactly what
DER allows of the two usual shapes of an entry (RFC 5280, section 5.3: no extension, or a reason alone); whatever else
comes is walked by the strict reader. What neither takes makes the CRL unreadable.
"""

from __future__ import annotations

import base64
import binascii
import bisect
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain.signatures import strict_der

ISSUING_POINT, DELTA_INDICATOR, CRL_NUMBER, FRESHEST = (
    b"\x55\x1d\x1c",
    b"\x55\x1d\x1b",
    b"\x55\x1d\x14",
    b"\x55\x1d\x2e",
)
AUTHORITY_KEY, ISSUER_ALT_NAME = b"\x55\x1d\x23", b"\x55\x1d\x12"
_AUTHORITY_INFORMATION = bytes.fromhex("2b06010505070101")
_KNOWN = {ISSUING_POINT, DELTA_INDICATOR, CRL_NUMBER, FRESHEST, AUTHORITY_KEY, ISSUER_ALT_NAME, _AUTHORITY_INFORMATION}
_REASON, _HOLD_INSTRUCTION, _INVALIDITY_DATE, _CERTIFICATE_ISSUER = (
    b"\x55\x1d\x15",
    b"\x55\x1d\x17",
    b"\x55\x1d\x18",
    b"\x55\x1d\x1d",
)
_ENTRY_KNOWN = {_REASON, _HOLD_INSTRUCTION, _INVALIDITY_DATE, _CERTIFICATE_ISSUER}
# CRLReason: 7 is unused.
_REASONS = frozenset(range(11)) - {7}
NO_REASON = 0xFF
# RFC 5280, section 4.1.2.2: at most 20 octets; a positive one may need a leading zero.
LONGEST_SERIAL = 21
_DATE_DIGITS = 12
_ARMOUR = re.compile(rb"-----(?:BEGIN|END) X509 CRL-----")
_LEAST_WINDOW, _LARGEST_WINDOW = 4 * 1024, 2 * 1024 * 1024


class CrlRefused(Exception):  # noqa: N818
    """The CRL is not one to go by; `reason` is a stable word, such as `unreadable`."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True, slots=True)
class Crl:
    """A CRL's frame. Names and extension values are DER; `issuing_point` is the IssuingDistributionPoint.

    `number` and `base_number` (of a delta CRL) are None where it has none. `revoked` is where its entries stand.
    """

    content: bytes
    signed: tuple[int, int]
    algorithm: bytes
    signature: bytes
    issuer: bytes
    this_update: datetime
    next_update: datetime | None
    number: int | None
    base_number: int | None
    issuing_point: bytes | None
    authority_key: bytes | None
    has_freshest: bool
    revoked: tuple[int, int]

    def __repr__(self) -> str:
        return f"Crl({len(self.content)} bytes)"


@dataclass(frozen=True, slots=True)
class Run:
    """Entries of one scope and one length of serial: `records` is serial, YYMMDDHHMMSS and reason of each, sorted.

    `issuer` is the DER of the `certificateIssuer` (GeneralNames) under which they stand, None for the CRL's own issuer.
    """

    issuer: bytes | None
    serial_length: int
    records: bytes


def der_of(content: bytes) -> bytes:
    """The DER of a CRL as CAs serve it: DER, PEM, or bare base64. Raises `CrlRefused`."""
    if content[:1] == b"\x30":
        return content
    try:
        return base64.b64decode(b"".join(_ARMOUR.sub(b"", content).split()), validate=True)
    except binascii.Error as failed:
        raise CrlRefused("unreadable") from failed


def read(content: bytes) -> Crl:
    """The frame of a CRL (DER). Raises `CrlRefused` (`unreadable`, `unknown_extension`)."""
    try:
        return _read(content)
    except strict_der.DerUnreadable as failed:
        raise CrlRefused("unreadable") from failed


def _read(content: bytes) -> Crl:
    start, stop = strict_der.whole(content, strict_der.SEQUENCE)
    signed_from = start
    inside, signed_to = strict_der.expect(content, start, stop, strict_der.SEQUENCE)
    algorithm = strict_der.element(content, signed_to, stop)
    bits = strict_der.expect(content, algorithm[2], stop, strict_der.BIT_STRING)
    if bits[1] != stop or content[bits[0] : bits[0] + 1] != b"\x00":
        raise strict_der.DerUnreadable("no signature")
    at = inside
    if content[at : at + 3] == b"\x02\x01\x01":
        at += 3
    is_v2 = at != inside
    inner = strict_der.element(content, at, signed_to)
    outer = content[signed_to : algorithm[2]]
    if inner[0] != strict_der.SEQUENCE or content[at : inner[2]] != outer:
        raise strict_der.DerUnreadable("two signature algorithms")
    at = inner[2]
    issuer_from = at
    _, at = strict_der.expect(content, at, signed_to, strict_der.SEQUENCE)
    issuer = content[issuer_from:at]
    updated = strict_der.element(content, at, signed_to)
    this_update, next_update, at = strict_der.time(content, *updated), None, updated[2]
    if at < signed_to and content[at] in (strict_der.UTC_TIME, strict_der.GENERALIZED_TIME):
        due = strict_der.element(content, at, signed_to)
        next_update, at = strict_der.time(content, *due), due[2]
    revoked = (at, at)
    if at < signed_to and content[at] == strict_der.SEQUENCE:
        revoked = strict_der.expect(content, at, signed_to, strict_der.SEQUENCE)
        at = revoked[1]
    found: dict[bytes, tuple[bool, bytes]] = {}
    if at < signed_to:
        outside = strict_der.expect(content, at, signed_to, 0xA0)
        held = strict_der.expect(content, *outside, strict_der.SEQUENCE)
        if not is_v2 or outside[1] != signed_to or held[1] != signed_to:
            raise strict_der.DerUnreadable("no extensions")
        found = strict_der.extensions(content, *held)
    if any(critical and oid not in _KNOWN for oid, (critical, _) in found.items()):
        raise CrlRefused("unknown_extension")
    values = {oid: value for oid, (_, value) in found.items()}
    return Crl(
        content=content,
        signed=(signed_from, signed_to),
        algorithm=outer,
        signature=content[bits[0] + 1 : bits[1]],
        issuer=issuer,
        this_update=this_update,
        next_update=next_update,
        number=_number(values.get(CRL_NUMBER)),
        base_number=_number(values.get(DELTA_INDICATOR)),
        issuing_point=values.get(ISSUING_POINT),
        authority_key=values.get(AUTHORITY_KEY),
        has_freshest=FRESHEST in values,
        revoked=revoked,
    )


def _number(value: bytes | None) -> int | None:
    if value is None:
        return None
    number = int.from_bytes(strict_der.integer(value, *strict_der.whole(value, strict_der.INTEGER)), "big", signed=True)
    if number < 0:
        raise strict_der.DerUnreadable("a negative number")
    return number


def runs(crl: Crl) -> Iterator[Run]:
    """The entries of a CRL, in runs, each sorted in itself. Raises `CrlRefused` (`unreadable`, `unknown_extension`).

    A CRL of 1 000 000 entries takes about a second and some 50 MB beside the CRL itself.
    """
    try:
        yield from _runs(crl)
    except strict_der.DerUnreadable as failed:
        raise CrlRefused("unreadable") from failed


def _runs(crl: Crl) -> Iterator[Run]:
    at, end = crl.revoked
    issuer: bytes | None = None
    special: dict[tuple[bytes | None, int], list[bytes]] = {}
    window = _LEAST_WINDOW
    while at < end:
        if _USUAL.match(crl.content, at, end):
            usual, after = _usual(crl.content, at, min(at + window, end))
            # Wide where all entries are usual; narrow where others stand between, as all that follows is searched.
            window = min(window * 8, _LARGEST_WINDOW)
            if usual:
                yield from _compacted(issuer, usual)
                at = after
                continue
        window = _LEAST_WINDOW
        issuer, serial, record, at = _entry(crl.content, at, end, issuer)
        special.setdefault((issuer, serial), []).append(record)
    for (under, serial_length), records in special.items():
        yield Run(under, serial_length, b"".join(sorted(records)))


def _escaped(*octets: int) -> bytes:
    return re.escape(bytes(octets))


def _shape(beside_serial: int) -> bytes:
    # The two lengths belong together.
    return b"|".join(
        _escaped(length + beside_serial, strict_der.INTEGER, length) + b"(?s:.){%d}" % length
        for length in range(1, LONGEST_SERIAL + 1)
    )


_DATE = rb"\x17\r[0-9]{12}Z"
_REASON_HEAD = bytes.fromhex("300c300a0603551d1504030a01")
# 17: the INTEGER's header and the date; 31: the reason's extension besides.
_PLAIN_BESIDE, _REASON_BESIDE = 17, 17 + len(_REASON_HEAD) + 1
_USUAL = re.compile(
    b"0(?:(?:" + _shape(_PLAIN_BESIDE) + b")" + _DATE
    + b"|(?:" + _shape(_REASON_BESIDE) + b")" + _DATE + re.escape(_REASON_HEAD) + rb"[\x00-\x06\x08-\x0a])"
)  # fmt: skip


def _usual(content: bytes, at: int, end: int) -> tuple[list[bytes], int]:
    """The entries of a usual shape that follow each other from `at` on, and where they end."""
    found: list[bytes] = _USUAL.findall(content, at, end)
    # What was found need not adjoin: a search skips what does not match. It adjoins where it says what stands there.
    joined = b"".join(found)
    if content.startswith(joined, at):
        return found, at + len(joined)
    run = []
    for entry in found:
        if not content.startswith(entry, at):
            break
        run.append(entry)
        at += len(entry)
    return run, at


def _compacted(issuer: bytes | None, entries: list[bytes]) -> Iterator[Run]:
    # Sorted as they stand, entries come by their own length, which tells the serial's (or the serial's and a reason).
    entries.sort()
    joined, at = b"".join(entries), 0
    while at < len(joined):
        head, whole, serial = joined[at : at + 4], joined[at + 1] + 2, joined[at + 3]
        size = _first_above(entries, head) - _first_from(entries, head)
        block = joined[at : at + size * whole]
        if serial > 1 and any(
            _first_from(entries, head + low) != _first_above(entries, head + high) for low, high in _NOT_SHORTEST
        ):
            raise strict_der.DerUnreadable("an INTEGER not in its shortest form")
        yield Run(issuer, serial, _columns(block, size, whole, serial))
        at += size * whole


# Leading octets that DER forbids in an INTEGER of more than one: from, to.
_NOT_SHORTEST = ((b"\x00\x00", b"\x00\x7f"), (b"\xff\x80", b"\xff\xff"))


def _first_from(entries: list[bytes], prefix: bytes) -> int:
    return bisect.bisect_left(entries, prefix)


def _first_above(entries: list[bytes], prefix: bytes) -> int:
    return bisect.bisect_right(entries, prefix, key=lambda entry: entry[: len(prefix)])


def _columns(block: bytes, size: int, whole: int, serial: int) -> bytes:
    """Each entry's serial, digits of the date, and reason, without the octets that all of them share."""
    width = serial + _DATE_DIGITS + 1
    out = bytearray(b"\xff") * (size * width)
    for column in range(serial):
        out[column::width] = block[4 + column :: whole]
    for column in range(_DATE_DIGITS):
        out[serial + column :: width] = block[4 + serial + 2 + column :: whole]
    if whole - 2 != serial + _PLAIN_BESIDE:
        out[width - 1 :: width] = block[whole - 1 :: whole]
    return bytes(out)


def _entry(content: bytes, at: int, end: int, issuer: bytes | None) -> tuple[bytes | None, int, bytes, int]:
    """One entry of any shape: whose certificate it is about, the serial's length, its record, where the next begins."""
    start, stop = strict_der.expect(content, at, end, strict_der.SEQUENCE)
    serial_from, after = strict_der.expect(content, start, stop, strict_der.INTEGER)
    serial = strict_der.integer(content, serial_from, after)
    if len(serial) > LONGEST_SERIAL:
        raise strict_der.DerUnreadable("a serial number of more than 20 octets")
    dated = strict_der.element(content, after, stop)
    date = strict_der.time(content, *dated)
    if not 1950 <= date.year < 2050:  # noqa: PLR2004 - RFC 5280, section 4.1.2.5.1
        raise strict_der.DerUnreadable("a date of another age")
    reason = NO_REASON
    if dated[2] < stop:
        held = strict_der.expect(content, dated[2], stop, strict_der.SEQUENCE)
        if held[1] != stop:
            raise strict_der.DerUnreadable("trailing bytes")
        found = strict_der.extensions(content, *held)
        # RFC 5280, section 5.3: such a CRL says nothing of any certificate.
        if any(critical and oid not in _ENTRY_KNOWN for oid, (critical, _) in found.items()):
            raise CrlRefused("unknown_extension")
        if _REASON in found:
            value = found[_REASON][1]
            reason_from, reason_to = strict_der.whole(value, strict_der.ENUMERATED)
            reason = int.from_bytes(value[reason_from:reason_to], "big")
            if reason_to - reason_from != 1 or reason not in _REASONS:
                raise strict_der.DerUnreadable("no such reason")
        if _CERTIFICATE_ISSUER in found:
            issuer = found[_CERTIFICATE_ISSUER][1]
    record = serial + date.strftime("%y%m%d%H%M%S").encode() + bytes([reason])
    return issuer, len(serial), record, stop
