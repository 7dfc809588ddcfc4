"""Lambda takes at most 4 KB of environment variables from a function, and refuses a deployment with more."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

import pytest

from chalicelib.domain.ports import Journey
from infra.package import REGION
from tests.packaged.reading import functions, of_type
from tests.packaged.test_template import MACHINES

Template = dict[str, Any]

# Lambda measures the variables as one JSON object. What is left below 4,096 bytes is for settings to come.
BOUND = 3_276
# docs/deploy.md: the name of a stack stands in the name of every table.
LONGEST_STACK = "s" * 24
ACCOUNT = "111122223333"
PSEUDO_PARAMETERS = {
    "AWS::Partition": "aws",
    "AWS::Region": REGION,
    "AWS::AccountId": ACCOUNT,
    "AWS::StackName": LONGEST_STACK,
}


def longest(template: Template, value: Any) -> str:
    """A variable's value as long as it may become: what CloudFormation names, or the parameter's longest."""
    if "Fn::Sub" in value:
        text: str = value["Fn::Sub"]
        for name, stands_for in PSEUDO_PARAMETERS.items():
            text = text.replace(f"${{{name}}}", stands_for)
        assert "${" not in text
        return text
    name = value["Ref"]
    if name in template["Parameters"]:
        return longest_parameter(name, template["Parameters"][name])
    match template["Resources"][name]["Type"]:
        case "AWS::DynamoDB::Table":
            return f"{LONGEST_STACK}-{name}-{'X' * 13}"
        case "AWS::S3::Bucket":
            return "b" * 63
        case "AWS::KMS::Key":
            return "1234abcd-12ab-34cd-56ef-1234567890ab"
        case "AWS::SecretsManager::Secret":
            return f"arn:aws:secretsmanager:{REGION}:{ACCOUNT}:secret:{name}-{'X' * 12}-{'x' * 6}"
    raise AssertionError(f"nobody knows how long the name of {name} becomes")


def longest_parameter(name: str, parameter: Mapping[str, Any]) -> str:
    if parameter["Type"] == "Number":
        return str(parameter.get("MaxValue", 100_000))
    known = {"SmsEntityId": 50, "SmsSenderId": 6, "DigiLockerRequester": 22}
    # Without a bound of its own, a long value would break the deployment in the middle: it is refused before.
    return "p" * int(parameter.get("MaxLength") or known[name])


def size(variables: Mapping[str, str]) -> int:
    return len(json.dumps(variables, separators=(",", ":")).encode())


def test_the_variables_of_every_function_leave_room_below_lambdas_limit(
    template: Template, transformed: Template
) -> None:
    for name, body in functions(transformed).items():
        variables = body["Properties"]["Environment"]["Variables"]
        filled = {variable: longest(template, value) for variable, value in variables.items()}
        assert 2_000 < size(filled) <= BOUND, (name, size(filled))


@pytest.mark.parametrize(("machine", "journey"), MACHINES.items())
def test_a_machines_arn_is_the_prefix_and_its_name_so_that_nothing_waits_for_itself(
    template: Template, machine: str, journey: Journey
) -> None:
    prefix = template["Globals"]["Function"]["Environment"]["Variables"]["JOURNEYS_ARN_PREFIX"]["Fn::Sub"]
    name = template["Resources"][machine]["Properties"]["StateMachineName"]["Fn::Sub"]
    arn = "arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:stateMachine:"
    assert prefix + journey.value.replace("_", "-") == arn + name


def test_every_journey_has_its_machine_and_no_two_stacks_of_one_account_share_a_name(template: Template) -> None:
    assert sorted(MACHINES.values()) == sorted(Journey)
    names = [journey.value.replace("_", "-") for journey in Journey]
    # Else the stack `pravesh-a` would name its machine `b` as the stack `pravesh` names its machine `a-b`.
    assert not [(one, other) for one in names for other in names if one.endswith(f"-{other}")]
    for machine in of_type(template, "AWS::StepFunctions::StateMachine").values():
        assert machine["Properties"]["StateMachineName"]["Fn::Sub"].startswith("${AWS::StackName}-")
