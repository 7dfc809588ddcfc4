"""Bodies: what a client sends, read into a frozen model or refused field by field.

A model is a frozen dataclass whose fields are made by `sent(...)`. Everything wrong with a body is told at once, so
that a person mends it in one go. Unknown fields, doubled keys and values that are not text are refused.
"""

from __future__ import annotations

import dataclasses
import json
import unicodedata
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from chalicelib.domain.refusals import Code, FieldError, FieldProblem, Refusal, invalid

BODY_AT_MOST = 16 * 1024
Model = TypeVar("Model")
Parser = Callable[[str], Any]


@dataclasses.dataclass(frozen=True, slots=True)
class Sent:
    """How one field is read, and what the API description says of it. `kind` is its JSON type."""

    parse: Parser
    description: str
    example: str | bool | int
    kind: str = "string"
    at_most: int = 256
    secret: bool = False
    optional: bool = False
    # Whether line breaks may stand in it, as in a file that was pasted (PEM).
    lines: bool = False


def sent(parse: Parser, description: str, example: str, *, at_most: int = 256, secret: bool = False) -> Any:  # noqa: ANN401
    """A field of a body: text that `parse` turns into the domain's value, or refuses with `FieldProblem`."""
    return dataclasses.field(metadata={"sent": Sent(parse, description, example, "string", at_most, secret)})


def sent_file(parse: Parser, description: str, example: str, *, at_most: int) -> Any:  # noqa: ANN401
    """A field that holds a small file as text, line breaks allowed; read as by `sent`."""
    return dataclasses.field(metadata={"sent": Sent(parse, description, example, "string", at_most, lines=True)})


def confirmed(description: str) -> Any:  # noqa: ANN401 - dataclasses.field is typed so
    """A field that must be `true`: the person confirms."""
    return dataclasses.field(metadata={"sent": Sent(str, description, example=True, kind="boolean")})


def optional(parse: Parser, description: str, example: str, *, at_most: int = 256) -> Any:  # noqa: ANN401
    """A field that may be left out (None then): text, read as by `sent`."""
    asked = Sent(parse, description, example, "string", at_most, optional=True)
    return dataclasses.field(default=None, metadata={"sent": asked})


def optional_number(description: str, example: int) -> Any:  # noqa: ANN401
    """A field that may be left out (0 then): a whole number, not negative."""
    return dataclasses.field(default=0, metadata={"sent": Sent(int, description, example, "integer", optional=True)})


def optional_flag(description: str) -> Any:  # noqa: ANN401
    """A field that may be left out (False then): `true` or `false`."""
    asked = Sent(str, description, example=True, kind="boolean", optional=True)
    return dataclasses.field(default=False, metadata={"sent": asked})


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
    for name in content:
        if name not in wanted:
            errors[_shown(name)] = FieldError("unknown_field")
    if errors:
        raise Refusal(Code.INVALID_FIELDS, errors=errors)
    return model(**values)


def _value(field: Sent, value: object) -> object:
    if value is None:
        raise FieldProblem("required")
    if field.kind == "boolean":
        if field.optional and value is False:
            return False
        if value is not True:
            raise FieldProblem("not_true")
        return True
    if field.kind == "integer":
        if type(value) is not int or value < 0:
            raise FieldProblem("not_a_number")
        return value
    if not isinstance(value, str):
        raise FieldProblem("not_text")
    if len(value) > field.at_most:
        raise FieldProblem("too_long", limit=field.at_most)
    # Controls (NUL among them) and lone surrogates are in no name, code or password that a keyboard makes.
    looked_at = value.replace("\r", "").replace("\n", "") if field.lines else value
    if any(unicodedata.category(character) in {"Cc", "Cs"} for character in looked_at):
        raise FieldProblem("bad_characters")
    return field.parse(value)


def _shown(name: str) -> str:
    """An unknown field's name as it may be told back: short, and printable."""
    return "".join(character if character.isprintable() else "?" for character in name[:40]) or "?"
