"""Changing email and mobile: a code to the new one, word to the old ones, and nothing told of anybody else's."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.domain.accounts.account import Account, AccountName
from chalicelib.domain.accounts.flows import Flow, FlowKind, FlowStatus
from chalicelib.domain.accounts.owners import Owner
from chalicelib.domain.accounts.security import Authenticator, Method, Security
from chalicelib.domain.authorisation import Actor
from chalicelib.domain.changes import TakeName, WriteOwner
from chalicelib.domain.contacts import Contact
from chalicelib.domain.identifiers import EmailAddress, Mobile
from chalicelib.domain.refusals import Code
from chalicelib.domain.sealing import Sealed
from tests.domain.accounts.own_world import ASHA, BALA, CALLER, NEW, OwnWorld, refused

SEALED = Sealed("first", b"nonce", b"ciphertext")


@pytest.fixture
def world() -> OwnWorld:
    return OwnWorld()


def ask_email(world: OwnWorld, actor: Actor, email: EmailAddress = NEW.email) -> Flow:
    return world.contacts.ask(actor, email, None, CALLER)


def ask_mobile(world: OwnWorld, actor: Actor, mobile: Mobile = NEW.mobile) -> Flow:
    return world.contacts.ask(actor, None, mobile, CALLER)


def verify(world: OwnWorld, actor: Actor, flow: Flow, code: str | None = None) -> Flow:
    return world.contacts.verify(actor, flow.flow_id, code or world.code(flow.flow_id), CALLER)


def names(world: OwnWorld, *typed: str) -> list[bool]:
    """Which of these names lead to somebody."""
    return [world.store.named(name.lower()) is not None for name in typed]


class TestEmail:
    def test_a_right_code_changes_it_and_both_old_addresses_are_told(self, world: OwnWorld) -> None:
        account = world.account()
        actor = world.actor(account)
        flow = ask_email(world, actor)
        assert world.told() == [("new_contact_code", NEW.email)]
        assert verify(world, actor, flow).status is FlowStatus.DONE
        after = world.stored(account)
        assert after.contact == Contact(NEW.email, ASHA.mobile)
        assert after.email_confirmed_at == world.now
        assert world.told()[1:] == [("email_changed", ASHA.mobile), ("email_changed", ASHA.email)]
        assert world.deeds(account) == ["contact_change_asked", "contact_changed"]

    def test_the_new_one_leads_to_the_account_and_the_old_one_no_more(self, world: OwnWorld) -> None:
        account = world.account()
        actor = world.actor(account)
        verify(world, actor, ask_email(world, actor))
        assert names(world, NEW.email, ASHA.email, "asha.nair") == [True, False, True]

    def test_a_username_that_was_the_email_follows_it(self, world: OwnWorld) -> None:
        account = world.account(username=ASHA.email.upper())
        actor = world.actor(account)
        verify(world, actor, ask_email(world, actor))
        after = world.stored(account)
        assert isinstance(after, Account)
        assert after.username == NEW.email
        assert names(world, NEW.email, ASHA.email) == [True, False]

    def test_the_case_of_an_email_is_no_change(self, world: OwnWorld) -> None:
        actor = world.actor(world.account())
        refusal = refused(lambda: ask_email(world, actor, EmailAddress("ASHA@nair.example")))
        assert refusal.errors["email"].reason == "contact_unchanged"

    def test_an_icegate_account_changes_it_and_shares_it_with_whom_it_likes(self, world: OwnWorld) -> None:
        world.account(BALA, "bala.trade")
        registrant = world.registrant()
        actor = world.actor(registrant)
        verify(world, actor, ask_email(world, actor, BALA.email))
        assert world.stored(registrant).contact == Contact(BALA.email, ASHA.mobile)
        found = world.store.named(BALA.email)
        assert isinstance(found, AccountName)

    def test_staff_keep_an_official_one(self, world: OwnWorld) -> None:
        actor = world.actor(world.officer())
        assert refused(lambda: ask_email(world, actor)).errors["email"].reason == "email_not_official"
        assert ask_email(world, actor, EmailAddress("other@dgft.gov.in")).status is FlowStatus.CODES_SENT

    def test_one_thing_is_changed_at_a_time(self, world: OwnWorld) -> None:
        actor = world.actor(world.account())
        for email, mobile in ((None, None), (NEW.email, NEW.mobile)):
            refusal = refused(world.contacts.ask, actor, email, mobile, CALLER)
            assert {error.reason for error in refusal.errors.values()} == {"one_contact"}


class TestSomebodyElses:
    """Whose address it is hears of it; who asked sees what they would see if it were free."""

    def test_its_owner_is_told_and_no_code_is_right(self, world: OwnWorld) -> None:
        bala = world.account(BALA, "bala.trade")
        asha = world.account()
        actor = world.actor(asha)
        flow = ask_email(world, actor, EmailAddress("BALA@people.example"))
        assert world.told() == [("contact_taken", "BALA@people.example")]
        assert world.messages(bala)[0].challenge is None
        free = ask_email(world, actor)
        assert (flow.status, flow.expires_at, flow.challenge.sends) == (free.status, free.expires_at, 1)
        refusal = refused(lambda: verify(world, actor, flow))
        assert (refusal.code, refusal.facts) == (Code.CODE_INCORRECT, {"attempts_left": 4})
        assert world.stored(asha).contact == ASHA

    def test_a_mobile_as_well(self, world: OwnWorld) -> None:
        world.account(BALA, "bala.trade")
        actor = world.actor(world.account())
        flow = ask_mobile(world, actor, BALA.mobile)
        assert world.told() == [("contact_taken", BALA.mobile)]
        assert refused(lambda: verify(world, actor, flow)).code is Code.CODE_INCORRECT

    def test_a_resend_tells_nobody_again(self, world: OwnWorld) -> None:
        world.account(BALA, "bala.trade")
        actor = world.actor(world.account())
        flow = ask_email(world, actor, BALA.email)
        world.advance(seconds=30)
        assert world.contacts.send_again(actor, flow.flow_id, CALLER).challenge.sends == 2
        assert len(world.told()) == 1

    def test_one_that_is_lost_in_between_ends_the_change(self, world: OwnWorld) -> None:
        account = world.account()
        actor = world.actor(account)
        flow = ask_email(world, actor)
        world.account(replace(BALA, email=NEW.email), "bala.trade")
        assert refused(lambda: verify(world, actor, flow)).code is Code.FLOW_ENDED
        assert world.stored(account).contact == ASHA

    def test_one_that_rested_until_its_account_was_erased_is_free(self, world: OwnWorld) -> None:
        resting = AccountName(NEW.email.lower(), "gone", until=world.now)
        world.store.write(TakeName(resting, world.now))
        actor = world.actor(world.account())
        verify(world, actor, ask_email(world, actor))
        assert names(world, NEW.email) == [True]

    def test_another_persons_change_is_not_there(self, world: OwnWorld) -> None:
        flow = ask_email(world, world.actor(world.account()))
        bala = world.actor(world.account(BALA, "bala.trade"))
        for ask in (
            lambda: verify(world, bala, flow),
            lambda: world.contacts.send_again(bala, flow.flow_id, CALLER),
            lambda: world.contacts.cancel(bala, flow.flow_id, CALLER),
            lambda: world.contacts.cancel(bala, "A" * 22, CALLER),
        ):
            assert refused(ask).code is Code.NOT_FOUND

    def test_a_reset_of_ones_own_is_no_change(self, world: OwnWorld) -> None:
        account = world.account()
        opened = world.asked()
        actor = world.actor(account)
        assert refused(lambda: world.contacts.cancel(actor, opened.flow.flow_id, CALLER)).code is Code.NOT_FOUND


class TestMobile:
    @pytest.mark.parametrize(
        "method", [Method.MOBILE_CODE, Method.AUTHENTICATOR, Method.RECOVERY_CODE, Method.BOTH_CODES]
    )
    def test_who_showed_more_than_an_email_code_changes_it_at_once(self, world: OwnWorld, method: Method) -> None:
        account = world.account(security=Security(authenticator=Authenticator(SEALED, world.now - timedelta(days=1))))
        actor = world.actor(account, method)
        flow = ask_mobile(world, actor)
        assert flow.kind is FlowKind.CONTACT_CHANGE
        verify(world, actor, flow)
        after = world.stored(account)
        assert (after.contact, after.mobile_confirmed_at) == (Contact(ASHA.email, NEW.mobile), world.now)
        assert world.told()[1:] == [("mobile_changed", ASHA.mobile), ("mobile_changed", ASHA.email)]
        assert names(world, NEW.mobile, ASHA.mobile) == [True, False]

    def test_who_showed_an_email_code_waits(self, world: OwnWorld) -> None:
        account = world.account()
        actor = world.actor(account, Method.EMAIL_CODE)
        flow = ask_mobile(world, actor)
        assert flow.kind is FlowKind.MOBILE_REPLACEMENT
        assert verify(world, actor, flow).status is FlowStatus.WAITING
        assert world.stored(account).contact == ASHA

    @pytest.mark.parametrize("method", [Method.EMAIL_CODE, Method.AUTHENTICATOR])
    def test_the_same_one_is_confirmed_anew(self, world: OwnWorld, method: Method) -> None:
        """Staff do so every 180 days. Nothing waits, and nobody is told: nothing has changed."""
        officer = world.officer()
        world.advance(days=181)
        actor = world.actor(officer, method)
        flow = ask_mobile(world, actor, officer.contact.mobile)
        assert verify(world, actor, flow).status is FlowStatus.DONE
        assert world.stored(officer).mobile_confirmed_at == world.now
        assert [kind for kind, _ in world.told()] == ["new_contact_code"]
        assert world.deeds(officer) == ["contact_change_asked", "mobile_confirmed"]

    def test_one_that_waits_bars_another(self, world: OwnWorld) -> None:
        account = world.account()
        actor = world.actor(account)
        earlier = ask_mobile(world, actor, BALA.mobile)
        world.waiting(account)
        actor = world.actor(account)
        assert refused(lambda: ask_mobile(world, actor, BALA.mobile)).code is Code.CHANGE_PENDING
        assert refused(lambda: verify(world, actor, earlier)).code is Code.CHANGE_PENDING
        # The email is another matter.
        assert verify(world, actor, ask_email(world, actor)).status is FlowStatus.DONE

    def test_an_email_changed_meanwhile_stays_changed(self, world: OwnWorld) -> None:
        account = world.account()
        actor = world.actor(account)
        mobile = ask_mobile(world, actor)
        verify(world, actor, ask_email(world, actor))
        verify(world, actor, mobile)
        assert world.stored(account).contact == NEW


def test_a_suspended_account_changes_nothing(world: OwnWorld) -> None:
    account = world.account()
    actor = world.actor(account)
    flow = ask_email(world, actor)
    stored = world.stored(account)
    assert isinstance(stored, Account)
    world.store.write(WriteOwner(replace(stored, status=type(stored.status).SUSPENDED)))
    assert refused(lambda: verify(world, actor, flow)).code is Code.FLOW_ENDED


def test_a_change_is_cancelled_before_its_code_is_typed(world: OwnWorld) -> None:
    account: Owner = world.account()
    actor = world.actor(account)
    flow = ask_email(world, actor)
    for _ in range(2):
        assert world.contacts.cancel(actor, flow.flow_id, CALLER).status is FlowStatus.STOPPED
    assert refused(lambda: verify(world, actor, flow)).code is Code.FLOW_ENDED


def test_a_change_that_is_done_cannot_be_cancelled(world: OwnWorld) -> None:
    actor = world.actor(world.account())
    flow = ask_email(world, actor)
    verify(world, actor, flow)
    assert refused(lambda: world.contacts.cancel(actor, flow.flow_id, CALLER)).code is Code.FLOW_ENDED
