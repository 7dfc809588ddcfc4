"""Invitations to an IEC: the right person reads and accepts, everybody else learns nothing."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.domain.accounts.account import Account
from chalicelib.domain.accounts.owners import account_key
from chalicelib.domain.changes import StoreUnavailable, WriteOwner
from chalicelib.domain.contacts import Contact
from chalicelib.domain.identifiers import EmailAddress
from chalicelib.domain.iec.user_changes import ChangeKind
from chalicelib.domain.iec.users import IecRole, IecUser, IecUserStatus
from chalicelib.domain.refusals import Code, Refusal
from tests.domain.iec.world import CALLER, ENTITY, IEC, IecWorld


def refused(deed: Callable[[], object]) -> Code:
    with pytest.raises(Refusal) as refusal:
        deed()
    return refusal.value.code


@pytest.fixture
def invited(world: IecWorld) -> tuple[IecUser, Account]:
    account = world.account()
    return world.invited(world.user(), IecRole.PREPARER, account), account


Invited = tuple[IecUser, Account]


def test_the_right_person_sees_who_invites_them_to_what(world: IecWorld, invited: Invited) -> None:
    user, account = invited
    shown = world.invitations.read(world.actor(account), user.user_id)
    inviter = next(user for user in world.store.iec_users(IEC) if user.role is IecRole.OWNER)
    assert (shown.entity_name, shown.role, shown.invited_by) == (ENTITY, IecRole.PREPARER, inviter.name)
    assert shown.expires_at == world.now + timedelta(days=7)


def test_the_case_of_an_email_makes_no_other_person(world: IecWorld, invited: Invited) -> None:
    user, account = invited
    email = EmailAddress(account.contact.email.upper())
    loud = replace(account, contact=Contact(email, account.contact.mobile))
    assert world.invitations.read(world.actor(loud), user.user_id).role is IecRole.PREPARER


def test_who_accepts_is_a_user_with_the_role_that_was_signed(world: IecWorld, invited: Invited) -> None:
    user, account = invited
    joined = world.invitations.accept(world.actor(account), user.user_id, CALLER)
    assert world.read(joined).status is IecUserStatus.ACTIVE
    assert (joined.role, joined.account_id, joined.link) == (IecRole.PREPARER, account.account_id, None)
    (event,) = world.store.latest_events(account_key(account.account_id), 1)
    assert event.deed.value == "iec_invitation_accepted"
    assert [mail.kind.value for mail in world.mails()].count("iec_user_joined") == 1


def test_a_second_acceptance_is_the_first(world: IecWorld, invited: Invited) -> None:
    user, account = invited
    actor = world.actor(account)
    world.store.lose_answers = 1
    with pytest.raises(StoreUnavailable):
        world.invitations.accept(actor, user.user_id, CALLER)
    writes = world.store.writes
    assert world.invitations.accept(actor, user.user_id, CALLER).status is IecUserStatus.ACTIVE
    assert world.store.writes == writes


class TestNothingIsSaid:
    """Whoever is not the right person, or comes too late, is told what an unknown invitation is told."""

    def both(self, world: IecWorld, account: Account, user_id: str) -> set[Code]:
        actor = world.actor(account)
        return {
            refused(lambda: world.invitations.read(actor, user_id)),
            refused(lambda: world.invitations.accept(actor, user_id, CALLER)),
        }

    def test_to_another_person(self, world: IecWorld, invited: Invited) -> None:
        assert self.both(world, world.account(), invited[0].user_id) == {Code.INVITATION_NOT_VALID}

    def test_of_an_unknown_one(self, world: IecWorld) -> None:
        assert self.both(world, world.account(), "x" * 22) == {Code.INVITATION_NOT_VALID}

    def test_of_one_that_has_run_out(self, world: IecWorld, invited: Invited) -> None:
        world.advance(days=7)
        assert self.both(world, invited[1], invited[0].user_id) == {Code.INVITATION_NOT_VALID}

    def test_of_one_that_was_taken_back(self, world: IecWorld, invited: Invited) -> None:
        owner = next(user for user in world.store.iec_users(IEC) if user.role is IecRole.OWNER)
        world.done(owner, ChangeKind.REMOVE, invited[0])
        assert self.both(world, invited[1], invited[0].user_id) == {Code.INVITATION_NOT_VALID}

    def test_to_an_email_that_was_never_confirmed(self, world: IecWorld, invited: Invited) -> None:
        account = replace(invited[1], email_confirmed_at=None)
        world.store.write(WriteOwner(account))
        assert self.both(world, account, invited[0].user_id) == {Code.INVITATION_NOT_VALID}

    def test_of_one_that_was_used(self, world: IecWorld, invited: Invited) -> None:
        user, account = invited
        world.invitations.accept(world.actor(account), user.user_id, CALLER)
        owner = next(user for user in world.store.iec_users(IEC) if user.role is IecRole.OWNER)
        world.done(owner, ChangeKind.REMOVE, user)
        assert self.both(world, account, user.user_id) == {Code.INVITATION_NOT_VALID}

    @pytest.mark.parametrize("which", ["another's", "unknown"])
    def test_with_the_same_reads(
        self, world: IecWorld, invited: Invited, which: str, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        asked: list[str] = []
        for name in ("iec_invitation", "iec_record", "iec_user", "membership", "iec_users", "owner"):
            real = getattr(world.store, name)

            def counted(*args: str, name: str = name, real: Callable[..., object] = real) -> object:
                asked.append(name)
                return real(*args)

            monkeypatch.setattr(world.store, name, counted)
        user_id = "x" * 22 if which == "unknown" else invited[0].user_id
        refused(lambda: world.invitations.read(world.actor(world.account()), user_id))
        assert asked == ["iec_invitation", "iec_record", "iec_user"]


def test_one_login_is_of_one_iec(world: IecWorld, invited: Invited) -> None:
    user, account = invited
    world.user(IecRole.VIEWER, account=account)
    assert refused(lambda: world.invitations.accept(world.actor(account), user.user_id, CALLER)) is Code.ALREADY_LINKED
