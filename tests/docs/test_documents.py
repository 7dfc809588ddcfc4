"""The documents: their links lead somewhere, what they list is what there is, and they name no place of one machine."""

import importlib
import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from chalicelib.adapters.dynamodb import (
    account_rows,
    certificate_rows,
    department_rows,
    digilocker_rows,
    iec_rows,
    registration_rows,
    signature_rows,
)
from chalicelib.adapters.dynamodb import rows as row_classes
from chalicelib.domain.icegate.registration import Status
from infra import watching
from infra.department_alarms import department_alarms
from tests.docs.documents import ROOT, anchors, code_blocks, documents, links, read, rows, sections

ARCHITECTURE = sections(read("docs/architecture.md"))
MACHINE: dict[str, Any] = json.loads(read("infra/statemachines/simplified_registration.asl.json"))
NAMES = [str(path.relative_to(ROOT)) for path in documents()]


@pytest.mark.parametrize("name", NAMES)
def test_links_lead_somewhere(name: str) -> None:
    page = ROOT / name
    dead = []
    for link in links(page.read_text(encoding="utf-8")):
        target, _, anchor = link.partition("#")
        if "://" in target:
            continue
        led = (page.parent / target).resolve() if target else page
        is_there = led.exists() and led.is_relative_to(ROOT)
        if not is_there or (anchor and anchor not in anchors(led.read_text(encoding="utf-8"))):
            dead.append(link)
    assert dead == []


@pytest.mark.parametrize("name", NAMES)
def test_no_place_of_one_machine_is_named(name: str) -> None:
    assert re.findall(r"(?<![\w.:/}*-])/(?:home|root|tmp|work|Users|opt|usr|mnt)/[\w./-]*", read(name)) == []


@pytest.mark.parametrize("name", NAMES)
def test_the_code_that_is_named_exists(name: str) -> None:
    """Files in backticks that say where they are, from the root or from chalicelib."""
    named = re.findall(r"`((?:[\w.-]+/)+[\w.-]+\.(?:py|json|md|html|js))`", read(name))
    examples = ("build/", "bench/results", "lists/", "docs/adr/NNNN", ".chalice/policy-lock_account")
    bases = (ROOT, ROOT / "chalicelib", ROOT / "infra")
    looked_for = [path for path in named if not path.startswith(examples)]
    assert [path for path in looked_for if not any((base / path).exists() for base in bases)] == []


def test_the_configuration_table_names_the_variables_that_are_read_and_set() -> None:
    code = "\n".join(path.read_text(encoding="utf-8") for path in (ROOT / "chalicelib").rglob("*.py"))
    are_read = set(re.findall(r'(?:settings|self)\["([A-Z][A-Z_]+)"\]', code))
    are_read |= set(re.findall(r'Row, "([A-Z_]+_TABLE)"', code))
    # What may be empty.
    are_read |= set(re.findall(r'environment\.get\("([A-Z_]+)", ""\)', code))
    template = json.loads(read("infra/resources.json"))
    are_set = set(template["Globals"]["Function"]["Environment"]["Variables"])
    told = [row[0].strip("`") for row in rows(sections(read("README.md"))["Configuration"]) if row[0] != "variable"]
    assert are_read - {"AWS_REGION"} == are_set
    assert sorted(told) == sorted(are_read)


def test_every_document_is_reached_from_the_readme() -> None:
    reached, to_read = set(), [ROOT / "README.md"]
    while to_read:
        page = to_read.pop()
        if page in reached or page.suffix != ".md" or not page.is_file():
            continue
        reached.add(page)
        targets = [link.partition("#")[0] for link in links(page.read_text(encoding="utf-8")) if "://" not in link]
        to_read += [(page.parent / target).resolve() for target in targets if target]
    assert set(documents()) - reached == set()


def test_the_limits_are_those_of_the_code() -> None:
    tables = [ARCHITECTURE["Limits"], sections(read("docs/accounts.md"))["Limits of accounts"]]
    told = [(row[1], row[2].strip("`")) for table in tables for row in rows(table) if row[2] != "in the code"]
    assert len(told) > len(list(rows(tables[0])))
    for number, name in told:
        assert number == _written(_value(name)), name


def _value(name: str) -> Any:
    """`codes.ATTEMPTS`, `icegate.registration.LIFETIME`, `limits.CODE_TRIES.first`: a name in the domain."""
    parts = name.split(".")
    depth = next(index for index, part in enumerate(parts) if part.isupper())
    value: Any = importlib.import_module(".".join(["chalicelib.domain", *parts[:depth]]))
    for part in parts[depth:]:
        value = getattr(value, part)
    return value


def _written(value: int | timedelta) -> str:
    if isinstance(value, int):
        return str(value)
    seconds = int(value.total_seconds())
    for unit, length in (("days", 86_400), ("h", 3600), ("min", 60), ("s", 1)):
        # A day is told as 24 h: it is a lock, not a date.
        if seconds % length == 0 and seconds > length * (unit == "days"):
            return f"{seconds // length} {unit}"
    raise AssertionError(value)


def test_the_tables_are_told_with_every_attribute() -> None:
    told = {
        name: {attribute for row in rows(text) for attribute in re.findall(r"`(\w+)`", row[0])}
        for name, text in re.findall(r"^### (\w+)\n(.*?)(?=^### |\Z)", ARCHITECTURE["Data"], re.MULTILINE | re.DOTALL)
    }
    assert told == {
        "registrations": _attributes(registration_rows.RegistrationRow),
        "holders": _attributes(row_classes.HolderRow),
        "temporary_passwords": _attributes(row_classes.TemporaryPasswordRow),
        "sign_in_names": _attributes(row_classes.NameRow),
        "accounts": _attributes(account_rows.AccountRow),
        "account_registrations": _attributes(account_rows.AccountRegistrationRow),
        "flows": _attributes(account_rows.FlowRow),
        "outbox": _attributes(account_rows.MessageRow),
        "audit": _attributes(account_rows.EventRow),
        "signings": _attributes(signature_rows.SigningRow),
        "iec_records": _attributes(iec_rows.IecRecordRow),
        "iec_users": _attributes(iec_rows.IecUserRow),
        "memberships": _attributes(iec_rows.MembershipRow),
        "full_registrations": _attributes(signature_rows.FullRegistrationRow),
        "crl_states": _attributes(signature_rows.CrlStateRow),
        "departments": _attributes(department_rows.DepartmentRow),
        "exchange_keys": _attributes(department_rows.ExchangeKeyRow),
        "certificates": _attributes(certificate_rows.CertificateRow),
        "findables": _attributes(certificate_rows.FindableRow),
        "pushes": _attributes(certificate_rows.PushRow),
        "pull_requests": _attributes(department_rows.PullRequestRow),
        "backfills": _attributes(department_rows.BackfillRow),
        "backfill_ranges": _attributes(department_rows.BackfillRangeRow),
        "department_days": _attributes(department_rows.DepartmentDayRow),
        "troubles": _attributes(department_rows.TroubleRow),
        "fetches": _attributes(digilocker_rows.FetchRow),
        "consents": _attributes(digilocker_rows.ConsentRow),
        "own_documents": _attributes(digilocker_rows.OwnDocumentRow),
        "sessions": _attributes(account_rows.SessionRow),
        "limits": _attributes(row_classes.LimitRow) | _attributes(department_rows.OutageRow),
    }


def _attributes(row: Any) -> set[str]:
    return set(row.get_attributes())


def test_the_diagram_of_statuses_has_them_all_and_no_other() -> None:
    diagram = code_blocks(ARCHITECTURE["The journey"], "mermaid")[0]
    drawn = {name for arrow in _arrows(diagram) for name in arrow} - {"[*]", "sending_alternate"}
    assert drawn == {status.value for status in Status}


def test_the_diagrams_of_the_state_machine_are_its_transitions() -> None:
    diagrams = code_blocks(ARCHITECTURE["The journey"], "mermaid")[1:]
    assert {arrow for diagram in diagrams for arrow in _arrows(diagram)} == _transitions()


def _arrows(diagram: str) -> set[tuple[str, str]]:
    return set(re.findall(r"^\s*(\S+) --> ([^\s:]+)", diagram, re.MULTILINE))


def _transitions() -> set[tuple[str, str]]:
    found = {("[*]", MACHINE["StartAt"])}
    for name, state in MACHINE["States"].items():
        ways = [state, *state.get("Choices", []), *state.get("Catch", [])]
        leads_to = [way[key] for way in ways for key in ("Next", "Default") if key in way]
        if state.get("End") or state["Type"] in {"Succeed", "Fail"}:
            leads_to.append("[*]")
        found |= {(name, target) for target in leads_to}
    return found


def test_the_runbook_names_every_alarm() -> None:
    machines = watching.named(json.loads(read("infra/resources.json")), "AWS::StepFunctions::StateMachine")
    made = {
        *watching.function_alarms("<function>"),
        *watching.table_alarms("<table>"),
        *(alarm for machine in machines for alarm in watching.machine_alarms(machine)),
        *watching.api_alarms("api"),
        *watching.message_alarms(),
        *watching.revocation_alarms(),
        *department_alarms(),
    }
    told = {row[0].strip("`") for row in rows(sections(read("docs/runbook.md"))["Alarms"]) if row[0] != "alarm"}
    assert told == made


def test_the_decisions_are_listed_in_their_order() -> None:
    listed = re.findall(r"^\d+\. \[(.+)\]\((\d{4})-", read("docs/adr/README.md"), re.MULTILINE)
    assert [int(number) for _, number in listed] == list(range(1, len(listed) + 1))
    files = sorted((ROOT / "docs" / "adr").glob("[0-9]*.md"))
    assert len(files) == len(listed)
    for (title, number), path in zip(listed, files, strict=True):
        text = path.read_text(encoding="utf-8")
        assert text.startswith(f"# {int(number)}. {title}\n")
        assert list(sections(text)) == ["Context", "Decision", "Consequences"], path


def test_the_changelog_ends_with_the_version_of_the_project() -> None:
    version = re.search(r'^version = "(.+)"$', read("pyproject.toml"), re.MULTILINE)
    assert version is not None
    assert f"## [{version[1]}]" in read("CHANGELOG.md")


def test_the_readme_shows_the_tree_as_it_is() -> None:
    tree = code_blocks(sections(read("README.md"))["What is where"], "")[0]
    parent = Path()
    for line in tree.splitlines():
        name = line.split()[0]
        indented = line.startswith("  ")
        path = parent / name if indented else Path(name)
        if "*" not in name:
            assert (ROOT / path).exists(), line
        if not indented:
            parent = Path(name)
