"""What a measured process finds around it: the environment that Lambda would give it, with AWS on loopback."""

from __future__ import annotations

import base64
import json
import os

REGION = "ap-south-1"
ARN_PREFIX = "arn:aws:states:ap-south-1:123456789012:stateMachine:pravesh-"
# Each table's hash key, a string: as in infra/resources.json.
TABLES = {
    "registrations": "registration_id",
    "holders": "iec",
    "temporary_passwords": "iec",
    "sign_in_names": "name",
    "sessions": "token_hash",
    "limits": "limit_key",
    "accounts": "account_id",
    "account_registrations": "registration_id",
    "flows": "flow_id",
    "outbox": "message_id",
    "signings": "signing_id",
    "iec_records": "iec",
    # Of an IEC the stub keeps the last user only; nothing that is measured has two.
    "iec_users": "iec",
    "memberships": "account_id",
    "full_registrations": "registration_id",
    "crl_states": "source_id",
    "departments": "department_id",
    "exchange_keys": "name",
    "certificates": "certificate_id",
    # Under a search key, of a department's days and of an import's ranges the stub keeps the last only.
    "findables": "search_key",
    "pushes": "push_id",
    "pull_requests": "request_id",
    "backfills": "backfill_id",
    "backfill_ranges": "backfill_id",
    "department_days": "department_id",
    "troubles": "department_id",
    "fetches": "fetch_id",
    "consents": "consent_id",
    "own_documents": "document_id",
    # Of a stream the stub keeps the last event only, which is all that a write asks for.
    "audit": "stream",
}
SECRET = "server-keys"  # noqa: S105 - its name
SECRET_VALUE = json.dumps({"current": "measured", "keys": {"measured": base64.b64encode(b"k" * 32).decode()}})
_MESSAGES = ("contact_code", "alternate_code", "registered", "contact_changed")


def environment(aws: str) -> dict[str, str]:
    """The variables of a function whose AWS is at `aws`."""
    return {
        "PATH": os.environ.get("PATH", "/usr/bin:/bin"),
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": "measured",
        "AWS_SECRET_ACCESS_KEY": "measured",
        "AWS_ENDPOINT_URL": aws,
        "AWS_EC2_METADATA_DISABLED": "true",
        "AWS_CONFIG_FILE": os.devnull,
        "AWS_SHARED_CREDENTIALS_FILE": os.devnull,
        # What Lambda sets; the tracer of the usual stack is on only where it sees them.
        "AWS_LAMBDA_FUNCTION_NAME": "measured",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": "512",
        "LAMBDA_TASK_ROOT": "/var/task",
        "_X_AMZN_TRACE_ID": "Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1",
        "AWS_XRAY_DAEMON_ADDRESS": "127.0.0.1:2000",
        "POWERTOOLS_SERVICE_NAME": "measured",
        "POWERTOOLS_METRICS_NAMESPACE": "measured",
        "REGISTRATIONS_TABLE": "registrations",
        "HOLDERS_TABLE": "holders",
        "TEMPORARY_PASSWORDS_TABLE": "temporary_passwords",
        "SIGN_IN_NAMES_TABLE": "sign_in_names",
        "SESSIONS_TABLE": "sessions",
        "LIMITS_TABLE": "limits",
        "ACCOUNTS_TABLE": "accounts",
        "ACCOUNT_REGISTRATIONS_TABLE": "account_registrations",
        "FLOWS_TABLE": "flows",
        "OUTBOX_TABLE": "outbox",
        "SIGNINGS_TABLE": "signings",
        "IEC_RECORDS_TABLE": "iec_records",
        "IEC_USERS_TABLE": "iec_users",
        "MEMBERSHIPS_TABLE": "memberships",
        "FULL_REGISTRATIONS_TABLE": "full_registrations",
        "CRL_STATES_TABLE": "crl_states",
        "DEPARTMENTS_TABLE": "departments",
        "EXCHANGE_KEYS_TABLE": "exchange_keys",
        "CERTIFICATES_TABLE": "certificates",
        "FINDABLES_TABLE": "findables",
        "PUSHES_TABLE": "pushes",
        "PULL_REQUESTS_TABLE": "pull_requests",
        "BACKFILLS_TABLE": "backfills",
        "BACKFILL_RANGES_TABLE": "backfill_ranges",
        "DEPARTMENT_DAYS_TABLE": "department_days",
        "TROUBLES_TABLE": "troubles",
        "FETCHES_TABLE": "fetches",
        "CONSENTS_TABLE": "consents",
        "OWN_DOCUMENTS_TABLE": "own_documents",
        "AUDIT_TABLE": "audit",
        "AUDIT_RETENTION_DAYS": "365",
        "JOURNEYS_ARN_PREFIX": ARN_PREFIX,
        "SERVER_KEYS_SECRET": SECRET,
        "DOCUMENTS_BUCKET": "documents",
        "ESIGN_KEY_ID": "esign-key",
        "VAULT_KEY_ID": "vault-key",
        "DIGILOCKER_REQUESTER": "",
        "SMS_ENTITY_ID": "1101000000000000001",
        "SMS_SENDER_ID": "ICEGTE",
        "SIGNING_UTILITY_PORT": "26300",
        "SMS_TEMPLATE_IDS": json.dumps(
            {f"{kind}.{language}": "1107" for kind in _MESSAGES for language in ("en", "hi")}
        ),
        "MAIL_SENDER": "no-reply@icegate.example",
        "PUBLIC_ORIGIN": "https://icegate.example",
    }


def request(
    method: str, resource: str, *, ip: str = "203.0.113.1", token: str = "", body: object = None, **path: str
) -> dict[str, object]:
    """API Gateway's event (REST, Lambda proxy) for a request to `resource`, with its path parameters by name."""
    headers = {"accept": "application/json", "accept-language": "en", "host": "icegate.example"}
    if body is not None:
        headers["content-type"] = "application/json"
    if token:
        headers["authorization"] = f"Bearer {token}"
    where = resource.format(**path)
    return {
        "resource": resource,
        "path": where,
        "httpMethod": method,
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": None,
        "multiValueQueryStringParameters": None,
        "pathParameters": path or None,
        "stageVariables": None,
        "requestContext": {
            "resourcePath": resource,
            "httpMethod": method,
            "path": f"/api{where}",
            "stage": "api",
            "requestId": "00000000-0000-4000-8000-000000000000",
            "identity": {"sourceIp": ip, "userAgent": "bench"},
        },
        "body": None if body is None else json.dumps(body),
        "isBase64Encoded": False,
    }
