"""One's own sessions: those that count, and no others; ended one by one or all at once."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from chalicelib.domain.changes import WriteSession
from chalicelib.domain.refusals import Code, Refusal
from tests.domain.accounts.signing_in_world import HERE, Door


@pytest.fixture
def door() -> Door:
    return Door()


def refused(attempt: Callable[[], object]) -> Refusal:
    with pytest.raises(Refusal) as refusal:
        attempt()
    return refusal.value


def test_the_list_holds_what_counts_the_one_used_last_first(door: Door) -> None:
    person = door.person()
    idle = door.signed_in(person)
    door.clock.advance(minutes=10)
    other, ended, asking = (door.signed_in(person) for _ in range(3))
    door.signing_in.sign_out(ended.token, HERE)
    door.half_way(person)
    door.signed_in(door.person())
    door.clock.advance(minutes=6)
    door.actor(other.token)
    door.clock.advance(minutes=2)
    found = door.own_sessions.all(door.actor(asking.token))
    assert [session.session_id for session in found] == [asking.session.session_id, other.session.session_id]
    assert idle.session.session_id not in [session.session_id for session in found]
    assert found[0].device == "Firefox, Android"


def test_a_session_of_an_older_generation_is_not_in_it(door: Door) -> None:
    person = door.person()
    old = door.signed_in(person)
    door.own_sessions.end_all(door.actor(old.token), HERE)
    new = door.signed_in(person)
    assert len(door.store.sessions_of(new.session.owner)) == 2
    assert [one.session_id for one in door.own_sessions.all(door.actor(new.token))] == [new.session.session_id]


def test_a_step_up_leaves_one_session_in_the_list(door: Door) -> None:
    first = door.signed_in(door.person())
    door.clock.advance(seconds=31)
    second = door.raised(first.token)
    found = door.own_sessions.all(door.actor(second.token))
    assert [session.session_id for session in found] == [first.session.session_id]


def test_one_is_ended_and_the_others_go_on(door: Door) -> None:
    person = door.person()
    mine, other = door.signed_in(person), door.signed_in(person)
    door.own_sessions.end(door.actor(mine.token), other.session.session_id, HERE)
    assert refused(lambda: door.actor(other.token)).code is Code.SESSION_REQUIRED
    assert door.actor(mine.token).owner.security.generation == 0
    again = refused(lambda: door.own_sessions.end(door.actor(mine.token), other.session.session_id, HERE))
    assert again.code is Code.NOT_FOUND
    assert door.deeds(person).count(("session_ended", "done")) == 1


def test_this_one_is_ended_like_any_other(door: Door) -> None:
    mine = door.signed_in(door.person())
    door.own_sessions.end(door.actor(mine.token), mine.session.session_id, HERE)
    assert refused(lambda: door.actor(mine.token)).code is Code.SESSION_REQUIRED


def test_a_strangers_is_not_found(door: Door) -> None:
    mine, theirs = door.signed_in(door.person()), door.signed_in(door.person())
    refusal = refused(lambda: door.own_sessions.end(door.actor(mine.token), theirs.session.session_id, HERE))
    assert refusal.code is Code.NOT_FOUND
    assert door.actor(theirs.token).session.session_id == theirs.session.session_id


def test_ending_all_ends_this_one_and_those_that_no_index_knows_yet(door: Door) -> None:
    person = door.person()
    tokens = [door.signed_in(person).token for _ in range(2)] + [door.half_way(person).token]
    actor = door.actor(tokens[0])
    stale = replace(door.actor(tokens[1]).session, token_hash="not in any index yet", revision=None)
    door.own_sessions.end_all(actor, HERE)
    door.store.write(WriteSession(stale))
    for token in tokens:
        assert refused(lambda: door.actor(token)).code is Code.SESSION_REQUIRED  # noqa: B023
    assert door.deeds(person)[-1] == ("sessions_ended", "done")
    assert door.stored(person).security.generation == 1


def test_ending_all_twice_at_once_is_ending_them(door: Door) -> None:
    """Both read before either wrote: the second finds its own session ended."""
    person = door.person()
    actor = door.actor(door.signed_in(person).token)
    door.own_sessions.end_all(actor, HERE)
    assert refused(lambda: door.own_sessions.end_all(actor, HERE)).code is Code.SESSION_REQUIRED
    assert door.stored(person).security.generation == 1
