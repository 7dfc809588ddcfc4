"""Pages: strict, escaped, small, bilingual, and nothing in them that the Content-Security-Policy would stop."""

import json
import re
from html import unescape
from html.parser import HTMLParser
from pathlib import Path

import pytest

from chalicelib.web import privacy_notice, rendering
from chalicelib.web.rendering import NOT_FOUND, PAGES, assets, page, scripts
from chalicelib.web.texts import LANGUAGES, text

NAMES = [*PAGES.values(), NOT_FOUND]
EVERY_PAGE = [(name, language) for name in NAMES for language in LANGUAGES]
VOID = {"meta", "link", "input", "br", "path", "circle"}


class Outline(HTMLParser):
    """What a page holds: its elements with their attributes, and whether every element is closed."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.unclosed: list[str] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        if tag not in VOID:
            self.unclosed.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))

    def handle_endtag(self, tag: str) -> None:
        assert self.unclosed, f"</{tag}> closes nothing"
        assert self.unclosed.pop() == tag

    def all(self, tag: str) -> list[dict[str, str | None]]:
        return [attributes for name, attributes in self.elements if name == tag]

    def ids(self) -> list[str]:
        return [str(attributes["id"]) for _, attributes in self.elements if "id" in attributes]


@pytest.mark.parametrize(("name", "language"), EVERY_PAGE)
class TestEveryPage:
    def test_is_well_formed(self, name: str, language: str) -> None:
        outline = Outline(page(name, language, ""))
        assert outline.unclosed == []
        assert len(outline.ids()) == len(set(outline.ids()))

    def test_has_no_hole(self, name: str, language: str) -> None:
        assert "{{" not in page(name, language, "")

    def test_says_its_language_and_links_to_itself_in_the_other(self, name: str, language: str) -> None:
        outline = Outline(page(name, language, "/api"))
        assert outline.all("html")[0]["lang"] == language
        path = next((path for path, served in PAGES.items() if served == name), "")
        other = "hi" if language == "en" else "en"
        switch = next(link for link in outline.all("a") if link.get("id") == "language")
        assert switch["href"] == f"/api/{other}/{path}".rstrip("/")
        assert switch["lang"] == switch["hreflang"] == other

    def test_has_one_heading_of_the_first_order_at_a_time(self, name: str, language: str) -> None:
        headings = len(Outline(page(name, language, "")).all("h1"))
        # These show one first and the other afterwards.
        assert headings == (2 if name in {"done", "sign-up-done", "mobile-stop"} else 1)

    def test_holds_nothing_that_the_policy_would_stop(self, name: str, language: str) -> None:
        outline = Outline(page(name, language, ""))
        assert outline.all("style") == []
        assert outline.all("iframe") == []
        for script in outline.all("script"):
            assert script["src"]
        for tag, attributes in outline.elements:
            assert not [one for one in attributes if one == "style" or one.startswith("on")], tag
            for name_ in ("src", "href", "action"):
                assert not re.match(r"(?:[a-z]+:|//)", attributes.get(name_) or "/"), f"{tag} leads elsewhere"

    def test_links_stay_under_the_base(self, name: str, language: str) -> None:
        for tag in ("a", "link", "script"):
            for attributes in Outline(page(name, language, "/stage")).all(tag):
                target = attributes.get("href") or attributes.get("src") or ""
                assert target.startswith(("/stage/", "#")), target

    def test_every_link_leads_to_a_page_or_an_asset(self, name: str, language: str) -> None:
        known = {f"/{one}/{path}".rstrip("/") for one in LANGUAGES for path in PAGES}
        known |= {f"/assets/{rendering.assets_version()}/{asset}" for asset in assets()}
        outline = Outline(page(name, language, ""))
        for tag in ("a", "link", "script"):
            for attributes in outline.all(tag):
                target = attributes.get("href") or attributes.get("src") or ""
                assert target.partition("?")[0] in known or target == "#main", target

    def test_every_reference_between_elements_holds(self, name: str, language: str) -> None:
        outline = Outline(page(name, language, ""))
        ids = set(outline.ids())
        for tag, attributes in outline.elements:
            for reference in ("for", "aria-describedby", "aria-labelledby", "data-shows"):
                named = set((attributes.get(reference) or "").split())
                assert named <= ids, f"{tag} {reference}"

    def test_every_input_has_a_label_and_says_what_is_missing(self, name: str, language: str) -> None:
        outline = Outline(page(name, language, ""))
        labelled = {attributes["for"] for attributes in outline.all("label")}
        for attributes in [*outline.all("input"), *outline.all("select"), *outline.all("textarea")]:
            assert attributes["id"] in labelled
            assert ("required" in attributes) == bool(attributes.get("data-required"))
            if attributes.get("type") == "radio":
                assert attributes["name"] in outline.ids()  # the fieldset's
            else:
                assert attributes["name"] == attributes["id"]
                assert attributes.get("type") == "checkbox" or attributes["autocomplete"]

    def test_no_form_can_put_anything_into_an_address(self, name: str, language: str) -> None:
        """Without its script a form is dead, and were it sent it would be a POST."""
        outline = Outline(page(name, language, ""))
        for form in outline.all("form"):
            assert form["method"] == "post"
            assert "novalidate" in form
        for button in outline.all("button"):
            assert button["type"] in {"submit", "button"}
            if button["type"] == "submit":
                assert "disabled" in button

    def test_is_at_most_100_kilobytes_with_all_that_it_loads(self, name: str, language: str) -> None:
        html = page(name, language, "")
        loaded = set(re.findall(r'/assets/[0-9a-f]+/([a-z-]+\.[a-z]+)"', html))
        loaded |= {"captcha-worker.js"} if "captcha.js" in loaded else set()
        assert len(html.encode()) + sum(len(assets()[one].content.encode()) for one in loaded) <= 100 * 1024

    def test_brings_every_text_that_its_scripts_show(self, name: str, language: str) -> None:
        html = page(name, language, "")
        words = json.loads(unescape(html.partition('<template id="words">')[2].partition("</template>")[0]))
        loaded = re.findall(r'/assets/[0-9a-f]+/([a-z-]+\.js)"', html)
        loaded += rendering.later(loaded)
        shown = {key for one in loaded for key in re.findall(r'\bword\("([a-z0-9_.]+)"', assets()[one].content)}
        assert set(words) == shown


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    "name",
    [
        "codes",
        "alternate-codes",
        "resume",
        "sign-up-codes",
        "sign-up-resume",
        "reset-codes",
        "sign-in-lost-authenticator",
    ],
)
def test_each_code_has_one_input_that_phones_fill(name: str, language: str) -> None:
    inputs = {str(one["name"]): one for one in Outline(page(name, language, "")).all("input")}
    for code in ("mobile_code", "email_code"):
        assert inputs[code]["inputmode"] == "numeric"
        assert inputs[code]["autocomplete"] == "one-time-code"
        assert "maxlength" not in inputs[code]  # a pasted "123 456" must not be cut


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_head_offers_what_fits_whoever_reads(language: str) -> None:
    def offered(name: str) -> tuple[bool, bool]:
        outline = Outline(page(name, language, ""))
        ways_in = [link for link in outline.all("a") if link["href"] == f"/{language}/sign-in" and "class" not in link]
        return bool(ways_in), "sign-out" in outline.ids()

    assert offered("landing") == (True, False)
    assert offered("home") == (False, True)
    assert "sign-out" not in Outline(page("sign-in-second-factor", language, "")).ids()


def test_the_privacy_notice_is_in_its_page() -> None:
    for language in LANGUAGES:
        html = unescape(page("privacy", language, ""))
        assert all(f"<p>{paragraph}</p>" in html for paragraph in privacy_notice.text_of(language))
        assert privacy_notice.version() in html
        assert f'id="privacy-version">{privacy_notice.version()}<' in page("sign-up", language, "")


def test_passwords_may_be_pasted_and_managed() -> None:
    inputs = {str(one["name"]): one for one in Outline(page("credentials", "en", "")).all("input")}
    assert inputs["password"]["autocomplete"] == inputs["confirm_password"]["autocomplete"] == "new-password"
    assert inputs["icegate_id"]["autocomplete"] == "username"


class TestStrictness:
    def test_refuses_an_unknown_page(self) -> None:
        with pytest.raises(KeyError):
            page("../texts/en", "en", "")

    def test_refuses_an_unknown_language(self) -> None:
        with pytest.raises(KeyError):
            page("landing", "ta", "")

    def test_refuses_an_unknown_placeholder(self) -> None:
        with pytest.raises(KeyError):
            rendering._fill("<p>{{no.such.text}}</p>", "en", {})

    def test_refuses_an_unknown_part(self) -> None:
        with pytest.raises(FileNotFoundError):
            rendering._fill("{{part.no_such}}", "en", {})

    def test_refuses_a_text_that_wants_values(self) -> None:
        with pytest.raises(KeyError):
            rendering._fill("<p>{{field.too_long}}</p>", "en", {})

    def test_escapes_texts(self) -> None:
        assert rendering._fill("{{field.password_needs_mix}}", "en", {}).isascii()
        assert "<" not in rendering._fill("{{site.noscript}}", "en", {})

    def test_escapes_the_base(self) -> None:
        assert '"><script' not in page("landing", "en", '"><script x=')

    def test_keeps_the_name_of_the_id_in_one_line(self) -> None:
        assert "ICEGATE\N{NO-BREAK SPACE}ID" in rendering._fill("{{label.icegate_id}}", "en", {})


class TestAssets:
    def test_every_script_that_is_imported_is_there(self) -> None:
        for name in assets():
            if name.endswith(".js"):
                assert {*scripts(name), *rendering.later([name])} <= set(assets())

    def test_every_asset_is_for_something(self) -> None:
        used = {name for page_name in NAMES for name in re.findall(r'/([a-z-]+\.[a-z]+)"', page(page_name, "en", ""))}
        used |= set(rendering.later(sorted(name for name in used if name.endswith(".js"))))
        assert set(assets()) - used == {"captcha-worker.js"}
        assert '"./captcha-worker.js"' in assets()["captcha.js"].content

    def test_the_version_is_that_of_the_content(self) -> None:
        assert re.fullmatch(r"[0-9a-f]{12}", rendering.assets_version())

    def test_the_style_sheet_loads_nothing(self) -> None:
        assert "url(" not in assets()["site.css"].content
        assert "@import" not in assets()["site.css"].content

    @pytest.mark.parametrize("name", sorted(assets()))
    def test_only_comments_and_the_blanks_before_lines_are_left_out(self, name: str) -> None:
        written = (Path(rendering.__file__).parent / "assets" / name).read_text(encoding="utf-8")
        kept = [line.strip() for line in written.splitlines()]
        code = [line for line in kept if line and not line.startswith("//") and not re.fullmatch(r"/\*.*\*/", line)]
        assert [line.rstrip() for line in assets()[name].content.splitlines()] == code

    def test_scripts_never_write_html(self) -> None:
        """Texts and answers reach the page as text only."""
        for name, asset in assets().items():
            for way in ("innerHTML", "outerHTML", "insertAdjacentHTML", "document.write", "eval(", "localStorage"):
                assert way not in asset.content, name


@pytest.mark.parametrize("language", LANGUAGES)
def test_headings_of_forms_are_questions(language: str) -> None:
    icegate = ("landing", "register", "credentials", "codes", "verified", "alternate_contact", "alternate_codes")
    accounts = ("sign_up", "sign_up_resume", "sign_in", "lost_authenticator", "reset", "reset_password", "mobile_stop")
    for name in (*icegate, *accounts):
        assert text(language, f"{name}.heading").endswith("?")
    for question in ("", "_mobile", "_email", "_authenticator", "_recovery"):
        assert text(language, f"second_factor.question{question}").endswith("?")
