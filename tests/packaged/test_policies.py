"""Least privilege: no wildcard, and each function only its own."""

from __future__ import annotations

import re
from typing import Any

from tests.packaged.reading import arn_text, as_list, functions, of_type, role_of, statements

Template = dict[str, Any]

_STATES = "arn:${AWS::Partition}:states:${AWS::Region}:${AWS::AccountId}"
_DEPARTMENT_KEYS = "arn:${AWS::Partition}:kms:${AWS::Region}:${AWS::AccountId}:key/*"
# Where AWS has no resource level, or the wildcard refuses rather than allows; anything else with a wildcard fails.
WHOLE_RESOURCE = {
    # An SMS goes to a number, which is no resource; the statement beside it refuses every topic.
    ("SmsHasNoResourceLevel", "*"),
    # Log delivery of Step Functions is set up for the whole account.
    ("LogDeliveryHasNoResourceLevel", "*"),
    # The lists of holders to issue temporary passwords to, under any key of the suite's own bucket.
    ("HolderLists", "${DocumentsBucket.Arn}/*"),
    # What is signed, kept and looked up, each in a folder of its own; the keys below it are ids and hashes.
    ("CrlIndexes", "${DocumentsBucket.Arn}/crl/*"),
    ("Crls", "${DocumentsBucket.Arn}/crls/*"),
    ("Documents", "${DocumentsBucket.Arn}/documents/*"),
    ("Evidence", "${DocumentsBucket.Arn}/evidence/*"),
    ("OwnDocumentFiles", "${DocumentsBucket.Arn}/own/*"),
    ("Submissions", "${DocumentsBucket.Arn}/submissions/*"),
    ("Uploads", "${DocumentsBucket.Arn}/uploads/*"),
    # Departments' own PDFs as uploaded, what was made of certificates, and the chains of signing keys.
    ("BroughtPdfs", "${DocumentsBucket.Arn}/brought/*"),
    ("CertificateFiles", "${DocumentsBucket.Arn}/certificates/*"),
    ("SigningKeyChains", "${DocumentsBucket.Arn}/signing-keys/*"),
    # Whatever key bears an alias of the departments' signing keys, and no other: the condition says so.
    ("CertificateKeys", _DEPARTMENT_KEYS),
    # Lists of certificates as uploaded, and the plans of their imports.
    ("Imports", "${DocumentsBucket.Arn}/imports/*"),
    ("Plan", "${DocumentsBucket.Arn}/imports/*"),
    # The ranges of an import are runs of its own machine, with names that Step Functions gives them.
    ("RangesOfItsRuns", f"{_STATES}:execution:${{AWS::StackName}}-certificate-backfill/*"),
}


def test_no_policy_allows_a_wildcard(template: Template) -> None:
    for statement in statements(template):
        assert not [action for action in statement.actions if "*" in action], statement
        if statement.effect == "Allow":
            wild = {(statement.sid, arn_text(r)) for r in statement.resources if "*" in arn_text(r)}
            assert wild <= WHOLE_RESOURCE, statement


def test_every_listed_wildcard_is_used(template: Template) -> None:
    found = {(statement.sid, arn_text(r)) for statement in statements(template) for r in statement.resources}
    assert found >= WHOLE_RESOURCE


def test_whoever_may_send_sms_may_publish_to_no_topic(template: Template) -> None:
    for statement in statements(template):
        if statement.effect == "Allow" and "sns:Publish" in statement.actions:
            refused = [
                arn_text(resource)
                for other in statements(template)
                if other.role == statement.role and other.effect == "Deny" and other.actions == ["sns:Publish"]
                for resource in other.resources
            ]
            assert refused == ["arn:${AWS::Partition}:sns:*:*:*"], statement.role


def test_mail_goes_out_under_the_configured_sender_only(template: Template) -> None:
    mailing = [statement for statement in statements(template) if "ses:SendEmail" in statement.actions]
    assert mailing
    for statement in mailing:
        assert statement.condition == {"StringEquals": {"ses:FromAddress": {"Ref": "MailSender"}}}


SERVICES_OF_THE_KEY = {"dynamodb": "dynamodb:", "secretsmanager": "secretsmanager:", "s3": "s3:"}


def test_the_key_is_used_through_exactly_the_services_that_a_function_calls(template: Template) -> None:
    for function in functions(template):
        own = [statement for statement in statements(template) if statement.role == role_of(template, function)]
        (key,) = [statement for statement in own if "DataKey" in map(arn_text, statement.resources)]
        assert len(key.resources) == 1
        through = {text["Fn::Sub"].split(".")[0] for text in as_list(key.condition["StringEquals"]["kms:ViaService"])}
        called = {
            service
            for service, prefix in SERVICES_OF_THE_KEY.items()
            if any(action.startswith(prefix) for statement in own for action in statement.actions)
        }
        assert through == called, function
        # S3 makes a data key for what is written, and the tables' keys were made with the tables.
        writes = any("s3:PutObject" in statement.actions for statement in own)
        assert set(key.actions) == {"kms:Decrypt"} | ({"kms:GenerateDataKey"} if writes else set()), function


def test_evidence_is_written_by_the_steps_that_judge_and_read_by_the_api_alone(template: Template) -> None:
    about: dict[str, set[str]] = {}
    for statement in statements(template):
        if "${DocumentsBucket.Arn}/evidence/*" in map(arn_text, statement.resources) and statement.effect == "Allow":
            about.setdefault(statement.role, set()).update(statement.actions)
    judges = {role_of(template, name) for name in ("ValidateSignature", "ValidateEsignResponse")}
    assert about == {role: {"s3:PutObject"} for role in judges} | {role_of(template, "APIHandler"): {"s3:GetObject"}}


def test_every_function_has_a_role_of_its_own(template: Template) -> None:
    roles = [role_of(template, function) for function in functions(template)]
    assert len(roles) == len(set(roles))
    for role in roles:
        properties = template["Resources"][role]["Properties"]
        assert "ManagedPolicyArns" not in properties
        (trust,) = properties["AssumeRolePolicyDocument"]["Statement"]
        assert trust["Principal"] == {"Service": "lambda.amazonaws.com"}


def test_a_function_writes_to_its_own_log_group_only(template: Template) -> None:
    for function in functions(template):
        own = [s for s in statements(template) if s.role == role_of(template, function) and s.sid == "OwnLogs"]
        assert [arn_text(resource) for statement in own for resource in statement.resources] == [f"{function}LogGroup"]
        assert own[0].actions == ["logs:CreateLogStream", "logs:PutLogEvents"]


def test_only_the_account_itself_and_the_alarms_reach_the_keys(template: Template) -> None:
    account = {"AWS": {"Fn::Sub": "arn:${AWS::Partition}:iam::${AWS::AccountId}:root"}}
    reached_by = {
        name: [statement["Principal"] for statement in key["Properties"]["KeyPolicy"]["Statement"]]
        for name, key in of_type(template, "AWS::KMS::Key").items()
    }
    alarms = {"Service": "cloudwatch.amazonaws.com"}
    assert reached_by == {"DataKey": [account, alarms], "EsignKey": [account], "VaultKey": [account]}


def test_of_keys_that_are_not_the_stacks_only_those_of_departments_sign(template: Template) -> None:
    (signing,) = [one for one in statements(template) if _DEPARTMENT_KEYS in map(arn_text, one.resources)]
    assert signing.role == role_of(template, "MakeCertificates")
    assert signing.actions == ["kms:Sign"]
    aliases = {"kms:ResourceAliases": "alias/pravesh-certificates-*"}
    assert signing.condition == {"ForAnyValue:StringLike": aliases}


def test_every_resource_of_a_policy_is_the_stacks_own(template: Template) -> None:
    outside = {"*", "arn:${AWS::Partition}:sns:*:*:*"}
    outside |= {_DEPARTMENT_KEYS, f"{_STATES}:execution:${{AWS::StackName}}-certificate-backfill/*"}
    journey = f"{_STATES}:stateMachine:${{AWS::StackName}}-"
    mail = "arn:${AWS::Partition}:ses:${AWS::Region}:${AWS::AccountId}:identity/${MailIdentity}"
    for statement in statements(template):
        for resource in statement.resources:
            text = arn_text(resource)
            named = re.sub(r"^\$\{(\w+)\.Arn\}.*", r"\1", text)
            assert named in template["Resources"] or text in outside | {mail} or text.startswith(journey), statement
