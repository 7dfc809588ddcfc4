"""Letters: what staff are told by mail about their post. None holds a secret."""

from __future__ import annotations

from datetime import datetime

from chalicelib.domain import limits, outbox
from chalicelib.domain.accounts.account import Account
from chalicelib.domain.accounts.owners import account_key
from chalicelib.domain.changes import WriteMessage
from chalicelib.domain.contacts import Channel
from chalicelib.domain.notices import NoticeKind
from chalicelib.domain.staff.authorities import Authorities, of_staff
from chalicelib.domain.staff.members import post_of


def letter(kind: NoticeKind, member: Account, now: datetime, **values: str) -> WriteMessage:
    """The change that sends a member a mail, in their language."""
    key = account_key(member.account_id)
    return WriteMessage(
        outbox.message(
            kind,
            Channel.EMAIL,
            member.contact,
            member.language,
            now,
            owner=key,
            challenge=None,
            name=member.name,
            **values,
        )
    )


def invitation(member: Account, authorities: Authorities, now: datetime) -> WriteMessage:
    """The mail that invites: to which Regional Authority, and until when (India's clock)."""
    post = post_of(member)
    until = post.invitation_expires_at.astimezone(limits.IST).strftime("%d-%m-%Y %H:%M IST")
    return letter(
        NoticeKind.STAFF_INVITATION,
        member,
        now,
        authority=of_staff(authorities, post.authority).called(member.language),
        valid_until=until,
    )
