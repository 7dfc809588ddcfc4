"""`python -m bench [group …]`: measure, print the table, write bench/results.jsonl; 1 where a bound does not hold."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from bench.figures import Figure, WrongAnswerError, explained, failures, json_line, missing, table

HERE = Path(__file__).parent
RESULTS = HERE / "results.jsonl"
PACKAGE = HERE.parent / ".cache" / "bench" / "package"


def packaged() -> Path:
    """The zip that is deployed, built now."""
    subprocess.run(
        [sys.executable, "-m", "infra.package", "--out", str(PACKAGE)], cwd=HERE.parent, check=True, stdout=sys.stderr
    )
    return PACKAGE / "deployment.zip"


def package() -> list[Figure]:
    from bench import package_size  # noqa: PLC0415 - a group loads only what it measures with

    return package_size.figures(packaged())


def cold() -> list[Figure]:
    from bench import cold_start  # noqa: PLC0415

    return cold_start.figures(packaged())


def sign_up() -> list[Figure]:
    from bench import sign_up as measured  # noqa: PLC0415

    return measured.figures()


def calls() -> list[Figure]:
    from bench import calls_made  # noqa: PLC0415

    return calls_made.figures()


def codes() -> list[Figure]:
    from bench import codes_cost  # noqa: PLC0415

    return codes_cost.figures()


def signatures() -> list[Figure]:
    from bench import signatures as judged  # noqa: PLC0415

    return judged.figures()


def pulls() -> list[Figure]:
    from bench import pulls as answered  # noqa: PLC0415

    return answered.figures()


def backfills() -> list[Figure]:
    from bench import backfills as imported  # noqa: PLC0415

    return imported.figures()


def outage() -> list[Figure]:
    from bench import outage as outlasted  # noqa: PLC0415

    return outlasted.figures()


GROUPS: dict[str, Callable[[], list[Figure]]] = {
    "package": package,
    "cold": cold,
    "sign_up": sign_up,
    "calls": calls,
    "codes": codes,
    "signatures": signatures,
    "backfills": backfills,
    "outage": outage,
    "pulls": pulls,
}


def measured(group: str) -> list[Figure]:
    """The figures of a group. A wrong answer or a failed build is a figure that is not there, told as such."""
    started = time.monotonic()
    print(f"measuring {group} …", file=sys.stderr, flush=True)
    try:
        return GROUPS[group]()
    except (WrongAnswerError, RuntimeError, OSError, subprocess.CalledProcessError) as failure:
        return [missing(group, "", f"{type(failure).__name__}: {failure}")]
    finally:
        print(f"measured {group} in {time.monotonic() - started:.0f} s", file=sys.stderr, flush=True)


def main(arguments: list[str] | None = None) -> int:
    """The command line; the process's exit code."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="What the suite costs, against its bounds.")
    parser.add_argument("groups", nargs="*", choices=[*GROUPS, []], help="which to measure; all when none is named")
    chosen = parser.parse_args(arguments).groups or list(GROUPS)
    figures = [figure for group in chosen for figure in measured(group)]
    reasons = explained((HERE / "EXPLAINED.md").read_text(encoding="utf-8"))
    print(table(figures, reasons))
    RESULTS.write_text("".join(f"{json_line(figure)}\n" for figure in figures), encoding="utf-8")
    why = failures(figures, reasons, strict=os.environ.get("CI") == "true")
    broken = [figure for figure in figures if figure.name in GROUPS and not figure.measured]
    why += [f"{figure.name}: {figure.beside}" for figure in broken if f"{figure.name}: {figure.beside}" not in why]
    for line in why:
        print(f"bench: {line}", file=sys.stderr)
    return 1 if why else 0


if __name__ == "__main__":
    sys.exit(main())
