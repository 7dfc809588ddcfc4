"""Staff of the Back Office as they are long after joining: in the store, signed in, with everything in order."""

from __future__ import annotations

import base64
import itertools
import secrets
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import pyotp

from chalicelib.domain import passwords, sealing, sessions
from chalicelib.domain.accounts.account import Account, AccountStatus, Post, Role, names_of
from chalicelib.domain.accounts.owners import account_key
from chalicelib.domain.accounts.security import Authenticator, Method, Security
from chalicelib.domain.changes import TakeName, WriteOwner, WriteSession
from chalicelib.domain.contacts import Contact
from chalicelib.domain.identifiers import EmailAddress, Mobile
from chalicelib.domain.sessions import Level
from chalicelib.suite import suite
from infra.local.laptop import Laptop
from tests.journeys.clients import Client, Reply

PASSWORD = "Sagar#2026"
_numbers = itertools.count(1)


def new_staff_contact() -> Contact:
    """An official email and a mobile that nobody has."""
    number = next(_numbers)
    return Contact(EmailAddress(f"officer{number}@dgft.gov.in"), Mobile(f"+9170{number:08}"))


@dataclass(frozen=True)
class StaffMember:
    """A member, signed in with a second factor shown just now."""

    client: Client
    account_id: str
    username: str
    token: str
    secret: bytes
    """The authenticator's."""

    def call(self, method: str, path: str, body: object = None, **more: Any) -> Reply:
        """Make a request with the member's session."""
        return self.client.call(method, path, body, **{"token": self.token, **more})

    @property
    def stored(self) -> Account:
        """The member's record as it is now."""
        found = suite().store.account(self.account_id)
        assert found is not None
        return found

    def authenticator_code(self) -> str:
        """What the authenticator app shows now, by the laptop's clock."""
        return authenticator_code(self.secret)

    def with_fresh_session(self) -> StaffMember:
        """The same member, signed in anew."""
        return replace(self, token=signed_in(self.stored))


def authenticator_code(secret: bytes) -> str:
    """What an authenticator app with this secret shows now, by the laptop's clock."""
    return pyotp.TOTP(base64.b32encode(secret).decode()).at(suite().clock())


def staff_member(laptop: Laptop, role: Role | str, authority: str, **changed: Any) -> StaffMember:
    """A new active member of a Regional Authority with everything in order, unless `changed` says otherwise."""
    account_id, now = sessions.new_id(), suite().clock()
    contact, secret = new_staff_contact(), secrets.token_bytes(20)
    key = account_key(account_id)
    sealed = sealing.seal(suite().keyring.current(), "authenticator", key, secret)
    account = Account(
        account_id=account_id,
        role=Role(role),
        status=AccountStatus.ACTIVE,
        username=contact.email,
        name=f"Officer {contact.email.partition('@')[0]}",
        contact=contact,
        password_hash=_password_hash(),
        language="en",
        created_at=now,
        email_confirmed_at=now,
        mobile_confirmed_at=now,
        post=Post(authority, "system", now, now, joined_at=now, training_acknowledged_at=now),
        security=Security(authenticator=Authenticator(sealed, now)),
    )
    account = replace(account, **changed)
    suite().store.write(WriteOwner(account), *(TakeName(name, now) for name in names_of(account)))
    return StaffMember(Client(laptop.site_url), account_id, account.username, signed_in(account), secret)


def signed_in(account: Account) -> str:
    """The token of a new session in which a second factor was shown just now."""
    token, now = sessions.new_token(), suite().clock()
    opened = sessions.opened(
        token, account_key(account.account_id), account.security.generation, Level.FULL, "Firefox, Linux", now
    )
    suite().store.write(WriteSession(replace(opened, checked_at=now, checked_by=Method.AUTHENTICATOR)))
    return token


@cache
def _password_hash() -> str:
    return passwords.hashed(PASSWORD)
