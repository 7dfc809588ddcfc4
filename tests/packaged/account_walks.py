"""Walks through what people do with their accounts, and staff in the Back Office, for the calls that it makes."""

from __future__ import annotations

from datetime import timedelta

from chalicelib.domain.accounts.account import Role
from infra.local.laptop import Laptop
from tests.journeys.accounts import signed_up
from tests.journeys.clients import Client
from tests.journeys.importers import PASSWORD, new_contact
from tests.journeys.joining import invited, joining
from tests.journeys.residents import (
    NEW_PASSWORD,
    ask_reset,
    icegate_resident,
    new_resident,
    resetting,
    stop,
    stop_code,
)
from tests.journeys.signed_in import password_shown
from tests.journeys.staff import new_staff_contact, staff_member
from tests.packaged.collisions import collision


def walk_accounts(laptop: Laptop) -> None:
    """Everything that is done with an account, and in the Back Office."""
    for walk in (sign_in, collide, change_what_is_ones_own, lose_the_mobile, forget_the_password, lead_the_staff):
        walk(laptop)
        # The next one's codes are not held against the sends and tries of this one.
        laptop.clock.advance(minutes=6)


def sign_in(laptop: Laptop) -> None:
    """Second factor, authenticator, recovery codes, sessions; ended one by one and all at once."""
    person = signed_up(laptop)
    mine = password_shown(laptop, person).second_factor(trust_browser=True)
    mine.add_authenticator()
    mine.call("POST", "/account/recovery-codes").demand(200)
    lost = password_shown(laptop, person)
    lost.call("POST", "/sessions/current/authenticator-loss").demand(202)
    other = mine.call("GET", "/sessions").demand(200).content["sessions"]
    for session in other:
        if not session["is_current"]:
            mine.call("DELETE", f"/sessions/{session['session_id']}").demand(204)
    mine.call("DELETE", "/account/authenticator").demand(204)
    mine.call("DELETE", "/sessions").demand(204)
    refused = {"username": person.username, "password": "Wrong#2026"}
    Client(laptop.site_url).call("POST", "/sessions", refused).demand(401)


def collide(laptop: Laptop) -> None:
    """Writes that meet another's look, row by row, whether they were made after all."""
    resident = new_resident(laptop)
    for method, path, body in (
        ("PUT", "/account/profile", {"name": "Meera Nair", "language": "hi"}),
        ("POST", "/account/contact-changes", {"email": new_contact().email}),
        ("DELETE", "/sessions", None),
    ):
        with collision(laptop, f"{method} {path}"):
            resident.call(method, path, body).demand(200, 202, 204)


def change_what_is_ones_own(laptop: Laptop) -> None:
    """Email, password, activity, data, closing; a DGFT account's and an ICEGATE registrant's."""
    for resident in (new_resident(laptop), icegate_resident(laptop)):
        change_id = resident.change(email=new_contact().email).demand(202).content["change_id"]
        laptop.clock.advance(timedelta(seconds=31))
        resident.call("POST", f"/account/contact-changes/{change_id}/codes").demand(202)
        resident.verify(change_id).demand(200)
        for path in ("/account", "/account/activity", "/account/data"):
            resident.call("GET", path).demand(200)
        passwords = {"password": NEW_PASSWORD, "confirm_password": NEW_PASSWORD}
        resident.call("PUT", "/account/password", {"current_password": PASSWORD, **passwords}).demand(200)
    leaving = new_resident(laptop)
    leaving.call("POST", "/account/closure", {"password": PASSWORD, "confirm": True}).demand(204)


def lose_the_mobile(laptop: Laptop) -> None:
    """A replacement that is stopped by the old mobile, one that is cancelled, and one that comes to its day."""
    for resident in (new_resident(laptop), icegate_resident(laptop)):
        flow_id = resident.waiting()
        resident.read()
        stop(Client(laptop.site_url), resident.username, stop_code(flow_id)).demand(200)
        cancelled = resident.waiting()
        resident.signed_in().call("DELETE", f"/account/contact-changes/{cancelled}").demand(204)
        resident.waiting()
    with collision(laptop, "apply_mobile_replacement"):
        laptop.clock.advance(hours=24, minutes=1)
        laptop.wait_until_idle()


def forget_the_password(laptop: Laptop) -> None:
    """A reset, for somebody known and for nobody."""
    resident, stranger = new_resident(laptop), Client(laptop.site_url)
    ask_reset(stranger, "nobody.at.all").demand(202)
    reset = resetting(stranger, resident.username)
    laptop.clock.advance(timedelta(seconds=31))
    reset.send_again().demand(202)
    reset.verify().demand(200)
    reset.set_password().demand(200)


def lead_the_staff(laptop: Laptop) -> None:
    """An administrator invites, reads, reminds, suspends, moves, and records a departure."""
    chief = staff_member(laptop, Role.ADMINISTRATOR, "mumbai")
    successor = staff_member(laptop, Role.OFFICER, "mumbai")
    chief.call("GET", "/authorities").demand(200)
    contact = new_staff_contact()
    member = invited(chief, contact=contact)
    here = f"/staff/{member['account_id']}"
    chief.call("POST", f"{here}/invitation").demand(200)
    joiner = joining(laptop, contact.email)
    joiner.verify().demand(200)
    joiner.choose().demand(200)
    for path in ("/staff?authority=mumbai", here, "/staff/readiness", "/staff/readiness?authority=mumbai"):
        chief.call("GET", path).demand(200)
    chief.call("POST", "/staff/reminders", {"authority": "mumbai", "what": "training"}).demand(202)
    chief.call("POST", f"{here}/authenticator-reset").demand(200, 409)
    handed = {"hands_on_to": successor.account_id}
    chief.call("POST", f"{here}/suspension", {"reason": "On leave", **handed}).demand(200)
    chief.call("POST", f"{here}/reactivation").demand(200)
    chief.call("PUT", f"{here}/post", {"authority": "chennai", "role": "supervisor", **handed}).demand(200)
    chief.call("POST", f"{here}/departure", {}).demand(200)
    successor.call("POST", "/account/training", {"confirm": True}).demand(200)
