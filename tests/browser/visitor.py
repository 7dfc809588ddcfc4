"""A person at a browser: what they do page by page, and what must hold on every page they see."""

import os
import re
from pathlib import Path
from urllib.parse import urlsplit

from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Locator, Page, Request, expect

from chalicelib.web.texts import text
from infra.local.laptop import Laptop
from infra.local.samples import Sample
from tests.journeys.walking import eventually

NARROW, DESK = 320, 1280
PASSWORD = "Sunny#Harbour27"
REGISTER = "/icegate/register"
SCREENSHOTS = Path(__file__).parents[2] / "docs" / "screenshots"
# What docs/ shows: English at a desk, Hindi on a small phone.
_SHOWN = {("en", DESK), ("hi", NARROW)}
_SHOWN_PAGES = {
    "digilocker-consent",
    "digilocker-fetch",
    "my-documents",
    "consent",
    "document-review",
    "full-registration-digilocker",
    "landing",
    "register",
    "register-refused",
    "register-empty",
    "credentials",
    "credentials-taken",
    "codes",
    "codes-wrong-mobile",
    "verified",
    "finish-question",
    "alternate-contact",
    "alternate-codes",
    "resume",
    "done",
    "sign-in",
    "home",
    "expired",
    "codes-not-sent",
    "not-found",
    "sign-up",
    "sign-up-codes",
    "second-factor-choice",
    "second-factor-code",
    "lost-authenticator",
    "reset",
    "account",
    "account-email-code",
    "authenticator-scan",
    "authenticator-codes",
    "account-sessions",
    "account-close",
    "home-staff",
    "staff-join",
    "staff",
    "staff-readiness-one",
    "staff-member",
    "staff-suspension",
    "staff-departments",
    "staff-department",
    "staff-department-types",
    "staff-department-keys",
    "staff-department-statistics",
    "staff-department-certificates",
    "staff-department-certificate",
    "staff-department-imports",
    "staff-department-requests",
    "full-registration",
    "full-registration-documents",
    "full-registration-document_active_content",
    "full-registration-review",
    "full-registration-more",
    "full-registration-approved",
    "staff-full-registrations",
    "staff-full-registration",
    "dsc-renewal",
    "home-iec",
    "iec-link",
    "signing",
    "signing-file",
    "signing-file-refused",
    "signing-utility",
    "signing-utility-not-running",
    "signing-esign",
    "signing-refused",
    "signing-waits",
    "signing-expired",
    "signing-done",
    "iec",
    "iec-expired",
    "iec-renew",
    "iec-users",
    "iec-user",
    "iec-invitation",
    "iec-history",
}
_AXE_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_REPORT_VIOLATIONS = (
    "addEventListener('securitypolicyviolation', e => console.error(`policy: ${e.violatedDirective} ${e.blockedURI}`))"
)


class Visitor:
    """One browser with nothing open, in one language and width, and one IEC holder in front of it."""

    def __init__(self, browser: Browser, laptop: Laptop, language: str = "en", width: int = DESK) -> None:
        self.laptop, self.language, self.width = laptop, language, width
        self.holder: Sample = laptop.samples[0]
        self.troubles: list[str] = []
        # Whom the browser may meet: the site alone, unless the person goes to an eSign provider.
        self.met = {urlsplit(laptop.site_url).netloc}
        self._browser = browser
        self.context: BrowserContext = browser.new_context(
            viewport={"width": width, "height": 900 if width > NARROW else 640},
            locale="hi-IN" if language == "hi" else "en-IN",
            # Elsewhere on purpose: the pages show Indian time wherever the reader is.
            timezone_id="America/Lima",
        )
        self.context.add_init_script(_REPORT_VIOLATIONS)
        self.page: Page = self.context.new_page()
        self.page.on("console", self._console)
        self.page.on("pageerror", lambda error: self.troubles.append(f"script: {error}"))
        self.page.on("request", self._request)

    def _console(self, message: ConsoleMessage) -> None:
        # Chromium reports every refused request; the pages tell people themselves.
        refused = re.match(r"Failed to load resource: (the server responded with a status of 4|net::)", message.text)
        if message.type in {"error", "warning"} and not refused:
            self.troubles.append(f"console: {message.text}")

    def _request(self, request: Request) -> None:
        if urlsplit(request.url).netloc not in self.met:
            self.troubles.append(f"third party: {request.url}")
        # OAuth hands the code over in an address; it serves once, and only beside the cookie of this browser.
        is_callback = urlsplit(request.url).path.endswith("/digilocker/callback")
        if re.search(r"password|token|code=", urlsplit(request.url).query) and not is_callback:
            self.troubles.append(f"a secret in an address: {request.url}")

    def elsewhere(self) -> "Visitor":
        """The same person at another browser, with nothing open."""
        return Visitor(self._browser, self.laptop, self.language, self.width)

    def close(self) -> None:
        """End this browser; nothing may have gone wrong in it."""
        self.context.close()
        assert self.troubles == [], self.troubles

    # What the person sees.

    def word(self, key: str, **values: str | int) -> str:
        """A text of the catalogue in the person's language."""
        return text(self.language, key, **values)

    def at(self, path: str) -> None:
        """The browser is at this page, in this language."""
        expect(self.page).to_have_url(f"{self.laptop.site_url}/{self.language}{path}")

    def heading(self, key: str) -> None:
        """The page's visible heading says this."""
        expect(self.page.locator("h1:visible")).to_have_text(self.word(key))

    def find(self, element_id: str) -> Locator:
        """The element with this id."""
        return self.page.locator(f"#{element_id}")

    def check(self, name: str, *, whole: bool = True) -> None:
        """What holds on every page: axe finds nothing, nothing runs off the side, nothing went wrong."""
        options = {"runOnly": {"type": "tag", "values": _AXE_RULES}, "resultTypes": ["violations"]}
        results = Axe().run(self.page, options=options)
        assert results.violations_count == 0, results.generate_report()
        beyond = self.page.evaluate("document.documentElement.scrollWidth - innerWidth")
        assert beyond <= 0, f"{name} is {beyond} px too wide"
        assert self.troubles == [], self.troubles
        if os.environ.get("SCREENSHOTS") and (self.language, self.width) in _SHOWN and name in _SHOWN_PAGES:
            SCREENSHOTS.mkdir(parents=True, exist_ok=True)
            path = SCREENSHOTS / f"{name}-{self.language}-{self.width}.png"
            self.page.screenshot(path=path, full_page=whole, animations="disabled", caret="hide")

    def summary(self, *sentences: str) -> None:
        """The error summary has the focus, says these sentences, and the title says that there is an error."""
        expect(self.find("summary")).to_be_focused()
        for sentence in sentences:
            expect(self.find("summary")).to_contain_text(sentence)
        expect(self.page).to_have_title(re.compile(f"^{self.word('script.error')}: "))

    def wrong(self, field: str, sentence: str) -> None:
        """The field is marked, its sentence stands at it, and the summary links to it."""
        expect(self.find(f"{field}-error")).to_contain_text(sentence)
        expect(self.find(field)).to_have_attribute("aria-invalid", "true")
        expect(self.find(field)).to_have_attribute("aria-describedby", re.compile(f"^{field}-error"))
        expect(self.page.locator(f'#summary a[href="#{field}"]')).to_have_text(sentence)

    # What the person does.

    def go(self, path: str = "") -> None:
        """Open a page of the site."""
        self.page.goto(f"{self.laptop.site_url}/{self.language}{path}")

    def submit(self) -> None:
        """Press the form's button, once it is there."""
        self.page.locator("form button[type=submit]").click()

    def type(self, **values: str) -> None:
        """Type into fields by their names."""
        for name, value in values.items():
            self.find(name).fill(value)

    def give_details(self, temporary_password: str | None = None) -> None:
        """The sign-up page: IEC, GSTIN, temporary password; the captcha solves itself."""
        given = self.holder.temporary_password if temporary_password is None else temporary_password
        self.type(iec=self.holder.iec, gstin=self.holder.gstins[0], temporary_password=given)
        self.submit()

    def choose_id(self, icegate_id: str) -> None:
        """Choose ICEGATE ID and password, and have the codes sent."""
        self.type(icegate_id=icegate_id, password=PASSWORD, confirm_password=PASSWORD)
        self.submit()

    def codes(self, mobile: str | None = None, email: str | None = None) -> tuple[str, str]:
        """The newest codes as they came to a mobile and an email."""
        sms = self._newest("sms", mobile or self.holder.mobile)
        mail = self._newest("email", email or self.holder.email)
        in_sms = re.search(r"#([0-9]{6})$", sms)
        in_mail = re.search(r"^([0-9]{6})$", mail, re.MULTILINE)
        assert in_sms
        assert in_mail
        return in_sms[1], in_mail[1]

    def _newest(self, channel: str, to: str) -> str:
        return next(sent.text for sent in self.laptop.outbox() if (sent.channel, sent.to) == (channel, to))

    def told_with(self, text: str) -> list[tuple[str, str]]:
        """Who was sent `text`, by channel and address, once the journey is over: its last step tells people."""
        eventually(
            lambda: all(execution.status != "RUNNING" for execution in self.laptop.executions()) or None,
            self.laptop.executions,
        )
        return [(sent.channel, sent.to) for sent in self.laptop.outbox() if text in sent.text]

    def codes_sent(self) -> None:
        """Wait until the page says that the codes were sent."""
        expect(self.find("sent-status")).to_have_text(self.word("codes.sent"))

    def give_codes(self, mobile_code: str, email_code: str) -> None:
        """Type both codes and have them checked."""
        self.type(mobile_code=mobile_code, email_code=email_code)
        self.submit()

    def up_to_credentials(self) -> None:
        """From the sign-up page to the choice of an ICEGATE ID."""
        self.go(REGISTER)
        self.give_details()
        self.at(f"{REGISTER}/credentials")

    def up_to_codes(self, icegate_id: str) -> None:
        """From the sign-up page to the two codes."""
        self.up_to_credentials()
        self.choose_id(icegate_id)
        self.at(f"{REGISTER}/codes")
        self.codes_sent()

    def up_to_verified(self, icegate_id: str) -> None:
        """From the sign-up page to the question whether to finish."""
        self.up_to_codes(icegate_id)
        self.give_codes(*self.codes())
        self.at(f"{REGISTER}/verified")

    def finish(self) -> None:
        """Finish, and say yes to the question."""
        self.submit()
        self.find("sure-yes").click()
        self.at(f"{REGISTER}/done")

    def registered(self, icegate_id: str) -> None:
        """The last page shows the ICEGATE ID."""
        self.at(f"{REGISTER}/done")
        self.heading("done.heading")
        expect(self.find("icegate-id")).to_have_text(icegate_id)

    def sign_in(self, username: str, password: str = PASSWORD) -> None:
        """Sign in on the sign-in page."""
        self.type(username=username, password=password)
        self.submit()
