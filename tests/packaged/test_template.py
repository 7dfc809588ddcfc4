from __future__ import annotations

import json
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import cfnlint.api
import pytest

from chalicelib.adapters.documents import KEPT
from chalicelib.domain.outbox import CLAIM
from chalicelib.domain.ports import Journey
from chalicelib.domain.signatures.signings import LIFETIME, REVOCATION_PATIENCE
from infra.package import REGION, ROOT
from infra.watching import LOG_RETENTION_DAYS
from tests.packaged.reading import arn_text, as_list, functions, of_type, references, role_of
from tests.packaged.reading import statements as statements_of

Template = dict[str, Any]

VARIABLES = {
    "REGISTRATIONS_TABLE",
    "HOLDERS_TABLE",
    "TEMPORARY_PASSWORDS_TABLE",
    "SIGN_IN_NAMES_TABLE",
    "SESSIONS_TABLE",
    "LIMITS_TABLE",
    "ACCOUNTS_TABLE",
    "ACCOUNT_REGISTRATIONS_TABLE",
    "FLOWS_TABLE",
    "OUTBOX_TABLE",
    "AUDIT_TABLE",
    "SIGNINGS_TABLE",
    "IEC_RECORDS_TABLE",
    "IEC_USERS_TABLE",
    "MEMBERSHIPS_TABLE",
    "FULL_REGISTRATIONS_TABLE",
    "CRL_STATES_TABLE",
    "DEPARTMENTS_TABLE",
    "EXCHANGE_KEYS_TABLE",
    "CERTIFICATES_TABLE",
    "FINDABLES_TABLE",
    "PUSHES_TABLE",
    "PULL_REQUESTS_TABLE",
    "BACKFILLS_TABLE",
    "BACKFILL_RANGES_TABLE",
    "DEPARTMENT_DAYS_TABLE",
    "TROUBLES_TABLE",
    "FETCHES_TABLE",
    "CONSENTS_TABLE",
    "OWN_DOCUMENTS_TABLE",
    "AUDIT_RETENTION_DAYS",
    "OFFICIAL_EMAIL_DOMAINS",
    "JOURNEYS_ARN_PREFIX",
    "SERVER_KEYS_SECRET",
    "DOCUMENTS_BUCKET",
    "ESIGN_KEY_ID",
    "VAULT_KEY_ID",
    "DIGILOCKER_REQUESTER",
    "SMS_ENTITY_ID",
    "SMS_SENDER_ID",
    "MAIL_SENDER",
    "PUBLIC_ORIGIN",
    "SIGNING_UTILITY_PORT",
}

KEYS_OF_TABLES = {
    "RegistrationsTable": "registration_id",
    "HoldersTable": "iec",
    "TemporaryPasswordsTable": "iec",
    "SignInNamesTable": "name",
    "SessionsTable": "token_hash",
    "LimitsTable": "limit_key",
    "AccountsTable": "account_id",
    "AccountRegistrationsTable": "registration_id",
    "FlowsTable": "flow_id",
    "OutboxTable": "message_id",
    "AuditTable": "stream",
    "SigningsTable": "signing_id",
    "IecRecordsTable": "iec",
    "IecUsersTable": "iec",
    "MembershipsTable": "account_id",
    "FullRegistrationsTable": "registration_id",
    "CrlStatesTable": "source_id",
    "DepartmentsTable": "department_id",
    "ExchangeKeysTable": "name",
    "CertificatesTable": "certificate_id",
    "FindablesTable": "search_key",
    "PushesTable": "push_id",
    "PullRequestsTable": "request_id",
    "BackfillsTable": "backfill_id",
    "BackfillRangesTable": "backfill_id",
    "DepartmentDaysTable": "department_id",
    "TroublesTable": "department_id",
    "FetchesTable": "fetch_id",
    "ConsentsTable": "consent_id",
    "OwnDocumentsTable": "document_id",
}
SORT_KEYS = {
    "AuditTable": "sequence",
    "IecUsersTable": "user_id",
    "FindablesTable": "certificate_id",
    "BackfillRangesTable": "number",
    "DepartmentDaysTable": "day",
    "TroublesTable": "told",
}
TABLES_OF_TRUTH = KEYS_OF_TABLES.keys() - {
    "SessionsTable",
    "LimitsTable",
    "FlowsTable",
    "CrlStatesTable",
    "TroublesTable",
    "FetchesTable",
}
# What stands in these is never over by itself.
WITHOUT_END = {
    "HoldersTable",
    "IecRecordsTable",
    "IecUsersTable",
    "MembershipsTable",
    "FullRegistrationsTable",
    "CrlStatesTable",
    "DepartmentsTable",
    "CertificatesTable",
    "FindablesTable",
    "PushesTable",
    "BackfillsTable",
    "BackfillRangesTable",
    "DepartmentDaysTable",
    "ConsentsTable",
    "OwnDocumentsTable",
}

FUNCTIONS = {
    "APIHandler",
    "IssueContactCodes",
    "AwaitContactDecision",
    "IssueAlternateCodes",
    "CreateIcegateAccount",
    "TellRegistrant",
    "ExpireRegistration",
    "VerifyContactCodes",
    "VerifyAlternateCodes",
    "IssueTemporaryPasswords",
    "AwaitAccountCodes",
    "CreateAccount",
    "ExpireAccountRegistration",
    "IssueAccountCodes",
    "ConfirmAccountCodes",
    "SendMessages",
    "ApplyMobileReplacement",
    "AwaitSignature",
    "ValidateSignature",
    "PrepareEsignRequest",
    "ValidateEsignResponse",
    "ExpireSigning",
    "LinkIec",
    "ApplyIecUserChange",
    "RegisterDsc",
    "AwaitFullRegistration",
    "ApproveFullRegistration",
    "ExpireFullRegistration",
    "RefreshRevocation",
    "RemindOfExpiry",
    "MakeCertificates",
    "StartPublishing",
    "PushCertificate",
    "ParkPush",
    "PlanBackfill",
    "ImportRange",
    "FinishBackfill",
    "FailBackfill",
    "AwaitDigilockerCallback",
    "ExchangeDigilockerCode",
    "FetchDigilockerDocument",
    "FinishFetch",
    "ExpireFetch",
    "FailFetch",
    "EndConsents",
}

# What stands in the template for its own sake: nothing else needs to name it.
NAMED_BY_NOTHING = {
    "AWS::ApiGateway::BasePathMapping",
    "AWS::CloudWatch::Alarm",
    "AWS::CloudWatch::Dashboard",
    "AWS::KMS::Alias",
    "AWS::Lambda::EventSourceMapping",
    "AWS::Lambda::Permission",
    "AWS::S3::BucketPolicy",
    "AWS::SNS::Subscription",
    "AWS::SNS::TopicPolicy",
}
# Run by other state machines: the template itself does not name them.
CALLED_FROM_OUTSIDE = {"VerifyContactCodes", "VerifyAlternateCodes", "IssueAccountCodes", "ConfirmAccountCodes"}
# The state machines, and the journey that each is.
MACHINES = {
    "SimplifiedRegistration": Journey.SIMPLIFIED_REGISTRATION,
    "AccountRegistration": Journey.ACCOUNT_REGISTRATION,
    "MobileReplacement": Journey.MOBILE_REPLACEMENT,
    "IecLinking": Journey.IEC_LINKING,
    "IecUserChange": Journey.IEC_USER_CHANGE,
    "FullRegistration": Journey.FULL_REGISTRATION,
    "DigilockerFetch": Journey.DIGILOCKER_FETCH,
    "CertificatePublishing": Journey.CERTIFICATE_PUBLISHING,
    "CertificateBackfill": Journey.CERTIFICATE_BACKFILL,
}
# What runs by itself: the function, the rule, and how often.
SCHEDULES = {
    "SendMessages": ("MessagesSchedule", "rate(1 minute)"),
    "RefreshRevocation": ("RevocationSchedule", "rate(30 minutes)"),
    "RemindOfExpiry": ("RemindersSchedule", "rate(1 day)"),
    "MakeCertificates": ("CertificatesSchedule", "rate(1 minute)"),
    "StartPublishing": ("PushesSchedule", "rate(5 minutes)"),
    "EndConsents": ("ConsentsSchedule", "rate(1 hour)"),
}


def lint(template: Template) -> list[str]:
    found = cfnlint.api.lint(json.dumps(template), regions=[REGION])
    return [f"{match.rule.id} {'/'.join(map(str, match.path or []))}: {match.message}" for match in found]


def test_cfn_lint_finds_nothing_after_the_sam_transform(transformed: Template) -> None:
    assert lint(transformed) == []


def test_cfn_lint_finds_nothing_before_it(template: Template) -> None:
    assert lint(template) == []


def test_cfn_lint_would_find_a_broken_template(transformed: Template) -> None:
    # One table of it and its key: the whole takes long.
    some = json.loads(json.dumps({name: transformed["Resources"][name] for name in ("HoldersTable", "DataKey")}))
    few = {"AWSTemplateFormatVersion": "2010-09-09", "Resources": some}
    assert lint(few) == []
    some["HoldersTable"]["Properties"]["KeySchema"] = [{"AttributeName": "gone", "KeyType": "HASH"}]
    assert lint(few)


@pytest.mark.parametrize(
    "path", [ROOT / "infra" / "resources.json", *sorted((ROOT / ".chalice").glob("*.json"))], ids=lambda path: path.name
)
def test_no_key_is_given_twice(path: Path) -> None:
    def unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
        keys = [key for key, _ in pairs]
        assert len(keys) == len(set(keys)), keys
        return dict(pairs)

    json.loads(path.read_text(encoding="utf-8"), object_pairs_hook=unique)


def test_every_expected_resource_is_there(template: Template) -> None:
    assert set(functions(template)) == FUNCTIONS
    assert set(of_type(template, "AWS::DynamoDB::Table")) == set(KEYS_OF_TABLES)
    assert set(of_type(template, "AWS::StepFunctions::StateMachine")) == set(MACHINES)
    assert set(of_type(template, "AWS::S3::Bucket")) == {"DocumentsBucket"}
    assert set(of_type(template, "AWS::SecretsManager::Secret")) == {"ServerKeysSecret"}
    assert set(of_type(template, "AWS::SNS::Topic")) == {"AlarmTopic"}
    assert set(of_type(template, "AWS::Serverless::Api")) == {"RestAPI"}


def test_every_reference_is_resolved_and_nothing_is_orphaned(template: Template) -> None:
    known = template["Resources"].keys() | template["Parameters"].keys()
    named = set(references(template))
    unresolved = {name for name in named if not name.startswith("AWS::")} - known - {"RestAPI.Stage"}
    assert unresolved == set()
    orphans = {
        name
        for name, body in template["Resources"].items()
        if name not in named and body["Type"] not in NAMED_BY_NOTHING and name not in CALLED_FROM_OUTSIDE
    }
    assert orphans == set()
    assert template["Parameters"].keys() <= named


def test_of_what_chalice_makes_the_merge_template_changes_the_api_only_and_replaces_no_list_of_it(
    template: Template,
) -> None:
    merged = json.loads((ROOT / "infra" / "resources.json").read_text(encoding="utf-8"))["Resources"]
    own = functions(template).keys() | {"RestAPI", "APIHandlerInvokePermission"}
    own |= {body["Properties"]["Role"]["Fn::GetAtt"][0] for body in functions(template).values()}
    assert merged.keys() & own == {"RestAPI"}
    assert {name for name, body in merged.items() if body["Type"].startswith("AWS::Serverless::")} == {"RestAPI"}

    def lists(value: Any) -> int:
        if isinstance(value, list):
            return 1
        return sum(map(lists, value.values())) if isinstance(value, dict) and "Fn::If" not in value else 0

    assert lists(merged["RestAPI"]["Properties"]["DefinitionBody"]) == 0


def test_every_function_gets_every_variable_and_no_other(transformed: Template) -> None:
    for name, body in functions(transformed).items():
        assert set(body["Properties"]["Environment"]["Variables"]) == VARIABLES, name


def test_the_api_is_regional_and_has_one_stage(transformed: Template) -> None:
    assert transformed["Resources"]["RestAPI"]["Properties"]["EndpointConfiguration"] == {"Types": ["REGIONAL"]}
    assert len(of_type(transformed, "AWS::ApiGateway::Stage")) == 1
    (deployment,) = of_type(transformed, "AWS::ApiGateway::Deployment").values()
    assert "StageName" not in deployment["Properties"]


def test_the_api_answers_before_api_gateway_gives_up(template: Template) -> None:
    assert template["Resources"]["APIHandler"]["Properties"]["Timeout"] <= 29


def test_the_api_is_throttled_and_compressed_and_has_no_side_door(transformed: Template) -> None:
    (stage,) = of_type(transformed, "AWS::ApiGateway::Stage").values()
    (settings,) = stage["Properties"]["MethodSettings"]
    assert settings["ThrottlingRateLimit"] == {"Ref": "RequestsPerSecond"}
    assert settings["ThrottlingBurstLimit"] == {"Ref": "RequestBurst"}
    assert settings["LoggingLevel"] == "OFF"
    assert settings["DataTraceEnabled"] is False
    api = transformed["Resources"]["RestAPI"]["Properties"]
    assert api["MinimumCompressionSize"] > 0
    endpoint = api["Body"]["x-amazon-apigateway-endpoint-configuration"]
    assert endpoint["disableExecuteApiEndpoint"] == {"Fn::If": ["HasCertificate", True, False]}


def test_the_access_log_says_nothing_of_the_person(transformed: Template) -> None:
    (stage,) = of_type(transformed, "AWS::ApiGateway::Stage").values()
    written = json.loads(stage["Properties"]["AccessLogSetting"]["Format"])
    # $context.path and the query string hold ids, $context.identity the address: only the route's pattern is written.
    assert set(written.values()) == {
        "$context.requestId",
        "$context.requestTimeEpoch",
        "$context.httpMethod",
        "$context.resourcePath",
        "$context.status",
        "$context.responseLatency",
        "$context.integrationLatency",
        "$context.responseLength",
        "$context.error.responseType",
    }


def test_a_body_that_is_not_json_text_reaches_the_handler_byte_for_byte(transformed: Template) -> None:
    body = transformed["Resources"]["RestAPI"]["Properties"]["Body"]
    bytes_kept = set(body["x-amazon-apigateway-binary-media-types"])
    taken = {
        media_type
        for methods in body["paths"].values()
        for operation in methods.values()
        for media_type in operation["consumes"]
    }
    # Forms are of eSign providers: fields of text in UTF-8, which API Gateway hands over as they came.
    text = {"application/json", "application/x-www-form-urlencoded", "multipart/form-data"}
    assert taken - text <= bytes_kept


def test_every_route_of_the_app_reaches_the_api_function(transformed: Template) -> None:
    uri = (
        "arn:${AWS::Partition}:apigateway:${AWS::Region}:lambda:path/2015-03-31/functions/${APIHandler.Arn}/invocations"
    )
    paths = transformed["Resources"]["RestAPI"]["Properties"]["Body"]["paths"]
    assert "/icegate/registrations/{registration_id}" in paths
    for path, methods in paths.items():
        for method, operation in methods.items():
            integration = operation["x-amazon-apigateway-integration"]
            assert integration["uri"] == {"Fn::Sub": uri}, (method, path)
            assert integration["type"] == "aws_proxy"


@pytest.mark.parametrize(("name", "key"), KEYS_OF_TABLES.items())
def test_tables(template: Template, name: str, key: str) -> None:
    table = template["Resources"][name]
    properties = table["Properties"]
    assert properties["BillingMode"] == "PAY_PER_REQUEST"
    schema = [{"AttributeName": key, "KeyType": "HASH"}]
    schema += [{"AttributeName": SORT_KEYS[name], "KeyType": "RANGE"}] if name in SORT_KEYS else []
    assert properties["KeySchema"] == schema
    assert properties["SSESpecification"]["KMSMasterKeyId"] == {"Fn::GetAtt": ["DataKey", "Arn"]}
    assert properties["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    expires = properties.get("TimeToLiveSpecification")
    assert expires == (None if name in WITHOUT_END else {"AttributeName": "ttl", "Enabled": True})
    kept = "Retain" if name in TABLES_OF_TRUTH else "Delete"
    assert (table["DeletionPolicy"], table["UpdateReplacePolicy"]) == (kept, kept)
    assert properties.get("DeletionProtectionEnabled", False) is (name in TABLES_OF_TRUTH)


@pytest.mark.parametrize("name", ["DataKey", "EsignKey", "VaultKey", "DocumentsBucket", "ServerKeysSecret"])
def test_what_cannot_be_made_again_outlives_the_stack(template: Template, name: str) -> None:
    assert template["Resources"][name]["DeletionPolicy"] == "Retain"
    assert template["Resources"][name]["UpdateReplacePolicy"] == "Retain"


def test_the_bucket_is_private_encrypted_and_versioned(template: Template) -> None:
    bucket = template["Resources"]["DocumentsBucket"]["Properties"]
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    (rule,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    assert rule["ServerSideEncryptionByDefault"]["SSEAlgorithm"] == "aws:kms"
    statements = template["Resources"]["DocumentsBucketPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    refused = [statement.get("Condition") for statement in statements if statement["Effect"] == "Deny"]
    assert {"Bool": {"aws:SecureTransport": "false"}} in refused
    assert all(statement["Effect"] == "Deny" for statement in statements)


def test_evidence_is_neither_deleted_nor_written_over_by_anybody_nor_swept(template: Template) -> None:
    statements = template["Resources"]["DocumentsBucketPolicy"]["Properties"]["PolicyDocument"]["Statement"]
    evidence = {"Fn::Sub": f"${{DocumentsBucket.Arn}}/{KEPT}*"}
    about = {one["Sid"]: one for one in statements if one["Resource"] == evidence}
    deleting, writing = about["EvidenceIsNotDeleted"], about["EvidenceIsNotWrittenOver"]
    assert {one["Principal"] for one in about.values()} == {"*"}
    assert (set(deleting["Action"]), deleting.get("Condition")) == ({"s3:DeleteObject", "s3:DeleteObjectVersion"}, None)
    assert (writing["Action"], writing["Condition"]) == ("s3:PutObject", {"Null": {"s3:if-none-match": "true"}})
    rules = template["Resources"]["DocumentsBucket"]["Properties"]["LifecycleConfiguration"]["Rules"]
    sweeping = [rule for rule in rules if {"ExpirationInDays", "NoncurrentVersionExpiration"} & rule.keys()]
    # A rule without a prefix would be for the whole bucket.
    assert sorted(rule["Prefix"] for rule in sweeping) == [
        "brought/",
        "certificates/",
        "crl/",
        "documents/",
        "imports/",
        "lists/",
        "own/",
        "submissions/",
        "uploads/",
    ]


@pytest.mark.parametrize("prefix", ["own/", "documents/"])
def test_what_a_consents_end_removes_is_gone_within_a_week(template: Template, prefix: str) -> None:
    # The bucket keeps versions: without a rule, what is deleted would stay for ever.
    rules = template["Resources"]["DocumentsBucket"]["Properties"]["LifecycleConfiguration"]["Rules"]
    (rule,) = [rule for rule in rules if rule.get("Prefix") == prefix]
    assert "ExpirationInDays" not in rule
    assert rule["NoncurrentVersionExpiration"]["NoncurrentDays"] <= 7


def test_signatures_as_handed_in_outlast_the_wait_for_revocation_data_and_go(template: Template) -> None:
    rules = template["Resources"]["DocumentsBucket"]["Properties"]["LifecycleConfiguration"]["Rules"]
    (rule,) = [rule for rule in rules if rule.get("Prefix") == "submissions/"]
    assert timedelta(days=rule["ExpirationInDays"]) > LIFETIME + REVOCATION_PATIENCE
    assert rule["ExpirationInDays"] <= 30


def test_a_browser_may_upload_from_our_own_pages_alone(template: Template) -> None:
    (rule,) = template["Resources"]["DocumentsBucket"]["Properties"]["CorsConfiguration"]["CorsRules"]
    assert (rule["AllowedOrigins"], rule["AllowedMethods"]) == ([{"Ref": "PublicOrigin"}], ["POST"])


def test_the_key_of_esign_requests_only_signs_and_two_steps_alone_use_it(template: Template) -> None:
    key = template["Resources"]["EsignKey"]["Properties"]
    assert (key["KeySpec"], key["KeyUsage"]) == ("RSA_2048", "SIGN_VERIFY")
    # One makes the requests, the other asks the provider what became of one.
    steps = {role_of(template, name) for name in ("PrepareEsignRequest", "ValidateEsignResponse")}
    signing = [one for one in statements_of(template) if "EsignKey" in map(arn_text, one.resources)]
    assert {statement.role for statement in signing} == steps
    assert {tuple(statement.actions) for statement in signing} == {("kms:Sign",)}


def test_the_template_holds_no_key_of_the_server(template: Template) -> None:
    secret = template["Resources"]["ServerKeysSecret"]["Properties"]
    assert not {"SecretString", "GenerateSecretString"} & secret.keys()


# What tells of new rows: the table, and the function that is told.
STREAMS = {
    "MessagesStream": ("OutboxTable", "SendMessages"),
    "CertificatesStream": ("CertificatesTable", "MakeCertificates"),
    "PushesStream": ("PushesTable", "StartPublishing"),
}


def test_new_messages_certificates_and_pushes_are_told_by_their_streams_and_no_other_record_is(
    template: Template,
) -> None:
    streams = of_type(template, "AWS::Lambda::EventSourceMapping")
    told = {
        name: (stream["Properties"]["EventSourceArn"]["Fn::GetAtt"], stream["Properties"]["FunctionName"])
        for name, stream in streams.items()
    }
    assert told == {name: ([table, "StreamArn"], {"Ref": function}) for name, (table, function) in STREAMS.items()}
    tables = of_type(template, "AWS::DynamoDB::Table")
    streaming = {name: table["Properties"].get("StreamSpecification") for name, table in tables.items()}
    assert {name: how for name, how in streaming.items() if how} == {
        table: {"StreamViewType": "KEYS_ONLY"} for table, _ in STREAMS.values()
    }


@pytest.mark.parametrize("name", STREAMS)
def test_what_a_stream_does_not_get_done_the_schedule_does(template: Template, name: str) -> None:
    properties = template["Resources"][name]["Properties"]
    # Claims and finished rows are changes of rows: they would invoke the function for nothing.
    patterns = [json.loads(one["Pattern"]) for one in properties["FilterCriteria"]["Filters"]]
    assert patterns == [{"eventName": ["INSERT"]}]
    # Without a limit a batch that fails would hold up its shard for a day; what is dropped is due in the table.
    assert properties["MaximumRetryAttempts"] <= 3
    assert properties["MaximumRecordAgeInSeconds"] <= 300
    assert properties["FunctionName"]["Ref"] in SCHEDULES


def test_the_vaults_key_only_seals_and_opens_and_stays(template: Template) -> None:
    key = template["Resources"]["VaultKey"]["Properties"]
    # A symmetric key; KMS keeps what it was before a rotation, so that what was sealed opens on.
    assert "KeySpec" not in key
    assert key["EnableKeyRotation"] is True
    about = [one for one in statements_of(template) if "VaultKey" in map(arn_text, one.resources)]
    assert {action for one in about for action in one.actions} == {"kms:Decrypt", "kms:GenerateDataKey"}
    for statement in about:
        (condition,) = statement.condition.values()
        (kinds,) = condition.values()
        # Which kinds of secrets a function opens is written down for each.
        assert condition.keys() == {"kms:EncryptionContext:of"}
        assert all(re.fullmatch(r"(department|consent|fetch):\*", kind) for kind in as_list(kinds)), statement


def test_what_runs_by_itself_runs_as_often_as_it_must_and_may(template: Template) -> None:
    rules = of_type(template, "AWS::Events::Rule")
    assert rules.keys() == {name for name, _ in SCHEDULES.values()}
    may_invoke = {
        permission["Properties"]["FunctionName"]["Ref"]: permission["Properties"]["SourceArn"]
        for permission in of_type(template, "AWS::Lambda::Permission").values()
        if permission["Properties"]["Principal"] == "events.amazonaws.com"
    }
    for function, (name, rate) in SCHEDULES.items():
        assert rules[name]["Properties"]["ScheduleExpression"] == rate
        (target,) = rules[name]["Properties"]["Targets"]
        assert (target["Arn"], target["Input"]) == ({"Fn::GetAtt": [function, "Arn"]}, "{}")
        assert may_invoke.pop(function) == {"Fn::GetAtt": [name, "Arn"]}
    assert may_invoke == {}


def test_a_claim_on_a_message_outlives_the_function_that_made_it(template: Template) -> None:
    assert template["Resources"]["SendMessages"]["Properties"]["Timeout"] <= CLAIM.total_seconds()


def test_logs_are_kept_a_year_and_outlive_the_stack(template: Template) -> None:
    groups = of_type(template, "AWS::Logs::LogGroup")
    assert LOG_RETENTION_DAYS >= 365
    assert {group["Properties"]["RetentionInDays"] for group in groups.values()} == {LOG_RETENTION_DAYS}
    assert {group["DeletionPolicy"] for group in groups.values()} == {"Retain"}
    for name, body in functions(template).items():
        assert body["Properties"]["LoggingConfig"] == {"LogGroup": {"Ref": f"{name}LogGroup"}}
    assert len(groups) == len(FUNCTIONS) + len([*MACHINES, "RestAPI"])


def test_no_data_of_a_journey_is_logged_and_nothing_is_traced(transformed: Template) -> None:
    for machine in of_type(transformed, "AWS::StepFunctions::StateMachine").values():
        assert machine["Properties"]["LoggingConfiguration"]["IncludeExecutionData"] is False
        assert machine["Properties"]["TracingConfiguration"] == {"Enabled": False}
    for function in functions(transformed).values():
        assert function["Properties"]["TracingConfig"] == {"Mode": "PassThrough"}
    (stage,) = of_type(transformed, "AWS::ApiGateway::Stage").values()
    assert not stage["Properties"].get("TracingEnabled", False)


def test_what_goes_wrong_raises_an_alarm(template: Template) -> None:
    alarms = of_type(template, "AWS::CloudWatch::Alarm")
    wanted = {f"{name}{kind}Alarm" for name in FUNCTIONS for kind in ("Errors", "Throttles")}
    wanted |= {f"{name}{kind}Alarm" for name in KEYS_OF_TABLES for kind in ("Throttles", "SystemErrors")}
    wanted |= {f"{name}{kind}Alarm" for name in MACHINES for kind in ("Failed", "TimedOut")}
    wanted |= {"ApiFailuresAlarm", "ApiLatencyAlarm", "SmsFailuresAlarm", "SmsSpendAlarm"}
    wanted |= {"MessagesGivenUpAlarm", "MessagesStuckAlarm", "MessagesStreamAlarm"}
    wanted |= {"CrlsStaleAlarm", "CrlsParkedAlarm", "CrlsRefusedAlarm"}
    wanted |= {
        "CertificatesHinderedAlarm",
        "CertificatesNotRemovedAlarm",
        "RemovalsBehindAlarm",
        "PushesParkedAlarm",
        "DigiLockerSilentAlarm",
        "PushesStreamAlarm",
        "UrisInOtherAccountsAlarm",
    }
    assert wanted <= alarms.keys()
    for name, alarm in alarms.items():
        assert alarm["Properties"]["AlarmActions"] == [{"Ref": "AlarmTopic"}], name


def test_the_dashboard_is_json_and_names_what_exists(template: Template) -> None:
    text = template["Resources"]["Dashboard"]["Properties"]["DashboardBody"]["Fn::Sub"]
    widgets = json.loads(re.sub(r"\$\{[^}]+\}", "made", text))["widgets"]
    assert len(widgets) >= 8
    for name in FUNCTIONS | KEYS_OF_TABLES.keys():
        assert f"${{{name}}}" in text
