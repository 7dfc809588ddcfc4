"""A toy project for the laptop: three routes, five steps, one state machine that waits for a token.

One table, whose stream tells a step of new rows; and a step that runs each hour.
"""

import json
from functools import cache
from typing import Any

import botocore.session
from botocore.config import Config
from chalice.app import Blueprint, Chalice, Response

from infra.local.project import Project

TABLE = {
    "Type": "AWS::DynamoDB::Table",
    "Properties": {
        "BillingMode": "PAY_PER_REQUEST",
        "AttributeDefinitions": [{"AttributeName": "parcel_id", "AttributeType": "S"}],
        "KeySchema": [{"AttributeName": "parcel_id", "KeyType": "HASH"}],
        "TimeToLiveSpecification": {"AttributeName": "ttl", "Enabled": True},
        "StreamSpecification": {"StreamViewType": "KEYS_ONLY"},
    },
}
STREAM = {
    "Type": "AWS::Lambda::EventSourceMapping",
    "Properties": {
        "EventSourceArn": {"Fn::GetAtt": ["ParcelsTable", "StreamArn"]},
        "FunctionName": {"Ref": "HearOfParcels"},
        "BatchSize": 3,
        "MaximumRetryAttempts": 1,
        "FilterCriteria": {"Filters": [{"Pattern": '{"eventName": ["INSERT"]}'}]},
    },
}
HOURLY = {
    "Type": "AWS::Events::Rule",
    "Properties": {
        "ScheduleExpression": "rate(1 hour)",
        "Targets": [{"Id": "Strike", "Arn": {"Fn::GetAtt": ["StrikeTheHour", "Arn"]}, "Input": '{"by": "the clock"}'}],
    },
}
DOCUMENT = {
    "Parameters": {"MailSender": {"Type": "String"}},
    "Globals": {
        "Function": {
            "Environment": {
                "Variables": {
                    "PARCELS_TABLE": {"Ref": "ParcelsTable"},
                    "DELIVERY_ARN": {"Ref": "Delivery"},
                    "KEYS_SECRET": {"Ref": "KeysSecret"},
                    "DOCUMENTS_BUCKET": {"Ref": "DocumentsBucket"},
                    "SENDER": {"Fn::Sub": "Toy <${MailSender}>"},
                }
            }
        }
    },
    "Resources": {
        "DataKey": {"Type": "AWS::KMS::Key", "Properties": {}},
        "ParcelsTable": TABLE,
        "ParcelsStream": STREAM,
        "Hourly": HOURLY,
        "DocumentsBucket": {"Type": "AWS::S3::Bucket"},
        "KeysSecret": {"Type": "AWS::SecretsManager::Secret"},
        "AlarmTopic": {"Type": "AWS::SNS::Topic"},
        "ParkedQueue": {"Type": "AWS::SQS::Queue"},
        "Delivery": {"Type": "AWS::StepFunctions::StateMachine", "Properties": {"StateMachineType": "STANDARD"}},
        "Api": {"Type": "AWS::Serverless::Api", "Properties": {}},
    },
}
DELIVERY = {
    "StartAt": "Send",
    "States": {
        "Send": {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
            "Parameters": {
                "FunctionName": "${SendParcelArn}",
                "Payload": {
                    "parcel_id.$": "$.parcel_id",
                    "token.$": "$$.Task.Token",
                    "retries.$": "$$.State.RetryCount",
                },
            },
            "TimeoutSecondsPath": "$.seconds",
            "Retry": [{"ErrorEquals": ["RoadBlocked"], "IntervalSeconds": 1, "MaxAttempts": 1}],
            "Catch": [
                {"ErrorEquals": ["States.Timeout"], "ResultPath": "$.error", "Next": "GiveUp"},
                {"ErrorEquals": ["ParcelLost"], "ResultPath": "$.error", "Next": "GiveUp"},
            ],
            "ResultPath": "$.receipt",
            "Next": "File",
        },
        "File": {
            "Type": "Task",
            "Resource": "arn:aws:states:::lambda:invoke",
            "Parameters": {"FunctionName": "${FileReceiptArn}", "Payload.$": "$"},
            "OutputPath": "$.Payload",
            "End": True,
        },
        "GiveUp": {
            "Type": "Task",
            "Resource": "${GiveUpArn}",
            "End": True,
        },
    },
}

steps = Blueprint(__name__)
routes = Blueprint(__name__ + "_routes")
asked: list[dict[str, Any]] = []
heard: list[list[str]] = []
struck: list[dict[str, Any]] = []


class ParcelLost(Exception):  # noqa: N818
    """Caught by name in the state machine."""


class RoadBlocked(Exception):  # noqa: N818
    """Retried by name in the state machine."""


def client(service: str, retries: int = 0) -> Any:
    config = Config(retries={"total_max_attempts": retries + 1, "mode": "standard"})
    return botocore.session.get_session().create_client(service, config=config)


@steps.lambda_function(name="send_parcel")
def send_parcel(event: dict[str, Any], context: Any) -> None:
    asked.append({**event, "function": context.function_name, "arn": context.invoked_function_arn})
    if event["parcel_id"] == "lost":
        raise ParcelLost("nobody knows where")
    if event["parcel_id"] == "blocked" and event["retries"] == 0:
        raise RoadBlocked("snow")


@steps.lambda_function(name="file_receipt")
def file_receipt(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return {"parcel_id": event["parcel_id"], "filed": event["receipt"]}


@steps.lambda_function(name="give_up")
def give_up(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return {"parcel_id": event["parcel_id"], "given_up": event["error"]["Error"]}


@steps.lambda_function(name="hear_of_parcels")
def hear_of_parcels(event: dict[str, Any], context: Any) -> None:
    """Keeps the ids of each batch; fails for one that is to be refused."""
    heard.append([record["dynamodb"]["Keys"]["parcel_id"]["S"] for record in event["Records"]])
    assert {record["eventName"] for record in event["Records"]} == {"INSERT"}
    if "refused" in heard[-1]:
        raise RoadBlocked("snow")


@steps.lambda_function(name="strike_the_hour")
def strike_the_hour(event: dict[str, Any], context: Any) -> None:
    struck.append(event)


@routes.route("/parcels/{parcel_id}", methods=["GET", "PUT"], content_types=["application/json", "application/zip"])
def parcel(parcel_id: str) -> Any:
    import os  # noqa: PLC0415

    request = routes.current_request
    if request.method == "PUT":
        item = {"parcel_id": {"S": parcel_id}}
        client("dynamodb").put_item(TableName=os.environ["PARCELS_TABLE"], Item=item)
    return {
        "parcel_id": parcel_id,
        "query": request.query_params and {name: request.query_params.getlist(name) for name in request.query_params},
        "body": request.raw_body.hex() if isinstance(request.raw_body, bytes) else None,
        "source_ip": request.context["identity"]["sourceIp"],
        "cookies": request.to_original_event()["multiValueHeaders"].get("Cookie"),
    }


@routes.route("/parcels/next")
def next_parcel() -> Any:
    return Response({"next": True}, headers={"Set-Cookie": ["a=1", "b=2"], "Content-Type": "application/json"})


@routes.route("/picture")
def picture() -> Any:
    return Response(b"\x89PNG\x00", headers={"Content-Type": "image/png"})


@cache
def make_app() -> Chalice:
    # Once: Chalice uses up what a blueprint says of its routes' methods.
    app = Chalice("toy")
    app.register_blueprint(steps)
    app.register_blueprint(routes)
    return app


def toy_project(folder: Any) -> Project:
    (folder / "delivery.asl.json").write_text(json.dumps(DELIVERY), encoding="utf-8")
    return Project(
        app=make_app,
        document=DOCUMENT,
        machines=folder,
        parameters={"MailSender": "toy@example.in"},
        secrets={"KeysSecret": "secret"},
    )
