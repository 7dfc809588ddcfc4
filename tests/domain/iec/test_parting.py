"""Closing an account that is a user of an IEC: owners leave first, everybody else goes with the account."""

from __future__ import annotations

import pytest

from chalicelib.domain.accounts.closing import Closing, Tie, TieKind
from chalicelib.domain.iec.parting import link_ties, partings
from chalicelib.domain.iec.user_changes import ChangeKind
from chalicelib.domain.iec.users import IecRole, IecUser, IecUserStatus
from chalicelib.domain.refusals import Code, Refusal
from tests.domain.iec.world import CALLER, IEC, IecWorld


def close(world: IecWorld, user: IecUser) -> None:
    actor = world.actor_of(user)
    closing = Closing(world.store, (), (link_ties(world.store),), (partings(world.store),))
    account = world.store.account(user.account_id or "")
    assert account is not None
    changes = closing.closed(account, actor.session, CALLER, world.now)
    # The session of a test is not stored.
    world.store.write(*(change for change in changes if type(change).__name__ != "EndSession"))


def test_an_owner_leaves_first(world: IecWorld) -> None:
    owner = world.user()
    world.user()
    account = world.store.account(owner.account_id or "")
    assert account is not None
    assert link_ties(world.store)(account) == (Tie(TieKind.IEC_LINK, IEC),)
    with pytest.raises(Refusal) as refusal:
        close(world, owner)
    assert refusal.value.code is Code.CLOSURE_REFUSED
    assert refusal.value.errors["iec_link"].reason == "tie_iec_link"


@pytest.mark.parametrize("role", [role for role in IecRole if role is not IecRole.OWNER])
def test_everybody_else_goes_with_the_account(world: IecWorld, role: IecRole) -> None:
    world.user()
    user = world.user(role)
    close(world, user)
    assert world.read(user).status is IecUserStatus.REMOVED
    assert world.store.membership(user.account_id or "") is None


def test_an_offer_to_who_closes_the_account_ends(world: IecWorld) -> None:
    owner, taker = world.user(), world.user(IecRole.SIGNATORY)
    world.done(owner, ChangeKind.OFFER_OWNERSHIP, taker)
    close(world, taker)
    assert world.read(owner).offered_to is None


def test_who_is_of_no_iec_is_not_tied(world: IecWorld) -> None:
    account = world.account()
    assert link_ties(world.store)(account) == ()
    assert partings(world.store)(account) == ()
