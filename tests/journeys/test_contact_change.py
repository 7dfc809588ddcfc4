"""Changing email and mobile over HTTP: who hears of it, what leads to the account afterwards, whose business it is."""

from __future__ import annotations

import logging

import pytest

from chalicelib.domain.accounts.security import Method
from infra.local.laptop import Laptop
from tests.journeys.accounts import signed_up
from tests.journeys.importers import PASSWORD, new_contact
from tests.journeys.residents import Resident, code_in, icegate_resident, new_resident, single_code
from tests.journeys.signed_in import fresh, signed_in
from tests.journeys.staff import staff_member


@pytest.fixture
def resident(laptop: Laptop) -> Resident:
    return new_resident(laptop)


class TestEmail:
    def test_the_straight_path(self, resident: Resident) -> None:
        new = new_contact()
        asked = resident.change(email=new.email).demand(202).content
        assert (asked["status"], asked["channel"], asked["cooling"]) == ("codes_sent", "email", False)
        assert asked["sent_to"].endswith("@elsewhere.example")
        (mail,) = resident.until_heard(1, new)
        done = resident.verify(asked["change_id"], code_in(mail)).demand(200).content
        assert (done["status"], done["effective_at"]) == ("done", None)
        assert resident.read()["email"] == new.email
        assert all("email" in text and "changed" in text for text in resident.until_heard(2))
        # Signing in goes by the new one, and no more by the old one.
        resident.username = new.email
        resident.sign_in().demand(202)
        resident.username = resident.contact.email
        resident.sign_in().demand(401)

    def test_a_username_that_is_the_email_follows_it(self, laptop: Laptop) -> None:
        old, new = new_contact(), new_contact()
        resident = new_resident(laptop, contact=old, username=old.email)
        change_id = resident.change(email=new.email).demand(202).content["change_id"]
        resident.verify(change_id).demand(200)
        assert resident.read()["username"] == new.email

    def test_after_signing_up_and_a_step_up(self, laptop: Laptop) -> None:
        person = signed_up(laptop)
        client, new = signed_in(laptop, person), new_contact()
        laptop.clock.advance(minutes=10)
        asked = {"email": new.email}
        client.call("POST", "/account/contact-changes", asked).demand(403)
        change_id = fresh(client).call("POST", "/account/contact-changes", asked).demand(202).content["change_id"]
        body = {"code": single_code(change_id)}
        client.call("POST", f"/account/contact-changes/{change_id}/verify", body).demand(200)
        assert client.call("GET", "/account").demand(200).content["email"] == new.email

    def test_an_icegate_id_as_well(self, laptop: Laptop) -> None:
        resident, new = icegate_resident(laptop), new_contact()
        change_id = resident.change(email=new.email).demand(202).content["change_id"]
        resident.verify(change_id).demand(200)
        assert resident.read()["email"] == new.email

    def test_staff_keep_an_official_one(self, laptop: Laptop) -> None:
        officer = staff_member(laptop, "officer", "chennai")
        reply = officer.call("POST", "/account/contact-changes", {"email": "me@gmail.example"})
        assert reply.demand(422).reasons == {"email": "email_not_official"}


class TestSomebodyElses:
    def test_it_is_answered_as_if_it_were_free_and_told_to_its_owner(self, laptop: Laptop, resident: Resident) -> None:
        other, free = new_resident(laptop), new_contact()
        answers = []
        for email in (other.contact.email, free.email):
            asked = resident.change(email=email).demand(202).content
            wrong = resident.verify(asked["change_id"], "000000").demand(422)
            left = (wrong.code, wrong.reasons, wrong.content["attempts_left"])
            answers.append((sorted(asked), asked["status"], asked["sends_left"], asked["attempts_left"], left))
        assert answers[0] == answers[1]
        (told,) = other.until_heard(1)
        assert "belongs to another account" in told
        assert other.read()["email"] == other.contact.email

    def test_another_persons_change_is_not_found(self, laptop: Laptop, resident: Resident) -> None:
        change_id = resident.change(email=new_contact().email).demand(202).content["change_id"]
        other = new_resident(laptop)
        path = f"/account/contact-changes/{change_id}"
        for reply in (
            other.verify(change_id),
            other.call("POST", f"{path}/codes"),
            other.call("DELETE", path),
            resident.call("DELETE", "/account/contact-changes/" + "A" * 22),
            resident.call("DELETE", "/account/contact-changes/not-an-id"),
        ):
            assert reply.demand(404).code == "not_found"
        assert resident.verify(change_id).status == 200


class TestMobile:
    def test_at_once_for_whoever_showed_more_than_an_email_code(self, resident: Resident) -> None:
        new = new_contact()
        asked = resident.change(mobile=new.mobile).demand(202).content
        assert (asked["channel"], asked["cooling"]) == ("mobile", False)
        (sms,) = resident.until_heard(1, new)
        assert resident.verify(asked["change_id"], code_in(sms)).demand(200).content["status"] == "done"
        assert resident.read()["mobile"] == new.mobile

    def test_whoever_showed_an_email_code_is_told_that_a_day_passes(self, resident: Resident) -> None:
        by_email = resident.signed_in(Method.EMAIL_CODE)
        assert by_email.change(mobile=new_contact().mobile).demand(202).content["cooling"] is True

    def test_staff_confirm_theirs_anew_and_are_let_in_again(self, laptop: Laptop) -> None:
        officer = staff_member(laptop, "officer", "chennai")
        laptop.clock.advance(hours=24 * 181)
        officer = officer.with_fresh_session()
        assert officer.call("GET", "/authorities").demand(403).code == "mobile_confirmation_required"
        body = {"mobile": officer.stored.contact.mobile}
        asked = officer.call("POST", "/account/contact-changes", body).demand(202).content
        code = {"code": single_code(asked["change_id"])}
        officer.call("POST", f"/account/contact-changes/{asked['change_id']}/verify", code).demand(200)
        officer.call("GET", "/authorities").demand(200)
        seen = officer.call("GET", "/account").demand(200).content
        assert seen["mobile_confirm_by"] > seen["mobile_confirmed_at"]

    def test_one_that_waits_bars_another(self, resident: Resident) -> None:
        resident.waiting()
        assert resident.change(mobile=new_contact().mobile).demand(409).code == "change_pending"


class TestAsking:
    @pytest.mark.parametrize("body", [{}, {"email": "a@b.example", "mobile": "9876543210"}])
    def test_one_thing_is_changed_at_a_time(self, resident: Resident, body: dict[str, str]) -> None:
        assert set(resident.change(**body).demand(422).reasons.values()) == {"one_contact"}

    def test_the_email_there_is_is_no_change(self, resident: Resident) -> None:
        reply = resident.change(email=resident.contact.email.upper()).demand(422)
        assert reply.reasons == {"email": "contact_unchanged"}

    def test_a_second_factor_within_ten_minutes_is_asked_for(self, resident: Resident) -> None:
        resident.laptop.clock.advance(minutes=10)
        assert resident.change(email=new_contact().email).demand(403).code == "step_up_required"

    def test_but_not_for_typing_the_code(self, resident: Resident) -> None:
        change_id = resident.change(email=new_contact().email).demand(202).content["change_id"]
        resident.laptop.clock.advance(minutes=11)
        resident.verify(change_id).demand(200)

    def test_the_code_ends_after_a_quarter_of_an_hour(self, resident: Resident) -> None:
        change_id = resident.change(email=new_contact().email).demand(202).content["change_id"]
        resident.laptop.clock.advance(minutes=14)
        resident.read()
        resident.laptop.clock.advance(minutes=1)
        assert resident.verify(change_id).demand(410).code == "code_expired"

    def test_it_is_sent_again_after_half_a_minute(self, resident: Resident) -> None:
        change_id = resident.change(email=new_contact().email).demand(202).content["change_id"]
        path = f"/account/contact-changes/{change_id}/codes"
        assert resident.call("POST", path).demand(429).code == "resend_too_soon"
        resident.laptop.clock.advance(seconds=30)
        assert resident.call("POST", path).demand(202).content["sends_left"] == 3


def test_no_log_holds_an_address_or_a_code(resident: Resident, caplog: pytest.LogCaptureFixture) -> None:
    new = new_contact()
    with caplog.at_level(logging.DEBUG, logger="pravesh"):
        change_id = resident.change(email=new.email).demand(202).content["change_id"]
        code = single_code(change_id)
        resident.verify(change_id).demand(200)
    told = "\n".join(f"{record.__dict__}" for record in caplog.records if record.name.startswith("pravesh"))
    assert "verify_contact_change" in told
    for secret in (new.email, resident.contact.email, resident.contact.mobile, code, resident.token, PASSWORD):
        assert secret not in told
