"""Bodies nobody would think of: hypothesis sends them to every route, and none is answered with a 5xx."""

import base64
import json
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from infra.local.laptop import Laptop
from tests.journeys.clients import REGISTRATIONS, Client, Reply, new_ip
from tests.journeys.walking import Flow, opened

FIELDS = (
    "iec",
    "gstin",
    "temporary_password",
    "captcha",
    "icegate_id",
    "password",
    "confirm_password",
    "mobile_code",
    "email_code",
    "confirm",
    "email",
    "mobile",
    "username",
    "document",
)
ROUTES = (
    ("POST", REGISTRATIONS),
    ("PUT", "/credentials"),
    ("POST", "/codes/verify"),
    ("POST", "/finish"),
    ("PUT", "/alternate-contact"),
    ("POST", "/alternate-contact/verify"),
    ("POST", f"{REGISTRATIONS}/resume"),
    ("POST", "/sessions"),
    ("POST", "/icegate/filings"),
)
# Lone surrogates among them: `json.dumps` writes them as escapes.
anything = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(), max_size=30)
    | st.text("0123456789०१０１ +-.@_Zz", max_size=30)
    | st.sampled_from(["ZZZCZ9999Z", "33ZZZCZ9999Z1ZQ", "123456", "a@example.com", "9876543210", "Sagar#2026", "e30="]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
bodies = st.dictionaries(st.sampled_from(FIELDS) | st.text(max_size=8), anything, max_size=6) | anything
fuzzed = settings(
    max_examples=60, derandomize=True, deadline=None, database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)  # fmt: skip


def assert_no_failure(reply: Reply) -> None:
    assert reply.status < 500, (reply.status, reply.raw)
    assert reply.status < 400 or reply.headers["Content-Type"] == "application/problem+json"
    assert "Traceback" not in reply.raw.decode()


@pytest.fixture
def fuzzed_flow(laptop: Laptop) -> Flow:
    return opened(laptop)


def send(flow: Flow, route: tuple[str, str], **how: Any) -> None:
    """Send to one route, each time from another address; a limit by IP should not hide what lies behind it."""
    path = route[1] if route[1].startswith(("/icegate", "/sessions")) else flow.path + route[1]
    assert_no_failure(Client(flow.client.site, new_ip()).call(route[0], path, token=flow.token, **how))


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route[1])
def test_no_json_breaks_a_route(fuzzed_flow: Flow, route: tuple[str, str]) -> None:
    @fuzzed
    @given(bodies)
    def fuzz(body: object) -> None:
        send(fuzzed_flow, route, raw=json.dumps(body).encode())

    fuzz()
    assert fuzzed_flow.read()["status"] == "credentials_required"
    fuzzed_flow.to_registered()


@pytest.mark.parametrize("route", ROUTES[:2], ids=lambda route: route[1])
def test_no_bytes_break_a_route(fuzzed_flow: Flow, route: tuple[str, str]) -> None:
    @fuzzed
    @given(st.binary(max_size=200) | st.text('{}[]":,\\u00e9 0129eE+-.tfn', max_size=40).map(str.encode))
    def fuzz(raw: bytes) -> None:
        send(fuzzed_flow, route, raw=raw)

    fuzz()
    assert fuzzed_flow.read()["status"] == "credentials_required"


def test_no_captcha_payload_breaks_the_start(fuzzed_flow: Flow) -> None:
    challenge = fuzzed_flow.client.call("GET", "/captcha").content
    names = ["challenge", "solution", "parameters", "signature", "counter", "derivedKey", "data", "nonce"]
    keys = st.sampled_from(names)
    member = st.deferred(lambda: st.just(challenge) | anything | st.dictionaries(keys, member, max_size=4))

    @fuzzed
    @given(st.dictionaries(keys, member, max_size=4) | anything)
    def fuzz(payload: object) -> None:
        captcha = base64.b64encode(json.dumps(payload).encode()).decode()[:4096]
        body = fuzzed_flow.importer.details(captcha)
        reply = Client(fuzzed_flow.client.site, new_ip()).call("POST", REGISTRATIONS, body)
        assert_no_failure(reply)
        assert reply.code in {"captcha_incorrect", "invalid_fields"}

    fuzz()
