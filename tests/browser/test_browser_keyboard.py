"""Case 1.1 by keyboard alone: every step is reached by Tab, every stop on the way can be seen."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.visitor import DESK, NARROW, PASSWORD, REGISTER, Visitor

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

    def press_submit(self) -> None:
        self.tab_to("form button[type=submit]")
        self.keys.press("Enter")


@pytest.mark.parametrize(("language", "width"), [("en", DESK), ("hi", NARROW)])
def test_case_1_1_by_keyboard_alone(visit: Callable[..., Visitor], language: str, width: int) -> None:
    person = visit(language, width)
    keyboard = Keyboard(person)
    person.go()
    keyboard.keys.press("Tab")
    expect(person.page.locator(".skip")).to_be_focused()
    keyboard.keys.press("Enter")
    expect(person.find("main")).to_be_focused()
    keyboard.tab_to(f'.choices a[href$="{REGISTER}"]')
    keyboard.keys.press("Enter")

    person.at(REGISTER)
    keyboard.press_submit()
    person.summary(person.word("register.iec_required"))
    keyboard.keys.press("Tab")  # the first link of the summary
    keyboard.keys.press("Enter")
    expect(person.find("iec")).to_be_focused()
    keyboard.keys.type(person.holder.iec.lower())
    keyboard.type_into("#gstin", person.holder.gstins[0])
    keyboard.type_into("#temporary_password", person.holder.temporary_password)
    keyboard.tab_to('[data-shows="temporary_password"]')
    keyboard.keys.press("Space")
    expect(person.find("temporary_password")).to_have_attribute("type", "text")
    keyboard.press_submit()

    person.at(f"{REGISTER}/credentials")
    expect(person.page.locator("[type=submit]")).to_be_enabled()
    keyboard.type_into("#icegate_id", "by-keyboard")
    keyboard.type_into("#password", PASSWORD)
    keyboard.type_into("#confirm_password", PASSWORD)
    keyboard.keys.press("Enter")

    person.at(f"{REGISTER}/codes")
    person.codes_sent()
    mobile_code, email_code = person.codes()
    keyboard.type_into("#mobile_code", mobile_code)
    keyboard.type_into("#email_code", email_code)
    keyboard.keys.press("Enter")

    person.at(f"{REGISTER}/verified")
    expect(person.page.locator("[type=submit]")).to_be_enabled()
    keyboard.press_submit()
    expect(person.find("sure-yes")).to_be_focused()
    keyboard.keys.press("Escape")
    expect(person.find("sure")).to_be_hidden()
    expect(person.page.locator("form button[type=submit]")).to_be_focused()
    keyboard.keys.press("Enter")
    expect(person.find("sure-yes")).to_be_focused()
    keyboard.keys.press("Enter")

    signs_in_and_out(person, keyboard)


def signs_in_and_out(person: Visitor, keyboard: Keyboard) -> None:
    person.registered("by-keyboard")
    expect(person.find("made-heading")).to_be_focused()
    keyboard.tab_to("main a.go")
    keyboard.keys.press("Enter")
    person.at("/sign-in")
    keyboard.type_into("#username", "BY-keyboard")
    keyboard.type_into("#password", PASSWORD)
    keyboard.keys.press("Enter")
    person.at("/home")
    keyboard.tab_to("#sign-out")
    keyboard.keys.press("Enter")
    person.at("/sign-in")
