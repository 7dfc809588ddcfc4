"""Telling: what an owner is told over both addresses when something about the login has changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime

from chalicelib.domain import outbox
from chalicelib.domain.accounts.owners import Owner, owner_key
from chalicelib.domain.changes import WriteMessage
from chalicelib.domain.contacts import Channel, Contact
from chalicelib.domain.notices import NoticeKind


def told(
    kind: NoticeKind,
    owner: Owner,
    now: datetime,
    contact: Contact | None = None,
    *channels: Channel,
    values: Mapping[str, str] | None = None,
) -> tuple[WriteMessage, ...]:
    """The changes that tell an owner, in their language: at the contact on record or another, over both channels.

    `values` fill the text and hold no secret.
    """
    mine, where = owner_key(owner), contact or owner.contact
    messages = (
        outbox.message(kind, channel, where, owner.language, now, owner=mine) for channel in channels or tuple(Channel)
    )
    return tuple(WriteMessage(replace(message, values=values or {})) for message in messages)
