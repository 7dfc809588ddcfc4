"""The staff console in a real browser: from the first administrator's invitation to the departure of an officer."""

import json
import re
import urllib.request

import pyotp
import pytest
from playwright.sync_api import expect

from chalicelib.domain.accounts.account import AccountStatus, Role
from chalicelib.suite import suite
from infra.local.laptop import Laptop
from tests.browser.people import Somebody, Visit
from tests.browser.visitor import DESK, NARROW, PASSWORD, Visitor
from tests.journeys.onboarding import onboarded
from tests.journeys.staff import StaffMember, new_staff_contact, staff_member

AUTHORITY, OTHER = "mumbai", "chennai"
FIRST = {"name": "Meera Nair", "email": "meera.nair@dgft.gov.in", "mobile": "9833300001", "authority": AUTHORITY}
OFFICER = {"name": "Arjun Das", "email": "arjun.das@dgft.gov.in", "mobile": "9833300002"}


def at_a_browser(visit: Visit, member: StaffMember, language: str = "en", width: int = DESK) -> Somebody:
    """A member who is signed in at a browser."""
    somebody = Somebody(member.account_id, visit(language, width))
    somebody.sign_in_here()
    return somebody


# From an invitation to work.


def joins(person: Visitor, email: str, mobile: str) -> None:
    """From the invitation in the mail to the sign-in page."""
    invitation = next(sent.text for sent in person.laptop.outbox() if sent.to == email)
    link = re.search(r"http\S+/staff/join\b", invitation)
    assert link, invitation
    person.page.goto(link[0].replace("/en/", f"/{person.language}/"))
    person.heading("join.heading")
    person.check("staff-join")
    person.type(email=email)
    person.submit()
    person.at("/staff/join/codes")
    person.check("staff-join-codes")
    person.give_codes(*person.codes(f"+91{mobile}", email))
    person.at("/staff/join/password")
    person.check("staff-join-password")
    person.type(password=PASSWORD, confirm_password=PASSWORD)
    person.submit()
    person.at("/sign-in")
    expect(person.find("why")).to_have_text(person.word("join.done"))


def signs_in(person: Visitor, email: str, mobile: str) -> None:
    """Password, then the code from the SMS: staff without an authenticator have no other way."""
    person.sign_in(email)
    person.at("/sign-in/second-factor")
    expect(person.find("way-email")).to_be_hidden()
    person.find("way-mobile").check()
    person.page.locator("#choose [type=submit]").click()
    expect(person.find("code")).to_be_visible()
    sms = next(sent.text for sent in person.laptop.outbox() if sent.to == f"+91{mobile}")
    found = re.search(r"#([0-9]{6})$", sms)
    assert found, sms
    person.type(code=found[1])
    person.page.locator("#second-factor [type=submit]").click()
    person.at("/home")


def adds_an_authenticator(person: Visitor) -> None:
    """On the page to which staff without one are sent."""
    person.at("/account/authenticator")
    expect(person.find("why")).to_be_visible()
    person.find("go").click()
    person.heading("authenticator.scan_heading")
    secret = (person.find("secret").text_content() or "").replace(" ", "")
    person.type(code=pyotp.TOTP(secret).at(suite().clock()))
    person.page.locator("#first-code [type=submit]").click()
    person.heading("recovery_codes.keep_heading")
    person.find("codes-kept").click()
    person.at("/account")


def invites(person: Visitor, name: str, email: str, mobile: str) -> None:
    """In the console: somebody as an officer of one's own Regional Authority."""
    person.go("/staff")
    person.find("invite").click()
    person.at("/staff/invite")
    person.submit()
    person.summary(person.word("invite.name_required"), person.word("invite.role_required"))
    person.type(name=name, email="arjun.das@gov.in.example.com", mobile=mobile)
    person.find("authority").select_option(AUTHORITY)
    person.find("role-officer").check()
    person.submit()
    person.wrong("email", person.word("field.email_not_official"))
    person.type(email=email)
    person.submit()
    expect(person.find("why")).to_have_text(person.word("invite.done", name=name))


@pytest.mark.parametrize(("language", "width"), [("en", DESK), ("hi", NARROW)])
def test_from_the_first_administrator_to_an_officer_who_works(visit: Visit, language: str, width: int) -> None:
    administrator = visit(language, width)
    invite_the_first(administrator)
    joins(administrator, FIRST["email"], FIRST["mobile"])
    signs_in(administrator, FIRST["email"], FIRST["mobile"])
    administrator.go("/staff")  # nothing of the Back Office opens without an authenticator
    adds_an_authenticator(administrator)
    invites(administrator, **OFFICER)

    officer = visit(language, width)
    joins(officer, OFFICER["email"], OFFICER["mobile"])
    signs_in(officer, OFFICER["email"], OFFICER["mobile"])
    officer.go("/staff")
    adds_an_authenticator(officer)
    officer.go("/account")
    officer.find("todo-list").get_by_role("link", name=officer.word("account.todo_training")).click()
    officer.at("/account/training")
    expect(officer.find("loaded")).to_be_visible()
    officer.check("account-training")
    officer.find("confirm").check()
    officer.submit()
    officer.at("/account")
    expect(officer.find("todo")).to_be_hidden()
    officer.go("/staff")  # the console is for those who lead
    expect(officer.page.locator("h1:visible")).to_have_text(officer.word("refusal.not_permitted.title"))

    administrator.go("/staff")
    expect(administrator.find("members").locator("tr")).to_have_count(2)
    expect(administrator.find("members").locator("tr").first).to_contain_text(OFFICER["email"])
    expect(administrator.find("members").locator("tr").first).to_contain_text(administrator.word("staff.lacks_nothing"))


def invite_the_first(person: Visitor) -> None:
    """As the console of the laptop does it, and in AWS a command."""
    request = urllib.request.Request(
        f"{person.laptop.console_url}/first-administrator",
        json.dumps({**FIRST, "language": "en"}).encode(),
        {"Content-Type": "application/json"},
    )
    with urllib.request.urlopen(request) as answer:
        assert answer.status == 201


# What is done for members.


@pytest.mark.parametrize("width", [NARROW, DESK])
@pytest.mark.parametrize("language", ["en", "hi"])
def test_every_page_is_for_everybody(visit: Visit, laptop: Laptop, language: str, width: int) -> None:
    """Axe finds nothing, nothing runs off the side, nothing goes wrong."""
    leader = staff_member(laptop, Role.ADMINISTRATOR, AUTHORITY, name="Meera Nair")
    person = at_a_browser(visit, leader, language, width)
    officer = staff_member(laptop, Role.OFFICER, AUTHORITY, name="Arjun Das", mobile_confirmed_at=None)
    staff_member(laptop, Role.SUPERVISOR, AUTHORITY, name="Kavita Rao")
    staff_member(laptop, Role.OFFICER, AUTHORITY, name="Rohan Iyer", status=AccountStatus.SUSPENDED)
    for name, path in {
        "staff": "/staff",
        "staff-readiness": "/staff/readiness",
        "staff-readiness-one": f"/staff/readiness#{AUTHORITY}",
        "staff-invite": "/staff/invite",
        "staff-member": f"/staff/member#{officer.account_id}",
        "staff-suspension": f"/staff/suspension#{officer.account_id}",
        "staff-post": f"/staff/post#{officer.account_id}",
        "staff-departure": f"/staff/departure#{officer.account_id}",
    }.items():
        person.visitor.page.goto("about:blank")  # another fragment alone would load nothing
        person.go(path)
        person.visitor.check(name)
        other = person.visitor.page.locator("#language").get_attribute("href") or ""
        assert other.partition("#")[2] in {path.partition("#")[2], AUTHORITY}


def administrator(laptop: Laptop) -> StaffMember:
    return staff_member(laptop, Role.ADMINISTRATOR, AUTHORITY)


def status_of(member: StaffMember) -> AccountStatus:
    return member.stored.status


class TestPosts:
    def test_a_member_is_suspended_with_a_reason_and_taken_back(self, visit: Visit, laptop: Laptop) -> None:
        person = at_a_browser(visit, administrator(laptop))
        officer = staff_member(laptop, Role.OFFICER, AUTHORITY)
        name = officer.stored.name
        person.go(f"/staff/member#{officer.account_id}")
        person.find("deeds").get_by_role("link", name=person.visitor.word("member.suspend")).click()
        person.filled_in()
        person.visitor.submit()
        person.visitor.wrong("reason", person.visitor.word("suspension.reason_required"))
        person.visitor.type(reason="Order 12 of 2026")
        person.find("hands_on_to").select_option(person.account_id)
        person.visitor.submit()
        expect(person.find("why")).to_have_text(person.visitor.word("member.done_suspension", name=name))
        expect(person.find("facts")).to_contain_text("Order 12 of 2026")
        expect(person.find("facts")).to_contain_text(person.stored.name)
        assert status_of(officer) is AccountStatus.SUSPENDED

        person.find("deeds").get_by_role("button", name=person.visitor.word("member.reactivate")).click()
        expect(person.find("sure-heading")).to_contain_text(name)
        person.visitor.check("staff-sure", whole=False)
        person.find("sure-yes").click()
        expect(person.find("why")).to_have_text(person.visitor.word("member.done_reactivate", name=name))
        expect(person.find("facts")).not_to_contain_text("Order 12 of 2026")
        assert status_of(officer) is AccountStatus.ACTIVE

    def test_who_moves_hands_the_work_on_and_who_stays_keeps_it(self, visit: Visit, laptop: Laptop) -> None:
        person = at_a_browser(visit, administrator(laptop), "hi", NARROW)
        officer = staff_member(laptop, Role.OFFICER, AUTHORITY)
        person.go(f"/staff/post#{officer.account_id}")
        expect(person.find("authority")).to_have_value(AUTHORITY)
        expect(person.find("role-officer")).to_be_checked()
        expect(person.find("hands_on_to")).to_be_hidden()
        person.find("role-supervisor").check()
        person.find("authority").select_option(OTHER)
        expect(person.find("hands_on_to")).to_be_visible()
        person.find("hands_on_to").select_option(person.account_id)
        person.visitor.submit()
        expect(person.find("why")).to_have_text(person.visitor.word("member.done_post", name=officer.stored.name))
        post = officer.stored.post
        assert post is not None
        assert (post.authority, officer.stored.role) == (OTHER, Role.SUPERVISOR)

    def test_a_departure_asks_who_takes_over(self, visit: Visit, laptop: Laptop) -> None:
        person = at_a_browser(visit, administrator(laptop))
        officer = staff_member(laptop, Role.OFFICER, AUTHORITY)
        person.go(f"/staff/departure#{officer.account_id}")
        person.visitor.submit()
        person.visitor.wrong("hands_on_to", person.visitor.word("hand_on.required"))
        person.find("hands_on_to").select_option(person.account_id)
        laptop.clock.advance(minutes=11)
        person.visitor.submit()
        person.visitor.at("/check")

    def test_an_authenticator_is_reset_and_an_invitation_taken_back(self, visit: Visit, laptop: Laptop) -> None:
        person = at_a_browser(visit, administrator(laptop))
        officer = staff_member(laptop, Role.OFFICER, AUTHORITY)
        person.go(f"/staff/member#{officer.account_id}")
        person.find("deeds").get_by_role("button", name=person.visitor.word("member.reset")).click()
        person.find("sure-yes").click()
        expect(person.find("why")).to_have_text(person.visitor.word("member.done_reset", name=officer.stored.name))
        assert officer.stored.security.authenticator is None
        expect(person.find("deeds")).not_to_contain_text(person.visitor.word("member.reset"))

        invites(person.visitor, **OFFICER)
        person.find("deeds").get_by_role("button", name=person.visitor.word("member.again")).click()
        person.find("sure-yes").click()
        expect(person.find("why")).to_have_text(person.visitor.word("member.done_again", name=OFFICER["name"]))
        person.find("deeds").get_by_role("link", name=person.visitor.word("member.withdraw")).click()
        person.filled_in()
        expect(person.find("hands_on_to")).to_be_hidden()
        person.visitor.submit()
        expect(person.find("why")).to_have_text(person.visitor.word("member.done_departure", name=OFFICER["name"]))
        expect(person.find("nothing")).to_have_text(person.visitor.word("member.departed"))

    def test_nobody_changes_their_own_post(self, visit: Visit, laptop: Laptop) -> None:
        person = at_a_browser(visit, administrator(laptop))
        person.go(f"/staff/member#{person.account_id}")
        expect(person.find("nothing")).to_have_text(person.visitor.word("member.oneself"))
        expect(person.find("deeds").locator("li")).to_have_count(0)


class TestDepartmentOfficers:
    """Somebody of a department on DigiLocker is invited like others, and finds the department alone."""

    @pytest.mark.parametrize(("language", "width"), [("en", DESK), ("hi", NARROW)])
    def test_are_invited_and_listed(self, visit: Visit, laptop: Laptop, language: str, width: int) -> None:
        department, contact = onboarded(laptop), new_staff_contact()
        person = at_a_browser(visit, administrator(laptop), language, width)
        person.go("/staff/invite")
        person.visitor.type(name="Kavita Rao", email=contact.email, mobile=contact.mobile.removeprefix("+91"))
        person.find("authority").select_option(AUTHORITY)
        person.find("role-department_officer").check()
        person.visitor.check("staff-invite-department", whole=False)
        person.visitor.submit()
        person.visitor.wrong("authority", person.visitor.word("field.department_unknown"))
        person.find("authority").select_option(department.department_id)
        person.visitor.submit()
        expect(person.find("facts")).to_contain_text(person.visitor.word("role.department_officer"))
        expect(person.find("facts")).to_contain_text(department.read()["name_en" if language == "en" else "name_hi"])
        person.go(f"/staff#{department.department_id}")
        expect(person.find("members")).to_contain_text("Kavita Rao")
        expect(person.find("authority")).to_have_value(department.department_id)

    def test_find_the_department_and_no_back_office_at_home(self, visit: Visit, laptop: Laptop) -> None:
        officer = onboarded(laptop).officer(laptop)
        person = at_a_browser(visit, officer)
        person.go("/home")
        expect(person.find("departments")).to_be_visible()
        expect(person.find("back-office")).to_be_hidden()
        expect(person.find("iec")).to_be_hidden()
        expect(person.find("account-role")).to_have_text(person.visitor.word("role.department_officer"))


class TestReadiness:
    def test_an_administrator_goes_from_all_to_one_and_reminds_once_a_day(self, visit: Visit, laptop: Laptop) -> None:
        person = at_a_browser(visit, administrator(laptop), "hi", NARROW)
        officer = staff_member(laptop, Role.OFFICER, OTHER, mobile_confirmed_at=None)
        person.go("/staff/readiness")
        one = person.find("authorities").locator("tr", has=person.visitor.page.locator(f'a[href="#{OTHER}"]'))
        expect(one).to_contain_text(person.visitor.word("readiness.of", ready=0, total=1))
        one.get_by_role("link").click()
        expect(person.find("one-heading")).to_be_focused()
        remind = person.find("lacks").get_by_role("button", name=person.visitor.word("readiness.remind_one"))
        remind.click()
        expect(person.find("lacks")).to_contain_text(person.visitor.word("readiness.reminded_one"))
        remind.click()
        expect(person.find("lacks")).to_contain_text(person.visitor.word("readiness.reminded_none"))
        assert sum(sent.to == officer.stored.contact.email for sent in laptop.outbox()) == 1
        person.visitor.page.go_back()
        expect(person.find("overview-heading")).to_be_focused()

    def test_a_supervisor_sees_the_own_authority_and_changes_nothing(self, visit: Visit, laptop: Laptop) -> None:
        person = at_a_browser(visit, staff_member(laptop, Role.SUPERVISOR, AUTHORITY))
        officer = staff_member(laptop, Role.OFFICER, AUTHORITY)
        stranger = staff_member(laptop, Role.OFFICER, OTHER)
        person.go("/staff")
        expect(person.find("staff-filter")).to_be_hidden()
        expect(person.find("invite")).to_be_hidden()
        expect(person.find("members").locator("tr")).to_have_count(2)
        person.go("/staff/readiness")
        expect(person.find("overview")).to_be_hidden()
        expect(person.find("all-ready")).to_be_visible()
        person.go(f"/staff/member#{officer.account_id}")
        expect(person.find("nothing")).to_have_text(person.visitor.word("member.nothing"))
        person.visitor.page.goto("about:blank")
        person.visitor.go(f"/staff/member#{stranger.account_id}")
        expect(person.visitor.page.locator("h1:visible")).to_have_text(person.visitor.word("refusal.not_found.title"))


def test_a_mobile_that_aged_in_mid_session_is_confirmed_again(visit: Visit, laptop: Laptop) -> None:
    member = administrator(laptop)
    person = at_a_browser(visit, member)
    person.go("/staff")
    laptop.clock.advance(hours=181 * 24)
    person.sign_in_here()
    person.visitor.go("/staff")
    person.visitor.at("/account/mobile")
    expect(person.find("why")).to_be_visible()
    person.find("same-go").click()
    person.visitor.heading("contact_change.code_heading")
    person.visitor.type(code=person.code(member.stored.contact.mobile))
    person.visitor.page.locator("#contact-code [type=submit]").click()
    person.visitor.at("/account")
    expect(person.find("why")).to_have_text(person.visitor.word("account_mobile.done_again"))
    person.go("/staff")


@pytest.mark.parametrize("path", ["member", "suspension"])
def test_an_address_that_names_nobody_leads_to_the_list(visit: Visit, laptop: Laptop, path: str) -> None:
    person = at_a_browser(visit, administrator(laptop))
    person.visitor.go(f"/staff/{path}")
    person.visitor.at(f"/staff#{AUTHORITY}")
    person.filled_in()


def test_the_filter_shows_another_authority_and_a_reload_keeps_it(visit: Visit, laptop: Laptop) -> None:
    person = at_a_browser(visit, administrator(laptop))
    officer = staff_member(laptop, Role.OFFICER, OTHER)
    person.go("/staff")
    person.find("authority").select_option(OTHER)
    person.visitor.page.locator("#staff-filter [type=submit]").click()
    expect(person.find("members")).to_contain_text(officer.stored.contact.email)
    person.visitor.page.reload()
    person.filled_in()
    expect(person.find("members")).to_contain_text(officer.stored.contact.email)
    expect(person.find("authority")).to_have_value(OTHER)
