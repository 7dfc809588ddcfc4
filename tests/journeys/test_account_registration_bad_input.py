"""Whatever is typed into a sign-up: the documented problem, never a 5xx, and the sign-up stays usable."""

from __future__ import annotations

import json
from collections.abc import Iterable
from typing import Any

import pytest

from infra.local.laptop import Laptop
from tests.journeys.accounts import ACCOUNT_REGISTRATIONS, SignUpFlow, new_person, signing_up
from tests.journeys.bad_values import (
    CODE,
    DEVANAGARI,
    EMAIL,
    FULL_WIDTH,
    MALFORMED,
    MOBILE,
    NEW_PASSWORD,
    NOT_TEXT,
    OTHER_TYPES,
    SECRET,
    texts,
)
from tests.journeys.clients import Client, Reply

Values = list[tuple[object, str]]
BLANK = ("", "   ")
NAME: Values = [
    *texts("name_length", "A", "x" * 101, SECRET * 20),
    *texts("name_needs_letter", "12345", DEVANAGARI, FULL_WIDTH, "...", "- -"),
    *texts("name_characters", f"<{SECRET}>", f"{SECRET}@", "😀😀", "a\u202eb", "a\u200bb", f"{SECRET}; DROP", "a_b"),
    *texts("aadhaar_refused", "Asha 2341 2341 2346", "२३४१२३४१२३४६"),
    *texts("too_long", SECRET * 60),
]
USERNAME: Values = [
    *texts("username_length", "ab", "x" * 51),
    *texts("username_characters", f"{SECRET} {SECRET}", f"{SECRET}/", "आशा.नायर", "ａｓｈａ", "a😀b", f"{SECRET}'--"),
    *texts("username_needs_letter", "9876543210", "98-76", "...", "___"),
    *texts("aadhaar_refused", "234123412346", "2341-2341-2346"),
    *texts("email_invalid", f"{SECRET}@", "@example.com", "a@b"),
    *texts("username_not_your_email", "somebody@else.example"),
    *texts("too_long", SECRET * 60),
]
FORM: dict[str, Values] = {
    "role": [entry for entry in NOT_TEXT if entry[0] not in BLANK]
    + texts("role_not_offered", "", " ", SECRET, "officer", "administrator", "importer", "Importer_exporter"),
    "name": NOT_TEXT + NAME,
    "email": NOT_TEXT + EMAIL,
    "mobile": NOT_TEXT + MOBILE,
    # What is left out or left empty is the email.
    "username": [entry for entry in NOT_TEXT if entry[0] is not None and entry[0] not in BLANK] + USERNAME,
    "password": [entry for entry in NOT_TEXT if entry[0] != "   "] + NEW_PASSWORD,
    "confirm_password": NOT_TEXT + texts("passwords_differ", SECRET) + texts("too_long", "x" * 257),
    "captcha": NOT_TEXT + texts("too_long", "x" * 4097),
    "privacy_notice": NOT_TEXT + texts("too_long", SECRET * 60),
}
CODES = {"mobile_code": NOT_TEXT + CODE, "email_code": NOT_TEXT + CODE}
RESUME = {"email": NOT_TEXT + EMAIL, "mobile": NOT_TEXT + MOBILE, **CODES}
TYPED = {"mobile_code": "123456", "email_code": "654321"}


def assert_refused(reply: Reply, status: int, code: str) -> None:
    """The documented problem, in which nothing typed comes back."""
    assert (reply.status, reply.code) == (status, code), reply.raw
    assert reply.headers["Content-Type"] == "application/problem+json"
    assert SECRET not in reply.raw.decode()


def cases(fields: dict[str, Values]) -> Iterable[tuple[str, object, str]]:
    return ((name, value, reason) for name, values in fields.items() for value, reason in values)


@pytest.fixture
def flow(laptop: Laptop) -> Any:
    """A sign-up under way, which is finished afterwards: nothing that was sent has cost it a try."""
    flow = signing_up(laptop)
    yield flow
    assert flow.read()["attempts_left"] == 5
    flow.verify().demand(200)


@pytest.mark.parametrize("field", FORM)
def test_every_field_of_the_form_says_what_is_wrong_with_it(client: Client, field: str) -> None:
    good = new_person().wish("e30=")
    for name, value, reason in cases({field: FORM[field]}):
        reply = client.call("POST", ACCOUNT_REGISTRATIONS, {**good, name: value})
        assert_refused(reply, 422, "invalid_fields")
        assert reply.reasons == {name: reason}, (value, reply.reasons)


def test_every_field_of_the_codes_says_what_is_wrong_with_it(flow: SignUpFlow) -> None:
    resume = {"email": flow.person.email, "mobile": flow.person.mobile, **TYPED}
    for name, value, reason in cases(CODES):
        reply = flow.call("POST", "/codes/verify", {**TYPED, name: value})
        assert_refused(reply, 422, "invalid_fields")
        assert reply.reasons == {name: reason}
    for name, value, reason in cases(RESUME):
        reply = flow.client.call("POST", f"{ACCOUNT_REGISTRATIONS}/resume", {**resume, name: value})
        assert_refused(reply, 422, "invalid_fields")
        assert reply.reasons == {name: reason}


def test_everything_wrong_with_the_form_is_told_at_once(client: Client) -> None:
    reply = client.call("POST", ACCOUNT_REGISTRATIONS, {"name": SECRET + "@", "role": "root", "status": "registered"})
    assert_refused(reply, 422, "invalid_fields")
    assert reply.reasons == {
        "role": "role_not_offered",
        "name": "name_characters",
        "email": "required",
        "mobile": "required",
        "password": "required",
        "confirm_password": "required",
        "privacy_notice": "required",
        "captcha": "required",
        "status": "unknown_field",
    }


def test_a_body_that_is_no_json_object_is_refused_whole(flow: SignUpFlow) -> None:
    below = f"{ACCOUNT_REGISTRATIONS}/{flow.registration_id}"
    for path in (ACCOUNT_REGISTRATIONS, f"{ACCOUNT_REGISTRATIONS}/resume", f"{below}/codes/verify"):
        for raw, code in MALFORMED:
            reply = flow.client.call("POST", path, raw=raw, token=flow.token)
            assert_refused(reply, {"body_too_large": 413}.get(code, 400), code)
        for content_type in OTHER_TYPES:
            headers = {"Content-Type": content_type}
            reply = flow.client.call("POST", path, raw=json.dumps(TYPED).encode(), token=flow.token, headers=headers)
            assert_refused(reply, 415, "unsupported_media_type")


def test_what_asks_for_no_body_takes_none(flow: SignUpFlow) -> None:
    assert_refused(flow.call("POST", "/codes", {"email": SECRET}), 422, "invalid_fields")


def test_a_captcha_that_is_none_is_told(client: Client) -> None:
    reply = client.call("POST", ACCOUNT_REGISTRATIONS, new_person().wish(SECRET))
    assert_refused(reply, 422, "captcha_incorrect")


def test_an_email_in_another_case_is_the_same_person(laptop: Laptop) -> None:
    flow = signing_up(laptop)
    body = {"email": flow.person.email.upper(), "mobile": "0" + flow.person.mobile[3:]}
    typed = dict(zip(("mobile_code", "email_code"), flow.codes(), strict=True))
    reply = flow.client.call("POST", f"{ACCOUNT_REGISTRATIONS}/resume", {**body, **typed})
    assert reply.demand(200, 202).content["username"] == flow.person.username
