"""Handing on: the work of who is away, moved or gone leads to whoever does it now, whatever the way there."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.domain.accounts.account import Account, AccountStatus, HandedOn, Role
from chalicelib.domain.changes import WriteOwner
from chalicelib.domain.staff.handing_on import responsible_for
from tests.domain.staff.world import CALLER, Office


def put(office: Office, member: Account, **changed: object) -> None:
    stored = office.read(member)
    assert stored.post is not None
    status = changed.pop("status", stored.status)
    office.store.write(WriteOwner(replace(stored, status=status, post=replace(stored.post, **changed))))  # type: ignore[arg-type]


def now_with(office: Office, member: Account, authority: str = "mumbai") -> str | None:
    found = responsible_for(office.store, member.account_id, authority)
    return found.account_id if found else None


def test_who_is_there_does_their_own_work(office: Office) -> None:
    member = office.member()
    assert now_with(office, member) == member.account_id


def test_work_follows_who_left_through_all_that_came_after(office: Office) -> None:
    admin = office.administrator("kolkata")
    first, second, third = office.member(), office.member(), office.member()
    office.posts.record_departure(admin, first.account_id, second.account_id, CALLER)
    office.posts.suspend(admin, second.account_id, "Leave", third.account_id, CALLER)
    assert now_with(office, first) == third.account_id
    office.posts.reactivate(admin, second.account_id, CALLER)
    assert now_with(office, first) == second.account_id


def test_who_moved_does_the_work_of_the_new_place_and_not_of_the_old_one(office: Office) -> None:
    admin, member, other = office.administrator("kolkata"), office.member(), office.member()
    office.posts.post(admin, member.account_id, "chennai", Role.OFFICER, other.account_id, CALLER)
    assert now_with(office, member, "mumbai") == other.account_id
    assert now_with(office, member, "chennai") == member.account_id


def test_each_place_that_somebody_left_keeps_its_own_successor(office: Office) -> None:
    admin, member = office.administrator("kolkata"), office.member()
    of_mumbai, of_chennai = office.member(), office.member(authority="chennai")
    office.posts.post(admin, member.account_id, "chennai", Role.OFFICER, of_mumbai.account_id, CALLER)
    office.posts.post(admin, member.account_id, "kolkata", Role.OFFICER, of_chennai.account_id, CALLER)
    assert now_with(office, member, "mumbai") == of_mumbai.account_id
    assert now_with(office, member, "chennai") == of_chennai.account_id
    assert now_with(office, member, "kolkata") == member.account_id


def test_who_comes_back_has_their_work_back(office: Office) -> None:
    admin, member, other = office.administrator("kolkata"), office.member(), office.member()
    office.member(authority="chennai", status=AccountStatus.SUSPENDED)
    office.posts.post(admin, member.account_id, "chennai", Role.OFFICER, other.account_id, CALLER)
    office.posts.post(admin, member.account_id, "mumbai", Role.OFFICER, None, CALLER)
    assert now_with(office, member) == member.account_id


def test_who_stood_in_keeps_the_work_when_the_suspended_one_is_moved(office: Office) -> None:
    admin, member, other = office.administrator("kolkata"), office.member(), office.member()
    office.posts.suspend(admin, member.account_id, "Leave", other.account_id, CALLER)
    office.posts.post(admin, member.account_id, "chennai", Role.OFFICER, other.account_id, CALLER)
    assert now_with(office, member) == other.account_id


def test_nobody_is_responsible_where_nobody_was_named(office: Office) -> None:
    member = office.member(status=AccountStatus.SUSPENDED)
    assert now_with(office, member) is None
    assert responsible_for(office.store, "unknown", "mumbai") is None


def test_a_circle_ends(office: Office) -> None:
    one, other = office.member(), office.member()
    put(office, one, status=AccountStatus.DEPARTED, work_goes_to=other.account_id)
    put(office, other, status=AccountStatus.DEPARTED, work_goes_to=one.account_id)
    assert now_with(office, one) is None


@settings(max_examples=60, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 7), st.booleans(), st.booleans()), min_size=8, max_size=8))
def test_whatever_leads_where_the_answer_is_active_and_of_the_place(ways: list[tuple[int, bool, bool]]) -> None:
    office = Office()
    people = [office.member() for _ in ways]
    for member, (to, is_active, is_elsewhere) in zip(people, ways, strict=True):
        successor = people[to].account_id
        way: dict[str, object] = {"work_goes_to": successor}
        if is_elsewhere:
            way = {"authority": "chennai", "handed_on": (HandedOn("mumbai", successor),)}
        put(office, member, status=AccountStatus.ACTIVE if is_active else AccountStatus.DEPARTED, **way)
    for member in people:
        found = responsible_for(office.store, member.account_id, "mumbai")
        if found is not None:
            assert found.status is AccountStatus.ACTIVE
            assert office.post(found).authority == "mumbai"
