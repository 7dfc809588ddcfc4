"""DigiLocker in a real browser: consent, the visit, My documents, use in a full registration, revocation."""

from __future__ import annotations

from dataclasses import dataclass
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import expect

from chalicelib.domain.identifiers import Pan
from infra.local.digilocker.citizens import Citizen
from infra.local.laptop import Laptop
from tests.browser.keyboard import Keyboard
from tests.browser.people import Visit
from tests.browser.test_browser_full_registration import Registrant, officer_at_a_browser, registrant
from tests.browser.visitor import DESK, NARROW
from tests.journeys.fetchers import digilocker, pan_card
from tests.journeys.full_registrations import CURRENT

BOTH = pytest.mark.parametrize(("language", "width"), [("en", DESK), ("hi", NARROW)])


@dataclass
class AtDigiLocker:
    """A registrant at a browser who has a locker with a PAN card."""

    registrant: Registrant
    citizen: Citizen

    def consents(self, purpose: str) -> None:
        """On our page: choose the PAN card, agree, and go."""
        asha = self.registrant
        asha.go(f"/digilocker/consent?purpose={purpose}")
        asha.find("PANCR").check()
        asha.find("consent").check()
        asha.find("digilocker-consent").locator("[type=submit]").click()
        asha.visitor.page.wait_for_url("**/digilocker/public/oauth2/1/authorize?*")

    def decides(self, choice: str = "Allow") -> None:
        """At DigiLocker: say who one is, and decide."""
        page = self.registrant.visitor.page
        if choice != "Deny":
            page.get_by_label(self.citizen.name).check()
            page.get_by_role("button", name="Continue").click()
        page.get_by_role("button", name=choice, exact=True).click()
        page.wait_for_url("**/digilocker/fetch?fetch=*")
        self.registrant.filled_in()


def at_digilocker(
    visit: Visit, laptop: Laptop, language: str = "en", width: int = DESK, *, name: str | None = None
) -> AtDigiLocker:
    """Somebody who may upgrade; `name` is how the PAN card is made out."""
    asha = registrant(visit, laptop, language, width)
    asha.visitor.met.add(urlsplit(laptop.console_url).netloc)
    person = asha.behind.person
    citizen = Citizen(person.name, person.born_on, "F", "9811100000", "asha@citizens.example", person.pan)
    card = pan_card(name or person.name, person.pan)
    card.born_on = person.born_on
    citizen.issued = [card]
    digilocker().citizens.add(citizen)
    return AtDigiLocker(asha, citizen)


@BOTH
def test_a_pan_card_is_fetched_used_and_its_consent_revoked(
    visit: Visit, laptop: Laptop, language: str, width: int
) -> None:
    there = at_digilocker(visit, laptop, language, width)
    asha = there.registrant
    asha.behind.signed()
    asha.go("/full-registration/documents")
    asha.visitor.check("full-registration-digilocker")
    asha.find("from-digilocker").get_by_role("link").click()
    asha.filled_in()
    asha.visitor.check("digilocker-consent")
    there.consents("full_registration")
    there.decides()
    expect(asha.find("state")).to_have_text(asha.word("fetch_page.fetched"))
    asha.visitor.check("digilocker-fetch")
    asha.find("go-registration").get_by_role("link").click()
    asha.filled_in()
    asha.find("own-list").get_by_role("button").click()
    expect(asha.find("documents-status")).to_be_focused()
    expect(asha.find("document-list")).to_contain_text("Income Tax Department")
    asha.visitor.check("full-registration-own-document")
    (document,) = asha.behind.read()["registration"]["documents"]
    assert (document["kind"], document["issuer"]) == ("pan_card", "Income Tax Department")
    asha.go("/my-documents")
    expect(asha.find("document-list")).to_contain_text(asha.word("my_documents.verified"))
    assert there.citizen.pan not in asha.visitor.page.content()
    asha.visitor.check("my-documents")
    revokes(asha)
    asha.go("/my-documents")
    expect(asha.find("none")).to_be_visible()


def revokes(asha: Registrant) -> None:
    """From My documents to a consent taken back."""
    asha.visitor.page.get_by_role("link", name=asha.word("my_documents.consents")).click()
    asha.filled_in()
    asha.visitor.check("consents")
    asha.find("consent-list").get_by_role("link").first.click()
    asha.filled_in()
    asha.visitor.check("consent")
    with asha.visitor.page.expect_download() as saved:
        asha.find("download").click()
    assert saved.value.suggested_filename.endswith(".json")
    asha.find("sure").check()
    asha.find("consent-revoke").locator("[type=submit]").click()
    asha.visitor.page.wait_for_url("**/consents")
    expect(asha.find("why")).to_have_text(asha.word("consent_receipt.done"))


@BOTH
def test_who_denies_loses_nothing(visit: Visit, laptop: Laptop, language: str, width: int) -> None:
    there = at_digilocker(visit, laptop, language, width)
    asha = there.registrant
    there.consents("my_documents")
    there.decides("Deny")
    expect(asha.find("state")).to_have_text(asha.word("fetch_page.denied"))
    asha.visitor.check("digilocker-denied")
    asha.find("again").get_by_role("link").click()
    asha.filled_in()
    expect(asha.find("PANCR")).to_be_checked()
    expect(asha.find("consent")).not_to_be_checked()


def test_nothing_goes_without_consent(visit: Visit, laptop: Laptop) -> None:
    asha = at_digilocker(visit, laptop, "hi", NARROW).registrant
    asha.go("/digilocker/consent?purpose=my_documents")
    asha.visitor.type(date_of_birth="31-02-1985")
    asha.find("digilocker-consent").locator("[type=submit]").click()
    asha.visitor.summary(
        asha.word("consent_page.documents_required"),
        asha.word("consent_page.consent_required"),
        asha.word("consent_page.born_on_wrong"),
    )
    asha.visitor.check("digilocker-consent-refused")


@BOTH
def test_an_officer_compares_what_fits_only_nearly(visit: Visit, laptop: Laptop, language: str, width: int) -> None:
    there = at_digilocker(visit, laptop, language, width, name="Somebody Else")
    asha = there.registrant
    there.consents("my_documents")
    there.decides()
    expect(asha.find("state")).to_have_text(asha.word("fetch_page.fetched"))
    asha.go("/my-documents")
    expect(asha.find("document-list")).to_contain_text(asha.word("my_documents.in_review"))
    officer, _ = officer_at_a_browser(visit, laptop, language, width)
    officer.go("/home")
    officer.find("back-office").get_by_role("link", name=officer.visitor.word("home.document_reviews")).click()
    officer.filled_in()
    officer.visitor.check("document-reviews")
    officer.find("documents").get_by_role("link").last.click()
    officer.filled_in()
    expect(officer.find("known")).to_contain_text(asha.behind.person.name)
    officer.visitor.check("document-review")
    officer.find("decision-refuse").check()
    officer.find("document-decision").locator("[type=submit]").click()
    officer.visitor.summary(officer.visitor.word("full_case.reason_required"))
    officer.find("reason").fill("Another name.")
    officer.find("document-decision").locator("[type=submit]").click()
    officer.visitor.at("/staff/document-reviews")
    expect(officer.find("why")).to_have_text(officer.visitor.word("document_case.done_refuse"))
    asha.go("/my-documents")
    expect(asha.find("document-list")).to_contain_text("Another name.")


def test_by_keyboard_alone(visit: Visit, laptop: Laptop) -> None:
    there = at_digilocker(visit, laptop)
    asha = there.registrant
    asha.go("/digilocker/consent?purpose=my_documents")
    keyboard = Keyboard(asha.visitor)
    keyboard.press("#PANCR", "Space")
    keyboard.press("#consent", "Space")
    keyboard.press_submit("#digilocker-consent")
    asha.visitor.page.wait_for_url("**/digilocker/public/oauth2/1/authorize?*")
    assert asha.behind.call("GET", CURRENT).status == 200
    assert Pan(there.citizen.pan) not in asha.visitor.page.url
