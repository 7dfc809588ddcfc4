"""The outbox: messages that were decided and are still to be sent.

A decision writes its messages in the same transaction as itself, so no request waits for SES or SNS, and a provider
that is down loses nothing. A message holds no code: it holds what the code is derived from (`codes`), and the step
that sends it derives it.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from chalicelib.domain.accounts.owners import OwnerKey
from chalicelib.domain.codes import Challenge
from chalicelib.domain.contacts import Channel, Contact
from chalicelib.domain.notices import NoticeKind


@dataclass(frozen=True, slots=True)
class OutboxMessage:
    """One message to one address. Times are aware UTC.

    `challenge` is there where the message carries a code; then it is not sent once the code has expired. `due_at` is
    when it is to be tried next, None once it was sent or given up.
    """

    message_id: str
    owner: OwnerKey | None
    kind: NoticeKind
    channel: Channel
    address: str
    language: str
    asked_at: datetime
    due_at: datetime | None
    values: Mapping[str, str] = field(default_factory=dict)
    challenge: Challenge | None = None
    attempts: int = 0
    claimed_until: datetime | None = None
    sent_at: datetime | None = None
    provider_id: str | None = None
    given_up_because: str | None = None
    revision: str | None = None

    def __repr__(self) -> str:
        return f"OutboxMessage({self.message_id!r}, {self.kind.value}, {self.channel.value})"


def message(
    kind: NoticeKind,
    channel: Channel,
    contact: Contact,
    language: str,
    now: datetime,
    *,
    owner: OwnerKey | None = None,
    challenge: Challenge | None = None,
    **values: str,
) -> OutboxMessage:
    """A message that is due at once. `values` fill its text and hold no secret."""
    return OutboxMessage(
        message_id=secrets.token_urlsafe(16),
        owner=owner,
        kind=kind,
        channel=channel,
        address=contact.address(channel),
        language=language,
        asked_at=now,
        due_at=now,
        values=values,
        challenge=challenge,
    )
