"""Full registration: what a registrant, an officer and the journey may do, and when."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.domain.changes import WriteSigning
from chalicelib.domain.icegate import accounts
from chalicelib.domain.icegate.accounts import RegistrationKind, Service
from chalicelib.domain.icegate.full_registration_journey import JOURNEY_AT_MOST, Place, message_body, place
from chalicelib.domain.icegate.full_registration_rules import DOCUMENTS_AT_MOST, Decision
from chalicelib.domain.icegate.full_registration_steps import FullRegistrationUnknown, NotApproved
from chalicelib.domain.icegate.full_registrations import (
    DOCUMENT_AT_MOST,
    DocumentKind,
    DocumentStatus,
    FullRegistrationStatus,
)
from chalicelib.domain.ports import DocumentsUnavailable, Woken
from chalicelib.domain.refusals import Code, Refusal
from chalicelib.domain.signatures.carrying_out import NotVerified, SigningOver, SigningUnknown
from chalicelib.domain.signatures.signings import SignatureMethod, SigningStatus
from tests.domain.icegate.pdfs import object_stream, of_size, pdf
from tests.domain.icegate.upgrade_world import CALLER, KEY, NEEDED, UpgradeWorld


@pytest.fixture
def world() -> UpgradeWorld:
    return UpgradeWorld()


def code_of(refusal: pytest.ExceptionInfo[Refusal]) -> Code:
    return refusal.value.code


class TestOpening:
    def test_it_is_signed_first_and_by_a_dsc_alone(self, world: UpgradeWorld) -> None:
        opened = world.open()
        signing = world.store.signing(opened.signing_id)
        assert signing is not None
        assert opened.registration_id == opened.signing_id
        assert signing.methods == (SignatureMethod.DSC,)
        assert world.status is FullRegistrationStatus.SIGNATURE_REQUIRED
        assert not world.desk.standing(world.asha).may_open

    def test_again_gives_the_one_that_is_under_way(self, world: UpgradeWorld) -> None:
        assert world.open().registration_id == world.open().registration_id
        registered = world.signed_and_registered()
        assert world.open().registration_id == registered.registration_id

    @pytest.mark.parametrize("how", ["time", "cancelled"])
    def test_what_was_not_signed_makes_room(self, world: UpgradeWorld, how: str) -> None:
        first = world.open()
        if how == "time":
            world.advance(minutes=10)
        else:
            world.signings.cancel(first.signing_id, KEY)
        assert world.status is FullRegistrationStatus.EXPIRED
        assert world.desk.standing(world.asha).may_open
        second = world.open()
        assert second.registration_id != first.registration_id
        before = world.store.full_registration(first.registration_id)
        assert before is not None
        assert before.status is FullRegistrationStatus.EXPIRED

    def test_a_signature_that_waits_for_revocation_data_keeps_it_open(self, world: UpgradeWorld) -> None:
        first = world.open()
        signing = world.signed(first.signing_id)
        stored = world.store.signing(first.signing_id)
        assert stored is not None
        waits = replace(signing, status=SigningStatus.AWAITING_REVOCATION, revision=stored.revision)
        world.store.write(WriteSigning(waits))
        world.advance(hours=3)
        assert world.open().registration_id == first.registration_id

    def test_who_is_fully_registered_renews_instead(self, world: UpgradeWorld) -> None:
        world.approved()
        with pytest.raises(Refusal) as refused:
            world.open()
        assert code_of(refused) is Code.ALREADY_FULLY_REGISTERED


class TestDsc:
    def test_a_good_signature_leads_to_the_documents(self, world: UpgradeWorld) -> None:
        registered = world.signed_and_registered()
        assert registered.status is FullRegistrationStatus.DOCUMENTS_REQUIRED
        assert registered.dsc is not None
        assert registered.expires_at == world.now + timedelta(days=7)
        signing = world.store.signing(registered.signing_id)
        assert signing is not None
        assert signing.status is SigningStatus.DONE
        assert world.account.dsc is None
        assert "dsc_registered" in world.deeds()

    def test_a_second_run_changes_nothing(self, world: UpgradeWorld) -> None:
        registered = world.signed_and_registered()
        world.advance(minutes=1)
        assert world.steps.register_dsc(registered.signing_id) == world.stored

    def test_before_the_signature_holds_it_is_refused(self, world: UpgradeWorld) -> None:
        opened = world.open()
        with pytest.raises(NotVerified):
            world.steps.register_dsc(opened.signing_id)
        with pytest.raises(SigningUnknown):
            world.steps.register_dsc("another")

    def test_one_that_was_opened_anew_meanwhile_is_over(self, world: UpgradeWorld) -> None:
        first = world.open()
        world.advance(minutes=10)
        world.open()
        world.signed(first.signing_id)
        with pytest.raises(SigningOver):
            world.steps.register_dsc(first.signing_id)
        signing = world.store.signing(first.signing_id)
        assert signing is not None
        assert (signing.status, signing.why) == (SigningStatus.REFUSED, "registration_ended")


class TestDocuments:
    def test_what_was_scanned_is_kept_under_its_hash(self, world: UpgradeWorld) -> None:
        registered = world.signed_and_registered()
        document, form = world.desk.ask_upload(world.asha, DocumentKind.PAN_CARD, "pan.pdf")
        world.documents.upload(form, pdf())
        kept = world.confirm(document.document_id)
        assert kept.status is DocumentStatus.ACCEPTED
        assert kept.key == f"documents/{registered.registration_id}/{kept.sha256}.pdf"
        world.documents.upload(form, pdf(object_stream(b"<< /JS (1) >>")))
        assert world.confirm(document.document_id) == kept
        assert world.documents.get(kept.key, DOCUMENT_AT_MOST) == pdf()

    def test_a_refused_file_is_told_with_its_reason_and_not_kept(self, world: UpgradeWorld) -> None:
        world.signed_and_registered()
        refused = world.upload(content=pdf(catalog=b"<< /Pages 2 0 R /OpenAction 5 0 R >>"))
        assert (refused.status, refused.reason) == (DocumentStatus.REFUSED, "document_active_content")
        assert not [key for key in world.documents.kept if key.startswith("documents/")]
        assert world.upload().status is DocumentStatus.ACCEPTED
        assert [one.status for one in world.stored.documents] == [DocumentStatus.ACCEPTED]

    def test_more_than_100_kb_is_refused_even_where_the_store_took_it(self, world: UpgradeWorld) -> None:
        world.signed_and_registered()
        document, form = world.desk.ask_upload(world.asha, DocumentKind.PAN_CARD, "pan.pdf")
        assert form.fields["at_most"] == str(DOCUMENT_AT_MOST)
        world.documents.put(form.fields["key"], of_size(DOCUMENT_AT_MOST + 1), "application/pdf")
        assert world.confirm(document.document_id).reason == "document_too_large"

    def test_what_has_not_arrived_may_be_confirmed_again(self, world: UpgradeWorld) -> None:
        world.signed_and_registered()
        document, form = world.desk.ask_upload(world.asha, DocumentKind.PAN_CARD, "pan.pdf")
        with pytest.raises(DocumentsUnavailable):
            world.confirm(document.document_id)
        world.documents.upload(form, pdf())
        assert world.confirm(document.document_id).status is DocumentStatus.ACCEPTED

    def test_ten_at_most_and_uploads_that_never_came_make_room(self, world: UpgradeWorld) -> None:
        world.signed_and_registered()
        for _ in range(DOCUMENTS_AT_MOST):
            world.desk.ask_upload(world.asha, DocumentKind.OTHER, "more.pdf")
        with pytest.raises(Refusal) as refused:
            world.desk.ask_upload(world.asha, DocumentKind.OTHER, "more.pdf")
        assert refused.value.errors["kind"].reason == "documents_too_many"
        world.advance(minutes=10)
        world.upload(DocumentKind.OTHER)

    def test_a_document_is_removed_and_removing_it_again_is_no_matter(self, world: UpgradeWorld) -> None:
        world.signed_and_registered()
        document = world.upload()
        for _ in range(2):
            world.desk.remove(world.asha, document.document_id)
        assert world.stored.documents == ()

    def test_after_seven_days_it_is_over_and_may_be_opened_anew(self, world: UpgradeWorld) -> None:
        world.signed_and_registered()
        world.advance(days=7)
        with pytest.raises(Refusal) as refused:
            world.desk.ask_upload(world.asha, DocumentKind.PAN_CARD, "pan.pdf")
        assert code_of(refused) is Code.REGISTRATION_ENDED
        assert world.desk.standing(world.asha).may_open

    def test_one_person_uploads_a_hundred_a_day(self, world: UpgradeWorld) -> None:
        world.signed_and_registered()
        for _ in range(100):
            document, _form = world.desk.ask_upload(world.asha, DocumentKind.OTHER, "more.pdf")
            world.desk.remove(world.asha, document.document_id)
        with pytest.raises(Refusal) as refused:
            world.desk.ask_upload(world.asha, DocumentKind.OTHER, "more.pdf")
        assert code_of(refused) is Code.TOO_MANY_REQUESTS


class TestSendingIn:
    def test_what_is_missing_is_told(self, world: UpgradeWorld) -> None:
        world.signed_and_registered()
        world.upload(DocumentKind.PAN_CARD)
        with pytest.raises(Refusal) as refused:
            world.submit()
        assert code_of(refused) is Code.DOCUMENTS_MISSING
        assert refused.value.facts["missing"] == "identity_proof"

    def test_it_waits_for_an_officer_with_what_was_taken(self, world: UpgradeWorld) -> None:
        world.signed_and_registered()
        for kind in NEEDED:
            world.upload(kind)
        world.upload(DocumentKind.OTHER, b"no pdf")
        world.submit()
        assert world.status is FullRegistrationStatus.UNDER_REVIEW
        assert [one.kind for one in world.stored.documents] == list(NEEDED)
        assert world.submit() == world.stored
        assert world.deeds().count("full_registration_submitted") == 1
        with pytest.raises(Refusal) as refused:
            world.upload()
        assert code_of(refused) is Code.STEP_OUT_OF_ORDER


class TestDeciding:
    def test_an_approval_makes_the_account_one_that_may_file(self, world: UpgradeWorld) -> None:
        sent = world.submitted()
        decided = world.decide(Decision.APPROVE)
        assert decided.status is FullRegistrationStatus.UNDER_REVIEW
        assert world.reviews.queue(FullRegistrationStatus.UNDER_REVIEW) == ()
        world.steps.approve(sent.registration_id)
        account = world.account
        assert world.status is FullRegistrationStatus.APPROVED
        assert account.kind is RegistrationKind.FULL
        assert account.dsc == sent.dsc
        assert accounts.refused(account, Service.SHIPPING_BILL_FILING, world.now) is None
        assert world.notices() == ["full_registration_approved email", "full_registration_approved mobile"]
        assert world.deeds()[-2:] == ["full_registration_approved", "fully_registered"]
        assert world.deeds(world.officers[0].key) == ["full_registration_approved"]

    def test_a_second_run_of_the_approval_changes_nothing(self, world: UpgradeWorld) -> None:
        world.approved()
        world.steps.approve(world.stored.registration_id)
        assert len(world.notices()) == 2

    def test_nothing_is_approved_before_an_officer_has(self, world: UpgradeWorld) -> None:
        sent = world.submitted()
        with pytest.raises(NotApproved):
            world.steps.approve(sent.registration_id)
        with pytest.raises(FullRegistrationUnknown):
            world.steps.approve("another")

    @pytest.mark.parametrize("decision", [Decision.REJECT, Decision.ASK])
    def test_a_rejection_and_a_question_want_a_reason(self, world: UpgradeWorld, decision: Decision) -> None:
        world.submitted()
        with pytest.raises(Refusal) as refused:
            world.decide(decision)
        assert refused.value.errors["reason"].reason == "required"

    def test_after_a_rejection_another_may_be_opened(self, world: UpgradeWorld) -> None:
        world.submitted()
        world.decide(Decision.REJECT, "The PAN card is not yours.")
        standing = world.desk.standing(world.asha)
        assert standing.registration is not None
        assert standing.registration.reason == "The PAN card is not yours."
        assert standing.may_open
        assert world.account.kind is RegistrationKind.SIMPLIFIED
        assert world.notices() == ["full_registration_rejected email", "full_registration_rejected mobile"]

    def test_what_more_is_asked_is_answered_within_15_days(self, world: UpgradeWorld) -> None:
        world.submitted()
        world.decide(Decision.ASK, "The PAN card cannot be read.")
        assert world.status is FullRegistrationStatus.MORE_ASKED
        world.advance(days=14)
        world.upload(DocumentKind.PAN_CARD)
        world.submit()
        assert world.stored.reason is None
        assert world.stored.decided_by is None
        world.decide(Decision.APPROVE, officer=1)
        world.steps.approve(world.stored.registration_id)
        assert world.account.kind is RegistrationKind.FULL

    def test_an_officer_decides_once(self, world: UpgradeWorld) -> None:
        world.submitted()
        world.decide(Decision.REJECT, "No.")
        assert world.decide(Decision.REJECT, "No.") == world.stored
        others = [(0, Decision.APPROVE, None), (0, Decision.REJECT, "Other."), (1, Decision.REJECT, "No.")]
        for officer, decision, reason in others:
            with pytest.raises(Refusal) as refused:
                world.decide(decision, reason, officer)
            assert code_of(refused) is Code.REVIEW_CONFLICT
        assert world.deeds().count("full_registration_rejected") == 1

    def test_what_is_added_and_not_sent_in_yet_no_officer_sees(self, world: UpgradeWorld) -> None:
        sent = world.submitted()
        world.decide(Decision.ASK, "The PAN card cannot be read.")
        world.advance(minutes=1)
        added = world.upload(DocumentKind.OTHER)
        seen = world.reviews.case(sent.registration_id).registration.documents
        assert added.document_id not in {one.document_id for one in seen}
        assert len(seen) == len(NEEDED)
        with pytest.raises(Refusal) as refused:
            world.reviews.document_url(sent.registration_id, added.document_id)
        assert code_of(refused) is Code.NOT_FOUND
        world.submit()
        assert added.document_id in {
            one.document_id for one in world.reviews.case(sent.registration_id).registration.documents
        }

    def test_nobody_approves_documents_that_were_replaced_since_they_were_looked_at(self, world: UpgradeWorld) -> None:
        seen = world.submitted().submitted_at
        assert seen is not None
        world.decide(Decision.ASK, "The PAN card cannot be read.")
        world.advance(minutes=1)
        world.desk.remove(world.asha, world.stored.documents[0].document_id)
        world.upload(NEEDED[0])
        world.submit()
        with pytest.raises(Refusal) as refused:
            world.decide_on(seen, Decision.APPROVE, officer=1)
        assert code_of(refused) is Code.REVIEW_CONFLICT
        assert world.stored.decided_at is None
        world.decide(Decision.APPROVE, officer=1)
        assert world.stored.decided_at is not None

    def test_officers_see_what_was_sent_in_and_nothing_before(self, world: UpgradeWorld) -> None:
        registered = world.signed_and_registered()
        with pytest.raises(Refusal) as refused:
            world.reviews.case(registered.registration_id)
        assert code_of(refused) is Code.NOT_FOUND
        for kind in NEEDED:
            world.upload(kind)
        world.submit()
        case = world.reviews.case(registered.registration_id)
        assert case.report is not None
        url = world.reviews.document_url(registered.registration_id, case.registration.documents[0].document_id)
        assert url.startswith(f"https://documents.example/documents/{registered.registration_id}/")
        with pytest.raises(Refusal):
            world.reviews.queue(FullRegistrationStatus.SIGNATURE_REQUIRED)


class TestJourney:
    def test_it_is_woken_by_what_is_sent_in_and_by_the_decision(self, world: UpgradeWorld) -> None:
        registered = world.signed_and_registered()
        assert message_body(registered, world.now) == {
            "registration_id": registered.registration_id, "next": "documents", "seconds_left": 7 * 86400,
        }  # fmt: skip
        world.steps.await_(registered.registration_id, "documents", "token-1")
        for kind in NEEDED:
            world.upload(kind)
        world.submit()
        assert world.journeys.woken["token-1"] == message_body(world.stored, world.now)
        assert message_body(world.stored, world.now)["next"] == "review"
        world.steps.await_(registered.registration_id, "review", "token-2")
        world.decide(Decision.ASK, "More.")
        assert world.journeys.woken["token-2"]["next"] == "documents"

    def test_a_wait_that_comes_late_goes_on_at_once(self, world: UpgradeWorld) -> None:
        sent = world.submitted()
        world.steps.await_(sent.registration_id, "documents", "token-1")
        assert world.journeys.woken["token-1"] == message_body(world.stored, world.now)

    def test_a_dead_token_does_not_take_the_place_of_a_living_one(self, world: UpgradeWorld) -> None:
        registered = world.signed_and_registered()
        world.steps.await_(registered.registration_id, "documents", "new", "2026-11-02T04:31#0000")
        world.steps.await_(registered.registration_id, "documents", "old", "2026-11-02T04:30#0000")
        assert world.stored.task_token == "new"

    def test_what_waits_for_an_officer_is_never_ended_and_its_owner_told_once(self, world: UpgradeWorld) -> None:
        sent = world.submitted()
        for _ in range(4):
            world.advance(days=30)
            looked = world.steps.expire(sent.registration_id)
            assert looked is not None
            assert message_body(looked, world.now)["next"] == "review"
            assert message_body(looked, world.now)["seconds_left"] == 30 * 86400
        assert world.status is FullRegistrationStatus.UNDER_REVIEW
        assert world.notices() == ["full_registration_delayed email"]

    def test_after_300_days_the_decision_is_carried_out_in_its_own_request(self, world: UpgradeWorld) -> None:
        sent = world.submitted()
        world.steps.await_(sent.registration_id, "review", "token-1")
        world.now = sent.opened_at + JOURNEY_AT_MOST
        assert place(world.stored, world.now) is Place.ENDED
        assert world.journeys.wake("token-1", {}) is Woken.AWAKE  # the journey's end: nothing waits under it any more
        world.decide(Decision.APPROVE)
        assert world.account.kind is RegistrationKind.FULL

    def test_an_approval_whose_journey_died_is_carried_out_when_it_is_repeated(self, world: UpgradeWorld) -> None:
        world.submitted()
        world.decide(Decision.APPROVE)
        assert world.account.dsc is None
        world.advance(minutes=1)
        assert world.decide(Decision.APPROVE).status is FullRegistrationStatus.APPROVED
        assert world.account.kind is RegistrationKind.FULL

    def test_journeys_down_lose_no_submission_and_no_decision(self, world: UpgradeWorld) -> None:
        registered = world.signed_and_registered()
        world.steps.await_(registered.registration_id, "documents", "token-1")
        for kind in NEEDED:
            world.upload(kind)
        world.journeys.is_available = False
        assert world.submit().status is FullRegistrationStatus.UNDER_REVIEW
        world.journeys.is_available = True
        world.advance(days=7)
        looked = world.steps.expire(registered.registration_id)
        assert looked is not None
        assert place(looked, world.now) is Place.REVIEW

    @pytest.mark.parametrize("days", [7, 15])
    def test_what_is_not_sent_in_time_ends_and_is_told_by_mail(self, world: UpgradeWorld, days: int) -> None:
        if days == 7:
            registration = world.signed_and_registered()
        else:
            registration = world.submitted()
            world.decide(Decision.ASK, "More.")
        world.advance(days=days, seconds=-1)
        assert world.steps.expire(registration.registration_id) == world.stored
        world.advance(seconds=1)
        for _ in range(2):
            world.steps.expire(registration.registration_id)
        assert world.stored.status is FullRegistrationStatus.EXPIRED
        assert "full_registration_expired email" in world.notices()
        assert world.deeds().count("full_registration_expired") == 1

    def test_what_was_not_signed_ends_silently(self, world: UpgradeWorld) -> None:
        opened = world.open()
        assert world.steps.expire(opened.registration_id) == world.stored
        world.advance(minutes=10)
        world.steps.expire(opened.registration_id)
        assert world.stored.status is FullRegistrationStatus.EXPIRED
        assert world.notices() == []

    def test_a_renewal_has_no_registration_to_end(self, world: UpgradeWorld) -> None:
        assert world.steps.expire("a-renewal") is None


class TestRenewal:
    def test_an_expired_dsc_stops_filing_until_it_is_renewed(self, world: UpgradeWorld) -> None:
        world.approved(until=timedelta(days=365))
        world.advance(days=365)
        why = accounts.refused(world.account, Service.BILL_OF_ENTRY_FILING, world.now)
        assert why is Code.DIGITAL_SIGNATURE_EXPIRED
        assert accounts.refused(world.account, Service.REPORTS, world.now) is None
        before = world.account.dsc
        signing = world.desk.renew_dsc(world.asha, CALLER)
        world.signed(signing.signing_id)
        for _ in range(2):
            assert world.steps.register_dsc(signing.signing_id) is None
        assert world.account.dsc != before
        assert accounts.refused(world.account, Service.BILL_OF_ENTRY_FILING, world.now) is None
        assert world.deeds().count("dsc_renewed") == 1
        assert [told for told in world.notices() if "renewed" in told] == ["dsc_renewed email", "dsc_renewed mobile"]

    def test_who_is_not_fully_registered_has_nothing_to_renew(self, world: UpgradeWorld) -> None:
        with pytest.raises(Refusal) as refused:
            world.desk.renew_dsc(world.asha, CALLER)
        assert code_of(refused) is Code.DIGITAL_SIGNATURE_REGISTRATION_REQUIRED


def test_a_simplified_registrant_may_not_file(world: UpgradeWorld) -> None:
    with pytest.raises(Refusal) as refused:
        accounts.demand(world.account, Service.SHIPPING_BILL_FILING, world.now)
    assert code_of(refused) is Code.DIGITAL_SIGNATURE_REGISTRATION_REQUIRED
