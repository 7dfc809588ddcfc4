"""A desk for sign-ups on fakes, and a stand-in for Step Functions that follows the state machine step by step."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest

from chalicelib.domain import captcha, codes
from chalicelib.domain.accounts.account import Account, AccountName, AccountStatus, Role, names_of
from chalicelib.domain.accounts.names import PersonName, Username
from chalicelib.domain.accounts.registering import AccountRegistrations, SignUp
from chalicelib.domain.accounts.registration import AccountRegistration, RegistrationStatus
from chalicelib.domain.accounts.registration_journey import Place, place
from chalicelib.domain.accounts.registration_steps import AccountRegistrationSteps, RegistrationOver
from chalicelib.domain.callers import Caller
from chalicelib.domain.changes import StoreUnavailable, TakeName, WriteOwner
from chalicelib.domain.codes import Codes
from chalicelib.domain.contacts import Channel, Contact
from chalicelib.domain.identifiers import EmailAddress, Mobile
from chalicelib.domain.outbox import OutboxMessage
from chalicelib.domain.refusals import Refusal
from tests.fakes import FakeJourneys, FakeKeyring, FakeStore
from tests.journeys.clients import solved

PRIVACY = "2026-11"
PASSWORD = "Sagar#2026"
CONTACT = Contact(EmailAddress("Asha@nair.example"), Mobile("+919876500001"))
OTHERS = Contact(EmailAddress("other@people.example"), Mobile("+919876500002"))
CALLER = Caller("203.0.113.7", "Firefox, Android", "request-1", "en")
WRONG = Codes("000000", "000000")


def wish(
    contact: Contact = CONTACT,
    username: str | None = "Asha.Nair",
    password: str = PASSWORD,
    privacy_notice: str = PRIVACY,
) -> SignUp:
    """What somebody types; the captcha is put in by `World.opened`."""
    chosen = Username(username) if username else None
    return SignUp(PersonName("Asha Nair"), contact, chosen, password, privacy_notice, captcha="")


def refused(ask: Callable[[], object]) -> Refusal:
    with pytest.raises(Refusal) as refusal:
        ask()
    return refusal.value


@dataclass
class World:
    """Everything around somebody who signs up."""

    now: datetime = datetime(2026, 11, 2, 4, 30, tzinfo=UTC)
    flow_token: str = ""
    registration_id: str = ""
    state: str = "AwaitAccountCodes"
    _tokens: int = 0

    def __post_init__(self) -> None:
        self.store = FakeStore(self.clock)
        self.journeys = FakeJourneys()
        self.keyring = FakeKeyring()
        self.desk = AccountRegistrations(self.store, self.journeys, self.keyring, self.clock, PRIVACY)
        self.steps = AccountRegistrationSteps(self.store, self.journeys, self.clock)

    def clock(self) -> datetime:
        return self.now

    def advance(self, **by: float) -> None:
        self.now += timedelta(**by)

    def opened(self, asked: SignUp | None = None, caller: Caller = CALLER) -> AccountRegistration:
        """A registration just opened, its captcha solved with little work."""
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(captcha, "_COST", 1)
            challenge = captcha.challenge(self.keyring.current().material, self.now)
            opened = self.desk.open(replace(asked or wish(), captcha=solved(challenge)), caller)
        self.registration_id, self.flow_token = opened.registration.registration_id, opened.flow_token
        self.state, self._token = "AwaitAccountCodes", None
        return self.read()

    def read(self) -> AccountRegistration:
        stored = self.store.account_registration(self.registration_id)
        assert stored is not None
        return stored

    def codes(self) -> Codes:
        """The right codes, as the sender derives them."""
        registration = self.read()
        key = self.keyring.by_id(registration.challenge.key_id)
        mobile, email = (
            codes.derive(key, registration.challenge, channel, registration.contact)
            for channel in (Channel.MOBILE, Channel.EMAIL)
        )
        return Codes(mobile, email)

    def verify(self, typed: Codes | None = None) -> RegistrationStatus:
        typed = typed or self.codes()
        return self.desk.verify(self.registration_id, self.flow_token, typed, CALLER.ip).status

    def resume(self, typed: Codes | None = None, contact: Contact = CONTACT) -> RegistrationStatus:
        """Go on from another browser; what was known in the first is forgotten."""
        opened = self.desk.resume(contact, typed or self.codes(), CALLER.ip)
        self.registration_id, self.flow_token = opened.registration.registration_id, opened.flow_token
        return opened.registration.status

    def send_again(self) -> AccountRegistration:
        return self.desk.send_again(self.registration_id, self.flow_token, CALLER.ip)

    def registered(self, asked: SignUp | None = None) -> Account:
        """Somebody signed up: their account."""
        self.opened(asked)
        self.verify()
        assert self.run() == "Registered"
        account = self.account()
        assert account is not None
        return account

    def account(self, name: str | None = None) -> Account | None:
        """The account that a name leads to; without a name, the one that this registration makes."""
        if name is None:
            return self.store.account(self.read().account_id)
        named = self.store.named(name)
        return self.store.account(named.account_id) if isinstance(named, AccountName) else None

    def existing(self, username: str = "Vikram", contact: Contact = OTHERS, language: str = "hi") -> Account:
        """Somebody who signed up at some earlier time."""
        account = Account(
            f"account-of-{username}",
            Role.IMPORTER_EXPORTER,
            AccountStatus.ACTIVE,
            username,
            f"{username} Rao",
            contact,
            None,
            language,
            self.now,
        )
        self.store.write(WriteOwner(account), *(TakeName(name, self.now) for name in names_of(account)))
        return account

    def messages(self) -> list[OutboxMessage]:
        """What the outbox holds, the oldest first."""
        found = [self.store.message(message_id) for message_id in self.store.due_messages(self.now, 1000)]
        return [message for message in found if message is not None]

    def told(self) -> list[tuple[str, str]]:
        """Kind and address of each message, sorted."""
        return sorted((message.kind.value, message.address) for message in self.messages())

    # The state machine by hand.

    _token: str | None = None

    def run(self) -> str:
        """Goes on as far as it can; returns the state in which the journey waits, or how it ended."""
        while self.registration_id in self.journeys.started and self._moved():
            pass
        return self.state

    def time_out(self) -> str:
        """The wait ran out; the state machine asks the record where to go on."""
        ended = self.steps.expire(self.registration_id)
        places = {Place.CODES: "AwaitAccountCodes", Place.CREATION: "CreateAccount", Place.ENDED: "Ended"}
        self.state, self._token = places[place(ended)], None
        return self.run()

    def _moved(self) -> bool:
        if self.state == "AwaitAccountCodes":
            if self._token is None:
                self._tokens += 1
                self._token = f"{self.registration_id}/{self._tokens}"
                self._retried(lambda: self.steps.await_codes(self.registration_id, str(self._token)))
            if self._token not in self.journeys.woken:
                return False
            self.state = "CreateAccount"
            return True
        if self.state == "CreateAccount":
            try:
                self._retried(lambda: self.steps.create_account(self.registration_id))
                self.state = "Registered"
            except RegistrationOver:
                self.state = "Ended"
        return False

    def _retried(self, step: Callable[[], object]) -> None:
        try:
            step()
        except StoreUnavailable:
            self.advance(seconds=2)
            step()
