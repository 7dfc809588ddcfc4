"""The console's pages for signatures in a real browser: everybody who tries the laptop can use them."""

from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from infra.local.dscs import Sort
from tests.browser.people import Visit, signed_in
from tests.browser.signers import Signer, signer
from tests.browser.visitor import NARROW


@pytest.fixture
def person(visit: Visit) -> Signer:
    """Somebody with a DSC, who may visit the console too."""
    one = signer(signed_in(visit))
    one.visitor.met.add(urlsplit(one.laptop.console_url).netloc)
    return one


_DIGILOCKER = [f"/digilocker{page}" for page in ("", "/citizens", "/clients", "/pulls", "/faults", "/asked")]


@pytest.mark.parametrize("path", ["/", "/authority", "/signing-utility", "/esign", *_DIGILOCKER])
def test_nothing_stands_in_anybodys_way(person: Signer, path: str) -> None:
    person.visitor.page.goto(f"{person.laptop.console_url}{path}")
    person.visitor.check(f"console{path.replace('/', '-')}")


def test_digilockers_pages_fit_a_small_phone(visit: Visit) -> None:
    visitor = visit(width=NARROW)
    visitor.met.add(urlsplit(visitor.laptop.console_url).netloc)
    for path in _DIGILOCKER:
        visitor.page.goto(f"{visitor.laptop.console_url}{path}")
        visitor.check(f"console{path.replace('/', '-')}")


def test_what_is_issued_and_revoked_is_told(person: Signer) -> None:
    page: Page = person.visitor.page
    page.goto(f"{person.laptop.console_url}/authority")
    page.locator("[name=sort]").select_option(Sort.INDIVIDUAL.value)
    page.locator("[name=person]").select_option(person.record.person_id)
    page.get_by_role("button", name="Issue the certificate").click()
    expect(page.get_by_role("status")).to_contain_text(f"Issued: {person.record.name}")
    person.visitor.check("console-authority-issued")
    page.get_by_role("button", name="Revoke it").click()
    expect(page.get_by_role("status")).to_contain_text("Revoked: ")
    page.get_by_role("button", name="Issue the certificate").click()
    expect(page.locator("body")).to_contain_text("Choose a person, or type a name.")
    person.visitor.check("console-authority-refused")


def test_the_simulated_providers_pages(person: Signer) -> None:
    page: Page = person.visitor.page
    person.opens_link()
    person.choose("esign")
    person.goes_to_provider()
    person.visitor.check("console-provider")
    page.locator("[name=outcome][value=late]").check()
    page.get_by_role("button").click()
    expect(page.get_by_role("button", name="Go back to Pravesh")).to_be_visible()
    person.visitor.check("console-provider-answered")
    page.get_by_role("button").click()
    person.back_at_answer()
    person.linked()
    page.goto(f"{person.laptop.console_url}/esign")
    expect(page.get_by_role("table")).to_be_visible()
    person.visitor.check("console-esign")
