"""Pulls that nobody may be answered, or not so: strangers, replays, bombs, what is closed, too much or too large."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.domain.departments.certificates import PreparedFile
from chalicelib.domain.departments.departments import (
    DepartmentLimits,
    DepartmentStatus,
    Freshness,
    PullFormat,
    SearchParameter,
    WhenNotMatched,
)
from chalicelib.domain.departments.ready_content import ready_key
from chalicelib.domain.departments.statistics import Counted
from chalicelib.domain.digilocker.pull_answers import ANSWER_BYTES_AT_MOST
from infra.local.digilocker.pull_variants import Request, Variant
from tests.domain.departments.pull_world import API_ID, API_KEY, DEPARTMENT_ID, PullWorld, signed

NEW_KEY = "test-issuer-api-key-0002"


@pytest.fixture
def world() -> PullWorld:
    made = PullWorld()
    made.certificate()
    return made


@pytest.mark.parametrize("wrong", ["hmac_missing", "hmac_short", "hmac_other_key", "hmac_other_body"])
@pytest.mark.parametrize("variant", ["v1.13", "tempuri-raw-both"])
def test_a_stranger_is_told_nothing_and_counts_nowhere(world: PullWorld, wrong: str, variant: str) -> None:
    writes = world.store.writes
    answer = world.pull(variant=variant, wrong=wrong)
    assert (answer.http_status, answer.body) == (401, b"")
    assert (world.store.writes, world.counts()) == (writes, {})
    assert world.troubles() == ["pull_not_authenticated"]


def test_what_strangers_do_is_told_once_in_an_hour_and_hides_no_other_trouble(world: PullWorld) -> None:
    """A department's page shows the last twenty: whoever knows an address could fill it with their own."""
    world.now = world.now.replace(minute=0)
    world.change_api(org_id="another")
    world.pull()
    for _ in range(30):
        world.advance(minutes=1)
        world.pull(wrong="hmac_missing")
        world.pull(wrong="hmac_other_key")
    assert sorted(world.troubles()) == ["pull_not_authenticated", "pull_org_id_wrong"]
    world.advance(minutes=30)
    world.pull(wrong="hmac_missing")
    assert len(world.troubles()) == 3


def test_an_endpoint_that_has_no_key_yet_is_told_once_in_an_hour(world: PullWorld) -> None:
    world.now = world.now.replace(minute=0)
    world.change(keys=())
    for _ in range(3):
        world.pull()
        world.advance(minutes=5)
    assert world.troubles() == ["pull_no_key"]


@pytest.mark.parametrize(("department_id", "api_id"), [("x" * 22, API_ID), (DEPARTMENT_ID, "x" * 22)])
def test_an_endpoint_that_there_is_not_is_told_like_a_wrong_key(
    world: PullWorld, department_id: str, api_id: str
) -> None:
    request = world.request()
    pulled = world.pulls.answer(department_id, api_id, request.headers["x-digilocker-hmac"], request.body)
    assert (pulled.end.value, pulled.answer, pulled.trouble) == ("not_authenticated", "", None)


def test_an_endpoint_without_a_working_key_lets_nobody_in(world: PullWorld) -> None:
    world.change(keys=())
    for key in ("", "\0" * 32, API_KEY):
        assert world.pull(api_key=key).http_status == 401
    assert set(world.troubles()) == {"pull_no_key"}


def test_nothing_is_parsed_before_it_is_authenticated(world: PullWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    def parsed(_body: bytes) -> None:
        raise AssertionError("parsed")

    monkeypatch.setattr("chalicelib.domain.digilocker.pull_reading.read", parsed)
    assert world.pull(wrong="hmac_other_key").http_status == 401


@pytest.mark.parametrize("wrong", ["keyhash_other_ts", "keyhash_missing"])
def test_the_keyhash_has_to_be_that_of_this_ts(world: PullWorld, wrong: str) -> None:
    answer = world.pull(wrong=wrong)
    assert (answer.http_status, answer.body) == (401, b"")
    assert world.troubles() == ["pull_keyhash_wrong"]
    assert world.counts() == {Counted.REFUSED: 1}


@pytest.mark.parametrize("wrong", ["dtd", "bomb", "utf16", "not_xml", "format_garbage"])
def test_what_is_no_pull_is_malformed(world: PullWorld, wrong: str) -> None:
    answer = world.pull(wrong=wrong)
    assert (answer.http_status, answer.body) == (400, b"")
    assert world.counts() == {Counted.REFUSED: 1}


def test_a_doctype_that_this_endpoint_does_not_answer_for(world: PullWorld) -> None:
    assert world.pull(wrong="doctype_unknown").result == "0"
    assert world.troubles() == ["pull_doctype_unknown"]


@pytest.mark.parametrize(("freshness", "status"), [(Freshness.LOGGED, 200), (Freshness.REFUSED, 401)])
@pytest.mark.parametrize("ts", ["2026-11-01T10:00:00+05:30", "2026-11-02T10:05:01+05:30", "yesterday", "2026-11-02"])
def test_a_ts_far_from_our_clock_is_told_or_refused(
    world: PullWorld, freshness: Freshness, status: int, ts: str
) -> None:
    world.change_api(freshness=freshness)
    assert world.pull(ts=ts).http_status == status
    assert world.troubles() == ["pull_stale"]


@pytest.mark.parametrize("ts", ["2026-11-02T09:55:00+05:30", "2026-11-02T10:05:00+05:30", "2026-11-02T10:00:00"])
def test_a_ts_within_five_minutes_is_fresh(world: PullWorld, ts: str) -> None:
    world.change_api(freshness=Freshness.REFUSED)
    assert world.pull(ts=ts).is_found


def test_the_same_bytes_again_get_the_same_answer_and_count_once(world: PullWorld) -> None:
    request = world.request(txn="t-1")
    answers = {world.send(request).body for _ in range(3)}
    assert len(answers) == 1
    assert b'Status="1"' in answers.pop()
    assert world.counts() == {Counted.PULLED: 1}


def test_other_bytes_under_one_txn_are_refused(world: PullWorld) -> None:
    assert world.pull(txn="t-1").is_found
    again = world.pull(txn="t-1", variant=Variant(has_crlf=True))
    assert (again.http_status, again.result) == (200, "0")
    assert world.troubles() == ["pull_txn_reused"]
    assert world.counts() == {Counted.PULLED: 1, Counted.REFUSED: 1}
    assert world.pull(txn="t-2").is_found


def test_while_a_key_is_rotated_both_work_and_then_the_new_one_alone(world: PullWorld) -> None:
    (old, *others) = world.department.keys
    until = world.now + timedelta(days=7)
    world.advance(minutes=1)
    world.change(keys=(replace(old, until=until), world.key(NEW_KEY), *others))
    assert world.pull().is_found
    assert world.pull(api_key=NEW_KEY).is_found
    # Each request under one key: the keyhash of the one does not go with the hmac of the other.
    mixed = world.request(api_key=NEW_KEY)
    assert world.send(Request(mixed.body, signed(mixed.body), mixed.ts, mixed.txn)).http_status == 401
    world.now = until
    assert world.pull().http_status == 401
    assert world.pull(api_key=NEW_KEY).is_found


def test_a_closed_endpoint_and_a_suspended_department_find_nothing(world: PullWorld) -> None:
    world.change_api(is_open=False)
    assert world.pull().result == "0"
    world.change_api(is_open=True)
    world.change(status=DepartmentStatus.SUSPENDED)
    assert world.pull().result == "0"
    assert set(world.troubles()) == {"pull_closed"}
    world.change(status=DepartmentStatus.ACTIVE)
    assert world.pull().is_found


def test_an_org_id_counts_where_the_endpoint_has_one(world: PullWorld) -> None:
    assert world.pull(world.asks(org_id="000028")).result == "0"
    assert world.troubles() == ["pull_org_id_wrong"]
    world.change_api(org_id="")
    assert world.pull(world.asks(org_id="000028")).is_found


def test_beyond_the_minutes_limit_nothing_is_used_up_and_the_next_minute_is_open(world: PullWorld) -> None:
    world.change(limits=DepartmentLimits(pulls_a_minute=2))
    assert [world.pull().result for _ in range(2)] == ["1", "1"]
    request = world.request(txn="t-9")
    pulled = world.pulls.answer(DEPARTMENT_ID, API_ID, request.headers["x-digilocker-hmac"], request.body)
    assert (pulled.end.value, pulled.again_at) == ("limit_reached", world.now + timedelta(minutes=1))
    assert world.counts() == {Counted.PULLED: 2}
    world.advance(minutes=1)
    assert world.send(request).is_found


def test_strangers_use_up_nothing_of_the_minute(world: PullWorld) -> None:
    world.change(limits=DepartmentLimits(pulls_a_minute=1))
    for _ in range(5):
        world.pull(wrong="hmac_other_key")
    assert world.pull().is_found


def test_without_a_name_or_a_parameter_nobody_is_looked_for(world: PullWorld) -> None:
    assert world.pull(world.asks(full_name="")).result == "0"
    assert world.pull(world.asks(parameters={"regno": "TN/2026/1"})).result == "0"
    assert world.pull(world.asks(parameters={"regno": "TN/2026/1", "ward_no": "  "})).result == "0"
    assert set(world.troubles()) == {"pull_name_missing", "pull_parameter_missing"}


def test_nobody_waits_for_an_officer_without_an_account_to_deliver_to(world: PullWorld) -> None:
    for digilocker_id in ("", "123", "123e4567-e89b-12d3-a456-42665544000x"):
        assert world.pull(world.asks(full_name="A Rao", digilocker_id=digilocker_id)).result == "0"
    assert set(world.troubles()) == {"pull_account_missing"}


def test_pull_doc_is_not_spoken_where_pull_uri_is_configured(world: PullWorld) -> None:
    answer = world.pull(world.asks(uri="in.gov.tn.example-TRCER-1"))
    assert answer.http_status == 400
    assert world.troubles() == ["pull_of_another_kind"]


def test_an_answer_larger_than_lambda_carries_is_not_tried() -> None:
    world = PullWorld()
    largest = ANSWER_BYTES_AT_MOST * 3 // 4
    made = world.certificate(pdf=PreparedFile("certificates/large", "0" * 64, largest))
    answer = world.pull()
    assert (answer.http_status, answer.result) == (200, "0")
    assert world.troubles() == ["pull_answer_too_large"]
    assert world.store.troubles_of(DEPARTMENT_ID, 1)[0].certificate_id == made.certificate_id
    # Its XML alone is small.
    assert world.pull(variant=Variant(format="xml")).is_found


def test_the_largest_answer_that_fits_is_given_whole() -> None:
    world = PullWorld()
    pdf = b"%PDF-1.4\n" + b"\0" * 4_000_000
    world.certificate(pdf_bytes=pdf)
    answer = world.pull()
    assert answer.is_found, answer.problems
    assert answer.pdf == pdf
    assert len(answer.body) < ANSWER_BYTES_AT_MOST


@pytest.mark.parametrize("altered", [b"", b"x", None])
def test_files_that_are_gone_or_altered_are_no_answer_and_asking_again_helps(altered: bytes | None) -> None:
    world = PullWorld()
    made = world.certificate()
    assert made.xml
    key = ready_key(made.xml)
    whole = world.documents.get(key, 10_000)
    if altered is None:
        world.documents.remove(key)
    else:
        world.documents.put(key, whole[:-1] + altered, "x")
    request = world.request()
    answer = world.send(request)
    assert (answer.http_status, answer.body) == (500, b"")
    assert world.troubles() == ["pull_content_missing"]
    world.documents.put(key, whole, "x")
    assert world.send(request).is_found


BODY = (
    '<PullURIRequest ver="3.0" ts="{ts}" txn="t" orgId="000027" keyhash="{keyhash}" format="both">'
    "{inner}</PullURIRequest>"
)
DETAILS = (
    "<DocDetails><DocType>TRCER</DocType><DigiLockerId>123e4567-e89b-12d3-a456-426655440000</DigiLockerId>"
    "<FullName>Asha Rao</FullName><DOB>04-03-1980</DOB><regno>TN/2026/1</regno><ward_no>12</ward_no>{more}</DocDetails>"
)


def body_of(world: PullWorld, inner: str = DETAILS.format(more=""), head: str = "") -> str:
    ts = world.request().ts
    return head + BODY.format(ts=ts, keyhash=hashlib.sha256(f"{API_KEY}{ts}".encode()).hexdigest(), inner=inner)


def sent(world: PullWorld, body: bytes) -> int | str:
    """The status of the answer, or of HTTP where it is not 200."""
    answer = world.send(Request(body, signed(body), world.request().ts, "t"))
    return answer.result if answer.http_status == 200 else answer.http_status


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "ascii", "latin-1"])
def test_every_encoding_that_is_what_it_says_it_is_is_read(world: PullWorld, encoding: str) -> None:
    declared = {"utf-8-sig": "utf-8", "latin-1": "iso-8859-1"}.get(encoding, encoding)
    body = body_of(world, head=f'<?xml version="1.0" encoding="{declared}"?>').encode(encoding)
    assert sent(world, body) == "1"


DTDS = (
    "<!DOCTYPE a>",
    '<!DOCTYPE a [<!ENTITY b "c">]>',
    '<!DOCTYPE a SYSTEM "http://127.0.0.1:9/x">',
    '<!DOCTYPE a [<!ENTITY % p SYSTEM "file:///etc/passwd"> %p;]>',
    '<!DOCTYPE a [<!ATTLIST PullURIRequest format CDATA "xml">]>',
)


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "latin-1", "utf-7"]
)
@pytest.mark.parametrize("dtd", DTDS)
def test_a_document_type_is_refused_in_any_encoding(world: PullWorld, encoding: str, dtd: str) -> None:
    declared = {"utf-8-sig": "utf-8", "utf-16-le": "utf-16", "utf-16-be": "utf-16"}.get(encoding, encoding)
    for head in (f'<?xml version="1.0" encoding="{declared}"?>{dtd}', dtd):
        assert sent(world, body_of(world, head=head).encode(encoding)) == 400


@pytest.mark.parametrize(
    "more",
    [
        "&undefined;",
        "<x>" * 10 + "</x>" * 10,
        "<deep><er/></deep>",
        "<regno>TN/2026/2</regno>",
        "<REGNO>TN/2026/2</REGNO>",
        "<fullname>Meena</fullname>",
        "<x/>" + "".join(f"<p{n}/>" for n in range(100)),
        f"<long>{'x' * 2000}</long>",
        f"<{'n' * 200}/>",
        "</DocDetails><DocDetails>",
        "<ns2:x/>",
    ],
)
def test_what_could_be_read_in_two_ways_or_without_end_is_malformed(world: PullWorld, more: str) -> None:
    assert sent(world, body_of(world, DETAILS.format(more=more)).encode()) == 400


@pytest.mark.parametrize(
    "inner",
    ["", "<DocDetails/>" * 2, "<Other><DocDetails/></Other>", "<docdetails><DocType>TRCER</DocType></docdetails>"],
)
def test_a_pull_has_one_doc_details(world: PullWorld, inner: str) -> None:
    assert sent(world, body_of(world, inner).encode()) == 400


def test_attributes_that_are_there_twice_under_two_spellings_are_malformed(world: PullWorld) -> None:
    body = body_of(world).replace("keyhash=", 'KeyHash="0" keyhash=')
    assert sent(world, body.encode()) == 400


def test_a_txn_is_wanted_and_may_be_anything_short(world: PullWorld) -> None:
    assert sent(world, body_of(world).replace('txn="t"', 'txn=" "').encode()) == 400
    assert sent(world, body_of(world).replace(' txn="t"', "").encode()) == 400
    assert sent(world, body_of(world).replace('txn="t"', f'txn="{"t" * 257}"').encode()) == 400
    for txn in ("x" * 256, "&lt;&amp;'", "हिन्दी", "../../etc", "{txn}"):
        assert sent(world, body_of(world).replace('txn="t"', f'txn="{txn}"').encode()) == "1"


def test_comments_and_cdata_cut_no_value_short(world: PullWorld) -> None:
    body = body_of(world).replace("TN/2026/1", "TN/20<!-- x -->26<![CDATA[/1]]>")
    assert sent(world, body.encode()) == "1"


def test_a_body_of_more_than_64_kib_is_malformed_though_it_is_signed(world: PullWorld) -> None:
    padded = body_of(world).encode() + b" " * 64 * 1024
    assert sent(world, padded) == 400
    photo = DETAILS.format(more=f"<Photo>{'A' * 60_000}</Photo><UID>5f4dcc3b5aa765d61d8327deb882cf99</UID>")
    assert sent(world, body_of(world, photo).encode()) == "1"


def test_what_is_asked_of_nobody_in_particular_finds_nobody(world: PullWorld) -> None:
    """A type without search parameters is not found by its name alone."""
    world.change_type(search=(), when_not_found=WhenNotMatched.REFUSE)
    assert world.pull().result == "0"
    world.change_type(search=(SearchParameter("fullname", "holder.name", "Name"),))
    world.change_api(default_format=PullFormat.XML)
    assert world.pull().result == "0"
