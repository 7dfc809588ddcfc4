"""People with accounts on fakes: everything around flows of codes, contacts and the own account."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import TypeVar

import pytest

from chalicelib.domain import captcha, codes, passwords, sessions
from chalicelib.domain.accounts.account import Account, AccountStatus, Post, Role, names_of
from chalicelib.domain.accounts.closing import Closing, Tie, replacement_ties, staff_ties
from chalicelib.domain.accounts.contact_change import ContactChanges
from chalicelib.domain.accounts.flow_codes import FlowCodes, OpenedFlow
from chalicelib.domain.accounts.flows import Flow
from chalicelib.domain.accounts.own_account import OwnAccounts
from chalicelib.domain.accounts.own_data import OwnDataDesk
from chalicelib.domain.accounts.owners import Owner, OwnerKey, account_key, owner_key
from chalicelib.domain.accounts.password_reset import PasswordResets
from chalicelib.domain.accounts.replacing_mobiles import MobileReplacements
from chalicelib.domain.accounts.security import Method
from chalicelib.domain.authorisation import Actor
from chalicelib.domain.callers import Caller
from chalicelib.domain.changes import HoldIcegateId, OpenAccount, TakeName, WriteOwner, WriteSession
from chalicelib.domain.codes import Codes
from chalicelib.domain.contacts import Channel, Contact
from chalicelib.domain.icegate.accounts import Hold, IcegateAccount, RegistrationKind
from chalicelib.domain.identifiers import EmailAddress, Gstin, IcegateId, Iec, Mobile
from chalicelib.domain.outbox import OutboxMessage
from chalicelib.domain.refusals import Refusal
from chalicelib.domain.sessions import Level
from tests.fakes import FakeJourneys, FakeKeyring, FakeStore
from tests.journeys.clients import solved

PASSWORD = "Sagar#2026"
NEW_PASSWORD = "Nadi#2027"
ASHA = Contact(EmailAddress("Asha@nair.example"), Mobile("+919876500001"))
BALA = Contact(EmailAddress("bala@people.example"), Mobile("+919876500002"))
NEW = Contact(EmailAddress("New@nair.example"), Mobile("+919876500003"))
CALLER = Caller("203.0.113.7", "Firefox, Android", "request-1", "en")
STRANGER = Caller("203.0.113.66", "Chrome, Windows", "request-2", "hi")
WRONG = Codes("000000", "000000")
Told = TypeVar("Told")


def refused(ask: Callable[..., object], *arguments: object) -> Refusal:
    """The refusal that asking for it gives."""
    with pytest.raises(Refusal) as refusal:
        ask(*arguments)
    return refusal.value


@cache
def password_hash(password: str = PASSWORD) -> str:
    return passwords.hashed(password)


@dataclass
class OwnWorld:
    """Everything around people who have accounts."""

    now: datetime = datetime(2026, 11, 2, 4, 30, tzinfo=UTC)
    more_ties: list[Tie] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.store = FakeStore(self.clock)
        self.journeys = FakeJourneys()
        self.keyring = FakeKeyring()
        self.codes = FlowCodes(self.store, self.keyring, self.clock)
        self.resets = PasswordResets(self.store, self.keyring, self.clock)
        self.replacements = MobileReplacements(self.store, self.journeys, self.keyring, self.clock)
        self.contacts = ContactChanges(
            self.store, self.keyring, self.clock, self.replacements, lambda email: email.endswith("@dgft.gov.in")
        )
        sources = (staff_ties, replacement_ties(self.store), lambda _account: tuple(self.more_ties))
        self.closing = Closing(self.store, sources)
        self.own = OwnAccounts(self.store, self.keyring, self.clock, self.replacements, self.closing)
        self.data = OwnDataDesk(self.store, self.clock)

    def clock(self) -> datetime:
        return self.now

    def advance(self, **by: float) -> None:
        self.now += timedelta(**by)

    def captcha(self) -> str:
        """A captcha, solved with little work."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(captcha, "_COST", 1)
            return solved(captcha.challenge(self.keyring.current().material, self.now))

    # Who there is.

    def account(self, contact: Contact = ASHA, username: str = "Asha.Nair", **changed: object) -> Account:
        """An account of DGFT's platform."""
        account = Account(
            account_id=sessions.new_id(),
            role=Role.IMPORTER_EXPORTER,
            status=AccountStatus.ACTIVE,
            username=username,
            name="Asha Nair",
            contact=contact,
            password_hash=password_hash(),
            language="en",
            created_at=self.now,
            email_confirmed_at=self.now,
            mobile_confirmed_at=self.now,
        )
        account = replace(account, **changed)  # type: ignore[arg-type]
        names = (TakeName(name, self.now) for name in names_of(account))
        return replace(account, revision=self.store.write(WriteOwner(account), *names))

    def officer(self, **changed: object) -> Account:
        """A staff member."""
        contact = Contact(EmailAddress("officer@dgft.gov.in"), Mobile("+919876500009"))
        post = Post("chennai", "system", self.now, self.now, joined_at=self.now)
        return self.account(contact, contact.email, role=Role.OFFICER, post=post, **changed)

    def registrant(self, contact: Contact = ASHA) -> IcegateAccount:
        """An ICEGATE account."""
        icegate_id, registration_id, iec = IcegateId("Asha_Exports"), sessions.new_id(), Iec("ZZZCZ9999Z")
        account = IcegateAccount(
            icegate_id,
            iec,
            Gstin("33ZZZCZ9999Z1ZQ"),
            "Asha Exports",
            contact,
            RegistrationKind.SIMPLIFIED,
            password_hash(),
            "en",
            registration_id,
            self.now,
        )
        self.store.write(HoldIcegateId(Hold(icegate_id, iec, registration_id, self.now + timedelta(hours=2)), self.now))
        self.store.write(OpenAccount(account))
        return account

    def stored(self, owner: Owner) -> Owner:
        """An owner as they are stored now."""
        found = self.store.owner(owner_key(owner))
        assert found is not None
        return found

    def actor(self, owner: Owner, checked_by: Method | None = Method.MOBILE_CODE) -> Actor:
        """The owner with a new session, whose second factor was shown just now."""
        owner = self.stored(owner)
        token, key = sessions.new_token(), owner_key(owner)
        opened = sessions.opened(token, key, owner.security.generation, Level.FULL, "Firefox, Android", self.now)
        session = replace(opened, checked_at=self.now, checked_by=checked_by)
        return Actor(owner, replace(session, revision=self.store.write(WriteSession(session))))

    # What reached them, and what was written down.

    def messages(self, owner: Owner | None = None) -> list[OutboxMessage]:
        """What the outbox holds, the oldest first."""
        found = list(self.store._messages.values())
        return [one for one in found if owner is None or one.owner == owner_key(owner)]

    def told(self) -> list[tuple[str, str]]:
        """Kind and address of every message, in their order."""
        return [(message.kind.value, message.address) for message in self.messages()]

    def deeds(self, owner: Owner) -> list[str]:
        """What the owner's stream tells, the oldest first; a refused deed with a mark."""
        events = self.store.audit_events(owner_key(owner))
        return [f"{event.deed.value}{'!' if event.outcome.value == 'refused' else ''}" for event in events]

    # Codes.

    def flow(self, flow_id: str) -> Flow:
        found = self.store.flow(flow_id)
        assert found is not None
        return found

    def right(self, flow_id: str) -> Codes:
        """The codes of a flow, as the sender derives them."""
        flow = self.flow(flow_id)
        key = self.keyring.by_id(flow.challenge.key_id)
        mobile, email = (codes.derive(key, flow.challenge, channel, flow.contact) for channel in Channel)
        return Codes(mobile, email)

    def code(self, flow_id: str) -> str:
        """The code of a flow with one channel."""
        flow = self.flow(flow_id)
        (channel,) = flow.challenge.channels
        return codes.derive(self.keyring.by_id(flow.challenge.key_id), flow.challenge, channel, flow.contact)

    def stop_code(self, flow_id: str) -> str:
        """The code that the old mobile was sent."""
        flow = self.flow(flow_id)
        assert flow.stop_challenge is not None
        assert flow.old_contact is not None
        key = self.keyring.by_id(flow.stop_challenge.key_id)
        return codes.derive(key, flow.stop_challenge, Channel.MOBILE, flow.old_contact)

    # Steps that many tests begin with.

    def asked(self, username: str = "asha.nair", caller: Caller = STRANGER) -> OpenedFlow:
        """A password reset, asked for."""
        return self.resets.ask(username, self.captcha(), caller)

    def confirmed(self, username: str = "asha.nair") -> OpenedFlow:
        """A password reset whose codes were right."""
        opened = self.asked(username)
        flow_id = opened.flow.flow_id
        return OpenedFlow(
            self.resets.verify(flow_id, opened.flow_token, self.right(flow_id), STRANGER), opened.flow_token
        )

    def waiting(self, owner: Owner, mobile: Mobile = NEW.mobile) -> Flow:
        """A new mobile that waits for its day."""
        actor = self.actor(owner, Method.EMAIL_CODE)
        flow_id = self.contacts.ask(actor, None, mobile, CALLER).flow_id
        return self.contacts.verify(actor, flow_id, self.code(flow_id), CALLER)


def key_of(account: Account) -> OwnerKey:
    return account_key(account.account_id)
