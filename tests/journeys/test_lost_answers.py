"""The answer to a write lost, or the write itself: each one of the journey in its turn. Repeating the request heals."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest

from chalicelib.domain.contacts import Contact
from chalicelib.domain.icegate.accounts import IcegateAccount
from chalicelib.suite import suite
from infra.local.faults import Fault
from infra.local.laptop import Laptop
from tests.journeys.bad_luck import AimedFault, Luck, aimed
from tests.journeys.clients import REGISTRATIONS, Client, Reply, captcha
from tests.journeys.importers import PASSWORD, new_contact, new_importer, new_registrant
from tests.journeys.walking import Flow, kinds, opened, sent_to, wrong

# The most writes of a walk, the journey's words among them (one fewer where a click comes before the journey waits).
STRAIGHT_WRITES, CHANGING_WRITES = 14, 10
SENDING_STEPS = {"issue_contact_codes", "issue_alternate_codes", "tell_registrant"}
STRAIGHT = ["code.email", "code.sms", "registered.email", "registered.sms"]
each_luck = pytest.mark.parametrize("luck", ["answer_lost", "unreachable"])


def repeated(click: Callable[[], Reply]) -> Reply:
    """The answer, after as many repetitions as a patient person makes."""
    for _ in range(4):
        reply = click()
        if reply.status != 503:
            return reply
    raise AssertionError(reply.raw)


def walk_straight(flow: Flow) -> None:
    repeated(flow.choose).demand(202)
    flow.until("codes_sent")
    typed = flow.codes()
    repeated(lambda: flow.verify(typed)).demand(200)
    repeated(flow.finish).demand(200, 202)
    flow.until("registered")
    flow.until_told()


def walk_changing(flow: Flow, alternate: Contact) -> None:
    repeated(lambda: flow.change(alternate)).demand(202)
    flow.until("alternate_codes_sent")
    typed = flow.codes(alternate)
    repeated(lambda: flow.verify_alternate(typed)).demand(200, 202)
    flow.until("registered")
    flow.until_told()


def assert_one_account(flow: Flow, contact: Contact) -> None:
    stored = suite().store.named(flow.icegate_id)
    assert isinstance(stored, IcegateAccount)
    assert (stored.registration_id, stored.contact) == (flow.registration_id, contact)
    used = suite().store.temporary_password(flow.importer.holder.iec)
    assert used is not None
    assert used.used_at is not None
    assert flow.execution().status == "SUCCEEDED"


def assert_sent(found: list[str], wanted: list[str], faults: tuple[AimedFault, ...]) -> None:
    """Each message went out once.

    Only where the write that says so could not be made at all, nothing tells the next run, and it sends once more (the
    same codes).
    """
    struck = [fault.struck for fault in faults if fault.luck == "unreachable" and fault.struck]
    if any(call.made_by in SENDING_STEPS and call.operation == "PutItem" for call in struck):
        assert set(found) == set(wanted), faults
        assert all(found.count(kind) <= 2 for kind in found), faults
    else:
        assert found == wanted, faults


@contextmanager
def two_faults(laptop: Laptop, number: int, writes: int) -> Iterator[tuple[AimedFault, ...]]:
    """Lose the answer to one write of a walk, and another write half a walk away: each meets both in its turn."""
    other = (number + writes // 2) % writes
    with aimed(laptop, number, "answer_lost") as lost, aimed(laptop, other, "unreachable") as unreachable:
        yield lost, unreachable


@pytest.mark.parametrize("number", range(STRAIGHT_WRITES))
def test_each_write_of_the_straight_path(laptop: Laptop, number: int) -> None:
    flow = opened(laptop)
    with two_faults(laptop, number, STRAIGHT_WRITES) as faults:
        walk_straight(flow)
    assert_one_account(flow, flow.importer.contact)
    assert_sent(kinds(flow.messages()), STRAIGHT, faults)


@pytest.mark.parametrize("number", range(CHANGING_WRITES))
def test_each_write_of_the_other_path(laptop: Laptop, number: int) -> None:
    flow, alternate = opened(laptop).to_contact_verified(), new_contact()
    flow.until_waiting("AwaitContactDecision")
    with two_faults(laptop, number, CHANGING_WRITES) as faults:
        walk_changing(flow, alternate)
    assert_one_account(flow, alternate)
    assert_sent(kinds(sent_to(laptop, alternate)), STRAIGHT, faults)
    assert_sent(kinds(flow.messages()), ["changed.email", "changed.sms", "code.email", "code.sms"], faults)


def test_no_walk_is_longer_than_the_tests_above_take_it_to_be(laptop: Laptop) -> None:
    flow, alternate = opened(laptop), new_contact()
    with aimed(laptop, 999, "unreachable") as fault:
        walk_straight(flow)
    straight = fault.seen
    flow = opened(laptop).to_contact_verified()
    flow.until_waiting("AwaitContactDecision")
    with aimed(laptop, 999, "unreachable") as fault:
        walk_changing(flow, alternate)
    assert STRAIGHT_WRITES - 2 < straight <= STRAIGHT_WRITES
    assert CHANGING_WRITES - 2 < fault.seen <= CHANGING_WRITES


@each_luck
@pytest.mark.parametrize("number", range(2))
def test_each_write_of_opening_and_of_signing_in(laptop: Laptop, number: int, luck: Luck) -> None:
    importer, client = new_importer(), Client(laptop.site_url)
    with aimed(laptop, number, luck) as fault:
        reply = client.call("POST", REGISTRATIONS, importer.details(captcha(client)))
        if reply.status == 503:
            # A captcha serves once; a new one does.
            reply = client.call("POST", REGISTRATIONS, importer.details(captcha(client)))
    assert fault.struck is not None
    content = reply.demand(201).content
    Flow(laptop, client, importer, content["registration_id"], content["flow_token"]).to_codes_sent()

    registrant = new_registrant(laptop)
    body = {"username": registrant.icegate_id, "password": PASSWORD}
    with aimed(laptop, number, luck):
        token = repeated(lambda: client.call("POST", "/sessions", body)).demand(200).content["session_token"]
    laptop.clock.advance(minutes=2)
    with aimed(laptop, 0, luck):
        repeated(lambda: client.call("GET", "/sessions/current", token=token)).demand(200)
    with aimed(laptop, 0, luck):
        repeated(lambda: client.call("DELETE", "/sessions/current", token=token)).demand(204)
    assert client.call("GET", "/sessions/current", token=token).status == 401


@each_luck
@pytest.mark.parametrize("number", range(3))
def test_each_write_of_a_resume(laptop: Laptop, number: int, luck: Luck) -> None:
    flow = opened(laptop).to_codes_sent()
    typed = flow.codes()
    with aimed(laptop, number, luck) as fault:
        flow.token = repeated(lambda: flow.resume(typed)).demand(200).content["flow_token"]
    assert fault.struck is not None
    assert flow.finish().demand(200)
    flow.until_told()


@each_luck
@pytest.mark.parametrize("number", range(2))
def test_each_write_of_an_expiry(laptop: Laptop, number: int, luck: Luck) -> None:
    flow = opened(laptop).to_codes_sent()
    flow.until_waiting("IssueContactCodes")
    with aimed(laptop, number, luck) as fault:
        flow.let_time_run_out()
    assert fault.struck is not None
    assert flow.execution().status == "SUCCEEDED"
    assert suite().store.named(flow.icegate_id) is None


def test_writers_that_collide_are_no_matter_to_anyone(laptop: Laptop) -> None:
    """DynamoDB refuses one of two transactions that touch one item; the person never hears of it."""
    flow, client, alternate = opened_over_http_with_collisions(laptop), Client(laptop.site_url), new_contact()
    steps: list[Callable[[], Reply]] = [
        flow.choose,
        lambda: flow.verify(wrong(flow.codes())),
        flow.verify,
        lambda: flow.change(alternate),
        lambda: flow.verify_alternate(flow.codes(alternate)),
        lambda: client.call("POST", "/sessions", {"username": flow.icegate_id, "password": PASSWORD}),
    ]
    for click in steps:
        with collision(laptop) as struck:
            assert click().status in {200, 202, 422}, click
        assert struck.struck == 1
    flow.until_told()


def test_a_collision_while_sending_again_or_resuming_is_none_either(laptop: Laptop) -> None:
    flow = opened(laptop).to_codes_sent()
    laptop.clock.advance(seconds=31)
    with collision(laptop):
        flow.send_again().demand(202)
    with collision(laptop):
        flow.token = flow.resume(flow.codes()).demand(200).content["flow_token"]
    with collision(laptop):
        flow.finish().demand(200)


def collision(laptop: Laptop) -> AbstractContextManager[Fault]:
    code = "TransactionConflictException"
    return laptop.faults.during("dynamodb", "TransactWriteItems", "refused", times=1, code=code, status=400)


def opened_over_http_with_collisions(laptop: Laptop) -> Flow:
    importer, client = new_importer(), Client(laptop.site_url)
    with collision(laptop):
        content = client.call("POST", REGISTRATIONS, importer.details(captcha(client))).demand(201).content
    return Flow(laptop, client, importer, content["registration_id"], content["flow_token"])
