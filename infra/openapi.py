"""Writes `docs/openapi.json` (OpenAPI 3.1) from the code: `python -m infra.openapi`, or `--check` to compare only.

Routes, bodies, answers and refusals are read from what the handlers declare (`operations.OPERATIONS`), the words of
refusals from the text catalogue. What a declaration cannot say, and each route has, is added here: the refusals that
the reading of any request may make, the headers, the security schemes.
"""

from __future__ import annotations

import argparse
import difflib
import json
import sys
import tomllib
from http import HTTPStatus
from pathlib import Path
from typing import Any

import app  # noqa: F401 - registers every operation
from chalicelib.domain.authorisation import Access, Condition, Standing
from chalicelib.handlers.operations import OPERATIONS, SESSION_COOKIE, Operation, Xml
from chalicelib.web.texts import LANGUAGES
from infra import openapi_refusals as refusals
from infra.openapi_headers import HEADERS, headers_of
from infra.openapi_schemas import Schema, Schemas

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "docs" / "openapi.json"
_METHODS = ("GET", "POST", "PUT", "DELETE")
_TAGS = {
    "captcha": "The proof of work that opens what a stranger may open.",
    "registrations": "Simplified registration at ICEGATE. Each but the first and `resume` asks for the flow token.",
    "accounts": "Registration of an account of DGFT's platform, and the privacy notice that it rests on.",
    "sessions": "Signing in with a second factor, sessions, and what a signed-in registrant may do at ICEGATE.",
    "account": "One's own account: password, authenticator, email and mobile, activity, data, closing.",
    "recovery": "A forgotten password, and a mobile replacement that its owner did not ask for.",
    "signatures": "What is to be signed: by a Digital Signature Certificate, or by Aadhaar e-Sign at a provider.",
    "iec": "Linking a login to an IEC, the users of an IEC, and what was changed of them under signature.",
    "full registration": "Full registration at ICEGATE: a DSC, documents, an officer's decision; renewing the DSC.",
    "digilocker": "DigiLocker: consent, fetching documents, My documents and their review.",
    "departments": "Departments on DigiLocker: onboarding, certificates, pulls, pushes, imports, verification.",
    "staff": "The Back Office: staff are invited, never signed up.",
}
# The beginning of a path to its tag; the longest that fits counts.
_TAG_OF = {
    "/captcha": "captcha",
    "/icegate/registrations": "registrations",
    "/icegate": "sessions",
    "/sessions": "sessions",
    "/accounts": "accounts",
    "/privacy-notice": "accounts",
    "/account": "account",
    "/password-resets": "recovery",
    "/mobile-replacements": "recovery",
    "/esign": "signatures",
    "/signings": "signatures",
    "/iec": "iec",
    "/icegate/full-registrations": "full registration",
    "/icegate/dsc-renewals": "full registration",
    "/full-registrations": "full registration",
    "/own-documents": "digilocker",
    "/document-reviews": "digilocker",
    "/consents": "digilocker",
    "/consent-terms": "digilocker",
    "/digilocker": "digilocker",
    "/departments": "departments",
    "/certificate-verifications": "departments",
    "/staff": "staff",
    "/authorities": "staff",
}
_INTRODUCTION = """The HTTP interface of Pravesh: registration at ICEGATE, accounts of DGFT's platform, the Back Office.

Bodies are one JSON object in UTF-8, at most 16 KiB (a signature that is handed in: 96 KiB); unknown and doubled fields
are refused. The one form is what an e-Sign provider posts. Every refusal is `application/problem+json` (RFC 9457) with
a stable `code`; `title`, `detail` and the sentences in `errors` are in the language of `Accept-Language` (en, hi). An
answer is never to be kept (`Cache-Control: no-store`).

A request whose answer was lost is made good by making it again; but a new registration wants a new captcha, and a wrong
code counts each time. An answer 202 means that the journey is still at work: read the registration after `Retry-After`
seconds.

An address that does not exist is told `not_found`; a method that it does not have is told `method_not_allowed`, or
`not_found` by API Gateway. What API Gateway refuses itself is a problem as well, its sentences in both languages."""


def document() -> dict[str, Any]:
    """The whole description, in a fixed order: by tag, path and method, whatever was imported first."""
    schemas = Schemas()
    tags = list(_TAGS)
    paths: dict[str, Any] = {}
    for made in sorted(OPERATIONS, key=lambda one: (tags.index(_tag(one)), one.path, _METHODS.index(one.method))):
        paths.setdefault(made.path, {})[made.method.lower()] = _operation(made, schemas)
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    return {
        "openapi": "3.1.0",
        "info": {"title": "Pravesh", "version": version, "description": _INTRODUCTION},
        "servers": [
            {"url": "http://localhost:8000", "description": "The laptop (`make run`)"},
            {
                "url": "{origin}",
                "description": "A deployment",
                "variables": {"origin": {"default": "https://icegate.example.gov.in"}},
            },
        ],
        "tags": [{"name": name, "description": text} for name, text in _TAGS.items()],
        "paths": paths,
        "components": {
            "securitySchemes": _SECURITY_SCHEMES,
            "parameters": {"AcceptLanguage": _ACCEPT_LANGUAGE},
            "headers": HEADERS,
            "schemas": {**schemas.made, "Problem": refusals.schema()},
            "examples": refusals.examples(),
            "responses": refusals.responses(OPERATIONS),
        },
    }


def rendered() -> str:
    """The text of the file."""
    return json.dumps(document(), ensure_ascii=False, indent=2) + "\n"


_SECURITY_SCHEMES = {
    "flowToken": {
        "type": "http",
        "scheme": "bearer",
        "description": "The flow token of one registration or flow: told once, by opening or resuming it.",
    },
    "issuingToken": {
        "type": "http",
        "scheme": "bearer",
        "description": "A department's issuing token (`dpt_…`), told once, when its key is made.",
    },
    "sessionCookie": {
        "type": "apiKey",
        "in": "cookie",
        "name": SESSION_COOKIE,
        "description": "A session, as `POST /sessions` sets it for browsers.",
    },
    "sessionToken": {
        "type": "http",
        "scheme": "bearer",
        "description": "The same session for other clients: `session_token` of `POST /sessions`.",
    },
}
_ACCEPT_LANGUAGE = {
    "name": "Accept-Language",
    "in": "header",
    "description": "The language of the answer's sentences: `en` (also when absent) or `hi`.",
    "schema": {"type": "string"},
    "examples": {language: {"value": language} for language in LANGUAGES},
}


def _tag(made: Operation) -> str:
    """The tag of the longest beginning that its path has."""
    fitting = [beginning for beginning in _TAG_OF if made.path.startswith(beginning)]
    return _TAG_OF[max(fitting, key=len)]


def _who(made: Operation) -> str:
    """Who may, as the table of rules has it."""
    rule = made.rule
    if rule.access not in {Access.SESSION, Access.DEPARTMENT}:
        return ""
    everybody = rule.who == frozenset(Standing)
    who = (
        "everybody" if everybody else ", ".join(f"`{standing.value}`" for standing in Standing if standing in rule.who)
    )
    says = [f"Open to {who} with a session."]
    if rule.half_way:
        says.append("The password alone is enough.")
    if rule.fresh:
        says.append("Asks for a second factor shown within the last 10 minutes (`step_up_required`).")
    if rule.access is Access.DEPARTMENT:
        says.append("Open to the department's own system too, by its issuing token.")
    if rule.condition is Condition.DEPARTMENT:
        says.append("Department officers reach their own department, administrators every one.")
    if rule.condition is Condition.AUTHORITY:
        says.append("Supervisors reach their own Regional Authority, administrators every one.")
    return " ".join(says)


def _operation(made: Operation, schemas: Schemas) -> Schema:
    described: Schema = {
        "operationId": made.name,
        "tags": [_tag(made)],
        "summary": made.summary,
        "description": "\n\n".join(filter(None, [made.description, _who(made)])),
        "parameters": _parameters(made),
        "security": _security(made),
    }
    if made.body is not None:
        content = {"application/json": {"schema": schemas.of_body(made.body)}}
        described["requestBody"] = {"required": True, "content": content}
    if made.form:
        content = {each: {"schema": _form_schema(each)} for each in made.form}
        described["requestBody"] = {"required": True, "content": content}
    answers = {str(status.value): _answer(made, status, view, schemas) for status, view in made.answers.items()}
    # An answer goes before a refusal of its status: DigiLocker is told nothing in words.
    described["responses"] = {**answers, **refusals.of_operation(made), **answers}
    return described


def _form_schema(content_type: str) -> Schema:
    if content_type.endswith("/xml"):
        return {"type": "string", "description": "XML, byte for byte as it was signed."}
    return {"type": "object", "additionalProperties": True}


def _parameters(made: Operation) -> list[Schema]:
    names = [part[1:-1] for part in made.path.split("/") if part.startswith("{")]
    # Every id in a path is one of ours: 128 random bits, URL-safe.
    of_path = [
        {
            "name": name,
            "in": "path",
            "required": True,
            "schema": {"type": "string", "pattern": "^[A-Za-z0-9_-]{22}$"},
            "example": "3q2-7wAAECAwQFBgcICQoL",
        }
        for name in names
    ]
    of_query = [
        {"name": name, "in": "query", "required": True, "description": text, "schema": {"type": "string"}}
        for name, text in made.query.items()
    ]
    of_header = [
        {"name": name, "in": "header", "required": True, "description": text, "schema": {"type": "string"}}
        for name, text in made.form_headers.items()
    ]
    return [*of_path, *of_query, *of_header, {"$ref": "#/components/parameters/AcceptLanguage"}]


def _security(made: Operation) -> list[dict[str, list[str]]]:
    if made.rule.access is Access.OPEN:
        return []
    if made.rule.access is Access.FLOW:
        return [{"flowToken": []}]
    either: list[dict[str, list[str]]] = [{"sessionCookie": []}, {"sessionToken": []}]
    if made.rule.access is Access.DEPARTMENT:
        either.append({"issuingToken": []})
    return [*either, {}] if made.rule.access is Access.ANY_SESSION else either


def _answer(made: Operation, status: HTTPStatus, view: type[Any] | None, schemas: Schemas) -> Schema:
    headers = ["ContentLanguage"]
    if status in {HTTPStatus.ACCEPTED, HTTPStatus.TOO_MANY_REQUESTS}:
        headers.append("RetryAfter")
    if status is HTTPStatus.SEE_OTHER:
        headers.append("Location")
    if made.name in {"sign_in", "sign_out"}:
        headers.append("SetCookie")
    texts = {
        HTTPStatus.OK: "Done.",
        HTTPStatus.CREATED: "Opened.",
        HTTPStatus.ACCEPTED: "Taken; the journey does the rest. Poll while the status is that of work under way.",
        HTTPStatus.SEE_OTHER: "The page to go on at.",
        HTTPStatus.NO_CONTENT: "Done; there is nothing to tell.",
        HTTPStatus.BAD_REQUEST: "It cannot be read.",
        HTTPStatus.UNAUTHORIZED: "It is not authenticated.",
        HTTPStatus.TOO_MANY_REQUESTS: "Too many came in this minute.",
        HTTPStatus.INTERNAL_SERVER_ERROR: "It cannot be answered now; repeating helps.",
    }
    answer: Schema = {"description": texts[status], "headers": headers_of(*headers)}
    if view is Xml:
        answer["content"] = {"application/xml": {"schema": {"type": "string"}}}
    elif view is not None:
        answer["content"] = {"application/json": {"schema": schemas.of_answer(view)}}
    return answer


def main(arguments: list[str] | None = None) -> int:
    """Writes the file; with `--check` compares it and answers 1, with the difference, where it is stale."""
    parser = argparse.ArgumentParser(prog="python -m infra.openapi", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--check", action="store_true", help="change nothing; fail where docs/openapi.json is stale")
    parser.add_argument("--out", type=Path, default=DOCUMENT, help="the file, if another than docs/openapi.json")
    options = parser.parse_args(arguments)
    made = rendered()
    if not options.check:
        options.out.parent.mkdir(parents=True, exist_ok=True)
        options.out.write_text(made, encoding="utf-8")
        print(f"{options.out}: {len(OPERATIONS)} operations")
        return 0
    stored = options.out.read_text(encoding="utf-8") if options.out.is_file() else ""
    if stored == made:
        return 0
    compared = difflib.unified_diff(
        stored.splitlines(), made.splitlines(), f"{options.out} as it is", "as the code says", lineterm="", n=2
    )
    print("\n".join(compared))
    print(f"\n{options.out} is stale. Write it anew: make openapi", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main())
