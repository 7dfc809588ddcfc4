"""Trusted browsers: a signed cookie and a record, which must agree; anything else is as no cookie at all."""

from __future__ import annotations

import string
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.accounts import trusted_browsers
from chalicelib.domain.accounts.account import STAFF, Role
from chalicelib.domain.accounts.owners import Owner
from chalicelib.domain.accounts.security import Security
from chalicelib.domain.codes import ServerKey
from chalicelib.domain.refusals import Code, Refusal
from chalicelib.domain.sessions import Level
from tests.domain.accounts.signing_in_world import HERE, Door


@pytest.fixture
def door() -> Door:
    return Door()


def trusted(door: Door, owner: Owner) -> str:
    """The cookie of a browser that this owner trusts."""
    cookie = door.raised(door.half_way(owner).token, trust_browser=True).browser_cookie
    assert cookie is not None
    return cookie


def is_trusted(door: Door, owner: Owner, cookie: str | None) -> bool:
    return door.half_way(owner, browser=cookie).session.level is Level.FULL


def test_it_lasts_thirty_days(door: Door) -> None:
    person = door.person()
    cookie = trusted(door, person)
    door.clock.advance(hours=30 * 24 - 1)
    assert is_trusted(door, person, cookie)
    door.clock.advance(hours=1)
    assert not is_trusted(door, person, cookie)


@pytest.mark.parametrize("role", sorted(STAFF))
def test_staff_are_asked_each_time(door: Door, role: Role) -> None:
    member = door.person(role)
    signed_in = door.raised(door.half_way(member).token, trust_browser=True)
    assert signed_in.browser_cookie is None
    assert door.stored(member).security.trusted_browsers == ()


def test_it_is_its_owners_alone(door: Door) -> None:
    person, other = door.person(), door.person()
    cookie = trusted(door, person)
    assert not is_trusted(door, other, cookie)
    # Not even with the record, which a thief of the table might copy.
    records = door.stored(person).security.trusted_browsers
    door.secure(other, replace(door.stored(other).security, trusted_browsers=records))
    assert not is_trusted(door, other, cookie)
    assert is_trusted(door, person, cookie)


def test_taken_back_it_is_trusted_no_more(door: Door) -> None:
    person = door.person()
    kept, lost = trusted(door, person), trusted(door, person)
    browser_id = door.stored(person).security.trusted_browsers[1].browser_id
    actor = door.actor(door.half_way(person, browser=kept).token)
    door.authenticators.forget_browser(actor, browser_id, HERE)
    assert (is_trusted(door, person, kept), is_trusted(door, person, lost)) == (True, False)
    with pytest.raises(Refusal) as refusal:
        door.authenticators.forget_browser(actor, browser_id, HERE)
    assert refusal.value.code is Code.NOT_FOUND
    assert door.deeds(person).count(("browser_forgotten", "done")) == 1


def test_of_more_than_ten_the_oldest_goes(door: Door) -> None:
    security, ids = Security(), []
    for number in range(12):
        security, browser = trusted_browsers.trusted(security, f"Browser {number}", door.clock())
        ids.append(browser.browser_id)
        door.clock.advance(minutes=1)
    assert [browser.browser_id for browser in security.trusted_browsers] == ids[2:]
    # Those whose time is over make room first.
    door.clock.advance(hours=30 * 24)
    security, browser = trusted_browsers.trusted(security, "The newest", door.clock())
    assert security.trusted_browsers == (browser,)


def test_the_signature_outlives_a_new_server_key_but_not_the_end_of_its_own(door: Door) -> None:
    person = door.person()
    cookie = trusted(door, person)
    door.keyring.rotate()
    assert is_trusted(door, person, cookie)
    door.keyring.withdraw_oldest()
    assert not is_trusted(door, person, cookie)


def test_a_key_whose_id_holds_dots_signs_as_well(door: Door) -> None:
    key, person = ServerKey("2026.11.a", b"\x07" * 32), door.person()
    security, browser = trusted_browsers.trusted(Security(), "", door.clock())
    owner = replace(person, security=security)
    cookie = trusted_browsers.cookie(key, owner, browser)
    assert trusted_browsers.browser_of({key.key_id: key}.__getitem__, owner, cookie, door.clock()) == browser.browser_id
    assert len(cookie) <= 256


_DOOR = Door()
_PERSON = _DOOR.person()
_COOKIE = trusted(_DOOR, _PERSON)


def shown(cookie: str | None) -> str | None:
    door = _DOOR
    return trusted_browsers.browser_of(door.keyring.by_id, door.stored(_PERSON), cookie, door.clock())


def test_the_true_one_is_known() -> None:
    assert shown(_COOKIE) == _DOOR.stored(_PERSON).security.trusted_browsers[0].browser_id


@given(place=st.integers(0, len(_COOKIE) - 1), sign=st.sampled_from(string.printable + "०é"))
def test_altered_in_any_place_it_is_none(place: int, sign: str) -> None:
    altered = _COOKIE[:place] + sign + _COOKIE[place + 1 :]
    assert (shown(altered) is not None) == (altered == _COOKIE)


@given(cookie=st.one_of(st.text(max_size=256), st.lists(st.text(max_size=20), max_size=7).map(".".join)))
def test_whatever_else_is_shown_is_none(cookie: str) -> None:
    assert shown(cookie) is None


@given(parts=st.permutations(_COOKIE.split(".")))
def test_its_parts_in_another_order_are_none(parts: list[str]) -> None:
    cookie = ".".join(parts)
    assert (shown(cookie) is not None) == (cookie == _COOKIE)


@given(until=st.integers(0, 2**40))
def test_its_end_cannot_be_put_off(until: int) -> None:
    key_id, browser_id, pseudonym, stated, signature = _COOKIE.split(".")
    cookie = ".".join((key_id, browser_id, pseudonym, str(until), signature))
    assert (shown(cookie) is not None) == (str(until) == stated)


def test_no_cookie_is_none() -> None:
    assert shown(None) is None
    assert shown("") is None
