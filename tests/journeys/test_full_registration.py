"""Full registration over HTTP: whole stories, from the signature to the officer's decision and the filing."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import timedelta

import pytest

from chalicelib.domain.accounts.account import Role
from chalicelib.domain.accounts.owners import account_key
from chalicelib.domain.icegate.accounts import RegistrationKind
from chalicelib.domain.icegate.full_registrations import DOCUMENT_AT_MOST, DocumentKind
from chalicelib.suite import suite
from infra.local.laptop import Laptop
from tests.domain.icegate.pdfs import CATALOG, of_size, pdf
from tests.engines import on_both_engines
from tests.journeys.clients import Reply
from tests.journeys.full_registrations import (
    CURRENT,
    NEEDED,
    OPEN,
    REVIEWS,
    Upgrader,
    decide,
    fetched,
    posted,
    upgrader,
)
from tests.journeys.signers import dsc, new_record, refresh_revocation
from tests.journeys.staff import StaffMember, staff_member
from tests.journeys.walking import eventually, sent_to, together

AUTHORITY = "mumbai"


@pytest.fixture
def officer(laptop: Laptop) -> StaffMember:
    return staff_member(laptop, Role.OFFICER, AUTHORITY)


@pytest.fixture
def asha(laptop: Laptop) -> Upgrader:
    return upgrader(laptop)


@pytest.fixture
def far_ahead(laptop: Laptop) -> Iterator[None]:
    """For who moves the clock on by days: what was fetched of revocation in that future is nothing for other tests."""
    yield
    laptop.start_afresh()
    refresh_revocation(laptop)


def case(officer: StaffMember, registration_id: str) -> Reply:
    return officer.call("GET", f"{REVIEWS}/{registration_id}")


def told(asha: Upgrader, words: str) -> None:
    """Both addresses hear of it."""
    laptop, contact = asha.laptop, asha.resident.contact

    def heard() -> bool | None:
        found = [message for message in sent_to(laptop, contact) if words in message.text]
        return {message.to for message in found} == {contact.email, contact.mobile} or None

    eventually(heard, lambda: sent_to(laptop, contact))


def deeds(stream: str) -> list[str]:
    return [event.deed.value for event in suite().store.audit_events(stream)]


class TestWholeStories:
    @on_both_engines
    def test_from_the_signature_to_the_filing(self, laptop: Laptop) -> None:
        asha, officer = upgrader(laptop), staff_member(laptop, Role.OFFICER, AUTHORITY)
        assert asha.may_file().demand(403).code == "digital_signature_registration_required"
        nothing = asha.read()
        assert (nothing["registration"], nothing["may_open"], nothing["dsc"]) == (None, True, None)
        sent = asha.submitted()
        assert sent["status"] == "under_review"
        assert sent["missing"] == []
        registration_id = sent["registration_id"]

        queue = officer.call("GET", REVIEWS).demand(200).content["registrations"]
        assert registration_id in [one["registration_id"] for one in queue]
        found = case(officer, registration_id).demand(200).content
        assert found["may_decide"] is True
        assert found["legal_name"] == asha.account.legal_name
        assert [finding["verdict"] for finding in found["report"]["findings"]] == ["holds"] * 6
        assert found["dsc"]["common_name"] == asha.person.name
        document = found["documents"][0]
        where = officer.call("GET", f"{REVIEWS}/{registration_id}/documents/{document['document_id']}").demand(200)
        status, content, disposition = fetched(where.content["url"])
        assert status == 200
        assert hashlib.sha256(content).hexdigest() == document["sha256"]
        assert disposition.startswith("attachment;")

        decided = decide(officer, registration_id, "approve").demand(200).content
        assert decided["status"] == "approved"
        assert decided["decided_by"] == officer.stored.name
        assert asha.account.kind is RegistrationKind.FULL
        standing = asha.read()
        assert standing["registration"]["status"] == "approved"
        assert standing["dsc"]["is_expired"] is False
        assert standing["may_open"] is False
        assert asha.may_file().demand(200).content["service"] == "shipping_bill_filing"
        services = asha.call("GET", "/icegate/services").demand(200).content
        assert services["refused"] == []
        told(asha, "approved")
        assert asha.until_ended().status == "SUCCEEDED"
        about = deeds(asha.resident.key)
        assert [deed for deed in about if deed in {
            "full_registration_opened", "document_signed", "dsc_registered", "full_registration_submitted",
            "full_registration_approved", "fully_registered",
        }] == [
            "full_registration_opened", "document_signed", "dsc_registered", "full_registration_submitted",
            "full_registration_approved", "fully_registered",
        ]  # fmt: skip
        assert deeds(account_key(officer.account_id)) == ["full_registration_approved"]
        assert asha.call("POST", OPEN).demand(409).code == "already_fully_registered"

    def test_a_rejection_tells_the_reason_and_leaves_the_way_open(self, asha: Upgrader, officer: StaffMember) -> None:
        sent = asha.submitted()
        asha.until_waiting("AwaitReview")
        reason = "The PAN card is of another person."
        assert decide(officer, sent["registration_id"], "reject").demand(422).reasons == {"reason": "required"}
        decide(officer, sent["registration_id"], "reject", reason).demand(200)
        standing = asha.read()
        assert standing["registration"]["status"] == "rejected"
        assert standing["registration"]["reason"] == reason
        assert standing["may_open"] is True
        assert asha.until_ended().status == "SUCCEEDED"
        assert asha.may_file().code == "digital_signature_registration_required"
        told(asha, "approve")
        again = asha.open()
        assert again["registration_id"] != sent["registration_id"]
        assert again["status"] == "signature_required"

    def test_what_more_is_asked_is_sent_and_then_approved(self, asha: Upgrader, officer: StaffMember) -> None:
        sent = asha.submitted()
        asha.until_waiting("AwaitReview")
        decide(officer, sent["registration_id"], "ask", "Upload a sharper copy.").demand(200)
        asked = asha.read()["registration"]
        assert (asked["status"], asked["reason"]) == ("more_asked", "Upload a sharper copy.")
        assert decide(officer, sent["registration_id"], "approve").demand(409).code == "review_conflict"
        asha.until_waiting("AwaitDocuments")
        old = asked["documents"][0]["document_id"]
        asha.call("DELETE", f"{CURRENT}/documents/{old}").demand(204)
        missing = asha.submit().demand(422)
        assert (missing.code, missing.content["missing"]) == ("documents_missing", "pan_card")
        asha.upload("pan_card")
        asha.laptop.clock.advance(seconds=2)
        asha.submit().demand(200)
        asha.until_waiting("AwaitReview")
        # An officer who still has the page of before has not seen the new copy.
        late = decide(officer, sent["registration_id"], "approve", seen=sent["submitted_at"])
        assert late.demand(409).code == "review_conflict"
        other = staff_member(asha.laptop, Role.SUPERVISOR, AUTHORITY)
        assert decide(other, sent["registration_id"], "approve").demand(200).content["status"] == "approved"
        assert asha.until_ended().status == "SUCCEEDED"

    @pytest.mark.usefixtures("far_ahead")
    def test_an_expired_dsc_stops_filing(self, asha: Upgrader, officer: StaffMember) -> None:
        credential = dsc(asha.person, not_after=suite().clock() + timedelta(hours=30))
        opened = asha.open()
        assert asha.sign(opened["signing_id"], credential)["status"] == "done"
        asha.until("documents_required")
        for kind in NEEDED:
            asha.upload(kind)
        asha.submit().demand(200)
        decide(officer, opened["registration_id"], "approve").demand(200)
        asha.until("approved")
        asha.laptop.clock.advance(hours=31)
        asha.resident = asha.resident.signed_in()
        assert asha.may_file().demand(403).code == "digital_signature_expired"
        assert asha.read()["dsc"]["is_expired"] is True

    def test_renewing_puts_the_new_dsc_in_the_place_of_the_old(self, asha: Upgrader, officer: StaffMember) -> None:
        assert asha.call("POST", "/icegate/dsc-renewals").demand(403).code == "digital_signature_registration_required"
        asha.approved(officer)
        before = asha.account.dsc
        signing = asha.call("POST", "/icegate/dsc-renewals").demand(201).content
        assert signing["purpose"] == "renew_dsc"
        assert asha.sign(signing["signing_id"])["status"] == "done"
        after = asha.account.dsc
        assert after is not None
        assert after != before
        assert after.signing_id == signing["signing_id"]
        told(asha, "digital signature")


class TestSignatures:
    def test_a_stranger_s_dsc_is_refused(self, asha: Upgrader) -> None:
        stranger = new_record().persons[0]
        opened = asha.open()
        refused = asha.sign(opened["signing_id"], dsc(stranger))
        assert refused["status"] == "awaiting_signature"
        assert refused["report"]["findings"][-1]["reason"] == "not_of_this_iec"
        assert asha.status == "signature_required"

    def test_aadhaar_e_sign_is_not_offered(self, asha: Upgrader) -> None:
        opened = asha.open()
        body = {"consent": True}
        reply = asha.call("POST", f"/signings/{opened['signing_id']}/esign", body)
        assert reply.demand(422).code == "esign_not_offered"

    def test_one_that_was_cancelled_may_be_opened_anew(self, asha: Upgrader) -> None:
        opened = asha.open()
        asha.call("DELETE", f"/signings/{opened['signing_id']}").demand(200)
        assert asha.read()["registration"]["status"] == "expired"
        again = asha.open()
        assert again["registration_id"] != opened["registration_id"]

    def test_what_nobody_signs_ends_after_ten_minutes(self, asha: Upgrader) -> None:
        opened = asha.open()
        asha.until_waiting("AwaitSignature")
        asha.laptop.clock.advance(minutes=11)
        assert asha.until_ended().status == "SUCCEEDED"
        assert asha.stored.status.value == "expired"
        assert asha.open()["registration_id"] != opened["registration_id"]

    @on_both_engines
    def test_opened_twice_at_once_it_is_one(self, laptop: Laptop) -> None:
        asha = upgrader(laptop)
        replies = together(*[lambda: asha.call("POST", OPEN)] * 5)
        assert {reply.status for reply in replies} == {201}
        assert len({reply.content["registration"]["registration_id"] for reply in replies}) == 1


class TestDocuments:
    def test_a_file_replaced_after_its_scan_changes_nothing(self, asha: Upgrader, officer: StaffMember) -> None:
        asha.signed()
        asked = asha.ask().demand(201).content
        good, evil = pdf(), pdf(catalog=CATALOG[:-2] + b"/OpenAction << /S /JavaScript /JS (1) >> >>")
        assert posted(asked, good) == 201
        kept = asha.confirm(asked["document_id"]).demand(200).content["document"]
        assert kept["sha256"] == hashlib.sha256(good).hexdigest()
        assert posted(asked, evil) == 201
        assert asha.confirm(asked["document_id"]).demand(200).content["document"] == kept
        asha.upload("identity_proof")
        registration_id = asha.submit().demand(200).content["registration"]["registration_id"]
        where = officer.call("GET", f"{REVIEWS}/{registration_id}/documents/{kept['document_id']}").demand(200)
        assert fetched(where.content["url"])[1] == good

    @pytest.mark.parametrize(
        ("content", "reason"),
        [
            (b"PK\x03\x04 a spreadsheet", "document_not_pdf"),
            (pdf()[:-30], "document_damaged"),
            (pdf(trailer=b"/Encrypt 5 0 R"), "document_encrypted"),
            (pdf(catalog=CATALOG[:-2] + b"/OpenAction 5 0 R >>"), "document_active_content"),
        ],
    )
    def test_what_is_refused_is_told_with_its_reason(self, asha: Upgrader, content: bytes, reason: str) -> None:
        asha.signed()
        refused = asha.upload(content=content)
        assert (refused["status"], refused["reason"]) == ("refused", reason)
        assert refused["text"]
        assert asha.read()["registration"]["missing"] == list(NEEDED)

    def test_100_kb_and_not_a_byte_more(self, asha: Upgrader) -> None:
        asha.signed()
        assert asha.upload(content=of_size(DOCUMENT_AT_MOST))["status"] == "accepted"
        too_large = asha.ask(size=DOCUMENT_AT_MOST + 1)
        assert too_large.demand(422).reasons == {"size": "document_too_large"}
        asked = asha.ask().demand(201).content
        # S3 holds an upload to the form's conditions; moto takes it, and so the confirmation has to refuse it.
        assert posted(asked, of_size(DOCUMENT_AT_MOST + 1)) == 201
        refused = asha.confirm(asked["document_id"]).demand(200).content["document"]
        assert (refused["status"], refused["reason"]) == ("refused", "document_too_large")

    @pytest.mark.parametrize("size", [0, None])
    def test_the_size_is_wanted(self, asha: Upgrader, size: int | None) -> None:
        asha.signed()
        body = {"kind": "pan_card", "file_name": "pan.pdf", **({} if size is None else {"size": size})}
        assert asha.call("POST", f"{CURRENT}/documents", body).demand(422).reasons == {"size": "required"}

    def test_bad_fields_are_told_at_once(self, asha: Upgrader) -> None:
        asha.signed()
        body = {"kind": "aadhaar", "file_name": "2345 6789 0124.pdf", "size": 9}
        reply = asha.call("POST", f"{CURRENT}/documents", body).demand(422)
        assert reply.reasons["kind"] == "document_kind_unknown"

    def test_before_the_signature_no_document_is_taken(self, asha: Upgrader) -> None:
        assert asha.ask().demand(404).code == "not_found"
        asha.open()
        assert asha.ask().demand(409).code == "step_out_of_order"

    @pytest.mark.usefixtures("far_ahead")
    def test_after_seven_days_it_has_ended(self, asha: Upgrader) -> None:
        asha.signed()
        asha.until_waiting("AwaitDocuments")
        asha.laptop.clock.advance(hours=7 * 24 + 1)
        asha.resident = asha.resident.signed_in()
        assert asha.read()["registration"]["status"] == "expired"
        assert asha.until_ended().status == "SUCCEEDED"
        assert asha.submit().demand(409, 410).code == "registration_ended"


class TestOwnData:
    def test_documents_and_what_was_signed_are_in_it(self, asha: Upgrader) -> None:
        asha.signed()
        kept = asha.upload()
        data = asha.call("GET", "/account/data").demand(200).content
        assert data["full_registration"]["documents"] == [kept]
        assert [signing["purpose"] for signing in data["signings"]] == ["full_registration"]


class TestWhoMay:
    def test_another_s_registration_is_not_found(self, asha: Upgrader, laptop: Laptop) -> None:
        asha.signed()
        asked = asha.ask().demand(201).content
        other = upgrader(laptop)
        other.signed()
        assert other.confirm(asked["document_id"]).demand(404).code == "not_found"
        assert other.call("DELETE", f"{CURRENT}/documents/{asked['document_id']}").demand(204)
        assert asha.confirm(asked["document_id"]).demand(503)
        signing_id = asha.read()["registration"]["signing_id"]
        assert other.call("GET", f"/signings/{signing_id}").demand(404)

    def test_registrants_see_no_case_and_officers_open_none(self, asha: Upgrader, officer: StaffMember) -> None:
        sent = asha.submitted()
        path = f"{REVIEWS}/{sent['registration_id']}"
        for method, below, body in (
            ("GET", "", None),
            ("POST", "/decision", {"decision": "approve", "submitted_at": sent["submitted_at"]}),
        ):
            assert asha.call(method, path + below, body).demand(403).code == "not_permitted"
        assert officer.call("POST", OPEN).demand(403).code == "not_permitted"

    def test_officers_see_nothing_before_it_is_sent_in(self, asha: Upgrader, officer: StaffMember) -> None:
        registration_id = asha.signed()["registration_id"]
        assert case(officer, registration_id).demand(404)
        assert decide(officer, registration_id, "approve").demand(404)
        document = asha.upload()
        path = f"{REVIEWS}/{registration_id}/documents/{document['document_id']}"
        assert officer.call("GET", path).demand(404)

    def test_a_decision_wants_a_fresh_second_factor(self, asha: Upgrader, officer: StaffMember) -> None:
        sent = asha.submitted()
        asha.laptop.clock.advance(minutes=11)
        assert decide(officer, sent["registration_id"], "approve").demand(403).code == "step_up_required"

    @pytest.mark.parametrize("status", ["signature_required", "nothing"])
    def test_lists_are_of_what_was_sent_in(self, officer: StaffMember, status: str) -> None:
        reply = officer.call("GET", f"{REVIEWS}?status={status}").demand(422)
        assert reply.reasons == {"status": "status_unknown"}


class TestBadLuck:
    @on_both_engines
    def test_of_two_officers_at_once_one_decides(self, laptop: Laptop) -> None:
        asha = upgrader(laptop)
        officers = [staff_member(laptop, Role.OFFICER, AUTHORITY) for _ in range(2)]
        sent = asha.submitted()
        replies = together(
            lambda: decide(officers[0], sent["registration_id"], "approve"),
            lambda: decide(officers[1], sent["registration_id"], "reject", "No."),
        )
        assert sorted(reply.status for reply in replies) == [200, 409]
        refused = next(reply for reply in replies if reply.status == 409)
        assert refused.code == "review_conflict"
        is_approved = replies[0].status == 200
        asha.until("approved" if is_approved else "rejected")
        assert (asha.account.kind is RegistrationKind.FULL) == is_approved
        assert asha.until_ended().status == "SUCCEEDED"

    def test_a_decision_whose_answer_was_lost_is_made_again(self, asha: Upgrader, officer: StaffMember) -> None:
        sent = asha.submitted()
        for _ in range(2):
            decide(officer, sent["registration_id"], "reject", "No.").demand(200)
        assert deeds(asha.resident.key).count("full_registration_rejected") == 1

    def test_journeys_down_while_it_is_sent_in_lose_nothing(self, asha: Upgrader, officer: StaffMember) -> None:
        asha.signed()
        for kind in NEEDED:
            asha.upload(kind)
        asha.until_waiting("AwaitDocuments")
        asha.laptop.faults.add("states", "SendTaskSuccess", times=9)
        sent = asha.submit().demand(200).content["registration"]
        assert sent["status"] == "under_review"
        asha.laptop.faults.clear()
        decide(officer, sent["registration_id"], "approve").demand(200)
        asha.until("approved")

    def test_journeys_down_while_an_officer_decides(self, asha: Upgrader, officer: StaffMember) -> None:
        sent = asha.submitted()
        asha.until_waiting("AwaitReview")
        asha.laptop.faults.add("states", "SendTaskSuccess", times=9)
        assert decide(officer, sent["registration_id"], "approve").demand(503).code == "service_unavailable"
        asha.laptop.faults.clear()
        assert decide(officer, sent["registration_id"], "approve").demand(200).content["status"] == "approved"

    @pytest.mark.usefixtures("far_ahead")
    def test_nobody_decides_for_a_month(self, asha: Upgrader, officer: StaffMember) -> None:
        sent = asha.submitted()
        asha.until_waiting("AwaitReview")
        before = asha.stored.task_token
        asha.laptop.clock.advance(hours=30 * 24 + 1)
        eventually(lambda: asha.stored.task_token != before or None, asha.execution)
        asha.until_waiting("AwaitReview")
        late = officer.with_fresh_session()
        queue = late.call("GET", REVIEWS).demand(200).content["registrations"]
        assert next(one for one in queue if one["registration_id"] == sent["registration_id"])["is_late"] is True
        assert decide(late, sent["registration_id"], "approve").demand(200).content["status"] == "approved"

    def test_two_of_one_person_send_in_at_once(self, asha: Upgrader) -> None:
        asha.signed()
        for kind in NEEDED:
            asha.upload(kind)
        replies = together(*[asha.submit] * 3)
        assert {reply.status for reply in replies} == {200}
        assert deeds(asha.resident.key).count("full_registration_submitted") == 1

    def test_documents_uploaded_at_once_are_all_kept(self, asha: Upgrader) -> None:
        asha.signed()
        found = together(*[lambda kind=kind: asha.upload(kind) for kind in DocumentKind])
        assert {one["status"] for one in found} == {"accepted"}
        assert len(asha.read()["registration"]["documents"]) == len(DocumentKind)
