"""Closing an account over HTTP, and the year after."""

from __future__ import annotations

import pytest

from chalicelib.domain.accounts.account import Account
from chalicelib.domain.auditing import Intact, verified
from chalicelib.suite import suite
from infra.local.laptop import Laptop
from tests.journeys.accounts import Person, signed_up
from tests.journeys.clients import Client, Reply
from tests.journeys.importers import PASSWORD
from tests.journeys.residents import Resident, ask_reset, icegate_resident, new_resident
from tests.journeys.staff import staff_member


@pytest.fixture
def resident(laptop: Laptop) -> Resident:
    return new_resident(laptop)


def close(resident: Resident, password: str = PASSWORD) -> Reply:
    return resident.call("POST", "/account/closure", {"password": password, "confirm": True})


def test_a_closed_account_lets_nobody_in(resident: Resident, client: Client) -> None:
    other = resident.signed_in()
    reply = close(resident).demand(204)
    assert "__Host-session=; " in reply.headers["Set-Cookie"]
    for token in (resident.token, other.token):
        assert resident.call("GET", "/account", token=token).demand(401).code == "session_required"
    assert resident.sign_in().demand(401).code == "sign_in_refused"
    assert all("closed" in text for text in resident.until_heard(2))
    ask_reset(client, resident.username).demand(202)
    assert len(resident.until_heard(2)) == 2


def test_its_names_are_taken_for_a_year_and_free_then(laptop: Laptop, resident: Resident) -> None:
    close(resident).demand(204)
    account_id = resident.key.partition(":")[2]
    laptop.clock.advance(hours=24 * 364)
    assert suite().store.account(account_id) is not None
    laptop.clock.advance(hours=25)
    assert suite().store.account(account_id) is None
    person = Person("Ravi Again", resident.username, PASSWORD, resident.contact.email, resident.contact.mobile)
    again = signed_up(laptop, person=person)
    assert again.account.account_id != account_id
    assert again.account.username == resident.username


def test_what_is_left_of_it_names_nobody_and_its_chain_holds(laptop: Laptop, resident: Resident) -> None:
    resident.call("PUT", "/account/profile", {"name": "Ravi Kumar", "language": "en"}).demand(200)
    close(resident).demand(204)
    laptop.clock.advance(hours=24 * 365 + 1)
    events = list(suite().store.audit_events(resident.key))
    assert [event.deed.value for event in events] == ["profile_changed", "account_closed"]
    assert isinstance(verified(resident.key, events, suite().clock()), Intact)
    for personal in (resident.contact.email, resident.contact.mobile, "Ravi Kumar", resident.username):
        assert personal not in repr(events)


class TestWhatStandsAgainstIt:
    def test_a_mobile_that_waits_is_named(self, resident: Resident) -> None:
        resident.waiting()
        reply = close(resident).demand(409)
        assert (reply.code, reply.reasons) == ("closure_refused", {"mobile_replacement": "tie_mobile_replacement"})
        stored = resident.stored
        assert isinstance(stored, Account)
        assert stored.status.value == "active"

    def test_a_wrong_password(self, resident: Resident) -> None:
        assert close(resident, "Wrong#2026").demand(422).code == "password_incorrect"

    def test_a_second_factor_that_is_too_old(self, resident: Resident) -> None:
        resident.laptop.clock.advance(minutes=10)
        assert close(resident).demand(403).code == "step_up_required"

    def test_no_word_of_confirmation(self, resident: Resident) -> None:
        body = {"password": PASSWORD, "confirm": False}
        assert resident.call("POST", "/account/closure", body).demand(422).reasons == {"confirm": "not_true"}

    def test_staff_and_icegate_ids_do_not_close_here(self, laptop: Laptop) -> None:
        body = {"password": PASSWORD, "confirm": True}
        officer = staff_member(laptop, "officer", "chennai")
        for reply in (officer.call("POST", "/account/closure", body), close(icegate_resident(laptop))):
            assert reply.demand(403).code == "not_permitted"
