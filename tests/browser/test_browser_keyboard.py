"""Case 1.1 by keyboard alone: every step is reached by Tab, every stop on the way can be seen."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.keyboard import Keyboard
from tests.browser.visitor import DESK, NARROW, PASSWORD, REGISTER, Visitor


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
