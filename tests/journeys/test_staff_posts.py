"""Posts over HTTP: who is out is out at once, work is handed on, and an administrator always remains."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable

import pytest

from chalicelib.domain.accounts.account import AccountStatus, Role
from chalicelib.domain.staff.handing_on import responsible_for
from chalicelib.suite import suite
from infra.local.laptop import Laptop
from tests.engines import on_both_engines
from tests.journeys.clients import Client, Reply
from tests.journeys.signed_in import SignedInClient
from tests.journeys.staff import PASSWORD, StaffMember, staff_member
from tests.journeys.walking import eventually, sent_to, together


def suspend(doer: StaffMember, on: StaffMember, **more: object) -> Reply:
    return doer.call("POST", f"/staff/{on.account_id}/suspension", {"reason": "Order 12/2026", **more})


def depart(doer: StaffMember, on: StaffMember, **more: object) -> Reply:
    return doer.call("POST", f"/staff/{on.account_id}/departure", more)


def post(doer: StaffMember, on: StaffMember, authority: str, role: str, **more: object) -> Reply:
    return doer.call("PUT", f"/staff/{on.account_id}/post", {"authority": authority, "role": role, **more})


def demote(doer: StaffMember, on: StaffMember, **_: object) -> Reply:
    return post(doer, on, on.stored.post.authority if on.stored.post else "", "officer")


Deed = Callable[..., Reply]


@pytest.fixture
def administrator(laptop: Laptop) -> StaffMember:
    return staff_member(laptop, "administrator", "kolkata")


class TestWhoIsOut:
    def test_a_suspended_member_is_out_at_once_and_back_with_a_new_sign_in(
        self, laptop: Laptop, administrator: StaffMember
    ) -> None:
        member = staff_member(laptop, "supervisor", "surat")
        assert member.call("GET", "/staff").demand(200)
        suspended = suspend(administrator, member).demand(200).content
        assert (suspended["status"], suspended["status_reason"]) == ("suspended", "Order 12/2026")
        assert member.call("GET", "/staff").demand(401).code == "session_required"
        body = {"username": member.username, "password": PASSWORD}
        assert Client(laptop.site_url).call("POST", "/sessions", body).demand(401).code == "sign_in_refused"
        path = f"/staff/{member.account_id}/reactivation"
        assert administrator.call("POST", path).demand(200).content["status"] == "active"
        assert administrator.call("POST", path).demand(409).content["current_status"] == "active"
        # The old session stays dead.
        assert member.call("GET", "/staff").demand(401)
        reply = Client(laptop.site_url).call("POST", "/sessions", body).demand(202)
        again = SignedInClient(laptop, Client(laptop.site_url), reply.content["session_token"], member.secret)
        assert again.second_factor().call("GET", "/staff").demand(200)

    def test_who_is_moved_sees_the_new_place_after_a_new_sign_in(
        self, laptop: Laptop, administrator: StaffMember
    ) -> None:
        member, staying = staff_member(laptop, "supervisor", "surat"), staff_member(laptop, "officer", "surat")
        to = {"hands_on_to": staying.account_id}
        moved = post(administrator, member, "rajkot", "supervisor", **to).demand(200).content
        assert moved["authority"]["code"] == "rajkot"
        assert member.call("GET", "/staff").demand(401)
        anew = member.with_fresh_session()
        assert anew.call("GET", "/staff?authority=rajkot").demand(200)
        assert anew.call("GET", "/staff?authority=surat").demand(404)
        eventually(
            lambda: [sent for sent in sent_to(laptop, member.stored.contact) if "Rajkot" in sent.text] or None,
            lambda: sent_to(laptop, member.stored.contact),
        )

    def test_who_lost_the_authenticator_enrols_anew_before_anything_opens(
        self, laptop: Laptop, administrator: StaffMember
    ) -> None:
        member = staff_member(laptop, "supervisor", "surat")
        reset = administrator.call("POST", f"/staff/{member.account_id}/authenticator-reset").demand(200).content
        assert (reset["has_authenticator"], reset["missing"]) == (False, ["authenticator"])
        assert member.call("GET", "/staff").demand(401)
        body = {"username": member.username, "password": PASSWORD}
        reply = Client(laptop.site_url).call("POST", "/sessions", body).demand(202)
        anew = SignedInClient(laptop, Client(laptop.site_url), reply.content["session_token"]).second_factor()
        assert anew.call("GET", "/staff").demand(403).code == "authenticator_required"
        anew.add_authenticator()
        assert anew.second_factor().call("GET", "/staff").demand(200)

    def test_who_left_may_be_invited_anew(self, laptop: Laptop, administrator: StaffMember) -> None:
        member, staying = staff_member(laptop, "officer", "jammu"), staff_member(laptop, "officer", "jammu")
        contact, to = member.stored.contact, {"hands_on_to": staying.account_id}
        assert depart(administrator, member, **to).demand(200).content["status"] == "departed"
        assert member.call("GET", "/account").demand(401)
        assert depart(administrator, member).demand(409).code == "staff_status_conflict"
        body = {"name": "Back Again", "email": contact.email, "mobile": contact.mobile, "authority": "jammu"}
        assert administrator.call("POST", "/staff", {**body, "role": "officer"}).demand(201)

    @pytest.mark.parametrize("reason", ["", "   ", "x" * 201, "He has 2341 2341 2346", "234123412346"])
    def test_a_suspension_has_a_short_reason_without_an_aadhaar_number(
        self, laptop: Laptop, administrator: StaffMember, reason: str
    ) -> None:
        member = staff_member(laptop, "officer", "surat")
        assert set(suspend(administrator, member, reason=reason).demand(422).reasons) == {"reason"}
        assert member.call("GET", "/account").demand(200)

    @pytest.mark.parametrize("more", [{"status": "departed"}, {"role": "administrator"}, {"generation": "0"}])
    def test_nothing_but_what_is_asked_for_can_be_set(
        self, laptop: Laptop, administrator: StaffMember, more: dict[str, object]
    ) -> None:
        member = staff_member(laptop, "officer", "surat")
        assert suspend(administrator, member, **more).demand(422).reasons == dict.fromkeys(more, "unknown_field")

    @pytest.mark.parametrize("below", ["/suspension", "/reactivation", "/departure", "/authenticator-reset"])
    def test_what_changes_a_post_asks_for_a_fresh_second_factor(
        self, laptop: Laptop, administrator: StaffMember, below: str
    ) -> None:
        member = staff_member(laptop, "officer", "surat")
        laptop.clock.advance(minutes=10)
        reply = administrator.call("POST", f"/staff/{member.account_id}{below}", {"reason": "x"})
        assert (reply.status, reply.code) == (403, "step_up_required")


class TestHandingOn:
    def test_work_is_handed_on_to_who_is_there(self, laptop: Laptop, administrator: StaffMember) -> None:
        leaving, staying = staff_member(laptop, "officer", "patna"), staff_member(laptop, "officer", "patna")
        for nobody in ({}, {"hands_on_to": None}, {"hands_on_to": ""}):
            assert depart(administrator, leaving, **nobody).demand(422).reasons == {"hands_on_to": "successor_required"}
        elsewhere = staff_member(laptop, "officer", "raipur")
        for wrong in (elsewhere.account_id, leaving.account_id, "x" * 22, "patna"):
            assert depart(administrator, leaving, hands_on_to=wrong).demand(422).reasons == {
                "hands_on_to": "successor_not_active_here"
            }
        gone = depart(administrator, leaving, hands_on_to=staying.account_id).demand(200).content
        assert (gone["status"], gone["work_goes_to"]) == ("departed", staying.account_id)
        found = responsible_for(suite().store, leaving.account_id, "patna")
        assert found is not None
        assert found.account_id == staying.account_id

    def test_the_work_of_the_old_place_stays_there(self, laptop: Laptop, administrator: StaffMember) -> None:
        moving, staying = staff_member(laptop, "officer", "bhopal"), staff_member(laptop, "officer", "bhopal")
        assert post(administrator, moving, "nagpur", "officer").demand(422).reasons == {
            "hands_on_to": "successor_required"
        }
        post(administrator, moving, "nagpur", "officer", hands_on_to=staying.account_id).demand(200)
        for authority, expected in (("bhopal", staying), ("nagpur", moving)):
            found = responsible_for(suite().store, moving.account_id, authority)
            assert found is not None
            assert found.account_id == expected.account_id


def active_administrators(*people: StaffMember) -> list[StaffMember]:
    return [
        one for one in people if one.stored.role is Role.ADMINISTRATOR and one.stored.status is AccountStatus.ACTIVE
    ]


def test_the_last_administrator_is_told_so_and_any_other_that_it_is_not_theirs_to_do(fresh_laptop: Laptop) -> None:
    only = staff_member(fresh_laptop, "administrator", "mumbai")
    for deed in (suspend, depart, demote):
        assert deed(only, only).demand(409).code == "last_administrator"
    second = staff_member(fresh_laptop, "administrator", "pune")
    for deed in (suspend, depart, demote):
        assert deed(only, only).demand(403).code == "not_permitted"
    path = f"/staff/{only.account_id}/authenticator-reset"
    assert only.call("POST", path).demand(403).code == "not_permitted"
    depart(second, only).demand(200)
    assert suspend(second, second).demand(409).code == "last_administrator"


@on_both_engines
@pytest.mark.parametrize(("first", "second"), [(suspend, suspend), (demote, demote), (depart, demote)])
def test_two_administrators_who_take_each_other_out_at_once_leave_one(
    laptop: Laptop, first: Deed, second: Deed
) -> None:
    one, other = staff_member(laptop, "administrator", "jaipur"), staff_member(laptop, "administrator", "panipat")
    # Where a departure asks for somebody who takes over, there is somebody.
    stays = {authority: staff_member(laptop, "officer", authority) for authority in ("jaipur", "panipat")}
    to_panipat = {"hands_on_to": stays["panipat"].account_id} if first is depart else {}
    replies = together(lambda: first(one, other, **to_panipat), lambda: second(other, one))
    assert min(reply.status for reply in replies) == 200
    assert len(active_administrators(one, other)) == 1
    lost = next(reply for reply in replies if reply.status != 200)
    assert (lost.status, lost.code) in {(401, "session_required"), (403, "not_permitted")}


@on_both_engines
def test_a_ring_of_administrators_leaves_at_least_one(laptop: Laptop) -> None:
    ring = [
        staff_member(laptop, "administrator", authority)
        for authority in ("chennai", "dehradun", "guwahati", "hyderabad")
    ]
    deeds = [lambda doer=doer, on=on: suspend(doer, on) for doer, on in zip(ring, ring[1:] + ring[:1], strict=True)]
    replies = together(*deeds)
    assert active_administrators(*ring)
    assert Counter(reply.status for reply in replies)[200] == len(ring) - len(active_administrators(*ring))


@on_both_engines
def test_who_takes_over_does_not_leave_at_the_same_moment(laptop: Laptop) -> None:
    """Two officers hand on to each other at once: one of them stays, and has the work."""
    one_admin, other_admin = (staff_member(laptop, "administrator", "kolkata") for _ in range(2))
    one, other = staff_member(laptop, "officer", "cuttack"), staff_member(laptop, "officer", "cuttack")
    replies = together(
        lambda: depart(one_admin, one, hands_on_to=other.account_id),
        lambda: depart(other_admin, other, hands_on_to=one.account_id),
    )
    assert sorted(reply.status for reply in replies) == [200, 422]
    (staying,) = [member for member in (one, other) if member.stored.status is AccountStatus.ACTIVE]
    for member in (one, other):
        found = responsible_for(suite().store, member.account_id, "cuttack")
        assert found is not None
        assert found.account_id == staying.account_id
