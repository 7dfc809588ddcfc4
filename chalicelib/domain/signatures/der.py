"""Reading what is signed, and what names the signer: DER, which has one encoding only, element after element.

The frame of a CMS may have indefinite lengths, which is BER: Java's signing tools write it so. Bounded work: a reader
looks at each element once, never copies what it passes over, and nothing here recurses.
"""

from __future__ import annotations

from datetime import datetime
from typing import Final, Self

from chalicelib.domain.signatures import strict_der
from chalicelib.domain.signatures.strict_der import SEQUENCE, DerUnreadable, element

NULL: Final = 0x05

_INDEFINITE = 0x80
_CONSTRUCTED = 0x20
# A frame has a dozen elements, certificates among them; an attacker's may have 30 000.
_ELEMENTS_AT_MOST = 256


def context(number: int) -> int:
    """The tag of a constructed, context-specific element."""
    return 0xA0 | number


class Der:
    """Elements one after another, in `data` from `at` up to `end`; taking one moves on.

    `is_frame` allows indefinite lengths, here and in what is entered from here.
    """

    __slots__ = ("at", "data", "end", "is_frame")

    def __init__(self, data: bytes, at: int = 0, end: int | None = None, *, is_frame: bool = False) -> None:
        self.data = data
        self.at = at
        self.end = len(data) if end is None else end
        self.is_frame = is_frame

    @property
    def tag(self) -> int | None:
        """The tag of the element that comes next, its whole first byte; None at the end."""
        return self.data[self.at] if self.at < self.end else None

    def _is_open(self, at: int) -> bool:
        """Whether the element at `at` has an indefinite length, and may have."""
        data = self.data
        return at + 2 <= self.end and data[at + 1] == _INDEFINITE and bool(data[at] & _CONSTRUCTED)

    def _end_of_contents(self, at: int) -> int:
        """Where the two zeros stand that end the indefinite element whose content starts at `at`."""
        open_elements = 1
        for _ in range(_ELEMENTS_AT_MOST):
            if self.data[at : at + 2] == b"\0\0" and at + 2 <= self.end:
                open_elements -= 1
                if not open_elements:
                    return at
                at += 2
                continue
            if self._is_open(at):
                open_elements += 1
                at += 2
            else:
                _, _, at = element(self.data, at, self.end)
        raise DerUnreadable("too many elements")

    def _take(self, tag: int) -> tuple[int, int, int]:
        """Move past the next element: where it, its content and the end of its content are."""
        at = self.at
        if self.is_frame and self._is_open(at):
            found, start = self.data[at], at + 2
            end = self._end_of_contents(start)
            self.at = end + 2
        else:
            found, start, end = element(self.data, at, self.end)
            self.at = end
        if found != tag:
            raise DerUnreadable("another element than expected")
        return at, start, end

    def enter(self, tag: int = SEQUENCE) -> Self:
        """Take the next element, which must have this tag, and read what it holds."""
        _, start, end = self._take(tag)
        return type(self)(self.data, start, end, is_frame=self.is_frame)

    def content(self, tag: int) -> bytes:
        """Take the next element, which must have this tag: its content."""
        _, start, end = self._take(tag)
        return self.data[start:end]

    def whole(self, tag: int = SEQUENCE) -> bytes:
        """Take the next element, which must have this tag and a length: its bytes, header and all."""
        at, _, end = self._take(tag)
        if self.at != end:
            raise DerUnreadable("an indefinite length")
        return self.data[at:end]

    def integer(self) -> int:
        """Take the next element, a minimal INTEGER."""
        _, start, end = self._take(strict_der.INTEGER)
        return int.from_bytes(strict_der.integer(self.data, start, end), "big", signed=True)

    def time(self) -> datetime:
        """Take the next element, a UTCTime or GeneralizedTime: to the second, in UTC."""
        tag = self.tag or 0
        _, start, end = self._take(tag)
        return strict_der.time(self.data, tag, start, end)

    def skip(self) -> None:
        """Move past the next element, whatever it is."""
        tag = self.tag
        if tag is None:
            raise DerUnreadable("cut off")
        self._take(tag)

    def ended(self) -> None:
        """Raise DerUnreadable unless everything was taken."""
        if self.at != self.end:
            raise DerUnreadable("more than expected")

    def in_der(self) -> Self:
        """The same place, read as DER: no indefinite lengths from here on."""
        return type(self)(self.data, self.at, self.end)


def oid(dotted: str) -> bytes:
    """The content of an OBJECT IDENTIFIER, for comparing."""
    first, second, *rest = (int(arc) for arc in dotted.split("."))
    encoded = bytearray()
    for arc in (first * 40 + second, *rest):
        groups = [arc & 0x7F]
        while arc := arc >> 7:
            groups.append(arc & 0x7F | 0x80)
        encoded += bytes(reversed(groups))
    return bytes(encoded)
