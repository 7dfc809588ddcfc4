"""Run as a bare process: the signature step from the unpacked package to its first verdict; says what it took.

`python -I -S -B cold_signature.py <package directory> <folder>`. Loads the step's handler and all that it judges with,
asks the store for the signing (on loopback), then judges the signature of the folder over its indexes. Prints
`{"cpu_ms", "answer"}`.
"""

import hashlib
import json
import sys
import time
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any


def main(package: str, folder: str) -> None:
    out, sys.stdout = sys.stdout, sys.stderr
    sys.path.insert(0, package)
    from chalicelib.adapters import signature_policy  # noqa: PLC0415 - from the package
    from chalicelib.domain.signatures.crl_index import CrlIndex  # noqa: PLC0415
    from chalicelib.domain.signatures.paths import Paths  # noqa: PLC0415
    from chalicelib.domain.signatures.report import Aspect, Kind, holds  # noqa: PLC0415
    from chalicelib.domain.signatures.revocation import CrlSource, Revocation  # noqa: PLC0415
    from chalicelib.domain.signatures.signers import Demand  # noqa: PLC0415
    from chalicelib.domain.signatures.trust import Trust  # noqa: PLC0415
    from chalicelib.domain.signatures.validation import Validator  # noqa: PLC0415
    from chalicelib.handlers import validation_steps  # noqa: F401, PLC0415
    from chalicelib.suite import suite  # noqa: PLC0415

    place = Path(folder)
    told: dict[str, Any] = json.loads((place / "signature.json").read_text())
    if suite().store.signing("A" * 22) is not None:
        raise LookupError("a signing that nobody made")

    class Indexes:
        def current(self, source: CrlSource, now: datetime) -> CrlIndex | None:
            del now
            return CrlIndex((place / source.source_id).read_bytes(), source.source_id, "")

    sources = [CrlSource(name, "", issuer) for name, issuer in told["sources"].items()]
    root, *others = [bytes.fromhex(each) for each in told["certificates"]]
    paths = Paths(Trust((root,), tuple(others)), Revocation(sources, Indexes()))
    validator, now = Validator(paths, signature_policy.configured()), datetime.fromisoformat(told["now"])
    document = told["document"].encode()
    demand = Demand(
        hashlib.sha256(document).digest(),
        now - timedelta(minutes=5),
        now + timedelta(minutes=5),
        frozenset(Kind),
        lambda _: holds(Aspect.BINDING),
    )
    validated = validator.dsc(bytes.fromhex(told["signature"]), document, demand, now)
    out.write(json.dumps({"cpu_ms": time.process_time() * 1000, "answer": validated.report.outcome.value}) + "\n")
    out.flush()


if __name__ == "__main__":
    main(*sys.argv[1:])
