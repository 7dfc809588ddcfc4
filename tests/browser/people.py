"""People who have an account: in the store, signed in at a browser, with what reaches them."""

from __future__ import annotations

import base64
import itertools
import re
import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

import pyotp
from playwright.sync_api import Locator, expect

from chalicelib.domain import sealing, sessions
from chalicelib.domain.accounts import recovery_codes
from chalicelib.domain.accounts.account import Account, AccountStatus, Consent, Role, names_of
from chalicelib.domain.accounts.owners import account_key
from chalicelib.domain.accounts.security import Authenticator, Method, Security
from chalicelib.domain.changes import TakeName, WriteOwner, WriteSession
from chalicelib.domain.contacts import Contact
from chalicelib.domain.identifiers import EmailAddress, Mobile
from chalicelib.domain.passwords import hashed
from chalicelib.domain.sessions import Level
from chalicelib.suite import suite
from chalicelib.web import privacy_notice
from tests.browser.visitor import DESK, PASSWORD, Visitor

Visit = Callable[..., Visitor]
_numbers = itertools.count(1)
STEP = 31  # s, more than an authenticator's code lasts: the next one is another


@dataclass
class Somebody:
    """Somebody who has an account, at a browser."""

    account_id: str
    visitor: Visitor
    secret: str = ""
    """What the authenticator app knows; "" without one."""

    @property
    def stored(self) -> Account:
        """The account as it is stored now."""
        found = suite().store.account(self.account_id)
        assert found is not None
        return found

    # What reaches them.

    def code(self, address: str) -> str:
        """The newest code that came to a mobile or an email."""
        newest = next(sent.text for sent in self.visitor.laptop.outbox() if sent.to == address)
        found = re.search(r"#([0-9]{6})$", newest) or re.search(r"^([0-9]{6})$", newest, re.MULTILINE)
        assert found, newest
        return found[1]

    def told(self, address: str) -> list[str]:
        """What was written to a mobile or an email, the newest first."""
        return [sent.text for sent in self.visitor.laptop.outbox() if sent.to == address]

    def app_code(self) -> str:
        """What the authenticator app shows now; no code is shown twice."""
        self.visitor.laptop.clock.advance(seconds=STEP)
        return pyotp.TOTP(self.secret).at(suite().clock())

    # What they do.

    def sign_in_here(self, method: Method = Method.AUTHENTICATOR, visitor: Visitor | None = None) -> None:
        """Open a session in a browser as if they had just signed in there with this second factor."""
        visitor = visitor or self.visitor
        token, now = sessions.new_token(), suite().clock()
        generation = self.stored.security.generation
        opened = sessions.opened(token, account_key(self.account_id), generation, Level.FULL, "Chrome, Linux", now)
        suite().store.write(WriteSession(replace(opened, checked_at=now, checked_by=method)))
        url = visitor.laptop.site_url.replace("http:", "https:")
        visitor.context.add_cookies(
            [
                {
                    "name": "__Host-session",
                    "value": token,
                    "url": url,
                    "secure": True,
                    "httpOnly": True,
                    "sameSite": "Strict",
                }
            ]
        )

    def go(self, path: str) -> None:
        """Open a page and wait until it is filled in."""
        self.visitor.go(path)
        self.filled_in()

    def filled_in(self) -> None:
        """Wait until the page is filled in."""
        expect(self.find("loaded")).to_be_visible()

    def find(self, element_id: str) -> Locator:
        """The element with this id."""
        return self.visitor.find(element_id)

    def show_second_factor(self, back_at: str) -> None:
        """On the page of the check: type the authenticator's code, and come back to where one was."""
        self.visitor.at("/check")
        self.visitor.type(code=self.app_code())
        self.visitor.page.locator("#second-factor [type=submit]").click()
        self.visitor.at(back_at)
        self.filled_in()


def account_in_store(
    role: Role = Role.IMPORTER_EXPORTER, *, authenticator: bool = True, **changed: Any
) -> tuple[Account, str]:
    """Make an account with everything in order, and the secret of its authenticator app ("" without one)."""
    number, account_id, now = next(_numbers), sessions.new_id(), suite().clock()
    contact = Contact(EmailAddress(f"asha{number}@people.example"), Mobile(f"+9198111{number:05}"))
    raw = secrets.token_bytes(20)
    security = Security()
    if authenticator:
        sealed = sealing.seal(suite().keyring.current(), "authenticator", account_key(account_id), raw)
        # Of yesterday: one of today would make a new mobile wait.
        added = Authenticator(sealed, now - timedelta(days=1))
        security = recovery_codes.with_codes(Security(authenticator=added), recovery_codes.made())
    account = Account(
        account_id=account_id,
        role=role,
        status=AccountStatus.ACTIVE,
        username=f"asha_{number}",
        name="Asha Patil",
        contact=contact,
        password_hash=hashed(PASSWORD),
        language="en",
        created_at=now,
        email_confirmed_at=now,
        mobile_confirmed_at=now,
        consent=Consent(privacy_notice.version(), now, "en"),
        security=security,
    )
    account = replace(account, **changed)
    suite().store.write(WriteOwner(account), *(TakeName(name, now) for name in names_of(account)))
    return account, base64.b32encode(raw).decode() if authenticator else ""


def signed_in(visit: Visit, language: str = "en", width: int = DESK, **account: Any) -> Somebody:
    """Somebody new who is signed in at a browser of their own; `method` is the second factor that they showed."""
    method = account.pop("method", Method.AUTHENTICATOR)
    visitor = visit(language, width)
    stored, secret = account_in_store(**account)
    somebody = Somebody(stored.account_id, visitor, secret)
    somebody.sign_in_here(method)
    return somebody
