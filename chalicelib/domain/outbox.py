"""The outbox: messages that were decided and are still to be sent.

A decision writes its messages in the same transaction as itself, so no request waits for SES or SNS, and a provider
that is down loses nothing. A message holds no code: it holds what the code is derived from (`codes`), and the step
that sends it (`sending`) derives it.

A message's life: due → claimed → sent; or claimed → due again, later and later, until it is sent or given up. The
functions here are pure: each gives the record that is to be written over the one that it was given.
"""

from __future__ import annotations

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

from chalicelib.domain.accounts.owners import OwnerKey
from chalicelib.domain.codes import Challenge
from chalicelib.domain.contacts import Channel, Contact
from chalicelib.domain.notices import NoticeKind

# How long a sender has a message to itself. A call to a provider, with the SDK's own retries, ends within 20 s.
CLAIM = timedelta(seconds=60)
# The waits between tries; the last one from then on.
WAITS = tuple(timedelta(seconds=seconds) for seconds in (5, 15, 45, 120, 300, 600))
# A message that no provider took for so long is given up, so that somebody is told of it.
GIVE_UP_AFTER = timedelta(hours=24)


class Reason(StrEnum):
    """Why a message was given up."""

    CODE_EXPIRED = "code_expired"
    KEY_WITHDRAWN = "key_withdrawn"
    NOT_TAKEN = "not_taken"


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


def may_be_claimed(message: OutboxMessage, now: datetime) -> bool:
    """Whether a sender may take the message now.

    One that was never tried is due whatever its time says: it was written by another machine, whose clock may be a
    moment ahead.
    """
    return message.due_at is not None and (message.attempts == 0 or message.due_at <= now)


def hopeless(message: OutboxMessage, now: datetime) -> Reason | None:
    """Why the message is not to be sent any more: its code has expired or was used. None where it is to be sent."""
    challenge = message.challenge
    if challenge is not None and (challenge.used_at is not None or now >= challenge.expires_at):
        return Reason.CODE_EXPIRED
    return None


def claimed(message: OutboxMessage, now: datetime) -> OutboxMessage:
    """The message in the hands of one sender; it is due again when the claim ends, should that sender die."""
    until = now + CLAIM
    return replace(message, claimed_until=until, due_at=until, attempts=message.attempts + 1)


def delivered(message: OutboxMessage, provider_id: str, now: datetime) -> OutboxMessage:
    """The message after a provider took it, under the provider's own id."""
    return replace(
        message, sent_at=now, provider_id=provider_id, due_at=None, claimed_until=None, given_up_because=None
    )


def failed(message: OutboxMessage, now: datetime, unevenness: float) -> OutboxMessage:
    """The message after a try that no provider took: due again later, or given up after `GIVE_UP_AFTER`.

    `unevenness`, from 0 to 1, shifts the wait by up to a quarter either way, so that what failed together does not
    come back together.
    """
    if now - message.asked_at >= GIVE_UP_AFTER:
        return given_up(message, Reason.NOT_TAKEN)
    wait = WAITS[min(max(message.attempts, 1), len(WAITS)) - 1] * (0.75 + unevenness / 2)
    # Whole milliseconds, as the store keeps.
    due_at = now + timedelta(milliseconds=wait // timedelta(milliseconds=1))
    return replace(message, due_at=due_at, claimed_until=None)


def revived(message: OutboxMessage, now: datetime) -> OutboxMessage:
    """The message as it is tried once more after it was given up; what its code's expiry ended stays as it is."""
    if message.given_up_because is None or hopeless(message, now):
        return message
    return replace(message, due_at=now, given_up_because=None)


def given_up(message: OutboxMessage, because: Reason) -> OutboxMessage:
    """The message that will not be sent; `given_up_because` tells why."""
    return replace(message, due_at=None, claimed_until=None, given_up_because=because.value)
