"""botocore's descriptions in the package: lighter, and still whole for every service that is called."""

import gzip
import json
from pathlib import Path
from typing import Any

import botocore.loaders
import pytest

from infra.deployment_zip import SERVICES
from infra.service_models import lighten, narrowed, undocumented


def test_only_texts_for_people_are_left_out() -> None:
    content: dict[str, Any] = {
        "documentation": "<p>…</p>",
        "clientContextParams": {"Accelerate": {"documentation": "x", "type": "boolean"}},
        "shapes": {"S": {"members": {"documentation": {"shape": "T", "documentation": "x"}}, "enum": ["a"]}},
    }
    assert undocumented(content) == {
        "clientContextParams": content["clientContextParams"],
        "shapes": {"S": {"members": {"documentation": {"shape": "T"}}, "enum": ["a"]}},
    }


def test_endpoints_of_called_services_stay_in_every_partition() -> None:
    endpoints = {
        "version": 3,
        "partitions": [{"partition": "aws", "services": {"sns": {"x": 1}, "ec2": {}, "states": {}}}],
    }
    kept = narrowed(endpoints, frozenset({"sns"}))
    assert kept == {"version": 3, "partitions": [{"partition": "aws", "services": {"sns": {"x": 1}, "states": {}}}]}


@pytest.mark.parametrize("service", sorted(SERVICES))
def test_every_operation_of_a_called_service_stays(tmp_path: Path, service: str) -> None:
    whole = botocore.loaders.Loader().load_service_model(service, "service-2")
    version = botocore.loaders.Loader().determine_latest_version(service, "service-2")
    folder = tmp_path / "botocore" / "data" / service / version
    folder.mkdir(parents=True)
    (folder / "service-2.json.gz").write_bytes(gzip.compress(json.dumps(whole).encode()))
    lighten(tmp_path, SERVICES)
    light = json.loads((folder / "service-2.json").read_text())
    assert light["operations"].keys() == whole["operations"].keys()
    assert light["shapes"].keys() == whole["shapes"].keys()
    assert light["metadata"] == whole["metadata"]
    assert not (folder / "service-2.json.gz").exists()
    assert (folder / "service-2.json").stat().st_size < len(json.dumps(whole)) / 2
