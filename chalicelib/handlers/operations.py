"""Operations of the HTTP API: one decorator parses the request, answers, and keeps what the API description needs.

A view takes an `Asked` (and the ids in its path) and returns an `Answer`; it raises `Refusal` to say no. Nothing
about the request but its operation, status, code and duration is logged.
"""

from __future__ import annotations

import dataclasses
import re
import time
from collections.abc import Callable, Mapping
from enum import StrEnum
from http import HTTPStatus
from http.cookies import CookieError, SimpleCookie
from typing import Any, Generic, TypeVar

from chalice.app import Blueprint, Request, Response

from chalicelib.domain.changes import StoreUnavailable
from chalicelib.domain.ports import JourneysUnavailable
from chalicelib.domain.refusals import Code, FieldError, FieldProblem, Refusal
from chalicelib.handlers import bodies, problems
from chalicelib.handlers.logs import logger
from chalicelib.suite import suite
from chalicelib.web.texts import negotiate

SESSION_COOKIE = "__Host-session"
_ID = re.compile(r"[A-Za-z0-9_-]{22}")
_TOKEN_AT_MOST = 128
Body = TypeVar("Body")


@dataclasses.dataclass(frozen=True, slots=True)
class Nothing:
    """The body of an operation that asks for none."""


class Security(StrEnum):
    """What an operation asks for beside its body."""

    NONE = "none"
    FLOW = "flow"
    SESSION = "session"


@dataclasses.dataclass(frozen=True, slots=True)
class Asked(Generic[Body]):
    """What a view needs of a request. `ip` is the gateway's word, never a header's."""

    body: Body
    language: str
    ip: str
    bearer: str | None
    session_token: str | None
    query: Mapping[str, str]

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
class Answer:
    """What a view answers: a view model (a dataclass) or nothing, and further headers."""

    content: Any = None
    status: HTTPStatus = HTTPStatus.OK
    headers: Mapping[str, str] = dataclasses.field(default_factory=dict)


@dataclasses.dataclass(frozen=True, slots=True)
class Operation:
    """One operation as the API description tells it."""

    name: str
    method: str
    path: str
    summary: str
    security: Security
    body: type[Any] | None
    query: Mapping[str, str]
    answers: Mapping[HTTPStatus, type[Any] | None]
    refusals: tuple[Code, ...]


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
    security: Security = Security.NONE,
    refusals: tuple[Code, ...] = (),
) -> Callable[[View], View]:
    """Registers a view under `route` (`"POST /sessions"`) on `blueprint`, and its description."""
    method, path = route.split(" ", 1)

    def register(view: View) -> View:
        made = Operation(view.__name__, method, path, summary, security, body, query or {}, answers, refusals)
        OPERATIONS.append(made)

        def answered(**ids: str) -> Response:
            return _answered(made, view, blueprint.current_request, ids)

        answered.__name__ = view.__name__
        blueprint.route(path, methods=[method], name=view.__name__, content_types=["application/json"])(answered)
        return view

    return register


def _answered(made: Operation, view: View, request: Request, ids: Mapping[str, str]) -> Response:
    started = time.perf_counter()
    language = negotiate(request.headers.get("accept-language"))
    code: Code | None = None
    try:
        response = _response(view(_asked(made, request, language), **_ids(ids)), language)
    except Refusal as refusal:
        code = refusal.code
        response = problems.problem(refusal, language, suite().clock())
    except (StoreUnavailable, JourneysUnavailable) as unavailable:
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


def _ids(ids: Mapping[str, str]) -> Mapping[str, str]:
    """The ids of the path, where they have the form of ours; others are told what an unknown one is told."""
    if any(not _ID.fullmatch(value) for value in ids.values()):
        raise Refusal(Code.FLOW_TOKEN_INVALID)
    return ids


def _asked(made: Operation, request: Request, language: str) -> Asked[Any]:
    raw = _bytes(request)
    # Where nothing is asked for, an empty object is forgiven and anything more is refused, as unknown fields are.
    body = bodies.read(made.body or Nothing, bodies.decoded(raw)) if made.body or raw.strip() else None
    return Asked(
        body=body,
        language=language,
        ip=str(request.context.get("identity", {}).get("sourceIp") or ""),
        bearer=_bearer(request.headers.get("authorization")),
        session_token=_session_cookie(request.headers.get("cookie")),
        query=_query(made, request),
    )


def _bytes(request: Request) -> bytes:
    raw = request.raw_body
    return raw if isinstance(raw, bytes) else raw.encode()


def _query(made: Operation, request: Request) -> Mapping[str, str]:
    given: Mapping[str, str] = request.query_params or {}
    unknown = {str(name)[:40]: FieldError("unknown_field") for name in given if name not in made.query}
    if unknown:
        raise Refusal(Code.INVALID_FIELDS, errors=unknown)
    return {str(name): str(given[name]) for name in given}


def _bearer(header: str | None) -> str | None:
    scheme, _, token = (header or "").partition(" ")
    token = token.strip()
    return token if scheme.lower() == "bearer" and token.isascii() and 0 < len(token) <= _TOKEN_AT_MOST else None


def _session_cookie(header: str | None) -> str | None:
    try:
        morsel = SimpleCookie(header or "").get(SESSION_COOKIE)
    except CookieError:
        return None
    return morsel.value if morsel and 0 < len(morsel.value) <= _TOKEN_AT_MOST else None


def _response(answer: Answer, language: str) -> Response:
    headers: dict[str, str | list[str]] = {**problems.HEADERS, "Content-Language": language, **answer.headers}
    if answer.content is None:
        return Response("", headers, answer.status.value)
    content = answer.content if isinstance(answer.content, dict) else dataclasses.asdict(answer.content)
    return Response(content, {**headers, "Content-Type": "application/json"}, answer.status.value)
