"""The console's test certifying authority: issue a DSC, sign a file with it, revoke it. By form or by JSON."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Callable, Mapping, Sequence
from email.parser import BytesParser
from functools import partial
from html import escape
from typing import Any

from infra.local import console_pages, people
from infra.local.certificate_profiles import KeyKind, Wanted
from infra.local.console_routes import Asked, Route, in_bytes, in_html, in_json
from infra.local.dscs import TITLES, Dscs, Issued, Sort
from infra.local.http_server import HttpAnswer

PATH = "/authority"
_TITLE = "Test DSCs: issue, sign, revoke"
P12_PASSWORD = "pravesh"  # noqa: S105 - told on the page; nothing that it opens is worth anything
_KEYS: Mapping[str, KeyKind] = {"rsa": "rsa", "p256": "p256"}


def routes(dscs: Dscs) -> list[Route]:
    """Give the authority's places."""
    return [
        Route(PATH, partial(_issue_or_list, dscs), _TITLE, ("GET", "HEAD", "POST")),
        Route(f"{PATH}/sign", _told(partial(_sign, dscs)), methods=("POST",)),
        Route(f"{PATH}/revoke", _told(partial(_revoke, dscs)), methods=("POST",)),
        Route(f"{PATH}/p12", _told(partial(_key_file, dscs))),
    ]


def _told(answer: Callable[[Asked], HttpAnswer]) -> Callable[[Asked], HttpAnswer]:
    """Answer what is wrong with what was sent."""

    def answered(asked: Asked) -> HttpAnswer:
        try:
            return answer(asked)
        except KeyError:
            return _refused(asked, "There is no such certificate.", 404)
        except ValueError as error:
            return _refused(asked, str(error))

    return answered


def _issue_or_list(dscs: Dscs, asked: Asked) -> HttpAnswer:
    if asked.is_reading:
        return _listed(asked, dscs)
    return _told(partial(_issue, dscs))(asked)


def _issue(dscs: Dscs, asked: Asked) -> HttpAnswer:
    issued = _issued(dscs, asked.typed())
    return _listed(asked, dscs, issued) if asked.by_a_person else in_json(issued.as_json(), 201)


def _sign(dscs: Dscs, asked: Asked) -> HttpAnswer:
    sent = _sent(asked)
    issued = dscs.by_id(str(sent.get("certificate_id", "")))
    document, name = _document(sent)
    signature = dscs.sign(issued.certificate_id, document)
    if asked.by_a_person:
        return in_bytes(signature, "application/pkcs7-signature", f"{_file_name(name)}.p7s")
    return in_json({"signature": base64.b64encode(signature).decode()})


def _revoke(dscs: Dscs, asked: Asked) -> HttpAnswer:
    issued = dscs.revoke(str(asked.typed().get("certificate_id", "")))
    return _listed(asked, dscs, issued) if asked.by_a_person else in_json(issued.as_json())


def _key_file(dscs: Dscs, asked: Asked) -> HttpAnswer:
    issued = dscs.by_id(asked.query.get("certificate_id", ""))
    return in_bytes(issued.credential.pkcs12(P12_PASSWORD), "application/x-pkcs12", f"{issued.certificate_id}.p12")


def _file_name(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9._-]", "_", name)


def _issued(dscs: Dscs, sent: Mapping[str, Any]) -> Issued:
    """Issue what a form or a program asks for: somebody on record by ``person``, or names that were typed."""
    given = {name: str(value).strip() for name, value in sent.items()}
    try:
        sort = Sort(given.get("sort") or Sort.INDIVIDUAL)
        key = _KEYS[given.get("key") or "rsa"]
    except (ValueError, KeyError) as error:
        raise ValueError(f"sort is one of {', '.join(Sort)}; key is one of {', '.join(_KEYS)}") from error
    if chosen := given.get("person", ""):
        person = people.by_id(chosen)
        if person is None:
            raise ValueError("There is no such person.")
        of_record = {"name": person.name, "pan": person.pan, "organisation": person.entity_name, "iec": person.iec}
        given = of_record | {name: value for name, value in given.items() if value}
    if not given.get("name"):
        raise ValueError("Choose a person, or type a name.")
    is_of_firm = sort in (Sort.ORGANISATION, Sort.IEC)
    wanted = Wanted(
        common_name=given["name"],
        organisation=given.get("organisation", "") if is_of_firm else "",
        # An organisation's certificate names who holds it by their own PAN too.
        pan=given.get("pan", ""),
        iec=given.get("iec", ""),
        key=key,
    )
    return dscs.issue(sort, wanted)


def _sent(asked: Asked) -> dict[str, Any]:
    """Read what was sent: JSON, or a form with a file."""
    content_type = asked.headers.get("content-type", "")
    if not content_type.startswith("multipart/form-data"):
        return asked.typed()
    head = f"Content-Type: {content_type}\r\n\r\n".encode()
    sent: dict[str, Any] = {}
    for part in BytesParser().parsebytes(head + asked.request.body).walk():
        name = part.get_param("name", header="content-disposition")
        if isinstance(name, str):
            content = part.get_payload(decode=True)
            if part.get_filename() is None:
                sent[name] = content.decode() if isinstance(content, bytes) else ""
            elif content:
                sent |= {"file": content, "file_name": part.get_filename()}
    return sent


def _document(sent: Mapping[str, Any]) -> tuple[bytes, str]:
    """Give what is to be signed, and a name for it. Raises ValueError."""
    if "file" in sent:
        return bytes(sent["file"]), str(sent["file_name"])
    if "document" in sent:
        try:
            return base64.b64decode(str(sent["document"]), validate=True), "document"
        except binascii.Error as error:
            raise ValueError("document is base64") from error
    # A browser sends the lines of a text area with CR LF, whatever was pasted; our documents have LF alone.
    pasted = str(sent.get("text", "")).replace("\r\n", "\n")
    if not pasted:
        raise ValueError("Choose a file, or paste its text.")
    return pasted.encode(), "document"


def _refused(asked: Asked, why: str, status: int = 400) -> HttpAnswer:
    if not asked.by_a_person:
        return in_json({"message": why}, status)
    return in_html(_TITLE, f'<p>{escape(why)}</p><p><a href="{PATH}">Back</a></p>', status)


def _listed(asked: Asked, dscs: Dscs, done: Issued | None = None) -> HttpAnswer:
    issued = [each.as_json() for each in dscs.all()]
    if not asked.by_a_person:
        return in_json({"issued": issued, "people": [person.as_json() for person in people.everybody()]})
    told = ""
    if done is not None:
        what = "Revoked" if done.revoked_at else "Issued"
        told = f'<p role="status"><strong>{what}: {escape(done.as_json()["common_name"])}</strong></p>'
    status = 201 if done is not None and not done.revoked_at else 200
    return in_html(_TITLE, told + _forms(dscs.all()) + console_pages.table(issued), status)


def _forms(issued: Sequence[Issued]) -> str:
    persons = "".join(f'<option value="{each.person_id}">{escape(each.told)}</option>' for each in people.everybody())
    sorts = "".join(f'<option value="{sort.value}">{escape(title)}</option>' for sort, title in TITLES.items())
    certificates = "".join(f'<option value="{each.certificate_id}">{escape(_named(each))}</option>' for each in issued)
    issue = (
        f'<h2>Issue</h2><form method="post" action="{PATH}">'
        f'<p><label>Kind<br><select name="sort">{sorts}</select></label></p>'
        '<p><label>For<br><select name="person"><option value="">somebody else, named below</option>'
        f"{persons}</select></label></p>"
        '<p><label>Name<br><input name="name" size="40"></label> <label>PAN<br><input name="pan" size="12"></label></p>'
        '<p><label>Organisation<br><input name="organisation" size="40"></label> '
        '<label>IEC<br><input name="iec" size="12"></label></p>'
        '<p><label>Key<br><select name="key"><option>rsa</option><option>p256</option></select></label></p>'
        "<p><button>Issue the certificate</button></p></form>"
    )
    if not issued:
        worth = "<p>Nothing here is of any worth: no deployed suite knows this authority.</p>"
        return f'<p><a href="/">Console</a></p>{worth}{issue}'
    keys = "".join(
        f'<li><a href="{PATH}/p12?certificate_id={each.certificate_id}">{escape(_named(each))}</a></li>'
        for each in issued
    )
    return (
        f'<p><a href="/">Console</a></p>{issue}'
        f'<h2>Sign a file</h2><form method="post" action="{PATH}/sign" enctype="multipart/form-data">'
        f'<p><label>With<br><select name="certificate_id">{certificates}</select></label></p>'
        '<p><label>File<br><input type="file" name="file"></label></p>'
        '<p><label>or its text<br><textarea name="text" rows="6" cols="70"></textarea></label></p>'
        "<p><button>Sign, and save the .p7s</button></p></form>"
        f'<h2>Revoke</h2><form method="post" action="{PATH}/revoke">'
        f'<p><label>Certificate<br><select name="certificate_id">{certificates}</select></label></p>'
        "<p><button>Revoke it</button></p></form>"
        f"<h2>For a signing tool of your own</h2><p>Key and certificate, password <code>{P12_PASSWORD}</code>:</p>"
        f"<ul>{keys}</ul><h2>Issued</h2>"
    )


def _named(issued: Issued) -> str:
    revoked = ", revoked" if issued.revoked_at else ""
    return f"{issued.as_json()['common_name']}: {TITLES[issued.sort]}{revoked}"
