"""What API Gateway itself answers, when a request never reaches the API Lambda.

The answers look like those of the API: problem+json with the catalogue's words. API Gateway cannot choose a language,
so each says it in every language of the catalogue.
"""

from __future__ import annotations

import json
from typing import Any

from chalicelib.domain.refusals import Code
from chalicelib.handlers.problems import HEADERS, STATUS
from chalicelib.web.texts import LANGUAGES, text

Template = dict[str, Any]

# Response type to the refusal whose status and words it takes. A throttled request is refused because of everyone's
# load, not of the caller's own, so it says that the service is busy. API Gateway cannot tell a wrong method from a
# wrong path, and its other 4xx are wrong paths with an Authorization header that it tries to read as its own. A
# firewall in front is there for the rate of one network.
ANSWERS: dict[str, Code] = {
    "BAD_REQUEST_BODY": Code.INVALID_JSON,
    "BAD_REQUEST_PARAMETERS": Code.INVALID_FIELDS,
    "DEFAULT_4XX": Code.NOT_FOUND,
    "DEFAULT_5XX": Code.SERVICE_UNAVAILABLE,
    "INTEGRATION_FAILURE": Code.SERVICE_UNAVAILABLE,
    "INTEGRATION_TIMEOUT": Code.SERVICE_UNAVAILABLE,
    "MISSING_AUTHENTICATION_TOKEN": Code.NOT_FOUND,
    "REQUEST_TOO_LARGE": Code.BODY_TOO_LARGE,
    "RESOURCE_NOT_FOUND": Code.NOT_FOUND,
    "THROTTLED": Code.SERVICE_UNAVAILABLE,
    "UNSUPPORTED_MEDIA_TYPE": Code.UNSUPPORTED_MEDIA_TYPE,
    "WAF_FILTERED": Code.TOO_MANY_REQUESTS,
}

RETRY_AFTER_SECONDS = 5

# API Gateway wants a constant in single quotes, so a value here may not hold one itself.
GATEWAY_HEADERS = {
    **HEADERS,
    "Content-Language": ", ".join(LANGUAGES),
    "Content-Type": "application/problem+json",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
}


def gateway_responses() -> dict[str, Any]:
    """The GatewayResponses of an AWS::Serverless::Api: response type to status, headers and body."""
    return {name: _answer(code) for name, code in ANSWERS.items()}


def _answer(code: Code) -> dict[str, Any]:
    headers = dict(GATEWAY_HEADERS)
    if code is Code.SERVICE_UNAVAILABLE:
        headers["Retry-After"] = str(RETRY_AFTER_SECONDS)
    problem = {
        "type": f"urn:pravesh:refusal:{code.value}",
        "title": " / ".join(text(language, f"refusal.{code.value}.title") for language in LANGUAGES),
        "status": STATUS[code].value,
        "detail": " / ".join(text(language, f"refusal.{code.value}.detail") for language in LANGUAGES),
        "code": code.value,
    }
    return {
        "StatusCode": STATUS[code].value,
        "ResponseParameters": {"Headers": {name: f"'{value}'" for name, value in headers.items()}},
        # API Gateway looks up a gateway response's body under application/json whatever the caller accepts.
        "ResponseTemplates": {"application/json": json.dumps(problem, ensure_ascii=False)},
    }


def add_gateway_responses(template: Template) -> None:
    """Give the template's API its own answers for what never reaches the API Lambda."""
    template["Resources"]["RestAPI"]["Properties"]["GatewayResponses"] = gateway_responses()
