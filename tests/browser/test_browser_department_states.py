"""A department that is suspended, or still empty; deeds that are asked about first; what a session's end leaves."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest
from playwright.sync_api import expect

from chalicelib.domain.departments.certificates import Certificate, CertificateStatus, Holder, certificate_id_of
from chalicelib.domain.departments.changes import TakeIssuerId, WriteCertificate, WriteDepartment
from chalicelib.domain.departments.departments import Department as StoredDepartment
from chalicelib.domain.departments.departments import DepartmentStatus
from chalicelib.suite import suite
from infra.local import sample_department as sample
from infra.local.laptop import Laptop
from tests.browser.people import Visit
from tests.browser.test_browser_departments import Department, administrator, revoked
from tests.browser.test_browser_departments_pages import at_work, has_worked
from tests.browser.visitor import NARROW

PAGES = ("", "-change", "-types", "-keys", "-statistics", "-certificates", "-imports", "-requests")
EMPTY = "emptyDepartment0000001"
LONG_EN = "Directorate of Registration of Small Scale Industrial Enterprises"
LONG_HI = "लघुउद्योगपंजीकरणएवंव्यवसायानुज्ञप्तिनिदेशालय"


def stored() -> StoredDepartment:
    found = suite().store.department(sample.DEPARTMENT_ID)
    assert found is not None
    return found


def test_each_page_says_that_the_department_is_suspended(visit: Visit, laptop: Laptop) -> None:
    suite().store.write(
        WriteDepartment(replace(stored(), status=DepartmentStatus.SUSPENDED, status_reason="A wrong seal."))
    )
    department = Department(administrator(visit, laptop), sample.DEPARTMENT_ID)
    who, visitor = department.who, department.who.visitor
    for page in PAGES:
        department.go(page)
        expect(visitor.page.locator("main")).to_contain_text("A wrong seal.")
    department.go("-imports")
    expect(who.find("department-import")).to_be_hidden()
    visitor.check("staff-department-suspended")
    visitor.page.locator("#suspended a").click()
    who.filled_in()
    visitor.check("staff-department-change-suspended")
    who.find("reactivate").click()
    department.done("department_change.done_reactivated")
    expect(who.find("why")).to_be_focused()
    expect(who.find("suspended")).to_have_count(0)


def test_an_officer_is_told_whom_to_ask(visit: Visit, laptop: Laptop) -> None:
    bare = replace(stored(), status=DepartmentStatus.SUSPENDED, status_reason="A wrong seal.", signing_key="")
    suite().store.write(WriteDepartment(bare))
    officer = at_work(visit, laptop)
    Department(officer, sample.DEPARTMENT_ID).go()
    expect(officer.find("suspended")).to_contain_text(officer.visitor.word("department.suspended_ask"))
    expect(officer.find("missing")).to_contain_text(officer.visitor.word("department.missing_ask"))
    expect(officer.visitor.page.locator("#missing a, #suspended a")).to_have_count(0)


def test_a_new_department_with_a_long_name_is_led_on(visit: Visit, laptop: Laptop) -> None:
    new = replace(
        stored(),
        department_id=EMPTY,
        name={"en": LONG_EN, "hi": LONG_HI},
        issuer_id=f"in.gov.tn.{'long' * 15}",
        document_types=(),
        pull_apis=(),
        keys=(),
        client=None,
        signing_key="",
        revision=None,
    )
    suite().store.write(WriteDepartment(new), TakeIssuerId(new.issuer_id, EMPTY))
    department = Department(administrator(visit, laptop, "hi", NARROW), EMPTY)
    who, visitor = department.who, department.who.visitor
    who.go("/staff/departments")
    visitor.check("staff-departments-long")
    for page in PAGES:
        department.go(page)
        visitor.check(f"staff-department{page}-empty")
    department.go("-statistics")
    expect(who.find("told")).to_have_text(visitor.word("department_stats.nothing"))
    expect(who.find("charts")).to_be_hidden()
    department.go("-certificates")
    expect(who.find("find-certificate")).to_be_hidden()
    department.go("-imports")
    expect(who.find("no-types")).to_be_visible()
    expect(who.find("department-import")).to_be_hidden()
    department.go()
    visitor.page.locator("#missing a").first.click()
    visitor.page.wait_for_url(re.compile(f"/staff/department-types#{EMPTY}$"))


def test_revoking_is_asked_about_and_its_reason_outlives_the_session(visit: Visit, laptop: Laptop) -> None:
    has_worked(laptop)
    department = Department(administrator(visit, laptop), sample.DEPARTMENT_ID)
    who, visitor = department.who, department.who.visitor
    department.go("-certificates")
    visitor.page.locator("#certificates a").first.click()
    who.filled_in()
    expect(who.find("facts")).to_contain_text("05-01-2026")
    department.press("certificate-revocation")
    visitor.summary(visitor.word("department_cert.reason_required"))
    visitor.type(reason="The trade has ended.")
    department.press("certificate-revocation")
    expect(who.find("sure-text")).to_have_text(visitor.word("department_cert.revoke_next"))
    visitor.check("staff-department-certificate-sure", whole=False)
    who.find("sure-no").click()
    expect(visitor.page.locator("#certificate-revocation [type=submit]")).to_be_focused()
    expect(who.find("facts")).to_contain_text(visitor.word("certificate_status.active"))

    address = visitor.page.url
    visitor.context.clear_cookies()
    department.press("certificate-revocation")
    who.find("sure-yes").click()
    visitor.at("/sign-in")
    who.sign_in_here()
    visitor.page.goto(address)
    who.filled_in()
    expect(who.find("reason")).to_have_value("The trade has ended.")
    revoked(department)
    expect(who.find("why")).to_be_focused()


def test_suspending_is_asked_about(visit: Visit, laptop: Laptop) -> None:
    department = Department(administrator(visit, laptop), sample.DEPARTMENT_ID)
    department.go("-change")
    department.who.visitor.type(reason="A wrong seal.")
    department.press("department-suspension")
    department.who.find("sure-no").click()
    assert stored().status is DepartmentStatus.ACTIVE
    department.press("department-suspension")
    department.who.find("sure-yes").click()
    department.done("department_change.done_suspended")


def test_a_new_key_is_copied_by_a_button(visit: Visit, laptop: Laptop) -> None:
    department = Department(administrator(visit, laptop, "hi", NARROW), sample.DEPARTMENT_ID)
    who, visitor = department.who, department.who.visitor
    visitor.context.grant_permissions(["clipboard-read", "clipboard-write"])
    department.go("-keys")
    department.press("department-key")
    expect(who.find("made")).to_be_focused()
    who.find("copy").click()
    expect(who.find("copied")).to_have_text(visitor.word("department_keys.copied"))
    assert visitor.page.evaluate("navigator.clipboard.readText()") == who.find("secret-shown").inner_text()
    visitor.check("staff-department-keys-made")
    visitor.page.evaluate("() => { navigator.clipboard.writeText = () => Promise.reject(new Error('no')); }")
    who.find("copy").click()
    expect(who.find("copied")).to_have_text(visitor.word("department_keys.copy_by_hand"))
    assert visitor.page.evaluate("getSelection().toString()") == who.find("secret-shown").inner_text()


@pytest.mark.parametrize("language", ["en", "hi"])
def test_days_and_numbers_are_written_as_people_here_write_them(visit: Visit, laptop: Laptop, language: str) -> None:
    department = Department(administrator(visit, laptop, language), sample.DEPARTMENT_ID)
    department.go("-statistics")
    written = department.who.visitor.page.evaluate(
        "() => { const from = (name) => import(document.querySelector(`link[href$='/${name}.js']`).href);"
        " return Promise.all([from('clock'), from('written')]).then(([clock, numbers]) =>"
        " [clock.dayOfDate('2026-01-05'), clock.dayOf('2026-01-04T18:30:00Z'), numbers.written(1234567),"
        " clock.dayAndTime('2026-01-04T18:29:59Z')]); }"
    )
    zone = {"en": "IST", "hi": "(IST)"}[language]
    assert written == ["05-01-2026", "05-01-2026", "12,34,567", f"04-01-2026, 23:59 {zone}"]


def test_what_cannot_be_fetched_is_not_said_to_be_on_its_way(visit: Visit, laptop: Laptop) -> None:
    who = administrator(visit, laptop)
    page = who.visitor.page
    page.route(
        "**/departments", lambda route: route.abort() if route.request.resource_type == "fetch" else route.fallback()
    )
    who.visitor.go("/staff/departments")
    expect(page.get_by_role("button", name=who.visitor.word("script.try_again"))).to_be_visible()
    expect(who.find("loading")).to_be_hidden()
    page.unroute("**/departments")
    page.get_by_role("button", name=who.visitor.word("script.try_again")).click()
    who.filled_in()


def could_not_be_made(number: int) -> Certificate:
    """A certificate whose PDF could not be made: nothing more is done with it."""
    return Certificate(
        certificate_id=certificate_id_of(sample.DEPARTMENT_ID, sample.DOCTYPE, f"Z/{number}"),
        department_id=sample.DEPARTMENT_ID,
        doctype=sample.DOCTYPE,
        number=f"Z/{number}",
        uri=f"{sample.ISSUER_ID}-{sample.DOCTYPE}-Z{number}",
        doc_id=f"Z{number}",
        holders=(Holder("Zoya Zutshi", date(1980, 5, 1)),),
        fields={},
        issued_on=date(2026, 1, 5),
        status=CertificateStatus.FAILED,
        created_at=suite().clock(),
        issued_by="test",
        trouble="sign_without_letters",
    )


def test_who_asks_for_more_reads_on_where_the_new_ones_begin(visit: Visit, laptop: Laptop) -> None:
    for number in range(52):
        suite().store.write(WriteCertificate(could_not_be_made(number)))
    department = Department(administrator(visit, laptop), sample.DEPARTMENT_ID)
    who, visitor = department.who, department.who.visitor
    department.go("-certificates")
    expect(who.find("count")).to_have_text(visitor.word("department_certs.count", count=50))
    who.find("more").click()
    expect(who.find("count")).to_have_text(visitor.word("department_certs.count", count=52))
    expect(who.find("more")).to_be_hidden()
    expect(visitor.page.locator("#certificates tr:nth-child(51) a")).to_be_focused()
