"""Races of departments, on both engines: an issuer id is given once, and nobody's change is undone by another's."""

from __future__ import annotations

from collections import Counter

from chalicelib.domain.accounts.account import Role
from chalicelib.domain.departments.departments import KeyPurpose
from chalicelib.suite import suite
from infra.local.laptop import Laptop
from tests.engines import on_both_engines
from tests.journeys.onboarding import AUTHORITY, department_body, onboarded, type_body
from tests.journeys.staff import staff_member
from tests.journeys.walking import together

pytestmark = on_both_engines


def test_of_many_who_enter_one_issuer_id_one_does(laptop: Laptop) -> None:
    chiefs = [staff_member(laptop, Role.ADMINISTRATOR, AUTHORITY) for _ in range(6)]
    body = department_body()
    replies = together(*[lambda chief=chief: chief.call("POST", "/departments", body) for chief in chiefs])
    assert Counter(reply.status for reply in replies) == {201: 1, 409: 5}
    assert {reply.code for reply in replies if reply.status == 409} == {"issuer_id_taken"}
    assert [one.issuer_id for one in suite().store.departments()].count(str(body["issuer_id"])) == 1


def test_a_department_that_is_entered_six_times_at_once_is_one(laptop: Laptop) -> None:
    chief, body = staff_member(laptop, Role.ADMINISTRATOR, AUTHORITY), department_body()
    replies = together(*[lambda: chief.call("POST", "/departments", body)] * 6)
    assert {reply.status for reply in replies} == {201}
    assert len({reply.content["department_id"] for reply in replies}) == 1


def test_changes_at_once_are_all_there(laptop: Laptop) -> None:
    made = onboarded(laptop)
    codes = ["A", "B", "C", "D", "E", "F"]
    replies = together(
        *[lambda code=code: made.call("PUT", "/document-types", type_body(code=code)) for code in codes],
        lambda: made.change(signing_key="alias/trade"),
        lambda: made.call("POST", "/suspension", {"reason": "Order 12"}),
    )
    assert {reply.status for reply in replies} == {200}
    stored = made.stored
    assert [one.code for one in stored.document_types] == codes
    assert (stored.signing_key, stored.status_reason) == ("alias/trade", "Order 12")
    events = suite().store.audit_events(f"department:{made.department_id}")
    assert Counter(event.deed.value for event in events)["document_type_written"] == len(codes)


def test_of_tokens_that_are_made_at_once_the_last_alone_works(laptop: Laptop) -> None:
    made = onboarded(laptop)
    replies = together(*[lambda: made.call("POST", "/keys", {"purpose": "issuing_token"})] * 6)
    assert {reply.status for reply in replies} == {201}
    working = made.stored.working_keys(KeyPurpose.ISSUING_TOKEN, suite().clock())
    assert len(working) == 1
    outcomes: Counter[str | None] = Counter()
    for reply in replies:
        token = reply.content["secret"]
        asked = made.chief.client.call("GET", f"{made.path}/certificates/{'n' * 22}", token=token)
        outcomes[asked.code] += 1
    assert outcomes == {"not_found": 1, "department_token_invalid": 5}


def test_a_key_that_is_ended_by_many_ends_once(laptop: Laptop) -> None:
    made = onboarded(laptop)
    key_id = made.key("issuing_token")["key_id"]
    replies = together(*[lambda: made.call("POST", f"/keys/{key_id}/end")] * 6)
    assert {reply.status for reply in replies} == {200}
    events = suite().store.audit_events(f"department:{made.department_id}")
    assert Counter(event.deed.value for event in events)["department_key_ended"] == 1
