"""Builds what is deployed: `python -m infra.package` writes the zip and the CloudFormation template.

    build/package/deployment.zip   every function's code
    build/package/template.json    a SAM template for `aws cloudformation package` and `deploy`

Chalice makes both from app.py, .chalice/ and infra/resources.json; what it cannot do is done here: the state machines'
definitions, the gateway's own answers, log groups and alarms, and a zip that is pruned and compiled.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Any

from infra.asl import UnfitDefinitionError, embed
from infra.deployment_zip import NotCompiledError, Sizes, finish
from infra.gateway import add_gateway_responses
from infra.watching import watch
from infra.wheels import NoWheelError, wheels

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / ".cache" / "package"
REGION = "ap-south-1"
STAGES = ("prod", "dev")
MAX_UNPACKED = 60_000_000

Say = Callable[[str], None]


class PackagingError(RuntimeError):
    """The package could not be built; the message says why."""


@dataclass(frozen=True)
class Package:
    """What was built: the zip, the template, and the zip's sizes."""

    code: Path
    template: Path
    sizes: Sizes


def sources(root: Path = ROOT) -> Iterator[Path]:
    """Every file that decides what the package holds, in a fixed order."""
    yield root / "app.py"
    yield root / "requirements.txt"
    yield root / "infra" / "resources.json"
    yield root / ".chalice" / "config.json"
    yield from sorted((root / ".chalice").glob("policy-*.json"))
    yield from sorted((root / "infra").glob("*.py"))
    yield from sorted((root / "infra" / "statemachines").glob("*.asl.json"))
    yield from sorted(path for path in (root / "chalicelib").rglob("*") if path.is_file() and _is_source(path))


def _is_source(path: Path) -> bool:
    return "__pycache__" not in path.parts and path.suffix != ".pyc"


def fingerprint(stage: str, root: Path = ROOT) -> str:
    """A name for what the sources would give: the same sources, Python and Chalice give the same package."""
    digest = hashlib.sha256(repr((stage, sys.version_info[:3], version("chalice"))).encode())
    for path in sources(root):
        digest.update(str(path.relative_to(root)).encode() + b"\0" + hashlib.sha256(path.read_bytes()).digest())
    return digest.hexdigest()[:16]


def build(out: Path, stage: str = STAGES[0], say: Say = print) -> Package:
    """Build the package of a stage of .chalice/config.json into the directory `out`.

    Raises PackagingError (Chalice refused, or the result is too large), NoWheelError, NotCompiledError,
    UnfitDefinitionError.
    """
    out.mkdir(parents=True, exist_ok=True)
    say("Fetching the libraries that Lambda needs (kept for the next time)")
    libraries = wheels(ROOT / "requirements.txt", CACHE)
    with tempfile.TemporaryDirectory() as name:
        project = Path(name) / "project"
        _stage_project(project, libraries)
        say("Packaging with Chalice")
        packed = _chalice_package(project, stage)
        say("Completing the template: state machines, gateway answers, log groups, alarms, dashboard")
        template = complete(json.loads((packed / "sam.json").read_text(encoding="utf-8")))
        say("Pruning, compiling and zipping the code")
        code = out / "deployment.zip"
        sizes = finish(packed / "deployment.zip", code)
    if sizes.unpacked > MAX_UNPACKED:
        raise PackagingError(f"{sizes.unpacked / 1e6:.1f} MB unpacked; the bound is {MAX_UNPACKED / 1e6:.0f} MB")
    written = out / "template.json"
    written.write_text(json.dumps(template, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return Package(code, written, sizes)


def complete(template: dict[str, Any]) -> dict[str, Any]:
    """Add to Chalice's template, merged with infra/resources.json, what Chalice cannot make."""
    # Chalice would have it load the whole app (ADR 40).
    template["Resources"]["APIHandler"]["Properties"]["Handler"] = "chalicelib.handlers.front_door.answer"
    add_gateway_responses(template)
    watch(template)
    embed(template, ROOT / "infra" / "statemachines")
    return template


def _stage_project(project: Path, libraries: Path) -> None:
    """Copy to `project` what Chalice reads, with the libraries as vendored files: so it has nothing left to fetch."""
    project.mkdir()
    shutil.copy(ROOT / "app.py", project / "app.py")
    shutil.copytree(ROOT / "chalicelib", project / "chalicelib", ignore=shutil.ignore_patterns("__pycache__", "*.pyc"))
    (project / ".chalice").mkdir()
    for path in [ROOT / ".chalice" / "config.json", *(ROOT / ".chalice").glob("policy-*.json")]:
        shutil.copy(path, project / ".chalice" / path.name)
    (project / "requirements.txt").touch()
    (project / "vendor").symlink_to(libraries, target_is_directory=True)


def _chalice_package(project: Path, stage: str) -> Path:
    out = project / "out"
    command = [sys.executable, "-c", "import sys; from chalice.cli import main; sys.exit(main())"]
    command += ["package", "--stage", stage, "--merge-template", str(ROOT / "infra" / "resources.json"), str(out)]
    # No account and no instance metadata is asked: packaging needs neither.
    environment = {
        **{name: value for name, value in os.environ.items() if not name.startswith("AWS_")},
        "AWS_DEFAULT_REGION": REGION,
        "AWS_EC2_METADATA_DISABLED": "true",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    run = subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, check=False)
    if run.returncode != 0 or not (out / "sam.json").is_file():
        raise PackagingError(f"Chalice could not package:\n{run.stdout}{run.stderr}".strip())
    return out


def main(arguments: list[str] | None = None) -> int:
    """The command line. Answers the process's exit code."""
    parser = argparse.ArgumentParser(prog="python -m infra.package", description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--out", type=Path, default=ROOT / "build" / "package", help="directory to write to")
    parser.add_argument("--stage", choices=STAGES, default=STAGES[0], help="stage of .chalice/config.json")
    options = parser.parse_args(arguments)
    started = time.monotonic()
    try:
        package = build(options.out, options.stage)
    except (PackagingError, NoWheelError, NotCompiledError, UnfitDefinitionError) as failure:
        print(f"The package could not be built. {failure}", file=sys.stderr)
        return 1
    sizes = package.sizes
    print(f"{package.code}: {sizes.files} files, {sizes.zipped / 1e6:.1f} MB, {sizes.unpacked / 1e6:.1f} MB unpacked")
    print(f"{package.template}: deploy it as docs/deploy.md says")
    print(f"Done in {time.monotonic() - started:.0f} s")
    return 0


if __name__ == "__main__":
    sys.exit(main())
