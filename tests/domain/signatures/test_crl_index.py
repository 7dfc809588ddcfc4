"""The index of a CRL finds each of its entries and nothing else, whatever shapes the entries have."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.domain.signatures import crl_index, crl_reading
from chalicelib.domain.signatures.crl_index import CrlIndex, IndexDamaged, RevocationReason
from chalicelib.domain.signatures.crl_reading import CrlRefused
from infra.local.authority import Authority, at_noon

AUTHORITY = Authority(at_noon())
ISSUER = AUTHORITY.ca("individual")
NAME = ISSUER.certificate.subject.public_bytes()


def tlv(tag: int, content: bytes) -> bytes:
    size = len(content)
    if size < 128:
        return bytes([tag, size]) + content
    length = size.to_bytes((size.bit_length() + 7) // 8, "big")
    return bytes([tag, 0x80 | len(length)]) + length + content


def serial_of(number: int) -> bytes:
    return number.to_bytes(number.bit_length() // 8 + 1, "big", signed=True)


def extensions(reason: int | None, *, invalidity: bool) -> bytes:
    found = b""
    if reason is not None:
        found += tlv(0x30, b"\x06\x03\x55\x1d\x15" + tlv(4, bytes([10, 1, reason])))
    if invalidity:
        found += tlv(0x30, b"\x06\x03\x55\x1d\x18" + tlv(4, tlv(0x18, b"20260101000000Z")))
    return tlv(0x30, found) if found else b""


def entry(number: int, since: datetime, reason: int | None = None, *, invalidity: bool = False) -> bytes:
    date = tlv(0x17, since.strftime("%y%m%d%H%M%SZ").encode())
    return tlv(0x30, tlv(2, serial_of(number)) + date + extensions(reason, invalidity=invalidity))


def crl(entries: bytes) -> bytes:
    algorithm = bytes.fromhex("300d06092a864886f70d01010b0500")
    dates = tlv(0x17, b"261121000000Z") + tlv(0x17, b"261122000000Z")
    number = tlv(0xA0, tlv(0x30, tlv(0x30, b"\x06\x03\x55\x1d\x14" + tlv(4, tlv(2, b"\x05")))))
    revoked = tlv(0x30, entries) if entries else b""
    return tlv(
        0x30, tlv(0x30, tlv(2, b"\1") + algorithm + NAME + dates + revoked + number) + algorithm + tlv(3, b"\0s")
    )


def index_of(entries: bytes) -> CrlIndex:
    making = crl_index.made(crl_reading.read(crl(entries)), "0" * 64, [ISSUER.der])
    index = CrlIndex(b"".join(making.pieces), "source", "sha")
    assert index.entries == making.entries
    return index


dates = st.integers(0, 3_000_000_000).map(lambda seconds: datetime(1951, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds))
numbers = st.one_of(
    st.integers(-300, 300), st.integers(1, 2**64), st.integers(2**126, 2**128), st.integers(2**150, 2**159 - 1)
)
reasons = st.sampled_from([None, 0, 1, 3, 4, 5, 6, 9, 10])
rows = st.dictionaries(numbers, st.tuples(dates, reasons, st.booleans()), max_size=200)


@settings(max_examples=60, deadline=None)
@given(rows, st.lists(numbers, max_size=20))
def test_every_entry_is_found_and_no_other(
    entries: dict[int, tuple[datetime, int | None, bool]], strangers: list[int]
) -> None:
    index = index_of(
        b"".join(
            entry(number, since, reason, invalidity=invalidity)
            for number, (since, reason, invalidity) in entries.items()
        )
    )
    for number, (since, reason, _) in entries.items():
        found = index.find(serial_of(number), index.issuer_key)
        assert found is not None
        assert found.since == since
        assert found.reason == RevocationReason(reason or 0)
        assert index.find(serial_of(number), "another issuer") is None
    for number in strangers:
        assert (index.find(serial_of(number), index.issuer_key) is not None) == (number in entries)


def test_many_entries_come_in_several_runs_and_are_one_index() -> None:
    start = datetime(2024, 1, 1, tzinfo=UTC)
    # A generator modulo a prime: every number once, in no order.
    numbers = [pow(5, power, 1000003) + 2**120 for power in range(120_000)]
    index = index_of(b"".join(entry(number, start + timedelta(seconds=number % 999), 4) for number in numbers))
    assert index.entries == len(numbers)
    for number in numbers[::97]:
        found = index.find(serial_of(number), index.issuer_key)
        assert found is not None
        assert found.since == start + timedelta(seconds=number % 999)
        assert found.reason is RevocationReason.SUPERSEDED


def test_a_serial_that_stands_twice_counts_from_the_earlier() -> None:
    late, early = datetime(2026, 5, 1, tzinfo=UTC), datetime(2026, 3, 1, tzinfo=UTC)
    index = index_of(entry(7, late, 8) + entry(7, late, 1) + entry(7, early, 4))
    found = index.find(b"\x07", index.issuer_key)
    assert found is not None
    assert found.since == early


def test_entries_under_the_crls_own_issuer_and_under_its_name_are_of_one_scope() -> None:
    """An indirect CRL comes back to its own issuer's certificates by naming it: both runs count."""
    date = tlv(0x17, b"260101000000Z")
    own_name = tlv(0x30, b"\x06\x03\x55\x1d\x1d\x01\x01\xff" + tlv(4, tlv(0x30, tlv(0xA4, NAME))))
    named = tlv(0x30, tlv(2, b"\x06") + date + tlv(0x30, own_name))
    index = index_of(entry(5, datetime(2026, 3, 1, tzinfo=UTC)) + named)
    assert index.find(b"\x05", index.issuer_key) is not None
    assert index.find(b"\x06", index.issuer_key) is not None


NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
GOOD = entry(5, NOON)


@pytest.mark.parametrize(
    ("entries", "reason"),
    {
        "cut off": (GOOD[:-1], "unreadable"),
        "a byte behind": (GOOD + b"\0", "unreadable"),
        "no shortest serial": (tlv(0x30, tlv(2, b"\0\x05") + GOOD[5:]), "unreadable"),
        "no shortest serial, negative": (tlv(0x30, tlv(2, b"\xff\x85") + GOOD[5:]), "unreadable"),
        "an empty serial": (tlv(0x30, tlv(2, b"") + GOOD[5:]), "unreadable"),
        "a serial of 22 octets": (tlv(0x30, tlv(2, b"\x01" * 22) + GOOD[5:]), "unreadable"),
        "an indefinite length": (b"\x30\x80" + GOOD[2:] + b"\0\0", "unreadable"),
        "a long length": (b"\x30\x81" + GOOD[1:], "unreadable"),
        "a claim of four gigabytes": (b"\x30\x84\xff\xff\xff\xff" + GOOD[2:], "unreadable"),
        "no date": (tlv(0x30, tlv(2, b"\x05")), "unreadable"),
        "a reason that is none": (entry(5, NOON, 7), "unreadable"),
        "a reason of another age": (entry(5, NOON, 11), "unreadable"),
        "an unknown critical extension": (
            tlv(0x30, GOOD[2:] + tlv(0x30, tlv(0x30, b"\x06\x03\x2a\x03\x04\x01\x01\xff\x04\x02\x05\x00"))),
            "unknown_extension",
        ),
    }.values(),
)
def test_a_crl_with_one_bad_entry_is_refused(entries: bytes, reason: str) -> None:
    for around in (entries, GOOD * 3 + entries, entries + GOOD * 3):
        with pytest.raises(CrlRefused) as refused:
            index_of(around)
        assert refused.value.reason == reason


def test_an_impossible_date_is_revoked_for_ever() -> None:
    index = index_of(GOOD.replace(b"260101", b"261399"))
    found = index.find(b"\x05", index.issuer_key)
    assert found is not None
    assert found.since.year == 1950


def test_a_damaged_file_is_no_index() -> None:
    making = crl_index.made(crl_reading.read(crl(GOOD)), "0" * 64, [ISSUER.der])
    good = b"".join(making.pieces)
    for bad in (b"", good[:10], good[:-1], good + b"\0", good.replace(b"crl index", b"crl indes"), b"\0" * len(good)):
        with pytest.raises(IndexDamaged):
            CrlIndex(bad, "source", "sha")


@settings(max_examples=300, deadline=None)
@given(st.data())
def test_whatever_bytes_come_are_read_or_refused(data: st.DataObject) -> None:
    whole = bytearray(AUTHORITY.crl("individual", number=3))
    for _ in range(data.draw(st.integers(1, 4))):
        whole[data.draw(st.integers(0, len(whole) - 1))] = data.draw(st.integers(0, 255))
    cut = bytes(whole[: data.draw(st.integers(0, len(whole)))])
    for content in (bytes(whole), cut):
        try:
            crl_index.made(crl_reading.read(content), "0" * 64, [ISSUER.der])
        except CrlRefused:
            continue


def test_pyca_reads_the_same_entries() -> None:
    start = datetime(2024, 1, 1, tzinfo=UTC)
    entries = b"".join(entry(number * 7919, start, number % 7) for number in range(1, 500))
    index = index_of(entries)
    listed = x509.load_der_x509_crl(crl(entries))
    assert len(listed) == index.entries
    for each in listed:
        found = index.find(serial_of(each.serial_number), index.issuer_key)
        assert found is not None
        assert found.since == each.revocation_date_utc


@pytest.mark.parametrize(
    "bomb",
    [
        b"\x30\x80" * 30_000,
        b"\x30\x84\x7f\xff\xff\xff" * 10_000,
        tlv(0x30, tlv(0x30, b"\x02\x01\x01" * 300_000)),
        tlv(0x30, tlv(2, b"\x01" * 2_000_000)),
        crl(b"\x30\x03\x02\x01\x05" * 200_000),
        crl(GOOD[:1] * 500_000),
    ],
)
def test_bombs_are_answered_at_once(bomb: bytes) -> None:
    started = time.thread_time()
    with pytest.raises(CrlRefused):
        crl_index.made(crl_reading.read(bomb), "0" * 64, [ISSUER.der])
    assert time.thread_time() - started < 0.1
