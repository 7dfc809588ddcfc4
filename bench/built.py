"""What the bench builds and installs under .cache/bench, once for each content: the usual stack and the comparators."""

from __future__ import annotations

import compileall
import hashlib
import os
import py_compile
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

HERE = Path(__file__).parent
DIGITS = 12
CACHE = HERE.parent / ".cache" / "bench"


class CannotBuildError(Exception):
    """A tool is missing or a package could not be had; the message says which."""


def run(command: list[str], cwd: Path | None = None) -> None:
    """Run a build command; what it says is shown only when it fails."""
    done = subprocess.run(command, cwd=cwd, capture_output=True, text=True, check=False)
    if done.returncode:
        raise CannotBuildError(f"{' '.join(command[:3])}: {(done.stderr or done.stdout)[-600:].strip()}")


def once(name: str, sources: Iterable[Path], build: Callable[[Path], None]) -> Path:
    """The directory built from `sources`; built again only when one of them, or the interpreter, changes."""
    digest = hashlib.sha256(sys.version.encode())
    for source in sources:
        digest.update(source.read_bytes())
    place = CACHE / f"{name}-{digest.hexdigest()[:DIGITS]}"
    if not place.exists():
        print(f"building {name} into {place.relative_to(HERE.parent)} …", file=sys.stderr, flush=True)
        for old in CACHE.glob(f"{name}-{'[0-9a-f]' * DIGITS}"):
            shutil.rmtree(old)
        half = CACHE / f"half-{name}"
        shutil.rmtree(half, ignore_errors=True)
        half.mkdir(parents=True)
        build(half)
        half.rename(place)
    return place


def compiled(directory: Path) -> None:
    """Give every module its .pyc, to be believed unchecked: as good as a package can be made to start."""
    compileall.compile_dir(
        directory, quiet=2, workers=os.cpu_count() or 1, invalidation_mode=py_compile.PycInvalidationMode.UNCHECKED_HASH
    )


def usual_stack(*, with_pyc: bool) -> Path:
    """The usual stack's package, as `pip install --target` leaves it for a package (no .pyc), or compiled."""
    source = HERE / "usual_stack"

    def build(place: Path) -> None:
        requirements = str(source / "requirements.txt")
        run([sys.executable, "-m", "pip", "install", "-q", "--no-compile", "--target", str(place), "-r", requirements])
        shutil.copy(source / "app.py", place)
        if with_pyc:
            compiled(place)

    name = "usual-stack-compiled" if with_pyc else "usual-stack"
    return once(name, [source / "requirements.txt", source / "app.py"], build)


def better_auth() -> list[str]:
    """The command that runs better-auth's sign-ups, installed by npm at the locked versions."""
    source = HERE / "comparators" / "better_auth"
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        raise CannotBuildError("Node.js and npm are not on this machine")
    files = [source / name for name in ("package.json", "package-lock.json", "sign_up.mjs")]

    def build(place: Path) -> None:
        for file in files:
            shutil.copy(file, place)
        run([npm, "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=place)

    return [node, str(once("better-auth", files, build) / "sign_up.mjs")]


def allauth() -> list[str]:
    """The command that runs django-allauth's sign-ups, installed by pip at the pinned versions."""
    source = HERE / "comparators" / "allauth"
    files = [source / name for name in ("requirements.txt", "sign_up.py")]

    def build(place: Path) -> None:
        run([sys.executable, "-m", "pip", "install", "-q", "--target", str(place), "-r", str(files[0])])
        shutil.copy(files[1], place)

    # Run as a script, its directory is the first place Python looks: our own libraries stay out.
    return [sys.executable, "-I", "-c", RUN_APART, str(once("allauth", files, build) / "sign_up.py")]


RUN_APART = (
    "import runpy,sys,os;sys.argv=sys.argv[1:];sys.path.insert(0,os.path.dirname(sys.argv[0]));"
    "runpy.run_path(sys.argv[0],run_name='__main__')"
)
