"""``python -m infra.local.chromium``: find a Chromium for the browser tests, or install one; prints where it is."""

import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

NAMES = ("chromium", "chromium-browser", "google-chrome-stable", "google-chrome", "chrome")
_MAC = (
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
)
_ADVICE = """No Chromium was found, and none could be installed. The browser tests need one. Either
  install Chromium or Chrome so that it is on the PATH (Debian: sudo apt-get install chromium fonts-noto-core), or
  let Playwright fetch one: .venv/bin/python -m playwright install --with-deps chromium, or
  name one that is elsewhere: make test CHROMIUM=/path/to/chrome"""


class NoChromiumError(RuntimeError):
    """There is no Chromium and none could be had; the message says what to do."""


def main() -> int:
    """Print the path of a Chromium that runs; 1 with advice if there is none."""
    try:
        print(found_or_installed())
    except NoChromiumError as error:
        print(error, file=sys.stderr)
        return 1
    return 0


def found_or_installed() -> str:
    """Find a Chromium that runs, else install Debian's, else Playwright's. Raises NoChromiumError.

    A Devanagari font is seen to as well: without one the Hindi pages show boxes.
    """
    path = found() or _by_apt() or _by_playwright()
    if path is None:
        raise NoChromiumError(_ADVICE)
    _see_to_devanagari()
    return path


def found() -> str | None:
    """Find a Chromium on this machine: the variable CHROMIUM, the PATH, where macOS and Playwright keep it."""
    named = os.environ.get("CHROMIUM")
    if named:
        if _runs(named):
            return named
        raise NoChromiumError(f"CHROMIUM={named} does not run")
    on_path = [path for name in NAMES if (path := shutil.which(name))]
    return next((path for path in (*on_path, *_MAC, *_playwrights()) if _runs(path)), None)


def _runs(path: str) -> bool:
    if not Path(path).is_file():
        return False
    # Ubuntu's package of this name may be a stub that only says to install a snap.
    return _succeeds([path, "--version"])


def _playwrights() -> list[str]:
    script = "from playwright.sync_api import sync_playwright as s\nwith s() as p: print(p.chromium.executable_path)"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    return [done.stdout.strip()] if done.returncode == 0 else []


def _by_apt() -> str | None:
    if not _apt(["chromium", "fonts-noto-core"], "Installing Chromium with apt-get (about a minute, once)…"):
        return None
    return next((path for name in NAMES if (path := shutil.which(name)) and _runs(path)), None)


def _by_playwright() -> str | None:
    _say("Fetching Playwright's Chromium (about 170 MB, once)…")
    if not _succeeds([sys.executable, "-m", "playwright", "install", "chromium"]):
        return None
    return next((path for path in _playwrights() if _runs(path)), None)


def _see_to_devanagari() -> None:
    if shutil.which("fc-list") is None:
        return
    fonts = subprocess.run(["fc-list", ":lang=hi"], capture_output=True, text=True, check=False)
    if fonts.stdout.strip() or _apt(["fonts-noto-core"], "Installing a Devanagari font with apt-get…"):
        return
    _say("No Devanagari font was found: the Hindi pages will show boxes. Debian: sudo apt-get install fonts-noto-core")


def _apt(packages: Sequence[str], announcement: str) -> bool:
    """Install Debian packages, if this is a Debian and we are root or may become it without a password."""
    if shutil.which("apt-get") is None:
        return False
    if os.geteuid() == 0:
        as_root = ["env", "DEBIAN_FRONTEND=noninteractive"]
    elif shutil.which("sudo") and _succeeds(["sudo", "-n", "true"]):
        as_root = ["sudo", "-n", "env", "DEBIAN_FRONTEND=noninteractive"]
    else:
        return False
    _say(announcement)
    if not _succeeds([*as_root, "apt-get", "update", "-qq"]):
        return False
    return _succeeds([*as_root, "apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages])


def _succeeds(command: Sequence[str]) -> bool:
    done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False)
    return done.returncode == 0


def _say(words: str) -> None:
    # Not on stdout: there stands the path alone.
    print(words, file=sys.stderr, flush=True)


if __name__ == "__main__":
    sys.exit(main())
