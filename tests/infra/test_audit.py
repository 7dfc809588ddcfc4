"""The command that verifies the audit: what is whole, which link is the first that is not, and what an end was."""

import json
from pathlib import Path
from typing import Any

import pytest

from chalicelib.domain.audit import Deed, Entry
from chalicelib.domain.recording import recorded
from chalicelib.suite import suite
from infra import audit
from infra.local.laptop import Laptop
from tests.engines import on_both_engines

MINE, OTHER = "account:asha", "icegate:asha_exports"


@pytest.fixture
def table(laptop: Laptop) -> str:
    """Two streams, of four events and of one."""
    for number in range(4):
        tell(MINE, f"{number}")
    tell(OTHER, "first")
    return laptop.environment["AUDIT_TABLE"]


def tell(stream: str, by: str) -> None:
    store = suite().store
    entry = Entry(Deed.SIGNED_IN, stream, stream, facts={"by": by})
    store.write(*recorded(store, suite().clock(), f"request-{by}", entry))


def alter(stream: str, sequence: int, /, **changed: Any) -> None:
    row = suite().store.tables.audit.get(stream, sequence)
    row.record = json.dumps(json.loads(row.record) | changed)
    row.save()


def take_out(stream: str, *sequences: int) -> None:
    for sequence in sequences:
        suite().store.tables.audit(stream, sequence).delete()


def verify(table: str, *asked: str) -> int:
    return audit.main(["verify", "--table", table, *(asked or ("--all",))])


@on_both_engines
def test_what_is_whole_is_told_with_its_ends(table: str, capsys: pytest.CaptureFixture[str]) -> None:
    head = suite().store.audit_head(MINE)
    assert head is not None
    assert verify(table, "--stream", MINE) == 0
    assert capsys.readouterr().out == f"{MINE} intact 1..4 {head.hash} {head.at.isoformat()}\n"
    assert verify(table) == 0
    told = capsys.readouterr()
    assert [line.split(" intact ")[0] for line in told.out.splitlines()] == [MINE, OTHER]
    assert told.err == ""


@on_both_engines
@pytest.mark.parametrize(
    ("changed", "fault"),
    [
        ({"facts": {"by": "nobody"}}, "altered"),
        ({"sequence": 3}, "unreadable"),
        ({"at": "yesterday"}, "unreadable"),
        ({"stream": OTHER}, "of_another_stream"),
    ],
)
def test_the_first_link_that_does_not_hold_is_named(
    table: str, changed: dict[str, Any], fault: str, capsys: pytest.CaptureFixture[str]
) -> None:
    alter(MINE, 2, **changed)
    alter(MINE, 4, facts={})
    assert verify(table, "--stream", MINE) == 1
    assert capsys.readouterr().err == f"{MINE} broken at 2: {fault}\n"
    assert verify(table) == 1
    told = capsys.readouterr()
    assert told.out.startswith(f"{OTHER} intact 1..1 ")
    assert told.err == f"{MINE} broken at 2: {fault}\n"


def test_what_was_taken_out_is_named(table: str, capsys: pytest.CaptureFixture[str]) -> None:
    take_out(MINE, 3)
    assert verify(table) == 1
    assert f"{MINE} broken at 4: out_of_sequence" in capsys.readouterr().err
    take_out(MINE, 1, 2)
    assert verify(table) == 1
    assert f"{MINE} broken at 4: beginning_missing" in capsys.readouterr().err


def test_what_was_cut_off_is_named_against_what_was_told_before(
    table: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert verify(table) == 0
    before = tmp_path / "before.txt"
    before.write_text(capsys.readouterr().out, encoding="utf-8")
    tell(MINE, "again")
    assert verify(table, "--all", "--against", str(before)) == 0
    take_out(MINE, 4, 5)
    take_out(OTHER, 1)
    capsys.readouterr()
    assert verify(table) == 0
    assert verify(table, "--all", "--against", str(before)) == 1
    told = capsys.readouterr().err
    assert told == f"{MINE} broken at 4: end_missing\n{OTHER} broken at 1: end_missing\n"


def test_what_the_sweep_took_is_no_fault(laptop: Laptop, table: str, capsys: pytest.CaptureFixture[str]) -> None:
    take_out(MINE, 1)
    assert verify(table, "--stream", MINE) == 1
    assert verify(table, "--stream", MINE, "--retention-days", "0") == 0
    assert f"{MINE} intact 2..4 " in capsys.readouterr().out
    assert verify(table, "--stream", "account:nobody") == 0
    assert capsys.readouterr().out == "account:nobody empty\n"


def test_the_table_may_be_named_by_the_environment(
    laptop: Laptop, table: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("AUDIT_TABLE", table)
    assert audit.main(["verify", "--all"]) == 0
    monkeypatch.delenv("AUDIT_TABLE")
    with pytest.raises(SystemExit):
        audit.main(["verify", "--all"])
    assert "--table is needed" in capsys.readouterr().err
