"""Issuing temporary passwords in bulk: by a list in S3 or to all who have none; twice sends nothing twice."""

import json
import re
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from chalicelib.domain import temporary_passwords
from chalicelib.domain.icegate.holders import Holder
from chalicelib.domain.temporary_passwords import TemporaryPassword
from chalicelib.handlers.temporary_password_steps import issue_temporary_passwords
from chalicelib.suite import suite
from infra.local.laptop import Laptop
from tests.engines import on_both_engines
from tests.journeys.clients import REGISTRATIONS, Client, captcha
from tests.journeys.importers import Importer, give_temporary_password, new_holder, new_importer
from tests.journeys.walking import opened, opened_over_http, sent_to, together

KEY = "lists/november.csv"
SHAPE = re.compile(r"\b[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}-[2-9A-HJ-NP-Z]{4}\b")


def put_list(laptop: Laptop, content: str | bytes, key: str = KEY) -> None:
    body = content.encode() if isinstance(content, str) else content
    suite().aws.client("s3").put_object(Bucket=laptop.environment["DOCUMENTS_BUCKET"], Key=key, Body=body)


def run(laptop: Laptop, **event: Any) -> dict[str, Any]:
    """The answer of a run that did not fail."""
    answer = laptop.steps.invoke("issue_temporary_passwords", json.dumps(event))
    assert not answer.failed, answer.payload
    content: dict[str, Any] = json.loads(answer.payload)
    return content


def error_of(laptop: Laptop, **event: Any) -> str:
    answer = laptop.steps.invoke("issue_temporary_passwords", json.dumps(event))
    assert answer.failed
    error: str = json.loads(answer.payload)["errorType"]
    return error


def counts(report: dict[str, Any]) -> dict[str, int]:
    """The counts that are not zero."""
    return {kind: count for kind, count in report["counts"].items() if count}


def stored(holder: Holder) -> TemporaryPassword:
    found = suite().store.temporary_password(holder.iec)
    assert found is not None
    return found


def mailed(laptop: Laptop, holder: Holder) -> list[str]:
    """The temporary passwords that a holder was mailed, the oldest first."""
    passwords = [SHAPE.search(message.text) for message in sent_to(laptop, holder.contact)]
    return [match[0] for match in passwords if match]


def listed(*holders: Holder) -> str:
    return "\n".join(["iec,legal_name", *(f'{holder.iec},"{holder.legal_name}"' for holder in holders)])


def assert_opens(laptop: Laptop, holder: Holder, password: str, *, opens: bool = True) -> None:
    client = Client(laptop.site_url)
    body = Importer(holder, password).details(captcha(client))
    reply = client.call("POST", REGISTRATIONS, body)
    assert (reply.status, reply.code) == ((201, None) if opens else (422, "details_not_matched"))


@on_both_engines
def test_a_list_is_issued_once_however_often_it_is_run(laptop: Laptop) -> None:
    holders = [new_holder(), new_holder(ten_digit_iec=True), new_holder()]
    put_list(laptop, listed(*holders))
    assert run(laptop, to="list", key=KEY) == {
        "counts": {"issued": 3, "has_one": 0, "not_a_holder": 0, "not_an_iec": 0, "not_sent": 0},
        "next_line": None,
    }
    for _ in range(2):
        assert counts(run(laptop, to="list", key=KEY)) == {"has_one": 3}
    passwords = [mailed(laptop, holder) for holder in holders]
    assert [len(found) for found in passwords] == [1, 1, 1]
    assert len({found[0] for found in passwords}) == 3
    for holder, (password,) in zip(holders, passwords, strict=True):
        assert all(message.channel == "email" for message in sent_to(laptop, holder.contact))
        record = stored(holder)
        assert record.password_hash.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
        assert password not in record.password_hash
        assert (record.expires_at - record.issued_at) == temporary_passwords.LIFETIME
        assert password not in repr(record)
    assert_opens(laptop, holders[0], passwords[0][0])
    assert_opens(laptop, holders[0], passwords[1][0], opens=False)


@on_both_engines
def test_two_runs_at_once_send_nothing_twice(laptop: Laptop) -> None:
    holders = [new_holder() for _ in range(6)]
    put_list(laptop, listed(*holders))
    reports = together(*[lambda: run(laptop, to="list", key=KEY)] * 3)
    total = sum((Counter(counts(report)) for report in reports), Counter())
    assert total == {"issued": 6, "has_one": 12}
    for holder in holders:
        (password,) = mailed(laptop, holder)
        assert temporary_passwords.matches(stored(holder), password, laptop.clock())


def test_bad_lines_are_counted_and_the_rest_is_issued(laptop: Laptop) -> None:
    first, quoted, last = new_holder(), new_holder(), new_holder()
    lines = [
        "﻿IEC,name",
        first.iec.lower(),
        "",
        "   ",
        "not an iec,x",
        "ZZZCZ8888Z,nobody",
        "९९९९९९९९९९,x",
        "x" * 5000,
        f'"{quoted.iec}","Exports, of all sorts"',
        ",no iec",
        f"  {last.iec}  , trailing",
        first.iec,
    ]
    put_list(laptop, "\r\n".join(lines))
    report = run(laptop, to="list", key=KEY)
    assert counts(report) == {"issued": 3, "has_one": 1, "not_a_holder": 1, "not_an_iec": 3}
    assert report["next_line"] is None
    assert [len(mailed(laptop, holder)) for holder in (first, quoted, last)] == [1, 1, 1]


def test_a_list_that_is_no_text_fails_by_name_or_counts_its_lines(laptop: Laptop) -> None:
    holder = new_holder()
    put_list(laptop, b"\xff\xfe\x00bad\n" + holder.iec.encode())
    report = run(laptop, to="list", key=KEY)
    assert counts(report) == {"issued": 1, "not_an_iec": 1}


def test_all_who_have_none_are_issued_one(fresh_laptop: Laptop) -> None:
    laptop = fresh_laptop
    without, has_one, registered = new_holder(), new_importer(), opened(laptop).to_registered().importer
    report = run(laptop, to="all")
    # The samples of the laptop have theirs.
    assert counts(report) == {"issued": 1, "has_one": len(laptop.samples) + 2}
    assert len(mailed(laptop, without)) == 1
    assert mailed(laptop, has_one.holder) == mailed(laptop, registered.holder) == []
    assert counts(run(laptop, to="all")) == {"has_one": len(laptop.samples) + 3}
    assert len(mailed(laptop, without)) == 1


@pytest.mark.parametrize("kind", ["refused", "unreachable"])
def test_a_mail_that_failed_is_sent_by_the_next_run(laptop: Laptop, kind: Any) -> None:
    holders = [new_holder(), new_holder()]
    put_list(laptop, listed(*holders))
    with laptop.faults.during("ses", "SendEmail", kind, status=400, code="MessageRejected"):
        assert counts(run(laptop, to="list", key=KEY)) == {"not_sent": 2}
    assert stored(holders[0]).sent_at is None
    assert counts(run(laptop, to="list", key=KEY)) == {"issued": 2}
    assert counts(run(laptop, to="list", key=KEY)) == {"has_one": 2}
    for holder in holders:
        (password,) = mailed(laptop, holder)
        assert_opens(laptop, holder, password)


def test_a_password_whose_mail_never_left_opens_nothing(laptop: Laptop, monkeypatch: pytest.MonkeyPatch) -> None:
    holder, made = new_holder(), "K7PM-9XQ2-HTRW"
    monkeypatch.setattr(temporary_passwords, "generate", lambda: made)
    put_list(laptop, listed(holder))
    with laptop.faults.during("ses"):
        assert counts(run(laptop, to="list", key=KEY)) == {"not_sent": 1}
    assert_opens(laptop, holder, made, opens=False)


def test_a_run_that_died_after_it_wrote_is_made_good_two_minutes_later(laptop: Laptop) -> None:
    """Until then the holder is left alone: the other run may still be sending."""
    holder = new_holder()
    put_list(laptop, listed(holder))
    desk = suite().temporary_password_desk

    def dies(_notice: object) -> str:
        raise SystemExit

    class Dying:
        send = staticmethod(dies)

    with pytest.raises(SystemExit):
        type(desk)(desk.store, Dying(), desk.clock).issue(holder)
    assert counts(run(laptop, to="list", key=KEY)) == {"has_one": 1}
    laptop.clock.advance(minutes=2)
    assert counts(run(laptop, to="list", key=KEY)) == {"issued": 1}
    (password,) = mailed(laptop, holder)
    assert_opens(laptop, holder, password)


class RunsOut:
    """A Lambda's context whose time is over after so many holders."""

    aws_request_id = "test"

    def __init__(self, holders: int) -> None:
        self.left = holders

    def get_remaining_time_in_millis(self) -> int:
        self.left -= 1
        return 60_000 if self.left >= 0 else 19_000


def test_a_run_stops_for_want_of_time_and_the_next_goes_on_where_it_stopped(fresh_laptop: Laptop) -> None:
    laptop = fresh_laptop
    holders = [new_holder() for _ in range(5)]
    put_list(laptop, listed(*holders))
    event: dict[str, Any] = {"to": "list", "key": KEY}
    handler: Callable[[Any, Any], dict[str, Any]] = issue_temporary_passwords
    first = handler(event, RunsOut(2))
    assert (counts(first), first["next_line"]) == ({"issued": 2}, 3)
    second = handler({**event, "first_line": first["next_line"]}, RunsOut(2))
    assert (counts(second), second["next_line"]) == ({"issued": 2}, 5)
    third = handler({**event, "first_line": second["next_line"]}, RunsOut(2))
    assert (counts(third), third["next_line"]) == ({"issued": 1}, None)
    assert [len(mailed(laptop, holder)) for holder in holders] == [1] * 5

    more = [new_holder() for _ in range(3)]
    stopped = handler({"to": "all"}, RunsOut(0))
    assert stopped["next_line"] is not None
    while handler({"to": "all"}, RunsOut(1000))["next_line"] is not None:
        pass
    assert [len(mailed(laptop, holder)) for holder in more] == [1] * 3


def test_who_used_theirs_gets_no_other_and_who_let_it_lapse_does(laptop: Laptop) -> None:
    used, lapsed = opened(laptop).to_registered().importer, new_importer()
    put_list(laptop, listed(used.holder, lapsed.holder))
    laptop.clock.advance(hours=7 * 24)
    assert counts(run(laptop, to="list", key=KEY)) == {"issued": 1, "has_one": 1}
    (password,) = mailed(laptop, lapsed.holder)
    assert_opens(laptop, lapsed.holder, lapsed.temporary_password, opens=False)
    assert_opens(laptop, lapsed.holder, password)
    assert mailed(laptop, used.holder) == []


def test_what_was_issued_before_an_instant_is_replaced_on_demand(laptop: Laptop) -> None:
    """For who lost theirs or used up its tries."""
    exhausted, used = new_importer(), opened(laptop).to_registered().importer
    client = Client(laptop.site_url)
    for _ in range(5):
        body = {**exhausted.details(captcha(client)), "temporary_password": "AAAA-AAAA-AAAA"}
        client.call("POST", REGISTRATIONS, body).demand(422)
    laptop.clock.advance(hours=1)
    newer = Importer(new_holder())
    put_list(laptop, listed(exhausted.holder, used.holder, newer.holder))
    instant = laptop.clock().isoformat()
    laptop.clock.advance(seconds=1)
    give_temporary_password(newer)
    for expected in ({"issued": 1, "has_one": 2}, {"has_one": 3}):
        assert counts(run(laptop, to="list", key=KEY, replace_issued_before=instant)) == expected
    (password,) = mailed(laptop, exhausted.holder)
    assert_opens(laptop, exhausted.holder, exhausted.temporary_password, opens=False)
    assert_opens(laptop, exhausted.holder, password)
    assert_opens(laptop, newer.holder, newer.temporary_password)


@pytest.mark.parametrize(
    ("event", "error"),
    [
        ({}, "InvalidFields"),
        ({"to": "nobody"}, "InvalidFields"),
        ({"to": "list"}, "InvalidFields"),
        ({"to": "all", "key": KEY}, "InvalidFields"),
        ({"to": "list", "key": ""}, "InvalidFields"),
        ({"to": "list", "key": KEY, "first_line": -1}, "InvalidFields"),
        ({"to": "list", "key": KEY, "first_line": "1"}, "InvalidFields"),
        ({"to": "list", "key": KEY, "first_line": True}, "InvalidFields"),
        ({"to": "all", "replace_issued_before": "yesterday"}, "InvalidFields"),
        ({"to": "all", "otp": "1"}, "InvalidFields"),
        ({"to": "list", "key": "lists/none.csv"}, "DocumentUnavailable"),
    ],
)
def test_an_event_that_is_not_the_documented_one_is_refused_by_name(
    laptop: Laptop, event: dict[str, Any], error: str
) -> None:
    assert error_of(laptop, **event) == error


def test_a_registration_under_way_ends_well_though_a_new_password_was_issued_meanwhile(laptop: Laptop) -> None:
    """The holder proved who they are with the old one; the new one is then of no more use."""
    flow = opened_over_http(laptop).to_codes_sent()
    put_list(laptop, listed(flow.importer.holder))
    laptop.clock.advance(seconds=1)
    issued = run(laptop, to="list", key=KEY, replace_issued_before=laptop.clock().isoformat())
    assert counts(issued) == {"issued": 1}
    (password,) = mailed(laptop, flow.importer.holder)
    resumed = flow.resume(flow.codes()).demand(200)
    flow.token = resumed.content["flow_token"]
    assert flow.finish().demand(200).content["status"] == "registered"
    flow.until_told()
    assert_opens(laptop, flow.importer.holder, password, opens=False)
