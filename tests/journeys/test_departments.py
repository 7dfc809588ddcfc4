"""Departments over HTTP: entered, set up, tested, run, suspended, taken back; their officers see their own alone."""

from __future__ import annotations

import json
import time
from datetime import date, timedelta
from typing import Any

import pytest

from chalicelib.domain.accounts.account import Role
from chalicelib.domain.auditing import Intact, verified
from chalicelib.domain.departments.departments import stream_of
from chalicelib.suite import suite
from infra.local.digilocker import pull_caller, pull_variants
from infra.local.digilocker.clients import Client as PortalClient
from infra.local.digilocker.pull_answers import PullAnswer
from infra.local.digilocker.pull_variants import VARIANTS, Pull
from infra.local.laptop import Laptop
from infra.local.outside import playing
from tests.journeys.clients import Reply
from tests.journeys.joining import invitation_body
from tests.journeys.onboarding import (
    AUTHORITY,
    SECRET,
    Onboarding,
    api_body,
    department_body,
    onboarded,
    set_up,
    system,
    type_body,
)
from tests.journeys.staff import new_staff_contact, staff_member
from tests.journeys.walking import eventually

ASHAS = "123e4567-e89b-12d3-a456-426655440000"
ROW = {
    "number": "TN/2026/1",
    "holder_name": "Asha Rao",
    "holder_born_on": "04-03-1980",
    "issued_on": "2026-04-01",
    "trade_name": "Rao Textiles",
}


def issue(laptop: Laptop, made: Onboarding, token: str, **changed: str) -> Reply:
    body = {"document_type": "TRCER", "certificates": [{**ROW, **changed}]}
    return system(laptop).call("POST", f"{made.path}/certificates", body, token=token)


def issued(laptop: Laptop, made: Onboarding, token: str) -> None:
    """The certificate is there and findable."""

    def look() -> bool | None:
        results = issue(laptop, made, token).demand(200, 202).content["results"]
        return True if results[0]["status"] == "active" else None

    eventually(look, lambda: issue(laptop, made, token).content)


def pull(laptop: Laptop, made: Onboarding, api_key: str, variant: str = "v1.13") -> PullAnswer:
    """What DigiLocker is answered when Asha asks."""
    (api,) = made.stored.pull_apis
    asked = Pull("TRCER", api.org_id, {"REGNO": ROW["number"]}, "Asha Rao", date(1980, 3, 4), ASHAS)
    request = pull_variants.request(asked, api_key, VARIANTS[variant], laptop.clock())
    url = f"{laptop.site_url}/digilocker/pull/{made.department_id}/{api.api_id}"
    return pull_caller.send(url, asked, request)


def test_a_department_from_its_first_day_to_its_first_pull(laptop: Laptop) -> None:
    made, api_key, token = set_up(laptop)
    outcomes = dict(made.findings())
    assert "fails" not in outcomes.values()
    assert outcomes["signing_key_untried"] == outcomes["certificate_none"] == "not_tried"
    issued(laptop, made, token)
    assert {outcome for _, outcome in made.findings()} == {"holds"}
    assert pull(laptop, made, api_key).result == "1"
    found = made.call("GET", "/statistics?days=1").demand(200).content
    assert [(found["totals"][name]) for name in ("issued", "findable", "pulled", "failed")] == [1, 1, 1, 0]
    assert found["days"] == [{"day": found["days"][0]["day"], **found["totals"]}]
    assert made.read()["status"] == "active"


def test_what_was_entered_is_read_as_it_was_entered(laptop: Laptop) -> None:
    made, _, _ = set_up(laptop)
    read = made.read()
    (written,) = read["document_types"]
    wanted = type_body()
    fields: Any = wanted["fields"]
    assert {name: written[name] for name in wanted if name != "fields"} == {
        name: value for name, value in wanted.items() if name != "fields"
    }
    assert [(one["name"], one["label_hi"], one["is_required"]) for one in written["fields"]] == [
        (one["name"], one["label_hi"], one.get("is_required", False)) for one in fields
    ]
    (api,) = read["pull_apis"]
    assert api["url"] == f"{suite().settings['PUBLIC_ORIGIN']}/digilocker/pull/{made.department_id}/{api['api_id']}"
    assert {key["purpose"]: key["works"] for key in read["keys"]} == {
        "pull_api": True,
        "client_secret": True,
        "issuing_token": True,
    }
    in_hindi = made.chief.client.call("GET", made.path, token=made.chief.token, headers={"Accept-Language": "hi"})
    assert in_hindi.content["name"] == read["name_hi"]


def test_secrets_are_told_once_and_stand_nowhere_else(
    laptop: Laptop, capsys: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    made, api_key, token = set_up(laptop)
    made.findings()
    capture = capsys.readouterr()
    told = json.dumps(made.read()) + capture.out + capture.err + caplog.text
    told += str(list(suite().store.audit_events(stream_of(made.department_id)))) + repr(made.stored)
    told += str([(key.sealed, key.sha256) for key in made.stored.keys])
    for secret in (api_key, token, SECRET):
        assert secret not in told


class TestAToken:
    def test_of_a_suspended_department_opens_nothing(self, laptop: Laptop) -> None:
        made, api_key, token = set_up(laptop)
        issued(laptop, made, token)
        made.call("POST", "/suspension", {"reason": "Order 12"}).demand(200)
        refused = issue(laptop, made, token)
        assert (refused.status, refused.code) == (401, "department_token_invalid")
        assert pull(laptop, made, api_key).result == "0"
        assert ("department_suspended", "fails") in made.findings()
        assert made.read()["status_reason"] == "Order 12"
        made.call("POST", "/reactivation").demand(200)
        issued(laptop, made, token)
        assert pull(laptop, made, api_key).result == "1"

    def test_that_was_ended_opens_nothing(self, laptop: Laptop) -> None:
        made, _, token = set_up(laptop)
        (key,) = [one for one in made.read()["keys"] if one["purpose"] == "issuing_token"]
        ended = made.call("POST", f"/keys/{key['key_id']}/end").demand(200).content
        assert [one["works"] for one in ended["keys"] if one["key_id"] == key["key_id"]] == [False]
        assert issue(laptop, made, token).code == "department_token_invalid"


def test_a_key_that_is_replaced_in_mid_flight_loses_no_pull(laptop: Laptop) -> None:
    made, old, token = set_up(laptop)
    issued(laptop, made, token)
    api_id = made.read()["pull_apis"][0]["api_id"]
    until = laptop.clock() + timedelta(days=7)
    new = made.key("pull_api", api_id=api_id, old_until=until.strftime("%Y-%m-%dT%H:%M:%SZ"))["secret"]
    assert [pull(laptop, made, key).result for key in (old, new)] == ["1", "1"]
    laptop.clock.advance(hours=7 * 24)
    assert pull(laptop, made, old).http_status == 401
    assert pull(laptop, made, new).result == "1"


class TestOfficers:
    def test_are_invited_to_a_department_and_see_it_alone(self, laptop: Laptop) -> None:
        made, other = onboarded(laptop), onboarded(laptop)
        contact = new_staff_contact()
        body = invitation_body(contact, role="department_officer") | {"authority": made.department_id}
        invited = made.chief.call("POST", "/staff", body).demand(201).content
        assert invited["authority"] == {"code": made.department_id, "name": "Commissionerate of Trade"}
        listed = made.chief.call("GET", f"/staff?authority={made.department_id}").demand(200).content["members"]
        assert [one["account_id"] for one in listed] == [invited["account_id"]]
        officer = made.officer(laptop)
        own = officer.call("GET", "/departments").demand(200).content["departments"]
        assert [one["department_id"] for one in own] == [made.department_id]
        assert officer.call("GET", made.path).demand(200).content["may_change"] is False
        assert officer.call("GET", other.path).demand(404).code == "not_found"
        session = officer.call("GET", "/sessions/current").demand(200).content
        assert (session["role"], session["authority"]["code"]) == ("department_officer", made.department_id)
        for path in ("/staff", "/authorities", "/full-registrations", "/document-reviews", "/staff/readiness"):
            assert officer.call("GET", path).demand(403).code == "not_permitted", path
        officer.call("POST", "/account/training", {"confirm": True}).demand(200)

    @pytest.mark.parametrize(
        ("role", "place", "reason"),
        [
            ("department_officer", "mumbai", "department_unknown"),
            ("department_officer", "n" * 22, "department_unknown"),
            ("officer", "of_department", "role_is_of_departments"),
            ("administrator", "of_department", "role_is_of_departments"),
            ("officer", "n" * 22, "authority_unknown"),
        ],
    )
    def test_belong_to_departments_and_nobody_else_does(
        self, laptop: Laptop, role: str, place: str, reason: str
    ) -> None:
        made = onboarded(laptop)
        authority = made.department_id if place == "of_department" else place
        body = invitation_body(new_staff_contact(), role=role) | {"authority": authority}
        refused = made.chief.call("POST", "/staff", body).demand(422)
        assert refused.reasons == {"authority": reason}
        member = staff_member(laptop, Role.OFFICER, AUTHORITY)
        post = {"authority": authority, "role": role}
        moved = made.chief.call("PUT", f"/staff/{member.account_id}/post", post).demand(422)
        assert moved.reasons == {"authority": reason}

    def test_may_be_moved_from_a_regional_authority_to_a_department(self, laptop: Laptop) -> None:
        made, member = onboarded(laptop), staff_member(laptop, Role.OFFICER, "madurai")
        post = {"authority": made.department_id, "role": "department_officer"}
        moved = made.chief.call("PUT", f"/staff/{member.account_id}/post", post).demand(200).content
        assert (moved["role"], moved["authority"]["code"]) == ("department_officer", made.department_id)
        # Their sessions ended with the move; anew, the department is all that they see.
        anew = member.with_fresh_session()
        assert anew.call("GET", made.path).demand(200).content["department_id"] == made.department_id
        assert anew.call("GET", "/full-registrations").demand(403).code == "not_permitted"


class TestBadInput:
    @pytest.mark.parametrize(
        ("changed", "reasons"),
        [
            ({"issuer_id": "in.gov-tn"}, {"issuer_id": "issuer_id_form"}),
            ({"roles": []}, {"roles": "required"}),
            ({"roles": ["issuer", "owner"]}, {"roles[1]": "choice_unknown"}),
            ({"roles": "issuer"}, {"roles": "not_a_list"}),
            ({"roles": ["issuer", 1]}, {"roles[1]": "not_text"}),
            ({"roles": [None]}, {"roles[0]": "required"}),
            ({"roles": ["issuer"] * 3}, {"roles": "too_many"}),
            ({"name_en": "  "}, {"name_en": "required"}),
            ({"name_hi": "x" * 121}, {"name_hi": "too_long"}),
            ({"status": "active"}, {"status": "unknown_field"}),
        ],
    )
    def test_of_a_department(self, laptop: Laptop, changed: dict[str, object], reasons: dict[str, str]) -> None:
        chief = staff_member(laptop, Role.ADMINISTRATOR, AUTHORITY)
        refused = chief.call("POST", "/departments", department_body(**changed)).demand(422)
        assert refused.reasons == reasons

    @pytest.mark.parametrize(
        ("changed", "reasons"),
        [
            ({"code": "TRCE1"}, {"code": "doctype_form"}),
            ({"element": "xml1"}, {"element": "element_form"}),
            ({"template": "{nowhere}"}, {"template": "template_name_unknown"}),
            ({"template": "bell \u0007"}, {"template": "bad_characters"}),
            # What turns the direction of text, is not seen, or cannot stand in XML.
            ({"template": "No. \u202e{number}"}, {"template": "bad_characters"}),
            ({"title_en": "Trade \u2066registration"}, {"title_en": "bad_characters"}),
            ({"title_hi": "व्यापार \ufffe"}, {"title_hi": "bad_characters"}),
            ({"fields": [{"name": "uid", "label_en": "a", "label_hi": "b"}]}, {"fields[0].name": "field_of_aadhaar"}),
            ({"fields": [{"name": "a", "label_en": "a"}]}, {"fields[0].label_hi": "required"}),
            ({"fields": ["a"]}, {"fields[0]": "not_an_object"}),
            (
                {"fields": [{"name": "a", "label_en": "a", "label_hi": "b", "more": "c"}]},
                {"fields[0].more": "unknown_field"},
            ),
            ({"search": []}, {"search": "search_required"}),
            ({"when_nearly": "maybe"}, {"when_nearly": "choice_unknown"}),
            ({"keep_years": 101}, {"keep_years": "number_out_of_range"}),
            ({"keep_years": "ten"}, {"keep_years": "not_a_number"}),
        ],
    )
    def test_of_a_document_type(self, laptop: Laptop, changed: dict[str, object], reasons: dict[str, str]) -> None:
        made = onboarded(laptop)
        body = type_body(**changed)
        if changed.keys() & {"fields"}:
            body["template"] = None
        refused = made.call("PUT", "/document-types", body).demand(422)
        assert refused.reasons == reasons
        assert made.read()["document_types"] == []

    @pytest.mark.parametrize(
        ("changed", "reasons"),
        [
            ({"doctypes": ["OTHER"]}, {"doctypes[0]": "doctype_unknown"}),
            ({"doctypes": []}, {"doctypes": "required"}),
            ({"kind": "pull"}, {"kind": "choice_unknown"}),
            ({"org_id": "a b"}, {"org_id": "portal_id_form"}),
            ({"is_open": "yes"}, {"is_open": "not_true"}),
            ({"api_id": "short"}, {"api_id": "api_unknown"}),
        ],
    )
    def test_of_an_endpoint(self, laptop: Laptop, changed: dict[str, object], reasons: dict[str, str]) -> None:
        made = onboarded(laptop)
        made.call("PUT", "/document-types", type_body()).demand(200)
        assert made.call("PUT", "/pull-apis", api_body(**changed)).demand(422).reasons == reasons

    @pytest.mark.parametrize(
        ("body", "reasons"),
        [
            ({"purpose": "pull_api"}, {"api_id": "required"}),
            ({"purpose": "client_secret"}, {"secret": "required"}),
            ({"purpose": "client_secret", "secret": "short"}, {"secret": "secret_form"}),
            ({"purpose": "issuing_token", "secret": "long-enough-secret"}, {"secret": "secret_not_taken"}),
            ({"purpose": "issuing_token", "old_until": "2020-01-01T00:00:00Z"}, {"old_until": "instant_past"}),
            ({"purpose": "issuing_token", "old_until": "tomorrow"}, {"old_until": "instant_form"}),
            ({"purpose": "master"}, {"purpose": "choice_unknown"}),
        ],
    )
    def test_of_a_key(self, laptop: Laptop, body: dict[str, object], reasons: dict[str, str]) -> None:
        assert onboarded(laptop).call("POST", "/keys", body).demand(422).reasons == reasons

    @pytest.mark.parametrize(
        ("changed", "reasons"),
        [
            (
                {"limits": {"pushes_a_minute": 0, "pulls_a_minute": 1, "certificates_a_day": 1}},
                "limits.pushes_a_minute",
            ),
            ({"limits": {"pushes_a_minute": 1}}, "limits.pulls_a_minute"),
            ({"limits": []}, "limits"),
            ({"client": {"client_id": "a b", "service_name": "x", "push_encoding": "urlencoded"}}, "client.client_id"),
            (
                {"client": {"client_id": "a", "service_name": "x-y", "push_encoding": "urlencoded"}},
                "client.service_name",
            ),
            ({"client": {"client_id": "a", "service_name": "x", "push_encoding": "json"}}, "client.push_encoding"),
            ({"signing_key": "a b"}, "signing_key"),
            ({"issuer_id": "in.gov.other"}, "issuer_id"),
        ],
    )
    def test_of_a_change(self, laptop: Laptop, changed: dict[str, object], reasons: str) -> None:
        assert reasons in onboarded(laptop).change(**changed).demand(422).reasons

    @pytest.mark.parametrize("days", ["0", "93", "-1", "x"])
    def test_of_days(self, laptop: Laptop, days: str) -> None:
        assert "days" in onboarded(laptop).call("GET", f"/statistics?days={days}").demand(422).reasons


class TestBadLuck:
    def test_a_lost_answer_leaves_one_department(self, laptop: Laptop) -> None:
        chief, body = staff_member(laptop, Role.ADMINISTRATOR, AUTHORITY), department_body()
        for _ in range(4):
            laptop.faults.add("dynamodb", "TransactWriteItems", "answer_lost")
        chief.call("POST", "/departments", body).demand(201, 503)
        laptop.faults.clear()
        made = chief.call("POST", "/departments", body).demand(201).content
        listed = chief.call("GET", "/departments").demand(200).content["departments"]
        assert [one["department_id"] for one in listed if one["issuer_id"] == body["issuer_id"]] == [
            made["department_id"]
        ]

    def test_without_the_key_service_no_key_is_made(self, laptop: Laptop) -> None:
        made = onboarded(laptop)
        for _ in range(10):
            laptop.faults.add("kms", "GenerateDataKey")
        refused = made.call("POST", "/keys", {"purpose": "client_secret", "secret": SECRET})
        assert (refused.status, refused.code) == (503, "service_unavailable")
        assert refused.headers["Retry-After"]
        laptop.faults.clear()
        assert made.read()["keys"] == []

    def test_a_digilocker_that_is_down_leaves_the_client_untried(self, laptop: Laptop) -> None:
        made, _, _ = set_up(laptop)
        client = made.stored.client
        assert client is not None
        playing().digilocker.faults.add("unavailable", client_id=client.client_id)
        assert ("client_untried", "not_tried") in made.findings()
        assert ("client_accepted", "holds") in made.findings()

    def test_a_digilocker_that_does_not_answer_is_not_waited_for_longer_than_a_person_is(self, laptop: Laptop) -> None:
        """The function has 20 s; whoever presses the button when DigiLocker hangs is told so."""
        made, _, _ = set_up(laptop)
        client = made.stored.client
        assert client is not None
        slow = playing().digilocker.faults.add("slow", client_id=client.client_id, seconds=6.0)
        begun = time.monotonic()
        assert ("client_untried", "not_tried") in made.findings()
        assert slow.struck == 1
        assert time.monotonic() - begun < 6.0


class TestListedAtDigiLocker:
    """The self-test compares what DigiLocker's portal has with what is entered here."""

    def listed(self, made: Onboarding) -> PortalClient:
        """The department as the portal has it."""
        client = made.stored.client
        assert client is not None
        return playing().digilocker.clients[client.client_id]

    def test_what_is_the_same_is_told(self, laptop: Laptop) -> None:
        made, _, _ = set_up(laptop)
        assert ("listed", "holds") in made.findings()
        asked = [one.call for one in playing().digilocker.asked]
        assert asked[-3:] == ["issuers", "doctype", "parameters"]

    def test_a_department_that_is_not_listed_yet(self, laptop: Laptop) -> None:
        made, _, _ = set_up(laptop)
        self.listed(made).endpoints.clear()
        assert ("not_listed", "not_tried") in made.findings()

    def test_a_type_that_is_not_listed(self, laptop: Laptop) -> None:
        made, _, _ = set_up(laptop)
        self.listed(made).endpoints[0].doctypes = ("OTHER",)
        found = made.findings()
        assert ("doctypes_not_listed", "fails") in found
        assert "listed" not in dict(found)

    def test_a_parameter_under_another_name(self, laptop: Laptop) -> None:
        made, _, _ = set_up(laptop)
        self.listed(made).endpoints[0].parameters = (("LICENCE", "Licence", "1"),)
        told = made.call("POST", "/self-test").demand(200).content["findings"]
        (differs,) = [one for one in told if one["check"] == "parameters_differ"]
        assert differs["outcome"] == "fails"
        assert "LICENCE" in differs["text"]
        assert "REGNO" in differs["text"]


def test_a_department_that_a_client_was_mistyped_for_is_told(laptop: Laptop) -> None:
    made, _, _ = set_up(laptop)
    made.key("client_secret", secret="another-client-secret")
    assert ("client_refused", "fails") in made.findings()


def test_everything_that_was_done_is_in_the_audit_and_the_chain_holds(laptop: Laptop) -> None:
    made, _, _ = set_up(laptop)
    made.call("POST", "/suspension", {"reason": "Order 12"}).demand(200)
    made.call("POST", "/reactivation").demand(200)
    key_id = made.read()["keys"][0]["key_id"]
    made.call("POST", f"/keys/{key_id}/end").demand(200)
    stream = stream_of(made.department_id)
    events = [one for one in suite().store.audit_events(stream) if one.deed.value.startswith(("dep", "doc", "pull"))]
    assert [event.deed.value for event in events] == [
        "department_opened",
        "document_type_written",
        "pull_api_written",
        "department_changed",
        *["department_key_made"] * 3,
        "department_suspended",
        "department_reactivated",
        "department_key_ended",
    ]
    assert {event.actor for event in events} == {f"account:{made.chief.account_id}"}
    assert isinstance(verified(stream, suite().store.audit_events(stream), suite().clock()), Intact)
