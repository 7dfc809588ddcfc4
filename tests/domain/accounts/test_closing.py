"""Closing an account: what stands against it, what is left of it, and nothing after a year."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.domain.accounts.account import Account, AccountName, AccountStatus, names_of
from chalicelib.domain.accounts.closing import RETENTION, Tie, TieKind
from chalicelib.domain.accounts.owners import account_key
from chalicelib.domain.accounts.security import Security, TrustedBrowser
from chalicelib.domain.auditing import Intact, verified
from chalicelib.domain.changes import ChangeRefused, TakeName
from chalicelib.domain.limits import CODE_TRIES
from chalicelib.domain.refusals import Code
from tests.domain.accounts.own_world import ASHA, CALLER, PASSWORD, OwnWorld, refused


@pytest.fixture
def world() -> OwnWorld:
    return OwnWorld()


def closed(world: OwnWorld, account: Account) -> Account:
    world.own.close(world.actor(account), PASSWORD, CALLER)
    stored = world.stored(account)
    assert isinstance(stored, Account)
    return stored


def test_nobody_signs_in_any_more(world: OwnWorld) -> None:
    browser = TrustedBrowser("b" * 22, "Firefox, Android", world.now, world.now + timedelta(days=30))
    account = world.account(security=Security(generation=2, recovery_codes=("h",), trusted_browsers=(browser,)))
    actor = world.actor(account)
    world.own.close(actor, PASSWORD, CALLER)
    after = world.stored(account)
    assert isinstance(after, Account)
    assert (after.status, after.password_hash) == (AccountStatus.CLOSED, None)
    assert after.security == Security(generation=3)
    assert (after.closed_at, after.erase_at) == (world.now, world.now + timedelta(days=365))
    assert world.store.session(actor.session.token_hash) is None
    assert world.told() == [("account_closed", ASHA.mobile), ("account_closed", ASHA.email)]
    assert world.deeds(account) == ["account_closed"]
    assert world.asked().flow.is_decoy


class TestNames:
    """They rest as long as the record, so that nobody passes for the one who left; then they are free."""

    def test_they_stay_taken_for_a_year(self, world: OwnWorld) -> None:
        account = closed(world, world.account())
        world.advance(days=364, hours=23)
        for name in names_of(account):
            with pytest.raises(ChangeRefused):
                world.store.write(TakeName(AccountName(name.name, "another"), world.now))

    def test_then_another_may_have_them(self, world: OwnWorld) -> None:
        closed(world, world.account())
        world.advance(days=365)
        again = world.account()
        assert world.stored(again) == again


class TestErasure:
    def test_after_a_year_it_is_as_if_it_had_never_been(self, world: OwnWorld) -> None:
        account = closed(world, world.account())
        world.advance(days=364)
        assert world.store.account(account.account_id) is not None
        world.advance(days=1)
        assert world.store.account(account.account_id) is None
        assert world.store.owner(account_key(account.account_id)) is None
        assert world.asked().flow.is_decoy

    def test_the_audit_stays_whole_and_names_nobody(self, world: OwnWorld) -> None:
        account = world.account()
        world.waiting(account)
        actor = world.actor(account)
        flow_id = world.stored(account).replacement_id
        assert flow_id is not None
        world.contacts.cancel(actor, flow_id, CALLER)
        closed(world, account)
        world.advance(days=365)
        stream = account_key(account.account_id)
        # What is past its retention may be swept, in the order in which it came.
        events = list(world.store.audit_events(stream))
        assert isinstance(verified(stream, events, world.now), Intact)
        assert isinstance(verified(stream, events[2:], world.now), Intact)
        told = repr(events)
        for personal in (ASHA.email, ASHA.email.lower(), ASHA.mobile, ASHA.mobile[3:], account.name, account.username):
            assert personal not in told

    def test_it_is_kept_as_long_as_the_law_asks(self) -> None:
        assert timedelta(days=365) <= RETENTION


class TestTies:
    def test_all_that_stands_against_it_is_named(self, world: OwnWorld) -> None:
        account = world.account()
        world.waiting(account)
        world.more_ties.append(Tie(TieKind.STAFF, "from-a-later-journey"))
        refusal = refused(lambda: world.own.close(world.actor(account), PASSWORD, CALLER))
        assert refusal.code is Code.CLOSURE_REFUSED
        assert {name: error.reason for name, error in refusal.errors.items()} == {
            "mobile_replacement": "tie_mobile_replacement",
            "staff": "tie_staff",
        }
        after = world.stored(account)
        assert isinstance(after, Account)
        assert after.status is AccountStatus.ACTIVE

    def test_once_it_is_settled_the_account_closes(self, world: OwnWorld) -> None:
        account = world.account()
        flow = world.waiting(account)
        world.contacts.cancel(world.actor(account), flow.flow_id, CALLER)
        assert closed(world, account).status is AccountStatus.CLOSED

    def test_staff_do_not_close_their_accounts(self, world: OwnWorld) -> None:
        officer = world.officer()
        refusal = refused(lambda: world.own.close(world.actor(officer), PASSWORD, CALLER))
        assert refusal.code is Code.CLOSURE_REFUSED

    def test_an_icegate_account_is_not_closed_here(self, world: OwnWorld) -> None:
        registrant = world.registrant()
        refusal = refused(lambda: world.own.close(world.actor(registrant), PASSWORD, CALLER))
        assert refusal.code is Code.NOT_PERMITTED


class TestThePassword:
    def test_a_wrong_one_closes_nothing_and_is_written_down(self, world: OwnWorld) -> None:
        account = world.account()
        refusal = refused(lambda: world.own.close(world.actor(account), "Wrong#2026", CALLER))
        assert refusal.code is Code.PASSWORD_INCORRECT
        assert world.deeds(account) == ["account_closed!"]

    def test_ten_wrong_ones_lock_it_as_they_lock_the_change_of_the_password(self, world: OwnWorld) -> None:
        account = world.account()
        actor = world.actor(account)
        for _ in range(CODE_TRIES.failures):
            refused(lambda: world.own.close(actor, "Wrong#2026", CALLER))
        assert refused(lambda: world.own.close(actor, PASSWORD, CALLER)).code is Code.LOCKED


def test_a_second_click_finds_it_closed(world: OwnWorld) -> None:
    account = world.account()
    actor = world.actor(account)
    world.own.close(actor, PASSWORD, CALLER)
    assert refused(lambda: world.own.close(replace(actor), PASSWORD, CALLER)).code is Code.SESSION_REQUIRED
    assert world.deeds(account) == ["account_closed"]
