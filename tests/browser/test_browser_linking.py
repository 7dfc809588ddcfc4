"""Linking a login to an IEC in a real browser: by a file, with the utility, by e-Sign; and renewing."""

import pytest
from playwright.sync_api import expect

from infra.local import people
from infra.local.dscs import Sort
from infra.local.laptop import Laptop
from tests.browser.keyboard import Keyboard
from tests.browser.people import Visit, signed_in
from tests.browser.signers import Signer, crls_are_fetched, signer
from tests.browser.visitor import DESK, NARROW

BOTH = pytest.mark.parametrize(("language", "width"), [("en", DESK), ("hi", NARROW)])


@BOTH
def test_a_proprietor_links_by_a_file(visit: Visit, language: str, width: int) -> None:
    person: Signer = signer(signed_in(visit, language, width))
    person.go("/home")
    person.visitor.check("home-iec")
    person.find("link-iec").get_by_role("link").click()
    person.visitor.at("/iec/link")
    person.filled_in()
    person.visitor.check("iec-link")
    person.visitor.type(iec=person.record.iec.lower())
    person.visitor.submit()
    person.at_signing("signing.heading")
    expect(person.find("document")).to_contain_text(person.record.iec)
    person.visitor.check("signing")
    person.choose("file")
    person.visitor.check("signing-file")
    person.hand_in(person.signature())
    person.visitor.heading("signing.done")
    person.visitor.check("signing-done")
    person.find("result-actions").get_by_role("link").click()
    person.visitor.at("/iec")
    person.filled_in()
    expect(person.find("facts")).to_contain_text(person.record.name)
    person.visitor.check("iec")


@BOTH
def test_links_by_keyboard_alone(visit: Visit, language: str, width: int) -> None:
    person = signer(signed_in(visit, language, width))
    person.holds(person.dsc)
    keyboard = Keyboard(person.visitor)
    person.go("/home")
    keyboard.press("#link-iec a")
    person.visitor.at("/iec/link")
    person.filled_in()
    keyboard.press_submit("#iec-link")
    person.visitor.summary(person.visitor.word("iec_link.iec_required"))
    keyboard.keys.press("Tab")
    keyboard.keys.press("Enter")
    expect(person.find("iec")).to_be_focused()
    keyboard.keys.type(person.record.iec)
    keyboard.keys.press("Enter")
    person.at_signing("signing.heading")
    keyboard.press("#way-file", "Space")
    keyboard.press_submit("#signing-way")
    person.visitor.heading("signing.file_question")
    expect(person.find("heading")).to_be_focused()
    with person.visitor.page.expect_download():
        keyboard.press("#save")
    keyboard.tab_to("#signature")
    keyboard.press("#other-way")
    person.visitor.heading("signing.heading")
    keyboard.tab_to("#way-file")
    keyboard.keys.press("ArrowDown")
    expect(person.find("way-utility")).to_be_checked()
    keyboard.press_submit("#signing-way")
    person.visitor.heading("signing.utility_question")
    keyboard.press("#certificate-0", "Space")
    keyboard.press_submit("#signing-utility")
    person.visitor.heading("signing.done")
    expect(person.find("heading")).to_be_focused()
    keyboard.press("#result-actions a")
    person.visitor.at("/iec")
    person.filled_in()


@pytest.mark.parametrize("sort", [Sort.ORGANISATION, Sort.IEC])
def test_a_company_links_by_the_organisations_certificate(visit: Visit, sort: Sort) -> None:
    person = signer(signed_in(visit), of_company())
    person.opens_link()
    person.choose("file")
    person.hand_in(person.signature(person.issued(sort)))
    person.linked()
    expect(person.find("facts")).to_contain_text(person.record.entity_name)


def test_an_unknown_iec_looks_like_every_other(visit: Visit) -> None:
    person = signer(signed_in(visit))
    person.opens_link("0512345678")
    person.choose("file")
    person.hand_in(person.signature())
    person.refused("binding", "not_of_this_iec")


def test_who_is_linked_is_led_to_the_iec(visit: Visit) -> None:
    person = signer(signed_in(visit))
    person.opens_link()
    person.choose("file")
    person.hand_in(person.signature())
    person.linked()
    person.visitor.go("/iec/link")
    person.visitor.at("/iec")
    expect(person.find("why")).to_have_text(person.visitor.word("refusal.already_linked.detail"))
    person.go("/home")
    expect(person.find("link-iec")).to_be_hidden()
    person.find("my-iec").get_by_role("link").click()
    person.visitor.at("/iec")


def test_an_iec_that_cannot_be_one_is_told_at_its_field(visit: Visit) -> None:
    person = signer(signed_in(visit))
    person.go("/iec/link")
    person.visitor.submit()
    person.visitor.summary(person.visitor.word("iec_link.iec_required"))
    person.visitor.type(iec="123")
    person.visitor.submit()
    person.visitor.wrong("iec", person.visitor.word("field.iec_invalid"))


class TestByEsign:
    @BOTH
    def test_links_at_the_provider_and_back(self, visit: Visit, language: str, width: int) -> None:
        person = signer(signed_in(visit, language, width))
        person.opens_link()
        person.choose("esign")
        person.find("signing-esign").locator("[type=submit]").click()
        person.visitor.summary(person.visitor.word("signing.consent_required"))
        person.find("consent").check()
        person.visitor.check("signing-esign")
        person.goes_to_provider()
        person.at_provider()
        person.back_at_answer()
        person.linked()
        expect(person.find("facts")).to_contain_text(person.visitor.word("iec.by_esign"))

    def test_who_stops_there_is_told_and_signs_by_a_file(self, visit: Visit) -> None:
        person = signer(signed_in(visit))
        person.opens_link()
        person.choose("esign")
        person.goes_to_provider()
        person.at_provider("cancel")
        person.back_at_answer()
        person.visitor.heading("signing.refused_heading")
        expect(person.find("result-lead")).to_contain_text(person.visitor.word("signature.esign_cancelled"))
        person.again("file")
        person.hand_in(person.signature())
        person.linked()

    def test_somebody_elses_aadhaar_links_nothing(self, visit: Visit) -> None:
        person = signer(signed_in(visit))
        person.opens_link()
        person.choose("esign")
        person.goes_to_provider()
        person.at_provider(record=people.everybody()[-1])
        person.back_at_answer()
        person.refused("binding", "not_of_this_iec")

    def test_who_comes_back_without_an_answer_is_asked(self, visit: Visit) -> None:
        person = signer(signed_in(visit))
        person.opens_link()
        person.choose("esign")
        person.goes_to_provider()
        person.visitor.page.go_back()
        person.visitor.heading("signing.provider_question")
        person.visitor.check("signing-provider")
        person.find("other-way").click()
        person.visitor.heading("signing.heading")

    def test_who_is_signed_out_meanwhile_signs_in_and_comes_back(self, visit: Visit) -> None:
        person = signer(signed_in(visit))
        person.opens_link()
        person.choose("esign")
        person.goes_to_provider()
        person.at_provider("late")
        person.visitor.context.clear_cookies()
        person.visitor.page.get_by_role("button").click()
        person.visitor.at("/sign-in")
        person.visitor.sign_in(person.somebody.stored.username or "")
        person.visitor.at("/sign-in/second-factor")
        person.visitor.type(code=person.somebody.app_code())
        person.visitor.page.locator("#second-factor [type=submit]").click()
        person.back_at_answer()
        person.linked()

    def test_the_form_goes_to_configured_providers_only(self, visit: Visit) -> None:
        person = signer(signed_in(visit))
        person.opens_link()
        outcome = person.visitor.page.evaluate(
            "new Promise(done => { addEventListener('securitypolicyviolation', e => done(e.effectiveDirective));"
            " const form = document.createElement('form'); form.action = 'http://127.0.0.1:9/'; form.method = 'post';"
            " document.body.append(form); form.submit() })"
        )
        assert outcome == "form-action"
        person.visitor.troubles.clear()


class TestRenewing:
    @BOTH
    def test_a_certificate_that_has_expired_is_replaced_by_a_new_one(
        self, visit: Visit, laptop: Laptop, language: str, width: int
    ) -> None:
        person = signer(signed_in(visit, language, width))
        person.opens_link()
        person.choose("file")
        person.hand_in(person.signature(person.issued(Sort.EXPIRES_SOON)))
        person.linked()
        word = person.visitor.word
        expect(person.find("renewal-heading")).to_have_text(word("iec.soon"))
        laptop.clock.advance(hours=21 * 24)
        crls_are_fetched(laptop)
        person.somebody.sign_in_here()
        person.go("/iec")
        expect(person.find("renewal-heading")).to_have_text(word("iec.expired"))
        expect(person.find("may").get_by_role("listitem")).to_have_count(1)
        person.visitor.check("iec-expired")
        person.find("renewal").get_by_role("link").click()
        person.visitor.at("/iec/renew")
        person.filled_in()
        person.visitor.check("iec-renew")
        person.visitor.submit()
        person.at_signing("signing.heading")
        person.choose("file")
        person.hand_in(person.signature(person.issued(Sort.INDIVIDUAL)))
        person.linked()
        expect(person.find("renewal")).to_be_hidden()

    def test_who_is_linked_to_nothing_has_nothing_to_renew(self, visit: Visit) -> None:
        person = signed_in(visit)
        person.visitor.go("/iec/renew")
        person.visitor.at("/iec")
        expect(person.find("why")).to_have_text(person.visitor.word("refusal.not_linked.detail"))
        person.visitor.check("iec-not-linked")


def of_company() -> int:
    """Whom of the people on record is a company's director."""
    return next(number for number, one in enumerate(people.everybody()) if one.role == "director")
