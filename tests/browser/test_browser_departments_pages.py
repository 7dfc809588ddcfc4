"""The pages of departments in both languages, on a desk and a small phone, by keyboard alone, for officers too."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from playwright.sync_api import expect

from chalicelib.domain.accounts.account import Role
from chalicelib.domain.departments.changes import WriteOutage
from chalicelib.domain.departments.issuing import parse_row
from chalicelib.domain.departments.outages import Outage, recovered
from chalicelib.domain.limits import IST
from chalicelib.suite import suite
from infra.local import sample_department as sample
from infra.local.digilocker.pull_variants import Pull
from infra.local.laptop import Laptop
from infra.local.outside import playing
from tests.browser.keyboard import Keyboard
from tests.browser.people import Somebody, Visit
from tests.browser.test_browser_departments import Department, administrator
from tests.browser.visitor import DESK, NARROW
from tests.journeys.staff import staff_member

NAME, BORN = "Zinal Zaveri", date(1995, 8, 9)
BOTH = pytest.mark.parametrize(("language", "width"), [("en", DESK), ("hi", NARROW)])


def has_worked(laptop: Laptop) -> None:
    """The sample department has issued, was asked and has pushed; one citizen's name fits only nearly."""
    department, digilocker = suite().store.department(sample.DEPARTMENT_ID), playing().digilocker
    assert department is not None
    agreed = {"digilocker_id": digilocker.citizens.named(NAME).digilocker_id, "push_consented_on": "2026-01-06"}
    row = {"holder_name": NAME, "holder_born_on": BORN.isoformat(), "issued_on": "2026-01-05", "trade_name": "Zaveri"}
    rows = [
        parse_row(
            department.document_types[0], {**row, "number": f"TR/2026/00000{number}", **(agreed if number < 3 else {})}
        )
        for number in range(1, 5)
    ]
    suite().issuing.issue(department, rows, "test")
    laptop.wait_until_idle(300)
    for number, name in ((1, NAME), (2, NAME), (9, NAME), (4, "Zinnal Zaveri")):
        pulled(laptop, number, name)
    pulled(laptop, 1, NAME, wrong="keyhash_other_ts")


def pulled(laptop: Laptop, number: int, name: str, wrong: str = "") -> str:
    """DigiLocker asks for a certificate in somebody's name; what it was answered."""
    digilocker = playing().digilocker
    url = f"{laptop.site_url}/digilocker/pull/{sample.DEPARTMENT_ID}/{sample.API_ID}"
    whose = digilocker.citizens.named(NAME).digilocker_id
    asked = Pull(sample.DOCTYPE, sample.ORG_ID, {sample.PARAMETER: f"TR/2026/00000{number}"}, name, BORN, whose)
    return digilocker.pull(url, sample.API_KEY, asked, wrong=wrong).result


@BOTH
def test_every_page_of_a_department_that_works(visit: Visit, laptop: Laptop, language: str, width: int) -> None:
    has_worked(laptop)
    department = Department(administrator(visit, laptop, language, width), sample.DEPARTMENT_ID)
    who, visitor = department.who, department.who.visitor
    who.go("/staff/departments")
    visitor.check("staff-departments")
    who.go("/staff/department-new")
    visitor.check("staff-department-new")
    for page in ("", "-change", "-types", "-keys", "-certificates", "-imports", "-requests"):
        department.go(page)
        visitor.check(f"staff-department{page}")
    department.go("-statistics")
    department.press("self-test")
    expect(who.find("test-told")).to_have_text(visitor.word("department_stats.test_held"))
    visitor.check("staff-department-statistics")
    department.go("-certificates")
    visitor.page.locator("#certificates a").first.click()
    expect(who.find("facts")).to_contain_text("TR/2026/")
    visitor.check("staff-department-certificate")


@BOTH
def test_while_digilocker_does_not_answer_the_department_is_told_so(
    visit: Visit, laptop: Laptop, language: str, width: int
) -> None:
    store, now = suite().store, laptop.clock()
    known = store.outage(sample.DEPARTMENT_ID)
    since, soon = now - timedelta(hours=5), now + timedelta(minutes=9)
    outage = Outage(sample.DEPARTMENT_ID, since, now, 9, soon, revision=known.revision if known else None)
    revision = store.write(WriteOutage(outage))
    department = Department(administrator(visit, laptop, language, width), sample.DEPARTMENT_ID)
    department.go("-statistics")
    silence = department.who.find("silence")
    expect(silence).to_contain_text("DigiLocker")
    expect(silence).to_contain_text(since.astimezone(IST).strftime("%H:%M"))
    department.who.visitor.check("staff-department-statistics")
    store.write(WriteOutage(recovered(replace(outage, revision=revision))))
    department.go("-statistics")
    expect(department.who.find("told")).not_to_be_empty()
    expect(silence).to_be_empty()


def test_an_officer_grants_what_fits_nearly(visit: Visit, laptop: Laptop) -> None:
    has_worked(laptop)
    officer = at_work(visit, laptop)
    department = Department(officer, sample.DEPARTMENT_ID)
    department.go("-requests")
    officer.visitor.page.locator("#requests a").click()
    expect(officer.find("case")).to_be_visible()
    expect(officer.find("asked")).to_contain_text("Zinnal Zaveri")
    expect(officer.find("candidate")).to_contain_text(NAME)
    officer.find("decision-refuse").check()
    department.press("request-decision")
    officer.visitor.summary(officer.visitor.word("department_requests.reason_required"))
    officer.find("decision-grant").check()
    officer.visitor.check("staff-department-request")
    department.press("request-decision")
    department.done("department_requests.done_grant")
    expect(officer.find("count")).to_have_text(officer.visitor.word("department_requests.nobody"))
    laptop.wait_until_idle(60)
    there = playing().digilocker.accounts.of(playing().digilocker.citizens.named(NAME).digilocker_id)
    assert len(there) == 3, "two by their own event, and the one that was granted"


def at_work(visit: Visit, laptop: Laptop) -> Somebody:
    """An officer of the sample department at a browser."""
    member = staff_member(laptop, Role.DEPARTMENT_OFFICER, sample.DEPARTMENT_ID)
    officer = Somebody(member.account_id, visit())
    officer.sign_in_here()
    return officer


def test_an_officer_sees_their_own_department_and_changes_nothing_of_it(visit: Visit, laptop: Laptop) -> None:
    officer = at_work(visit, laptop)
    officer.go("/home")
    expect(officer.find("back-office")).to_be_hidden()
    officer.visitor.page.locator('#departments a[href$="/staff/departments"]').click()
    officer.filled_in()
    expect(officer.find("new")).to_be_hidden()
    officer.visitor.page.locator("#departments a").click()
    officer.filled_in()
    expect(officer.find("administering")).to_be_hidden()
    officer.visitor.page.goto("about:blank")
    officer.visitor.go("/staff/department-statistics#anotherDepartment00001")
    expect(officer.visitor.page.locator("h1")).to_have_text(officer.visitor.word("refusal.not_found.title"))


@BOTH
def test_a_department_is_entered_by_keyboard_alone(visit: Visit, laptop: Laptop, language: str, width: int) -> None:
    who = administrator(visit, laptop, language, width)
    keyboard, department = Keyboard(who.visitor), Department(who)
    who.go("/home")
    keyboard.press('#departments a[href$="/staff/departments"]')
    who.filled_in()
    keyboard.press("#new")
    who.filled_in()
    keyboard.type_into("#name_en", "Registrar of Firms")
    keyboard.type_into("#name_hi", "Registrar")
    keyboard.type_into("#issuer_id", "in.gov.tn.firms")
    keyboard.press("#role_issuer", "Space")
    keyboard.press_submit("#department-new")
    expect(who.find("administering")).to_be_visible()
    department.department_id = who.visitor.page.url.partition("#")[2]
    keyboard.press('#administering a[href*="department-types"]')
    who.filled_in()
    keyboard.type_into("#code", "FIRMS")
    keyboard.type_into("#title_en", "Registration of a firm")
    keyboard.type_into("#title_hi", "Registration")
    keyboard.type_into("#element", "Firm")
    keyboard.press("#more-fields")
    expect(who.find("field_0_name")).to_be_focused()
    keyboard.keys.type("firm_name")
    keyboard.type_into("#field_0_label_en", "Firm")
    keyboard.type_into("#field_0_label_hi", "Firm")
    keyboard.press("#field_0_required", "Space")
    keyboard.type_into("#search_0_name", "firmno")
    keyboard.type_into("#search_0_label", "Number of the firm")
    keyboard.press_submit("#department-type")
    expect(who.find("types")).to_contain_text("FIRMS")


def test_what_was_typed_of_a_document_type_survives_a_reload(visit: Visit, laptop: Laptop) -> None:
    department = Department(administrator(visit, laptop), sample.DEPARTMENT_ID)
    department.go("-types")
    who, visitor = department.who, department.who.visitor
    visitor.type(code="ABC", title_en="A title")
    who.find("more-fields").click()
    visitor.type(field_0_name="first")
    who.find("more-fields").click()
    visitor.type(field_1_name="second")
    visitor.page.locator("#field-rows .row button").first.click()
    expect(who.find("field_0_name")).to_have_value("second")
    visitor.page.reload()
    who.filled_in()
    expect(who.find("code")).to_have_value("ABC")
    expect(who.find("field_0_name")).to_have_value("second")
    expect(who.find("field_1_name")).to_be_hidden()
    department.press("department-type")
    visitor.summary(visitor.word("department_types.title_required"))
    visitor.type(title_hi="शीर्षक", element="xml:bad", field_0_label_en="S", field_0_label_hi="स")
    visitor.type(search_0_name="uid", search_0_label="Number")
    department.press("department-type")
    visitor.summary(visitor.word("field.element_form"), visitor.word("field.parameter_form"))
    visitor.wrong("search_0_name", visitor.word("field.parameter_form"))


def test_a_key_is_replaced_with_overlap_shown_once_and_ended(visit: Visit, laptop: Laptop) -> None:
    department = Department(administrator(visit, laptop), sample.DEPARTMENT_ID)
    department.go("-keys")
    who, visitor = department.who, department.who.visitor
    department.press("department-key")
    expect(who.find("made")).to_be_focused()
    secret = who.find("secret-shown").inner_text()
    assert len(secret) == 64
    works = visitor.page.locator("#keys .badge:not(.departed)")
    expect(works).to_have_count(3)
    visitor.page.reload()
    who.filled_in()
    assert secret not in visitor.page.content()
    end = visitor.page.locator("#keys tr button").first
    end.click()
    expect(who.find("sure-no")).to_be_focused()
    visitor.check("staff-department-sure", whole=False)
    visitor.page.keyboard.press("Escape")
    expect(end).to_be_focused()
    expect(works).to_have_count(3)
    end.click()
    who.find("sure-yes").click()
    department.done("department_keys.done_ended")
    expect(works).to_have_count(2)
