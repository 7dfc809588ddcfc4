"""The catalogue: complete in both languages, nothing unused, nothing missing, and fit for what it is sent over."""

import re
from pathlib import Path

import pytest

from chalicelib.domain.audit import REFUSABLE, Deed
from chalicelib.domain.contacts import Channel
from chalicelib.domain.departments.parking import ParkReason
from chalicelib.domain.departments.pull_books import PullTrouble
from chalicelib.domain.departments.self_test import ADVISED, FindingCode
from chalicelib.domain.departments.signing import Hindrance
from chalicelib.domain.digilocker.fetches import Purpose
from chalicelib.domain.digilocker.own_documents import Because, Match
from chalicelib.domain.digilocker.reasons import Reason as FetchReason
from chalicelib.domain.icegate.accounts import Service
from chalicelib.domain.notices import ONLY_BY_MAIL, NoticeKind
from chalicelib.domain.refusals import Code
from chalicelib.domain.signatures.report import Reason
from chalicelib.web import consent_text, privacy_notice
from chalicelib.web.rendering import STEPS
from chalicelib.web.texts import LANGUAGES, catalogue, negotiate, placeholders, text

CHALICELIB = Path(__file__).parents[2] / "chalicelib"
WEB = CHALICELIB / "web"
PYTHON = {path: path.read_text(encoding="utf-8") for path in CHALICELIB.rglob("*.py")}
PAGES = [path.read_text(encoding="utf-8") for path in (WEB / "pages").rglob("*.html")]
SCRIPTS = [path.read_text(encoding="utf-8") for path in (WEB / "assets").glob("*.js")]

DEVANAGARI = re.compile(r"[\u0900-\u097f]")


def used_by_pages() -> set[str]:
    used = {key for page in PAGES for key in re.findall(r"\{\{(?!part\.)([a-z0-9_.]+)\}\}", page) if "." in key}
    for page in PAGES:
        head = dict(line.split(": ", 1) for line in page.partition("---\n")[0].splitlines() if "---\n" in page)
        used |= {head["title"]} if "title" in head else set()
        used |= {f"crumb.{name}" for name in head.get("crumbs", "").split(", ") if name}
    return used


def used_by_scripts() -> set[str]:
    return {key for script in SCRIPTS for key in re.findall(r'\bword\("([a-z0-9_.]+)"', script)}


def used_by_code() -> set[str]:
    refusals = {f"refusal.{code.value}.{part}" for code in Code for part in ("title", "detail")}
    services = {f"service.{service.value}" for service in Service}
    mails = {f"mail.{kind.value}.{part}" for kind in NoticeKind for part in ("subject", "body")}
    sms = {f"sms.{kind.value}" for kind in NoticeKind if kind not in ONLY_BY_MAIL}
    numbers = {f"steps.{journey}.{number + 1}" for journey, steps in STEPS.items() for number in range(steps)}
    headings = {f"steps.{journey}.heading" for journey in STEPS}
    layout = {"step.of", "step.done", "crumb.label", "crumb.start"}
    layout |= {"site.sign_in", "site.sign_out", "site.sign_out_busy", "site.home"}
    deeds = {f"deed.{deed.value}" for deed in Deed} | {f"deed.{deed.value}.refused" for deed in REFUSABLE}
    findings = {f"signature.{reason.value}" for reason in Reason}
    findings |= {f"self_test.{code.value}" for code in FindingCode} | {
        f"self_test.{code.value}.advice" for code in ADVISED
    }
    findings |= {f"digilocker.reason.{reason.value}" for reason in FetchReason}
    troubles = {f"trouble.{code.value}" for codes in (Hindrance, ParkReason, PullTrouble) for code in codes}
    named = {key for source in PYTHON.values() for key in re.findall(r'\btext\([a-z_.]+, "([a-z0-9_.]+)"', source)}
    privacy = {"privacy.version", "privacy.title"} | set(privacy_notice.paragraphs())
    privacy |= {"consent_text.version"} | set(consent_text.paragraphs())
    privacy |= {f"consent_purpose.{purpose.value}" for purpose in Purpose}
    findings |= {f"document_match.{match.value}" for match in Match} | {
        f"document_because.{why.value}" for why in Because
    }
    told = deeds | findings | troubles | named
    return refusals | services | mails | sms | numbers | headings | layout | privacy | told


def reasons_of_fields() -> set[str]:
    """Every `field.<reason>` whose reason the domain or the edge names; a wrong code's is composed from its channel.

    And every `trouble.<code>` of what a department is told.
    """
    source = "\n".join(PYTHON.values())
    composed = {f"field.{channel.value}_code_incorrect" for channel in Channel}
    keys = (key for key in catalogue("en") if key.startswith(("field.", "trouble.")))
    return composed | {key for key in keys if f'"{key.partition(".")[2]}"' in source}


def test_both_languages_have_the_same_keys() -> None:
    assert list(catalogue("en")) == list(catalogue("hi"))


@pytest.mark.parametrize("key", catalogue("en"))
def test_both_languages_ask_for_the_same_values(key: str) -> None:
    assert placeholders(catalogue("en")[key]) == placeholders(catalogue("hi")[key])


def test_nothing_that_is_used_is_missing() -> None:
    assert used_by_pages() | used_by_scripts() | used_by_code() <= set(catalogue("en"))


def test_nothing_is_there_for_nobody() -> None:
    used = used_by_pages() | used_by_scripts() | used_by_code() | reasons_of_fields()
    assert set(catalogue("en")) - used == set()


def test_every_reason_that_a_field_is_refused_for_has_its_sentence() -> None:
    named = {
        reason
        for path, source in PYTHON.items()
        if "web" not in path.parts
        for reason in re.findall(r'(?:FieldProblem|FieldError)\(\s*"([a-z_]+)"', source)
    }
    assert "iec_invalid" in named
    assert {f"field.{reason}" for reason in named} <= set(catalogue("en"))


def test_scripts_name_their_texts_plainly() -> None:
    """What is not a literal would escape the page's choice of texts and these tests."""
    for script in SCRIPTS:
        calls = [call for call in re.findall(r"(?<!function )\bword\((.)", script) if call != '"']
        assert calls == []


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_text_is_empty_or_untidy(language: str) -> None:
    for key, template in catalogue(language).items():
        assert template == template.strip(), key
        assert template, key
        assert "  " not in template, key
        assert "TODO" not in template, key


def test_hindi_is_hindi() -> None:
    names = {
        "label.gstin",
        "label.icegate_id",
        "site.other_language",
        "privacy.version",
        "consent_text.version",
        "clock.time",
        "clock.day_and_time",
    }
    assert {key for key, template in catalogue("hi").items() if not DEVANAGARI.search(template)} == names


def test_english_is_english() -> None:
    assert {key for key, template in catalogue("en").items() if DEVANAGARI.search(template)} == {"site.other_language"}


def test_the_privacy_notice_is_of_one_version_in_both_languages() -> None:
    """Consent names a version: it must mean the same text whatever language it was read in."""
    assert catalogue("en")["privacy.version"] == catalogue("hi")["privacy.version"]
    assert privacy_notice.version() == catalogue("en")["privacy.version"]
    assert catalogue("en")["consent_text.version"] == catalogue("hi")["consent_text.version"] == consent_text.version()
    assert [len(privacy_notice.text_of(language)) for language in LANGUAGES] == [len(privacy_notice.paragraphs())] * 2


def test_the_advisorys_own_wording_is_kept() -> None:
    assert text("en", "refusal.icegate_id_taken.title") == "This ICEGATE ID already exists"
    assert text("en", "field.icegate_id_taken").startswith("This ICEGATE ID already exists")
    assert text("en", "field.mobile_code_incorrect").startswith("Entered mobile OTP is not correct.")
    assert text("en", "field.email_code_incorrect").startswith("Entered email OTP is not correct.")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("code", Code)
def test_a_refusal_says_what_to_do_next(language: str, code: Code) -> None:
    detail = text(language, f"refusal.{code.value}.detail", minutes=2)
    assert detail.endswith("।" if language == "hi" else ".")
    assert detail != text(language, f"refusal.{code.value}.title")


LONGEST = {"code": "123456", "until": "18:30", "icegate_id": "x" * 25, "domain": "x" * 30, "left": "10"}


class TestSms:
    """What the operators demand of a registered (DLT) template: each slot holds at most 30 characters."""

    @pytest.mark.parametrize("key", [key for key in catalogue("en") if key.startswith("sms.")])
    def test_only_short_values_go_into_the_slots(self, key: str) -> None:
        assert placeholders(catalogue("en")[key]) <= set(LONGEST)
        assert all(len(value) <= 30 for value in LONGEST.values())

    @pytest.mark.parametrize("language", LANGUAGES)
    @pytest.mark.parametrize(
        "key", [key for key in catalogue("en") if "{code}" in catalogue("en")[key] and "sms." in key]
    )
    def test_a_code_is_bound_to_our_site(self, language: str, key: str) -> None:
        """WebOTP: the last line names the domain and the code."""
        last = text(language, key, **{**LONGEST, "domain": "icegate.example.gov.in"}).splitlines()[-1]
        assert last == "@icegate.example.gov.in #123456"

    @pytest.mark.parametrize("key", [key for key in catalogue("en") if key.startswith("sms.")])
    def test_it_is_not_long(self, key: str) -> None:
        """Two SMS in English (153 characters each), four in Hindi (67 each), with a usual domain."""
        values = {**LONGEST, "domain": "icegate.example.gov.in"}
        assert len(text("en", key, **values)) <= 2 * 153
        assert len(text("hi", key, **values)) <= 4 * 67


class TestText:
    def test_fills_placeholders(self) -> None:
        assert text("en", "field.too_long", limit=50) == "This is too long. Use at most 50 characters."

    def test_a_value_is_never_read_as_a_template(self) -> None:
        assert text("en", "sms.registered", icegate_id="{code}{0}").count("{code}{0}") == 1

    def test_refuses_an_unknown_key(self) -> None:
        with pytest.raises(KeyError, match=r"no\.such\.key"):
            text("en", "no.such.key")

    def test_refuses_a_missing_value(self) -> None:
        with pytest.raises(KeyError, match="limit"):
            text("en", "field.too_long")

    def test_refuses_an_unknown_language(self) -> None:
        with pytest.raises(KeyError, match="ta"):
            text("ta", "site.name")


class TestNegotiate:
    @pytest.mark.parametrize(
        ("header", "language"),
        [
            (None, "en"),
            ("", "en"),
            ("hi", "hi"),
            ("hi-IN,hi;q=0.9,en;q=0.8", "hi"),
            ("HI-in", "hi"),
            ("en-IN, hi;q=0.9", "en"),
            ("ta, mr;q=0.9, hi;q=0.8, en;q=0.7", "hi"),
            ("ta", "en"),
            ("*", "en"),
            ("hi;q=0, en;q=0.1", "en"),
            ("hi;q=0", "en"),
            ("en;q=0.5, hi;q=0.5", "en"),
            ("hi;q=0.5, en;q=0.5", "hi"),
            ("hi;q=2", "en"),
            (";;;,,,hi", "hi"),
            ("\u0939\u093f", "en"),
            ("x" * 100_000, "en"),
            ("en;q=0.1," * 1000 + "hi", "en"),
        ],
    )
    def test_answers_the_language_liked_best(self, header: str | None, language: str) -> None:
        assert negotiate(header) == language
