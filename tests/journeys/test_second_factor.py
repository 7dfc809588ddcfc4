"""The second factor over HTTP: codes that arrive, authenticator apps, recovery codes, trusted browsers, step-up."""

import re
from collections import Counter
from collections.abc import Callable
from dataclasses import replace

import pytest

from chalicelib.domain.accounts.account import Account, Post, Role
from chalicelib.domain.changes import WriteOwner
from chalicelib.domain.contacts import Channel
from chalicelib.suite import suite
from infra.local.laptop import Laptop
from infra.local.outbox import Sent
from tests.engines import on_both_engines
from tests.journeys.accounts import Person, signed_up
from tests.journeys.clients import Client, Reply
from tests.journeys.importers import PASSWORD, new_registrant
from tests.journeys.signed_in import SignedInClient, fresh, password_shown, signed_in
from tests.journeys.walking import eventually, newest_codes, other_than, sent_to, together

FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")


@pytest.fixture
def person(laptop: Laptop) -> Person:
    return signed_up(laptop)


@pytest.fixture
def half_way(laptop: Laptop, person: Person) -> SignedInClient:
    return password_shown(laptop, person)


def outcomes(replies: list[Reply]) -> Counter[str | int]:
    return Counter(reply.code or reply.status for reply in replies)


def as_staff(person: Person, role: Role = Role.OFFICER) -> None:
    """Make an officer of somebody who signed up."""
    account, now = person.account, suite().clock()
    suite().store.write(WriteOwner(replace(account, role=role, post=Post("03", "system", now, now, joined_at=now))))


# Sign-in.


def test_a_password_alone_is_half_way(laptop: Laptop, person: Person) -> None:
    client = Client(laptop.site_url)
    reply = client.call("POST", "/sessions", {"username": person.username.upper(), "password": person.password})
    content = reply.demand(202).content
    assert sorted(content) == ["email", "expires_at", "methods", "mobile", "session_token", "status"]
    assert (content["status"], content["methods"]) == ("second_factor_required", ["mobile_code", "email_code"])
    assert (content["email"], content["mobile"]) == ("M••••••@people.example", f"+91 ••••••{person.mobile[-4:]}")
    cookie = f"__Host-session={content['session_token']}; Path=/; Secure; HttpOnly; SameSite=Strict"
    assert reply.headers.get_all("Set-Cookie") == [cookie]
    token = content["session_token"]
    session = client.call("GET", "/sessions/current", token=token).demand(200).content
    assert (session["level"], session["name"], session["fresh_until"]) == ("password", None, None)
    for method, path in (("GET", "/sessions"), ("GET", "/account"), ("DELETE", "/sessions"), ("GET", "/staff")):
        refused = client.call(method, path, token=token).demand(401)
        assert (refused.code, refused.headers["WWW-Authenticate"]) == ("second_factor_required", "Bearer")


@pytest.mark.parametrize("channel", Channel)
def test_the_code_that_arrives_signs_in(
    laptop: Laptop, person: Person, half_way: SignedInClient, channel: Channel
) -> None:
    asked = half_way.ask(channel).demand(202).content
    masked = {Channel.MOBILE: f"+91 ••••••{person.mobile[-4:]}", Channel.EMAIL: "M••••••@people.example"}
    assert (asked["channel"], asked["sent_to"]) == (channel.value, masked[channel])
    assert (asked["sends_left"], asked["attempts_left"]) == (4, 5)
    address = person.mobile if channel is Channel.MOBILE else person.email

    def arrived() -> str | None:
        texts = [message.text for message in sent_to(laptop, person.contact) if message.to == address]
        found = [text for text in texts if "to sign in" in text]
        return found[-1] if found else None

    text = eventually(arrived, laptop.outbox)
    (code, *bound) = re.findall(r"(?<!\d)\d{6}(?!\d)", text)
    assert bound == ([code] if channel is Channel.MOBILE else [])
    before = half_way.token
    content = half_way.show(f"{channel.value}_code", code).demand(200).content
    assert (content["status"], content["username"], content["role"], content["icegate_id"]) == (
        "signed_in", person.username, "importer_exporter", None,
    )  # fmt: skip
    assert half_way.token != before
    assert half_way.call("GET", "/sessions/current", token=before).demand(401).code == "session_required"
    session = half_way.call("GET", "/sessions/current").demand(200).content
    assert (session["level"], session["name"], session["missing"]) == ("full", person.name, None)
    assert session["fresh_until"] is not None


def test_sent_again_the_same_code_arrives(laptop: Laptop, half_way: SignedInClient) -> None:
    first = half_way.ask().demand(202).content
    code = half_way.code()
    refused = half_way.ask().demand(429)
    assert (refused.code, refused.content["retry_at"]) == ("resend_too_soon", first["resend_at"])
    laptop.clock.advance(seconds=31)
    again = half_way.ask().demand(202).content
    assert (again["expires_at"], again["sends_left"], half_way.code()) == (first["expires_at"], 3, code)
    half_way.show("mobile_code", code).demand(200)


def test_a_wrong_code_costs_an_attempt_and_five_end_it(half_way: SignedInClient) -> None:
    half_way.ask().demand(202)
    right = half_way.code()
    for left in (4, 3, 2, 1, 0):
        refused = half_way.show("mobile_code", other_than(right)).demand(422)
        assert (refused.code, refused.content["attempts_left"]) == ("code_incorrect", left)
        assert refused.reasons == {"code": "code_incorrect"}
    assert half_way.show("mobile_code", right).demand(410).code == "codes_exhausted"
    assert half_way.ask(Channel.EMAIL).demand(410).code == "codes_exhausted"


def test_what_is_half_way_ends_after_ten_minutes(laptop: Laptop, half_way: SignedInClient) -> None:
    half_way.ask().demand(202)
    code = half_way.code()
    laptop.clock.advance(minutes=10)
    assert half_way.show("mobile_code", code).demand(401).code == "session_expired"


@pytest.mark.parametrize(
    ("body", "reasons"),
    [
        ({"method": "mobile_code", "code": "１２３４５６"}, {"code": "code_not_six_digits"}),
        ({"method": "mobile_code", "code": "१२३४५६"}, {"code": "code_not_six_digits"}),
        ({"method": "authenticator", "code": "12345"}, {"code": "code_not_six_digits"}),
        ({"method": "recovery_code", "code": "123456"}, {"code": "recovery_code_invalid"}),
        ({"method": "recovery_code", "code": "- -"}, {"code": "required"}),
        ({"method": "both_codes", "code": "123456"}, {"method": "method_unknown"}),
        ({"method": "password", "code": "123456"}, {"method": "method_unknown"}),
        ({"method": "mobile_code", "code": "123456", "trust_browser": "yes"}, {"trust_browser": "not_true"}),
        ({"method": "mobile_code", "code": "123456", "level": "full"}, {"level": "unknown_field"}),
        ({"code": "123456"}, {"method": "required"}),
    ],
)
def test_what_cannot_be_a_second_factor_is_told_field_by_field(
    half_way: SignedInClient, body: dict[str, object], reasons: dict[str, str]
) -> None:
    refused = half_way.call("POST", "/sessions/current/second-factor", body)
    assert (refused.demand(422).code, refused.reasons) == ("invalid_fields", reasons)


def test_a_channel_that_there_is_not(half_way: SignedInClient) -> None:
    refused = half_way.call("POST", "/sessions/current/codes", {"channel": "pigeon"})
    assert refused.demand(422).reasons == {"channel": "channel_unknown"}


# Authenticator apps.


def test_an_authenticator_is_added_shown_at_sign_in_and_removed(laptop: Laptop, person: Person) -> None:
    mine = signed_in(laptop, person)
    offered = mine.call("POST", "/account/authenticator").demand(200).content
    assert offered["qr"].startswith("<svg ")
    assert offered["uri"].startswith("otpauth://totp/Pravesh:")
    codes = mine.add_authenticator()
    assert len(codes) == 10
    again = password_shown(laptop, person)
    again.authenticator = mine.authenticator
    methods = again.call("GET", "/sessions/current").demand(200).content["methods"]
    assert methods == ["authenticator", "recovery_code"]
    assert again.ask().demand(422).code == "method_not_offered"
    assert again.show("mobile_code", "123456").demand(422).code == "method_not_offered"
    fresh(again)
    again.call("DELETE", "/account/authenticator").demand(204)
    assert person.account.security.authenticator is None
    signed_in(laptop, person)
    told = [message.text for message in eventually(lambda: _told(laptop, person, 4), laptop.outbox)]
    assert sum("was added" in text for text in told) == 2
    assert sum("was removed" in text for text in told) == 2


def _told(laptop: Laptop, person: Person, at_least: int) -> list[Sent] | None:
    found = [message for message in sent_to(laptop, person.contact) if "authenticator app" in message.text]
    return found if len(found) >= at_least else None


def test_a_code_of_the_app_is_not_replayed(laptop: Laptop, person: Person) -> None:
    mine = signed_in(laptop, person)
    mine.add_authenticator()
    laptop.clock.advance(seconds=30)
    thief, owner = password_shown(laptop, person), password_shown(laptop, person)
    code = mine.app_code()
    assert owner.show("authenticator", code.translate(FULL_WIDTH)).demand(422).reasons["code"] == "code_not_six_digits"
    owner.show("authenticator", f" {code[:3]} {code[3:]} ").demand(200)
    for _ in range(2):
        assert thief.show("authenticator", code).demand(422).code == "authenticator_code_used"
    assert owner.show("authenticator", code).demand(422).code == "authenticator_code_used"


def test_a_phone_whose_clock_is_off_is_told_apart(laptop: Laptop, person: Person) -> None:
    mine = signed_in(laptop, person)
    mine.add_authenticator()
    laptop.clock.advance(seconds=30)
    slow = mine.app_code()
    laptop.clock.advance(minutes=3)
    again = password_shown(laptop, person)
    refused = again.show("authenticator", slow).demand(422)
    # It was the code of a step that nobody used; now it is three minutes late, and a moment.
    assert refused.code == "authenticator_clock_off"
    assert refused.content["minutes"] in {3, 4}
    assert f"{refused.content['minutes']} minutes" in refused.content["detail"]
    assert again.call("GET", "/sessions/current").demand(200).content["level"] == "password"


def test_what_is_sensitive_asks_again_after_ten_minutes(laptop: Laptop, person: Person) -> None:
    mine = signed_in(laptop, person)
    laptop.clock.advance(minutes=10)
    for method, path in (
        ("POST", "/account/authenticator"),
        ("DELETE", "/account/authenticator"),
        ("POST", "/account/recovery-codes"),
    ):
        assert mine.call(method, path).demand(403).code == "step_up_required"
    before = mine.token
    fresh(mine)
    assert mine.token != before
    mine.call("POST", "/account/authenticator").demand(200)
    assert mine.call("GET", "/sessions/current", token=before).demand(401).code == "session_required"


def test_staff_come_in_without_an_authenticator_only_to_add_one(laptop: Laptop, person: Person) -> None:
    as_staff(person, Role.SUPERVISOR)
    mine = signed_in(laptop, person)
    assert mine.call("GET", "/staff").demand(403).code == "authenticator_required"
    session = mine.call("GET", "/sessions/current").demand(200).content
    assert (session["missing"], session["role"]) == ("authenticator_required", "supervisor")
    assert session["authority"]["code"] == "03"
    mine.add_authenticator()
    assert mine.call("GET", "/sessions/current").demand(200).content["missing"] is None
    mine.call("GET", "/staff").demand(200)
    assert mine.call("DELETE", "/account/authenticator").demand(403).code == "not_permitted"
    assert mine.call("POST", "/sessions/current/authenticator-loss").demand(403).code == "not_permitted"


def test_an_icegate_registrant_adds_one_and_is_asked_for_it(laptop: Laptop) -> None:
    registrant = new_registrant(laptop)
    mine = SignedInClient(laptop, registrant.client, registrant.sign_in())
    assert mine.call("POST", "/account/authenticator").demand(403).code == "step_up_required"
    fresh(mine).add_authenticator()
    body = {"username": registrant.icegate_id, "password": PASSWORD}
    content = registrant.client.elsewhere().call("POST", "/sessions", body).demand(202).content
    again = SignedInClient(laptop, registrant.client, content["session_token"], mine.authenticator)
    laptop.clock.advance(seconds=30)
    assert again.show("authenticator", mine.app_code()).demand(200).content["icegate_id"] == registrant.icegate_id
    again.call("GET", "/icegate/services").demand(200)


# Recovery codes.


def test_a_recovery_code_serves_once_and_its_owner_is_told(laptop: Laptop, person: Person) -> None:
    mine = signed_in(laptop, person)
    codes = mine.add_authenticator()
    again = password_shown(laptop, person)
    again.show("recovery_code", codes[0].lower().replace("-", " ")).demand(200)

    def told() -> bool | None:
        texts = [m.text for m in sent_to(laptop, person.contact) if "Recovery codes left: 9" in m.text]
        return True if len(texts) == 2 else None

    eventually(told, laptop.outbox)
    other = password_shown(laptop, person)
    assert other.show("recovery_code", codes[0]).demand(422).code == "code_incorrect"
    renewed = again.call("POST", "/account/recovery-codes").demand(200).content["recovery_codes"]
    assert other.show("recovery_code", codes[1]).demand(422).code == "code_incorrect"
    other.show("recovery_code", renewed[1]).demand(200)


@on_both_engines
def test_one_recovery_code_in_many_sessions_at_once_serves_once(laptop: Laptop) -> None:
    person = signed_up(laptop)
    codes = signed_in(laptop, person).add_authenticator()
    sessions = [password_shown(laptop, person) for _ in range(6)]
    for session in sessions:
        session.client = session.client.elsewhere()
    found = outcomes(together(*[show_recovery(session, codes[0]) for session in sessions]))
    assert found == {200: 1, "code_incorrect": 5}
    assert len(person.account.security.recovery_codes) == 9


def show_recovery(session: SignedInClient, code: str) -> Callable[[], Reply]:
    return lambda: session.show("recovery_code", code)


@on_both_engines
def test_one_code_of_the_app_in_many_sessions_at_once_serves_once(laptop: Laptop) -> None:
    person = signed_up(laptop)
    mine = signed_in(laptop, person)
    mine.add_authenticator()
    sessions = [password_shown(laptop, person) for _ in range(6)]
    laptop.clock.advance(seconds=30)
    code = mine.app_code()
    found = outcomes(together(*[lambda session=session: session.show("authenticator", code) for session in sessions]))
    assert found == {200: 1, "authenticator_code_used": 5}


@on_both_engines
def test_many_right_answers_for_one_session_have_one_successor(laptop: Laptop) -> None:
    person = signed_up(laptop)
    half_way = password_shown(laptop, person)
    half_way.ask().demand(202)
    body = {"method": "mobile_code", "code": half_way.code()}
    answers = together(*[lambda: half_way.call("POST", "/sessions/current/second-factor", body)] * 5)
    found = outcomes(answers)
    assert found[200] == 1
    assert set(found) <= {200, "session_required", "codes_exhausted"}
    (token,) = [reply.content["session_token"] for reply in answers if reply.status == 200]
    listed = half_way.call("GET", "/sessions", token=token).demand(200).content["sessions"]
    assert [session["is_current"] for session in listed] == [True]


@on_both_engines
def test_many_wrong_answers_at_once_are_five_attempts(laptop: Laptop) -> None:
    half_way = password_shown(laptop, signed_up(laptop))
    half_way.ask().demand(202)
    right = half_way.code()
    body = {"method": "mobile_code", "code": other_than(right)}
    found = outcomes(together(*[lambda: half_way.call("POST", "/sessions/current/second-factor", body)] * 12))
    assert found == {"code_incorrect": 5, "codes_exhausted": 7}
    assert half_way.show("mobile_code", right).demand(410).code == "codes_exhausted"


# Trusted browsers.


def test_a_trusted_browser_is_asked_for_no_second_factor_until_it_is_taken_back(laptop: Laptop, person: Person) -> None:
    mine = password_shown(laptop, person)
    mine.ask().demand(202)
    reply = mine.show("mobile_code", mine.code(), trust_browser=True).demand(200)
    (cookie,) = [one for one in reply.headers.get_all("Set-Cookie") or [] if one.startswith("__Host-browser=")]
    assert cookie.endswith("; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=2592000")
    jar = {"Cookie": f"__Host-session=old; __Host-browser={mine.browser}"}
    body = {"username": person.username, "password": person.password}
    again = mine.client.call("POST", "/sessions", body, headers=jar).demand(200)
    assert again.content["status"] == "signed_in"
    (browser,) = person.account.security.trusted_browsers
    mine.call("DELETE", f"/account/trusted-browsers/{browser.browser_id}").demand(204)
    assert mine.client.call("POST", "/sessions", body, headers=jar).demand(202)
    assert mine.call("DELETE", f"/account/trusted-browsers/{browser.browser_id}").demand(404).code == "not_found"


def test_a_stranger_who_locks_the_name_does_not_lock_the_trusted_browser(laptop: Laptop, person: Person) -> None:
    mine = password_shown(laptop, person)
    mine.ask().demand(202)
    mine.show("mobile_code", mine.code(), trust_browser=True).demand(200)
    body = {"username": person.username, "password": "Wrong#1234"}
    for _ in range(10):
        Client(laptop.site_url).call("POST", "/sessions", body).demand(401)
    right = {"username": person.username, "password": person.password}
    assert Client(laptop.site_url).call("POST", "/sessions", right).demand(429).code == "locked"
    forged = f"{mine.browser}x"
    assert mine.client.call("POST", "/sessions", right, headers={"Cookie": f"__Host-browser={forged}"}).status == 429
    mine.client.call("POST", "/sessions", right, headers={"Cookie": f"__Host-browser={mine.browser}"}).demand(200)


# A lost authenticator.


def test_a_lost_authenticator_is_replaced_by_both_codes(laptop: Laptop, person: Person) -> None:
    signed_in(laptop, person).add_authenticator()
    lost = password_shown(laptop, person)
    asked = lost.call("POST", "/sessions/current/authenticator-loss").demand(202).content
    assert sorted(asked) == ["attempts_left", "email", "expires_at", "mobile", "resend_at", "sends_left"]
    mobile, email = eventually(lambda: _loss_codes(laptop, person, lost), laptop.outbox)
    path = "/sessions/current/authenticator-loss/verify"
    refused = lost.call("POST", path, {"mobile_code": email, "email_code": email}).demand(422)
    assert (refused.code, list(refused.reasons)) == ("codes_incorrect", ["mobile_code"])
    reply = lost.call("POST", path, {"mobile_code": mobile, "email_code": email}).demand(200)
    assert reply.content["status"] == "signed_in"
    security = person.account.security
    assert (security.authenticator, security.recovery_codes) == (None, ())
    assert lost.call("GET", "/sessions/current").demand(401).code == "session_required"
    lost.token = reply.content["session_token"]
    assert lost.call("GET", "/sessions/current").demand(200).content["methods"] == ["mobile_code", "email_code"]


def _loss_codes(laptop: Laptop, person: Person, lost: SignedInClient) -> tuple[str, str] | None:
    """The codes as they arrived, once they are those of the loss."""
    arrived = newest_codes(laptop, person.contact)
    return arrived if arrived == (lost.code(Channel.MOBILE), lost.code(Channel.EMAIL)) else None


def test_the_account_is_still_the_persons(laptop: Laptop, person: Person) -> None:
    """Nothing of all that changes who the account is."""
    before = person.account
    mine = signed_in(laptop, person)
    mine.add_authenticator()
    fresh(mine).call("DELETE", "/account/authenticator").demand(204)
    after = person.account
    assert isinstance(after, Account)
    assert replace(after, security=before.security, revision=before.revision) == before
