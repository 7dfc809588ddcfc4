"""Posts: who is suspended, moved or gone is out at once, work is handed on, and an administrator always remains."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.domain.accounts.account import Account, AccountName, AccountStatus, HandedOn, Role
from chalicelib.domain.accounts.owners import account_key
from chalicelib.domain.audit import Deed
from chalicelib.domain.authorisation import Actor
from chalicelib.domain.changes import Change, WriteOwner
from chalicelib.domain.notices import NoticeKind
from chalicelib.domain.refusals import Code, Refusal
from tests.domain.staff.world import CALLER, Office, invitation
from tests.fakes import FakeStore

ORDER = "Order 12/2026"
Step = Callable[[Office, Actor, Account], Account]


def suspend(office: Office, actor: Actor, member: Account) -> Account:
    return office.posts.suspend(actor, member.account_id, ORDER, None, CALLER)


def depart(office: Office, actor: Actor, member: Account) -> Account:
    return office.posts.record_departure(actor, member.account_id, None, CALLER)


def reset(office: Office, actor: Actor, member: Account) -> Account:
    return office.posts.reset_authenticator(actor, member.account_id, CALLER)


def reactivate(office: Office, actor: Actor, member: Account) -> Account:
    return office.posts.reactivate(actor, member.account_id, CALLER)


def move(office: Office, actor: Actor, member: Account) -> Account:
    return office.posts.post(actor, member.account_id, "kolkata", member.role, None, CALLER)


def demote(office: Office, actor: Actor, member: Account) -> Account:
    return office.posts.post(actor, member.account_id, office.post(member).authority, Role.OFFICER, None, CALLER)


def code_of(call: Callable[[], object]) -> Code:
    with pytest.raises(Refusal) as refusal:
        call()
    return refusal.value.code


def reasons_of(call: Callable[[], object]) -> dict[str, str]:
    with pytest.raises(Refusal) as refusal:
        call()
    assert refusal.value.code is Code.INVALID_FIELDS
    return {name: error.reason for name, error in refusal.value.errors.items()}


class TestRightsThatChange:
    @pytest.mark.parametrize("step", [suspend, depart, move, demote, reset])
    def test_end_every_session_and_forget_every_browser(self, office: Office, step: Step) -> None:
        member = office.member(Role.SUPERVISOR, "chennai")
        step(office, office.administrator(), member)
        after = office.read(member).security
        assert after.generation == member.security.generation + 1
        assert after.trusted_browsers == ()

    @pytest.mark.parametrize(
        ("step", "deed", "notice"),
        [
            (suspend, Deed.STAFF_SUSPENDED, NoticeKind.STAFF_SUSPENDED),
            (depart, Deed.STAFF_DEPARTED, NoticeKind.STAFF_DEPARTED),
            (move, Deed.STAFF_MOVED, NoticeKind.STAFF_POST_CHANGED),
            (demote, Deed.STAFF_ROLE_CHANGED, NoticeKind.STAFF_POST_CHANGED),
            (reset, Deed.STAFF_AUTHENTICATOR_RESET, NoticeKind.STAFF_AUTHENTICATOR_RESET),
        ],
    )
    def test_are_told_in_both_streams_and_to_the_member(
        self, office: Office, step: Step, deed: Deed, notice: NoticeKind
    ) -> None:
        admin, member = office.administrator(), office.member(Role.SUPERVISOR, "chennai")
        step(office, admin, member)
        for stream in (admin.key, account_key(member.account_id)):
            (event,) = office.store.audit_events(stream)
            assert (event.deed, event.actor, event.on) == (deed, admin.key, account_key(member.account_id))
        (message,) = office.messages(member)
        assert (message.kind, message.address) == (notice, member.contact.email)

    def test_the_reason_of_a_suspension_is_kept_and_told_to_the_audit(self, office: Office) -> None:
        member = office.member()
        suspend(office, office.administrator(), member)
        assert office.post(member).status_reason == ORDER
        assert office.events(member)[0].facts == {"reason": ORDER}

    def test_a_move_with_another_role_is_two_deeds_in_one_write(self, office: Office) -> None:
        admin, member = office.administrator(), office.member(Role.OFFICER, "chennai")
        office.posts.post(admin, member.account_id, "kolkata", Role.SUPERVISOR, None, CALLER)
        moved, other_role = office.events(member)
        assert (moved.deed, moved.facts) == (Deed.STAFF_MOVED, {"from": "chennai", "to": "kolkata"})
        assert (other_role.deed, other_role.facts) == (
            Deed.STAFF_ROLE_CHANGED,
            {"from": "officer", "to": "supervisor"},
        )
        assert office.read(member).role is Role.SUPERVISOR

    def test_the_post_that_a_member_has_already_is_no_change(self, office: Office) -> None:
        member = office.member(Role.OFFICER, "chennai")
        office.posts.post(office.administrator(), member.account_id, "chennai", Role.OFFICER, None, CALLER)
        assert office.read(member) == member
        assert office.messages(member) == []

    def test_an_authenticator_that_was_reset_takes_the_recovery_codes_along(self, office: Office) -> None:
        member = office.member()
        reset(office, office.administrator(), member)
        after = office.read(member).security
        assert (after.authenticator, after.recovery_codes) == (None, ())


class TestStatuses:
    @pytest.mark.parametrize(
        ("step", "allowed"),
        [
            (suspend, {AccountStatus.ACTIVE}),
            (reactivate, {AccountStatus.SUSPENDED}),
            (move, {AccountStatus.ACTIVE, AccountStatus.SUSPENDED}),
            (demote, {AccountStatus.ACTIVE, AccountStatus.SUSPENDED}),
            (reset, {AccountStatus.ACTIVE, AccountStatus.SUSPENDED}),
            (depart, {AccountStatus.INVITED, AccountStatus.ACTIVE, AccountStatus.SUSPENDED}),
        ],
    )
    @pytest.mark.parametrize("status", list(AccountStatus))
    def test_each_step_begins_where_it_may(
        self, office: Office, step: Step, allowed: set[AccountStatus], status: AccountStatus
    ) -> None:
        admin, member = office.administrator(), office.member(Role.SUPERVISOR, "chennai", status=status)
        if status in allowed:
            step(office, admin, member)
            assert office.read(member) != member
        else:
            assert code_of(lambda: step(office, admin, member)) is Code.STAFF_STATUS_CONFLICT
            assert office.read(member) == member

    def test_who_was_suspended_comes_back_to_their_work(self, office: Office) -> None:
        admin, member, other = office.administrator(), office.member(), office.member()
        office.posts.suspend(admin, member.account_id, ORDER, other.account_id, CALLER)
        assert office.post(member).work_goes_to == other.account_id
        reactivate(office, admin, member)
        post = office.post(member)
        assert (office.read(member).status, post.work_goes_to, post.status_reason) == (AccountStatus.ACTIVE, None, None)

    def test_who_left_can_sign_in_no_more_and_frees_the_addresses(self, office: Office) -> None:
        admin, member = office.administrator("kolkata"), office.member()
        depart(office, admin, member)
        assert office.read(member).password_hash is None
        again = office.invitations.invite(admin, invitation(contact=member.contact), CALLER)
        assert again.account_id != member.account_id

    def test_only_the_names_that_are_still_theirs_are_freed(self, office: Office) -> None:
        """Whose email was changed may bear a username that was an address of somebody else's since."""
        member = office.member()
        other = office.member(authority="chennai")
        office.store.write(WriteOwner(replace(office.read(member), username=other.contact.email)))
        depart(office, office.administrator("kolkata"), member)
        assert office.store.named(other.contact.email) == AccountName(other.contact.email, other.account_id)
        assert office.store.named(member.contact.email) is None

    def test_an_invitation_can_be_taken_back(self, office: Office) -> None:
        admin, _ = office.administrator(), office.member()
        member = office.invitations.invite(admin, invitation(), CALLER)
        depart(office, admin, member)
        assert office.read(member).status is AccountStatus.DEPARTED
        assert office.store.named(member.contact.mobile) is None


class TestHandingOn:
    def test_who_leaves_hands_the_work_on_where_there_is_somebody(self, office: Office) -> None:
        admin, member, other = office.administrator("kolkata"), office.member(), office.member()
        office.member(status=AccountStatus.SUSPENDED)
        assert reasons_of(lambda: depart(office, admin, member)) == {"hands_on_to": "successor_required"}
        assert reasons_of(lambda: move(office, admin, member)) == {"hands_on_to": "successor_required"}
        office.posts.record_departure(admin, member.account_id, other.account_id, CALLER)
        assert office.post(member).work_goes_to == other.account_id
        assert office.events(member)[0].facts == {"hands_on_to": other.account_id}

    @pytest.mark.parametrize("status", [s for s in AccountStatus if s is not AccountStatus.ACTIVE])
    def test_only_to_who_is_active(self, office: Office, status: AccountStatus) -> None:
        admin, member, other = office.administrator(), office.member(), office.member(status=status)
        assert reasons_of(lambda: office.posts.suspend(admin, member.account_id, ORDER, other.account_id, CALLER)) == {
            "hands_on_to": "successor_not_active_here"
        }

    def test_only_to_another_of_the_same_authority(self, office: Office) -> None:
        admin, member, elsewhere = office.administrator(), office.member(), office.member(authority="chennai")
        for successor in (elsewhere.account_id, member.account_id, "nobody"):
            assert reasons_of(
                lambda to=successor: office.posts.suspend(admin, member.account_id, ORDER, to, CALLER)  # type: ignore[misc]
            ) == {"hands_on_to": "successor_not_active_here"}

    def test_who_moves_leaves_the_old_work_to_one_of_the_old_authority(self, office: Office) -> None:
        admin, member, other = office.administrator("kolkata"), office.member(), office.member()
        office.posts.post(admin, member.account_id, "kolkata", Role.OFFICER, other.account_id, CALLER)
        post = office.post(member)
        assert (post.authority, post.work_goes_to, post.handed_on) == (
            "kolkata",
            None,
            (HandedOn("mumbai", other.account_id),),
        )

    def test_another_role_at_the_same_place_hands_nothing_on(self, office: Office) -> None:
        admin, member, other = office.administrator(), office.member(), office.member()
        assert reasons_of(
            lambda: office.posts.post(admin, member.account_id, "mumbai", Role.SUPERVISOR, other.account_id, CALLER)
        ) == {"hands_on_to": "successor_not_needed"}
        office.posts.post(admin, member.account_id, "mumbai", Role.SUPERVISOR, None, CALLER)
        assert office.read(member).role is Role.SUPERVISOR

    def test_a_member_is_moved_only_to_an_authority_that_there_is(self, office: Office) -> None:
        admin, member = office.administrator(), office.member()
        assert reasons_of(
            lambda: office.posts.post(admin, member.account_id, "atlantis", Role.OFFICER, None, CALLER)
        ) == {"authority": "authority_unknown"}


class InterruptedStore(FakeStore):
    """A store in which something else happens between what a decision read and what it writes."""

    meanwhile: Callable[[], object] | None = None

    def write(self, *asked: Change) -> str:
        happening, self.meanwhile = self.meanwhile, None
        if happening is not None:
            happening()
        return super().write(*asked)


@pytest.fixture
def interrupted() -> Office:
    office = Office()
    office.store = InterruptedStore(office.clock)
    office.posts = replace(office.posts, store=office.store)
    return office


class TestTheLastAdministrator:
    @pytest.mark.parametrize("step", [suspend, depart, demote])
    def test_cannot_be_taken_out(self, office: Office, step: Step) -> None:
        admin = office.administrator("chennai")
        office.member(Role.SUPERVISOR)
        office.member(Role.ADMINISTRATOR, status=AccountStatus.SUSPENDED)
        office.member(Role.ADMINISTRATOR, status=AccountStatus.INVITED)
        assert code_of(lambda: step(office, admin, self._own(office, admin))) is Code.LAST_ADMINISTRATOR

    @pytest.mark.parametrize("step", [suspend, depart, demote, move, reset, reactivate])
    def test_nobody_changes_their_own_post(self, office: Office, step: Step) -> None:
        admin, _ = office.administrator("chennai"), office.administrator()
        mine = self._own(office, admin)
        assert code_of(lambda: step(office, admin, mine)) is Code.NOT_PERMITTED
        assert office.read(mine) == mine

    @pytest.mark.parametrize("step", [move, reset, reactivate])
    def test_what_leaves_them_administrator_is_simply_not_theirs_to_do(self, office: Office, step: Step) -> None:
        admin = office.administrator("chennai")
        assert code_of(lambda: step(office, admin, self._own(office, admin))) is Code.NOT_PERMITTED

    @pytest.mark.parametrize(("first", "second"), list(itertools.product([suspend, depart, demote], repeat=2)))
    def test_of_two_who_take_each_other_out_at_once_one_remains(
        self, interrupted: Office, first: Step, second: Step
    ) -> None:
        one, other = interrupted.administrator("chennai"), interrupted.administrator("kolkata")
        store = interrupted.store
        assert isinstance(store, InterruptedStore)
        store.meanwhile = lambda: second(interrupted, other, self._own(interrupted, one))
        late = code_of(lambda: first(interrupted, one, self._own(interrupted, other)))
        assert late in {Code.SESSION_REQUIRED, Code.NOT_PERMITTED}
        assert self._active(interrupted) == [other.key]

    @pytest.mark.parametrize(
        ("changed", "code"),
        [
            ({"status": AccountStatus.SUSPENDED}, Code.SESSION_REQUIRED),
            ({"status": AccountStatus.DEPARTED}, Code.SESSION_REQUIRED),
            ({"role": Role.SUPERVISOR}, Code.NOT_PERMITTED),
        ],
    )
    def test_who_is_no_active_administrator_any_more_changes_nothing(
        self, interrupted: Office, changed: dict[str, Any], code: Code
    ) -> None:
        """The record itself is what counts, whatever else was or was not written beside it."""
        one, member = interrupted.administrator(), interrupted.member()
        store = interrupted.store
        assert isinstance(store, InterruptedStore)
        store.meanwhile = lambda: store.write(WriteOwner(replace(self._own(interrupted, one), **changed)))
        assert code_of(lambda: reset(interrupted, one, member)) is code
        assert interrupted.read(member) == member

    def test_a_successor_who_leaves_meanwhile_takes_nothing_over(self, interrupted: Office) -> None:
        admin, member, other = interrupted.administrator("kolkata"), interrupted.member(), interrupted.member()
        second, third = interrupted.administrator("kolkata"), interrupted.member()
        store = interrupted.store
        assert isinstance(store, InterruptedStore)
        store.meanwhile = lambda: interrupted.posts.record_departure(second, other.account_id, third.account_id, CALLER)
        assert reasons_of(
            lambda: interrupted.posts.record_departure(admin, member.account_id, other.account_id, CALLER)
        ) == {"hands_on_to": "successor_not_active_here"}

    @settings(max_examples=60, deadline=None)
    @given(
        st.lists(
            st.tuples(
                st.sampled_from([suspend, depart, demote, move, reactivate]), st.integers(0, 3), st.integers(0, 3)
            ),
            max_size=25,
        )
    )
    def test_whatever_four_administrators_do_to_each_other_one_is_left(
        self, deeds: list[tuple[Step, int, int]]
    ) -> None:
        office = Office()
        people = [office.administrator(authority) for authority in ("mumbai", "mumbai", "chennai", "kolkata")]
        for step, doer, on in deeds:
            try:
                step(office, people[doer], self._own(office, people[on]))
            except Refusal as refusal:
                assert refusal.code is not Code.SERVICE_UNAVAILABLE  # noqa: PT017 - every refusal is fine but this
            assert self._active(office)

    @staticmethod
    def _own(office: Office, actor: Actor) -> Account:
        assert isinstance(actor.owner, Account)
        return office.read(actor.owner)

    @staticmethod
    def _active(office: Office) -> list[str]:
        return [
            account_key(member.account_id)
            for authority in office.authorities.all()
            for member in office.store.staff(authority.code)
            if member.role is Role.ADMINISTRATOR and member.status is AccountStatus.ACTIVE
        ]
