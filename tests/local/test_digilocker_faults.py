"""Bad luck to order at the simulated DigiLocker: each kind does what it says, as often as was ordered."""

import http.client
import json

import pytest

from infra.local.digilocker.faults import KINDS
from infra.local.digilocker.simulator import DigiLocker
from infra.local.digilocker.wire import file_hmac
from tests.local.digilocker_calls import SECRET, basic, bearer, call, refresh, tokens

PAN = "/public/oauth2/1/file/in.gov.pan-PANCR-ZZZPZ9999Z"


def test_unavailable_answers_530_and_carries_nothing_out(digilocker: DigiLocker) -> None:
    answered = tokens(digilocker)
    digilocker.faults.add("unavailable", "token", error="unexpected_error")
    got = refresh(digilocker, answered["refresh_token"])
    assert (got.status, got.json()["error"]) == (530, "unexpected_error")
    assert refresh(digilocker, answered["refresh_token"]).status == 200


def test_a_file_comes_without_hmac_or_with_a_wrong_one(digilocker: DigiLocker) -> None:
    authorization = bearer(tokens(digilocker))
    digilocker.faults.add("no_hmac", "file")
    digilocker.faults.add("wrong_hmac", "file")
    assert "hmac" not in call(digilocker, PAN, Authorization=authorization).headers
    got = call(digilocker, PAN, Authorization=authorization)
    assert got.headers["hmac"] != file_hmac(SECRET, got.body)
    assert len(got.headers["hmac"]) == 44
    got = call(digilocker, PAN, Authorization=authorization)
    assert got.headers["hmac"] == file_hmac(SECRET, got.body)


def test_an_answer_is_cut_off(digilocker: DigiLocker) -> None:
    authorization = bearer(tokens(digilocker))
    digilocker.faults.add("truncated", "file")
    with pytest.raises(http.client.IncompleteRead):
        call(digilocker, PAN, Authorization=authorization)


def test_a_lost_answer_was_carried_out(digilocker: DigiLocker) -> None:
    answered = tokens(digilocker)
    digilocker.faults.add("answer_lost", "token")
    with pytest.raises(http.client.RemoteDisconnected):
        refresh(digilocker, answered["refresh_token"])
    assert refresh(digilocker, answered["refresh_token"]).json()["error"] == "invalid_grant"


def test_somebody_else_refreshed_a_moment_before(digilocker: DigiLocker) -> None:
    answered = tokens(digilocker)
    digilocker.faults.add("rotated_before", "token")
    assert refresh(digilocker, answered["refresh_token"]).json()["error"] == "invalid_grant"


def test_the_citizen_revoked_a_moment_before(digilocker: DigiLocker) -> None:
    answered = tokens(digilocker)
    digilocker.faults.add("token_revoked", "file")
    assert call(digilocker, PAN, Authorization=bearer(answered)).status == 401
    assert refresh(digilocker, answered["refresh_token"]).json()["error"] == "invalid_grant"


def test_garbage_and_slowness(digilocker: DigiLocker) -> None:
    authorization = bearer(tokens(digilocker))
    digilocker.faults.add("garbage", "issued")
    digilocker.faults.add("slow", "issued", seconds=0.01)
    garbage = call(digilocker, "/public/oauth2/2/files/issued", Authorization=authorization)
    assert garbage.status == 200
    with pytest.raises(json.JSONDecodeError):
        garbage.json()
    assert call(digilocker, "/public/oauth2/2/files/issued", Authorization=authorization).json()["items"]


def test_bad_luck_is_of_one_client_and_ends(digilocker: DigiLocker) -> None:
    authorization = bearer(tokens(digilocker))
    others = digilocker.faults.add("unavailable", client_id="SOMEBODYELSE", times=None)
    ours = digilocker.faults.add("unavailable", "user", client_id="TESTCLIENT1", times=2)
    statuses = [call(digilocker, "/public/oauth2/1/user", Authorization=authorization).status for _ in range(3)]
    assert statuses == [530, 530, 200]
    assert (others.struck, ours.struck) == (0, 2)


def test_every_kind_can_be_ordered_on_the_page_and_taken_back(digilocker: DigiLocker) -> None:
    for kind in KINDS:
        assert call(digilocker, "/faults", {"kind": kind, "call": "upload"}, Accept="application/json").status == 200
    assert [row["kind"] for row in call(digilocker, "/faults").json()] == list(KINDS)
    assert call(digilocker, "/faults", {"clear": "1"}, Accept="application/json").json() == []
    assert call(digilocker, "/faults", {"kind": "rain"}, Accept="application/json").status == 400


def test_what_was_asked_is_listed_without_secrets(digilocker: DigiLocker) -> None:
    answered = tokens(digilocker)
    call(digilocker, PAN, Authorization=bearer(answered))
    call(digilocker, "/public/oauth2/1/revoke", {"token": answered["refresh_token"]}, Authorization=basic("wrong"))
    listed = call(digilocker, "/asked")
    assert [(row["call"], row["status"], row["error"]) for row in listed.json()] == [
        ("revoke", 400, "invalid_client"),
        ("file", 200, ""),
        ("token", 200, ""),
    ]
    for hidden in (answered["access_token"], answered["refresh_token"], SECRET, "ZZZPZ"):
        assert hidden not in listed.body.decode()
    assert digilocker.counted() == {"file 200": 1, "revoke 400 invalid_client": 1, "token 200": 1}
