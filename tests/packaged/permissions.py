"""What a function's policy allows, and what the calls it made need: both as (action, resource)."""

from __future__ import annotations

import re
from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from infra.asl import logical_id
from infra.local.calls import Call
from infra.local.template import STACK
from tests.packaged.reading import Allowed, Template, arn_text, functions, role_of, statements

# The resource that an action of these services is allowed on, where a call does not name one of several.
ONLY_RESOURCE = {
    "secretsmanager": "ServerKeysSecret",
    "sns": "*",
    "ses": "arn:${AWS::Partition}:ses:${AWS::Region}:${AWS::AccountId}:identity/${MailIdentity}",
}
# Departments' keys are made by hand, each with an alias, and are no resources of the stack.
_DEPARTMENT_KEYS = "arn:${AWS::Partition}:kms:${AWS::Region}:${AWS::AccountId}:key/*"
_BUCKET = "${DocumentsBucket.Arn}"
# Lists may lie under any key of the bucket; everything else has a folder of its own.
_FOLDERS = frozenset(
    {
        "brought",
        "certificates",
        "crl",
        "crls",
        "documents",
        "evidence",
        "imports",
        "own",
        "signing-keys",
        "submissions",
        "uploads",
    }
)
# What a function signs with its own rights for a browser, which then makes the call: no call of ours shows it.
_FOR_BROWSERS = {
    "APIHandler": {
        Allowed("s3:PutObject", f"{_BUCKET}/uploads/*"),
        Allowed("s3:GetObject", f"{_BUCKET}/documents/*"),
        Allowed("s3:GetObject", f"{_BUCKET}/evidence/*"),
        Allowed("s3:PutObject", f"{_BUCKET}/brought/*"),
        Allowed("s3:PutObject", f"{_BUCKET}/imports/*"),
        Allowed("s3:GetObject", f"{_BUCKET}/imports/*"),
        Allowed("s3:GetObject", f"{_BUCKET}/own/*"),
    },
}
_MACHINE = "arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}:stateMachine:${AWS::StackName}-"
_SIGNED_BY_ESIGN = ("iec-linking", "iec-user-change")
_SIGNED = (*_SIGNED_BY_ESIGN, "full-registration")
# Which journeys a route or step may wake: a task token does not tell. Any other has to do with the first.
_WOKEN = {
    "POST /accounts/registrations": ("account-registration",),
    "await_account_codes": ("account-registration",),
    "confirm_account_codes": ("account-registration",),
    "PUT /signings/": _SIGNED,
    "DELETE /signings/": _SIGNED,
    "GET /signings/": _SIGNED,
    "await_signature": _SIGNED,
    "POST /signings/": _SIGNED_BY_ESIGN,
    "POST /esign/": _SIGNED_BY_ESIGN,
    "POST /icegate/full-registrations/": ("full-registration",),
    "POST /full-registrations/": ("full-registration",),
    "await_full_registration": ("full-registration",),
    "GET /digilocker/callback": ("digilocker-fetch",),
    "await_digilocker_callback": ("digilocker-fetch",),
}
# Not called by the code itself: Lambda writes the logs and reads the streams, and DynamoDB, S3 and Secrets Manager use
# the key of all data for it.
_DATA_KEY = "DataKey"
BEHIND_THE_CODE = (
    "logs:",
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
        if not action.startswith(BEHIND_THE_CODE) and arn_text(resource) != _DATA_KEY
    }


def function_of(call: Call) -> str:
    """The logical id of the function that made a call: a route's is the API's."""
    assert call.made_by is not None, call
    return "APIHandler" if " " in call.made_by else logical_id(call.made_by)


def resources_of(call: Call) -> set[str]:
    """What a call is about that is not one of DynamoDB: state machines, a folder of the bucket, or the only one."""
    if call.operation == "ListObjectsV2":
        return {"DocumentsBucket"}
    if call.service == "s3":
        folder = urlsplit(call.url).path.split("/")[2]
        return {f"{_BUCKET}/{folder}/*" if folder in _FOLDERS else f"{_BUCKET}/*"}
    if call.service == "kms":
        return {_key_of(call)}
    if call.service != "states":
        return {ONLY_RESOURCE[call.service]}
    if "stateMachineArn" in call.parameters:
        # A stack's machines begin with its name, and so do the laptop's.
        return {_MACHINE + call.parameters["stateMachineArn"].rpartition(f":{STACK}-")[2]}
    made_by = call.made_by or ""
    found = (journeys for caller, journeys in _WOKEN.items() if made_by.startswith(caller))
    return {_MACHINE + journey for journey in next(found, ("simplified-registration",))}


def _key_of(call: Call) -> str:
    """The vault's key seals and opens; what signs is a department's key where it is called by an alias."""
    if call.operation != "Sign":
        return "VaultKey"
    return _DEPARTMENT_KEYS if call.parameters["KeyId"].startswith("alias/") else "EsignKey"


def needed(calls: Iterable[Call], template: Template, environment: dict[str, str]) -> dict[str, set[Allowed]]:
    """What the calls need: function (logical id) to actions on resources. A transaction needs what its parts need."""
    variables: dict[str, Any] = template["Globals"]["Function"]["Environment"]["Variables"]
    tables = {environment[name]: value["Ref"] for name, value in variables.items() if name.endswith("_TABLE")}
    found: dict[str, set[Allowed]] = {
        function: set(_FOR_BROWSERS.get(function, ())) for function in functions(template)
    }
    for call in calls:
        # What no code of ours made (the tests' own preparations) needs no policy of ours.
        if call.made_by is None:
            continue
        needs = found[function_of(call)]
        if call.service != "dynamodb":
            needs.update(Allowed(action, resource) for action in call.actions for resource in resources_of(call))
            continue
        for operation, part in call.parts:
            assert re.fullmatch(r"[A-Za-z]+", operation)
            # A read of many rows names its tables as keys.
            for name in part.get("RequestItems") or [part["TableName"]]:
                resource = f"${{{tables[name]}.Arn}}/index/{part['IndexName']}" if "IndexName" in part else tables[name]
                needs.add(Allowed(f"dynamodb:{operation}", resource))
    return found
