"""Certificates from a file, as they are added: a sample, what was refused, mended, sent again."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
from playwright.sync_api import Download, expect

from chalicelib.domain.departments.backfills import BackfillStatus
from chalicelib.domain.departments.changes import WriteBackfill
from chalicelib.suite import suite
from infra.local import sample_department as sample
from infra.local.laptop import Laptop
from tests.browser.people import Visit
from tests.browser.test_browser_departments import Department, administrator
from tests.browser.visitor import DESK, NARROW


@pytest.fixture
def department(visit: Visit, laptop: Laptop, request: pytest.FixtureRequest) -> Department:
    """The sample department on the page for files; `language, width` come by the test's parameter."""
    language, width = getattr(request, "param", ("en", DESK))
    there = Department(administrator(visit, laptop, language, width), sample.DEPARTMENT_ID)
    there.who.visitor.met.add(laptop.aws_endpoint.partition("//")[2])
    there.go("-imports")
    return there


def sent(department: Department, path: Path, *, only_tried: bool = False) -> None:
    """Sends a file, and waits until the page says that it is over."""
    who = department.who
    there = who.find("imports").locator("li").count()
    who.find("size").set_input_files(path)
    who.find(f"dry_run-{'yes' if only_tried else 'no'}").check()
    department.press("department-import")
    expect(who.find("imports").locator("li")).to_have_count(there + 1)
    expect(who.find("imports-heading")).to_be_focused()
    expect(who.find("progress-told")).to_have_attribute("data-tone", "good")


def kept(download: Download, path: Path) -> Path:
    """What a browser saved, under its own name."""
    saved = path / download.suggested_filename
    download.save_as(saved)
    return saved


@pytest.mark.parametrize("department", [("en", DESK), ("hi", NARROW)], indirect=True)
def test_the_sample_is_refused_as_it_is_and_taken_once_it_is_mended(department: Department, tmp_path: Path) -> None:
    who, visitor, page = department.who, department.who.visitor, department.who.visitor.page
    page.locator("summary").click()
    expect(who.find("columns").get_by_role("rowheader")).to_contain_text(["number", "trade_name", "valid_to"])
    visitor.check("staff-department-imports-columns")
    with page.expect_download() as saved:
        who.find("sample").click()
    path = kept(saved.value, tmp_path)
    assert path.name == "TRCER-sample.csv"
    sent(department, path)
    card = page.locator("#imports li").first
    expect(who.find("progress-told")).to_have_text(visitor.word("department_imports.over", rows="1", refused="1"))
    expect(card).to_contain_text(visitor.word("department_imports.next_mend"))
    visitor.check("staff-department-imports-refused")
    with page.expect_download() as saved:
        card.get_by_role("button").click()
    report = kept(saved.value, tmp_path)
    assert report.name.startswith("TRCER-refused-lines-20")
    assert "2,2026/000123,holder_born_on," in report.read_text(encoding="utf-8")

    path.write_text(path.read_text(encoding="utf-8").replace("DD-MM-YYYY", "05-01-1980"), encoding="utf-8")
    sent(department, path, only_tried=True)
    expect(card).to_contain_text(visitor.word("department_imports.next_bring"))
    sent(department, path)
    made = suite().store.certificates_of(sample.DEPARTMENT_ID, 9)
    assert [one.number for one in made] == ["2026/000123"]


def test_a_file_that_cannot_be_read_is_to_be_mended_and_one_that_stopped_goes_on(
    department: Department, tmp_path: Path
) -> None:
    who, visitor, page = department.who, department.who.visitor, department.who.visitor.page
    department.press("department-import")
    visitor.summary(visitor.word("department_imports.file_required"), visitor.word("department_imports.how_required"))
    path = tmp_path / "certificates.csv"
    path.write_text("number,name\n1,Asha\n", encoding="utf-8")
    who.find("size").set_input_files(path)
    who.find("dry_run-no").check()
    department.press("department-import")
    expect(who.find("progress-told")).to_have_text(visitor.word("department_imports.over_failed"))
    card = page.locator("#imports li").first
    expect(card).to_contain_text(visitor.word("department_imports.next_unfit"))
    expect(card.get_by_role("button")).to_have_count(0)

    path.write_text(
        "number,holder_name,holder_born_on,issued_on,trade_name\n1,Asha,1980-05-01,2026-01-05,Mehta\n", "utf-8"
    )
    sent(department, path)
    newest = suite().store.backfills_of(sample.DEPARTMENT_ID, 1)[0]
    stopped = replace(newest, status=BackfillStatus.FAILED, trouble="import_step_failed")
    suite().store.write(WriteBackfill(stopped))
    page.reload()
    who.filled_in()
    card.get_by_role("button", name=visitor.word("department_imports.start_again")).click()
    expect(card.locator("h3")).to_contain_text(visitor.word("import_status.done"))
