"""Full registration in a real browser: sign, upload, send in; an officer decides; a DSC that has expired is renewed."""

import hashlib
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Locator, expect

from chalicelib.domain.accounts.account import Role
from chalicelib.domain.icegate.accounts import RegistrationKind
from chalicelib.domain.icegate.full_registrations import DOCUMENT_AT_MOST
from chalicelib.suite import suite
from infra.local.laptop import Laptop
from tests.browser.keyboard import Keyboard
from tests.browser.people import Somebody, Visit
from tests.browser.visitor import DESK, NARROW, Visitor
from tests.domain.icegate.pdfs import CATALOG, of_size, pdf
from tests.journeys.full_registrations import NEEDED, Upgrader, decide, upgrader
from tests.journeys.staff import StaffMember, staff_member

AUTHORITY = "mumbai"
BOTH = pytest.mark.parametrize(("language", "width"), [("en", DESK), ("hi", NARROW)])
ACTIVE = pdf(catalog=CATALOG[:-2] + b"/OpenAction << /S /JavaScript /JS (1) >> >>")


@dataclass
class Registrant:
    """A registrant of ICEGATE at a browser; `behind` is the same person over HTTP."""

    behind: Upgrader
    visitor: Visitor

    def __post_init__(self) -> None:
        self.visitor.met.add(urlsplit(suite().settings.uploads_origin).netloc)
        self.sign_in_here()

    def sign_in_here(self) -> None:
        """Come in at this browser with a new session."""
        self.behind.resident = self.behind.resident.signed_in()
        url = self.visitor.laptop.site_url.replace("http:", "https:")
        cookie: Any = {
            "name": "__Host-session",
            "value": self.behind.resident.token,
            "url": url,
            "secure": True,
            "httpOnly": True,
            "sameSite": "Strict",
        }
        self.visitor.context.add_cookies([cookie])

    def find(self, element_id: str) -> Locator:
        return self.visitor.find(element_id)

    def go(self, path: str) -> None:
        self.visitor.go(path)
        self.filled_in()

    def filled_in(self) -> None:
        expect(self.find("loaded")).to_be_visible()

    def word(self, key: str, **values: str | int) -> str:
        return self.visitor.word(key, **values)

    def choose(self, kind: str, content: bytes, name: str = "scan.pdf", mime: str = "application/pdf") -> None:
        """Choose a file and press upload."""
        self.find(f"kind-{kind}").check()
        file: Any = {"name": name, "mimeType": mime, "buffer": content}
        self.find("file_name").set_input_files(file)
        self.find("full-document").locator("[type=submit]").click()

    def upload(self, kind: str, name: str = "scan.pdf") -> None:
        """Upload a document that is taken."""
        self.choose(kind, pdf(), name)
        expect(self.find("documents-status")).to_have_text(self.word("full_documents.accepted", file=name))
        expect(self.find("documents-status")).to_be_focused()

    def sign(self) -> None:
        """On the page of what is to be signed: by a file, with the DSC of who stands on the record."""
        self.filled_in()
        signing_id = self.visitor.page.url.rpartition("signing=")[2]
        assert self.behind.sign(signing_id)["status"] == "done"


def registrant(visit: Visit, laptop: Laptop, language: str = "en", width: int = DESK) -> Registrant:
    return Registrant(upgrader(laptop), visit(language, width))


def officer_at_a_browser(
    visit: Visit, laptop: Laptop, language: str = "en", width: int = DESK
) -> tuple[Somebody, StaffMember]:
    member = staff_member(laptop, Role.OFFICER, AUTHORITY)
    somebody = Somebody(member.account_id, visit(language, width))
    somebody.sign_in_here()
    somebody.visitor.met.add(urlsplit(suite().settings.uploads_origin).netloc)
    return somebody, member


def open_case(officer: Somebody, asha: Registrant) -> None:
    """From the list to the case."""
    officer.go("/staff/full-registrations")
    officer.find("registrations").get_by_role("link", name=asha.behind.account.legal_name, exact=True).click()
    officer.filled_in()


@BOTH
def test_from_home_to_an_approval(visit: Visit, laptop: Laptop, language: str, width: int) -> None:
    asha = registrant(visit, laptop, language, width)
    starts_and_signs(asha)
    uploads_and_sends_in(asha)
    officer, _ = officer_at_a_browser(visit, laptop, language, width)
    looks_and_approves(officer, asha)
    assert asha.behind.account.kind is RegistrationKind.FULL
    asha.go("/full-registration")
    expect(asha.find("standing-heading")).to_have_text(asha.word("full.at_approved"))
    expect(asha.find("dsc-facts")).to_contain_text(asha.behind.person.name)
    expect(asha.find("start")).to_be_hidden()
    asha.visitor.check("full-registration-approved")
    asha.go("/home")
    expect(asha.find("account-kind")).to_have_text(asha.word("home.kind_full"))
    expect(asha.find("allowed")).to_contain_text(asha.word("service.shipping_bill_filing"))
    asha.visitor.check("home-fully-registered")


def starts_and_signs(asha: Registrant) -> None:
    """From the home page to a good signature."""
    asha.go("/home")
    expect(asha.find("account-kind")).to_have_text(asha.word("home.kind_simplified"))
    asha.find("upgrade").get_by_role("link").click()
    asha.visitor.at("/full-registration")
    asha.filled_in()
    asha.visitor.check("full-registration")
    asha.find("open").click()
    asha.visitor.page.wait_for_url("**/signing?signing=*")
    asha.filled_in()
    expect(asha.find("way-esign")).to_be_hidden()
    asha.visitor.check("full-registration-signing")
    asha.sign()
    asha.go("/full-registration")
    expect(asha.find("standing-heading")).to_have_text(asha.word("full.at_documents"))
    asha.visitor.check("full-registration-next")


def uploads_and_sends_in(asha: Registrant) -> None:
    """From where one goes on to an officer's list."""
    asha.find("standing-go").get_by_role("link").click()
    asha.visitor.at("/full-registration/documents")
    asha.filled_in()
    asha.visitor.check("full-registration-documents-empty")
    asha.upload("pan_card", "PAN card.pdf")
    kinds = asha.word("full.kind_identity_proof")
    expect(asha.find("missing")).to_have_text(asha.word("full_documents.missing", kinds=kinds))
    asha.upload("identity_proof", "passport.pdf")
    expect(asha.find("missing")).to_have_text(asha.word("full_documents.complete"))
    shown = asha.find("document-list").locator(".hash").first.text_content()
    assert shown == hashlib.sha256(pdf()).hexdigest()
    asha.visitor.check("full-registration-documents")
    asha.find("full-send").locator("[type=submit]").click()
    asha.visitor.at("/full-registration")
    asha.filled_in()
    expect(asha.find("why")).to_have_text(asha.word("full_documents.sent"))
    expect(asha.find("standing-heading")).to_have_text(asha.word("full.at_review"))
    asha.visitor.check("full-registration-review")


def looks_and_approves(officer: Somebody, asha: Registrant) -> None:
    """From the home page to a decision, with a document saved."""
    officer.go("/home")
    officer.visitor.page.locator('a[href$="/staff/full-registrations"]').click()
    officer.visitor.at("/staff/full-registrations#under_review")
    officer.filled_in()
    officer.visitor.check("staff-full-registrations")
    open_case(officer, asha)
    expect(officer.find("findings").locator(".holds")).to_have_count(6)
    expect(officer.find("signer-facts")).to_contain_text(asha.behind.person.name)
    officer.visitor.check("staff-full-registration")
    with officer.visitor.page.expect_download() as saved:
        officer.find("document-list").get_by_role("button").first.click()
    assert Path(saved.value.path()).read_bytes() == pdf()
    officer.find("full-decision").locator("[type=submit]").click()
    officer.visitor.summary(officer.visitor.word("full_case.decision_required"))
    officer.find("decision-approve").check()
    expect(officer.find("reason")).to_be_hidden()
    officer.find("full-decision").locator("[type=submit]").click()
    officer.visitor.page.wait_for_url("**/staff/full-registrations*")
    name = asha.behind.account.legal_name
    expect(officer.find("why")).to_have_text(officer.visitor.word("full_case.done_approve", name=name))


class TestDocuments:
    @pytest.fixture
    def asha(self, visit: Visit, laptop: Laptop) -> Registrant:
        person = registrant(visit, laptop)
        person.behind.signed()
        person.go("/full-registration/documents")
        return person

    @pytest.mark.parametrize(
        ("content", "name", "reason"),
        [
            (ACTIVE, "scan.pdf", "document_active_content"),
            (pdf(trailer=b"/Encrypt 5 0 R"), "scan.pdf", "document_encrypted"),
            (b"PK\x03\x04", "scan.pdf", "document_not_pdf"),
            (b"", "scan.pdf", "document_empty"),
            (of_size(DOCUMENT_AT_MOST + 1), "scan.pdf", "document_too_large"),
        ],
    )
    def test_a_file_that_is_refused_is_told_at_its_field(
        self, asha: Registrant, content: bytes, name: str, reason: str
    ) -> None:
        asha.choose("pan_card", content, name)
        asha.visitor.summary(asha.word(f"field.{reason}"))
        asha.visitor.wrong("file_name", asha.word(f"field.{reason}"))
        expect(asha.find("kind-pan_card")).to_be_checked()
        asha.visitor.check(f"full-registration-{reason}")
        asha.upload("pan_card")
        expect(asha.find("document-list").locator("li")).to_have_count(1)

    def test_another_type_is_told_before_anything_is_sent(self, asha: Registrant) -> None:
        sent: list[str] = []
        asha.visitor.page.on("request", lambda request: sent.append(request.url))
        asha.choose("pan_card", b"GIF89a", "photo.gif", "image/gif")
        asha.visitor.wrong("file_name", asha.word("full_documents.file_not_pdf"))
        assert sent == []

    def test_nothing_chosen_is_told(self, asha: Registrant) -> None:
        asha.find("full-document").locator("[type=submit]").click()
        asha.visitor.summary(asha.word("full_documents.kind_required"), asha.word("full_documents.file_required"))

    def test_an_upload_that_does_not_arrive_is_told_and_may_be_made_again(self, asha: Registrant) -> None:
        origin = suite().settings.uploads_origin
        asha.visitor.page.route(f"{origin}/**", lambda route: route.abort())
        asha.choose("pan_card", pdf())
        asha.visitor.wrong("file_name", asha.word("full_documents.not_arrived"))
        asha.visitor.page.unroute(f"{origin}/**")
        asha.find("full-document").locator("[type=submit]").click()
        expect(asha.find("documents-status")).to_have_text(asha.word("full_documents.accepted", file="scan.pdf"))

    def test_what_is_missing_is_told_when_it_is_sent_in(self, asha: Registrant) -> None:
        asha.find("full-send").locator("[type=submit]").click()
        asha.visitor.summary(asha.word("refusal.documents_missing.detail"))

    def test_a_document_is_removed(self, asha: Registrant) -> None:
        asha.upload("pan_card", "old.pdf")
        asha.find("document-list").get_by_role("button").click()
        expect(asha.find("documents-status")).to_have_text(asha.word("full_documents.removed", file="old.pdf"))
        expect(asha.find("none")).to_be_visible()

    def test_by_keyboard_alone(self, asha: Registrant) -> None:
        page = asha.visitor.page
        asha.find("kind-pan_card").focus()
        page.keyboard.press("Space")
        page.keyboard.press("ArrowDown")
        expect(asha.find("kind-identity_proof")).to_be_checked()
        page.keyboard.press("Tab")
        expect(asha.find("file_name")).to_be_focused()
        asha.find("file_name").set_input_files({"name": "id.pdf", "mimeType": "application/pdf", "buffer": pdf()})
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(asha.find("documents-status")).to_be_focused()
        page.keyboard.press("Tab")
        page.keyboard.press("Enter")
        expect(asha.find("documents-status")).to_have_text(asha.word("full_documents.removed", file="id.pdf"))

    def test_where_no_documents_are_wanted_the_page_leads_on(self, visit: Visit, laptop: Laptop) -> None:
        person = registrant(visit, laptop)
        person.visitor.go("/full-registration/documents")
        person.visitor.at("/full-registration")


class TestDeciding:
    @BOTH
    def test_more_is_asked_then_it_is_rejected(self, visit: Visit, laptop: Laptop, language: str, width: int) -> None:
        asha = registrant(visit, laptop, language, width)
        asha.behind.submitted()
        officer, _ = officer_at_a_browser(visit, laptop, language, width)
        open_case(officer, asha)
        officer.find("decision-ask").check()
        officer.find("full-decision").locator("[type=submit]").click()
        officer.visitor.wrong("reason", officer.visitor.word("full_case.reason_required"))
        officer.visitor.check("staff-full-registration-empty")
        words = "The PAN card cannot be read.\nUpload a sharper copy."
        officer.visitor.type(reason=words)
        officer.find("full-decision").locator("[type=submit]").click()
        name = asha.behind.account.legal_name
        expect(officer.find("why")).to_have_text(officer.visitor.word("full_case.done_ask", name=name))
        asha.go("/full-registration")
        expect(asha.find("officer-words")).to_have_text(words.replace("\n", " "))
        asha.visitor.check("full-registration-more")
        asha.find("standing-go").get_by_role("link").click()
        asha.filled_in()
        expect(asha.find("officer-words")).to_have_text(words.replace("\n", " "))
        asha.visitor.check("full-registration-documents-more")
        asha.find("full-send").locator("[type=submit]").click()
        asha.visitor.at("/full-registration")

        open_case(officer, asha)
        officer.find("decision-reject").check()
        expect(officer.find("reason")).to_have_value("")
        officer.visitor.type(reason="It is of another person.")
        officer.find("full-decision").locator("[type=submit]").click()
        expect(officer.find("why")).to_have_text(officer.visitor.word("full_case.done_reject", name=name))
        asha.go("/full-registration")
        expect(asha.find("standing-heading")).to_have_text(asha.word("full.at_rejected"))
        expect(asha.find("officer-words")).to_have_text("It is of another person.")
        expect(asha.find("open")).to_have_text(asha.word("full.go_again"))
        asha.visitor.check("full-registration-rejected")
        officer.find("status").select_option("rejected")
        officer.find("full-filter").locator("[type=submit]").click()
        officer.find("registrations").get_by_role("link", name=name, exact=True).click()
        officer.filled_in()
        expect(officer.find("deciding")).to_be_hidden()
        expect(officer.find("facts")).to_contain_text("It is of another person.")
        officer.visitor.check("staff-full-registration-decided")

    def test_an_old_second_factor_is_shown_again_and_nothing_typed_is_lost(self, visit: Visit, laptop: Laptop) -> None:
        asha = registrant(visit, laptop)
        asha.behind.submitted()
        officer, _ = officer_at_a_browser(visit, laptop)
        open_case(officer, asha)
        officer.find("decision-reject").check()
        officer.visitor.type(reason="It is of another person.")
        laptop.clock.advance(minutes=11)
        officer.find("full-decision").locator("[type=submit]").click()
        officer.visitor.at("/check")
        officer.sign_in_here()
        officer.visitor.go(f"/staff/full-registration#{asha.behind.stored.registration_id}")
        officer.filled_in()
        expect(officer.find("reason")).to_have_value("It is of another person.")
        officer.find("full-decision").locator("[type=submit]").click()
        name = asha.behind.account.legal_name
        expect(officer.find("why")).to_have_text(officer.visitor.word("full_case.done_reject", name=name))

    def test_who_comes_second_is_told(self, visit: Visit, laptop: Laptop) -> None:
        asha = registrant(visit, laptop)
        sent = asha.behind.submitted()
        officer, _ = officer_at_a_browser(visit, laptop)
        open_case(officer, asha)
        other = staff_member(laptop, Role.OFFICER, AUTHORITY)
        decide(other, sent["registration_id"], "reject", "No.").demand(200)
        officer.find("decision-approve").check()
        officer.find("full-decision").locator("[type=submit]").click()
        officer.visitor.summary(officer.visitor.word("refusal.review_conflict.detail"))

    def test_what_was_typed_about_one_is_nothing_for_another(self, visit: Visit, laptop: Laptop) -> None:
        one, two = registrant(visit, laptop), registrant(visit, laptop)
        for each in (one, two):
            each.behind.submitted()
        officer, _ = officer_at_a_browser(visit, laptop)
        open_case(officer, one)
        officer.find("decision-reject").check()
        officer.visitor.type(reason="It is of another person.")
        open_case(officer, two)
        expect(officer.find("decision-reject")).not_to_be_checked()
        expect(officer.find("reason")).to_be_hidden()
        open_case(officer, one)
        expect(officer.find("reason")).to_have_value("")

    def test_an_address_that_names_nobody_leads_to_the_list(self, visit: Visit, laptop: Laptop) -> None:
        officer, _ = officer_at_a_browser(visit, laptop)
        officer.visitor.go("/staff/full-registration")
        officer.visitor.page.wait_for_url("**/staff/full-registrations*")
        officer.filled_in()


class TestByKeyboardAlone:
    def test_a_registrant_gets_to_the_signature(self, visit: Visit, laptop: Laptop) -> None:
        asha = registrant(visit, laptop, "hi", NARROW)
        keyboard = Keyboard(asha.visitor)
        asha.go("/home")
        keyboard.press("#upgrade a")
        asha.visitor.at("/full-registration")
        asha.filled_in()
        keyboard.press("#open")
        asha.visitor.page.wait_for_url("**/signing?signing=*")
        asha.filled_in()
        keyboard.press("#way-file", "Space")
        keyboard.press_submit("#signing-way")
        asha.visitor.heading("signing.file_question")

    def test_an_officer_decides(self, visit: Visit, laptop: Laptop) -> None:
        asha = registrant(visit, laptop)
        asha.behind.submitted()
        officer, _ = officer_at_a_browser(visit, laptop)
        keyboard = Keyboard(officer.visitor)
        officer.go("/home")
        keyboard.press('main a[href$="/staff/full-registrations"]')
        officer.visitor.at("/staff/full-registrations#under_review")
        officer.filled_in()
        keyboard.press(f'#registrations a[href$="#{asha.behind.stored.registration_id}"]')
        officer.filled_in()
        keyboard.press("#decision-approve", "Space")
        keyboard.press_submit("#full-decision")
        officer.visitor.page.wait_for_url("**/staff/full-registrations*")
        name = asha.behind.account.legal_name
        expect(officer.find("why")).to_have_text(officer.visitor.word("full_case.done_approve", name=name))


class TestRenewal:
    @BOTH
    def test_my_digital_signature_has_expired(self, visit: Visit, laptop: Laptop, language: str, width: int) -> None:
        asha = registrant(visit, laptop, language, width)
        asha.behind.approved(staff_member(laptop, Role.OFFICER, AUTHORITY))
        dsc = asha.behind.account.dsc
        assert dsc is not None
        laptop.clock.advance(hours=24 * ((dsc.expires_at - suite().clock()).days + 1))
        asha.sign_in_here()
        asha.go("/home")
        asha.find("renew-dsc").get_by_role("link").click()
        asha.visitor.at("/dsc-renewal")
        asha.filled_in()
        asha.visitor.check("dsc-renewal")
        asha.find("dsc-renew").locator("[type=submit]").click()
        asha.visitor.page.wait_for_url("**/signing?signing=*")
        asha.filled_in()

    def test_before_a_full_registration_there_is_none(self, visit: Visit, laptop: Laptop) -> None:
        asha = registrant(visit, laptop)
        asha.go("/dsc-renewal")
        expect(asha.find("nothing")).to_be_visible()
        asha.visitor.check("dsc-renewal-none")


def test_needed_documents_are_those_of_the_page() -> None:
    assert NEEDED == ("pan_card", "identity_proof")
