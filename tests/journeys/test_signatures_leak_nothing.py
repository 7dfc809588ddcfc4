"""A link, an invitation and a full registration under signature, and all that they leave behind: nobody is in it."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest

from chalicelib.handlers.logs import logger
from chalicelib.suite import suite
from infra.local.laptop import Laptop
from tests.journeys.firms import Firm, Login, new_firm
from tests.journeys.full_registrations import Upgrader, upgrader

MACHINES = ("iec-linking", "iec-user-change", "full-registration")


@pytest.fixture
def logged() -> Iterator[io.StringIO]:
    """What the suite logs, as Lambda would take it from the standard output."""
    logger()
    handlers = [each for each in logging.getLogger("pravesh").handlers if isinstance(each, logging.StreamHandler)]
    buffer = io.StringIO()
    before = [handler.setStream(buffer) for handler in handlers]
    yield buffer
    for handler, stream in zip(handlers, before, strict=True):
        handler.setStream(stream)


def personal_of(firm: Firm, logins: list[Login], asha: Upgrader) -> dict[str, str]:
    """What tells who somebody is, or which IEC it is about."""
    found = {"IEC": firm.iec, "IEC at ICEGATE": str(asha.account.iec), "file": "scan.pdf", "PAN": asha.person.pan}
    for place, login in enumerate(logins):
        contact = login.account.contact
        found |= {f"name {place}": login.name, f"PAN {place}": login.pan, f"email {place}": contact.email}
    return found | {"legal name": asha.account.legal_name, "signer": asha.person.name}


def executions(laptop: Laptop, machine: str, signing_id: str) -> str:
    """All that Step Functions keeps of an execution."""
    client = suite().aws.client("stepfunctions")
    prefix = laptop.environment["JOURNEYS_ARN_PREFIX"].replace(":stateMachine:", ":execution:")
    arn = f"{prefix}{machine}:{signing_id}"
    kept: list[Any] = [client.describe_execution(executionArn=arn)]
    kept += client.get_execution_history(executionArn=arn, includeExecutionData=True)["events"]
    return json.dumps(kept, default=str)


def test_nobody_stands_in_logs_executions_audit_limits_or_addresses(
    fresh_laptop: Laptop, logged: io.StringIO, caplog: pytest.LogCaptureFixture
) -> None:
    firm = new_firm(fresh_laptop)
    owner, employee = firm.owner(), firm.employee()
    invitation = owner.invite(employee, "viewer")
    employee.call("GET", f"/iec-invitations/{invitation}").demand(200)
    employee.call("POST", f"/iec-invitations/{invitation}/acceptance").demand(200)
    removed = owner.change("remove", employee)
    asha = upgrader(fresh_laptop)
    asha.submitted()
    personal = personal_of(firm, [owner, employee], asha)

    def found_in(content: str) -> list[str]:
        return [name for name, value in personal.items() if value in content]

    # The check is checked: where they are allowed to be, it finds them.
    assert {"IEC", "name 1", "email 1"} <= set(found_in(json.dumps(removed)))
    logs = logged.getvalue()
    assert "step done" in logs
    logs += "\n".join(str(record.__dict__) for record in caplog.records)
    assert found_in(logs) == []
    link = owner.user.link
    assert link is not None
    walked = (link.signing_id, removed["signing_id"], asha.stored.signing_id)
    for machine, signing_id in zip(MACHINES, walked, strict=True):
        kept = executions(fresh_laptop, machine, signing_id)
        assert signing_id in kept
        assert found_in(kept) == [], machine
    for key in (owner.resident.key, employee.resident.key, asha.resident.key):
        for event in suite().store.audit_events(key):
            assert found_in(json.dumps(dict(event.facts))) == [], event.deed
    client = suite().aws.client("dynamodb")
    limits = client.scan(TableName=fresh_laptop.environment["LIMITS_TABLE"])["Items"]
    assert found_in(json.dumps(limits, default=str)) == []
    for call in fresh_laptop.calls:
        assert found_in(call.url) == [], call.service
        if call.service in {"s3", "states", "secretsmanager"}:
            shown = {name: value for name, value in call.parameters.items() if name != "Body"}
            assert found_in(json.dumps(shown, default=str)) == [], call.service
