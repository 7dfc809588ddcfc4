"""Every packaged function answers, in a process that has what the zip holds and nothing else.

The account behind it is empty: a fake that answers every AWS call and stores nothing.
"""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from infra.deployment_zip import SERVICES
from tests.packaged.api_event import api_event
from tests.packaged.fake_aws import FakeAws
from tests.packaged.lambda_process import LambdaProcesses

UNKNOWN = "3q2-7wAAECAwQFBgcICQoL"
WAITING = {"registration_id": UNKNOWN, "task_token": "token"}
SIGNED = {"signing_id": UNKNOWN}
CODES = {"registration_id": UNKNOWN, "mobile_code": "123456", "email_code": "654321"}

# Function: an event that is well formed, and the error by which a state machine would catch that nothing is stored.
STEPS: dict[str, tuple[dict[str, Any], str]] = {
    "IssueContactCodes": (WAITING, "RegistrationUnknown"),
    "AwaitContactDecision": (WAITING, "RegistrationUnknown"),
    "IssueAlternateCodes": (WAITING, "RegistrationUnknown"),
    "CreateIcegateAccount": ({"registration_id": UNKNOWN}, "RegistrationUnknown"),
    "TellRegistrant": ({"registration_id": UNKNOWN}, "RegistrationUnknown"),
    "ExpireRegistration": ({"registration_id": UNKNOWN, "because": "time_ran_out"}, "RegistrationUnknown"),
    "VerifyContactCodes": (CODES, "FlowTokenInvalid"),
    "VerifyAlternateCodes": (CODES, "FlowTokenInvalid"),
    "AwaitAccountCodes": (WAITING, "RegistrationUnknown"),
    "CreateAccount": ({"registration_id": UNKNOWN}, "RegistrationUnknown"),
    "ExpireAccountRegistration": ({"registration_id": UNKNOWN, "because": "time_ran_out"}, "RegistrationUnknown"),
    "IssueAccountCodes": ({"registration_id": UNKNOWN}, "FlowTokenInvalid"),
    "ConfirmAccountCodes": (CODES, "FlowTokenInvalid"),
    "ApplyMobileReplacement": ({"flow_id": UNKNOWN}, "ReplacementUnknown"),
    "AwaitSignature": (SIGNED | {"task_token": "token"}, "SigningUnknown"),
    "ExpireSigning": (SIGNED | {"because": "time_ran_out"}, "SigningUnknown"),
    "LinkIec": (SIGNED, "SigningUnknown"),
    "ApplyIecUserChange": (SIGNED, "SigningUnknown"),
    "RegisterDsc": (SIGNED, "SigningUnknown"),
    "AwaitFullRegistration": (WAITING | {"waits_for": "review"}, "FullRegistrationUnknown"),
    "ApproveFullRegistration": ({"registration_id": UNKNOWN}, "FullRegistrationUnknown"),
    "PushCertificate": ({"push_id": UNKNOWN}, "PushUnknown"),
    "ParkPush": ({"push_id": UNKNOWN, "error": "DigiLockerUnavailable"}, "PushUnknown"),
    "PlanBackfill": ({"backfill_id": UNKNOWN}, "BackfillUnknown"),
    "ImportRange": ({"backfill_id": UNKNOWN, "number": 0}, "BackfillUnknown"),
    "FinishBackfill": ({"backfill_id": UNKNOWN}, "BackfillUnknown"),
    "FailBackfill": ({"backfill_id": UNKNOWN, "error": "NotPermitted"}, "BackfillUnknown"),
    "AwaitDigilockerCallback": ({"fetch_id": UNKNOWN, "task_token": "token"}, "FetchUnknown"),
    "ExchangeDigilockerCode": ({"fetch_id": UNKNOWN}, "FetchUnknown"),
    "FinishFetch": ({"fetch_id": UNKNOWN}, "FetchUnknown"),
    "ExpireFetch": ({"fetch_id": UNKNOWN}, "FetchUnknown"),
    "FailFetch": ({"fetch_id": UNKNOWN, "error": "DigiLockerUnavailable"}, "FetchUnknown"),
}
# These judge signatures, make signed requests, or read others' XML: they may load what that takes.
JUDGES: dict[str, tuple[dict[str, Any], str]] = {
    "ValidateSignature": (SIGNED, "SigningUnknown"),
    "ValidateEsignResponse": (SIGNED, "SigningUnknown"),
    "PrepareEsignRequest": (SIGNED, "SigningUnknown"),
    "FetchDigilockerDocument": ({"fetch_id": UNKNOWN, "number": 0}, "FetchUnknown"),
}
# These find nothing to do: what is run by a schedule, and the end of a renewal, which has no registration.
IDLE: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "RefreshRevocation": ({}, {"sources": {}, "stale": 0}),
    "RemindOfExpiry": ({}, {"links": 0, "dscs": 0}),
    "MakeCertificates": ({}, {"made": 0, "failed": 0, "waiting": 0, "left": 0}),
    "StartPublishing": ({"Records": []}, {}),
    "EndConsents": ({}, {"ended": 0, "left": 0, "certificates": {}}),
    "ExpireFullRegistration": (
        {"registration_id": UNKNOWN},
        {"registration_id": UNKNOWN, "status": None, "next": "ended", "seconds_left": 1},
    ),
}
NOTHING_SENT = {"sent": 0, "failed": 0, "given_up": 0, "left": 0}
ISSUED = {"issued": 0, "has_one": 0, "not_a_holder": 0, "not_an_iec": 0, "not_sent": 0}

# What the API and the steps must not load: slow to import, and none of their business.
HEAVY = {"asn1crypto", "boto3", "lxml", "pydantic", "pyhanko", "pyhanko_certvalidator", "signxml"}


def test_every_function_is_called_here(lambdas: LambdaProcesses) -> None:
    others = {"IssueTemporaryPasswords", "SendMessages", "APIHandler"}
    assert lambdas.handlers.keys() == STEPS.keys() | JUDGES.keys() | IDLE.keys() | others


@pytest.mark.parametrize("function", STEPS)
def test_a_step_answers_without_the_app(lambdas: LambdaProcesses, function: str) -> None:
    event, error = STEPS[function]
    called = lambdas.invoke(function, event)
    assert (called.answer, called.error) == (None, error), called.message
    assert "app" not in called.modules
    assert {name.split(".")[0] for name in called.modules} & HEAVY == set()
    assert not {name for name in called.modules if name.startswith("chalicelib.handlers.pages")}


@pytest.mark.parametrize("event", [{"to": "all"}, {"to": "list", "key": "lists/2026-11.csv"}], ids=["all", "list"])
def test_temporary_passwords_are_issued_to_nobody_when_there_is_nobody(
    lambdas: LambdaProcesses, event: dict[str, Any]
) -> None:
    called = lambdas.invoke("IssueTemporaryPasswords", event)
    assert called.answer == {"counts": ISSUED, "next_line": None}, called.message
    assert "app" not in called.modules


@pytest.mark.parametrize("function", JUDGES)
def test_a_step_that_judges_answers_without_the_app(lambdas: LambdaProcesses, function: str) -> None:
    event, error = JUDGES[function]
    called = lambdas.invoke(function, event)
    assert (called.answer, called.error) == (None, error), called.message
    assert "app" not in called.modules


@pytest.mark.parametrize("function", IDLE)
def test_what_has_nothing_to_do_says_so(lambdas: LambdaProcesses, function: str) -> None:
    event, answer = IDLE[function]
    called = lambdas.invoke(function, event)
    assert called.answer == answer, called.message
    assert "app" not in called.modules


@pytest.mark.parametrize(
    ("event", "left"), [({}, 0), ({"Records": []}, 0), ({"message_ids": [UNKNOWN]}, 1)], ids=["due", "stream", "ids"]
)
def test_no_message_is_sent_when_there_is_none(lambdas: LambdaProcesses, event: dict[str, Any], left: int) -> None:
    called = lambdas.invoke("SendMessages", event)
    assert called.answer == {**NOTHING_SENT, "left": left}, called.message
    assert "app" not in called.modules
    assert {name.split(".")[0] for name in called.modules} & HEAVY == set()


@pytest.mark.parametrize("function", [*STEPS, *JUDGES, *IDLE, "IssueTemporaryPasswords", "SendMessages"])
def test_an_event_that_is_not_as_documented_is_refused_by_name(lambdas: LambdaProcesses, function: str) -> None:
    assert lambdas.invoke(function, {"surplus": True}).error == "InvalidFields"


def answered(lambdas: LambdaProcesses, event: dict[str, Any]) -> tuple[int, str, str]:
    """Status, content type and body of what the API Lambda answers."""
    called = lambdas.invoke("APIHandler", event)
    assert called.error is None, called.message
    assert {name.split(".")[0] for name in called.modules} & HEAVY == set()
    headers = {name.lower(): value for name, value in called.answer["headers"].items()}
    headers |= {name.lower(): values[0] for name, values in called.answer.get("multiValueHeaders", {}).items()}
    return called.answer["statusCode"], headers.get("content-type", ""), called.answer["body"]


def test_the_api_shows_its_first_page(lambdas: LambdaProcesses) -> None:
    for language in ("en", "hi"):
        status, content_type, body = answered(lambdas, api_event("GET", "/{language}", ids={"language": language}))
        assert (status, content_type.split(";")[0]) == (200, "text/html")
        assert f'lang="{language}"' in body


def test_the_api_gives_a_captcha_under_a_key_from_secrets_manager(lambdas: LambdaProcesses) -> None:
    status, _, body = answered(lambdas, api_event("GET", "/captcha"))
    assert status == 200
    assert set(json.loads(body)) == {"parameters", "signature"}


def test_the_api_hashes_passwords(lambdas: LambdaProcesses) -> None:
    body = {"username": "nobody", "password": "Wrong-pass-1"}
    status, _, refused = answered(lambdas, api_event("POST", "/sessions", body=body))
    assert (status, json.loads(refused)["code"]) == (401, "sign_in_refused")


def test_the_api_refuses_in_the_documented_form(lambdas: LambdaProcesses) -> None:
    status, content_type, body = answered(lambdas, api_event("POST", "/icegate/registrations", body={}))
    assert (status, content_type) == (422, "application/problem+json")
    assert json.loads(body)["code"] == "invalid_fields"


def test_every_service_can_be_called_with_what_is_left_of_botocore(lambdas: LambdaProcesses, fake_aws: FakeAws) -> None:
    calls = {
        "dynamodb": ("get_item", {"TableName": "t", "Key": {"k": {"S": "v"}}}),
        "kms": ("sign", {"KeyId": "k", "Message": b"m", "SigningAlgorithm": "RSASSA_PKCS1_V1_5_SHA_256"}),
        "s3": ("get_object", {"Bucket": "b", "Key": "k"}),
        "secretsmanager": ("get_secret_value", {"SecretId": "s"}),
        "sesv2": ("send_email", {"FromEmailAddress": "a@b.in", "Destination": {}, "Content": {}}),
        "sns": ("publish", {"PhoneNumber": "+919876543210", "Message": "m"}),
        "stepfunctions": ("send_task_success", {"taskToken": "t", "output": "{}"}),
    }
    assert calls.keys() == SERVICES
    fake_aws.asked.clear()
    lambdas.program(
        "from chalicelib.adapters.aws import Aws\n"
        "aws = Aws('ap-south-1')\n"
        f"answer = [bool(getattr(aws.client(s), n)(**p)) for s, (n, p) in {calls!r}.items()]\n"
    )
    asked = {service for service, _ in fake_aws.asked}
    assert asked == {"dynamodb", "kms", "s3", "secretsmanager", "ses", "sns", "states"}


def parameters(path: str) -> list[str]:
    return re.findall(r"\{(\w+)\}", path)


def test_a_path_parameter_that_is_not_ascii_is_refused_and_breaks_nothing(
    lambdas: LambdaProcesses, transformed: dict[str, Any]
) -> None:
    # API Gateway hands over `प्रवेश` percent-encoded and Chalice does not decode it. No id, page or asset of this suite
    # has such a name, so what matters is that it is told so.
    paths = transformed["Resources"]["RestAPI"]["Properties"]["Body"]["paths"]
    bodies: dict[str, Any] = {"post": {}, "put": {}}
    events = [
        api_event(
            method.upper(),
            path,
            ids=dict.fromkeys(parameters(path), "%E0%A4%AA%E0%A5%8D%E0%A4%B0"),
            body=bodies.get(method),
            headers={"authorization": "Bearer made-up"},
        )
        for path, methods in paths.items()
        if parameters(path)
        for method in methods
    ]
    assert len(events) >= 10
    statuses = lambdas.program(
        "import types\n"
        "from chalicelib.handlers import front_door\n"
        "context = types.SimpleNamespace(aws_request_id='request', function_name='api', memory_limit_in_mb='1024',\n"
        "    invoked_function_arn='arn', function_version='1')\n"
        f"answer = [[e['httpMethod'], e['resource'], front_door.answer(e, context)['statusCode']]\n"
        f"    for e in {events!r}]\n"
    ).answer
    assert [told for told in statuses if not 400 <= told[2] < 500] == []
