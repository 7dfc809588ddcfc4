"""The SMS texts that are registered with the operators: all of them, as they are sent."""

import csv
import io
import json
from pathlib import Path

import pytest

from chalicelib.domain.notices import NoticeKind
from chalicelib.settings import SMS_TEMPLATES
from chalicelib.web.texts import LANGUAGES, catalogue
from infra import sms_texts


@pytest.fixture
def file(tmp_path: Path) -> Path:
    made = tmp_path / "sms_templates.json"
    made.write_text("{}", encoding="utf-8")
    return made


def test_every_sms_of_the_catalogue_has_a_kind_and_is_listed_in_both_languages() -> None:
    texts = {key.removeprefix("sms.") for key in catalogue("en") if key.startswith("sms.")}
    assert {kind.value for kind in sms_texts.sms_kinds()} == texts
    assert sorted(sms_texts.names()) == sorted(f"{kind}.{language}" for kind in texts for language in LANGUAGES)


def test_a_text_is_registered_with_its_slots_and_its_last_line() -> None:
    text = sms_texts.registered_text(NoticeKind.CONTACT_CODE, "en")
    assert text.startswith("{#var#} is your mobile code")
    assert text.splitlines()[-1] == "@{#var#} #{#var#}"


def test_the_list_is_a_csv_with_every_text_and_the_id_that_it_has(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    file.write_text('{"contact_code.hi": "1107"}', encoding="utf-8")
    assert sms_texts.main([], file) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert [row["template"] for row in rows] == list(sms_texts.names())
    assert {row["template"]: row["template_id"] for row in rows if row["template_id"]} == {"contact_code.hi": "1107"}
    assert not any("{code}" in row["text"] for row in rows)


def test_what_has_no_id_is_told_until_all_have_one(file: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert sms_texts.main(["--check"], file) == 1
    assert "contact_code.en" in capsys.readouterr().out
    file.write_text(json.dumps(dict.fromkeys(sms_texts.names(), "1107")), encoding="utf-8")
    assert sms_texts.main(["--check"], file) == 0
    assert capsys.readouterr().out == ""


def test_filling_keeps_the_ids_that_are_there_and_drops_what_is_no_text_any_more(file: Path) -> None:
    file.write_text('{"contact_code.hi": "1107", "gone.en": "1107"}', encoding="utf-8")
    assert sms_texts.main(["--fill"], file) == 0
    filled = json.loads(file.read_text(encoding="utf-8"))
    assert list(filled) == list(sms_texts.names())
    assert {name for name, template_id in filled.items() if template_id} == {"contact_code.hi"}


def test_the_repository_names_nobodys_ids() -> None:
    assert json.loads(SMS_TEMPLATES.read_text(encoding="utf-8")) == {}
