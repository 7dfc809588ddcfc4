"""Changes of an IEC's users: what each does, who may make it, and that it does only what was signed."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.accounts.owners import account_key
from chalicelib.domain.changes import Change, ReleaseMembership, StoreUnavailable, TakeMembership, WriteIecUser
from chalicelib.domain.iec.user_changes import ChangeKind, UserChange, read_subject
from chalicelib.domain.iec.user_statements import statement
from chalicelib.domain.iec.users import IecRole, IecUser, IecUserStatus, Membership
from chalicelib.domain.limits import BY_STRANGERS_A_DAY
from chalicelib.domain.refusals import Code, Refusal
from chalicelib.domain.signatures.report import Kind
from chalicelib.domain.signatures.signings import Purpose, SigningStatus
from tests.domain.iec.world import ENTITY, IEC, IecWorld

OTHERS = (IecRole.MANAGER, IecRole.SIGNATORY, IecRole.PREPARER, IecRole.VIEWER)


def refused(deed: Callable[[], object]) -> Code:
    with pytest.raises(Refusal) as refusal:
        deed()
    return refusal.value.code


class TestInviting:
    def test_what_is_signed_names_whom_and_as_what(self, world: IecWorld) -> None:
        signing = world.open(
            world.user(), ChangeKind.INVITE, name="Ravi Kumar", email="ravi@example.com", role=IecRole.PREPARER
        )
        assert signing.purpose is Purpose.CHANGE_IEC_USERS
        assert "- I invite Ravi Kumar (ravi@example.com) to use this IEC as preparer.\n" in signing.document
        assert [user.role for user in world.store.iec_users(IEC)] == [IecRole.OWNER]

    def test_whoever_is_invited_may_do_nothing_before_they_accept(self, world: IecWorld) -> None:
        invited = world.invited(world.user())
        assert (invited.status, invited.account_id, invited.link) == (IecUserStatus.INVITED, None, None)
        assert invited.invitation_expires_at == world.now + timedelta(days=7)

    def test_the_mail_holds_the_way_and_no_iec(self, world: IecWorld) -> None:
        invited = world.invited(world.user())
        (mail,) = [message for message in world.mails() if message.address == invited.email]
        assert mail.values["invitation"] == invited.user_id
        assert mail.values["entity"] == ENTITY
        assert IEC not in mail.values.values()

    def test_nobody_is_invited_twice(self, world: IecWorld) -> None:
        owner = world.user()
        invited = world.invited(owner)
        with pytest.raises(Refusal) as refusal:
            world.open(owner, ChangeKind.INVITE, name="Ravi", email=invited.email.upper(), role=IecRole.VIEWER)
        assert refusal.value.code is Code.IEC_USER_CONFLICT
        assert refusal.value.errors["email"].reason == "email_is_user"

    def test_of_two_invitations_of_one_person_that_were_signed_one_comes_about(self, world: IecWorld) -> None:
        owner, other = world.user(), world.user()
        more: dict[str, Any] = {"name": "Ravi", "email": "ravi@example.com", "role": IecRole.VIEWER}
        first, second = (world.open(maker, ChangeKind.INVITE, **more) for maker in (owner, other))
        assert world.steps.apply(world.signed(first).signing_id).status is SigningStatus.DONE
        ended = world.steps.apply(world.signed(second).signing_id)
        assert (ended.status, ended.why) == (SigningStatus.REFUSED, "iec_user_conflict")

    def test_an_invitation_that_is_sent_again_has_seven_days_again(self, world: IecWorld) -> None:
        owner = world.user()
        invited = world.invited(owner)
        world.advance(days=8)
        world.done(owner, ChangeKind.INVITE_AGAIN, invited)
        assert world.read(invited).invitation_expires_at == world.now + timedelta(days=7)

    def test_a_mailbox_gets_so_many_a_day_and_no_more(self, world: IecWorld) -> None:
        owner = world.user()
        invited = world.invited(owner)
        for _ in range(BY_STRANGERS_A_DAY - 1):
            world.done(owner, ChangeKind.INVITE_AGAIN, invited)
        assert refused(lambda: world.open(owner, ChangeKind.INVITE_AGAIN, invited)) is Code.SEND_LIMIT_REACHED

    def test_no_firm_keeps_another_from_inviting_somebody(self, world: IecWorld) -> None:
        owner, other = world.user(), world.account()
        wanted: dict[str, Any] = {"name": "Ravi Kumar", "email": "ravi@example.com", "role": IecRole.VIEWER}
        for _ in range(BY_STRANGERS_A_DAY):
            world.open(owner, ChangeKind.INVITE, **wanted)
        assert refused(lambda: world.open(owner, ChangeKind.INVITE, **wanted)) is Code.SEND_LIMIT_REACHED
        theirs = replace(world.user(account=other, is_linked=True), iec="0388012345", revision=None)
        world.store.write(WriteIecUser(theirs), ReleaseMembership(Membership(other.account_id, IEC, theirs.user_id)))
        world.store.write(TakeMembership(Membership(other.account_id, theirs.iec, theirs.user_id)))
        assert world.open(theirs, ChangeKind.INVITE, **wanted).iec == theirs.iec

    def test_what_is_missing_is_named(self, world: IecWorld) -> None:
        owner = world.user()
        with pytest.raises(Refusal) as refusal:
            world.open(owner, ChangeKind.INVITE, name="Ravi")
        assert {name: error.reason for name, error in refusal.value.errors.items()} == {
            "email": "required",
            "role": "required",
        }


class TestWhoMay:
    """Nobody gives what they do not have, and nobody changes themselves."""

    @pytest.mark.parametrize("role", OTHERS)
    def test_an_owner_may_give_every_role_but_their_own(self, world: IecWorld, role: IecRole) -> None:
        assert world.invited(world.user(), role).role is role

    def test_nobody_is_invited_as_owner(self, world: IecWorld) -> None:
        owner = world.user()
        more: dict[str, Any] = {"name": "Ravi", "email": "r@example.com", "role": IecRole.OWNER}
        assert refused(lambda: world.open(owner, ChangeKind.INVITE, **more)) is Code.INVALID_FIELDS

    @pytest.mark.parametrize("role", [IecRole.MANAGER, IecRole.SIGNATORY])
    def test_a_manager_gives_no_role_that_may_more(self, world: IecWorld, role: IecRole) -> None:
        world.user()
        manager = world.user(IecRole.MANAGER)
        more: dict[str, Any] = {"name": "Ravi", "email": "r@example.com", "role": role}
        assert refused(lambda: world.open(manager, ChangeKind.INVITE, **more)) is Code.NOT_PERMITTED

    @pytest.mark.parametrize("role", [IecRole.MANAGER, IecRole.SIGNATORY])
    def test_a_manager_raises_nobody_to_a_role_that_may_more(self, world: IecWorld, role: IecRole) -> None:
        manager, target = world.user(IecRole.MANAGER), world.user(IecRole.VIEWER)
        assert refused(lambda: world.open(manager, ChangeKind.CHANGE_ROLE, target, role=role)) is Code.NOT_PERMITTED

    def test_nobody_is_made_owner_by_another(self, world: IecWorld) -> None:
        owner, target = world.user(), world.user(IecRole.MANAGER)
        deed = lambda: world.open(owner, ChangeKind.CHANGE_ROLE, target, role=IecRole.OWNER)  # noqa: E731
        assert refused(deed) is Code.INVALID_FIELDS

    @pytest.mark.parametrize("role", [IecRole.OWNER, IecRole.MANAGER, IecRole.SIGNATORY])
    @pytest.mark.parametrize("kind", [ChangeKind.SUSPEND, ChangeKind.REMOVE, ChangeKind.CHANGE_ROLE])
    def test_a_manager_does_nothing_to_who_may_more(self, world: IecWorld, role: IecRole, kind: ChangeKind) -> None:
        manager, target = world.user(IecRole.MANAGER), world.user(role)
        more: dict[str, Any] = {"role": IecRole.VIEWER} if kind is ChangeKind.CHANGE_ROLE else {}
        assert refused(lambda: world.open(manager, kind, target, **more)) is Code.NOT_PERMITTED

    @pytest.mark.parametrize("role", [IecRole.PREPARER, IecRole.VIEWER])
    def test_a_manager_deals_with_who_may_less(self, world: IecWorld, role: IecRole) -> None:
        world.user()
        manager, target = world.user(IecRole.MANAGER), world.user(role)
        world.done(manager, ChangeKind.SUSPEND, target)
        assert world.read(target).status is IecUserStatus.SUSPENDED

    @pytest.mark.parametrize("role", [IecRole.SIGNATORY, IecRole.PREPARER, IecRole.VIEWER])
    @pytest.mark.parametrize("kind", sorted(set(ChangeKind) - {ChangeKind.LEAVE, ChangeKind.ACCEPT_OWNERSHIP}))
    def test_the_others_change_nobody(self, world: IecWorld, role: IecRole, kind: ChangeKind) -> None:
        maker, target = world.user(role), world.user(IecRole.VIEWER)
        more: dict[str, Any] = {"name": "Ravi", "email": "r@example.com", "role": IecRole.PREPARER}
        expected = Code.OFFER_ENDED if kind is ChangeKind.WITHDRAW_OFFER else Code.NOT_PERMITTED
        assert refused(lambda: world.open(maker, kind, target, **more)) is expected

    @pytest.mark.parametrize(
        "kind", [ChangeKind.SUSPEND, ChangeKind.REMOVE, ChangeKind.CHANGE_ROLE, ChangeKind.OFFER_OWNERSHIP]
    )
    def test_nobody_changes_themselves(self, world: IecWorld, kind: ChangeKind) -> None:
        owner, _ = world.user(), world.user()
        assert refused(lambda: world.open(owner, kind, owner, role=IecRole.VIEWER)) is Code.NOT_PERMITTED

    def test_who_has_linked_no_signature_signs_nothing(self, world: IecWorld) -> None:
        joined = world.joined(world.user(), IecRole.MANAGER)
        viewer = world.user(IecRole.VIEWER)
        assert refused(lambda: world.open(joined, ChangeKind.REMOVE, viewer)) is Code.NOT_LINKED

    def test_an_expired_link_signs_nothing_and_still_looks(self, world: IecWorld) -> None:
        owner, viewer = world.user(), world.user(IecRole.VIEWER)
        world.advance(days=701)
        assert refused(lambda: world.open(owner, ChangeKind.REMOVE, viewer)) is Code.LINK_EXPIRED
        assert len(world.managing.users(world.actor_of(owner)).users) == 2

    @pytest.mark.parametrize("status", [IecUserStatus.SUSPENDED, IecUserStatus.REMOVED])
    def test_rights_end_at_once(self, world: IecWorld, status: IecUserStatus) -> None:
        owner, other = world.user(), world.user(IecRole.MANAGER)
        actor = world.actor_of(other)
        world.managing.users(actor)
        world.done(owner, ChangeKind.SUSPEND if status is IecUserStatus.SUSPENDED else ChangeKind.REMOVE, other)
        expected = Code.NOT_PERMITTED if status is IecUserStatus.SUSPENDED else Code.NOT_LINKED
        assert refused(lambda: world.managing.users(actor)) is expected
        assert refused(lambda: world.history.read(actor)) is expected

    def test_a_user_of_another_iec_is_not_there(self, world: IecWorld) -> None:
        owner = world.user()
        stranger = IecUser(
            "0987654321", "s" * 22, "S", "s@example.com", IecRole.VIEWER, IecUserStatus.ACTIVE, world.now
        )
        world.store.write(WriteIecUser(stranger))
        assert refused(lambda: world.open(owner, ChangeKind.REMOVE, stranger)) is Code.NOT_FOUND


class TestDecidedAgain:
    """What holds when it is drawn up may hold no more when the signature has come."""

    def test_who_was_suspended_meanwhile_changes_nothing(self, world: IecWorld) -> None:
        owner, manager, viewer = world.user(), world.user(IecRole.MANAGER), world.user(IecRole.VIEWER)
        signing = world.signed(world.open(manager, ChangeKind.REMOVE, viewer))
        world.done(owner, ChangeKind.SUSPEND, manager)
        ended = world.steps.apply(signing.signing_id)
        assert (ended.status, ended.why) == (SigningStatus.REFUSED, "not_permitted")
        assert world.read(viewer).status is IecUserStatus.ACTIVE

    def test_who_was_removed_meanwhile_changes_nothing(self, world: IecWorld) -> None:
        owner, manager, viewer = world.user(), world.user(IecRole.MANAGER), world.user(IecRole.VIEWER)
        signing = world.signed(world.open(manager, ChangeKind.REMOVE, viewer))
        world.done(owner, ChangeKind.REMOVE, manager)
        assert world.steps.apply(signing.signing_id).why == "not_linked"

    def test_a_role_that_is_another_by_now_is_not_changed(self, world: IecWorld) -> None:
        owner, other, target = world.user(), world.user(), world.user(IecRole.PREPARER)
        signing = world.signed(world.open(owner, ChangeKind.CHANGE_ROLE, target, role=IecRole.VIEWER))
        world.done(other, ChangeKind.CHANGE_ROLE, target, role=IecRole.MANAGER)
        assert world.steps.apply(signing.signing_id).why == "iec_user_conflict"
        assert world.read(target).role is IecRole.MANAGER

    def test_a_link_that_expired_meanwhile_signs_nothing(self, world: IecWorld) -> None:
        owner, target = world.user(), world.user(IecRole.PREPARER)
        world.advance(days=699, hours=23, minutes=55)
        signing = world.signed(world.open(owner, ChangeKind.REMOVE, target))
        world.advance(minutes=5)
        assert world.steps.apply(signing.signing_id).why == "link_expired"

    def test_a_deed_is_done_once(self, world: IecWorld) -> None:
        owner, target = world.user(), world.user(IecRole.PREPARER)
        signing = world.done(owner, ChangeKind.REMOVE, target)
        writes = world.store.writes
        assert world.steps.apply(signing.signing_id).status is SigningStatus.DONE
        assert world.store.writes == writes

    def test_a_lost_answer_changes_nothing_more(self, world: IecWorld) -> None:
        owner = world.user()
        more: dict[str, Any] = {"name": "Ravi", "email": "ravi@example.com", "role": IecRole.VIEWER}
        signing = world.signed(world.open(owner, ChangeKind.INVITE, **more))
        world.store.lose_answers = 1
        with pytest.raises(StoreUnavailable):
            world.steps.apply(signing.signing_id)
        assert world.steps.apply(signing.signing_id).status is SigningStatus.DONE
        assert len(world.store.iec_users(IEC)) == 2
        assert len(world.mails()) == 1


class TestLeaving:
    def test_the_last_owner_stays(self, world: IecWorld) -> None:
        owner, _ = world.user(), world.user(IecRole.MANAGER)
        assert refused(lambda: world.open(owner, ChangeKind.LEAVE)) is Code.LAST_OWNER

    def test_a_suspended_owner_is_none_to_leave_it_to(self, world: IecWorld) -> None:
        owner, other = world.user(), world.user()
        world.done(owner, ChangeKind.SUSPEND, other)
        assert refused(lambda: world.open(owner, ChangeKind.LEAVE)) is Code.LAST_OWNER

    def test_of_two_owners_who_leave_one_stays(self, world: IecWorld) -> None:
        signings = [world.signed(world.open(owner, ChangeKind.LEAVE)) for owner in (world.user(), world.user())]
        ends = [world.steps.apply(signing.signing_id) for signing in signings]
        assert [end.why for end in ends] == [None, "last_owner"]

    def test_of_two_owners_who_leave_at_the_same_moment_one_stays(
        self, world: IecWorld, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        first, second = [world.signed(world.open(owner, ChangeKind.LEAVE)) for owner in (world.user(), world.user())]
        meanwhile(world, monkeypatch, lambda: world.steps.apply(first.signing_id))
        assert world.steps.apply(second.signing_id).why == "last_owner"

    def test_whoever_is_removed_at_the_same_moment_changes_nothing(
        self, world: IecWorld, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        owner, manager, viewer = world.user(), world.user(IecRole.MANAGER), world.user(IecRole.VIEWER)
        removal = world.signed(world.open(owner, ChangeKind.REMOVE, manager))
        change = world.signed(world.open(manager, ChangeKind.REMOVE, viewer))
        meanwhile(world, monkeypatch, lambda: world.steps.apply(removal.signing_id))
        assert world.steps.apply(change.signing_id).why == "not_linked"
        assert world.read(viewer).status is IecUserStatus.ACTIVE

    def test_of_two_owners_who_remove_each_other_at_the_same_moment_one_stays(
        self, world: IecWorld, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        one, other = world.user(), world.user()
        first = world.signed(world.open(one, ChangeKind.REMOVE, other))
        second = world.signed(world.open(other, ChangeKind.REMOVE, one))
        meanwhile(world, monkeypatch, lambda: world.steps.apply(first.signing_id))
        assert world.steps.apply(second.signing_id).why == "not_linked"
        assert world.read(one).status is IecUserStatus.ACTIVE

    def test_nobody_is_offered_ownership_who_leaves_at_the_same_moment(
        self, world: IecWorld, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        owner, taker = world.user(), world.user(IecRole.SIGNATORY)
        offer = world.signed(world.open(owner, ChangeKind.OFFER_OWNERSHIP, taker))
        leaving = world.signed(world.open(taker, ChangeKind.LEAVE))
        meanwhile(world, monkeypatch, lambda: world.steps.apply(leaving.signing_id))
        assert world.steps.apply(offer.signing_id).why == "iec_user_conflict"

    def test_who_left_is_free_for_another_iec(self, world: IecWorld) -> None:
        owner, other = world.user(), world.user()
        world.done(owner, ChangeKind.LEAVE)
        assert world.read(owner).status is IecUserStatus.REMOVED
        assert owner.account_id is not None
        assert world.store.membership(owner.account_id) is None
        assert [mail.owner for mail in world.mails()] == [account_key(other.account_id or "")]


class TestOwnership:
    """Four eyes: who gives signs the offer, who takes signs the acceptance."""

    def test_an_offer_changes_nobodys_role(self, world: IecWorld) -> None:
        owner, taker = world.user(), world.user(IecRole.SIGNATORY)
        world.done(owner, ChangeKind.OFFER_OWNERSHIP, taker)
        assert (world.read(owner).role, world.read(taker).role) == (IecRole.OWNER, IecRole.SIGNATORY)
        assert world.read(owner).offered_to == taker.user_id

    def test_accepted_both_change_places(self, world: IecWorld) -> None:
        owner, taker = world.user(), world.user(IecRole.SIGNATORY)
        world.done(owner, ChangeKind.OFFER_OWNERSHIP, taker)
        world.done(taker, ChangeKind.ACCEPT_OWNERSHIP)
        assert (world.read(owner).role, world.read(taker).role) == (IecRole.MANAGER, IecRole.OWNER)
        assert world.read(owner).offered_to is None

    def test_the_acceptance_says_whose_ownership(self, world: IecWorld) -> None:
        owner, taker = world.user(), world.user(IecRole.SIGNATORY)
        world.done(owner, ChangeKind.OFFER_OWNERSHIP, taker)
        document = world.open(taker, ChangeKind.ACCEPT_OWNERSHIP).document
        assert f"- I accept the ownership of this IEC that {owner.name} ({owner.email}) has offered me.\n" in document
        assert f"- With it I become owner, and {owner.name} becomes manager.\n" in document

    def test_who_has_linked_no_signature_accepts_nothing(self, world: IecWorld) -> None:
        owner = world.user()
        taker = world.joined(owner, IecRole.MANAGER)
        world.done(owner, ChangeKind.OFFER_OWNERSHIP, taker)
        assert refused(lambda: world.open(taker, ChangeKind.ACCEPT_OWNERSHIP)) is Code.NOT_LINKED

    def test_one_person_with_two_logins_is_not_two(self, world: IecWorld) -> None:
        owner = world.user(link=world.link("same"))
        taker = world.user(IecRole.MANAGER, link=world.link("same"))
        assert refused(lambda: world.open(owner, ChangeKind.OFFER_OWNERSHIP, taker)) is Code.NOT_PERMITTED

    def test_who_turns_out_to_be_the_same_person_accepts_nothing(self, world: IecWorld) -> None:
        owner = world.user(link=world.link("same"))
        taker = world.joined(owner, IecRole.MANAGER)
        world.done(owner, ChangeKind.OFFER_OWNERSHIP, taker)
        world.store.write(WriteIecUser(replace(world.read(taker), link=world.link("same"))))
        assert refused(lambda: world.open(taker, ChangeKind.ACCEPT_OWNERSHIP)) is Code.NOT_PERMITTED

    @pytest.mark.parametrize("kind", [Kind.ORGANISATION, Kind.IEC])
    def test_nor_to_oneself_under_a_certificate_of_the_firm_that_holds_no_pan(
        self, world: IecWorld, kind: Kind
    ) -> None:
        owner, account = world.user(), world.account()
        link = replace(world.link(account.account_id), kind=kind, common_name="Shri Asha  Mehta")
        taker = world.user(IecRole.SIGNATORY, account=account)
        world.store.write(WriteIecUser(replace(taker, link=link)))
        assert refused(lambda: world.open(owner, ChangeKind.OFFER_OWNERSHIP, taker)) is Code.NOT_PERMITTED
        world.store.write(WriteIecUser(replace(world.read(taker), link=replace(link, common_name="Ravi Kumar"))))
        assert world.done(owner, ChangeKind.OFFER_OWNERSHIP, taker).status is SigningStatus.DONE

    def test_an_offer_that_was_withdrawn_is_over(self, world: IecWorld) -> None:
        owner, taker = world.user(), world.user(IecRole.SIGNATORY)
        world.done(owner, ChangeKind.OFFER_OWNERSHIP, taker)
        signing = world.signed(world.open(taker, ChangeKind.ACCEPT_OWNERSHIP))
        world.done(owner, ChangeKind.WITHDRAW_OFFER)
        assert world.steps.apply(signing.signing_id).why == "offer_ended"
        assert refused(lambda: world.open(taker, ChangeKind.ACCEPT_OWNERSHIP)) is Code.OFFER_ENDED

    def test_an_acceptance_is_of_the_very_offer(self, world: IecWorld) -> None:
        owner, taker = world.user(), world.user(IecRole.SIGNATORY)
        world.done(owner, ChangeKind.OFFER_OWNERSHIP, taker)
        signing = world.signed(world.open(taker, ChangeKind.ACCEPT_OWNERSHIP))
        world.done(owner, ChangeKind.WITHDRAW_OFFER)
        world.done(owner, ChangeKind.OFFER_OWNERSHIP, taker)
        assert world.steps.apply(signing.signing_id).why == "offer_ended"

    @pytest.mark.parametrize("kind", [ChangeKind.SUSPEND, ChangeKind.REMOVE])
    def test_an_offer_to_who_is_away_ends(self, world: IecWorld, kind: ChangeKind) -> None:
        owner, other, taker = world.user(), world.user(), world.user(IecRole.SIGNATORY)
        world.done(owner, ChangeKind.OFFER_OWNERSHIP, taker)
        world.done(other, kind, taker)
        assert world.read(owner).offered_to is None

    def test_an_owner_offers_to_one_at_a_time(self, world: IecWorld) -> None:
        owner, taker, another = world.user(), world.user(IecRole.SIGNATORY), world.user(IecRole.VIEWER)
        world.done(owner, ChangeKind.OFFER_OWNERSHIP, taker)
        assert refused(lambda: world.open(owner, ChangeKind.OFFER_OWNERSHIP, another)) is Code.IEC_USER_CONFLICT


class TestWrittenDown:
    def test_the_audit_holds_the_evidence_and_no_name(self, world: IecWorld) -> None:
        owner, target = world.user(), world.user(IecRole.PREPARER)
        signing = world.done(owner, ChangeKind.CHANGE_ROLE, target, role=IecRole.VIEWER)
        for user in (owner, target):
            (event,) = world.store.latest_events(account_key(user.account_id or ""), 1)
            assert event.deed.value == "iec_role_changed"
            assert dict(event.facts) == {
                "signing": signing.signing_id,
                "evidence": "cd" * 32,
                "user_id": target.user_id,
                "role": "viewer",
                "was": "preparer",
            }

    def test_whom_it_is_about_is_told(self, world: IecWorld) -> None:
        owner, target = world.user(), world.user(IecRole.PREPARER)
        world.done(owner, ChangeKind.SUSPEND, target)
        (mail,) = world.mails()
        assert (mail.kind.value, mail.address, mail.values["person"]) == (
            "iec_access_suspended",
            target.email,
            owner.name,
        )

    def test_the_history_tells_who_signed_what(self, world: IecWorld) -> None:
        owner, target = world.user(), world.user(IecRole.PREPARER)
        world.done(owner, ChangeKind.SUSPEND, target)
        world.open(owner, ChangeKind.REMOVE, target)
        (entry,) = world.history.read(world.actor_of(owner))
        assert entry.change is not None
        assert (entry.by, entry.is_mine, entry.change.kind) == (owner.name, True, ChangeKind.SUSPEND)


class TestOffered:
    def test_the_page_offers_what_would_be_drawn_up(self, world: IecWorld) -> None:
        owner, manager, viewer = world.user(), world.user(IecRole.MANAGER), world.user(IecRole.VIEWER)
        for maker in (owner, manager, viewer):
            shown = world.managing.users(world.actor_of(maker))
            for target in (owner, manager, viewer):
                for kind in set(ChangeKind) - {ChangeKind.INVITE, ChangeKind.ACCEPT_OWNERSHIP}:
                    is_own = kind in {ChangeKind.LEAVE, ChangeKind.WITHDRAW_OFFER}
                    if is_own and target is not maker:
                        assert kind not in shown.open[target.user_id]
                        continue
                    role = next((role for role in shown.may_give if role is not target.role), IecRole.VIEWER)
                    assert (kind in shown.open[target.user_id]) == is_drawn_up(world, maker, kind, target, role)


def meanwhile(world: IecWorld, monkeypatch: pytest.MonkeyPatch, deed: Callable[[], object]) -> None:
    """Has `deed` happen after the next step has read and before it writes."""
    write = world.store.write

    def after_the_deed(*changes: Change) -> str:
        monkeypatch.setattr(world.store, "write", write)
        deed()
        return write(*changes)

    monkeypatch.setattr(world.store, "write", after_the_deed)


def is_drawn_up(world: IecWorld, maker: IecUser, kind: ChangeKind, target: IecUser, role: IecRole) -> bool:
    world.advance(minutes=6)
    try:
        world.open(maker, kind, target, role=role)
    except Refusal:
        return False
    return True


_TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
_CHANGES = st.builds(
    UserChange,
    change_id=_TEXT,
    kind=st.sampled_from(ChangeKind),
    maker_id=_TEXT,
    user_id=_TEXT,
    name=_TEXT,
    email=_TEXT,
    role=st.sampled_from(IecRole),
    was=st.none() | st.sampled_from(IecRole),
    offer=_TEXT,
)


@given(_CHANGES)
def test_a_subject_leads_back_and_is_canonical(change: UserChange) -> None:
    assert read_subject(change.subject) == change
    canonical = json.dumps(json.loads(change.subject), sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert change.subject == canonical


@given(_CHANGES, st.sampled_from(["en", "hi"]))
def test_every_change_has_words_that_name_whom_it_is_about(change: UserChange, language: str) -> None:
    lines = "\n".join(statement(change, language))
    assert lines
    if change.kind is not ChangeKind.WITHDRAW_OFFER:
        assert change.email in lines
