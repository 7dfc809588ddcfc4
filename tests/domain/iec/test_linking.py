"""Linking a login to an IEC: what is signed, judged and done, once."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

import pytest

from chalicelib.domain.accounts.owners import account_key
from chalicelib.domain.audit import Deed
from chalicelib.domain.changes import ChangeRefused, StoreUnavailable, WriteIecUser, WriteSigning
from chalicelib.domain.identifiers import Pan
from chalicelib.domain.iec.records import IecStatus, Person, PersonRole
from chalicelib.domain.iec.rights import demand_right
from chalicelib.domain.iec.users import IecRole, IecUserStatus, Right
from chalicelib.domain.notices import NoticeKind
from chalicelib.domain.ports import DocumentsUnavailable, Journey, JourneysUnavailable
from chalicelib.domain.refusals import Code, Refusal
from chalicelib.domain.signatures import transitions
from chalicelib.domain.signatures.carrying_out import NotVerified, SigningOver, SigningUnknown
from chalicelib.domain.signatures.journey import message_body
from chalicelib.domain.signatures.report import Outcome, Reason
from chalicelib.domain.signatures.signings import Purpose, Signing, SigningStatus
from tests.domain.iec.linking_world import DSC_LIFE, LinkingWorld
from tests.domain.iec.world import CALLER, IEC

ASHA = Person("ASHA MEHTA", Pan("ABCPM1234K"), date(1980, 2, 3), PersonRole.PARTNER)
STRANGER = Person("NOBODY", Pan("ABCPM9999K"), date(1980, 2, 3), PersonRole.PARTNER)


@pytest.fixture
def world() -> LinkingWorld:
    return LinkingWorld()


def code_of(refused: pytest.ExceptionInfo[Refusal]) -> Code:
    return refused.value.code


def reason(signing: Signing) -> Reason:
    assert signing.report is not None
    assert signing.report.decisive is not None
    return signing.report.decisive.reason


class TestLinking:
    def test_a_person_on_the_record_becomes_an_owner(self, world: LinkingWorld) -> None:
        account = world.account()
        done = world.linked(account, world.open_link(account, IEC), ASHA)
        assert done.status is SigningStatus.DONE
        standing = world.linking.read(world.actor(account))
        assert standing.user is not None
        assert (standing.user.role, standing.user.status) == (IecRole.OWNER, IecUserStatus.ACTIVE)
        link = standing.user.link
        assert link is not None
        assert (link.signing_id, link.expires_at) == (done.signing_id, world.now + DSC_LIFE)
        assert world.journeys.journeys[done.signing_id] is Journey.IEC_LINKING

    def test_the_deed_again_changes_nothing(self, world: LinkingWorld) -> None:
        account = world.account()
        done = world.linked(account, world.open_link(account, IEC), ASHA)
        writes = world.store.writes
        assert world.link_steps.link(done.signing_id).status is SigningStatus.DONE
        assert world.store.writes == writes
        assert len(world.store.iec_users(IEC)) == 1

    def test_an_answer_of_the_store_that_was_lost_links_once(self, world: LinkingWorld) -> None:
        account = world.account()
        judged = world.judged(account, world.open_link(account, IEC), ASHA)
        world.store.lose_answers = 1
        with pytest.raises(StoreUnavailable):
            world.link_steps.link(judged.signing_id)
        assert world.link_steps.link(judged.signing_id).status is SigningStatus.DONE
        assert len(world.store.iec_users(IEC)) == 1

    @pytest.mark.parametrize("iec", [IEC, "ABCFM9999K"], ids=["known", "unknown"])
    def test_a_stranger_is_told_nothing(self, world: LinkingWorld, iec: str) -> None:
        account = world.account()
        signing = world.open_link(account, iec)
        assert "MEHTA EXPORTS" not in signing.document
        refused = world.linked(account, signing, STRANGER)
        assert reason(refused) is Reason.NOT_OF_THIS_IEC
        assert refused.status is SigningStatus.AWAITING_SIGNATURE
        assert world.linking.read(world.actor(account)).user is None

    def test_known_and_unknown_iecs_cost_the_same_reads_and_writes(self, world: LinkingWorld) -> None:
        costs = []
        for iec in (IEC, "ABCFM9999K"):
            account, before = world.account(), world.store.writes
            world.linked(account, world.open_link(account, iec), STRANGER)
            costs.append(world.store.writes - before)
        assert costs[0] == costs[1]

    def test_an_iec_that_is_not_active_binds_nobody(self, world: LinkingWorld) -> None:
        world.with_record(IEC, status=IecStatus.SUSPENDED)
        account = world.account()
        assert reason(world.linked(account, world.open_link(account, IEC), ASHA)) is Reason.NOT_OF_THIS_IEC

    def test_an_invited_user_keeps_their_role(self, world: LinkingWorld) -> None:
        owner = world.user()
        joined = world.joined(owner, IecRole.SIGNATORY)
        account = world.store.account(joined.account_id or "")
        assert account is not None
        world.linked(account, world.open_link(account, IEC), ASHA)
        after = world.read(joined)
        assert after.role is IecRole.SIGNATORY
        assert after.link is not None

    def test_two_statements_of_one_login_link_one_iec(self, world: LinkingWorld) -> None:
        account = world.account()
        first, second = world.open_link(account, IEC), world.open_link(account, IEC)
        judged = world.judged(account, second, ASHA)
        world.linked(account, first, ASHA)
        refused = world.link_steps.link(judged.signing_id)
        assert (refused.status, refused.why) == (SigningStatus.REFUSED, "already_linked")
        assert len(world.store.iec_users(IEC)) == 1

    def test_who_joined_another_iec_meanwhile_is_linked_to_neither_by_it(self, world: LinkingWorld) -> None:
        other = "0388012345"
        account = world.account()
        record = world.store.iec_record(IEC)
        assert record is not None
        world.store.put_iec_record(replace(record, iec=other))  # type: ignore[arg-type]
        judged = world.judged(account, world.open_link(account, other), ASHA)
        joined = world.user(IecRole.PREPARER, account=account, is_linked=False)
        refused = world.link_steps.link(judged.signing_id)
        assert (refused.status, refused.why) == (SigningStatus.REFUSED, "already_linked")
        assert world.read(joined).link is None

    def test_who_closed_the_account_meanwhile_is_not_linked(self, world: LinkingWorld) -> None:
        from chalicelib.domain.accounts.account import AccountStatus  # noqa: PLC0415
        from chalicelib.domain.changes import WriteOwner  # noqa: PLC0415

        account = world.account()
        judged = world.judged(account, world.open_link(account, IEC), ASHA)
        world.store.write(WriteOwner(replace(account, status=AccountStatus.CLOSED)))
        assert world.link_steps.link(judged.signing_id).why == "not_permitted"
        assert world.store.iec_users(IEC) == ()

    def test_the_other_owners_are_told(self, world: LinkingWorld) -> None:
        owner, account = world.user(), world.account()
        world.linked(account, world.open_link(account, IEC), ASHA)
        told = [(mail.kind, mail.owner) for mail in world.mails()]
        assert told.count((NoticeKind.IEC_LINKED, account_key(account.account_id))) == 2
        assert (NoticeKind.IEC_USER_LINKED, account_key(owner.account_id or "")) in told

    def test_the_audit_tells_it_without_the_iec(self, world: LinkingWorld) -> None:
        account = world.account()
        done = world.linked(account, world.open_link(account, IEC), ASHA)
        events = list(world.store.audit_events(account_key(account.account_id)))
        assert [event.deed for event in events] == [Deed.DOCUMENT_SIGNED, Deed.IEC_LINKED]
        assert done.evidence is not None
        assert {event.facts["evidence"] for event in events} == {done.evidence.sha256}
        assert IEC not in str([event.facts for event in events])


class TestWhoMayOpen:
    def test_a_login_of_another_iec_may_not(self, world: LinkingWorld) -> None:
        owner = world.user()
        with pytest.raises(Refusal) as refused:
            world.linking.open(world.actor_of(owner), "ABCFM9999K", CALLER)  # type: ignore[arg-type]
        assert code_of(refused) is Code.ALREADY_LINKED

    def test_a_linked_login_renews(self, world: LinkingWorld) -> None:
        owner = world.user()
        with pytest.raises(Refusal) as refused:
            world.linking.open(world.actor_of(owner), IEC, CALLER)  # type: ignore[arg-type]
        assert code_of(refused) is Code.ALREADY_LINKED
        assert world.linking.renew(world.actor_of(owner), CALLER).purpose is Purpose.RENEW_LINK

    def test_a_suspended_user_neither_links_nor_renews(self, world: LinkingWorld) -> None:
        linked = world.user(status=IecUserStatus.SUSPENDED)
        invited = world.user(IecRole.VIEWER, is_linked=False, status=IecUserStatus.SUSPENDED)
        for user in (linked, invited):
            with pytest.raises(Refusal) as refused:
                world.linking.renew(world.actor_of(user), CALLER)
            assert code_of(refused) is Code.NOT_PERMITTED
        with pytest.raises(Refusal) as refused:
            world.linking.open(world.actor_of(invited), IEC, CALLER)  # type: ignore[arg-type]
        assert code_of(refused) is Code.NOT_PERMITTED

    def test_nobody_renews_what_is_not_there(self, world: LinkingWorld) -> None:
        with pytest.raises(Refusal) as refused:
            world.linking.renew(world.actor(world.account()), CALLER)
        assert code_of(refused) is Code.NOT_LINKED

    def test_a_hundred_statements_a_day(self, world: LinkingWorld) -> None:
        account = world.account()
        for number in range(100):
            caller = replace(CALLER, ip=f"203.0.113.{number}")
            world.linking.open(world.actor(account), IEC, caller)  # type: ignore[arg-type]
        with pytest.raises(Refusal) as refused:
            world.open_link(account, IEC)
        assert code_of(refused) is Code.TOO_MANY_REQUESTS


class TestRenewing:
    def test_a_renewal_begins_the_link_anew(self, world: LinkingWorld) -> None:
        owner = world.user()
        actor = world.actor_of(owner)
        world.advance(days=699)
        signing = world.linking.renew(actor, CALLER)
        world.validate(world.hand_in(actor, signing, ASHA))
        world.link_steps.link(signing.signing_id)
        link = world.read(owner).link
        assert link is not None
        assert (link.signing_id, link.expires_at) == (signing.signing_id, world.now + DSC_LIFE)

    def test_a_user_who_was_removed_meanwhile_gets_nothing(self, world: LinkingWorld) -> None:
        owner, other = world.user(), world.user()
        actor = world.actor_of(other)
        signing = world.linking.renew(actor, CALLER)
        world.validate(world.hand_in(actor, signing, ASHA))
        from chalicelib.domain.iec.user_changes import ChangeKind  # noqa: PLC0415

        world.done(owner, ChangeKind.REMOVE, other)
        refused = world.link_steps.link(signing.signing_id)
        assert (refused.status, refused.why) == (SigningStatus.REFUSED, "not_linked")


class TestTheSigning:
    """From its opening to its end, each step once."""

    @pytest.fixture
    def signing(self, world: LinkingWorld) -> Signing:
        self.account = world.account()
        return world.open_link(self.account, IEC)

    def test_the_same_signature_again_is_the_same_hand_in(self, world: LinkingWorld, signing: Signing) -> None:
        actor = world.actor(self.account)
        for _ in range(3):
            assert world.hand_in(actor, signing, ASHA).attempts == 1
        assert world.validate(signing).status is SigningStatus.VERIFIED
        assert world.hand_in(actor, signing, ASHA).status is SigningStatus.VERIFIED

    def test_another_while_one_is_judged_waits(self, world: LinkingWorld, signing: Signing) -> None:
        actor = world.actor(self.account)
        world.hand_in(actor, signing, ASHA)
        with pytest.raises(Refusal) as refused:
            world.hand_in(actor, signing, STRANGER)
        assert code_of(refused) is Code.STEP_OUT_OF_ORDER

    def test_an_attempt_is_counted_before_it_is_judged(self, world: LinkingWorld, signing: Signing) -> None:
        world.hand_in(world.actor(self.account), signing, ASHA)
        assert world.stored(signing).attempts == 1
        assert world.stored(signing).report is None

    def test_what_cannot_be_stored_costs_no_attempt(self, world: LinkingWorld, signing: Signing) -> None:
        world.documents.is_available = False
        with pytest.raises(DocumentsUnavailable):
            world.hand_in(world.actor(self.account), signing, ASHA)
        assert world.stored(signing).attempts == 0

    def test_a_submission_that_was_altered_is_not_judged(self, world: LinkingWorld, signing: Signing) -> None:
        handed_in = world.hand_in(world.actor(self.account), signing, STRANGER)
        assert handed_in.submission is not None
        world.documents.kept[handed_in.submission.key] = b"0{}"
        with pytest.raises(DocumentsUnavailable):
            world.validate(signing)
        assert world.stored(signing).status is SigningStatus.VALIDATING

    def test_unknown_revocation_waits_and_leaves_no_line_for_each_look(
        self, world: LinkingWorld, signing: Signing
    ) -> None:
        world.validator.is_revocation_known = False
        world.judged(self.account, signing, ASHA)
        world.validate(signing)
        stored = world.stored(signing)
        assert stored.status is SigningStatus.AWAITING_REVOCATION
        assert list(world.store.audit_events(signing.owner)) == []
        with pytest.raises(NotVerified):
            world.link_steps.link(signing.signing_id)
        assert message_body(stored, world.now)["seconds_left"] == 60
        assert message_body(stored, world.now + timedelta(hours=2))["seconds_left"] == 600
        world.validator.is_revocation_known = True
        world.advance(hours=23)
        assert world.validate(signing).status is SigningStatus.VERIFIED

    def test_after_a_day_unknown_revocation_is_refused(self, world: LinkingWorld, signing: Signing) -> None:
        world.validator.is_revocation_known = False
        world.judged(self.account, signing, ASHA)
        world.advance(hours=24)
        assert world.validate(signing).status is SigningStatus.REFUSED
        with pytest.raises(SigningOver):
            world.link_steps.link(signing.signing_id)

    def test_a_signature_of_in_time_is_judged_later(self, world: LinkingWorld, signing: Signing) -> None:
        world.hand_in(world.actor(self.account), signing, ASHA)
        world.advance(hours=1)
        assert world.signing_steps.expire(signing.signing_id).status is SigningStatus.VALIDATING
        assert world.validate(signing).status is SigningStatus.VERIFIED

    def test_a_refused_one_after_its_time_ends(self, world: LinkingWorld, signing: Signing) -> None:
        world.hand_in(world.actor(self.account), signing, STRANGER)
        world.advance(minutes=10)
        assert world.validate(signing).status is SigningStatus.REFUSED

    def test_who_waits_is_woken_whichever_comes_first(self, world: LinkingWorld, signing: Signing) -> None:
        actor = world.actor(self.account)
        world.hand_in(actor, signing, ASHA)
        world.signing_steps.await_signature(signing.signing_id, "late", "1")
        assert world.journeys.woken["late"]["next"] == "validate_signature"

    def test_while_journeys_are_down_the_hand_in_is_kept(self, world: LinkingWorld, signing: Signing) -> None:
        world.signing_steps.await_signature(signing.signing_id, "token", "1")
        world.journeys.is_available = False
        actor = world.actor(self.account)
        with pytest.raises(JourneysUnavailable):
            world.hand_in(actor, signing, ASHA)
        world.journeys.is_available = True
        assert world.hand_in(actor, signing, ASHA).attempts == 1
        assert world.journeys.woken["token"]["next"] == "validate_signature"

    def test_cancelling_wakes_the_journey_to_its_end(self, world: LinkingWorld, signing: Signing) -> None:
        world.signing_steps.await_signature(signing.signing_id, "token", "1")
        actor = world.actor(self.account)
        assert world.desk.cancel(signing.signing_id, actor.key).status is SigningStatus.CANCELLED
        assert world.journeys.woken["token"]["next"] == "ended"
        assert world.desk.cancel(signing.signing_id, actor.key).status is SigningStatus.CANCELLED
        with pytest.raises(Refusal) as refused:
            world.hand_in(actor, signing, ASHA)
        assert code_of(refused) is Code.SIGNING_ENDED

    def test_nothing_is_cancelled_that_is_judged_or_done(self, world: LinkingWorld, signing: Signing) -> None:
        actor = world.actor(self.account)
        world.hand_in(actor, signing, ASHA)
        with pytest.raises(Refusal) as refused:
            world.desk.cancel(signing.signing_id, actor.key)
        assert code_of(refused) is Code.STEP_OUT_OF_ORDER
        world.validate(signing)
        world.link_steps.link(signing.signing_id)
        with pytest.raises(Refusal) as refused:
            world.desk.cancel(signing.signing_id, actor.key)
        assert code_of(refused) is Code.SIGNING_ENDED

    def test_a_step_that_failed_for_good_leaves_what_holds_alone(self, world: LinkingWorld, signing: Signing) -> None:
        world.hand_in(world.actor(self.account), signing, ASHA)
        world.validate(signing)
        assert world.signing_steps.give_up(signing.signing_id).status is SigningStatus.VERIFIED

    def test_a_signature_that_nobody_could_judge_is_refused(self, world: LinkingWorld, signing: Signing) -> None:
        world.hand_in(world.actor(self.account), signing, ASHA)
        given_up = world.signing_steps.give_up(signing.signing_id)
        assert (given_up.status, given_up.why) == (SigningStatus.REFUSED, "service_unavailable")

    def test_a_request_to_a_provider_that_failed_leaves_another_way(
        self, world: LinkingWorld, signing: Signing
    ) -> None:
        actor = world.actor(self.account)
        begun = world.desk.begin_esign(signing.signing_id, actor.key, "laptop", CALLER)
        assert begun.status is SigningStatus.PREPARING_ESIGN
        assert begun.esign is not None
        left = world.signing_steps.give_up(signing.signing_id)
        assert (left.status, left.earlier_txns) == (SigningStatus.AWAITING_SIGNATURE, (begun.esign.txn,))
        assert world.linked(self.account, signing, ASHA).status is SigningStatus.DONE

    def test_each_try_of_esign_is_a_transaction_of_its_own(self, world: LinkingWorld, signing: Signing) -> None:
        actor, txns = world.actor(self.account), []
        for left in (4, 3, 2, 1, 0):
            begun = world.desk.begin_esign(signing.signing_id, actor.key, "laptop", CALLER)
            again = world.desk.begin_esign(signing.signing_id, actor.key, "laptop", CALLER)
            assert begun.esign == again.esign
            assert begun.esign is not None
            assert transitions.attempts_left(begun) == left
            txns.append(begun.esign.txn)
            prepared = replace(world.stored(signing), status=SigningStatus.AT_ESIGN_PROVIDER)
            world.store.write(WriteSigning(prepared))
            world.advance(seconds=11)
        assert len(set(txns)) == 5
        assert world.stored(signing).earlier_txns == tuple(txns[:-1])
        with pytest.raises(Refusal) as refused:
            world.desk.begin_esign(signing.signing_id, actor.key, "laptop", CALLER)
        assert code_of(refused) is Code.SIGNATURE_ATTEMPTS_EXHAUSTED

    def test_another_purposes_deed_does_not_take_it(self, world: LinkingWorld, signing: Signing) -> None:
        world.judged(self.account, signing, ASHA)
        with pytest.raises(SigningUnknown):
            world.steps.apply(signing.signing_id)

    def test_two_judgements_at_once_leave_one_word(self, world: LinkingWorld, signing: Signing) -> None:
        handed_in = world.hand_in(world.actor(self.account), signing, ASHA)
        assert handed_in.submission is not None
        content = world.documents.kept[handed_in.submission.key]
        demand = world.demands.of(handed_in, handed_in.submission.method)
        judged = world.validator.dsc(content, signing.document.encode(), demand, world.now)
        first = world.settling.settle(handed_in, judged, content)
        world.advance(seconds=1)
        second = world.settling.settle(handed_in, judged, content)
        assert first == second
        assert len(list(world.store.audit_events(signing.owner))) == 1
        assert judged.report.outcome is Outcome.ACCEPTED

    def test_a_late_word_about_an_earlier_signature_is_not_taken(self, world: LinkingWorld, signing: Signing) -> None:
        actor = world.actor(self.account)
        first = world.hand_in(actor, signing, STRANGER)
        assert first.submission is not None
        content = world.documents.kept[first.submission.key]
        demand = world.demands.of(first, first.submission.method)
        late = world.validator.dsc(content, signing.document.encode(), demand, world.now)
        world.validate(signing)
        second = world.hand_in(actor, signing, ASHA)
        assert world.settling.settle(first, late, content) == second
        assert world.validate(signing).status is SigningStatus.VERIFIED


class TestRights:
    def test_what_rests_on_a_signature_asks_for_one_that_counts(self, world: LinkingWorld) -> None:
        owner = world.user()
        actor = world.actor_of(owner)
        for right in Right:
            assert demand_right(world.store, actor, right, world.now).user_id == owner.user_id
        late = world.now + timedelta(days=700)
        assert demand_right(world.store, actor, Right.SEE, late).user_id == owner.user_id
        for right in set(Right) - {Right.SEE}:
            with pytest.raises(Refusal) as refused:
                demand_right(world.store, actor, right, late)
            assert code_of(refused) is Code.LINK_EXPIRED

    def test_who_has_no_link_prepares_and_does_not_sign(self, world: LinkingWorld) -> None:
        world.user()
        signatory = world.user(IecRole.SIGNATORY, is_linked=False)
        actor = world.actor_of(signatory)
        demand_right(world.store, actor, Right.PREPARE, world.now)
        with pytest.raises(Refusal) as refused:
            demand_right(world.store, actor, Right.SIGN, world.now)
        assert code_of(refused) is Code.NOT_LINKED

    def test_nobody_has_a_right_that_the_role_has_not(self, world: LinkingWorld) -> None:
        viewer = world.user(IecRole.VIEWER)
        with pytest.raises(Refusal) as refused:
            demand_right(world.store, world.actor_of(viewer), Right.SIGN, world.now)
        assert code_of(refused) is Code.NOT_PERMITTED
        with pytest.raises(Refusal) as refused:
            demand_right(world.store, world.actor(world.account()), Right.SEE, world.now)
        assert code_of(refused) is Code.NOT_LINKED


class TestReminders:
    def test_thirty_days_before_the_end_and_once(self, world: LinkingWorld) -> None:
        owner = world.user()
        assert world.reminders.remind() == 0
        world.advance(days=669)
        assert world.reminders.remind() == 0
        world.advance(days=1, seconds=1)
        assert world.reminders.remind() == 1
        assert world.reminders.remind() == 0
        told = [mail for mail in world.mails() if mail.kind is NoticeKind.IEC_LINK_EXPIRES]
        assert [mail.owner for mail in told] == [account_key(owner.account_id or "")]

    def test_who_is_suspended_is_not_told(self, world: LinkingWorld) -> None:
        user = world.user(status=IecUserStatus.SUSPENDED)
        world.advance(days=690)
        assert world.reminders.remind() == 0
        assert [mail for mail in world.mails() if mail.owner == account_key(user.account_id or "")] == []

    def test_a_renewed_link_is_reminded_of_again(self, world: LinkingWorld) -> None:
        owner = world.user()
        world.advance(days=690)
        world.reminders.remind()
        actor = world.actor_of(owner)
        signing = world.linking.renew(actor, CALLER)
        world.validate(world.hand_in(actor, signing, ASHA))
        world.link_steps.link(signing.signing_id)
        assert world.reminders.remind() == 0
        world.advance(days=690)
        assert world.reminders.remind() == 1


def test_a_change_that_another_made_first_is_decided_anew(world: LinkingWorld) -> None:
    """Between reading and writing, the user is suspended: the link does not come about."""
    owner = world.user()
    actor = world.actor_of(owner)
    signing = world.linking.renew(actor, CALLER)
    world.validate(world.hand_in(actor, signing, ASHA))
    written = world.store.write
    struck: list[bool] = []

    def between(*changes: object) -> str:
        if not struck:
            struck.append(True)
            written(WriteIecUser(replace(world.read(owner), status=IecUserStatus.SUSPENDED)))
        return written(*changes)  # type: ignore[arg-type]

    world.store.write = between  # type: ignore[method-assign]
    refused = world.link_steps.link(signing.signing_id)
    assert (refused.status, refused.why) == (SigningStatus.REFUSED, "not_permitted")
    with pytest.raises(ChangeRefused):
        written(WriteIecUser(owner))
