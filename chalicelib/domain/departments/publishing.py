"""Publishing: which certificates go to their citizens' DigiLocker accounts by Push URI, and when.

`push_of` makes a push; whoever changes a certificate writes it in the same write, so that none is forgotten. Its row
is an event: `Publishing` starts its journey at once, and a schedule starts whatever is due.
"""

from __future__ import annotations

import base64
import hashlib
import random
from collections import Counter as Tally
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import islice, zip_longest
from typing import TYPE_CHECKING

from chalicelib.domain.changes import ChangeRefused, CountUp, StoreUnavailable
from chalicelib.domain.departments.changes import WritePush
from chalicelib.domain.departments.departments import DepartmentStatus
from chalicelib.domain.departments.outages import Decision, Pace, Why, decided
from chalicelib.domain.departments.pushes import Push, PushAction, PushStatus
from chalicelib.domain.limits import Counter
from chalicelib.domain.ports import Journey, JourneysUnavailable
from chalicelib.domain.refusals import Code

if TYPE_CHECKING:
    from chalicelib.domain.departments.certificates import Certificate
    from chalicelib.domain.departments.departments import Department
    from chalicelib.domain.ports import Clock, Journeys, Store

# How long a journey of a push may take; one of which nothing was heard by then is started again.
JOURNEY = timedelta(minutes=45)
# How often the schedule looks for what is due.
SPAN = timedelta(minutes=5)
# After how long a push is looked at again whose department still may not push.
_ANOTHER_DAY = timedelta(days=1)


def push_of(department: Department, certificate: Certificate, action: PushAction, now: datetime) -> Push | None:
    """The push that tells DigiLocker of a change, due at `now`; to be written as new, in one write with the change.

    None where nothing can be pushed: the department is no client of DigiLocker, or whose account it is, or that they
    agreed, is not known. A `D` may be made whatever became of the `A`: where that never went out, nothing does.
    """
    if department.client is None or certificate.account is None:
        return None
    return Push(
        push_id=push_id_of(certificate, action),
        certificate_id=certificate.certificate_id,
        department_id=certificate.department_id,
        action=action,
        status=PushStatus.DUE,
        created_at=now,
        due_at=now,
    )


def push_id_of(certificate: Certificate, action: PushAction) -> str:
    """The id of a push (22 signs): one `A` and one `D` for a certificate and an account, one `U` for each content."""
    account = certificate.account.digilocker_id if certificate.account else ""
    content = certificate.xml.sha256 if action is PushAction.UPDATE and certificate.xml else ""
    parts = (certificate.certificate_id, account, action.value, content)
    joined = b"".join(len(part.encode()).to_bytes(4, "big") + part.encode() for part in parts)
    return base64.urlsafe_b64encode(hashlib.sha256(joined).digest())[:22].decode()


def again(push: Push, now: datetime) -> Push:
    """A push as it is due anew, whatever became of it."""
    return replace(push, status=PushStatus.DUE, due_at=now, reason=None)


def wanted(
    store: Store, department: Department, certificate: Certificate, action: PushAction, now: datetime
) -> tuple[WritePush, ...]:
    """The change by which a push is made, or made due again where it was parked; one that is done or due needs none.

    For those who cannot know that there is no such push yet, as `push_of` wants it.
    """
    made = push_of(department, certificate, action, now)
    if made is None:
        return ()
    there = store.push(made.push_id)
    if there is None:
        return (WritePush(made),)
    return (WritePush(again(there, now)),) if there.status is PushStatus.PARKED else ()


def always() -> bool:
    """There is always time."""
    return True


class Fate(StrEnum):
    """What became of a push in one run of the starter."""

    STARTED = "started"
    # Beyond what its department may do now, or DigiLocker does not answer it: a later look takes it up.
    PUT_OFF = "put_off"
    # Not this run's: another has started it, it is done, or time ran out.
    LEFT = "left"
    # The journeys did not answer: it is due still.
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Publishing:
    """Starts the journeys of pushes. `unevenness` gives numbers from 0 to 1."""

    store: Store
    journeys: Journeys
    clock: Clock
    unevenness: Callable[[], float] = random.random

    def start(self, push_ids: Iterable[str], has_time: Callable[[], bool] = always) -> Mapping[Fate, int]:
        """Starts these pushes, written just now; those beyond their department's minute stay due for the schedule."""
        fates: Tally[Fate] = Tally()
        paces: dict[str, Pace] = {}
        for push_id in dict.fromkeys(push_ids):
            push = self.store.push(push_id) if has_time() else None
            department = self.store.department(push.department_id) if push else None
            if push is None or department is None:
                fates[Fate.LEFT] += 1
                continue
            if push.department_id not in paces:
                paces[push.department_id] = self._decision(push.department_id).pace
            is_full = paces[push.department_id] is Pace.FULL
            fates[self.started(push, department) if is_full else Fate.PUT_OFF] += 1
        return fates

    def start_due(self, at_most: int, has_time: Callable[[], bool] = always) -> Mapping[Fate, int]:
        """Starts of what is due, the longest due first, what each department's limit lets through until the next look.

        The departments take turns, so that none stands in another's way. Of one whose DigiLocker does not answer one
        push is started once it is time to try (`outages`); what is not started is due still.
        """
        fates: Tally[Fate] = Tally()
        due = [(one, self._due(one, at_most)) for one in self.store.departments()]
        in_turns = zip_longest(*([(one, push_id) for push_id in push_ids] for one, push_ids in due))
        for department, push_id in islice((each for turn in in_turns for each in turn if each), at_most):
            push = self.store.push(push_id) if has_time() else None
            if push is None:
                fates[Fate.LEFT] += 1
            elif push.status is PushStatus.PARKED and not may_push(department):
                fates[self._put_off(push, _ANOTHER_DAY)] += 1
            else:
                fates[self.started(push)] += 1
        return fates

    def _due(self, department: Department, at_most: int) -> tuple[str, ...]:
        decision = self._decision(department.department_id)
        if decision.pace is Pace.NONE:
            return ()
        # Of several that are started when a probe is overdue, one is it: the others come upon that and wait.
        many = 1 if decision.why is Why.PROBE_DUE else min(at_most, _in_a_span(department))
        return self.store.due_pushes(department.department_id, self.clock(), many)

    def _decision(self, department_id: str) -> Decision:
        return decided(self.store.outage(department_id), self.clock())

    def started(self, push: Push, limited_by: Department | None = None) -> Fate:
        """Starts one push's next journey; two that do so at once start one.

        With `limited_by` only within that department's minute. Raises `StoreUnavailable`.
        """
        now = self.clock()
        # One that was never started is due whatever its time says: a machine whose clock is ahead may have written it.
        if push.due_at is None or (push.round and now < push.due_at):
            return Fate.LEFT
        begun = replace(push, status=PushStatus.DUE, round=push.round + 1, due_at=now + JOURNEY)
        counted = (CountUp(_starts_in_this_minute(limited_by, now)),) if limited_by else ()
        try:
            begun = replace(begun, revision=self.store.write(WritePush(begun), *counted))
        except ChangeRefused as refused:
            return Fate.PUT_OFF if isinstance(refused.change, CountUp) else Fate.LEFT
        try:
            self.journeys.start(
                Journey.CERTIFICATE_PUBLISHING, f"{push.push_id}.{begun.round}", int(JOURNEY.total_seconds())
            )
        except JourneysUnavailable:
            self._give_back(replace(begun, due_at=now))
            return Fate.FAILED
        return Fate.STARTED

    def _put_off(self, push: Push, by: timedelta) -> Fate:
        # Spread over the look's span, so that they do not come in one heap.
        wait = by + SPAN * self.unevenness()
        due_at = self.clock() + timedelta(milliseconds=wait // timedelta(milliseconds=1))
        try:
            self.store.write(WritePush(replace(push, due_at=due_at)))
        except ChangeRefused:
            return Fate.LEFT
        return Fate.PUT_OFF

    def _give_back(self, push: Push) -> None:
        """Leaves a push due that could not be started; where that cannot be written, it is due once `JOURNEY` ends."""
        try:
            self.store.write(WritePush(push))
        except (ChangeRefused, StoreUnavailable):
            return


def may_push(department: Department) -> bool:
    """Whether a department may push at all."""
    return department.status is DepartmentStatus.ACTIVE and department.client is not None


def _in_a_span(department: Department) -> int:
    """How many journeys of a department one look may start."""
    return max(1, department.limits.pushes_a_minute * (SPAN // timedelta(minutes=1)))


def _starts_in_this_minute(department: Department, now: datetime) -> Counter:
    minute = int(now.timestamp()) // 60
    until = datetime.fromtimestamp((minute + 1) * 60, tz=now.tzinfo)
    key = f"push_starts#{department.department_id}#{minute}"
    return Counter(key, department.limits.pushes_a_minute, until, Code.TOO_MANY_REQUESTS)
