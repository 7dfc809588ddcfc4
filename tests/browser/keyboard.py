"""A person who has no mouse: every step is reached by Tab, every stop on the way can be seen."""

import pytest
from playwright.sync_api import expect

from tests.browser.visitor import Visitor

STOPS = 40  # more than any page has


class Keyboard:
    """A person who has no mouse."""

    def __init__(self, person: Visitor) -> None:
        self.person = person
        self.keys = person.page.keyboard

    def tab_to(self, selector: str) -> None:
        """Press Tab until `selector` has the focus; every stop shows that it has it."""
        target = self.person.page.locator(selector).first
        expect(target).to_be_visible()
        for _ in range(STOPS):
            self.keys.press("Tab")
            if self.person.page.evaluate("document.activeElement === document.body"):
                continue  # past the last stop, the browser's own bar
            seen = self.person.page.evaluate(
                "(() => { const s = getComputedStyle(document.activeElement);"
                " return s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2; })()"
            )
            assert seen, self.person.page.evaluate("document.activeElement.outerHTML")
            if target.evaluate("element => element === document.activeElement"):
                return
        pytest.fail(f"{selector} cannot be reached by Tab")

    def type_into(self, selector: str, words: str) -> None:
        self.tab_to(selector)
        self.keys.type(words)

    def press(self, selector: str, key: str = "Enter") -> None:
        self.tab_to(selector)
        self.keys.press(key)

    def press_submit(self, form: str = "form") -> None:
        self.press(f"{form} button[type=submit]")
