"""Bodies: what a client sends, read into a frozen model or refused field by field.

A model is a frozen dataclass whose fields are made by `sent(...)`. Everything wrong with a body is told at once, so
that a person mends it in one go. Unknown fields, doubled keys and values that are not text are refused.
"""

from __future__ import annotations

import dataclasses
import json
import unicodedata
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, TypeVar

from chalicelib.domain.refusals import Code, FieldError, FieldProblem, Refusal, invalid

BODY_AT_MOST = 16 * 1024
_NAMES_AT_MOST = 100
_NAME_AT_MOST = 64
Model = TypeVar("Model")
Parser = Callable[[str], Any]
Choice = TypeVar("Choice", bound=StrEnum)


@dataclasses.dataclass(frozen=True, slots=True)
class Sent:
    """How one field is read, and what the API description says of it. `kind` is its JSON type."""

    parse: Parser
    description: str
    example: Any
    kind: str = "string"
    at_most: int = 256
    secret: bool = False
    optional: bool = False
    # Whether line breaks may stand in it, as in a file that was pasted (PEM).
    lines: bool = False
    # Of an object, or of each of a list: its model; None for a list of texts, and for an object of free names.
    model: type[Any] | None = None
    # Of a list, or of an object of free names: how many there may be.
    most: int = 0
    # Whether a list holds objects of free names.
    records: bool = False


def sent(parse: Parser, description: str, example: str, *, at_most: int = 256, secret: bool = False) -> Any:  # noqa: ANN401
    """A field of a body: text that `parse` turns into the domain's value, or refuses with `FieldProblem`."""
    return dataclasses.field(metadata={"sent": Sent(parse, description, example, "string", at_most, secret)})


def sent_file(parse: Parser, description: str, example: str, *, at_most: int) -> Any:  # noqa: ANN401
    """A field that holds a small file as text, line breaks allowed; read as by `sent`."""
    return dataclasses.field(metadata={"sent": Sent(parse, description, example, "string", at_most, lines=True)})


def confirmed(description: str) -> Any:  # noqa: ANN401 - dataclasses.field is typed so
    """A field that must be `true`: the person confirms."""
    return dataclasses.field(metadata={"sent": Sent(str, description, example=True, kind="boolean")})


def optional(
    parse: Parser,
    description: str,
    example: str,
    *,
    at_most: int = 256,
    secret: bool = False,
    lines: bool = False,
) -> Any:  # noqa: ANN401 - dataclasses.field is typed so
    """A field that may be left out (None then): text, read as by `sent`; with `lines`, line breaks allowed."""
    asked = Sent(parse, description, example, "string", at_most, secret, optional=True, lines=lines)
    return dataclasses.field(default=None, metadata={"sent": asked})


def one_of(choices: type[Choice]) -> Callable[[str], Choice]:
    """What reads one of an enumeration's values. Refuses with `choice_unknown`."""
    known = {choice.value: choice for choice in choices}

    def parse(value: str) -> Choice:
        if value not in known:
            raise FieldProblem("choice_unknown")
        return known[value]

    return parse


def parse_instant(value: str) -> datetime:
    """An instant as the API writes it (ISO 8601, UTC, whole seconds). Refuses with `instant_form`."""
    try:
        return datetime.strptime(value, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    except ValueError:
        raise FieldProblem("instant_form") from None


def optional_number(description: str, example: int) -> Any:  # noqa: ANN401
    """A field that may be left out (0 then): a whole number, not negative."""
    return dataclasses.field(default=0, metadata={"sent": Sent(int, description, example, "integer", optional=True)})


def optional_flag(description: str) -> Any:  # noqa: ANN401
    """A field that may be left out (False then): `true` or `false`."""
    asked = Sent(str, description, example=True, kind="boolean", optional=True)
    return dataclasses.field(default=False, metadata={"sent": asked})


def sent_texts(parse: Parser, description: str, example: list[str], *, most: int, at_most: int = 256) -> Any:  # noqa: ANN401
    """A field that holds a list of at most `most` texts, each read as by `sent`: a tuple."""
    return dataclasses.field(metadata={"sent": Sent(parse, description, example, "array", at_most, most=most)})


def sent_each(model: type[Any], description: str, *, most: int) -> Any:  # noqa: ANN401 - dataclasses.field is typed so
    """A field that holds a list of at most `most` objects, each read into `model`: a tuple.

    What is wrong with one is told under its place: `fields[2].name`.
    """
    asked = Sent(str, description, [example_of(model)], "array", model=model, most=most)
    return dataclasses.field(metadata={"sent": asked})


def sent_records(description: str, example: dict[str, str], *, most: int, at_most: int = 1024) -> Any:  # noqa: ANN401
    """A field that holds a list of at most `most` objects, each a mapping of free names to texts: a tuple of dicts.

    An object holds at most 100 names of at most 64 signs; a text may be empty.
    """
    asked = Sent(str, description, [example], "array", at_most, most=most, records=True)
    return dataclasses.field(metadata={"sent": asked})


def optional_object(model: type[Any], description: str) -> Any:  # noqa: ANN401 - dataclasses.field is typed so
    """A field that may be left out (None then): an object that is read into `model`."""
    asked = Sent(str, description, example_of(model), "object", optional=True, model=model)
    return dataclasses.field(default=None, metadata={"sent": asked})


def sent_number(description: str, example: int, *, at_most: int) -> Any:  # noqa: ANN401 - as above
    """A field that holds a whole number of 1 to `at_most`."""
    return dataclasses.field(metadata={"sent": Sent(int, description, example, "integer", at_most)})


def example_of(model: type[Any]) -> dict[str, Any]:
    """An object that fits a model, for the API description."""
    return {name: field.example for name, field in fields_of(model).items()}


def fields_of(model: type[Any]) -> Mapping[str, Sent]:
    """The declared fields of a model, in their order."""
    return {field.name: field.metadata["sent"] for field in dataclasses.fields(model)}


def required(value: str) -> str:
    """Any text that is not blank, as typed."""
    if not value.strip():
        raise FieldProblem("required")
    return value


def same_twice(password: str, confirm_password: str) -> str:
    """A password that was to be typed twice. Raises `Refusal` `invalid_fields` where the second is another."""
    if password != confirm_password:
        raise invalid(confirm_password="passwords_differ")  # noqa: S106 - a reason, not a password
    return password


def decoded(raw: bytes, at_most: int = BODY_AT_MOST) -> Mapping[str, object]:
    """The JSON object in a body of at most 16 KiB, or what the operation allows.

    Raises `Refusal`: `body_too_large`, `invalid_json`, `duplicate_key`.
    """
    if len(raw) > at_most:
        raise Refusal(Code.BODY_TOO_LARGE, limit=at_most)
    try:
        content = json.loads(raw.decode("utf-8"), object_pairs_hook=_once_each, parse_constant=_no_constant)
    except (ValueError, RecursionError) as malformed:
        raise Refusal(Code.INVALID_JSON) from malformed
    if not isinstance(content, dict):
        raise Refusal(Code.INVALID_JSON)
    return content


def _once_each(pairs: list[tuple[str, object]]) -> dict[str, object]:
    content = dict(pairs)
    if len(content) != len(pairs):
        raise Refusal(Code.DUPLICATE_KEY)
    return content


def _no_constant(name: str) -> object:
    raise ValueError(name)


def read(model: type[Model], content: Mapping[str, object]) -> Model:
    """The model that `content` holds. Raises `Refusal` `invalid_fields` with every field that is wrong and why."""
    wanted = fields_of(model)
    errors: dict[str, FieldError] = {}
    values: dict[str, Any] = {}
    for name, field in wanted.items():
        try:
            if not (field.optional and content.get(name) is None):
                values[name] = _value(field, content.get(name))
        except FieldProblem as problem:
            errors[name] = problem.error
        except _Inside as inside:
            errors |= {f"{name}{place}": error for place, error in inside.errors.items()}
    for name in content:
        if name not in wanted:
            errors[_shown(name)] = FieldError("unknown_field")
    if errors:
        raise Refusal(Code.INVALID_FIELDS, errors=errors)
    return model(**values)


class _Inside(Exception):  # noqa: N818 - like `FieldProblem`, of what stands inside a field
    """What is wrong inside a list or an object: place (`[2].name`) to why."""

    def __init__(self, errors: Mapping[str, FieldError]) -> None:
        super().__init__()
        self.errors = errors


def _value(field: Sent, value: object) -> object:
    if value is None:
        raise FieldProblem("required")
    if field.kind == "array":
        return _listed(field, value)
    if field.kind == "object":
        return _object(field, value)
    if field.kind == "boolean":
        if field.optional and value is False:
            return False
        if value is not True:
            raise FieldProblem("not_true")
        return True
    if field.kind == "integer":
        if type(value) is not int or value < 0:
            raise FieldProblem("not_a_number")
        if not field.optional and not 1 <= value <= field.at_most:
            raise FieldProblem("number_out_of_range", most=field.at_most)
        return value
    return _text(field, value)


def _text(field: Sent, value: object) -> object:
    if not isinstance(value, str):
        raise FieldProblem("not_text")
    if len(value) > field.at_most:
        raise FieldProblem("too_long", limit=field.at_most)
    # Controls (NUL among them) and lone surrogates are in no name, code or password that a keyboard makes.
    looked_at = value.replace("\r", "").replace("\n", "") if field.lines else value
    if any(unicodedata.category(character) in {"Cc", "Cs"} for character in looked_at):
        raise FieldProblem("bad_characters")
    return field.parse(value)


def _listed(field: Sent, value: object) -> tuple[object, ...]:
    if not isinstance(value, list):
        raise FieldProblem("not_a_list")
    if len(value) > field.most:
        raise FieldProblem("too_many", limit=field.most)
    read_one = _record if field.records else _object if field.model else _one_text
    values: list[object] = []
    errors: dict[str, FieldError] = {}
    for place, one in enumerate(value):
        try:
            values.append(read_one(field, one))
        except FieldProblem as problem:
            errors[f"[{place}]"] = problem.error
        except _Inside as inside:
            errors |= {f"[{place}]{within}": error for within, error in inside.errors.items()}
    if errors:
        raise _Inside(errors)
    return tuple(values)


def _one_text(field: Sent, value: object) -> object:
    if value is None:
        raise FieldProblem("required")
    return _text(field, value)


def _object(field: Sent, value: object) -> object:
    if not isinstance(value, dict) or field.model is None:
        raise FieldProblem("not_an_object")
    try:
        return read(field.model, value)
    except Refusal as refusal:
        raise _Inside({f".{name}": error for name, error in refusal.errors.items()}) from refusal


def _record(field: Sent, value: object) -> object:
    if not isinstance(value, dict):
        raise FieldProblem("not_an_object")
    if len(value) > _NAMES_AT_MOST:
        raise FieldProblem("too_many", limit=_NAMES_AT_MOST)
    errors: dict[str, FieldError] = {}
    for name, one in value.items():
        try:
            if len(name) > _NAME_AT_MOST:
                raise FieldProblem("too_long", limit=_NAME_AT_MOST)  # noqa: TRY301 - told under the name's place
            _text(field, one)
        except FieldProblem as problem:
            errors[f".{_shown(name)}"] = problem.error
    if errors:
        raise _Inside(errors)
    return dict(value)


def _shown(name: str) -> str:
    """An unknown field's name as it may be told back: short, and printable."""
    return "".join(character if character.isprintable() else "?" for character in name[:40]) or "?"
