"""One's own account over HTTP: what it shows, what is changed there, what was done, what is held."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import quote

import pytest

from chalicelib.domain import sessions
from chalicelib.domain.accounts.account import Account
from chalicelib.suite import suite
from infra.local.laptop import Laptop
from tests.journeys.accounts import signed_up
from tests.journeys.clients import Client, Reply
from tests.journeys.importers import PASSWORD, new_contact
from tests.journeys.residents import NEW_PASSWORD, Resident, icegate_resident, new_resident
from tests.journeys.signed_in import signed_in
from tests.journeys.staff import staff_member


@pytest.fixture
def resident(laptop: Laptop) -> Resident:
    return new_resident(laptop)


def change_password(resident: Resident, current: str = PASSWORD, password: str = NEW_PASSWORD) -> Reply:
    body = {"current_password": current, "password": password, "confirm_password": password}
    return resident.call("PUT", "/account/password", body)


def activity(resident: Resident, **more: Any) -> list[str]:
    return [event["text"] for event in resident.call("GET", "/account/activity", **more).demand(200).content["events"]]


class TestReading:
    def test_a_trader(self, resident: Resident) -> None:
        seen = resident.read()
        stored = resident.stored
        assert isinstance(stored, Account)
        assert (seen["role"], seen["username"], seen["name"]) == ("importer_exporter", stored.username, stored.name)
        assert (seen["email"], seen["mobile"]) == (stored.contact.email, stored.contact.mobile)
        assert (seen["authority"], seen["mobile_confirm_by"], seen["authenticator"]) == (None, None, None)
        assert (seen["recovery_codes_left"], seen["trusted_browsers"], seen["pending_mobile"]) == (0, [], None)
        assert (seen["may_close"], seen["consent"]["version"]) == (True, "2026-11")

    def test_an_icegate_id(self, laptop: Laptop) -> None:
        seen = icegate_resident(laptop).read()
        assert seen["role"] == "icegate_registrant"
        assert (seen["consent"], seen["authority"], seen["may_close"]) == (None, None, False)

    def test_staff(self, laptop: Laptop) -> None:
        officer = staff_member(laptop, "officer", "chennai")
        seen = officer.call("GET", "/account").demand(200).content
        assert seen["authority"]["code"] == "chennai"
        assert seen["authenticator"]["enrolled_at"]
        assert seen["training_acknowledged_at"]
        assert not seen["may_close"]

    def test_whoever_signed_up_and_in(self, laptop: Laptop) -> None:
        person = signed_up(laptop)
        client = signed_in(laptop, person)
        client.add_authenticator()
        seen = client.call("GET", "/account").demand(200).content
        assert seen["username"] == person.username
        assert seen["recovery_codes_left"] == 10
        assert seen["authenticator"]["enrolled_at"] >= seen["consent"]["at"]

    def test_it_is_two_reads(self, resident: Resident) -> None:
        with resident.laptop.calls.recorded() as calls:
            resident.read()
        assert [call.operation for call in calls if "/account" in str(call.made_by)] == ["GetItem", "GetItem"]


class TestProfile:
    def test_name_and_language(self, resident: Resident) -> None:
        body = {"name": "  रवि   कुमार ", "language": "hi"}
        seen = resident.call("PUT", "/account/profile", body).demand(200).content
        assert (seen["name"], seen["language"]) == ("रवि कुमार", "hi")

    @pytest.mark.parametrize(
        ("body", "reasons"),
        [
            ({"name": "", "language": "en"}, {"name": "required"}),
            ({"name": "Ravi", "language": "ta"}, {"language": "language_unknown"}),
            ({"name": "Ravi", "language": "en", "role": "administrator"}, {"role": "unknown_field"}),
        ],
    )
    def test_what_is_wrong_is_told(self, resident: Resident, body: dict[str, str], reasons: dict[str, str]) -> None:
        assert resident.call("PUT", "/account/profile", body).demand(422).reasons == reasons

    def test_an_icegate_id_has_the_name_of_its_record(self, laptop: Laptop) -> None:
        body = {"name": "Ravi", "language": "hi"}
        assert icegate_resident(laptop).call("PUT", "/account/profile", body).demand(403).code == "not_permitted"


class TestPassword:
    def test_this_session_goes_on_and_every_other_ends(self, resident: Resident) -> None:
        other = resident.signed_in()
        reply = change_password(resident).demand(200)
        assert reply.content["ended_sessions"] is True
        new = reply.content["session_token"]
        assert f"__Host-session={new};" in reply.headers["Set-Cookie"]
        for old in (resident.token, other.token):
            assert resident.call("GET", "/account", token=old).demand(401).code == "session_required"
        resident.token = new
        resident.read()
        resident.sign_in(NEW_PASSWORD).demand(202)
        resident.sign_in(PASSWORD).demand(401)
        assert all("password" in text for text in resident.until_heard(2))

    def test_an_icegate_ids(self, laptop: Laptop) -> None:
        resident = icegate_resident(laptop)
        change_password(resident).demand(200)
        resident.sign_in(NEW_PASSWORD).demand(200)

    def test_a_wrong_one_is_told_and_seen_in_the_activity(self, resident: Resident) -> None:
        assert change_password(resident, "Wrong#2026").demand(422).code == "password_incorrect"
        assert activity(resident) == ["A wrong password was typed to change the password"]

    @pytest.mark.parametrize(("password", "reason"), [("short", "password_too_short"), (PASSWORD, "password_same")])
    def test_the_rules_are_told(self, resident: Resident, password: str, reason: str) -> None:
        assert change_password(resident, password=password).demand(422).reasons == {"password": reason}

    def test_it_asks_for_a_second_factor_within_ten_minutes(self, resident: Resident) -> None:
        resident.laptop.clock.advance(minutes=10)
        assert change_password(resident).demand(403).code == "step_up_required"


class TestTraining:
    def test_staff_acknowledge_it(self, laptop: Laptop) -> None:
        officer = staff_member(laptop, "officer", "chennai")
        seen = officer.call("POST", "/account/training", {"confirm": True}).demand(200).content
        assert seen["training_acknowledged_at"]
        assert officer.call("POST", "/account/training", {"confirm": False}).demand(422).reasons

    def test_nobody_else(self, resident: Resident) -> None:
        assert resident.call("POST", "/account/training", {"confirm": True}).demand(403).code == "not_permitted"


class TestActivity:
    def test_it_is_told_in_the_readers_language_with_the_device(self, resident: Resident) -> None:
        agent = "Mozilla/5.0 (Android 14; Mobile; rv:131.0) Gecko/131.0 Firefox/131.0"
        body = {"name": "Ravi", "language": "hi"}
        resident.call("PUT", "/account/profile", body, headers={"User-Agent": agent}).demand(200)
        (event,) = resident.call("GET", "/account/activity").demand(200).content["events"]
        assert (event["text"], event["device"], event["sequence"]) == (
            "Name or language changed",
            "Firefox, Android",
            1,
        )
        assert event["outcome"] == "done"
        assert activity(resident, headers={"Accept-Language": "hi"}) == ["नाम या भाषा बदली गई"]

    def test_it_comes_in_pages(self, resident: Resident) -> None:
        for number in range(23):
            resident.call("PUT", "/account/profile", {"name": f"Ravi {number}", "language": "en"}).demand(200)
        first = resident.call("GET", "/account/activity").demand(200).content
        assert [event["sequence"] for event in first["events"]] == list(range(23, 3, -1))
        second = resident.call("GET", f"/account/activity?before={first['next']}").demand(200).content
        assert [event["sequence"] for event in second["events"]] == [3, 2, 1]
        assert second["next"] is None

    @pytest.mark.parametrize("before", ["x", "-1", "१", "9" * 16, "1.5"])
    def test_what_is_no_number_is_refused(self, resident: Resident, before: str) -> None:
        reply = resident.call("GET", f"/account/activity?before={quote(before)}").demand(422)
        assert reply.reasons == {"before": "not_a_number"}


class TestOwnData:
    def test_everything_is_in_it_and_no_secret(self, laptop: Laptop) -> None:
        resident = new_resident(laptop)
        mobile = new_contact().mobile
        flow_id = resident.waiting(mobile)
        resident.until_heard(2)
        reply = resident.call("GET", "/account/data").demand(200)
        assert "attachment" in reply.headers["Content-Disposition"]
        assert reply.headers["Cache-Control"] == "no-store"
        data = reply.content
        assert data["account"]["email"] == resident.contact.email
        assert len(data["sessions"]) == 2
        assert {message["kind"] for message in data["messages"]} == {"new_contact_code", "mobile_replacement_asked"}
        assert [event["text"] for event in data["activity"]][-1] == "Own data downloaded"
        assert [(flow["flow_id"], flow["mobile"]) for flow in data["flows"]] == [(flow_id, mobile)]
        stored = resident.stored
        secrets = [stored.password_hash, resident.token, sessions.token_hash(resident.token)]
        secrets += [suite().keyring.current().key_id, "nonce", "challenge", "hash"]
        told = json.dumps(data)
        assert not [secret for secret in secrets if str(secret) in told]

    def test_an_icegate_ids(self, laptop: Laptop) -> None:
        data = icegate_resident(laptop).call("GET", "/account/data").demand(200).content
        assert data["account"]["role"] == "icegate_registrant"
        assert (data["full_registration"], data["dsc"]) == (None, None)

    def test_it_asks_for_a_second_factor_within_ten_minutes(self, resident: Resident) -> None:
        resident.laptop.clock.advance(minutes=10)
        assert resident.call("GET", "/account/data").demand(403).code == "step_up_required"

    def test_nobody_gets_anothers(self, laptop: Laptop, client: Client) -> None:
        mine, theirs = new_resident(laptop), new_resident(laptop)
        assert theirs.contact.email not in json.dumps(mine.call("GET", "/account/data").demand(200).content)
        assert client.call("GET", "/account/data").demand(401).code == "session_required"
