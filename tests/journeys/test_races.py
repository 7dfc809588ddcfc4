"""Races, on both engines: one winner, never more compares than tries, one account."""

import itertools
from collections import Counter
from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.domain import codes
from chalicelib.domain.icegate.accounts import IcegateAccount
from chalicelib.suite import suite
from infra.local.laptop import Laptop
from tests.engines import on_both_engines
from tests.journeys.clients import Reply
from tests.journeys.importers import new_contact, new_icegate_id
from tests.journeys.walking import Flow, kinds, opened, other_than, sent_to, together, wrong

pytestmark = on_both_engines


@pytest.fixture
def compares(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[object]]:
    """Every compare of typed codes with the right ones that is made."""
    made: list[object] = []
    compare = codes.wrong_channels

    def counted(*arguments: Any) -> Any:
        made.append(arguments[1])
        return compare(*arguments)

    monkeypatch.setattr(codes, "wrong_channels", counted)
    return iter([made])


@pytest.fixture
def made(compares: Iterator[list[object]]) -> list[object]:
    return next(compares)


def outcomes(replies: list[Reply]) -> Counter[str | int]:
    return Counter(reply.code or reply.status for reply in replies)


def test_16_right_verifies_are_one_consumption(laptop: Laptop, made: list[object]) -> None:
    flow = opened(laptop).to_codes_sent()
    typed = flow.codes()
    replies = together(*[lambda: flow.verify(typed)] * 16)
    assert outcomes(replies) == {200: 16}
    assert {reply.content["status"] for reply in replies} == {"contact_verified"}
    assert 1 <= len(made) <= codes.ATTEMPTS
    flow.finish().demand(200)
    flow.until_told()
    assert kinds(flow.messages()) == ["code.email", "code.sms", "registered.email", "registered.sms"]


def test_16_right_alternate_verifies_are_one_account(laptop: Laptop, made: list[object]) -> None:
    flow, alternate = opened(laptop).to_contact_verified(), new_contact()
    flow.change(alternate).demand(202)
    typed = flow.codes(alternate)
    made.clear()
    replies = together(*[lambda: flow.verify_alternate(typed)] * 16)
    assert outcomes(replies) == {200: 16}
    assert {reply.content["status"] for reply in replies} == {"registered"}
    assert 1 <= len(made) <= codes.ATTEMPTS
    flow.until_told()
    assert kinds(sent_to(laptop, alternate)) == ["code.email", "code.sms", "registered.email", "registered.sms"]
    assert kinds(flow.messages()) == ["changed.email", "changed.sms", "code.email", "code.sms"]


def test_16_wrong_verifies_are_5_compares(laptop: Laptop, made: list[object]) -> None:
    flow = opened(laptop).to_codes_sent()
    right = flow.codes()
    replies = together(*[lambda: flow.verify(wrong(right))] * 16)
    assert outcomes(replies) == {"codes_incorrect": 5, "codes_exhausted": 11}
    assert sorted(reply.content["attempts_left"] for reply in replies if reply.status == 422) == [0, 1, 2, 3, 4]
    assert len(made) == 5
    # The right ones come too late.
    assert flow.verify(right).demand(410).code == "codes_exhausted"
    assert len(made) == 5


def test_16_mixed_verifies_end_in_one_state(laptop: Laptop, made: list[object]) -> None:
    flow = opened(laptop).to_codes_sent()
    mobile, email = flow.codes()
    tries = itertools.cycle(
        [(mobile, email), (other_than(mobile), email), (mobile, other_than(email)), (email, mobile)]
    )
    attempts = [lambda typed=typed: flow.verify(typed) for typed in itertools.islice(tries, 16)]
    found = outcomes(together(*attempts))
    assert set(found) <= {200, "codes_incorrect", "codes_exhausted"}
    assert len(made) <= codes.ATTEMPTS
    # Whoever was told yes can rely on it; if nobody was, nothing is confirmed.
    assert (flow.read()["status"] == "contact_verified") == (found[200] > 0)
    assert found["codes_incorrect"] <= codes.ATTEMPTS


def test_16_parallel_resumes_are_at_most_5_compares_and_leave_one_token(laptop: Laptop, made: list[object]) -> None:
    flow = opened(laptop).to_codes_sent()
    typed = flow.codes()
    replies = together(*[lambda: flow.resume(typed)] * 8, *[lambda: flow.resume(wrong(typed))] * 8)
    assert set(outcomes(replies)) <= {200, "codes_not_matched", "locked"}
    assert len(made) <= codes.ATTEMPTS
    tokens = [reply.content["flow_token"] for reply in replies if reply.status == 200]
    assert len([token for token in tokens if flow.call("GET", token=token).status == 200]) == min(1, len(tokens))


def test_verifying_and_resuming_at_once_is_one_consumption(laptop: Laptop, made: list[object]) -> None:
    flow = opened(laptop).to_codes_sent()
    typed = flow.codes()
    verified, resumed = together(lambda: flow.verify(typed), lambda: flow.resume(typed))
    assert verified.status in {200, 401}
    flow.token = resumed.demand(200).content["flow_token"]
    assert flow.read()["status"] == "contact_verified"
    assert flow.finish().demand(200).content["status"] == "registered"


def test_two_holders_racing_for_one_icegate_id(laptop: Laptop) -> None:
    """Whatever the case: one gets it, the others are told so and go on with another."""
    icegate_id = new_icegate_id()
    spellings = [icegate_id, icegate_id.upper(), icegate_id.title(), icegate_id.swapcase()]
    flows = [opened(laptop) for _ in spellings]
    attempts = [lambda flow=flow, typed=typed: flow.choose(typed) for flow, typed in zip(flows, spellings, strict=True)]
    replies = together(*attempts)
    assert outcomes(replies) == {202: 1, "icegate_id_taken": 3}
    for flow, reply in zip(flows, replies, strict=True):
        if reply.status == 409:
            assert flow.read()["status"] == "credentials_required"
            assert flow.messages() == []
            assert flow.choose(new_icegate_id()).status == 202


def test_finishing_and_changing_at_once_is_one_of_both(laptop: Laptop) -> None:
    flow, alternate = opened(laptop).to_contact_verified(), new_contact()
    finished, changed = together(flow.finish, lambda: flow.change(alternate))
    assert (finished.status, changed.status) in {(200, 202), (200, 409), (200, 401)}
    flow.until("registered")
    flow.until_told()
    stored = suite().store.named(flow.icegate_id)
    assert isinstance(stored, IcegateAccount)
    assert stored.contact == flow.importer.contact


def test_many_people_at_one_address_do_not_get_into_each_others_way(laptop: Laptop) -> None:
    """They share one counter of their IP; that is no reason to refuse any of them."""
    flows: list[Flow] = [opened(laptop) for _ in range(8)]
    shared = [Flow(laptop, flows[0].client, flow.importer, flow.registration_id, flow.token) for flow in flows]
    assert outcomes(together(*(flow.choose for flow in shared))) == {202: 8}
    for flow in shared:
        flow.until("codes_sent")
    typed = [flow.codes() for flow in shared]
    attempts = [lambda flow=flow, pair=pair: flow.verify(pair) for flow, pair in zip(shared, typed, strict=True)]
    assert outcomes(together(*attempts)) == {200: 8}
