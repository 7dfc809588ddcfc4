"""Accounts of DGFT's platform, walked in a real browser: opened, signed in to, recovered, in both languages."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import expect

from chalicelib.domain.accounts.account import Post, Role
from chalicelib.suite import suite
from tests.browser.newcomers import Newcomer, newcomer
from tests.browser.people import Somebody, account_in_store
from tests.browser.visitor import DESK, NARROW, PASSWORD, Visitor

Visit = Callable[..., Visitor]
NEW_PASSWORD = "Windy#Mountain35"
everywhere = pytest.mark.parametrize(
    ("language", "width"), [("en", NARROW), ("en", DESK), ("hi", NARROW), ("hi", DESK)]
)
english_and_hindi = pytest.mark.parametrize(("language", "width"), [("en", DESK), ("hi", NARROW)])


@everywhere
def test_from_sign_up_to_sign_out(visit: Visit, language: str, width: int) -> None:
    person = newcomer(visit(language, width))
    page = person.visitor
    page.go()
    page.page.get_by_role("link", name=page.word("landing.sign_up")).click()
    signs_up(person)
    signs_in_with_a_code(person)
    page.find("sign-out").click()
    page.at("/sign-in")
    expect(page.find("why")).to_have_text(page.word("sign_in.signed_out"))
    page.check("account-signed-out")
    page.page.go_back()
    page.at("/sign-in")
    expect(page.page.locator("body")).not_to_contain_text(person.name)


def signs_up(person: Newcomer) -> None:
    page = person.visitor
    page.heading("sign_up.heading")
    expect(page.find("captcha")).to_have_attribute("data-state", "done")
    page.check("sign-up")
    person.fill_in()
    expect(page.page.locator(".rules .met")).to_have_count(5)
    page.submit()
    person.at_codes("/sign-up/codes")
    expect(page.find("record-mobile")).to_have_text(f"+91 ••••••{person.mobile[-4:]}")
    expect(page.find("record-email")).to_have_text("z••••••@newcomers.example")
    page.check("sign-up-codes")
    page.give_codes(*person.codes())
    page.at("/sign-up/done")
    page.heading("sign_up_done.heading")
    expect(page.find("made-heading")).to_be_focused()
    expect(page.find("username")).to_have_text(person.email)
    page.check("sign-up-done")
    page.page.locator("main").get_by_role("link", name=page.word("site.sign_in")).click()


def signs_in_with_a_code(person: Newcomer) -> None:
    page = person.visitor
    page.at("/sign-in")
    person.show_password()
    page.at("/sign-in/second-factor")
    page.heading("second_factor.question")
    expect(page.find("choose")).to_contain_text(f"+91 ••••••{person.mobile[-4:]}")
    expect(page.find("choose").locator(".choice:visible")).to_have_count(2)
    page.check("second-factor-choice")
    person.choose("mobile")
    page.heading("second_factor.question_mobile")
    expect(page.find("question")).to_be_focused()
    expect(page.find("sent-to")).to_have_text(f"+91 ••••••{person.mobile[-4:]}")
    expect(page.find("clock-left")).to_have_text(page.word("clock.left", time=person.minutes(10)))
    page.check("second-factor-code")
    person.show_code(person.code(person.mobile))
    page.at("/home")
    expect(page.find("account-username")).to_have_text(person.email)
    expect(page.find("greeting")).to_have_text(person.name)
    expect(page.find("iec").locator("li:visible")).to_have_count(3)
    expect(page.find("iec").locator(".coming").get_by_role("link")).to_have_count(0)  # it leads nowhere yet
    page.check("home-account")


@english_and_hindi
def test_a_new_password(visit: Visit, language: str, width: int) -> None:
    """Reset with both codes, although the page never says whether there is an account; then sign in by email code."""
    person = newcomer(visit(language, width))
    page = person.visitor
    person.sign_up()
    page.go("/sign-in")
    page.page.get_by_role("link", name=page.word("sign_in.forgotten")).click()
    page.heading("reset.heading")
    expect(page.find("captcha")).to_have_attribute("data-state", "done")
    page.check("reset")
    page.type(username=person.email.upper())
    page.submit()
    person.at_codes("/reset/codes")
    expect(page.page.locator("body")).not_to_contain_text("••••")
    page.check("reset-codes")
    page.give_codes(*person.codes())
    page.at("/reset/password")
    page.heading("reset_password.heading")
    page.check("reset-password")
    page.type(password=NEW_PASSWORD, confirm_password=NEW_PASSWORD)
    page.submit()
    page.at("/reset/done")
    page.check("reset-done")
    page.page.locator("main a.go").click()
    person.show_password(NEW_PASSWORD)
    person.choose("email")
    page.heading("second_factor.question_email")
    person.show_code(person.code(person.email))
    page.at("/home")


@english_and_hindi
def test_the_authenticator_its_recovery_codes_and_its_loss(visit: Visit, language: str, width: int) -> None:
    page = visit(language, width)
    account, secret = account_in_store()
    person = Somebody(account.account_id, page, secret)
    page.go("/sign-in")
    page.sign_in(account.username)
    page.heading("second_factor.question_authenticator")
    expect(page.find("clock")).to_be_hidden()
    page.check("second-factor-authenticator")
    page.find("other-way").click()
    page.heading("second_factor.question")
    expect(page.find("choose").locator(".choice:visible")).to_have_count(2)
    page.page.go_back()
    page.heading("second_factor.question_authenticator")
    page.find("other-way").click()
    page.find("way-recovery").check()
    page.page.locator("#choose [type=submit]").click()
    page.heading("second_factor.question_recovery")
    page.check("second-factor-recovery")
    page.page.go_back()
    page.page.go_back()
    page.type(code=person.app_code())
    page.page.locator("#second-factor [type=submit]").click()
    page.at("/home")
    page.find("sign-out").click()
    loses_the_authenticator(page, person)


def loses_the_authenticator(page: Visitor, person: Somebody) -> None:
    contact = person.stored.contact
    page.sign_in(person.stored.username)
    page.page.get_by_role("link", name=page.word("second_factor.lost_link")).click()
    page.at("/sign-in/lost-authenticator")
    page.heading("lost_authenticator.heading")
    page.check("lost-authenticator")
    page.page.locator("#lost [type=submit]").click()
    expect(page.find("mobile_code")).to_be_visible()
    page.check("lost-authenticator-codes")
    page.type(mobile_code=person.code(contact.mobile), email_code=person.code(contact.email))
    page.page.locator("#sign-in-lost-authenticator [type=submit]").click()
    page.at("/home")
    assert person.stored.security.authenticator is None


@pytest.mark.parametrize("language", ["en", "hi"])
def test_a_trusted_browser_is_not_asked_again(visit: Visit, language: str) -> None:
    person = newcomer(visit(language))
    page = person.visitor
    person.sign_up()
    page.go("/sign-in")
    person.show_password()
    person.choose("mobile")
    page.find("trust_browser").check()
    person.show_code(person.code(person.mobile))
    page.at("/home")
    page.find("sign-out").click()
    page.at("/sign-in")
    person.show_password()
    page.at("/home")

    elsewhere = page.elsewhere()
    elsewhere.go("/sign-in")
    elsewhere.sign_in(person.email)
    elsewhere.at("/sign-in/second-factor")
    elsewhere.close()


@english_and_hindi
def test_going_on_from_another_browser(visit: Visit, language: str, width: int) -> None:
    person = newcomer(visit(language, width))
    person.up_to_codes()
    mobile_code, email_code = person.codes()

    other = visit(language, width)
    other.go("/sign-up")
    other.page.get_by_role("link", name=other.word("site.have_codes")).click()
    other.heading("sign_up_resume.heading")
    other.type(
        email=person.email, mobile=person.mobile.removeprefix("+91"), mobile_code=mobile_code, email_code=email_code
    )
    other.check("sign-up-resume")
    other.submit()
    other.at("/sign-up/done")
    expect(other.find("username")).to_have_text(person.email)
    person.visitor.page.reload()  # it goes on over there
    person.visitor.heading("journey.lost.title")
    person.visitor.check("sign-up-lost")


def test_the_browser_fills_in_the_code_of_our_sms_where_it_can(visit: Visit) -> None:
    """WebOTP, with a browser that gives the code at once."""
    page = visit()
    page.context.add_init_script(
        "window.OTPCredential = class {};"
        "navigator.credentials.get = async ({ otp }) => ({ code: otp.transport[0] === 'sms' ? '246802' : '' });"
    )
    account, _ = account_in_store(authenticator=False)
    page.go("/sign-in")
    page.sign_in(account.username)
    page.find("way-mobile").check()
    page.page.locator("#choose [type=submit]").click()
    expect(page.find("code")).to_have_value("246802")


def test_an_own_username(visit: Visit) -> None:
    person = newcomer(visit())
    page = person.visitor
    page.go("/sign-up")
    expect(page.find("username")).to_be_hidden()
    page.find("email_serves").uncheck()
    person.fill_in(username="Zeenat.Exports", password="Zeenat.Exports#2027", confirm_password="Zeenat.Exports#2027")
    page.submit()
    page.wrong("password", page.word("field.password_contains_username"))
    page.type(password=PASSWORD, confirm_password=PASSWORD)
    page.page.reload()
    expect(page.find("username")).to_have_value("Zeenat.Exports")  # what was typed is still there, and asked for
    expect(page.find("privacy_notice")).to_be_checked()
    person.fill_in(username="Zeenat.Exports")
    page.submit()
    person.at_codes("/sign-up/codes")
    page.give_codes(*person.codes())
    page.at("/sign-up/done")
    expect(page.find("username")).to_have_text("Zeenat.Exports")


@english_and_hindi
def test_staff_are_led_to_what_is_missing(visit: Visit, language: str, width: int) -> None:
    page = visit(language, width)
    now = suite().clock()
    changed: dict[str, Any] = {"post": Post(suite().authorities.all()[0].code, "system", now, now, joined_at=now)}
    account, _ = account_in_store(Role.ADMINISTRATOR, authenticator=False, **changed)
    person = Somebody(account.account_id, page)
    person.sign_in_here()
    person.go("/home")
    expect(page.find("missing")).to_contain_text(page.word("home.add_authenticator"))
    expect(page.find("back-office")).to_be_hidden()
    page.check("home-staff-missing")

    ready, secret = account_in_store(Role.ADMINISTRATOR, **changed)
    person = Somebody(ready.account_id, page, secret)
    person.sign_in_here()
    person.go("/home")
    expect(page.find("missing")).to_be_hidden()
    # Full registrations, documents to compare, the staff, who is ready, invitations.
    expect(page.find("back-office").get_by_role("link")).to_have_count(5)
    expect(page.find("account-authority")).to_be_visible()
    page.check("home-staff")


@pytest.mark.parametrize("language", ["en", "hi"])
def test_the_privacy_notice_can_be_read_without_a_script(visit: Visit, language: str) -> None:
    page = visit(language, NARROW)
    page.go("/privacy")
    page.heading("privacy.title")
    expect(page.page.locator("script")).to_have_count(0)
    expect(page.page.locator(".prose p").last).to_have_text(page.word("privacy.p11"))
    page.check("privacy")
