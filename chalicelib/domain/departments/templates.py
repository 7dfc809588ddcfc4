"""A certificate's template: lines with `{field}` placeholders, filled and told by their kind.

A line's beginning says what it is: `# ` a heading, `## ` a smaller one, `> ` a text in the middle, `---` a rule;
`label | text` is a row of two columns, left out where its text is empty; an empty line is a gap; all else is a
paragraph. `document_types` says what a template may name.
"""

from __future__ import annotations

import string
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import Enum, auto

from chalicelib.domain.departments.certificates import Certificate
from chalicelib.domain.departments.departments import Department, DocumentType


class Kind(Enum):
    """What a line is."""

    HEADING = auto()
    SUBHEADING = auto()
    MIDDLE = auto()
    RULE = auto()
    ROW = auto()
    GAP = auto()
    PARAGRAPH = auto()


@dataclass(frozen=True, slots=True)
class TemplateLine:
    """One line, filled; `label` is a row's first column."""

    kind: Kind
    text: str = ""
    label: str = ""


_MARKS = (("## ", Kind.SUBHEADING), ("# ", Kind.HEADING), ("> ", Kind.MIDDLE))


def filled(department: Department, document_type: DocumentType, certificate: Certificate) -> tuple[TemplateLine, ...]:
    """The lines of a certificate's PDF."""
    values = _values(department, document_type, certificate)
    return tuple(_lines(document_type.template, values))


def _lines(template: str, values: Mapping[str, str]) -> Iterator[TemplateLine]:
    for raw in template.splitlines():
        line = raw.strip()
        mark = next(((sign, kind) for sign, kind in _MARKS if line.startswith(sign)), None)
        if not line:
            yield TemplateLine(Kind.GAP)
        elif line == "---":
            yield TemplateLine(Kind.RULE)
        elif mark is not None:
            yield TemplateLine(mark[1], _filled(line.removeprefix(mark[0]), values))
        elif " | " in line:
            label, _, text = line.partition(" | ")
            row = TemplateLine(Kind.ROW, _filled(text, values), _filled(label, values))
            if row.text:
                yield row
        else:
            yield TemplateLine(Kind.PARAGRAPH, _filled(line, values))


def _filled(text: str, values: Mapping[str, str]) -> str:
    """A line with its placeholders filled; what a value holds is never read as a placeholder."""
    parts = string.Formatter().parse(text)
    whole = "".join(literal + (values.get(name, "") if name is not None else "") for literal, name, _, _ in parts)
    return " ".join(whole.split())


def _values(department: Department, document_type: DocumentType, certificate: Certificate) -> dict[str, str]:
    holders = certificate.holders
    return {
        **certificate.fields,
        "number": certificate.number,
        "holder_name": ", ".join(holder.name for holder in holders),
        "holder_born_on": ", ".join(shown(holder.born_on) for holder in holders),
        "holder_gender": ", ".join(holder.gender for holder in holders if holder.gender),
        "issued_on": shown(certificate.issued_on),
        "valid_from": shown(certificate.valid_from),
        "valid_to": shown(certificate.valid_to),
        "uri": certificate.uri,
        "title": f"{document_type.title['hi']} / {document_type.title['en']}",
        "department": f"{department.name['hi']} / {department.name['en']}",
    }


def shown(day: date | None) -> str:
    """A date as people in India write it; "" for none."""
    return f"{day:%d-%m-%Y}" if day else ""
