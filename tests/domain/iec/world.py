"""An IEC and its users on fakes: owners by link, everybody else as the steps make them."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from chalicelib.domain import sessions
from chalicelib.domain.accounts.account import Account, AccountStatus, Role, names_of
from chalicelib.domain.accounts.owners import account_key
from chalicelib.domain.authorisation import Actor
from chalicelib.domain.callers import Caller
from chalicelib.domain.changes import TakeMembership, TakeName, WriteIecUser, WriteOwner, WriteSigning
from chalicelib.domain.contacts import Contact
from chalicelib.domain.identifiers import EmailAddress, Iec, Mobile, Pan
from chalicelib.domain.iec.history import IecHistory
from chalicelib.domain.iec.invitations import IecInvitations
from chalicelib.domain.iec.managing_users import ManagingUsers, Wanted
from chalicelib.domain.iec.records import IecRecord, NatureOfConcern, Person, PersonRole
from chalicelib.domain.iec.user_changes import ChangeKind
from chalicelib.domain.iec.user_steps import IecUserSteps
from chalicelib.domain.iec.users import IecRole, IecUser, IecUserStatus, Link, Membership
from chalicelib.domain.outbox import OutboxMessage
from chalicelib.domain.sessions import Level
from chalicelib.domain.signatures.desk import SigningDesk
from chalicelib.domain.signatures.report import Kind
from chalicelib.domain.signatures.signings import EvidenceKept, SignatureMethod, Signing, SigningStatus
from tests.fakes import FakeDocuments, FakeJourneys, FakeKeyring, FakeStore

CALLER = Caller("203.0.113.7", "Firefox, Linux", "request-1", "en")
IEC = "ABCFM1234K"
ENTITY = "MEHTA EXPORTS"
_numbers = itertools.count(1)


def link_of(signer: str, now: datetime) -> Link:
    """A link by the DSC of whoever `signer` names, made now and good for nearly two years."""
    return Link(
        SignatureMethod.DSC,
        sessions.new_id(),
        now,
        now + timedelta(days=700),
        Kind.INDIVIDUAL,
        "ASHA MEHTA",
        "Test Sub CA",
        "ab" * 32,
        f"first.{signer}",
    )


@dataclass
class IecWorld:
    """The desks, and the people at them."""

    now: datetime = datetime(2026, 11, 2, 4, 30, tzinfo=UTC)
    store: FakeStore = field(init=False)

    def __post_init__(self) -> None:
        self.store, self.keyring, self.journeys = FakeStore(self.clock), FakeKeyring(), FakeJourneys()
        self.documents = FakeDocuments()
        self.desk = SigningDesk(self.store, self.journeys, self.documents, self.keyring, self.clock)
        self.managing = ManagingUsers(self.store, self.desk, self.keyring, self.clock)
        self.steps = IecUserSteps(self.store, self.clock)
        self.invitations = IecInvitations(self.store, self.clock)
        self.history = IecHistory(self.store, self.clock)
        partner = Person("ASHA MEHTA", Pan("ABCPM1234K"), date(1980, 2, 3), PersonRole.PARTNER)
        self.store.put_iec_record(IecRecord(Iec(IEC), Pan(IEC), ENTITY, NatureOfConcern.PARTNERSHIP, (partner,)))

    def clock(self) -> datetime:
        return self.now

    def advance(self, **by: float) -> None:
        self.now += timedelta(**by)

    def account(self, **changed: Any) -> Account:
        """A signed-up importer/exporter."""
        number, now = next(_numbers), self.now
        contact = Contact(EmailAddress(f"person{number}@example.com"), Mobile(f"+9180{number:08}"))
        account = Account(
            account_id=sessions.new_id(),
            role=Role.IMPORTER_EXPORTER,
            status=AccountStatus.ACTIVE,
            username=contact.email,
            name=f"Person {number}",
            contact=contact,
            password_hash="none",
            language="en",
            created_at=now,
            email_confirmed_at=now,
            mobile_confirmed_at=now,
        )
        account = replace(account, **changed)
        self.store.write(WriteOwner(account), *(TakeName(name, now) for name in names_of(account)))
        stored = self.store.account(account.account_id)
        assert stored is not None
        return stored

    def actor(self, account: Account) -> Actor:
        key = account_key(account.account_id)
        session = sessions.opened(sessions.new_token(), key, account.security.generation, Level.FULL, "", self.now)
        return Actor(account, session)

    def user(
        self, role: IecRole = IecRole.OWNER, *, account: Account | None = None, is_linked: bool = True, **changed: Any
    ) -> IecUser:
        """An active user of the IEC, linked by a signature of their own; an owner comes about so and not otherwise."""
        account = account or self.account()
        user = IecUser(
            iec=IEC,
            user_id=sessions.new_id(),
            name=account.name,
            email=account.contact.email,
            role=role,
            status=IecUserStatus.ACTIVE,
            since=self.now,
            account_id=account.account_id,
            link=self.link(account.account_id) if is_linked else None,
        )
        user = replace(user, **changed)
        self.store.write(WriteIecUser(user), TakeMembership(Membership(account.account_id, IEC, user.user_id)))
        return self.read(user)

    def link(self, signer: str) -> Link:
        return link_of(signer, self.now)

    def read(self, user: IecUser | str) -> IecUser:
        user_id = user if isinstance(user, str) else user.user_id
        found = self.store.iec_user(IEC, user_id)
        assert found is not None
        return found

    def actor_of(self, user: IecUser) -> Actor:
        account = self.store.account(user.account_id or "")
        assert account is not None
        return self.actor(account)

    def open(self, maker: IecUser, kind: ChangeKind, target: IecUser | None = None, **more: Any) -> Signing:
        """The maker draws a change up."""
        wanted = Wanted(kind, target.user_id if target else None, **more)
        return self.managing.open(self.actor_of(maker), wanted, CALLER)

    def signed(self, signing: Signing) -> Signing:
        """The signature came, and was found good."""
        stored = self.store.signing(signing.signing_id)
        assert stored is not None
        evidence = EvidenceKept(f"evidence/{signing.signing_id}/{'cd' * 32}.zip", "cd" * 32)
        self.store.write(WriteSigning(replace(stored, status=SigningStatus.VERIFIED, evidence=evidence)))
        return signing

    def done(self, maker: IecUser, kind: ChangeKind, target: IecUser | None = None, **more: Any) -> Signing:
        """Drawn up, signed, carried out."""
        return self.steps.apply(self.signed(self.open(maker, kind, target, **more)).signing_id)

    def invited(self, maker: IecUser, role: IecRole = IecRole.PREPARER, account: Account | None = None) -> IecUser:
        """Somebody who is invited; `account` is whose email it is."""
        email = account.contact.email if account else f"new{next(_numbers)}@example.com"
        before = {user.user_id for user in self.store.iec_users(IEC)}
        self.done(maker, ChangeKind.INVITE, name="Ravi Kumar", email=email, role=role)
        return next(user for user in self.store.iec_users(IEC) if user.user_id not in before)

    def joined(self, maker: IecUser, role: IecRole = IecRole.PREPARER) -> IecUser:
        """Somebody who was invited and has accepted; they have linked no signature."""
        account = self.account()
        return self.invitations.accept(self.actor(account), self.invited(maker, role, account).user_id, CALLER)

    def mails(self) -> list[OutboxMessage]:
        due = self.store.due_messages(self.now, 1000)
        return [message for message in map(self.store.message, due) if message is not None]
