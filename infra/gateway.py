"""What API Gateway itself answers, when a request never reaches the API Lambda.

The answers look like those of the API: problem+json with the catalogue's words. API Gateway cannot choose a language,
so each says it in every language of the catalogue.
"""

from __future__ import annotations

import json
from typing import Any

from chalicelib.web.texts import LANGUAGES, text

Template = dict[str, Any]

# Response type: status and the refusal whose words it takes. A throttled request is refused because of everyone's load,
# not of the caller's own, so it says that the service is busy. API Gateway cannot tell a wrong method from a wrong path,
# and its other 4xx are wrong paths with an Authorization header that it tries to read as its own. A firewall in front
# is there for the rate of one network.
ANSWERS: dict[str, tuple[int, str]] = {
    "BAD_REQUEST_BODY": (400, "invalid_json"),
    "BAD_REQUEST_PARAMETERS": (400, "invalid_fields"),
    "DEFAULT_4XX": (404, "not_found"),
    "DEFAULT_5XX": (503, "service_unavailable"),
    "INTEGRATION_FAILURE": (503, "service_unavailable"),
    "INTEGRATION_TIMEOUT": (503, "service_unavailable"),
    "MISSING_AUTHENTICATION_TOKEN": (404, "not_found"),
    "REQUEST_TOO_LARGE": (413, "body_too_large"),
    "RESOURCE_NOT_FOUND": (404, "not_found"),
    "THROTTLED": (503, "service_unavailable"),
    "UNSUPPORTED_MEDIA_TYPE": (415, "unsupported_media_type"),
    "WAF_FILTERED": (429, "too_many_requests"),
}

RETRY_AFTER_SECONDS = 5

# API Gateway wants a constant in single quotes, so a value here may not hold one itself.
SECURITY_HEADERS = {
    "Cache-Control": "no-store",
    "Content-Type": "application/problem+json",
    "Referrer-Policy": "no-referrer",
    "Strict-Transport-Security": "max-age=31536000; includeSubDomains",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}


def gateway_responses() -> dict[str, Any]:
    """The GatewayResponses of an AWS::Serverless::Api: response type to status, headers and body."""
    return {name: _answer(status, code) for name, (status, code) in ANSWERS.items()}


def _answer(status: int, code: str) -> dict[str, Any]:
    headers = dict(SECURITY_HEADERS)
    if code == "service_unavailable":
        headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    problem = {
        "type": "about:blank",
        "title": " / ".join(text(language, f"refusal.{code}.title") for language in LANGUAGES),
        "status": status,
        "detail": " / ".join(text(language, f"refusal.{code}.detail") for language in LANGUAGES),
        "code": code,
    }
    return {
        "StatusCode": status,
        "ResponseParameters": {"Headers": {name: f"'{value}'" for name, value in headers.items()}},
        # API Gateway looks up a gateway response's body under application/json whatever the caller accepts.
        "ResponseTemplates": {"application/json": json.dumps(problem, ensure_ascii=False)},
    }


def add_gateway_responses(template: Template) -> None:
    """Give the template's API its own answers for what never reaches the API Lambda."""
    template["Resources"]["RestAPI"]["Properties"]["GatewayResponses"] = gateway_responses()
