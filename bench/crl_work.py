"""Run as a process: `refresh` makes the index of big.crl in a folder, `look_up` finds serials in it; says what it took.

`python -m bench.crl_work refresh|look_up <folder>`. Prints `{"cpu_s", "peak_mb", "grown_mb", "answer"}`: the process's
own CPU, its peak resident size, and by how much that grew in the work itself.
"""

from __future__ import annotations

import hashlib
import json
import sys
import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

from bench.big_crl import NAME
from chalicelib.adapters.crl_indexes import FileBytes
from chalicelib.domain.signatures import crl_index
from chalicelib.domain.signatures.crl_index import CrlIndex
from chalicelib.domain.signatures.paths import Paths
from chalicelib.domain.signatures.refreshing import checked
from chalicelib.domain.signatures.revocation import CrlSource, Revocation
from chalicelib.domain.signatures.trust import Trust


class NoIndexes:
    """`revocation.Indexes` without any."""

    def current(self, source: CrlSource, now: datetime) -> CrlIndex | None:
        """See `Indexes`."""


def refresh(folder: Path) -> object:
    """As the step does it, from the bytes as fetched: signature, issuer, freshness, extensions; then the index."""
    content = (folder / "big.crl").read_bytes()
    paths = Paths(Trust(((folder / "ca.der").read_bytes(),)), Revocation((), NoIndexes()))
    crl, signers = checked(content, CrlSource("bench", "", NAME), paths, datetime.now(UTC))
    digest = hashlib.sha256(content).hexdigest()
    making = crl_index.made(crl, digest, [signer.der for signer in signers])
    written = hashlib.sha256()
    with (folder / "big.index").open("wb") as file:
        for piece in making.pieces:
            written.update(piece)
            file.write(piece)
    return making.entries


def look_up(folder: Path) -> object:
    """Every serial asked for, and its neighbour that is not listed."""
    serials: list[int] = json.loads((folder / "asked.json").read_text())
    with (folder / "big.index").open("rb") as file:
        index = CrlIndex(FileBytes(file.fileno()), "bench", "")
    asked = [serial.to_bytes(serial.bit_length() // 8 + 1, "big") for serial in serials]
    slowest = found = 0.0
    for serial in asked:
        started = time.perf_counter()
        entry = index.find(serial, index.issuer_key)
        slowest = max(slowest, time.perf_counter() - started)
        found += entry is not None
    others = sum(index.find(serial[:-1] + bytes([serial[-1] ^ 1]), index.issuer_key) is not None for serial in asked)
    return {"found": found, "others": others, "slowest_ms": slowest * 1000}


WORK: dict[str, Callable[[Path], object]] = {"refresh": refresh, "look_up": look_up}


def _peak_mb() -> float:
    """The peak since this program began: getrusage's would begin with the peak of whoever started it (Linux)."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return int(next(line for line in lines if line.startswith("VmHWM")).split()[1]) / 1024


def main(work: str, folder: str) -> None:
    before, cpu = _peak_mb(), time.process_time()
    answer = WORK[work](Path(folder))
    took, after = time.process_time() - cpu, _peak_mb()
    told = {"cpu_s": took, "peak_mb": after, "grown_mb": after - before, "answer": answer}
    print(json.dumps(told))


if __name__ == "__main__":
    main(*sys.argv[1:])
