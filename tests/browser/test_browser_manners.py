"""How the pages behave: they keep what was typed, send once, speak rarely, and work for everybody."""

import re
from collections.abc import Callable

import pytest
from playwright.sync_api import Browser, Route, expect

from infra.local.laptop import Laptop
from tests.browser.visitor import NARROW, PASSWORD, REGISTER, Visitor

Visit = Callable[..., Visitor]


class TestKeeping:
    def test_reload_keeps_what_was_typed_but_no_password(self, visit: Visit) -> None:
        person = visit()
        person.go(REGISTER)
        person.type(iec="ZZZPZ9999Z", gstin="33ZZZPZ9999Z1ZZ", temporary_password="SECRET")
        person.page.reload()
        expect(person.find("iec")).to_have_value("ZZZPZ9999Z")
        expect(person.find("gstin")).to_have_value("33ZZZPZ9999Z1ZZ")
        expect(person.find("temporary_password")).to_have_value("")
        assert "SECRET" not in person.page.evaluate("JSON.stringify(sessionStorage) + JSON.stringify(localStorage)")

    def test_a_shown_password_is_not_kept_either(self, visit: Visit) -> None:
        person = visit()
        person.up_to_credentials()
        person.page.locator('[data-shows="password"]').click()
        person.type(icegate_id="shown", password=PASSWORD)
        person.page.reload()
        expect(person.find("icegate_id")).to_have_value("shown")
        expect(person.find("password")).to_have_value("")
        assert PASSWORD not in person.page.evaluate("JSON.stringify(sessionStorage)")

    def test_the_language_switch_keeps_the_page_and_what_was_typed(self, visit: Visit) -> None:
        person = visit("en", NARROW)
        person.up_to_codes("switching")
        person.type(mobile_code="123456")
        person.find("language").click()
        person.language = "hi"
        person.at(f"{REGISTER}/codes")
        person.heading("codes.heading")
        expect(person.find("mobile_code")).to_have_value("123456")
        person.codes_sent()
        person.give_codes(*person.codes())
        person.at(f"{REGISTER}/verified")

    def test_reload_goes_on_from_the_same_step(self, visit: Visit) -> None:
        person = visit()
        person.up_to_verified("reloading")
        person.page.reload()
        person.heading("verified.heading")
        person.finish()
        person.page.reload()
        person.registered("reloading")

    def test_back_never_leads_into_a_closed_step(self, visit: Visit) -> None:
        person = visit()
        person.go()
        person.page.locator(".choices a").first.click()
        person.give_details()
        person.at(f"{REGISTER}/credentials")
        person.choose_id("going-back")
        person.at(f"{REGISTER}/codes")
        person.page.go_back()
        person.at(REGISTER)
        expect(person.find("iec")).to_have_value(person.holder.iec)
        person.find("under-way").get_by_role("link").click()
        person.at(f"{REGISTER}/codes")
        person.codes_sent()

    def test_an_address_of_another_step_leads_to_the_right_one(self, visit: Visit) -> None:
        person = visit()
        person.up_to_codes("wandering")
        person.go(f"{REGISTER}/verified")
        person.at(f"{REGISTER}/codes")
        person.go(f"{REGISTER}/done")
        person.at(f"{REGISTER}/codes")

    def test_who_thinks_better_of_the_change_keeps_the_contact_of_record(self, visit: Visit) -> None:
        person = visit()
        person.up_to_verified("second-thoughts")
        person.go(f"{REGISTER}/alternate-contact")
        person.type(mobile="9812345678", email="typo@kaveri.example")
        person.submit()
        person.at(f"{REGISTER}/alternate-codes")
        person.codes_sent()
        person.page.get_by_role("link", name=person.word("alternate_codes.correct")).click()
        person.at(f"{REGISTER}/alternate-contact")
        expect(person.find("email")).to_have_value("typo@kaveri.example")
        person.page.get_by_role("link", name=person.word("alternate_contact.back")).click()
        person.at(f"{REGISTER}/verified")
        expect(person.find("record-email")).to_have_text("o••••••@kaveri-handlooms.example")
        person.finish()
        person.registered("second-thoughts")

    def test_a_mistyped_new_contact_can_be_corrected(self, visit: Visit) -> None:
        person = visit()
        person.up_to_verified("mistyped")
        person.go(f"{REGISTER}/alternate-contact")
        person.type(mobile="9812345678", email="typo@kaveri.example")
        person.submit()
        person.at(f"{REGISTER}/alternate-codes")
        person.codes_sent()
        person.laptop.clock.advance(seconds=31)
        person.page.get_by_role("link", name=person.word("alternate_codes.correct")).click()
        person.find("email").fill("right@kaveri.example")
        person.submit()
        person.at(f"{REGISTER}/alternate-codes")
        person.codes_sent()
        person.give_codes(*person.codes("+919812345678", "right@kaveri.example"))
        person.registered("mistyped")

    def test_after_sign_out_back_shows_nothing(self, visit: Visit) -> None:
        person = visit()
        person.up_to_verified("signing-out")
        person.finish()
        person.go("/sign-in")
        person.sign_in("signing-out")
        person.at("/home")
        person.find("sign-out").click()
        person.at("/sign-in")
        person.page.go_back()
        person.at("/sign-in")
        expect(person.page.locator("body")).not_to_contain_text(person.holder.legal_name)


class TestSending:
    def test_a_double_click_sends_once(self, visit: Visit) -> None:
        person = visit()
        person.up_to_credentials()
        sent: list[str] = []
        person.page.on("request", lambda request: sent.append(request.method) if request.method == "PUT" else None)
        person.type(icegate_id="double", password=PASSWORD, confirm_password=PASSWORD)
        person.page.locator("[type=submit]").dblclick()
        person.at(f"{REGISTER}/codes")
        person.codes_sent()
        assert sent == ["PUT"]

    def test_two_tabs_end_in_one_account(self, visit: Visit) -> None:
        person = visit()
        person.up_to_verified("two-tabs")
        kept = person.page.evaluate("JSON.stringify(sessionStorage)")
        other = person.context.new_page()
        other.goto(person.page.url)
        other.evaluate("kept => Object.entries(JSON.parse(kept)).forEach(e => sessionStorage.setItem(...e))", kept)
        other.reload()
        expect(other.locator("[type=submit]")).to_be_enabled()
        person.finish()
        person.registered("two-tabs")
        other.locator("form [type=submit]").click()
        other.locator("#sure-yes").click()
        expect(other.locator("#icegate-id")).to_have_text("two-tabs")

    def test_codes_may_be_pasted_with_blanks_or_typed_on_a_hindi_keyboard(self, visit: Visit) -> None:
        person = visit("hi")
        person.up_to_codes("pasting")
        mobile_code, email_code = person.codes()
        person.find("mobile_code").fill(f" {mobile_code[:3]} {mobile_code[3:]} ")
        expect(person.find("mobile_code")).to_have_value(mobile_code)
        person.find("email_code").fill(email_code.translate({ord("0") + n: 0x966 + n for n in range(10)}))
        expect(person.find("email_code")).to_have_value(email_code)
        person.submit()
        person.at(f"{REGISTER}/verified")

    def test_the_browser_fills_in_the_code_of_our_sms_where_it_can(self, visit: Visit) -> None:
        """WebOTP, with a browser that gives the code at once."""
        person = visit()
        person.context.add_init_script(
            "window.OTPCredential = class {};"
            "navigator.credentials.get = async ({ otp }) => ({ code: otp.transport[0] === 'sms' ? '246802' : '' });"
        )
        person.up_to_codes("web-otp")
        expect(person.find("mobile_code")).to_have_value("246802")
        expect(person.find("email_code")).to_be_focused()

    def test_a_slow_sending_is_waited_for(self, visit: Visit) -> None:
        """The API answers 202 and the page asks until it is done."""
        person = visit("hi", NARROW)
        person.up_to_credentials()
        with person.laptop.faults.during("ses", times=1), person.laptop.faults.during("sns", times=1):
            person.choose_id("slow-sending")
            person.at(f"{REGISTER}/codes")
        expect(person.find("sent-status")).to_have_text(
            re.compile(f"{person.word('codes.sent')}|{re.escape(person.word('codes.not_sent'))}")
        )


class TestCountdown:
    def test_it_is_shown_every_minute_and_spoken_rarely(self, visit: Visit) -> None:
        person = visit()
        person.context.clock.install()
        person.up_to_codes("counting")
        until, left, said = person.find("clock-until"), person.find("clock-left"), person.find("clock-said")
        expect(until).to_have_text(re.compile(r"The codes work until .*[0-2][0-9]:[0-5][0-9] IST\."))
        expect(left).to_have_text("2 hours left")
        expect(said).to_have_text("")
        heard: list[str | None] = []
        for minutes in range(119):
            person.page.clock.run_for(60_000)
            if not heard or heard[-1] != said.text_content():
                heard.append(said.text_content())
            assert minutes < 118 or left.text_content() == "1 minute left"
        assert heard == ["", "1 hour left", "30 minutes left", "10 minutes left", "1 minute left"]
        person.page.clock.run_for(61_000)
        person.heading("refusal.registration_expired.title")


class TestForEverybody:
    def test_without_javascript_the_pages_can_be_read_and_no_form_can_be_sent(
        self, chromium: Browser, laptop: Laptop
    ) -> None:
        context = chromium.new_context(java_script_enabled=False)
        page = context.new_page()
        page.goto(f"{laptop.site_url}/en/icegate/register")
        expect(page.get_by_role("heading", level=1)).to_contain_text("What are your IEC")
        # Playwright's Chromium reads <noscript> as with scripts on, so only its source can be seen here.
        assert "its form needs JavaScript" in page.content()
        expect(page.locator("[type=submit]")).to_be_disabled()
        expect(page.locator(".waiting")).to_have_css("opacity", "1")
        context.close()

    def test_a_script_that_does_not_come_is_told(self, visit: Visit) -> None:
        person = visit()
        person.page.route("**/form.js", lambda route: route.abort())
        person.go("/sign-in")
        expect(person.page.get_by_text(person.word("site.waiting"))).to_be_visible()
        expect(person.page.locator(".waiting")).to_have_css("opacity", "1")

    def test_no_movement_for_who_wants_none(self, visit: Visit) -> None:
        person = visit()
        person.page.emulate_media(reduced_motion="reduce")
        waiting: list[Route] = []

        def not_yet(route: Route) -> None:
            """The challenge does not come: the check goes on."""
            waiting.append(route)

        person.page.route("**/captcha", not_yet)
        person.go(REGISTER)
        expect(person.page.locator("#captcha .spinner")).to_have_css("animation-name", "none")
        waiting[0].abort()

    def test_forced_colours_keep_every_edge(self, visit: Visit) -> None:
        person = visit()
        person.page.emulate_media(forced_colors="active")
        person.up_to_credentials()
        person.type(icegate_id="forced", password=PASSWORD)
        for selector in ("#icegate_id", "[type=submit]", ".show"):
            expect(person.page.locator(selector).first).to_have_css("border-top-style", "solid")
        person.page.keyboard.press("Tab")
        expect(person.page.locator(":focus")).to_have_css("outline-style", "solid")

    def test_the_last_page_prints_what_matters(self, visit: Visit) -> None:
        person = visit()
        person.up_to_verified("on-paper")
        person.finish()
        person.registered("on-paper")
        person.page.emulate_media(media="print")
        expect(person.find("icegate-id")).to_be_visible()
        expect(person.find("printed-at")).to_have_text(re.compile(r"[0-3][0-9]-[01][0-9]-20[0-9]{2}, .* IST"))
        for hidden in (".tools", ".crumbs", ".steps", ".actions"):
            expect(person.page.locator(hidden)).to_be_hidden()

    def test_text_at_twice_its_size_still_fits(self, visit: Visit) -> None:
        """WCAG 1.4.4 and 1.4.10 together: 640 px wide with text at 200 % is as good as 320 px."""
        person = visit("hi", 640)
        person.page.add_init_script(
            "addEventListener('DOMContentLoaded', () => { document.documentElement.style.fontSize = '212.5%'; })"
        )
        accounts = ("/sign-in", "/sign-up", "/sign-up/resume", "/reset", "/mobile-stop", "/privacy")
        for path in ("", REGISTER, f"{REGISTER}/resume", *accounts):
            person.go(path)
            assert person.page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0

    def test_it_loads_at_most_100_kilobytes(self, visit: Visit) -> None:
        person = visit("hi")
        sizes: list[int] = []
        person.page.on("response", lambda answer: sizes.append(len(answer.body())) if answer.ok else None)
        person.go(REGISTER)
        expect(person.find("captcha")).to_have_attribute("data-state", "done")
        assert len(sizes) > 5
        assert sum(sizes) <= 100 * 1024


@pytest.mark.parametrize("language", ["en", "hi"])
def test_dates_and_times_are_indias(visit: Visit, language: str) -> None:
    """Day-month-year, 24 hours, IST, although this browser believes that it is in Lima."""
    person = visit(language)
    person.up_to_verified("in-time")
    person.finish()
    person.go("/sign-in")
    person.sign_in("in-time")
    person.at("/home")
    expect(person.find("account-until")).to_contain_text(re.compile(r"[0-2][0-9]:[0-5][0-9]"))
    expect(person.find("account-until")).to_contain_text("IST")
