"""Thieves: who holds one thing of a person (a mailbox, a password, an old session) or only knows a name."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.domain import limits
from chalicelib.domain.accounts import new_passwords
from chalicelib.domain.accounts.account import Account, AccountStatus
from chalicelib.domain.accounts.flows import FlowKind, FlowStatus
from chalicelib.domain.accounts.names import PersonName
from chalicelib.domain.accounts.owners import Owner, owner_key
from chalicelib.domain.accounts.second_factor import SecondFactor
from chalicelib.domain.accounts.security import Authenticator, Method
from chalicelib.domain.audit import Deed
from chalicelib.domain.authorisation import Actor
from chalicelib.domain.changes import CountUp, WriteOwner, WriteTries
from chalicelib.domain.contacts import Channel, Contact
from chalicelib.domain.limits import CODE_TRIES, Tries, TryPurpose
from chalicelib.domain.refusals import Code
from chalicelib.domain.sealing import Sealed
from tests.domain.accounts.own_world import (
    ASHA,
    BALA,
    CALLER,
    NEW,
    NEW_PASSWORD,
    PASSWORD,
    STRANGER,
    OwnWorld,
    password_hash,
    refused,
)

SEALED = Sealed("first", b"nonce", b"ciphertext")
_DEED = Deed.PASSWORD_CHANGED


@pytest.fixture
def world() -> OwnWorld:
    return OwnWorld()


def with_authenticator(world: OwnWorld, owner: Owner) -> None:
    """An authenticator is added now."""
    stored = world.stored(owner)
    security = replace(stored.security, authenticator=Authenticator(SEALED, world.now))
    world.store.write(WriteOwner(replace(stored, security=security)))


def without_authenticator(world: OwnWorld, owner: Owner) -> None:
    stored = world.stored(owner)
    world.store.write(WriteOwner(replace(stored, security=replace(stored.security, authenticator=None))))


def recovered(world: OwnWorld, owner: Owner) -> None:
    """The owner sets a new password: every session of before has ended."""
    world.store.write(WriteOwner(new_passwords.with_password(world.stored(owner), password_hash(NEW_PASSWORD))))


class TestMailbox:
    """Password and mailbox stolen: an authenticator that an email code added is worth no more than that code."""

    @pytest.mark.parametrize("method", [Method.AUTHENTICATOR, Method.RECOVERY_CODE])
    def test_an_authenticator_of_today_takes_no_mobile_over_at_once(self, world: OwnWorld, method: Method) -> None:
        account = world.account()
        with_authenticator(world, account)
        world.advance(hours=23, minutes=59)
        flow = world.contacts.ask(world.actor(account, method), None, NEW.mobile, CALLER)
        assert flow.kind is FlowKind.MOBILE_REPLACEMENT

    def test_nor_once_it_was_removed_again(self, world: OwnWorld) -> None:
        account = world.account()
        with_authenticator(world, account)
        actor = world.actor(account, Method.AUTHENTICATOR)
        without_authenticator(world, account)
        flow = world.contacts.ask(replace(actor, owner=world.stored(account)), None, NEW.mobile, CALLER)
        assert flow.kind is FlowKind.MOBILE_REPLACEMENT

    def test_one_that_its_owner_was_told_of_a_day_ago_does(self, world: OwnWorld) -> None:
        account = world.account()
        with_authenticator(world, account)
        world.advance(hours=24)
        flow = world.contacts.ask(world.actor(account, Method.AUTHENTICATOR), None, NEW.mobile, CALLER)
        assert flow.kind is FlowKind.CONTACT_CHANGE

    def test_staff_without_an_authenticator_come_in_by_their_mobile_alone(self, world: OwnWorld) -> None:
        """Joined yesterday, or just reset: the next authenticator added has the Back Office."""
        actor = world.actor(world.officer(), None)
        desk = SecondFactor(world.store, world.keyring, world.clock)
        assert refused(desk.send_code, actor, Channel.EMAIL, CALLER).code is Code.METHOD_NOT_OFFERED
        assert desk.send_code(actor, Channel.MOBILE, CALLER).challenge is not None
        assert refused(desk.show, actor, Method.EMAIL_CODE, "123456", CALLER).code is Code.METHOD_NOT_OFFERED


class TestOldSessions:
    """A session that ended while its request was under way changes nothing any more."""

    def ended(self, world: OwnWorld) -> tuple[Account, Actor]:
        account = world.account()
        actor = world.actor(account)
        recovered(world, account)
        return account, actor

    def test_it_confirms_no_new_address(self, world: OwnWorld) -> None:
        account = world.account()
        actor = world.actor(account)
        flow = world.contacts.ask(actor, NEW.email, None, CALLER)
        recovered(world, account)
        code = world.code(flow.flow_id)
        assert refused(lambda: world.contacts.verify(actor, flow.flow_id, code, CALLER)).code is Code.SESSION_REQUIRED
        assert world.stored(account).contact == ASHA

    def test_it_closes_no_account(self, world: OwnWorld) -> None:
        account, actor = self.ended(world)
        assert refused(lambda: world.own.close(actor, PASSWORD, CALLER)).code is Code.SESSION_REQUIRED
        stored = world.stored(account)
        assert isinstance(stored, Account)
        assert stored.status is AccountStatus.ACTIVE

    def test_it_changes_no_name(self, world: OwnWorld) -> None:
        account, actor = self.ended(world)
        refusal = refused(lambda: world.own.change_profile(actor, PersonName("Mallory"), "en", CALLER))
        assert refusal.code is Code.SESSION_REQUIRED
        stored = world.stored(account)
        assert isinstance(stored, Account)
        assert stored.name == account.name


class TestResets:
    def test_a_new_password_ends_the_resets_that_were_asked_for_before(self, world: OwnWorld) -> None:
        """Whoever glanced at both codes of one reset has lost it once the owner was quicker with another."""
        account = world.account()
        stolen, own = world.confirmed(), world.confirmed()
        world.resets.set_password(own.flow.flow_id, own.flow_token, NEW_PASSWORD, CALLER)
        set_it = world.resets.set_password
        refusal = refused(lambda: set_it(stolen.flow.flow_id, stolen.flow_token, "Mallory#2026", STRANGER))
        assert refusal.code is Code.FLOW_ENDED
        assert world.own.checked(world.actor(account), NEW_PASSWORD, _DEED, CALLER)

    def test_so_does_a_changed_one_before_the_codes_were_shown(self, world: OwnWorld) -> None:
        account = world.account()
        opened = world.asked()
        flow_id, right = opened.flow.flow_id, world.right(opened.flow.flow_id)
        recovered(world, account)
        refusal = refused(lambda: world.resets.verify(flow_id, opened.flow_token, right, STRANGER))
        assert refusal.code is Code.FLOW_ENDED
        assert world.flow(flow_id).status is FlowStatus.CODES_SENT

    @pytest.mark.parametrize("has_authenticator", [False, True])
    def test_it_opens_the_lock_that_a_thief_of_the_password_closed(
        self, world: OwnWorld, *, has_authenticator: bool
    ) -> None:
        """Where the second factor is a code to the same addresses. An authenticator's lock stays: it was not shown."""
        account = world.account()
        if has_authenticator:
            with_authenticator(world, account)
        key = world.keyring.current().material
        tries_key = limits.tries_key(key, TryPurpose.SECOND_FACTOR, owner_key(account))
        closed = Tries(tries_key, 12, world.now + timedelta(hours=1))
        world.store.write(WriteTries(closed, world.now + CODE_TRIES.longest))
        confirmed = world.confirmed()
        world.resets.set_password(confirmed.flow.flow_id, confirmed.flow_token, NEW_PASSWORD, CALLER)
        assert (world.store.tries(tries_key).locked_until is not None) is has_authenticator

    def test_what_the_password_was_is_not_guessed_without_end(self, world: OwnWorld) -> None:
        world.account()
        confirmed = world.confirmed()
        set_it = world.resets.set_password
        for _ in range(limits.BY_IP - 2):
            refusal = refused(lambda: set_it(confirmed.flow.flow_id, confirmed.flow_token, PASSWORD, STRANGER))
            assert refusal.errors["password"].reason == "password_same"
        refusal = refused(lambda: set_it(confirmed.flow.flow_id, confirmed.flow_token, PASSWORD, STRANGER))
        assert refusal.code is Code.TOO_MANY_REQUESTS


class TestSends:
    """Who only knows a name or an address uses up none of the codes with which its owner signs in."""

    def left(self, world: OwnWorld, contact: Contact, at_least: int) -> None:
        key = world.keyring.current().material
        for _ in range(at_least):
            world.store.write(CountUp(limits.by_address(key, contact.mobile, world.now)))
            world.store.write(CountUp(limits.by_address(key, contact.email, world.now)))

    def test_codes_asked_for_again_and_not_sent_are_not_counted_as_the_owners(self, world: OwnWorld) -> None:
        world.account()
        for _ in range(limits.BY_STRANGERS_A_DAY):
            world.asked("asha.nair")
        for name in (ASHA.email, ASHA.mobile):
            opened = world.asked(name)
            for _ in range(limits.BY_STRANGERS_A_DAY - 1):
                world.advance(minutes=1)
                world.resets.send_again(opened.flow.flow_id, opened.flow_token, STRANGER)
        self.left(world, ASHA, limits.BY_ADDRESS_A_DAY - limits.BY_STRANGERS_A_DAY)

    def test_changes_to_anothers_address_are_limited_and_not_counted_as_the_owners(self, world: OwnWorld) -> None:
        world.account()
        mallory = world.actor(world.account(BALA, "mallory"))
        for _ in range(limits.BY_ADDRESS_A_DAY):
            world.contacts.ask(mallory, None, ASHA.mobile, CALLER)
        for _ in range(limits.BY_ADDRESS_A_DAY):
            world.contacts.ask(mallory, ASHA.email, None, CALLER)
        world.advance(minutes=6)
        for asked in ((None, ASHA.mobile), (ASHA.email, None)):
            assert refused(world.contacts.ask, mallory, *asked, CALLER).code is Code.SEND_LIMIT_REACHED
        self.left(world, ASHA, limits.BY_ADDRESS_A_DAY)

    def test_ones_own_mobile_confirmed_anew_is_counted_with_ones_own(self, world: OwnWorld) -> None:
        officer = world.officer()
        world.contacts.ask(world.actor(officer), None, officer.contact.mobile, CALLER)
        self.left(world, replace(officer.contact, email=NEW.email), limits.BY_ADDRESS_A_DAY - 1)
        key = world.keyring.current().material
        counter = limits.by_address(key, officer.contact.mobile, world.now)
        with pytest.raises(Exception, match="CountUp"):
            world.store.write(CountUp(counter))
