"""Pull URI over HTTP: the simulated DigiLocker asks in every form, byte for byte, and finds fault with no answer."""

from __future__ import annotations

import http.client
import io
import logging
from collections.abc import Iterator
from datetime import timedelta
from urllib.parse import urlsplit

import pytest

from chalicelib.domain.departments.departments import PullFormat, PullKind
from chalicelib.domain.departments.statistics import Counted
from chalicelib.handlers.logs import logger
from chalicelib.suite import suite
from infra.local.digilocker.pull_variants import VARIANTS, WRONG, Variant
from infra.local.laptop import Laptop
from tests.engines import on_both_engines
from tests.journeys.issuers import row
from tests.journeys.pullers import Puller, new_puller
from tests.journeys.staff import staff_member

# What nobody may be answered, or as not found.
ENDS = {
    **dict.fromkeys(("hmac_missing", "hmac_short", "hmac_other_key", "hmac_other_body"), 401),
    **dict.fromkeys(("keyhash_other_ts", "keyhash_missing"), 401),
    **dict.fromkeys(("dtd", "bomb", "utf16", "not_xml", "format_garbage"), 400),
    "doctype_unknown": "0",
    # Only told, unless the endpoint is set to refuse.
    "stale": "1",
}


@pytest.fixture
def puller(laptop: Laptop) -> Puller:
    return new_puller(laptop)


def test_a_certificate_issued_through_the_api_is_found_at_once(puller: Puller) -> None:
    (result,) = puller.issuer.issued(row(holder_name="Asha Rao", holder_born_on="04-03-1980", holder_gender="F"))
    assert result["status"] == "active", result
    made = puller.issuer.stored(result["certificate_id"])
    answer = puller.pull(puller.asks(parameters={"REGNO": made.number}))
    assert answer.is_found, answer.problems
    assert made.pdf
    assert made.xml
    assert answer.pdf == suite().documents.get(made.pdf.key, made.pdf.size)
    assert answer.data == suite().documents.get(made.xml.key, made.xml.size)
    assert answer.uri == made.uri == result["uri"]


def test_a_certificate_is_found_in_every_form_that_is_in_the_field(puller: Puller) -> None:
    for name, variant in VARIANTS.items():
        answer = puller.pull(variant=name)
        assert answer.is_found, (name, answer.http_status, answer.problems)
        assert answer.uri == puller.certificate.uri
        assert (answer.pdf is None) == (variant.format == "xml")
        assert answer.content_type == "application/xml"
    assert puller.counts() == {Counted.PULLED: len(VARIANTS)}
    assert puller.troubles() == []


@pytest.mark.parametrize("wrong", WRONG)
def test_what_is_wrong_ends_as_the_field_has_it(puller: Puller, wrong: str) -> None:
    answer = puller.pull(wrong=wrong)
    assert (answer.result or answer.http_status) == ENDS[wrong]
    if answer.http_status != 200:
        assert answer.body == b""


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "utf-16-le", "latin-1"])
def test_the_exact_bytes_reach_the_hmac_whatever_they_are(puller: Puller, encoding: str) -> None:
    """Whatever API Gateway took for text would arrive changed."""
    request = puller.request()
    declared = {"utf-8-sig": "utf-8", "utf-16-le": "utf-16", "latin-1": "iso-8859-1"}.get(encoding, encoding)
    text = request.body.decode().replace("UTF-8", declared)
    if encoding == "utf-16-le":
        text = "\ufeff" + text
    for ending in ("", "\n", "\r\n\r\n"):
        sent = puller.signed((text + ending).replace(request.txn, request.txn + str(len(ending))).encode(encoding))
        answer = puller.send(sent)
        assert (answer.http_status, answer.result) == (200, "1"), answer
    garbage = puller.signed(b"\xff\xfe\x00\xd8" + bytes(range(256)))
    assert puller.send(garbage).http_status == 400


def test_any_client_gets_xml_whatever_it_accepts(puller: Puller) -> None:
    """API Gateway would hand base64 to who does not say `Accept: application/xml` first."""
    parts = urlsplit(puller.url())
    for accept in (None, "*/*", "application/xml", "text/html, application/xml"):
        request = puller.request()
        connection = http.client.HTTPConnection(parts.netloc, timeout=30)
        try:
            headers = dict(request.headers) | ({"Accept": accept} if accept else {})
            connection.request("POST", parts.path, body=request.body, headers=headers)
            answer = connection.getresponse()
            assert answer.read().startswith(b"<?xml"), accept
            assert answer.headers["Cache-Control"] == "no-store"
        finally:
            connection.close()


def test_another_content_type_is_not_taken(puller: Puller) -> None:
    for content_type in ("application/json", "text/plain", "application/x-www-form-urlencoded"):
        answer = puller.pull(variant=Variant(content_type=content_type))
        assert answer.http_status == 415


def test_an_unknown_endpoint_is_told_like_a_wrong_key(puller: Puller) -> None:
    request = puller.request()
    for department_id, api_id in ((puller.issuer.department_id, "x" * 22), ("x" * 22, puller.apis[PullKind.PULL_URI])):
        parts = urlsplit(puller.laptop.site_url)
        connection = http.client.HTTPConnection(parts.netloc, timeout=30)
        try:
            path = f"/digilocker/pull/{department_id}/{api_id}"
            connection.request("POST", path, body=request.body, headers=dict(request.headers))
            answer = connection.getresponse()
            assert (answer.status, answer.read()) == (401, b"")
        finally:
            connection.close()


def test_pull_doc_answers_for_accounts_that_speak_it_still(puller: Puller) -> None:
    asked = puller.asks(uri=puller.certificate.uri)
    for variant in ("v1.13", "old", "crlf"):
        answer = puller.pull(asked, variant)
        assert answer.is_found, answer.problems
        assert answer.pdf
    assert puller.pull(puller.asks(uri=puller.certificate.uri + "X")).result == "0"


@on_both_engines
@pytest.mark.parametrize(
    "uri", ["अ" * 1000, "in.gov.tn.x-TRCER-" + "9" * 900, "-", "uri#in.gov.tn.x-TRCER-1", "\u202e\u2028"]
)
def test_what_is_no_uri_is_nobodys(puller: Puller, uri: str) -> None:
    """A key of the table is 2 KB at most: DigiLocker would be told to ask again, for ever."""
    assert puller.pull(puller.asks(uri=uri)).result == "0"


def test_whatever_a_citizen_types_in_is_looked_for_and_found_to_be_nobodys(puller: Puller) -> None:
    for typed in ("अ" * 1000, "\ufdfa" * 1000, "\u202e1\u2066", "'; --", "<b>&amp;</b>", "=1+1", "{number}"):
        asked = puller.asks(parameters={"REGNO": typed}, full_name=typed)
        assert puller.pull(asked).result == "0", typed


def test_a_revoked_certificate_is_found_no_more(puller: Puller) -> None:
    assert puller.pull().is_found
    officer = staff_member(puller.laptop, "department_officer", puller.issuer.department_id)
    path = f"{puller.issuer.path}/certificates/{puller.certificate.certificate_id}/revocation"
    officer.call("POST", path, {"reason": "Issued in error"}).demand(200)
    assert puller.pull().result == "0"
    assert puller.pull(puller.asks(uri=puller.certificate.uri)).result == "0"


def test_while_a_key_is_rotated_both_work_until_the_old_ones_date(puller: Puller) -> None:
    until = puller.laptop.clock() + timedelta(days=7)
    new = puller.rotate(until=until)
    assert puller.pull().is_found
    assert puller.pull(api_key=new).is_found
    puller.laptop.clock.advance(hours=7 * 24)
    assert puller.pull().http_status == 401
    assert puller.pull(api_key=new).is_found


def test_the_same_request_again_is_answered_the_same_and_counted_once(puller: Puller) -> None:
    request = puller.request()
    assert len({puller.send(request).body for _ in range(3)}) == 1
    changed = puller.request(variant="crlf", txn=request.txn)
    assert puller.send(changed).result == "0"
    assert puller.counts() == {Counted.PULLED: 1, Counted.REFUSED: 1}
    assert puller.troubles() == ["pull_txn_reused"]


def test_beyond_the_minutes_limit_digilocker_is_told_when_to_come_again(puller: Puller) -> None:
    limits = puller.department.limits
    puller.issuer.change(limits=type(limits)(pulls_a_minute=2))
    answers = [puller.pull().http_status for _ in range(5)]
    # A new minute may have begun meanwhile.
    assert answers.count(429) >= 1
    assert "pull_limit_reached" in puller.troubles()
    puller.laptop.clock.advance(minutes=1)
    assert puller.pull().is_found


@pytest.mark.parametrize(
    ("service", "operation"), [("dynamodb", "GetItem"), ("dynamodb", "Query"), ("s3", "GetObject")]
)
def test_what_cannot_be_answered_now_is_no_answer_and_helps_when_repeated(
    puller: Puller, service: str, operation: str
) -> None:
    request = puller.request()
    with puller.laptop.faults.during(service, operation):
        answer = puller.send(request)
    assert (answer.http_status, answer.body) == (500, b"")
    assert puller.send(request).is_found


def test_the_default_format_is_the_endpoints(puller: Puller) -> None:
    for default in PullFormat:
        apis = tuple(type(api)(api.api_id, api.kind, api.doctypes, "", default) for api in puller.department.pull_apis)
        puller.issuer.change(pull_apis=apis)
        answer = puller.pull(variant=Variant(format=None))
        assert (answer.pdf is None) == (default is PullFormat.XML)
        assert answer.data


@pytest.fixture
def logged(puller: Puller) -> Iterator[io.StringIO]:
    """What the suite logs, as Lambda would take it from the standard output."""
    assert puller.pull().is_found
    handlers = [one for one in logger().handlers if isinstance(one, logging.StreamHandler)]
    buffer = io.StringIO()
    before = [handler.setStream(buffer) for handler in handlers]
    yield buffer
    for handler, stream in zip(handlers, before, strict=True):
        handler.setStream(stream)


def test_nothing_personal_is_logged(puller: Puller, logged: io.StringIO) -> None:
    asked = puller.asks(full_name="A Rao", parameters={"REGNO": puller.certificate.number, "UID": "5f4dcc3b5aa765d61d"})
    for one in (puller.asks(), asked, puller.asks(full_name="Meena")):
        puller.pull(one)
    for wrong in WRONG:
        puller.pull(wrong=wrong)
    with puller.laptop.faults.during("s3", "GetObject"):
        puller.pull()
    out = logged.getvalue()
    assert '"end":"found"' in out
    assert '"end":"failed"' in out
    personal = ("Asha", "A Rao", "Meena", puller.certificate.number, "5f4dcc", "1980", puller.keys["now"], "PullURI")
    assert [one for one in personal if one in out] == []


def test_a_pull_costs_two_reads_one_read_of_the_documents_and_three_writes(puller: Puller) -> None:
    puller.pull()
    puller.laptop.calls.clear()
    assert puller.pull().is_found
    made = puller.laptop.calls.by("POST /digilocker/pull/{department_id}/{api_id}")
    assert [call.operation for call in made] == [
        "GetItem",
        # The minute's limit, and the txn.
        "UpdateItem",
        "PutItem",
        "Query",
        "GetObject",
        # The page's count.
        "UpdateItem",
    ]
