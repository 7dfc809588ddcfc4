"""Reminding of what expires: the signature of a link to an IEC, 30 days before its end; each once."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.domain.accounts.acting import may_sign_in
from chalicelib.domain.accounts.owners import account_key
from chalicelib.domain.accounts.telling import told
from chalicelib.domain.changes import WriteIecUser
from chalicelib.domain.contacts import Channel
from chalicelib.domain.iec.users import REMINDED_BEFORE, IecUser, IecUserStatus
from chalicelib.domain.limits import IST
from chalicelib.domain.notices import NoticeKind
from chalicelib.domain.ports import Clock, Store
from chalicelib.domain.rounds import in_rounds


@dataclass(frozen=True, slots=True)
class LinkReminders:
    """What the daily schedule runs for links."""

    store: Store
    clock: Clock

    def remind(self) -> int:
        """Mails whose link ends within 30 days and who was not reminded of it; gives how many were.

        The mail and the mark on the link are one write, so a second run mails nobody twice.
        """
        now = self.clock()
        return sum(self._reminded(user, now) for user in self.store.links_due(now + REMINDED_BEFORE))

    def _reminded(self, due: IecUser, now: datetime) -> bool:
        def attempt() -> bool:
            user = self.store.iec_user(due.iec, due.user_id)
            link = user.link if user else None
            if user is None or link is None or link.reminded_at is not None or now + REMINDED_BEFORE < link.expires_at:
                return False
            owner = self.store.owner(account_key(user.account_id)) if user.account_id else None
            is_told = user.status is IecUserStatus.ACTIVE and owner is not None and may_sign_in(owner)
            record = self.store.iec_record(user.iec)
            values = {
                "entity": record.entity_name if record else "",
                "day": f"{link.expires_at.astimezone(IST):%d-%m-%Y}",
            }
            marked = replace(user, link=replace(link, reminded_at=now))
            letters = (
                told(NoticeKind.IEC_LINK_EXPIRES, owner, now, None, Channel.EMAIL, values=values)
                if owner is not None and is_told
                else ()
            )
            # Who is suspended, or gone, is marked as well, and so looked at once.
            self.store.write(WriteIecUser(marked), *letters)
            return bool(letters)

        return in_rounds(attempt)
