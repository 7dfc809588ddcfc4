"""Readiness: who lacks what, by the configuration of today; and reminders, one a day for each person and reason."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from chalicelib.domain.accounts.account import Account, AccountStatus, Post, Role
from chalicelib.domain.accounts.owners import account_key
from chalicelib.domain.accounts.security import Security
from chalicelib.domain.audit import Deed
from chalicelib.domain.identifiers import EmailAddress
from chalicelib.domain.notices import NoticeKind
from chalicelib.domain.refusals import Code, Refusal
from chalicelib.domain.staff.members import Lacking
from tests.domain.staff.world import CALLER, Office, invitation, new_contact

KINDS = {
    Lacking.OFFICIAL_EMAIL: NoticeKind.STAFF_REMINDER_EMAIL,
    Lacking.FRESH_MOBILE: NoticeKind.STAFF_REMINDER_MOBILE,
    Lacking.AUTHENTICATOR: NoticeKind.STAFF_REMINDER_AUTHENTICATOR,
    Lacking.TRAINING: NoticeKind.STAFF_REMINDER_TRAINING,
}


def one_who_lacks(office: Office, what: Lacking, authority: str = "mumbai") -> Account:
    now, elsewhere = office.now, new_contact()
    elsewhere = replace(elsewhere, email=EmailAddress(elsewhere.email.replace("dgft.gov.in", "example.com")))
    changed: dict[Lacking, dict[str, Any]] = {
        Lacking.OFFICIAL_EMAIL: {"contact": elsewhere},
        Lacking.FRESH_MOBILE: {"mobile_confirmed_at": now - timedelta(days=180)},
        Lacking.AUTHENTICATOR: {"security": Security()},
        Lacking.TRAINING: {"post": Post(authority, "system", now, now, joined_at=now)},
    }
    return office.member(authority=authority, **changed[what])


def lists(office: Office, authority: str = "mumbai") -> dict[Lacking, list[str]]:
    found = office.readiness.of(office.administrator("kolkata"), authority)
    return {what: [member.account_id for member in members] for what, members in found.lacking.items()}


@pytest.mark.parametrize("what", list(Lacking))
def test_each_thing_that_is_missing_is_told_alone(office: Office, what: Lacking) -> None:
    office.member()
    lacks = one_who_lacks(office, what)
    assert lists(office) == {other: [lacks.account_id] if other is what else [] for other in Lacking}
    found = office.readiness.of(office.administrator("kolkata"), "mumbai")
    assert (found.total, found.ready) == (2, 1)


def test_a_mobile_counts_for_180_days(office: Office) -> None:
    office.member()
    office.advance(days=179, hours=23, minutes=59)
    assert lists(office)[Lacking.FRESH_MOBILE] == []
    office.advance(minutes=1)
    assert len(lists(office)[Lacking.FRESH_MOBILE]) == 1


def test_a_domain_that_is_official_no_more_shows(office: Office) -> None:
    member = office.member()
    office.readiness = replace(office.readiness, domains=("nic.in",))
    assert lists(office)[Lacking.OFFICIAL_EMAIL] == [member.account_id]


def test_only_active_members_count(office: Office) -> None:
    for status in AccountStatus:
        office.member(status=status, mobile_confirmed_at=None)
    office.invitations.invite(office.administrator("kolkata"), invitation(), CALLER)
    assert len(lists(office)[Lacking.FRESH_MOBILE]) == 1


def test_the_overview_has_every_authority_even_an_empty_one(office: Office) -> None:
    one_who_lacks(office, Lacking.TRAINING)
    rows = {one.authority.code: (one.total, one.ready) for one in office.readiness.overview()}
    assert rows == {"mumbai": (1, 0), "chennai": (0, 0), "kolkata": (0, 0)}


def test_a_supervisor_sees_the_own_authority_alone(office: Office) -> None:
    supervisor = office.actor(office.member(Role.SUPERVISOR))
    assert office.readiness.of(supervisor, None).authority.code == "mumbai"
    for call in (
        lambda: office.readiness.of(supervisor, "chennai"),
        lambda: office.readiness.remind(supervisor, "chennai", Lacking.TRAINING, CALLER),
        lambda: office.directory.members(supervisor, "chennai"),
        lambda: office.directory.member(supervisor, office.member(authority="chennai").account_id),
        lambda: office.directory.member(supervisor, "unknown"),
    ):
        with pytest.raises(Refusal) as refusal:
            call()
        assert refusal.value.code is Code.NOT_FOUND


def test_staff_of_an_authority_that_is_configured_no_more_still_see_their_own(office: Office) -> None:
    supervisor = office.actor(office.member(Role.SUPERVISOR, "moradabad"))
    assert [member.role for member in office.directory.members(supervisor, None)] == [Role.SUPERVISOR]
    assert office.readiness.of(supervisor, "moradabad").authority.called("en") == "moradabad"


class TestReminders:
    @pytest.mark.parametrize("what", list(Lacking))
    def test_go_to_whoever_lacks_it_and_to_nobody_else(self, office: Office, what: Lacking) -> None:
        admin = office.administrator("kolkata")
        lacks = [one_who_lacks(office, what), one_who_lacks(office, what)]
        others = [office.member(), one_who_lacks(office, what, "chennai")]
        assert office.readiness.remind(admin, "mumbai", what, CALLER) == 2
        for member in lacks:
            (message,) = office.messages(member)
            assert (message.kind, message.address) == (KINDS[what], member.contact.email)
        assert [office.messages(member) for member in others] == [[], []]

    def test_are_audited_in_both_streams(self, office: Office) -> None:
        admin, member = office.administrator(), one_who_lacks(office, Lacking.TRAINING)
        office.readiness.remind(admin, "mumbai", Lacking.TRAINING, CALLER)
        for stream in (admin.key, account_key(member.account_id)):
            (event,) = office.store.audit_events(stream)
            assert (event.deed, event.facts) == (Deed.STAFF_REMINDED, {"of": "training"})

    def test_are_one_a_day_for_each_person_and_reason(self, office: Office) -> None:
        admin, member = office.administrator(), one_who_lacks(office, Lacking.TRAINING)
        for expected in (1, 0, 0):
            assert office.readiness.remind(admin, "mumbai", Lacking.TRAINING, CALLER) == expected
        assert len(office.messages(member)) == 1
        assert len(office.events(member)) == 1
        # Midnight in India is 18:30 UTC.
        office.advance(hours=13, minutes=59)
        assert office.readiness.remind(admin, "mumbai", Lacking.TRAINING, CALLER) == 0
        office.advance(minutes=1)
        assert office.readiness.remind(admin, "mumbai", Lacking.TRAINING, CALLER) == 1

    def test_of_another_thing_are_another_reminder(self, office: Office) -> None:
        admin = office.administrator()
        one_who_lacks(office, Lacking.TRAINING)
        one_who_lacks(office, Lacking.AUTHENTICATOR)
        assert office.readiness.remind(admin, "mumbai", Lacking.TRAINING, CALLER) == 1
        assert office.readiness.remind(admin, "mumbai", Lacking.AUTHENTICATOR, CALLER) == 1
