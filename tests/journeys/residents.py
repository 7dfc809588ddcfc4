"""People who have had an account for long: in the store, signed in, their second factor shown just now."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

from chalicelib.domain import codes, passwords, sessions
from chalicelib.domain.accounts.account import Account, AccountStatus, Consent, Role, names_of
from chalicelib.domain.accounts.flows import Flow
from chalicelib.domain.accounts.owners import Owner, OwnerKey, account_key, icegate_key
from chalicelib.domain.accounts.security import Method
from chalicelib.domain.changes import TakeName, WriteOwner, WriteSession
from chalicelib.domain.contacts import Channel, Contact
from chalicelib.domain.identifiers import EmailAddress, Mobile
from chalicelib.domain.sessions import Level
from chalicelib.suite import suite
from infra.local.laptop import Laptop
from tests.journeys.clients import Client, Reply, captcha
from tests.journeys.importers import PASSWORD, new_contact, new_registrant
from tests.journeys.walking import codes_body, eventually, sent_to

NEW_PASSWORD = "Nadi#2027"
_numbers = itertools.count(1)


@dataclass
class Resident:
    """Somebody with an account, and a client in which they are signed in."""

    laptop: Laptop
    client: Client
    key: OwnerKey
    username: str
    contact: Contact
    token: str

    def call(self, method: str, path: str, body: object = None, **more: Any) -> Reply:
        """Make a request with the session, unless another token is given."""
        return self.client.call(method, path, body, **{"token": self.token, **more})

    @property
    def stored(self) -> Owner:
        """The record as it is now."""
        found = suite().store.owner(self.key)
        assert found is not None
        return found

    def signed_in(self, method: Method = Method.MOBILE_CODE, client: Client | None = None) -> Resident:
        """The same person in another session, its second factor shown just now by `method`."""
        token, now = sessions.new_token(), suite().clock()
        session = sessions.opened(token, self.key, self.stored.security.generation, Level.FULL, "Firefox, Android", now)
        suite().store.write(WriteSession(replace(session, checked_at=now, checked_by=method)))
        return replace(self, token=token, client=client or self.client.elsewhere())

    def sign_in(self, password: str = PASSWORD) -> Reply:
        """Type username and password at another place."""
        body = {"username": self.username, "password": password}
        return self.client.elsewhere().call("POST", "/sessions", body)

    def read(self) -> dict[str, Any]:
        """One's own account."""
        return self.call("GET", "/account").demand(200).content

    def change(self, **contact: str) -> Reply:
        """Ask for another email or mobile."""
        return self.call("POST", "/account/contact-changes", contact)

    def verify(self, change_id: str, code: str | None = None) -> Reply:
        """Type the code that came to the new address."""
        return self.call(
            "POST", f"/account/contact-changes/{change_id}/verify", {"code": code or single_code(change_id)}
        )

    def waiting(self, mobile: str | None = None) -> str:
        """Ask for a new mobile, proved by an email code alone, and confirm it; gives the flow's id."""
        by_email = self.signed_in(Method.EMAIL_CODE)
        change_id: str = by_email.change(mobile=mobile or new_contact().mobile).demand(202).content["change_id"]
        assert by_email.verify(change_id).demand(200).content["status"] == "waiting"
        return change_id

    def until_heard(self, count: int, contact: Contact | None = None) -> list[str]:
        """What reached the contact, the oldest first, once that many messages did."""
        at = contact or self.contact

        def heard() -> list[str] | None:
            texts = [message.text for message in sent_to(self.laptop, at)]
            return texts if len(texts) >= count else None

        return eventually(heard, lambda: sent_to(self.laptop, at))


def new_resident(laptop: Laptop, language: str = "en", **changed: Any) -> Resident:
    """Somebody with an account of DGFT's platform."""
    number, now, account_id = next(_numbers), suite().clock(), sessions.new_id()
    account = Account(
        account_id=account_id,
        role=Role.IMPORTER_EXPORTER,
        status=AccountStatus.ACTIVE,
        username=f"Resident.{number}.trade",
        name=f"Ravi Resident{number}",
        contact=Contact(EmailAddress(f"Ravi{number}@residents.example"), Mobile(f"+9180123{number + 10000:05}")),
        password_hash=password_hash(),
        language=language,
        created_at=now,
        email_confirmed_at=now,
        mobile_confirmed_at=now,
        consent=Consent("2026-11", now, language),
    )
    account = replace(account, **changed)
    suite().store.write(WriteOwner(account), *(TakeName(name, now) for name in names_of(account)))
    client = Client(laptop.site_url, language=language)
    return Resident(laptop, client, account_key(account_id), account.username, account.contact, "").signed_in()


def icegate_resident(laptop: Laptop) -> Resident:
    """Somebody with an ICEGATE account."""
    registrant = new_registrant(laptop)
    key = icegate_key(registrant.icegate_id)
    owner = suite().store.owner(key)
    assert owner is not None
    return Resident(laptop, registrant.client, key, registrant.icegate_id, owner.contact, "").signed_in()


@dataclass
class Reset:
    """A password reset under way, as its browser knows it."""

    client: Client
    reset_id: str
    token: str

    def call(self, method: str, below: str, body: object = None) -> Reply:
        return self.client.call(method, f"/password-resets/{self.reset_id}{below}", body, token=self.token)

    def send_again(self) -> Reply:
        return self.call("POST", "/codes")

    def verify(self, typed: tuple[str, str] | None = None) -> Reply:
        return self.call("POST", "/codes/verify", codes_body(typed or both_codes(self.reset_id)))

    def set_password(self, password: str = NEW_PASSWORD) -> Reply:
        return self.call("PUT", "/password", {"password": password, "confirm_password": password})


def ask_reset(client: Client, username: str) -> Reply:
    """Ask for codes to set a new password."""
    return client.call("POST", "/password-resets", {"username": username, "captcha": captcha(client)})


def resetting(client: Client, username: str) -> Reset:
    """A reset, asked for."""
    content = ask_reset(client, username).demand(202).content
    return Reset(client, content["reset_id"], content["flow_token"])


def stored_flow(flow_id: str) -> Flow:
    """A flow as it is stored."""
    flow = suite().store.flow(flow_id)
    assert flow is not None
    return flow


def both_codes(flow_id: str) -> tuple[str, str]:
    """The codes of a flow, derived as the sender derives them: mobile, email."""
    flow = stored_flow(flow_id)
    key = suite().keyring.by_id(flow.challenge.key_id)
    mobile, email = (codes.derive(key, flow.challenge, channel, flow.contact) for channel in Channel)
    return mobile, email


def single_code(flow_id: str) -> str:
    """The code of a flow with one channel."""
    mobile, email = both_codes(flow_id)
    return mobile if stored_flow(flow_id).challenge.channels == (Channel.MOBILE,) else email


def stop_code(flow_id: str) -> str:
    """The code with which the old mobile stops a replacement."""
    flow = stored_flow(flow_id)
    assert flow.stop_challenge is not None
    assert flow.old_contact is not None
    key = suite().keyring.by_id(flow.stop_challenge.key_id)
    return codes.derive(key, flow.stop_challenge, Channel.MOBILE, flow.old_contact)


def stop(client: Client, username: str, code: str) -> Reply:
    """Stop a replacement without signing in."""
    body = {"username": username, "code": code, "captcha": captcha(client)}
    return client.call("POST", "/mobile-replacements/stop", body)


def code_in(text: str) -> str:
    """The six digits of a message."""
    found = re.search(r"(?<!\d)\d{6}(?!\d)", text)
    assert found is not None, text
    return found[0]


@cache
def password_hash() -> str:
    return passwords.hashed(PASSWORD)
