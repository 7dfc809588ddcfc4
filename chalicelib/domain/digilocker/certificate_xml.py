"""Certificate XML: made for what a department issues, and read from what was fetched from DigiLocker.

Source: the certificate schema of API Setu's PAN service; what is tolerated in reading was seen in the field
(docs/sources.md): attributes in lower case, `Active` for `A`, two forms of dates, a PullDocResponse around it. A
person's `uid` is left empty in what is made, and passed over in what is read: this suite holds no Aadhaar number.
Heavy (lxml): only steps load it.
"""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from lxml import etree

from chalicelib.domain.departments.certificates import Certificate, CertificateStatus, Holder
from chalicelib.domain.departments.departments import Department, DocumentType
from chalicelib.domain.strict_xml import Unreadable, parsed

READ_AT_MOST = 2 * 1024 * 1024
_ADDRESS = ("type", "line1", "line2", "house", "landmark", "locality", "vtc", "district", "pin", "state")
_OF_PERSON = (
    "uid",
    "title",
    "name",
    "dob",
    "swd",
    "swdIndicator",
    "motherName",
    "gender",
    "maritalStatus",
    "disabilityStatus",
    "category",
    "religion",
    "phone",
    "email",
)
_INDIAN = re.compile(r"([0-9]{2})[-/.]([0-9]{2})[-/.]([0-9]{4})")
_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:T.*)?")
# What a field may be called as an attribute: its own name, written as the schema writes names.
_ATTRIBUTE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


@dataclass(frozen=True, slots=True)
class CertificateRead:
    """What a certificate's XML says. `status` is `A` for one that stands; `fields` are its data, without any `uid`."""

    doctype: str
    number: str
    name: str
    born_on: date | None
    status: str
    issuer: str
    fields: Mapping[str, str]

    @property
    def is_active(self) -> bool:
        """Whether the issuer says that it stands."""
        return self.status == "A"

    def __repr__(self) -> str:
        return f"CertificateRead({self.doctype!r}, {self.status!r})"


def tree(department: Department, document_type: DocumentType, certificate: Certificate) -> etree._Element:
    """The certificate's XML, still to be signed: attributes in camelCase, all that the schema asks for."""
    root = etree.Element(
        "Certificate",
        {
            "language": "99",
            "name": document_type.title["en"],
            "type": certificate.doctype,
            "number": certificate.number,
            "prevNumber": "",
            "expiryDate": _dated(certificate.valid_to),
            "issuedAt": "",
            "issueDate": _dated(certificate.issued_on),
            "validFromDate": _dated(certificate.valid_from or certificate.issued_on),
            "status": "R" if certificate.status is CertificateStatus.REVOKED else "A",
        },
    )
    organization = etree.SubElement(
        etree.SubElement(root, "IssuedBy"),
        "Organization",
        {"name": department.name["en"], "code": department.issuer_id, "tin": "", "uid": "", "type": ""},
    )
    _address(organization)
    issued_to = etree.SubElement(root, "IssuedTo")
    for holder in certificate.holders:
        _person(issued_to, holder)
    data = etree.SubElement(etree.SubElement(root, "CertificateData"), document_type.element)
    for name, value in certificate.fields.items():
        data.set(camel_case(name), value)
    return root


def made(department: Department, document_type: DocumentType, certificate: Certificate) -> bytes:
    """`tree` as bytes in UTF-8, without a signature."""
    root = tree(department, document_type, certificate)
    return bytes(etree.tostring(root, encoding="UTF-8", xml_declaration=True))


def read(xml: bytes) -> CertificateRead:
    """What a certificate's XML says: a bare `Certificate`, or one inside a `PullDocResponse`.

    Raises ValueError for what is no XML as `strict_xml` reads it, or no certificate.
    """
    try:
        root = _certificate(xml)
    except Unreadable as unreadable:
        raise ValueError(str(unreadable)) from unreadable
    certificate = _attributes(root)
    person = _attributes(_first(root, "issuedto", "person"))
    organization = _attributes(_first(root, "issuedby", "organization"))
    status = certificate.get("status", "")
    return CertificateRead(
        doctype=certificate.get("type", ""),
        number=certificate.get("number", ""),
        name=person.get("name", ""),
        born_on=_date(person.get("dob", "")),
        status="A" if status.casefold() in {"a", "active"} else status,
        issuer=organization.get("name", ""),
        fields=_data(root),
    )


def _certificate(xml: bytes) -> etree._Element:
    root = parsed(xml, READ_AT_MOST)
    if _local(root) == "pulldocresponse":
        content = next((_joined(node) for node in _elements(root) if _local(node) == "datacontent"), "")
        try:
            root = parsed(base64.b64decode("".join(content.split()), validate=True), READ_AT_MOST)
        except binascii.Error:
            raise Unreadable("DataContent is no base64") from None
    if _local(root) != "certificate":
        raise Unreadable("no certificate")
    return root


def camel_case(name: str) -> str:
    """`registration_no` → `registrationNo`: a field's name as the schema would write it."""
    first, *others = [part for part in name.split("_") if part] or ["field"]
    written = first + "".join(part[:1].upper() + part[1:] for part in others)
    return written if _ATTRIBUTE.fullmatch(written) else f"_{re.sub('[^A-Za-z0-9_]', '', written)}"


def _person(issued_to: etree._Element, holder: Holder) -> None:
    said = {"name": holder.name, "dob": _dated(holder.born_on), "gender": holder.gender, "phone": holder.phone}
    person = etree.SubElement(issued_to, "Person", {name: said.get(name, "") for name in _OF_PERSON})
    _address(person)
    etree.SubElement(person, "Photo", {"format": ""})


def _address(of: etree._Element) -> None:
    etree.SubElement(of, "Address", {**dict.fromkeys(_ADDRESS, ""), "country": "IN"})


def _dated(day: date | None) -> str:
    return f"{day:%d-%m-%Y}" if day else ""


def _date(text: str) -> date | None:
    text = text.strip()
    indian, iso = _INDIAN.fullmatch(text), _ISO.fullmatch(text)
    try:
        if indian:
            return date(int(indian[3]), int(indian[2]), int(indian[1]))
        return date(int(iso[1]), int(iso[2]), int(iso[3])) if iso else None
    except ValueError:
        return None


def _elements(of: etree._Element) -> Iterator[etree._Element]:
    """The elements in and below; comments and instructions are none."""
    return (node for node in of.iter() if isinstance(node.tag, str))


def _local(node: etree._Element) -> str:
    return str(node.tag).rpartition("}")[2].lower()


def _joined(node: etree._Element) -> str:
    """All of a node's text: a comment in between would cut it short."""
    return "".join(str(text) for text in node.itertext())


def _attributes(node: etree._Element | None) -> dict[str, str]:
    """Attributes by their names in lower case, the first of two that differ in case alone; trimmed."""
    found: dict[str, str] = {}
    for name, value in node.attrib.items() if node is not None else ():
        found.setdefault(str(name).rpartition("}")[2].lower(), str(value).strip())
    return found


def _first(root: etree._Element, within: str, name: str) -> etree._Element | None:
    for part in root:
        if isinstance(part.tag, str) and _local(part) == within:
            return next((node for node in _elements(part) if _local(node) == name), None)
    return None


def _data(root: etree._Element) -> dict[str, str]:
    """What stands in `CertificateData`: attributes by their own names, and the texts of elements without attributes."""
    fields: dict[str, str] = {}
    for part in root:
        if not isinstance(part.tag, str) or _local(part) != "certificatedata":
            continue
        for node in list(_elements(part))[1:]:
            for name, value in node.attrib.items():
                fields.setdefault(str(name).rpartition("}")[2], str(value).strip())
            if not node.attrib and not len(node) and (text := _joined(node).strip()):
                fields.setdefault(str(node.tag).rpartition("}")[2], text)
    return {name: value for name, value in fields.items() if name.lower() != "uid"}
