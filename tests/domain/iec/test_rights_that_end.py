"""Between a signature and its deed anything may end: the account, the IEC. Nobody is left with what nobody can hold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from chalicelib.domain.accounts.account import Account, AccountStatus
from chalicelib.domain.accounts.closing import Closing
from chalicelib.domain.changes import WriteOwner
from chalicelib.domain.iec.parting import link_ties, partings
from chalicelib.domain.iec.records import IecStatus, Person
from chalicelib.domain.iec.user_changes import ChangeKind
from chalicelib.domain.iec.users import IecRole, IecUserStatus
from chalicelib.domain.refusals import Code, Refusal
from chalicelib.domain.signatures.signings import SigningStatus
from tests.domain.iec.linking_world import LinkingWorld
from tests.domain.iec.world import CALLER, IEC


@pytest.fixture
def world() -> LinkingWorld:
    return LinkingWorld()


@pytest.fixture
def partner(world: LinkingWorld) -> Person:
    record = world.store.iec_record(IEC)
    assert record is not None
    return record.persons[0]


def close(world: LinkingWorld, account: Account) -> None:
    closing = Closing(world.store, (), (link_ties(world.store),), (partings(world.store),))
    stored = world.store.account(account.account_id)
    assert stored is not None
    changes = closing.closed(stored, world.actor(stored).session, CALLER, world.now)
    # The session of a test is not stored.
    world.store.write(*(change for change in changes if type(change).__name__ != "EndSession"))


def just_before_the_next_write(world: LinkingWorld, deed: Callable[[], None], patch: pytest.MonkeyPatch) -> None:
    """Has `deed` done after everything was read and decided, and before it is written."""
    real = world.store.write

    def write(*asked: object) -> str:
        patch.setattr(world.store, "write", real)
        deed()
        return real(*asked)  # type: ignore[arg-type]

    patch.setattr(world.store, "write", write)


def test_an_account_that_is_closed_while_it_is_linked_owns_nothing(
    world: LinkingWorld, partner: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    account = world.account()
    judged = world.judged(account, world.open_link(account, IEC), partner)
    just_before_the_next_write(world, lambda: close(world, account), monkeypatch)
    ended = world.link_steps.link(judged.signing_id)
    assert (ended.status, ended.why) == (SigningStatus.REFUSED, Code.NOT_PERMITTED.value)
    assert world.store.iec_users(IEC) == ()
    assert world.store.membership(account.account_id) is None


def test_an_account_that_is_closed_while_it_accepts_joins_nothing(
    world: LinkingWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner, account = world.user(), world.account()
    invited = world.invited(owner, IecRole.MANAGER, account)
    actor = world.actor(account)
    just_before_the_next_write(world, lambda: close(world, account), monkeypatch)
    with pytest.raises(Refusal) as refusal:
        world.invitations.accept(actor, invited.user_id, CALLER)
    assert refusal.value.code is Code.INVITATION_NOT_VALID
    assert world.read(invited).status is IecUserStatus.INVITED
    assert world.store.membership(account.account_id) is None


def test_an_email_that_was_changed_since_the_session_was_read_accepts_nothing(world: LinkingWorld) -> None:
    owner, account = world.user(), world.account()
    invited = world.invited(owner, IecRole.MANAGER, account)
    actor, other = world.actor(account), world.account()
    world.store.write(WriteOwner(replace(account, contact=replace(other.contact, mobile=account.contact.mobile))))
    with pytest.raises(Refusal) as refusal:
        world.invitations.accept(actor, invited.user_id, CALLER)
    assert refusal.value.code is Code.INVITATION_NOT_VALID


@pytest.mark.parametrize("status", [status for status in IecStatus if status is not IecStatus.ACTIVE])
def test_an_iec_that_was_cancelled_after_the_signature_links_nobody(
    world: LinkingWorld, partner: Person, status: IecStatus
) -> None:
    account = world.account()
    judged = world.judged(account, world.open_link(account, IEC), partner)
    world.with_record(IEC, status=status)
    ended = world.link_steps.link(judged.signing_id)
    assert (ended.status, ended.why) == (SigningStatus.REFUSED, Code.NOT_PERMITTED.value)
    assert world.store.iec_users(IEC) == ()


def test_nor_are_its_users_changed(world: LinkingWorld) -> None:
    owner, user = world.user(), world.user(IecRole.VIEWER)
    signing = world.signed(world.open(owner, ChangeKind.REMOVE, user))
    world.with_record(IEC, status=IecStatus.CANCELLED)
    assert world.steps.apply(signing.signing_id).why == Code.NOT_PERMITTED.value
    assert world.read(user).status is IecUserStatus.ACTIVE


def test_nothing_is_changed_under_the_signature_of_an_account_that_may_not_sign_in(world: LinkingWorld) -> None:
    owner, user = world.user(), world.user(IecRole.VIEWER)
    signing = world.signed(world.open(owner, ChangeKind.REMOVE, user))
    account = world.store.account(owner.account_id or "")
    assert account is not None
    world.store.write(WriteOwner(replace(account, status=AccountStatus.SUSPENDED)))
    assert world.steps.apply(signing.signing_id).why == Code.NOT_PERMITTED.value
    assert world.read(user).status is IecUserStatus.ACTIVE
