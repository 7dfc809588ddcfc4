"""By keyboard alone: into the Back Office, one's own email, and somebody else's access."""

import base64

import pytest
from playwright.sync_api import expect

from chalicelib.domain.accounts.account import AccountStatus, Role
from infra.local.laptop import Laptop
from tests.browser.keyboard import Keyboard
from tests.browser.people import Somebody, Visit
from tests.browser.visitor import DESK, NARROW
from tests.journeys.staff import PASSWORD, staff_member

AUTHORITY = "kanpur"
REASON = "Order 12 of 2026"


@pytest.mark.parametrize(("language", "width"), [("en", DESK), ("hi", NARROW)])
def test_from_signing_in_to_a_suspension(visit: Visit, laptop: Laptop, language: str, width: int) -> None:
    administrator = staff_member(laptop, Role.ADMINISTRATOR, AUTHORITY)
    officer = staff_member(laptop, Role.OFFICER, AUTHORITY)
    secret = base64.b32encode(administrator.secret).decode()
    person = Somebody(administrator.account_id, visit(language, width), secret)
    keyboard = Keyboard(person.visitor)

    signs_in(person, keyboard, administrator.username)
    changes_the_email(person, keyboard, f"meera.{language}@dgft.gov.in")

    keyboard.press('header a[href$="/home"]')
    person.visitor.at("/home")
    person.filled_in()
    keyboard.press('main a[href$="/staff"]')
    person.visitor.at(f"/staff#{AUTHORITY}")
    person.filled_in()
    keyboard.press(f'#members a[href$="#{officer.account_id}"]')
    suspends(person, keyboard, officer.account_id)
    assert officer.stored.status is AccountStatus.SUSPENDED


def signs_in(person: Somebody, keyboard: Keyboard, username: str) -> None:
    person.visitor.go("/sign-in")
    expect(person.visitor.page.locator("form [type=submit]")).to_be_enabled()
    keyboard.type_into("#username", username)
    keyboard.type_into("#password", PASSWORD)
    keyboard.keys.press("Enter")
    person.visitor.at("/sign-in/second-factor")
    person.visitor.heading("second_factor.question_authenticator")
    keyboard.type_into("#code", person.app_code())
    # Staff are asked each time: no browser of theirs is trusted.
    expect(person.find("trust")).to_be_hidden()
    keyboard.press_submit("#second-factor")
    person.visitor.at("/home")
    person.filled_in()


def changes_the_email(person: Somebody, keyboard: Keyboard, email: str) -> None:
    keyboard.press('main a[href$="/account"]')
    person.visitor.at("/account")
    person.filled_in()
    keyboard.press('main a[href$="/account/email"]')
    person.visitor.at("/account/email")
    person.filled_in()
    keyboard.press_submit("#account-email")
    person.visitor.summary(person.visitor.word("account_email.required"))
    keyboard.keys.press("Tab")  # the first link of the summary
    keyboard.keys.press("Enter")
    expect(person.find("email")).to_be_focused()
    keyboard.keys.type(email)
    keyboard.press_submit("#account-email")
    person.visitor.heading("contact_change.code_heading")
    expect(person.find("heading")).to_be_focused()
    keyboard.type_into("#code", person.code(email))
    keyboard.keys.press("Enter")
    person.visitor.at("/account")
    person.filled_in()
    expect(person.find("account-email")).to_have_text(email)


def suspends(person: Somebody, keyboard: Keyboard, account_id: str) -> None:
    person.visitor.at(f"/staff/member#{account_id}")
    person.filled_in()
    keyboard.press('#deeds a[href*="/staff/suspension"]')
    person.visitor.at(f"/staff/suspension#{account_id}")
    person.filled_in()
    keyboard.type_into("#reason", REASON)
    keyboard.press_submit("#staff-suspension")
    person.visitor.at(f"/staff/member#{account_id}")
    expect(person.find("why")).to_be_visible()
    expect(person.find("facts")).to_contain_text(REASON)
