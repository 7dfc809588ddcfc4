"""What a registration of an account sends to whom.

Each address hears about itself alone. A free one gets its code; a taken one is told, over itself, that it has an
account already. So who signs up with somebody else's address learns nothing: the other message, their own, is the same
either way, and one code without the other is worth nothing (ADR 23).
"""

from __future__ import annotations

import base64
import hashlib
from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.domain import limits
from chalicelib.domain.accounts.account import AccountName
from chalicelib.domain.accounts.owners import Owner, account_key, owner_key, username_of
from chalicelib.domain.accounts.registration import AccountRegistration
from chalicelib.domain.changes import WriteMessage
from chalicelib.domain.contacts import Channel, Contact
from chalicelib.domain.icegate.accounts import Hold, IcegateAccount
from chalicelib.domain.notices import NoticeKind
from chalicelib.domain.outbox import OutboxMessage, message
from chalicelib.domain.ports import Store

_NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Bearer:
    """Whose a name is: an owner, or None for somebody who cannot be told (a registration under way)."""

    owner: Owner | None


@dataclass(frozen=True, slots=True)
class RegistrationMessages:
    """Reads who has the names that a registration asks for, and says what is to be sent."""

    store: Store

    def asked(self, registration: AccountRegistration, now: datetime) -> tuple[WriteMessage, ...]:
        """The messages of one send: one to the mobile, one to the email; to a taken username's owner one more.

        The reads are as many whatever is taken.
        """
        contact = registration.contact
        of_mobile = self._bearer(contact.mobile, now)
        of_email = self._bearer(contact.email.lower(), now)
        is_email = registration.username.lower() == contact.email.lower()
        of_username = None if is_email else self._bearer(registration.username.lower(), now)
        tried = self._tried(of_username, (of_mobile, of_email), now)
        return (
            WriteMessage(_to(registration, Channel.MOBILE, of_mobile, None, now)),
            WriteMessage(_to(registration, Channel.EMAIL, of_email, of_username, now)),
            *tried,
        )

    def _bearer(self, name: str, now: datetime) -> Bearer | None:
        """Whose `name` is; None where it is free."""
        found = self.store.named(name)
        # Read even where there is nobody: the time must not tell.
        account = self.store.account(found.account_id if isinstance(found, AccountName) else _NOBODY)
        until = found.until if isinstance(found, Hold | AccountName) else None
        if found is None or (until is not None and now >= until):
            return None
        if isinstance(found, Hold):
            return Bearer(None)
        return Bearer(found if isinstance(found, IcegateAccount) else account)

    def _tried(
        self, of_username: Bearer | None, told: tuple[Bearer | None, ...], now: datetime
    ) -> tuple[WriteMessage, ...]:
        """The notice to whoever has the username, once a day at most: whoever likes can try a name again and again."""
        owner = of_username.owner if of_username else None
        message_id = _once_a_day(owner, now)
        known = self.store.message(message_id)
        others = {owner_key(bearer.owner) for bearer in told if bearer is not None and bearer.owner is not None}
        if owner is None or known is not None or owner_key(owner) in others:
            return ()
        notice = message(
            NoticeKind.USERNAME_TRIED,
            Channel.EMAIL,
            owner.contact,
            owner.language,
            now,
            owner=owner_key(owner),
            username=username_of(owner),
        )
        return (WriteMessage(replace(notice, message_id=message_id)),)


def welcome(registration: AccountRegistration, now: datetime) -> tuple[WriteMessage, ...]:
    """The account was made: over both channels."""
    return tuple(
        WriteMessage(
            message(
                NoticeKind.ACCOUNT_OPENED,
                channel,
                registration.contact,
                registration.language,
                now,
                owner=account_key(registration.account_id),
                username=registration.username,
                name=registration.name,
            )
        )
        for channel in registration.challenge.channels
    )


def not_possible(registration: AccountRegistration, now: datetime) -> WriteMessage:
    """The codes were right, but a name went to somebody else meanwhile: over the email."""
    kind = NoticeKind.SIGN_UP_NOT_POSSIBLE
    return WriteMessage(message(kind, Channel.EMAIL, registration.contact, registration.language, now))


def _to(
    registration: AccountRegistration,
    channel: Channel,
    of_address: Bearer | None,
    of_username: Bearer | None,
    now: datetime,
) -> OutboxMessage:
    contact, language = registration.contact, registration.language
    if of_address is not None:
        return _exists(contact, channel, of_address.owner, language, now)
    if of_username is not None:
        return message(NoticeKind.USERNAME_TAKEN, channel, contact, language, now)
    return message(NoticeKind.ACCOUNT_CODE, channel, contact, language, now, challenge=registration.challenge)


def _exists(typed: Contact, channel: Channel, owner: Owner | None, language: str, now: datetime) -> OutboxMessage:
    """To the owner of an address, as they wrote it themselves and in their language."""
    if owner is None:
        return message(NoticeKind.ACCOUNT_EXISTS, channel, typed, language, now)
    own = owner.contact
    # An owner may have a name that is not (yet) where they are reached: a mobile that waits for its day.
    reached = own if own.address(channel).lower() == typed.address(channel).lower() else typed
    return message(NoticeKind.ACCOUNT_EXISTS, channel, reached, owner.language, now, owner=owner_key(owner))


def _once_a_day(owner: Owner | None, now: datetime) -> str:
    """The id of the day's notice to an owner: a second one is the same message. Days are of India's clock."""
    whom = owner_key(owner) if owner else _NOBODY
    told = f"username_tried {whom} {now.astimezone(limits.IST).date()}"
    return base64.urlsafe_b64encode(hashlib.sha256(told.encode()).digest()[:16]).rstrip(b"=").decode()
