"""What may import what: arrows run one way, handlers to domain, adapters to domain."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

from infra.package import ROOT
from tests.packaged.lambda_process import LambdaProcesses

CODE = ROOT / "chalicelib"
AWS_AND_HTTP = {"aws_lambda_powertools", "boto3", "botocore", "chalice", "pynamodb", "s3transfer", "urllib3"}
NETWORK = {"http", "requests", "socket", "ssl", "urllib"}


def imported(path: Path) -> Iterator[str]:
    """The full names that a file imports, at its top or inside a function; not what is for the type checker only."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for_types = {
        id(inner)
        for node in ast.walk(tree)
        if isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test)
        for inner in ast.walk(node)
    }
    for node in ast.walk(tree):
        if id(node) in for_types:
            continue
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def modules(part: str) -> list[Path]:
    found = sorted((CODE / part).rglob("*.py"))
    assert found
    return found


def within(name: str, *packages: str) -> bool:
    return any(name == package or name.startswith(f"{package}.") for package in packages)


@pytest.mark.parametrize("path", modules("domain"), ids=lambda path: str(path.relative_to(CODE)))
def test_the_domain_imports_nothing_of_the_outside(path: Path) -> None:
    names = set(imported(path))
    assert {name for name in names if name.split(".")[0] in AWS_AND_HTTP | NETWORK} == set()
    assert {name for name in names if within(name, "chalicelib") and not within(name, "chalicelib.domain")} == set()
    assert {name for name in names if within(name, "time", "os", "logging")} == set()


@pytest.mark.parametrize("path", modules("domain"), ids=lambda path: str(path.relative_to(CODE)))
def test_the_domain_reads_no_clock(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"))
    called = {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
    assert not called & {"datetime.now", "datetime.utcnow", "date.today", "time.time", "datetime.today"}


@pytest.mark.parametrize("path", modules("adapters"), ids=lambda path: str(path.relative_to(CODE)))
def test_adapters_know_neither_handlers_nor_chalice(path: Path) -> None:
    for name in imported(path):
        assert not within(name, "chalicelib.handlers", "chalice", "app", "infra"), name


@pytest.mark.parametrize("path", modules("handlers"), ids=lambda path: str(path.relative_to(CODE)))
def test_handlers_reach_the_outside_through_the_suite_only(path: Path) -> None:
    for name in imported(path):
        assert not within(name, "chalicelib.adapters", "boto3", "botocore", "pynamodb", "infra", "app"), name


@pytest.mark.parametrize("path", modules("web"), ids=lambda path: str(path.relative_to(CODE)))
def test_pages_know_no_aws(path: Path) -> None:
    for name in imported(path):
        assert not within(name, "chalicelib.adapters", "chalicelib.handlers", *AWS_AND_HTTP), name


def test_the_domain_as_packaged_loads_nothing_of_the_outside(lambdas: LambdaProcesses, unpacked: Path) -> None:
    names = [
        str(path.relative_to(unpacked).with_suffix("")).replace("/", ".").removesuffix(".__init__")
        for path in sorted((unpacked / "chalicelib" / "domain").rglob("*.py"))
    ]
    loaded = {name.split(".")[0] for name in lambdas.load(names)}
    assert loaded & AWS_AND_HTTP == set()


def test_no_xml_is_read_anywhere() -> None:
    """A known defect: XML parsed before it is authenticated. Whoever brings the first parser brings its check."""
    parsers = {name for path in modules("") for name in imported(path) if within(name, "xml", "lxml", "defusedxml")}
    assert parsers == set()
