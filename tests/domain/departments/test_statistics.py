"""The statistics of a department: every day of India's clock, nothing of another's, the newest trouble first."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from chalicelib.domain.departments.changes import WriteOutage, WritePush
from chalicelib.domain.departments.outages import Outage
from chalicelib.domain.departments.pushes import Push, PushAction, PushStatus
from chalicelib.domain.departments.statistics import Counted, Trouble
from chalicelib.domain.departments.statistics_desk import TROUBLES_AT_MOST, Silence, parse_days
from chalicelib.domain.refusals import FieldProblem, Refusal
from tests.domain.departments.desk_world import Desks

# 02-11-2026 10:00 by India's clock.
TODAY = date(2026, 11, 2)


@pytest.fixture
def desks() -> Desks:
    return Desks()


def test_each_day_is_there_and_the_sums_are_theirs(desks: Desks) -> None:
    own, other = desks.opened("in.gov.own"), desks.opened("in.gov.other")
    for past, issued in ((0, 3), (6, 2), (7, 100)):
        desks.store.count(own.department_id, TODAY - timedelta(days=past), {Counted.ISSUED: issued})
    desks.store.count(own.department_id, TODAY, {Counted.PULLED: 1})
    desks.store.count(other.department_id, TODAY, {Counted.ISSUED: 50})
    found = desks.statistics.read(desks.officer_of(own), own.department_id, 7)
    assert [day.day for day in found.days] == [TODAY - timedelta(days=past) for past in range(6, -1, -1)]
    assert [day.counts[Counted.ISSUED] for day in found.days] == [2, 0, 0, 0, 0, 0, 3]
    assert (found.totals[Counted.ISSUED], found.totals[Counted.PULLED], found.totals[Counted.FAILED]) == (5, 1, 0)


def test_a_day_ends_at_midnight_in_india(desks: Desks) -> None:
    own = desks.opened()
    desks.now = desks.now.replace(hour=18, minute=29, second=59)
    assert desks.statistics.read(desks.chief, own.department_id, 1).days[0].day == TODAY
    desks.advance(seconds=1)
    assert desks.statistics.read(desks.chief, own.department_id, 1).days[0].day == TODAY + timedelta(days=1)


def test_the_newest_troubles_are_told(desks: Desks) -> None:
    own = desks.opened()
    for number in range(TROUBLES_AT_MOST + 5):
        at = desks.now + timedelta(minutes=number)
        desks.store.tell_trouble(Trouble(own.department_id, f"t{number}", at, "pull_stale"))
    desks.advance(hours=1)
    found = desks.statistics.read(desks.chief, own.department_id, 30)
    assert [trouble.trouble_id for trouble in found.troubles] == [f"t{number}" for number in range(24, 4, -1)]


def test_while_digilocker_does_not_answer_it_is_told_since_when_and_how_many_wait(desks: Desks) -> None:
    own = desks.opened()
    assert desks.statistics.read(desks.chief, own.department_id, 1).silence is None
    since = desks.now - timedelta(hours=2)
    outage = Outage(own.department_id, since, desks.now, 5, desks.now + timedelta(minutes=9))
    desks.store.write(WriteOutage(outage))
    for number in range(3):
        push = Push(f"{number:022}", "c" * 22, own.department_id, PushAction.ADD, PushStatus.DUE, since, desks.now)
        desks.store.write(WritePush(push))
    assert desks.statistics.read(desks.chief, own.department_id, 1).silence == Silence(since, 3)
    desks.advance(hours=4)
    assert desks.statistics.read(desks.chief, own.department_id, 1).silence is None


def test_anothers_are_told_like_nobodys(desks: Desks) -> None:
    own, other = desks.opened("in.gov.own"), desks.opened("in.gov.other")
    for department_id in (other.department_id, "n" * 22):
        with pytest.raises(Refusal) as refused:
            desks.statistics.read(desks.officer_of(own), department_id, 30)
        assert refused.value.code == "not_found"


@pytest.mark.parametrize(("value", "days"), [("", 30), ("1", 1), ("92", 92), ("007", None), ("0", None), ("93", None)])
def test_days_are_one_to_ninety_two(value: str, days: int | None) -> None:
    if days is not None:
        assert parse_days(value) == days
        return
    with pytest.raises(FieldProblem):
        parse_days(value)


@pytest.mark.parametrize("value", ["-1", "1.5", "seven", "१०", " 7", "9" * 99])
def test_days_are_a_number(value: str) -> None:
    with pytest.raises(FieldProblem) as refused:
        parse_days(value)
    assert refused.value.error.reason == "not_a_number"
