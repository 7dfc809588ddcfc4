"""Linking a login to an IEC in a real browser: with one's own signing tool, with the utility, by e-Sign; and renewing."""

import pytest
from playwright.sync_api import expect

from tests.browser.people import Visit, signed_in
from tests.browser.signers import Signer, signer
from tests.browser.visitor import DESK, NARROW


@pytest.mark.parametrize(("language", "width"), [("en", DESK), ("hi", NARROW)])
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
