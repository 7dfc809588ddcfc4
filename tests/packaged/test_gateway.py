"""What API Gateway answers itself."""

from __future__ import annotations

import json
from typing import Any

import pytest

from chalicelib.web.texts import LANGUAGES, text
from infra.gateway import ANSWERS, gateway_responses

Template = dict[str, Any]


def test_the_gateway_answers_everything_as_the_api_does(transformed: Template) -> None:
    body = transformed["Resources"]["RestAPI"]["Properties"]["Body"]
    answers = body["x-amazon-apigateway-gateway-responses"]
    assert {
        "DEFAULT_4XX",
        "DEFAULT_5XX",
        "MISSING_AUTHENTICATION_TOKEN",
        "REQUEST_TOO_LARGE",
        "THROTTLED",
    } <= answers.keys()
    assert answers.keys() == ANSWERS.keys()
    for name, answer in answers.items():
        headers = answer["responseParameters"]
        assert headers["gatewayresponse.header.Content-Type"] == "'application/problem+json'", name
        assert headers["gatewayresponse.header.Cache-Control"] == "'no-store'", name
        assert headers["gatewayresponse.header.X-Content-Type-Options"] == "'nosniff'", name
        assert "gatewayresponse.header.Strict-Transport-Security" in headers, name
        assert all(value[0] == value[-1] == "'" and "'" not in value[1:-1] for value in headers.values()), name


@pytest.mark.parametrize("name", ANSWERS)
def test_an_answer_is_a_problem_in_every_language(name: str) -> None:
    answer = gateway_responses()[name]
    (body,) = answer["ResponseTemplates"].values()
    problem = json.loads(body)
    assert problem["status"] == answer["StatusCode"]
    assert problem["code"] == ANSWERS[name].value
    for language in LANGUAGES:
        assert text(language, f"refusal.{problem['code']}.title") in problem["title"]
        assert text(language, f"refusal.{problem['code']}.detail") in problem["detail"]
    # API Gateway would take these for its own variables.
    assert "$" not in body


def test_a_busy_service_says_when_to_come_back() -> None:
    for name in ("THROTTLED", "INTEGRATION_TIMEOUT", "DEFAULT_5XX"):
        assert gateway_responses()[name]["ResponseParameters"]["Headers"]["Retry-After"] == "'5'"
