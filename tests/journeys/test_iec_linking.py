"""Linking a login to an IEC over HTTP, with certificates of the test authority."""

from __future__ import annotations

import hashlib
import textwrap
from collections.abc import Iterator
from datetime import timedelta

import pytest

from chalicelib.domain.audit import Deed
from chalicelib.domain.iec.records import IecStatus, NatureOfConcern, PersonRole
from chalicelib.domain.signatures.report import Reason
from chalicelib.domain.signatures.signings import SigningStatus
from chalicelib.domain.signatures.trust import fingerprint
from chalicelib.suite import suite
from infra.evidence import PROVED, checked
from infra.local.certificate_profiles import Profile
from infra.local.laptop import Laptop
from infra.local.outside import playing
from tests.engines import on_both_engines
from tests.journeys.signers import (
    SigningFlow,
    dsc,
    forget_revocation,
    linked,
    linking,
    new_pan,
    new_record,
    reason_of,
    refresh_revocation,
    somebody,
)
from tests.journeys.walking import eventually, until_it_waits


class TestWhoIsLinked:
    """DGFT's rules: by the IEC in the certificate, a person on the record, or the entity's name."""

    @on_both_engines
    def test_a_partner_with_a_dsc_becomes_an_owner(self, laptop: Laptop) -> None:
        record, client = new_record(), somebody(laptop)
        flow = linking(client, record.iec)
        assert flow.content["status"] == "awaiting_signature"
        done = flow.sign(dsc(record.persons[0]))
        assert done["status"] == "done", done
        assert [finding["verdict"] for finding in done["report"]["findings"]] == ["holds"] * 6
        standing = client.call("GET", "/iec-links/current").demand(200).content
        assert standing["linked"] is True
        assert (standing["iec"], standing["role"], standing["status"]) == (record.iec, "owner", "active")
        assert standing["entity_name"] == record.entity_name
        assert standing["link"]["method"] == "dsc"
        assert standing["link"]["is_expired"] is False
        assert flow.until_ended().status == "SUCCEEDED"

    def test_by_the_entitys_name(self, laptop: Laptop) -> None:
        record, client = new_record(), somebody(laptop)
        name = record.entity_name.replace("&", "AND").replace("Pvt.", "Private").upper()
        employee = dsc(record.persons[0], profile=Profile.ORGANISATION, organisation=name, pan=new_pan())
        assert linking(client, record.iec).sign(employee)["status"] == "done"

    def test_a_proprietor(self, laptop: Laptop) -> None:
        record = new_record(NatureOfConcern.PROPRIETORSHIP, PersonRole.PROPRIETOR)
        assert linking(somebody(laptop), record.iec).sign(dsc(record.persons[0]))["status"] == "done"

    def test_a_director_once_the_registry_has_validated_them(self, laptop: Laptop) -> None:
        for is_validated, status in ((True, "done"), (False, "awaiting_signature")):
            record = new_record(NatureOfConcern.PRIVATE_LIMITED, PersonRole.DIRECTOR, is_validated=is_validated)
            assert linking(somebody(laptop), record.iec).sign(dsc(record.persons[0]))["status"] == status

    def test_one_certificate_links_several_logins_of_one_iec(self, laptop: Laptop) -> None:
        record = new_record()
        credential = dsc(record.persons[0])
        first, second = linked(laptop, record, credential), linked(laptop, record, credential)
        users = suite().store.iec_users(record.iec)
        assert [user.role.value for user in users] == ["owner", "owner"]
        assert len({user.link.signer for user in users if user.link}) == 1
        assert first.owner != second.owner


class TestWhoIsNot:
    """Someone else's perfectly good certificate is refused, and nobody learns whose IEC it is."""

    def test_a_stranger_and_an_unknown_iec_are_told_the_same(self, laptop: Laptop) -> None:
        known, cancelled = new_record(), new_record(status=IecStatus.CANCELLED)
        stranger, partner = new_record(), dsc(cancelled.persons[0])
        told = []
        for iec, credential in (
            (known.iec, dsc(stranger.persons[0])),
            (new_pan(), dsc(stranger.persons[0])),
            (cancelled.iec, partner),
        ):
            found = linking(somebody(laptop), iec).sign(credential)
            assert reason_of(found) == "not_of_this_iec"
            told.append([(one["aspect"], one["verdict"], one["text"]) for one in found["report"]["findings"]])
            assert known.entity_name not in str(found)
        assert told[0] == told[1] == told[2]

    @pytest.mark.parametrize(
        ("more", "reason"),
        [
            ({"encryption_only": True}, "key_usage_not_signing"),
            ({"policies": ("2.16.356.100.2.1",)}, "class_not_accepted"),
        ],
        ids=["encryption", "class 1"],
    )
    def test_a_certificate_that_is_not_for_signing(self, laptop: Laptop, more: dict[str, object], reason: str) -> None:
        record = new_record()
        assert reason_of(linking(somebody(laptop), record.iec).sign(dsc(record.persons[0], **more))) == reason

    def test_a_login_of_another_iec(self, laptop: Laptop) -> None:
        client, other = linked(laptop), new_record()
        reply = client.call("POST", "/iec-links", {"iec": other.iec})
        assert (reply.status, reply.code) == (409, "already_linked")


class TestTheSignature:
    """It is over this document, of this signer, once."""

    def test_a_signature_over_another_challenge_is_refused(self, laptop: Laptop) -> None:
        record, client = new_record(), somebody(laptop)
        credential = dsc(record.persons[0])
        earlier, flow = linking(client, record.iec), linking(client, record.iec)
        flow.hand_in(earlier.signed(credential)).demand(200, 202)
        assert reason_of(flow.until_settled()) == "another_document"

    def test_as_pem_with_its_lines(self, laptop: Laptop) -> None:
        record, client = new_record(), somebody(laptop)
        flow = linking(client, record.iec)
        lines = textwrap.wrap(flow.signed(dsc(record.persons[0])), 64)
        flow.hand_in("\r\n".join(["-----BEGIN PKCS7-----", *lines, "-----END PKCS7-----", ""])).demand(200, 202)
        assert flow.until_settled()["status"] == "done"

    def test_a_linked_login_renews_its_link(self, laptop: Laptop) -> None:
        record = new_record()
        client = linked(laptop, record, dsc(record.persons[0], not_after=suite().clock() + timedelta(days=20)))
        before = client.call("GET", "/iec-links/current").demand(200).content["link"]
        assert (before["expires_soon"], before["is_expired"]) == (True, False)
        content = client.call("POST", "/iec-links/current/renewal").demand(201).content
        assert SigningFlow(laptop, client, content).sign(dsc(record.persons[0]))["status"] == "done"
        after = client.call("GET", "/iec-links/current").demand(200).content["link"]
        assert (after["expires_soon"], after["is_expired"]) == (False, False)

    def test_after_a_refusal_it_may_be_signed_again(self, laptop: Laptop) -> None:
        record, client = new_record(), somebody(laptop)
        flow = linking(client, record.iec)
        refused = flow.sign(dsc(new_record().persons[0]))
        assert (refused["status"], refused["attempts_left"]) == ("awaiting_signature", 4)
        assert flow.sign(dsc(record.persons[0]))["status"] == "done"

    def test_five_tries_and_no_more(self, laptop: Laptop) -> None:
        record, client = new_record(), somebody(laptop)
        flow = linking(client, record.iec)
        for left in (4, 3, 2, 1):
            found = flow.sign(dsc(new_record().persons[0]))
            assert (found["status"], found["attempts_left"]) == ("awaiting_signature", left)
        assert flow.sign(dsc(new_record().persons[0]))["status"] == "refused"
        reply = flow.hand_in(flow.signed(dsc(record.persons[0])))
        assert (reply.status, reply.code) == (409, "signature_attempts_exhausted")
        assert client.call("GET", "/iec-links/current").demand(200).content["linked"] is False

    def test_the_same_again_changes_nothing(self, laptop: Laptop) -> None:
        record, client = new_record(), somebody(laptop)
        flow = linking(client, record.iec)
        signature = flow.signed(dsc(record.persons[0]))
        flow.hand_in(signature).demand(200, 202)
        done = flow.until("done")
        again = flow.hand_in(signature).demand(200).content
        assert again == done
        assert len(suite().store.iec_users(record.iec)) == 1

    def test_another_after_the_end_is_told_so(self, laptop: Laptop) -> None:
        record, client = new_record(), somebody(laptop)
        flow = linking(client, record.iec)
        flow.sign(dsc(record.persons[0]))
        reply = flow.hand_in(flow.signed(dsc(record.persons[0])))
        assert (reply.status, reply.code) == (410, "signing_ended")

    def test_too_late_is_told_so(self, laptop: Laptop) -> None:
        record, client = new_record(), somebody(laptop)
        flow = linking(client, record.iec)
        signature = flow.signed(dsc(record.persons[0]))
        flow.until_waiting()
        laptop.clock.advance(minutes=10)
        reply = flow.hand_in(signature)
        assert (reply.status, reply.code) == (410, "signing_expired")
        assert flow.read()["status"] == "expired"
        flow.until_ended()
        assert flow.stored.status.value == "expired"

    def test_anothers_signing_is_as_if_there_were_none(self, laptop: Laptop) -> None:
        record, client, stranger = new_record(), somebody(laptop), somebody(laptop)
        flow = linking(client, record.iec)
        signature = flow.signed(dsc(record.persons[0]))
        for method, path, body in (
            ("GET", flow.path, None),
            ("PUT", f"{flow.path}/signature", {"signature": signature}),
            ("POST", f"{flow.path}/esign", {"consent": True}),
            ("DELETE", flow.path, None),
            ("GET", f"{flow.path}/evidence", None),
        ):
            reply = stranger.call(method, path, body)
            assert (reply.status, reply.code) == (404, "not_found"), path
        assert flow.read()["attempts_left"] == 5

    def test_cancelling_ends_it(self, laptop: Laptop) -> None:
        flow = linking(somebody(laptop), new_record().iec)
        flow.until_waiting()
        assert flow.cancel().demand(200).content["status"] == "cancelled"
        assert flow.cancel().demand(200).content["status"] == "cancelled"
        assert flow.until_ended().status == "SUCCEEDED"

    def test_what_is_no_signature_at_all(self, laptop: Laptop) -> None:
        flow = linking(somebody(laptop), new_record().iec)
        assert flow.hand_in("").reasons == {"signature": "required"}
        assert flow.hand_in("é").reasons == {"signature": "bad_characters"}
        assert flow.hand_in("A" * 90_001).reasons == {"signature": "too_long"}
        assert flow.hand_in("A" * 120_000).status == 413
        assert flow.read()["attempts_left"] == 5
        flow.hand_in("bm90aGluZw==").demand(200, 202)
        assert reason_of(flow.until_settled()) == "unreadable"


class TestWhatIsKept:
    """Each good signature leaves evidence, whose hash the audit's chain holds; and people are told."""

    def test_the_evidence_proves_itself(self, laptop: Laptop) -> None:
        record, client = new_record(), somebody(laptop)
        flow = linking(client, record.iec)
        assert flow.client.call("GET", f"{flow.path}/evidence").status == 404
        flow.sign(dsc(record.persons[0]))
        told = client.call("GET", f"{flow.path}/evidence").demand(200).content
        kept = flow.stored.evidence
        assert kept is not None
        bundle = suite().documents.get(kept.key, 1 << 20)
        assert hashlib.sha256(bundle).hexdigest() == told["sha256"] == kept.sha256
        found = checked(bundle, [], frozenset({fingerprint(playing().authority.root)}), told["sha256"])
        assert (found.exit_code, found.wrong, found.missing) == (PROVED, (), ())

    def test_the_audit_holds_the_same_hash(self, laptop: Laptop) -> None:
        record, client = new_record(), somebody(laptop)
        flow = linking(client, record.iec)
        flow.sign(dsc(new_record().persons[0]))
        flow.sign(dsc(record.persons[0]))
        events = list(suite().store.audit_events(flow.stored.owner))
        signed = [event for event in events if event.deed is Deed.DOCUMENT_SIGNED]
        assert [event.outcome.value for event in signed] == ["refused", "done"]
        assert signed[0].facts["finding"] == "binding: not_of_this_iec"
        assert flow.stored.evidence is not None
        assert signed[1].facts["evidence"] == flow.stored.evidence.sha256
        linked_event = next(event for event in events if event.deed is Deed.IEC_LINKED)
        assert linked_event.facts["evidence"] == flow.stored.evidence.sha256
        told = str([(event.facts, event.actor, event.on) for event in events])
        assert record.iec not in told
        assert record.entity_name not in told

    def test_the_linked_and_the_other_owners_are_told(self, laptop: Laptop) -> None:
        record = new_record()
        first = linked(laptop, record)
        second = linked(laptop, record)
        laptop.wait_until_idle()
        to_first = [sent.text for sent in laptop.outbox() if sent.to == first.owner.contact.email]
        assert any("has linked a login to the IEC" in text for text in to_first)
        mine = {second.owner.contact.email, second.owner.contact.mobile}
        linked_texts = [sent.text for sent in laptop.outbox() if sent.to in mine and "linked to" in sent.text]
        assert len(linked_texts) == 2


class TestBadLuck:
    """What is down delays, and nothing passes because of it."""

    @pytest.fixture
    def nothing_known(self, laptop: Laptop) -> Iterator[None]:
        """The indexes of the CRLs are lost, and the host of the CRLs is down."""
        playing().crls.are_served = False
        forget_revocation()
        yield
        # A CRL of tomorrow counts for nothing today.
        laptop.clock.back_to_real_time()
        playing().crls.are_served = True
        forget_revocation()
        refresh_revocation(laptop)

    @pytest.mark.usefixtures("nothing_known")
    def test_unknown_revocation_waits_and_then_goes_on(self, laptop: Laptop) -> None:
        record, client = new_record(), somebody(laptop)
        flow = linking(client, record.iec)
        reply = flow.hand_in(flow.signed(dsc(record.persons[0])))
        assert reply.status == 202
        assert reply.headers["Retry-After"] == "30"
        waits = flow.until("awaiting_revocation")
        assert waits["report"]["outcome"] == "waits"
        assert [one["verdict"] for one in waits["report"]["findings"]] == [*["holds"] * 4, "unknown", "holds"]
        refresh_revocation(laptop)
        until_it_waits(laptop, flow.signing_id)
        laptop.clock.advance(seconds=61)
        eventually(lambda: flow.execution().history.count("AwaitRevocation") == 2 or None, flow.execution)
        assert flow.until("awaiting_revocation")
        assert client.call("GET", "/iec-links/current").demand(200).content["linked"] is False
        playing().crls.are_served = True
        refresh_revocation(laptop)
        until_it_waits(laptop, flow.signing_id)
        laptop.clock.advance(seconds=61)
        assert flow.until("done")["report"]["outcome"] == "accepted"

    @pytest.mark.usefixtures("nothing_known")
    def test_after_a_day_it_is_refused(self, laptop: Laptop) -> None:
        record = new_record()
        flow = linking(somebody(laptop), record.iec)
        flow.hand_in(flow.signed(dsc(record.persons[0]))).demand(202)
        flow.until("awaiting_revocation")
        until_it_waits(laptop, flow.signing_id)
        laptop.clock.advance(seconds=24 * 3600)
        eventually(lambda: flow.stored.status is SigningStatus.REFUSED or None, lambda: flow.stored)
        assert flow.stored.report is not None
        assert flow.stored.report.decisive is not None
        assert flow.stored.report.decisive.reason is Reason.REVOCATION_UNKNOWN

    def test_while_journeys_are_down_a_signature_is_kept_and_judged_later(self, laptop: Laptop) -> None:
        record, client = new_record(), somebody(laptop)
        flow = linking(client, record.iec)
        flow.until_waiting()
        signature = flow.signed(dsc(record.persons[0]))
        with laptop.faults.during("states", "SendTaskSuccess"):
            assert flow.hand_in(signature).status == 503
        assert flow.read()["status"] == "validating"
        flow.hand_in(signature).demand(200, 202)
        assert flow.until("done")["attempts_left"] == 0
        assert flow.stored.attempts == 1

    def test_a_journey_that_could_not_be_started_is_started_by_the_signature(self, laptop: Laptop) -> None:
        record, client = new_record(), somebody(laptop)
        with laptop.faults.during("states", "StartExecution"):
            flow = linking(client, record.iec)
        assert flow.sign(dsc(record.persons[0]))["status"] == "done"

    def test_a_revoked_certificate_is_refused(self, laptop: Laptop) -> None:
        record, client = new_record(), somebody(laptop)
        credential = dsc(record.persons[0])
        playing().authority.revoke(credential, suite().clock())
        forget_revocation()
        refresh_revocation(laptop)
        assert reason_of(linking(client, record.iec).sign(credential)) == "revoked"
