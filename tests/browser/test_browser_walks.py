"""The advisory's cases, walked in a real browser: in both languages, on a small phone and at a desk.

Case 1.1: register, two codes, finish. Case 1.2: change mobile and email, two more codes. Case 2: go on from another
browser with nothing open, for both sorts of codes.
"""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.browser.visitor import DESK, NARROW, REGISTER, Visitor

Visit = Callable[..., Visitor]
pytestmark = [pytest.mark.parametrize("width", [NARROW, DESK]), pytest.mark.parametrize("language", ["en", "hi"])]

ICEGATE_ID = "kaveri-handlooms_27"
NEW_MOBILE, NEW_EMAIL = "9812345678", "zeenat@kaveri.example"


def test_case_1_1(visit: Visit, language: str, width: int) -> None:
    person = visit(language, width)
    person.go()
    person.heading("landing.heading")
    person.check("landing")
    person.page.get_by_role("link", name=person.word("landing.register")).first.click()

    person.heading("register.heading")
    expect(person.find("captcha")).to_have_attribute("data-state", "done")
    person.check("register")
    person.give_details()

    person.at(f"{REGISTER}/credentials")
    person.heading("credentials.heading")
    expect(person.find("record-email")).to_have_text("o••••••@kaveri-handlooms.example")
    expect(person.find("record-mobile")).to_have_text("+91 ••••••0001")
    person.type(icegate_id=ICEGATE_ID, password="Sunny#Harbour27", confirm_password="Sunny#Harbour27")
    expect(person.find("availability")).to_have_text(person.word("credentials.available", icegate_id=ICEGATE_ID))
    expect(person.page.locator(".rules .met")).to_have_count(5)
    expect(person.find("strength-status")).to_have_text(person.word("password.good"))
    person.check("credentials")
    person.submit()

    person.at(f"{REGISTER}/codes")
    person.heading("codes.heading")
    person.codes_sent()
    mobile_code, email_code = person.codes()
    assert mobile_code != email_code
    person.check("codes")
    person.give_codes(mobile_code, email_code)

    person.at(f"{REGISTER}/verified")
    person.heading("verified.heading")
    expect(person.find("record-icegate-id")).to_have_text(ICEGATE_ID)
    person.check("verified")
    person.submit()
    expect(person.find("sure-icegate-id")).to_have_text(ICEGATE_ID)
    person.check("finish-question", whole=False)
    person.find("sure-no").click()
    expect(person.find("sure")).to_be_hidden()
    person.finish()

    person.registered(ICEGATE_ID)
    person.check("done")
    told = person.told_with(ICEGATE_ID)
    assert sorted(told) == [("email", person.holder.email), ("sms", person.holder.mobile)]

    person.page.locator("main").get_by_role("link", name=person.word("site.sign_in")).click()
    signs_in_and_out(person)


def signs_in_and_out(person: Visitor) -> None:
    """What follows the registration: the home page shows what one may do and what not."""
    person.heading("sign_in.heading")
    person.check("sign-in")
    person.sign_in(ICEGATE_ID)
    person.at("/home")
    expect(person.find("account-icegate-id")).to_have_text(ICEGATE_ID)
    expect(person.find("account-legal-name")).to_have_text(person.holder.legal_name)
    expect(person.find("allowed").locator("li")).to_have_count(3)
    expect(person.find("refused").locator("li")).to_have_count(2)
    expect(person.find("refused")).to_contain_text(
        person.word("refusal.digital_signature_registration_required.detail")
    )
    person.check("home")
    person.find("sign-out").click()
    person.at("/sign-in")
    expect(person.find("why")).to_have_text(person.word("sign_in.signed_out"))
    person.check("signed-out")


def test_case_1_2(visit: Visit, language: str, width: int) -> None:
    person = visit(language, width)
    person.up_to_verified(ICEGATE_ID)
    first_codes = person.codes()
    person.page.get_by_role("link", name=person.word("verified.change")).click()

    person.heading("alternate_contact.heading")
    person.type(mobile=NEW_MOBILE, email=NEW_EMAIL)
    person.check("alternate-contact")
    person.submit()

    person.at(f"{REGISTER}/alternate-codes")
    person.heading("alternate_codes.heading")
    person.codes_sent()
    expect(person.find("record-email")).to_have_text("z••••••@kaveri.example")
    expect(person.find("record-mobile")).to_have_text("+91 ••••••5678")
    person.check("alternate-codes")
    new_codes = person.codes(f"+91{NEW_MOBILE}", NEW_EMAIL)
    assert not set(new_codes) & set(first_codes)
    person.give_codes(*new_codes)

    person.registered(ICEGATE_ID)
    changed = person.told_with(ICEGATE_ID)
    assert sorted(changed) == sorted(
        [
            ("email", NEW_EMAIL),
            ("sms", f"+91{NEW_MOBILE}"),
            ("email", person.holder.email),
            ("sms", person.holder.mobile),
        ]
    )


def test_case_2_with_the_first_codes(visit: Visit, language: str, width: int) -> None:
    visit(language, width).up_to_codes(ICEGATE_ID)

    person = visit(language, width)
    person.go(REGISTER)
    person.page.locator("main").get_by_role("link", name=person.word("site.have_codes")).click()
    person.at(f"{REGISTER}/resume")
    person.heading("resume.heading")
    mobile_code, email_code = person.codes()
    person.type(iec=person.holder.iec, gstin=person.holder.gstins[0], mobile_code=mobile_code, email_code=email_code)
    person.check("resume")
    person.submit()
    person.at(f"{REGISTER}/verified")
    person.heading("verified.heading")
    person.finish()
    person.registered(ICEGATE_ID)


def test_case_2_with_the_codes_of_the_new_contact(visit: Visit, language: str, width: int) -> None:
    first = visit(language, width)
    first.up_to_verified(ICEGATE_ID)
    first.go(f"{REGISTER}/alternate-contact")
    first.type(mobile=NEW_MOBILE, email=NEW_EMAIL)
    first.submit()
    first.at(f"{REGISTER}/alternate-codes")
    first.codes_sent()

    person = visit(language, width)
    person.go(f"{REGISTER}/resume")
    mobile_code, email_code = person.codes(f"+91{NEW_MOBILE}", NEW_EMAIL)
    person.type(iec=person.holder.iec, gstin=person.holder.gstins[0], mobile_code=mobile_code, email_code=email_code)
    person.submit()
    person.registered(ICEGATE_ID)
    person.check("resumed-done")
