"""What every function, table and state machine gets so that it can be watched: log groups, alarms, one dashboard.

It is made from the template rather than written into infra/resources.json, so that a new function or table cannot be
forgotten and no logical id can be misspelt.
"""

from __future__ import annotations

import json
from typing import Any

from chalicelib.handlers.metrics import NAMESPACE
from infra.alarms import FIVE_MINUTES, STREAM_BEHIND_MS, Resource, alarm, metric, sum_of
from infra.department_alarms import department_alarms

Template = dict[str, Any]

# CERT-In's directions of 28-Apr-2022 want 180 days of logs in India, the DPDP Rules 2025 one year: a year covers both.
LOG_RETENTION_DAYS = 365

# A route may wait up to 3 s for a journey's outcome before it answers 202, so that alone is no reason for alarm.
P99_LATENCY_MS = 5000
SMS_SUCCESS_RATE = 0.9
# SES reviews an account at 5 % bounces and 0.1 % complaints.
BOUNCE_RATE = 0.05
COMPLAINT_RATE = 0.001
# A message that no provider takes is tried every ten minutes or so; each look must see a try.
FIFTEEN_MINUTES = 900
MESSAGE_WAITS_SECONDS = 900

# CloudWatch counts system errors of a table for each operation apart; these are the ones this suite calls.
TABLE_OPERATIONS = (
    "BatchGetItem",
    "DeleteItem",
    "GetItem",
    "PutItem",
    "Query",
    "Scan",
    "TransactWriteItems",
    "UpdateItem",
)
# The function that sends what is in the outbox, and the one that keeps revocation data fresh.
SENDER = {"FunctionName": {"Ref": "SendMessages"}}
REFRESHER = {"FunctionName": {"Ref": "RefreshRevocation"}}
# As often as the refreshing runs.
HALF_AN_HOUR = 1800

API_NAME = {"Ref": "AWS::StackName"}


def named(template: Template, resource_type: str) -> list[str]:
    """The logical ids of one type of resource, sorted."""
    return sorted(name for name, body in template["Resources"].items() if body["Type"] == resource_type)


def watch(template: Template) -> None:
    """Add log groups, alarms and the dashboard to a template that holds everything else."""
    functions = named(template, "AWS::Serverless::Function")
    tables = named(template, "AWS::DynamoDB::Table")
    machines = named(template, "AWS::StepFunctions::StateMachine")
    stage = template["Resources"]["RestAPI"]["Properties"]["StageName"]
    added: dict[str, Resource] = {"RestAPILogGroup": log_group()}
    for name in functions:
        added[f"{name}LogGroup"] = log_group()
        template["Resources"][name]["Properties"]["LoggingConfig"] = {"LogGroup": {"Ref": f"{name}LogGroup"}}
        added |= function_alarms(name)
    for name in tables:
        added |= table_alarms(name)
    for name in machines:
        added[f"{name}LogGroup"] = log_group(template["Resources"][name]["Properties"]["StateMachineName"]["Fn::Sub"])
        added |= machine_alarms(name)
    added |= api_alarms(stage) | message_alarms() | revocation_alarms() | department_alarms()
    added["Dashboard"] = dashboard(functions, tables, machines, stage)
    twice = sorted(added.keys() & template["Resources"].keys())
    if twice:
        raise ValueError(f"resources that would be written over: {twice}")
    template["Resources"].update(added)


def log_group(state_machine: str | None = None) -> Resource:
    """A log group that outlives the stack. A state machine's has the prefix that spares the account's log policy."""
    properties: Resource = {"RetentionInDays": LOG_RETENTION_DAYS}
    if state_machine is not None:
        unique = {"Fn::Select": [2, {"Fn::Split": ["/", {"Ref": "AWS::StackId"}]}]}
        properties["LogGroupName"] = {
            "Fn::Join": ["-", [{"Fn::Sub": f"/aws/vendedlogs/states/{state_machine}"}, unique]]
        }
    return {
        "Type": "AWS::Logs::LogGroup",
        "DeletionPolicy": "Retain",
        "UpdateReplacePolicy": "Retain",
        "Properties": properties,
    }


def function_alarms(name: str) -> dict[str, Resource]:
    """Alarms of one Lambda function: any error, any throttled call."""
    dimensions = {"FunctionName": {"Ref": name}}
    return {
        f"{name}ErrorsAlarm": alarm(f"{name} failed", metric("AWS/Lambda", "Errors", dimensions), 1),
        f"{name}ThrottlesAlarm": alarm(f"{name} was throttled", metric("AWS/Lambda", "Throttles", dimensions), 1),
    }


def table_alarms(name: str) -> dict[str, Resource]:
    """Alarms of one table: throttled reads or writes, errors of DynamoDB itself."""
    table = {"TableName": {"Ref": name}}
    throttles = [("ReadThrottleEvents", table), ("WriteThrottleEvents", table)]
    errors = [("SystemErrors", {**table, "Operation": operation}) for operation in TABLE_OPERATIONS]
    return {
        f"{name}ThrottlesAlarm": alarm(f"{name} was throttled", sum_of("AWS/DynamoDB", throttles), 1),
        f"{name}SystemErrorsAlarm": alarm(f"DynamoDB failed on {name}", sum_of("AWS/DynamoDB", errors), 1),
    }


def machine_alarms(name: str) -> dict[str, Resource]:
    """Alarms of one state machine: failed and timed out executions. Waiting people end their journeys otherwise."""
    dimensions = {"StateMachineArn": {"Ref": name}}
    return {
        f"{name}FailedAlarm": alarm(
            f"A journey of {name} failed", metric("AWS/States", "ExecutionsFailed", dimensions), 1
        ),
        f"{name}TimedOutAlarm": alarm(
            f"A journey of {name} timed out as a whole", metric("AWS/States", "ExecutionsTimedOut", dimensions), 1
        ),
    }


def api_alarms(stage: str) -> dict[str, Resource]:
    """Alarms of the API: any answer 5xx, slow answers for a quarter of an hour."""
    dimensions = {"ApiName": API_NAME, "Stage": stage}
    slow = metric("AWS/ApiGateway", "Latency", dimensions, "p99")
    return {
        "ApiFailuresAlarm": alarm("The API answered 5xx", metric("AWS/ApiGateway", "5XXError", dimensions), 1),
        "ApiLatencyAlarm": alarm(f"1 in 100 answers takes over {P99_LATENCY_MS} ms", slow, P99_LATENCY_MS, periods=3),
    }


def message_alarms() -> dict[str, Resource]:
    """Alarms of the outbox, and of SMS (delivery, spend of the month) and mail (bounces, complaints).

    Those of SMS and mail count for the whole account.
    """
    given_up = metric(NAMESPACE, "MessagesGivenUp", SENDER)
    oldest = metric(NAMESPACE, "OldestDueSeconds", SENDER, "Maximum", period=FIFTEEN_MINUTES)
    behind = metric("AWS/Lambda", "IteratorAge", SENDER, "Maximum")
    delivered = metric("AWS/SNS", "SMSSuccessRate", {"Country": "IN", "SMSType": "Transactional"}, "Average")
    spent = metric("AWS/SNS", "SMSMonthToDateSpentUSD", {}, "Maximum")
    bounced = metric("AWS/SES", "Reputation.BounceRate", {}, "Average")
    complained = metric("AWS/SES", "Reputation.ComplaintRate", {}, "Average")
    return {
        "MessagesGivenUpAlarm": alarm("A message was given up and will not be sent", given_up, 1),
        "MessagesStuckAlarm": alarm("A message waits to be sent, and no try succeeds", oldest, MESSAGE_WAITS_SECONDS),
        "MessagesStreamAlarm": alarm(
            "New messages are not sent at once: the stream is behind", behind, STREAM_BEHIND_MS, periods=3
        ),
        "SmsFailuresAlarm": alarm("SMS do not arrive", delivered, SMS_SUCCESS_RATE, periods=3, below=True),
        "SmsSpendAlarm": alarm("SMS cost more this month than expected", spent, {"Ref": "SmsMonthlySpendAlarm"}),
        "MailBouncesAlarm": alarm("SES may stop the mail: too much bounces", bounced, BOUNCE_RATE),
        "MailComplaintsAlarm": alarm("SES may stop the mail: too much is called spam", complained, COMPLAINT_RATE),
    }


def revocation_alarms() -> dict[str, Resource]:
    """Alarms of watched CRLs: one too old to go by, one that shrank and waits for an operator, one refused for long.

    While a CRL is too old, signatures of its issuer's certificates wait; they never pass unlooked at.
    """

    def counted(name: str) -> Resource:
        return metric(NAMESPACE, name, REFRESHER, "Maximum", period=HALF_AN_HOUR)

    return {
        "CrlsStaleAlarm": alarm("Signatures wait: a CRL is too old to go by", counted("CrlsStale"), 1),
        "CrlsParkedAlarm": alarm("A CRL lost most of its entries and waits for an operator", counted("CrlsParked"), 1),
        "CrlsRefusedAlarm": alarm("A CRL could not be taken for two hours", counted("CrlsRefused"), 1, periods=4),
    }


def dashboard(functions: list[str], tables: list[str], machines: list[str], stage: str) -> Resource:
    """One page for the whole suite: the API, the journeys, the functions, the tables, the messages."""

    def line(namespace: str, name: str, dimension: str, of: list[str]) -> list[list[Any]]:
        return [[namespace, name, dimension, f"${{{one}}}", {"label": one}] for one in of]

    api = ["ApiName", "${AWS::StackName}", "Stage", stage]
    latency = [["AWS/ApiGateway", "Latency", *api, {"stat": stat}] for stat in ("p50", "p90", "p99")]
    counts = [["AWS/ApiGateway", name, *api] for name in ("Count", "4XXError", "5XXError")]
    ends = ("ExecutionsStarted", "ExecutionsSucceeded", "ExecutionsFailed", "ExecutionsTimedOut")
    journeys = [["AWS/States", end, "StateMachineArn", f"${{{one}}}"] for one in machines for end in ends]
    written = line("AWS/DynamoDB", "ConsumedWriteCapacityUnits", "TableName", tables)
    throttled = line("AWS/DynamoDB", "WriteThrottleEvents", "TableName", tables)
    sms = [["AWS/SNS", "SMSSuccessRate", "Country", "IN", "SMSType", "Transactional", {"stat": "Average"}]]
    sender = ["FunctionName", "${SendMessages}"]
    outbox = [
        [NAMESPACE, "OldestDueSeconds", *sender, {"stat": "Maximum", "label": "longest wait, s"}],
        [NAMESPACE, "MessagesGivenUp", *sender, {"label": "given up"}],
    ]
    refresher = ["FunctionName", "${RefreshRevocation}"]
    crls = [[NAMESPACE, name, *refresher, {"stat": "Maximum"}] for name in ("CrlsStale", "CrlsRefused", "CrlsParked")]
    spent = [["AWS/SNS", "SMSMonthToDateSpentUSD", {"stat": "Maximum"}]]
    hindered = [
        [NAMESPACE, name, "FunctionName", f"${{{function}}}", {"label": f"{name}, {function}"}]
        for name, function in (
            ("CertificatesHindered", "MakeCertificates"),
            ("CertificatesNotRemoved", "EndConsents"),
            ("PushesParked", "PushCertificate"),
            ("PushesParked", "ParkPush"),
            ("PushesPutOff", "PushCertificate"),
        )
    ]
    pages = [
        ("Answers of the API", counts),
        ("How long an answer takes, ms", latency),
        ("Journeys", journeys),
        ("Failed calls of functions", line("AWS/Lambda", "Errors", "FunctionName", functions)),
        (
            "How long a function runs, ms",
            [
                [*one[:-1], one[-1] | {"stat": "p90"}]
                for one in line("AWS/Lambda", "Duration", "FunctionName", functions)
            ],
        ),
        ("Write units of tables", written),
        ("Throttled writes of tables", throttled),
        ("Messages that wait", outbox),
        ("CRLs that were not taken", crls),
        ("Certificates not made or not removed, pushes parked", hindered),
        ("SMS that arrive, share of 1", sms),
        ("SMS this month, US dollars", spent),
    ]
    widgets = [
        {
            "type": "metric",
            "x": 12 * (index % 2),
            "y": 6 * (index // 2),
            "width": 12,
            "height": 6,
            "properties": {
                "title": title,
                "metrics": metrics,
                "region": "${AWS::Region}",
                "stat": "Sum",
                "period": FIVE_MINUTES,
                "view": "timeSeries",
            },
        }
        for index, (title, metrics) in enumerate(pages)
    ]
    return {
        "Type": "AWS::CloudWatch::Dashboard",
        "Properties": {
            "DashboardName": {"Ref": "AWS::StackName"},
            "DashboardBody": {"Fn::Sub": json.dumps({"widgets": widgets}, separators=(",", ":"))},
        },
    }
