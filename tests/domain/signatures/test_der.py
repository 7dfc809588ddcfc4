"""What is signed has one encoding; the reader takes no other, and looks at each element once."""

from __future__ import annotations

from typing import Any

import pytest
from asn1crypto import core, parser
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.signatures.der import Der, oid
from chalicelib.domain.signatures.strict_der import INTEGER, OCTET_STRING, OID, SEQUENCE, DerUnreadable


@given(st.integers())
def test_integers_are_read_as_they_were_written(number: int) -> None:
    assert Der(core.Integer(number).dump()).integer() == number


@given(st.integers(0, 2), st.integers(0, 39), st.lists(st.integers(0, 2**40), max_size=8))
def test_object_identifiers_are_encoded_as_asn1crypto_does(first: int, second: int, rest: list[int]) -> None:
    dotted = ".".join(map(str, (first, second, *rest)))
    assert Der(core.ObjectIdentifier(dotted).dump()).content(OID) == oid(dotted)


@given(st.binary(max_size=300))
def test_what_it_takes_is_what_asn1crypto_takes(content: bytes) -> None:
    encoded = core.OctetString(content).dump()
    reader = Der(encoded)
    assert reader.tag == OCTET_STRING
    assert reader.content(OCTET_STRING) == content == parser.parse(encoded)[4]
    reader.ended()


@pytest.mark.parametrize(
    "encoded",
    [
        b"",
        b"\x30",
        b"\x30\x05\x00",
        b"\x30\x80\x00\x00",
        b"\x30\x81\x01\x00",
        b"\x30\x82\x00\x80" + bytes(128),
        b"\x30\x88" + b"\xff" * 8,
        b"\x3f\x20\x00",
        b"\x04\x00",
    ],
    ids=lambda encoded: encoded[:4].hex() or "nothing",
)
def test_what_der_forbids_is_unreadable(encoded: bytes) -> None:
    with pytest.raises(DerUnreadable):
        Der(encoded).enter(SEQUENCE)


@pytest.mark.parametrize("content", [b"", b"\x00\x01", b"\xff\xff"])
def test_an_integer_takes_no_more_bytes_than_it_needs(content: bytes) -> None:
    with pytest.raises(DerUnreadable):
        Der(bytes((INTEGER, len(content))) + content).integer()


def test_more_than_expected_is_unreadable() -> None:
    reader = Der(b"\x05\x00\x05\x00")
    reader.skip()
    with pytest.raises(DerUnreadable):
        reader.ended()
    reader.skip()
    reader.ended()
    with pytest.raises(DerUnreadable):
        reader.skip()


def test_a_frame_may_leave_its_length_open_and_der_within_may_not() -> None:
    frame = Der(b"\x30\x80\x30\x80\x05\x00\x00\x00\x00\x00", is_frame=True)
    inside = frame.enter()
    frame.ended()
    with pytest.raises(DerUnreadable):
        inside.in_der().enter()
    with pytest.raises(DerUnreadable):
        Der(inside.data, inside.at, inside.end, is_frame=True).whole()
    innermost = inside.enter()
    inside.ended()
    assert innermost.content(0x05) == b""
    innermost.ended()


class Counted(bytes):
    """Bytes that count how often somebody looks at one of them."""

    looks = 0

    def __getitem__(self, place: Any) -> Any:
        Counted.looks += 1
        return super().__getitem__(place)


@pytest.mark.parametrize(
    "bomb",
    [b"\x30\x80" * 32_000, b"\x30\x80" + b"\x05\x00" * 32_000, b"\x30\x80" * 200 + b"\x05\x00" * 32_000],
    ids=["nested", "many", "both"],
)
def test_a_bomb_is_given_up_after_a_few_hundred_elements(bomb: bytes) -> None:
    Counted.looks = 0
    with pytest.raises(DerUnreadable):
        Der(Counted(bomb), is_frame=True).enter()
    assert Counted.looks < 2_000
