"""Calls are recorded with who made them, and can be made to fail."""

import json
from collections.abc import Callable
from functools import partial

import pytest
from botocore.exceptions import ClientError, EndpointConnectionError, ReadTimeoutError

from infra.local.callers import calling_as
from infra.local.laptop import Laptop
from tests.engines import on_both_engines
from tests.local import toy
from tests.local.conftest import at_once, get


def put(laptop: Laptop, parcel_id: str) -> None:
    item = {"parcel_id": {"S": parcel_id}}
    toy.client("dynamodb").put_item(TableName=laptop.environment["PARCELS_TABLE"], Item=item)


def parcels(laptop: Laptop) -> int:
    return int(toy.client("dynamodb").scan(TableName=laptop.environment["PARCELS_TABLE"])["Count"])


@on_both_engines
def test_of_sixteen_conditional_writes_at_once_one_wins(laptop: Laptop) -> None:
    dynamodb, table = toy.client("dynamodb"), laptop.environment["PARCELS_TABLE"]

    def take(parcel_id: str) -> None:
        item = {"parcel_id": {"S": parcel_id}}
        dynamodb.put_item(TableName=table, Item=item, ConditionExpression="attribute_not_exists(parcel_id)")

    for turn in range(10):
        outcomes = at_once(16, partial(take, f"turn-{turn}"))
        assert sorted(outcomes) == ["ConditionalCheckFailedException"] * 15 + ["done"]


def test_a_call_is_recorded_with_the_route_that_made_it(laptop: Laptop) -> None:
    get(f"{laptop.site_url}/parcels/p1", method="PUT")
    (call,) = laptop.calls
    assert (call.service, call.operation, call.made_by) == ("dynamodb", "PutItem", "PUT /parcels/{parcel_id}")
    assert (call.actions, call.writes) == ({"dynamodb:PutItem"}, 1)
    assert call.parameters["TableName"] == laptop.environment["PARCELS_TABLE"]


def test_a_call_is_recorded_with_the_step_that_made_it(laptop: Laptop) -> None:
    laptop.steps.add("count_parcels", lambda event, context: parcels(laptop))
    assert laptop.steps.invoke("count_parcels", "{}").payload == b"0"
    assert [call.operation for call in laptop.calls.by("count_parcels")] == ["Scan"]


def test_a_transaction_needs_the_actions_of_its_parts(laptop: Laptop) -> None:
    table, key = laptop.environment["PARCELS_TABLE"], {"parcel_id": {"S": "p1"}}
    with laptop.calls.recorded() as calls:
        toy.client("dynamodb").transact_write_items(
            TransactItems=[
                {"Put": {"TableName": table, "Item": key}},
                {"Delete": {"TableName": table, "Key": {"parcel_id": {"S": "p2"}}}},
            ]
        )
    (call,) = calls
    assert call.actions == {"dynamodb:PutItem", "dynamodb:DeleteItem"}
    assert call.writes == 2


def test_the_services_are_named_as_in_iam(laptop: Laptop) -> None:
    toy.client("sns").publish(PhoneNumber="+919876543210", Message="hello")
    toy.client("secretsmanager").get_secret_value(SecretId=laptop.environment["KEYS_SECRET"])
    toy.client("stepfunctions").list_executions(stateMachineArn=laptop.environment["DELIVERY_ARN"])
    actions = [action for call in laptop.calls for action in call.actions]
    assert actions == ["sns:Publish", "secretsmanager:GetSecretValue", "states:ListExecutions"]


@on_both_engines
def test_what_is_unreachable_is_not_carried_out(laptop: Laptop) -> None:
    laptop.faults.add("dynamodb", "PutItem", times=1)
    with pytest.raises(EndpointConnectionError):
        put(laptop, "p1")
    assert parcels(laptop) == 0
    put(laptop, "p1")
    assert parcels(laptop) == 1


@on_both_engines
def test_a_lost_answer_was_carried_out(laptop: Laptop) -> None:
    laptop.faults.add("dynamodb", "PutItem", "answer_lost")
    with pytest.raises(ReadTimeoutError):
        put(laptop, "p1")
    assert parcels(laptop) == 1


def test_the_sdk_retries_and_the_retry_is_a_call_of_its_own(laptop: Laptop) -> None:
    fault = laptop.faults.add("sns", "Publish", "answer_lost")
    toy.client("sns", retries=1).publish(PhoneNumber="+919876543210", Message="hello")
    assert fault.struck == 1
    assert len(laptop.calls) == len(laptop.outbox()) == 2


@pytest.mark.parametrize(
    ("service", "call"),
    [
        ("dynamodb", parcels),
        ("sns", lambda laptop: toy.client("sns").publish(PhoneNumber="+919876543210", Message="hello")),
        ("states", lambda laptop: toy.client("stepfunctions").send_task_success(taskToken="t", output="{}")),
        ("ses", lambda laptop: send_mail()),
        ("secretsmanager", lambda laptop: toy.client("secretsmanager").get_secret_value(SecretId="s")),
    ],
)
def test_a_service_refuses_with_the_code_that_is_wanted(
    laptop: Laptop, service: str, call: Callable[[Laptop], object]
) -> None:
    with (
        laptop.faults.during(service, kind="refused", code="ThrottlingException", status=400) as fault,
        pytest.raises(ClientError) as error,
    ):
        call(laptop)
    assert error.value.response["Error"]["Code"] == "ThrottlingException"
    assert error.value.response["ResponseMetadata"]["HTTPStatusCode"] == 400
    assert fault.struck >= 1
    assert laptop.outbox() == []


def send_mail(subject: str = "Hello") -> None:
    text = {"Data": "How are you?"}
    toy.client("sesv2").send_email(
        FromEmailAddress="toy@example.in",
        Destination={"ToAddresses": ["asha@example.in"]},
        Content={"Simple": {"Subject": {"Data": subject}, "Body": {"Text": text}}},
    )


def test_what_is_sent_lies_in_the_outbox_newest_first(laptop: Laptop) -> None:
    attributes = {"AWS.SNS.SMS.SenderID": {"DataType": "String", "StringValue": "ICEGTE"}}
    with calling_as("a test"):
        toy.client("sns").publish(PhoneNumber="+919876543210", Message="नमस्ते 123456", MessageAttributes=attributes)
        laptop.clock.advance(hours=1)
        send_mail()
    mail, sms = laptop.outbox()
    assert (sms.channel, sms.to, sms.text, sms.subject) == ("sms", "+919876543210", "नमस्ते 123456", None)
    assert sms.attributes == {"AWS.SNS.SMS.SenderID": "ICEGTE"}
    assert (mail.channel, mail.to, mail.text, mail.subject) == ("email", "asha@example.in", "How are you?", "Hello")
    assert (mail.sent_at - sms.sent_at).total_seconds() > 3599

    listed = json.loads(get(f"{laptop.console_url}/outbox").body)
    assert [message["channel"] for message in listed] == ["email", "sms"]
    assert set(listed[0]) == {"channel", "to", "text", "sent_at", "subject"}
    assert set(listed[1]) == {"channel", "to", "text", "sent_at"}


def test_a_mail_from_a_stranger_is_rejected(laptop: Laptop) -> None:
    with pytest.raises(ClientError) as error:
        toy.client("sesv2").send_email(
            FromEmailAddress="stranger@example.in",
            Destination={"ToAddresses": ["asha@example.in"]},
            Content={"Simple": {"Subject": {"Data": "x"}, "Body": {"Text": {"Data": "x"}}}},
        )
    assert error.value.response["Error"]["Code"] == "MessageRejected"
    assert laptop.outbox() == []
