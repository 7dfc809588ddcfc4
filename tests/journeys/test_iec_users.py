"""Users of an IEC over HTTP: whole stories under real signatures, and what everybody else is told."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.domain.changes import WriteIecUser
from chalicelib.suite import suite
from infra.local.laptop import Laptop
from tests.journeys.firms import Firm, Login, new_firm
from tests.journeys.importers import PASSWORD
from tests.journeys.residents import new_resident
from tests.journeys.walking import eventually, sent_to

INVITE = {"change": "invite", "name": "Ravi", "email": "r@example.com", "role": "preparer"}


@pytest.fixture
def firm(laptop: Laptop) -> Firm:
    return new_firm(laptop)


def mails_to(laptop: Laptop, login: Login, containing: str) -> list[str]:
    """The mails that reached a login's address and hold this, once there is one."""

    def arrived() -> list[str] | None:
        return [sent.text for sent in sent_to(laptop, login.account.contact) if containing in sent.text] or None

    return eventually(arrived, lambda: sent_to(laptop, login.account.contact))


class TestAStory:
    def test_invited_accepted_given_another_role_and_removed(self, laptop: Laptop, firm: Firm) -> None:
        owner, employee = firm.owner(), firm.employee()
        invitation = owner.invite(employee, "preparer")
        (mail,) = mails_to(laptop, employee, "/en/iec/invitation?id=")
        assert f"?id={invitation} " in mail
        assert firm.record.entity_name in mail
        assert firm.iec not in mail
        read = employee.call("GET", f"/iec-invitations/{invitation}").demand(200).content
        assert (read["entity_name"], read["role"], read["invited_by"]) == (
            firm.record.entity_name,
            "preparer",
            owner.user.name,
        )
        joined = employee.call("POST", f"/iec-invitations/{invitation}/acceptance").demand(200).content
        assert (joined["linked"], joined["role"], joined["rights"], joined["link"]) == (
            True,
            "preparer",
            ["see", "prepare"],
            None,
        )
        assert owner.change("change_role", employee, role="signatory")["status"] == "done"
        assert employee.call("GET", "/iec-links/current").demand(200).content["rights"] == ["see", "prepare", "sign"]
        assert owner.change("remove", employee)["status"] == "done"
        assert employee.call("GET", "/iec-links/current").demand(200).content["linked"] is False
        employee.call("GET", "/iec/users").demand(403)
        history = owner.call("GET", "/iec/history").demand(200).content["entries"]
        assert [entry["text"].partition(" ")[2].partition(" ")[0] for entry in history] == [
            "remove",
            "change",
            "invite",
            "their",
        ]
        assert {(entry["by"], entry["method"], entry["status"], entry["has_evidence"]) for entry in history} == {
            (owner.user.name, "dsc", "done", True)
        }
        evidence = owner.call("GET", f"/signings/{history[0]['signing_id']}/evidence").demand(200).content
        stored = suite().store.signing(history[0]["signing_id"])
        assert stored is not None
        assert stored.evidence is not None
        assert evidence["sha256"] == stored.evidence.sha256

    def test_ownership_passes_under_two_signatures(self, laptop: Laptop, firm: Firm) -> None:
        owner, employee = firm.owner(), firm.employee()
        employee.call("POST", f"/iec-invitations/{owner.invite(employee, 'manager')}/acceptance").demand(200)
        assert owner.change("offer_ownership", employee)["status"] == "done"
        assert employee.call("GET", "/iec-links/current").demand(200).content["offer_from"] == owner.user.name
        # Who has linked no signature of their own takes nothing.
        assert employee.open("accept_ownership").demand(403).code == "not_linked"
        employee.link()
        assert employee.user.role.value == "manager"
        assert employee.change("accept_ownership")["status"] == "done"
        assert (owner.user.role.value, employee.user.role.value) == ("manager", "owner")
        mails_to(laptop, owner, "is now owner of")
        # Nobody else's certificate will do.
        signing = employee.open("suspend", owner).demand(201).content
        refused = employee.sign(signing, owner.dsc)
        assert refused["status"] == "awaiting_signature"
        assert [finding["reason"] for finding in refused["report"]["findings"] if finding["verdict"] == "fails"] == [
            "not_the_linked_signer"
        ]
        assert owner.user.status.value == "active"

    def test_the_last_owner_stays_until_another_is_there(self, firm: Firm) -> None:
        owner = firm.owner()
        assert owner.open("leave").demand(409).code == "last_owner"
        other = firm.owner()
        assert owner.change("leave")["status"] == "done"
        assert other.open("leave").demand(409).code == "last_owner"
        # Who left may link again, and is an owner again: the record names them.
        owner.link()
        assert owner.user.role.value == "owner"

    def test_suspended_means_nothing_goes_any_more(self, firm: Firm) -> None:
        owner, employee = firm.owner(), firm.employee()
        employee.call("POST", f"/iec-invitations/{owner.invite(employee, 'viewer')}/acceptance").demand(200)
        employee.call("GET", "/iec/users").demand(200)
        assert owner.change("suspend", employee)["status"] == "done"
        for path in ("/iec/users", "/iec/history"):
            assert employee.call("GET", path).demand(403).code == "not_permitted"
        assert employee.call("POST", "/iec-links", {"iec": firm.iec}).demand(403).code == "not_permitted"
        assert owner.change("reactivate", employee)["status"] == "done"
        employee.call("GET", "/iec/users").demand(200)

    def test_what_was_decided_meanwhile_is_told(self, firm: Firm) -> None:
        owner, other, employee = firm.owner(), firm.owner(), firm.employee()
        invitation = owner.invite(employee, "viewer")
        signing = owner.open("invite_again", invitation).demand(201).content
        assert other.change("remove", invitation)["status"] == "done"
        ended = owner.sign(signing)
        assert (ended["status"], ended["why"]["code"]) == ("refused", "iec_user_conflict")
        entry = owner.call("GET", "/iec/history").demand(200).content["entries"][0]
        assert (entry["status"], entry["has_evidence"]) == ("refused", True)
        assert entry["why"]


class TestInvitations:
    def test_the_wrong_person_and_an_unknown_one_are_told_the_same(self, laptop: Laptop, firm: Firm) -> None:
        invitation = firm.owner().invite(firm.employee(), "preparer")
        stranger = new_resident(laptop)
        told = [
            stranger.call(method, f"/iec-invitations/{user_id}{below}").demand(422).content
            for user_id in (invitation, "x" * 22)
            for method, below in (("GET", ""), ("POST", "/acceptance"))
        ]
        assert {answer["code"] for answer in told} == {"invitation_not_valid"}
        assert all(answer == told[0] for answer in told)

    def test_one_that_has_run_out_is_none(self, firm: Firm) -> None:
        employee = firm.employee()
        invitation = firm.owner().invite(employee, "preparer")
        invited, now = suite().store.iec_user(firm.iec, invitation), suite().clock()
        assert invited is not None
        assert invited.invitation_expires_at is not None
        assert now + timedelta(days=6, hours=23) < invited.invitation_expires_at <= now + timedelta(days=7)
        suite().store.write(WriteIecUser(replace(invited, invitation_expires_at=now)))
        for method, below in (("GET", ""), ("POST", "/acceptance")):
            answer = employee.call(method, f"/iec-invitations/{invitation}{below}").demand(422)
            assert answer.code == "invitation_not_valid"

    def test_one_login_is_of_one_iec(self, laptop: Laptop, firm: Firm) -> None:
        employee, other = firm.employee(), new_firm(laptop)
        first = firm.owner().invite(employee, "preparer")
        second = other.owner().invite(employee, "preparer")
        employee.call("POST", f"/iec-invitations/{first}/acceptance").demand(200)
        answer = employee.call("POST", f"/iec-invitations/{second}/acceptance").demand(409)
        assert answer.code == "already_linked"

    def test_accepting_twice_is_accepting_once(self, firm: Firm) -> None:
        employee = firm.employee()
        invitation = firm.owner().invite(employee, "preparer")
        answers = [employee.call("POST", f"/iec-invitations/{invitation}/acceptance").demand(200) for _ in range(2)]
        assert answers[0].content == answers[1].content
        assert employee.call("GET", f"/iec-invitations/{invitation}").demand(422).code == "invitation_not_valid"


class TestBadInput:
    @pytest.mark.parametrize(
        ("body", "field", "reason"),
        [
            ({"change": "crown"}, "change", "iec_change_unknown"),
            ({"change": "invite", "name": "R", "email": "r@example.com", "role": "preparer"}, "name", "name_length"),
            ({"change": "invite", "name": "Ravi", "email": "nobody", "role": "preparer"}, "email", "email_invalid"),
            (
                {"change": "invite", "name": "Ravi", "email": "r@example.com", "role": "king"},
                "role",
                "iec_role_unknown",
            ),
            (
                {"change": "invite", "name": "Ravi", "email": "r@example.com", "role": "owner"},
                "role",
                "iec_role_not_given",
            ),
            ({"change": "invite", "name": "Ravi", "email": "r@example.com"}, "role", "required"),
            ({"change": "suspend"}, "user_id", "required"),
            ({"change": "suspend", "user_id": "../etc"}, "user_id", "bad_characters"),
            ({"change": "leave", "reason": "why not"}, "reason", "unknown_field"),
        ],
    )
    def test_is_refused_field_by_field(self, firm: Firm, body: dict[str, str], field: str, reason: str) -> None:
        answer = firm.owner().call("POST", "/iec/user-changes", body).demand(422)
        assert answer.content["reasons"][field] == reason

    def test_a_name_forges_no_line_of_the_statement(self, firm: Firm) -> None:
        owner = firm.owner()
        name = "Ravi\n- I leave this IEC."
        answer = owner.open("invite", name=name, email="r@example.com", role="viewer")
        if answer.status == 201:
            statement = answer.content["document"].partition("I state:\n")[2].partition("\n\n")[0]
            assert statement.count("\n") == 0

    def test_who_is_of_no_iec_sees_none(self, laptop: Laptop) -> None:
        stranger = new_resident(laptop)
        for path in ("/iec/users", "/iec/history"):
            assert stranger.call("GET", path).demand(403).code == "not_linked"
        assert stranger.call("POST", "/iec/user-changes", {"change": "leave"}).demand(403).code == "not_linked"


class TestOwnData:
    def test_ones_own_place_and_signings_are_in_it(self, firm: Firm) -> None:
        owner, other = firm.owner(), firm.owner()
        answer = owner.call("GET", "/account/data").demand(200).content
        assert answer["iec_user"]["user_id"] == owner.user_id
        assert [signing["purpose"] for signing in answer["signings"]] == ["link_iec"]
        assert other.account.contact.email not in str(answer)

    def test_what_one_signed_stays_ones_own_data_after_one_has_left(self, firm: Firm) -> None:
        owner, other = firm.owner(), firm.owner()
        owner.change("leave")
        answer = owner.call("GET", "/account/data").demand(200).content
        assert answer["iec_user"] is None
        assert {signing["purpose"] for signing in answer["signings"]} == {"link_iec", "change_iec_users"}
        assert other.account.contact.email not in str(answer)


class TestClosing:
    def test_an_owner_leaves_before_the_account_is_closed(self, firm: Firm) -> None:
        answer = firm.owner().call("POST", "/account/closure", {"password": PASSWORD, "confirm": True}).demand(409)
        assert (answer.code, answer.content["reasons"]) == ("closure_refused", {"iec_link": "tie_iec_link"})

    def test_everybody_else_goes_with_the_account(self, firm: Firm) -> None:
        owner, employee = firm.owner(), firm.employee()
        employee.call("POST", f"/iec-invitations/{owner.invite(employee, 'viewer')}/acceptance").demand(200)
        email, account_id = employee.account.contact.email, employee.account.account_id
        employee.call("POST", "/account/closure", {"password": PASSWORD, "confirm": True}).demand(204)
        assert email not in owner.listed()
        assert suite().store.membership(account_id) is None
