"""Setting a new password over HTTP: what reaches the person, what ends, and what strangers learn: nothing."""

from __future__ import annotations

import itertools
import json
import logging
from typing import Any

import pytest

from chalicelib.domain.accounts.account import AccountStatus
from chalicelib.domain.accounts.security import Security, TrustedBrowser
from chalicelib.suite import suite
from infra.local.calls import Call
from infra.local.laptop import Laptop
from tests.journeys.clients import Client, Reply
from tests.journeys.importers import PASSWORD
from tests.journeys.residents import (
    NEW_PASSWORD,
    Resident,
    ask_reset,
    code_in,
    icegate_resident,
    new_resident,
    resetting,
)
from tests.journeys.walking import newest_codes, wrong


@pytest.fixture
def resident(laptop: Laptop) -> Resident:
    return new_resident(laptop)


def test_the_straight_path(resident: Resident, client: Client) -> None:
    reset = resetting(client, resident.username)
    typed = newest_codes(resident.laptop, resident.contact)
    assert reset.verify(typed).demand(200).content["status"] == "confirmed"
    assert reset.set_password().demand(200).content["status"] == "done"
    assert resident.sign_in().demand(401).code == "sign_in_refused"
    assert resident.sign_in(NEW_PASSWORD).demand(202).content["status"] == "second_factor_required"
    # Whoever was signed in is so no more.
    assert resident.call("GET", "/account").demand(401).code == "session_required"
    told = resident.until_heard(4)
    assert sum("password" in text and "changed" in text for text in told) == 2


def test_an_icegate_id_as_well(laptop: Laptop, client: Client) -> None:
    resident = icegate_resident(laptop)
    reset = resetting(client, resident.username.upper())
    reset.verify().demand(200)
    reset.set_password().demand(200)
    assert resident.sign_in(NEW_PASSWORD).demand(200).content["icegate_id"] == resident.username


@pytest.mark.parametrize("language", ["en", "hi"])
def test_messages_come_in_the_owners_language_whatever_the_stranger_reads(laptop: Laptop, language: str) -> None:
    resident = new_resident(laptop, language)
    resetting(Client(laptop.site_url, language="en"), resident.username)
    sms = next(text for text in resident.until_heard(2) if text.splitlines()[-1].startswith("@"))
    assert sms.endswith((f"@127.0.0.1 #{code_in(sms)}", f"@localhost #{code_in(sms)}"))
    assert ("पासवर्ड" in sms) == (language == "hi")


def test_the_second_factor_stays_and_browsers_are_trusted_no_more(laptop: Laptop, client: Client) -> None:
    now = suite().clock()
    browser = TrustedBrowser("b" * 22, "Firefox, Linux", now, now)
    resident = new_resident(laptop, security=Security(recovery_codes=("a",) * 10, trusted_browsers=(browser,)))
    reset = resetting(client, resident.username)
    reset.verify().demand(200)
    reset.set_password().demand(200)
    security = resident.stored.security
    assert (security.recovery_codes, security.trusted_browsers) == (("a",) * 10, ())


class TestStrangers:
    """The known, the unknown and the shut-out: one answer, one amount of work."""

    def unlike(self, reply: Reply) -> dict[str, Any]:
        """An answer without what differs from one request to the next."""
        content = {**reply.content}
        for name in ("reset_id", "flow_token", "expires_at", "resend_at", "retry_at"):
            if content.get(name) is not None:
                content[name] = "…"
        return {"status": reply.status, "headers": sorted(reply.headers.keys()), **content}

    def test_they_get_the_answers_of_the_known(self, laptop: Laptop, client: Client, resident: Resident) -> None:
        gone = new_resident(laptop, status=AccountStatus.DEPARTED)
        answers = []
        for username in (resident.username, "nobody.there", "nobody@nowhere.example", gone.username):
            asked = ask_reset(client.elsewhere(), username).demand(202)
            reset = resetting(client.elsewhere(), username)
            typed = wrong(("111111", "222222"))
            replies = [asked, reset.send_again(), *(reset.verify(typed) for _ in range(6)), reset.set_password()]
            answers.append(json.dumps([self.unlike(reply) for reply in replies]))
        assert len(set(answers)) == 1
        assert resident.until_heard(4)
        assert laptop.outbox()[0].to in (resident.contact.email, resident.contact.mobile)

    def test_the_same_calls_are_made_for_them(self, laptop: Laptop, client: Client, resident: Resident) -> None:
        def shape(call: Call) -> tuple[str, str, int]:
            return call.service, call.operation, call.writes

        shapes = []
        for username in (resident.username, "nobody.there"):
            with laptop.calls.recorded() as calls:
                reset = resetting(client.elsewhere(), username)
                reset.verify(("111111", "222222")).demand(422)
                laptop.clock.advance(seconds=31)
                reset.send_again().demand(202)
            made = [call for call in calls if "/password-resets" in str(call.made_by)]
            shapes.append([shape(call) for call in made])
        assert shapes[0] == shapes[1]
        assert shapes[0]

    def test_no_log_holds_what_was_typed_or_sent(
        self, resident: Resident, client: Client, caplog: pytest.LogCaptureFixture
    ) -> None:
        with caplog.at_level(logging.DEBUG):
            reset = resetting(client, resident.username)
            typed = newest_codes(resident.laptop, resident.contact)
            reset.verify(typed).demand(200)
            reset.set_password().demand(200)
        told = "\n".join(f"{record.getMessage()} {record.__dict__}" for record in caplog.records if _is_ours(record))
        assert "open_password_reset" in told
        for secret in (resident.username, *typed, NEW_PASSWORD, reset.token, resident.contact.email.lower()):
            assert secret not in told


def _is_ours(record: logging.LogRecord) -> bool:
    return not record.name.startswith(("botocore", "urllib3", "werkzeug", "moto", "asyncio"))


class TestFlooding:
    def test_a_name_is_answered_five_times_a_day(self, resident: Resident, client: Client) -> None:
        for username in (resident.username, "nobody.there.at.all"):
            replies = [ask_reset(client.elsewhere(), username) for _ in range(6)]
            assert [reply.code for reply in replies] == [None] * 5 + ["send_limit_reached"]
            assert "retry_at" in replies[-1].content
        assert len(resident.until_heard(10)) == 10

    def test_whoever_floods_it_does_not_keep_the_owner_from_signing_in(
        self, resident: Resident, client: Client
    ) -> None:
        """Half of the day's messages to an address are the owner's own."""
        names = (resident.username, resident.contact.email, resident.contact.email.upper(), f" {resident.username} ")
        for username, _ in itertools.product(names, range(5)):
            ask_reset(client.elsewhere(), username)
        assert len(resident.until_heard(10)) == 10
        token = resident.sign_in().demand(202).content["session_token"]
        for channel in ("mobile", "email"):
            reply = client.elsewhere().call("POST", "/sessions/current/codes", {"channel": channel}, token=token)
            assert (reply.status, reply.code) in {(202, None), (429, "resend_too_soon")}

    def test_one_address_asks_25_times_in_five_minutes(self, client: Client) -> None:
        replies = [ask_reset(client, f"nobody.{number}") for number in range(26)]
        assert [reply.status for reply in replies] == [202] * 25 + [429]
        assert replies[-1].code == "too_many_requests"


class TestTheNewPassword:
    @pytest.mark.parametrize(
        ("password", "reason"),
        [
            ("short", "password_too_short"),
            ("alllowercase", "password_needs_mix"),
            (PASSWORD, "password_same"),
        ],
    )
    def test_the_rules_are_told(self, resident: Resident, client: Client, password: str, reason: str) -> None:
        reset = resetting(client, resident.username)
        reset.verify().demand(200)
        assert reset.set_password(password).demand(422).reasons == {"password": reason}

    def test_it_holds_no_username(self, resident: Resident, client: Client) -> None:
        reset = resetting(client, resident.username)
        reset.verify().demand(200)
        reply = reset.set_password(f"{resident.username.lower()}#A1")
        assert reply.demand(422).reasons == {"password": "password_contains_username"}

    def test_it_is_typed_twice(self, resident: Resident, client: Client) -> None:
        reset = resetting(client, resident.username)
        body = {"password": NEW_PASSWORD, "confirm_password": PASSWORD}
        assert reset.call("PUT", "/password", body).demand(422).reasons == {"confirm_password": "passwords_differ"}

    def test_after_its_time_it_is_over(self, resident: Resident, client: Client) -> None:
        reset = resetting(client, resident.username)
        reset.verify().demand(200)
        resident.laptop.clock.advance(minutes=15)
        assert reset.set_password().demand(410).code == "flow_ended"

    def test_nobody_without_the_flow_token_sets_it(self, resident: Resident, client: Client) -> None:
        reset = resetting(client, resident.username)
        reset.verify().demand(200)
        other = resetting(client, resident.username)
        reset.token = other.token
        assert reset.set_password().demand(401).code == "flow_token_invalid"


def test_a_lost_answer_is_made_good_by_asking_again(resident: Resident, client: Client) -> None:
    reset = resetting(client, resident.username)
    laptop = resident.laptop
    laptop.faults.add("dynamodb", "TransactWriteItems", "answer_lost")
    reset.verify()
    reset.verify().demand(200)
    laptop.faults.add("dynamodb", "TransactWriteItems", "answer_lost")
    reset.set_password()
    assert reset.set_password().demand(200).content["status"] == "done"
    assert resident.stored.security.generation == 1
