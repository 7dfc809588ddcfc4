"""What goes wrong with accounts, as a person meets it: in plain words, with a way on, and nothing typed is lost."""

from collections.abc import Callable
from datetime import timedelta

import pyotp
import pytest
from playwright.sync_api import Route, expect

from chalicelib.domain.accounts.security import Method
from chalicelib.suite import suite
from tests.browser.keyboard import Keyboard
from tests.browser.newcomers import newcomer
from tests.browser.people import Somebody, account_in_store
from tests.browser.visitor import DESK, NARROW, PASSWORD, Visitor

Visit = Callable[..., Visitor]
english_and_hindi = pytest.mark.parametrize(("language", "width"), [("en", DESK), ("hi", NARROW)])


def another(code: str) -> str:
    """A code that is not this one."""
    return f"{(int(code) + 1) % 1_000_000:06d}"


class TestSigningUp:
    @english_and_hindi
    def test_nothing_filled_in(self, visit: Visit, language: str, width: int) -> None:
        page = visit(language, width)
        page.go("/sign-up")
        page.find("email_serves").uncheck()
        page.submit()
        page.summary()
        for field in ("name", "email", "mobile", "username"):
            page.wrong(field, page.word(f"sign_up.{field}_required"))
        page.wrong("privacy_notice", page.word("sign_up.consent_required"))
        page.check("sign-up-empty")
        page.page.locator('#summary a[href="#privacy_notice"]').click()
        expect(page.find("privacy_notice")).to_be_focused()

    @english_and_hindi
    def test_a_taken_email_shows_the_same_page_and_is_told_by_mail(
        self, visit: Visit, language: str, width: int
    ) -> None:
        first = newcomer(visit(language, width))
        first.sign_up()
        second = newcomer(visit(language, width))
        second.up_to_codes(email=first.email)
        page = second.visitor
        page.heading("codes.heading")
        expect(page.find("record-email")).to_have_text("z••••••@newcomers.example")
        newest = next(sent.text for sent in page.laptop.outbox() if sent.to == first.email)
        assert newest == page.word("mail.account_exists.body")
        page.page.locator(".again").get_by_role("link", name=page.word("sign_in.forgotten")).click()
        page.at("/reset")

    @english_and_hindi
    def test_a_wrong_code_and_then_too_late(self, visit: Visit, language: str, width: int) -> None:
        person = newcomer(visit(language, width))
        page = person.visitor
        person.up_to_codes()
        mobile_code, email_code = person.codes()
        page.give_codes(another(mobile_code), email_code)
        page.summary(page.word("script.attempts_left", count=4))
        page.wrong("mobile_code", page.word("field.mobile_code_incorrect"))
        expect(page.find("email_code")).to_have_value(email_code)
        page.check("sign-up-codes-wrong")
        page.laptop.clock.advance(minutes=15)
        page.give_codes(mobile_code, email_code)
        page.heading("journey.late.title")
        expect(page.page.locator("main h1")).to_be_focused()
        page.check("sign-up-late")
        page.page.get_by_role("link", name=page.word("site.start_again")).click()
        page.at("/sign-up")
        expect(page.find("name")).to_have_value(person.name)

    def test_the_clock_runs_out_on_the_page(self, visit: Visit) -> None:
        person = newcomer(visit())
        person.visitor.context.clock.install()
        person.up_to_codes()
        person.visitor.page.clock.run_for((15 * 60 + 5) * 1000)
        person.visitor.heading("journey.late.title")

    def test_five_wrong_tries_end_it(self, visit: Visit) -> None:
        person = newcomer(visit())
        person.up_to_codes()
        mobile_code, email_code = person.codes()
        for left in (4, 3, 2):
            person.visitor.give_codes(another(mobile_code), email_code)
            person.visitor.summary(person.visitor.word("script.attempts_left", count=left))
        person.visitor.give_codes(another(mobile_code), email_code)
        person.visitor.summary(person.visitor.word("script.attempt_left"))
        person.visitor.give_codes(another(mobile_code), email_code)
        person.visitor.heading("refusal.codes_exhausted.title")

    def test_codes_are_sent_again(self, visit: Visit) -> None:
        person = newcomer(visit())
        page = person.visitor
        page.context.clock.install()
        person.up_to_codes()
        before = person.codes()
        expect(page.find("resend")).to_have_attribute("aria-disabled", "true")
        page.laptop.clock.advance(seconds=31)
        page.page.clock.run_for(31_000)
        page.find("resend").click()
        expect(page.find("resend-status")).to_have_text(page.word("codes.sent_again"))
        assert person.codes() == before

    def test_another_privacy_notice_is_agreed_to_anew(self, visit: Visit) -> None:
        person = newcomer(visit())
        page = person.visitor
        page.go("/sign-up")

        def of_last_year(route: Route) -> None:
            """The page was opened before the notice changed."""
            route.continue_(post_data={**(route.request.post_data_json or {}), "privacy_notice": "2020-01"})

        page.page.route("**/accounts/registrations", of_last_year, times=1)
        person.fill_in()
        page.submit()
        page.summary(page.word("refusal.privacy_notice_changed.title"))
        expect(page.find("privacy_notice")).not_to_be_checked()
        expect(page.find("password")).to_have_value(PASSWORD)
        page.find("privacy_notice").check()
        page.submit()
        page.at("/sign-up/codes")

    def test_without_a_network_nothing_is_lost(self, visit: Visit) -> None:
        person = newcomer(visit())
        page = person.visitor
        page.go("/sign-up")
        expect(page.find("captcha")).to_have_attribute("data-state", "done")
        person.fill_in()
        page.context.set_offline(True)
        page.submit()
        page.summary(page.word("script.offline.title"))
        page.context.set_offline(False)
        page.submit()
        page.at("/sign-up/codes")

    def test_a_reload_keeps_all_but_the_passwords(self, visit: Visit) -> None:
        person = newcomer(visit())
        page = person.visitor
        page.go("/sign-up")
        person.fill_in()
        page.find("language").click()
        page.language = "hi"
        page.at("/sign-up")
        expect(page.find("name")).to_have_value(person.name)
        expect(page.find("mobile")).to_have_value(person.mobile.removeprefix("+91"))
        expect(page.find("privacy_notice")).to_be_checked()
        expect(page.find("password")).to_have_value("")
        assert PASSWORD not in page.page.evaluate("JSON.stringify(sessionStorage)")


class TestSigningIn:
    @english_and_hindi
    def test_a_wrong_code_and_the_other_way(self, visit: Visit, language: str, width: int) -> None:
        page = visit(language, width)
        account, _ = account_in_store(authenticator=False)
        person = Somebody(account.account_id, page)
        page.go("/sign-in")
        page.sign_in(account.username)
        page.find("choose").locator("[type=submit]").click()
        page.summary(page.word("second_factor.way_required"))
        page.check("second-factor-none")
        page.page.locator("#summary a").click()
        expect(page.find("way-mobile")).to_be_focused()
        page.page.keyboard.press("Space")
        page.page.keyboard.press("Enter")
        page.heading("second_factor.question_mobile")
        typed(page, another(person.code(account.contact.mobile)))
        page.summary(page.word("script.attempts_left", count=4))
        expect(page.find("code")).to_have_attribute("aria-invalid", "true")
        page.check("second-factor-wrong")
        page.page.reload()  # the same code still serves: nothing is sent anew
        page.heading("second_factor.question_mobile")
        page.find("other-way").click()
        page.laptop.clock.advance(seconds=31)
        page.find("way-email").check()
        page.find("choose").locator("[type=submit]").click()
        page.heading("second_factor.question_email")
        typed(page, person.code(account.contact.email))
        page.at("/home")

    @english_and_hindi
    def test_an_authenticator_whose_clock_is_off(self, visit: Visit, language: str, width: int) -> None:
        page = visit(language, width)
        account, secret = account_in_store()
        page.go("/sign-in")
        page.sign_in(account.username)
        page.heading("second_factor.question_authenticator")
        typed(page, pyotp.TOTP(secret).at(suite().clock() - timedelta(minutes=5)))
        page.summary(page.word("refusal.authenticator_clock_off.title"))
        page.check("second-factor-clock-off")

    @pytest.mark.parametrize("language", ["en", "hi"])
    def test_a_recovery_code_that_is_none(self, visit: Visit, language: str) -> None:
        page = visit(language)
        account, _ = account_in_store()
        page.go("/sign-in")
        page.sign_in(account.username)
        page.find("other-way").click()
        page.find("way-recovery").check()
        page.find("choose").locator("[type=submit]").click()
        page.type(recovery_code="none-such")
        page.page.locator("#second-factor [type=submit]").click()
        page.summary()
        expect(page.find("recovery_code")).to_have_attribute("aria-invalid", "true")
        page.check("second-factor-no-recovery-code")

    @english_and_hindi
    def test_who_takes_too_long_signs_in_again(self, visit: Visit, language: str, width: int) -> None:
        page = visit(language, width)
        account, _ = account_in_store(authenticator=False)
        person = Somebody(account.account_id, page)
        page.go("/sign-in")
        page.sign_in(account.username)
        page.find("way-mobile").check()
        page.find("choose").locator("[type=submit]").click()
        page.heading("second_factor.question_mobile")
        code = person.code(account.contact.mobile)
        page.laptop.clock.advance(minutes=10, seconds=1)
        typed(page, code)
        page.at("/sign-in")
        expect(page.find("why")).to_have_text(page.word("refusal.session_expired.detail"))

    @pytest.mark.parametrize("language", ["en", "hi"])
    def test_a_lock_says_until_when(self, visit: Visit, language: str) -> None:
        page = visit(language)
        account, _ = account_in_store()
        page.go("/sign-in")
        wrong = {"username": account.username, "password": "Wrong#Password1"}
        for _ in range(10):
            page.page.evaluate(
                "body => fetch('/sessions', { method: 'POST', body: JSON.stringify(body),"
                " headers: { 'Content-Type': 'application/json' } }).then(answer => answer.text())",
                wrong,
            )
        page.sign_in(account.username)
        page.summary(page.word("refusal.locked.title"), page.word("refusal.locked.detail"), "IST")
        page.check("sign-in-locked")

    def test_who_was_sent_away_comes_back(self, visit: Visit) -> None:
        page = visit()
        account, secret = account_in_store()
        person = Somebody(account.account_id, page, secret)
        page.go("/account/sessions")
        page.at("/sign-in")
        expect(page.find("why")).to_have_text(page.word("refusal.session_required.detail"))
        page.sign_in(account.username)
        typed(page, person.app_code())
        page.at("/account/sessions")
        expect(page.find("loaded")).to_be_visible()
        page.laptop.clock.advance(minutes=15, seconds=1)
        page.page.reload()
        page.at("/sign-in")
        expect(page.find("why")).to_have_text(page.word("refusal.session_expired.detail"))
        page.sign_in(account.username)
        typed(page, person.app_code())
        page.at("/account/sessions")

    def test_somebody_else_does_not_come_to_where_the_first_was(self, visit: Visit) -> None:
        page = visit()
        first, secret = account_in_store()
        Somebody(first.account_id, page, secret).sign_in_here()
        page.go("/account/name")
        expect(page.find("loaded")).to_be_visible()
        page.type(name="Half a name")
        page.laptop.clock.advance(minutes=15, seconds=1)
        page.page.reload()
        page.at("/sign-in")
        other, other_secret = account_in_store()
        page.sign_in(other.username)
        typed(page, Somebody(other.account_id, page, other_secret).app_code())
        page.at("/home")
        assert "Half a name" not in page.page.evaluate("JSON.stringify(sessionStorage)")

    @pytest.mark.parametrize("language", ["en", "hi"])
    def test_the_end_of_a_session_is_told_before_it_comes(self, visit: Visit, language: str) -> None:
        page = visit(language, NARROW)
        account, _ = account_in_store()
        page.context.clock.install()
        Somebody(account.account_id, page).sign_in_here()
        page.go("/home")
        expect(page.find("loaded")).to_be_visible()
        page.page.clock.run_for((13 * 60 + 30) * 1000)
        expect(page.find("ending")).to_contain_text(page.word("site.ending", time=page.word("clock.minutes", count=2)))
        page.check("home-ending")
        page.find("ending").get_by_role("button").click()
        expect(page.find("ending")).to_have_count(0)


def typed(page: Visitor, code: str) -> None:
    """A code given as the second factor."""
    page.find("code").fill(code)
    page.page.locator("#second-factor [type=submit]").click()


class TestResetting:
    @english_and_hindi
    def test_a_name_that_nobody_has_is_not_told(self, visit: Visit, language: str, width: int) -> None:
        page = visit(language, width)
        page.go("/reset")
        page.type(username="nobody-at-all")
        page.submit()
        page.at("/reset/codes")
        expect(page.find("clock-left")).not_to_be_empty()
        page.give_codes("123456", "654321")
        page.wrong("mobile_code", page.word("field.mobile_code_incorrect"))
        page.wrong("email_code", page.word("field.email_code_incorrect"))
        page.check("reset-codes-wrong")
        page.go("/reset/password")
        page.at("/reset/codes")

    def test_a_step_without_its_reset_is_no_dead_end(self, visit: Visit) -> None:
        page = visit("hi", NARROW)
        for path in ("/reset/codes", "/reset/password", "/reset/done", "/sign-up/codes", "/sign-up/done"):
            page.go(path)
            page.heading("journey.lost.title")
            page.page.get_by_role("link", name=page.word("site.start_again")).click()
            page.at("/" + path.split("/")[1])


class TestStoppingAChangeOfMobile:
    @english_and_hindi
    def test_whoever_has_the_old_mobile_stops_it(self, visit: Visit, language: str, width: int) -> None:
        page = visit(language, width)
        account, _ = account_in_store(authenticator=False)
        person = Somebody(account.account_id, page)
        person.sign_in_here(Method.EMAIL_CODE)
        page.go("/mobile-stop")
        replaces_the_mobile(page, person, "+919800000001")
        stop_code = person.code(account.contact.mobile)
        page.check("mobile-stop")
        page.type(username=account.username, code=another(stop_code))
        page.submit()
        page.summary(page.word("refusal.codes_not_matched.title"))
        page.check("mobile-stop-refused")
        page.type(code=stop_code)
        page.submit()
        page.heading("mobile_stop.stopped")
        expect(page.find("stopped-heading")).to_be_focused()
        page.check("mobile-stopped")
        assert person.stored.contact.mobile == account.contact.mobile


def replaces_the_mobile(page: Visitor, person: Somebody, mobile: str) -> None:
    """Somebody who knows the password and reads the mail asks for another mobile."""
    ask = (
        "([path, body]) => fetch(path, { method: 'POST', body: JSON.stringify(body),"
        " headers: { 'Content-Type': 'application/json' } }).then(answer => answer.json())"
    )
    opened = page.page.evaluate(ask, ["/account/contact-changes", {"mobile": mobile}])
    path = f"/account/contact-changes/{opened['change_id']}/verify"
    assert page.page.evaluate(ask, [path, {"code": person.code(mobile)}])["status"] == "waiting"


def test_signing_up_and_in_by_keyboard_alone(visit: Visit) -> None:
    person = newcomer(visit("hi", NARROW))
    page, keyboard = person.visitor, Keyboard(person.visitor)
    page.go("/sign-up")
    keyboard.type_into("#name", person.name)
    keyboard.type_into("#email", person.email)
    keyboard.type_into("#mobile", person.mobile.removeprefix("+91"))
    keyboard.type_into("#password", PASSWORD)
    keyboard.type_into("#confirm_password", PASSWORD)
    keyboard.tab_to("#privacy_notice")
    keyboard.keys.press("Space")
    keyboard.press_submit()
    person.at_codes("/sign-up/codes")
    mobile_code, email_code = person.codes()
    keyboard.type_into("#mobile_code", mobile_code)
    keyboard.type_into("#email_code", email_code)
    keyboard.keys.press("Enter")
    page.heading("sign_up_done.heading")
    keyboard.tab_to("main a.go")
    keyboard.keys.press("Enter")
    page.at("/sign-in")
    keyboard.type_into("#username", person.email)
    keyboard.type_into("#password", PASSWORD)
    keyboard.keys.press("Enter")
    page.heading("second_factor.question")
    keyboard.tab_to("#way-mobile")
    keyboard.keys.press("ArrowDown")
    expect(page.find("way-email")).to_be_checked()
    keyboard.tab_to("#choose [type=submit]")
    keyboard.keys.press("Enter")
    page.heading("second_factor.question_email")
    keyboard.type_into("#code", person.code(person.email))
    keyboard.keys.press("Enter")
    page.at("/home")
    keyboard.tab_to("#sign-out")
    keyboard.keys.press("Enter")
    page.at("/sign-in")
