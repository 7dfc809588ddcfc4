"""Whatever is typed into a field, or sent as a body: the documented problem, never a 5xx, and the flow stays usable."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from infra.local.laptop import Laptop
from tests.journeys.bad_values import (
    CODE,
    DEVANAGARI,
    EMAIL,
    GSTIN,
    ICEGATE_ID,
    IEC,
    MALFORMED,
    MOBILE,
    NEW_PASSWORD,
    NOT_TEXT,
    OTHER_TYPES,
    SECRET,
    texts,
)
from tests.journeys.clients import REGISTRATIONS, Client, Reply, captcha
from tests.journeys.importers import PASSWORD, TEMPORARY_PASSWORD, new_contact, new_importer, new_registrant
from tests.journeys.walking import Flow, opened


@dataclass(frozen=True)
class Route:
    """A route that takes a body: how to reach it, a good body, and what each of its fields refuses."""

    name: str
    method: str
    below: str
    fields: dict[str, list[tuple[object, str]]]
    good: Callable[[Flow], dict[str, Any]]
    stage: Callable[[Flow], object]

    def send(self, flow: Flow, **how: Any) -> Reply:
        path = self.below if self.below.startswith("/") and self.below in OPEN_PATHS else flow.path + self.below
        return flow.client.elsewhere().call(self.method, path, **{"token": flow.token, **how})


OPEN_PATHS = {REGISTRATIONS, f"{REGISTRATIONS}/resume", "/sessions"}
ALTERNATE = new_contact()


def two_codes(_flow: Flow) -> dict[str, Any]:
    return {"mobile_code": "123456", "email_code": "654321"}


def to_alternate_codes(flow: Flow) -> object:
    return flow.to_contact_verified().change(ALTERNATE).demand(202)


CODES = {"mobile_code": NOT_TEXT + CODE, "email_code": NOT_TEXT + CODE}
ROUTES = (
    Route(
        "start",
        "POST",
        REGISTRATIONS,
        {
            "iec": NOT_TEXT + IEC,
            "gstin": NOT_TEXT + GSTIN,
            "temporary_password": NOT_TEXT + texts("too_long", SECRET * 11, "x" * 65),
            "captcha": NOT_TEXT + texts("too_long", "x" * 4097),
        },
        lambda flow: flow.importer.details("e30="),
        Flow.read,
    ),
    Route(
        "credentials",
        "PUT",
        "/credentials",
        {
            "icegate_id": NOT_TEXT + ICEGATE_ID,
            # Blanks alone are no password that keeps the rules.
            "password": [entry for entry in NOT_TEXT if entry[0] != "   "] + NEW_PASSWORD,
            "confirm_password": [
                *NOT_TEXT,
                *texts("passwords_differ", SECRET, "Sagar#2026 "),
                *texts("too_long", "x" * 257),
            ],
        },
        lambda _flow: {"icegate_id": "asha_bad_input", "password": PASSWORD, "confirm_password": PASSWORD},
        Flow.read,
    ),
    Route("codes", "POST", "/codes/verify", CODES, two_codes, Flow.to_codes_sent),
    Route(
        "finish",
        "POST",
        "/finish",
        {
            "confirm": [
                (None, "required"),
                *(
                    (value, "not_true")
                    for value in (False, 1, 0, "true", "", SECRET, [], [True], {}, {"confirm": True})
                ),
            ]
        },
        lambda _flow: {"confirm": True},
        Flow.to_contact_verified,
    ),
    Route(
        "alternate contact",
        "PUT",
        "/alternate-contact",
        {"email": NOT_TEXT + EMAIL, "mobile": NOT_TEXT + MOBILE},
        lambda _flow: {"email": ALTERNATE.email, "mobile": ALTERNATE.mobile},
        Flow.to_contact_verified,
    ),
    Route("alternate codes", "POST", "/alternate-contact/verify", CODES, two_codes, to_alternate_codes),
    Route(
        "resume",
        "POST",
        f"{REGISTRATIONS}/resume",
        {"iec": NOT_TEXT + IEC, "gstin": NOT_TEXT + GSTIN, **CODES},
        lambda flow: {"iec": flow.importer.iec, "gstin": flow.importer.gstin, **two_codes(flow)},
        Flow.to_codes_sent,
    ),
    Route(
        "sign-in",
        "POST",
        "/sessions",
        {"username": NOT_TEXT + texts("too_long", SECRET * 22), "password": NOT_TEXT + texts("too_long", SECRET * 43)},
        lambda _flow: {"username": "nobody", "password": PASSWORD},
        Flow.read,
    ),
)
every_route = pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.name)


def assert_refused(reply: Reply, status: int, code: str) -> None:
    """The documented problem, in which nothing typed comes back."""
    assert (reply.status, reply.code) == (status, code), reply.raw
    assert reply.headers["Content-Type"] == "application/problem+json"
    assert SECRET not in reply.raw.decode()


def assert_usable(flow: Flow) -> None:
    """Nothing that was sent has moved the flow or cost it a try; it goes on to its end."""
    left = flow.read()["attempts_left"]
    assert left == (5 if flow.read()["status"].endswith("codes_sent") else 0)
    if flow.read()["codes_for"] == "alternate":
        flow.verify_alternate(flow.codes(ALTERNATE)).demand(200)
        flow.until_told()
    else:
        flow.to_registered()


@pytest.fixture
def staged(laptop: Laptop, route: Route) -> Iterator[Flow]:
    flow = opened(laptop, new_importer(), Client(laptop.site_url))
    route.stage(flow)
    yield flow
    assert_usable(flow)


def cases(route: Route) -> Iterable[tuple[str, object, str]]:
    for name, values in route.fields.items():
        for value, reason in values:
            yield name, value, reason


@every_route
def test_every_field_says_what_is_wrong_with_it(staged: Flow, route: Route) -> None:
    good = route.good(staged)
    for name, value, reason in cases(route):
        reply = route.send(staged, body={**good, name: value})
        assert_refused(reply, 422, "invalid_fields")
        # Two passwords that differ because one of them is wrong in itself are told of that one only.
        assert reply.reasons == {name: reason}, (name, value, reply.reasons)
        assert set(reply.content["errors"]) == {name}


@every_route
def test_a_missing_or_an_unknown_field_is_named(staged: Flow, route: Route) -> None:
    good = route.good(staged)
    for name in good:
        missing = route.send(staged, body={key: value for key, value in good.items() if key != name})
        assert_refused(missing, 422, "invalid_fields")
        assert missing.reasons == {name: "required"}
    for name, shown in (
        ("otp", "otp"),
        ("flow_token", "flow_token"),
        ("", "?"),
        ("__proto__", "__proto__"),
        ("a\x00b", "a?b"),
        ("\ud800", "?"),
        ("ई", "ई"),
        ("x" * 5000, "x" * 40),
        (next(iter(good)).upper(), next(iter(good)).upper()),
    ):
        unknown = route.send(staged, body={**good, name: SECRET})
        assert_refused(unknown, 422, "invalid_fields")
        assert unknown.reasons == {shown: "unknown_field"}
    many = route.send(staged, body={f"f{number}": None for number in range(1000)})
    assert_refused(many, 422, "invalid_fields")


@every_route
def test_a_body_that_is_no_json_object_is_refused_whole(staged: Flow, route: Route) -> None:
    for raw, code in MALFORMED:
        assert_refused(route.send(staged, raw=raw), {"body_too_large": 413}.get(code, 400), code)
    raw = json.dumps(route.good(staged)).encode()
    for content_type in OTHER_TYPES:
        reply = route.send(staged, raw=raw, headers={"Content-Type": content_type})
        assert_refused(reply, 415, "unsupported_media_type")
    for junk in ("?a=1", "?icegate_id=asha", "?%00=1", "?%ff", "?a=1&a=2", "?__proto__=x", f"?{'x' * 3000}=1", "?=x"):
        path = route.below if route.below in OPEN_PATHS else staged.path + route.below
        reply = staged.client.call(route.method, path + junk, raw=raw, token=staged.token)
        assert_refused(reply, 422, "invalid_fields")
        assert set(reply.reasons.values()) == {"unknown_field"}


def test_everything_wrong_with_a_body_is_told_at_once(client: Client) -> None:
    reply = client.call("POST", REGISTRATIONS, {"iec": SECRET, "gstin": None, "captcha": "", "otp": 1})
    assert_refused(reply, 422, "invalid_fields")
    assert reply.reasons == {
        "iec": "iec_invalid",
        "gstin": "required",
        "temporary_password": "required",
        "captcha": "required",
        "otp": "unknown_field",
    }


def test_availability_refuses_what_could_not_be_an_icegate_id(flow: Flow) -> None:
    for query, reason in (
        ("", "required"),
        ("?icegate_id=", "required"),
        ("?icegate_id", "required"),
        ("?icegate_id=" + "a" * 26, "icegate_id_too_long"),
        ("?icegate_id=" + "a" * 5000, "icegate_id_too_long"),
        ("?icegate_id=a%20b", "icegate_id_characters"),
        ("?icegate_id=%00", "icegate_id_characters"),
        ("?icegate_id=%ff", "icegate_id_characters"),
        ("?icegate_id=%E0%A4%86", "icegate_id_characters"),
        ("?icegate_id=%ED%A0%80", "icegate_id_characters"),
        ("?icegate_id=234123412346", "aadhaar_refused"),
        ("?icegate_id=asha&icegate_id=a%20b", "icegate_id_characters"),
    ):
        reply = flow.call("GET", f"/availability{query}")
        assert_refused(reply, 422, "invalid_fields")
        assert reply.reasons == {"icegate_id": reason}, query
    assert flow.call("GET", "/availability?icegate_id=asha&x=1").demand(422).reasons == {"x": "unknown_field"}
    flow.to_registered()


def test_what_a_person_may_type_differently_is_understood(laptop: Laptop) -> None:
    flow = opened(laptop).to_codes_sent()
    mobile, email = flow.codes()
    assert flow.verify((f" {mobile[:3]} {mobile[3:]} ", f"{email[:3]}-{email[3:]}")).status == 200
    alternate = new_contact()
    typed = {"email": f" {alternate.email} ", "mobile": f"0{alternate.mobile[3:8]} {alternate.mobile[8:]}"}
    flow.call("PUT", "/alternate-contact", typed).demand(202)
    flow.verify_alternate(flow.codes(alternate)).demand(200)


def test_iec_gstin_and_temporary_password_are_understood_in_small_letters_and_with_blanks(laptop: Laptop) -> None:
    importer, client = new_importer(), Client(laptop.site_url)
    body = {
        "iec": f" {importer.iec.lower()} ",
        "gstin": importer.gstin.lower(),
        "temporary_password": f" {TEMPORARY_PASSWORD.lower().replace('-', ' ')} ",
        "captcha": captcha(client),
    }
    client.call("POST", REGISTRATIONS, body).demand(201)


@pytest.mark.parametrize("password", ["Sagar#2026" + "x" * 118, "Ä9ß#😀😀😀b", "Aa1 # 😀😀", "Sagar#२०२६"])
def test_a_password_may_hold_any_character(laptop: Laptop, password: str) -> None:
    flow = opened(laptop)
    assert flow.choose(password=password).demand(202).content["status"] == "codes_sent"
    # The same choice made again is the same request; another password is another choice.
    flow.choose(password=password).demand(202)
    assert flow.choose(password=f"{password[:-1]}Zz9#"[:128]).demand(409).code == "step_out_of_order"
    flow.verify().demand(200)
    flow.finish().demand(200)
    signed_in = flow.client.call("POST", "/sessions", {"username": flow.icegate_id, "password": password})
    assert signed_in.status == 200


def test_the_password_may_not_hold_the_icegate_id(flow: Flow) -> None:
    body = {"icegate_id": "Sagar", "password": PASSWORD, "confirm_password": PASSWORD}
    assert flow.call("PUT", "/credentials", body).demand(422).reasons == {"password": "password_contains_icegate_id"}
    flow.to_registered()


def test_a_filing_names_a_document(laptop: Laptop) -> None:
    registrant = new_registrant(laptop)
    token = registrant.sign_in()
    unknown = texts("document_unknown", "", "   ", "shipping_bill ", "Shipping_Bill", "😀", DEVANAGARI)
    for value, reason in [entry for entry in NOT_TEXT if entry[1] != "required" or entry[0] is None] + unknown:
        reply = registrant.client.call("POST", "/icegate/filings", {"document": value}, token=token)
        assert_refused(reply, 422, "invalid_fields")
        assert reply.reasons == {"document": reason}, value
    for raw, code in MALFORMED:
        reply = registrant.client.call("POST", "/icegate/filings", raw=raw, token=token)
        assert_refused(reply, {"body_too_large": 413}.get(code, 400), code)
    assert registrant.client.call("GET", "/sessions/current", token=token).demand(200)
