"""The package as it is deployed: how large, and whether every module comes compiled."""

from __future__ import annotations

import zipfile
from pathlib import Path, PurePosixPath

from bench.figures import Figure

MEGABYTE = 1_000_000


def without_pyc(names: list[str]) -> list[str]:
    """The modules of a package whose compiled form is not beside them, under the name CPython gives it."""
    known = set(names)
    missing = []
    for name in names:
        path = PurePosixPath(name)
        if path.suffix == ".py":
            folder = path.parent / "__pycache__"
            if not any(f"{folder}/{path.stem}.cpython-{version}.pyc" in known for version in ("311", "312", "313")):
                missing.append(name)
    return missing


def figures(package: Path) -> list[Figure]:
    """Megabytes unpacked, and the number of modules without a .pyc."""
    with zipfile.ZipFile(package) as archive:
        entries = archive.infolist()
    missing = without_pyc([entry.filename for entry in entries])
    unpacked = sum(entry.file_size for entry in entries) / MEGABYTE
    zipped = package.stat().st_size / MEGABYTE
    return [
        Figure("package.unpacked", unpacked, "MB", bound=60, beside=f"{zipped:.1f} MB zipped, {len(entries)} files"),
        Figure("package.modules_without_pyc", len(missing), "modules", bound=0, beside=", ".join(missing[:5])),
    ]
