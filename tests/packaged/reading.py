"""Reads a CloudFormation template: what it refers to, what its policies allow."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any, NamedTuple

Template = dict[str, Any]

SUBSTITUTION = re.compile(r"\$\{([^!}]+)\}")


def of_type(template: Template, resource_type: str) -> dict[str, Any]:
    return {name: body for name, body in template["Resources"].items() if body["Type"] == resource_type}


def functions(template: Template) -> dict[str, Any]:
    return of_type(template, "AWS::Serverless::Function") | of_type(template, "AWS::Lambda::Function")


def references(value: Any) -> Iterator[str]:
    """The names that a piece of the template refers to by Ref, Fn::GetAtt and Fn::Sub."""
    if isinstance(value, list):
        for item in value:
            yield from references(item)
    elif isinstance(value, dict):
        for key, item in value.items():
            if key == "Ref":
                yield item
            elif key == "Fn::GetAtt":
                yield item[0] if isinstance(item, list) else item.split(".")[0]
            elif key == "Fn::Sub":
                text, variables = (item, {}) if isinstance(item, str) else item
                yield from (n.split(".")[0] for n in SUBSTITUTION.findall(text) if n not in variables)
                yield from references(variables)
            else:
                yield from references(item)


class Allowed(NamedTuple):
    """One action that a policy allows on one resource, which is told as the template tells it."""

    action: str
    resource: str


class Statement(NamedTuple):
    role: str
    sid: str
    effect: str
    actions: list[str]
    resources: list[Any]
    condition: dict[str, Any]


def as_list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def statements(template: Template) -> Iterator[Statement]:
    """Every statement of every role's policies."""
    for name, role in of_type(template, "AWS::IAM::Role").items():
        for policy in role["Properties"].get("Policies", []):
            for statement in policy["PolicyDocument"]["Statement"]:
                yield Statement(
                    name,
                    statement.get("Sid", ""),
                    statement["Effect"],
                    as_list(statement["Action"]),
                    as_list(statement["Resource"]),
                    statement.get("Condition", {}),
                )


def role_of(template: Template, function: str) -> str:
    role: str = functions(template)[function]["Properties"]["Role"]["Fn::GetAtt"][0]
    return role


def arn_text(resource: Any) -> str:
    """A resource of a statement as one string: GetAtt Arn and Ref as the logical id, Fn::Sub as its text."""
    if isinstance(resource, str):
        return resource
    if "Fn::GetAtt" in resource:
        return str(resource["Fn::GetAtt"][0])
    if "Ref" in resource:
        return str(resource["Ref"])
    return str(resource["Fn::Sub"])
