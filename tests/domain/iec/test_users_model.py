"""Whatever anybody does in whatever order: an owner remains, and nobody has a right that nobody gave them.

Changes are drawn up, signed, and carried out at different times, so that each meets a world that has moved on.
"""

from __future__ import annotations

from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import Bundle, RuleBasedStateMachine, initialize, invariant, multiple, rule

from chalicelib.domain.iec.parting import link_ties
from chalicelib.domain.iec.user_changes import ChangeKind, read_subject
from chalicelib.domain.iec.users import RIGHTS, IecRole, IecUser, IecUserStatus, Right
from chalicelib.domain.refusals import Refusal
from chalicelib.domain.signatures.signings import Signing, SigningStatus
from tests.domain.iec.world import CALLER, IEC, IecWorld


class Users(RuleBasedStateMachine):
    """Owners come by linking; everybody else by what users sign."""

    users = Bundle("users")
    signed = Bundle("signed")

    def __init__(self) -> None:
        super().__init__()
        self.world = IecWorld()

    @initialize(target=users)
    def first_owner(self) -> str:
        return self.world.user().user_id

    @rule(target=users)
    def another_links(self) -> str:
        return self.world.user().user_id

    @rule(target=users, role=st.sampled_from([role for role in IecRole if role is not IecRole.OWNER]))
    def somebody_is_there(self, role: IecRole) -> str:
        return self.world.user(role).user_id

    @rule(
        target=signed,
        maker=users,
        about=users,
        kind=st.sampled_from(ChangeKind),
        role=st.sampled_from(IecRole),
        number=st.integers(0, 3),
    )
    def draws_up(self, maker: str, about: str, kind: ChangeKind, role: IecRole, number: int) -> Any:
        world = self.world
        world.advance(minutes=6)
        user = world.read(maker)
        if user.account_id is None:
            return multiple()
        more = {"name": "Ravi Kumar", "email": f"ravi{number}@example.com", "role": role}
        try:
            return world.signed(world.open(user, kind, world.read(about), **more)).signing_id
        except Refusal:
            return multiple()

    @rule(target=users, signing_id=signed)
    def is_carried_out(self, signing_id: str) -> Any:
        before = {user.user_id: user for user in self.world.store.iec_users(IEC)}
        found = self.world.store.signing(signing_id)
        assert found is not None
        if found.status is not SigningStatus.VERIFIED:
            return multiple()
        ended = self.world.steps.apply(signing_id)
        after = {user.user_id: user for user in self.world.store.iec_users(IEC)}
        self._only_what_was_signed(ended, before, after)
        return multiple(*(after.keys() - before.keys()))

    @rule(user_id=users)
    def accepts_the_invitation(self, user_id: str) -> None:
        user = self.world.read(user_id)
        if user.status is not IecUserStatus.INVITED:
            return
        account = self.world.account()
        named = self.world.actor(account)
        try:
            self.world.invitations.accept(named, user_id, CALLER)
        except Refusal:
            return
        raise AssertionError("somebody else accepted")

    def _only_what_was_signed(self, ended: Signing, before: dict[str, IecUser], after: dict[str, IecUser]) -> None:
        rights = {user_id: _rights(user) for user_id, user in before.items()}
        gained = {user_id for user_id, user in after.items() if _rights(user) - rights.get(user_id, frozenset())}
        if ended.status is not SigningStatus.DONE:
            assert before == after
            return
        change = read_subject(ended.subject)
        maker = before[change.maker_id]
        assert maker.status is IecUserStatus.ACTIVE
        if change.kind is ChangeKind.ACCEPT_OWNERSHIP:
            # The owner signed the offer, the taker signs now.
            assert gained <= {change.maker_id}
            assert before[change.user_id].offered_to == change.maker_id
            offer = self.world.store.signing(change.offer)
            assert offer is not None
            assert read_subject(offer.subject).maker_id == change.user_id
            return
        assert gained <= {change.user_id} - {change.maker_id}
        if gained:
            assert Right.MANAGE_USERS in RIGHTS[maker.role]
            assert RIGHTS[after[change.user_id].role] <= RIGHTS[maker.role]

    @invariant()
    def there_is_an_owner(self) -> None:
        users = self.world.store.iec_users(IEC)
        assert any(user.role is IecRole.OWNER and user.status is IecUserStatus.ACTIVE for user in users) or not users

    @invariant()
    def who_is_gone_is_free_and_who_is_there_is_not(self) -> None:
        for user in self.world.store.iec_users(IEC):
            if user.account_id is None:
                continue
            membership = self.world.store.membership(user.account_id)
            assert (membership is not None) == (user.status is not IecUserStatus.REMOVED)

    @invariant()
    def an_offer_is_an_owners_to_who_is_there(self) -> None:
        users = {user.user_id: user for user in self.world.store.iec_users(IEC)}
        for user in users.values():
            if user.offered_to is not None:
                assert (user.role, user.status) == (IecRole.OWNER, IecUserStatus.ACTIVE)
                assert users[user.offered_to].status is IecUserStatus.ACTIVE

    @invariant()
    def owners_do_not_close_their_account(self) -> None:
        for user in self.world.store.iec_users(IEC):
            account = self.world.store.account(user.account_id or "")
            if account is not None and user.role is IecRole.OWNER and user.status is IecUserStatus.ACTIVE:
                assert link_ties(self.world.store)(account)


def _rights(user: IecUser) -> frozenset[Right]:
    return RIGHTS[user.role] if user.status is IecUserStatus.ACTIVE else frozenset()


TestUsers = Users.TestCase
TestUsers.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
