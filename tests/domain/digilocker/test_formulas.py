"""DigiLocker's formulas against the vectors that were computed by hand (made-up keys)."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.domain.digilocker import formulas
from chalicelib.domain.digilocker.formulas import HmacForm

API_KEY = b"test-issuer-api-key-0001"
BODY = b"<PullURIRequest>test</PullURIRequest>"
RAW = "b3ytfu1oqxr0hAnr2g7HBfz9WTAylcw4FmTRcBNAzwU="
HEX = "NmY3Y2FkN2VlZDY4YWIxYWY0ODQwOWViZGEwZWM3MDVmY2ZkNTkzMDMyOTVjYzM4MTY2NGQxNzAxMzQwY2YwNQ=="
SECRET = b"test-client-secret-0001"
CLIENT = {"clientid": "TESTCLIENT1", "ts": "1787127787"}


def test_the_hmac_of_a_body_is_taken_in_both_forms_that_are_seen_in_the_field() -> None:
    assert formulas.is_body_hmac(RAW, API_KEY, BODY) is HmacForm.RAW
    assert formulas.is_body_hmac(HEX, API_KEY, BODY) is HmacForm.HEX
    assert (len(RAW), len(HEX)) == (formulas.RAW_SIGNS, formulas.HEX_SIGNS)


@pytest.mark.parametrize(
    "header",
    [None, "", "b3yt", RAW[:-1], RAW + "=", HEX[:-2], RAW.lower(), "é" * 44, "\udce9" * 44, "\ud800", RAW + HEX],
    ids=["none", "empty", "short", "raw-cut", "raw-padded", "hex-cut", "lower", "latin", "surrogates", "half", "both"],
)
def test_a_header_that_is_missing_short_long_or_strange_is_no_hmac(header: str | None) -> None:
    assert formulas.is_body_hmac(header, API_KEY, BODY) is None


@pytest.mark.parametrize("body", [b"\xef\xbb\xbf" + BODY, BODY + b"\n", BODY + b"\r\n", BODY.replace(b"t<", b"t\r\n<")])
def test_one_byte_more_is_another_body(body: bytes) -> None:
    assert formulas.is_body_hmac(RAW, API_KEY, body) is None
    assert formulas.is_body_hmac(HEX, API_KEY, body) is None


@given(st.binary(min_size=1, max_size=64), st.binary(max_size=300), st.sampled_from(HmacForm))
def test_what_is_made_in_a_form_is_found_in_that_form_and_under_no_other_key(
    key: bytes, body: bytes, form: HmacForm
) -> None:
    header = formulas.body_hmac(key, body, form)
    assert formulas.is_body_hmac(header, key, body) is form
    assert formulas.is_body_hmac(header, key + b"x", body) is None


def test_the_keyhash_is_of_its_own_ts_alone() -> None:
    ts = "2026-08-19T13:53:07+05:30"
    hashed = "b94a38ad26c9a388728d8ea216f28db656fe2ffceb6d74fdf2eab39d081c3109"
    assert formulas.keyhash(API_KEY, ts) == hashed
    assert formulas.is_keyhash(hashed, API_KEY, ts)
    assert not formulas.is_keyhash(hashed, API_KEY, "2026-08-19T13:53:08+05:30")
    assert not formulas.is_keyhash(hashed.upper(), API_KEY, ts)
    assert not formulas.is_keyhash(None, API_KEY, ts)


@pytest.mark.parametrize(
    ("call", "fields", "hashed"),
    [
        ("issuers", {}, "44703892cbac5cf29a7aa9d854d2b44f66ef587985f85811762228882cb4d29d"),
        ("doctype", {"orgid": "000027"}, "77e5bedd8626fabd05bb922cd1e445f0c0469fad3ba22b5412cabaf15b68cf81"),
        (
            "parameters",
            {"orgid": "000027", "doctype": "PANCR"},
            "b969e0b74ef3ae33ce45e2fb7c22bf77c29c3f2c024e1497163e44441f77be41",
        ),
    ],
)
def test_discovery_calls(call: str, fields: dict[str, str], hashed: str) -> None:
    assert formulas.discovery_hmac(formulas.DISCOVERY_ORDERS[call], SECRET, CLIENT | fields) == hashed


def test_a_push_is_the_ordered_concatenation_and_an_absent_field_is_an_empty_one() -> None:
    fields = CLIENT | {
        "digilockerid": "123e4567-e89b-12d3-a456-426655440000",
        "uri": "in.gov.tn.example-TRCER-A7K2M9X4QZ",
        "doctype": "TRCER",
        "description": "Trade Registration Certificate",
        "docid": "A7K2M9X4QZ",
        "issuedate": "01042026",
        "action": "A",
    }
    hashed = "1235df0ed6ba20ca690a6ef959a79c3cdd5cd2bee532418d4e2a3c6afbebf4e9"
    assert formulas.push_hmac(SECRET, fields) == hashed
    assert formulas.push_hmac(SECRET, fields | {"validfrom": "", "doccontent": ""}) == hashed
    assert formulas.push_hmac(SECRET, fields | {"action": "D"}) != hashed


def test_the_hmac_of_a_file() -> None:
    content = b"%PDF-1.4\n%synthetic\n%%EOF\n"
    assert formulas.file_hmac(SECRET, content) == "zX0ZSgHqmT48ngYVCAsVFvlfF1WK6D541pNGxysNcQ8="
    assert formulas.is_file_hmac("zX0ZSgHqmT48ngYVCAsVFvlfF1WK6D541pNGxysNcQ8=", SECRET, content)
    assert not formulas.is_file_hmac("zX0ZSgHqmT48ngYVCAsVFvlfF1WK6D541pNGxysNcQ8=", SECRET, content + b"\n")
    assert not formulas.is_file_hmac(None, SECRET, content)
    assert not formulas.is_file_hmac("", SECRET, content)


def test_the_pkce_challenge() -> None:
    verifier = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
    assert formulas.challenge_of(verifier) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"
