"""The command that brings IEC holders' records in: checks all, writes all or nothing, tells no content."""

from pathlib import Path

import pytest

from chalicelib.domain.identifiers import Iec
from chalicelib.suite import suite
from infra import holders
from infra.local.laptop import Laptop

HEADER = "iec,pan,legal_name,gstins,email,mobile\n"
NUMERIC = "0388055555,ZZZFZ9999Z,Zenith Spices,33ZZZFZ9999Z1ZK,Office@Zenith.example,98765 00005\n"
SAME_AS_PAN = '"zzzcz9999z","ZZZCZ9999Z","Zenith, Coir",33ZZZCZ9999Z1ZQ,a@zenith.example,+919876500006\n'


@pytest.fixture
def table(laptop: Laptop) -> str:
    return laptop.environment["HOLDERS_TABLE"]


def written(tmp_path: Path, *lines: str) -> str:
    path = tmp_path / "holders.csv"
    path.write_text("".join(lines), encoding="utf-8-sig")
    return str(path)


def test_good_lines_become_holders_and_may_be_written_again(tmp_path: Path, table: str) -> None:
    file = written(tmp_path, HEADER, NUMERIC, SAME_AS_PAN)
    for _ in range(2):
        assert holders.main(["--table", table, file]) == 0
    numeric, named = suite().store.holder(Iec("0388055555")), suite().store.holder(Iec("ZZZCZ9999Z"))
    assert numeric is not None
    assert named is not None
    assert (numeric.pan, numeric.contact.email, numeric.contact.mobile) == (
        "ZZZFZ9999Z",
        "Office@zenith.example",
        "+919876500005",
    )
    assert named.legal_name == "Zenith, Coir"


def test_one_bad_line_and_nothing_is_written(tmp_path: Path, table: str, capsys: pytest.CaptureFixture[str]) -> None:
    other_pan = "0388066666,ZZZPZ9999Z,Somebody Secret,33ZZZFZ9999Z1ZK,secret@zenith.example,1\n"
    assert holders.main(["--table", table, written(tmp_path, HEADER, NUMERIC, other_pan)]) == 1
    told = capsys.readouterr()
    assert "line 3: mobile: mobile_invalid" in told.err
    assert "ecret" not in told.err + told.out
    assert suite().store.holder(Iec("0388055555")) is None


@pytest.mark.parametrize(
    ("line", "why"),
    [
        ("ZZZCZ9999Z,ZZZPZ9999Z,X,33ZZZPZ9999Z1ZZ,a@b.cc,9876500005\n", "line 2: pan: pan_is_not_the_iec"),
        ("0388066666,ZZZPZ9999Z,X,33ZZZFZ9999Z1ZK,a@b.cc,9876500005\n", "line 2: gstins: gstin_of_another_pan"),
        ("0388066666,ZZZXZ9999Z,X,,a@b.cc,9876500005\n", "line 2: pan: pan_invalid"),
        ("0388066666,ZZZFZ9999Z,X\n", "line 2: gstins: required"),
        (NUMERIC.replace("\n", ",more\n"), "line 2"),
        (NUMERIC + NUMERIC, "1 line(s) repeat an IEC of another line"),
    ],
)
def test_what_is_wrong_is_told_by_line_and_column(
    tmp_path: Path, table: str, line: str, why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert holders.main(["--table", table, "--check", written(tmp_path, HEADER, line)]) == 1
    assert why in capsys.readouterr().err


def test_a_check_writes_nothing(tmp_path: Path, table: str) -> None:
    assert holders.main(["--table", table, "--check", written(tmp_path, HEADER, NUMERIC)]) == 0
    assert suite().store.holder(Iec("0388055555")) is None


def test_another_header_is_refused(tmp_path: Path, table: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert holders.main(["--table", table, written(tmp_path, "iec,name\n", NUMERIC)]) == 1
    assert "The header must be: iec,pan" in capsys.readouterr().err
