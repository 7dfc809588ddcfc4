"""Consents to DigiLocker over HTTP: the receipt, the revocation, and what is left then."""

from __future__ import annotations

import json
import time
import uuid
from typing import Any

import pytest

from chalicelib.domain.digilocker.consents import ConsentStatus
from chalicelib.domain.digilocker.token_keeping import ConsentOver
from chalicelib.domain.ports import DocumentsUnavailable
from chalicelib.suite import suite
from infra.local.laptop import Laptop
from tests.engines import on_both_engines
from tests.journeys.fetchers import BORN_ON, CONSENTS, Fetcher, Visit, digilocker, fetcher
from tests.journeys.full_registrations import upgrader
from tests.journeys.importers import PASSWORD
from tests.journeys.walking import eventually, together


def ended(_: Laptop) -> dict[str, int]:
    """What the schedule's step says it did."""
    done = suite().consents.end_due(500, lambda: True)
    return {"ended": done.ended, "left": done.left}


def revoke(visit: Visit) -> Any:
    return visit.fetcher.call("DELETE", f"{CONSENTS}/{visit.consent.consent_id}")


def stands(visit: Visit) -> str:
    """How the consent stands, as it is stored."""
    return visit.consent.status.value


def is_known_at_digilocker(leela: Fetcher) -> bool:
    """Whether DigiLocker still has a consent of theirs that counts."""
    return any(not grant.is_revoked for grant in digilocker().grants.of(leela.citizen))


class TestReceipt:
    """What was agreed to, to keep."""

    def test_it_has_the_shape_of_the_consent_artefact(self, laptop: Laptop) -> None:
        leela = fetcher(laptop)
        visit = leela.fetched("PANCR")
        found = leela.call("GET", f"{CONSENTS}/{visit.consent.consent_id}").demand(200).content
        receipt = found["receipt"]
        consent = receipt["consent"]
        assert uuid.UUID(consent["consentId"])
        assert consent["dataConsumer"] == {"id": visit.stored.department_id}
        assert consent["dataProvider"] == {"id": "digilocker-person"}
        assert consent["purpose"] == {"description": found["purpose_text"]}
        assert consent["user"]["idNumber"] == leela.resident.key
        assert consent["data"] == {"id": "PANCR"}
        assert consent["permission"].keys() == {"access", "dateRange", "frequency"}
        assert consent["permission"]["dateRange"]["from"] == consent["timestamp"]
        assert len(consent["timestamp"]) == len("2026-11-22T04:30:00.000Z")
        assert receipt["record"]["textVersion"] == found["text_version"]
        assert receipt["record"]["revokedAt"] is None
        assert found["status"] == "active"

    def test_no_number_token_or_id_of_digilockers_is_in_it(self, laptop: Laptop) -> None:
        leela = fetcher(laptop)
        visit = leela.fetched("PANCR", "DRVLC")
        told = json.dumps(leela.call("GET", f"{CONSENTS}/{visit.consent.consent_id}").content)
        assert visit.consent.digilocker_id == leela.citizen.digilocker_id
        for secret in (leela.pan, leela.citizen.digilocker_id, leela.citizen.name, "sealed", "scope"):
            assert secret not in told

    def test_anothers_is_told_like_none(self, laptop: Laptop) -> None:
        visit = fetcher(laptop).fetched("PANCR")
        other = fetcher(laptop)
        for method in ("GET", "DELETE"):
            assert other.call(method, f"{CONSENTS}/{visit.consent.consent_id}").code == "not_found"
            assert other.call(method, f"{CONSENTS}/{'A' * 22}").code == "not_found"
        assert visit.consent.status is ConsentStatus.ACTIVE
        assert other.consents() == []

    def test_it_is_in_ones_own_data(self, laptop: Laptop) -> None:
        leela = fetcher(laptop)
        visit = leela.fetched("PANCR")
        data = leela.call("GET", "/account/data").demand(200).content
        assert [one["consent_id"] for one in data["consents"]] == [visit.consent.consent_id]
        assert [one["fetch_id"] for one in data["fetches"]] == [visit.fetch_id]
        (held,) = data["own_documents"]
        assert (held["document_number"], held["locker_holder"]["name"]) == (leela.pan, leela.citizen.name)
        assert held["typed_born_on"] == BORN_ON.isoformat()
        assert data["lockers"] == [leela.citizen.digilocker_id]
        told = json.dumps(data)
        assert [word for word in ("sealed", "own/", visit.stored.state_hash, "token") if word in told] == []


class TestRevocation:
    """It counts at once; then nothing of it is left."""

    @on_both_engines
    def test_digilocker_is_told_tokens_and_documents_are_gone(self, laptop: Laptop) -> None:
        leela = fetcher(laptop)
        visit = leela.fetched("PANCR", "DRVLC")
        kept = [suite().store.own_document(str(item.document_id)) for item in visit.stored.items]
        reply = revoke(visit).demand(200)
        assert reply.content["status"] == "revoked"
        assert reply.content["receipt"]["record"]["revokedAt"] is not None
        assert visit.consent.tokens is None
        assert not is_known_at_digilocker(leela)
        assert leela.documents() == []
        for document in kept:
            assert document is not None
            assert suite().store.own_document(document.document_id) is None
            with pytest.raises(DocumentsUnavailable):
                suite().documents.get(document.key, 10**7)

    @on_both_engines
    def test_revoked_by_several_at_once_it_is_revoked_once(self, laptop: Laptop) -> None:
        leela = fetcher(laptop)
        visit = leela.fetched("PANCR")
        came = together(*(lambda: revoke(visit) for _ in range(4)))
        assert {one.status for one in came} <= {200, 202}
        assert revoke(visit).demand(200).content["status"] == "revoked"
        deeds = [one.deed.value for one in suite().store.audit_events(leela.resident.key)]
        assert deeds.count("digilocker_consent_revoked") == 1
        assert deeds.count("digilocker_consent_ended") == 1

    def test_digilocker_is_down_it_counts_at_once_and_the_schedule_tells_it(self, laptop: Laptop) -> None:
        leela = fetcher(laptop)
        visit = leela.fetched("PANCR")
        digilocker().faults.add("unavailable", "revoke", times=None)
        reply = revoke(visit).demand(202)
        assert reply.content["status"] == "revoking"
        assert leela.documents() == []
        with pytest.raises(ConsentOver):
            suite().token_keeping.with_access(visit.consent.consent_id, str)
        assert ended(laptop)["left"] >= 1
        assert stands(visit) == "revoking"
        assert is_known_at_digilocker(leela)
        digilocker().faults.clear()
        laptop.clock.advance(hours=1)
        ended(laptop)
        assert visit.consent.status is ConsentStatus.REVOKED
        assert visit.consent.tokens is None
        assert not is_known_at_digilocker(leela)

    def test_a_digilocker_that_does_not_answer_is_told_by_the_schedule(self, laptop: Laptop) -> None:
        """The request has 20 s, and whoever revokes is told that it counts."""
        leela = fetcher(laptop)
        visit = leela.fetched("PANCR")
        digilocker().faults.add("slow", "revoke", times=None, seconds=7.0)
        begun = time.monotonic()
        assert revoke(visit).demand(202).content["status"] == "revoking"
        assert time.monotonic() - begun < 7.0
        digilocker().faults.clear()
        ended(laptop)
        assert stands(visit) == "revoked"

    def test_digilocker_stays_down_until_the_consent_is_over_there_too(self, laptop: Laptop) -> None:
        leela = fetcher(laptop)
        visit = leela.fetched("PANCR", valid_days=1)
        digilocker().faults.add("unavailable", "revoke", times=None)
        revoke(visit).demand(202)
        laptop.clock.advance(hours=24, seconds=1)
        suite().consents.end(visit.consent.consent_id)
        assert visit.consent.status is ConsentStatus.REVOKED
        assert visit.consent.tokens is None

    def test_while_the_documents_are_under_way_nothing_of_them_stays(self, laptop: Laptop) -> None:
        leela = fetcher(laptop)
        visit = leela.begin("PANCR", "DRVLC")
        digilocker().faults.add("slow", "file", times=None, seconds=0.7)
        visit.allow()
        eventually(lambda: visit.stored.items or None, lambda: visit.stored)
        revoke(visit).demand(200, 202)
        digilocker().faults.clear()
        visit.until_ended()
        ended(laptop)
        assert stands(visit) == "revoked"
        assert leela.documents() == []
        for item in visit.stored.items:
            assert item.document_id is None or suite().store.own_document(item.document_id) is None

    def test_what_another_consent_fetched_again_stays(self, laptop: Laptop) -> None:
        leela = fetcher(laptop)
        first, second = leela.fetched("PANCR"), leela.fetched("PANCR")
        revoke(first).demand(200)
        assert [one["consent_id"] for one in leela.documents()] == [second.consent.consent_id]


class TestPurpose:
    """What becomes of a document that was used."""

    def test_it_is_taken_out_of_a_registration_that_is_not_sent_in(self, laptop: Laptop) -> None:
        leela, asha = self.using(laptop)
        assert [one.kind for one in asha.stored.documents] == ["pan_card"]
        key = asha.stored.documents[0].key
        revoke(leela).demand(200)
        assert asha.stored.documents == ()
        with pytest.raises(DocumentsUnavailable):
            suite().documents.get(key, 10**7)

    def test_and_stays_with_one_that_is(self, laptop: Laptop) -> None:
        leela, asha = self.using(laptop)
        asha.upload("identity_proof")
        asha.submit().demand(200)
        key = next(one.key for one in asha.stored.documents if one.kind == "pan_card")
        revoke(leela).demand(200)
        assert {one.kind for one in asha.stored.documents} == {"pan_card", "identity_proof"}
        assert suite().documents.get(key, 10**7)
        assert leela.fetcher.documents() == []

    def using(self, laptop: Laptop) -> tuple[Visit, Any]:
        """A registrant who fetched the PAN card and took it into the registration."""
        asha = upgrader(laptop)
        asha.signed()
        leela = fetcher(laptop, asha.person.name)
        leela.is_also(asha.resident, asha.person.name, asha.person.born_on)
        card = leela.citizen.issued[0]
        card.number, card.born_on = asha.person.pan, asha.person.born_on
        visit = leela.fetched("PANCR", purpose="full_registration", date_of_birth=None)
        document_id = visit.stored.items[0].document_id
        body = {"kind": "pan_card", "document_id": document_id}
        asha.call("POST", "/icegate/full-registrations/current/own-documents", body).demand(201)
        return visit, asha


class TestEnds:
    """Time, and the account."""

    def test_its_time_is_over(self, laptop: Laptop) -> None:
        leela = fetcher(laptop)
        visit = leela.fetched("PANCR", valid_days=1)
        laptop.clock.advance(hours=24, seconds=1)
        with pytest.raises(ConsentOver):
            suite().token_keeping.with_access(visit.consent.consent_id, str)
        ended(laptop)
        consent = visit.consent
        assert (consent.status, consent.tokens, consent.revoked_at) == (ConsentStatus.EXPIRED, None, None)
        assert suite().store.own_documents_of(leela.resident.key) == ()

    def test_the_account_is_closed(self, laptop: Laptop) -> None:
        leela = fetcher(laptop)
        visit = leela.fetched("PANCR")
        leela.call("POST", "/account/closure", {"password": PASSWORD, "confirm": True}).demand(200, 202, 204)
        assert stands(visit) == "revoking"
        ended(laptop)
        assert stands(visit) == "revoked"
        assert not is_known_at_digilocker(leela)
        assert suite().store.own_documents_of(leela.resident.key) == ()

    def test_one_that_cannot_be_ended_keeps_back_no_other(self, laptop: Laptop) -> None:
        first, second = fetcher(laptop).fetched("PANCR"), fetcher(laptop).fetched("PANCR")
        for visit in (first, second):
            digilocker().faults.add("unavailable", "revoke", times=1)
            revoke(visit).demand(202)
        digilocker().faults.add("unavailable", "revoke", times=1)
        ended(laptop)
        assert {first.consent.status, second.consent.status} == {ConsentStatus.REVOKING, ConsentStatus.REVOKED}
        laptop.clock.advance(hours=1)
        ended(laptop)
        assert {first.consent.status, second.consent.status} == {ConsentStatus.REVOKED}


def test_ending_what_counts_changes_nothing(laptop: Laptop) -> None:
    visit = fetcher(laptop).fetched("PANCR")
    before = visit.consent
    assert suite().consents.end(before.consent_id) == before
    assert visit.consent == before
    assert suite().consents.end("A" * 22) is None
