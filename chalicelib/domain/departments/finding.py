"""Finding certificates: the key under which a certificate is looked for, made of what DigiLocker asks a citizen for.

A key says nothing to whoever reads the table: it is the SHA-256 of the department, the document type and the values.
It goes by our fields and not by the portal's names of the parameters, so that a parameter may be named anew.
"""

from __future__ import annotations

import hashlib
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from chalicelib.domain.departments.certificates import Certificate, CertificateStatus, Holder
from chalicelib.domain.departments.departments import DocumentType
from chalicelib.domain.digilocker import matching
from chalicelib.domain.digilocker.matching import Fit

# So many that have the same search values are looked through for the person who asks; what comes after is not found.
FOUND_AT_MOST = 250
_HOLDER = "holder."
_PHONE_DIGITS = 10


class ParameterMissing(Exception):  # noqa: N818
    """A pull gives no value for a search parameter; the message is the parameter's name."""


@dataclass(frozen=True, slots=True)
class Match:
    """The certificate that fits a person best, and how well."""

    certificate: Certificate
    fit: Fit


def search_key(department_id: str, document_type: DocumentType, parameters: Mapping[str, str]) -> str:
    """The key (64 hex digits) of what a pull asks for; `parameters` by the names set in DigiLocker's portal.

    Case does not tell two names of parameters apart. Raises `ParameterMissing` where a value is missing or blank.
    """
    by_folded_name = {name.casefold(): value for name, value in parameters.items()}
    values = []
    for parameter in document_type.search:
        given = parameters.get(parameter.name, by_folded_name.get(parameter.name.casefold(), ""))
        value = _canonical(parameter.field, given)
        if not value:
            raise ParameterMissing(parameter.name)
        values.append((parameter.field, value))
    return _key(department_id, document_type.code, values)


def search_keys_of(document_type: DocumentType, certificate: Certificate) -> tuple[str, ...]:
    """Every key that a certificate is found under: one, or one for each holder where a holder is looked for.

    None where the type has no search parameters, or the certificate has no value for one.
    """
    fields = [parameter.field for parameter in document_type.search]
    holders = certificate.holders if any(field.startswith(_HOLDER) for field in fields) else certificate.holders[:1]
    keys = []
    for holder in holders:
        values = [(field, _canonical(field, _value(certificate, holder, field))) for field in fields]
        if values and all(value for _, value in values):
            keys.append(_key(certificate.department_id, certificate.doctype, values))
    return tuple(dict.fromkeys(keys))


def best(certificates: Iterable[Certificate], name: str, born_on: date | None) -> Match | None:
    """The active certificate of which a holder fits this person best, of equal ones the newest; None where none does.

    `DIFFERENT` is no match: who has another name is told what who is not there at all is told.
    """
    matches = [
        Match(certificate, max((_fit(holder, name, born_on) for holder in certificate.holders), default=Fit.DIFFERENT))
        for certificate in certificates
        if certificate.status is CertificateStatus.ACTIVE
    ]
    fitting = [match for match in matches if match.fit is not Fit.DIFFERENT]
    return max(fitting, key=_rank, default=None)


def _rank(match: Match) -> tuple[bool, date, datetime, str]:
    # Exact and normalised fits are both the person's own: the newest certificate of theirs is wanted.
    one = match.certificate
    return (match.fit >= Fit.NORMALISED, one.issued_on, one.created_at, one.certificate_id)


def _fit(holder: Holder, name: str, born_on: date | None) -> Fit:
    return matching.fit(name, born_on, holder.name, holder.born_on)


def born_on_of(text: str) -> date | None:
    """A date as it is written in pulls and certificates: DD-MM-YYYY, YYYY-MM-DD, with `/` or `.` too; else None."""
    plain = text.strip().replace("/", "-").replace(".", "-")
    for form, pattern in (("%d-%m-%Y", r"\d{1,2}-\d{1,2}-\d{4}"), ("%Y-%m-%d", r"\d{4}-\d{1,2}-\d{1,2}")):
        if re.fullmatch(pattern, plain, re.ASCII):
            try:
                return datetime.strptime(plain, form).date()  # noqa: DTZ007 - a date alone
            except ValueError:
                return None
    return None


def _value(certificate: Certificate, holder: Holder, field: str) -> str:
    match field:
        case "number":
            return certificate.number
        case "holder.name":
            return holder.name
        case "holder.born_on":
            return holder.born_on.isoformat()
        case "holder.phone":
            return holder.phone
        case _:
            return certificate.fields.get(field, "")


def _canonical(field: str, value: str) -> str:
    if field == "holder.name":
        return matching.canonical(value)
    text = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", value).casefold())
    text = " ".join(text.split())
    if field == "holder.born_on":
        born_on = born_on_of(text)
        return born_on.isoformat() if born_on else text
    if field == "holder.phone":
        return "".join(sign for sign in text if sign in "0123456789")[-_PHONE_DIGITS:]
    return text


def _key(department_id: str, code: str, values: list[tuple[str, str]]) -> str:
    parts = [department_id, code, *(part for pair in sorted(values) for part in pair)]
    content = b"".join(len(part.encode()).to_bytes(4, "big") + part.encode() for part in parts)
    return hashlib.sha256(content).hexdigest()
