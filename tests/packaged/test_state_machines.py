from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from chalice.utils import to_cfn_resource_name

from infra.asl import UnfitDefinitionError, definitions, embed, logical_id, steps_of
from infra.package import ROOT
from tests.packaged.reading import arn_text, functions, of_type, statements

Template = dict[str, Any]


def test_a_state_machine_may_invoke_exactly_the_functions_its_definition_names(template: Template) -> None:
    for name, text in definitions(ROOT / "infra" / "statemachines").items():
        machine = template["Resources"][name]["Properties"]
        role = machine["RoleArn"]["Fn::GetAtt"][0]
        allowed = {
            arn_text(resource)
            for statement in statements(template)
            if statement.role == role and "lambda:InvokeFunction" in statement.actions
            for resource in statement.resources
        }
        assert allowed == steps_of(text)
        assert allowed <= functions(template).keys()


def test_every_placeholder_is_replaced(template: Template) -> None:
    for machine in of_type(template, "AWS::StepFunctions::StateMachine").values():
        properties = machine["Properties"]
        replaced = {name.removesuffix("Arn") for name in properties["DefinitionSubstitutions"]}
        assert replaced == steps_of(properties["DefinitionString"])


def test_every_step_has_a_timeout_and_retries_and_every_wait_somewhere_to_go_when_it_fails(template: Template) -> None:
    for machine in of_type(template, "AWS::StepFunctions::StateMachine").values():
        states = json.loads(machine["Properties"]["DefinitionString"])["States"]
        for name, state in states.items():
            if state["Type"] != "Task":
                continue
            assert {"TimeoutSeconds", "TimeoutSecondsPath"} & state.keys(), name
            assert state["Retry"], name
            # Where a person is waited for, the record must reach a named end whatever happens. A step after the
            # person's decision may fail as a whole, for an operator to redrive: what was decided is not thrown away.
            if state["Resource"].endswith(".waitForTaskToken"):
                assert any("States.ALL" in catch["ErrorEquals"] for catch in state["Catch"]), name


def states_of(states: dict[str, Any]) -> list[dict[str, Any]]:
    """The states, those inside of Maps among them."""
    inside = [states_of(state["ItemProcessor"]["States"]) for state in states.values() if state["Type"] == "Map"]
    return [*states.values(), *(state for some in inside for state in some)]


def test_a_function_gives_up_before_its_state_does(template: Template) -> None:
    for machine in of_type(template, "AWS::StepFunctions::StateMachine").values():
        for state in states_of(json.loads(machine["Properties"]["DefinitionString"])["States"]):
            if state["Type"] == "Task" and "TimeoutSeconds" in state:
                (step,) = steps_of(json.dumps(state))
                assert functions(template)[step]["Properties"]["Timeout"] < state["TimeoutSeconds"], step


def test_logical_ids_are_those_of_chalice() -> None:
    for name in ("issue_contact_codes", "simplified_registration", "tell_registrant"):
        assert logical_id(name) == to_cfn_resource_name(name)


def bare_template(*steps: str) -> Template:
    machine = {"Type": "AWS::StepFunctions::StateMachine", "Properties": {"RoleArn": {"Fn::GetAtt": ["Role", "Arn"]}}}
    made: Template = {"Resources": {"Journey": machine, "Role": {"Type": "AWS::IAM::Role", "Properties": {}}}}
    made["Resources"] |= {step: {"Type": "AWS::Serverless::Function"} for step in steps}
    return made


def written(directory: Path, text: str, name: str = "journey.asl.json") -> Path:
    (directory / name).write_text(text, encoding="utf-8")
    return directory


def test_a_definition_that_names_no_function_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnfitDefinitionError, match="Gone"):
        embed(bare_template("Step"), written(tmp_path, '{"a": "${GoneArn}"}'))


def test_a_placeholder_that_is_no_arn_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnfitDefinitionError, match="StepName"):
        embed(bare_template("Step"), written(tmp_path, '{"a": "${StepName}"}'))


def test_a_definition_without_state_machine_is_refused(tmp_path: Path) -> None:
    written(tmp_path, '{"a": "${StepArn}"}', "other.asl.json")
    with pytest.raises(UnfitDefinitionError, match="Other"):
        embed(bare_template("Step"), written(tmp_path, '{"a": "${StepArn}"}'))


def test_a_state_machine_without_definition_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnfitDefinitionError, match="Journey"):
        embed(bare_template("Step"), tmp_path)
