"""Readiness: who of a Regional Authority lacks what its staff must have, and reminders to them all."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta

from chalicelib.domain import limits
from chalicelib.domain.accounts.account import Account, AccountStatus
from chalicelib.domain.accounts.owners import account_key
from chalicelib.domain.audit import Deed, Entry
from chalicelib.domain.authorisation import Actor
from chalicelib.domain.callers import Caller
from chalicelib.domain.changes import ChangeRefused, UseOnce
from chalicelib.domain.notices import NoticeKind
from chalicelib.domain.ports import Clock, Store
from chalicelib.domain.recording import recorded
from chalicelib.domain.rounds import in_rounds
from chalicelib.domain.staff.authorities import Authorities, RegionalAuthority
from chalicelib.domain.staff.directory import authority_of
from chalicelib.domain.staff.letters import letter
from chalicelib.domain.staff.members import Lacking, lacking

_REMINDERS = {
    Lacking.OFFICIAL_EMAIL: NoticeKind.STAFF_REMINDER_EMAIL,
    Lacking.FRESH_MOBILE: NoticeKind.STAFF_REMINDER_MOBILE,
    Lacking.AUTHENTICATOR: NoticeKind.STAFF_REMINDER_AUTHENTICATOR,
    Lacking.TRAINING: NoticeKind.STAFF_REMINDER_TRAINING,
}


@dataclass(frozen=True, slots=True)
class Readiness:
    """How a Regional Authority stands: how many active members it has, how many lack nothing, and who lacks what."""

    authority: RegionalAuthority
    total: int
    ready: int
    lacking: Mapping[Lacking, tuple[Account, ...]]


@dataclass(frozen=True, slots=True)
class ReadinessDesk:
    """Tells how ready Regional Authorities are, and reminds their staff."""

    store: Store
    clock: Clock
    authorities: Authorities
    domains: tuple[str, ...]

    def of(self, actor: Actor, authority: str | None) -> Readiness:
        """How one Regional Authority stands, by default the actor's own. Raises `Refusal` `not_found`."""
        return self._read(authority_of(actor, self.authorities, authority))

    def overview(self) -> tuple[Readiness, ...]:
        """How each Regional Authority stands, for administrators.

        One query for each of them and one read for each member: some 31 queries and a few hundred reads.
        """
        return tuple(self._read(authority) for authority in self.authorities.all())

    def remind(self, actor: Actor, authority: str, what: Lacking, caller: Caller) -> int:
        """Mails everybody of a Regional Authority who lacks `what`; the answer is how many were mailed now.

        Nobody is reminded of one thing twice in a day (India's clock): repeating a request that was cut off mails only
        the rest. Raises `Refusal` `not_found`.
        """
        found = self._read(authority_of(actor, self.authorities, authority))
        return sum(self._remind(actor, member, what, caller) for member in found.lacking[what])

    def _read(self, authority: RegionalAuthority) -> Readiness:
        now = self.clock()
        active = [member for member in self.store.staff(authority.code) if member.status is AccountStatus.ACTIVE]
        found = {member.account_id: lacking(member, self.domains, now) for member in active}
        by_reason = {what: tuple(one for one in active if what in found[one.account_id]) for what in Lacking}
        ready = sum(not missing for missing in found.values())
        return Readiness(authority, len(active), ready, by_reason)

    def _remind(self, actor: Actor, member: Account, what: Lacking, caller: Caller) -> bool:
        """Whether the member was reminded; not where they were before on this day."""

        def attempt() -> bool:
            now = self.clock()
            entry = Entry(Deed.STAFF_REMINDED, actor.key, account_key(member.account_id), facts={"of": what.value})
            try:
                self.store.write(
                    _once_a_day(member, what, now),
                    letter(_REMINDERS[what], member, now),
                    *recorded(self.store, now, caller.request_id, entry),
                )
            except ChangeRefused as refused:
                if isinstance(refused.change, UseOnce):
                    return False
                raise
            return True

        return in_rounds(attempt)


def _once_a_day(member: Account, what: Lacking, now: datetime) -> UseOnce:
    day = now.astimezone(limits.IST).date()
    end = datetime(day.year, day.month, day.day, tzinfo=limits.IST) + timedelta(days=1)
    return UseOnce(f"reminder#{member.account_id}#{what.value}#{day:%Y%m%d}", end.astimezone(now.tzinfo))
