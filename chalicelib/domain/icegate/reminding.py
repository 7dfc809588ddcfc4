"""Reminding of a DSC that is registered with an ICEGATE ID and ends soon: 30 days before, once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.domain.accounts.owners import owner_key
from chalicelib.domain.accounts.telling import told
from chalicelib.domain.changes import WriteOwner
from chalicelib.domain.contacts import Channel
from chalicelib.domain.icegate.accounts import IcegateAccount
from chalicelib.domain.iec.users import REMINDED_BEFORE
from chalicelib.domain.limits import IST
from chalicelib.domain.notices import NoticeKind
from chalicelib.domain.ports import Clock, Store
from chalicelib.domain.rounds import in_rounds


@dataclass(frozen=True, slots=True)
class DscReminders:
    """What the daily schedule runs for registered DSCs."""

    store: Store
    clock: Clock

    def remind(self) -> int:
        """Mails whose DSC ends within 30 days and who was not reminded of it; gives how many were.

        The mail and the mark on the DSC are one write, so a second run mails nobody twice.
        """
        now = self.clock()
        return sum(self._reminded(account, now) for account in self.store.dscs_due(now + REMINDED_BEFORE))

    def _reminded(self, due: IcegateAccount, now: datetime) -> bool:
        def attempt() -> bool:
            account = self.store.owner(owner_key(due))
            dsc = account.dsc if isinstance(account, IcegateAccount) else None
            if not isinstance(account, IcegateAccount) or dsc is None or dsc.reminded_at is not None:
                return False
            if now + REMINDED_BEFORE < dsc.expires_at:
                # Another one was registered since it was found.
                return False
            values = {"day": f"{dsc.expires_at.astimezone(IST):%d-%m-%Y}"}
            letters = told(NoticeKind.DSC_EXPIRES, account, now, None, Channel.EMAIL, values=values)
            self.store.write(WriteOwner(replace(account, dsc=replace(dsc, reminded_at=now))), *letters)
            return True

        return in_rounds(attempt)
