"""Brings DGFT's records of IECs into the suite: `python -m infra.iec_records --table <name> [--check] FILE.jsonl`.

Each line of the file (UTF-8) is a JSON object: `iec`, `pan` and `entity_name` (as per PAN), `nature` and `status` of
ANF-2A (`partnership`, `active`), and `persons`, a list of objects with `name`, `pan`, `born_on` (2001-02-28), `role`
and, where the companies' registry has confirmed a director, `is_validated`. Every line is checked before any is
written. What is wrong is told by line, field and reason, never by content, and then nothing is written. A mended file
is simply run whole: the same records are written again.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from enum import StrEnum
from typing import TypeVar

from chalicelib.adapters.dynamodb.store import DynamoDbStore
from chalicelib.domain.identifiers import Iec, Pan, is_pan, parse_iec
from chalicelib.domain.iec.records import IecRecord, IecStatus, NatureOfConcern, Person, PersonRole
from chalicelib.domain.refusals import Code, FieldError, FieldProblem, Refusal, invalid
from chalicelib.handlers.bodies import decoded, optional, optional_flag, read, required, sent
from infra.record_files import asked, is_in_order, parse_pan, repeated, written

NAME_AT_MOST = 200
Choice = TypeVar("Choice", bound=StrEnum)


def one_of(choices: type[Choice]) -> Callable[[str], Choice]:
    """A parser of one of these words. It refuses with `not_one_of_the_words`."""

    def parse(value: str) -> Choice:
        try:
            return choices(value.strip().lower())
        except ValueError:
            raise FieldProblem("not_one_of_the_words") from None

    return parse


def parse_born_on(value: str) -> date:
    """A day of birth, `2001-02-28`, not in the future. Refuses with `date_invalid`."""
    try:
        day = date.fromisoformat(value.strip())
    except ValueError:
        raise FieldProblem("date_invalid") from None
    if not date(1900, 1, 1) <= day <= datetime.now(UTC).date():
        raise FieldProblem("date_invalid")
    return day


def name(value: str) -> str:
    """A name, without the blanks around it."""
    return required(value).strip()


@dataclass(frozen=True, slots=True)
class RecordLine:
    """One line of the file, without its persons."""

    iec: Iec = sent(parse_iec, "Importer-Exporter Code.", "0388012345")
    pan: Pan = sent(parse_pan, "The entity's PAN.", "ZZZFZ9999Z")
    entity_name: str = sent(name, "As per PAN.", "Zenith Spices", at_most=NAME_AT_MOST)
    nature: NatureOfConcern = sent(one_of(NatureOfConcern), "Nature of concern.", "partnership")
    status: IecStatus | None = optional(one_of(IecStatus), "Whether it may be used.", "active")


@dataclass(frozen=True, slots=True)
class PersonLine:
    """One person of a line."""

    name: str = sent(name, "As per PAN.", "Asha Rao", at_most=NAME_AT_MOST)
    pan: Pan = sent(parse_pan, "The person's PAN.", "ZZZPZ9999Z")
    born_on: date = sent(parse_born_on, "Day of birth.", "1980-02-29")
    role: PersonRole = sent(one_of(PersonRole), "How the person stands to the entity.", "partner")
    is_validated: bool = optional_flag("The companies' registry has confirmed this director.")


def record_of(line: Mapping[str, object]) -> IecRecord:
    """The record in one line. Raises `Refusal` with each field that is wrong and why.

    An IEC in PAN form is the entity's PAN, and no person stands there twice.
    """
    entity = read(RecordLine, {field: value for field, value in line.items() if field != "persons"})
    if is_pan(entity.iec) and str(entity.iec) != str(entity.pan):
        raise invalid(pan="pan_is_not_the_iec")
    persons = _persons(line.get("persons"))
    return IecRecord(
        entity.iec, entity.pan, entity.entity_name, entity.nature, persons, entity.status or IecStatus.ACTIVE
    )


def _persons(listed: object) -> tuple[Person, ...]:
    if not isinstance(listed, list):
        raise invalid(persons="required" if listed is None else "not_a_list")
    persons: list[Person] = []
    errors: dict[str, FieldError] = {}
    for place, one in enumerate(listed):
        try:
            person = read(PersonLine, one if isinstance(one, dict) else {})
        except Refusal as refusal:
            errors |= {f"persons[{place}].{field}": error for field, error in refusal.errors.items()}
        else:
            persons.append(Person(person.name, person.pan, person.born_on, person.role, person.is_validated))
    if len({person.pan for person in persons}) < len(persons):
        errors["persons"] = FieldError("person_repeated")
    if errors:
        raise Refusal(Code.INVALID_FIELDS, errors=errors)
    return tuple(persons)


def checked(lines: Iterable[bytes]) -> tuple[list[IecRecord], list[str]]:
    """The records, and what is wrong: `line 3: persons[0].born_on: date_invalid`. Lines are counted from 1."""
    records: list[IecRecord] = []
    wrong: list[str] = []
    for number, raw in enumerate(lines, 1):
        line = raw.removeprefix(b"\xef\xbb\xbf").strip()
        if not line:
            continue
        try:
            records.append(record_of(decoded(line)))
        except Refusal as refusal:
            what = [f"{field}: {error.reason}" for field, error in refusal.errors.items()] or [refusal.code.value]
            wrong += [f"line {number}: {one}" for one in what]
    return records, wrong + repeated(record.iec for record in records)


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 0 when every line was good."""
    given = asked("iec_records", __doc__, "the JSON lines", "IecRecordsTableName", arguments)
    with given.file.open("rb") as opened:
        records, wrong = checked(opened)
    if not is_in_order(wrong):
        return 1
    written(records, "records", DynamoDbStore.put_iec_record, is_check=given.check, IEC_RECORDS_TABLE=given.table)
    return 0


if __name__ == "__main__":
    sys.exit(main())
