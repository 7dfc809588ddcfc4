"""The HTTP contract that clients rely on (design, section 4), to the letter, in both languages."""

import re
from datetime import datetime, timedelta

import pytest

from chalicelib.domain.refusals import Code
from chalicelib.handlers.problems import STATUS
from chalicelib.suite import suite
from chalicelib.web.texts import text
from infra.local.laptop import Laptop
from tests.journeys.clients import REGISTRATIONS, Client, Reply, captcha
from tests.journeys.importers import PASSWORD, Importer, new_contact, new_icegate_id
from tests.journeys.walking import Flow, held_back, opened, opened_over_http, wrong

VIEW = {
    "registration_id",
    "status",
    "codes_for",
    "icegate_id",
    "email",
    "mobile",
    "expires_at",
    "resend_at",
    "sends_left",
    "attempts_left",
}
INSTANT = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ")
both_languages = pytest.mark.parametrize("language", ["en", "hi"])


def assert_answers(reply: Reply, status: int, members: set[str], language: str = "en") -> dict[str, object]:
    """An answer of exactly these members, which no cache may keep. Gives its content."""
    assert reply.status == status, reply.raw
    assert reply.headers["Content-Type"] == "application/json"
    assert reply.headers["Cache-Control"] == "no-store"
    assert reply.headers["Content-Language"] == language
    assert reply.headers["X-Content-Type-Options"] == "nosniff"
    assert set(reply.content) == members
    return reply.content


def assert_refuses(reply: Reply, code: str, language: str = "en", **members: object) -> None:
    """A problem as RFC 9457 and the design tell it, with these further members (... for any value) and no others."""
    known = Code(code)
    assert reply.status == STATUS[known], reply.raw
    assert reply.headers["Content-Type"] == "application/problem+json"
    assert reply.headers["Cache-Control"] == "no-store"
    assert reply.headers["Content-Language"] == language
    assert reply.headers.get_all("WWW-Authenticate") == (["Bearer"] if reply.status == 401 else None)
    content = reply.content
    assert content["type"] == f"urn:pravesh:refusal:{code}"
    assert (content["code"], content["status"]) == (code, reply.status)
    facts = {name: value for name, value in content.items() if isinstance(value, str | int)}
    assert content["title"] == text(language, f"refusal.{code}.title", **facts)
    assert content["detail"] == text(language, f"refusal.{code}.detail", **facts)
    assert set(content) == {"type", "title", "status", "detail", "code", *members}
    for name, value in members.items():
        assert value is ... or content[name] == value, (name, content[name])
    assert ("retry_at" in content) == ("Retry-After" in reply.headers) or reply.status == 503
    if "retry_at" in content:
        assert INSTANT.fullmatch(content["retry_at"])
        seconds = (datetime.fromisoformat(content["retry_at"]) - suite().clock()).total_seconds()
        assert 0 < int(reply.headers["Retry-After"]) <= seconds + 3


def seconds_until(instant: object) -> float:
    assert isinstance(instant, str)
    assert INSTANT.fullmatch(instant)
    return (datetime.fromisoformat(instant) - suite().clock()).total_seconds()


# The answers.


@pytest.mark.usefixtures("captcha_in_earnest")
def test_the_captcha_is_an_altcha_challenge(client: Client) -> None:
    content = assert_answers(client.call("GET", "/captcha"), 200, {"parameters", "signature"})
    parameters = content["parameters"]
    assert isinstance(parameters, dict)
    assert parameters["algorithm"] == "PBKDF2/SHA-256"
    assert parameters["cost"] == 1000
    assert {"nonce", "salt", "keyLength", "keyPrefix", "data"} <= set(parameters)


@both_languages
def test_opening_answers_201_with_the_flow_token(laptop: Laptop, importer: Importer, language: str) -> None:
    client = Client(laptop.site_url, language=language)
    reply = client.call("POST", REGISTRATIONS, importer.details(captcha(client)))
    content = assert_answers(reply, 201, VIEW | {"flow_token"}, language)
    assert re.fullmatch(r"[A-Za-z0-9_-]{22}", str(content["registration_id"]))
    assert re.fullmatch(r"[A-Za-z0-9_-]{22}", str(content["flow_token"]))
    assert content["status"] == "credentials_required"
    email, mobile = importer.contact.email, importer.contact.mobile
    assert content["email"] == f"{email[0]}••••••@{email.partition('@')[2]}"
    assert content["mobile"] == f"+91 ••••••{mobile[-4:]}"
    assert content["icegate_id"] is content["codes_for"] is content["resend_at"] is None
    assert 7190 < seconds_until(content["expires_at"]) <= 7200


def test_reading_tells_where_the_registration_stands_but_never_the_token(flow: Flow) -> None:
    content = assert_answers(flow.call("GET"), 200, VIEW)
    assert content["status"] == "credentials_required"


def test_availability_answers_yes_and_no(laptop: Laptop, flow: Flow) -> None:
    taken = opened(laptop).to_codes_sent().icegate_id
    for icegate_id, available in ((new_icegate_id(), True), (taken, False), (taken.upper(), False)):
        reply = flow.call("GET", f"/availability?icegate_id={icegate_id}")
        assert assert_answers(reply, 200, {"available"}) == {"available": available}


@both_languages
def test_each_step_answers_as_the_table_says(laptop: Laptop, importer: Importer, language: str) -> None:
    flow = opened(laptop, importer, Client(laptop.site_url, language=language))
    chosen = assert_answers(flow.choose(), 202, VIEW, language)
    assert (chosen["status"], chosen["codes_for"], chosen["icegate_id"]) == ("codes_sent", "contact", flow.icegate_id)
    assert (chosen["sends_left"], chosen["attempts_left"]) == (4, 5)
    assert 7190 < seconds_until(chosen["expires_at"]) <= 7200
    assert 20 < seconds_until(chosen["resend_at"]) <= 30

    laptop.clock.advance(seconds=31)
    again = flow.send_again()
    assert int(again.headers["Retry-After"]) >= 1
    content = assert_answers(again, 202, VIEW, language)
    assert (content["status"], content["sends_left"]) == ("codes_sent", 3)
    assert content["expires_at"] == chosen["expires_at"]

    content = assert_answers(flow.verify(), 200, VIEW, language)
    assert (content["status"], content["resend_at"], content["sends_left"]) == ("contact_verified", None, 0)

    alternate = new_contact()
    content = assert_answers(flow.change(alternate), 202, VIEW, language)
    assert (content["status"], content["codes_for"]) == ("alternate_codes_sent", "alternate")
    assert content["mobile"] == f"+91 ••••••{alternate.mobile[-4:]}"

    content = assert_answers(flow.verify_alternate(flow.codes(alternate)), 200, VIEW, language)
    assert (content["status"], content["icegate_id"]) == ("registered", flow.icegate_id)


def test_resume_answers_with_a_new_flow_token(flow: Flow) -> None:
    content = assert_answers(flow.to_codes_sent().resume(flow.codes()), 200, VIEW | {"flow_token"})
    assert content["status"] == "contact_verified"


def test_finish_answers_with_the_icegate_id(flow: Flow) -> None:
    content = assert_answers(flow.to_contact_verified().finish(), 200, VIEW)
    assert (content["status"], content["icegate_id"]) == ("registered", flow.icegate_id)


# Where the journey takes longer than 3 s, the answer is 202 and the page polls.


def test_codes_that_are_long_in_sending_are_polled_for(flow: Flow, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(suite(), "sleep", lambda _seconds: None)
    with flow.laptop.faults.during("sns", "Publish", "refused", status=400):
        reply = flow.choose()
        content = assert_answers(reply, 202, VIEW)
        assert content["status"] in {"sending_codes", "codes_not_sent"}
        assert reply.headers["Retry-After"] == "1"
        flow.until("codes_not_sent")


@both_languages
def test_an_account_that_is_long_in_the_making_is_polled_for(
    laptop: Laptop, monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    flow = opened(laptop, client=Client(laptop.site_url, language=language)).to_contact_verified()
    monkeypatch.setattr(suite(), "sleep", lambda _seconds: None)
    with held_back(laptop, "create_icegate_account"):
        for _ in range(2):
            reply = flow.finish()
            content = assert_answers(reply, 202, VIEW, language)
            assert content["status"] == "registering"
            assert reply.headers["Retry-After"] == "1"
    flow.until("registered")
    flow.until_told()


# Sessions.


def test_signing_in_answers_with_a_session_and_its_cookie(flow: Flow) -> None:
    flow.to_registered()
    reply = flow.client.call("POST", "/sessions", {"username": flow.icegate_id, "password": PASSWORD})
    members = {"status", "username", "icegate_id", "role", "session_token", "expires_at", "idle_expires_at"}
    content = assert_answers(reply, 200, members)
    assert (content["status"], content["icegate_id"]) == ("signed_in", flow.icegate_id)
    assert 0 <= timedelta(hours=12).total_seconds() - seconds_until(content["expires_at"]) < 10
    assert 0 <= timedelta(minutes=15).total_seconds() - seconds_until(content["idle_expires_at"]) < 10
    cookie = reply.headers["Set-Cookie"]
    assert cookie == f"__Host-session={content['session_token']}; Path=/; Secure; HttpOnly; SameSite=Strict"

    token = str(content["session_token"])
    session = assert_answers(
        flow.client.call("GET", "/sessions/current", token=token),
        200,
        {
            *("level", "username", "name", "role", "icegate_id", "legal_name", "registration_kind", "methods"),
            *("email", "mobile", "missing", "expires_at", "idle_expires_at", "fresh_until", "authority"),
        },
    )
    assert session["legal_name"] == flow.importer.holder.legal_name
    assert session["registration_kind"] == "simplified"

    ended = flow.client.call("DELETE", "/sessions/current", token=token)
    assert (ended.status, ended.raw) == (204, b"")
    assert ended.headers["Cache-Control"] == "no-store"
    cleared = "__Host-session=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0"
    assert ended.headers.get_all("Set-Cookie") == [cleared]


# The refusals, in the reader's language.


@both_languages
def test_every_sort_of_refusal_is_a_problem_in_the_readers_language(laptop: Laptop, language: str) -> None:
    client = Client(laptop.site_url, language=language)
    flow = opened(laptop, client=client)

    def refuses(reply: Reply, code: str, **members: object) -> None:
        assert_refuses(reply, code, language, **members)

    refuses(client.call("POST", REGISTRATIONS, raw=b"{"), "invalid_json")
    refuses(client.call("POST", REGISTRATIONS, raw=b'{"iec":1,"iec":2}'), "duplicate_key")
    refuses(client.call("POST", REGISTRATIONS, raw=b" " * 20_000), "body_too_large", limit=...)
    refuses(
        client.call("POST", REGISTRATIONS, raw=b"iec=1", headers={"Content-Type": "text/plain"}),
        "unsupported_media_type",
    )
    reasons = dict.fromkeys(("iec", "gstin", "temporary_password", "captcha"), "required")
    refuses(client.call("POST", REGISTRATIONS, {}), "invalid_fields", errors=..., reasons=reasons)
    refuses(client.call("GET", flow.path), "flow_token_invalid")
    refuses(flow.verify(("123456", "654321")), "step_out_of_order", current_status="credentials_required")
    refuses(client.call("GET", "/sessions/current"), "session_required")
    refuses(client.call("POST", "/sessions", {"username": new_icegate_id(), "password": "x"}), "sign_in_refused")

    flow.to_codes_sent()
    refuses(flow.send_again(), "resend_too_soon", retry_at=...)
    refuses(
        flow.verify(wrong(flow.codes())),
        "codes_incorrect",
        attempts_left=4,
        reasons={"mobile_code": "mobile_code_incorrect", "email_code": "email_code_incorrect"},
        errors={
            "mobile_code": text(language, "field.mobile_code_incorrect"),
            "email_code": text(language, "field.email_code_incorrect"),
        },
    )
    taken = opened(laptop, client=client)
    refuses(
        taken.choose(flow.icegate_id.upper()),
        "icegate_id_taken",
        reasons={"icegate_id": "icegate_id_taken"},
        errors={"icegate_id": text(language, "field.icegate_id_taken")},
    )


def test_a_path_or_method_that_is_not_there_is_a_problem_too(client: Client, flow: Flow) -> None:
    """The gateway answers these itself: it cannot choose a language, so it says them in both."""
    not_there = ("GET", "/no/such/page/any/where"), ("DELETE", flow.path), ("PATCH", "/sessions"), ("PUT", "/sessions")
    for method, path in not_there:
        reply = client.call(method, path)
        assert (reply.status, reply.code) == (404, "not_found"), (method, path)
        assert reply.headers["Content-Type"] == "application/problem+json"
        assert reply.headers["Cache-Control"] == "no-store"
        for language in ("en", "hi"):
            assert text(language, "refusal.not_found.title") in reply.content["title"]


@pytest.mark.parametrize(
    ("accept", "language"),
    [
        ("hi-IN,hi;q=0.9,en;q=0.8", "hi"),
        ("en-GB", "en"),
        ("ta,hi;q=0.5", "hi"),
        ("de", "en"),
        ("*", "en"),
        ("hi;q=0", "en"),
        ("x" * 5000, "en"),
        ("हिन्दी".encode().decode("latin-1"), "en"),
    ],
)
def test_the_language_is_negotiated(client: Client, accept: str, language: str) -> None:
    reply = client.call("GET", "/sessions/current", headers={"Accept-Language": accept})
    assert_refuses(reply, "session_required", language)


@pytest.mark.usefixtures("captcha_in_earnest")
def test_opening_with_all_the_work_of_the_captcha(laptop: Laptop) -> None:
    assert opened_over_http(laptop).to_registered().read()["status"] == "registered"
