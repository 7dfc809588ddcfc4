"""Files of a locker: what issuers put there, what its owner uploaded, and their bytes.

A file counts only with its `hmac`, checked over the bytes as they came before anything else looks at them. e-Aadhaar
(`/public/oauth2/3/xml/eaadhaar`) is never asked for: it holds what we must not hold.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from chalicelib.domain.digilocker.errors import AnswerUnfit, demand_good, list_of, text_in
from chalicelib.domain.digilocker.formulas import is_file_hmac
from chalicelib.domain.digilocker.line import Call, Line, Reply
from chalicelib.domain.digilocker.profiles import Profile

FILE_AT_MOST = 10 * 1024 * 1024
XML_AT_MOST = 2 * 1024 * 1024
# Aadhaar, in the spellings that are seen: never fetched, whoever lists it.
NEVER = frozenset({"ADHAR", "EADHR", "AADHAAR"})
_URI = re.compile(r"[A-Za-z0-9._:-]{3,256}")
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:-]{0,127}")
_DOCTYPE = re.compile(r"[A-Z]{1,10}")
_XML_TYPES = frozenset({"application/xml", "text/xml"})
# How each type of file that we take begins.
_MAGIC = {
    "application/pdf": (b"%PDF-",),
    "image/png": (b"\x89PNG\r\n\x1a\n",),
    "image/jpeg": (b"\xff\xd8\xff",),
}
_TITLE_AT_MOST = 200


@dataclass(frozen=True, slots=True)
class ListedDocument:
    """One document that an issuer put into the locker. `uri` may hold a PAN: it is told to nobody."""

    uri: str
    doctype: str
    title: str
    issuer: str
    mimes: tuple[str, ...]

    @property
    def has_xml(self) -> bool:
        """Whether the issuer serves it as certificate XML."""
        return bool(_XML_TYPES & set(self.mimes))

    @property
    def has_file(self) -> bool:
        """Whether it is served as a file: where nothing but XML is listed, it is not."""
        return not self.mimes or bool(set(self.mimes) - _XML_TYPES)

    def __repr__(self) -> str:
        return f"ListedDocument({self.doctype!r})"


@dataclass(frozen=True, slots=True)
class UploadedItem:
    """One thing that the locker's owner uploaded; nobody vouches for it. `file_id` of a folder lists what is in it."""

    file_id: str
    is_folder: bool
    mimes: tuple[str, ...]

    def __repr__(self) -> str:
        return "UploadedItem(…)"


@dataclass(frozen=True, slots=True)
class LockerFile:
    """The bytes of a document, whose hmac was right."""

    content: bytes
    content_type: str

    def __repr__(self) -> str:
        return f"LockerFile({len(self.content)} bytes)"


@dataclass(frozen=True, slots=True)
class FileCalls:
    """The calls about files. All raise `DigiLockerUnavailable`, `DigiLockerRefused`, `AnswerUnfit`."""

    line: Line
    profile: Profile
    # The client's secrets, the newest first: a file may be sealed with the one before during a rotation.
    secrets: tuple[bytes, ...]

    def issued(self, access: str) -> tuple[ListedDocument, ...]:
        """What issuers put into the locker, as far as the person shares it; Aadhaar is left out."""
        found = list_of(self.line.send(Call("GET", self.profile.issued, bearer=access)), "items")
        listed = (_listed(one) for one in found)
        return tuple(one for one in listed if one is not None)

    def uploaded(self, access: str, folder_id: str | None = None) -> tuple[UploadedItem, ...]:
        """What the owner uploaded, in the root or in a folder. Raises `ValueError` for an id that cannot be one."""
        if folder_id is not None and not _ID.fullmatch(folder_id):
            raise ValueError("folder_id")
        path = self.profile.uploaded.replace("{id}", _segment(folder_id or ""))
        found = list_of(self.line.send(Call("GET", path.rstrip("/"), bearer=access)), "items")
        items = ((text_in(one, "id", "uri"), one) for one in found)
        return tuple(
            UploadedItem(file_id, text_in(one, "type") == "dir", mimes_in(one))
            for file_id, one in items
            if _ID.fullmatch(file_id)
        )

    def file(self, access: str, uri: str) -> LockerFile:
        """A document as a file: PDF, PNG or JPEG.

        `AnswerUnfit` with `hmac_missing`, `hmac_mismatch` or `file_type_unexpected`.
        """
        reply = self._served(self.profile.file, access, uri, FILE_AT_MOST)
        content_type = _content_type(reply)
        if not reply.body.startswith(_MAGIC.get(content_type, ())):
            raise AnswerUnfit("file_type_unexpected")
        return LockerFile(reply.body, content_type)

    def xml(self, access: str, uri: str) -> LockerFile:
        """A document's certificate XML, not read yet. `AnswerUnfit` with `hmac_missing` or `hmac_mismatch`."""
        return LockerFile(self._served(self.profile.xml, access, uri, XML_AT_MOST).body, "application/xml")

    def _served(self, path: str, access: str, uri: str, at_most: int) -> Reply:
        if not _URI.fullmatch(uri):
            raise ValueError("uri")
        call = Call("GET", path.replace("{uri}", _segment(uri)), bearer=access, at_most=at_most)
        reply = demand_good(self.line.send(call))
        header = reply.headers.get("hmac")
        if not header or not header.strip():
            raise AnswerUnfit("hmac_missing")
        if not any(is_file_hmac(header, secret, reply.body) for secret in self.secrets):
            raise AnswerUnfit("hmac_mismatch")
        return reply


def mimes_in(found: object) -> tuple[str, ...]:
    """The types in `mime`, which comes as text or as a list; lower case."""
    mime = found.get("mime") if isinstance(found, dict) else None
    given = mime if isinstance(mime, list) else str(mime or "").split(",")
    return tuple(one.strip().lower() for one in given if isinstance(one, str) and one.strip())


def _listed(found: object) -> ListedDocument | None:
    """A document of the list; None for what has no address that we would ask, or must not be fetched."""
    assert isinstance(found, dict)
    uri, doctype = text_in(found, "uri"), text_in(found, "doctype").upper()
    if not _URI.fullmatch(uri) or not _DOCTYPE.fullmatch(doctype) or doctype in NEVER:
        return None
    title = text_in(found, "description") or text_in(found, "name") or doctype
    return ListedDocument(uri, doctype, _shown(title), _shown(text_in(found, "issuer", "issuerid")), mimes_in(found))


def _segment(name: str) -> str:
    """A name as one segment of a path: of the signs that are let through, `:` alone is written otherwise."""
    return name.replace(":", "%3A")


def _shown(text: str) -> str:
    printable = "".join(sign if sign.isprintable() else " " for sign in text)
    return " ".join(printable.split())[:_TITLE_AT_MOST]


def _content_type(reply: Reply) -> str:
    given = reply.headers.get("content-type", "").partition(";")[0].strip().lower()
    return "image/jpeg" if given == "image/jpg" else given
