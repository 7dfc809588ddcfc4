"""The command that brings DGFT's records of IECs in: checks all, writes all or nothing, tells no content."""

from __future__ import annotations

import json
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from chalicelib.domain.identifiers import Pan
from chalicelib.domain.iec.records import IecStatus, NatureOfConcern, Person, PersonRole
from chalicelib.suite import suite
from infra import iec_records
from infra.local.laptop import Laptop

PERSON = {"name": " आशा राव ", "pan": "zzzpz9999z", "born_on": "1980-02-29", "role": "Partner"}
RECORD: dict[str, Any] = {
    "iec": "0388055511", "pan": "ZZZFZ9999Z", "entity_name": "Zenith Spices", "nature": "partnership",
    "persons": [PERSON],
}  # fmt: skip
COMPANY: dict[str, Any] = {
    "iec": "zzzcz9999z", "pan": "ZZZCZ9999Z", "entity_name": "Zenith Coir", "nature": "private_limited",
    "status": "suspended",
    "persons": [{**PERSON, "role": "director", "is_validated": True}, {**PERSON, "pan": "ZZZPY9999Y"}],
}  # fmt: skip


@pytest.fixture
def table(laptop: Laptop) -> str:
    return laptop.environment["IEC_RECORDS_TABLE"]


def written(tmp_path: Path, *lines: Any) -> str:
    path = tmp_path / "records.jsonl"
    texts = [line if isinstance(line, str) else json.dumps(line, ensure_ascii=False) for line in lines]
    path.write_text("\n".join(texts) + "\n", encoding="utf-8-sig")
    return str(path)


def test_good_lines_become_records_and_may_be_written_again(tmp_path: Path, table: str) -> None:
    file = written(tmp_path, RECORD, "", COMPANY)
    for _ in range(2):
        assert iec_records.main(["--table", table, file]) == 0
    firm, company = suite().store.iec_record("0388055511"), suite().store.iec_record("ZZZCZ9999Z")
    assert firm is not None
    assert company is not None
    assert (firm.entity_name, firm.nature, firm.status) == (
        "Zenith Spices", NatureOfConcern.PARTNERSHIP, IecStatus.ACTIVE,
    )  # fmt: skip
    assert firm.persons == (Person("आशा राव", Pan("ZZZPZ9999Z"), date(1980, 2, 29), PersonRole.PARTNER),)
    assert company.status is IecStatus.SUSPENDED
    assert [person.is_validated for person in company.persons] == [True, False]


def test_one_bad_line_and_nothing_is_written(tmp_path: Path, table: str, capsys: pytest.CaptureFixture[str]) -> None:
    bad = {**COMPANY, "persons": [{**PERSON, "name": "Somebody Secret", "born_on": "31-12-1999"}]}
    good = {**RECORD, "iec": "0388055512"}
    assert iec_records.main(["--table", table, written(tmp_path, good, bad)]) == 1
    told = capsys.readouterr()
    assert "line 2: persons[0].born_on: date_invalid" in told.err
    assert "ecret" not in told.err + told.out
    assert suite().store.iec_record("0388055512") is None


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("{", "line 1: invalid_json"),
        ("[]", "line 1: invalid_json"),
        ('{"iec": "1", "iec": "2"}', "line 1: duplicate_key"),
        ({**RECORD, "entity_name": "x" * 17_000}, "line 1: body_too_large"),
        ({**RECORD, "iec": "12345"}, "line 1: iec: iec_invalid"),
        ({**RECORD, "iec": "ZZZPZ9999Z"}, "line 1: pan: pan_is_not_the_iec"),
        ({**RECORD, "nature": "shop"}, "line 1: nature: not_one_of_the_words"),
        ({**RECORD, "status": ""}, "line 1: status: not_one_of_the_words"),
        ({**RECORD, "owner": "x"}, "line 1: owner: unknown_field"),
        ({**RECORD, "persons": None}, "line 1: persons: required"),
        ({**RECORD, "persons": "Asha"}, "line 1: persons: not_a_list"),
        ({**RECORD, "persons": ["Asha"]}, "line 1: persons[0].name: required"),
        ({**RECORD, "persons": [PERSON, PERSON]}, "line 1: persons: person_repeated"),
        ({**RECORD, "persons": [{**PERSON, "role": "owner"}]}, "line 1: persons[0].role: not_one_of_the_words"),
        ({**RECORD, "persons": [{**PERSON, "pan": "1"}]}, "line 1: persons[0].pan: pan_invalid"),
        ({**RECORD, "persons": [{**PERSON, "born_on": "2999-01-01"}]}, "line 1: persons[0].born_on: date_invalid"),
        ({**RECORD, "persons": [{**PERSON, "is_validated": "yes"}]}, "line 1: persons[0].is_validated: not_true"),
    ],
)
def test_what_is_wrong_is_told_by_line_and_field(
    tmp_path: Path, table: str, line: Any, why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert iec_records.main(["--table", table, "--check", written(tmp_path, line)]) == 1
    assert why in capsys.readouterr().err


def test_an_iec_that_stands_twice_is_told(tmp_path: Path, table: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert iec_records.main(["--table", table, written(tmp_path, RECORD, RECORD)]) == 1
    assert "1 line(s) repeat an IEC of another line" in capsys.readouterr().err


def test_a_check_writes_nothing(tmp_path: Path, table: str) -> None:
    fresh = {**RECORD, "iec": "0388055513"}
    assert iec_records.main(["--table", table, "--check", written(tmp_path, fresh)]) == 0
    assert suite().store.iec_record("0388055513") is None
