"""API Gateway (REST, Lambda proxy) as the suite sees it: a request becomes an event, an answer a response."""

import base64
import sys
import traceback
import uuid
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from infra.local.callers import calling_as
from infra.local.environment import ACCOUNT
from infra.local.gateway_responses import GatewayResponses
from infra.local.http_server import HttpAnswer, HttpRequest
from infra.local.step_lambdas import LambdaContext

# https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-execution-service-limits-table.html
LONGEST_REQUEST = 10 * 1024 * 1024
# https://docs.aws.amazon.com/lambda/latest/dg/gettingstarted-limits.html
LONGEST_ANSWER = 6 * 1024 * 1024
STAGE = "api"

Routes = Mapping[str, Iterable[str]]
Function = Callable[[dict[str, Any], LambdaContext], dict[str, Any]]


class Gateway:
    """The API: which paths and methods there are, and the function behind all of them."""

    def __init__(
        self,
        routes: Routes,
        binary_types: Iterable[str],
        function: Function,
        responses: GatewayResponses,
        clock: Callable[[], datetime],
    ) -> None:
        """``routes``: path template to its methods, as Chalice holds them. ``binary_types``: of the API."""
        # Fixed segments go before parameters: /registrations/resume before /registrations/{id}.
        self._routes = sorted(
            ((path.split("/"), path, set(methods)) for path, methods in routes.items()),
            key=lambda route: [segment.startswith("{") for segment in route[0]],
        )
        self._binary_types = frozenset(binary_types)
        self._function = function
        self._responses = responses
        self._clock = clock

    def answer(self, request: HttpRequest) -> HttpAnswer:
        """Answer a request, through the function or, as AWS would, without it."""
        request_id = str(uuid.uuid4())
        target = urlsplit(request.target)
        route = self._route(target.path, request.method)
        if route is None:
            return self._responses.answer("MISSING_AUTHENTICATION_TOKEN", request_id)
        if len(request.body) > LONGEST_REQUEST:
            return self._responses.answer("REQUEST_TOO_LARGE", request_id)
        resource, parameters = route
        event = self._event(request, resource, parameters, request_id)
        try:
            with calling_as(f"{request.method} {resource}"):
                result = self._function(event, LambdaContext("api", aws_request_id=request_id))
            return self._answer(result, request)
        except Exception:  # noqa: BLE001 - whatever a function does, the gateway answers
            traceback.print_exc(file=sys.stderr)
            return self._responses.answer("INTEGRATION_FAILURE", request_id)

    def _route(self, path: str, method: str) -> tuple[str, dict[str, str]] | None:
        segments = (path.rstrip("/") or "/").split("/")
        for template, resource, methods in self._routes:
            if len(template) == len(segments):
                pairs = list(zip(template, segments, strict=True))
                if all(name == value or (_is_parameter(name) and value) for name, value in pairs):
                    # API Gateway leaves path parameters percent-encoded.
                    parameters = {name[1:-1]: value for name, value in pairs if _is_parameter(name)}
                    return (resource, parameters) if method in methods else None
        return None

    def _event(
        self, request: HttpRequest, resource: str, parameters: dict[str, str], request_id: str
    ) -> dict[str, Any]:
        target = urlsplit(request.target)
        headers = _collected(request.headers)
        headers["X-Forwarded-For"] = [", ".join([*_values(request, "x-forwarded-for"), request.client_address])]
        headers["X-Forwarded-Port"] = ["443"]
        headers["X-Forwarded-Proto"] = ["https"]
        query = _collected(parse_qsl(target.query, keep_blank_values=True))
        body, is_binary = self._body(request)
        now = self._clock()
        return {
            "resource": resource,
            "path": unquote(target.path),
            "httpMethod": request.method,
            "headers": _last(headers),
            "multiValueHeaders": headers,
            "queryStringParameters": _last(query) or None,
            "multiValueQueryStringParameters": query or None,
            "pathParameters": parameters or None,
            "stageVariables": None,
            "requestContext": {
                "accountId": ACCOUNT,
                "apiId": "laptop",
                "domainName": _values(request, "host")[-1] if _values(request, "host") else "localhost",
                "httpMethod": request.method,
                "identity": {"sourceIp": request.client_address, "userAgent": headers.get("User-Agent", [None])[-1]},
                # As under a custom domain: the path as it was asked for, without the stage.
                "path": target.path,
                "protocol": "HTTP/1.1",
                "requestId": request_id,
                "requestTime": now.strftime("%d/%b/%Y:%H:%M:%S +0000"),
                "requestTimeEpoch": int(now.timestamp() * 1000),
                "resourceId": resource,
                "resourcePath": resource,
                "stage": STAGE,
            },
            "body": body,
            "isBase64Encoded": is_binary,
        }

    def _body(self, request: HttpRequest) -> tuple[str | None, bool]:
        if not request.body:
            return None, False
        content_types = _values(request, "content-type")
        if content_types and _media_type(content_types[-1]) in self._binary_types:
            return base64.b64encode(request.body).decode(), True
        # What is not UTF-8 does not survive the way through API Gateway either.
        return request.body.decode(errors="replace"), False

    def _answer(self, result: dict[str, Any], request: HttpRequest) -> HttpAnswer:
        headers = [(name, str(value)) for name, value in (result.get("headers") or {}).items()]
        for name, values in (result.get("multiValueHeaders") or {}).items():
            headers.extend((name, str(value)) for value in values)
        body: bytes = (result.get("body") or "").encode()
        accept = _media_type((_values(request, "accept") or [""])[0].split(",")[0])
        # Only the first type of Accept counts: https://docs.aws.amazon.com/apigateway/latest/developerguide/api-gateway-payload-encodings-workflow.html
        if result.get("isBase64Encoded") and accept in self._binary_types:
            body = base64.b64decode(body)
        if len(body) > LONGEST_ANSWER:
            raise ValueError(f"an answer of {len(body)} bytes is more than Lambda carries")
        if not any(name.lower() == "content-type" for name, _ in headers):
            headers.append(("Content-Type", "application/json"))
        return HttpAnswer(int(result["statusCode"]), headers, body)


def _is_parameter(segment: str) -> bool:
    return segment.startswith("{") and segment.endswith("}")


def _values(request: HttpRequest, name: str) -> list[str]:
    return [value for header, value in request.headers if header.lower() == name]


def _media_type(value: str) -> str:
    return value.partition(";")[0].strip().lower()


def _collected(pairs: Iterable[tuple[str, str]]) -> dict[str, list[str]]:
    collected: dict[str, list[str]] = defaultdict(list)
    for name, value in pairs:
        collected[name].append(value)
    return dict(collected)


def _last(collected: Mapping[str, list[str]]) -> dict[str, str]:
    return {name: values[-1] for name, values in collected.items()}
