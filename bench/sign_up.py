"""Sign-up with a code, CPU in the process that answers: ours, better-auth's, django-allauth's."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from bench import built
from bench.figures import Figure, WrongAnswerError, missing
from bench.processes import BARE_PYTHON, Spread, cpu_ms_of, serving, spread
from bench.surroundings import SECRET, SECRET_VALUE, TABLES, environment

HERE = Path(__file__).parent
UNIT = "ms CPU"
BOUNDS = {"better-auth": 0.8, "django-allauth": 0.3}
# Sign-ups to warm up with, batches, sign-ups in a batch. V8 goes on compiling for thousands of them; Python does not.
BETTER_AUTH = ("3000", "12", "100")
ALLAUTH = ("40", "10", "25")
OURS = ("100", "12", "50")


def told(command: Sequence[str], environ: dict[str, str] | None = None) -> dict[str, Any]:
    """Run a sign-up program and give its figures. Raises WrongAnswerError with its last words when it fails."""
    done = subprocess.run(list(command), env=environ, cwd=HERE.parent, capture_output=True, text=True, check=False)
    if done.returncode:
        raise WrongAnswerError(f"{Path(command[-1 if len(command) < 4 else -4]).name}: {done.stderr.strip()[-800:]}")
    figures: dict[str, Any] = json.loads(done.stdout.strip().splitlines()[-1])
    return figures


def ours(program: str) -> dict[str, Any]:
    """Our sign-ups against a store on loopback in its own process; `store_ms`: that process's CPU for one."""
    with tempfile.TemporaryDirectory() as folder:
        fixtures = Path(folder) / "fixtures.json"
        fixtures.write_text(json.dumps({"keys": TABLES, "secrets": {SECRET: SECRET_VALUE}, "keeps": True}))
        with serving([BARE_PYTHON, "-I", "-S", str(HERE / "store_stub.py"), str(fixtures)]) as (store, aws):
            before = cpu_ms_of(store.pid)
            figures = told([sys.executable, "-m", program, *OURS], environment(aws))
            after = cpu_ms_of(store.pid)
    return {**figures, "store_ms": (after - before) / figures["sign_ups"]}


def figures() -> list[Figure]:
    """For each of our two sign-ups: one figure against each comparator, and what the rest of the journey takes."""
    theirs = {
        "better-auth": _theirs(built.better_auth, BETTER_AUTH),
        "django-allauth": _theirs(built.allauth, ALLAUTH),
    }
    return [
        *_figures("sign_up", ours("bench.our_sign_up"), theirs),
        *_figures("account_sign_up", ours("bench.our_account_sign_up"), theirs),
    ]


def _theirs(build: Callable[[], Sequence[str]], size: Sequence[str]) -> Spread | str:
    """A comparator's spread, or why there is none."""
    try:
        return spread(told([*build(), *size])["cpu_ms"])
    except built.CannotBuildError as why:
        return str(why)


def _figures(group: str, mine: dict[str, Any], theirs: dict[str, Spread | str]) -> list[Figure]:
    least, median = spread(mine["cpu_ms"])
    parts = dict(sorted(mine["parts"].items(), key=lambda pair: -pair[1]))
    split = ", ".join(f"{part} {ms:.2f}" for part, ms in parts.items())
    taken = []
    for name, other in theirs.items():
        title = f"{group}.against_{name.replace('-', '_')}"
        if isinstance(other, str):
            taken.append(missing(title, UNIT, other, against=name, bound=BOUNDS[name]))
            continue
        store = f"the store's own CPU for our whole journey {mine['store_ms']:.1f} ms"
        beside = f"medians: ours {median:.2f}, {name} {other.median:.2f}; {store}"
        taken.append(Figure(title, least, UNIT, name, other.least, BOUNDS[name], beside))
    whole = sum(parts.values())
    return [*taken, Figure(f"{group}.whole_journey", whole, UNIT, beside=f"by part, ms: {split}")]
