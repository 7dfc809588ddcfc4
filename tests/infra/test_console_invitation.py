"""The console's form that invites the first administrator: what the command does, for who tries the laptop."""

import json
from urllib.parse import urlencode

import pytest

from chalicelib.domain.staff.inviting import FIRST_ADMINISTRATOR
from chalicelib.suite import suite
from infra.local.console import Console
from infra.local.console_invitation import PATH
from infra.local.http_server import HttpAnswer, HttpRequest
from infra.local.laptop import Laptop

DETAILS = {
    "name": "Meera Nair",
    "email": "meera.nair@dgft.gov.in",
    "mobile": "9876543210",
    "authority": "mumbai",
    "language": "en",
}
FORM = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "text/html"}
SITE = "http://localhost:8000"


@pytest.fixture
def console(laptop: Laptop) -> Console:
    return Console(laptop.outbox, (), SITE)


def send(console: Console, method: str = "POST", body: str = "", **headers: str) -> HttpAnswer:
    named = {"Host": "localhost:8001", **headers}
    return console.answer(HttpRequest(method, PATH, list(named.items()), body.encode(), "127.0.0.1"))


def test_a_person_finds_the_form_and_what_to_do_next(console: Console) -> None:
    front = console.answer(HttpRequest("GET", "/", [("Host", "localhost:8001"), ("Accept", "text/html")], b"", ""))
    assert f'href="{PATH}"'.encode() in front.body
    assert b'method="post"' in send(console, "GET").body
    answer = send(console, body=urlencode(DETAILS), **FORM)
    assert answer.status == 201
    assert f"{SITE}/en/staff/join".encode() in answer.body
    assert suite().store.account(FIRST_ADMINISTRATOR) is not None


def test_a_program_sends_json(console: Console) -> None:
    answer = send(console, body=json.dumps(DETAILS), **{"Content-Type": "application/json"})
    assert (answer.status, json.loads(answer.body)["account_id"]) == (201, FIRST_ADMINISTRATOR)


def test_a_second_time_is_refused_unless_the_invitation_is_sent_again(console: Console) -> None:
    assert send(console, body=urlencode(DETAILS), **FORM).status == 201
    refused = send(console, body=urlencode(DETAILS), **FORM)
    assert refused.status == 409
    assert b"once for ever" in refused.body
    assert send(console, body=urlencode({**DETAILS, "again": "yes"}), **FORM).status == 201


def test_what_was_typed_wrong_is_told(console: Console) -> None:
    answer = send(console, body=urlencode({**DETAILS, "email": "<b>@gov.in.example.com"}), **FORM)
    assert answer.status == 409
    assert b"email: " in answer.body
    assert b"<b>" not in answer.body


def test_a_page_from_elsewhere_cannot_send_it(console: Console) -> None:
    for origin in ("http://evil.example", "null", SITE):
        assert send(console, body=urlencode(DETAILS), **FORM, Origin=origin).status == 405
    assert suite().store.account(FIRST_ADMINISTRATOR) is None
    assert send(console, body=urlencode(DETAILS), **FORM, Origin="http://localhost:8001").status == 201


def test_other_methods_are_refused(console: Console) -> None:
    assert send(console, "DELETE").status == 405
