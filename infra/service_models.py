"""Makes botocore's descriptions of AWS quick to read: a client reads its service's at every cold start.

Left out is what only people read (documentation) and what belongs to services that this suite does not call. Every
operation of the services that it does call stays, so no call can go missing by this.
"""

from __future__ import annotations

import gzip
import json
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import Any

_FOR_PEOPLE = frozenset({"documentation", "documentationUrl"})


def lighten(root: Path, services: AbstractSet[str]) -> None:
    """Rewrite the descriptions below `root` (an unpacked zip): plain JSON instead of gzip, without what is left out."""
    data = root / "botocore" / "data"
    for packed in sorted(data.rglob("*.json.gz")):
        content = json.loads(gzip.decompress(packed.read_bytes()))
        write(packed.with_suffix(""), undocumented(content) if packed.name.startswith("service-2") else content)
        packed.unlink()
    endpoints = data / "endpoints.json"
    if endpoints.is_file():
        write(endpoints, narrowed(json.loads(endpoints.read_text(encoding="utf-8")), services))


def undocumented(content: Any) -> Any:  # noqa: ANN401 - JSON
    """A service's description without the texts for people. Members that happen to be so named stay.

    So do the client's own parameters whole: botocore asks for their documentation.
    """
    if isinstance(content, list):
        return [undocumented(item) for item in content]
    if not isinstance(content, dict):
        return content
    return {
        key: value if key == "clientContextParams" else undocumented(value)
        for key, value in content.items()
        if not (key in _FOR_PEOPLE and isinstance(value, str))
    }


def narrowed(endpoints: dict[str, Any], services: AbstractSet[str]) -> dict[str, Any]:
    """The list of endpoints for these services alone, in all partitions; `states` is Step Functions' name there."""
    kept = services | {"states", "email"}
    partitions = [
        {**partition, "services": {name: told for name, told in partition["services"].items() if name in kept}}
        for partition in endpoints["partitions"]
    ]
    return {**endpoints, "partitions": partitions}


def write(path: Path, content: Any) -> None:  # noqa: ANN401 - JSON
    """JSON without blanks."""
    path.write_text(json.dumps(content, separators=(",", ":"), ensure_ascii=False), encoding="utf-8")
