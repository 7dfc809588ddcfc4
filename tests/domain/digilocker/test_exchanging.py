"""The step that exchanges the code: tokens that cannot be kept are given back, for a code is exchanged once."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest

from chalicelib.domain.digilocker.changes import WriteFetch
from chalicelib.domain.digilocker.fetches import FetchStatus
from chalicelib.domain.digilocker.line import Call, DigiLockerUnavailable
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
    world.line.say(TOKEN, json_reply(token_answer(consent_valid_till=None, digilockerid=None)))
    world.line.say(USER, said)
    fetch = world.steps_of_fetch.exchange(world.came_back().fetch_id)
    consent = world.store.consent(str(fetch.consent_id))
    assert consent is not None
    assert (consent.digilocker_id, consent.tokens is not None) == (None, True)


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
