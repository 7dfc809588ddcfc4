"""What API Gateway hands to the API Lambda."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlsplit


def api_event(
    method: str,
    resource: str,
    *,
    ids: dict[str, str] | None = None,
    body: Any = None,
    headers: dict[str, str] | None = None,
) -> dict[str, Any]:
    """A REST API's proxy event: `resource` is the route's pattern, `ids` the path's parameters as they arrive."""
    sent = {"accept-language": "en", **(headers or {})}
    if body is not None:
        sent["content-type"] = "application/json"
    path = urlsplit(resource).path
    for name, value in (ids or {}).items():
        path = path.replace(f"{{{name}}}", value)
    return {
        "resource": resource,
        "path": path,
        "httpMethod": method,
        "headers": sent,
        "multiValueHeaders": {name: [value] for name, value in sent.items()},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "pathParameters": ids,
        "stageVariables": None,
        "requestContext": {
            "resourcePath": resource,
            "httpMethod": method,
            "path": path,
            "requestId": "request",
            "stage": "api",
            "identity": {"sourceIp": "203.0.113.7"},
        },
        "body": None if body is None else json.dumps(body),
        "isBase64Encoded": False,
    }
