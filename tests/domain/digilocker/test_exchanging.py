"""The step that exchanges the code: tokens that cannot be kept are given back, for a code is exchanged once."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from chalicelib.domain.digilocker.changes import WriteFetch
from chalicelib.domain.digilocker.fetches import FetchStatus
from chalicelib.domain.digilocker.line import Call, DigiLockerUnavailable
from chalicelib.domain.digilocker.locker_holder import LockerHolder
from chalicelib.domain.digilocker.reasons import Reason
from chalicelib.domain.ports import VaultUnavailable
from tests.domain.digilocker.fake_line import PROFILE, error, json_reply, token_answer
from tests.domain.digilocker.fetching_world import FetchingWorld

TOKEN, USER, REVOKE = PROFILE.token, PROFILE.user, PROFILE.revoke


@pytest.fixture
def world() -> FetchingWorld:
    world = FetchingWorld()
    world.line.say(TOKEN, json_reply(token_answer(consent_valid_till=None)))
    world.line.say(REVOKE, json_reply({}))
    return world


def revoked(world: FetchingWorld) -> list[str]:
    """The tokens that DigiLocker was told are over."""
    return [dict(call.form or ())["token"] for call in world.line.calls(REVOKE)]


def test_a_code_becomes_a_consent_and_a_list(world: FetchingWorld) -> None:
    fetch = world.steps_of_fetch.exchange(world.came_back().fetch_id)
    assert (fetch.consent_id is not None, len(fetch.items), revoked(world)) == (True, 1, [])


@pytest.mark.parametrize("said", [DigiLockerUnavailable("unexpected_error"), error("insufficient_scope", 403)])
def test_that_digilocker_does_not_say_whose_it_is_loses_no_tokens(world: FetchingWorld, said: Any) -> None:
    """What is refused is not known; what was not answered the next run asks again, with the tokens that are kept."""
    world.line.say(TOKEN, json_reply(token_answer(consent_valid_till=None, digilockerid=None, name=None)))
    world.line.say(USER, said)
    begun = world.came_back()
    with suppress(DigiLockerUnavailable):
        world.steps_of_fetch.exchange(begun.fetch_id)
    if isinstance(said, DigiLockerUnavailable):
        world.line.say(USER, json_reply({"digilockerid": "abc-1", "name": "Asha Mehta", "dob": "21071985"}))
    fetch = world.steps_of_fetch.exchange(begun.fetch_id)
    consent = world.store.consent(str(fetch.consent_id))
    assert consent is not None
    assert (len(fetch.items), consent.tokens is not None, len(world.line.calls(TOKEN))) == (1, True, 1)
    is_known = isinstance(said, DigiLockerUnavailable)
    assert (fetch.holder, consent.digilocker_id) == (
        (LockerHolder("Asha Mehta", date(1985, 7, 21)), "abc-1") if is_known else (LockerHolder(""), None)
    )


def test_whose_locker_it_is_comes_with_the_tokens(world: FetchingWorld) -> None:
    fetch = world.steps_of_fetch.exchange(world.came_back().fetch_id)
    assert fetch.holder == LockerHolder("Zeenat Zaheer", date(1984, 3, 7))
    assert world.line.calls(USER) == []


def test_and_is_forgotten_with_the_fetchs_end(world: FetchingWorld) -> None:
    fetch = world.steps_of_fetch.exchange(world.came_back().fetch_id)
    assert world.steps_of_fetch.fail(fetch.fetch_id, Reason.STEP_FAILED).holder is None


def test_an_end_that_cannot_be_read_gives_the_tokens_back(world: FetchingWorld) -> None:
    world.line.say(TOKEN, json_reply(token_answer(consent_valid_till="next year")))
    fetch = world.steps_of_fetch.exchange(world.came_back().fetch_id)
    assert (fetch.reason, revoked(world)) == ("answer_unreadable", ["refresh-1"])


def test_a_fetch_that_ended_meanwhile_gives_them_back(world: FetchingWorld) -> None:
    fetch = world.came_back()

    def said(_: Call) -> Any:
        stored = world.store.fetch(fetch.fetch_id)
        assert stored is not None
        world.store.write(WriteFetch(replace(stored, status=FetchStatus.FAILED)))
        return json_reply(token_answer(consent_valid_till=None))

    world.line.say(TOKEN, said)
    assert world.steps_of_fetch.exchange(fetch.fetch_id).consent_id is None
    assert revoked(world) == ["refresh-1"]


def test_and_so_does_a_vault_that_does_not_answer(world: FetchingWorld) -> None:
    fetch = world.came_back()

    def said(_: Call) -> Any:
        world.vault.is_available = False
        return json_reply(token_answer(consent_valid_till=None))

    world.line.say(TOKEN, said)
    with pytest.raises(VaultUnavailable):
        world.steps_of_fetch.exchange(fetch.fetch_id)
    assert revoked(world) == ["refresh-1"]
