"""The Regional Authorities from the packaged configuration."""

from __future__ import annotations

import json
from functools import cached_property
from pathlib import Path

from chalicelib.domain.staff.authorities import RegionalAuthority

_FILE = Path(__file__).parent.parent / "configuration" / "regional_authorities.json"


class ConfiguredAuthorities:
    """`authorities.Authorities` from `chalicelib/configuration/regional_authorities.json`, read when first asked."""

    def __init__(self, file: Path = _FILE) -> None:
        self._file = file

    def all(self) -> tuple[RegionalAuthority, ...]:
        """See `authorities.Authorities`."""
        return tuple(self._by_code.values())

    def coded(self, code: str) -> RegionalAuthority | None:
        """See `authorities.Authorities`."""
        return self._by_code.get(code)

    @cached_property
    def _by_code(self) -> dict[str, RegionalAuthority]:
        rows = json.loads(self._file.read_text(encoding="utf-8"))["authorities"]
        return {row["code"]: RegionalAuthority(row["code"], row["name"]) for row in rows}
