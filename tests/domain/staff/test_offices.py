"""Offices: department officers belong to departments, all others to Regional Authorities, never crosswise."""

from __future__ import annotations

import pytest

from chalicelib.domain.accounts.account import Role
from chalicelib.domain.departments.changes import WriteDepartment
from chalicelib.domain.departments.departments import Department, DepartmentRole, DepartmentStatus
from chalicelib.domain.refusals import Refusal
from tests.domain.staff.world import CALLER, Office, invitation

TRADE, NOWHERE = "d" * 22, "n" * 22


@pytest.fixture
def office() -> Office:
    """The Back Office, and one department."""
    made = Office()
    made.store.write(
        WriteDepartment(
            Department(
                department_id=TRADE,
                name={"en": "Trade", "hi": "व्यापार"},
                issuer_id="in.gov.trade",
                roles=frozenset({DepartmentRole.ISSUER}),
                status=DepartmentStatus.ACTIVE,
                created_at=made.now,
                created_by="somebody",
            )
        )
    )
    return made


def refused(office: Office, role: Role, place: str) -> str:
    with pytest.raises(Refusal) as refusal:
        office.invitations.invite(office.administrator(), invitation(place, role), CALLER)
    return refusal.value.errors["authority"].reason


REGIONAL = [Role.OFFICER, Role.SUPERVISOR, Role.ADMINISTRATOR]


@pytest.mark.parametrize("role", REGIONAL)
def test_who_is_of_dgft_belongs_to_a_regional_authority(office: Office, role: Role) -> None:
    assert office.offices.trouble_with(role, "mumbai") is None
    assert refused(office, role, TRADE) == "role_is_of_departments"
    assert refused(office, role, NOWHERE) == "authority_unknown"


def test_a_department_officer_belongs_to_a_department(office: Office) -> None:
    assert office.offices.trouble_with(Role.DEPARTMENT_OFFICER, TRADE) is None
    for place in ("mumbai", NOWHERE, "", "nowhere"):
        assert refused(office, Role.DEPARTMENT_OFFICER, place) == "department_unknown"


def test_the_letter_names_the_department(office: Office) -> None:
    member = office.invitations.invite(office.administrator(), invitation(TRADE, Role.DEPARTMENT_OFFICER), CALLER)
    assert [message.values["authority"] for message in office.messages(member)] == ["Trade"]


def test_departments_are_no_regional_authorities(office: Office) -> None:
    assert [one.code for one in office.offices.all()] == ["mumbai", "chennai", "kolkata"]
    assert [one.authority.code for one in office.readiness.overview()] == ["mumbai", "chennai", "kolkata"]


def test_administrators_see_who_is_of_a_department_and_whether_they_are_ready(office: Office) -> None:
    chief, member = office.administrator(), office.member(Role.DEPARTMENT_OFFICER, TRADE)
    assert office.directory.members(chief, TRADE) == (member,)
    found = office.readiness.of(chief, TRADE)
    assert (found.authority.called("hi"), found.total, found.ready) == ("व्यापार", 1, 1)


def test_a_supervisor_does_not_see_a_department(office: Office) -> None:
    member = office.member(Role.DEPARTMENT_OFFICER, TRADE)
    supervisor = office.actor(office.member(Role.SUPERVISOR))
    for look in (office.directory.members, office.readiness.of):
        with pytest.raises(Refusal) as refusal:
            look(supervisor, TRADE)
        assert refusal.value.code == "not_found"
    with pytest.raises(Refusal):
        office.directory.member(supervisor, member.account_id)


def test_a_move_between_both_needs_the_other_role_with_it(office: Office) -> None:
    chief, member = office.administrator(), office.member(Role.OFFICER)
    with pytest.raises(Refusal) as refusal:
        office.posts.post(chief, member.account_id, TRADE, Role.OFFICER, None, CALLER)
    assert refusal.value.errors["authority"].reason == "role_is_of_departments"
    successor = office.member(Role.OFFICER)
    moved = office.posts.post(chief, member.account_id, TRADE, Role.DEPARTMENT_OFFICER, successor.account_id, CALLER)
    assert (moved.role, office.post(moved).authority) == (Role.DEPARTMENT_OFFICER, TRADE)
