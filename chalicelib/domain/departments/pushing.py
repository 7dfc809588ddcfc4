"""Pushing: one push to DigiLocker, tried once, with an exactly-once effect.

An attempt is spent and the certificate's lane is taken in one write; then DigiLocker is called; then what it said is
written with the certificate's state. Whoever dies in between leaves a lane that frees itself, and a call that is
repeated: DigiLocker answers an `A` that came through before with "already exists in this account", which is success.

The lane is the certificate's first push, its `A`: one call about a certificate is under way at a time. So a `D` waits
for an `A` that is out, ends one that is not, and comes last; an `A` whose answer comes when the certificate is revoked
asks for a `D` in the very write that tells of it.
"""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from chalicelib.domain.changes import ChangeRefused, CountUp, StoreUnavailable
from chalicelib.domain.departments import outages, parking
from chalicelib.domain.departments.certificates import (
    WITHDRAWN,
    Certificate,
    CertificateStatus,
    PushState,
)
from chalicelib.domain.departments.changes import WriteCertificate, WriteOutage, WritePush
from chalicelib.domain.departments.departments import Department, DepartmentStatus, DigiLockerClient, KeyPurpose
from chalicelib.domain.departments.outage_watch import OutageWatch
from chalicelib.domain.departments.outages import Outage, Pace
from chalicelib.domain.departments.parking import ParkReason
from chalicelib.domain.departments.publishing import again, push_id_of, push_of
from chalicelib.domain.departments.pushes import Push, PushAction, PushStatus
from chalicelib.domain.departments.statistics import KEEP_TROUBLE, Counted, Trouble
from chalicelib.domain.digilocker import push_uri
from chalicelib.domain.digilocker.line import DigiLockerUnavailable
from chalicelib.domain.digilocker.push_uri import PushAnswer
from chalicelib.domain.limits import IST, Counter
from chalicelib.domain.refusals import Code
from chalicelib.domain.rounds import in_rounds

if TYPE_CHECKING:
    from chalicelib.domain.departments.keys import DepartmentKeys
    from chalicelib.domain.digilocker.line import Line
    from chalicelib.domain.ports import Clock, Store

# Longer than a step runs: when a claim has ended, whoever held it is dead.
CLAIM = timedelta(seconds=90)
# A `D` that finds nothing there has nothing to withdraw: an earlier one came through, or the account is gone.
_GONE = frozenset({PushAnswer.URI_REFUSED, PushAnswer.ACCOUNT_UNKNOWN})
# The old secret of a rotation may be the one that DigiLocker knows still.
_WRONG_SECRET = frozenset({PushAnswer.HMAC_REFUSED})
NOTHING_TO_WITHDRAW = "nothing_to_withdraw"


class PushUnknown(Exception):  # noqa: N818
    """There is no such push, or its certificate or department is gone; a retry does not help."""


class PushInFlight(Exception):  # noqa: N818
    """Another call about the certificate is under way; repeating after a moment helps."""


class PushLimitReached(Exception):  # noqa: N818
    """The department's pushes of this minute are used up; repeating after it helps."""


@dataclass(frozen=True, slots=True)
class _Claim:
    """What one call is about, and under which hold."""

    push: Push
    certificate: Certificate
    department: Department
    client: DigiLockerClient
    # What was known of an outage; as this call has written it, where it is a probe.
    outage: Outage | None


@dataclass(frozen=True, slots=True)
class Pushing:
    """Makes pushes. `line` leads to DigiLocker, `path` is Push URI's there; `unevenness` gives numbers from 0 to 1."""

    store: Store
    keys: DepartmentKeys
    line: Callable[[], Line]
    path: str
    clock: Clock
    unevenness: Callable[[], float] = random.random

    def push(self, push_id: str) -> Push:
        """Tries a push once and gives it as it stands then; one that is done or parked stays as it is.

        While DigiLocker does not answer the department (`outages`), it is not called but by a probe, and the push is
        due again later.

        Raises `PushUnknown`, `PushInFlight`, `PushLimitReached`, `line.DigiLockerUnavailable`, and what the store and
        the vault raise: then it is due still, and repeating helps.
        """
        claim = in_rounds(lambda: self._claimed(push_id))
        if isinstance(claim, Push):
            return claim
        try:
            answer = self._told(claim)
        except DigiLockerUnavailable:
            self._let_go(claim)
            outage = self._watch.failed(claim.push)
            if outage is None:
                raise
            return in_rounds(lambda: self._put_off(self._read(push_id), outage))
        except Exception:
            self._let_go(claim)
            raise
        self._watch.answered(claim.outage)
        return self._settle(claim, answer)

    def park(self, push_id: str, error: str) -> Push:
        """Parks a push whose journey's last try ended with this error; one that is done or parked stays as it is.

        Raises `PushUnknown`.
        """
        reason = parking.reason_of_error(error)

        def park() -> tuple[Push, bool]:
            push = self._read(push_id)
            if push.status is not PushStatus.DUE:
                return push, False
            certificate = self._certificate(push)
            return self._parked(push, certificate, reason, self.clock())

        return self._tell(*in_rounds(park))

    @property
    def _watch(self) -> OutageWatch:
        return OutageWatch(self.store, self.clock, self.unevenness)

    # One attempt.

    def _claimed(self, push_id: str) -> _Claim | Push:
        """The hold on the lane with the attempt spent; the push itself where nothing is to be called."""
        push, now = self._read(push_id), self.clock()
        if push.status is not PushStatus.DUE:
            return push
        certificate, department = self._certificate(push), self.store.department(push.department_id)
        if department is None:
            raise PushUnknown(push_id)
        lane = push if push.action is PushAction.ADD else self.store.push(push_id_of(certificate, PushAction.ADD))
        if lane is not None and _is_taken(lane, push, now):
            raise PushInFlight(push_id)
        reason = _why_not(push, certificate, department, now)
        if reason is not None:
            return self._tell(*self._parked(push, certificate, reason, now))
        if push.action is PushAction.DELETE and (lane is None or not _may_be_there(lane)):
            return self._nothing_to_withdraw(push, lane)
        if lane is None or (push.action is PushAction.UPDATE and lane.status is not PushStatus.PUSHED):
            # The `A` that is still to come says what the certificate says by then.
            return self._write_over(replace(push, status=PushStatus.PUSHED, due_at=None, reason=None))
        return self._hold_at_its_pace(push, lane, certificate, department)

    def _hold_at_its_pace(
        self, push: Push, lane: Push, certificate: Certificate, department: Department
    ) -> _Claim | Push:
        outage, now = self.store.outage(push.department_id), self.clock()
        pace = outages.decided(outage, now).pace
        if outage is None or pace is Pace.FULL:
            return self._hold(push, lane, certificate, department, outage)
        if pace is Pace.NONE:
            return self._put_off(push, outage)
        probe = outages.probing(outage, push.push_id, now, self.unevenness())
        return self._hold(push, lane, certificate, department, probe, WriteOutage(probe))

    def _hold(
        self,
        push: Push,
        lane: Push,
        certificate: Certificate,
        department: Department,
        outage: Outage | None,
        *probe: WriteOutage,
    ) -> _Claim:
        now = self.clock()
        spent = replace(push, attempts=push.attempts + 1)
        held = spent if lane.push_id == push.push_id else lane
        if push.action is PushAction.DELETE and held.status is not PushStatus.PUSHED:
            held = replace(held, status=PushStatus.PARKED, reason=ParkReason.REVOKED.value, due_at=None)
        held = replace(held, claimed_by=push.push_id, claimed_until=now + CLAIM)
        written = (held,) if held.push_id == push.push_id else (spent, held)
        try:
            revision = self.store.write(*map(WritePush, written), CountUp(_this_minute(department, now)), *probe)
        except ChangeRefused as refused:
            if isinstance(refused.change, CountUp):
                raise PushLimitReached(push.push_id) from refused
            raise
        assert department.client is not None  # `_why_not` says so
        known = replace(outage, revision=revision) if outage and probe else outage
        return _Claim(spent, certificate, department, department.client, known)

    def _told(self, claim: _Claim) -> PushAnswer:
        """What DigiLocker says. In a rotation the older secret is tried where the newest is not known there yet."""
        answer = PushAnswer.HMAC_REFUSED
        for secret in self.keys.secrets(claim.department, KeyPurpose.CLIENT_SECRET):
            given = push_uri.fields(
                claim.client,
                secret,
                claim.certificate,
                _description(claim.department, claim.certificate),
                claim.push.action,
                self.clock(),
            )
            answer = push_uri.read(self.line().send(push_uri.call(self.path, claim.client, given)))
            if answer not in _WRONG_SECRET:
                break
        return answer

    def _let_go(self, claim: _Claim) -> None:
        """Frees the lane after a call without an answer; where that cannot be written, it frees itself.

        DigiLocker may be at an `A` or a `U` still, and end it after a `D` that comes now: for a `D` the lane is taken
        on.
        """

        def let_go() -> None:
            lane = self.store.push(push_id_of(claim.certificate, PushAction.ADD))
            if lane is not None and lane.claimed_by == claim.push.push_id:
                is_over = claim.push.action is PushAction.DELETE
                self.store.write(WritePush(_freed(lane) if is_over else replace(lane, claimed_by=None)))

        try:
            in_rounds(let_go)
        except StoreUnavailable:
            return

    def _put_off(self, push: Push, outage: Outage) -> Push:
        """Has a push wait for the outage's end; it stays due, and nothing of it is spent."""
        if push.status is not PushStatus.DUE:
            return push
        return self._write_over(replace(push, due_at=outages.due_again(outage, self.clock(), self.unevenness())))

    def _settle(self, claim: _Claim, answer: PushAnswer) -> Push:
        def settle() -> tuple[Push, bool]:
            push = self._read(claim.push.push_id)
            if push.status is PushStatus.PUSHED:
                return push, False
            return self._settled(push, answer)

        return self._tell(*in_rounds(settle))

    def _settled(self, push: Push, answer: PushAnswer) -> tuple[Push, bool]:
        certificate, now = self._certificate(push), self.clock()
        if not _is_success(push.action, answer):
            return self._parked(push, certificate, parking.reason_of(answer), now)
        done = replace(push, status=PushStatus.PUSHED, pushed_at=now, due_at=None, reason=None)
        is_withdrawn = push.action is PushAction.DELETE
        state = PushState.WITHDRAWN if is_withdrawn else PushState.PUSHED
        told = replace(certificate, push=state, trouble=_without_push_trouble(certificate))
        follows = () if is_withdrawn else self._withdrawal(certificate, now)
        self.store.write(*self._over_and_free(done, certificate), WriteCertificate(told), *follows)
        return done, True

    def _parked(self, push: Push, certificate: Certificate, reason: ParkReason, now: datetime) -> tuple[Push, bool]:
        """Writes that a push is parked, with the certificate's state; and whether that is news."""
        due_at = parking.due_again(reason, push.round, now, self.unevenness())
        parked = replace(push, status=PushStatus.PARKED, reason=reason.value, due_at=due_at)
        told = certificate
        if reason is not ParkReason.REVOKED:
            is_add = push.action is PushAction.ADD
            told = replace(certificate, push=PushState.PARKED if is_add else certificate.push, trouble=reason.value)
        is_news = told != certificate
        # An `A` of which nobody knows whether it came through is withdrawn.
        is_left = push.action is PushAction.ADD and reason is ParkReason.REVOKED and push.attempts > 0
        self.store.write(
            *self._over_and_free(parked, certificate),
            *((WriteCertificate(told),) if is_news else ()),
            *(self._withdrawal(certificate, now) if is_left else ()),
        )
        return parked, is_news

    def _nothing_to_withdraw(self, push: Push, lane: Push | None) -> Push:
        """Ends a `D` where no `A` ever went out, and with it an `A` that waits."""
        done = replace(push, status=PushStatus.PUSHED, due_at=None, reason=NOTHING_TO_WITHDRAW)
        ended = lane and replace(lane, status=PushStatus.PARKED, reason=ParkReason.REVOKED.value, due_at=None)
        self.store.write(WritePush(done), *((WritePush(ended),) if ended else ()))
        return done

    def _withdrawal(self, certificate: Certificate, now: datetime) -> tuple[WritePush, ...]:
        """The `D` that a revoked certificate wants once it may be at DigiLocker; one that is due already will do."""
        if certificate.status not in WITHDRAWN:
            return ()
        there = self.store.push(push_id_of(certificate, PushAction.DELETE))
        if there is not None:
            return () if there.status is PushStatus.DUE else (WritePush(again(there, now)),)
        department = self.store.department(certificate.department_id)
        made = department and push_of(department, certificate, PushAction.DELETE, now)
        return (WritePush(made),) if made else ()

    def _over_and_free(self, push: Push, certificate: Certificate) -> tuple[WritePush, ...]:
        """The push, and the lane freed where this push holds it."""
        if push.action is PushAction.ADD:
            return (WritePush(_freed(push) if push.claimed_by is not None else push),)
        lane = self.store.push(push_id_of(certificate, PushAction.ADD))
        is_held = lane is not None and lane.claimed_by == push.push_id
        return (WritePush(push), *((WritePush(_freed(lane)),) if lane and is_held else ()))

    def _write_over(self, push: Push) -> Push:
        self.store.write(WritePush(push))
        return push

    def _tell(self, push: Push, is_news: bool) -> Push:  # noqa: FBT001 - of one write
        """Counts what is new, and writes down what went wrong; beside the write, under no condition."""
        if not is_news:
            return push
        now = self.clock()
        day = now.astimezone(IST).date()
        if push.status is PushStatus.PUSHED:
            self.store.count(push.department_id, day, {Counted.PUSHED: 1})
            return push
        self.store.count(push.department_id, day, {Counted.FAILED: 1})
        self.store.tell_trouble(
            Trouble(
                push.department_id,
                f"{push.push_id}.{push.round}",
                now,
                push.reason or ParkReason.STEP_FAILED.value,
                push.certificate_id,
                now + KEEP_TROUBLE,
            )
        )
        return push

    def _read(self, push_id: str) -> Push:
        push = self.store.push(push_id)
        if push is None:
            raise PushUnknown(push_id)
        return push

    def _certificate(self, push: Push) -> Certificate:
        certificate = self.store.certificate(push.certificate_id)
        if certificate is None:
            raise PushUnknown(push.push_id)
        return certificate


def _why_not(push: Push, certificate: Certificate, department: Department, now: datetime) -> ParkReason | None:
    """Why DigiLocker is not to be called; None where it is."""
    if push.action is not PushAction.DELETE and certificate.status is not CertificateStatus.ACTIVE:
        return ParkReason.REVOKED if certificate.status in WITHDRAWN else ParkReason.NOT_READY
    if certificate.account is None:
        return ParkReason.NO_ACCOUNT
    if department.status is DepartmentStatus.SUSPENDED:
        return ParkReason.DEPARTMENT_SUSPENDED
    if department.client is None:
        return ParkReason.NO_CLIENT
    return None if department.working_keys(KeyPurpose.CLIENT_SECRET, now) else ParkReason.NO_SECRET


def _may_be_there(lane: Push) -> bool:
    """Whether an `A` came through, or may have: DigiLocker's one and only answer to it was no clear no."""
    if lane.status is PushStatus.PUSHED:
        return True
    if lane.attempts == 0:
        return False
    is_refused = lane.status is PushStatus.PARKED and lane.due_at is None and lane.reason != ParkReason.REVOKED.value
    return not is_refused or lane.attempts > 1


def _is_success(action: PushAction, answer: PushAnswer) -> bool:
    if action is PushAction.DELETE:
        return answer is PushAnswer.DONE or answer in _GONE
    return answer in {PushAnswer.DONE, PushAnswer.IN_THIS_ACCOUNT}


def _is_taken(lane: Push, push: Push, now: datetime) -> bool:
    """Whether a call is under way; for a `D`, also whether one that was given up may be."""
    is_held = lane.claimed_until is not None and now < lane.claimed_until
    return is_held and (lane.claimed_by is not None or push.action is PushAction.DELETE)


def _freed(push: Push) -> Push:
    return replace(push, claimed_by=None, claimed_until=None)


def _without_push_trouble(certificate: Certificate) -> str | None:
    trouble = certificate.trouble
    return None if trouble is None or trouble in set(ParkReason) else trouble


def _description(department: Department, certificate: Certificate) -> str:
    document_type = department.document_type(certificate.doctype)
    return document_type.title["en"] if document_type else certificate.doctype


def _this_minute(department: Department, now: datetime) -> Counter:
    """The department's pushes in this minute of the clock."""
    minute = int(now.timestamp()) // 60
    until = datetime.fromtimestamp((minute + 1) * 60, tz=now.tzinfo)
    key = f"pushes#{department.department_id}#{minute}"
    return Counter(key, department.limits.pushes_a_minute, until, Code.TOO_MANY_REQUESTS)
