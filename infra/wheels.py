"""The libraries of requirements.txt as Lambda needs them, fetched once for each requirements.txt.

Chalice would fetch them itself, each time any file changes, and when a wheel is missing it says so and packages without
it. Here a missing wheel is an error.
"""

from __future__ import annotations

import hashlib
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

# Python version to the newest glibc of its Lambda runtime (Amazon Linux 2, then 2023).
GLIBC_MINOR = {(3, 11): 26, (3, 12): 34, (3, 13): 34, (3, 14): 34, (3, 15): 34}
OLDEST_GLIBC_MINOR = 17  # manylinux2014

# The functions run on x86_64, not on Arm at a fifth less the price: the machines that build and test this suite are
# x86_64, and so the tests of the package run the very bytes that are deployed.
MACHINE = "x86_64"


class NoWheelError(RuntimeError):
    """A library has no wheel that runs in Lambda; the message is pip's."""


def platforms(glibc_minor: int) -> list[str]:
    """The platform tags that a Lambda runtime with glibc 2.`glibc_minor` runs, newest first."""
    newer = [f"manylinux_2_{minor}_{MACHINE}" for minor in range(glibc_minor, OLDEST_GLIBC_MINOR - 1, -1)]
    return [*newer, f"manylinux2014_{MACHINE}"]


def wheels(requirements: Path, cache: Path) -> Path:
    """A directory with everything that `requirements` names, unpacked; kept below `cache`.

    Raises NoWheelError when pip cannot find one, or when this Python has no Lambda runtime.
    """
    version = sys.version_info[:2]
    if version not in GLIBC_MINOR:
        raise NoWheelError(f"Lambda has no runtime for Python {version[0]}.{version[1]}; use {min(GLIBC_MINOR)}")
    tags = platforms(GLIBC_MINOR[version])
    key = hashlib.sha256(requirements.read_bytes() + repr((version, tags)).encode()).hexdigest()[:16]
    kept = cache / f"wheels-{key}"
    if kept.is_dir():
        return kept
    cache.mkdir(parents=True, exist_ok=True)
    partial = Path(tempfile.mkdtemp(prefix="partial-", dir=cache))
    command = [sys.executable, "-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--no-compile"]
    command += ["--only-binary=:all:", "--implementation", "cp", "--python-version", f"{version[0]}.{version[1]}"]
    for tag in tags:
        command += ["--platform", tag]
    command += ["--target", str(partial), "--requirement", str(requirements)]
    run = subprocess.run(command, capture_output=True, text=True, check=False)
    if run.returncode != 0:
        shutil.rmtree(partial)
        raise NoWheelError(run.stderr.strip())
    return keep(partial, kept)


def keep(partial: Path, kept: Path) -> Path:
    """Move a finished directory to its place, unless another run was there first; answers the place."""
    try:
        partial.rename(kept)
    except OSError:
        if not kept.is_dir():
            raise
        shutil.rmtree(partial)
    return kept
