"""The outbox: no request waits for a provider, a provider that is down loses nothing, and each message goes once."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import botocore.session
import pytest
from botocore.awsrequest import AWSPreparedRequest, AWSResponse
from botocore.exceptions import EndpointConnectionError

from chalicelib.domain import codes, outbox
from chalicelib.domain.changes import WriteMessage
from chalicelib.domain.codes import Purpose
from chalicelib.domain.contacts import Channel, Contact
from chalicelib.domain.notices import NoticeKind
from chalicelib.domain.outbox import CLAIM, OutboxMessage
from chalicelib.handlers import message_steps
from chalicelib.suite import suite
from infra.local.calls import Call, Hook
from infra.local.laptop import Laptop
from infra.local.step_lambdas import LambdaContext
from tests.engines import on_both_engines
from tests.journeys.accounts import new_person, sign_up, signing_up
from tests.journeys.clients import Client
from tests.journeys.importers import new_contact
from tests.journeys.walking import held_back, sent_to, together

STEP = "send_messages"
PROVIDERS = {"sns", "ses"}


class Killed(BaseException):
    """The process ends here."""


def notice(contact: Contact, channel: Channel = Channel.EMAIL) -> OutboxMessage:
    """A message that says who has registered, as a decision makes it."""
    return outbox.message(NoticeKind.REGISTERED, channel, contact, "en", suite().clock(), icegate_id="ASHA")


def code(contact: Contact, channel: Channel = Channel.MOBILE) -> OutboxMessage:
    """A message with a code that lives for two hours."""
    now, key_id = suite().clock(), suite().keyring.current().key_id
    challenge = codes.asked(
        Purpose.SIMPLIFIED_REGISTRATION_CONTACT, tuple(Channel), key_id, b"n" * 16, now + timedelta(hours=2), now
    )
    return outbox.message(NoticeKind.CONTACT_CODE, channel, contact, "en", now, challenge=challenge)


def write(*messages: OutboxMessage) -> None:
    suite().store.write(*map(WriteMessage, messages))


def pass_time(laptop: Laptop, step: timedelta) -> None:
    """Move the clock on between two runs: a minute that passed in the middle of one would end its claims."""
    laptop.wait_until_idle()
    laptop.clock.advance(step)
    laptop.wait_until_idle()


def stored(message: OutboxMessage) -> OutboxMessage:
    found = suite().store.message(message.message_id)
    assert found is not None
    return found


@contextmanager
def calls_of_the_step(laptop: Laptop, hook: Hook) -> Iterator[None]:
    """Show `hook` every call of the sending step before it leaves."""
    before = laptop.calls.before_sending

    def shown(call: Call, request: AWSPreparedRequest) -> AWSResponse | None:
        answer = hook(call, request) if call.made_by in {STEP, None} else None
        return answer or (before(call, request) if before else None)

    laptop.calls.before_sending = shown
    try:
        yield
    finally:
        laptop.calls.before_sending = before


# Requests.


def test_a_request_asks_no_provider_and_its_messages_arrive_all_the_same(laptop: Laptop) -> None:
    person = new_person()
    with laptop.calls.recorded() as calls:
        sign_up(Client(laptop.site_url), person).demand(202)
        assert len(sent_to(laptop, person.contact)) == 2
    by_the_request = {call.service for call in calls if call.made_by == "POST /accounts/registrations"}
    assert by_the_request
    assert not by_the_request & PROVIDERS
    assert {call.made_by for call in calls if call.service in PROVIDERS} == {STEP}


def test_a_request_is_answered_as_ever_while_both_providers_are_down(laptop: Laptop) -> None:
    with laptop.faults.during("sns"), laptop.faults.during("ses"):
        flow = signing_up(laptop)
        assert flow.read()["status"] == "codes_sent"
        assert sent_to(laptop, flow.person.contact) == []
    pass_time(laptop, timedelta(minutes=2))
    assert {message.channel for message in sent_to(laptop, flow.person.contact)} == {"sms", "email"}
    flow.verify().demand(200, 202)


# Providers.


@on_both_engines
def test_a_provider_down_for_an_hour_loses_nothing_and_repeats_nothing(laptop: Laptop) -> None:
    contacts = [new_contact() for _ in range(3)]
    messages = [make(contact, channel) for contact in contacts for channel in Channel for make in (notice, code)]
    with laptop.faults.during("sns"), laptop.faults.during("ses", "SendEmail", "refused", code="Throttling"):
        write(*messages)
        flow = signing_up(laptop)
        for _ in range(60):
            pass_time(laptop, timedelta(minutes=1))
        assert all(sent_to(laptop, contact) == [] for contact in (*contacts, flow.person.contact))
        assert {stored(message).attempts for message in messages} <= set(range(8, 14))
    for _ in range(15):
        pass_time(laptop, timedelta(minutes=1))
    for contact in contacts:
        arrived = Counter((message.channel, "code" in message.text) for message in sent_to(laptop, contact))
        assert arrived == dict.fromkeys([(channel, text) for channel in ("sms", "email") for text in (True, False)], 1)
    assert all(stored(message).provider_id for message in messages)
    # Codes that lived for 15 minutes are worth nothing by now: they were given up.
    assert sent_to(laptop, flow.person.contact) == []


def test_a_provider_that_took_a_message_and_was_not_heard_gets_it_again_with_the_same_code(laptop: Laptop) -> None:
    contact = new_contact()
    with laptop.faults.during("sns", "Publish", "answer_lost"):
        write(code(contact))
        laptop.wait_until_idle()
    first = sent_to(laptop, contact)
    laptop.clock.advance(minutes=1)
    again = sent_to(laptop, contact)
    assert len(again) == len(first) + 1
    assert len({message.text for message in again}) == 1


def test_one_channel_that_is_down_does_not_keep_back_the_other(laptop: Laptop) -> None:
    contact = new_contact()
    with laptop.faults.during("ses"):
        write(notice(contact, Channel.EMAIL), notice(contact, Channel.MOBILE))
        assert [message.channel for message in sent_to(laptop, contact)] == ["sms"]
    laptop.clock.advance(minutes=1)
    assert [message.channel for message in sent_to(laptop, contact)] == ["sms", "email"]


# Senders.


@on_both_engines
def test_six_senders_at_once_send_each_message_once(laptop: Laptop) -> None:
    contact = new_contact()
    messages = [notice(contact) for _ in range(8)]
    with held_back(laptop, STEP, "message_steps"):
        write(*messages)
    event = {"message_ids": [message.message_id for message in messages]}
    context = LambdaContext(STEP)
    answers = together(*[lambda: message_steps.send_messages(event, context)] * 6)
    laptop.wait_until_idle()
    assert len(sent_to(laptop, contact)) == 8
    assert sum(answer["sent"] for answer in answers) <= 8
    assert {answer["failed"] + answer["given_up"] for answer in answers} == {0}


@on_both_engines
@pytest.mark.parametrize(("dies", "arrives"), [("before the provider", 1), ("after the provider", 2)])
def test_who_was_killed_in_the_middle_is_taken_over_when_the_claim_ends(
    laptop: Laptop, dies: str, arrives: int
) -> None:
    """After the provider took it nobody can know; the message goes again, with the same code."""
    contact, asked = new_contact(), []

    def kill(call: Call, _request: AWSPreparedRequest) -> None:
        if dies == "before the provider" and call.operation == "Publish":
            raise Killed
        if "Publish" in asked and call.operation == "PutItem":
            raise Killed
        asked.append(call.operation)

    message = code(contact)
    with held_back(laptop, STEP, "message_steps"):
        write(message)
        with calls_of_the_step(laptop, kill), pytest.raises(Killed):
            message_steps.send_messages({"message_ids": [message.message_id]}, LambdaContext(STEP))
    assert stored(message).claimed_until is not None
    assert len(sent_to(laptop, contact)) == arrives - 1
    pass_time(laptop, CLAIM / 2)
    laptop.run_schedules()
    assert len(sent_to(laptop, contact)) == arrives - 1
    for _ in range(3):
        pass_time(laptop, CLAIM)
        laptop.run_schedules()
    arrived = sent_to(laptop, contact)
    assert len(arrived) == arrives
    assert len({one.text for one in arrived}) == 1


@on_both_engines
def test_what_the_stream_could_not_deliver_the_schedule_sends(laptop: Laptop) -> None:
    contact, struck = new_contact(), []

    def unreachable(call: Call, request: AWSPreparedRequest) -> None:
        if call.service == "dynamodb" and call.made_by == STEP:
            struck.append(call.operation)
            raise EndpointConnectionError(endpoint_url=request.url)

    with calls_of_the_step(laptop, unreachable):
        write(notice(contact))
        laptop.wait_until_idle()
    assert struck
    assert sent_to(laptop, contact) == []
    laptop.run_schedules()
    assert len(sent_to(laptop, contact)) == 1


# The table.


def test_no_row_of_any_table_holds_a_code_that_arrived(laptop: Laptop) -> None:
    flow = signing_up(laptop)
    arrived = {
        found for one in sent_to(laptop, flow.person.contact) for found in re.findall(r"(?<!\d)\d{6}(?!\d)", one.text)
    }
    assert set(flow.codes()) == arrived
    dynamodb = botocore.session.get_session().create_client("dynamodb")
    tables = [value for name, value in laptop.environment.items() if name.endswith("_TABLE")]
    rows = [
        json.dumps(item)
        for table in tables
        for page in dynamodb.get_paginator("scan").paginate(TableName=table)
        for item in page["Items"]
    ]
    assert any(flow.registration_id in row for row in rows)
    for row in rows:
        assert not arrived & set(re.findall(r"(?<!\d)\d{6}(?!\d)", row))
