"""What API Gateway itself answers, where no function is asked: its defaults, and the template's own words for them."""

import json
import re
from collections.abc import Mapping
from typing import Any

from infra.local.http_server import HttpAnswer

# https://docs.aws.amazon.com/apigateway/latest/developerguide/supported-gateway-response-types.html
_DEFAULTS = {
    "MISSING_AUTHENTICATION_TOKEN": (403, "Missing Authentication Token"),
    "REQUEST_TOO_LARGE": (413, "HTTP content length exceeded 10485760 bytes."),
    # The type for which AWS documents 504 alone; a function that breaks gives 502.
    "INTEGRATION_FAILURE": (502, "Internal server error"),
}
_DEFAULT_TEMPLATE = '{"message":$context.error.messageString}'
_FIRST_5XX = 500


class GatewayResponses:
    """The gateway's own answers by type."""

    def __init__(self, declared: Mapping[str, Any]) -> None:
        """Take the ``GatewayResponses`` of an AWS::Serverless::Api: type to status, headers and body."""
        self._declared = declared

    def answer(self, kind: str, request_id: str) -> HttpAnswer:
        """Give the answer of a type: ``MISSING_AUTHENTICATION_TOKEN`` is that of a path or method that is not there."""
        status, message = _DEFAULTS[kind]
        fallback = self._declared.get("DEFAULT_5XX" if status >= _FIRST_5XX else "DEFAULT_4XX", {})
        declared = self._declared.get(kind, fallback)
        template = declared.get("ResponseTemplates", {}).get("application/json", _DEFAULT_TEMPLATE)
        values = {
            "$context.error.messageString": json.dumps(message),
            "$context.error.message": message,
            "$context.error.responseType": kind,
            "$context.requestId": request_id,
        }
        body = re.sub(r"\$context(\.\w+)+", lambda match: values.get(match[0], ""), template)
        headers = {"content-type": "application/json", "x-amzn-requestid": request_id}
        for name, value in declared.get("ResponseParameters", {}).get("Headers", {}).items():
            headers[name.lower()] = value.strip("'")
        return HttpAnswer(int(declared.get("StatusCode", status)), list(headers.items()), body.encode())
