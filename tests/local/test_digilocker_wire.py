"""The simulated DigiLocker speaks DigiLocker's wire, and is strict where that is."""

import hashlib
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qsl, quote, urlsplit

import pytest

from infra.local.digilocker.simulator import DigiLocker
from infra.local.digilocker.wire import challenge_of, file_hmac, sha256_hex
from tests.local.digilocker_calls import (
    NOW,
    REDIRECT,
    SECRET,
    VERIFIER,
    Got,
    Time,
    authorize_url,
    basic,
    bearer,
    call,
    code_of,
    exchange,
    refresh,
    tokens,
)


def test_a_citizen_allows_and_the_files_come_with_their_hmac(digilocker: DigiLocker) -> None:
    answered = tokens(digilocker)
    assert answered["dob"] == "07031984"
    assert "issued/in.gov.pan-PANCR-ZZZPZ9999Z" in answered["scope"]
    user = call(digilocker, "/public/oauth2/1/user", Authorization=bearer(answered)).json()
    assert user["digilockerid"] == answered["digilockerid"]
    items = call(digilocker, "/public/oauth2/2/files/issued", Authorization=bearer(answered)).json()["items"]
    assert [item["doctype"] for item in items] == ["PANCR", "DRVLC"]
    for kind in ("file", "xml"):
        uri = quote(items[0]["uri"], safe="")
        got = call(digilocker, f"/public/oauth2/1/{kind}/{uri}", Authorization=bearer(answered))
        assert got.headers["hmac"] == file_hmac(SECRET, got.body)
    assert b"ZZZPZ9999Z" in got.body


def test_the_file_hmac_is_that_of_the_vector() -> None:
    right = "zX0ZSgHqmT48ngYVCAsVFvlfF1WK6D541pNGxysNcQ8="
    assert file_hmac(SECRET, b"%PDF-1.4\n%synthetic\n%%EOF\n") == right
    assert challenge_of(VERIFIER) == "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"code_challenge_method": "plain"}, "invalid_request"),
        ({"code_challenge": ""}, "invalid_request"),
        ({"state": ""}, "invalid_request"),
        ({"purpose": "My documents!"}, "invalid_request"),
        ({"service_name": ""}, "invalid_request"),
        ({"req_doctype": "ADHAR"}, "invalid_scope"),
        ({"consent_valid_till": "1700000000"}, "invalid_request"),
        ({"verified_mobile": "9876543210"}, "invalid_request"),
    ],
)
def test_a_bad_authorize_call_goes_back_with_an_error(
    digilocker: DigiLocker, changed: dict[str, str], error: str
) -> None:
    url = authorize_url(digilocker, **changed).removeprefix(digilocker.url)
    location = call(digilocker, url, Accept="application/json").json()["location"]
    assert dict(parse_qsl(urlsplit(location).query))["error"] == error


def test_nobody_is_sent_to_an_address_that_is_not_registered(digilocker: DigiLocker) -> None:
    for changed in ({"redirect_uri": REDIRECT + "/"}, {"redirect_uri": REDIRECT + "?a=1"}, {"client_id": "X"}):
        url = authorize_url(digilocker, **changed).removeprefix(digilocker.url)
        got = call(digilocker, url, Accept="text/html")
        assert got.status == 400
        assert "location" not in got.headers


@pytest.mark.parametrize(
    "changed",
    [
        {"redirect_uri": REDIRECT + "/"},
        {"code_verifier": VERIFIER[:-1] + "l"},
        {"client_secret": "wrong"},
        {"code": "nonsense"},
        {"grant_type": "password"},
    ],
)
def test_a_code_is_exchanged_on_its_own_terms_only(digilocker: DigiLocker, changed: dict[str, str]) -> None:
    code = code_of(digilocker.allow(authorize_url(digilocker), "Zeenat Zaheer"))
    assert exchange(digilocker, code, **changed).status == 400


def test_a_secret_in_header_and_form_is_refused(digilocker: DigiLocker) -> None:
    code = code_of(digilocker.allow(authorize_url(digilocker), "Zeenat Zaheer"))
    form = {"grant_type": "authorization_code", "code": code, "client_id": "TESTCLIENT1", "client_secret": SECRET}
    assert call(digilocker, "/public/oauth2/1/token", form, Authorization=basic()).status == 400


def test_a_code_works_once_and_coming_again_ends_what_it_gave(digilocker: DigiLocker) -> None:
    code = code_of(digilocker.allow(authorize_url(digilocker), "Zeenat Zaheer"))
    first = exchange(digilocker, code).json()
    assert exchange(digilocker, code).json()["error"] == "invalid_grant"
    assert call(digilocker, "/public/oauth2/1/user", Authorization=bearer(first)).status == 401


def test_a_code_ends_after_ten_minutes(digilocker: DigiLocker, simulated_time: Time) -> None:
    code = code_of(digilocker.allow(authorize_url(digilocker), "Zeenat Zaheer"))
    simulated_time.now += timedelta(minutes=10)
    assert exchange(digilocker, code).json()["error"] == "invalid_grant"


def test_with_openid_there_is_an_id_token_and_no_refresh_token(digilocker: DigiLocker) -> None:
    url = authorize_url(digilocker, scope="openid")
    answered = exchange(digilocker, code_of(digilocker.allow(url, "Zeenat Zaheer")), "2").json()
    assert answered["id_token"].count(".") == 2
    assert "refresh_token" not in answered


def test_of_two_that_refresh_at_once_one_gets_new_tokens(digilocker: DigiLocker) -> None:
    answered = tokens(digilocker)
    with ThreadPoolExecutor(4) as pool:
        got = list(pool.map(lambda _: refresh(digilocker, answered["refresh_token"]), range(4)))
    assert sorted(one.status for one in got) == [200, 400, 400, 400]
    fresh = next(one.json() for one in got if one.status == 200)
    assert call(digilocker, "/public/oauth2/1/user", Authorization=bearer(answered)).status == 401
    assert call(digilocker, "/public/oauth2/1/user", Authorization=bearer(fresh)).status == 200


def test_a_token_ends_with_its_hour_and_with_its_revocation(digilocker: DigiLocker, simulated_time: Time) -> None:
    answered = tokens(digilocker)
    simulated_time.now += timedelta(hours=1)
    assert call(digilocker, "/public/oauth2/1/user", Authorization=bearer(answered)).status == 401
    fresh = refresh(digilocker, answered["refresh_token"]).json()
    revoked = call(digilocker, "/public/oauth2/1/revoke", {"token": fresh["refresh_token"]}, Authorization=basic())
    assert revoked.status == 200
    assert call(digilocker, "/public/oauth2/1/user", Authorization=bearer(fresh)).status == 401
    assert refresh(digilocker, fresh["refresh_token"]).json()["error"] == "invalid_grant"


def test_a_document_that_was_not_agreed_to_is_not_given(digilocker: DigiLocker) -> None:
    code = code_of(digilocker.allow(authorize_url(digilocker), "Zeenat Zaheer", ["PANCR"]))
    answered = exchange(digilocker, code).json()
    licence = digilocker.citizens.named("Zeenat Zaheer").of_type("DRVLC")
    assert licence is not None
    got = call(digilocker, f"/public/oauth2/1/file/{licence.uri}", Authorization=bearer(answered))
    assert (got.status, got.json()["error"]) == (403, "insufficient_scope")
    got = call(digilocker, "/public/oauth2/1/file/in.gov.pan-PANCR-NOBODY", Authorization=bearer(answered))
    assert (got.status, got.json()["error"]) == (404, "invalid_uri")


def push_form(digilocker: DigiLocker, **changed: str) -> dict[str, str]:
    zinal = digilocker.citizens.named("Zinal Zaveri")
    form = {
        "clientid": "TESTCLIENT1", "digilockerid": zinal.digilocker_id,
        "uri": "in.gov.tn.example-TRCER-A7K2M9X4QZ", "doctype": "TRCER",
        "description": "Trade Registration Certificate", "docid": "A7K2M9X4QZ", "issuedate": "01042026",
        "action": "A", "ts": str(int(NOW.timestamp())),
    } | changed  # fmt: skip
    order = (
        "clientid", "digilockerid", "uri", "doctype", "description", "docid", "issuedate", "validfrom", "validto",
        "action", "ts", "doccontent", "datacontent",
    )  # fmt: skip
    form["hmac"] = hashlib.sha256((SECRET + "".join(form.get(name, "") for name in order)).encode()).hexdigest()
    return form | {name: value for name, value in changed.items() if name == "hmac"}


def push(digilocker: DigiLocker, **changed: str) -> Got:
    return call(digilocker, "/public/account/1/pushuri", push_form(digilocker, **changed))


def test_a_push_puts_changes_and_takes_away(digilocker: DigiLocker) -> None:
    zinal = digilocker.citizens.named("Zinal Zaveri")
    got = push(digilocker)
    assert (got.status, got.body) == (200, b"")
    assert [one.uri for one in digilocker.accounts.of(zinal.digilocker_id)] == ["in.gov.tn.example-TRCER-A7K2M9X4QZ"]
    assert push(digilocker).json()["error_description"] == "URI already exists in this account"
    zara = digilocker.citizens.named("Zara Zafar").digilocker_id
    assert push(digilocker, digilockerid=zara).json()["error_description"] == "URI already exists in another account"
    assert push(digilocker, action="U", description="Another title").status == 200
    assert digilocker.accounts.of(zinal.digilocker_id)[0].title == "Another title"
    assert push(digilocker, action="D").status == 200
    assert digilocker.accounts.of(zinal.digilocker_id) == []
    assert push(digilocker, action="D").json()["error_description"] == "URI parameter is missing or invalid"


@pytest.mark.parametrize(
    ("changed", "status", "told"),
    [
        ({"hmac": "0" * 64}, 400, "HMAC parameter is missing or invalid"),
        ({"ts": str(int(NOW.timestamp()) - 1801)}, 400, "Timestamp parameter is missing or invalid"),
        ({"ts": ""}, 400, "Timestamp parameter is missing or invalid"),
        ({"issuedate": "2026-04-01"}, 400, "Issuedate parameter is missing or invalid"),
        ({"issuedate": "31022026"}, 400, "Issuedate parameter is missing or invalid"),
        ({"doctype": "TOOLONG"}, 400, "Doctype parameter is missing or invalid"),
        ({"description": ""}, 400, "Description parameter is missing or invalid"),
        ({"docid": ""}, 400, "Docid parameter is missing or invalid"),
        ({"uri": "in.gov.other-TRCER-A7K2M9X4QZ"}, 400, "URI parameter is missing or invalid"),
        ({"digilockerid": "nobody"}, 404, "The DigiLocker id is missing or invalid"),
        ({"clientid": "nobody"}, 401, "The client id is missing or invalid"),
        ({"doccontent": "bm8gcGRm"}, 400, "Doccontent parameter is missing or invalid"),
    ],
)
def test_a_push_that_is_wrong_is_told_so_in_digilockers_words(
    digilocker: DigiLocker, changed: dict[str, str], status: int, told: str
) -> None:
    got = push(digilocker, **changed)
    assert (got.status, got.json()["error_description"]) == (status, told)
    assert digilocker.accounts.pushed == []


def test_discovery_wants_its_own_hash_for_each_call(digilocker: DigiLocker) -> None:
    ts = str(int(NOW.timestamp()))
    named = {"clientid": "TESTCLIENT1", "ts": ts}
    right = named | {"hmac": sha256_hex(SECRET, "TESTCLIENT1", ts)}
    assert any(
        row["orgid"] == "000027" for row in call(digilocker, "/public/oauth2/1/pull/issuers", right).json()["issuers"]
    )
    with_org = named | {"orgid": "000027", "doctype": "PANCR"}
    wrong = with_org | {"hmac": right["hmac"]}
    assert call(digilocker, "/public/oauth2/1/pull/parameters", wrong).json()["error"] == "invalid_parameter"
    fit = with_org | {"hmac": sha256_hex(SECRET, "TESTCLIENT1", "000027", "PANCR", ts)}
    got = call(digilocker, "/public/oauth2/1/pull/parameters", fit).json()
    assert [row["paramname"] for row in got["parameters"]] == ["panno", "PANFullName"]


def test_pulldocument_answers_states_as_errors(digilocker: DigiLocker) -> None:
    form = {"orgid": "000027", "doctype": "PANCR", "consent": "Y", "panno": "ZZZPZ9502Z"}
    zoya = tokens(digilocker, "Zoya Zamindar")

    def pull(who: Mapping[str, Any], **changed: str) -> Any:
        return call(digilocker, "/public/oauth2/1/pull/pulldocument", form | changed, Authorization=bearer(who)).json()

    assert pull(zoya)["error"] == "pull_response_pending"
    for known in digilocker.pulls.pullables:
        known.is_pending = False
    assert pull(zoya) == {"uri": "in.gov.pan-PANCR-ZZZPZ9502Z"}
    assert pull(zoya)["error"] == "uri_exists"
    got = call(digilocker, "/public/oauth2/1/file/in.gov.pan-PANCR-ZZZPZ9502Z", Authorization=bearer(zoya))
    assert got.body.startswith(b"%PDF-")
    assert pull(zoya, panno="ZZZPZ0000Z")["error"] == "record_not_found"
    assert pull(zoya, orgid="1")["error"] == "invalid_orgid"
    assert pull(zoya, consent="N")["error"] == "invalid_consent"
