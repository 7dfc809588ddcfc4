"""The refusals of the API, as `docs/openapi.json` tells them: by status, with examples in every language."""

from __future__ import annotations

import json
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from typing import Any

from chalicelib.domain.authorisation import Access, Rule, Standing
from chalicelib.domain.refusals import Code, FieldError, Refusal
from chalicelib.handlers import problems
from chalicelib.handlers.operations import Operation
from chalicelib.web.texts import LANGUAGES
from infra.openapi_headers import headers_of
from infra.openapi_schemas import Schema

# Reading any request may refuse so; a body adds the second list.
_ANY = (Code.INVALID_FIELDS, Code.UNSUPPORTED_MEDIA_TYPE, Code.INTERNAL_ERROR, Code.SERVICE_UNAVAILABLE)
_ANY_BODY = (Code.INVALID_JSON, Code.DUPLICATE_KEY, Code.BODY_TOO_LARGE)
# No operation's: what is told of an address or a method that there is not.
_NO_OPERATION = (Code.NOT_FOUND, Code.METHOD_NOT_ALLOWED)

_NOW = datetime(2026, 11, 2, 4, 30, tzinfo=UTC)
_LATER = {"retry_at": _NOW + timedelta(minutes=5)}
# What a refusal of this code holds beside its words; a code that is not here holds nothing more.
_HOLDS: dict[Code, dict[str, Any]] = {
    Code.BODY_TOO_LARGE: {"limit": 16384},
    Code.INVALID_FIELDS: {"errors": {"iec": FieldError("iec_invalid")}},
    Code.CAPTCHA_INCORRECT: {"errors": {"captcha": FieldError("captcha_incorrect")}},
    Code.CAPTCHA_EXPIRED: {"errors": {"captcha": FieldError("captcha_incorrect")}},
    Code.CAPTCHA_USED: {"errors": {"captcha": FieldError("captcha_incorrect")}},
    Code.TEMPORARY_PASSWORD_EXHAUSTED: {"retry_at": _NOW + timedelta(days=7)},
    Code.STEP_OUT_OF_ORDER: {"current_status": "contact_verified"},
    Code.ICEGATE_ID_TAKEN: {"errors": {"icegate_id": FieldError("icegate_id_taken")}},
    Code.CODES_INCORRECT: {"errors": {"mobile_code": FieldError("mobile_code_incorrect")}, "attempts_left": 4},
    Code.CODES_EXHAUSTED: {"attempts_left": 0},
    Code.CODE_INCORRECT: {"errors": {"code": FieldError("code_incorrect")}, "attempts_left": 4},
    Code.AUTHENTICATOR_CLOCK_OFF: {"minutes": 3},
    Code.RESEND_TOO_SOON: {"retry_at": _NOW + timedelta(seconds=30)},
    Code.SEND_LIMIT_REACHED: _LATER,
    Code.TOO_MANY_REQUESTS: _LATER,
    Code.LOCKED: {"retry_at": _NOW + timedelta(minutes=15)},
    Code.DOCUMENTS_MISSING: {"missing": "pan_card, identity_proof"},
}


def of_operation(made: Operation) -> dict[str, Schema]:
    """Status to the reference of its response, in the order of the statuses."""
    by_status = {problems.STATUS[Code(codes[0])].value: codes for codes in _groups(made)}
    return {
        str(status): {"$ref": f"#/components/responses/{_response_name(codes)}"}
        for status, codes in sorted(by_status.items())
    }


def responses(operations: Iterable[Operation]) -> dict[str, Schema]:
    """Every response that the operations refer to, and what is told of no operation at all."""
    groups = {codes for made in operations for codes in _groups(made)} | _apart(_NO_OPERATION)
    return {_response_name(codes): _problem_response(codes) for codes in sorted(groups)}


def examples() -> dict[str, Schema]:
    """Each refusal in each language, by its name."""
    return {_example_name(code, language): _example(code, language) for code in Code for language in LANGUAGES}


Codes = tuple[str, ...]


def _groups(made: Operation) -> set[Codes]:
    """The refusals of an operation, those of one status together."""
    return _apart((*made.refusals, *_ANY, *_of_rule(made.rule), *(_ANY_BODY if made.body is not None else ())))


def _of_rule(rule: Rule) -> tuple[Code, ...]:
    """What the rule of an operation may refuse before its body is looked at."""
    if rule.access is Access.FLOW:
        return (Code.FLOW_TOKEN_INVALID,)
    if rule.access is not Access.SESSION:
        return ()
    return (
        Code.SESSION_REQUIRED,
        Code.SESSION_EXPIRED,
        *(() if rule.half_way else (Code.SECOND_FACTOR_REQUIRED,)),
        *(() if rule.who == frozenset(Standing) else (Code.NOT_PERMITTED,)),
        *(() if rule.own_affairs else (Code.AUTHENTICATOR_REQUIRED, Code.MOBILE_CONFIRMATION_REQUIRED)),
        *((Code.STEP_UP_REQUIRED,) if rule.fresh else ()),
    )


def _apart(refusals: tuple[Code, ...]) -> set[Codes]:
    by_status: dict[HTTPStatus, set[str]] = {}
    for code in refusals:
        by_status.setdefault(problems.STATUS[code], set()).add(code.value)
    order = [code.value for code in Code]
    return {tuple(sorted(codes, key=order.index)) for codes in by_status.values()}


def _response_name(codes: Codes) -> str:
    return "or_".join(f"{code}_" for code in codes).rstrip("_")


def _problem_response(codes: Codes) -> Schema:
    status = problems.STATUS[Code(codes[0])]
    may_retry = status is HTTPStatus.SERVICE_UNAVAILABLE or any(
        "retry_at" in _HOLDS.get(Code(one), {}) for one in codes
    )
    headers = ["ContentLanguage", *(["RetryAfter"] if may_retry else [])]
    if status is HTTPStatus.UNAUTHORIZED:
        headers.append("WwwAuthenticate")
    names = [_example_name(Code(code), language) for code in codes for language in LANGUAGES]
    narrowed = {"properties": {"code": {"enum": list(codes)}, "status": {"const": status.value}}}
    return {
        "description": ", ".join(f"`{code}`" for code in codes),
        "headers": headers_of(*headers),
        "content": {
            "application/problem+json": {
                "schema": {"allOf": [{"$ref": "#/components/schemas/Problem"}, narrowed]},
                "examples": {name: {"$ref": f"#/components/examples/{name}"} for name in names},
            }
        },
    }


def _example_name(code: Code, language: str) -> str:
    return f"{code.value}.{language}"


def _example(code: Code, language: str) -> Schema:
    """A refusal as the API tells it, made by the code that makes it."""
    answer = problems.problem(Refusal(code, **_HOLDS.get(code, {})), language, _NOW)
    return {"value": json.loads(answer.body)}


def schema() -> Schema:
    """The schema of every refusal."""
    sentence = {"type": "string"}
    return {
        "type": "object",
        "description": "A refusal (RFC 9457). Rely on `code` and `reasons`; the sentences are for people.",
        "required": ["type", "title", "status", "detail", "code"],
        "properties": {
            "type": {"type": "string", "format": "uri", "description": "`urn:pravesh:refusal:` and the code."},
            "title": {**sentence, "description": "What is the matter."},
            "status": {"type": "integer", "description": "The HTTP status."},
            "detail": {**sentence, "description": "What to do."},
            "code": {"type": "string", "enum": [code.value for code in Code], "description": "Stable."},
            "errors": {
                "type": "object",
                "additionalProperties": sentence,
                "description": "Field to sentence: what to correct.",
            },
            "reasons": {
                "type": "object",
                "additionalProperties": sentence,
                "description": "Field to stable reason, for programs.",
            },
            "retry_at": {
                "type": "string",
                "format": "date-time",
                "description": "When the same request may be made again.",
            },
            "attempts_left": {"type": "integer", "minimum": 0, "description": "Tries left with these codes."},
            "current_status": {**sentence, "description": "Where the registration stands instead."},
            "missing": {**sentence, "description": "The kinds of document that are still wanted, with commas."},
            "limit": {"type": "integer", "description": "The longest body, in bytes."},
            "minutes": {"type": "integer", "description": "About how far the clock of the authenticator is off."},
        },
        "additionalProperties": False,
    }
