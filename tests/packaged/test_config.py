"""Chalice's configuration: what Chalice would take in silence."""

from __future__ import annotations

import json
from typing import Any

import pytest

from infra.asl import logical_id
from infra.package import ROOT, STAGES
from infra.wheels import MACHINE
from tests.packaged.reading import functions, role_of

CONFIG: dict[str, Any] = json.loads((ROOT / ".chalice" / "config.json").read_text(encoding="utf-8"))


def function_id(name: str) -> str:
    return "APIHandler" if name == "api_handler" else logical_id(name)


def test_every_function_is_configured_and_nothing_else_is(template: dict[str, Any]) -> None:
    assert {function_id(name) for name in CONFIG["lambda_functions"]} == set(functions(template))
    for stage in CONFIG["stages"].values():
        assert stage.get("lambda_functions", {}).keys() <= CONFIG["lambda_functions"].keys()


def test_a_stage_does_not_change_a_functions_policy() -> None:
    for stage in CONFIG["stages"].values():
        assert "iam_policy_file" not in stage
        for function in stage.get("lambda_functions", {}).values():
            assert "iam_policy_file" not in function


def test_every_function_has_a_policy_of_its_own_and_no_policy_is_left_over() -> None:
    used = [function["iam_policy_file"] for function in CONFIG["lambda_functions"].values()]
    assert len(used) == len(set(used))
    assert set(used) == {path.name for path in (ROOT / ".chalice").glob("policy-*.json")}
    assert CONFIG["autogen_policy"] is False


def test_the_policy_files_are_the_policies_of_the_template(template: dict[str, Any]) -> None:
    for name, function in CONFIG["lambda_functions"].items():
        document = json.loads((ROOT / ".chalice" / function["iam_policy_file"]).read_text(encoding="utf-8"))
        role = template["Resources"][role_of(template, function_id(name))]
        assert [policy["PolicyDocument"] for policy in role["Properties"]["Policies"]] == [document], name


def test_no_function_has_variables_of_its_own_because_chalice_would_drop_them() -> None:
    def holders(value: Any) -> int:
        if not isinstance(value, dict):
            return 0
        return ("environment_variables" in value) + sum(map(holders, value.values()))

    assert holders(CONFIG) == 0


def test_memory_timeout_and_concurrency_reach_the_template(template: dict[str, Any]) -> None:
    for name, configured in CONFIG["lambda_functions"].items():
        properties = functions(template)[function_id(name)]["Properties"]
        assert properties["MemorySize"] == configured["lambda_memory_size"], name
        assert properties["Timeout"] == configured["lambda_timeout"], name
        stage = CONFIG["stages"]["prod"].get("lambda_functions", {}).get(name, {})
        assert properties.get("ReservedConcurrentExecutions") == stage.get("reserved_concurrency"), name


def test_the_functions_run_on_the_machine_that_the_wheels_are_for(template: dict[str, Any]) -> None:
    assert {tuple(body["Properties"]["Architectures"]) for body in functions(template).values()} == {(MACHINE,)}


@pytest.mark.parametrize("stage", STAGES)
def test_the_packagers_stages_are_configured(stage: str) -> None:
    assert stage in CONFIG["stages"]
