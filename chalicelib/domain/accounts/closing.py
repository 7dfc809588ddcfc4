"""Closing an account: what may stand against it, and what becomes of it.

A closed account is kept for a year and is then as if it had never been (DPDP Rules 2025, rule 8: personal data and logs
for at least a year). Until then its names stay taken, so that nobody can pass for the one who left.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from chalicelib.domain.accounts import mobile_replacement
from chalicelib.domain.accounts.account import Account, AccountStatus, names_of
from chalicelib.domain.accounts.owners import Owner, account_key
from chalicelib.domain.accounts.security import Security
from chalicelib.domain.accounts.telling import told
from chalicelib.domain.audit import Deed, Entry
from chalicelib.domain.callers import Caller
from chalicelib.domain.changes import Change, EndSession, TakeName, WriteOwner
from chalicelib.domain.notices import NoticeKind
from chalicelib.domain.ports import Store
from chalicelib.domain.recording import recorded
from chalicelib.domain.refusals import Code, FieldError, Refusal
from chalicelib.domain.sessions import Session

RETENTION = timedelta(days=365)


class TieKind(StrEnum):
    """What can stand against closing."""

    STAFF = "staff"
    MOBILE_REPLACEMENT = "mobile_replacement"
    IEC_LINK = "iec_link"


# What the person is told to do about it.
_REASONS = {
    TieKind.STAFF: "tie_staff",
    TieKind.MOBILE_REPLACEMENT: "tie_mobile_replacement",
    TieKind.IEC_LINK: "tie_iec_link",
}


@dataclass(frozen=True, slots=True)
class Tie:
    """One thing that stands against closing, and which: an id or a number that its owner knows."""

    kind: TieKind
    reference: str


# A journey that can tie people to their accounts (links, applications) says here what ties an account now.
Ties = Callable[[Account], tuple[Tie, ...]]
# What a journey writes with the closing of an account that it has not tied: the person's place in it is given up.
Partings = Callable[[Account], tuple[Change, ...]]


def staff_ties(account: Account) -> tuple[Tie, ...]:
    """Staff do not close their accounts: their departure is recorded."""
    return (Tie(TieKind.STAFF, account.account_id),) if account.is_staff else ()


def replacement_ties(store: Store) -> Ties:
    """What ties an account to a mobile replacement that waits for its day."""

    def ties(account: Account) -> tuple[Tie, ...]:
        flow = mobile_replacement.pending(store, account)
        return (Tie(TieKind.MOBILE_REPLACEMENT, flow.flow_id),) if flow is not None else ()

    return ties


@dataclass(frozen=True, slots=True)
class Closing:
    """Decides whether an account may be closed, and closes it. `sources` are all that can stand against it.

    Those that the account's own record answers come first; `elsewhere` cost a further read, and are asked on closing.
    """

    store: Store
    sources: tuple[Ties, ...]
    elsewhere: tuple[Ties, ...] = ()
    partings: tuple[Partings, ...] = ()

    def ties(self, account: Account) -> tuple[Tie, ...]:
        """Everything that stands against closing the account now."""
        return tuple(tie for source in (*self.sources, *self.elsewhere) for tie in source(account))

    def may_close(self, owner: Owner) -> bool:
        """Whether closing is offered: nothing that the record tells stands against it.

        An ICEGATE account is closed at ICEGATE.
        """
        return isinstance(owner, Account) and not any(source(owner) for source in self.sources)

    def closed(self, account: Account, session: Session, caller: Caller, now: datetime) -> tuple[Change, ...]:
        """The changes that close an account: nobody signs in any more, its names rest until it is erased.

        Raises `Refusal` `closure_refused`, whose `errors` name what stands against it.
        """
        ties = self.ties(account)
        if ties:
            raise Refusal(Code.CLOSURE_REFUSED, errors={tie.kind.value: FieldError(_REASONS[tie.kind]) for tie in ties})
        erase_at, mine = now + RETENTION, account_key(account.account_id)
        closed = replace(
            account,
            status=AccountStatus.CLOSED,
            password_hash=None,
            security=Security(generation=account.security.generation + 1),
            replacement_id=None,
            closed_at=now,
            erase_at=erase_at,
        )
        entry = Entry(Deed.ACCOUNT_CLOSED, mine, mine, facts={"device": caller.device})
        return (
            WriteOwner(closed),
            *(TakeName(replace(name, until=erase_at), now) for name in names_of(account)),
            EndSession(session),
            *(change for parting in self.partings for change in parting(account)),
            *told(NoticeKind.ACCOUNT_CLOSED, account, now),
            *recorded(self.store, now, caller.request_id, entry),
        )
