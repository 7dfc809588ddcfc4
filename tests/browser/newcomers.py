"""Newcomers: what people do on the pages of sign-up, sign-in, second factor and reset, and what reaches them."""

from __future__ import annotations

import itertools
import re
from dataclasses import dataclass

from playwright.sync_api import expect

from tests.browser.visitor import PASSWORD, Visitor

_numbers = itertools.count(1)


@dataclass
class Newcomer:
    """Somebody with an email and a mobile of their own, at a browser."""

    visitor: Visitor
    email: str
    mobile: str
    name: str = "Zeenat Zaheer"

    def codes(self) -> tuple[str, str]:
        """The newest codes as they came to mobile and email; what is written is sent first."""
        return self.visitor.codes(self.mobile, self.email)

    def code(self, address: str) -> str:
        """The newest code that came to one address."""
        newest = next(sent.text for sent in self.visitor.laptop.outbox() if sent.to == address)
        found = re.search(r"#([0-9]{6})$", newest) or re.search(r"^([0-9]{6})$", newest, re.MULTILINE)
        assert found, newest
        return found[1]

    def fill_in(self, **otherwise: str) -> None:
        """Fill in the sign-up page; the security check does itself."""
        details = {
            "name": self.name,
            "email": self.email,
            "mobile": self.mobile.removeprefix("+91"),
            "password": PASSWORD,
            "confirm_password": PASSWORD,
        }
        self.visitor.type(**{**details, **otherwise})
        self.visitor.find("privacy_notice").check()

    def up_to_codes(self, **otherwise: str) -> None:
        """From the sign-up page to the two codes."""
        self.visitor.go("/sign-up")
        self.fill_in(**otherwise)
        self.visitor.submit()
        self.at_codes("/sign-up/codes")

    def at_codes(self, path: str) -> None:
        """The page of a journey's two codes, filled in."""
        self.visitor.at(path)
        expect(self.visitor.find("clock-left")).to_have_text(self.visitor.word("clock.left", time=self.minutes(15)))

    def minutes(self, count: int) -> str:
        """A number of minutes as the pages say it."""
        return self.visitor.word("clock.minutes", count=count)

    def sign_up(self) -> None:
        """Open an account."""
        self.up_to_codes()
        self.visitor.give_codes(*self.codes())
        self.visitor.at("/sign-up/done")
        self.visitor.heading("sign_up_done.heading")

    def show_password(self, password: str = PASSWORD) -> None:
        """On the sign-in page: username and password."""
        self.visitor.sign_in(self.email, password)

    def choose(self, way: str) -> None:
        """Choose how to show the second factor."""
        self.visitor.find(f"way-{way}").check()
        self.visitor.page.locator("#choose [type=submit]").click()

    def show_code(self, code: str) -> None:
        """Type a code for the second factor."""
        self.visitor.find("code").fill(code)
        self.visitor.page.locator("#second-factor [type=submit]").click()


def newcomer(visitor: Visitor) -> Newcomer:
    """Somebody of whom no test has heard."""
    number = next(_numbers)
    return Newcomer(visitor, f"zeenat{number}@newcomers.example", f"+9198123{number:05}")
