"""Aadhaar e-Sign over HTTP: to a simulated provider and back, and all that may come in its name."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest

from chalicelib.domain.signatures.signings import SigningStatus
from chalicelib.domain.signatures.trust import fingerprint
from chalicelib.suite import suite
from infra.evidence import PROVED, checked
from infra.local.laptop import Laptop
from infra.local.outside import playing
from tests.engines import on_both_engines
from tests.journeys.esigners import AtProvider, at_provider, begun, post, posted
from tests.journeys.signers import linking, new_record, reason_of, somebody
from tests.journeys.walking import eventually

FORGED = '<EsignResp status="1"/>'


def walking(laptop: Laptop, provider: str = "first") -> tuple[AtProvider, str]:
    """Somebody at the provider with a link to sign, and the name of the person on record (born in 1970)."""
    record = new_record()
    return at_provider(linking(somebody(laptop), record.iec), provider), record.persons[0].name


class TestSigning:
    """A person of the record signs at the provider, and is linked."""

    @on_both_engines
    @pytest.mark.parametrize("provider", ["first", "second"])
    def test_the_person_of_record_is_linked(self, laptop: Laptop, provider: str) -> None:
        there, name = walking(laptop, provider)
        came = there.signs(name=name)
        assert came.status == 303
        assert came.headers["Location"] == f"{laptop.site_url}/en/signing/answer?signing={there.flow.signing_id}"
        done = there.flow.until_settled()
        assert done["status"] == "done", done
        assert done["report"]["signer"]["kind"] == "ekyc"
        link = there.flow.client.call("GET", "/iec-links/current").demand(200).content["link"]
        assert link["method"] == "esign"
        assert there.flow.until_ended().status == "SUCCEEDED"

    def test_the_page_it_leads_to_is_there(self, laptop: Laptop) -> None:
        there, name = walking(laptop)
        where = there.signs(name=name).headers["Location"].removeprefix(laptop.site_url).partition("?")[0]
        assert there.flow.client.client.call("GET", where, headers={"Accept": "text/html"}).status == 200

    def test_the_evidence_proves_it_offline(self, laptop: Laptop) -> None:
        there, name = walking(laptop)
        there.signs(name=name)
        assert there.flow.until_settled()["has_evidence"]
        kept = there.flow.stored.evidence
        assert kept is not None
        bundle = suite().documents.get(kept.key, 4 * 1024 * 1024)
        found = checked(bundle, [], frozenset({fingerprint(playing().authority.root)}), kept.sha256)
        assert (found.exit_code, found.wrong, found.missing) == (PROVED, (), ())

    def test_pending_is_asked_for(self, laptop: Laptop) -> None:
        there, name = walking(laptop)
        there.flow.until_waiting()
        first_wait = there.flow.stored.task_token
        assert there.signs("pending", name).status == 303
        eventually(lambda: there.flow.stored.task_token != first_wait or None, there.flow.execution)
        there.flow.until_waiting()
        laptop.clock.advance(seconds=31)
        assert there.flow.until_settled()["status"] == "done"


class TestRefused:
    """What is not signed, or not by the right person, says why, and may be tried again."""

    @pytest.mark.parametrize(
        ("outcome", "reason"),
        [("cancel", "esign_cancelled"), ("fail", "esign_failed"), ("wrong_hash", "another_document")],
    )
    def test_and_tried_again_with_a_new_transaction(self, laptop: Laptop, outcome: str, reason: str) -> None:
        there, name = walking(laptop, "second")
        there.signs(outcome, name)
        refused = there.flow.until_settled()
        assert (refused["status"], reason_of(refused)) == ("awaiting_signature", reason)
        again = at_provider(there.flow, "second")
        assert again.form["txn"] != there.form["txn"]
        again.signs(name=name)
        assert there.flow.until_settled()["status"] == "done"

    @pytest.mark.parametrize(("name", "year"), [("Somebody Else", 1970), ("", 1971)])
    def test_another_person_is_not_told_whose_iec_it_is(self, laptop: Laptop, name: str, year: int) -> None:
        there, own = walking(laptop)
        there.signs(name=name or own, year_of_birth=year)
        refused = there.flow.until_settled()
        assert reason_of(refused) == "not_of_this_iec"
        assert own not in str(refused["report"]["findings"])

    def test_an_answer_to_a_transaction_that_was_given_up_ends_nothing(self, laptop: Laptop) -> None:
        there, name = walking(laptop)
        address, fields = there.decides(name=name)
        laptop.clock.advance(seconds=11)
        again = at_provider(there.flow)
        assert post(address, fields).status == 303
        there.flow.until("at_esign_provider")
        again.signs(name=name)
        assert there.flow.until_settled()["status"] == "done"

    def test_after_the_time_is_over_it_comes_too_late(self, laptop: Laptop) -> None:
        there, name = walking(laptop)
        address, fields = there.decides("late", name)
        there.flow.until_waiting()
        laptop.clock.advance(minutes=16)
        assert there.flow.until_ended().status == "SUCCEEDED"
        assert post(address, fields).status == 303
        assert there.flow.stored.status is SigningStatus.EXPIRED

    def test_where_it_is_not_offered(self, laptop: Laptop) -> None:
        flow = linking(somebody(laptop), new_record().iec)
        reply = flow.client.call("POST", f"{flow.path}/esign", {"consent": True, "provider": "nobody"})
        assert reply.code == "esign_not_offered"


class TestInTheProvidersName:
    """Anybody may post: the answer is the same, and the true one still counts."""

    def test_whatever_is_posted_the_answer_is_the_same(self, laptop: Laptop) -> None:
        there, name = walking(laptop)
        address, fields = there.decides(name=name)
        forms = "application/x-www-form-urlencoded"
        came = [
            post(address, {"eSignResponse": FORGED}),
            post(address, {}),
            posted(address, b"\xff\x00<EsignResp", {"Content-Type": forms}),
            posted(address, b"x=" + b"<EsignResp " * 40_000, {"Content-Type": forms}),
            posted(address, b"", {"Content-Type": "multipart/form-data"}),
            post(address, fields, "multipart/form-data"),
            post(address, fields),
        ]
        assert {each.status for each in came} == {303}
        assert len({each.headers["Location"] for each in came}) == 1
        assert {each.body for each in came} == {b""}
        assert {each.headers["Cache-Control"] for each in came} == {"no-store"}
        assert there.flow.until_settled()["status"] == "done"

    def test_for_a_signing_that_there_is_not_as_well(self, laptop: Laptop) -> None:
        address = f"{laptop.site_url}/esign/responses/{'x' * 22}"
        came = post(address, {"eSignResponse": FORGED}, **{"Accept-Language": "hi"})
        assert came.status == 303
        assert came.headers["Location"] == f"{laptop.site_url}/hi/signing/answer?signing={'x' * 22}"

    def test_another_accounts_answer_is_not_of_this_transaction(self, laptop: Laptop) -> None:
        ours, name = walking(laptop)
        theirs, their_name = walking(laptop)
        _, their_fields = theirs.decides(name=their_name)
        address, fields = ours.decides(name=name)
        post(address, their_fields)
        ours.flow.until("at_esign_provider")
        transaction = ours.flow.stored.esign
        assert transaction is not None
        assert [answer.found for answer in transaction.answers] == ["esign_not_ours"]
        post(address, fields)
        assert ours.flow.until_settled()["status"] == "done"

    @on_both_engines
    def test_many_at_once_link_once(self, laptop: Laptop) -> None:
        there, name = walking(laptop)
        address, fields = there.decides(name=name)
        forged = {"eSignResponse": FORGED}
        with ThreadPoolExecutor(8) as pool:
            came = list(pool.map(lambda number: post(address, forged if number % 3 else fields), range(9)))
        assert {each.status for each in came} == {303}
        assert there.flow.until_settled()["status"] == "done"
        assert len(suite().store.iec_users(there.flow.stored.iec)) == 1
        assert there.flow.until_ended().status == "SUCCEEDED"
        # And once more, afterwards.
        assert post(address, fields).status == 303
        assert there.flow.read()["status"] == "done"

    def test_a_lost_wake_up_loses_no_answer(self, laptop: Laptop) -> None:
        there, name = walking(laptop)
        there.flow.until_waiting()
        for _ in range(3):
            laptop.faults.add("states", "SendTaskSuccess")
        address, fields = there.decides(name=name)
        assert post(address, fields).status == 303
        assert there.flow.stored.status is SigningStatus.VALIDATING
        assert post(address, fields).status == 303
        assert there.flow.until_settled()["status"] == "done"

    def test_a_session_that_comes_along_is_not_looked_at(self, laptop: Laptop) -> None:
        there, name = walking(laptop)
        address, fields = there.decides(name=name)
        came = post(address, fields, Authorization="Bearer nothing", Cookie="__Host-session=nothing")
        assert came.status == 303
        assert "Set-Cookie" not in came.headers


class TestTheSimulator:
    """The provider looks at our request as a real one would."""

    def test_a_request_is_taken_once(self, laptop: Laptop) -> None:
        flow = linking(somebody(laptop), new_record().iec)
        form = begun(flow)["esign"]
        for status in (200, 400):
            assert post(form["action"], form["fields"], form["encoding"], accept="application/json").status == status

    def test_a_request_is_good_for_five_minutes(self, laptop: Laptop) -> None:
        flow = linking(somebody(laptop), new_record().iec)
        form = begun(flow)["esign"]
        laptop.clock.advance(minutes=5, seconds=2)
        assert post(form["action"], form["fields"], form["encoding"]).status == 400

    def test_a_request_that_was_changed_is_refused(self, laptop: Laptop) -> None:
        flow = linking(somebody(laptop), new_record().iec)
        form = begun(flow)["esign"]
        changed = {name: value.replace('sc="Y"', 'sc="y"') for name, value in form["fields"].items()}
        came = post(form["action"], changed, form["encoding"], accept="application/json")
        assert (came.status, b"digest" in came.body) == (400, True)

    def test_its_page_says_what_it_is_and_names_the_sample_persons(self, laptop: Laptop) -> None:
        form = begun(linking(somebody(laptop), new_record().iec))["esign"]
        page = post(form["action"], form["fields"], form["encoding"])
        text = page.body.decode()
        assert page.status == 200
        assert "Simulated" in text
        assert "Link my login to an IEC" in text
        assert "Zeenat Zaheer, born in" in text
        for labelled in ("person", "name", "year_of_birth"):
            assert f'<label for="{labelled}">' in text
        assert "form-action 'self'" in page.headers["Content-Security-Policy"]

    def test_the_page_that_goes_back_may_post_to_the_site_alone(self, laptop: Laptop) -> None:
        there, name = walking(laptop)
        fields = {"txn": there.form["txn"], "outcome": "allow", "name": name, "year_of_birth": "1970"}
        page = post(f"{laptop.console_url}{there.form['answer']}", fields)
        policy = page.headers["Content-Security-Policy"]
        assert f"form-action {laptop.site_url};" in policy
        assert "default-src 'none'" in policy
        assert b"Go back to Pravesh" in page.body
