"""Races of recovery and contacts, on both engines: one winner, nothing half done."""

from __future__ import annotations

from collections import Counter

from chalicelib.domain import codes
from chalicelib.domain.accounts.account import AccountName
from chalicelib.domain.accounts.security import Method
from chalicelib.domain.auditing import Intact, verified
from chalicelib.suite import suite
from infra.local.laptop import Laptop
from tests.engines import on_both_engines
from tests.journeys.clients import Client, Reply
from tests.journeys.importers import PASSWORD, new_contact
from tests.journeys.residents import (
    NEW_PASSWORD,
    Resident,
    new_resident,
    resetting,
    stop,
    stop_code,
    stored_flow,
)
from tests.journeys.walking import together, until_it_waits

pytestmark = on_both_engines


def outcomes(replies: list[Reply]) -> Counter[str | int]:
    return Counter(reply.code or reply.status for reply in replies)


def deeds(resident: Resident) -> Counter[str]:
    """What the person's stream tells; its chain holds whatever raced."""
    events = list(suite().store.audit_events(resident.key))
    assert isinstance(verified(resident.key, events, suite().clock()), Intact)
    return Counter(event.deed.value for event in events)


def test_right_reset_codes_at_once_are_one_consumption(laptop: Laptop, client: Client) -> None:
    reset = resetting(client, new_resident(laptop).username)
    # Each spends an attempt before it is compared: as many as there are attempts.
    replies = together(*[reset.verify] * codes.ATTEMPTS)
    assert outcomes(replies) == {200: codes.ATTEMPTS}
    flow = stored_flow(reset.reset_id)
    assert (flow.status.value, flow.challenge.used_at is not None) == ("confirmed", True)


def test_wrong_reset_codes_at_once_are_five_tries(laptop: Laptop, client: Client) -> None:
    reset = resetting(client, new_resident(laptop).username)
    replies = together(*[lambda: reset.verify(("000000", "000000"))] * 8)
    assert outcomes(replies) == {"codes_incorrect": codes.ATTEMPTS, "codes_exhausted": 3}


def test_new_passwords_set_at_once_are_one(laptop: Laptop, client: Client) -> None:
    resident = new_resident(laptop)
    reset = resetting(client, resident.username)
    reset.verify().demand(200)
    wished = [f"Nadi#202{number}" for number in range(4)]
    replies = together(*[lambda wish=wish: reset.set_password(wish) for wish in wished])
    assert outcomes(replies) == {200: 1, "flow_ended": 3}
    won = wished[[reply.status for reply in replies].index(200)]
    assert [resident.sign_in(wish).status for wish in wished] == [202 if wish == won else 401 for wish in wished]
    assert resident.stored.security.generation == 1
    assert deeds(resident)["password_reset"] == 1
    assert len([text for text in resident.until_heard(4) if "changed" in text]) == 2


def test_one_code_typed_at_once_is_one_change(laptop: Laptop) -> None:
    resident, new = new_resident(laptop), new_contact()
    change_id = resident.change(email=new.email).demand(202).content["change_id"]
    replies = together(*[lambda: resident.verify(change_id)] * codes.ATTEMPTS)
    assert outcomes(replies) == {200: codes.ATTEMPTS}
    assert {reply.content["status"] for reply in replies} == {"done"}
    assert deeds(resident)["contact_changed"] == 1
    assert len(resident.until_heard(2)) == 2


def test_two_people_who_change_to_one_email(laptop: Laptop) -> None:
    residents, new = [new_resident(laptop) for _ in range(3)], new_contact()
    ids = [one.change(email=new.email).demand(202).content["change_id"] for one in residents]
    tries = [lambda one=one, flow_id=flow_id: one.verify(flow_id) for one, flow_id in zip(residents, ids, strict=True)]
    replies = together(*tries)
    assert outcomes(replies) == {200: 1, "flow_ended": 2}
    won = residents[[reply.status for reply in replies].index(200)]
    assert [one.read()["email"] for one in residents] == [
        new.email if one is won else one.contact.email for one in residents
    ]
    named = suite().store.named(new.email.lower())
    assert isinstance(named, AccountName)
    assert won.key.endswith(named.account_id)
    # Whoever lost is signed in under the old one as before.
    for one in residents:
        assert suite().store.named(one.contact.email.lower()) is None or one is not won


def test_two_new_mobiles_at_once_are_one_that_waits(laptop: Laptop) -> None:
    resident = new_resident(laptop)
    by_email = resident.signed_in(Method.EMAIL_CODE)
    mobiles = [new_contact().mobile for _ in range(2)]
    ids = [by_email.change(mobile=mobile).demand(202).content["change_id"] for mobile in mobiles]
    replies = together(*[lambda flow_id=flow_id: by_email.verify(flow_id) for flow_id in ids])
    assert outcomes(replies) == {200: 1, "change_pending": 1}
    won = [reply.status for reply in replies].index(200)
    assert resident.stored.replacement_id == ids[won]
    assert [suite().store.named(mobile) is not None for mobile in mobiles] == [number == won for number in range(2)]


def test_stopping_and_applying_at_once_is_one_of_both(laptop: Laptop, client: Client) -> None:
    """The step comes while the old mobile's owner types the code: the number is the old or the new one, wholly."""
    resident, new = new_resident(laptop), new_contact()
    flow_id = resident.waiting(new.mobile)
    code = stop_code(flow_id)
    steps = suite().mobile_replacements
    laptop.clock.advance(hours=23, minutes=59, seconds=58)

    def apply() -> str:
        laptop.clock.advance(seconds=3)
        return steps.apply(flow_id, "race").status.value

    reply, applied = together(lambda: stop(client, resident.username, code), apply)
    flow, stored = stored_flow(flow_id), resident.stored
    assert applied == flow.status.value
    assert (reply.status == 200) == (flow.status.value == "stopped")  # type: ignore[attr-defined]
    is_new = flow.status.value == "done"
    assert stored.contact.mobile == (new.mobile if is_new else resident.contact.mobile)
    assert (suite().store.named(new.mobile) is not None) == is_new
    assert (suite().store.named(resident.contact.mobile) is None) == is_new
    told = deeds(resident)
    assert (told["mobile_replaced"], told["mobile_replacement_stopped"]) == ((1, 0) if is_new else (0, 1))


def test_applied_many_times_at_once_it_is_applied_once(laptop: Laptop) -> None:
    resident = new_resident(laptop)
    flow_id = resident.waiting()
    until_it_waits(laptop, flow_id)
    laptop.clock.advance(hours=24)
    steps = suite().mobile_replacements
    reader = resident.signed_in()
    together(*[lambda: steps.apply(flow_id, "race")] * 4, reader.read, reader.read)
    assert deeds(resident)["mobile_replaced"] == 1
    assert stored_flow(flow_id).status.value == "done"


def test_passwords_changed_at_once_are_one_change(laptop: Laptop) -> None:
    resident = new_resident(laptop)
    body = {"current_password": PASSWORD, "password": NEW_PASSWORD, "confirm_password": NEW_PASSWORD}
    replies = together(*[lambda: resident.call("PUT", "/account/password", body)] * 4)
    found = outcomes(replies)
    assert found[200] == 1
    assert set(found) <= {200, "session_required", "password_incorrect"}
    assert resident.stored.security.generation == 1
    won = next(reply for reply in replies if reply.status == 200)
    assert resident.call("GET", "/account", token=won.content["session_token"]).status == 200


def test_closing_twice_at_once_is_one_closing(laptop: Laptop) -> None:
    resident = new_resident(laptop)
    body = {"password": PASSWORD, "confirm": True}
    replies = together(*[lambda: resident.call("POST", "/account/closure", body)] * 4)
    assert outcomes(replies)[204] == 1
    assert set(outcomes(replies)) <= {204, "session_required", "password_incorrect"}
    assert deeds(resident)["account_closed"] >= 1
    assert len(resident.until_heard(2)) == 2
