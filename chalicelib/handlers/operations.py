"""Operations of the HTTP API: one decorator parses the request, answers, and keeps what the API description needs.

A view takes an `Asked` (and the ids in its path) and returns an `Answer`; it raises `Refusal` to say no. Nothing
about the request but its operation, status, code and duration is logged.
"""

from __future__ import annotations

import dataclasses
import inspect
import re
import time
from collections.abc import Callable, Mapping
from http import HTTPStatus
from http.cookies import CookieError, SimpleCookie
from typing import TYPE_CHECKING, Any, Generic, TypeVar

from chalice.app import Blueprint, Request, Response

from chalicelib.domain.authorisation import RULES, Access, Actor, Rule, demand, demand_department
from chalicelib.domain.callers import Caller
from chalicelib.domain.changes import StoreUnavailable
from chalicelib.domain.devices import device_of
from chalicelib.domain.ports import DocumentsUnavailable, JourneysUnavailable, VaultUnavailable
from chalicelib.domain.refusals import Code, FieldError, FieldProblem, Refusal
from chalicelib.handlers import bodies, problems
from chalicelib.handlers.logs import logger
from chalicelib.suite import suite
from chalicelib.web.texts import negotiate

if TYPE_CHECKING:
    from chalicelib.domain.departments.keys import DepartmentSystem

SESSION_COOKIE = "__Host-session"
BROWSER_COOKIE = "__Host-browser"
DIGILOCKER_COOKIE = "__Host-digilocker"
_ID = re.compile(r"[A-Za-z0-9_-]{22}")
_TOKEN_AT_MOST = 128
# How an issuing token begins (`departments.keys`), so that a session's bearer is not looked for among departments.
_ISSUING_TOKEN = "dpt_"  # noqa: S105 - the beginning of every one
_COOKIE_AT_MOST = 256
Body = TypeVar("Body")


@dataclasses.dataclass(frozen=True, slots=True)
class Nothing:
    """The body of an operation that asks for none."""


@dataclasses.dataclass(frozen=True, slots=True)
class Posted:
    """The body of an operation that takes a form, or XML: as it came, byte for byte, for the view to read.

    `headers` are those that the operation reads, by their lower-case names; absent ones are not in it.
    """

    content_type: str
    raw: bytes
    headers: Mapping[str, str] = dataclasses.field(default_factory=dict)

    def __repr__(self) -> str:
        return f"Posted({len(self.raw)} bytes)"


@dataclasses.dataclass(frozen=True, slots=True)
class Asked(Generic[Body]):
    """What a view needs of a request. `ip` is the gateway's word, never a header's."""

    body: Body
    language: str
    ip: str
    bearer: str | None
    session_token: str | None
    query: Mapping[str, str]
    caller: Caller
    session_actor: Actor | None = None
    browser_token: str | None = None
    # What the browser that went to DigiLocker brings back.
    digilocker_token: str | None = None
    # A department's own system, where the rule is open to it and its token came.
    system: DepartmentSystem | None = None

    @property
    def actor(self) -> Actor:
        """Who acts, in an operation whose rule asks for a session."""
        if self.session_actor is None:
            raise Refusal(Code.SESSION_REQUIRED)
        return self.session_actor

    def acting_for(self, department_id: str) -> str:
        """Who acts on this department, as the audit names them: its own system, or staff with a session.

        Raises `Refusal` `not_found` where the department is not theirs.
        """
        if self.system is None:
            demand_department(self.actor, department_id)
            return self.actor.key
        if self.system.department_id != department_id:
            raise Refusal(Code.NOT_FOUND)
        return self.system.key

    @property
    def flow_token(self) -> str:
        """The flow token. Raises `Refusal` `flow_token_invalid` where there is none."""
        if self.bearer is None:
            raise Refusal(Code.FLOW_TOKEN_INVALID)
        return self.bearer

    def queried(self, name: str, parse: Callable[[str], Any]) -> Any:  # noqa: ANN401 - what `parse` makes
        """The query's value `name`, parsed. Raises `Refusal` `invalid_fields`."""
        try:
            return parse(self.query.get(name, ""))
        except FieldProblem as problem:
            raise Refusal(Code.INVALID_FIELDS, errors={name: problem.error}) from problem


@dataclasses.dataclass(frozen=True, slots=True)
class Xml:
    """An answer's content that is XML already."""

    text: str

    def __repr__(self) -> str:
        return f"Xml({len(self.text)} signs)"


class _XmlAsText(Response):
    """XML that goes out as text although XML comes in as bytes; its type is told when it leaves.

    Chalice would demand `Accept: application/xml` for a type among the binary ones and encode the body, and API Gateway
    would decode it only for who says so first. DigiLocker need not, and would get base64.
    """

    def to_dict(self, binary_types: list[str] | None = None) -> dict[str, Any]:
        made: dict[str, Any] = super().to_dict(binary_types)
        made["headers"]["Content-Type"] = "application/xml"
        return made


@dataclasses.dataclass(frozen=True, slots=True)
class Answer:
    """What a view answers: a view model (a dataclass), XML or nothing, and further headers."""

    content: Any = None
    status: HTTPStatus = HTTPStatus.OK
    headers: Mapping[str, str | list[str]] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True, slots=True)
class Operation:
    """One operation as the API description tells it."""

    name: str
    method: str
    path: str
    summary: str
    description: str
    rule: Rule
    body: type[Any] | None
    query: Mapping[str, str]
    answers: Mapping[HTTPStatus, type[Any] | None]
    refusals: tuple[Code, ...]
    # The content types of a form; () for an operation of JSON.
    form: tuple[str, ...] = ()
    body_at_most: int = bodies.BODY_AT_MOST
    # The headers that a form's view reads: lower-case name to what it says.
    form_headers: Mapping[str, str] = dataclasses.field(default_factory=dict)
    # Whether names that are not declared may stand in its query: a stranger made the address.
    any_query: bool = False


OPERATIONS: list[Operation] = []
View = Callable[..., Answer]


def operation(
    blueprint: Blueprint,
    route: str,
    summary: str,
    *,
    answers: Mapping[HTTPStatus, type[Any] | None],
    body: type[Any] | None = None,
    query: Mapping[str, str] | None = None,
    refusals: tuple[Code, ...] = (),
    form: tuple[str, ...] = (),
    body_at_most: int = bodies.BODY_AT_MOST,
    form_headers: Mapping[str, str] | None = None,
    any_query: bool = False,
) -> Callable[[View], View]:
    """Registers a view under `route` (`"POST /sessions"`) on `blueprint`, and its description.

    Its name is that of its rule in `authorisation.RULES`; without one it cannot be declared (KeyError). With `form` it
    takes a form of these content types in place of JSON, as `Posted` with `form_headers`, and whatever stands in its
    query.
    """
    method, path = route.split(" ", 1)

    def register(view: View) -> View:
        made = Operation(
            view.__name__,
            method,
            path,
            summary,
            inspect.getdoc(view) or "",
            RULES[view.__name__],
            body,
            query or {},
            answers,
            refusals,
            form,
            body_at_most,
            form_headers or {},
            any_query,
        )
        OPERATIONS.append(made)

        def answered(**ids: str) -> Response:
            return _answered(made, view, blueprint.current_request, ids)

        answered.__name__ = view.__name__
        takes = list(form) or ["application/json"]
        blueprint.route(path, methods=[method], name=view.__name__, content_types=takes)(answered)
        return view

    return register


def _answered(made: Operation, view: View, request: Request, ids: Mapping[str, str]) -> Response:
    started = time.perf_counter()
    language = negotiate(request.headers.get("accept-language"))
    code: Code | None = None
    try:
        response = _response(view(_asked(made, request, language), **_ids(made, ids)), language)
    except Refusal as refusal:
        code = refusal.code
        response = problems.problem(refusal, language, suite().clock())
    except (StoreUnavailable, JourneysUnavailable, DocumentsUnavailable, VaultUnavailable) as unavailable:
        code = Code.SERVICE_UNAVAILABLE
        logger().warning("unavailable", extra={"operation": made.name, "reason": type(unavailable).__name__})
        response = problems.problem(Refusal(code), language, suite().clock())
    except Exception:  # noqa: BLE001 - the last line: a person gets a problem, the log the traceback
        code = Code.INTERNAL_ERROR
        logger().exception("failed", extra={"operation": made.name})
        response = problems.problem(Refusal(code), language, suite().clock())
    logger().info(
        "answered",
        extra={
            "operation": made.name,
            "status": response.status_code,
            "code": code.value if code else None,
            "milliseconds": round((time.perf_counter() - started) * 1000),
            "request_id": request.context.get("requestId"),
        },
    )
    return response


def _ids(made: Operation, ids: Mapping[str, str]) -> Mapping[str, str]:
    """The ids of the path, where they have the form of ours; others are told what an unknown one is told."""
    if any(not _ID.fullmatch(value) for value in ids.values()):
        raise Refusal(Code.FLOW_TOKEN_INVALID if made.rule.access is Access.FLOW else Code.NOT_FOUND)
    return ids


def _asked(made: Operation, request: Request, language: str) -> Asked[Any]:
    bearer = _bearer(request.headers.get("authorization"))
    session_token = _cookie(request, SESSION_COOKIE) if _is_own_site(request) else None
    # Who may not is told so before the body is looked at.
    system = _system(made.rule, bearer)
    actor = None if system else _actor(made.rule, session_token or bearer)
    raw = _bytes(request)
    # Where nothing is asked for, an empty object is forgiven and anything more is refused, as unknown fields are.
    body: Any = None
    if made.form:
        headers = {name: str(request.headers[name]) for name in made.form_headers if name in request.headers}
        body = Posted(str(request.headers.get("content-type", "")), raw, headers)
    elif made.body or raw.strip():
        body = bodies.read(made.body or Nothing, bodies.decoded(raw, made.body_at_most))
    return Asked(
        body=body,
        language=language,
        ip=_ip(request),
        bearer=bearer,
        session_token=session_token,
        query=_query(made, request),
        caller=_caller(request, language),
        session_actor=actor,
        browser_token=_cookie(request, BROWSER_COOKIE),
        digilocker_token=_cookie(request, DIGILOCKER_COOKIE),
        system=system,
    )


def _actor(rule: Rule, token: str | None) -> Actor | None:
    """Who acts, where the rule asks for a session. Raises `Refusal` where the rule does not let them."""
    if rule.access not in {Access.SESSION, Access.DEPARTMENT}:
        return None
    actor = suite().signing_in.actor(token)
    demand(actor, rule, suite().clock())
    return actor


def _system(rule: Rule, bearer: str | None) -> DepartmentSystem | None:
    """Whose system asks, where the rule is open to departments' systems and an issuing token came.

    Raises `Refusal` `department_token_invalid`.
    """
    if rule.access is not Access.DEPARTMENT or bearer is None or not bearer.startswith(_ISSUING_TOKEN):
        return None
    return suite().issuing_tokens.system(bearer)


def _caller(request: Request, language: str) -> Caller:
    device = device_of(request.headers.get("user-agent"))
    return Caller(_ip(request), device, str(request.context.get("requestId") or ""), language)


def _is_own_site(request: Request) -> bool:
    """Whether a browser says that one of our own pages asks, or nobody's: a sibling host's page gets no session.

    SameSite=Strict lets siblings under one registrable domain through (Fetch Metadata, W3C). Clients that are no
    browser send no such header, and no cookie by themselves.
    """
    return request.headers.get("sec-fetch-site", "none") in {"same-origin", "none"}


def _ip(request: Request) -> str:
    return str(request.context.get("identity", {}).get("sourceIp") or "")


def _bytes(request: Request) -> bytes:
    raw = request.raw_body
    return raw if isinstance(raw, bytes) else raw.encode()


def _query(made: Operation, request: Request) -> Mapping[str, str]:
    given: Mapping[str, str] = request.query_params or {}
    # Whoever sends a browser back with a form may add to the address what they like; nothing of it is read.
    if made.form:
        return {}
    if made.any_query:
        return {name: str(given[name]) for name in made.query if name in given}
    unknown = {str(name)[:40]: FieldError("unknown_field") for name in given if name not in made.query}
    if unknown:
        raise Refusal(Code.INVALID_FIELDS, errors=unknown)
    return {str(name): str(given[name]) for name in given}


def _bearer(header: str | None) -> str | None:
    scheme, _, token = (header or "").partition(" ")
    token = token.strip()
    return token if scheme.lower() == "bearer" and token.isascii() and 0 < len(token) <= _TOKEN_AT_MOST else None


def _cookie(request: Request, name: str) -> str | None:
    try:
        morsel = SimpleCookie(request.headers.get("cookie") or "").get(name)
    except CookieError:
        return None
    return morsel.value if morsel and 0 < len(morsel.value) <= _COOKIE_AT_MOST else None


def _response(answer: Answer, language: str) -> Response:
    headers: dict[str, str | list[str]] = {**problems.HEADERS, "Content-Language": language, **answer.headers}
    if answer.content is None:
        return Response("", headers, answer.status.value)
    if isinstance(answer.content, Xml):
        return _XmlAsText(answer.content.text, headers, answer.status.value)
    content = answer.content if isinstance(answer.content, dict) else dataclasses.asdict(answer.content)
    return Response(content, {**headers, "Content-Type": "application/json"}, answer.status.value)
