"""What a function's policy allows, and what the calls it made need: both as (action, resource)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any

from infra.asl import logical_id
from infra.local.calls import Call
from tests.packaged.reading import Allowed, Template, arn_text, functions, role_of, statements

# The resource that an action of these services is allowed on, where a call does not name one of several.
ONLY_RESOURCE = {
    "secretsmanager": "ServerKeysSecret",
    "sns": "*",
    "ses": "arn:${AWS::Partition}:ses:${AWS::Region}:${AWS::AccountId}:identity/${MailIdentity}",
    "s3": "${DocumentsBucket.Arn}/*",
}
_MACHINE = "arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:stateMachine:${AWS::StackName}-"
# Which journey a route or step starts and wakes: a task token does not tell. Any other has to do with the first.
_JOURNEYS = {
    "POST /accounts/registrations": "account-registration",
    "await_account_codes": "account-registration",
    "confirm_account_codes": "account-registration",
    "POST /account/contact-changes": "mobile-replacement",
    "GET /account": "mobile-replacement",
}
# Not called by the code itself: Lambda writes the logs and reads the outbox's stream, and DynamoDB, S3 and Secrets
# Manager use the key for it.
BEHIND_THE_CODE = (
    "logs:",
    "kms:",
    "dynamodb:DescribeStream",
    "dynamodb:GetRecords",
    "dynamodb:GetShardIterator",
    "dynamodb:ListStreams",
)


def allowed(template: Template, function: str) -> set[Allowed]:
    """What the policy of a function (logical id) allows its code."""
    return {
        Allowed(action, arn_text(resource))
        for statement in statements(template)
        if statement.role == role_of(template, function) and statement.effect == "Allow"
        for action in statement.actions
        for resource in statement.resources
        if not action.startswith(BEHIND_THE_CODE)
    }


def function_of(call: Call) -> str:
    """The logical id of the function that made a call: a route's is the API's."""
    assert call.made_by is not None, call
    return "APIHandler" if " " in call.made_by else logical_id(call.made_by)


def machine_of(call: Call) -> str:
    """The state machine that a call to Step Functions is about."""
    made_by = call.made_by or ""
    found = (journey for caller, journey in _JOURNEYS.items() if made_by.startswith(caller))
    return _MACHINE + next(found, "simplified-registration")


def needed(calls: Iterable[Call], template: Template, environment: dict[str, str]) -> dict[str, set[Allowed]]:
    """What the calls need: function (logical id) to actions on resources. A transaction needs what its parts need."""
    variables: dict[str, Any] = template["Globals"]["Function"]["Environment"]["Variables"]
    tables = {environment[name]: value["Ref"] for name, value in variables.items() if name.endswith("_TABLE")}
    found: dict[str, set[Allowed]] = {function: set() for function in functions(template)}
    for call in calls:
        # What no code of ours made (the tests' own preparations) needs no policy of ours.
        if call.made_by is None:
            continue
        needs = found[function_of(call)]
        if call.service != "dynamodb":
            resource = machine_of(call) if call.service == "states" else ONLY_RESOURCE[call.service]
            needs.update(Allowed(action, resource) for action in call.actions)
            continue
        for operation, part in call.parts:
            assert re.fullmatch(r"[A-Za-z]+", operation)
            # A read of many rows names its tables as keys.
            for name in part.get("RequestItems") or [part["TableName"]]:
                resource = f"${{{tables[name]}.Arn}}/index/{part['IndexName']}" if "IndexName" in part else tables[name]
                needs.add(Allowed(f"dynamodb:{operation}", resource))
    return found
