"""Reading the merge template: the values that CloudFormation would put in place of Ref, Fn::Sub and the like."""

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from infra.local.environment import ACCOUNT, REGION

STACK = "pravesh-laptop"
RESOURCES = Path("infra/resources.json")
_VARIABLE = re.compile(r"\$\{(?P<name>[^!}][^}]*)\}")
_PSEUDO_PARAMETERS = {
    "AWS::AccountId": ACCOUNT,
    "AWS::Partition": "aws",
    "AWS::Region": REGION,
    "AWS::StackName": STACK,
    "AWS::URLSuffix": "amazonaws.com",
}


class TemplateError(ValueError):
    """The template says something that the laptop does not understand."""


class Template:
    """A CloudFormation template with its parameters set; resources are asked of ``made`` by logical id."""

    def __init__(
        self, document: Mapping[str, Any], parameters: Mapping[str, str], made: Callable[[str], dict[str, str]]
    ) -> None:
        """``made``: logical id to the resource's attributes: ``Ref``, ``Arn`` and others; makes it if need be."""
        self.resources: dict[str, Any] = document.get("Resources", {})
        self._conditions: dict[str, Any] = document.get("Conditions", {})
        self._environment = document.get("Globals", {}).get("Function", {}).get("Environment", {}).get("Variables", {})
        defaults = {
            name: str(parameter["Default"])
            for name, parameter in document.get("Parameters", {}).items()
            if "Default" in parameter
        }
        self._parameters = {**defaults, **parameters}
        self._made = made

    def environment(self) -> dict[str, str]:
        """Give the variables that every function gets."""
        return {name: str(self.value(value)) for name, value in self._environment.items()}

    def wanted(self, logical_id: str) -> bool:
        """Whether the resource's condition, if it has one, holds."""
        condition = self.resources[logical_id].get("Condition")
        return condition is None or self._holds({"Condition": condition})

    def value(self, value: Any) -> Any:  # noqa: ANN401 - JSON
        """Evaluate every function in a piece of the template."""
        if isinstance(value, list):
            return [self.value(item) for item in value]
        if not isinstance(value, dict):
            return value
        if len(value) == 1:
            name, argument = next(iter(value.items()))
            if name == "Ref":
                return self._reference(argument)
            if name.startswith("Fn::"):
                return self._function(name.removeprefix("Fn::"), argument)
        return {name: self.value(item) for name, item in value.items()}

    def _reference(self, name: str) -> str:
        for known in (self._parameters, _PSEUDO_PARAMETERS):
            if name in known:
                return known[name]
        return self._attribute(name, "Ref")

    def _attribute(self, logical_id: str, attribute: str) -> str:
        if logical_id not in self.resources:
            raise TemplateError(f"{logical_id} is neither a parameter with a value nor a resource")
        attributes = self._made(logical_id)
        if attribute not in attributes:
            raise TemplateError(f"the laptop does not know {logical_id}.{attribute}")
        return attributes[attribute]

    def _function(self, name: str, argument: Any) -> Any:  # noqa: ANN401 - one return for each function
        match name:
            case "GetAtt":
                logical_id, attribute = argument.split(".", 1) if isinstance(argument, str) else argument
                return self._attribute(logical_id, attribute)
            case "Sub":
                return self._substituted(argument)
            case "Join":
                return argument[0].join(str(self.value(part)) for part in argument[1])
            case "Split":
                return str(self.value(argument[1])).split(argument[0])
            case "Select":
                return self.value(argument[1])[int(argument[0])]
            case "If":
                return self.value(argument[1] if self._holds({"Condition": argument[0]}) else argument[2])
        raise TemplateError(f"the laptop does not know Fn::{name}")

    def _substituted(self, argument: Any) -> str:  # noqa: ANN401 - a string, or a list of string and variables
        text, variables = (argument, {}) if isinstance(argument, str) else argument

        def filled(match: re.Match[str]) -> str:
            name = match["name"]
            if name in variables:
                return str(self.value(variables[name]))
            logical_id, dot, attribute = name.partition(".")
            return self._attribute(logical_id, attribute) if dot else self._reference(name)

        return _VARIABLE.sub(filled, text)

    def _holds(self, condition: dict[str, Any]) -> bool:
        name, argument = next(iter(condition.items()))
        match name:
            case "Condition":
                return self._holds(self._conditions[argument])
            case "Fn::Equals":
                return bool(self.value(argument[0]) == self.value(argument[1]))
            case "Fn::Not":
                return not self._holds(argument[0])
            case "Fn::And":
                return all(self._holds(part) for part in argument)
            case "Fn::Or":
                return any(self._holds(part) for part in argument)
        raise TemplateError(f"the laptop does not know the condition {name}")


def read_document(path: Path = RESOURCES) -> dict[str, Any]:
    """Read the merge template as it stands in the repository."""
    document: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return document


def filled_definition(definition: str, arns: Mapping[str, str]) -> str:
    """Replace ``${Placeholders}`` in a state machine's definition; one that stays open is an error."""

    def filled(match: re.Match[str]) -> str:
        if match["name"] not in arns:
            raise TemplateError(f"no step Lambda for the placeholder {match[0]}")
        return arns[match["name"]]

    return _VARIABLE.sub(filled, definition)
