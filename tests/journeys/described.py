"""Holds every answer that a journey gets against docs/openapi.json: what it does not say, the API may not do."""

from __future__ import annotations

import json
from email.message import Message
from functools import cache
from typing import Any

from openapi_schema_validator import OAS31Validator

from infra import openapi


@cache
def _document() -> dict[str, Any]:
    document: dict[str, Any] = json.loads(openapi.DOCUMENT.read_text(encoding="utf-8"))
    return document


@cache
def _template(path: str) -> str | None:
    """The described path that a request's path belongs to; fixed ones go before those with an id."""
    paths = _document()["paths"]
    if path in paths:
        return path
    parts = path.split("/")
    for known in paths:
        names = known.split("/")
        if len(names) == len(parts) and all(
            name == part or name.startswith("{") for name, part in zip(names, parts, strict=True)
        ):
            found: str = known
            return found
    return None


@cache
def _validator(template: str, method: str, status: int) -> OAS31Validator | None:
    """What judges the bodies of this answer; None where it has none. AssertionError where it is not described."""
    document = _document()
    told = document["paths"][template][method]["responses"].get(str(status))
    assert told is not None, f"docs/openapi.json tells no {status} of {method.upper()} {template}"
    name = told.get("$ref", "").rpartition("/")[2]
    told = document["components"]["responses"][name] if name else told
    if "content" not in told:
        return None
    schema = next(iter(told["content"].values()))["schema"]
    rooted = {**schema, "components": document["components"]}
    return OAS31Validator(rooted, format_checker=OAS31Validator.FORMAT_CHECKER)


def demand_described(method: str, path: str, status: int, headers: Message, raw: bytes) -> None:
    """Raises AssertionError where the description does not say that this may be answered."""
    template = _template(path.partition("?")[0])
    if template is None or method.lower() not in _document()["paths"][template]:
        return
    if not headers.get("Content-Type", "").startswith(("application/json", "application/problem+json")) and raw:
        raise AssertionError(f"{method} {path} answers {headers.get('Content-Type')}")
    validator = _validator(template, method.lower(), status)
    if validator is None:
        assert raw == b"", (method, path, status, raw)
        return
    faults = [f"{error.json_path}: {error.message}" for error in validator.iter_errors(json.loads(raw))]
    assert faults == [], (method, path, status, faults)
