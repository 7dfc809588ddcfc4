"""One's own sessions over HTTP: listed, ended one by one, all at once; a stolen token is dead afterwards."""

import pytest

from infra.local.laptop import Laptop
from tests.engines import on_both_engines
from tests.journeys.accounts import Person, signed_up
from tests.journeys.clients import Client
from tests.journeys.importers import new_registrant
from tests.journeys.signed_in import SignedInClient, fresh, password_shown, signed_in
from tests.journeys.walking import together

FIREFOX = {"User-Agent": "Mozilla/5.0 (Android 15; Mobile; rv:140.0) Gecko/140.0 Firefox/140.0"}
CLEARED = "__Host-session=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0"


@pytest.fixture
def person(laptop: Laptop) -> Person:
    return signed_up(laptop)


def listed(mine: SignedInClient) -> list[dict[str, object]]:
    found: list[dict[str, object]] = mine.call("GET", "/sessions").demand(200).content["sessions"]
    return found


def assert_dead(mine: SignedInClient) -> None:
    assert mine.call("GET", "/sessions/current").demand(401).code == "session_required"


def test_the_list_names_browser_and_time_and_marks_this_one(laptop: Laptop, person: Person) -> None:
    first = password_shown(laptop, person, headers=FIREFOX).second_factor()
    laptop.clock.advance(minutes=5)
    second = signed_in(laptop, person)
    password_shown(laptop, person)
    found = listed(second)
    assert [session["is_current"] for session in found] == [True, False]
    assert sorted(found[0]) == ["device", "is_current", "last_used_at", "session_id", "signed_in_at"]
    assert (found[0]["device"], found[1]["device"]) == ("", "Firefox, Android")
    assert str(found[1]["signed_in_at"]) < str(found[0]["signed_in_at"])
    assert first.token not in repr(found)


def test_one_is_ended_from_another(laptop: Laptop, person: Person) -> None:
    mine, lost = signed_in(laptop, person), signed_in(laptop, person)
    lost_id = lost.stored.session_id
    ended = mine.call("DELETE", f"/sessions/{lost_id}").demand(204)
    assert ended.headers["Set-Cookie"] is None
    assert_dead(lost)
    assert len(listed(mine)) == 1
    assert mine.call("DELETE", f"/sessions/{lost_id}").demand(404).code == "not_found"


def test_this_one_is_ended_and_its_cookie_cleared(laptop: Laptop, person: Person) -> None:
    mine = signed_in(laptop, person)
    ended = mine.call("DELETE", f"/sessions/{mine.stored.session_id}").demand(204)
    assert ended.headers["Set-Cookie"] == CLEARED
    assert_dead(mine)


def test_a_strangers_session_is_told_like_one_that_is_not(laptop: Laptop, person: Person) -> None:
    mine, theirs = signed_in(laptop, person), signed_in(laptop, signed_up(laptop))
    stranger = mine.call("DELETE", f"/sessions/{theirs.stored.session_id}").demand(404)
    nobody = mine.call("DELETE", "/sessions/AAAAAAAAAAAAAAAAAAAAAA").demand(404)
    malformed = mine.call("DELETE", "/sessions/1").demand(404)
    assert stranger.raw == nobody.raw == malformed.raw
    assert theirs.call("GET", "/sessions/current").status == 200


def test_all_end_at_once_here_too(laptop: Laptop, person: Person) -> None:
    mine, other, half_way = signed_in(laptop, person), signed_in(laptop, person), password_shown(laptop, person)
    ended = mine.call("DELETE", "/sessions").demand(204)
    assert ended.headers["Set-Cookie"] == CLEARED
    for dead in (mine, other, half_way):
        assert_dead(dead)
    assert len(listed(signed_in(laptop, person))) == 1


def test_a_token_stolen_before_signing_out_or_a_step_up_is_dead(laptop: Laptop, person: Person) -> None:
    mine = signed_in(laptop, person)
    thief = SignedInClient(laptop, Client(laptop.site_url), mine.token)
    laptop.clock.advance(seconds=31)
    fresh(mine)
    assert_dead(thief)
    thief.token = mine.token
    mine.call("DELETE", "/sessions/current").demand(204)
    assert_dead(thief)
    for path in ("/sessions", "/account", "/account/activity"):
        assert thief.call("GET", path).demand(401).code == "session_required"


def test_signing_in_again_in_one_browser_ends_what_it_had_before(laptop: Laptop, person: Person) -> None:
    mine = signed_in(laptop, person)
    again = password_shown(laptop, person, headers={"Cookie": f"__Host-session={mine.token}"})
    assert_dead(mine)
    again.second_factor()
    assert len(listed(again)) == 1


def test_a_registrant_of_icegate_has_a_list_as_well(laptop: Laptop) -> None:
    registrant = new_registrant(laptop)
    mine, other = (SignedInClient(laptop, registrant.client, registrant.sign_in()) for _ in range(2))
    assert len(listed(mine)) == 2
    mine.call("DELETE", "/sessions").demand(204)
    assert_dead(other)


@on_both_engines
def test_ended_and_used_at_once_it_is_ended(laptop: Laptop) -> None:
    """What was ended is not written back by its last use, a code asked for, or a step-up under way."""
    person = signed_up(laptop)
    mine, other = signed_in(laptop, person), signed_in(laptop, person)
    laptop.clock.advance(minutes=2)
    other_id = other.stored.session_id
    together(
        lambda: mine.call("DELETE", f"/sessions/{other_id}").demand(204),
        lambda: other.call("GET", "/sessions/current"),
        other.ask,
        lambda: other.call("GET", "/sessions"),
    )
    assert_dead(other)
    assert [session["session_id"] for session in listed(mine)] == [mine.stored.session_id]


@on_both_engines
def test_ending_all_from_many_places_at_once_ends_all(laptop: Laptop) -> None:
    person = signed_up(laptop)
    mine = [signed_in(laptop, person) for _ in range(4)]
    replies = together(*[lambda one=one: one.call("DELETE", "/sessions") for one in mine])
    assert {reply.status for reply in replies} <= {204, 401}
    for one in mine:
        assert_dead(one)
