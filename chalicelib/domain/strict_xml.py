"""The one place where steps parse XML: what comes is looked at as bytes first, and hostile until then.

No document type, no entity, no other encoding than UTF-8, nothing from the network, no more bytes than the caller
allows. Heavy (lxml): only steps load it. A pull is parsed in the API without it (`digilocker.pull_reading`).
"""

from __future__ import annotations

import re

from lxml import etree

_DECLARATION = re.compile(rb"""\A<\?xml\s[^>]*?encoding\s*=\s*["']([^"']*)["']""")


class Unreadable(Exception):  # noqa: N818
    """What came is not XML as it is read here: too large, another encoding, a DTD, not well-formed."""


def parsed(content: bytes, at_most: int) -> etree._Element:
    """The root of the document in `content`, which has at most `at_most` bytes.

    Everything that can be known of bytes is known before a parser sees them. Raises `Unreadable`.
    """
    if len(content) > at_most:
        raise Unreadable("too large")
    content = content.strip()
    try:
        content.decode("utf-8")
    except UnicodeDecodeError:
        raise Unreadable("not UTF-8") from None
    declared = _DECLARATION.match(content.removeprefix(b"\xef\xbb\xbf"))
    # UTF-16 would hide a DOCTYPE from the next line, and a parser believes the declaration.
    if b"\0" in content or (declared and declared[1].lower() not in {b"utf-8", b"us-ascii"}):
        raise Unreadable("another encoding")
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise Unreadable("a DTD")
    try:
        document = etree.fromstring(content, parser=parser())
    except (etree.XMLSyntaxError, ValueError):
        raise Unreadable("not well-formed") from None
    # Belt and braces: the parser's own word on what the bytes were searched for.
    info = document.getroottree().docinfo
    if info.doctype or info.internalDTD is not None or (info.encoding or "UTF-8").upper() not in {"UTF-8", "US-ASCII"}:
        raise Unreadable("a DTD")
    return document


def parser() -> etree.XMLParser:
    """A parser that follows nothing and expands nothing; for libraries that want to parse once more themselves."""
    return etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        dtd_validation=False,
        huge_tree=False,
        encoding="utf-8",
    )
