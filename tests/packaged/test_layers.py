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


# XML may name files and hosts, and unfold without end: lxml.etree alone reads it, by a parser that follows nothing;
# and in the API, where lxml is never loaded, expat with every declaration refused.
HARMLESS = {
    "resolve_entities": False,
    "no_network": True,
    "load_dtd": False,
    "dtd_validation": False,
    "huge_tree": False,
}
STRICT_XML = CODE / "domain" / "strict_xml.py"
PULL_READING = CODE / "domain" / "digilocker" / "pull_reading.py"
PULL_ANSWERS = CODE / "domain" / "digilocker" / "pull_answers.py"
# What is read by other means than lxml: a pull by expat. An answer is written by ElementTree and nothing is read.
OTHERWISE = {PULL_READING: {"xml.parsers.expat"}, PULL_ANSWERS: {"xml.etree.ElementTree"}}
ENVELOPES = CODE / "domain" / "signatures" / "esign" / "envelopes.py"
READING = {"fromstring", "fromstringlist", "parse", "iterparse", "XML", "XMLID", "HTML", "XMLPullParser", "HTMLParser"}


def test_xml_is_read_by_a_parser_that_follows_nothing() -> None:
    """A known defect: XML parsed before it is authenticated, by a parser that does as the XML says."""
    read_with: set[str] = set()
    reading: set[Path] = set()
    for path in modules(""):
        names = {name for name in imported(path) if within(name, "xml", "lxml", "defusedxml")}
        if not names:
            continue
        assert names == OTHERWISE.get(path, {"lxml.etree"}), path
        for call in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not (isinstance(call, ast.Call) and ast.unparse(call.func).startswith("etree.")):
                continue
            function = ast.unparse(call.func).removeprefix("etree.")
            given = {keyword.arg: keyword.value for keyword in call.keywords}
            if function == "XMLParser":
                told = {name: ast.literal_eval(value) for name, value in given.items() if name is not None}
                assert {name: told.get(name) for name in HARMLESS} == HARMLESS, path
            elif function in READING:
                read_with.add(ast.unparse(given["parser"]))
                reading.add(path)
    assert read_with == {"strict_xml.parser()", "parser()"}
    # An envelope's part is parsed once more on its own, from what a tree was written as.
    assert reading == {ENVELOPES, STRICT_XML}
    assert not any(f"ET.{function}(" in PULL_ANSWERS.read_text(encoding="utf-8") for function in READING)


@pytest.mark.parametrize("handler", ["StartDoctypeDecl", "EntityDecl", "ExternalEntityRef", "SkippedEntity"])
def test_expat_refuses_every_declaration(handler: str) -> None:
    assert f"self.parser.{handler}Handler = self._doctype" in PULL_READING.read_text(encoding="utf-8")


def test_what_comes_is_looked_at_before_it_is_parsed_and_leaves_as_the_verified_tree_alone() -> None:
    """Size, encoding and DOCTYPE come before the parser; what is handed out is what the verifier gave back."""
    tree = ast.parse(ENVELOPES.read_text(encoding="utf-8"))
    functions = {node.name: node for node in tree.body if isinstance(node, ast.FunctionDef)}
    public = {name: ast.unparse(made.returns) for name, made in functions.items() if made.returns and name[0] != "_"}
    assert public == {"signed": "bytes", "verified": "etree._Element"}
    assert {name for name, made in functions.items() if "strict_xml.parsed" in called(made)} == {"verified"}
    strict = ast.parse(STRICT_XML.read_text(encoding="utf-8"))
    reading = next(ast.unparse(node) for node in strict.body if getattr(node, "name", "") == "parsed")
    steps = ["at_most", "decode('utf-8')", "DOCTYPE", "etree.fromstring"]
    assert [reading.index(step) for step in steps] == sorted(reading.index(step) for step in steps)
    returned = {ast.unparse(node) for node in ast.walk(functions["verified"]) if isinstance(node, ast.Return)}
    assert returned == {"return tree"}
    assert "tree = _signed_tree(" in ast.unparse(functions["verified"])


def called(function: ast.FunctionDef) -> set[str]:
    return {ast.unparse(node.func) for node in ast.walk(function) if isinstance(node, ast.Call)}
