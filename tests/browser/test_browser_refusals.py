"""What goes wrong, as a person meets it: told at the field and at the top, in plain words, with a way on."""

from collections.abc import Callable

import pytest
from playwright.sync_api import Route, expect

from tests.browser.visitor import NARROW, PASSWORD, REGISTER, Visitor

Visit = Callable[..., Visitor]
both_languages = pytest.mark.parametrize("language", ["en", "hi"])


@both_languages
def test_nothing_filled_in(visit: Visit, language: str) -> None:
    person = visit(language, NARROW)
    person.go(REGISTER)
    person.submit()
    person.summary()
    for field in ("iec", "gstin", "temporary_password"):
        person.wrong(field, person.word(f"register.{field}_required"))
    person.check("register-empty")
    person.page.locator('#summary a[href="#gstin"]').click()
    expect(person.find("gstin")).to_be_focused()


@both_languages
def test_details_that_do_not_match(visit: Visit, language: str) -> None:
    person = visit(language)
    person.go(REGISTER)
    person.give_details("not-the-password")
    person.summary(person.word("refusal.details_not_matched.title"), person.word("refusal.details_not_matched.detail"))
    expect(person.page.locator(".error")).to_have_count(0)  # which part was wrong is not said
    expect(person.find("gstin")).to_have_value(person.holder.gstins[0])
    person.check("register-refused")
    person.give_details()
    person.at(f"{REGISTER}/credentials")


@both_languages
def test_details_that_cannot_be_right(visit: Visit, language: str) -> None:
    person = visit(language, NARROW)
    person.go(REGISTER)
    person.type(iec="0388O12345", gstin="33ZZZPZ9999Z1ZX", temporary_password="x")
    person.submit()
    person.wrong("iec", person.word("field.iec_invalid"))
    person.wrong("gstin", person.word("field.gstin_check_character"))
    person.check("register-invalid")


def test_a_captcha_that_was_used_is_solved_again_by_itself(visit: Visit) -> None:
    person = visit()
    person.go(REGISTER)
    used: list[str] = []

    def with_the_used_one(route: Route) -> None:
        """The first time the page sends its solution, somebody else has sent it just before."""
        if not used:
            used.append(str(route.request.post_data))
            route.fetch(post_data={**(route.request.post_data_json or {}), "temporary_password": "x"})
        route.continue_()

    person.page.route("**/icegate/registrations", with_the_used_one)
    person.give_details()
    person.at(f"{REGISTER}/credentials")
    assert used


def test_a_security_check_that_fails_can_be_tried_again(visit: Visit) -> None:
    person = visit()
    person.page.route("**/captcha", lambda route: route.abort())
    person.go(REGISTER)
    expect(person.find("captcha")).to_have_attribute("data-state", "failed")
    expect(person.find("captcha-status")).to_have_text(person.word("captcha.failed_detail"))
    person.check("captcha-failed")
    person.page.unroute("**/captcha")
    person.find("captcha-again").click()
    expect(person.find("captcha")).to_have_attribute("data-state", "done")


@both_languages
def test_an_icegate_id_that_is_taken(visit: Visit, language: str) -> None:
    first = visit(language)
    first.up_to_verified("zenith-spices")
    first.finish()

    person = visit(language)
    person.holder = person.laptop.samples[1]
    person.up_to_credentials()
    person.find("icegate_id").fill("ZENITH-Spices")
    expect(person.find("availability")).to_have_text(person.word("field.icegate_id_taken"))
    person.choose_id("ZENITH-Spices")
    person.summary(person.word("field.icegate_id_taken"))
    person.wrong("icegate_id", person.word("field.icegate_id_taken"))
    expect(person.find("availability")).to_be_hidden()  # it is said once
    expect(person.find("password")).to_have_value(PASSWORD)  # what was typed is still there
    person.check("credentials-taken")
    person.find("icegate_id").fill("zenith-spices-2")
    person.submit()
    person.at(f"{REGISTER}/codes")


@both_languages
def test_credentials_that_break_the_rules(visit: Visit, language: str) -> None:
    person = visit(language, NARROW)
    person.up_to_credentials()
    person.type(icegate_id="my id!", password="short", confirm_password="other")
    person.submit()
    person.wrong("icegate_id", person.word("field.icegate_id_characters"))
    person.wrong("password", person.word("field.password_too_short"))
    person.wrong("confirm_password", person.word("field.passwords_differ"))
    person.check("credentials-invalid")
    person.type(icegate_id="kaveri", password="Kaveri#2027", confirm_password="Kaveri#2027")
    person.submit()
    person.wrong("password", person.word("field.password_contains_icegate_id"))
    expect(person.page.locator('[data-rule="apart"]')).not_to_have_class("met")


@both_languages
@pytest.mark.parametrize("channel", ["mobile", "email"])
def test_a_wrong_code_is_told_by_its_channel(visit: Visit, language: str, channel: str) -> None:
    person = visit(language)
    person.up_to_codes("wrong-codes")
    typed = dict(zip(("mobile", "email"), person.codes(), strict=True))
    other = {"mobile": "email", "email": "mobile"}[channel]
    right = typed[channel]
    typed[channel] = f"{(int(right) + 1) % 1_000_000:06d}"
    person.give_codes(typed["mobile"], typed["email"])
    person.summary(person.word("script.attempts_left", count=4))
    person.wrong(f"{channel}_code", person.word(f"field.{channel}_code_incorrect"))
    expect(person.find(f"{other}_code-error")).to_have_count(0)
    expect(person.find(f"{other}_code")).to_have_value(typed[other])
    person.check(f"codes-wrong-{channel}")
    person.find(f"{channel}_code").fill(right)
    person.submit()
    person.at(f"{REGISTER}/verified")


def test_codes_that_are_no_codes(visit: Visit) -> None:
    person = visit()
    person.up_to_codes("half-codes")
    person.give_codes("12345", "abcdef")
    person.wrong("mobile_code", person.word("field.code_not_six_digits"))
    person.wrong("email_code", person.word("field.code_not_six_digits"))


@both_languages
def test_five_wrong_tries_end_it_and_say_how_to_start_again(visit: Visit, language: str) -> None:
    person = visit(language, NARROW)
    person.up_to_codes("five-tries")
    mobile_code, email_code = person.codes()
    wrong = f"{(int(mobile_code) + 1) % 1_000_000:06d}"
    for left in (4, 3, 2):
        person.give_codes(wrong, email_code)
        person.summary(person.word("script.attempts_left", count=left))
    person.give_codes(wrong, email_code)
    person.summary(person.word("script.attempt_left"))
    person.give_codes(wrong, email_code)
    person.heading("refusal.codes_exhausted.title")
    person.check("codes-exhausted")
    person.page.reload()
    person.heading("refusal.flow_token_invalid.title")
    person.page.locator("main").get_by_role("link", name=person.word("site.start_again")).click()
    person.at(REGISTER)


def test_five_wrong_tries_at_the_new_contact_still_let_one_finish_with_the_old(visit: Visit) -> None:
    person = visit()
    person.up_to_verified("five-more")
    person.go(f"{REGISTER}/alternate-contact")
    person.type(mobile="9812345678", email="typo@kaveri.example")
    person.submit()
    person.at(f"{REGISTER}/alternate-codes")
    person.codes_sent()
    for left in (4, 3, 2, 1):
        person.give_codes("123456", "123457")
        person.summary(person.word("script.attempts_left", count=left) if left > 1 else "")
    person.give_codes("123456", "123457")
    person.heading("refusal.codes_exhausted.title")
    person.page.reload()
    person.heading("refusal.codes_exhausted.title")
    person.page.get_by_role("link", name=person.word("alternate_contact.back")).click()
    person.at(f"{REGISTER}/verified")
    person.finish()
    person.registered("five-more")


def test_codes_are_sent_again_after_the_cool_down(visit: Visit) -> None:
    person = visit()
    person.context.clock.install()
    person.up_to_codes("again")
    resend = person.find("resend")
    expect(resend).to_have_attribute("aria-disabled", "true")
    expect(person.find("resend-wait")).to_contain_text("seconds")
    before = person.codes()
    resend.click(force=True)  # too early: nothing happens
    assert len(codes_to(person)) == 1
    person.laptop.clock.advance(seconds=31)
    person.page.clock.run_for(31_000)
    expect(person.find("resend-wait")).to_have_text(person.word("codes.sends_left", count=4))
    expect(resend).not_to_have_attribute("aria-disabled", "true")
    resend.click()
    expect(person.find("resend-status")).to_have_text(person.word("codes.sent_again"))
    assert len(codes_to(person)) == 2
    assert person.codes() == before  # the same codes
    expect(resend).to_have_attribute("aria-disabled", "true")


def codes_to(person: Visitor) -> list[str]:
    """Every SMS with a code that the person got."""
    return [sent.text for sent in person.laptop.outbox() if sent.to == person.holder.mobile and "#" in sent.text]


@both_languages
def test_codes_that_cannot_be_sent(visit: Visit, language: str) -> None:
    person = visit(language, NARROW)
    person.up_to_credentials()
    with person.laptop.faults.during("sns"):
        person.choose_id("no-sms-today")
        person.at(f"{REGISTER}/codes")
        expect(person.find("sent-status")).to_have_text(person.word("codes.not_sent"))
    person.check("codes-not-sent")


@both_languages
def test_codes_die_after_two_hours(visit: Visit, language: str) -> None:
    person = visit(language)
    person.up_to_codes("too-late")
    mobile_code, email_code = person.codes()
    person.laptop.clock.advance(hours=2, minutes=1)
    person.give_codes(mobile_code, email_code)
    person.heading("refusal.registration_expired.title")
    expect(person.page.locator("main .lead")).to_have_text(person.word("refusal.registration_expired.detail"))
    expect(person.page.locator("main h1")).to_be_focused()
    person.check("expired")
    person.page.locator("main").get_by_role("link", name=person.word("site.start_again")).click()
    person.give_details()
    person.at(f"{REGISTER}/credentials")


@both_languages
def test_another_registration_of_the_same_iec_was_faster(visit: Visit, language: str) -> None:
    person, faster = visit(language, NARROW), visit(language)
    person.up_to_verified("first-start")
    faster.up_to_verified("second-start")
    faster.finish()
    person.submit()
    person.find("sure-yes").click()
    person.heading("refusal.registration_superseded.title")
    person.check("superseded")
    person.page.locator("main").get_by_role("link", name=person.word("site.sign_in")).click()
    person.at("/sign-in")


@pytest.mark.parametrize("page", ["credentials", "codes", "verified", "alternate-contact", "alternate-codes", "done"])
def test_a_step_without_its_registration_is_no_dead_end(visit: Visit, page: str) -> None:
    person = visit("hi", NARROW)
    person.go(f"{REGISTER}/{page}")
    person.heading("refusal.flow_token_invalid.title")
    person.check(f"unknown-{page}")
    person.page.locator("main").get_by_role("link", name=person.word("site.have_codes")).click()
    person.at(f"{REGISTER}/resume")


@both_languages
def test_resuming_with_what_does_not_match(visit: Visit, language: str) -> None:
    person = visit(language)
    person.go(f"{REGISTER}/resume")
    person.type(iec=person.holder.iec, gstin=person.holder.gstins[0], mobile_code="123456", email_code="123457")
    person.submit()
    person.summary(person.word("refusal.codes_not_matched.title"), person.word("refusal.codes_not_matched.detail"))
    person.check("resume-refused")


@both_languages
def test_an_alternate_contact_that_will_not_do(visit: Visit, language: str) -> None:
    person = visit(language, NARROW)
    person.up_to_verified("same-contact")
    person.go(f"{REGISTER}/alternate-contact")
    person.type(mobile="5876543210", email="nobody")
    person.submit()
    person.wrong("mobile", person.word("field.mobile_invalid"))
    person.wrong("email", person.word("field.email_invalid"))
    person.check("alternate-contact-invalid")
    person.type(mobile=person.holder.mobile.removeprefix("+91"), email=person.holder.email)
    person.submit()
    person.wrong("mobile", person.word("field.contact_unchanged"))
    person.wrong("email", person.word("field.contact_unchanged"))


@both_languages
def test_signing_in_with_what_is_not_right(visit: Visit, language: str) -> None:
    person = visit(language)
    person.go("/sign-in")
    person.sign_in("nobody-here", "Wrong#Password1")
    person.summary(person.word("refusal.sign_in_refused.title"), person.word("refusal.sign_in_refused.detail"))
    expect(person.find("username")).to_have_value("nobody-here")
    person.check("sign-in-refused")


@both_languages
def test_home_is_for_those_who_signed_in(visit: Visit, language: str) -> None:
    person = visit(language, NARROW)
    person.go("/home")
    person.at("/sign-in")
    expect(person.find("why")).to_have_text(person.word("refusal.session_required.detail"))
    person.check("sign-in-required")


def test_without_a_network_nothing_is_lost(visit: Visit) -> None:
    person = visit()
    person.up_to_credentials()
    # The network goes once the page has its script.
    expect(person.page.locator("form button[type=submit]")).to_be_enabled()
    person.context.set_offline(True)
    person.choose_id("offline-today")
    person.summary(person.word("script.offline.title"), person.word("script.offline.detail"))
    expect(person.find("password")).to_have_value(PASSWORD)
    person.context.set_offline(False)
    person.submit()
    person.at(f"{REGISTER}/codes")


def test_a_broken_answer_is_told_in_plain_words(visit: Visit) -> None:
    person = visit("hi")
    person.page.route("**/sessions", lambda route: route.fulfill(status=502, body="<html>Bad gateway</html>"))
    person.go("/sign-in")
    person.sign_in("somebody")
    person.summary(person.word("refusal.internal_error.title"), person.word("refusal.internal_error.detail"))
    person.troubles.clear()  # Chromium's own line about the 502


@both_languages
def test_an_unknown_address_is_a_page_too(visit: Visit, language: str) -> None:
    person = visit(language, NARROW)
    person.go("/nothing/here")
    person.troubles.clear()
    person.go("/nothing")
    person.heading("not_found.heading")
    person.check("not-found")
