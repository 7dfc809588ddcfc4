"""The syntax of PDF, as little of it as inspection needs: names, and streams with their dictionaries.

Read from ISO 32000-1, 7.2 and 7.3. Objects are found by looking for `obj` everywhere, in the bytes of streams too, and
never through the cross-reference table: a file may have another one than it shows.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

_BLANK = b"\0\t\n\f\r "
# Short ones only, so that no file takes long: a longer one leaves a stream that belongs to no object.
_GAP = rb"(?:[\0\t\n\f\r ]|%[^\r\n]{0,64}[\r\n]){1,8}"
# A name and what it ends at; `#xx` stands for a byte.
DELIMITED_NAME = re.compile(rb"/[^\0\t\n\f\r ()<>\[\]{}/%]{1,127}(?=[\0\t\n\f\r ()<>\[\]{}/%]|\Z)")
_ESCAPE = re.compile(rb"#([0-9A-Fa-f]{2})")
_OBJECT = re.compile(rb"(?<![0-9])[0-9]{1,10}" + _GAP + rb"[0-9]{1,5}" + _GAP + rb"obj")
_STREAM = re.compile(rb"(?<![A-Za-z])stream(?=[\0\t\n\f\r ])")
_BODY_BEGINS = re.compile(rb"stream(?:\r\n|\n|\r)")
_TOKEN = re.compile(
    rb"(?P<gap>(?:[\0\t\n\f\r ]|%[^\r\n]*(?:[\r\n]|\Z))+)"
    rb"|(?P<open><<)|(?P<close>>>)|(?P<hex><[0-9A-Fa-f\0\t\n\f\r ]*>)|(?P<name>/[^\0\t\n\f\r ()<>\[\]{}/%]*)"
    rb"|(?P<array>\[)|(?P<end>\])|(?P<text>\()|(?P<word>[^\0\t\n\f\r ()<>\[\]{}/%]+)"
)
_STRING = re.compile(rb"\\.|[()]", re.DOTALL)
_DEEPEST = 32
# How many bytes are read again and again, because objects may begin anywhere.
_READ_AT_MOST = 4 * 1024 * 1024
_INTEGER = re.compile(rb"[0-9]{1,10}")


class Unreadable(Exception):  # noqa: N818
    """The file's syntax is not PDF's, or more of it than a document of this size needs."""


@dataclass(frozen=True, slots=True)
class Stream:
    """One stream: its packed bytes and what its dictionary says of them.

    `is_elsewhere`: the dictionary names a file that holds the bytes. `has_predictor`: they are not what they unpack to.
    """

    body: bytes
    filters: tuple[bytes, ...]
    holds_objects: bool
    has_predictor: bool
    is_elsewhere: bool

    def __repr__(self) -> str:
        return f"Stream({len(self.body)} bytes)"


@dataclass(slots=True)
class _Reader:
    """Reads tokens, and gives up where that would take long."""

    content: bytes
    left: int = _READ_AT_MOST

    def token(self, at: int) -> tuple[str, bytes, int]:
        """The token at `at`, past blanks and comments: its kind, its bytes, and where the next begins."""
        while True:
            found = _TOKEN.match(self.content, at)
            self.left -= 1 + (found.end() - at if found else 0)
            if found is None or self.left < 0:
                raise Unreadable
            at = found.end()
            kind = str(found.lastgroup)
            if kind == "text":
                return kind, b"", self._string_ends(at)
            if kind != "gap":
                return kind, found[0], at

    def _string_ends(self, at: int) -> int:
        depth = 1
        for found in _STRING.finditer(self.content, at):
            depth += {b"(": 1, b")": -1}.get(found[0], 0)
            if depth == 0:
                self.left -= found.end() - at
                return found.end()
        self.left -= len(self.content) - at
        raise Unreadable


def name_of(written: bytes) -> bytes:
    """`/J#61va` → `Java`: a name as readers understand it."""
    return _ESCAPE.sub(lambda found: bytes([int(found[1], 16)]), written[1:])


def streams_of(content: bytes) -> Iterator[Stream]:
    """Every stream that any reader could find. Raises `Unreadable`, also for one that belongs to no object."""
    reader = _Reader(content)
    starts = set()
    for found in _OBJECT.finditer(content):
        made = _stream_at(reader, found.end())
        if made is not None:
            stream, keyword = made
            starts.add(keyword)
            yield stream
    if any(found.start() not in starts for found in _STREAM.finditer(content)):
        raise Unreadable


def _stream_at(reader: _Reader, at: int) -> tuple[Stream, int] | None:
    """The stream that the object whose content begins at `at` is, and where its keyword stands; None for another."""
    try:
        kind, _, inside = reader.token(at)
    except Unreadable:
        if reader.left < 0:
            raise
        return None
    if kind != "open":
        return None
    entries, after = _dictionary(reader, inside)
    try:
        kind, word, end = reader.token(after)
    except Unreadable:
        if reader.left < 0:
            raise
        return None
    if kind != "word" or word != b"stream":
        return None
    keyword = end - len(word)
    begins = _BODY_BEGINS.match(reader.content, keyword)
    ends = reader.content.find(b"endstream", end)
    if begins is None or ends < 0:
        raise Unreadable
    return _made(entries, reader.content[begins.end() : ends]), keyword


def _dictionary(reader: _Reader, at: int) -> tuple[dict[bytes, list[bytes]], int]:
    """The entries of the dictionary whose `<<` ends at `at` (key to the tokens of its value), and where it ends.

    The tokens of what lies deeper count to the entry that holds it. A key that comes twice is refused: readers differ.
    """
    entries: dict[bytes, list[bytes]] = {}
    value: list[bytes] | None = None
    complete = False
    depth: list[str] = []
    while True:
        kind, token, at = reader.token(at)
        if not depth and kind == "close":
            return entries, at
        if not depth and kind == "name" and (value is None or complete):
            key = name_of(token)
            if key in entries:
                raise Unreadable
            value = entries[key] = []
            complete = False
            continue
        if value is None:
            raise Unreadable
        value.append(name_of(token) if kind == "name" else token)
        if kind in {"open", "array"}:
            depth.append("close" if kind == "open" else "end")
        elif kind in {"close", "end"} and (not depth or depth.pop() != kind):
            raise Unreadable
        if len(depth) > _DEEPEST:
            raise Unreadable
        complete = not depth


def _made(entries: dict[bytes, list[bytes]], body: bytes) -> Stream:
    length = entries.get(b"Length", [])
    if not length or not _INTEGER.fullmatch(length[0]):
        raise Unreadable
    if len(length) == 1:
        # A reader that goes by the length must see what is seen here.
        rest = body[int(length[0]) :]
        if int(length[0]) > len(body) or rest.strip(_BLANK):
            raise Unreadable
        body = body[: int(length[0])]
    filters = [one for one in entries.get(b"Filter", []) if one not in {b"[", b"]"}]
    # No reader makes objects of a stream that does not tell how many there are and where the first one is.
    holds = entries.get(b"Type") == [b"ObjStm"] or (b"N" in entries and b"First" in entries)
    return Stream(
        body=body,
        filters=tuple(filters),
        holds_objects=holds,
        has_predictor=b"DecodeParms" in entries or b"DP" in entries,
        is_elsewhere=any(key in entries for key in (b"F", b"FFilter", b"FDecodeParms")),
    )
