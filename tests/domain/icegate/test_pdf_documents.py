"""What is taken as a document: whole PDFs that do nothing by themselves; everything else is refused with its reason."""

from __future__ import annotations

import base64
import time
import zlib

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from chalicelib.domain.icegate import pdf_documents
from chalicelib.domain.icegate.full_registrations import DOCUMENT_AT_MOST
from tests.domain.icegate.pdfs import CATALOG, object_stream, of_size, packed, pdf, stream

REASONS = {None, *(getattr(pdf_documents, name) for name in (
    "EMPTY", "TOO_LARGE", "NOT_A_PDF", "DAMAGED", "ENCRYPTED", "ACTIVE", "HIDDEN"
))}  # fmt: skip
JS = b"<< /S /JavaScript /JS (app.alert\\(1\\)) >>"
REACHING = [
    b"/OpenAction 5 0 R",
    b"/OpenAction << /S /GoTo /D [3 0 R /Fit] >>",
    b"/AA << /O 5 0 R >>",
    b"/Names << /JavaScript 5 0 R >>",
    b"/Names << /EmbeddedFiles 5 0 R >>",
    b"/AcroForm << /XFA 5 0 R >>",
    b"/A << /S /Launch /F (cmd.exe) >>",
    b"/A << /S /SubmitForm /F (http://collect.example) >>",
    b"/A << /S /ImportData >>",
    b"/A << /S /GoToR /F (other.pdf) >>",
    b"/A << /S /GoToE >>",
    b"/A << /S /Rendition >>",
    b"/Subtype /RichMedia",
    b"/Collection << >>",
    b"/Type /Filespec /EF << /F 5 0 R >>",
]


def with_entry(entry: bytes) -> bytes:
    return CATALOG[:-2] + entry + b" >>"


class TestTaken:
    @pytest.mark.parametrize(
        "document",
        [
            pdf(),
            pdf(object_stream(b"<< /Type /Font >>")),
            pdf(catalog=with_entry(b"/OpenAction [3 0 R /XYZ null null 0]")),
            pdf(catalog=with_entry(b"/AcroForm << /Fields [] >>")),
            # A link is for a click.
            pdf(b"<< /Type /Annot /Subtype /Link /A << /S /URI /URI (https://www.dgft.gov.in) >> >>"),
            pdf(stream(base64.a85encode(zlib.compress(b"q Q")) + b"~>", b"/Filter [/ASCII85Decode /FlateDecode]")),
            pdf(stream(b"\xff\xd8\xff\xe0", b"/Subtype /Image /Width 1 /Height 1 /Filter /DCTDecode")),
            pdf(b"(a \\) string with /Length and << in it)"),
            pdf(end=b"%%EOF\r\n\r\n"),
        ],
    )
    def test_whole_and_harmless(self, document: bytes) -> None:
        assert pdf_documents.refused(document) is None

    def test_up_to_100_kilobytes(self) -> None:
        assert pdf_documents.refused(of_size(DOCUMENT_AT_MOST)) is None
        assert pdf_documents.refused(of_size(DOCUMENT_AT_MOST + 1)) == pdf_documents.TOO_LARGE

    def test_a_length_of_its_own_object(self) -> None:
        body = zlib.compress(b"q Q")
        indirect = b"<< /Length 6 0 R /Filter /FlateDecode >>\nstream\r\n" + body + b"\r\nendstream"
        assert pdf_documents.refused(pdf(indirect, b"%d" % len(body))) is None

    def test_what_unpacks_to_a_whole_number_of_pieces(self) -> None:
        assert pdf_documents.refused(pdf(packed(b"0" * 65536), packed(b"0" * 131072))) is None


class TestActiveContent:
    @pytest.mark.parametrize("entry", REACHING)
    def test_in_the_open(self, entry: bytes) -> None:
        assert pdf_documents.refused(pdf(JS, catalog=with_entry(entry))) == pdf_documents.ACTIVE

    @pytest.mark.parametrize("entry", REACHING)
    def test_in_an_object_stream(self, entry: bytes) -> None:
        assert pdf_documents.refused(pdf(object_stream(with_entry(entry)))) == pdf_documents.ACTIVE

    @pytest.mark.parametrize("name", [b"/J#53", b"/#4a#53", b"/#4A#53", b"/JavaScrip#74", b"/Open#41ction", b"/#41#41"])
    def test_under_an_escaped_name(self, name: bytes) -> None:
        assert pdf_documents.refused(pdf(b"<< " + name + b" 5 0 R >>")) == pdf_documents.ACTIVE

    def test_hidden_in_the_bytes_of_a_stream(self) -> None:
        """A cross-reference table may point there."""
        assert pdf_documents.refused(pdf(stream(b"x 9 0 obj\n" + JS + b"\nendobj"))) == pdf_documents.ACTIVE

    def test_in_an_object_stream_inside_a_stream(self) -> None:
        inner = b"9 0 obj\n" + object_stream(JS).replace(b"endstream", b"") + b" endobj"
        assert pdf_documents.refused(pdf(stream(inner))) is not None

    def test_in_an_object_stream_that_does_not_say_so(self) -> None:
        unsaid = packed(b"9 0 " + JS, b"/N 1 /First 4 ")
        assert pdf_documents.refused(pdf(unsaid)) == pdf_documents.ACTIVE
        said = packed(b"9 0 " + JS, b"/Type /Obj#53tm ")
        assert pdf_documents.refused(pdf(said)) == pdf_documents.ACTIVE

    def test_after_a_comment_in_an_objects_head(self) -> None:
        content = pdf(b"null\nendobj\n9 %x\n0 %y\nobj " + object_stream(JS))
        assert pdf_documents.refused(content) == pdf_documents.ACTIVE


class TestHidden:
    @pytest.mark.parametrize(
        "hiding",
        [
            stream(base64.a85encode(zlib.compress(JS)) + b"~>", b"/Type /ObjStm /N 1 /First 4 /Filter [/A85 /Fl]"),
            stream(b"x", b"/Type /ObjStm /N 1 /First 4 /Filter /LZWDecode"),
            stream(b"x", b"/Filter /LZWDecode"),
            stream(b"x", b"/Filter /Crypt"),
            stream(b"x", b"/Filter /Ours"),
            stream(zlib.compress(zlib.compress(JS)), b"/Filter [/FlateDecode /FlateDecode]"),
            object_stream(JS, b"/DecodeParms << /Predictor 12 /Columns 4 >> "),
            stream(b"", b"/F (other.pdf)"),
            stream(b"x", b"/Filter 7 0 R"),
        ],
    )
    def test_what_cannot_be_looked_into(self, hiding: bytes) -> None:
        assert pdf_documents.refused(pdf(hiding)) == pdf_documents.HIDDEN

    @pytest.mark.parametrize("entries", [b"", b"/Type /ObjStm /N 1 /First 4 "])
    def test_a_bomb_does_not_go_off(self, entries: bytes) -> None:
        bomb = pdf(packed(b"0" * 80_000_000, entries))
        assert len(bomb) < DOCUMENT_AT_MOST
        began = time.thread_time()
        assert pdf_documents.refused(bomb) == pdf_documents.HIDDEN
        assert time.thread_time() - began < 1

    def test_a_bomb_in_many_parts(self) -> None:
        part = packed(b"0" * 3_000_000)
        assert pdf_documents.refused(pdf(*[part] * 15)) == pdf_documents.HIDDEN


class TestDamaged:
    @pytest.mark.parametrize(
        "document",
        [
            pdf()[:-20],
            pdf() + b"PK\x03\x04 and more",
            pdf().replace(b"%PDF-1.7", b"%PDF-9.9"),
            pdf(end=b""),
            pdf().replace(b"startxref\n", b"startxref\n9"),
            pdf(catalog=b"<< /Type /Catalog >>").replace(b"/Pages", b"/Sages"),
            pdf(b"<< /A 1 /A 2 /Length 1 >>\nstream\nx\nendstream"),
            pdf(b"<< /Length 1 >>\nstream\nxyz\nendstream"),
            pdf(b"<< /Length 900 >>\nstream\nxyz\nendstream"),
            pdf(b"<< /Length 3 >>\nstream\nxyz"),
            pdf(b"<< /Filter /FlateDecode >>\nstream\nxyz\nendstream"),
            pdf(stream(b"xyz", b"/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode")),
            pdf(stream(zlib.compress(JS * 9)[:-9], b"/Type /ObjStm /N 1 /First 4 /Filter /FlateDecode")),
            # A stream of no object that is found here.
            pdf(b"null\nendobj\n9 %" + b"x" * 99 + b"\n0 obj " + object_stream(JS)),
            pdf(b"<<" * 1000),
            pdf(b"<< /A (" * 50),
        ],
    )
    def test_is_refused(self, document: bytes) -> None:
        assert pdf_documents.refused(document) == pdf_documents.DAMAGED


def test_an_encrypted_document_is_told_apart() -> None:
    assert pdf_documents.refused(pdf(trailer=b"/Encrypt 5 0 R")) == pdf_documents.ENCRYPTED
    assert pdf_documents.refused(pdf(trailer=b"/Encr#79pt 5 0 R")) == pdf_documents.ENCRYPTED


@pytest.mark.parametrize(
    "content",
    [b"PK\x03\x04", b"\xff\xd8\xff\xe0", b"<html>", b" %PDF-1.7\n", b"\xef\xbb\xbf%PDF-1.7\n", b"GIF89a", b"MZ", b"\0"],
)
def test_another_type_is_refused_whatever_its_name_says(content: bytes) -> None:
    assert pdf_documents.refused(content + pdf()) == pdf_documents.NOT_A_PDF


def test_an_empty_file_is_told_apart() -> None:
    assert pdf_documents.refused(b"") == pdf_documents.EMPTY


@pytest.mark.parametrize(
    "unit",
    [
        b"1 0 obj<<%",
        b"1 0 obj(",
        b"1 0 obj<</A(",
        b"1 0 obj<<",
        b"1%",
        b"1 %\n",
        b"/J#",
        b"1 0 obj<</L<",
        b"[",
        b"stream\n",
        b"1 0 obj<</Length 0>>stream\n",
        b"1 0 obj<</Length 0>>stream\nendstream",
        b"%PDF-1.7\n",
        b"startxref 0 %%EOF ",
        b"obj ",
        b"((",
        b"\\",
    ],
)
def test_nothing_takes_long(unit: bytes) -> None:
    """Repeated up to the whole size, with a head and an end that let the inspection go on."""
    room = DOCUMENT_AT_MOST - len(pdf(b""))
    content = pdf(unit * (room // len(unit)))
    began = time.thread_time()
    assert pdf_documents.refused(content) in REASONS
    assert time.thread_time() - began < 1


FRAGMENTS = st.sampled_from(
    [b"<<", b">>", b"[", b"]", b"(", b")", b"<", b">", b"/", b"/Length 3", b"/Filter", b"/FlateDecode", b" obj ",
     b"1 0 obj", b"endobj", b"stream\n", b"endstream", b"%", b"\n", b"#4", b"/Type /ObjStm", b"/N 1 /First 4", b"R",
     b"trailer", b"\\", b"\0", b"/OpenAction", b"/JS", b"null", b"-1", b"x\x9c", b"%%EOF", b"startxref 9 "]
)  # fmt: skip


class TestWhateverIsSent:
    @given(st.binary(max_size=2000))
    def test_bytes(self, content: bytes) -> None:
        assert pdf_documents.refused(content) in REASONS - {None}

    @given(st.lists(FRAGMENTS | st.binary(max_size=8), max_size=60).map(b"".join))
    @example(b"<< /Length 99999999999 >>\nstream\nendstream")
    def test_objects(self, content: bytes) -> None:
        assert pdf_documents.refused(pdf(content)) in REASONS

    @given(st.data())
    def test_a_document_with_bytes_changed(self, data: st.DataObject) -> None:
        content = bytearray(pdf(object_stream(b"<< /Type /Font >>"), stream(b"abc")))
        for _ in range(data.draw(st.integers(1, 5))):
            content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
        assert pdf_documents.refused(bytes(content)) in REASONS

    @given(st.binary(max_size=200), st.lists(st.sampled_from([b"/JS", b"/J#53", b"/AA", b"/Launch"]), min_size=1))
    def test_no_surroundings_hide_a_name_that_acts(self, around: bytes, names: list[bytes]) -> None:
        hidden = pdf(around + b" " + b" ".join(names) + b" ")
        assert pdf_documents.refused(hidden) is not None
        assert pdf_documents.refused(pdf(object_stream(around + b" " + b" ".join(names) + b" "))) is not None
