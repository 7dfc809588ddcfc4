"""Whole walks, and everything they leave behind: no secret anywhere, nobody's data where it does not belong."""

import hashlib
import io
import json
import logging
import re
from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from chalicelib.domain import codes
from chalicelib.domain.codes import Purpose, ServerKey
from chalicelib.domain.contacts import Channel
from chalicelib.handlers.logs import logger
from chalicelib.suite import suite
from infra.local.laptop import Laptop
from tests.engines import on_both_engines
from tests.journeys.clients import Reply
from tests.journeys.importers import PASSWORD, new_contact
from tests.journeys.walking import Flow, codes_in, opened, opened_over_http, sent_to, wrong

TABLES = ("REGISTRATIONS", "HOLDERS", "TEMPORARY_PASSWORDS", "SIGN_IN_NAMES", "SESSIONS", "LIMITS")


class Walk:
    """Two walks with every sort of trouble on the way, and what they left behind."""

    def __init__(self, laptop: Laptop) -> None:
        self.laptop = laptop
        self.secrets: dict[str, str] = {"password": PASSWORD, "wrong password": "Wrong#Pass1"}
        self.personal: dict[str, str] = {}
        self.replies: list[Reply] = []
        self.flows: list[Flow] = []

    def straight(self) -> None:
        """Refused a few times, sent again, resumed, registered, signed in and out."""
        flow = self._opened("straight")
        self._keep(flow.choose())
        self.laptop.clock.advance(seconds=31)
        self._keep(flow.send_again(), flow.verify(wrong(flow.codes())), flow.resume(wrong(flow.codes())))
        resumed = flow.resume(flow.codes()).demand(200)
        self.secrets["old flow token"] = flow.token
        self.secrets["resumed flow token"] = flow.token = resumed.content["flow_token"]
        self._keep(flow.finish(), flow.verify(("123456", "123456")))
        flow.until_told()
        for password in ("Wrong#Pass1", PASSWORD):
            body = {"username": flow.icegate_id, "password": password}
            reply = flow.client.call("POST", "/sessions", body)
        session = self.secrets["session token"] = reply.content["session_token"]
        self._keep(
            flow.client.call("GET", "/sessions/current", token=session),
            flow.client.call("POST", "/icegate/filings", {"document": "shipping_bill"}, token=session),
        )
        self.secrets["codes of record"] = " ".join(flow.codes())

    def changing(self) -> None:
        """With a sender that fails, another contact, and Step Functions down at the end."""
        flow, alternate = self._opened("changing"), new_contact()
        with self.laptop.faults.during("sns", "Publish", "refused", status=400):
            self._keep(flow.choose())
            flow.until("codes_not_sent")
        self.laptop.clock.advance(seconds=31)
        self._keep(flow.send_again(), flow.verify())
        self.secrets["codes of record, changing"] = " ".join(flow.codes())
        self._keep(flow.change(alternate))
        self.personal |= {"alternate email": alternate.email, "alternate mobile": alternate.mobile[3:]}
        self.secrets["alternate codes"] = " ".join(flow.codes(alternate))
        with self.laptop.faults.during("states"):
            self._keep(flow.verify_alternate(flow.codes(alternate)))
        with self.laptop.faults.during("dynamodb"):
            self._keep(flow.call("GET"))
        self._keep(flow.verify_alternate(flow.codes(alternate)))
        flow.until_told()

    def expiring(self) -> None:
        flow = self._opened("expiring").to_codes_sent()
        flow.until_waiting("IssueContactCodes")
        self.secrets["expired codes"] = " ".join(flow.codes())
        flow.let_time_run_out()
        self._keep(flow.verify())

    def _opened(self, name: str) -> Flow:
        flow = opened_over_http(self.laptop)
        holder = flow.importer.holder
        self.secrets |= {
            f"temporary password, {name}": flow.importer.temporary_password,
            f"temporary password as hashed, {name}": flow.importer.temporary_password.replace("-", ""),
            f"flow token, {name}": flow.token,
        }
        self.personal |= {
            f"email, {name}": holder.contact.email,
            f"mobile, {name}": holder.contact.mobile[3:],
            f"PAN, {name}": holder.pan,
            f"GSTIN, {name}": holder.gstins[0],
            f"legal name, {name}": holder.legal_name,
            f"IP, {name}": flow.client.ip,
        }
        self.flows.append(flow)
        return flow

    def _keep(self, *replies: Reply) -> None:
        self.replies += replies

    def secrets_in(self, content: str) -> list[str]:
        """The names of the secrets that a text holds, in clear or as a plain hash of themselves."""
        return [
            name
            for name, values in self.secrets.items()
            for value in values.split(" ")
            if any(stands_in(form, content) for form in (value, *hashes(value)))
            # A token is stored as its SHA-256; it has entropy enough. A code or a password has not.
            and not ("token" in name and not stands_in(value, content))
        ]

    def personal_in(self, content: str) -> list[str]:
        return [name for name, value in self.personal.items() if value in content]


def hashes(value: str) -> Iterator[str]:
    yield value.encode().hex()
    for algorithm in ("md5", "sha1", "sha256", "sha512"):
        yield hashlib.new(algorithm, value.encode()).hexdigest()


def stands_in(value: str, content: str) -> bool:
    """Whether `value` stands in a text by itself: six digits inside a longer number are no code."""
    return re.search(rf"(?<![0-9A-Za-z]){re.escape(value)}(?![0-9A-Za-z])", content) is not None


@pytest.fixture
def logged(laptop: Laptop) -> Iterator[io.StringIO]:
    """What the suite logs, as Lambda would take it from the standard output."""
    logger()
    handlers = [
        handler for handler in logging.getLogger("pravesh").handlers if isinstance(handler, logging.StreamHandler)
    ]
    buffer = io.StringIO()
    before = [handler.setStream(buffer) for handler in handlers]
    yield buffer
    for handler, stream in zip(handlers, before, strict=True):
        handler.setStream(stream)


@pytest.fixture
def walk(fresh_laptop: Laptop, logged: io.StringIO) -> Walk:
    walk = Walk(fresh_laptop)
    walk.straight()
    walk.changing()
    walk.expiring()
    return walk


def rows(laptop: Laptop, table: str) -> str:
    """All rows of a table as JSON."""
    client = suite().aws.client("dynamodb")
    return json.dumps(client.scan(TableName=laptop.environment[f"{table}_TABLE"])["Items"], default=str)


def journeys_data(flow: Flow) -> str:
    """All that Step Functions keeps of an execution: input, output, and the data of every event."""
    client = suite().aws.client("stepfunctions")
    machine = flow.laptop.environment["JOURNEYS_ARN_PREFIX"] + "simplified-registration"
    arn = f"{machine.replace(':stateMachine:', ':execution:')}:{flow.registration_id}"
    kept: list[Any] = [client.describe_execution(executionArn=arn)]
    kept += client.get_execution_history(executionArn=arn, includeExecutionData=True)["events"]
    return json.dumps(kept, default=str)


def test_a_walk_leaves_no_secret_behind(walk: Walk, logged: io.StringIO, caplog: pytest.LogCaptureFixture) -> None:
    laptop = walk.laptop
    logs = logged.getvalue()
    assert "answered" in logs
    assert "step done" in logs
    # Other libraries' loggers too, AWS's and the suite's own records among them.
    logs += "\n".join(str(record.__dict__) for record in [*caplog.get_records("setup"), *caplog.records])
    assert walk.secrets_in(logs) == []
    assert walk.personal_in(logs) == []

    for flow in walk.flows:
        data = journeys_data(flow)
        assert flow.registration_id in data
        assert walk.secrets_in(data) == []
        assert walk.personal_in(data) == []
        # Nor what the person chose.
        assert flow.icegate_id not in data

    for table in TABLES:
        content = rows(laptop, table)
        assert walk.secrets_in(content) == [], table
        if table in {"SESSIONS", "LIMITS"}:
            assert walk.personal_in(content) == [], table

    for call in laptop.calls:
        assert walk.secrets_in(call.url) == walk.personal_in(call.url) == []
        if call.service not in {"sns", "ses"}:
            assert walk.secrets_in(json.dumps(call.parameters)) == [], call
        if call.service in {"states", "secretsmanager"}:
            assert walk.personal_in(json.dumps(call.parameters)) == [], call

    for reply in walk.replies:
        told = reply.raw.decode()
        assert walk.secrets_in(told) == []
        assert [name for name in walk.personal_in(told) if "legal name" not in name] == []


def test_the_outbox_is_the_only_place_of_codes_and_the_check_above_would_find_them(walk: Walk) -> None:
    """The walk's own check is checked: it finds each secret where one is allowed to be, or is put."""
    sent = json.dumps([message.as_json() for message in walk.laptop.outbox()])
    assert {"codes of record", "alternate codes", "expired codes"} <= set(walk.secrets_in(sent))
    for name, values in walk.secrets.items():
        for value in values.split(" "):
            assert name in walk.secrets_in(f'{{"x":"{value}"}}')
            if "token" not in name:
                assert name in walk.secrets_in(hashlib.sha256(value.encode()).hexdigest())


def test_an_unexpected_failure_logs_where_it_was_but_not_what_was_typed(
    laptop: Laptop, monkeypatch: pytest.MonkeyPatch, logged: io.StringIO
) -> None:
    flow = opened(laptop).to_codes_sent()
    mobile, email = flow.codes()

    def broken(*_: object) -> None:
        raise RuntimeError("broken on purpose")

    monkeypatch.setattr(type(suite().simplified_registrations), "verify", broken)
    reply = flow.verify((mobile, email))
    assert (reply.status, reply.code) == (500, "internal_error")
    assert "broken on purpose" not in reply.raw.decode()
    assert "broken on purpose" in logged.getvalue()
    for secret in (mobile, email, flow.token):
        assert not stands_in(secret, logged.getvalue())


def test_an_email_of_another_person_is_shown_to_nobody(laptop: Laptop) -> None:
    """Masked, whatever the stage: who holds the flow sees enough to know their own address again, and no more."""
    flow, alternate = opened(laptop), new_contact()
    answers = [flow.call("GET"), flow.choose(), flow.verify(), flow.change(alternate), flow.call("GET")]
    for contact in (flow.importer.contact, alternate):
        for reply in answers:
            assert contact.mobile[3:9] not in reply.raw.decode()
            assert contact.email.partition("@")[0] not in reply.content["email"]


@on_both_engines
def test_what_is_stored_gives_nobody_the_codes(laptop: Laptop) -> None:
    """Whoever steals the table holds nothing: the same row under another server key gives other codes."""

    flow = opened(laptop).to_codes_sent()
    stored = suite().store.registration(flow.registration_id)
    assert stored is not None
    challenge = stored.live_challenge
    other = ServerKey(challenge.key_id, b"another key of thirty-two bytes!")
    derived = [codes.derive(other, challenge, channel, stored.contact) for channel in Channel]
    assert set(derived).isdisjoint(flow.codes())
    own = suite().keyring.by_id(challenge.key_id)
    assert tuple(codes.derive(own, challenge, channel, stored.contact) for channel in Channel) == flow.codes()
    # Each of these makes other codes of it; the channel does as well, or the two would be one.
    for elsewhere in (
        replace(challenge, nonce=bytes(16)),
        replace(challenge, purpose=Purpose.SIMPLIFIED_REGISTRATION_ALTERNATE),
        replace(challenge, generation=1),
    ):
        assert {codes.derive(own, elsewhere, channel, stored.contact) for channel in Channel}.isdisjoint(flow.codes())
    assert list(codes_in(sent_to(laptop, stored.contact), stored.contact.email)) == [flow.codes()[1]]
