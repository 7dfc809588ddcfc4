"""Outages: while DigiLocker does not answer a department, its pushes wait, and one at a time tries whether it does.

What is known of an outage is one row for each department, written by the first failures, by each probe, and by the
first answer; no push that goes through at full pace writes it. Whatever becomes of the row, some push is let through
within `LONGEST_WAIT` and its unevenness: one that is lost, or that nobody has touched for long, slows nothing down.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

# So many failures in a row, no two that follow each other of one push: a single push that DigiLocker chokes on, and
# that is tried again and again, is no outage.
OPENS_AFTER = 5
# How long after a failure one push tries again: each time twice as long, up to the longest; a quarter more or less.
FIRST_WAIT, LONGEST_WAIT = timedelta(minutes=3), timedelta(minutes=15)
# After so long the pushes that were taken for probes were none, and others are let through to be one.
OVERDUE_AFTER = timedelta(minutes=11)
# What failed so long ago says nothing of now.
FORGOTTEN_AFTER = timedelta(hours=3)
# What was under way when an outage began is due again spread over as long as that lasts, an hour at most.
_SPREAD_AT_LEAST, _SPREAD_AT_MOST = timedelta(minutes=5), timedelta(hours=1)


class Pace(StrEnum):
    """How many of a department's pushes may be made."""

    FULL = "full"
    PROBE = "probe"
    NONE = "none"


class Why(StrEnum):
    """Why it is so."""

    NOTHING_FAILED = "nothing_failed"
    TOO_FEW_FAILED = "too_few_failed"
    FORGOTTEN = "forgotten"
    PROBE_DUE = "probe_due"
    # It was time long ago, and what was started since made no call: it was done, revoked, or died.
    PROBE_OVERDUE = "probe_overdue"
    # A machine whose clock is ahead wrote when to try again.
    WRITTEN_AHEAD = "written_ahead"
    WAITS = "waits"


@dataclass(frozen=True, slots=True)
class Outage:
    """What failed in a row for a department. `since`: the first of it. `last_push`: the id of what failed last."""

    department_id: str
    since: datetime
    failed_at: datetime
    failures: int
    probe_at: datetime
    last_push: str = ""
    revision: str | None = None

    @property
    def keep_until(self) -> datetime:
        """When it is of no more use."""
        return max(self.failed_at, self.probe_at) + FORGOTTEN_AFTER


@dataclass(frozen=True, slots=True)
class Decision:
    """How fast a department may push at a moment, and why."""

    pace: Pace
    why: Why


def decided(outage: Outage | None, now: datetime) -> Decision:
    """How fast a department may push at `now`, by what is known of its outage; nothing known is full pace."""
    if outage is None or outage.failures == 0:
        return Decision(Pace.FULL, Why.NOTHING_FAILED)
    if outage.failures < OPENS_AFTER:
        return Decision(Pace.FULL, Why.TOO_FEW_FAILED)
    if now - outage.failed_at >= FORGOTTEN_AFTER:
        return Decision(Pace.FULL, Why.FORGOTTEN)
    if now >= outage.probe_at:
        is_overdue = now - outage.probe_at >= OVERDUE_AFTER
        return Decision(Pace.PROBE, Why.PROBE_OVERDUE if is_overdue else Why.PROBE_DUE)
    if outage.probe_at - now > _uneven(LONGEST_WAIT, 1):
        return Decision(Pace.PROBE, Why.WRITTEN_AHEAD)
    return Decision(Pace.NONE, Why.WAITS)


def failed(outage: Outage | None, department_id: str, push_id: str, now: datetime, unevenness: float) -> Outage:
    """What is known once a push at full pace has failed; as it was, where the same push failed last."""
    is_old = outage is None or outage.failures == 0 or now - outage.failed_at >= FORGOTTEN_AFTER
    if outage is None or is_old:
        revision = outage.revision if outage else None
        return Outage(department_id, now, now, 1, now, push_id, revision)
    if outage.last_push == push_id:
        return outage
    failures = outage.failures + 1
    return replace(
        outage, failed_at=now, failures=failures, probe_at=now + _wait(failures, unevenness), last_push=push_id
    )


def probing(outage: Outage, push_id: str, now: datetime, unevenness: float) -> Outage:
    """What is written before a probe is made: it counts as failed until DigiLocker has answered."""
    failures = outage.failures + 1
    return replace(
        outage, failed_at=now, failures=failures, probe_at=now + _wait(failures, unevenness), last_push=push_id
    )


def recovered(outage: Outage) -> Outage:
    """What is written once DigiLocker has answered."""
    return replace(outage, failures=0)


def due_again(outage: Outage, now: datetime, unevenness: float) -> datetime:
    """When a push that was under way in an outage is due again: after the next probe, so that it may be one later.

    `unevenness`, from 0 to 1, spreads them over as long as the outage has lasted: 5 minutes at least, an hour at most.
    """
    spread = min(max(now - outage.since, _SPREAD_AT_LEAST), _SPREAD_AT_MOST)
    probe_at = min(max(outage.probe_at, now), now + _uneven(LONGEST_WAIT, 1))
    return probe_at + _milliseconds(spread * unevenness)


def _wait(failures: int, unevenness: float) -> timedelta:
    doublings = min(max(failures - OPENS_AFTER, 0), 10)
    return _uneven(min(FIRST_WAIT * 2**doublings, LONGEST_WAIT), unevenness)


def _uneven(wait: timedelta, unevenness: float) -> timedelta:
    return _milliseconds(wait * (0.75 + unevenness / 2))


def _milliseconds(span: timedelta) -> timedelta:
    # Whole ones, as the store keeps.
    return timedelta(milliseconds=span // timedelta(milliseconds=1))
