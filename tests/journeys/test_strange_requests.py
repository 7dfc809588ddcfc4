"""Requests of no flow, of another's, or of one that is over: the documented problem, and nothing is moved."""

import socket
from urllib.parse import urlsplit

import pytest

from infra.local.laptop import Laptop
from tests.journeys.clients import REGISTRATIONS, Client, Reply
from tests.journeys.importers import PASSWORD, Importer, new_contact, new_icegate_id
from tests.journeys.walking import Flow, opened

ALTERNATE, ICEGATE_ID = new_contact(), new_icegate_id()
# Every route below a registration: method, path, a body that says nothing wrong.
ROUTES: tuple[tuple[str, str, dict[str, object] | None], ...] = (
    ("GET", "", None),
    ("GET", "/availability?icegate_id=asha", None),
    ("PUT", "/credentials", {"icegate_id": ICEGATE_ID, "password": PASSWORD, "confirm_password": PASSWORD}),
    ("POST", "/codes", None),
    ("POST", "/codes/verify", {"mobile_code": "123456", "email_code": "654321"}),
    ("POST", "/finish", {"confirm": True}),
    ("PUT", "/alternate-contact", {"email": ALTERNATE.email, "mobile": ALTERNATE.mobile}),
    ("POST", "/alternate-contact/verify", {"mobile_code": "123456", "email_code": "654321"}),
)


def answers(flow: Flow, **more: object) -> dict[str, Reply]:
    """What every route of a registration answers."""
    return {
        f"{method} {path.partition('?')[0]}": flow.client.call(
            method,
            flow.path + path,
            body,
            **{"token": flow.token, **more},  # type: ignore[arg-type]
        )
        for method, path, body in ROUTES
    }


def codes_of(replies: dict[str, Reply]) -> dict[str, str | int]:
    """Each route's problem code, or the status where it is no problem."""
    return {route: reply.code or reply.status for route, reply in replies.items()}


@pytest.mark.parametrize(
    "headers",
    [
        {"Authorization": ""},
        {"Authorization": "Bearer"},
        {"Authorization": "Bearer "},
        {"Authorization": "Basic YTpi"},
        {"Authorization": "Bearer " + "x" * 129},
        pytest.param({"Authorization": "Bearer " + "x" * 6000}, id="6000 characters"),
        {"Authorization": "Bearer AAAAAAAAAAAAAAAAAAAAAA"},
        {"Authorization": "Bearer टोकन".encode().decode("latin-1")},
        {"Authorization": "Bearer \x00\x01"},
        {"Cookie": "flow_token=AAAAAAAAAAAAAAAAAAAAAA"},
    ],
    ids=str,
)
def test_without_the_flow_token_nothing_is_told(flow: Flow, headers: dict[str, str]) -> None:
    for reply in answers(flow, token=None, headers=headers).values():
        assert (reply.status, reply.code) == (401, "flow_token_invalid")
        assert reply.headers["WWW-Authenticate"] == "Bearer"
    assert flow.read()["status"] == "credentials_required"


def test_another_flows_token_opens_nothing_and_an_unknown_id_is_told_the_same(laptop: Laptop, flow: Flow) -> None:
    flow.to_codes_sent()
    other = opened(laptop).to_codes_sent()
    foreign = answers(flow, token=other.token)
    unknown = answers(Flow(laptop, flow.client, flow.importer, "A" * 22, other.token))
    assert {reply.code for reply in foreign.values()} == {"flow_token_invalid"}
    assert [reply.raw for reply in foreign.values()] == [reply.raw for reply in unknown.values()]
    # Not even the right codes help without the token.
    typed = {"mobile_code": flow.codes()[0], "email_code": flow.codes()[1]}
    assert flow.call("POST", "/codes/verify", typed, token=other.token).code == "flow_token_invalid"
    assert flow.read()["attempts_left"] == other.read()["attempts_left"] == 5
    flow.to_registered()
    other.to_registered()


def test_the_token_is_no_token_in_the_query_or_the_body(flow: Flow) -> None:
    in_query = flow.client.call("GET", f"{flow.path}?flow_token={flow.token}")
    assert in_query.demand(422).code == "invalid_fields"
    body = {"confirm": True, "flow_token": flow.token}
    assert flow.client.call("POST", f"{flow.path}/finish", body).demand(422).reasons == {"flow_token": "unknown_field"}


@pytest.mark.parametrize(
    "registration_id",
    [
        "%E0%A4%95" * 3,
        "%F0%9F%98%80",
        "%00",
        "%2e%2e%2f%2e%2e",
        "..%2F..%2Fcaptcha",
        "null",
        "undefined",
        "A" * 21,
        "A" * 23,
        "A" * 6000,
        "A" * 21 + "%41",
        "A" * 21 + "=",
        "A" * 21 + "'",
        "{registration_id}",
        "%ff%fe",
        "%",
        "%zz",
        "a+b",
    ],
)
def test_an_id_that_is_none_of_ours_is_told_as_an_unknown_one(flow: Flow, registration_id: str) -> None:
    strange = Flow(flow.laptop, flow.client, flow.importer, registration_id, flow.token)
    for reply in answers(strange).values():
        assert (reply.status, reply.code) == (401, "flow_token_invalid")


def test_a_path_with_raw_bytes_is_refused_too(client: Client) -> None:
    address = ("127.0.0.1", urlsplit(client.site).port)
    registrations = REGISTRATIONS.encode()
    for path in (registrations + b"/\xe0\xa4\x95", registrations + b"/\xff", b"/captcha?\xf0\x9f\x98\x80=1"):
        with socket.create_connection(address, timeout=10) as connection:
            connection.sendall(b"GET " + path + b" HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
            answer = connection.makefile("rb").read()
        assert b" 401 " in answer[:20] or b" 422 " in answer[:20], answer
        assert b"application/problem+json" in answer


def test_a_step_out_of_its_order_says_where_the_registration_stands(flow: Flow) -> None:
    out_of_order = "step_out_of_order"
    first = codes_of(answers(flow))
    assert first == {
        "GET ": 200,
        "GET /availability": 200,
        "PUT /credentials": 202,
        "POST /codes": "resend_too_soon",
        "POST /codes/verify": "codes_incorrect",
        "POST /finish": out_of_order,
        "PUT /alternate-contact": out_of_order,
        "POST /alternate-contact/verify": out_of_order,
    }
    fresh = opened(flow.laptop)
    for method, path, body in ROUTES[3:]:
        reply = fresh.call(method, path, body)
        assert (reply.status, reply.code) == (409, out_of_order), path
        assert reply.content["current_status"] == "credentials_required"
    flow.icegate_id = ICEGATE_ID
    flow.verify().demand(200)
    assert flow.send_again().demand(409).content["current_status"] == "contact_verified"
    assert flow.verify_alternate(("123456", "654321")).demand(409).code == out_of_order
    assert flow.choose(new_icegate_id()).demand(409).code == out_of_order
    flow.to_registered()
    fresh.to_registered()


def test_a_registration_that_is_done_answers_repeats_and_refuses_the_rest(flow: Flow) -> None:
    flow.to_registered()
    assert codes_of(answers(flow)) == {
        "GET ": 200,
        "GET /availability": "registration_ended",
        "PUT /credentials": "registration_ended",
        "POST /codes": "registration_ended",
        # What was done already is answered again as it was, so that a lost answer is made good.
        "POST /codes/verify": 200,
        "POST /finish": 200,
        "PUT /alternate-contact": "registration_ended",
        "POST /alternate-contact/verify": "registration_ended",
    }
    assert flow.read()["status"] == "registered"
    assert len(flow.messages()) == 4


@pytest.mark.parametrize("stage", ["opened", "to_codes_sent", "to_contact_verified", "changing"])
def test_a_registration_whose_time_is_over_refuses_everything_but_reading(flow: Flow, stage: str) -> None:
    if stage == "changing":
        flow.to_contact_verified().change(ALTERNATE).demand(202)
    elif stage != "opened":
        getattr(flow, stage)()
    flow.laptop.clock.advance(hours=2)
    # Once before and once after the journey has swept up.
    for _ in range(2):
        replies = answers(flow)
        assert replies.pop("GET ").demand(200).content["status"] == "expired"
        assert {(reply.status, reply.code) for reply in replies.values()} == {(410, "registration_expired")}
        if stage != "opened":
            flow.let_time_run_out()
    # The holder begins anew with the same temporary password, under the same ICEGATE ID.
    again = opened(flow.laptop, flow.importer)
    assert again.choose(flow.icegate_id or new_icegate_id()).demand(202).content["status"] == "codes_sent"
    again.to_registered()


def test_of_two_registrations_of_one_holder_the_first_to_finish_supersedes_the_other(
    laptop: Laptop, importer: Importer
) -> None:
    first, second = opened(laptop, importer), opened(laptop, importer)
    first.to_contact_verified()
    laptop.clock.advance(seconds=31)
    second.to_contact_verified()
    second.to_registered()
    refused = first.finish()
    assert (refused.status, refused.code) == (409, "registration_superseded")
    first.until_told()
    assert first.read()["status"] == "superseded"
    replies = answers(first)
    assert replies.pop("GET ").demand(200).content["status"] == "superseded"
    assert {reply.code for reply in replies.values()} == {"registration_superseded"}
    # The other's ICEGATE ID is free again.
    assert opened(laptop).choose(first.icegate_id).demand(202)


def test_a_body_where_none_is_asked_for_may_be_empty_and_no_more(flow: Flow) -> None:
    flow.to_codes_sent()
    refused = flow.call("POST", "/codes", {"role": "admin"})
    assert (refused.status, refused.code, list(refused.content["errors"])) == (422, "invalid_fields", ["role"])
    assert flow.call("POST", "/codes", {}).code == "resend_too_soon"
