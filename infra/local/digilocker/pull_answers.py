"""What an issuer answered to a pull: read, and found fault with as DigiLocker would."""

import base64
import binascii
import xml.etree.ElementTree as ET
from collections.abc import Iterable
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Final

from infra.local.digilocker.pull_variants import Pull, Request

# In no source; PEN answers within 5 s, and DigiLocker repeats what takes too long.
SLOWEST: Final = 5.0
LARGEST: Final = 6 * 1024 * 1024


@dataclass(frozen=True)
class Person:
    """Somebody to whom the certificate was issued, as the answer says."""

    name: str
    dob: str
    gender: str
    phone: str


@dataclass(frozen=True)
class PullAnswer:
    """An answer, parsed. `problems` says what DigiLocker would object to, in plain words; empty where nothing is."""

    http_status: int
    body: bytes
    seconds: float
    content_type: str = ""
    result: str = ""
    """"1" success, "0" failure, "9" pending; "" where the body is no answer."""
    ts: str = ""
    txn: str = ""
    persons: tuple[Person, ...] = ()
    uri: str = ""
    pdf: bytes | None = None
    data: bytes | None = None
    problems: tuple[str, ...] = ()

    @property
    def is_found(self) -> bool:
        """Whether the certificate came and nothing is wrong with the answer."""
        return self.result == "1" and not self.problems

    @property
    def is_pending(self) -> bool:
        """Whether somebody has to look first."""
        return self.result == "9"


@dataclass
class _Reading:
    problems: list[str] = field(default_factory=list)

    def check(self, is_right: object, why: str) -> None:
        if not is_right:
            self.problems.append(why)


def read(status: int, content_type: str, body: bytes, seconds: float, pull: Pull, request: Request) -> PullAnswer:
    """Read what was answered; never raises."""
    reading = _Reading()
    reading.check(seconds <= SLOWEST, f"the answer took {seconds:.1f} s")
    reading.check(len(body) <= LARGEST, f"the answer has {len(body)} bytes")
    plain = PullAnswer(status, body, seconds, content_type)
    if status != HTTPStatus.OK:
        return _with(plain, [*reading.problems, f"HTTP status {status}"])
    reading.check(content_type.partition(";")[0].strip() in {"application/xml", "text/xml"}, "Content-Type is not XML")
    try:
        root = ET.fromstring(body)  # noqa: S314 - expat of today bounds entities; our own issuer answers
    except ET.ParseError as error:
        return _with(plain, [*reading.problems, f"the answer is no XML: {error}"])
    wanted = "PullDocResponse" if pull.uri else "PullURIResponse"
    reading.check(_local(root.tag) == wanted, f"the root is {_local(root.tag)} and not {wanted}")
    status_element = _child(root, "ResponseStatus")
    if status_element is None:
        return _with(plain, [*reading.problems, "ResponseStatus is missing"])
    attributes = status_element.attrib
    result, ts, txn = attributes.get("Status", ""), attributes.get("ts", ""), attributes.get("txn", "")
    reading.check(result in {"0", "1", "9"}, "Status is none of 0, 1, 9")
    reading.check((status_element.text or "").strip() == result, "the text of ResponseStatus does not repeat Status")
    reading.check(ts == request.ts, "ts is not the request's")
    reading.check(txn == request.txn, "txn is not the request's")
    details = _child(root, "DocDetails")
    answer = PullAnswer(status, body, seconds, content_type, result, ts, txn)
    if details is None or result != "1":
        reading.check(result != "1", "DocDetails is missing")
        return _with(answer, reading.problems)
    persons = tuple(_person(one) for one in details.iter() if _local(one.tag) == "Person")
    uri = (_text(details, "URI") or "").strip()
    pdf, data = _content(details, "DocContent", reading), _content(details, "DataContent", reading)
    asked = _asked_format(request)
    if not pull.uri:
        reading.check(persons, "no Person is named")
        reading.check(all(one.name and one.dob for one in persons), "a Person lacks name or dob")
        named = [one for one in details.iter() if _local(one.tag) == "Person"]
        # Required, and empty where the issuer does not know it.
        reading.check(all({"gender", "phone"} <= set(one.attrib) for one in named), "a Person lacks gender or phone")
        reading.check(f"-{pull.doctype}-" in uri, "the URI is not IssuerId-DocType-DocId of the type asked for")
    reading.check(data is not None, "DataContent is missing")
    reading.check(data is None or _is_certificate(data), "DataContent is no certificate XML")
    reading.check(pdf is None or pdf.startswith(b"%PDF-"), "DocContent is no PDF")
    if asked in {"pdf", "both"}:
        reading.check(pdf is not None, "DocContent is missing")
    if asked == "xml":
        reading.check(pdf is None, "DocContent came though only XML was asked for")
    return PullAnswer(
        status, body, seconds, content_type, result, ts, txn, persons, uri, pdf, data, tuple(reading.problems)
    )


def _with(answer: PullAnswer, problems: Iterable[str]) -> PullAnswer:
    return PullAnswer(
        answer.http_status, answer.body, answer.seconds, answer.content_type, answer.result, answer.ts, answer.txn,
        problems=tuple(problems),
    )  # fmt: skip


def _asked_format(request: Request) -> str:
    try:
        return ET.fromstring(request.body).attrib.get("format", "")  # noqa: S314 - our own request
    except ET.ParseError:
        return ""


def _local(tag: str) -> str:
    return tag.rpartition("}")[2]


def _child(parent: ET.Element, name: str) -> ET.Element | None:
    return next((one for one in parent.iter() if _local(one.tag) == name), None)


def _text(parent: ET.Element, name: str) -> str | None:
    child = _child(parent, name)
    return None if child is None else child.text


def _person(element: ET.Element) -> Person:
    given = element.attrib
    return Person(given.get("name", ""), given.get("dob", ""), given.get("gender", ""), given.get("phone", ""))


def _content(details: ET.Element, name: str, reading: _Reading) -> bytes | None:
    text = _text(details, name)
    if not text:
        return None
    try:
        return base64.b64decode("".join(text.split()), validate=True)
    except binascii.Error:
        reading.check(is_right=False, why=f"{name} is no base64")
        return None


def _is_certificate(data: bytes) -> bool:
    try:
        return _local(ET.fromstring(data).tag) == "Certificate"  # noqa: S314 - as above
    except ET.ParseError:
        return False
