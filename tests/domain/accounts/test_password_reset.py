"""Setting a new password with both codes: what it changes, what it leaves, and whom it lets in."""

from __future__ import annotations

from dataclasses import replace

import pytest

from chalicelib.domain import limits, passwords
from chalicelib.domain.accounts.account import Account, AccountStatus
from chalicelib.domain.accounts.flow_codes import OpenedFlow
from chalicelib.domain.accounts.flows import Flow, FlowStatus
from chalicelib.domain.accounts.owners import Owner, owner_key
from chalicelib.domain.accounts.security import Authenticator, Security, TrustedBrowser
from chalicelib.domain.changes import WriteOwner, WriteTries
from chalicelib.domain.limits import SIGN_IN_TRIES, TryPurpose
from chalicelib.domain.refusals import Code
from chalicelib.domain.sealing import Sealed
from tests.domain.accounts.own_world import ASHA, BALA, NEW, NEW_PASSWORD, PASSWORD, STRANGER, OwnWorld, refused


@pytest.fixture
def world() -> OwnWorld:
    return OwnWorld()


def set_password(world: OwnWorld, opened: OpenedFlow, password: str = NEW_PASSWORD) -> Flow:
    return world.resets.set_password(opened.flow.flow_id, opened.flow_token, password, STRANGER)


def is_password(world: OwnWorld, owner: Owner, password: str) -> bool:
    return passwords.matches(password, world.stored(owner).password_hash)


@pytest.mark.parametrize("typed", ["asha.nair", " ASHA.NAIR ", "asha@NAIR.example"])
def test_whoever_has_both_codes_sets_a_new_password(world: OwnWorld, typed: str) -> None:
    account = world.account()
    done = set_password(world, world.confirmed(typed))
    assert done.status is FlowStatus.DONE
    assert is_password(world, account, NEW_PASSWORD)
    assert world.told()[2:] == [("password_changed", ASHA.mobile), ("password_changed", ASHA.email)]
    assert world.deeds(account) == ["password_reset_asked", "password_reset"]


def test_an_icegate_id_resets_its_password_in_the_same_way(world: OwnWorld) -> None:
    account = world.registrant()
    set_password(world, world.confirmed("ASHA_exports"))
    assert is_password(world, account, NEW_PASSWORD)
    assert world.stored(account).security.generation == 1


def test_every_session_ends_and_the_second_factor_stays(world: OwnWorld) -> None:
    authenticator = Authenticator(Sealed("first", b"n", b"c"), world.now)
    browser = TrustedBrowser("b" * 22, "Firefox, Android", world.now, world.now)
    security = Security(3, authenticator, recovery_codes=("hash",), trusted_browsers=(browser,))
    account = world.account(security=security)
    set_password(world, world.confirmed())
    after = world.stored(account).security
    assert after == Security(4, authenticator, recovery_codes=("hash",))


def test_the_locks_of_signing_in_open(world: OwnWorld) -> None:
    """The owner proved who they are; whoever guessed passwords under their names must not keep them out."""
    account = world.account()
    key = world.keyring.current().material
    names = ["asha.nair", "asha@nair.example", ASHA.mobile]
    keys = [limits.tries_key(key, TryPurpose.SIGN_IN, name) for name in names]
    keys.append(limits.tries_key(key, TryPurpose.SIGN_IN_TRUSTED, owner_key(account)))
    for one in keys:
        for _ in range(SIGN_IN_TRIES.failures):
            taken = limits.spent(world.store.tries(one), SIGN_IN_TRIES, world.now)
            world.store.write(WriteTries(taken, world.now + SIGN_IN_TRIES.longest))
    set_password(world, world.confirmed())
    assert [world.store.tries(one).failures for one in keys] == [0] * 4


@pytest.mark.parametrize("status", [AccountStatus.INVITED, AccountStatus.SUSPENDED, AccountStatus.DEPARTED])
def test_who_may_not_sign_in_is_sent_nothing(world: OwnWorld, status: AccountStatus) -> None:
    world.account(status=status)
    opened = world.asked()
    assert (opened.flow.is_decoy, world.messages()) == (True, [])
    right = world.right(opened.flow.flow_id)
    refusal = refused(lambda: world.resets.verify(opened.flow.flow_id, opened.flow_token, right, STRANGER))
    assert refusal.code is Code.CODES_INCORRECT


def test_whom_nobody_knows_gets_the_answer_of_the_known(world: OwnWorld) -> None:
    world.account()
    known, unknown = world.asked().flow, world.asked("nobody@nowhere.example").flow
    assert unknown.is_decoy
    same = replace(unknown, flow_id=known.flow_id, flow_token_hash=known.flow_token_hash, contact=known.contact)
    assert same.status is known.status
    assert same.expires_at == known.expires_at
    assert same.challenge.resend_at == known.challenge.resend_at
    assert len(world.messages()) == 2


class TestTheNewPassword:
    def test_is_none_that_holds_the_name(self, world: OwnWorld) -> None:
        world.account()
        refusal = refused(lambda: set_password(world, world.confirmed(), "Asha.Nair#2026"))
        assert refusal.errors["password"].reason == "password_contains_username"

    def test_is_none_that_holds_the_icegate_id(self, world: OwnWorld) -> None:
        world.registrant()
        refusal = refused(lambda: set_password(world, world.confirmed("asha_exports"), "Asha_Exports#2026"))
        assert refusal.errors["password"].reason == "password_contains_icegate_id"

    def test_is_not_the_old_one(self, world: OwnWorld) -> None:
        world.account()
        opened = world.confirmed()
        assert refused(lambda: set_password(world, opened, PASSWORD)).errors["password"].reason == "password_same"
        assert set_password(world, opened).status is FlowStatus.DONE

    def test_waits_for_the_codes(self, world: OwnWorld) -> None:
        world.account()
        assert refused(lambda: set_password(world, world.asked())).code is Code.STEP_OUT_OF_ORDER

    def test_waits_for_codes_that_never_come_as_well(self, world: OwnWorld) -> None:
        assert refused(lambda: set_password(world, world.asked("nobody"))).code is Code.STEP_OUT_OF_ORDER

    def test_is_set_once(self, world: OwnWorld) -> None:
        account = world.account()
        opened = world.confirmed()
        set_password(world, opened)
        # The same request made again, after a lost answer.
        assert set_password(world, opened).status is FlowStatus.DONE
        assert refused(lambda: set_password(world, opened, "Parvat#2028")).code is Code.FLOW_ENDED
        assert is_password(world, account, NEW_PASSWORD)
        assert world.stored(account).security.generation == 1

    def test_is_set_within_a_quarter_of_an_hour(self, world: OwnWorld) -> None:
        account = world.account()
        opened = world.confirmed()
        world.advance(minutes=15)
        assert refused(lambda: set_password(world, opened)).code is Code.FLOW_ENDED
        assert is_password(world, account, PASSWORD)


class TestMeanwhile:
    """What happened to the account between the codes and the password counts."""

    def changed(self, world: OwnWorld, account: Account, **changes: object) -> None:
        stored = world.stored(account)
        world.store.write(WriteOwner(replace(stored, **changes)))  # type: ignore[arg-type]

    def test_a_suspended_account_stays_shut(self, world: OwnWorld) -> None:
        account = world.account()
        opened = world.confirmed()
        self.changed(world, account, status=AccountStatus.SUSPENDED)
        assert refused(lambda: set_password(world, opened)).code is Code.FLOW_ENDED

    def test_codes_to_an_address_that_was_given_up_open_nothing(self, world: OwnWorld) -> None:
        account = world.account()
        opened = world.asked()
        right = world.right(opened.flow.flow_id)
        self.changed(world, account, contact=replace(ASHA, mobile=BALA.mobile))
        refusal = refused(lambda: world.resets.verify(opened.flow.flow_id, opened.flow_token, right, STRANGER))
        assert refusal.code is Code.FLOW_ENDED


class TestWhileAMobileWaits:
    """A reset goes by the old mobile, and proves that it is not lost."""

    def test_the_codes_go_to_the_old_mobile(self, world: OwnWorld) -> None:
        world.waiting(world.account())
        world.asked()
        assert [address for kind, address in world.told() if kind == "password_reset_code"] == [ASHA.mobile, ASHA.email]

    def test_the_waiting_mobile_is_stopped(self, world: OwnWorld) -> None:
        account = world.account()
        flow = world.waiting(account)
        set_password(world, world.confirmed())
        assert world.flow(flow.flow_id).status is FlowStatus.STOPPED
        assert world.store.named(NEW.mobile) is None
        assert world.deeds(account)[-2:] == ["password_reset", "mobile_replacement_stopped"]
        world.advance(hours=25)
        world.replacements.apply(flow.flow_id, "step")
        assert world.stored(account).contact == ASHA
