"""The public page behind a certificate's QR code, as whoever was handed the certificate sees it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from chalicelib.domain.callers import Caller
from chalicelib.domain.departments.changes import WriteCertificate
from chalicelib.domain.departments.keeping import emptied
from chalicelib.suite import suite
from infra.local.laptop import Laptop
from tests.browser.visitor import DESK, NARROW, Visitor
from tests.journeys.issuers import Issuer, new_issuer, row

Visit = Callable[..., Visitor]
both_languages = pytest.mark.parametrize(("language", "width"), [("en", DESK), ("hi", NARROW)])
CALLER = Caller("127.0.0.1", "", "test", "en")


@pytest.fixture
def issuer(laptop: Laptop) -> Issuer:
    return new_issuer(laptop)


@both_languages
def test_the_code_leads_to_what_the_department_says(visit: Visit, issuer: Issuer, language: str, width: int) -> None:
    (made,) = issuer.issued(row(holder_name="Lakshmi Krishnan", valid_to="2099-12-31"))
    person = visit(language, width)
    person.go(f"/certificate?uri={made['uri']}")
    expect(person.find("found-heading")).to_have_text(person.word("verify.valid"))
    expect(person.find("found-heading")).to_be_focused()
    expect(person.find("facts")).to_contain_text("L•••• K••••")
    expect(person.find("facts")).not_to_contain_text("Lakshmi")
    expect(person.find("facts")).to_contain_text("31-12-2099")
    expect(person.find("facts")).to_contain_text(made["number"][-2:])
    expect(person.find("facts")).to_contain_text("IST")  # when it was asked
    person.check("certificate-valid")


@both_languages
def test_a_revoked_one_is_told_and_the_other_language_keeps_it(
    visit: Visit, issuer: Issuer, language: str, width: int
) -> None:
    (made,) = issuer.issued(row())
    suite().certificates.revoke(issuer.department_id, made["certificate_id"], "Issued by mistake.", "test", CALLER)
    person = visit(language, width)
    person.go("/certificate")
    person.type(uri=made["uri"])
    person.submit()
    expect(person.find("found-heading")).to_have_text(person.word("verify.revoked"))
    expect(person.page.locator("#found")).not_to_contain_text("mistake")
    person.check("certificate-revoked")
    person.find("language").click()
    expect(person.find("found-heading")).to_be_visible()
    expect(person.find("uri")).to_have_value(made["uri"])


@both_languages
def test_one_that_is_kept_no_longer_is_told_as_issued_and_names_nobody(
    visit: Visit, issuer: Issuer, language: str, width: int
) -> None:
    (made,) = issuer.issued(row(holder_name="Lakshmi Krishnan", valid_to="2026-01-31"))
    suite().store.write(WriteCertificate(emptied(issuer.stored(made["certificate_id"]))))
    person = visit(language, width)
    person.go(f"/certificate?uri={made['uri']}")
    expect(person.find("found-heading")).to_have_text(person.word("verify.kept_no_longer"))
    expect(person.find("facts")).not_to_contain_text("L••••")
    person.check("certificate-kept-no-longer")


@both_languages
def test_one_that_nobody_issued(visit: Visit, language: str, width: int) -> None:
    person = visit(language, width)
    person.go("/certificate?uri=in.gov.nobody-TRCER-BCDFGHJKLM")
    expect(person.find("found-heading")).to_have_text(person.word("verify.unknown"))
    person.check("certificate-unknown")
    person.type(uri="")
    person.submit()
    person.wrong("uri", person.word("verify.uri_required"))


def test_the_whole_address_of_the_code_may_be_pasted(visit: Visit, issuer: Issuer) -> None:
    (made,) = issuer.issued(row())
    person = visit()
    person.go("/certificate")
    person.type(uri=f"{person.laptop.site_url}/hi/certificate?uri={made['uri']}")
    person.submit()
    expect(person.find("found-heading")).to_have_text(person.word("verify.valid"))
    expect(person.find("uri")).to_have_value(made["uri"])
