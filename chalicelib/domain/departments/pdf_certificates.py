"""A certificate's PDF, before it is signed: whose it is, what the template says, and how anybody checks it.

Both languages stand side by side, so that it is read everywhere. Heavy.
"""

from __future__ import annotations

import segno

from chalicelib.domain.departments.certificates import Certificate
from chalicelib.domain.departments.departments import Department, DocumentType
from chalicelib.domain.departments.pdf_pages import HEIGHT, WIDTH, Pages
from chalicelib.domain.departments.pdf_text import FontFiles, Line, Typesetting, Weight
from chalicelib.domain.departments.templates import Kind, TemplateLine, filled

_LEFT, _RIGHT = 57.0, WIDTH - 57.0
_TOP, _BOTTOM = HEIGHT - 54.0, 190.0
_WHOLE = _RIGHT - _LEFT
_LABEL = _WHOLE * 0.36
_CODE = 92.0
_HOW_TO_CHECK = (
    "इस प्रमाणपत्र पर डिजिटल हस्ताक्षर है। जाँचने के लिए कोड स्कैन करें, या PDF रीडर में हस्ताक्षर देखें।",
    "This certificate is digitally signed. To check it, scan the code, or look at the signature in a PDF reader.",
)
_PAGE = "पृष्ठ {page} / {pages}  ·  Page {page} of {pages}"
# Size and room between lines, by kind.
_SIZES = {Kind.HEADING: 16.0, Kind.SUBHEADING: 12.5}
_TEXT, _SMALL = 11.0, 8.0


class CertificatePrinter:
    """Lays certificates out; fonts are read once."""

    def __init__(self, fonts: FontFiles, public_origin: str) -> None:
        self._typesetting = Typesetting(fonts)
        self._origin = public_origin.rstrip("/")

    def printed(self, department: Department, document_type: DocumentType, certificate: Certificate) -> bytes:
        """The PDF. Raises `CannotBeWritten` for a sign that no font has."""
        sheet = _Sheet(self._typesetting)
        for language in ("hi", "en"):
            sheet.middle(department.name[language], Weight.BOLD, 13.0, role="P")
        sheet.gap(2)
        sheet.rule(1.2)
        sheet.gap(8)
        for language, role in (("hi", "H1"), ("en", "P")):
            sheet.middle(document_type.title[language], Weight.BOLD, 17.0, role=role)
        sheet.gap(10)
        for line in filled(department, document_type, certificate):
            sheet.template_line(line)
        address = checked_at(self._origin, "hi", certificate.uri)
        sheet.foot(certificate.uri, address)
        return sheet.pages.written(f"{document_type.title['en']} {certificate.number}", "en-IN")


def checked_at(origin: str, language: str, uri: str) -> str:
    """The public page that tells whether a certificate is genuine."""
    return f"{origin}/{language}/certificate?uri={uri}"


class _Sheet:
    """Puts one text below the other, and begins a new page where there is no room."""

    def __init__(self, typesetting: Typesetting) -> None:
        self._typesetting = typesetting
        self.pages = Pages(typesetting)
        self._begin()

    def template_line(self, line: TemplateLine) -> None:
        """One line of the template."""
        match line.kind:
            case Kind.GAP:
                self.gap(8)
            case Kind.RULE:
                self.gap(4)
                self.rule(0.5)
                self.gap(8)
            case Kind.HEADING | Kind.SUBHEADING:
                self.gap(4)
                self.middle(line.text, Weight.BOLD, _SIZES[line.kind], role="H2")
                self.gap(4)
            case Kind.MIDDLE:
                self.middle(line.text, Weight.REGULAR, _TEXT, role="P")
            case Kind.ROW:
                self._row(line.label, line.text)
            case Kind.PARAGRAPH:
                self._texts("P", self._set(line.text, Weight.REGULAR, _TEXT, _WHOLE), _LEFT, _TEXT)
                self.gap(4)

    def middle(self, text: str, weight: Weight, size: float, *, role: str) -> None:
        """A text in the middle of the page."""
        for line in self._set(text, weight, size, _WHOLE):
            self._room(size * 1.45)
            self._up -= size * 1.45
            self.pages.text(role, [(line, (WIDTH - line.width) / 2, self._up)], size)

    def rule(self, thickness: float) -> None:
        """A line across the page."""
        self._room(6)
        self._up -= 4
        self.pages.rule(_LEFT, self._up, _RIGHT, thickness)

    def gap(self, height: float) -> None:
        """Room."""
        self._up -= height

    def foot(self, uri: str, address: str) -> None:
        """The code and the sentences of how to check, on the last page; number of the page and URI on each."""
        code = segno.make(address, error="m", micro=False)
        modules = [list(row) for row in code.matrix]
        side = _CODE
        up = 78.0
        self.pages.rule(_LEFT, up + side + 12, _RIGHT, 0.5)
        self.pages.figure(f"QR code: {address}", modules, _RIGHT - side, up, side)
        room = _WHOLE - side - 18
        top = up + side - 4
        for sentence in _HOW_TO_CHECK:
            lines = self._set(sentence, Weight.REGULAR, 9.0, room)
            placed = []
            for line in lines:
                top -= 13.5
                placed.append((line, _LEFT, top))
            self.pages.text("P", placed, 9.0)
            top -= 4
        pages = self.pages.count
        for number in range(pages):
            (told,) = self._set(_PAGE.format(page=number + 1, pages=pages), Weight.REGULAR, _SMALL, _WHOLE)[:1]
            named = self._set(f"URI: {uri}", Weight.REGULAR, _SMALL, _WHOLE * 0.75)
            placed = [(line, _LEFT, 46.0 - place * 10) for place, line in enumerate(named)]
            self.pages.text("P", placed, _SMALL, number)
            self.pages.text("P", [(told, _RIGHT - told.width, 46.0 - (len(named) > 1) * 20)], _SMALL, number)

    def _row(self, label: str, text: str) -> None:
        labels = self._set(label, Weight.BOLD, _TEXT - 1, _LABEL - 10)
        texts = self._set(text, Weight.REGULAR, _TEXT, _WHOLE - _LABEL)
        height = max(len(labels), len(texts)) * _TEXT * 1.5
        self._room(height)
        for role_lines, left, size in ((labels, _LEFT, _TEXT - 1), (texts, _LEFT + _LABEL, _TEXT)):
            placed = [(line, left, self._up - (place + 1) * _TEXT * 1.5) for place, line in enumerate(role_lines)]
            self.pages.text("P", placed, size)
        self._up -= height + 3

    def _texts(self, role: str, lines: list[Line], left: float, size: float) -> None:
        self._room(min(len(lines), 2) * size * 1.5)
        placed: list[tuple[Line, float, float]] = []
        for line in lines:
            if self._up - size * 1.5 < _BOTTOM:
                self.pages.text(role, placed, size)
                placed = []
                self._begin()
            self._up -= size * 1.5
            placed.append((line, left, self._up))
        self.pages.text(role, placed, size)

    def _set(self, text: str, weight: Weight, size: float, width: float) -> list[Line]:
        return self._typesetting.lines(text, weight, size, width)

    def _room(self, height: float) -> None:
        if self._up - height < _BOTTOM:
            self._begin()

    def _begin(self) -> None:
        self.pages.begin()
        self._up = _TOP
