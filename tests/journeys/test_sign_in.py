"""Signing in, sessions and what a simplified registrant may do."""

from collections.abc import Callable

import pytest

from infra.local.laptop import Laptop
from tests.engines import on_both_engines
from tests.journeys.clients import Client, Reply
from tests.journeys.importers import PASSWORD, Registrant, new_icegate_id, new_registrant
from tests.journeys.walking import opened, together


@pytest.fixture
def registrant(laptop: Laptop) -> Registrant:
    return new_registrant(laptop)


def sign_in(client: Client, username: str, password: str = PASSWORD) -> Reply:
    return client.call("POST", "/sessions", {"username": username, "password": password})


def token_of(registrant: Registrant) -> str:
    token: str = sign_in(registrant.client, registrant.icegate_id).demand(200).content["session_token"]
    return token


def test_the_case_of_the_icegate_id_is_no_matter_but_the_passwords_is(registrant: Registrant) -> None:
    client = registrant.client
    for username in (registrant.icegate_id, registrant.icegate_id.upper(), f" {registrant.icegate_id.title()} "):
        assert sign_in(client, username).demand(200).content["icegate_id"] == registrant.icegate_id
    for password in (PASSWORD.upper(), PASSWORD + " ", " " + PASSWORD, PASSWORD[:-1]):
        assert sign_in(client, registrant.icegate_id, password).demand(401).code == "sign_in_refused"


def test_the_session_works_as_a_cookie_and_as_bearer(registrant: Registrant) -> None:
    client, token = registrant.client, token_of(registrant)
    for headers in ({"Cookie": f"a=b; __Host-session={token}; c=d"}, {"Authorization": f"Bearer {token}"}):
        assert client.call("GET", "/sessions/current", headers=headers).demand(200)
    for headers in ({"Cookie": f"session={token}"}, {"Authorization": f"Basic {token}"}, {"Authorization": token}):
        assert client.call("GET", "/sessions/current", headers=headers).demand(401).code == "session_required"


def test_a_page_of_another_host_gets_no_session_from_the_cookie(registrant: Registrant) -> None:
    """Browsers send SameSite=Strict cookies to sibling hosts of one domain; what they say of the page is heeded."""
    client, token = registrant.client, token_of(registrant)
    cookie = {"Cookie": f"__Host-session={token}"}
    for site in ("same-site", "cross-site"):
        refused = client.call("DELETE", "/sessions", headers={**cookie, "Sec-Fetch-Site": site})
        assert refused.demand(401).code == "session_required"
    assert client.call("GET", "/sessions/current", headers={**cookie, "Sec-Fetch-Site": "same-origin"}).demand(200)
    assert client.call("GET", "/sessions/current", headers={**cookie, "Sec-Fetch-Site": "none"}).demand(200)


def test_a_held_id_cannot_sign_in(laptop: Laptop) -> None:
    held = opened(laptop).to_contact_verified()
    assert sign_in(held.client, held.icegate_id).demand(401).code == "sign_in_refused"


def test_what_a_simplified_registrant_may_do(registrant: Registrant) -> None:
    client, token = registrant.client, token_of(registrant)
    services = client.call("GET", "/icegate/services", token=token).demand(200).content
    assert [entry["service"] for entry in services["allowed"]] == [
        "information_services", "reports", "ad_code_registration",
    ]  # fmt: skip
    assert [(entry["service"], entry["code"]) for entry in services["refused"]] == [
        ("shipping_bill_filing", "digital_signature_registration_required"),
        ("bill_of_entry_filing", "digital_signature_registration_required"),
    ]
    assert all(entry["title"] and entry["detail"] for entry in services["refused"])
    assert all(entry["title"] for entry in services["allowed"])
    for document in ("shipping_bill", "bill_of_entry"):
        refused = client.call("POST", "/icegate/filings", {"document": document}, token=token)
        assert refused.demand(403).code == "digital_signature_registration_required"
        assert "WWW-Authenticate" not in refused.headers
    unknown = client.call("POST", "/icegate/filings", {"document": "ice_cream"}, token=token)
    assert unknown.demand(422).reasons == {"document": "document_unknown"}


def test_signing_out_ends_the_session_at_the_server(registrant: Registrant) -> None:
    client, ended, other = registrant.client, token_of(registrant), token_of(registrant)
    for _ in range(2):
        client.call("DELETE", "/sessions/current", token=ended).demand(204)
    for method, path, body in (
        ("GET", "/sessions/current", None),
        ("GET", "/icegate/services", None),
        ("POST", "/icegate/filings", {"document": "shipping_bill"}),
    ):
        assert client.call(method, path, body, token=ended).demand(401).code == "session_required"
        assert client.call(method, path, body, token=other).status in {200, 403}
    client.call("DELETE", "/sessions/current").demand(204)


def test_a_session_ends_after_15_idle_minutes(laptop: Laptop, registrant: Registrant) -> None:
    client, token, clock = registrant.client, token_of(registrant), laptop.clock
    clock.advance(minutes=14, seconds=50)
    client.call("GET", "/sessions/current", token=token).demand(200)
    clock.advance(minutes=14, seconds=50)
    client.call("GET", "/icegate/services", token=token).demand(200)
    clock.advance(minutes=15)
    for _ in range(2):
        assert client.call("GET", "/sessions/current", token=token).demand(401).code == "session_expired"


def test_a_session_ends_after_12_hours_however_busy(laptop: Laptop, registrant: Registrant) -> None:
    client, token, clock = registrant.client, token_of(registrant), laptop.clock
    for _ in range(12 * 60 // 14):
        clock.advance(minutes=14)
        client.call("GET", "/sessions/current", token=token).demand(200)
    content = client.call("GET", "/sessions/current", token=token).demand(200).content
    assert content["idle_expires_at"] == content["expires_at"]
    clock.advance(minutes=6)
    assert client.call("GET", "/sessions/current", token=token).demand(401).code == "session_expired"


def test_ten_failures_lock_the_name_for_15_minutes_then_longer(laptop: Laptop, registrant: Registrant) -> None:
    client = registrant.client

    def fail() -> Reply:
        return sign_in(client.elsewhere(), registrant.icegate_id, "Wrong#1234")

    for _ in range(10):
        assert fail().demand(401).code == "sign_in_refused"
    for minutes in (15, 30, 60):
        locked = sign_in(client.elsewhere(), registrant.icegate_id)
        assert locked.demand(429).code == "locked"
        assert minutes * 60 - 20 < int(locked.headers["Retry-After"]) <= minutes * 60
        laptop.clock.advance(minutes=minutes)
        fail().demand(401)
    laptop.clock.advance(hours=2)
    sign_in(client.elsewhere(), registrant.icegate_id.upper()).demand(200)
    fail().demand(401)
    sign_in(client.elsewhere(), registrant.icegate_id).demand(200)


def test_an_unknown_name_is_told_and_locked_as_a_known_one(laptop: Laptop, registrant: Registrant) -> None:
    def answers(username: str) -> list[tuple[int, bytes, list[str]]]:
        replies = [sign_in(registrant.client.elsewhere(), username, "Wrong#1234") for _ in range(11)]
        return [
            (reply.status, b"" if reply.status == 429 else reply.raw, sorted(reply.headers.keys())) for reply in replies
        ]

    known, unknown = answers(registrant.icegate_id), answers(new_icegate_id())
    assert known == unknown
    assert [status for status, _, _ in known] == [401] * 10 + [429]


@on_both_engines
def test_parallel_sign_ins_of_one_person_all_succeed(laptop: Laptop, registrant: Registrant) -> None:
    attempts: list[Callable[[], Reply]] = [lambda: sign_in(registrant.client, registrant.icegate_id)] * 6
    tokens = {reply.demand(200).content["session_token"] for reply in together(*attempts)}
    assert len(tokens) == 6
    for token in tokens:
        registrant.client.call("GET", "/sessions/current", token=token).demand(200)


@on_both_engines
def test_parallel_wrong_sign_ins_are_all_counted(laptop: Laptop, registrant: Registrant) -> None:
    def fail() -> Reply:
        return sign_in(registrant.client.elsewhere(), registrant.icegate_id, "Wrong#1234")

    statuses = sorted(reply.status for reply in together(*[fail] * 16))
    assert statuses == [401] * 10 + [429] * 6
