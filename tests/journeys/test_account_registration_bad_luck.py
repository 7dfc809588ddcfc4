"""Signing up with bad luck: each write lost or not made, steps that fail, Step Functions down. Repeating heals."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from chalicelib.handlers import account_registration_steps
from chalicelib.suite import suite
from infra.local.calls import Call
from infra.local.laptop import Laptop
from tests.journeys.accounts import SignUpFlow, new_person, sign_up, signing_up
from tests.journeys.bad_luck import Luck, aimed, is_write, steps_without_dynamodb
from tests.journeys.clients import Client, Reply
from tests.journeys.walking import held_back, sent_to

# The most writes of a sign-up after the form: attempt, success, wake, account; and the task token where it is late.
WRITES_AFTER_THE_FORM = 6
each_luck = pytest.mark.parametrize("luck", ["answer_lost", "unreachable"])


def repeated(click: Callable[[], Reply]) -> Reply:
    """The answer, after as many repetitions as a patient person makes."""
    for _ in range(4):
        reply = click()
        if reply.status != 503:
            return reply
    raise AssertionError(reply.raw)


def by_a_person_or_the_journey(call: Call) -> bool:
    """Every write of a walk but those of the sender, whose luck is the outbox's subject."""
    return is_write(call) and call.made_by != "send_messages"


def assert_one_account(flow: SignUpFlow) -> None:
    assert flow.person.account.account_id == flow.stored().account_id
    flow.until_ended()
    texts = [f"{message.channel} {message.text}" for message in sent_to(flow.laptop, flow.person.contact)]
    assert sum("is open" in text for text in texts) == 2, texts


@each_luck
@pytest.mark.parametrize("number", range(WRITES_AFTER_THE_FORM))
def test_each_write_after_the_form(laptop: Laptop, number: int, luck: Luck) -> None:
    flow = signing_up(laptop)
    typed = flow.codes()
    with aimed(laptop, number, luck, by_a_person_or_the_journey):
        repeated(lambda: flow.verify(typed)).demand(200, 202)
        flow.until("registered")
        flow.until_ended()
    assert_one_account(flow)


@each_luck
@pytest.mark.parametrize("number", range(2))
def test_each_write_of_the_form(laptop: Laptop, number: int, luck: Luck) -> None:
    person, client = new_person(), Client(laptop.site_url)
    with aimed(laptop, number, luck, by_a_person_or_the_journey):
        reply = sign_up(client, person)
        if reply.status == 503:
            # A captcha serves once; a new one does.
            reply = sign_up(client, person)
    content = reply.demand(202).content
    flow = SignUpFlow(laptop, client, person, content["registration_id"], content["flow_token"])
    repeated(flow.verify).demand(200, 202)
    flow.until("registered")
    assert_one_account(flow)


@each_luck
@pytest.mark.parametrize("number", range(3))
def test_each_write_of_a_resume(laptop: Laptop, number: int, luck: Luck) -> None:
    flow = signing_up(laptop)
    typed = flow.codes()
    with aimed(laptop, number, luck, by_a_person_or_the_journey):
        flow.token = repeated(lambda: flow.resume(typed)).demand(200, 202).content["flow_token"]
    flow.until("registered")
    assert_one_account(flow)


@each_luck
def test_the_write_of_an_expiry(laptop: Laptop, luck: Luck) -> None:
    flow = signing_up(laptop)
    flow.until_waiting()
    with aimed(laptop, 0, luck, by_a_person_or_the_journey):
        laptop.clock.advance(minutes=15)
        assert flow.until_ended().status == "SUCCEEDED"
    assert flow.stored().status.value == "expired"


def test_steps_that_cannot_reach_the_store_are_tried_again(laptop: Laptop) -> None:
    flow = signing_up(laptop)
    flow.until_waiting()
    typed = flow.codes()
    with steps_without_dynamodb(laptop, 6):
        repeated(lambda: flow.verify(typed)).demand(200, 202)
        flow.until("registered")
    assert_one_account(flow)


def test_step_functions_down_while_the_form_is_sent(laptop: Laptop) -> None:
    """The person never hears of it: the codes are on their way, and typing them starts the journey."""
    with laptop.faults.during("states", "StartExecution"):
        flow = signing_up(laptop)
    assert not [execution for execution in laptop.executions() if execution.id == flow.registration_id]
    flow.verify().demand(200, 202)
    flow.until("registered")
    assert_one_account(flow)


def test_step_functions_down_while_the_codes_are_sent(laptop: Laptop) -> None:
    flow = signing_up(laptop)
    flow.until_waiting()
    with laptop.faults.during("states", "SendTaskSuccess"):
        assert flow.verify().demand(503).code == "service_unavailable"
    assert flow.read()["status"] == "registering"
    flow.verify().demand(200, 202)
    flow.until("registered")
    assert_one_account(flow)


def test_a_lost_wake_up_that_nobody_repeats_is_made_good_when_the_wait_runs_out(laptop: Laptop) -> None:
    flow = signing_up(laptop)
    flow.until_waiting()
    with laptop.faults.during("states", "SendTaskSuccess"):
        flow.verify().demand(503)
    laptop.clock.advance(minutes=15)
    flow.until("registered")
    ended = flow.until_ended()
    assert ended.history == ["AwaitAccountCodes", "ExpireAccountRegistration", "PlaceInJourney", "CreateAccount"]
    assert_one_account(flow)


def test_an_account_that_takes_long_is_answered_with_registering(laptop: Laptop) -> None:
    flow = signing_up(laptop)
    flow.until_waiting()
    with held_back(laptop, "create_account", "account_registration_steps"):
        reply = flow.verify().demand(202)
        assert (reply.content["status"], reply.headers["Retry-After"]) == ("registering", "1")
        again = flow.resume().demand(202)
        flow.token = again.content["flow_token"]
        assert flow.send_again().demand(409).code == "step_out_of_order"
    flow.until("registered")
    assert_one_account(flow)


def test_codes_right_before_the_journey_waits_are_not_lost(laptop: Laptop) -> None:
    with held_back(laptop, "await_account_codes", "account_registration_steps"):
        flow = signing_up(laptop)
        flow.verify().demand(202)
    flow.until("registered")
    assert_one_account(flow)


def test_a_step_that_fails_for_good_ends_the_registration_and_the_execution(laptop: Laptop) -> None:
    def broken(_event: object, _context: object) -> None:
        raise RuntimeError

    laptop.steps.add("await_account_codes", broken)
    try:
        flow = signing_up(laptop)
        ended = flow.until_ended()
    finally:
        laptop.steps.add("await_account_codes", account_registration_steps.await_account_codes)
    assert (ended.status, ended.error) == ("FAILED", "RegistrationGivenUp")
    assert flow.read()["status"] == "expired"
    assert suite().store.named(flow.person.email.lower()) is None


def test_no_walk_is_longer_than_the_tests_above_take_it_to_be(laptop: Laptop) -> None:
    flow = signing_up(laptop)
    with aimed(laptop, 999, "unreachable", by_a_person_or_the_journey) as fault:
        flow.verify().demand(200, 202)
        flow.until_ended()
    assert WRITES_AFTER_THE_FORM - 2 <= fault.seen <= WRITES_AFTER_THE_FORM
