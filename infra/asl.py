"""Puts the state machines of infra/statemachines into the template, and lets each invoke its own steps only.

A definition names a step as ${<Step>Arn}, where <Step> is the Lambda function's logical id. What the machine may
invoke is read from those names, so that the right to invoke and the wish to invoke cannot drift apart.
"""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

PLACEHOLDER = re.compile(r"\$\{([A-Za-z0-9]+)\}")

Template = dict[str, Any]


class UnfitDefinitionError(ValueError):
    """A definition and the template do not fit: the message says which file and which name."""


def logical_id(snake_name: str) -> str:
    """The logical id of a snake_case name, as Chalice makes it: issue_contact_codes gives IssueContactCodes."""
    return "".join(part[0].upper() + part[1:] for part in snake_name.split("_") if part)


def definitions(directory: Path) -> dict[str, str]:
    """The state machines of a directory: logical id to the definition's text, checked to be JSON."""
    found: dict[str, str] = {}
    for path in sorted(directory.glob("*.asl.json")):
        text = path.read_text(encoding="utf-8")
        json.loads(text)
        found[logical_id(path.name.removesuffix(".asl.json"))] = text
    return found


def steps_of(definition: str) -> set[str]:
    """The logical ids of the functions that a definition invokes.

    Raises UnfitDefinitionError for a placeholder that is not a function's ARN.
    """
    steps: set[str] = set()
    for name in PLACEHOLDER.findall(definition):
        if not name.endswith("Arn"):
            raise UnfitDefinitionError(f"${{{name}}} does not end in Arn")
        steps.add(name.removesuffix("Arn"))
    return steps


def embed(template: Template, directory: Path) -> None:
    """Fill every state machine of the template from its file, with the right to invoke exactly its steps.

    Raises UnfitDefinitionError where a file has no machine, a machine no file, or a step no function.
    """
    resources = template["Resources"]
    machines = {name for name, body in resources.items() if body["Type"] == "AWS::StepFunctions::StateMachine"}
    texts = definitions(directory)
    if machines != set(texts):
        raise UnfitDefinitionError(f"state machines without file or the reverse: {sorted(machines ^ set(texts))}")
    for name, text in texts.items():
        steps = sorted(steps_of(text))
        missing = [step for step in steps if resources.get(step, {}).get("Type") != "AWS::Serverless::Function"]
        if missing:
            raise UnfitDefinitionError(f"{name} invokes what is no function: {missing}")
        properties = resources[name]["Properties"]
        properties["DefinitionString"] = json.dumps(json.loads(text), separators=(",", ":"), ensure_ascii=False)
        properties["DefinitionSubstitutions"] = {f"{step}Arn": {"Fn::GetAtt": [step, "Arn"]} for step in steps}
        role = resources[properties["RoleArn"]["Fn::GetAtt"][0]]
        role["Properties"].setdefault("Policies", []).append(
            {
                "PolicyName": "invoke-steps",
                "PolicyDocument": {
                    "Version": "2012-10-17",
                    "Statement": [
                        {
                            "Sid": "ItsStepsOnly",
                            "Effect": "Allow",
                            "Action": "lambda:InvokeFunction",
                            "Resource": [{"Fn::GetAtt": [step, "Arn"]} for step in steps],
                        }
                    ],
                },
            }
        )
