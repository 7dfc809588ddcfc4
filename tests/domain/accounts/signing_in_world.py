"""A door on fakes: people with accounts of both sorts, who sign in and show a second factor."""

from __future__ import annotations

import itertools
from dataclasses import dataclass, field, replace
from datetime import timedelta
from functools import cache
from typing import Any

from chalicelib.domain import codes, passwords, sealing, sessions
from chalicelib.domain.accounts import time_codes
from chalicelib.domain.accounts.account import Account, AccountName, AccountStatus, Post, Role
from chalicelib.domain.accounts.authenticator_loss import AuthenticatorLoss
from chalicelib.domain.accounts.authenticators import Authenticators
from chalicelib.domain.accounts.own_sessions import OwnSessions
from chalicelib.domain.accounts.owners import Owner, OwnerKey, owner_key, username_of
from chalicelib.domain.accounts.raising import SignedIn
from chalicelib.domain.accounts.second_factor import SecondFactor
from chalicelib.domain.accounts.security import Authenticator, Method, Security
from chalicelib.domain.accounts.signing_in import SigningIn
from chalicelib.domain.authorisation import Actor
from chalicelib.domain.callers import Caller
from chalicelib.domain.changes import Change, HoldIcegateId, OpenAccount, TakeName, WriteOwner
from chalicelib.domain.contacts import Channel, Contact
from chalicelib.domain.icegate.accounts import Hold, IcegateAccount, RegistrationKind
from chalicelib.domain.identifiers import EmailAddress, Gstin, IcegateId, Iec, Mobile
from chalicelib.domain.outbox import OutboxMessage
from chalicelib.domain.refusals import Refusal
from tests.conftest import FakeClock
from tests.fakes import FakeKeyring, FakeStore

PASSWORD = "Sagar#2026"
HERE = Caller("203.0.113.7", "Firefox, Android", "request-1", "en")
_numbers = itertools.count(1)


@cache
def _password_hash() -> str:
    return passwords.hashed(PASSWORD)


class WatchedStore(FakeStore):
    """A store that remembers what was asked of it: reads by name, writes by the sorts of their changes."""

    def __init__(self, clock: FakeClock) -> None:
        super().__init__(clock)
        self.asked: list[str] = []

    def __getattribute__(self, name: str) -> Any:
        reads = {"named", "account", "owner", "session", "tries", "audit_head", "sessions_of"}
        if name in reads:
            self.asked.append(name)
        return super().__getattribute__(name)

    def write(self, *asked: Change) -> str:
        self.asked.append("write " + ", ".join(type(change).__name__ for change in asked))
        return super().write(*asked)


@dataclass
class Door:
    """The desks of signing in, and the people before them."""

    clock: FakeClock = field(default_factory=FakeClock)

    def __post_init__(self) -> None:
        self.store = WatchedStore(self.clock)
        self.keyring = FakeKeyring()
        self.signing_in = SigningIn(self.store, self.keyring, self.clock)
        self.second_factor = SecondFactor(self.store, self.keyring, self.clock)
        self.authenticators = Authenticators(self.store, self.keyring, self.clock)
        self.loss = AuthenticatorLoss(self.store, self.keyring, self.clock)
        self.own_sessions = OwnSessions(self.store, self.clock)

    # People.

    def person(self, role: Role = Role.IMPORTER_EXPORTER, **changed: Any) -> Account:
        """A new account with its names; it is active and in order unless `changed` says otherwise."""
        number, now = next(_numbers), self.clock()
        account = Account(
            account_id=sessions.new_id(),
            role=role,
            status=AccountStatus.ACTIVE,
            username=f"Asha.{number}",
            name=f"Asha {number}",
            contact=Contact(EmailAddress(f"asha{number}@people.example"), Mobile(f"+9198{number:08}")),
            password_hash=_password_hash(),
            language="en",
            created_at=now,
            email_confirmed_at=now,
            mobile_confirmed_at=now,
            post=Post("03", "system", now, now, joined_at=now) if role is not Role.IMPORTER_EXPORTER else None,
        )
        account = replace(account, **changed)
        names = (account.username.lower(), account.contact.email.lower(), account.contact.mobile)
        taken = (TakeName(AccountName(name, account.account_id), now) for name in names)
        return replace(account, revision=self.store.write(WriteOwner(account), *taken))

    def registrant(self) -> IcegateAccount:
        """A new ICEGATE account."""
        number, now = next(_numbers), self.clock()
        account = IcegateAccount(
            icegate_id=IcegateId(f"Zenith_{number}"),
            iec=Iec("ZZZCZ9999Z"),
            gstin=Gstin("33ZZZCZ9999Z1ZQ"),
            legal_name="Zenith Coir Private Limited",
            contact=Contact(EmailAddress(f"office{number}@zenith.example"), Mobile(f"+9197{number:08}")),
            kind=RegistrationKind.SIMPLIFIED,
            password_hash=_password_hash(),
            language="en",
            registration_id=f"registration-{number}",
            registered_at=now,
        )
        hold = Hold(account.icegate_id, account.iec, account.registration_id, now + timedelta(hours=1))
        self.store.write(HoldIcegateId(hold, now))
        self.store.write(OpenAccount(account))
        found = self.stored(account)
        assert isinstance(found, IcegateAccount)
        return found

    def stored(self, owner: Owner) -> Owner:
        """An owner as they are stored now."""
        found = self.store.owner(owner_key(owner))
        assert found is not None
        return found

    def with_authenticator(self, owner: Owner, recovery_codes: tuple[str, ...] = ()) -> bytes:
        """Give an owner an authenticator that was never used; its secret."""
        secret, now = time_codes.new_secret(), self.clock()
        sealed = sealing.seal(self.keyring.current(), "authenticator", owner_key(owner), secret)
        security = replace(
            self.stored(owner).security, authenticator=Authenticator(sealed, now), recovery_codes=recovery_codes
        )
        self.secure(owner, security)
        return secret

    def secure(self, owner: Owner, security: Security) -> None:
        """Write another security on an owner."""
        self.store.write(WriteOwner(replace(self.stored(owner), security=security)))

    # What they do.

    def half_way(self, owner: Owner, caller: Caller = HERE, browser: str | None = None) -> SignedIn:
        """Username and password shown."""
        return self.signing_in.sign_in(username_of(owner), PASSWORD, caller, browser)

    def actor(self, token: str) -> Actor:
        return self.signing_in.actor(token)

    def signed_in(self, owner: Owner) -> SignedIn:
        """Password shown, and a code to the mobile where one is wanted (for who has no authenticator)."""
        half_way = self.half_way(owner)
        if half_way.session.level is sessions.Level.FULL:
            return half_way
        return self.raised(half_way.token)

    def raised(self, token: str, channel: Channel = Channel.MOBILE, **more: Any) -> SignedIn:
        """A code asked for and shown."""
        self.second_factor.send_code(self.actor(token), channel, HERE)
        code, method = self.code(token, channel), Method(f"{channel.value}_code")
        return self.second_factor.show(self.actor(token), method, code, HERE, **more)

    def code(self, token: str, channel: Channel = Channel.MOBILE) -> str:
        """The code that this session was sent last over a channel, as the sender derives it."""
        actor = self.actor(token)
        challenge = actor.session.challenge
        assert challenge is not None
        key = self.keyring.by_id(challenge.key_id)
        return codes.derive(key, challenge, channel, actor.owner.contact)

    def app_code(self, secret: bytes, early_or_late: int = 0) -> str:
        """What the authenticator app shows now, or some steps away."""
        return time_codes.code_at(secret, time_codes.step_at(self.clock()) + early_or_late)

    # What is told of it.

    def deeds(self, owner: Owner | OwnerKey) -> list[tuple[str, str]]:
        """What the audit holds of an owner, the oldest first: deed and outcome."""
        stream = owner if isinstance(owner, str) else owner_key(owner)
        return [(event.deed.value, event.outcome.value) for event in self.store.audit_events(stream)]

    def messages(self, owner: Owner) -> list[OutboxMessage]:
        """What the outbox was given for an owner, the oldest first."""
        mine = self.store.messages_of(owner_key(owner))
        return sorted(mine, key=lambda message: list(vars(self.store)["_messages"]).index(message.message_id))


def other_than(code: str) -> str:
    """Another six digits."""
    return f"{(int(code) + 1) % 1_000_000:06}"


def code_of(refusal: Any) -> str:
    """The code of a refusal that was raised (`pytest.ExceptionInfo`)."""
    value = refusal.value
    assert isinstance(value, Refusal)
    return value.code.value
