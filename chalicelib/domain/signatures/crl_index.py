"""The index of a CRL: its entries sorted by serial number in a file, so that a look-up reads some twenty of them.

The file: a line that names the format, the header's length, the header (JSON), then the sections it tells of, each the
records of one scope (whose certificates: the CRL's own issuer's, or those of another, in an indirect CRL) and of one
length of serial. A record is the serial (an INTEGER's content), when it was revoked (YYMMDDHHMMSS) and why (one octet).
An index is made of a CRL whose signature was checked, and is trusted by its SHA-256 alone.
"""

from __future__ import annotations

import base64
import bisect
import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import IntEnum
from typing import Protocol

from asn1crypto import x509

from chalicelib.domain.signatures import strict_der
from chalicelib.domain.signatures.crl_reading import NO_REASON, Crl, CrlRefused, Run, runs
from chalicelib.domain.signatures.path_certificates import PathCertificate, name_key

_FORMAT = b"pravesh crl index 1\n"
_BESIDE_SERIAL = 13
# Ranges of some so many records are merged at a time: what bounds the memory it takes.
_RANGE = 16384


class Buffer(Protocol):
    """Bytes that are read in slices: a file that is mapped into memory, or bytes."""

    def __len__(self) -> int:
        """How many."""
        ...

    def __getitem__(self, part: slice, /) -> bytes:
        """Those between."""
        ...


class IndexDamaged(Exception):  # noqa: N818
    """The file is no index."""


class RevocationReason(IntEnum):
    """CRLReason of RFC 5280, section 5.3.1."""

    UNSPECIFIED = 0
    KEY_COMPROMISE = 1
    CA_COMPROMISE = 2
    AFFILIATION_CHANGED = 3
    SUPERSEDED = 4
    CESSATION_OF_OPERATION = 5
    CERTIFICATE_HOLD = 6
    REMOVE_FROM_CRL = 8
    PRIVILEGE_WITHDRAWN = 9
    AA_COMPROMISE = 10


@dataclass(frozen=True, slots=True)
class Revoked:
    """An entry: since when (aware UTC), and why."""

    since: datetime
    reason: RevocationReason


@dataclass(frozen=True, slots=True)
class _Section:
    offset: int
    count: int


class CrlIndex:
    """An index, open for look-ups. Names and extension values are DER; times aware UTC; hashes SHA-256, hex.

    `signers` are the certificates, of one key, under which the CRL's signature was found good when the index was
    made. `content` is the CRL itself where it is small. Raises `IndexDamaged`.
    """

    def __init__(self, buffer: Buffer, source_id: str, sha256: str) -> None:
        self._buffer = buffer
        self.source_id, self.sha256 = source_id, sha256
        start = len(_FORMAT) + 4
        if buffer[: len(_FORMAT)] != _FORMAT or len(buffer) < start:
            raise IndexDamaged(source_id)
        size = int.from_bytes(buffer[len(_FORMAT) : start], "big")
        try:
            header = json.loads(buffer[start : start + size])
            self._read(header, start + size)
        except (ValueError, KeyError, TypeError) as failed:
            raise IndexDamaged(source_id) from failed

    def _read(self, header: dict[str, object], at: int) -> None:
        def octets(name: str) -> bytes | None:
            value = header[name]
            return base64.b64decode(value, validate=True) if isinstance(value, str) else None

        def instant(name: str) -> datetime:
            return datetime.fromisoformat(str(header[name]))

        def numbered(name: str) -> int | None:
            value = header[name]
            return value if isinstance(value, int) else None

        self.issuer = octets("issuer") or b""
        self.issuer_key = name_key(self.issuer)
        self.this_update, self.next_update = instant("this_update"), instant("next_update")
        self.number, self.base_number = numbered("number"), numbered("base_number")
        self.issuing_point, self.authority_key = octets("issuing_point"), octets("authority_key")
        self.has_freshest = header["has_freshest"] is True
        self.crl_sha256 = str(header["crl_sha256"])
        self.content = octets("content")
        signers, sections = header["signers"], header["sections"]
        if not isinstance(signers, list) or not isinstance(sections, list):
            raise TypeError(type(sections))
        self.signers = tuple(PathCertificate(base64.b64decode(signer, validate=True)) for signer in signers)
        if not self.signers:
            raise ValueError("signed by nobody")
        self.entries = 0
        self._sections: dict[tuple[str, int], _Section] = {}
        for scope, length, count in sections:
            self._sections[(scope or self.issuer_key), length] = _Section(at, count)
            at += count * (length + _BESIDE_SERIAL)
            self.entries += count
        if at != len(self._buffer):
            raise ValueError("cut off")

    def __repr__(self) -> str:
        return f"CrlIndex({self.source_id!r}, {self.entries} entries)"

    @property
    def is_delta(self) -> bool:
        """Whether it is of a delta CRL."""
        return self.base_number is not None

    def find(self, serial: bytes, issuer_key: str) -> Revoked | None:
        """The entry of a certificate: its serial (an INTEGER's content) and its issuer's name (`name_key`)."""
        section = self._sections.get((issuer_key, len(serial)))
        if section is None:
            return None
        buffer, length = self._buffer, len(serial)
        width, low, high = length + _BESIDE_SERIAL, 0, section.count
        while low < high:
            middle = (low + high) // 2
            at = section.offset + middle * width
            if buffer[at : at + length] < serial:
                low = middle + 1
            else:
                high = middle
        found: list[Revoked] = []
        # A serial may stand twice, though none should: the earliest counts, and a removal only where it stands alone.
        while low < section.count:
            at = section.offset + low * width
            record = buffer[at : at + width]
            if record[:length] != serial:
                break
            found.append(_revoked(record[length:]))
            low += 1
        lasting = [entry for entry in found if entry.reason is not RevocationReason.REMOVE_FROM_CRL]
        return min(lasting or found, key=lambda entry: entry.since, default=None)


def _revoked(rest: bytes) -> Revoked:
    reason = RevocationReason.UNSPECIFIED if rest[-1] == NO_REASON else RevocationReason(rest[-1])
    try:
        return Revoked(strict_der.time(rest[:-1] + b"Z", strict_der.UTC_TIME, 0, _BESIDE_SERIAL), reason)
    except strict_der.DerUnreadable:
        # A date that never was: revoked, and for ever.
        return Revoked(datetime(1950, 1, 1, tzinfo=UTC), reason)


@dataclass(frozen=True, slots=True)
class Making:
    """An index that is being made: how many entries it has, and its bytes, piece by piece."""

    entries: int
    pieces: Iterator[bytes]


def made(crl: Crl, crl_sha256: str, signers: Sequence[bytes], content: bytes | None = None) -> Making:
    """The index of a CRL whose signature is checked already.

    `signers` are the certificates under whose key it was good; `content` is kept with it. Raises `CrlRefused`
    (`unreadable`, `unknown_extension`, `no_next_update`).
    """
    if crl.next_update is None:
        raise CrlRefused("no_next_update")
    blocks: dict[tuple[str, int], list[bytes]] = defaultdict(list)
    for run in runs(crl):
        blocks[_scope(run, crl), run.serial_length].append(run.records)
    sections = [
        (scope, length, sum(map(len, held)) // (length + _BESIDE_SERIAL))
        for (scope, length), held in sorted(blocks.items())
    ]
    header = {
        "issuer": _text(crl.issuer),
        "this_update": crl.this_update.isoformat(),
        "next_update": crl.next_update.isoformat(),
        "number": crl.number,
        "base_number": crl.base_number,
        "issuing_point": _text(crl.issuing_point),
        "authority_key": _text(crl.authority_key),
        "has_freshest": crl.has_freshest,
        "crl_sha256": crl_sha256,
        "content": _text(content),
        "signers": [_text(signer) for signer in signers],
        "sections": sections,
    }
    told = json.dumps(header, separators=(",", ":")).encode()
    return Making(sum(count for _, _, count in sections), _pieces(told, blocks))


def _pieces(header: bytes, blocks: dict[tuple[str, int], list[bytes]]) -> Iterator[bytes]:
    yield _FORMAT + len(header).to_bytes(4, "big") + header
    for (_, length), held in sorted(blocks.items()):
        yield from _merged(held, length + _BESIDE_SERIAL)


def _text(octets: bytes | None) -> str | None:
    return None if octets is None else base64.b64encode(octets).decode()


def _scope(run: Run, crl: Crl) -> str:
    """Whose certificates a run is about: "" for the CRL's issuer, else the `name_key` of the other."""
    if run.issuer is None:
        return ""
    try:
        names = x509.GeneralNames.load(run.issuer, strict=True)
        (named,) = [name_key(name.chosen.chosen.dump()) for name in names if name.name == "directory_name"]
        own = name_key(crl.issuer)
    except (ValueError, TypeError) as failed:
        raise CrlRefused("unreadable") from failed
    if len(names) != 1:
        raise CrlRefused("unreadable")
    # An indirect CRL may come back to its own issuer's certificates, and then names it.
    return "" if named == own else named


def _merged(blocks: list[bytes], width: int) -> Iterator[bytes]:
    """Sorted blocks of records as one, a range at a time: sorting what is sorted in parts is merging, and quick."""
    largest = max(blocks, key=len)
    starts = [0] * len(blocks)
    step = max(1, _RANGE // len(blocks)) * width
    for at in [*range(step, len(largest), step), None]:
        # Records below the pivot, from each block.
        pivot = None if at is None else largest[at : at + width]
        records: list[bytes] = []
        for number, block in enumerate(blocks):
            start, count = starts[number], len(block) // width
            stop = count if pivot is None else _below(block, width, pivot, start, count)
            records += [block[begin : begin + width] for begin in range(start * width, stop * width, width)]
            starts[number] = stop
        records.sort()
        yield b"".join(records)


def _below(block: bytes, width: int, pivot: bytes, low: int, high: int) -> int:
    return bisect.bisect_left(
        range(high), pivot, low, high, key=lambda record: block[record * width : (record + 1) * width]
    )
