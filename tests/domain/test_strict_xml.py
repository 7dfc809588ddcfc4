"""The strict parse of XML: of what comes nothing is followed, unfolded or taken for another encoding."""

from __future__ import annotations

import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain import strict_xml
from chalicelib.domain.strict_xml import Unreadable

DTD = '<!DOCTYPE a [<!ENTITY b "bbbbbbbbbb"><!ENTITY c "&b;&b;&b;&b;">]>'
HOSTILE = [
    DTD + "<a>&c;</a>",
    '<!DOCTYPE a SYSTEM "http://127.0.0.1:9/x"><a/>',
    '<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>',
    "<a>&undefined;</a>",
    "<a><b></a>",
    "",
    "<a/><b/>",
]


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-7"])
def test_hostile_xml_is_unreadable_in_any_encoding(text: str, encoding: str) -> None:
    declared = {"utf-8-sig": "utf-8"}.get(encoding, encoding)
    for head in ("", f'<?xml version="1.0" encoding="{declared}"?>'):
        with pytest.raises(Unreadable):
            strict_xml.parsed((head + text).encode(encoding), 10_000)


@pytest.mark.parametrize("declared", ["utf-16", "iso-8859-1", "utf-7", "ebcdic-cp-us", "no-such"])
def test_another_encoding_than_utf_8_is_not_believed(declared: str) -> None:
    for begins in (b"", b"\xef\xbb\xbf"):
        with pytest.raises(Unreadable):
            strict_xml.parsed(begins + f'<?xml version="1.0" encoding="{declared}"?><a/>'.encode(), 10_000)


@pytest.mark.parametrize(
    "body", [b"<a/>", b"\xef\xbb\xbf<a/>", b'\n<?xml version="1.0" encoding="UTF-8"?>\r\n<a/>\r\n']
)
def test_plain_xml_is_read(body: bytes) -> None:
    assert strict_xml.parsed(body, 1_000).tag == "a"


def test_more_than_is_allowed_is_not_looked_at() -> None:
    with pytest.raises(Unreadable, match="too large"):
        strict_xml.parsed(b"<a>" + b" " * 100 + b"</a>", 100)


@given(st.binary(max_size=300))
def test_whatever_comes_is_a_tree_or_unreadable(content: bytes) -> None:
    with contextlib.suppress(Unreadable):
        assert strict_xml.parsed(content, 1_000) is not None
