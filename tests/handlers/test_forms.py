"""Forms that browsers bring from elsewhere: read by bytes, and never believed."""

from __future__ import annotations

import base64
from urllib.parse import quote_plus, urlencode

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.handlers.forms import FIELDS_AT_MOST, fields_of, holding

URLENCODED = "application/x-www-form-urlencoded"
MARK = b"<EsignResp"
XML = '<?xml version="1.0"?><EsignResp txn="a+b c&amp;d">é\n</EsignResp>'
NAMES = ("configured", "msg")


def multipart(*fields: tuple[str, bytes]) -> bytes:
    parts = (
        f'--here\r\nContent-Disposition: form-data; name="{name}"\r\nContent-Type: text/xml\r\n\r\n'.encode() + value
        for name, value in fields
    )
    return b"preamble\r\n" + b"\r\n".join(parts) + b"\r\n--here--\r\nepilogue"


def found(fields: dict[str, str], content_type: str = URLENCODED) -> bytes | None:
    return holding(fields_of(content_type, urlencode(fields).encode()), NAMES, MARK)


@pytest.mark.parametrize("name", ["configured", "msg", "whatever", ""])
def test_an_answer_is_found_under_any_name_byte_for_byte(name: str) -> None:
    assert found({"a": "b", name: XML}) == XML.encode()


def test_the_configured_name_counts_before_others() -> None:
    other = XML.replace("é", "e")
    assert found({"x": other, "msg": other, "configured": XML}) == XML.encode()
    assert found({"x": other, "msg": XML}) == XML.encode()


def test_a_configured_field_without_an_answer_does_not_hide_one() -> None:
    assert found({"configured": "", "x": XML}) == XML.encode()


def test_base64_is_read_in_lines_and_with_its_pluses_lost() -> None:
    encoded = base64.b64encode(XML.encode() + b"\xfb\xef\xbe").decode()
    assert "+" in encoded
    lines = "\r\n".join(encoded[at : at + 60] for at in range(0, len(encoded), 60))
    for text in (encoded, lines, encoded.replace("+", " ")):
        assert found({"msg": text}) == XML.encode() + b"\xfb\xef\xbe"


def test_a_plus_that_was_not_encoded_is_a_space_as_browsers_mean_it() -> None:
    raw = f"msg={quote_plus(XML)}".encode()
    assert holding(fields_of(URLENCODED, raw), NAMES, MARK) == XML.encode()


def test_multipart_is_read_byte_for_byte() -> None:
    raw = multipart(("a", b"1"), ("msg", XML.encode() + b"\xff"))
    for boundary in ("here", '"here"'):
        fields = fields_of(f"multipart/form-data; boundary={boundary}", raw)
        assert fields == [("a", b"1"), ("msg", XML.encode() + b"\xff")]


def test_what_is_no_form_has_no_answer() -> None:
    for content_type in ("", "text/plain", "multipart/form-data", "multipart/form-data; boundary=other"):
        assert holding(fields_of(content_type, b"\x00\xff=&&=;"), NAMES, MARK) is None


def test_only_the_first_fields_are_looked_at() -> None:
    many = {f"n{number}": "x" for number in range(FIELDS_AT_MOST)}
    assert found(many | {"msg": XML}) is None
    assert found({"msg": XML} | many) == XML.encode()


@given(st.text(max_size=80), st.binary(max_size=400))
def test_nothing_that_is_posted_breaks_it(content_type: str, raw: bytes) -> None:
    for kind in (content_type, URLENCODED, "multipart/form-data; boundary=a"):
        holding(fields_of(kind, raw), NAMES, MARK)
