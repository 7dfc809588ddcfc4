"""The step that sends messages: which events it takes, what it tells alarms and log, and that it stops in time."""

import json
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any

import pytest

from chalicelib import suite
from chalicelib.domain import outbox
from chalicelib.domain.changes import WriteMessage
from chalicelib.domain.contacts import Channel, Contact
from chalicelib.domain.identifiers import EmailAddress, Mobile
from chalicelib.domain.notices import NoticeKind
from chalicelib.domain.refusals import Refusal
from chalicelib.handlers.message_steps import read_send_event, send_messages
from chalicelib.settings import Settings
from tests.conftest import FakeClock
from tests.fakes import FakeKeyring, FakeMessenger, FakeStore

ID, OTHER = "3q2-7wAAECAwQFBgcICQoL", "4q2-7wAAECAwQFBgcICQoL"
SCHEDULED = {
    "version": "0",
    "id": "53dc4d37-cffa-4f76-80c9-8b7d4a4d2eaa",
    "detail-type": "Scheduled Event",
    "source": "aws.events",
    "account": "123456789012",
    "time": "2026-11-02T04:30:00Z",
    "region": "ap-south-1",
    "resources": ["arn:aws:events:ap-south-1:123456789012:rule/pravesh"],
    "detail": {},
}
CONTACT = Contact(EmailAddress("asha@example.com"), Mobile("+919876543210"))


def record(message_id: str = ID, name: str = "INSERT") -> dict[str, Any]:
    return {
        "eventID": "c4ca4238a0b923820dcc509a6f75849b",
        "eventName": name,
        "eventVersion": "1.1",
        "eventSource": "aws:dynamodb",
        "awsRegion": "ap-south-1",
        "dynamodb": {"Keys": {"message_id": {"S": message_id}}, "SequenceNumber": "111", "StreamViewType": "KEYS_ONLY"},
        "eventSourceARN": "arn:aws:dynamodb:ap-south-1:123456789012:table/pravesh/stream/2026-11-02T00:00:00.000",
    }


@pytest.mark.parametrize(
    ("event", "message_ids"),
    [
        ({}, None),
        (SCHEDULED, None),
        ({"message_ids": [ID, OTHER]}, (ID, OTHER)),
        ({"message_ids": []}, ()),
        ({"Records": [record(), record(OTHER)]}, (ID, OTHER)),
        ({"Records": [record(name="MODIFY"), record(OTHER), record(name="REMOVE")]}, (OTHER,)),
        ({"Records": [record(name="REMOVE")]}, ()),
    ],
)
def test_it_is_invoked_by_the_stream_by_the_schedule_or_for_messages_by_id(
    event: dict[str, Any], message_ids: tuple[str, ...] | None
) -> None:
    read = read_send_event(event)
    assert read.message_ids == message_ids
    # Only who names messages may mean those that were given up.
    assert read.revive == ("message_ids" in event)


@pytest.mark.parametrize(
    ("event", "reasons"),
    [
        ({"surplus": True}, {"surplus": "unknown_field"}),
        ({"message_ids": [ID], "surplus": True}, {"surplus": "unknown_field"}),
        ({"message_ids": [ID], "Records": []}, {"Records": "unknown_field"}),
        ({"message_ids": None}, {"message_ids": "required"}),
        ({"message_ids": ID}, {"message_ids": "required"}),
        ({"message_ids": [5]}, {"message_ids": "not_text"}),
        ({"message_ids": ["short"]}, {"message_ids": "bad_characters"}),
        ({"message_ids": [ID] * 501}, {"message_ids": "too_long"}),
        ({"Records": {}}, {"Records": "required"}),
        ({"Records": ["record"]}, {"Records": "bad_characters"}),
        ({"Records": [{"eventName": "INSERT"}]}, {"Records": "bad_characters"}),
        ({"Records": [record("short")]}, {"Records": "bad_characters"}),
    ],
)
def test_any_other_event_is_refused_with_what_is_wrong(event: dict[str, Any], reasons: dict[str, str]) -> None:
    with pytest.raises(Refusal) as refused:
        read_send_event(event)
    assert {name: error.reason for name, error in refused.value.errors.items()} == reasons


class Outside:
    """The fakes behind the step."""

    def __init__(self, clock: FakeClock) -> None:
        self.clock = clock
        self.store = FakeStore(clock)
        self.messenger = FakeMessenger()

    def written(self) -> str:
        made = outbox.message(NoticeKind.REGISTERED, Channel.EMAIL, CONTACT, "en", self.clock(), icegate_id="ASHA")
        self.store.write(WriteMessage(made))
        return made.message_id


@pytest.fixture
def outside(clock: FakeClock, monkeypatch: pytest.MonkeyPatch) -> Iterator[Outside]:
    # A laptop that runs beside sets it.
    monkeypatch.delenv("POWERTOOLS_METRICS_DISABLED", raising=False)
    before = suite.suite()
    made, outside = suite.Suite(Settings({}), clock=clock), Outside(clock)
    vars(made).update(store=outside.store, keyring=FakeKeyring(), messenger=outside.messenger)
    suite.install(made)
    yield outside
    suite.install(before)


def invoke(event: dict[str, Any], milliseconds: int = 50_000) -> Any:
    context = SimpleNamespace(
        aws_request_id="request",
        function_name="pravesh-SendMessages",
        get_remaining_time_in_millis=lambda: milliseconds,
    )
    return send_messages(event, context)


def measured(capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    """What was measured since the last look, with the one dimension that the alarms go by."""
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines() if "_aws" in line]
    if not lines:
        return {}
    (line,) = lines
    (told,) = line.pop("_aws")["CloudWatchMetrics"]
    assert (told["Namespace"], told["Dimensions"]) == ("Pravesh", [["FunctionName"]])
    assert line.pop("FunctionName") == "pravesh-SendMessages"
    return {name: sum(values) for name, values in line.items()}


def test_it_answers_how_many_came_out_how(outside: Outside) -> None:
    first, second = outside.written(), outside.written()
    assert invoke({"message_ids": [first, ID]}) == {"sent": 1, "failed": 0, "given_up": 0, "left": 1}
    outside.messenger.broken = set(Channel)
    assert invoke({"Records": [record(second)]}) == {"sent": 0, "failed": 1, "given_up": 0, "left": 0}
    assert invoke({}) == {"sent": 0, "failed": 0, "given_up": 0, "left": 0}


def test_the_schedule_measures_how_long_the_oldest_waits_and_a_batch_only_what_is_bad(
    outside: Outside, capsys: pytest.CaptureFixture[str]
) -> None:
    message_id = outside.written()
    outside.messenger.broken = set(Channel)
    invoke({"Records": [record(message_id)]})
    assert measured(capsys) == {}
    outside.clock.advance(minutes=7)
    invoke({})
    assert measured(capsys) == {"MessagesGivenUp": 0, "OldestDueSeconds": 420}
    outside.clock.advance(hours=24)
    invoke({"message_ids": [message_id]})
    assert measured(capsys) == {"MessagesGivenUp": 1}
    invoke({})
    assert measured(capsys) == {"MessagesGivenUp": 0, "OldestDueSeconds": 0}


def test_what_does_not_go_out_is_logged_by_its_id_and_nobodys_address(
    outside: Outside, caplog: pytest.LogCaptureFixture
) -> None:
    message_id = outside.written()
    outside.messenger.broken = set(Channel)
    invoke({"message_ids": [message_id]})
    line = next(vars(record) for record in caplog.records if record.getMessage() == "message failed")
    assert (line["message_id"], line["kind"], line["because"]) == (message_id, "registered", "registered.email")
    assert line["attempts"] == 1
    assert not any("asha" in repr(vars(record)).lower() for record in caplog.records)


def test_it_stops_before_lambda_would_stop_it_and_leaves_the_rest_to_the_next_run(outside: Outside) -> None:
    message_ids = [outside.written() for _ in range(3)]
    assert invoke({"message_ids": message_ids}, milliseconds=15_000)["left"] == 3
    assert outside.messenger.sent == []
    assert invoke({})["sent"] == 3


def test_an_error_of_ours_is_raised_by_its_name_once_all_had_their_turn(outside: Outside) -> None:
    class Incomplete(FakeMessenger):
        def send(self, notice: Any) -> str:
            self.sent.append(notice)
            raise LookupError("no text")

    incomplete = Incomplete()
    vars(suite.suite())["messenger"] = incomplete
    message_ids = [outside.written(), outside.written()]
    with pytest.raises(LookupError):
        invoke({"message_ids": message_ids})
    assert len(incomplete.sent) == 2
