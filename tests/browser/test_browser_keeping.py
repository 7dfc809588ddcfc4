"""A department's own pages on how long a certificate is kept, and on one that is kept no longer."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

from playwright.sync_api import expect

from chalicelib.domain.departments.certificates import Certificate
from chalicelib.domain.departments.changes import WriteCertificate, WriteDepartment
from chalicelib.domain.departments.keeping import emptied
from chalicelib.suite import suite
from infra.local import sample_department as sample
from infra.local.laptop import Laptop
from tests.browser.people import Visit
from tests.browser.test_browser_departments import Department, administrator
from tests.browser.test_browser_departments_pages import BOTH, has_worked


def newest() -> Certificate:
    return suite().store.certificates_of(sample.DEPARTMENT_ID, 1)[0]


@BOTH
def test_until_when_it_is_kept_and_what_is_left_of_it(visit: Visit, laptop: Laptop, language: str, width: int) -> None:
    has_worked(laptop)
    stored = suite().store.department(sample.DEPARTMENT_ID)
    assert stored is not None
    types = tuple(replace(one, keep_years=10) for one in stored.document_types)
    suite().store.write(
        WriteDepartment(replace(stored, document_types=types)),
        WriteCertificate(replace(newest(), valid_to=date(2028, 2, 29))),
    )
    department = Department(administrator(visit, laptop, language, width), sample.DEPARTMENT_ID)
    who, visitor = department.who, department.who.visitor
    department.go("-certificates")
    visitor.page.locator("#certificates a").first.click()
    who.filled_in()
    expect(who.find("facts")).to_contain_text(visitor.word("department_cert.kept_until"))
    expect(who.find("facts")).to_contain_text("2038")
    suite().store.write(WriteCertificate(emptied(newest())))
    visitor.page.reload()
    who.filled_in()
    expect(who.find("facts")).to_contain_text(visitor.word("certificate_status.removed"))
    expect(who.find("facts")).not_to_contain_text(visitor.word("department_cert.kept_until"))
    visitor.check("staff-department-certificate-removed")
    department.go("-certificates")
    expect(visitor.page.locator("#certificates")).to_contain_text(visitor.word("department_certs.no_number"))
    visitor.check("staff-department-certificates-removed")
