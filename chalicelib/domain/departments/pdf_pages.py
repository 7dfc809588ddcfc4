"""Pages of a PDF: text, rules and a QR code put in their places, and all of it written as a tagged PDF 1.7.

Each text is a paragraph or a heading of the structure tree, so that a screen reader reads it in its order, and each
line tells its letters (`ActualText`): what HarfBuzz made of Devanagari or Tamil is no letters any more. The objects
are pyHanko's, which signs the file afterwards. Heavy.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from io import BytesIO
from typing import Any

from pyhanko.pdf_utils import generic
from pyhanko.pdf_utils.generic import pdf_name
from pyhanko.pdf_utils.writer import PageObject, PdfFileWriter

from chalicelib.domain.departments.pdf_text import Line, Run, Script, Typesetting, Weight

# A4, in points.
WIDTH, HEIGHT = 595.28, 841.89
_FONT = tuple[Script, Weight]
# TrueType flag 6: not symbolic; 3: symbolic, as a font of glyph numbers is.
_SYMBOLIC = 4


@dataclass(frozen=True, slots=True)
class Block:
    """One text of the structure tree: `role` is `H1`, `H2`, `P` or `Figure`; `alternative` tells a figure in words."""

    role: str
    alternative: str = ""


@dataclass(slots=True)
class Page:
    """One page being drawn: the content stream so far, and its marked texts in reading order."""

    content: BytesIO = field(default_factory=BytesIO)
    blocks: list[Block] = field(default_factory=list)


class Pages:
    """Draws pages, in points from the lower left corner."""

    def __init__(self, typesetting: Typesetting) -> None:
        self._typesetting = typesetting
        self._pages: list[Page] = []
        self._glyphs: dict[_FONT, dict[int, str]] = {}

    @property
    def count(self) -> int:
        """How many pages there are."""
        return len(self._pages)

    def begin(self) -> None:
        """A new page; what is drawn from now on is on it."""
        self._pages.append(Page())

    def text(self, role: str, lines: Iterable[tuple[Line, float, float]], size: float, page: int = -1) -> None:
        """A text: its lines with where each begins (across, up)."""
        self._block(Block(role), b"".join(self._line(*one, size) for one in lines), page)

    def rule(self, left: float, up: float, right: float, thickness: float = 0.6) -> None:
        """A line across; it is ornament, and read out by nobody."""
        self._drawn(f"/Artifact BMC {thickness:.2f} w {left:.2f} {up:.2f} m {right:.2f} {up:.2f} l S EMC\n".encode())

    def figure(self, alternative: str, modules: Sequence[Sequence[int]], left: float, up: float, side: float) -> None:
        """A square of modules (1 is dark), its lower left corner at (left, up)."""
        each = side / len(modules)
        drawn = [
            f"{left + column * each:.3f} {up + side - (row + 1) * each:.3f} {each:.3f} {each:.3f} re"
            for row, line in enumerate(modules)
            for column, dark in enumerate(line)
            if dark
        ]
        self._block(Block("Figure", alternative), ("\n".join(drawn) + "\nf\n").encode(), -1)

    def written(self, title: str, language: str) -> bytes:
        """The PDF, without a signature."""
        return _Document(self._typesetting, self._pages, self._glyphs).written(title, language)

    def _block(self, block: Block, drawing: bytes, page: int) -> None:
        on = self._pages[page]
        number = len(on.blocks)
        on.blocks.append(block)
        on.content.write(f"/{block.role} <</MCID {number}>> BDC\n".encode() + drawing + b"EMC\n")

    def _drawn(self, drawing: bytes) -> None:
        self._pages[-1].content.write(drawing)

    def _line(self, line: Line, left: float, up: float, size: float) -> bytes:
        parts = [f"BT {left:.2f} {up:.2f} Td\n".encode()]
        for run in line.runs:
            noted = self._glyphs.setdefault((run.script, run.weight), {})
            for glyph in run.glyphs:
                noted.setdefault(glyph.number, glyph.text)
            letters = (b"\xfe\xff" + run.text.encode("utf-16-be")).hex().encode()
            parts.append(b"/Span <</ActualText <" + letters + b">>> BDC\n")
            parts.append(f"/{_resource(run.script, run.weight)} {size:.2f} Tf ".encode())
            parts.append(self._shown(run, size) + b"EMC\n")
        return b"".join([*parts, b"ET\n"])

    def _shown(self, run: Run, size: float) -> bytes:
        """The glyphs of a run, moved from where the font alone would put them."""
        typeface = self._typesetting.typeface(run.script, run.weight)
        shown, row, rise = [], "", 0.0
        for glyph in run.glyphs:
            if glyph.up != rise:
                shown.append(f"[{row}] TJ {glyph.up * size / 1000:.3f} Ts")
                row, rise = "", glyph.up
            by_itself = typeface.advance(glyph.number)
            before = f"{-glyph.across:.0f} " if glyph.across else ""
            after = by_itself + glyph.across - glyph.advance
            row += f"{before}<{glyph.number:04x}>" + (f" {after:.0f} " if abs(after) >= 1 else "")
        shown.append(f"[{row}] TJ" + (" 0 Ts" if rise else ""))
        return (" ".join(shown) + "\n").encode()


class _Document:
    """Writes what was drawn."""

    def __init__(self, typesetting: Typesetting, pages: Sequence[Page], glyphs: dict[_FONT, dict[int, str]]) -> None:
        self._typesetting = typesetting
        self._pages = pages
        self._glyphs = glyphs
        self._writer = PdfFileWriter(stream_xrefs=False)

    def written(self, title: str, language: str) -> bytes:
        writer = self._writer
        fonts = _dictionary({f"/{_resource(*key)}": self._font(key, used) for key, used in self._glyphs.items()})
        tree = _dictionary({"/Type": pdf_name("/StructTreeRoot")})
        tree_reference = writer.add_object(tree)
        whole = _dictionary({"/Type": pdf_name("/StructElem"), "/S": pdf_name("/Document"), "/P": tree_reference})
        whole_reference = writer.add_object(whole)
        elements: list[Any] = []
        by_page: list[Any] = []
        for number, page in enumerate(self._pages):
            stream = generic.StreamObject(stream_data=page.content.getvalue())
            stream.compress()
            made = PageObject(
                contents=writer.add_object(stream),
                media_box=(0, 0, generic.FloatObject(f"{WIDTH:.2f}"), generic.FloatObject(f"{HEIGHT:.2f}")),
                resources=_dictionary({"/Font": fonts}),
            )
            made[pdf_name("/StructParents")] = generic.NumberObject(number)
            made[pdf_name("/Tabs")] = pdf_name("/S")
            reference = writer.insert_page(made)
            own = [
                writer.add_object(_element(block, place, whole_reference, reference))
                for place, block in enumerate(page.blocks)
            ]
            elements += own
            by_page += [generic.NumberObject(number), writer.add_object(generic.ArrayObject(own))]
        whole[pdf_name("/K")] = generic.ArrayObject(elements)
        tree[pdf_name("/K")] = whole_reference
        tree[pdf_name("/ParentTree")] = _dictionary({"/Nums": generic.ArrayObject(by_page)})
        tree[pdf_name("/ParentTreeNextKey")] = generic.NumberObject(len(self._pages))
        root = writer.root
        root[pdf_name("/StructTreeRoot")] = tree_reference
        root[pdf_name("/MarkInfo")] = _dictionary({"/Marked": generic.BooleanObject(value=True)})
        root[pdf_name("/Lang")] = generic.pdf_string(language)
        root[pdf_name("/ViewerPreferences")] = _dictionary({"/DisplayDocTitle": generic.BooleanObject(value=True)})
        writer.set_info(_dictionary({"/Title": generic.pdf_string(title), "/Producer": generic.pdf_string("Pravesh")}))
        out = BytesIO()
        writer.write(out)
        return out.getvalue()

    def _font(self, key: _FONT, used: dict[int, str]) -> Any:  # noqa: ANN401 - pyHanko's reference
        typeface = self._typesetting.typeface(*key)
        program = generic.StreamObject(stream_data=typeface.cut_down(set(used)))
        program[pdf_name("/Length1")] = generic.NumberObject(len(program.data))
        program.compress()
        # Six letters say that a font is cut down; which, tells one from another.
        name = f"/PRVSHA+NotoSans-{key[0].value.title()}-{key[1].value.title()}"
        above, below = typeface.extents
        descriptor = _dictionary(
            {
                "/Type": pdf_name("/FontDescriptor"),
                "/FontName": pdf_name(name),
                "/Flags": generic.NumberObject(_SYMBOLIC),
                "/FontBBox": generic.ArrayObject(map(generic.NumberObject, (-1000, round(below), 2000, round(above)))),
                "/ItalicAngle": generic.NumberObject(0),
                "/Ascent": generic.NumberObject(round(above)),
                "/Descent": generic.NumberObject(round(below)),
                "/CapHeight": generic.NumberObject(714),
                "/StemV": generic.NumberObject(140 if key[1] is Weight.BOLD else 80),
                "/FontFile2": self._writer.add_object(program),
            }
        )
        widths: list[Any] = []
        for glyph in sorted(used):
            advance = generic.NumberObject(round(typeface.advance(glyph)))
            widths += [generic.NumberObject(glyph), generic.ArrayObject([advance])]
        below_it = _dictionary(
            {
                "/Type": pdf_name("/Font"),
                "/Subtype": pdf_name("/CIDFontType2"),
                "/BaseFont": pdf_name(name),
                "/CIDSystemInfo": _dictionary(
                    {
                        "/Registry": generic.pdf_string("Adobe"),
                        "/Ordering": generic.pdf_string("Identity"),
                        "/Supplement": generic.NumberObject(0),
                    }
                ),
                "/CIDToGIDMap": pdf_name("/Identity"),
                "/FontDescriptor": self._writer.add_object(descriptor),
                "/DW": generic.NumberObject(0),
                "/W": generic.ArrayObject(widths),
            }
        )
        letters = generic.StreamObject(stream_data=_letters(used))
        letters.compress()
        return self._writer.add_object(
            _dictionary(
                {
                    "/Type": pdf_name("/Font"),
                    "/Subtype": pdf_name("/Type0"),
                    "/BaseFont": pdf_name(name),
                    "/Encoding": pdf_name("/Identity-H"),
                    "/DescendantFonts": generic.ArrayObject([self._writer.add_object(below_it)]),
                    "/ToUnicode": self._writer.add_object(letters),
                }
            )
        )


def _element(block: Block, place: int, whole: Any, page: Any) -> generic.DictionaryObject:  # noqa: ANN401 - references
    said = {
        "/Type": pdf_name("/StructElem"),
        "/S": pdf_name(f"/{block.role}"),
        "/P": whole,
        "/Pg": page,
        "/K": generic.NumberObject(place),
    }
    if block.alternative:
        said["/Alt"] = generic.pdf_string(block.alternative)
    return _dictionary(said)


def _letters(used: dict[int, str]) -> bytes:
    """The font's ToUnicode: which glyph stands for which letters, for searching and copying."""
    known = [(glyph, text.encode("utf-16-be").hex()) for glyph, text in sorted(used.items()) if text]
    rows = []
    # A table holds a hundred at most.
    for start in range(0, len(known), 100):
        some = known[start : start + 100]
        rows.append(f"{len(some)} beginbfchar\n")
        rows += [f"<{glyph:04x}> <{text}>\n" for glyph, text in some]
        rows.append("endbfchar\n")
    return (
        "/CIDInit /ProcSet findresource begin\n12 dict begin\nbegincmap\n"
        "/CIDSystemInfo << /Registry (Adobe) /Ordering (UCS) /Supplement 0 >> def\n"
        "/CMapName /Adobe-Identity-UCS def\n/CMapType 2 def\n"
        "1 begincodespacerange\n<0000> <ffff>\nendcodespacerange\n"
        f"{''.join(rows)}endcmap\nCMapName currentdict /CMap defineresource pop\nend\nend\n"
    ).encode()


def _resource(script: Script, weight: Weight) -> str:
    return f"{script.value}-{weight.value}"


def _dictionary(content: dict[str, Any]) -> generic.DictionaryObject:
    return generic.DictionaryObject({pdf_name(name): value for name, value in content.items()})
