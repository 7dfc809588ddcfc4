"""How pulls are answered, as packaged: `chalicelib/configuration/digilocker_issuer.json`."""

from __future__ import annotations

import json
from datetime import timedelta
from pathlib import Path

from chalicelib.domain.departments.pulling import PullManner

FILE = Path(__file__).parent.parent / "configuration" / "digilocker_issuer.json"


def configured(file: Path = FILE) -> PullManner:
    """The manner that the file says. Raises `ValueError`, `KeyError` where it is not whole."""
    said = json.loads(file.read_text(encoding="utf-8"))
    genders = {str(sign): str(word) for sign, word in said["genders"].items()}
    if set(genders) != {"M", "F", "T", "O"} or not all(genders.values()):
        raise ValueError(f"{file.name}: genders are M, F, T and O, each with a word")
    window = timedelta(seconds=int(said["window_seconds"]))
    if window <= timedelta(0):
        raise ValueError(f"{file.name}: window_seconds is above 0")
    return PullManner(genders, window)
