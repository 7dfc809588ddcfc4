from __future__ import annotations

import importlib.util
import marshal
import zipfile
from pathlib import Path

import pytest

from infra.deployment_zip import LAMBDA_ROOT, SERVICES, NotCompiledError, compiled, finish, wanted
from infra.package import MAX_UNPACKED, ROOT, Package
from tests.packaged.lambda_process import LambdaProcesses

# PEP 552: magic number, flags, hash; the flags say "by hash, not checked against the source".
PYC_HEADER = 16
UNCHECKED_HASH = 0b01


def test_every_module_is_compiled_and_its_source_is_not_looked_at_again(unpacked: Path) -> None:
    modules = sorted(unpacked.rglob("*.py"))
    assert len(modules) > 300
    assert [str(path) for path in modules if not compiled(path).is_file()] == []
    for path in modules:
        header = compiled(path).read_bytes()[:8]
        assert header[:4] == importlib.util.MAGIC_NUMBER, path
        assert int.from_bytes(header[4:], "little") == UNCHECKED_HASH, path


def test_every_compiled_file_has_its_source(unpacked: Path) -> None:
    sources = {compiled(path) for path in unpacked.rglob("*.py")}
    assert set(unpacked.rglob("*.pyc")) == sources


def test_tracebacks_name_the_files_as_lambda_has_them(unpacked: Path) -> None:
    for path in (unpacked / "app.py", unpacked / "chalicelib" / "settings.py", unpacked / "botocore" / "client.py"):
        code = marshal.loads(compiled(path).read_bytes()[PYC_HEADER:])
        assert code.co_filename == f"{LAMBDA_ROOT}/{path.relative_to(unpacked)}"


def test_the_package_is_small_enough(package: Package) -> None:
    assert package.sizes.unpacked <= MAX_UNPACKED
    # CloudFormation hands Lambda the zip from S3; Lambda takes 250 MB unpacked, the console edits 3 MB.
    assert package.sizes.zipped <= 50_000_000


def test_all_of_chalicelib_is_in_byte_for_byte(unpacked: Path) -> None:
    def files(root: Path) -> dict[str, bytes]:
        found = (path for path in root.rglob("*") if path.is_file() and path.suffix != ".pyc")
        return {str(path.relative_to(root)): path.read_bytes() for path in found}

    packed = files(unpacked / "chalicelib")
    assert packed == files(ROOT / "chalicelib")
    assert {"web/texts/en.json", "web/texts/hi.json"} <= packed.keys()
    assert (unpacked / "app.py").read_bytes() == (ROOT / "app.py").read_bytes()


def test_nothing_of_the_laptop_the_tests_or_the_documents_is_in(unpacked: Path) -> None:
    top = {path.name for path in unpacked.iterdir()}
    assert not top & {"infra", "tests", "bench", "docs", "bin", ".chalice", "vendor", "requirements.txt", "moto"}
    assert not top & {"moto", "pytest", "hypothesis", "mypy", "playwright", "samtranslator", "cfnlint", "pip"}


@pytest.mark.parametrize("name", ["infra", "tests", "bench", "moto", "pip"])
def test_nothing_of_them_can_be_imported(lambdas: LambdaProcesses, name: str) -> None:
    found = lambdas.run("importlib.util.find_spec", name)
    assert (found.answer, found.error) == (None, None)


def test_what_libraries_bring_for_what_they_never_do_here_is_not_in(unpacked: Path) -> None:
    top = {path.name.split("-")[0] for path in unpacked.iterdir()}
    assert not top & {"aiohttp", "attr", "attrs", "frozenlist", "idna", "multidict", "oscrypto", "propcache", "yarl"}
    assert not (unpacked / "lxml" / "includes").exists()


def test_every_module_of_the_suite_loads_without_it(lambdas: LambdaProcesses, unpacked: Path) -> None:
    ours = [path.relative_to(unpacked).with_suffix("") for path in (unpacked / "chalicelib").rglob("*.py")]
    names = sorted(".".join(path.parts).removesuffix(".__init__") for path in ours)
    checking = ["pyhanko_certvalidator.validate", "pyhanko_certvalidator.registry", "signxml", "lxml.etree"]
    assert {*names, *checking} <= lambdas.load([*names, *checking])


def test_botocore_knows_the_services_that_are_called_and_no_other(unpacked: Path) -> None:
    assert {path.name for path in (unpacked / "botocore" / "data").iterdir() if path.is_dir()} == SERVICES
    for service in SERVICES:
        assert list((unpacked / "botocore" / "data" / service).glob("*/service-2.json*")), service
        assert list((unpacked / "botocore" / "data" / service).glob("*/endpoint-rule-set-1.json*")), service
    files = {path.name for path in (unpacked / "botocore" / "data").iterdir() if path.is_file()}
    assert {"endpoints.json", "partitions.json", "_retry.json", "sdk-default-configuration.json"} <= files


def test_only_wheels_for_lambda_are_in(unpacked: Path) -> None:
    built = sorted(path.name for path in unpacked.rglob("*.so*"))
    assert built
    for name in built:
        assert "x86_64" in name or "abi3" in name, name


def test_the_zip_is_the_same_bytes_each_time(package: Package, tmp_path: Path) -> None:
    small = tmp_path / "small.zip"
    with zipfile.ZipFile(package.code) as packed, zipfile.ZipFile(small, "w") as chosen:
        for name in packed.namelist():
            if name.startswith(("chalicelib/", "pyotp/")):
                chosen.writestr(name, packed.read(name))
    finish(small, tmp_path / "one.zip")
    finish(small, tmp_path / "two.zip")
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()


def test_the_zip_holds_no_time_no_owner_and_no_executable_bit(package: Package) -> None:
    with zipfile.ZipFile(package.code) as packed:
        entries = packed.infolist()
    assert {entry.date_time for entry in entries} == {(1980, 1, 1, 0, 0, 0)}
    assert {entry.external_attr >> 16 for entry in entries} == {0o100644}
    assert [entry.filename for entry in entries] == sorted(entry.filename for entry in entries)


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("botocore/data/dynamodb/2012-08-10/service-2.json.gz", True),
        ("botocore/data/dynamodb/2012-08-10/examples-1.json", False),
        ("botocore/data/ec2/2016-11-15/service-2.json.gz", False),
        ("botocore/data/endpoints.json", True),
        ("botocore/docs/docstring.py", True),
        ("bin/altcha", False),
        ("attr/__init__.py", False),
        ("aiohttp-3.14.5.dist-info/METADATA", False),
        ("attribute/__init__.py", True),
        ("oscrypto/keys.py", False),
        ("pyhanko_certvalidator/fetchers/requests_fetchers/__init__.py", True),
        ("pyhanko_certvalidator/fetchers/aiohttp_fetchers/__init__.py", False),
        ("lxml/etree.cpython-311-x86_64-linux-gnu.so", True),
        ("lxml/etree.h", False),
        ("lxml/parser.pxi", False),
        ("lxml/includes/libxml/tree.h", False),
        ("pyotp-2.12.0.dist-info/METADATA", True),
        ("pyotp-2.12.0.dist-info/RECORD", False),
        ("pyotp-2.12.0.dist-info/direct_url.json", False),
        ("pyotp-2.12.0.dist-info/licenses/LICENSE", True),
        ("chalicelib/web/texts/hi.json", True),
        ("chalicelib/__pycache__/settings.cpython-311.pyc", False),
    ],
)
def test_what_is_wanted(name: str, *, kept: bool) -> None:
    assert wanted(name) is kept


def test_a_module_that_does_not_compile_stops_the_package(tmp_path: Path) -> None:
    source = tmp_path / "source.zip"
    with zipfile.ZipFile(source, "w") as packed:
        packed.writestr("good.py", "x = 1\n")
        packed.writestr("bad.py", "x = (\n")
    with pytest.raises(NotCompiledError, match=r"bad\.py"):
        finish(source, tmp_path / "target.zip")
    assert not (tmp_path / "target.zip").exists()
