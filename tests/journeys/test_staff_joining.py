"""Joining the staff: once for an invitation, in its time, by both codes; a stranger learns nothing."""

from __future__ import annotations

from collections import Counter

import pytest

from chalicelib.domain import codes
from chalicelib.domain.accounts.account import AccountStatus
from infra.local.laptop import Laptop
from tests.engines import on_both_engines
from tests.journeys.clients import Client, Reply, captcha
from tests.journeys.joining import Joining, invitation_body, invited, joining
from tests.journeys.staff import PASSWORD, StaffMember, new_staff_contact, staff_member
from tests.journeys.walking import eventually, sent_to, together, wrong


@pytest.fixture
def administrator(laptop: Laptop) -> StaffMember:
    return staff_member(laptop, "administrator", "mumbai")


def signs_in(laptop: Laptop, email: str, password: str = PASSWORD) -> Reply:
    return Client(laptop.site_url).call("POST", "/sessions", {"username": email, "password": password})


def shape(opened: dict[str, object]) -> dict[str, object]:
    """What an answer tells beside ids and tokens of its own."""
    return {name: value for name, value in opened.items() if name not in {"joining_id", "flow_token"}}


class TestWhoMayJoin:
    def test_unknown_expired_and_joined_are_answered_like_the_invited(
        self, laptop: Laptop, administrator: StaffMember
    ) -> None:
        waiting, late, there = new_staff_contact(), new_staff_contact(), administrator.stored.contact
        invited(administrator, contact=late)
        laptop.clock.advance(hours=24 * 7)
        invited(administrator.with_fresh_session(), contact=waiting)
        withdrawn = invited(administrator.with_fresh_session())
        path = f"/staff/{withdrawn['account_id']}/departure"
        administrator.with_fresh_session().call("POST", path, {}).demand(200)
        opened = {
            email: joining(laptop, email)
            for email in (waiting.email, late.email, there.email, withdrawn["email"], "nobody@gov.in", "x@y.example")
        }
        shapes = [set(shape(one.opened)) for one in opened.values()]
        assert all(found == shapes[0] for found in shapes)
        assert {one.opened["status"] for one in opened.values()} == {"codes_sent"}
        assert {one.opened["attempts_left"] for one in opened.values()} == {codes.ATTEMPTS}
        for email, one in opened.items():
            if email == waiting.email:
                continue
            # Even the codes that were never sent are wrong, in the words that anybody is told.
            refused = one.verify()
            assert (refused.status, refused.code) == (422, "codes_incorrect")
            assert one.choose().demand(409).code == "step_out_of_order"
            assert one.send_again().status in {202, 429}
        opened[waiting.email].verify().demand(200)

    def test_nothing_is_sent_to_who_was_not_invited(self, laptop: Laptop, administrator: StaffMember) -> None:
        waiting = new_staff_contact()
        invited(administrator, contact=waiting)
        joining(laptop, administrator.username)
        joining(laptop, waiting.email.upper())
        eventually(
            lambda: sorted(sent.channel for sent in sent_to(laptop, waiting)) == ["email", "email", "sms"] or None,
            lambda: sent_to(laptop, waiting),
        )
        assert sent_to(laptop, administrator.stored.contact) == []

    def test_a_captcha_is_asked_and_serves_once(self, laptop: Laptop) -> None:
        client = Client(laptop.site_url)
        solved = captcha(client)
        body = {"email": "nobody@gov.in", "captcha": solved}
        client.call("POST", "/staff/joinings", body).demand(202)
        assert client.call("POST", "/staff/joinings", body).demand(422).code == "captcha_used"

    @pytest.mark.parametrize("more", [{"role": "administrator"}, {"status": "active"}, {"authority": "pune"}])
    def test_nobody_chooses_their_own_post(
        self, laptop: Laptop, administrator: StaffMember, more: dict[str, str]
    ) -> None:
        made = invited(administrator)
        client = Client(laptop.site_url)
        body = {"email": made["email"], "captcha": captcha(client), **more}
        assert client.call("POST", "/staff/joinings", body).demand(422).reasons == dict.fromkeys(more, "unknown_field")
        under_way = joining(laptop, made["email"])
        under_way.verify().demand(200)
        body = {"password": PASSWORD, "confirm_password": PASSWORD, **more}
        assert under_way.call("PUT", "/password", body).demand(422).reasons == dict.fromkeys(more, "unknown_field")
        under_way.choose().demand(200)
        read = administrator.call("GET", f"/staff/{made['account_id']}").demand(200).content
        assert (read["role"], read["status"], read["authority"]["code"]) == ("officer", "active", "mumbai")


class TestJoining:
    def test_the_member_is_active_with_both_addresses_confirmed(
        self, laptop: Laptop, administrator: StaffMember
    ) -> None:
        made = invited(administrator)
        under_way = joining(laptop, made["email"])
        assert signs_in(laptop, made["email"]).demand(401).code == "sign_in_refused"
        assert under_way.verify().demand(200).content["status"] == "confirmed"
        assert under_way.choose().demand(200).content["status"] == "done"
        read = administrator.call("GET", f"/staff/{made['account_id']}").demand(200).content
        assert read["status"] == "active"
        assert read["joined_at"] == read["mobile_confirmed_at"] != ""
        assert read["missing"] == ["authenticator", "training"]
        assert signs_in(laptop, made["email"]).demand(202).content["status"] == "second_factor_required"

    def test_an_invitation_is_used_once(self, laptop: Laptop, administrator: StaffMember) -> None:
        made = invited(administrator)
        first, second = joining(laptop, made["email"]), joining(laptop, made["email"])
        for one in (first, second):
            one.verify().demand(200)
        first.choose().demand(200)
        assert second.choose("Other#2026x").demand(410).code == "flow_ended"
        # The first browser's repetition is the same request; another password is not.
        first.choose().demand(200)
        assert first.choose("Other#2026x").demand(410).code == "flow_ended"
        assert signs_in(laptop, made["email"]).status == 202
        assert signs_in(laptop, made["email"], "Other#2026x").status == 401

    def test_an_invitation_that_runs_out_between_code_and_password_is_over(
        self, laptop: Laptop, administrator: StaffMember
    ) -> None:
        made = invited(administrator)
        laptop.clock.advance(hours=24 * 7 - 0.1)
        under_way = joining(laptop, made["email"])
        under_way.verify().demand(200)
        laptop.clock.advance(hours=0.1)
        assert under_way.choose().demand(410).code == "flow_ended"

    def test_a_flow_that_runs_out_is_over(self, laptop: Laptop, administrator: StaffMember) -> None:
        under_way = joining(laptop, invited(administrator)["email"])
        under_way.verify().demand(200)
        laptop.clock.advance(minutes=15)
        assert under_way.choose().demand(410).code == "flow_ended"

    def test_an_invitation_taken_back_in_between_is_over(self, laptop: Laptop, administrator: StaffMember) -> None:
        made = invited(administrator)
        under_way = joining(laptop, made["email"])
        under_way.verify().demand(200)
        administrator.call("POST", f"/staff/{made['account_id']}/departure", {}).demand(200)
        assert under_way.choose().demand(410).code == "flow_ended"

    def test_wrong_codes_are_five(self, laptop: Laptop, administrator: StaffMember) -> None:
        under_way = joining(laptop, invited(administrator)["email"])
        typed = under_way.codes()
        left = [under_way.verify(wrong(typed)).demand(422).content["attempts_left"] for _ in range(5)]
        assert left == [4, 3, 2, 1, 0]
        assert under_way.verify(typed).demand(410).code == "codes_exhausted"

    @pytest.mark.parametrize(
        ("password", "reason"),
        [("short", "password_too_short"), ("sagar#2026", "password_needs_mix")],
    )
    def test_a_password_must_be_one(
        self, laptop: Laptop, administrator: StaffMember, password: str, reason: str
    ) -> None:
        under_way = joining(laptop, invited(administrator)["email"])
        under_way.verify().demand(200)
        assert under_way.choose(password).demand(422).reasons == {"password": reason}

    def test_a_password_holds_no_name_of_its_owner(self, laptop: Laptop, administrator: StaffMember) -> None:
        email = invited(administrator)["email"]
        under_way = joining(laptop, email)
        under_way.verify().demand(200)
        reply = under_way.choose(f"A#1{email}").demand(422)
        assert reply.reasons == {"password": "password_contains_username"}

    def test_a_flow_opens_to_its_token_alone(self, laptop: Laptop, administrator: StaffMember) -> None:
        under_way = joining(laptop, invited(administrator)["email"])
        under_way.verify().demand(200)
        stolen = Joining(under_way.client, under_way.joining_id, "x" * 22, {})
        assert stolen.choose().demand(401).code == "flow_token_invalid"


@on_both_engines
def test_16_passwords_at_once_are_one_member(laptop: Laptop, administrator: StaffMember) -> None:
    made = invited(administrator)
    flows = [joining(laptop, made["email"]) for _ in range(4)]
    for one in flows:
        one.verify().demand(200)
    chosen = [(one, f"Sagar#{number}xyz") for number, one in enumerate(flows * 4)]
    replies = together(*[lambda one=one, password=password: one.choose(password) for one, password in chosen])
    assert Counter(reply.code or reply.status for reply in replies) == {200: 1, "flow_ended": 15}
    (winner,) = [password for (_, password), reply in zip(chosen, replies, strict=True) if reply.status == 200]
    assert signs_in(laptop, made["email"], winner).status == 202
    read = administrator.call("GET", f"/staff/{made['account_id']}").demand(200).content
    assert read["status"] == AccountStatus.ACTIVE.value


@on_both_engines
def test_16_verifies_at_once_are_one_confirmation(laptop: Laptop, administrator: StaffMember) -> None:
    under_way = joining(laptop, invited(administrator)["email"])
    typed = under_way.codes()
    replies = together(*[lambda: under_way.verify(typed)] * 16)
    assert {reply.content["status"] for reply in replies if reply.status == 200} == {"confirmed"}
    under_way.choose().demand(200)


@on_both_engines
def test_one_address_invited_twice_at_once_is_invited_once(laptop: Laptop, administrator: StaffMember) -> None:
    contact = new_staff_contact()
    replies = together(*[lambda: administrator.call("POST", "/staff", invitation_body(contact))] * 8)
    assert Counter(reply.code or reply.status for reply in replies) == {201: 1, "already_invited": 7}
