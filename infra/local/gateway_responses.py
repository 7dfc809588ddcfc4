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
        """Take what the template declares: type to ``statusCode``, ``responseParameters``, ``responseTemplates``."""
        self._declared = declared

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> "GatewayResponses":
        """Find the gateway's responses in the merge template, whichever of the three ways declares them."""
        declared: dict[str, Any] = {}
        for resource in document.get("Resources", {}).values():
            properties = resource.get("Properties", {})
            if resource["Type"] == "AWS::ApiGateway::GatewayResponse":
                declared[properties["ResponseType"]] = _lower_first(properties)
            if resource["Type"] == "AWS::Serverless::Api":
                body = properties.get("DefinitionBody", {})
                declared.update(body.get("x-amazon-apigateway-gateway-responses", {}))
                for kind, response in properties.get("GatewayResponses", {}).items():
                    declared[kind] = _lower_first(response)
        return cls(declared)

    def answer(self, kind: str, request_id: str) -> HttpAnswer:
        """Give the answer of a type: ``MISSING_AUTHENTICATION_TOKEN`` is that of a path or method that is not there."""
        status, message = _DEFAULTS[kind]
        fallback = self._declared.get("DEFAULT_5XX" if status >= _FIRST_5XX else "DEFAULT_4XX", {})
        declared = self._declared.get(kind, fallback)
        template = declared.get("responseTemplates", {}).get("application/json", _DEFAULT_TEMPLATE)
        values = {
            "$context.error.messageString": json.dumps(message),
            "$context.error.message": message,
            "$context.error.responseType": kind,
            "$context.requestId": request_id,
        }
        body = re.sub(r"\$context(\.\w+)+", lambda match: values.get(match[0], ""), template)
        headers = {"content-type": "application/json", "x-amzn-requestid": request_id}
        for name, value in _headers(declared.get("responseParameters", {})).items():
            headers[name.lower()] = value.strip("'")
        return HttpAnswer(int(declared.get("statusCode", status)), list(headers.items()), body.encode())


def _headers(parameters: Mapping[str, Any]) -> dict[str, str]:
    # SAM: {"Headers": {name: value}}; the API's definition: {"gatewayresponse.header.<name>": value}.
    flat = {name: value for name, value in parameters.items() if isinstance(value, str)}
    flat.update(parameters.get("Headers", {}))
    return {name.removeprefix("gatewayresponse.header."): value for name, value in flat.items()}


def _lower_first(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {name[0].lower() + name[1:]: value for name, value in properties.items()}
