"""Finding a Chromium for the browser tests, and what is said where none can be had."""

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


def find(folder: Path, **environment: str) -> subprocess.CompletedProcess[str]:
    """Look for a Chromium where only ``folder`` is on the PATH, and where Playwright's cannot be fetched."""
    bare = {"PATH": str(folder), "HOME": str(folder), "PLAYWRIGHT_BROWSERS_PATH": str(folder / "browsers")}
    nowhere = {"PLAYWRIGHT_DOWNLOAD_HOST": "http://127.0.0.1:9"}
    return subprocess.run(
        [sys.executable, "-m", "infra.local.chromium"],
        cwd=ROOT,
        env={**bare, **nowhere, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


def program(folder: Path, name: str, exit_status: int) -> Path:
    path = folder / name
    path.write_text(f"#!/bin/sh\nexit {exit_status}\n", encoding="utf-8")
    path.chmod(0o755)
    return path


@pytest.mark.parametrize("name", ["chromium", "google-chrome"])
def test_one_on_the_path_is_taken_and_only_its_path_printed(name: str, tmp_path: Path) -> None:
    path = program(tmp_path, name, 0)
    assert find(tmp_path).stdout == f"{path}\n"


def test_a_stub_that_does_not_run_is_passed_over(tmp_path: Path) -> None:
    program(tmp_path, "chromium", 1)
    chrome = program(tmp_path, "google-chrome", 0)
    assert find(tmp_path).stdout == f"{chrome}\n"


def test_a_named_one_is_taken_or_refused(tmp_path: Path) -> None:
    named = program(tmp_path, "mine", 0)
    assert find(tmp_path, CHROMIUM=str(named)).stdout == f"{named}\n"
    done = find(tmp_path, CHROMIUM="/no/such/chrome")
    assert (done.returncode, done.stdout) == (1, "")
    assert "CHROMIUM=/no/such/chrome does not run" in done.stderr


def test_where_none_can_be_had_it_says_what_to_do(tmp_path: Path) -> None:
    done = find(tmp_path)
    assert (done.returncode, done.stdout) == (1, "")
    assert "apt-get install chromium" in done.stderr
    assert "playwright install" in done.stderr
    assert "Traceback" not in done.stderr
