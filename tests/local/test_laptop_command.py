"""``python -m infra.local`` as a developer runs it, and the word on the second engine as pytest prints it."""

import json
import os
import resource
import shutil
import signal
import socket
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tests.local.conftest import get

ROOT = Path(__file__).parents[2]
COMMAND = [sys.executable, "-W", "error", "-m", "infra.local"]


@contextmanager
def running(*arguments: str) -> Iterator[tuple[subprocess.Popen[str], list[str]]]:
    """Run the laptop until it says that it is ready; yields the process and what it has said."""
    with subprocess.Popen(
        [*COMMAND, *arguments], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
    ) as process:
        said: list[str] = []
        try:
            for line in process.stdout or ():
                said.append(line)
                if line.startswith("Ctrl-C"):
                    break
            yield process, said
        finally:
            process.kill()


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_it_says_where_and_whom_and_ctrl_c_ends_it_cleanly() -> None:
    site, console = free_port(), free_port()
    with running("--port", str(site), "--console-port", str(console)) as (process, said):
        told = "".join(said)
        assert f"http://localhost:{site}" in told
        assert f"http://localhost:{console}" in told
        samples = get(f"http://localhost:{console}/samples").json()
        assert len(samples) >= 6
        told_of = [sample for sample in samples if sample["temporary_password"] in told]
        assert len(told_of) == 2
        assert get(f"http://localhost:{site}/en").status == 200

        process.send_signal(signal.SIGINT)
        rest = process.communicate(timeout=60)[0]

        assert process.returncode == 0
        assert "Traceback" not in rest
        assert "Stopping" in rest
    for port in (site, console):
        with socket.socket() as again:
            again.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            again.bind(("127.0.0.1", port))


@pytest.mark.parametrize("option", ["PORT", "CONSOLE_PORT"])
def test_a_taken_port_is_told_of_with_what_to_do(option: str) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        ports = {"PORT": free_port(), "CONSOLE_PORT": free_port(), option: port}
        arguments = ["--port", str(ports["PORT"]), "--console-port", str(ports["CONSOLE_PORT"])]
        done = subprocess.run([*COMMAND, *arguments], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 1
    assert done.stderr.startswith(f"Port {port} is taken by another program.")
    assert f"make run {option}=" in done.stderr
    assert "Traceback" not in done.stderr


def test_what_is_no_port_is_refused() -> None:
    for text in ("99999", "-1", "http"):
        done = subprocess.run([*COMMAND, f"--port={text}"], cwd=ROOT, capture_output=True, text=True, check=False)
        assert done.returncode == 2
        assert "is no port" in done.stderr


@pytest.mark.usefixtures("second_engine")
def test_dynamodb_local_keeps_data_and_keys_and_ends_with_the_laptop(tmp_path: Path) -> None:
    samples = []
    for _ in range(2):
        script = (
            "import json, sys; from pathlib import Path; from infra.local.laptop import Laptop\n"
            "with Laptop.start('local', data=Path(sys.argv[1])) as laptop:\n"
            "    keys = laptop.environment['AWS_ENDPOINT_URL_DYNAMODB']\n"
            "    print(json.dumps([keys, [sample.as_json() for sample in laptop.samples]]))\n"
        )
        done = subprocess.run(
            [sys.executable, "-c", script, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr
        endpoint, seeded = json.loads(done.stdout.splitlines()[-1])
        kept = [(tmp_path / name).read_text(encoding="utf-8") for name in ("server_keys.json", "vault_key.json")]
        samples.append((seeded, kept))
        with pytest.raises(OSError, match="refused"):
            socket.create_connection(("127.0.0.1", int(endpoint.rpartition(":")[2])), timeout=1)
    assert samples[0] == samples[1]


@pytest.mark.parametrize(("ci", "workers"), [("", "1"), ("true", "0")])
def test_without_java_the_last_lines_say_so_and_ci_fails(ci: str, workers: str, tmp_path: Path) -> None:
    # A PATH on which only what runs Python is found.
    (tmp_path / "python").symlink_to(sys.executable)
    git = shutil.which("git")
    if git:
        (tmp_path / "git").symlink_to(git)
    environment = {**os.environ, "PATH": str(tmp_path), "CI": ci}
    test = "tests/local/test_laptop_resources.py::test_tables_have_their_key"
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", "-n", workers, test],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    last_lines = "\n".join(done.stdout.splitlines()[-3:])
    assert "second engine not exercised: Java" in last_lines, done.stdout
    assert done.returncode == (1 if ci else 0), done.stdout
    assert ("1 error" if ci else "1 skipped") in last_lines
    assert "1 passed" in last_lines


def test_it_starts_soon_once_set_up() -> None:
    # Processor time of the child: a machine that is busy with other things would spoil the clock's. Half of it goes
    # into importing moto, the rest into some 50 resources, the samples and the first look at the CRLs. It is 5.6 s
    # where nothing else runs, and more on a busy machine, whose caches are shared.
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    with running("--port", "0", "--console-port", "0") as (process, _):
        process.send_signal(signal.SIGTERM)
        process.communicate(timeout=60)
        assert process.returncode == 0
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 16
