"""Problems: each refusal has its status and its words, and a body that clients can rely on."""

import json
import string
from datetime import UTC, datetime, timedelta

import pytest
from chalice.app import Response

from chalicelib.domain.refusals import Code, FieldError, Refusal
from chalicelib.handlers import problems
from chalicelib.web.texts import LANGUAGES

NOW = datetime(2026, 11, 2, 4, 30, tzinfo=UTC)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", list(Code))
def test_every_refusal_is_a_problem_in_both_languages(code: Code, language: str) -> None:
    response = problems.problem(Refusal(code, retry_at=NOW + timedelta(seconds=90), minutes=3), language, NOW)
    body = json.loads(str(response.body))
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.headers["Cache-Control"] == "no-store"
    assert response.headers["Content-Language"] == language
    assert body["status"] == response.status_code >= 400
    assert body["code"] == code.value
    assert body["type"].endswith(code.value)
    assert "{" not in body["title"] + body["detail"]
    assert (body["retry_at"], response.headers["Retry-After"]) == ("2026-11-02T04:31:30Z", "90")


def test_a_field_is_told_in_words_and_by_its_stable_reason() -> None:
    refusal = Refusal(
        Code.INVALID_FIELDS, errors={"iec": FieldError("iec_invalid"), "x": FieldError("too_long", {"limit": 5})}
    )
    body = json.loads(str(problems.problem(refusal, "hi", NOW).body))
    assert body["reasons"] == {"iec": "iec_invalid", "x": "too_long"}
    assert not set(body["errors"]["iec"]) <= set(string.printable)
    assert "5" in body["errors"]["x"]


@pytest.mark.parametrize(
    ("status", "code"),
    [(404, "not_found"), (405, "method_not_allowed"), (415, "unsupported_media_type"), (500, "internal_error")],
)
def test_what_chalice_refuses_itself_becomes_a_problem(status: int, code: str) -> None:
    chalices = Response({"Code": "X", "Message": "secret detail"}, {"Allow": "GET"}, status)
    made = problems.from_chalice(chalices, "en", NOW)
    assert json.loads(str(made.body))["code"] == code
    assert "secret" not in str(made.body)
    assert made.headers["Allow"] == "GET"


def test_other_answers_pass_as_they_are() -> None:
    page = Response("<html>", {"Content-Type": "text/html"}, 404)
    assert problems.from_chalice(page, "en", NOW) is page
