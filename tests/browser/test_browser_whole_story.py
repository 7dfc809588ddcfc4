"""A firm's whole story in a real browser: accounts, IEC, users, e-Sign, full registration, an officer's approval."""

import re
from pathlib import Path
from urllib.parse import urlsplit

from playwright.sync_api import Page, expect

from chalicelib.domain.accounts.account import Role
from chalicelib.suite import suite
from infra.local.dscs import TITLES, Sort
from infra.local.laptop import Laptop
from tests.browser.newcomers import Newcomer, newcomer
from tests.browser.people import Somebody, Visit
from tests.browser.signers import Signer, on_record
from tests.browser.visitor import NARROW, Visitor
from tests.domain.icegate.pdfs import pdf
from tests.journeys.staff import staff_member

ICEGATE_ID = "kaveri-story"


def test_from_an_account_to_filing(visit: Visit, laptop: Laptop) -> None:
    owner = with_an_account(visit())
    console = AtTheConsole(owner)
    links_after_a_refusal(owner, console)
    ravi = newcomer(visit("hi", NARROW))
    ravi.name = "Ravi Kumar"
    invites(owner, ravi)
    joins(ravi)
    links_by_esign(with_an_account(visit("hi", NARROW)))
    owner.go("/iec/users")
    expect(owner.find("users").get_by_role("row")).to_have_count(3)
    # All of them come from this machine's one address: who came before is counted no more.
    laptop.clock.advance(minutes=5)
    registrant = registers_at_icegate(visit())
    upgrades(registrant, AtTheConsole(registrant))
    is_approved(visit(), registrant, laptop)
    registrant.go("/home")
    expect(registrant.find("account-kind")).to_have_text(registrant.visitor.word("home.kind_full"))
    expect(registrant.find("allowed")).to_contain_text(registrant.visitor.word("service.shipping_bill_filing"))
    expect(registrant.find("icegate-not")).to_be_hidden()


class AtTheConsole:
    """The laptop's console in a second tab: the certifying authority, and the signing tool."""

    def __init__(self, person: Signer) -> None:
        self.person = person
        laptop = person.laptop
        person.visitor.met.add(urlsplit(laptop.console_url).netloc)
        self.page: Page = person.visitor.context.new_page()
        self.address = f"{laptop.console_url}/authority"

    def issue(self, sort: Sort) -> None:
        """Have a test DSC issued to the person."""
        self.page.goto(self.address)
        self.page.locator("[name=sort]").select_option(sort.value)
        self.page.locator("[name=person]").select_option(self.person.record.person_id)
        self.page.get_by_role("button", name="Issue the certificate").click()
        expect(self.page.get_by_role("status")).to_contain_text(self.person.record.name)

    def sign(self, sort: Sort, document: bytes) -> bytes:
        """Sign a saved file with the DSC of this sort, and save the signature."""
        self.page.goto(self.address)
        mine = re.compile(f"^{re.escape(f'{self.person.record.name}: {TITLES[sort]}')}$")
        form = self.page.locator(f'form[action="{urlsplit(self.address).path}/sign"]')
        held = form.locator("[name=certificate_id]")
        held.select_option(held.locator("option").filter(has_text=mine).last.get_attribute("value"))
        file = {"name": "statement.txt", "mimeType": "text/plain", "buffer": document}
        form.locator("[name=file]").set_input_files(file)  # type: ignore[arg-type]
        with self.page.expect_download() as saved:
            form.locator("button").click()
        return Path(saved.value.path()).read_bytes()


def with_an_account(visitor: Visitor) -> Signer:
    """Somebody who opens an account and signs in: a proprietor, as the record of the IEC has it."""
    person = newcomer(visitor)
    person.sign_up()
    visitor.page.locator("main").get_by_role("link", name=visitor.word("site.sign_in")).click()
    signs_in(person)
    visitor.at("/home")
    one = Signer(Somebody("", visitor), on_record())
    one.filled_in()
    return one


def signs_in(person: Newcomer) -> None:
    """From the sign-in page on: password, and a code by SMS."""
    person.visitor.at("/sign-in")
    person.show_password()
    person.visitor.at("/sign-in/second-factor")
    person.choose("mobile")
    person.visitor.heading("second_factor.question_mobile")
    expect(person.visitor.find("clock-left")).to_be_visible()
    person.show_code(person.code(person.mobile))


def links_after_a_refusal(owner: Signer, console: AtTheConsole) -> None:
    """First with the certificate for encryption, which is told; then with the right one."""
    owner.find("link-iec").get_by_role("link").click()
    owner.visitor.at("/iec/link")
    owner.filled_in()
    owner.visitor.type(iec=owner.record.iec)
    owner.visitor.submit()
    owner.at_signing("signing.heading")
    for sort in (Sort.ENCRYPTION, Sort.INDIVIDUAL):
        console.issue(sort)
    owner.choose("file")
    owner.hand_in(console.sign(Sort.ENCRYPTION, owner.document()))
    owner.refused("policy", "key_usage_not_signing")
    owner.again("file")
    owner.hand_in(console.sign(Sort.INDIVIDUAL, owner.document()))
    owner.linked()
    expect(owner.find("facts")).to_contain_text(owner.record.entity_name)


def invites(owner: Signer, person: Newcomer) -> None:
    """Invite somebody, and sign that with the utility."""
    owner.find("linked").get_by_role("link", name=owner.visitor.word("iec.users")).click()
    owner.visitor.at("/iec/users")
    owner.filled_in()
    owner.find("invite").click()
    owner.filled_in()
    owner.visitor.type(name=person.name, email=person.email)
    owner.find("role-manager").check()
    owner.visitor.submit()
    owner.at_signing("signing.heading")
    expect(owner.find("document")).to_contain_text(f"I invite {person.name} ({person.email})")
    owner.holds(owner.dsc)
    owner.choose("utility")
    owner.sign_by_utility()
    owner.visitor.heading("signing.done")
    owner.find("result-actions").get_by_role("link").click()
    owner.visitor.at("/iec/users")
    owner.filled_in()
    expect(owner.find("users")).to_contain_text(person.email)


def joins(person: Newcomer) -> None:
    """From the link in the mail to a user of the IEC, on a small phone in Hindi."""
    visitor = person.visitor
    mails = (sent.text for sent in visitor.laptop.outbox() if sent.to == person.email)
    link = re.search(r"/(?:en|hi)(/iec/invitation\?id=\S+)", next(mails))
    assert link is not None
    visitor.go(link[1])
    expect(visitor.find("first-heading")).to_be_visible()
    visitor.find("to-sign-up").click()
    person.fill_in()
    visitor.submit()
    person.at_codes("/sign-up/codes")
    visitor.give_codes(*person.codes())
    visitor.at("/sign-up/done")
    visitor.go(link[1])
    visitor.find("to-sign-in").click()
    signs_in(person)
    visitor.at(link[1])
    expect(visitor.find("role")).to_have_text(visitor.word("iec_role.manager"))
    visitor.submit()
    visitor.at("/iec")
    expect(visitor.find("why")).to_be_visible()


def links_by_esign(another: Signer) -> None:
    """Another login of the same IEC, by Aadhaar e-Sign."""
    another.opens_link()
    another.choose("esign")
    another.goes_to_provider()
    another.at_provider()
    another.back_at_answer()
    another.linked()
    expect(another.find("facts")).to_contain_text(another.visitor.word("iec.by_esign"))


def registers_at_icegate(visitor: Visitor) -> Signer:
    """The same firm registers at ICEGATE, without a digital signature, and signs in there."""
    visitor.up_to_verified(ICEGATE_ID)
    visitor.finish()
    visitor.registered(ICEGATE_ID)
    visitor.go("/sign-in")
    visitor.sign_in(ICEGATE_ID)
    visitor.at("/home")
    one = Signer(Somebody("", visitor), on_record())
    assert one.record.iec == visitor.holder.iec
    one.filled_in()
    expect(one.find("account-kind")).to_have_text(visitor.word("home.kind_simplified"))
    expect(one.find("refused")).to_contain_text(visitor.word("service.shipping_bill_filing"))
    return one


def upgrades(registrant: Signer, console: AtTheConsole) -> None:
    """Sign by a file, upload what is needed, send it in."""
    visitor = registrant.visitor
    visitor.met.add(urlsplit(suite().settings.uploads_origin).netloc)
    registrant.find("upgrade").get_by_role("link").click()
    registrant.filled_in()
    registrant.find("open").click()
    visitor.page.wait_for_url("**/signing?signing=*")
    registrant.at_signing("signing.heading")
    registrant.choose("file")
    registrant.hand_in(console.sign(Sort.INDIVIDUAL, registrant.document()))
    visitor.heading("signing.done")
    registrant.find("result-actions").get_by_role("link").click()
    visitor.at("/full-registration/documents")
    registrant.filled_in()
    for kind, name in (("pan_card", "PAN card.pdf"), ("identity_proof", "passport.pdf")):
        registrant.find(f"kind-{kind}").check()
        file = {"name": name, "mimeType": "application/pdf", "buffer": pdf()}
        registrant.find("file_name").set_input_files(file)  # type: ignore[arg-type]
        registrant.find("full-document").locator("[type=submit]").click()
        accepted = visitor.word("full_documents.accepted", file=name)
        expect(registrant.find("documents-status")).to_have_text(accepted)
    registrant.find("full-send").locator("[type=submit]").click()
    visitor.at("/full-registration")
    registrant.filled_in()
    expect(registrant.find("standing-heading")).to_have_text(visitor.word("full.at_review"))


def is_approved(visitor: Visitor, registrant: Signer, laptop: Laptop) -> None:
    """An officer finds it on the list, looks at it and approves."""
    officer = Somebody(staff_member(laptop, Role.OFFICER, "mumbai").account_id, visitor)
    officer.sign_in_here()
    officer.go("/home")
    visitor.page.locator('a[href$="/staff/full-registrations"]').click()
    officer.filled_in()
    mine = officer.find("registrations").get_by_role("row").filter(has_text=ICEGATE_ID)
    mine.get_by_role("link").click()
    officer.filled_in()
    expect(officer.find("findings").locator(".holds")).to_have_count(6)
    expect(officer.find("signer-facts")).to_contain_text(registrant.record.name)
    officer.find("decision-approve").check()
    officer.find("full-decision").locator("[type=submit]").click()
    visitor.page.wait_for_url("**/staff/full-registrations*")
    expect(officer.find("why")).to_be_visible()
