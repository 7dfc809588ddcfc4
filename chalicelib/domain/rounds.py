"""Decisions in rounds: read, decide, write on condition that nothing changed, and again where something did.

Writers on one record exclude each other, and each round lets one of them through.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from typing import TypeVar

from chalicelib.domain import limits
from chalicelib.domain.changes import (
    AppendEvent,
    Change,
    ChangeRefused,
    CountUp,
    EndSession,
    HoldIcegateId,
    ReleaseMembership,
    ReleaseName,
    TakeMembership,
    UseOnce,
    WriteTries,
)
from chalicelib.domain.limits import Tries, TryPolicy
from chalicelib.domain.ports import Store
from chalicelib.domain.refusals import Code, FieldError, Refusal
from chalicelib.domain.versioned import Versioned

Outcome = TypeVar("Outcome")
# Each writer that comes first costs the others one round, and a few write twice: enough for some twenty at once.
ROUNDS = 40
# A change of these that does not hold says that somebody else wrote first, and the decision is made again.
_DECIDED_ANEW = (
    Versioned,
    AppendEvent,
    EndSession,
    # Only its own account gives a name up, or leaves its IEC: another run has done so already.
    ReleaseMembership,
    ReleaseName,
    # The decision reads what the login is of, and says so when it is made again.
    TakeMembership,
)


def in_rounds(attempt: Callable[[], Outcome]) -> Outcome:
    """Makes the attempt until its write meets the versions that it read. A guard that says no ends it at once.

    Raises `Refusal`: what the guard means to a person, or `service_unavailable` after all rounds.
    """
    for _ in range(ROUNDS):
        try:
            return attempt()
        except ChangeRefused as refused:
            if not _is_stale(refused.change):
                raise as_refusal(refused) from refused
    raise Refusal(Code.SERVICE_UNAVAILABLE)


def take_try(store: Store, key: str, policy: TryPolicy, now: datetime, *with_it: Change) -> Tries:
    """Takes one try of an identity, and writes the changes `with_it` in the same write.

    Returns the tries as stored. Raises `Refusal` while the policy's lock is closed, or for a guard among the changes.
    """

    def take() -> Tries:
        taken = limits.spent(store.tries(key), policy, now)
        revision = store.write(*with_it, WriteTries(taken, now + policy.longest))
        return replace(taken, revision=revision)

    return in_rounds(take)


def forgive(store: Store, tries: Tries, policy: TryPolicy, now: datetime, *with_it: Change) -> str:
    """Breaks the row of failures after a try was right, in the same write as the changes `with_it`.

    Tries that others took meanwhile are forgiven with it. Returns the revision. Raises `ChangeRefused` for the changes.
    """
    for _ in range(ROUNDS):
        try:
            return store.write(*with_it, WriteTries(limits.forgiven(tries), now + policy.longest))
        except ChangeRefused as refused:
            if not isinstance(refused.change, WriteTries):
                raise
            tries = store.tries(tries.key)
    raise Refusal(Code.SERVICE_UNAVAILABLE)


def _is_stale(change: Change | None) -> bool:
    return change is None or isinstance(change, _DECIDED_ANEW)


def as_refusal(refused: ChangeRefused) -> Refusal:
    """What a person is told when a guard of a write did not hold."""
    from chalicelib.domain.departments.changes import TakeIssuerId  # noqa: PLC0415 - seldom, and not on every start

    match refused.change:
        case CountUp(counter):
            return Refusal(counter.refusal, retry_at=counter.until)
        case UseOnce():
            return Refusal(Code.CAPTCHA_USED, errors={"captcha": FieldError("captcha_incorrect")})
        case TakeIssuerId():
            return Refusal(Code.ISSUER_ID_TAKEN, errors={"issuer_id": FieldError("issuer_id_taken")})
        case HoldIcegateId():
            return Refusal(Code.ICEGATE_ID_TAKEN, errors={"icegate_id": FieldError("icegate_id_taken")})
        case _:
            return Refusal(Code.SERVICE_UNAVAILABLE)
