"""Making every resource of the merge template on the laptop, through AWS's own APIs."""

import json
import re
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import botocore.session
from botocore.client import BaseClient

from infra.local.environment import ACCOUNT, REGION
from infra.local.kept_keys import KeptKey, put_in_place
from infra.local.template import STACK, Template, TemplateError, filled_definition

# Nothing of these is needed to run the suite: rights, logs, alarms and the gateway itself (gateway.py plays it).
_NOT_PLAYED = (
    "AWS::ApiGateway::",
    "AWS::CloudWatch::",
    "AWS::Events::",
    "AWS::IAM::",
    "AWS::Lambda::",
    "AWS::Logs::",
    "AWS::S3::BucketPolicy",
    "AWS::SNS::Subscription",
    "AWS::SNS::TopicPolicy",
    "AWS::Serverless::",
    "AWS::WAFv2::",
)
# Not its StreamSpecification: the laptop plays the streams itself, on either engine.
_TABLE_PROPERTIES = (
    "AttributeDefinitions",
    "KeySchema",
    "GlobalSecondaryIndexes",
    "LocalSecondaryIndexes",
    "BillingMode",
)


class Provisioning:
    """The resources of a template, each made when it is first asked for."""

    def __init__(
        self,
        document: Mapping[str, Any],
        parameters: Mapping[str, str],
        secrets: Mapping[str, str],
        machines: Path,
        arns: Mapping[str, str],
        keys: Mapping[str, KeptKey] | None = None,
    ) -> None:
        """Set up, making nothing yet.

        ``secrets``: logical id to the secret's value. ``machines``: the folder of state machines.
        ``arns``: the placeholders in them. ``keys``: logical id of a key of KMS to the one that it is to be.
        """
        self.template = Template(document, parameters, self.made)
        self._secrets = secrets
        self._machines = machines
        self._arns = arns
        self._keys = keys or {}
        self._made: dict[str, dict[str, str]] = {}
        self._session = botocore.session.get_session()
        self._clients: dict[str, BaseClient] = {}

    def make_all(self) -> None:
        """Make every resource of the template."""
        for logical_id in self.template.resources:
            if self.template.wanted(logical_id):
                self.made(logical_id)

    @property
    def tables(self) -> dict[str, str]:
        """Logical id to name of every table."""
        return {
            logical_id: self.made(logical_id)["Ref"]
            for logical_id, resource in self.template.resources.items()
            if resource["Type"] == "AWS::DynamoDB::Table"
        }

    def made(self, logical_id: str) -> dict[str, str]:
        """Give the resource's attributes, ``Ref`` among them; it is made now if it is not there yet."""
        if logical_id not in self._made:
            resource = self.template.resources[logical_id]
            self._made[logical_id] = self._make(resource["Type"], logical_id, resource.get("Properties", {}))
        return self._made[logical_id]

    def client(self, service: str) -> Any:  # noqa: ANN401 - botocore makes client classes at run time
        """Give a client of the laptop's own for an AWS service."""
        if service not in self._clients:
            self._clients[service] = self._session.create_client(service)
        return self._clients[service]

    def _make(self, kind: str, logical_id: str, properties: Mapping[str, Any]) -> dict[str, str]:
        makers: dict[str, Callable[[str, Mapping[str, Any]], dict[str, str]]] = {
            "AWS::KMS::Key": self._key,
            "AWS::KMS::Alias": self._alias,
            "AWS::DynamoDB::Table": self._table,
            "AWS::S3::Bucket": self._bucket,
            "AWS::SecretsManager::Secret": self._secret,
            "AWS::SNS::Topic": self._topic,
            "AWS::SQS::Queue": self._queue,
            "AWS::StepFunctions::StateMachine": self._state_machine,
        }
        if kind in makers:
            return makers[kind](logical_id, properties)
        if kind.startswith(_NOT_PLAYED):
            return {"Ref": f"{STACK}-{logical_id}", "Arn": f"arn:aws:laptop:{REGION}:{ACCOUNT}:{logical_id}"}
        raise TemplateError(f"{logical_id}: the laptop has no {kind}; teach infra/local/provisioning.py")

    def _key(self, logical_id: str, properties: Mapping[str, Any]) -> dict[str, str]:
        wanted = {name: properties[name] for name in ("KeyUsage", "KeySpec") if name in properties}
        metadata = self.client("kms").create_key(**wanted)["KeyMetadata"]
        if logical_id in self._keys:
            return put_in_place(metadata["KeyId"], self._keys[logical_id])
        return {"Ref": metadata["KeyId"], "Arn": metadata["Arn"]}

    def _alias(self, _logical_id: str, properties: Mapping[str, Any]) -> dict[str, str]:
        name = self.template.value(properties["AliasName"])
        self.client("kms").create_alias(AliasName=name, TargetKeyId=self.template.value(properties["TargetKeyId"]))
        return {"Ref": name}

    def _table(self, logical_id: str, properties: Mapping[str, Any]) -> dict[str, str]:
        dynamodb = self.client("dynamodb")
        name = self.template.value(properties.get("TableName", f"{STACK}-{logical_id}"))
        wanted = {name: properties[name] for name in _TABLE_PROPERTIES if name in properties}
        try:
            description = dynamodb.create_table(TableName=name, **wanted)["TableDescription"]
        except dynamodb.exceptions.ResourceInUseException:
            # DynamoDB Local kept it from the last time.
            description = dynamodb.describe_table(TableName=name)["Table"]
        else:
            if "TimeToLiveSpecification" in properties:
                ttl = properties["TimeToLiveSpecification"]
                dynamodb.update_time_to_live(TableName=name, TimeToLiveSpecification=ttl)
        return {"Ref": name, "Arn": description["TableArn"]}

    def _bucket(self, logical_id: str, _properties: Mapping[str, Any]) -> dict[str, str]:
        name = f"{STACK}-{logical_id}".lower()
        self.client("s3").create_bucket(Bucket=name, CreateBucketConfiguration={"LocationConstraint": REGION})
        return {"Ref": name, "Arn": f"arn:aws:s3:::{name}"}

    def _secret(self, logical_id: str, _properties: Mapping[str, Any]) -> dict[str, str]:
        value = self._secrets.get(logical_id, json.dumps({}))
        arn = self.client("secretsmanager").create_secret(Name=f"{STACK}-{logical_id}", SecretString=value)["ARN"]
        return {"Ref": arn}

    def _topic(self, logical_id: str, _properties: Mapping[str, Any]) -> dict[str, str]:
        arn = self.client("sns").create_topic(Name=f"{STACK}-{logical_id}")["TopicArn"]
        return {"Ref": arn, "TopicArn": arn, "TopicName": arn.rpartition(":")[2]}

    def _queue(self, logical_id: str, _properties: Mapping[str, Any]) -> dict[str, str]:
        name = f"{STACK}-{logical_id}"
        url = self.client("sqs").create_queue(QueueName=name)["QueueUrl"]
        return {"Ref": url, "Arn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:{name}", "QueueName": name}

    def _state_machine(self, logical_id: str, properties: Mapping[str, Any]) -> dict[str, str]:
        definition = (self._machines / f"{_snake_case(logical_id)}.asl.json").read_text(encoding="utf-8")
        name = self.template.value(properties.get("StateMachineName", f"{STACK}-{logical_id}"))
        arn = self.client("stepfunctions").create_state_machine(
            name=name,
            definition=filled_definition(definition, self._arns),
            roleArn=f"arn:aws:iam::{ACCOUNT}:role/{STACK}",
            type=properties.get("StateMachineType", "STANDARD"),
        )["stateMachineArn"]
        return {"Ref": arn, "Arn": arn, "Name": name}


def _snake_case(logical_id: str) -> str:
    return re.sub(r"(?<!^)(?=[A-Z])", "_", logical_id).lower()
