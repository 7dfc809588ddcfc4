"""Cold starts: a bare process from the unpacked package to its first answered request, ours and the usual stack's."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import urllib.request
import zipfile
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from functools import partial
from pathlib import Path
from typing import Any, NamedTuple

from bench import built
from bench.figures import Figure, WrongAnswerError
from bench.processes import BARE_PYTHON, Cold, cold, in_turn, serving, spread
from bench.sign_up import told
from bench.signatures import World
from bench.surroundings import SECRET, SECRET_VALUE, TABLES, environment, request

HERE = Path(__file__).parent
ROUNDS = 15
API_BOUND = 0.50
STEP_BOUND = 0.45
SIGNATURE_BOUND = 0.65
COMPILED = "usual stack, compiled"
AS_PACKAGED = "usual stack, as packaged"


class Place(NamedTuple):
    """Where a measured process runs: the folder of events and packages, and its AWS."""

    folder: Path
    aws: str

    def start(self, package: Path, handler: str, event: str) -> Cold:
        """One cold process of `package`, answering `event`."""
        program = str(HERE / "cold_request.py")
        command = [BARE_PYTHON, "-I", "-S", "-B", program, str(package), handler, str(self.folder / event)]
        return cold(command, environment(self.aws))

    def start_signature(self, package: Path) -> Cold:
        """One cold process of the signature step, judging the folder's signature."""
        program = str(HERE / "cold_signature.py")
        command = [BARE_PYTHON, "-I", "-S", "-B", program, str(package), str(self.folder)]
        return cold(command, environment(self.aws))

    def calls(self) -> dict[str, int]:
        """What was asked of AWS since this was last asked."""
        with urllib.request.urlopen(f"{self.aws}/calls", timeout=10) as answer:  # noqa: S310 - loopback
            counted: dict[str, int] = json.load(answer)
            return counted


def stub(fixtures: Path) -> AbstractContextManager[tuple[subprocess.Popen[bytes], str]]:
    """AWS on loopback with these fixtures; its address is the second of the two."""
    return serving([BARE_PYTHON, "-I", "-S", str(HERE / "store_stub.py"), str(fixtures)])


def stored(folder: Path) -> dict[str, Any]:
    """A registration whose codes are about to be sent: its id, its flow token and `items`, as the suite stores them."""
    empty = folder / "empty.json"
    empty.write_text(json.dumps({"keys": TABLES, "secrets": {SECRET: SECRET_VALUE}, "keeps": True}))
    with stub(empty) as (_, aws):
        data = told([sys.executable, "-m", "bench.cold_fixtures"], environment(aws))
        with urllib.request.urlopen(f"{aws}/items", timeout=10) as answer:  # noqa: S310 - loopback
            return {**data, "items": json.load(answer)}


def checked(
    place: Place, package: Path, handler: str, event: str, wanted: Mapping[str, int], status: str | None
) -> None:
    """Answer once and look: the right answer, and each of the `wanted` AWS calls made at least so often."""
    place.calls()
    answer = place.start(package, handler, event).answer
    made = place.calls()
    short = [call for call, count in wanted.items() if made.get(call, 0) < count]
    if status is not None:
        body = json.loads(answer["body"]) if answer["statusCode"] == 200 else answer
        if body.get("status") != status:
            raise WrongAnswerError(f"{package.name} {handler}: {str(answer)[:400]}")
    if short:
        raise WrongAnswerError(
            f"{package.name} {handler} did not call {', '.join(short)}, but {made}; it answered {str(answer)[:400]}"
        )


def compared(
    place: Place, name: str, bound: float, event: str, packages: Mapping[str, tuple[Path, str]]
) -> list[Figure]:
    """CPU and wall of the cold start `name`, against the usual stack as it is packaged; given its .pyc, beside."""
    return against_usual(
        name, bound, {of: partial(place.start, package, handler, event) for of, (package, handler) in packages.items()}
    )


def against_usual(name: str, bound: float, runs: Mapping[str, Callable[[], Cold]]) -> list[Figure]:
    """The runs of `ours` and of the usual stack in turn, CPU and wall."""
    taken = in_turn(ROUNDS, runs)
    figures = []
    for kind, reading in (("cpu", "cpu_ms"), ("wall", "wall_ms")):
        spreads = {stack: spread([getattr(run, reading) for run in started]) for stack, started in taken.items()}
        ours, compiled, as_packaged = spreads["ours"], spreads[COMPILED], spreads[AS_PACKAGED]
        beside = (
            f"medians: ours {ours.median:.0f}, {AS_PACKAGED} {as_packaged.median:.0f}; {COMPILED} {compiled.least:.0f}"
            f" (ratio {ours.least / compiled.least:.2f})"
        )
        unit = "ms CPU" if kind == "cpu" else "ms"
        figures.append(
            Figure(f"cold_start.{name}.{kind}", ours.least, unit, AS_PACKAGED, as_packaged.least, bound, beside)
        )
    return figures


def figures(package: Path) -> list[Figure]:
    """The API Lambda on a flow read, and the step that issues the codes. `package` is the zip that is deployed."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        data = stored(folder)
        ours = folder / "package"
        with zipfile.ZipFile(package) as archive:
            archive.extractall(ours)
        fixtures = folder / "fixtures.json"
        fixtures.write_text(json.dumps({"items": data["items"], "secrets": {SECRET: SECRET_VALUE}}))
        resource = "/icegate/registrations/{registration_id}"
        read = request("GET", resource, token=data["flow_token"], registration_id=data["registration_id"])
        (folder / "read.json").write_text(json.dumps(read))
        (folder / "step.json").write_text(
            json.dumps({"registration_id": data["registration_id"], "task_token": "measured"})
        )
        usual = {COMPILED: built.usual_stack(with_pyc=True), AS_PACKAGED: built.usual_stack(with_pyc=False)}
        api = {
            "ours": (ours, "chalicelib.handlers.front_door.answer"),
            **{stack: (place, "app.app") for stack, place in usual.items()},
        }
        step = {"ours": (ours, "chalicelib.handlers.registration_steps.issue_contact_codes")}
        step |= {stack: (place, "app.issue_contact_codes") for stack, place in usual.items()}
        with stub(fixtures) as (_, aws):
            place = Place(folder, aws)
            reads = {"DynamoDB.GetItem": 1}
            sends = {**reads, "sns.Publish": 1, "ses.SendEmail": 1}
            for where, handler in api.values():
                checked(place, where, handler, "read.json", reads, "sending_codes")
            for where, handler in step.values():
                checked(place, where, handler, "step.json", sends, None)
            World().kept(folder)
            if place.start_signature(ours).answer != "accepted":
                raise WrongAnswerError("the signature step did not accept a good signature")
            signature = {
                stack: partial(place.start, where, step[stack][1], "step.json") for stack, where in usual.items()
            }
            signature["ours"] = partial(place.start_signature, ours)
            return [
                *compared(place, "api", API_BOUND, "read.json", api),
                *compared(place, "step", STEP_BOUND, "step.json", step),
                *against_usual("signature_step", SIGNATURE_BOUND, signature),
            ]
