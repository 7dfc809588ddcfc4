"""Accounts of DGFT's platform: people of whom no test has heard, signed up over HTTP, and what reached them."""

from __future__ import annotations

import itertools
from dataclasses import dataclass
from typing import Any

from chalicelib.domain import codes
from chalicelib.domain.accounts.account import Account, AccountName
from chalicelib.domain.accounts.registration import AccountRegistration
from chalicelib.domain.contacts import Channel, Contact
from chalicelib.domain.identifiers import EmailAddress, Mobile
from chalicelib.suite import suite
from chalicelib.web import privacy_notice
from infra.local.executions import Execution
from infra.local.laptop import Laptop
from infra.local.task_tokens import is_awaited
from tests.journeys.clients import Client, Reply, captcha
from tests.journeys.importers import PASSWORD
from tests.journeys.walking import codes_body, eventually, execution_of

ACCOUNT_REGISTRATIONS = "/accounts/registrations"
_numbers = itertools.count(1)


@dataclass(frozen=True)
class Person:
    """Somebody who may sign up, or has."""

    name: str
    username: str
    password: str
    email: str
    mobile: str

    @property
    def contact(self) -> Contact:
        return Contact(EmailAddress(self.email), Mobile(self.mobile))

    @property
    def account(self) -> Account:
        """Their account as it is stored."""
        named = suite().store.named(self.email.lower())
        assert isinstance(named, AccountName), named
        account = suite().store.account(named.account_id)
        assert account is not None
        return account

    def wish(self, solved: str, **otherwise: object) -> dict[str, object]:
        """What the sign-up page sends; a value of None leaves the field out."""
        body: dict[str, object] = {
            "role": "importer_exporter",
            "name": self.name,
            "email": self.email,
            "mobile": self.mobile,
            "username": self.username,
            "password": self.password,
            "confirm_password": otherwise.get("password", self.password),
            "privacy_notice": privacy_notice.version(),
            "captcha": solved,
            **otherwise,
        }
        return {name: value for name, value in body.items() if value is not None}


def new_person(password: str = PASSWORD) -> Person:
    """Somebody whose name, email and mobile nobody has."""
    number = next(_numbers)
    return Person(
        name=f"Meera Person{number}",
        username=f"Meera.{number}.trade",
        password=password,
        email=f"Meera{number}@people.example",
        mobile=f"+9170123{number + 10000:05}",
    )


@dataclass
class SignUpFlow:
    """A registration under way, as its browser knows it."""

    laptop: Laptop
    client: Client
    person: Person
    registration_id: str
    token: str

    def call(self, method: str, below: str = "", body: object = None) -> Reply:
        """Make a request below the registration's path, with its flow token."""
        path = f"{ACCOUNT_REGISTRATIONS}/{self.registration_id}{below}"
        return self.client.call(method, path, body, token=self.token)

    def read(self) -> dict[str, Any]:
        return self.call("GET").demand(200).content

    def send_again(self) -> Reply:
        return self.call("POST", "/codes")

    def verify(self, typed: tuple[str, str] | None = None) -> Reply:
        """Type the codes, the right ones unless `typed` says otherwise."""
        return self.call("POST", "/codes/verify", codes_body(typed or self.codes()))

    def resume(self, typed: tuple[str, str] | None = None, client: Client | None = None) -> Reply:
        """Go on from a browser that knows nothing but the addresses and the two codes."""
        body = {"email": self.person.email, "mobile": self.person.mobile, **codes_body(typed or self.codes())}
        return (client or self.client).call("POST", f"{ACCOUNT_REGISTRATIONS}/resume", body)

    def stored(self) -> AccountRegistration:
        registration = suite().store.account_registration(self.registration_id)
        assert registration is not None
        return registration

    def codes(self) -> tuple[str, str]:
        """The codes of the registration, derived as the sender derives them: mobile, email."""
        stored = self.stored()
        key = suite().keyring.by_id(stored.challenge.key_id)
        mobile, email = (
            codes.derive(key, stored.challenge, channel, stored.contact) for channel in (Channel.MOBILE, Channel.EMAIL)
        )
        return mobile, email

    def execution(self) -> Execution:
        return execution_of(self.laptop, self.registration_id)

    def until(self, *statuses: str) -> str:
        """The status, once it is one of `statuses`."""

        def reached() -> str | None:
            status: str = self.read()["status"]
            return status if status in statuses else None

        return eventually(reached, self.read)

    def until_waiting(self) -> None:
        """Wait until the journey waits for the codes, its token stored."""

        def waits() -> bool | None:
            token = self.stored().task_token
            return (token is not None and is_awaited(token)) or None

        eventually(waits, self.execution)

    def until_ended(self) -> Execution:
        """The journey, once it has ended."""
        return eventually(lambda: self.execution() if self.execution().status != "RUNNING" else None, self.execution)


def signing_up(
    laptop: Laptop, person: Person | None = None, client: Client | None = None, **otherwise: object
) -> SignUpFlow:
    """A registration opened over HTTP, captcha and all."""
    person, client = person or new_person(), client or Client(laptop.site_url)
    content = sign_up(client, person, **otherwise).demand(202).content
    return SignUpFlow(laptop, client, person, content["registration_id"], content["flow_token"])


def sign_up(client: Client, person: Person, **otherwise: object) -> Reply:
    """Send the sign-up page, with other values for the fields that are named."""
    return client.call("POST", ACCOUNT_REGISTRATIONS, person.wish(captcha(client), **otherwise))


def signed_up(laptop: Laptop, client: Client | None = None, person: Person | None = None) -> Person:
    """Somebody who has signed up, their account made."""
    flow = signing_up(laptop, person, client)
    flow.verify().demand(200, 202)
    flow.until("registered")
    return flow.person
