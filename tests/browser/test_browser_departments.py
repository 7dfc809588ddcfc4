"""A department in a real browser: entered, its certificates brought, found in every form, pushed, revoked."""

import os
from collections import Counter
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import expect

from chalicelib.domain.accounts.account import Role
from chalicelib.domain.departments.certificates import CertificateStatus
from chalicelib.suite import suite
from infra.local.digilocker.clients import Client, PullEndpoint
from infra.local.digilocker.pull_variants import VARIANTS, WRONG, Pull
from infra.local.laptop import Laptop
from infra.local.outside import playing
from tests.browser.conftest import PATIENCE
from tests.browser.people import Somebody, Visit
from tests.browser.visitor import DESK, NARROW
from tests.journeys.staff import staff_member

pytestmark = pytest.mark.browser

CLIENT_ID, SECRET, ORG_ID = "BROWSERDEPT1", "browser-client-secret-0001", "009100"
ISSUER_ID = "in.gov.tn.browsertrade"
PUSHED = 7
"""Of all, the one whose holder agreed to the push."""
# Each is a signed PDF: STORY_ROWS=1000 is the whole story, and takes minutes.
ROWS = int(os.environ.get("STORY_ROWS", "40"))


def administrator(visit: Visit, laptop: Laptop, language: str = "en", width: int = DESK) -> Somebody:
    """An administrator at a browser, signed in with a second factor shown just now."""
    member = staff_member(laptop, Role.ADMINISTRATOR, "mumbai")
    somebody = Somebody(member.account_id, visit(language, width))
    somebody.sign_in_here()
    return somebody


@dataclass
class Department:
    """The department of the story, as its administrator sees it."""

    who: Somebody
    department_id: str = ""
    api_key: str = ""
    url: str = ""

    def at(self, page: str = "") -> str:
        """The path of one of its pages."""
        return f"/staff/department{page}#{self.department_id}"

    def go(self, page: str = "") -> None:
        """Open one of its pages afresh."""
        self.who.visitor.page.goto("about:blank")
        self.who.go(self.at(page))

    def press(self, form: str) -> None:
        """Press a form's button."""
        self.who.visitor.page.locator(f"#{form} [type=submit]").click()

    def done(self, key: str, **values: str) -> None:
        """The page says that this was done."""
        expect(self.who.find("why")).to_have_text(self.who.visitor.word(key, **values))
        self.who.filled_in()


def number_of(row: int) -> str:
    return f"TR/2026/{row:06}"


def name_of(row: int) -> str:
    letters = "".join(chr(ord("a") + (row // 26**place) % 26) for place in range(3))
    return f"Zarina Z{letters}"


def csv(tmp_path: Path, digilocker_id: str) -> Path:
    """A thousand certificates; the holder of one has a DigiLocker account and agreed to the push."""
    lines = ["number,holder_name,holder_born_on,issued_on,digilocker_id,push_consented_on,trade_name"]
    for row in range(1, ROWS + 1):
        agreed = f"{digilocker_id},2026-01-06" if row == PUSHED else ","
        lines.append(f"{number_of(row)},{name_of(row)},1980-05-01,2026-01-05,{agreed},Trade {row}")
    path = tmp_path / "certificates.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def entered(department: Department) -> None:
    """From the first page to a department that has an id."""
    who = department.who
    visitor = who.visitor
    who.go("/home")
    visitor.page.locator('#departments a[href$="/staff/departments"]').click()
    who.filled_in()
    visitor.check("staff-departments")
    who.find("new").click()
    who.filled_in()
    visitor.check("staff-department-new")
    department.press("department-new")
    visitor.summary(visitor.word("department.name_en_required"), visitor.word("department.roles_required"))
    visitor.type(name_en="Commissionerate of Trade", name_hi="व्यापार आयुक्तालय", issuer_id=ISSUER_ID)
    who.find("role_issuer").check()
    department.press("department-new")
    expect(who.find("why")).to_contain_text(visitor.word("department_new.done", name=""))
    who.filled_in()
    department.department_id = visitor.page.url.partition("#")[2]
    visitor.check("staff-department")


def type_written(department: Department) -> None:
    """What the department issues."""
    who, visitor = department.who, department.who.visitor
    department.go("-types")
    visitor.type(
        code="TRCER",
        title_en="Trade Registration Certificate",
        title_hi="व्यापार पंजीकरण प्रमाणपत्र",
        element="TradeRegistration",
        template="This is to certify that {holder_name} trades as {trade_name}, number {number}.",
    )
    who.find("more-fields").click()
    visitor.type(field_0_name="trade_name", field_0_label_en="Trade", field_0_label_hi="व्यापार")
    who.find("field_0_required").check()
    visitor.type(search_0_name="REGNO", search_0_label="Registration number")
    visitor.check("staff-department-types")
    department.press("department-type")
    expect(who.find("why")).to_be_visible()
    who.filled_in()
    expect(who.find("types")).to_contain_text("TRCER")


def endpoint_made(department: Department) -> None:
    """Where DigiLocker calls, and with which key."""
    who, visitor = department.who, department.who.visitor
    department.go("-keys")
    visitor.type(org_id=ORG_ID)
    department.press("department-endpoint")
    department.done("department_keys.done_endpoint")
    department.press("department-key")
    expect(who.find("made")).to_be_focused()
    visitor.check("staff-department-keys")
    department.api_key = who.find("secret-shown").inner_text()
    department.url = visitor.page.locator("#endpoints dd .exact").first.inner_text()


def signing_key_named(department: Department) -> None:
    """Which key signs the PDFs."""
    visitor = department.who.visitor
    department.go("-change")
    visitor.check("staff-department-change")
    visitor.type(signing_key="sample-department")
    department.press("department-change")
    department.done("department_change.done")


def brought(department: Department, path: Path) -> None:
    """Tried first, then brought."""
    who, visitor = department.who, department.who.visitor
    visitor.met.add(visitor.laptop.aws_endpoint.partition("//")[2])
    department.go("-imports")
    for number, choice in enumerate(("yes", "no"), 1):
        who.find("size").set_input_files(path)
        who.find(f"dry_run-{choice}").check()
        department.press("department-import")
        imports = who.find("imports").locator("li")
        expect(imports).to_have_count(number)
        newest = imports.first.locator("h3")
        expect(newest).to_contain_text(visitor.word("import_status.done"), timeout=PATIENCE * 5)
        over = visitor.word("department_imports.over", rows=f"{ROWS:,}", refused=0)
        expect(who.find("progress-told")).to_have_text(over)
    visitor.check("staff-department-imports")


def revoked(department: Department) -> None:
    """On a certificate's page: revoked, once the question was said yes to."""
    department.who.visitor.type(reason="The trade has ended.")
    department.press("certificate-revocation")
    department.who.find("sure-yes").click()
    department.done("department_cert.done_revoked")
    expect(department.who.find("revoking")).to_be_hidden()


def all_made(laptop: Laptop, department_id: str) -> None:
    """Every PDF is made and signed. What a run had no time for waits for the next minute's, which is not waited for."""
    for _ in range(ROWS):
        laptop.wait_until_idle(1800)
        made = suite().store.certificates_of(department_id, ROWS)
        if len(made) == ROWS and all(one.status is CertificateStatus.ACTIVE for one in made):
            return
        laptop.steps.invoke("make_certificates", "{}")
    pytest.fail(f"{len(made)} certificates: {Counter(one.trouble or one.status for one in made)}")


def test_from_its_entry_to_the_revocation_of_a_certificate(visit: Visit, laptop: Laptop, tmp_path: Path) -> None:
    digilocker = playing().digilocker
    zinal = digilocker.citizens.named("Zinal Zaveri")
    department = Department(administrator(visit, laptop))
    who, visitor = department.who, department.who.visitor
    entered(department)
    type_written(department)
    endpoint_made(department)
    signing_key_named(department)
    brought(department, csv(tmp_path, zinal.digilocker_id))
    all_made(laptop, department.url.split("/")[-2])

    # DigiLocker finds each, in every form; what is wrong finds nothing.
    endpoint = PullEndpoint(department.url, department.api_key, ORG_ID, ("TRCER",))
    digilocker.clients.add(Client(CLIENT_ID, SECRET, "Trade", issuer_id=ISSUER_ID, org_id=ORG_ID, endpoints=[endpoint]))

    def asked(row: int) -> Pull:
        return Pull("TRCER", ORG_ID, {"REGNO": number_of(row)}, name_of(row), date(1980, 5, 1), zinal.digilocker_id)

    for row, variant in enumerate(VARIANTS, 1):
        answer = digilocker.pull(department.url, department.api_key, asked(row * 29 % ROWS or ROWS), variant)
        assert answer.is_found, (variant, answer.http_status, answer.result, answer.problems)
    for wrong in WRONG:
        if wrong != "stale":  # noted, and answered: this endpoint is set up so
            assert not digilocker.pull(department.url, department.api_key, asked(1), wrong=wrong).uri, wrong

    # A thousand signatures later the session is over: the administrator comes back another time.
    who.sign_in_here()

    # The department becomes DigiLocker's client, and one certificate is pushed.
    department.go("-change")
    visitor.type(client_id=CLIENT_ID, service_name="Trade registration")
    department.press("department-change")
    department.done("department_change.done")
    department.go("-keys")
    who.find("purpose").select_option("client_secret")
    visitor.type(secret=SECRET)
    department.press("department-key")
    department.done("department_keys.done_taken")
    department.go("-certificates")
    visitor.check("staff-department-certificates")
    visitor.type(number=number_of(PUSHED))
    department.press("find-certificate")
    expect(who.find("pushing")).to_be_visible()
    visitor.check("staff-department-certificate")
    department.press("push")
    department.done("department_cert.done_pushed")
    (pushed,) = digilocker.accounts.of(zinal.digilocker_id)
    assert pushed.doctype == "TRCER"

    # It is revoked: nobody finds it, and it is taken out of the account.
    revoked(department)
    laptop.wait_until_idle(60)
    assert digilocker.accounts.of(zinal.digilocker_id) == []
    assert digilocker.pull(department.url, department.api_key, asked(PUSHED)).result == "0"

    # What came of it all.
    department.go("-statistics")
    expect(who.find("told")).to_contain_text(f"{ROWS:,}")
    visitor.check("staff-department-statistics")
    department.press("self-test")
    expect(who.find("test-told")).to_have_text(visitor.word("department_stats.test_held"))
    visitor.check("staff-department-tested")


@pytest.mark.parametrize(("language", "width"), [("hi", NARROW)])
def test_the_sample_department_on_a_small_phone(visit: Visit, laptop: Laptop, language: str, width: int) -> None:
    from infra.local.sample_department import DEPARTMENT_ID  # noqa: PLC0415

    department = Department(administrator(visit, laptop, language, width), DEPARTMENT_ID)
    for page in ("", "-change", "-types", "-keys", "-statistics", "-certificates", "-imports", "-requests"):
        department.go(page)
        department.who.visitor.check(f"staff-department{page}")
