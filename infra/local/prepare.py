"""Make the environment ``.venv`` from the requirements files, unless it is there and fits them.

Run with any Python, with nothing installed: ``python3 infra/local/prepare.py``.
"""

import hashlib
import importlib.util
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
ENVIRONMENT = ROOT / ".venv"
STAMP = ENVIRONMENT / "made-for"
REQUIREMENTS = ("requirements.txt", "requirements-dev.txt", "constraints.txt")
OLDEST = (3, 11)
LAST_LINES = 12
LONGEST_LINE = 400


def main() -> int:
    """Make the environment if need be; 0 when it is there."""
    if sys.version_info < OLDEST:
        print(
            "Python 3.11 or later is needed, and {} is {}.{}. Name another: make PYTHON=/path/to/python3.12".format(
                sys.executable, *sys.version_info[:2]
            ),
            file=sys.stderr,
        )
        return 1
    fingerprint = _fingerprint()
    if STAMP.exists() and STAMP.read_text(encoding="utf-8") == fingerprint:
        return 0
    print("Making the environment (about a minute, once)…", flush=True)
    if not _has_venv():
        print(
            "This Python lacks its venv module. Install it (Debian: apt-get install python3-venv), then try again.",
            file=sys.stderr,
        )
        return 1
    subprocess.run([sys.executable, "-m", "venv", "--clear", str(ENVIRONMENT)], check=True)
    if not _installed():
        print("The environment could not be made; what pip said stands above.", file=sys.stderr)
        return 1
    STAMP.write_text(fingerprint, encoding="utf-8")
    return 0


def _fingerprint() -> str:
    digest = hashlib.sha256(f"{sys.version_info[:3]} {sys.prefix}\n".encode())
    for name in REQUIREMENTS:
        digest.update((ROOT / name).read_bytes())
    return digest.hexdigest()


def _has_venv() -> bool:
    """Whether environments can be made; Debian packs that apart, and where we may we install it."""
    if importlib.util.find_spec("ensurepip") is not None:
        return True
    apt, is_root = shutil.which("apt-get"), hasattr(os, "geteuid") and os.geteuid() == 0
    if apt is None or not is_root:
        return False
    package = "python{}.{}-venv".format(*sys.version_info[:2])
    print(f"Installing {package}…", flush=True)
    for command in ([apt, "update", "-qq"], [apt, "install", "-y", "-qq", package]):
        if subprocess.run(command, check=False, stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL).returncode != 0:
            return False
    importlib.invalidate_caches()
    return importlib.util.find_spec("ensurepip") is not None


def _installed() -> bool:
    """Have pip install everything, a dot for each package; its own words only where it fails."""
    python = ENVIRONMENT / ("Scripts" if os.name == "nt" else "bin") / "python"
    command = [str(python), "-m", "pip", "install", "--disable-pip-version-check", "--progress-bar", "off"]
    said: list[str] = []
    with subprocess.Popen(
        [*command, "-r", str(ROOT / "requirements-dev.txt")],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        encoding="utf-8",
    ) as pip:
        for line in pip.stdout or ():
            said.append(line)
            if line.startswith("Collecting "):
                print(".", end="", flush=True)
            if line.startswith("Installing collected packages"):
                print("\nInstalling them…", flush=True)
    if pip.returncode != 0:
        told = [line.rstrip()[:LONGEST_LINE] for line in said[-LAST_LINES:]]
        print("\n" + "\n".join(told), file=sys.stderr)
    return pip.returncode == 0


if __name__ == "__main__":
    sys.exit(main())
