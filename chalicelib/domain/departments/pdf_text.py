"""Text for PDFs: divided by script, shaped by HarfBuzz (Devanagari and Tamil need it), measured and broken into lines.

Heavy (uharfbuzz): only the step that makes certificates loads it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

import uharfbuzz as hb


class CannotBeWritten(Exception):  # noqa: N818
    """A text has a sign that none of the fonts has; `sign` is it."""

    def __init__(self, sign: str) -> None:
        super().__init__(f"U+{ord(sign):04X}")
        self.sign = sign


class Script(StrEnum):
    """The scripts that certificates are written in; each has its own font."""

    LATIN = "latin"
    DEVANAGARI = "devanagari"
    TAMIL = "tamil"


class Weight(StrEnum):
    """How heavy letters are."""

    REGULAR = "regular"
    BOLD = "bold"


# The bytes of a font (TrueType).
FontFiles = Callable[[Script, Weight], bytes]
_BLOCKS = (
    (0x0900, 0x0963, Script.DEVANAGARI),
    (0x0966, 0x097F, Script.DEVANAGARI),
    (0x1CD0, 0x1CFF, Script.DEVANAGARI),
    (0xA8E0, 0xA8FF, Script.DEVANAGARI),
    (0x0B80, 0x0BFF, Script.TAMIL),
)
_TAGS = {Script.LATIN: "Latn", Script.DEVANAGARI: "Deva", Script.TAMIL: "Taml"}
_JOINERS = "\u200c\u200d"
# The danda ends sentences in every Indic script.
_SHARED_INDIC = "\u0964\u0965"


@dataclass(frozen=True, slots=True)
class Glyph:
    """One glyph and where it is drawn, in thousandths of the type's size.

    `text` is what it stands for, "" where another glyph of its cluster tells it already.
    """

    number: int
    advance: float
    across: float
    up: float
    text: str


@dataclass(frozen=True, slots=True)
class Run:
    """Glyphs of one font, in the order in which they are drawn."""

    script: Script
    weight: Weight
    glyphs: tuple[Glyph, ...]
    text: str

    @property
    def width(self) -> float:
        """In thousandths of the type's size."""
        return sum(glyph.advance for glyph in self.glyphs)


@dataclass(frozen=True, slots=True)
class Line:
    """One line of a text: its runs and its width in points."""

    runs: tuple[Run, ...]
    width: float


class Typeface:
    """One font: what it has, and what it makes of a text."""

    def __init__(self, content: bytes, script: Script) -> None:
        self.face = hb.Face(hb.Blob(content))
        self._font = hb.Font(self.face)
        self._script = script
        self._has = frozenset(self.face.unicodes)
        self._scale = 1000 / self.face.upem

    def has(self, sign: str) -> bool:
        """Whether there is a glyph for a sign."""
        return ord(sign) in self._has

    @property
    def extents(self) -> tuple[float, float]:
        """How far it reaches above the line, and (negative) below, in thousandths."""
        found = self._font.get_font_extents("ltr")
        return found.ascender * self._scale, found.descender * self._scale

    def advance(self, glyph: int) -> float:
        """How far a glyph goes by itself, in thousandths."""
        return float(self._font.get_glyph_h_advance(glyph) * self._scale)

    def shaped(self, text: str) -> tuple[Glyph, ...]:
        """The glyphs of a text in this font's script."""
        buffer = hb.Buffer()
        buffer.add_str(text)
        buffer.direction, buffer.script, buffer.language = "ltr", _TAGS[self._script], "hi"
        hb.shape(self._font, buffer)
        infos, places = buffer.glyph_infos, buffer.glyph_positions
        starts = sorted({info.cluster for info in infos})
        ends = dict(zip(starts, [*starts[1:], len(text)], strict=True))
        told: set[int] = set()
        glyphs = []
        for info, place in zip(infos, places, strict=True):
            stands_for = "" if info.cluster in told else text[info.cluster : ends[info.cluster]]
            told.add(info.cluster)
            advance, across, up = (value * self._scale for value in (place.x_advance, place.x_offset, place.y_offset))
            glyphs.append(Glyph(info.codepoint, advance, across, up, stands_for))
        return tuple(glyphs)

    def cut_down(self, glyphs: set[int]) -> bytes:
        """The font with these glyphs alone, each under its own number, and without what shapes text."""
        wanted = hb.SubsetInput()
        wanted.glyph_set.update(glyphs)
        wanted.flags = hb.SubsetFlags.RETAIN_GIDS | hb.SubsetFlags.NO_HINTING | hb.SubsetFlags.NO_LAYOUT_CLOSURE
        for tag in (b"GSUB", b"GPOS", b"GDEF", b"name", b"post", b"STAT", b"gasp"):
            wanted.drop_table_tag_set.add(int.from_bytes(tag, "big"))
        return bytes(hb.subset(self.face, wanted).blob.data)


class Typesetting:
    """Sets text in the fonts that there are."""

    def __init__(self, files: FontFiles) -> None:
        self._files = files
        self._made: dict[tuple[Script, Weight], Typeface] = {}

    def typeface(self, script: Script, weight: Weight) -> Typeface:
        """A font, read once."""
        if (script, weight) not in self._made:
            self._made[script, weight] = Typeface(self._files(script, weight), script)
        return self._made[script, weight]

    def runs(self, text: str, weight: Weight) -> tuple[Run, ...]:
        """The runs of a text. Raises `CannotBeWritten`."""
        return tuple(
            Run(script, weight, self.typeface(script, weight).shaped(part), part)
            for script, part in self._divided(text, weight)
        )

    def lines(self, text: str, weight: Weight, size: float, width: float) -> list[Line]:
        """A text in lines of at most `width` points, broken at blanks; a word that is too long is cut.

        Raises `CannotBeWritten`.
        """
        lines: list[Line] = []
        blank = self._measured(" ", weight, size)
        words: list[str] = []
        across = 0.0
        # A line is as wide as its words: none is shaped again for those beside it.
        for word in self._pieces(text, weight, size, width):
            wide = self._measured(word, weight, size)
            if words and across + blank + wide > width:
                lines.append(self._line(" ".join(words), weight, size))
                words, across = [], 0.0
            across += wide + (blank if words else 0.0)
            words.append(word)
        lines.append(self._line(" ".join(words), weight, size))
        return lines

    def _pieces(self, text: str, weight: Weight, size: float, width: float) -> Iterator[str]:
        for word in text.split():
            start = 0
            while start < len(word):
                end = self._fitting(word, start, lambda part: self._measured(part, weight, size) <= width)
                yield word[start:end]
                start = end

    def _fitting(self, word: str, start: int, fits: Callable[[str], bool]) -> int:
        """Where the longest part of a word from `start` ends that fits, one sign at least.

        Found by doubling, then by halving: a value may be one word of hundreds of signs, and each look shapes the part.
        """
        length, step = 1, 32
        while start + length < len(word) and fits(word[start : start + length + step]):
            length, step = min(length + step, len(word) - start), 2 * step
        while step > 1:
            step //= 2
            if start + length < len(word) and fits(word[start : start + length + step]):
                length = min(length + step, len(word) - start)
        return start + length

    def _measured(self, text: str, weight: Weight, size: float) -> float:
        return sum(run.width for run in self.runs(text, weight)) * size / 1000

    def _line(self, text: str, weight: Weight, size: float) -> Line:
        runs = self.runs(text, weight)
        return Line(runs, sum(run.width for run in runs) * size / 1000)

    def _divided(self, text: str, weight: Weight) -> Iterator[tuple[Script, str]]:
        """The text in parts of one font: what any script has (blanks, digits, marks) stays with what is before it."""
        script, part = None, ""
        for sign in text:
            wanted = self._script_of(sign, script, weight)
            if script is not None and wanted is not script:
                yield script, part
                part = ""
            script, part = wanted, part + sign
        if script is not None:
            yield script, part

    def _script_of(self, sign: str, before: Script | None, weight: Weight) -> Script:
        code = ord(sign)
        own = next((script for first, last, script in _BLOCKS if first <= code <= last), None)
        if own is None and sign in _SHARED_INDIC:
            own = before if before in (Script.DEVANAGARI, Script.TAMIL) else Script.DEVANAGARI
        asked: tuple[Script, ...] = (own or before or Script.LATIN, *Script)
        for script in asked:
            if self.typeface(script, weight).has(sign):
                return script
        if sign in _JOINERS:
            return before or Script.LATIN
        raise CannotBeWritten(sign)
