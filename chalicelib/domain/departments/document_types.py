"""Document types as data: what of a kind of certificate can be written, and what of it can still be changed.

Certificates that are there already are found by the fields that were looked at when they were made, and their XML
bears the element of that day. So neither changes once there are certificates; names that DigiLocker's portal shows,
labels, titles, templates and further fields may.
"""

from __future__ import annotations

import re
import string
from collections.abc import Iterable

from chalicelib.domain.departments.bringing import COLUMNS
from chalicelib.domain.departments.departments import DocumentType
from chalicelib.domain.refusals import Code, FieldError, Refusal

FIELDS_AT_MOST = 40
SEARCH_AT_MOST = 8
TYPES_AT_MOST = 20
# Of all types of a department together: its record is one item of the table, and a sign may take six bytes there.
CHARACTERS_AT_MOST = 50_000
TEMPLATE_AT_MOST = 4000
LINES_AT_MOST = 60
KEEP_YEARS_AT_MOST = 100
# What a search parameter may look at beside a certificate's own fields.
LOOKED_AT = frozenset({"number", "holder.name", "holder.born_on", "holder.phone"})
# What a template may name beside a certificate's own fields.
TEMPLATE_NAMES = frozenset(
    {
        "number",
        "holder_name",
        "holder_born_on",
        "holder_gender",
        "issued_on",
        "valid_from",
        "valid_to",
        "uri",
        "title",
        "department",
    }
)
# Issuer API Specification 1.13, section 3: alphabetic, up to 5.
_CODE = re.compile(r"[A-Z]{1,5}")
# The XML names that we write: a part of what XML 1.0 allows, so that every reader takes them.
_ELEMENT = re.compile(r"(?!(?i:xml))[A-Za-z_][A-Za-z0-9_]{0,63}")
# A field is an attribute of the certificate's XML too.
_FIELD = re.compile(r"(?!(?i:xml))[A-Za-z][A-Za-z0-9_]{0,39}")
# As parameters were seen on the wire: `rollnumber`, `employment_no`, `param2`, `AUTHN`.
_PARAMETER = re.compile(r"(?!(?i:xml))[A-Za-z_][A-Za-z0-9_]{0,39}")
# What DigiLocker puts into a request by these names is no parameter.
_DIGILOCKERS_OWN = frozenset({"doctype", "digilockerid", "uid", "fullname", "dob", "photo", "uri"})
# No certificate holds an Aadhaar number, and nobody is asked for theirs.
_OF_AADHAAR = re.compile(r"^uid$|aadhaa?r|adhaar", re.IGNORECASE)


def demand_sound(document_type: DocumentType) -> None:
    """Raises `Refusal` `invalid_fields` with everything in a document type that cannot be, under its place."""
    errors: dict[str, FieldError] = {}
    if not _CODE.fullmatch(document_type.code):
        errors["code"] = FieldError("doctype_form")
    if not _ELEMENT.fullmatch(document_type.element):
        errors["element"] = FieldError("element_form")
    errors |= _of_fields(document_type) | _of_search(document_type) | _of_template(document_type)
    if document_type.keep_years is not None and not 1 <= document_type.keep_years <= KEEP_YEARS_AT_MOST:
        errors["keep_years"] = FieldError("number_out_of_range", {"most": KEEP_YEARS_AT_MOST})
    if errors:
        raise Refusal(Code.INVALID_FIELDS, errors=errors)


def demand_room(document_types: Iterable[DocumentType]) -> None:
    """Raises `Refusal` `invalid_fields` where the types of a department are too much together for its record."""
    written = [
        part
        for one in document_types
        for part in (
            one.template,
            *one.title.values(),
            *(text for field in one.fields for text in (field.name, *field.label.values())),
            *(text for parameter in one.search for text in (parameter.name, parameter.field, parameter.label)),
        )
    ]
    if sum(map(len, written)) > CHARACTERS_AT_MOST:
        raise Refusal(Code.INVALID_FIELDS, errors={"template": FieldError("types_too_long")})


def demand_safe(before: DocumentType, after: DocumentType) -> None:
    """Raises `Refusal` `invalid_fields` where certificates that are there could not be found, or read, any more.

    Asked where there are certificates of this type. The way on is another document type for what comes from now on.
    """
    errors = {}
    if _looked_at(before) != _looked_at(after):
        errors["search"] = FieldError("search_in_use")
    if before.element != after.element:
        errors["element"] = FieldError("element_in_use")
    if errors:
        raise Refusal(Code.INVALID_FIELDS, errors=errors)


def is_safe(before: DocumentType, after: DocumentType) -> bool:
    """Whether `demand_safe` lets the change be, whatever certificates there are."""
    return _looked_at(before) == _looked_at(after) and before.element == after.element


def _looked_at(document_type: DocumentType) -> list[str]:
    """The fields that make the search key; neither their order nor the parameters' names do."""
    return sorted(parameter.field for parameter in document_type.search)


def _of_fields(document_type: DocumentType) -> dict[str, FieldError]:
    errors = {}
    for place, field in enumerate(document_type.fields):
        if not _FIELD.fullmatch(field.name):
            errors[f"fields[{place}].name"] = FieldError("field_name_form")
        elif field.name.lower() in TEMPLATE_NAMES.union(COLUMNS):
            errors[f"fields[{place}].name"] = FieldError("field_name_taken")
        elif _OF_AADHAAR.search(field.name.replace("_", "")):
            errors[f"fields[{place}].name"] = FieldError("field_of_aadhaar")
    # In XML `trade_no` and `tradeNo` are one attribute.
    folded = [field.name.replace("_", "").lower() for field in document_type.fields]
    return errors | {f"fields[{place}].name": FieldError("name_twice") for place in _repeated(folded)}


def _of_search(document_type: DocumentType) -> dict[str, FieldError]:
    known = LOOKED_AT | {field.name for field in document_type.fields if field.is_required}
    errors = {}
    for place, parameter in enumerate(document_type.search):
        if not _PARAMETER.fullmatch(parameter.name) or parameter.name.lower() in _DIGILOCKERS_OWN:
            errors[f"search[{place}].name"] = FieldError("parameter_form")
        elif _OF_AADHAAR.search(parameter.name.replace("_", "")):
            errors[f"search[{place}].name"] = FieldError("field_of_aadhaar")
        if parameter.field not in known:
            errors[f"search[{place}].field"] = FieldError("search_field_unknown")
    for place in _repeated(parameter.name.casefold() for parameter in document_type.search):
        errors[f"search[{place}].name"] = FieldError("name_twice")
    for place in _repeated(parameter.field for parameter in document_type.search):
        errors[f"search[{place}].field"] = FieldError("name_twice")
    if not document_type.search:
        errors["search"] = FieldError("search_required")
    return errors


def _of_template(document_type: DocumentType) -> dict[str, FieldError]:
    if len(document_type.template.splitlines()) > LINES_AT_MOST:
        return {"template": FieldError("template_too_long", {"lines": LINES_AT_MOST})}
    try:
        parts = list(string.Formatter().parse(document_type.template))
    except ValueError:
        return {"template": FieldError("template_braces")}
    known = TEMPLATE_NAMES | {field.name for field in document_type.fields}
    for _, name, form, conversion in parts:
        # Nothing but a plain name: `{a.b}`, `{a[0]}`, `{a!r}` and `{a:>9}` are Python's, not a template's.
        if name is not None and (name not in known or form or conversion):
            return {"template": FieldError("template_name_unknown", {"name": name[:40] or "{}"})}
    return {}


def _repeated(names: Iterable[str]) -> list[int]:
    """The places of names that stood before."""
    seen: set[str] = set()
    places = []
    for place, name in enumerate(names):
        if name in seen:
            places.append(place)
        seen.add(name)
    return places
