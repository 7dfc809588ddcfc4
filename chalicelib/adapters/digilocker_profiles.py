"""The lockers' profiles as packaged: `chalicelib/configuration/digilocker.json`."""

from __future__ import annotations

import json
from pathlib import Path

from chalicelib.domain.digilocker.fetches import Locker
from chalicelib.domain.digilocker.profiles import Profile, profile_of

_FILE = Path(__file__).parents[1] / "configuration" / "digilocker.json"


def configured(locker: Locker, file: Path = _FILE) -> Profile:
    """The profile of a locker. Raises `profiles.ProfileUnfit`, and `KeyError` for one that is not configured."""
    rows = json.loads(file.read_text(encoding="utf-8"))["lockers"]
    return profile_of(locker, rows[locker.value])
