"""Outages: how fast a department may push while DigiLocker does not answer it, by the rule and in its pushes."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from chalicelib.domain.changes import ChangeRefused
from chalicelib.domain.departments import outages
from chalicelib.domain.departments.changes import WriteOutage
from chalicelib.domain.departments.outages import (
    FIRST_WAIT,
    FORGOTTEN_AFTER,
    LONGEST_WAIT,
    OPENS_AFTER,
    Outage,
    Pace,
    Why,
    decided,
)
from chalicelib.domain.departments.publishing import Fate
from chalicelib.domain.departments.pushes import Push, PushAction, PushStatus
from chalicelib.domain.digilocker.line import DigiLockerUnavailable
from tests.domain.departments.push_world import DEPARTMENT_ID, NOW, PushWorld, refusal

_LONGEST = LONGEST_WAIT * 1.25
_times = st.integers(0, 600 * 86_400).map(lambda seconds: NOW + timedelta(seconds=seconds))
_rows = st.builds(
    Outage,
    st.just(DEPARTMENT_ID),
    since=_times,
    failed_at=_times,
    failures=st.integers(0, 10_000),
    probe_at=_times,
    last_push=st.sampled_from(["", "a", "b"]),
)
_uneven = st.floats(0, 1)


class TestTheRule:
    @given(_rows, _times)
    def test_whatever_the_row_says_somebody_may_try_soon(self, outage: Outage, now: datetime) -> None:
        paces = {decided(outage, now + _LONGEST * part / 4).pace for part in range(5)}
        assert paces & {Pace.FULL, Pace.PROBE}

    @given(_times)
    def test_a_lost_row_is_full_pace(self, now: datetime) -> None:
        assert decided(None, now).pace is Pace.FULL

    @given(_rows, _times)
    def test_a_decision_follows_from_row_and_clock_and_names_its_reason(self, outage: Outage, now: datetime) -> None:
        why = decided(outage, now).why
        assert decided(outage, now) == decided(outage, now)
        assert (
            decided(outage, now).pace
            is {
                Why.NOTHING_FAILED: Pace.FULL,
                Why.TOO_FEW_FAILED: Pace.FULL,
                Why.FORGOTTEN: Pace.FULL,
                Why.PROBE_DUE: Pace.PROBE,
                Why.PROBE_OVERDUE: Pace.PROBE,
                Why.WRITTEN_AHEAD: Pace.PROBE,
                Why.WAITS: Pace.NONE,
            }[why]
        )

    @given(st.lists(st.tuples(st.sampled_from("abc"), st.integers(0, 600)), max_size=40), _uneven)
    def test_it_begins_with_failures_of_pushes_that_differ(self, failing: list[tuple[str, int]], uneven: float) -> None:
        now, outage, in_a_row, last = NOW, None, 0, ""
        for push, seconds in failing:
            now += timedelta(seconds=seconds)
            outage = outages.failed(outage, DEPARTMENT_ID, push, now, uneven)
            in_a_row, last = in_a_row + (push != last), push
            assert outage.since <= outage.failed_at <= now
            assert (decided(outage, outage.failed_at).pace is Pace.FULL) == (in_a_row < OPENS_AFTER)

    @given(st.lists(_uneven, min_size=1, max_size=200))
    def test_probes_come_later_and_later_and_never_rarely(self, unevennesses: list[float]) -> None:
        outage = _begun()
        now = outage.failed_at
        for nth, uneven in enumerate(unevennesses, start=1):
            assert decided(outage, outage.probe_at - timedelta(milliseconds=1)).pace is Pace.NONE
            now = outage.probe_at
            assert decided(outage, now).pace is Pace.PROBE
            outage = outages.probing(outage, "a", now, uneven)
            wait = outage.probe_at - now
            assert min(FIRST_WAIT * 2**nth, LONGEST_WAIT) * 0.74 <= wait <= _LONGEST
        assert outage.since == NOW

    @given(_rows, _times)
    def test_the_first_answer_is_full_pace(self, outage: Outage, now: datetime) -> None:
        assert decided(outages.recovered(outage), now).pace is Pace.FULL

    @given(_rows, _times)
    def test_what_failed_long_ago_begins_anew(self, outage: Outage, now: datetime) -> None:
        assume(now - outage.failed_at >= FORGOTTEN_AFTER)
        anew = outages.failed(outage, DEPARTMENT_ID, "c", now, 0.5)
        assert (anew.since, anew.failures) == (now, 1)

    @given(_rows, _times, _uneven)
    def test_what_was_under_way_is_due_within_an_hour_and_some(
        self, outage: Outage, now: datetime, uneven: float
    ) -> None:
        assert now <= outages.due_again(outage, now, uneven) <= now + _LONGEST + timedelta(hours=1)
        assert outages.due_again(outage, now, 0) <= outages.due_again(outage, now, uneven)


def _begun() -> Outage:
    outage = None
    for number in range(OPENS_AFTER):
        outage = outages.failed(outage, DEPARTMENT_ID, str(number), NOW, 0.5)
    assert outage is not None
    return outage


@pytest.fixture
def world() -> PushWorld:
    return PushWorld()


def known(world: PushWorld) -> Outage:
    outage = world.store.outage(DEPARTMENT_ID)
    assert outage is not None
    return outage


def pushes(world: PushWorld, many: int) -> list[Push]:
    return [world.wants(world.certificate()) for _ in range(many)]


def begin(world: PushWorld) -> list[Push]:
    """An outage, as the pushes that fail in it begin it."""
    world.digilocker.is_down = True
    failing = pushes(world, OPENS_AFTER)
    for push in failing[:-1]:
        with pytest.raises(DigiLockerUnavailable):
            world.pushing.push(push.push_id)
    world.pushing.push(failing[-1].push_id)
    return failing


class TestPushes:
    def test_that_go_through_write_nothing_of_it(self, world: PushWorld) -> None:
        (push,) = pushes(world, 1)
        world.pushing.push(push.push_id)
        assert world.store.outage(DEPARTMENT_ID) is None

    def test_that_were_under_way_give_up_early_and_stay_due(self, world: PushWorld) -> None:
        failing = begin(world)
        calls = len(world.digilocker.calls)
        for push in failing:
            given_up = world.pushing.push(push.push_id)
            assert (given_up.status, given_up.round, given_up.reason) == (PushStatus.DUE, push.round, None)
            assert given_up.due_at is not None
            assert given_up.due_at > world.now
        assert len(world.digilocker.calls) == calls
        assert world.publishing.start_due(100) == {}

    def test_one_tries_after_a_while_and_the_others_wait(self, world: PushWorld) -> None:
        begin(world)
        waiting = pushes(world, 9)
        assert world.publishing.start([one.push_id for one in waiting]) == {"put_off": 9}
        calls = len(world.digilocker.calls)
        world.now = known(world).probe_at
        assert world.publishing.start_due(100) == {"started": 1}
        (probe,) = world.journeys.started
        assert world.pushing.push(probe.removesuffix(".1")).status is PushStatus.DUE
        # Another that comes at the same time does not call.
        assert world.pushing.push(waiting[0].push_id).status is PushStatus.DUE
        assert len(world.digilocker.calls) == calls + 1
        assert world.publishing.start_due(100) == {}

    def test_of_two_probes_at_once_one_calls(self, world: PushWorld) -> None:
        begin(world)
        first, second = pushes(world, 2)
        world.now = known(world).probe_at
        calls = len(world.digilocker.calls)
        world.digilocker.during = lambda: world.pushing.push(second.push_id)
        world.pushing.push(first.push_id)
        assert len(world.digilocker.calls) == calls + 1

    def test_all_go_at_full_pace_after_the_first_answer(self, world: PushWorld) -> None:
        begin(world)
        waiting = pushes(world, 9)
        world.digilocker.is_down = False
        world.now = known(world).probe_at
        world.publishing.start_due(100)
        assert world.pushing.push(waiting[0].push_id).status is PushStatus.PUSHED
        assert world.publishing.start_due(100)[Fate.STARTED] >= 8
        assert {world.pushing.push(one.push_id).status for one in waiting} == {PushStatus.PUSHED}

    def test_pushes_that_make_no_call_do_not_keep_the_probe_back(self, world: PushWorld) -> None:
        revoked = [world.certificate() for _ in range(20)]
        for certificate in revoked:
            world.wants(certificate)
            world.revoke(certificate)
        # They are the longest due.
        world.advance(minutes=1)
        begin(world)
        waiting = pushes(world, 1)
        world.digilocker.is_down = False
        world.now = known(world).probe_at
        for _ in range(4):
            world.advance(minutes=5)
            world.publishing.start_due(100)
            for started in tuple(world.journeys.started):
                world.pushing.push(started.split(".")[0])
        assert world.push_of(waiting[0]).status is PushStatus.PUSHED

    def test_a_refusal_is_an_answer(self, world: PushWorld) -> None:
        begin(world)
        (push,) = pushes(world, 1)
        world.digilocker.is_down, world.digilocker.says = False, [refusal(404, "invalid_digilocker_id")]
        world.now = known(world).probe_at
        assert world.pushing.push(push.push_id).status is PushStatus.PARKED
        assert decided(known(world), world.now).pace is Pace.FULL

    def test_one_that_is_tried_again_and_again_begins_none(self, world: PushWorld) -> None:
        world.digilocker.is_down = True
        (push,) = pushes(world, 1)
        for _ in range(3 * OPENS_AFTER):
            with pytest.raises(DigiLockerUnavailable):
                world.pushing.push(push.push_id)

    def test_answers_between_failures_keep_full_pace(self, world: PushWorld) -> None:
        for _ in range(2 * OPENS_AFTER):
            world.digilocker.is_down = True
            failing, fine = pushes(world, 2)
            with pytest.raises(DigiLockerUnavailable):
                world.pushing.push(failing.push_id)
            world.digilocker.is_down = False
            world.pushing.push(fine.push_id)

    def test_a_probe_that_dies_holds_nobody_up_for_long(self, world: PushWorld) -> None:
        begin(world)
        first, second = pushes(world, 2)
        world.digilocker.is_down = False
        world.now = known(world).probe_at
        world.digilocker.during = _die
        with pytest.raises(MemoryError):
            world.pushing.push(first.push_id)
        world.now += _LONGEST
        assert world.pushing.push(second.push_id).status is PushStatus.PUSHED

    def test_one_department_slows_no_other_down(self, world: PushWorld) -> None:
        begin(world)
        assert world.store.outage("e" * 22) is None

    def test_it_is_told_once_in_plain_words(self, world: PushWorld) -> None:
        failing = begin(world)
        for _ in range(9):
            world.now = known(world).probe_at
            world.pushing.push(failing[0].push_id)
        told = world.store.troubles_of(DEPARTMENT_ID, 100)
        assert [(one.code, one.at) for one in told] == [("push_digilocker_unavailable", NOW)]

    def test_a_withdrawal_waits_as_well_and_comes(self, world: PushWorld) -> None:
        certificate = world.certificate()
        world.pushing.push(world.wants(certificate).push_id)
        begin(world)
        world.revoke(certificate)
        withdrawal = next(one for one in world.due() if one.action is PushAction.DELETE)
        assert world.pushing.push(withdrawal.push_id).status is PushStatus.DUE
        world.digilocker.is_down = False
        world.now = known(world).probe_at
        assert world.pushing.push(withdrawal.push_id).status is PushStatus.PUSHED
        assert certificate.uri not in world.digilocker.accounts

    def test_two_that_fail_at_once_are_written_one_after_the_other(self, world: PushWorld) -> None:
        begin(world)
        with pytest.raises(ChangeRefused):
            world.store.write(WriteOutage(replace(known(world), revision="other")))


def _die() -> None:
    raise MemoryError
