"""Telling: what an owner is told over both addresses when something about the login has changed."""

from __future__ import annotations

from datetime import datetime

from chalicelib.domain import outbox
from chalicelib.domain.accounts.owners import Owner, owner_key
from chalicelib.domain.changes import WriteMessage
from chalicelib.domain.contacts import Channel, Contact
from chalicelib.domain.notices import NoticeKind


def told(
    kind: NoticeKind, owner: Owner, now: datetime, contact: Contact | None = None, *channels: Channel
) -> tuple[WriteMessage, ...]:
    """The changes that tell an owner, in their language: at the contact on record or another, over both channels."""
    return tuple(
        WriteMessage(
            outbox.message(kind, channel, contact or owner.contact, owner.language, now, owner=owner_key(owner))
        )
        for channel in channels or tuple(Channel)
    )
