"""The rules of linking that are configuration, from the package."""

from __future__ import annotations

import json
from pathlib import Path

from chalicelib.domain.signatures.binding import IndividualDsc, LinkingRules

_FILE = Path(__file__).parent.parent / "configuration" / "linking.json"


def configured(file: Path = _FILE) -> LinkingRules:
    """The rules in `chalicelib/configuration/linking.json`. `ValueError` for a value that there is not."""
    content = json.loads(file.read_text(encoding="utf-8"))
    return LinkingRules(IndividualDsc(content["individual_dsc"]))
