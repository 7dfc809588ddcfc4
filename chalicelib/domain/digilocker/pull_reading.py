"""Reading a pull, once its hmac was found to hold: DigiLocker's XML as plain values. Light: expat alone.

Local names count, in whatever namespace: three forms are in the field (docs/digilocker.md). No document type and no
entity is read in any encoding; `UID` and `Photo` are passed over and never kept; everything else in `DocDetails` that
has no name of the specification's is a search parameter.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import NoReturn
from xml.parsers import expat

BYTES_AT_MOST = 64 * 1024
_DEPTH_AT_MOST = 4
_ELEMENTS_AT_MOST = 100
_TEXT_AT_MOST = 1024
_NAME_AT_MOST = 128
# Where in the document an element stands.
_ROOT, _DETAILS, _VALUE = 1, 2, 3
# What must never be with us: an Aadhaar number (its MD5 says as much), and a face.
_PASSED_OVER = frozenset({"uid", "photo"})
_NAMED = frozenset({"doctype", "digilockerid", "fullname", "dob", "uri"})
_ATTRIBUTES = frozenset({"ver", "ts", "txn", "orgid", "keyhash", "format"})


class PullUnreadable(Exception):  # noqa: N818
    """What came is no pull: not well-formed, with a document type, too deep or too large, or something is missing.

    The message says which, and nothing of what came.
    """


@dataclass(frozen=True, slots=True)
class PullRead:
    """A pull as it was read, values trimmed, `ts` and `txn` exactly as in their attributes ("" where there is none).

    `root` is the root's local name. `values` are the specification's own of `DocDetails`, by their folded names;
    `parameters` all others, by the names set in DigiLocker's portal.
    """

    root: str
    ts: str
    txn: str
    keyhash: str
    org_id: str
    format: str
    values: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)

    def __repr__(self) -> str:
        return f"PullRead({self.root!r})"


def read(body: bytes) -> PullRead:
    """The pull in `body`. Raises `PullUnreadable`."""
    if len(body) > BYTES_AT_MOST:
        raise PullUnreadable("too large")
    reading = _Reading()
    try:
        # White space before the declaration is no XML, and was seen all the same; in UTF-16 none is touched.
        reading.parser.Parse(body if b"\0" in body else body.strip(), True)  # noqa: FBT003 - expat takes no names
    except (expat.ExpatError, UnicodeError, ValueError, LookupError):
        raise PullUnreadable("not well-formed") from None
    return reading.result()


class _Reading:
    """Takes what expat tells, and refuses at once what no pull has."""

    def __init__(self) -> None:
        self._root = ""
        self._path: list[str] = []
        self._elements = 0
        self._attributes: dict[str, str] = {}
        self._details = 0
        self._texts: dict[str, str] = {}
        self._text: list[str] | None = None
        self._length = 0
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.buffer_text = True
        self.parser.StartElementHandler = self._start
        self.parser.EndElementHandler = self._end
        self.parser.CharacterDataHandler = self._characters
        self.parser.StartDoctypeDeclHandler = self._doctype
        self.parser.EntityDeclHandler = self._doctype
        self.parser.ExternalEntityRefHandler = self._doctype
        self.parser.SkippedEntityHandler = self._doctype

    def result(self) -> PullRead:
        """What was read, once all of it was."""
        if self._details != 1:
            raise PullUnreadable("not one DocDetails")
        folded = {name.casefold(): value for name, value in self._texts.items()}
        return PullRead(
            root=self._root,
            ts=self._attributes.get("ts", ""),
            txn=self._attributes.get("txn", ""),
            keyhash=self._attributes.get("keyhash", "").strip(),
            org_id=self._attributes.get("orgid", "").strip(),
            format=self._attributes.get("format", "").strip().casefold(),
            values={name: folded[name] for name in _NAMED if name in folded},
            parameters={name: value for name, value in self._texts.items() if name.casefold() not in _NAMED},
        )

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        local = name.rpartition(" ")[2]
        self._path.append(local)
        self._elements += 1
        if self._elements > _ELEMENTS_AT_MOST or len(self._path) > _DEPTH_AT_MOST or len(local) > _NAME_AT_MOST:
            raise PullUnreadable("too deep or too large")
        if len(self._path) == _ROOT:
            self._root = local
            self._take_attributes(attributes)
        elif self._is_in_details():
            self._begin_value(local)

    def _is_in_details(self) -> bool:
        if self._path[1] != "DocDetails":
            return False
        if len(self._path) == _DETAILS:
            self._details += 1
        elif len(self._path) > _VALUE and self._path[2].casefold() not in _PASSED_OVER:
            raise PullUnreadable("elements in a value")
        return len(self._path) == _VALUE

    def _take_attributes(self, attributes: dict[str, str]) -> None:
        for name, value in attributes.items():
            known = name.casefold()
            if known not in _ATTRIBUTES:
                continue
            if known in self._attributes or len(value) > _TEXT_AT_MOST:
                raise PullUnreadable("an attribute twice or too long")
            self._attributes[known] = value

    def _begin_value(self, local: str) -> None:
        if local.casefold() in _PASSED_OVER:
            return
        if local.casefold() in {name.casefold() for name in self._texts}:
            raise PullUnreadable("a value twice")
        self._text, self._length = [], 0

    def _end(self, _name: str) -> None:
        local = self._path.pop()
        if self._text is not None:
            self._texts[local] = "".join(self._text).strip()
            self._text = None

    def _characters(self, text: str) -> None:
        if self._text is None:
            return
        self._length += len(text)
        if self._length > _TEXT_AT_MOST:
            raise PullUnreadable("a value too long")
        self._text.append(text)

    def _doctype(self, *_declared: object) -> NoReturn:
        raise PullUnreadable("a DTD")
