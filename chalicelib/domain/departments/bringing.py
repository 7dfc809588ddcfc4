"""What a department brings: one certificate as named values, from a line of a CSV or from the API, read and judged."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import TYPE_CHECKING, TypeVar

from chalicelib.domain.departments.certificates import DigiLockerAccount, Holder
from chalicelib.domain.identifiers import parse_mobile
from chalicelib.domain.limits import IST
from chalicelib.domain.refusals import Code, FieldError, FieldProblem, Refusal

if TYPE_CHECKING:
    from chalicelib.domain.departments.departments import CertificateField, DocumentType

# The names that every kind of certificate has; a document type's own fields may not be called so.
COLUMNS = (
    "number",
    "holder_name",
    "holder_born_on",
    "holder_gender",
    "holder_phone",
    "issued_on",
    "valid_from",
    "valid_to",
    "digilocker_id",
    "push_consented_on",
    "upload_id",
)
NUMBER_AT_MOST = 64
NAME_AT_MOST = 120
FIELD_AT_MOST = 500
HOLDERS_AT_MOST = 10
_DATE = re.compile(r"(?:(?P<y>\d{4})-(?P<m>\d{2})-(?P<d>\d{2})|(?P<d2>\d{2})-(?P<m2>\d{2})-(?P<y2>\d{4}))", re.ASCII)
_DIGILOCKER_ID = re.compile(r"[0-9A-Za-z-]{36}")
_UPLOAD_ID = re.compile(r"[A-Za-z0-9_-]{22}")
_GENDERS = {"m": "M", "male": "M", "f": "F", "female": "F", "t": "T", "transgender": "T", "o": "O", "other": "O"}
_OLDEST = 1850
# What joins letters in Indic scripts; of all signs that are not seen, these alone belong in a text.
_JOINERS = "\u200c\u200d"
Value = TypeVar("Value")


@dataclass(frozen=True, slots=True)
class CertificateRow:
    """One certificate as a department brings it, read. `brought_pdf` is the id of an upload, None for one we make.

    A holder's gender is `M`, `F`, `T`, `O` or ""; the phone has ten digits or is "".
    """

    doctype: str
    number: str
    holders: tuple[Holder, ...]
    fields: Mapping[str, str]
    issued_on: date
    valid_from: date | None = None
    valid_to: date | None = None
    brought_pdf: str | None = None
    account: DigiLockerAccount | None = None

    def __repr__(self) -> str:
        return f"CertificateRow({self.doctype!r})"


def parse_row(document_type: DocumentType, values: Mapping[str, str]) -> CertificateRow:
    """The certificate in named values: `COLUMNS`, then the fields of its type; absent is the same as empty.

    Dates are dd-mm-yyyy or yyyy-mm-dd. Several holders stand in the four `holder_` values divided by `;`. Raises
    `Refusal` `invalid_fields` with every value that is wrong, under its name.
    """
    reading = _Reading(values)
    known = {*COLUMNS, *(field.name for field in document_type.fields)}
    for name in values:
        if name not in known:
            reading.errors[name] = FieldError("unknown_field")
    number = reading.read("number", lambda text: _line(text, NUMBER_AT_MOST), "")
    issued_on = reading.read("issued_on", parse_date, date.min)
    valid_from = reading.read_if_there("valid_from", parse_date)
    valid_to = reading.read_if_there("valid_to", parse_date)
    if valid_to is not None and valid_to < (valid_from or issued_on):
        reading.errors["valid_to"] = FieldError("date_before_begin")
    holders = _holders(reading)
    fields = {field.name: reading.read_field(field) for field in document_type.fields}
    upload_id = reading.read_if_there("upload_id", _upload_id)
    if not document_type.template and upload_id is None and "upload_id" not in reading.errors:
        reading.errors["upload_id"] = FieldError("certificate_pdf_required")
    account = _account(reading)
    if reading.errors:
        raise Refusal(Code.INVALID_FIELDS, errors=reading.errors)
    return CertificateRow(
        document_type.code, number, holders, fields, issued_on, valid_from, valid_to, upload_id, account
    )


def parse_date(text: str) -> date:
    """A date as dd-mm-yyyy or yyyy-mm-dd. Refuses with `date_invalid`."""
    found = _DATE.fullmatch(text.strip())
    if found is None:
        raise FieldProblem("date_invalid")
    year, month, day = (int(found[name] or found[f"{name}2"]) for name in ("y", "m", "d"))
    try:
        made = date(year, month, day)
    except ValueError:
        raise FieldProblem("date_invalid") from None
    if made.year < _OLDEST:
        raise FieldProblem("date_invalid")
    return made


def is_seen(text: str) -> bool:
    """Whether every sign of a text is seen as it stands: no control, none that turns its direction, no unknown one."""
    return not any(unicodedata.category(sign)[0] == "C" and sign not in _JOINERS for sign in text)


class _Reading:
    """Values by name, and what was found wrong with them."""

    def __init__(self, values: Mapping[str, str]) -> None:
        self._values = values
        self.errors: dict[str, FieldError] = {}

    def text(self, name: str) -> str:
        return self._values.get(name, "").strip()

    def read(self, name: str, parse: Callable[[str], Value], otherwise: Value) -> Value:
        """A value that must be there; `otherwise` where it is not, or is wrong, which is noted."""
        if not self.text(name):
            self.errors[name] = FieldError("required")
            return otherwise
        found = self.read_if_there(name, parse)
        return otherwise if found is None else found

    def read_if_there(self, name: str, parse: Callable[[str], Value]) -> Value | None:
        """A value that may be left out; None then, and where it is wrong."""
        if not self.text(name):
            return None
        try:
            return parse(self.text(name))
        except FieldProblem as problem:
            self.errors[name] = problem.error
            return None

    def read_field(self, field: CertificateField) -> str:
        """A field of the document type's own."""
        if not field.is_required and not self.text(field.name):
            return ""
        return self.read(field.name, lambda text: _line(text, FIELD_AT_MOST), "")

    def read_each(self, name: str, parse: Callable[[str], Value], otherwise: Value) -> list[Value]:
        """One value for each holder, divided by `;`; an empty one is `otherwise`. Nothing where nothing is there."""
        text = self.text(name)
        read: list[Value] = []
        try:
            for part in text.split(";") if text else ():
                read.append(parse(part.strip()) if part.strip() else otherwise)  # noqa: PERF401 - a problem ends it
        except FieldProblem as problem:
            self.errors[name] = problem.error
        return read


def _holders(reading: _Reading) -> tuple[Holder, ...]:
    names = reading.read_each("holder_name", lambda text: _line(text, NAME_AT_MOST), "")
    born = reading.read_each("holder_born_on", parse_date, date.min)
    genders = reading.read_each("holder_gender", _gender, "")
    phones = reading.read_each("holder_phone", _phone, "")
    for name, given in (("holder_name", bool(names) and all(names)), ("holder_born_on", bool(born))):
        if not given and name not in reading.errors:
            reading.errors[name] = FieldError("required")
    if any(day == date.min for day in born):
        reading.errors.setdefault("holder_born_on", FieldError("required"))
    if len(names) > HOLDERS_AT_MOST:
        reading.errors["holder_name"] = FieldError("too_many", {"limit": HOLDERS_AT_MOST})
    for name, each in (("holder_born_on", born), ("holder_gender", genders), ("holder_phone", phones)):
        if names and each and len(each) != len(names) and name not in reading.errors:
            reading.errors[name] = FieldError("holders_uneven")
    if reading.errors:
        return ()
    genders, phones = genders or [""] * len(names), phones or [""] * len(names)
    return tuple(Holder(*one) for one in zip(names, born, genders, phones, strict=True))


def _account(reading: _Reading) -> DigiLockerAccount | None:
    """Whose DigiLocker it goes to; without the day of the holder's consent nothing is pushed, so both are asked for."""
    digilocker_id = reading.read_if_there("digilocker_id", _digilocker_id)
    consented_on = reading.read_if_there("push_consented_on", parse_date)
    if bool(reading.text("digilocker_id")) != bool(reading.text("push_consented_on")):
        missing = "push_consented_on" if reading.text("digilocker_id") else "digilocker_id"
        reading.errors.setdefault(missing, FieldError("required"))
    if digilocker_id is None or consented_on is None:
        return None
    begins = datetime(consented_on.year, consented_on.month, consented_on.day, tzinfo=IST)
    return DigiLockerAccount(digilocker_id, begins.astimezone(UTC))


def _line(text: str, at_most: int) -> str:
    """A text of one line in NFC, its blanks single. Refuses what is not seen, or turns the direction of text."""
    line = unicodedata.normalize("NFC", " ".join(text.split()))
    if len(line) > at_most:
        raise FieldProblem("too_long", limit=at_most)
    if not is_seen(line):
        raise FieldProblem("certificate_characters")
    return line


def _gender(text: str) -> str:
    if text.casefold() not in _GENDERS:
        raise FieldProblem("gender_unknown")
    return _GENDERS[text.casefold()]


def _phone(text: str) -> str:
    return parse_mobile(text).removeprefix("+91")


def _digilocker_id(text: str) -> str:
    if not _DIGILOCKER_ID.fullmatch(text):
        raise FieldProblem("digilocker_id_invalid")
    return text


def _upload_id(text: str) -> str:
    if not _UPLOAD_ID.fullmatch(text):
        raise FieldProblem("upload_unknown")
    return text
