"""Staff from the first administrator to the lists: invitation, joining, sign-in, authenticator; who may see what."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from chalicelib.domain.accounts.account import AccountStatus
from chalicelib.domain.accounts.owners import account_key
from chalicelib.domain.auditing import Intact, verified
from chalicelib.domain.contacts import Contact
from chalicelib.domain.identifiers import EmailAddress
from chalicelib.domain.staff.inviting import FIRST_ADMINISTRATOR
from chalicelib.suite import suite
from infra import first_administrator
from infra.local.laptop import Laptop
from tests.journeys.accounts import Person
from tests.journeys.clients import Client
from tests.journeys.joining import invitation_body, invited, joining, six_digits
from tests.journeys.signed_in import password_shown
from tests.journeys.staff import PASSWORD, StaffMember, new_staff_contact, staff_member
from tests.journeys.walking import eventually, newest_codes, sent_to


def mailed(laptop: Laptop, contact: Contact, about: str) -> str:
    """The text of a mail about something, once it has arrived."""

    def look() -> str | None:
        return next((sent.text for sent in sent_to(laptop, contact)[::-1] if about in sent.text), None)

    return eventually(look, lambda: sent_to(laptop, contact))


def person(contact: Contact) -> Person:
    return Person("Meera Nair", contact.email, PASSWORD, contact.email, contact.mobile)


def test_an_officer_from_the_first_administrator_to_the_lists(fresh_laptop: Laptop) -> None:
    laptop, chief, clerk = fresh_laptop, new_staff_contact(), new_staff_contact()
    typed = {"name": "Asha Rao", "email": chief.email, "mobile": chief.mobile, "authority": "mumbai"}
    assert first_administrator.main([f"--{name}={value}" for name, value in typed.items()]) == 0

    def comes(contact: Contact) -> StaffMember:
        """Somebody follows the mail, joins, signs in and adds an authenticator."""
        letter = mailed(laptop, contact, "/staff/join")
        assert f"{laptop.site_url}/en/staff/join" in letter
        assert not six_digits(letter)
        under_way = joining(laptop, contact.email)
        under_way.verify(newest_codes(laptop, contact)).demand(200)
        assert under_way.choose().demand(200).content["status"] == "done"
        mailed(laptop, contact, "/sign-in")
        session = password_shown(laptop, person(contact)).second_factor()
        assert session.call("GET", "/authorities").demand(403).code == "authenticator_required"
        assert session.call("GET", "/sessions/current").demand(200).content["missing"] == "authenticator_required"
        assert len(session.add_authenticator()) == 10
        session.second_factor()
        secret = session.authenticator
        assert secret is not None
        account_id = str(session.stored.owner).partition(":")[2]
        return StaffMember(session.client, account_id, contact.email, session.token, secret)

    administrator = comes(chief)
    listed = administrator.call("GET", "/staff").demand(200).content["members"]
    assert [(one["account_id"], one["status"], one["missing"]) for one in listed] == [
        (FIRST_ADMINISTRATOR, "active", ["training"])
    ]
    made = administrator.call("POST", "/staff", invitation_body(clerk, role="supervisor")).demand(201).content
    assert (made["status"], made["mobile"]) == ("invited", f"+91 ••••••{clerk.mobile[-4:]}")
    supervisor = comes(clerk)
    names = [one["email"] for one in supervisor.call("GET", "/staff").demand(200).content["members"]]
    assert sorted(names) == sorted([chief.email, clerk.email])
    for account_id in (administrator.account_id, supervisor.account_id):
        events = list(suite().store.audit_events(account_key(account_id)))
        assert isinstance(verified(account_key(account_id), events, suite().clock()), Intact)
        assert "staff_joined" in [event.deed.value for event in events]


class TestWhoMaySee:
    def test_an_officer_sees_no_list(self, laptop: Laptop) -> None:
        officer = staff_member(laptop, "officer", "mumbai")
        for path in ("/staff", "/staff/readiness", f"/staff/{officer.account_id}"):
            assert officer.call("GET", path).demand(403).code == "not_permitted"
        assert officer.call("GET", "/authorities").demand(200)

    def test_a_supervisor_sees_the_own_authority_and_of_others_not_even_that_they_are(self, laptop: Laptop) -> None:
        supervisor, other = staff_member(laptop, "supervisor", "kochi"), staff_member(laptop, "officer", "pune")
        mine = staff_member(laptop, "officer", "kochi")
        listed = supervisor.call("GET", "/staff").demand(200).content["members"]
        assert {mine.account_id, supervisor.account_id} <= {one["account_id"] for one in listed}
        assert {one["authority"]["code"] for one in listed} == {"kochi"}
        assert supervisor.call("GET", f"/staff/{mine.account_id}").demand(200).content["name"] == mine.stored.name
        answers = [
            supervisor.call("GET", path)
            for path in (
                "/staff?authority=pune",
                "/staff?authority=atlantis",
                "/staff/readiness?authority=pune",
                f"/staff/{other.account_id}",
                f"/staff/{'x' * 22}",
            )
        ]
        assert {(answer.status, answer.raw) for answer in answers} == {(404, answers[0].raw)}
        body = {"authority": "pune", "what": "training"}
        assert supervisor.call("POST", "/staff/reminders", body).demand(404).code == "not_found"

    def test_a_supervisor_changes_nobody(self, laptop: Laptop) -> None:
        supervisor, mine = staff_member(laptop, "supervisor", "kochi"), staff_member(laptop, "officer", "kochi")
        for method, path in (
            ("POST", "/staff"),
            ("POST", f"/staff/{mine.account_id}/suspension"),
            ("PUT", f"/staff/{mine.account_id}/post"),
            ("POST", f"/staff/{mine.account_id}/authenticator-reset"),
        ):
            assert supervisor.call(method, path, {}).demand(403).code == "not_permitted"

    def test_an_administrator_sees_every_authority(self, laptop: Laptop) -> None:
        administrator, other = staff_member(laptop, "administrator", "kochi"), staff_member(laptop, "officer", "pune")
        listed = administrator.call("GET", "/staff?authority=pune").demand(200).content["members"]
        assert other.account_id in [one["account_id"] for one in listed]
        assert administrator.call("GET", "/staff?authority=atlantis").demand(404)

    def test_authorities_are_named_in_the_readers_language(self, laptop: Laptop) -> None:
        officer = staff_member(laptop, "officer", "mumbai")
        found = officer.call("GET", "/authorities", headers={"Accept-Language": "hi"}).demand(200).content
        assert {"code": "mumbai", "name": "मुंबई"} in found["authorities"]
        assert len(found["authorities"]) == 31

    def test_a_person_without_a_post_is_no_member(self, laptop: Laptop) -> None:
        administrator = staff_member(laptop, "administrator", "kochi")
        trader = staff_member(laptop, "importer_exporter", "kochi", post=None)
        assert administrator.call("GET", f"/staff/{trader.account_id}").demand(404).code == "not_found"

    def test_a_mobile_that_ages_out_in_mid_session_stops_access_there_and_then(self, laptop: Laptop) -> None:
        almost = suite().clock() - timedelta(days=180) + timedelta(minutes=5)
        supervisor = staff_member(laptop, "supervisor", "kochi", mobile_confirmed_at=almost)
        assert supervisor.call("GET", "/staff").demand(200)
        laptop.clock.advance(minutes=5)
        assert supervisor.call("GET", "/staff").demand(403).code == "mobile_confirmation_required"
        # One's own account stays open, to put it in order there.
        assert supervisor.call("GET", "/account").demand(200)


class TestInvitation:
    @pytest.mark.parametrize(
        "domain",
        ["gov.in.example.com", "xgov.in", "govin.com", "xn--gv-jbc.in", "xn--e1a.gov.in", "gmail.com", "gov.in.co"],
    )
    def test_a_look_alike_domain_is_refused(self, laptop: Laptop, domain: str) -> None:
        administrator = staff_member(laptop, "administrator", "mumbai")
        contact = Contact(EmailAddress(f"meera@{domain}"), new_staff_contact().mobile)
        reply = administrator.call("POST", "/staff", invitation_body(contact)).demand(422)
        assert reply.reasons == {"email": "email_not_official"}
        assert suite().store.named(contact.mobile) is None

    @pytest.mark.parametrize("email", ["meera@gov.in.", "meera@gov.in@evil.com", "meera@gоv.in", "meera@gov。in"])
    def test_what_is_no_email_is_refused_as_such(self, laptop: Laptop, email: str) -> None:
        administrator = staff_member(laptop, "administrator", "mumbai")
        reply = administrator.call("POST", "/staff", invitation_body(email=email)).demand(422)
        assert reply.reasons == {"email": "email_invalid"}

    @pytest.mark.parametrize(
        "more",
        [
            {"status": "active"},
            {"password": PASSWORD},
            {"account_id": "x" * 22},
            {"joined_at": "2026-01-01T00:00:00Z"},
            {"mobile_confirmed_at": "2026-01-01T00:00:00Z"},
            {"invited_by": "system"},
        ],
    )
    def test_nothing_but_what_is_asked_for_can_be_set(self, laptop: Laptop, more: dict[str, str]) -> None:
        administrator = staff_member(laptop, "administrator", "mumbai")
        reply = administrator.call("POST", "/staff", invitation_body(**more)).demand(422)  # type: ignore[arg-type]
        assert reply.reasons == dict.fromkeys(more, "unknown_field")

    @pytest.mark.parametrize(
        ("changed", "reason"),
        [
            ({"role": "importer_exporter"}, "role_unknown"),
            ({"role": "root"}, "role_unknown"),
            ({"role": ["administrator"]}, "not_text"),
            ({"authority": "atlantis"}, "authority_unknown"),
            ({"name": "234123412346 234"}, "name_needs_letter"),
        ],
    )
    def test_what_is_wrong_is_told_by_field(self, laptop: Laptop, changed: dict[str, object], reason: str) -> None:
        administrator = staff_member(laptop, "administrator", "mumbai")
        reply = administrator.call("POST", "/staff", invitation_body(**changed)).demand(422)  # type: ignore[arg-type]
        assert reply.reasons == {next(iter(changed)): reason}

    def test_an_address_that_has_an_account_is_named_to_the_administrator(self, laptop: Laptop) -> None:
        administrator, known = staff_member(laptop, "administrator", "mumbai"), staff_member(laptop, "officer", "pune")
        reply = administrator.call("POST", "/staff", invitation_body(known.stored.contact)).demand(409)
        assert (reply.code, set(reply.reasons)) == ("already_invited", {"email", "mobile"})

    def test_it_asks_for_a_fresh_second_factor(self, laptop: Laptop) -> None:
        administrator = staff_member(laptop, "administrator", "mumbai")
        laptop.clock.advance(minutes=10)
        assert administrator.call("POST", "/staff", invitation_body()).demand(403).code == "step_up_required"

    def test_it_can_be_sent_again(self, laptop: Laptop) -> None:
        administrator, contact = staff_member(laptop, "administrator", "mumbai"), new_staff_contact()
        made = invited(administrator, contact=contact)
        laptop.clock.advance(hours=1)
        again = administrator.with_fresh_session()
        renewed = again.call("POST", f"/staff/{made['account_id']}/invitation").demand(200).content
        assert renewed["invitation_expires_at"] > made["invitation_expires_at"]
        eventually(lambda: len(sent_to(laptop, contact)) == 2 or None, lambda: sent_to(laptop, contact))


class TestReadiness:
    def test_who_lacks_what_is_told_and_reminded_once_a_day(self, fresh_laptop: Laptop) -> None:
        laptop = fresh_laptop
        supervisor = staff_member(laptop, "supervisor", "kochi")
        stale = staff_member(laptop, "officer", "kochi", mobile_confirmed_at=None)
        elsewhere = Contact(EmailAddress("clerk@example.com"), new_staff_contact().mobile)
        unofficial = staff_member(laptop, "officer", "kochi", contact=elsewhere, username=elsewhere.email)
        staff_member(laptop, "officer", "kochi", status=AccountStatus.SUSPENDED, mobile_confirmed_at=None)
        found = supervisor.call("GET", "/staff/readiness").demand(200).content
        assert (found["authority"]["code"], found["total"], found["ready"]) == ("kochi", 3, 1)
        assert found["authorities"] is None
        told = {what: [one["account_id"] for one in members] for what, members in found["lacking"].items()}
        assert told == {
            "official_email": [unofficial.account_id],
            "fresh_mobile": [stale.account_id],
            "authenticator": [],
            "training": [],
        }
        body = {"authority": "kochi", "what": "fresh_mobile"}
        for reminded in (1, 0):
            reply = supervisor.call("POST", "/staff/reminders", body).demand(202)
            assert reply.content == {"reminded": reminded}
        assert "180" in mailed(laptop, stale.stored.contact, "Back Office")
        laptop.clock.advance(hours=24)
        tomorrow = supervisor.with_fresh_session()
        assert tomorrow.call("POST", "/staff/reminders", body).demand(202).content == {"reminded": 1}

    def test_an_administrator_reads_the_overview_of_all(self, fresh_laptop: Laptop) -> None:
        administrator = staff_member(fresh_laptop, "administrator", "kochi")
        staff_member(fresh_laptop, "officer", "pune", mobile_confirmed_at=None)
        found = administrator.call("GET", "/staff/readiness").demand(200).content
        rows = {row["authority"]["code"]: row for row in found["authorities"]}
        assert len(rows) == 31
        assert (rows["pune"]["total"], rows["pune"]["ready"], rows["pune"]["fresh_mobile"]) == (1, 0, 1)
        assert (rows["kochi"]["total"], rows["kochi"]["ready"]) == (1, 1)
        one = administrator.call("GET", "/staff/readiness?authority=pune").demand(200).content
        assert (one["authority"]["code"], one["authorities"]) == ("pune", None)

    def test_only_a_known_thing_can_be_reminded_of(self, laptop: Laptop) -> None:
        supervisor = staff_member(laptop, "supervisor", "kochi")
        reply = supervisor.call("POST", "/staff/reminders", {"authority": "kochi", "what": "tea"}).demand(422)
        assert reply.reasons == {"what": "reminder_unknown"}


def test_no_answer_about_staff_holds_a_secret_or_a_whole_mobile(laptop: Laptop) -> None:
    administrator, member = staff_member(laptop, "administrator", "mumbai"), staff_member(laptop, "officer", "mumbai")
    for path in ("/staff", "/staff/readiness", f"/staff/{member.account_id}"):
        told = json.dumps(administrator.call("GET", path).demand(200).content)
        for secret in (member.stored.contact.mobile, "argon2", "sealed", "recovery", member.token):
            assert secret not in told


def test_pages_of_no_administrator_are_guessed_by_the_first_administrators_id(laptop: Laptop) -> None:
    """That id is known to everybody who reads the code: it opens nothing."""
    assert Client(laptop.site_url).call("GET", f"/staff/{FIRST_ADMINISTRATOR}").demand(401)
    officer = staff_member(laptop, "officer", "mumbai")
    assert officer.call("GET", f"/staff/{FIRST_ADMINISTRATOR}").demand(403)
