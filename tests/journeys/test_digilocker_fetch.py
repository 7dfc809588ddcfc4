"""A visit to DigiLocker over HTTP, to the simulated one and back."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from urllib.parse import parse_qs, urlsplit

import pytest

from chalicelib.domain.accounts.account import Account
from chalicelib.domain.changes import WriteOwner
from chalicelib.domain.digilocker.consents import ConsentStatus
from chalicelib.domain.digilocker.fetches import FetchStatus
from chalicelib.suite import suite
from infra.local.digilocker.citizens import Citizen
from infra.local.digilocker.documents import pdf_of
from infra.local.digilocker.issuers import Pullable
from infra.local.digilocker.wire import challenge_of
from infra.local.laptop import Laptop
from tests.engines import on_both_engines
from tests.journeys.fetchers import FETCHES, Fetcher, callback, came_back, digilocker, fetcher, pan_card, wish
from tests.journeys.full_registrations import upgrader
from tests.journeys.walking import eventually, together, until_it_waits


class TestFetching:
    """What was agreed to comes, checked, and is filed for its owner."""

    @on_both_engines
    def test_a_person_agrees_and_the_documents_come(self, laptop: Laptop) -> None:
        leela = fetcher(laptop)
        visit = leela.begin("PANCR", "DRVLC")
        came = visit.allow()
        assert came.status == 303
        assert came.headers["Location"] == f"{laptop.site_url}/en/digilocker/fetch?fetch={visit.fetch_id}"
        done = visit.until_settled()
        assert done["status"] == "fetched", done
        found = {item["document_type"]: (item["status"], item["text"]) for item in done["items"]}
        assert found == {"PANCR": ("fetched", None), "DRVLC": ("fetched", None)}
        assert visit.until_ended().status == "SUCCEEDED"
        kept = {one["document_type"]: one for one in leela.documents()}
        assert kept.keys() == {"PANCR", "DRVLC"}
        assert all(one["match"] == "exact" and one["is_usable"] for one in kept.values())
        content = pdf_of(leela.citizen.issued[0])
        assert kept["PANCR"]["sha256"] == hashlib.sha256(content).hexdigest()

    def test_digilocker_is_asked_as_its_specification_says(self, laptop: Laptop) -> None:
        visit = fetcher(laptop).begin("PANCR", "DRVLC", purpose="full_registration", valid_days=90)
        query = {name: one for name, (one,) in parse_qs(urlsplit(visit.authorize_url).query).items()}
        stored = visit.stored
        assert query == {
            "response_type": "code",
            "client_id": query["client_id"],
            "redirect_uri": f"{laptop.site_url}/digilocker/callback",
            "state": query["state"],
            "code_challenge": query["code_challenge"],
            "code_challenge_method": "S256",
            "purpose": "Documents for full registration at ICEGATE",
            "service_name": "Pravesh",
            "req_doctype": "PANCR,DRVLC",
            "consent_valid_till": str(int(stored.consent_until.timestamp())),
        }
        fetch_id, _, secret = query["state"].partition(".")
        assert (fetch_id, len(secret)) == (visit.fetch_id, 22)
        verifier = suite().vault.opened(f"fetch:{fetch_id}:verifier", stored.sealed_verifier).decode()
        assert challenge_of(verifier) == query["code_challenge"]
        assert 43 <= len(verifier) <= 128
        assert query["state"] not in str(stored.__slots__) + repr(stored)

    def test_the_cookie_is_the_browsers_alone_and_comes_back_from_another_site(self, laptop: Laptop) -> None:
        cookie = fetcher(laptop).begin().opened.headers["Set-Cookie"]
        assert cookie.startswith("__Host-digilocker=")
        assert set(cookie.split("; ")[1:]) == {"Path=/", "Secure", "HttpOnly", "SameSite=Lax", "Max-Age=600"}

    def test_only_what_was_shared_comes(self, laptop: Laptop) -> None:
        leela = fetcher(laptop, has=("PANCR",))
        visit = leela.begin("PANCR", "DRVLC")
        visit.allow()
        done = visit.until_settled()
        assert [(one["document_type"], one["status"]) for one in done["items"]] == [
            ("PANCR", "fetched"),
            ("DRVLC", "not_there"),
        ]
        assert "not in your DigiLocker" in done["items"][1]["text"]

    def test_nothing_there(self, laptop: Laptop) -> None:
        leela = fetcher(laptop, has=())
        visit = leela.begin("PANCR")
        visit.allow()
        done = visit.until_settled()
        assert (done["status"], done["why"]["code"]) == ("failed", "nothing_fetched")
        # A consent that gave nothing is of no use to anybody.
        assert visit.consent.status is ConsentStatus.REVOKING

    def test_a_document_that_is_xml_alone(self, laptop: Laptop) -> None:
        leela = fetcher(laptop, has=())
        leela.citizen.issued.append(pan_card(leela.citizen.name, leela.pan, mimes=("application/xml",)))
        done = leela.fetched("PANCR").read()
        assert done["status"] == "fetched"
        assert leela.documents()[0]["content_type"] == "application/xml"

    def test_a_wrapped_certificate_in_capitals_is_read(self, laptop: Laptop) -> None:
        leela = fetcher(laptop, has=())
        leela.citizen.issued.append(pan_card(leela.citizen.name.upper(), leela.pan, is_wrapped=True))
        leela.fetched("PANCR")
        assert leela.documents()[0]["match"] == "normalised"

    def test_another_persons_document_is_not_taken_silently(self, laptop: Laptop) -> None:
        leela = fetcher(laptop, "Somebody Else")
        leela.fetched("PANCR")
        kept = leela.documents()
        assert [one["is_usable"] for one in kept] == [False]

    def test_fetched_again_it_is_one_document(self, laptop: Laptop) -> None:
        leela = fetcher(laptop)
        leela.fetched("PANCR")
        leela.fetched("PANCR")
        assert len(leela.documents()) == 1
        assert len(leela.consents()) == 2

    def test_in_the_language_of_the_person(self, laptop: Laptop) -> None:
        leela = fetcher(laptop)
        leela.resident.client = type(leela.resident.client)(laptop.site_url, language="hi")
        visit = leela.begin()
        assert "/hi/digilocker/fetch" in visit.deny().headers["Location"]
        why = visit.until_settled()["why"]["text"]
        assert "इजाज़त" in why


class TestComingBack:
    """The way back is taken once, in the browser that went, whatever it brings."""

    def test_denied(self, laptop: Laptop) -> None:
        visit = fetcher(laptop).begin()
        visit.until_waiting()
        came = visit.deny()
        assert came.status == 303
        done = visit.until_settled()
        assert (done["status"], done["why"]["code"]) == ("denied", "denied")
        assert visit.until_ended().status == "SUCCEEDED"
        assert visit.stored.sealed_verifier == ""

    def test_in_another_browser_it_is_refused_and_the_state_used_up(self, laptop: Laptop) -> None:
        """Whoever is sent a stranger's link and allows it gives the stranger nothing (consent phishing)."""
        leela = fetcher(laptop)
        visit = leela.begin()
        there = digilocker().allow(visit.authorize_url, leela.citizen)
        assert visit.back(there, cookie=None).status == 303
        assert visit.until_settled()["why"]["code"] == "other_browser"
        # The right browser comes too late.
        assert visit.back(there).status == 303
        assert visit.read()["status"] == "failed"
        assert visit.stored.sealed_code is None
        assert leela.documents() == []

    def test_with_another_visits_cookie(self, laptop: Laptop) -> None:
        leela = fetcher(laptop)
        mine, other = leela.begin(), leela.begin()
        there = digilocker().allow(mine.authorize_url, leela.citizen)
        mine.back(there, cookie=other.cookie)
        assert mine.until_settled()["why"]["code"] == "other_browser"

    @pytest.mark.parametrize("of", ["made_up", "other_secret", "nobodys", "empty"])
    def test_a_state_that_is_none_of_ours_changes_nothing_and_is_told_alike(self, laptop: Laptop, of: str) -> None:
        visit = fetcher(laptop).begin()
        visit.until_waiting()
        before = visit.stored
        states = {
            "made_up": "x" * 40,
            "other_secret": f"{visit.fetch_id}.{'A' * 22}",
            "nobodys": f"{'B' * 22}.{'A' * 22}",
            "empty": "",
        }
        came = came_back(laptop, callback(laptop, state=states[of], code="abc"), visit.cookie)
        assert came.status == 303
        assert came.raw == b""
        assert visit.stored == before

    def test_two_states_mixed_up(self, laptop: Laptop) -> None:
        leela = fetcher(laptop)
        first, second = leela.begin(), leela.begin()
        there = digilocker().allow(first.authorize_url, leela.citizen)
        code = parse_qs(urlsplit(there).query)["code"][0]
        state = parse_qs(urlsplit(second.authorize_url).query)["state"][0]
        second.back(callback(laptop, state=state, code=code))
        # The code was made for the other visit's challenge: PKCE tells.
        assert second.until_settled()["why"]["code"] == "code_refused"
        assert first.read()["status"] == "at_digilocker"

    def test_what_stands_beside_it_does_not_matter(self, laptop: Laptop) -> None:
        leela = fetcher(laptop)
        visit = leela.begin()
        there = digilocker().allow(visit.authorize_url, leela.citizen)
        assert visit.back(f"{there}&session_state=1&scope=a+b&hmac=").status == 303
        assert visit.until_settled()["status"] == "fetched"

    @on_both_engines
    def test_twice_at_the_same_time_one_is_taken(self, laptop: Laptop) -> None:
        leela = fetcher(laptop)
        visit = leela.begin()
        there = digilocker().allow(visit.authorize_url, leela.citizen)
        came = together(*(lambda: visit.back(there) for _ in range(4)))
        assert {one.status for one in came} == {303}
        assert visit.until_settled()["status"] == "fetched"
        exchanged = [one for one in digilocker().asked if one.call == "token"]
        assert [one.status for one in exchanged[-1:]] == [200]
        deeds = [
            event for event in suite().store.audit_events(leela.resident.key) if event.deed == "digilocker_came_back"
        ]
        assert len(deeds) == 1

    def test_again_later_it_changes_nothing(self, laptop: Laptop) -> None:
        leela = fetcher(laptop)
        visit = leela.begin()
        there = digilocker().allow(visit.authorize_url, leela.citizen)
        visit.back(there)
        visit.until_settled()
        before = visit.stored
        assert visit.back(there).status == 303
        assert visit.stored == before

    def test_too_late(self, laptop: Laptop) -> None:
        leela = fetcher(laptop)
        visit = leela.begin()
        there = digilocker().allow(visit.authorize_url, leela.citizen)
        visit.until_waiting()
        laptop.clock.advance(minutes=11)
        assert visit.until_ended().status == "SUCCEEDED"
        assert visit.back(there).status == 303
        assert visit.read()["status"] == "expired"

    def test_signed_out_at_digilocker(self, laptop: Laptop) -> None:
        came = came_back(laptop, callback(laptop, error="user_loggedout"))
        assert came.headers["Location"] == f"{laptop.site_url}/en/my-documents"

    def test_a_shared_computer_is_told_where_to_sign_out(self, laptop: Laptop) -> None:
        visit = fetcher(laptop).begin()
        assert visit.read()["logout_url"] is None
        visit.deny()
        assert "/signin/logout/Y?client_id=" in visit.until_settled()["logout_url"]


class TestRefused:
    """What cannot be begun says why."""

    @pytest.mark.parametrize(
        ("changed", "field"),
        [
            ({"purpose": "for_fun"}, "purpose"),
            ({"locker": "somebodys"}, "locker"),
            ({"document_types": []}, "document_types"),
            ({"document_types": ["PANCR", "TRCER"], "purpose": "full_registration"}, "document_types"),
            ({"valid_days": 0}, "valid_days"),
            ({"valid_days": 181, "purpose": "full_registration"}, "valid_days"),
            ({"consent": False}, "consent"),
            ({"text_version": "2020-01-01"}, "text_version"),
            ({"date_of_birth": "21-07-1985"}, "date_of_birth"),
            ({"date_of_birth": "1885-07-21"}, "date_of_birth"),
        ],
    )
    def test_by_its_field(self, laptop: Laptop, changed: dict[str, object], field: str) -> None:
        reply = fetcher(laptop).call("POST", FETCHES, wish(**changed))
        assert reply.code == "invalid_fields"
        assert list(reply.content["errors"]) == [field], reply.content

    def test_aadhaar_is_never_asked_for(self, laptop: Laptop) -> None:
        reply = fetcher(laptop).call("POST", FETCHES, wish("ADHAR"))
        assert reply.code == "invalid_fields"

    def test_anothers_fetch_is_told_like_none(self, laptop: Laptop) -> None:
        visit = fetcher(laptop).begin()
        assert fetcher(laptop).call("GET", f"{FETCHES}/{visit.fetch_id}").code == "not_found"
        assert fetcher(laptop).call("GET", f"{FETCHES}/{'A' * 22}").code == "not_found"

    def test_staff_fetch_nothing_and_nobody_without_a_session(self, laptop: Laptop) -> None:
        assert fetcher(laptop).resident.client.call("POST", FETCHES, wish()).code == "session_required"

    def test_a_person_begins_thirty_visits_a_day(self, laptop: Laptop) -> None:
        leela = fetcher(laptop)
        for _ in range(30):
            leela.resident.client = leela.resident.client.elsewhere()
            leela.call("POST", FETCHES, wish()).demand(201)
        assert leela.call("POST", FETCHES, wish()).code == "too_many_requests"


class TestIssuers:
    """What is not in the locker yet is pulled into it, also where its issuer looks by hand."""

    def test_it_is_pulled_and_then_fetched(self, laptop: Laptop) -> None:
        asha = upgrader(laptop)
        visitor = fetcher(laptop, has=())
        visitor.is_also(asha.resident, asha.person.name, asha.person.born_on)
        simulated = digilocker()
        card = pan_card(asha.person.name, asha.person.pan)
        card.born_on = asha.person.born_on
        simulated.pulls.pullables.append(Pullable(visitor.citizen.digilocker_id, card))
        visit = visitor.begin("PANCR", date_of_birth=asha.person.born_on.isoformat(), purpose="full_registration")
        visit.allow()
        assert visit.until_settled()["status"] == "fetched"
        assert visitor.documents()[0]["match"] == "exact"

    def test_pending_is_a_state_and_asked_again(self, laptop: Laptop) -> None:
        asha = upgrader(laptop)
        visitor = fetcher(laptop, has=())
        visitor.is_also(asha.resident, asha.person.name, asha.person.born_on)
        card = pan_card(asha.person.name, asha.person.pan)
        card.born_on = asha.person.born_on
        waits = Pullable(visitor.citizen.digilocker_id, card, is_pending=True)
        digilocker().pulls.pullables.append(waits)
        visit = visitor.begin("PANCR", date_of_birth=None)
        visit.allow()
        pending = visit.until_settled()
        assert (pending["status"], pending["items"][0]["reason"]) == ("pending", "issuer_asked")
        until_it_waits(laptop, visit.fetch_id)
        waits.is_pending = False
        laptop.clock.advance(minutes=5, seconds=1)
        done = eventually(lambda: visit.read() if visit.read()["status"] == "fetched" else None, lambda: visit.stored)
        assert done["items"][0]["document_id"] is not None

    def test_an_issuer_that_does_not_answer_within_a_day(self, laptop: Laptop) -> None:
        asha = upgrader(laptop)
        visitor = fetcher(laptop, has=())
        visitor.is_also(asha.resident, asha.person.name, asha.person.born_on)
        card = pan_card(asha.person.name, asha.person.pan)
        digilocker().pulls.pullables.append(Pullable(visitor.citizen.digilocker_id, card, is_pending=True))
        visit = visitor.begin("PANCR", valid_days=30, date_of_birth=None)
        visit.allow()
        assert visit.until_settled()["status"] == "pending"
        until_it_waits(laptop, visit.fetch_id)
        laptop.clock.advance(hours=25)
        visit.until_ended()
        stored = visit.stored
        assert (stored.status, stored.items[0].reason) == (FetchStatus.FAILED, "issuer_slow")


class TestEntityLocker:
    """A firm's documents come from Entity Locker, at paths of its own."""

    @pytest.fixture
    def firm(self, laptop: Laptop) -> Fetcher:
        """A registrant whose IEC is a firm's, which has a locker with its PAN card."""
        asha = upgrader(laptop)
        holder = suite().store.holder(asha.account.iec)
        assert holder is not None
        founded = date(2009, 2, 1)
        locker = Citizen(holder.legal_name.upper(), founded, "", "9876500002", pan=holder.pan, is_entity=True)
        card = pan_card(holder.legal_name, holder.pan)
        card.born_on = founded
        locker.issued = [card]
        digilocker().citizens.add(locker)
        return Fetcher(asha.resident, locker, 0)

    def test_a_firm_fetches_its_pan_card(self, laptop: Laptop, firm: Fetcher) -> None:
        visit = firm.begin("PANCR", locker="entity", date_of_birth=None)
        assert visit.authorize_url.startswith(f"{digilocker().entity_url}/public/oauth2/1/authorize?")
        visit.allow()
        assert visit.until_settled()["status"] == "fetched", visit.stored
        (kept,) = firm.documents()
        assert (kept["match"], kept["is_usable"]) == ("normalised", True)
        assert kept["sha256"] == hashlib.sha256(pdf_of(firm.citizen.issued[0])).hexdigest()
        asked = {one.call for one in digilocker().asked if one.status == 200}
        assert {"token", "entity", "issued", "file", "xml"} <= asked
        assert "user" not in asked
        assert visit.consent.digilocker_id == firm.citizen.digilocker_id
        firm.call("DELETE", f"/consents/{visit.consent.consent_id}").demand(200)
        assert firm.documents() == []

    def test_out_of_another_firms_locker_an_officer_looks(self, laptop: Laptop, firm: Fetcher) -> None:
        firm.citizen.name = "Zaveri and Daughters"
        firm.fetched("PANCR", locker="entity", date_of_birth=None)
        (kept,) = firm.documents()
        assert (kept["match"], kept["is_usable"]) == ("review", False)
        assert "DigiLocker account it came from" in kept["because_text"]

    def test_a_locker_that_does_not_say_whose_it_is(self, laptop: Laptop, firm: Fetcher) -> None:
        firm.citizen.name = ""
        firm.fetched("PANCR", locker="entity", date_of_birth=None)
        (kept,) = firm.documents()
        assert (kept["match"], kept["is_usable"]) == ("review", False)


class TestOpenId:
    """With `openid` in the profile a code is exchanged at /2: no refresh token, and whose locker it is is asked."""

    @pytest.fixture
    def leela(self, laptop: Laptop) -> Iterator[Fetcher]:
        digilocker().with_openid = True
        yield fetcher(laptop)
        digilocker().with_openid = False

    def test_the_documents_come(self, leela: Fetcher) -> None:
        visit = leela.fetched("PANCR", "DRVLC")
        assert visit.read()["status"] == "fetched"
        assert all(one["match"] == "exact" for one in leela.documents())
        assert visit.consent.digilocker_id == leela.citizen.digilocker_id
        tokens = suite().token_keeping.opened(visit.consent)
        assert tokens is not None
        assert tokens.refresh is None
        of_ours = [one.call for one in digilocker().asked]
        assert of_ours.count("user") == 1

    def test_it_ends_with_the_access_token(self, leela: Fetcher) -> None:
        visit = leela.fetched("PANCR")
        leela.call("DELETE", f"/consents/{visit.consent.consent_id}").demand(200)
        assert visit.consent.status is ConsentStatus.REVOKED
        assert all(grant.is_revoked for grant in digilocker().grants.of(leela.citizen))

    def test_digilocker_does_not_answer_whose_it_is_and_is_asked_again(self, leela: Fetcher) -> None:
        digilocker().faults.add("unavailable", "user", times=1)
        visit = leela.fetched("PANCR")
        assert visit.read()["status"] == "fetched"
        assert leela.documents()[0]["match"] == "exact"


class TestWhoseLocker:
    """What an account typed of itself makes no document its own."""

    def test_anothers_locker_with_a_document_in_ones_name(self, laptop: Laptop) -> None:
        leela = fetcher(laptop)
        leela.citizen.name = "Somebody Else"
        leela.fetched("DRVLC")
        (kept,) = leela.documents()
        assert (kept["match"], kept["is_usable"]) == ("refused", False)
        assert "DigiLocker account it came from" in kept["because_text"]

    def test_a_typed_birth_date_that_is_not_digilockers(self, laptop: Laptop) -> None:
        leela = fetcher(laptop)
        leela.citizen.born_on = date(1990, 1, 1)
        leela.fetched("DRVLC")
        assert [one["is_usable"] for one in leela.documents()] == [False]

    def test_renamed_after_it_came_an_officer_looks(self, laptop: Laptop) -> None:
        leela = fetcher(laptop)
        leela.fetched("DRVLC")
        assert leela.documents()[0]["is_usable"]
        account = leela.resident.stored
        assert isinstance(account, Account)
        suite().store.write(WriteOwner(replace(account, name="Ravi Resident")))
        (kept,) = leela.documents()
        assert (kept["match"], kept["is_usable"]) == ("review", False)
        assert "has changed since" in kept["because_text"]
        waiting = suite().store.own_documents_to_review(100)
        assert kept["document_id"] in {one.document_id for one in waiting}
