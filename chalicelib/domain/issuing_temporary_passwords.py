"""Issuing temporary passwords in bulk: to the holders of a list, or to all who have none."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from chalicelib.domain import limits, temporary_passwords
from chalicelib.domain.changes import ChangeRefused, WriteTemporaryPassword
from chalicelib.domain.contacts import Channel
from chalicelib.domain.icegate.holders import Holder
from chalicelib.domain.identifiers import parse_iec
from chalicelib.domain.notices import Messenger, Notice, NoticeKind, NoticeNotSent
from chalicelib.domain.ports import Clock, Store
from chalicelib.domain.refusals import FieldProblem
from chalicelib.domain.temporary_passwords import TemporaryPassword


class Issued(StrEnum):
    """What became of one line of the list, or of one holder."""

    ISSUED = "issued"
    HAS_ONE = "has_one"
    NOT_A_HOLDER = "not_a_holder"
    NOT_AN_IEC = "not_an_iec"
    NOT_SENT = "not_sent"


@dataclass(frozen=True, slots=True)
class IssueReport:
    """How many came out how, and after which line the run stopped for want of time (None: all were done)."""

    counts: dict[Issued, int]
    next_line: int | None


@dataclass(frozen=True, slots=True)
class TemporaryPasswordDesk:
    """Issues temporary passwords and mails them."""

    store: Store
    messenger: Messenger
    clock: Clock
    language: str = "en"

    def issue_to_list(
        self,
        lines: Iterable[str],
        has_time: Callable[[], bool],
        first_line: int = 0,
        replace_issued_before: datetime | None = None,
    ) -> IssueReport:
        """Issues to the holders whose IEC stands first on each line (CSV; a header line is passed over).

        Lines are counted from 0. The run stops when `has_time` says no, and the report says where to go on.
        """
        counts = dict.fromkeys(Issued, 0)
        for number, line in enumerate(lines):
            typed = line.split(",", 1)[0].strip().strip('"')
            if number < first_line or not typed or (number == 0 and typed.lower() == "iec"):
                continue
            if not has_time():
                return IssueReport(counts, number)
            counts[self._issue_to(typed, replace_issued_before)] += 1
        return IssueReport(counts, None)

    def issue_to_all(self, has_time: Callable[[], bool], replace_issued_before: datetime | None = None) -> IssueReport:
        """Issues to every holder who has none. A run that stopped is simply run again: who has one is passed over."""
        counts = dict.fromkeys(Issued, 0)
        for number, holder in enumerate(self.store.holders()):
            if not has_time():
                return IssueReport(counts, number)
            counts[self.issue(holder, replace_issued_before)] += 1
        return IssueReport(counts, None)

    def issue(self, holder: Holder, replace_issued_before: datetime | None = None) -> Issued:
        """Issues one to `holder` and mails it, unless they have one. The password is in the mail and nowhere else."""
        now = self.clock()
        stored = self.store.temporary_password(holder.iec)
        if not temporary_passwords.may_issue(stored, now, replace_issued_before):
            return Issued.HAS_ONE
        password = temporary_passwords.generate()
        fresh = temporary_passwords.reissued(stored, temporary_passwords.issued(holder.iec, password, now))
        try:
            # Written before it is sent: of two runs one gets to send, and what is sent always works.
            written = replace(fresh, revision=self.store.write(WriteTemporaryPassword(fresh)))
        except ChangeRefused:
            return Issued.HAS_ONE
        try:
            self.messenger.send(_notice(holder, password, fresh.expires_at, self.language))
        except NoticeNotSent:
            # Given back, so that the next run issues anew without waiting for the claim to run out.
            self._note(replace(written, issued_at=now - temporary_passwords.CLAIM))
            return Issued.NOT_SENT
        self._note(temporary_passwords.sent(written, self.clock()))
        return Issued.ISSUED

    def _note(self, written: TemporaryPassword) -> None:
        """Notes what became of the mail; where another run issued anew meanwhile, that one's password counts."""
        with contextlib.suppress(ChangeRefused):
            self.store.write(WriteTemporaryPassword(written))

    def _issue_to(self, typed: str, replace_issued_before: datetime | None) -> Issued:
        try:
            holder = self.store.holder(parse_iec(typed))
        except FieldProblem:
            return Issued.NOT_AN_IEC
        return self.issue(holder, replace_issued_before) if holder else Issued.NOT_A_HOLDER


def _notice(holder: Holder, password: str, expires_at: datetime, language: str) -> Notice:
    values = {
        "legal_name": holder.legal_name,
        "iec": str(holder.iec),
        "temporary_password": password,
        "valid_until": expires_at.astimezone(limits.IST).strftime("%d-%m-%Y %H:%M IST"),
    }
    return Notice(NoticeKind.TEMPORARY_PASSWORD, Channel.EMAIL, holder.contact.email, language, values)
