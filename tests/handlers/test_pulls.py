"""Pulls as API Gateway hands them to the API Lambda: bytes come in base64, XML goes out as text."""

from __future__ import annotations

import base64
import json
import subprocess
import sys
from typing import Any

import pytest

import app
from chalicelib.domain.departments.pull_books import PullEnd
from tests.packaged.api_event import api_event

PATH = "/digilocker/pull/{department_id}/{api_id}"
IDS = {"department_id": "d" * 22, "api_id": "a" * 22}
ANSWER = '<?xml version="1.0" encoding="UTF-8"?>\n<PullURIResponse><Person name="लक्ष्मी"/></PullURIResponse>'
BODIES = [b"<a/>", b"\xef\xbb\xbf<a/>\r\n\r\n", "<a>é</a>".encode("utf-16"), b"\xff\xfe\x00\x80" + bytes(range(256))]
TYPES = ["application/xml", "text/xml; charset=utf-8", "application/xml;charset=UTF-16"]
# In a process of its own, as in Lambda: the front door alone, or the whole map of the app.
PROGRAM = """
import base64, datetime, json, sys, types
from chalicelib import suite
from chalicelib.domain.departments.pull_books import PullEnd
from chalicelib.domain.departments.pulling import Pulled
if sys.argv[1] == "app":
    import app
    function = app.app
else:
    from chalicelib.handlers import front_door
    function = front_door.answer
told = []
for asked in json.load(sys.stdin):
    came = []
    def answer(department_id, api_id, hmac_header, body):
        came.append([department_id, api_id, hmac_header, base64.b64encode(body).decode()])
        if asked["end"] is None:
            raise RuntimeError
        return Pulled(PullEnd(asked["end"]), asked["answer"])
    clock = lambda: datetime.datetime.now(datetime.UTC)
    suite.install(types.SimpleNamespace(pulls=types.SimpleNamespace(answer=answer), clock=clock))
    told.append([came, function(asked["event"], None)])
print(json.dumps(told))
"""


def answered(function: str, *asked: dict[str, Any]) -> list[tuple[list[Any], dict[str, Any]]]:
    """For each request: what came to the domain, and what the function gives to API Gateway."""
    run = subprocess.run(
        [sys.executable, "-c", PROGRAM, function], input=json.dumps(asked), capture_output=True, text=True, check=True
    )
    return [(came, answer) for came, answer in json.loads(run.stdout.splitlines()[-1])]


def asking(body: bytes, content_type: str = TYPES[0], end: str | None = "found", **headers: str) -> dict[str, Any]:
    """A request whose type is among the API's binary ones, and how it ends."""
    made = api_event("POST", PATH, ids=IDS, headers={"content-type": content_type, **headers})
    event = {**made, "body": base64.b64encode(body).decode(), "isBase64Encoded": True}
    return {"event": event, "end": end, "answer": ANSWER if end in {"found", "pending", "not_found", "refused"} else ""}


@pytest.mark.parametrize("function", ["front_door", "app"])
def test_every_byte_reaches_the_domain_and_xml_comes_back_as_text(function: str) -> None:
    sent = [(body, content_type) for body in BODIES for content_type in TYPES]
    asked = [asking(body, content_type, **{"X-DigiLocker-HMAC": "abc="}) for body, content_type in sent]
    for (body, _), (came, answer) in zip(sent, answered(function, *asked), strict=True):
        assert came == [["d" * 22, "a" * 22, "abc=", base64.b64encode(body).decode()]]
        assert (answer["statusCode"], answer["body"]) == (200, ANSWER)
        assert not answer.get("isBase64Encoded")
        assert answer["headers"]["Content-Type"] == "application/xml"


@pytest.mark.parametrize("function", ["front_door", "app"])
def test_whatever_the_client_accepts_it_is_handed_text(function: str) -> None:
    asked = [asking(b"<a/>", accept=accept) for accept in ("*/*", "application/xml", "application/json", "")]
    assert {answer["body"] for _, answer in answered(function, *asked)} == {ANSWER}


def test_each_end_has_the_status_that_the_field_has() -> None:
    ends = [*(end.value for end in PullEnd), None]
    statuses = [answer["statusCode"] for _, answer in answered("front_door", *(asking(b"", end=end) for end in ends))]
    assert dict(zip(ends, statuses, strict=True)) == {
        "found": 200,
        "pending": 200,
        "not_found": 200,
        "refused": 200,
        "not_authenticated": 401,
        "unreadable": 400,
        "limit_reached": 429,
        "failed": 500,
        # It broke: no words, DigiLocker reads none.
        None: 500,
    }


def test_what_has_no_body_and_no_header_is_handed_on_as_such() -> None:
    asked = asking(b"", end="not_authenticated")
    asked["event"] |= {"body": None, "isBase64Encoded": False}
    ((came, answer),) = answered("front_door", asked)
    assert came == [["d" * 22, "a" * 22, None, ""]]
    assert (answer["statusCode"], answer["body"]) == (401, "")


def test_an_id_that_is_none_of_ours_and_another_type_are_refused_before_anything_is_asked() -> None:
    strange = asking(b"<a/>")
    strange["event"]["pathParameters"] = {"department_id": "../x", "api_id": "a" * 22}
    ((came, answer), (came_too, other)) = answered("front_door", strange, asking(b"{}", "application/json"))
    assert (came, came_too, answer["statusCode"], other["statusCode"]) == ([], [], 404, 415)


def test_the_types_that_pulls_come_in_are_bytes_to_api_gateway() -> None:
    assert {"application/xml", "text/xml"} <= set(app.app.api.binary_types)
