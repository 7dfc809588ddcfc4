"""Signing up, on both engines: one winner, never more compares than tries, one account for a name."""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.domain import codes
from chalicelib.domain.accounts.account import AccountName
from chalicelib.suite import suite
from infra.local.laptop import Laptop
from tests.engines import on_both_engines
from tests.journeys.accounts import ACCOUNT_REGISTRATIONS, SignUpFlow, new_person, signed_up, signing_up
from tests.journeys.clients import Client, Reply, captcha
from tests.journeys.walking import sent_to, together, wrong

pytestmark = on_both_engines


@pytest.fixture
def compares(monkeypatch: pytest.MonkeyPatch) -> list[object]:
    """Every compare of typed codes with the right ones that is made."""
    made: list[object] = []
    compare = codes.wrong_channels

    def counted(*arguments: Any) -> Any:
        made.append(arguments[1])
        return compare(*arguments)

    monkeypatch.setattr(codes, "wrong_channels", counted)
    return made


def outcomes(replies: list[Reply]) -> Counter[str | int]:
    return Counter(reply.code or reply.status for reply in replies)


def owner_of(name: str) -> str | None:
    """The id of the account that a name leads to."""
    named = suite().store.named(name.lower())
    return named.account_id if isinstance(named, AccountName) else None


def test_12_right_answers_at_once_make_one_account(laptop: Laptop, compares: list[object]) -> None:
    flow = signing_up(laptop)
    typed = flow.codes()
    replies = together(*[lambda: flow.verify(typed)] * 12)
    assert set(outcomes(replies)) <= {200, 202}
    flow.until("registered")
    ended = flow.until_ended()
    assert (ended.status, ended.history) == ("SUCCEEDED", ["AwaitAccountCodes", "CreateAccount"])
    assert 1 <= len(compares) <= codes.ATTEMPTS
    assert owner_of(flow.person.username) == owner_of(flow.person.email) == flow.stored().account_id
    assert len(sent_to(laptop, flow.person.contact)) == 4


def test_12_wrong_answers_at_once_are_five_tries(laptop: Laptop, compares: list[object]) -> None:
    flow = signing_up(laptop)
    typed = wrong(flow.codes())
    replies = together(*[lambda: flow.verify(typed)] * 12)
    assert outcomes(replies) == {"codes_incorrect": 5, "codes_exhausted": 7}
    assert len(compares) == 5


def test_verify_and_resume_at_once_make_one_account(laptop: Laptop) -> None:
    flow = signing_up(laptop)
    typed = flow.codes()
    verified, resumed = together(lambda: flow.verify(typed), lambda: flow.resume(typed, flow.client.elsewhere()))
    assert verified.status in {200, 202, 401}
    flow.token = resumed.demand(200, 202).content["flow_token"]
    flow.until("registered")
    assert owner_of(flow.person.email) == flow.stored().account_id


def test_two_people_race_for_one_username(laptop: Laptop) -> None:
    first, second = new_person(), new_person()
    flows = [
        signing_up(laptop, first, username="Race." + first.username),
        signing_up(laptop, second, username="rACE." + first.username.lower()),
    ]
    typed = [flow.codes() for flow in flows]
    replies = together(
        *(lambda flow=flow, pair=pair: flow.verify(pair) for flow, pair in zip(flows, typed, strict=True))
    )
    for flow in flows:
        flow.until_ended()
    statuses = [flow.read()["status"] for flow in flows]
    assert sorted(statuses) == ["expired", "registered"]
    won, lost = (flows[statuses.index(status)] for status in ("registered", "expired"))
    assert {reply.status for reply in replies} <= {200, 202, 410}
    assert owner_of("race." + first.username) == won.stored().account_id
    assert owner_of(lost.person.email) is None
    assert suite().store.account(lost.stored().account_id) is None
    assert "could not be opened" in (sent_to(laptop, lost.person.contact)[-1].subject or "")


def test_two_registrations_of_one_person_make_one_account(laptop: Laptop) -> None:
    person = new_person()
    flows = [signing_up(laptop, person, client=Client(laptop.site_url)) for _ in range(2)]
    typed = [flow.codes() for flow in flows]
    together(*(lambda flow=flow, pair=pair: flow.verify(pair) for flow, pair in zip(flows, typed, strict=True)))
    for flow in flows:
        flow.until_ended()
    assert sorted(flow.read()["status"] for flow in flows) == ["expired", "registered"]


def test_a_captcha_sent_eight_times_at_once_opens_one_registration(laptop: Laptop) -> None:
    person, client = new_person(), Client(laptop.site_url)
    wish = person.wish(captcha(client))
    replies = together(*[lambda: client.call("POST", ACCOUNT_REGISTRATIONS, wish)] * 8)
    assert outcomes(replies) == {202: 1, "captcha_used": 7}
    assert len(sent_to(laptop, person.contact)) == 2


def test_sending_again_eight_times_at_once_is_sending_once(laptop: Laptop) -> None:
    flow = signing_up(laptop)
    laptop.clock.advance(seconds=31)
    replies = together(*[flow.send_again] * 8)
    assert outcomes(replies) == {202: 1, "resend_too_soon": 7}
    assert len(sent_to(laptop, flow.person.contact)) == 4


def test_many_people_at_one_address_do_not_get_into_each_others_way(laptop: Laptop) -> None:
    client = Client(laptop.site_url)
    people = [new_person() for _ in range(6)]
    solved = [captcha(client) for _ in people]

    def sign_up(person: Any, payload: str) -> SignUpFlow:
        content = client.call("POST", ACCOUNT_REGISTRATIONS, person.wish(payload)).demand(202).content
        return SignUpFlow(laptop, client, person, content["registration_id"], content["flow_token"])

    flows = together(*(lambda p=p, s=s: sign_up(p, s) for p, s in zip(people, solved, strict=True)))
    typed = [flow.codes() for flow in flows]
    replies = together(
        *(lambda flow=flow, pair=pair: flow.verify(pair) for flow, pair in zip(flows, typed, strict=True))
    )
    assert set(outcomes(replies)) <= {200, 202}
    for flow in flows:
        flow.until("registered")


def test_the_owner_of_a_username_is_told_once_of_many_who_try_it_at_once(laptop: Laptop) -> None:
    owner = signed_up(laptop)
    clients = [Client(laptop.site_url) for _ in range(5)]
    wishes = [replace(new_person(), username=owner.username).wish(captcha(client)) for client in clients]
    attempts = [
        lambda client=client, wish=wish: client.call("POST", ACCOUNT_REGISTRATIONS, wish)
        for client, wish in zip(clients, wishes, strict=True)
    ]
    assert outcomes(together(*attempts)) == {202: 5}
    tried = [message for message in sent_to(laptop, owner.contact) if "wanted to sign up" in (message.subject or "")]
    assert len(tried) == 1
