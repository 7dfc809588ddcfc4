"""The calls about documents: the lists, a file, its XML, what the citizen uploaded."""

import re
from typing import Any, Final
from urllib.parse import unquote

from infra.local.digilocker.citizens import XML, Citizen, Issued, Uploaded
from infra.local.digilocker.documents import pdf_of, xml_of
from infra.local.digilocker.grants import Grant
from infra.local.digilocker.wire import Refused, file_hmac, is_same
from infra.local.http_server import HttpAnswer

_URI: Final = re.compile(r"[A-Za-z0-9._:-]+")
_LARGEST_UPLOAD: Final = 10 * 1024 * 1024
_FORBIDDEN: Final = set("\\/:*?<>|'^~")
_MAGIC: Final = {"image/jpeg": b"\xff\xd8\xff", "image/png": b"\x89PNG", "application/pdf": b"%PDF-"}
_ENDINGS: Final = {"jpg": "image/jpeg", "jpeg": "image/jpeg", "png": "image/png", "pdf": "application/pdf"}


def issued_list(grant: Grant) -> dict[str, Any]:
    """Answer `files/issued`: what the citizen agreed to."""
    items = [_item(one) for one in grant.citizen.issued if one.uri in grant.uris]
    return {"items": items, "resource": "D:"}


def _item(document: Issued) -> dict[str, Any]:
    issued = document.issued_on
    return {
        "name": document.title,
        "type": "file",
        "size": "",
        # Both forms were seen, as a string or an array of types was.
        "date": f"{issued:%Y-%m-%d}T00:00:00+05:30" if document.is_iso_dated else f"{issued:%d-%m-%Y}",
        "parent": "",
        "mime": document.mimes[0] if len(document.mimes) == 1 else list(document.mimes),
        "uri": document.uri,
        "doctype": document.doctype,
        "description": document.title,
        "issuerid": document.issuer_id,
        "issuer": document.issuer,
    }


def file(grant: Grant, segment: str) -> HttpAnswer:
    """Answer `file/{uri}`: a PDF's bytes with their hmac. Raises Refused."""
    uri = unquote(segment)
    uploaded = next((one for one in grant.citizen.uploaded if one.file_id == uri), None)
    if uploaded is not None:
        return _with_hmac(grant, uploaded.content, uploaded.mime)
    return _with_hmac(grant, pdf_of(_document(grant, uri)), "application/pdf")


def xml(grant: Grant, segment: str) -> HttpAnswer:
    """Answer `xml/{uri}`: the certificate XML with its hmac. Raises Refused."""
    document = _document(grant, unquote(segment))
    if XML not in document.mimes:
        raise Refused(404, "invalid_uri", "There is no XML of this document")
    return _with_hmac(grant, xml_of(document), XML)


def _document(grant: Grant, uri: str) -> Issued:
    if not uri:
        raise Refused(400, "uri_missing", "The URI is missing")
    document = grant.citizen.document(uri) if _URI.fullmatch(uri) else None
    if document is None:
        raise Refused(404, "invalid_uri", "There is no document of this URI")
    if uri not in grant.uris:
        raise Refused(403, "insufficient_scope", "The user did not agree to this document")
    return document


def _with_hmac(grant: Grant, content: bytes, content_type: str) -> HttpAnswer:
    headers = [("Content-Type", content_type), ("hmac", file_hmac(grant.client.secret, content))]
    return HttpAnswer(200, headers, content)


def uploaded_list(citizen: Citizen, file_id: str) -> dict[str, Any]:
    """Answer `files` and `files/{id}`: there is one folder, the root. Raises Refused."""
    if file_id:
        raise Refused(404, "invalid_id", "There is no folder of this id")
    items = [
        {
            "name": one.name,
            "type": "file",
            "id": one.file_id,
            "size": str(len(one.content)),
            "date": "01-01-2026",
            "parent": "",
            "mime": one.mime,
            "uri": one.file_id,
            "description": "",
            "issuer": "",
        }
        for one in citizen.uploaded
    ]
    return {"items": items, "resource": "D:"}


def upload(grant: Grant, headers: dict[str, str], body: bytes) -> dict[str, Any]:
    """Answer `file/upload`. Raises Refused with the word for what is wrong."""
    path, mime, given = headers.get("path", ""), headers.get("content-type", ""), headers.get("hmac", "")
    name = path.rpartition("/")[2]
    ending = name.rpartition(".")[2].lower()
    for wrong, error in (
        (not path, "path_missing"),
        (not mime, "contenttype_missing"),
        (not given, "hmac_missing"),
        (not name, "filename_missing"),
        (not body, "file_data_missing"),
        (len(body) > _LARGEST_UPLOAD, "invalid_filesize"),
        (bool(set(name) & _FORBIDDEN), "invalid_filename"),
        (mime not in _MAGIC or ending not in _ENDINGS, "invalid_filetype"),
        (_ENDINGS.get(ending) != mime or not body.startswith(_MAGIC.get(mime, b"")), "mimetype_mismatch"),
        (not is_same(given, file_hmac(grant.client.secret, body)), "hmac_mismatch"),
    ):
        if wrong:
            raise Refused(400, error)
    citizen = grant.citizen
    citizen.uploaded.append(Uploaded(f"sim-upload-{len(citizen.uploaded) + 1}", name, mime, body))
    return {"path": path, "size": len(body)}
