"""Answers to pulls, as XML: `PullURIResponse` of Issuer API Specification 1.13 and `PullDocResponse` of 1.12.

`ts` and `txn` are the request's own. The tree is built and written by a library: no text is ever put between tags.
"""

from __future__ import annotations

import base64
import re
import xml.etree.ElementTree as ET
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chalicelib.domain.departments.certificates import Certificate, Holder

# Lambda carries 6 MB, the JSON around the answer and its quotes included.
ANSWER_BYTES_AT_MOST = 5_500_000
_ROOM = 32 * 1024
_NAMESPACE = {"xmlns:ns2": "http://tempuri.org/"}
# What XML 1.0 cannot say at all; a department's text may hold it, and no answer does.
_UNSAYABLE = re.compile("[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class PullStatus(StrEnum):
    """What `ResponseStatus` says."""

    FOUND = "1"
    NOT_FOUND = "0"
    PENDING = "9"


class AnswerTooLarge(Exception):  # noqa: N818
    """The answer is more than Lambda carries."""


@dataclass(frozen=True, slots=True)
class Echo:
    """What an answer repeats of its request: the kind of request by its root, `ts` and `txn`."""

    root: str
    ts: str
    txn: str


@dataclass(frozen=True, slots=True)
class Content:
    """The certificate's files; `pdf` is None where only XML is wanted. DataContent is always there."""

    xml: bytes
    pdf: bytes | None

    def __repr__(self) -> str:
        return "Content(…)"


def fits(content_bytes: int) -> bool:
    """Whether files of so many bytes in all go into one answer: in base64, with some room for the rest."""
    return content_bytes * 4 // 3 <= ANSWER_BYTES_AT_MOST - _ROOM


def without_content(echo: Echo, status: PullStatus) -> str:
    """An answer that tells a status alone: not found (0), or that an officer looks (9)."""
    return _written(_root(echo, status))


def with_certificate(echo: Echo, certificate: Certificate, content: Content, genders: Mapping[str, str]) -> str:
    """An answer with a certificate, its holders and its URI. `genders` says how `M`, `F`, `T` and `O` are written.

    Raises `AnswerTooLarge`.
    """
    root = _root(echo, PullStatus.FOUND)
    details = ET.SubElement(root, "DocDetails")
    persons = ET.SubElement(ET.SubElement(details, "IssuedTo"), "Persons")
    for holder in certificate.holders:
        ET.SubElement(persons, "Person", _person(holder, genders))
    ET.SubElement(details, "URI").text = _said(certificate.uri)
    _add_content(details, content)
    return _written(root)


def with_content(echo: Echo, content: Content) -> str:
    """An answer to Pull Doc: the files alone. Raises `AnswerTooLarge`."""
    root = _root(echo, PullStatus.FOUND)
    _add_content(ET.SubElement(root, "DocDetails"), content)
    return _written(root)


def _root(echo: Echo, status: PullStatus) -> ET.Element:
    root = ET.Element(f"{echo.root.removesuffix('Request')}Response", _NAMESPACE)
    told = {"Status": status.value, "ts": echo.ts, "txn": echo.txn}
    ET.SubElement(root, "ResponseStatus", told).text = status.value
    return root


def _person(holder: Holder, genders: Mapping[str, str]) -> dict[str, str]:
    return {
        "name": _said(holder.name),
        "dob": f"{holder.born_on:%d-%m-%Y}",
        "gender": genders.get(holder.gender, ""),
        "phone": _said(holder.phone),
    }


def _add_content(details: ET.Element, content: Content) -> None:
    if content.pdf is not None:
        ET.SubElement(details, "DocContent").text = base64.b64encode(content.pdf).decode()
    ET.SubElement(details, "DataContent").text = base64.b64encode(content.xml).decode()


def _said(text: str) -> str:
    return _UNSAYABLE.sub("", text)


def _written(root: ET.Element) -> str:
    written: str = ET.tostring(root, encoding="unicode")
    answer = f'<?xml version="1.0" encoding="UTF-8"?>\n{written}'
    # Names may grow in the JSON that carries the answer; base64 does not.
    if len(answer.encode()) > ANSWER_BYTES_AT_MOST:
        raise AnswerTooLarge(len(answer))
    return answer
