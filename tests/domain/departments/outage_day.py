"""A day without DigiLocker in the middle of a backfill, and what has to be so in the end."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import timedelta
from random import Random

from chalicelib.domain.departments.backfill_running import RANGE_SIZE
from chalicelib.domain.departments.backfills import BackfillCounts, BackfillStatus
from chalicelib.domain.departments.certificates import CertificateStatus, PushState
from chalicelib.domain.departments.pushes import PushStatus
from chalicelib.domain.departments.statistics import Counted
from tests.domain.departments.outage_world import OutageWorld, account_of

# What a day without DigiLocker may take, whatever is due: a probe each quarter of an hour, and what was under way.
TRIED_IN_A_DAY, TRANSITIONS_IN_A_DAY = 300, 2_000
_HOUR = timedelta(hours=1)
# The longest that a parked push waits, with its unevenness, and the journey that then brings it.
_SLOWEST = 2 * _HOUR


@dataclass(frozen=True, slots=True)
class OutageDay:
    """What became of it: `lost` of DigiLocker's answers were not heard.

    While it was down, `tried` calls and `transitions` of journeys were made.
    """

    world: OutageWorld
    rows: int
    lost: int
    tried: int
    transitions: int


def outage(rows: int, seed: int, *, pushes_a_minute: int) -> OutageDay:
    """A backfill of so many rows, and a day without DigiLocker from its middle on; then as long as the limit asks for.

    The seed decides when what dies.
    """
    random = Random(seed)
    world = OutageWorld(random=random, pushes_a_minute=pushes_a_minute, range_size=min(RANGE_SIZE, 20 * rows))
    backfill = world.start(world.upload(world.agreed(rows)))
    began, day = world.now, timedelta(days=1)
    world.begin(backfill)
    middle = began + world.range_takes * (world.progress(backfill).ranges // 2)

    world.pass_until(middle - world.range_takes)
    # Some of what DigiLocker does is not heard of; then it is not heard of at all.
    lost_before, lost_after = random.randrange(1, 4), random.randrange(1, 4)
    world.digilocker.lose_answers = lost_before
    world.kill_imports(at_write=random.randrange(8), times=6, is_written=bool(seed % 2))
    world.pass_until(middle)
    assert world.digilocker.lose_answers == 0
    assert 0 < len(world.digilocker.accounts) < len(world.certificates()) < rows
    there = dict(world.digilocker.accounts)

    world.digilocker.is_down = True
    calls, transitions = len(world.digilocker.calls), world.transitions
    for hour in range(24):
        world.pass_until(middle + _HOUR * (hour + 1))
        failed = world.progress(backfill)
        if failed.status is BackfillStatus.FAILED:
            # The officer starts it again.
            world.begin(world.start(failed))
    assert world.digilocker.accounts == there
    tried, billed = len(world.digilocker.calls) - calls, world.transitions - transitions
    world.digilocker.is_down = False
    world.digilocker.lose_answers = lost_after
    at_its_limit = timedelta(minutes=rows / pushes_a_minute)
    world.pass_until(middle + day + _SLOWEST + at_its_limit)
    return OutageDay(world, rows, lost_before + lost_after, tried, billed)


def demand_all_and_each_once(day: OutageDay) -> None:
    """Fails where a certificate is lost or twice, here or at DigiLocker, or more is tried than helps."""
    world, rows = day.world, day.rows
    # However many wait, a few are tried.
    assert 0 < day.tried <= TRIED_IN_A_DAY
    assert day.transitions <= TRANSITIONS_IN_A_DAY
    # The import died, was started again, and counts each row once.
    assert world.ended is not None
    assert (world.ended.status, world.ended.counts) == (BackfillStatus.DONE, BackfillCounts(rows, rows, 0, 0))
    assert world.ended.round > 1
    # Each certificate is there once, made, and in its holder's account and no other.
    made = world.certificates()
    assert sorted(one.number for one in made) == sorted(f"TRC/{number}" for number in range(rows))
    assert {(one.status, one.push) for one in made} == {(CertificateStatus.ACTIVE, PushState.PUSHED)}
    expected = {world.numbered(number).uri: account_of(number) for number in range(rows)}
    assert world.digilocker.accounts == expected
    # Nothing is left to do.
    assert {push and (push.status, push.due_at) for push in world.pushes()} == {(PushStatus.PUSHED, None)}
    assert world.store.due_pushes(world.department_id, world.now + timedelta(days=365), rows) == ()
    # Nothing was told twice, but for what DigiLocker's answer to was lost; and none is counted twice.
    assert world.digilocker.asked_to_add.keys() == expected.keys()
    assert world.digilocker.asked_to_add.total() == rows + day.lost
    days = world.store.department_days(world.department_id, made[-1].created_at.date(), world.now.date())
    counted = sum((Counter(day.counts) for day in days), Counter[Counted]())
    assert counted[Counted.FINDABLE] == counted[Counted.PUSHED] == rows
