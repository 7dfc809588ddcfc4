"""Turns the zip that Chalice writes into the one that is deployed: pruned, compiled, the same bytes each time.

Lambda's file system is read-only, so what is not compiled here is compiled again at every cold start.
"""

from __future__ import annotations

import compileall
import importlib.util
import py_compile
import re
import shutil
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

from infra.service_models import lighten

# The services that this suite calls. botocore carries the descriptions of some 400 others.
SERVICES = frozenset({"dynamodb", "kms", "s3", "secretsmanager", "sesv2", "sns", "stepfunctions"})

# Where Lambda unpacks the zip; tracebacks name the files so.
LAMBDA_ROOT = "/var/task"

# What no function reads when it runs: compiled files of the machine that built, scripts with its paths, notes of the
# installer, type stubs, sources in other languages, examples.
UNREAD = re.compile(
    r"(^|/)__pycache__/|\.pyc$|^bin/|^share/|^[^/]+\.data/|\.(pyi|pyx|pxd|pxi|c|h)$|(^|/)py\.typed$"
    r"|^[^/]+\.dist-info/(RECORD|INSTALLER|REQUESTED|WHEEL|direct_url\.json|top_level\.txt|entry_points\.txt)$"
    r"|^boto3/examples/|(^|/)examples-1\.json(\.gz)?$|^(botocore|boto3|s3transfer|pynamodb)/tests?/"
)

# What libraries bring for what this suite never lets them do. pyhanko-certvalidator fetches nothing here (what a CRL or
# an OCSP responder says comes through our own adapters), so its fetchers and all that aiohttp and oscrypto bring stay
# out; signxml reads XML with lxml.etree alone. pyHanko describes ETSI's reports in XML, which nobody asks it for, and
# uharfbuzz brings what it is tested with.
UNCALLED = re.compile(
    r"^(aiohappyeyeballs|aiohttp|aiosignal|attrs?|frozenlist|idna|multidict|oscrypto|propcache|yarl)(-[^/]+\.dist-info)?/"
    r"|^pyhanko_certvalidator/fetchers/aiohttp_fetchers/"
    r"|^lxml/(html|includes|isoschematron)/|^lxml/objectify\."
    r"|^pyhanko/generated/|^uharfbuzz/_harfbuzz_test\."
)

_STAND_IN = """# Not in this package: see infra/deployment_zip.py.


class {name}:
    def __init__(self, *_arguments, **_named):
        raise NotImplementedError("aiohttp is not packaged")
"""
# What stands in the place of a module that would load what stays out: pyHanko loads its own clients over aiohttp,
# whatever it is asked for. Time stamps, CRLs and OCSP are asked for through our own adapters.
STAND_INS = {
    "pyhanko/sign/timestamps/aiohttp_client.py": _STAND_IN.format(name="HTTPTimeStamper"),
    "pyhanko_certvalidator/fetchers/aiohttp_fetchers/__init__.py": _STAND_IN.format(name="AIOHttpFetcherBackend"),
}

SERVICE_DATA = re.compile(r"^(?:botocore|boto3)/data/([^/]+)/")

# The oldest time a zip can hold: a fixed one, or the same source would give another zip each day.
FIXED_TIME = (1980, 1, 1, 0, 0, 0)
FILE_MODE = 0o100644


class NotCompiledError(RuntimeError):
    """A module does not compile, so it would fail in Lambda too; the message names it."""


@dataclass(frozen=True)
class Sizes:
    """What a deployment zip holds: number of files, bytes unpacked, bytes as a zip."""

    files: int
    unpacked: int
    zipped: int


def wanted(name: str) -> bool:
    """Whether a file of Chalice's zip belongs in the one that is deployed."""
    service = SERVICE_DATA.match(name)
    if service is not None and service[1] not in SERVICES:
        return False
    return UNREAD.search(name) is None and UNCALLED.search(name) is None


def finish(source: Path, target: Path) -> Sizes:
    """Write `target` from Chalice's zip `source`. Raises NotCompiledError."""
    with tempfile.TemporaryDirectory() as name:
        root = Path(name)
        with zipfile.ZipFile(source) as packed:
            packed.extractall(root, members=[member for member in packed.namelist() if wanted(member)])
        lighten(root, SERVICES)
        for module, content in STAND_INS.items():
            if (root / module).parents[1].is_dir():
                (root / module).parent.mkdir(exist_ok=True)
                (root / module).write_text(content, encoding="utf-8")
        compile_all(root)
        partial = target.with_suffix(".partial")
        write_zip(root, partial)
        shutil.move(partial, target)
    return measure(target)


def compile_all(root: Path) -> None:
    """Compile every .py below `root` beside it; unchecked, because Lambda's copy of the source cannot change.

    Raises NotCompiledError.
    """
    done = compileall.compile_dir(
        root,
        quiet=2,
        force=True,
        stripdir=str(root),
        prependdir=LAMBDA_ROOT,
        invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH,
    )
    if not done:
        missing = [path for path in root.rglob("*.py") if not compiled(path).is_file()]
        names = sorted(str(path.relative_to(root)) for path in missing)
        raise NotCompiledError(f"does not compile: {', '.join(names)}")


def compiled(path: Path) -> Path:
    """Where Python looks for the compiled form of a module."""
    return Path(importlib.util.cache_from_source(str(path)))


def write_zip(root: Path, target: Path) -> None:
    """Pack everything below `root` in the order of its names, with one fixed time and mode."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as packed:
        for name in sorted(path.relative_to(root).as_posix() for path in root.rglob("*") if path.is_file()):
            entry = zipfile.ZipInfo(name, FIXED_TIME)
            entry.external_attr = FILE_MODE << 16
            entry.compress_type = zipfile.ZIP_DEFLATED
            packed.writestr(entry, (root / name).read_bytes())


def measure(path: Path) -> Sizes:
    """The sizes of a zip."""
    with zipfile.ZipFile(path) as packed:
        entries = packed.infolist()
    return Sizes(len(entries), sum(entry.file_size for entry in entries), path.stat().st_size)
