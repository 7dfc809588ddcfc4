"""PDF files made for tests: small, whole, with whatever somebody might hide in one."""

from __future__ import annotations

import zlib

CATALOG = b"<< /Type /Catalog /Pages 2 0 R >>"
PAGES = b"<< /Type /Pages /Kids [3 0 R] /Count 1 >>"
PAGE = b"<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R >>"


def stream(body: bytes, entries: bytes = b"") -> bytes:
    """A stream object's content with its length right."""
    return b"<< /Length %d %s >>\nstream\n%s\nendstream" % (len(body), entries, body)


def packed(body: bytes, entries: bytes = b"") -> bytes:
    """A stream under Deflate."""
    return stream(zlib.compress(body, 9), b"/Filter /FlateDecode " + entries)


def object_stream(objects: bytes, entries: bytes = b"") -> bytes:
    """An object stream that holds one object."""
    return packed(b"9 0 " + objects, b"/Type /ObjStm /N 1 /First 4 " + entries)


def pdf(
    *more: bytes, catalog: bytes = CATALOG, contents: bytes | None = None, trailer: bytes = b"", end: bytes = b"%%EOF\n"
) -> bytes:
    """A whole PDF of one page with these further objects."""
    objects = [catalog, PAGES, PAGE, contents if contents is not None else packed(b"BT (Asha Rao) Tj ET"), *more]
    made = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    places = []
    for number, content in enumerate(objects, 1):
        places.append(len(made))
        made += b"%d 0 obj\n%s\nendobj\n" % (number, content)
    table = len(made)
    made += b"xref\n0 %d\n0000000000 65535 f \n" % (len(objects) + 1)
    made += b"".join(b"%010d 00000 n \n" % place for place in places)
    made += b"trailer\n<< /Size %d /Root 1 0 R %s >>\nstartxref\n%d\n" % (len(objects) + 1, trailer, table)
    return bytes(made + end)


def of_size(size: int) -> bytes:
    """A whole PDF of exactly this many bytes."""
    bare = len(pdf(stream(b"")))
    for length in range(size - bare - 8, size - bare + 1):
        made = pdf(stream(b"x" * length))
        if len(made) == size:
            return made
    raise AssertionError(size)
