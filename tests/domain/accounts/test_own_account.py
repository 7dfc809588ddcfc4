"""One's own account: read, named, its password changed, its activity and data handed out."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.domain import passwords, sessions
from chalicelib.domain.accounts.account import Account
from chalicelib.domain.accounts.names import PersonName
from chalicelib.domain.accounts.own_account import A_PAGE, PasswordChanged
from chalicelib.domain.accounts.security import Security, TrustedBrowser
from chalicelib.domain.audit import Deed
from chalicelib.domain.authorisation import Actor
from chalicelib.domain.limits import CODE_TRIES
from chalicelib.domain.refusals import Code
from tests.domain.accounts.own_world import ASHA, BALA, CALLER, NEW_PASSWORD, PASSWORD, OwnWorld, refused


@pytest.fixture
def world() -> OwnWorld:
    return OwnWorld()


def change(world: OwnWorld, actor: Actor, current: str = PASSWORD, password: str = NEW_PASSWORD) -> PasswordChanged:
    return world.own.change_password(actor, current, password, CALLER)


class TestReading:
    def test_a_trader_sees_the_account_and_may_close_it(self, world: OwnWorld) -> None:
        seen = world.own.read(world.actor(world.account()), CALLER)
        assert (seen.pending, seen.may_close, seen.mobile_confirm_by) == (None, True, None)

    def test_staff_see_until_when_their_mobile_is_good_and_may_not_close(self, world: OwnWorld) -> None:
        seen = world.own.read(world.actor(world.officer()), CALLER)
        assert seen.mobile_confirm_by == world.now + timedelta(days=180)
        assert not seen.may_close

    def test_an_icegate_account_is_closed_at_icegate(self, world: OwnWorld) -> None:
        assert not world.own.read(world.actor(world.registrant()), CALLER).may_close

    def test_nobody_closes_while_a_mobile_waits(self, world: OwnWorld) -> None:
        account = world.account()
        world.waiting(account)
        seen = world.own.read(world.actor(account), CALLER)
        assert seen.pending is not None
        assert not seen.may_close

    def test_a_signed_in_read_writes_nothing(self, world: OwnWorld) -> None:
        actor = world.actor(world.account())
        writes = world.store.writes
        world.own.read(actor, CALLER)
        assert world.store.writes == writes


class TestProfile:
    def test_name_and_language_are_changed_and_written_down(self, world: OwnWorld) -> None:
        account = world.account()
        seen = world.own.change_profile(world.actor(account), PersonName("आशा नायर"), "hi", CALLER)
        assert isinstance(seen.owner, Account)
        assert (seen.owner.name, seen.owner.language) == ("आशा नायर", "hi")
        assert world.deeds(account) == ["profile_changed"]

    def test_the_same_again_is_no_change(self, world: OwnWorld) -> None:
        account = world.account()
        for _ in range(2):
            world.own.change_profile(world.actor(account), PersonName("Asha"), "en", CALLER)
        assert world.deeds(account) == ["profile_changed"]


class TestTraining:
    def test_the_first_word_counts(self, world: OwnWorld) -> None:
        officer = world.officer()
        first = world.now
        for _ in range(2):
            world.own.acknowledge_training(world.actor(officer), CALLER)
            world.advance(days=1)
        stored = world.stored(officer)
        assert isinstance(stored, Account)
        assert stored.post is not None
        assert stored.post.training_acknowledged_at == first
        assert world.deeds(officer) == ["training_acknowledged"]

    def test_who_is_no_staff_has_none(self, world: OwnWorld) -> None:
        actor = world.actor(world.account())
        assert refused(lambda: world.own.acknowledge_training(actor, CALLER)).code is Code.NOT_PERMITTED


class TestChangingThePassword:
    def test_this_session_goes_on_under_a_new_token_and_the_others_end(self, world: OwnWorld) -> None:
        browser = TrustedBrowser("b" * 22, "Firefox, Android", world.now, world.now + timedelta(days=30))
        account = world.account(security=Security(trusted_browsers=(browser,)))
        other, actor = world.actor(account), world.actor(account)
        changed = change(world, actor)
        after = world.stored(account)
        assert passwords.matches(NEW_PASSWORD, after.password_hash)
        assert after.security == Security(generation=1)
        assert world.store.session(actor.session.token_hash) is None
        renewed = world.store.session(sessions.token_hash(changed.token))
        assert renewed is not None
        assert (renewed.generation, renewed.session_id) == (1, actor.session.session_id)
        # Twelve hours are twelve hours; and the other one no longer counts.
        assert renewed.expires_at == actor.session.expires_at
        assert other.session.generation == 0
        assert world.told() == [("password_changed", ASHA.mobile), ("password_changed", ASHA.email)]
        assert world.deeds(account) == ["password_changed"]

    def test_an_icegate_id_changes_its_own(self, world: OwnWorld) -> None:
        registrant = world.registrant()
        change(world, world.actor(registrant))
        assert passwords.matches(NEW_PASSWORD, world.stored(registrant).password_hash)

    def test_a_wrong_password_changes_nothing_and_is_written_down(self, world: OwnWorld) -> None:
        account = world.account()
        actor = world.actor(account)
        assert refused(lambda: change(world, actor, "Wrong#2026")).code is Code.PASSWORD_INCORRECT
        assert world.deeds(account) == ["password_changed!"]
        assert passwords.matches(PASSWORD, world.stored(account).password_hash)

    def test_ten_wrong_ones_lock(self, world: OwnWorld) -> None:
        account = world.account()
        actor = world.actor(account)
        for _ in range(CODE_TRIES.failures):
            refused(lambda: change(world, actor, "Wrong#2026"))
        assert refused(lambda: change(world, actor)).code is Code.LOCKED
        world.advance(minutes=15)
        change(world, world.actor(account))

    def test_a_right_one_breaks_the_row(self, world: OwnWorld) -> None:
        account = world.account()
        for attempt in range(3):
            actor = world.actor(account)
            for _ in range(CODE_TRIES.failures - 1):
                refused(change, world, actor, "Wrong#2026")
            world.advance(minutes=6)
            old, new = (PASSWORD, NEW_PASSWORD) if attempt % 2 == 0 else (NEW_PASSWORD, PASSWORD)
            change(world, actor, old, new)

    @pytest.mark.parametrize(
        ("password", "reason"), [(PASSWORD, "password_same"), ("ASHA.nair#2026", "password_contains_username")]
    )
    def test_the_rules_of_new_passwords_hold(self, world: OwnWorld, password: str, reason: str) -> None:
        actor = world.actor(world.account())
        refusal = refused(lambda: change(world, actor, password=password))
        assert refusal.errors["password"].reason == reason

    def test_the_old_token_changes_nothing_more(self, world: OwnWorld) -> None:
        actor = world.actor(world.account())
        change(world, actor)
        # The request was read before the change, and its password check passed then.
        stale = replace(actor)
        assert refused(lambda: change(world, stale, password="Parvat#2028")).code is Code.SESSION_REQUIRED


class TestActivity:
    def test_twenty_a_page_the_newest_first(self, world: OwnWorld) -> None:
        account = world.account()
        actor = world.actor(account)
        for number in range(2 * A_PAGE + 5):
            world.own.change_profile(actor, PersonName(f"Asha {number}"), "en", CALLER)
        pages, before = [], None
        while True:
            page = world.own.activity(actor, before)
            pages.append([event.sequence for event in page.events])
            before = page.before
            if before is None:
                break
        assert [len(page) for page in pages] == [A_PAGE, A_PAGE, 5]
        assert [sequence for page in pages for sequence in page] == list(range(2 * A_PAGE + 5, 0, -1))

    def test_a_full_last_page_is_the_last(self, world: OwnWorld) -> None:
        account = world.account()
        actor = world.actor(account)
        for number in range(A_PAGE):
            world.own.change_profile(actor, PersonName(f"Asha {number}"), "en", CALLER)
        assert world.own.activity(actor, None).before is None

    def test_nobody_sees_anothers(self, world: OwnWorld) -> None:
        world.own.change_profile(world.actor(world.account()), PersonName("Asha"), "hi", CALLER)
        assert world.own.activity(world.actor(world.account(BALA, "bala.trade")), None).events == ()


def test_own_data_is_everything_and_that_it_was_handed_out_is_part_of_it(world: OwnWorld) -> None:
    account = world.account()
    actor = world.actor(account)
    world.own.change_profile(actor, PersonName("Asha"), "hi", CALLER)
    flow = world.waiting(account)
    actor = world.actor(account)
    held = world.data.handed_out(actor, CALLER)
    assert held.owner == actor.owner
    assert actor.session.session_id in {session.session_id for session in held.sessions}
    assert {message.message_id for message in held.messages} == {one.message_id for one in world.messages(account)}
    assert [event.deed for event in held.events][-1] is Deed.DATA_DOWNLOADED
    assert len(held.events) == 4
    assert held.flows == (world.flow(flow.flow_id),)
