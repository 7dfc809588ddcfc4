"""JSON schemas of the API's bodies and answers, from the dataclasses that the handlers read and write."""

from __future__ import annotations

import dataclasses
import inspect
import types
from enum import StrEnum
from typing import Any, Union, cast, get_args, get_origin, get_type_hints

from chalicelib.domain.icegate.accounts import RegistrationKind, Service
from chalicelib.domain.icegate.registration import CodesFor, Status
from chalicelib.handlers.bodies import Sent, fields_of
from infra.openapi_fields import FIELDS

Schema = dict[str, Any]

# The captcha's challenge is ALTCHA's own JSON (version 2), the one answer that is no dataclass of ours.
_CHALLENGE = "CaptchaChallenge"
_CHALLENGE_SCHEMA: Schema = {
    "type": "object",
    "description": (
        "An ALTCHA challenge, version 2: find the `counter` for which PBKDF2 of nonce and counter (4 bytes, big-endian)"
        " begins with `keyPrefix`. `captcha` of `POST /icegate/registrations` is the Base64 of the JSON "
        '`{"challenge": this, "solution": {"counter", "derivedKey"}}`.'
    ),
    "required": ["parameters", "signature"],
    "properties": {
        "parameters": {
            "type": "object",
            "required": ["algorithm", "cost", "data", "keyLength", "keyPrefix", "nonce", "salt"],
            "properties": {
                "algorithm": {"type": "string", "const": "PBKDF2/SHA-256"},
                "cost": {"type": "integer", "description": "Rounds of PBKDF2."},
                "data": {
                    "type": "object",
                    "required": ["expires"],
                    "properties": {"expires": {"type": "integer", "description": "Good until then (epoch seconds)."}},
                },
                "keyLength": {"type": "integer", "description": "Bytes of the derived key."},
                "keyPrefix": {"type": "string", "description": "Hex digits with which the key must begin."},
                "nonce": {"type": "string", "description": "Hex digits."},
                "salt": {"type": "string", "description": "Hex digits."},
            },
        },
        "signature": {"type": "string", "description": "The server's, over the parameters."},
    },
}

_ENUMS: dict[tuple[str, str], type[StrEnum]] = {
    ("RegistrationView", "status"): Status,
    ("RegistrationView", "codes_for"): CodesFor,
    ("OpenedView", "status"): Status,
    ("OpenedView", "codes_for"): CodesFor,
    ("SessionView", "registration_kind"): RegistrationKind,
    ("ServiceView", "service"): Service,
    ("RefusedServiceView", "service"): Service,
}
_TYPES = {str: "string", int: "integer", bool: "boolean", type(None): "null"}


class Schemas:
    """The schemas that were asked for, by name; each is made once."""

    def __init__(self) -> None:
        self.made: dict[str, Schema] = {}

    def of_body(self, model: type[Any]) -> Schema:
        """The reference to a request body's schema."""
        fields = fields_of(model)
        schema = {
            "type": "object",
            "description": inspect.getdoc(model),
            "required": [name for name, field in fields.items() if not field.optional],
            "properties": {name: self._sent(field) for name, field in fields.items()},
            "additionalProperties": False,
        }
        return self._named(model.__name__, schema)

    def _sent(self, field: Sent) -> Schema:
        """The schema of one field of a body, with those of the objects inside it."""
        if field.kind not in {"array", "object"}:
            return _sent(field)
        inner: Schema = {"type": "string", "maxLength": field.at_most}
        if field.records:
            inner = {"type": "object", "maxProperties": 100, "additionalProperties": inner}
        elif field.model:
            inner = self.of_body(field.model)
        if field.kind == "object":
            return {"description": field.description, "anyOf": [inner, {"type": "null"}], "examples": [field.example]}
        told = {"description": field.description, "examples": [field.example], "maxItems": field.most}
        return {"type": "array", **told, "items": inner}

    def of_answer(self, view: type[Any]) -> Schema:
        """The reference to an answer's schema, and those of the views inside it."""
        if not dataclasses.is_dataclass(view):
            return self._named(_CHALLENGE, _CHALLENGE_SCHEMA)
        hints = get_type_hints(view)
        names = [field.name for field in dataclasses.fields(view)]
        schema = {
            "type": "object",
            "description": inspect.getdoc(view),
            "required": names,
            "properties": {name: self._told(view.__name__, name, hints[name]) for name in names},
            "additionalProperties": False,
        }
        return self._named(view.__name__, schema)

    def _named(self, name: str, schema: Schema) -> Schema:
        if self.made.setdefault(name, schema) != schema:
            raise ValueError(f"two schemas are called {name}")
        return {"$ref": f"#/components/schemas/{name}"}

    def _told(self, view: str, name: str, hint: Any) -> Schema:  # noqa: ANN401 - any annotation
        kinds = list(get_args(hint)) if get_origin(hint) in {Union, types.UnionType} else [hint]
        if get_origin(kinds[0]) in {list, tuple}:
            item = get_args(kinds[0])[0]
            items = {"type": _TYPES[item]} if item in _TYPES else self.of_answer(item)
            return {"type": ["array", "null"] if len(kinds) > 1 else "array", **FIELDS[name], "items": items}
        if dataclasses.is_dataclass(kinds[0]):
            inner = self.of_answer(cast("type[Any]", kinds[0]))
            return {**FIELDS[name], "anyOf": [inner, {"type": "null"}]} if len(kinds) > 1 else {**FIELDS[name], **inner}
        if get_origin(kinds[0]) is dict:
            return {"type": "object", **FIELDS[name], "additionalProperties": _member(get_args(kinds[0])[1])}
        wanted: list[str] = [_TYPES[kind] for kind in kinds]
        schema: Schema = {**FIELDS[name], "type": wanted if len(wanted) > 1 else wanted[0]}
        enum = _ENUMS.get((view, name))
        if enum is not None:
            schema["enum"] = [member.value for member in enum] + ([None] if "null" in wanted else [])
        return schema


def _member(kind: Any) -> Schema:  # noqa: ANN401 - any annotation
    """The schema of what a mapping holds: texts, or lists of texts; whatever the mapping's description says."""
    if kind is Any:
        return {}
    if get_origin(kind) is list:
        return {"type": "array", "items": {"type": _TYPES[get_args(kind)[0]]}}
    return {"type": _TYPES[kind]}


def _sent(field: Sent) -> Schema:
    schema: Schema = {"type": field.kind, "description": field.description, "examples": [field.example]}
    if field.kind == "boolean" and not field.optional:
        schema["const"] = True
    if field.kind == "string":
        schema |= {"minLength": 1, "maxLength": field.at_most}
    if field.kind == "integer":
        schema["minimum"] = 0 if field.optional else 1
        if not field.optional:
            schema["maximum"] = field.at_most
    if field.secret:
        schema |= {"format": "password", "writeOnly": True}
    return schema
