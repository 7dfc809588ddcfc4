"""One's own account in a real browser: security, contacts, sessions, activity, data, closing."""

import json
import re

import pyotp
import pytest
from playwright.sync_api import expect

from chalicelib.domain.accounts.account import AccountStatus
from chalicelib.domain.accounts.security import Method
from chalicelib.suite import suite
from infra.local.laptop import Laptop
from tests.browser.people import STEP, Somebody, Visit, account_in_store, signed_in
from tests.browser.visitor import DESK, NARROW, PASSWORD, Visitor
from tests.journeys.importers import PASSWORD as ICEGATE_PASSWORD
from tests.journeys.importers import new_registrant

NEW_PASSWORD = "Quiet#Monsoon48"
NEW_EMAIL, NEW_MOBILE = "asha.new@people.example", "9822222222"
TOO_LATE = 11  # minutes: a second factor is fresh for 10


@pytest.mark.parametrize("width", [NARROW, DESK])
@pytest.mark.parametrize("language", ["en", "hi"])
def test_every_page_is_for_everybody(visit: Visit, language: str, width: int) -> None:
    """Axe finds nothing, nothing runs off the side, nothing goes wrong."""
    person = signed_in(visit, language, width)
    for name in (
        "",
        "name",
        "password",
        "authenticator",
        "recovery-codes",
        "email",
        "mobile",
        "sessions",
        "activity",
        "close",
    ):
        person.go(f"/account/{name}".rstrip("/"))
        person.visitor.check(f"account-{name}".rstrip("-"))

    person.go("/account/email")
    person.visitor.type(email=NEW_EMAIL)
    person.visitor.page.locator("#account-email [type=submit]").click()
    person.visitor.heading("contact_change.code_heading")
    person.visitor.check("account-email-code")

    begins_an_authenticator(person)
    person.visitor.check("authenticator-scan")
    gives_the_first_code(person.visitor)
    person.visitor.check("authenticator-codes")


def begins_an_authenticator(person: Somebody) -> None:
    person.go("/account/authenticator")
    person.find("go").click()
    person.visitor.heading("authenticator.scan_heading")


def gives_the_first_code(person: Visitor) -> None:
    """Type the key into an app, and what the app shows into the page."""
    key = (person.find("secret").text_content() or "").replace(" ", "")
    person.type(code=pyotp.TOTP(key).at(suite().clock()))
    person.page.locator("#first-code [type=submit]").click()
    person.heading("recovery_codes.keep_heading")


class TestAuthenticator:
    def test_from_the_picture_to_ten_recovery_codes(self, visit: Visit) -> None:
        person = signed_in(visit, authenticator=False, method=Method.MOBILE_CODE)
        person.go("/account")
        expect(person.find("account-authenticator")).to_have_text("None yet")
        person.find("do-authenticator").click()
        person.filled_in()
        person.find("go").click()
        person.visitor.heading("authenticator.scan_heading")
        expect(person.find("heading")).to_be_focused()
        assert the_picture_fills_its_square(person)

        person.visitor.type(code="000000")
        person.visitor.page.locator("#first-code [type=submit]").click()
        expect(person.find("summary")).to_be_focused()
        gives_the_first_code(person.visitor)
        codes = person.find("recovery-codes").locator("li").all_text_contents()
        assert len(set(codes)) == 10
        person.visitor.context.grant_permissions(["clipboard-read", "clipboard-write"])
        person.find("codes-copy").click()
        expect(person.find("codes-status")).to_have_text(person.visitor.word("recovery_codes.copied"))
        assert person.visitor.page.evaluate("navigator.clipboard.readText()").split() == codes
        person.find("codes-kept").click()
        person.visitor.at("/account")
        expect(person.find("why")).to_have_text(person.visitor.word("authenticator.added"))
        expect(person.find("account-authenticator")).to_contain_text("Added on")
        expect(person.find("account-recovery-codes")).to_have_text("10 left of 10")
        assert not set(codes) & set(person.visitor.page.content().split())

    def test_whoever_closes_the_page_with_the_codes_is_asked(self, visit: Visit) -> None:
        person = signed_in(visit)
        person.go("/account/recovery-codes")
        person.visitor.page.locator("#make-codes [type=submit]").click()
        person.visitor.heading("recovery_codes.keep_heading")
        asked: list[str] = []

        def stay(dialog: object) -> None:
            asked.append(dialog.type)  # type: ignore[attr-defined]
            dialog.dismiss()  # type: ignore[attr-defined]

        person.visitor.page.on("dialog", stay)
        person.visitor.page.evaluate("setTimeout(() => location.assign('/'))")
        expect(person.find("codes-kept")).to_be_visible()
        person.find("codes-kept").click()
        person.visitor.at("/account")
        assert asked == ["beforeunload"]

    def test_one_can_do_without_it_again(self, visit: Visit) -> None:
        person = signed_in(visit, "hi", NARROW)
        person.go("/account/authenticator")
        person.find("remove").click()
        expect(person.find("sure-yes")).to_be_focused()
        person.find("sure-yes").click()
        person.visitor.at("/account")
        expect(person.find("account-authenticator")).to_have_text(person.visitor.word("account.authenticator_none"))
        assert person.stored.security.authenticator is None


def the_picture_fills_its_square(person: Somebody) -> bool:
    """The QR code is drawn at its size: its dark part is the square but for the quiet zone around it."""
    filled: bool = person.visitor.page.evaluate(
        "(() => { const whole = document.querySelector('#qr svg').getBoundingClientRect();"
        " const dark = document.querySelector('#qr .dark').getBoundingClientRect();"
        " return whole.width > 150 && dark.width > whole.width * 0.75 && dark.right < whole.right; })()"
    )
    return filled


class TestContacts:
    def test_a_new_email_with_a_check_in_between_loses_nothing(self, visit: Visit) -> None:
        person = signed_in(visit)
        person.go("/account/email")
        person.visitor.type(email=NEW_EMAIL)
        person.visitor.laptop.clock.advance(minutes=TOO_LATE)
        person.visitor.page.locator("#account-email [type=submit]").click()
        person.show_second_factor("/account/email")
        expect(person.find("email")).to_have_value(NEW_EMAIL)
        person.visitor.page.locator("#account-email [type=submit]").click()
        person.visitor.heading("contact_change.code_heading")

        person.visitor.page.reload()
        person.visitor.heading("contact_change.code_heading")
        code = person.code(NEW_EMAIL)
        person.visitor.type(code=f"{(int(code) + 1) % 1_000_000:06}")
        person.visitor.page.locator("#contact-code [type=submit]").click()
        person.visitor.summary(person.visitor.word("script.attempts_left", count=4))
        person.visitor.type(code=code)
        person.visitor.page.locator("#contact-code [type=submit]").click()
        person.visitor.at("/account")
        expect(person.find("why")).to_have_text(person.visitor.word("account_email.done"))
        expect(person.find("account-email")).to_have_text(NEW_EMAIL)
        person.go("/account/email")
        person.visitor.heading("account_email.heading")
        expect(person.find("email")).to_have_value("")

    def test_a_mistyped_address_can_be_corrected(self, visit: Visit) -> None:
        person = signed_in(visit, "hi", NARROW)
        person.go("/account/email")
        person.visitor.type(email="asha.typo@people.example")
        person.visitor.page.locator("#account-email [type=submit]").click()
        person.visitor.heading("contact_change.code_heading")
        person.find("other-address").click()
        person.visitor.heading("account_email.heading")
        person.visitor.type(email=NEW_EMAIL)
        person.visitor.page.locator("#account-email [type=submit]").click()
        person.visitor.heading("contact_change.code_heading")
        person.visitor.type(code=person.code(NEW_EMAIL))
        person.visitor.page.locator("#contact-code [type=submit]").click()
        person.visitor.at("/account")
        assert person.stored.contact.email == NEW_EMAIL

    def test_a_lost_mobile_waits_a_day_and_the_old_one_stops_it(self, visit: Visit) -> None:
        person = signed_in(visit, authenticator=False, method=Method.EMAIL_CODE)
        old = person.stored.contact.mobile
        asks_for_the_new_mobile(person)
        expect(person.find("code-next")).to_have_text(person.visitor.word("account_mobile.code_next_waits"))
        person.visitor.type(code=person.code(f"+91{NEW_MOBILE}"))
        person.visitor.page.locator("#contact-code [type=submit]").click()
        heading = person.visitor.page.locator("h1:visible")
        expect(heading).to_have_text(
            re.compile(r"starts on [0-3][0-9]-[01][0-9]-20[0-9]{2}, [0-2][0-9]:[0-5][0-9] IST")
        )
        person.visitor.check("account-mobile-waits")
        person.go("/account")
        expect(person.find("pending")).to_contain_text("+91 ••••••2222")
        expect(person.find("account-mobile")).to_contain_text(old[-5:])

        warning = next(text for text in person.told(old) if "stop it" in text)
        found = re.search(r"\b([0-9]{6})\b", warning)
        assert found
        stopper = visit()
        stopper.go("/mobile-stop")
        stopper.type(username=person.stored.username, code=found[1])
        stopper.submit()
        expect(stopper.page.locator("h1:visible")).to_have_text(stopper.word("mobile_stop.stopped"))
        person.go("/account")
        expect(person.find("pending")).to_be_hidden()
        assert person.stored.contact.mobile == old

    def test_who_asked_for_it_can_cancel_it_too(self, visit: Visit) -> None:
        person = signed_in(visit, "hi", NARROW, authenticator=False, method=Method.EMAIL_CODE)
        asks_for_the_new_mobile(person)
        person.visitor.type(code=person.code(f"+91{NEW_MOBILE}"))
        person.visitor.page.locator("#contact-code [type=submit]").click()
        expect(person.find("waits")).to_be_visible()
        person.go("/account/mobile")
        person.find("waits-cancel").click()
        person.visitor.at("/account")
        expect(person.find("why")).to_have_text(person.visitor.word("account.pending_cancelled"))
        expect(person.find("pending")).to_be_hidden()

    def test_with_the_authenticator_a_new_mobile_counts_at_once(self, visit: Visit) -> None:
        person = signed_in(visit)
        asks_for_the_new_mobile(person)
        person.visitor.type(code=person.code(f"+91{NEW_MOBILE}"))
        person.visitor.page.locator("#contact-code [type=submit]").click()
        person.visitor.at("/account")
        expect(person.find("account-mobile")).to_have_text("+91 98222 22222")


def asks_for_the_new_mobile(person: Somebody) -> None:
    person.go("/account/mobile")
    person.visitor.type(mobile=NEW_MOBILE)
    person.visitor.page.locator("#account-mobile [type=submit]").click()
    person.visitor.heading("contact_change.code_heading")


class TestSessions:
    def test_one_is_ended_from_another_browser_and_the_activity_tells_it(self, visit: Visit) -> None:
        person = signed_in(visit)
        elsewhere = visit("hi", NARROW)
        person.sign_in_here(visitor=elsewhere)
        elsewhere.go("/account")
        expect(elsewhere.find("loaded")).to_be_visible()

        person.go("/account/sessions")
        cards = person.find("sessions").locator("li")
        expect(cards).to_have_count(2)
        expect(cards.first).to_contain_text(person.visitor.word("account_sessions.here"))
        cards.last.get_by_role("button").click()
        expect(person.find("ended")).to_be_focused()
        expect(cards).to_have_count(1)

        elsewhere.go("/account/name")
        elsewhere.at("/sign-in")
        expect(elsewhere.find("why")).to_be_visible()
        person.go("/account/activity")
        newest = person.find("events").locator("li").first
        expect(newest).to_contain_text(person.visitor.word("deed.session_ended"))

    def test_all_are_ended_at_once(self, visit: Visit) -> None:
        person = signed_in(visit, "hi", NARROW)
        person.go("/account/sessions")
        person.find("end-all").click()
        person.visitor.at("/sign-in")
        person.visitor.go("/account")
        person.visitor.at("/sign-in")

    def test_a_new_password_ends_the_others_and_keeps_this_one(self, visit: Visit) -> None:
        person = signed_in(visit)
        elsewhere = visit()
        person.sign_in_here(visitor=elsewhere)
        person.go("/account/password")
        person.visitor.type(current_password="Wrong#Guess99", password=NEW_PASSWORD, confirm_password=NEW_PASSWORD)
        person.visitor.submit()
        expect(person.find("summary")).to_be_focused()
        person.visitor.type(current_password=PASSWORD, password=NEW_PASSWORD, confirm_password=NEW_PASSWORD)
        person.visitor.submit()
        person.visitor.at("/account")
        expect(person.find("why")).to_have_text(person.visitor.word("account_password.done"))
        elsewhere.go("/account")
        elsewhere.at("/sign-in")

    def test_older_activity_comes_on_demand(self, visit: Visit) -> None:
        person = signed_in(visit)
        person.go("/account/name")
        for number in range(22):
            renamed = {"name": f"Asha {'x' * (number + 1)}", "language": "en"}
            person.visitor.page.evaluate(
                "body => fetch('/account/profile',"
                " {method: 'PUT', headers: {'Content-Type': 'application/json'}, body})",
                json.dumps(renamed),
            )
        person.go("/account/activity")
        events = person.find("events").locator("li")
        expect(events).to_have_count(20)
        person.find("older").click()
        expect(events).to_have_count(22)
        expect(person.find("older")).to_be_hidden()
        expect(person.find("all")).to_be_focused()


class TestOwnData:
    def test_the_name_and_the_language_are_changed(self, visit: Visit) -> None:
        person = signed_in(visit, "hi", NARROW)
        person.go("/account/name")
        expect(person.find("name")).to_have_value("Asha Patil")
        person.visitor.type(name="आशा पाटिल")
        person.find("language-hi").check()
        person.visitor.page.reload()
        person.filled_in()
        expect(person.find("name")).to_have_value("आशा पाटिल")
        expect(person.find("language-hi")).to_be_checked()
        person.visitor.submit()
        person.visitor.at("/account")
        expect(person.find("account-name")).to_have_text("आशा पाटिल")
        assert person.stored.language == "hi"

    def test_everything_held_is_downloaded_also_after_a_check(self, visit: Visit) -> None:
        person = signed_in(visit)
        person.go("/account")
        person.visitor.laptop.clock.advance(minutes=TOO_LATE)
        person.find("download").click()
        person.visitor.at("/check")
        with person.visitor.page.expect_download() as downloaded:
            person.show_second_factor("/account")
        assert re.fullmatch(r"pravesh-[0-9]{2}-[0-9]{2}-20[0-9]{2}\.json", downloaded.value.suggested_filename)
        held = json.loads(downloaded.value.path().read_text(encoding="utf-8"))
        assert held["account"]["email"] == person.stored.contact.email
        assert "retryAfter" not in held
        expect(person.find("download-status")).to_contain_text(downloaded.value.suggested_filename)

    def test_an_account_is_closed(self, visit: Visit) -> None:
        person = signed_in(visit, "hi", NARROW)
        person.go("/account/close")
        person.visitor.submit()
        person.visitor.summary(
            person.visitor.word("close.password_required"), person.visitor.word("close.confirm_required")
        )
        person.visitor.type(password=PASSWORD)
        person.find("confirm").check()
        person.visitor.submit()
        expect(person.visitor.page.locator("h1:visible")).to_have_text(person.visitor.word("close.done"))
        person.visitor.check("account-closed")
        assert person.stored.status is AccountStatus.CLOSED
        person.visitor.go("/account")
        person.visitor.at("/sign-in")

    def test_closing_may_be_called_off(self, visit: Visit) -> None:
        person = signed_in(visit)
        person.go("/account/close")
        person.visitor.page.get_by_role("link", name=person.visitor.word("close.keep")).click()
        person.visitor.at("/account")
        assert person.stored.status is AccountStatus.ACTIVE


def test_a_trusted_browser_is_forgotten_and_asks_again(visit: Visit) -> None:
    visitor = visit()
    account, secret = account_in_store()
    person = Somebody(account.account_id, visitor, secret)
    visitor.go("/sign-in")
    visitor.sign_in(account.username)
    visitor.at("/sign-in/second-factor")
    person.find("trust_browser").check()
    shows_the_app_code(person)
    visitor.at("/home")
    person.go("/account")
    trusted = person.find("account-browsers").locator("li")
    expect(trusted).to_have_count(1)
    trusted.get_by_role("button").click()
    expect(person.find("browsers-status")).to_be_focused()
    expect(trusted).to_have_count(0)
    expect(person.find("account-browsers-none")).to_have_text(visitor.word("account.browsers_none"))

    person.find("sign-out").click()
    visitor.at("/sign-in")
    visitor.sign_in(account.username)
    visitor.at("/sign-in/second-factor")


def shows_the_app_code(person: Somebody) -> None:
    person.visitor.type(code=person.app_code())
    person.visitor.page.locator("#second-factor [type=submit]").click()


def test_a_check_comes_before_a_password_is_typed(visit: Visit) -> None:
    """Passwords are never kept in the tab, so nothing may come between typing and sending them."""
    person = signed_in(visit)
    person.visitor.laptop.clock.advance(minutes=TOO_LATE)
    person.visitor.go("/account/password")
    person.show_second_factor("/account/password")
    expect(person.find("current_password")).to_be_visible()


def test_a_session_that_ends_during_the_check_loses_nothing_either(visit: Visit) -> None:
    person = signed_in(visit)
    person.go("/account/email")
    person.visitor.type(email=NEW_EMAIL)
    person.visitor.laptop.clock.advance(minutes=TOO_LATE)
    person.visitor.page.locator("#account-email [type=submit]").click()
    person.visitor.at("/check")
    expect(person.find("second-factor")).to_be_visible()
    person.visitor.laptop.clock.advance(minutes=16)
    person.visitor.type(code=person.app_code())
    person.visitor.page.locator("#second-factor [type=submit]").click()
    person.visitor.at("/sign-in")
    person.visitor.sign_in(person.stored.username)
    person.visitor.at("/sign-in/second-factor")
    person.visitor.type(code=person.app_code())
    person.visitor.page.locator("#second-factor [type=submit]").click()
    person.visitor.at("/account/email")
    expect(person.find("email")).to_have_value(NEW_EMAIL)


def test_a_registrant_of_icegate_looks_after_the_login_the_same_way(visit: Visit, laptop: Laptop) -> None:
    """What is ICEGATE's stays: the name on record is not changed here, nor the account closed."""
    registrant, person = new_registrant(laptop), visit("hi", NARROW)
    person.go("/sign-in")
    person.sign_in(registrant.icegate_id, ICEGATE_PASSWORD)
    person.at("/home")
    person.go("/account")
    expect(person.find("account-name")).to_have_text(registrant.legal_name)
    expect(person.find("account-role")).to_have_text(person.word("role.icegate_registrant"))
    for hidden in ("row-close", "row-training", "row-authority", "account-consent"):
        expect(person.find(hidden)).to_be_hidden()
    expect(person.find("row-name").locator("a")).to_be_hidden()
    # Nobody is asked for a code here who has no authenticator app.
    expect(person.find("account-browsers-none")).to_have_text(person.word("account.browsers_none_icegate"))
    person.check("account-icegate")
    mobile, email = (person.find(f"account-{channel}").text_content() or "" for channel in ("mobile", "email"))
    assert email.endswith(".example")

    person.find("do-authenticator").click()
    person.at("/check")
    person.find("way-mobile").check()
    person.page.locator("#choose [type=submit]").click()
    expect(person.find("code")).to_be_visible()
    sms = next(sent.text for sent in laptop.outbox() if sent.to == mobile.replace(" ", ""))
    person.type(code=sms[-6:])
    person.page.locator("#second-factor [type=submit]").click()
    person.at("/account/authenticator")
    person.find("go").click()
    person.heading("authenticator.scan_heading")
    secret = (person.find("secret").text_content() or "").replace(" ", "")
    gives_the_first_code(person)
    person.find("codes-kept").click()
    person.at("/account")
    expect(person.find("account-recovery-codes")).to_have_text(person.word("account.codes_left", count=10))
    expect(person.find("account-browsers-none")).to_have_text(person.word("account.browsers_none"))

    person.find("sign-out").click()
    person.at("/sign-in")
    person.sign_in(registrant.icegate_id, ICEGATE_PASSWORD)
    person.at("/sign-in/second-factor")
    person.heading("second_factor.question_authenticator")
    laptop.clock.advance(seconds=STEP)
    person.type(code=pyotp.TOTP(secret).at(suite().clock()))
    person.page.locator("#second-factor [type=submit]").click()
    person.at("/home")
    expect(person.find("account-icegate-id")).to_have_text(registrant.icegate_id)


def test_no_page_shows_anything_after_sign_out(visit: Visit) -> None:
    person = signed_in(visit)
    person.go("/account/activity")
    person.go("/account")
    person.find("sign-out").click()
    person.visitor.at("/sign-in")
    person.visitor.page.go_back()
    person.visitor.at("/sign-in")
    expect(person.visitor.page.locator("body")).not_to_contain_text(person.stored.contact.email)
