"""The simulator calls a Pull URI in every form seen in the field, and finds fault with answers as DigiLocker would."""

import base64
import hashlib
import hmac
import json
import xml.etree.ElementTree as ET
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest

from infra.local.digilocker import pull_caller
from infra.local.digilocker.clients import PullEndpoint
from infra.local.digilocker.pull_answers import PullAnswer
from infra.local.digilocker.pull_variants import VARIANTS, WRONG, Pull, request, signature
from infra.local.digilocker.simulator import DigiLocker
from infra.local.http_server import HttpAnswer, HttpRequest, serving
from tests.local.digilocker_calls import bearer, call, tokens

NOW = datetime(2026, 8, 19, 8, 23, 7, tzinfo=UTC)
KEY = "test-issuer-api-key-0001"
ASKED = Pull("TRCER", "org-1", {"REGNO": "TR/1 & 2"}, "Zeenat Zaheer", date(1984, 3, 7), "d" * 36)
Issuer = Callable[[Callable[[HttpRequest], HttpAnswer]], str]


@pytest.fixture
def issuer() -> Iterator[Issuer]:
    answering: list[Callable[[HttpRequest], HttpAnswer]] = []

    def answer(asked: HttpRequest) -> HttpAnswer:
        return answering[0](asked)

    with serving(0, answer) as origin:

        def answer_with(chosen: Callable[[HttpRequest], HttpAnswer]) -> str:
            answering[:] = [chosen]
            return f"{origin}/pull"

        yield answer_with


def answered(
    asked: HttpRequest,
    *,
    status: str = "1",
    data: bytes = b"<Certificate/>",
    pdf: bytes | None = b"%PDF-1.4",
    ts: str = "",
    uri: str = "in.gov.x-TRCER-A1",
) -> HttpAnswer:
    """A right answer, but for what is said otherwise."""
    root = ET.fromstring(asked.body)
    ts, txn = ts or root.attrib["ts"], root.attrib["txn"]
    content = f"<DocContent>{base64.b64encode(pdf).decode()}</DocContent>" if pdf else ""
    details = (
        '<DocDetails><IssuedTo><Persons><Person name="Zeenat Zaheer" dob="07-03-1984" gender="Female" phone=""/>'
        f"</Persons></IssuedTo><URI>{uri}</URI>{content}"
        f"<DataContent>{base64.b64encode(data).decode()}</DataContent></DocDetails>"
    )
    body = (
        '<PullURIResponse xmlns:ns2="http://tempuri.org/">'
        f'<ResponseStatus Status="{status}" ts="{ts}" txn="{txn}">{status}</ResponseStatus>'
        f"{details if status == '1' else ''}</PullURIResponse>"
    )
    return HttpAnswer(200, [("Content-Type", "application/xml")], body.encode())


def test_the_vectors_of_the_published_formulas() -> None:
    body = b"<PullURIRequest>test</PullURIRequest>"
    assert signature(body, KEY, "raw") == "b3ytfu1oqxr0hAnr2g7HBfz9WTAylcw4FmTRcBNAzwU="
    assert len(signature(body, KEY, "hex")) == 88
    made = request(ASKED, KEY, VARIANTS["v1.13"], NOW)
    root = ET.fromstring(made.body)
    assert root.attrib["ts"] == made.ts == "2026-08-19T13:53:07+05:30"
    assert root.attrib["keyhash"] == "b94a38ad26c9a388728d8ea216f28db656fe2ffceb6d74fdf2eab39d081c3109"


@pytest.mark.parametrize("name", VARIANTS)
def test_each_form_is_well_formed_and_signed_over_its_exact_bytes(name: str) -> None:
    made = request(ASKED, KEY, VARIANTS[name], NOW)
    given = base64.b64decode(made.headers["x-digilocker-hmac"])
    right = hmac.new(KEY.encode(), made.body, hashlib.sha256)
    assert given in {right.digest(), right.hexdigest().encode()}
    texts = {one.tag.rpartition("}")[2]: (one.text or "").strip() for one in ET.fromstring(made.body).iter()}
    assert (texts["DocType"], texts["REGNO"], texts["DOB"]) == ("TRCER", "TR/1 & 2", "07-03-1984")


def test_the_forms_differ_as_they_do_in_the_field() -> None:
    made = {name: request(ASKED, KEY, variant, NOW).body for name, variant in VARIANTS.items()}
    assert made["bom"].startswith(b"\xef\xbb\xbf")
    assert b"\r\n" in made["crlf"]
    assert made["newline"].endswith(b"\n\n")
    assert b"<DocType>\n" in made["padded"]
    assert b"format=" not in made["ns2-raw-none"]
    assert b"pullurirequest" in made["issuer_v1-hex-xml"]
    assert b"<ns2:DocType>" in made["prefixed"]
    assert tuple(part for part in (b'ver="1.0"', b"orgid=", b"keyHash=") if part in made["old"]) == (
        b'ver="1.0"',
        b"orgid=",
        b"keyHash=",
    )


@pytest.mark.parametrize("wrong", WRONG)
def test_each_wrong_request_is_wrong(wrong: str) -> None:
    right = request(ASKED, KEY, VARIANTS["v1.13"], NOW, txn="t")
    spoiled = request(ASKED, KEY, VARIANTS["v1.13"], NOW, txn="t", wrong=wrong)
    assert (spoiled.body, spoiled.headers) != (right.body, right.headers)


def pulled(issuer: Issuer, answer: Callable[[HttpRequest], HttpAnswer], variant: str = "v1.13") -> PullAnswer:
    return pull_caller.pull(issuer(answer), KEY, ASKED, variant, now=NOW)


def test_a_right_answer_is_found_in(issuer: Issuer) -> None:
    answer = pulled(issuer, answered)
    assert answer.is_found, answer.problems
    assert (answer.uri, answer.pdf, answer.data) == ("in.gov.x-TRCER-A1", b"%PDF-1.4", b"<Certificate/>")
    assert answer.persons[0].name == "Zeenat Zaheer"


@pytest.mark.parametrize(
    ("spoil", "problem"),
    [
        (lambda asked: answered(asked, ts="2026-01-01T00:00:00+05:30"), "ts is not the request's"),
        (lambda asked: answered(asked, pdf=None), "DocContent is missing"),
        (lambda asked: answered(asked, pdf=b"GIF89a"), "DocContent is no PDF"),
        (lambda asked: answered(asked, data=b"<Other/>"), "DataContent is no certificate XML"),
        (lambda asked: answered(asked, uri="A1"), "the URI is not IssuerId-DocType-DocId of the type asked for"),
        (lambda asked: answered(asked, status="2"), "Status is none of 0, 1, 9"),
        (lambda asked: replace(answered(asked), status=500), "HTTP status 500"),
        (lambda asked: replace(answered(asked), headers=[("Content-Type", "text/html")]), "Content-Type is not XML"),
    ],
)
def test_what_is_wrong_with_an_answer_is_told(
    issuer: Issuer, spoil: Callable[[HttpRequest], HttpAnswer], problem: str
) -> None:
    answer = pulled(issuer, spoil)
    assert problem in answer.problems
    assert not answer.is_found


def test_pending_and_not_found_are_no_mistakes(issuer: Issuer) -> None:
    assert pulled(issuer, lambda asked: answered(asked, status="9")).is_pending
    none = pulled(issuer, lambda asked: answered(asked, status="0"))
    assert (none.result, none.problems) == ("0", ())


def test_a_citizens_pull_goes_to_the_issuers_own_address(digilocker: DigiLocker, issuer: Issuer) -> None:
    url = issuer(answered)
    client = digilocker.clients["TESTCLIENT1"]
    client.endpoints = [PullEndpoint(url, KEY, "org", ("TRCER",))]
    zeenat = tokens(digilocker)
    form = {"orgid": "009001", "doctype": "TRCER", "consent": "Y", "REGNO": "1"}

    def pull() -> dict[str, str]:
        path = "/public/oauth2/1/pull/pulldocument"
        told: dict[str, str] = call(digilocker, path, form, Authorization=bearer(zeenat)).json()
        return told

    issuer(lambda asked: answered(asked, status="9"))
    assert pull()["error"] == "pull_response_pending"
    issuer(lambda asked: answered(asked, status="0"))
    assert pull()["error"] == "record_not_found"
    issuer(lambda _: HttpAnswer(200, [], b"nonsense"))
    assert "#ISR400" in pull()["error_description"]
    issuer(answered)
    assert pull() == {"uri": "in.gov.x-TRCER-A1"}
    assert pull()["error"] == "uri_exists"
    got = call(digilocker, "/public/oauth2/1/file/in.gov.x-TRCER-A1", Authorization=bearer(zeenat))
    assert got.body == b"%PDF-1.4"


def test_the_page_calls_in_every_form_and_wrongly(digilocker: DigiLocker, issuer: Issuer) -> None:
    def strict(asked: HttpRequest) -> HttpAnswer:
        header = next((value for name, value in asked.headers if name.lower() == "x-digilocker-hmac"), "")
        right = header in {signature(asked.body, KEY, "raw"), signature(asked.body, KEY, "hex")}
        return answered(asked, pdf=b"%PDF-1.4" if b'"xml"' not in asked.body else None) if right else HttpAnswer(401)

    form = {"url": issuer(strict), "api_key": KEY, "doctype": "TRCER", "name1": "REGNO", "value1": "1"}
    rows = call(digilocker, "/pulls", form | {"variant": "every"}, Accept="application/json").json()
    assert [row["variant"] for row in rows] == list(VARIANTS)
    assert {row["answer"] for row in rows} == {"HTTP 200, found"}
    assert all(row["problems"] == [] for row in rows)
    (row,) = call(digilocker, "/pulls", form | {"variant": "hmac_short"}, Accept="application/json").json()
    assert row["answer"] == "HTTP 401"
    assert call(digilocker, "/pulls", form | {"variant": "none"}, Accept="application/json").status == 400
    page = call(digilocker, "/pulls", form | {"variant": "bom"}, Accept="text/html").body.decode()
    assert "HTTP 200, found" in page
    assert json.dumps(KEY)[1:-1] in page
