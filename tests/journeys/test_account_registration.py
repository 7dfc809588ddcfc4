"""Signing up over HTTP: the straight path, another browser, time, tries, sends, and who hears what."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from chalicelib.domain.accounts.account import AccountName, AccountStatus, Role
from chalicelib.domain.accounts.owners import account_key
from chalicelib.domain.audit import Deed
from chalicelib.suite import suite
from chalicelib.web import privacy_notice
from infra.local.executions import Execution
from infra.local.laptop import Laptop
from infra.local.outbox import Sent
from tests.journeys.accounts import (
    ACCOUNT_REGISTRATIONS,
    Person,
    SignUpFlow,
    new_person,
    sign_up,
    signed_up,
    signing_up,
)
from tests.journeys.clients import Client, Reply, captcha
from tests.journeys.importers import new_icegate_id, new_registrant
from tests.journeys.walking import newest_codes, opened, retry_after, sent_to, wrong

STRAIGHT = ["AwaitAccountCodes", "CreateAccount"]


def about(messages: list[Sent]) -> list[str]:
    """What messages are about and over which channel, sorted."""

    def kind(message: Sent) -> str:
        text = f"{message.subject or ''} {message.text}"
        for word, name in (
            (r"(?<!\d)\d{6}(?!\d)", "code"),
            ("could not be opened", "lost"),
            ("is open|खुल गया", "welcome"),
            ("Choose another username", "taken"),
            ("with your username|with the username", "tried"),
            ("account already|पहले से", "exists"),
        ):
            if re.search(word, text):
                return name
        return text

    return sorted(f"{kind(message)}.{message.channel}" for message in messages)


def heard(laptop: Laptop, person: Person) -> list[str]:
    """What reached somebody's mobile and mailbox so far."""
    return about(sent_to(laptop, person.contact))


# The straight path.


def test_the_straight_path(laptop: Laptop, client: Client) -> None:
    flow = signing_up(laptop, client=client)
    opened_as = flow.read()
    assert opened_as["status"] == "codes_sent"
    assert (opened_as["attempts_left"], opened_as["sends_left"]) == (5, 4)
    person = flow.person
    assert (opened_as["email"], opened_as["mobile"]) == (
        "M••••••@people.example", f"+91 ••••••{person.mobile[-4:]}"
    )  # fmt: skip
    typed = newest_codes(laptop, person.contact)
    done = flow.verify(typed).demand(200).content
    assert (done["status"], done["username"]) == ("registered", person.username)
    assert (done["resend_at"], done["sends_left"], done["attempts_left"]) == (None, 0, 0)
    ended = flow.until_ended()
    assert (ended.status, ended.history) == ("SUCCEEDED", STRAIGHT)
    account = person.account
    assert (account.role, account.status) == (Role.IMPORTER_EXPORTER, AccountStatus.ACTIVE)
    assert (account.username, account.name, account.contact) == (person.username, person.name, person.contact)
    assert account.consent is not None
    assert (account.consent.version, account.consent.ip) == (privacy_notice.version(), client.ip)
    assert account.email_confirmed_at == account.mobile_confirmed_at == flow.stored().challenge.used_at
    (event,) = suite().store.audit_events(account_key(account.account_id))
    assert event.deed is Deed.ACCOUNT_OPENED
    assert heard(laptop, person) == ["code.email", "code.sms", "welcome.email", "welcome.sms"]


def test_in_hindi(laptop: Laptop) -> None:
    flow = signing_up(laptop, client=Client(laptop.site_url, language="hi"))
    flow.verify(newest_codes(laptop, flow.person.contact)).demand(200)
    flow.until_ended()
    assert flow.person.account.language == "hi"
    assert all(re.search("[\u0900-\u097f]", message.text) for message in sent_to(laptop, flow.person.contact))


def test_the_email_serves_as_username(laptop: Laptop, client: Client) -> None:
    for left_out in (None, "", "  "):
        flow = signing_up(laptop, client=client.elsewhere(), username=left_out)
        assert flow.verify().demand(200).content["username"] == flow.person.email
        assert flow.person.account.username == flow.person.email


def test_another_browser_goes_on_with_the_addresses_and_the_codes(laptop: Laptop, client: Client) -> None:
    flow = signing_up(laptop, client=client)
    elsewhere = flow.resume(client=client.elsewhere()).demand(200).content
    assert (elsewhere["status"], elsewhere["username"]) == ("registered", flow.person.username)
    assert flow.call("GET").demand(401).code == "flow_token_invalid"
    flow.token = elsewhere["flow_token"]
    assert flow.read()["status"] == "registered"


def test_the_journey_is_told_ids_and_nothing_of_the_person(laptop: Laptop) -> None:
    flow = signing_up(laptop)
    flow.verify().demand(200)
    flow.until_ended()
    states: Any = suite().aws.client("stepfunctions")
    machine = laptop.environment["JOURNEYS_ARN_PREFIX"] + "account-registration"
    arn = f"{machine.replace(':stateMachine:', ':execution:')}:{flow.registration_id}"
    history = states.get_execution_history(executionArn=arn)
    told = json.dumps(history["events"], default=str)
    assert flow.registration_id in told
    person, typed = flow.person, flow.codes()
    for secret in (person.email, person.mobile, person.name, person.username, person.password, flow.token, *typed):
        assert secret not in told


# Time, tries, sends.


def test_codes_work_for_a_quarter_of_an_hour(laptop: Laptop) -> None:
    flow = signing_up(laptop)
    flow.until_waiting()
    typed = flow.codes()
    laptop.clock.advance(minutes=15)
    ended = flow.until_ended()
    assert (ended.status, ended.history[:2]) == ("SUCCEEDED", ["AwaitAccountCodes", "ExpireAccountRegistration"])
    assert flow.read()["status"] == "expired"
    assert flow.stored().password_hash is None
    assert flow.verify(typed).demand(410).code == "registration_expired"
    assert flow.resume(typed).demand(410).code == "registration_expired"
    assert flow.send_again().demand(410).code == "registration_expired"
    assert suite().store.named(flow.person.email.lower()) is None
    signed_up(laptop, person=flow.person)


def test_five_wrong_tries_kill_the_codes(laptop: Laptop) -> None:
    flow = signing_up(laptop)
    typed = flow.codes()
    for left in (4, 3, 2, 1, 0):
        refused = flow.verify(wrong(typed)).demand(422)
        assert refused.code == "codes_incorrect"
        assert refused.content["attempts_left"] == left
        assert set(refused.reasons) == {"mobile_code", "email_code"}
    assert flow.verify(typed).demand(410).code == "codes_exhausted"
    assert flow.resume(typed).demand(422).code == "codes_not_matched"


def test_the_wrong_code_is_named(laptop: Laptop) -> None:
    flow = signing_up(laptop)
    mobile, email = flow.codes()
    assert flow.verify((wrong((mobile, email))[0], email)).demand(422).reasons == {
        "mobile_code": "mobile_code_incorrect"
    }
    assert flow.verify((mobile, wrong((mobile, email))[1])).demand(422).reasons == {
        "email_code": "email_code_incorrect"
    }
    flow.verify((mobile, email)).demand(200)


def test_sending_again(laptop: Laptop) -> None:
    flow = signing_up(laptop)
    typed, until = newest_codes(laptop, flow.person.contact), flow.read()["expires_at"]
    early = flow.send_again().demand(429)
    assert early.code == "resend_too_soon"
    assert 1 <= retry_after(early) <= 30
    for left in (3, 2, 1, 0):
        laptop.clock.advance(seconds=30)
        again = flow.call("POST", "/codes").demand(202).content
        assert (again["sends_left"], again["expires_at"]) == (left, until)
    laptop.clock.advance(seconds=30)
    assert flow.send_again().demand(429).code == "send_limit_reached"
    assert heard(laptop, flow.person) == ["code.email"] * 5 + ["code.sms"] * 5
    assert newest_codes(laptop, flow.person.contact) == typed
    flow.verify(typed).demand(200)


def test_a_success_may_be_asked_for_again_for_two_minutes(laptop: Laptop) -> None:
    flow = signing_up(laptop)
    typed = flow.codes()
    flow.verify(typed).demand(200)
    assert flow.verify(typed).demand(200).content["status"] == "registered"
    laptop.clock.advance(seconds=60)
    flow.token = flow.resume(typed).demand(200).content["flow_token"]
    laptop.clock.advance(seconds=61)
    assert flow.verify(typed).demand(409).code == "registration_ended"
    assert flow.resume(typed).demand(409).code == "codes_used"
    assert flow.read()["status"] == "registered"
    assert heard(laptop, flow.person).count("welcome.email") == 1


def test_who_has_no_flow_token_learns_nothing(laptop: Laptop, client: Client) -> None:
    flow, other = signing_up(laptop), signing_up(laptop)
    for path in ("", "/codes", "/codes/verify"):
        body = {"mobile_code": "123456", "email_code": "123456"} if path == "/codes/verify" else None
        method = "GET" if path == "" else "POST"
        for token in (None, other.token, "x" * 22):
            reply = client.call(method, f"{ACCOUNT_REGISTRATIONS}/{flow.registration_id}{path}", body, token=token)
            assert reply.demand(401).code == "flow_token_invalid"
        unknown = client.call(method, f"{ACCOUNT_REGISTRATIONS}/{'A' * 22}{path}", body, token=flow.token)
        assert unknown.demand(401).code == "flow_token_invalid"


# The form.


def test_the_form_refuses_what_the_person_may_not_decide(client: Client) -> None:
    """Mass assignment: a role, a status, an id."""
    for role in ("administrator", "officer", "supervisor", "IMPORTER_EXPORTER"):
        reply = sign_up(client.elsewhere(), new_person(), role=role).demand(422)
        assert reply.reasons == {"role": "role_not_offered"}
    for field in ("status", "account_id", "post", "authority", "security", "email_confirmed_at", "roles"):
        reply = sign_up(client.elsewhere(), new_person(), **{field: "administrator"}).demand(422)
        assert reply.reasons == {field: "unknown_field"}


def test_rules_that_look_at_several_fields(client: Client) -> None:
    person = new_person()
    for otherwise, reasons in (
        ({"confirm_password": "Sagar#2027"}, {"confirm_password": "passwords_differ"}),
        ({"username": "somebody@else.example"}, {"username": "username_not_your_email"}),
        ({"username": "sagar#2026"}, {"username": "username_characters"}),
        ({"password": f"1a#{person.username}"}, {"password": "password_contains_username"}),
        ({"password": f"1A#{person.email}", "username": None}, {"password": "password_contains_username"}),
    ):
        assert sign_up(client.elsewhere(), person, **otherwise).demand(422).reasons == reasons
    assert suite().store.named(person.email.lower()) is None


def test_consent_is_to_the_notice_that_holds_now(client: Client) -> None:
    for version in ("2025-01", privacy_notice.version() + " "):
        assert sign_up(client, new_person(), privacy_notice=version).demand(409).code == "privacy_notice_changed"
    assert sign_up(client, new_person(), privacy_notice=None).demand(422).reasons == {"privacy_notice": "required"}


@pytest.mark.parametrize("language", ["en", "hi"])
def test_the_privacy_notice_is_there_for_everybody(laptop: Laptop, language: str) -> None:
    notice = Client(laptop.site_url, language=language).call("GET", "/privacy-notice").demand(200).content
    assert notice["version"] == privacy_notice.version()
    told = " ".join(notice["text"])
    for word in {"en": ("365", "complain", "close", "grievance"), "hi": ("365", "शिकायत", "बंद", "आधार")}[language]:
        assert word in told


def test_a_captcha_serves_once_and_a_double_click_opens_one_registration(laptop: Laptop, client: Client) -> None:
    person = new_person()
    wish = person.wish(captcha(client))
    client.call("POST", ACCOUNT_REGISTRATIONS, wish).demand(202)
    assert client.call("POST", ACCOUNT_REGISTRATIONS, wish).demand(422).code == "captcha_used"
    assert heard(laptop, person) == ["code.email", "code.sms"]


# Who has an account is nobody's business.


def shape(reply: Reply, person: Person) -> tuple[int, list[str], str]:
    """An answer with everything that is this request's own taken out of it."""
    body = reply.raw.decode()
    content = reply.content
    for value in (content["registration_id"], content["flow_token"], content["username"], person.mobile[-4:]):
        body = body.replace(value, "…")
    body = re.sub(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", "…", body)
    headers = sorted(
        f"{name}: {value}" for name, value in reply.headers.items() if name not in {"Date", "Content-Length"}
    )
    return reply.status, headers, body


@pytest.mark.parametrize("taken", ["email", "mobile", "both", "username", "username of ICEGATE"])
def test_what_is_taken_is_told_to_its_owner_and_not_to_the_caller(laptop: Laptop, client: Client, taken: str) -> None:
    owner, person = signed_up(laptop), new_person()
    laptop.clock.advance(seconds=1)
    registrant = new_registrant(laptop)
    otherwise = {
        "email": {"email": owner.email.upper()},
        "mobile": {"mobile": owner.mobile},
        "both": {"email": owner.email, "mobile": owner.mobile},
        "username": {"username": owner.username.upper()},
        "username of ICEGATE": {"username": registrant.icegate_id.upper()},
    }[taken]
    before = heard(laptop, owner)
    reply = sign_up(client, person, **otherwise).demand(202)
    new = list(heard(laptop, owner))
    for message in before:
        new.remove(message)
    assert (
        new
        == {
            "email": ["exists.email"],
            "mobile": ["exists.sms"],
            "both": ["exists.email", "exists.sms"],
            "username": ["tried.email"],
            "username of ICEGATE": [],
        }[taken]
    )
    assert (
        heard(laptop, person)
        == {
            "email": ["code.sms"],
            "mobile": ["code.email"],
            "both": [],
            "username": ["code.sms", "taken.email"],
            "username of ICEGATE": ["code.sms", "taken.email"],
        }[taken]
    )
    flow = SignUpFlow(laptop, client, person, reply.content["registration_id"], reply.content["flow_token"])
    assert flow.read()["status"] == "codes_sent"
    assert flow.verify(("000000", "000000")).demand(422).content["attempts_left"] == 4
    laptop.clock.advance(seconds=30)
    flow.send_again().demand(202)


def test_every_answer_to_a_taken_name_has_the_bytes_of_one_to_a_free_name(laptop: Laptop, client: Client) -> None:
    """One person, five times: with free names, and with each of their names taken by somebody else."""
    owner = signed_up(laptop)
    shapes = []
    for otherwise in ({}, {"email": owner.email}, {"mobile": owner.mobile}, {"username": owner.username}):
        person = new_person()
        reply = sign_up(client, person, **otherwise).demand(202)
        known = Person(
            "", "", "", str(otherwise.get("email", person.email)), str(otherwise.get("mobile", person.mobile))
        )
        shapes.append(shape(reply, known))
    assert shapes == [shapes[0]] * 4


def test_right_codes_for_a_name_that_is_taken_make_no_account(laptop: Laptop) -> None:
    """Whoever guesses the code that was never sent: the name still is another's."""
    owner = signed_up(laptop)
    flow = signing_up(laptop, email=owner.email)
    assert flow.verify().demand(410).code == "registration_expired"
    ended: Execution = flow.until_ended()
    assert (ended.status, ended.history) == ("SUCCEEDED", [*STRAIGHT, "Ended"])
    named = suite().store.named(owner.email.lower())
    assert isinstance(named, AccountName)
    assert suite().store.named(flow.person.username.lower()) is None
    assert suite().store.named(flow.person.mobile) is None


def test_a_name_lost_in_between_is_told_by_mail(laptop: Laptop) -> None:
    flow = signing_up(laptop)
    signed_up(laptop, person=Person(**{**vars(new_person()), "username": flow.person.username.lower()}))
    assert flow.verify().demand(410).code == "registration_expired"
    assert flow.until("expired")
    flow.until_ended()
    assert heard(laptop, flow.person) == ["code.email", "code.sms", "lost.email"]
    again = signing_up(laptop, flow.person, username=f"{flow.person.username}.2")
    again.verify().demand(200)


def test_an_icegate_id_may_not_be_a_dgft_username_of_another(laptop: Laptop, client: Client) -> None:
    username = new_icegate_id()
    flow = signing_up(laptop, username=username)
    flow.verify().demand(200)
    at_icegate = opened(laptop)
    asked = at_icegate.call("GET", f"/availability?icegate_id={username.upper()}").demand(200).content
    assert asked == {"available": False}
    assert at_icegate.choose(username.upper()).demand(409).code == "icegate_id_taken"
    at_icegate.choose(new_icegate_id()).demand(202)
