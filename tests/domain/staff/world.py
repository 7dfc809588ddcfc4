"""The Back Office on fakes: authorities, administrators, and everybody whom they invite."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from typing import Any

from chalicelib.domain import sessions
from chalicelib.domain.accounts.account import Account, AccountStatus, Post, Role, names_of
from chalicelib.domain.accounts.owners import account_key
from chalicelib.domain.accounts.security import Authenticator, Security, TrustedBrowser
from chalicelib.domain.audit import Event
from chalicelib.domain.authorisation import Actor
from chalicelib.domain.callers import Caller
from chalicelib.domain.changes import TakeName, WriteOwner
from chalicelib.domain.contacts import Contact
from chalicelib.domain.identifiers import EmailAddress, Mobile
from chalicelib.domain.outbox import OutboxMessage
from chalicelib.domain.sealing import Sealed
from chalicelib.domain.sessions import Level
from chalicelib.domain.staff.authorities import RegionalAuthority
from chalicelib.domain.staff.directory import Directory
from chalicelib.domain.staff.inviting import Invitations
from chalicelib.domain.staff.members import Invitation, post_of
from chalicelib.domain.staff.offices import Offices
from chalicelib.domain.staff.posts import Posts
from chalicelib.domain.staff.readiness import ReadinessDesk
from tests.fakes import FakeKeyring, FakeStore

CALLER = Caller("203.0.113.7", "Firefox, Linux", "request-1", "en")
DOMAINS = ("gov.in", "nic.in")
_numbers = itertools.count(1)


class FakeAuthorities:
    """`authorities.Authorities`: three of them."""

    def __init__(self) -> None:
        names = {"mumbai": "मुंबई", "chennai": "चेन्नई", "kolkata": "कोलकाता"}
        self._all = {code: RegionalAuthority(code, {"en": code.title(), "hi": name}) for code, name in names.items()}

    def all(self) -> tuple[RegionalAuthority, ...]:
        return tuple(self._all.values())

    def coded(self, code: str) -> RegionalAuthority | None:
        return self._all.get(code)


def new_contact() -> Contact:
    number = next(_numbers)
    return Contact(EmailAddress(f"officer{number}@dgft.gov.in"), Mobile(f"+9170{number:08}"))


def invitation(authority: str = "mumbai", role: Role = Role.OFFICER, contact: Contact | None = None) -> Invitation:
    return Invitation("Meera Nair", contact or new_contact(), authority, role, "en")


@dataclass
class Office:
    """The desks, and the people at them."""

    now: datetime = datetime(2026, 11, 2, 4, 30, tzinfo=UTC)
    store: FakeStore = field(init=False)

    def __post_init__(self) -> None:
        self.store = FakeStore(self.clock)
        self.keyring = FakeKeyring()
        self.authorities = FakeAuthorities()
        self.offices = Offices(self.authorities, self.store)
        self.directory = Directory(self.store, self.offices)
        self.invitations = Invitations(self.store, self.keyring, self.clock, self.offices, DOMAINS)
        self.posts = Posts(self.store, self.clock, self.offices)
        self.readiness = ReadinessDesk(self.store, self.clock, self.offices, DOMAINS)

    def clock(self) -> datetime:
        return self.now

    def advance(self, **by: float) -> None:
        self.now += timedelta(**by)

    def member(self, role: Role = Role.OFFICER, authority: str = "mumbai", **changed: Any) -> Account:
        """An active member with everything in order, unless `changed` says otherwise."""
        account_id, contact, now = sessions.new_id(), new_contact(), self.now
        browser = TrustedBrowser("b" * 22, "Firefox, Linux", now, now + timedelta(days=30))
        account = Account(
            account_id=account_id,
            role=role,
            status=AccountStatus.ACTIVE,
            username=contact.email,
            name=f"Officer {account_id[:4]}",
            contact=contact,
            password_hash="none",
            language="en",
            created_at=now,
            email_confirmed_at=now,
            mobile_confirmed_at=now,
            post=Post(authority, "system", now, now, joined_at=now, training_acknowledged_at=now),
            security=Security(
                authenticator=Authenticator(Sealed("first", b"0" * 12, b"0" * 36), now),
                recovery_codes=("ab" * 32,),
                trusted_browsers=(browser,),
            ),
        )
        account = replace(account, **changed)
        self.store.write(WriteOwner(account), *(TakeName(name, now) for name in names_of(account)))
        return self.read(account)

    def administrator(self, authority: str = "mumbai") -> Actor:
        return self.actor(self.member(Role.ADMINISTRATOR, authority))

    def actor(self, member: Account) -> Actor:
        opened = sessions.opened(
            sessions.new_token(), account_key(member.account_id), member.security.generation, Level.FULL, "", self.now
        )
        return Actor(member, opened)

    def read(self, member: Account | str) -> Account:
        found = self.store.account(member if isinstance(member, str) else member.account_id)
        assert found is not None
        return found

    def post(self, member: Account | str) -> Post:
        return post_of(self.read(member))

    def messages(self, member: Account) -> list[OutboxMessage]:
        return list(self.store.messages_of(account_key(member.account_id)))

    def events(self, member: Account) -> list[Event]:
        return list(self.store.audit_events(account_key(member.account_id)))
