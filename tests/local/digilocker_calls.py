"""Calls of the simulated DigiLocker, for tests of it."""

import base64
import http.client
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from infra.local.digilocker.simulator import DigiLocker
from infra.local.digilocker.wire import challenge_of

NOW = datetime(2026, 11, 20, 6, 0, tzinfo=UTC)
REDIRECT = "http://localhost:8000/digilocker/callback"
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
SECRET = "test-client-secret-0001"


class Time:
    def __init__(self) -> None:
        self.now = NOW

    def __call__(self) -> datetime:
        return self.now


class Got:
    def __init__(self, status: int, headers: Mapping[str, str], body: bytes) -> None:
        self.status, self.headers, self.body = status, headers, body

    def json(self) -> Any:
        return json.loads(self.body)


def call(digilocker: DigiLocker, path: str, form: Mapping[str, str] | None = None, **headers: str) -> Got:
    """Call a path of the simulator; a form is POSTed."""
    parts = urlsplit(digilocker.url)
    connection = http.client.HTTPConnection(parts.netloc, timeout=20)
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    if form is None:
        connection.request("GET", parts.path + path, headers=named)
    else:
        typed = {"Content-Type": "application/x-www-form-urlencoded", **named}
        connection.request("POST", parts.path + path, urlencode(form), typed)
    try:
        answer = connection.getresponse()
        return Got(answer.status, {key.lower(): value for key, value in answer.headers.items()}, answer.read())
    finally:
        connection.close()


def authorize_url(digilocker: DigiLocker, **changed: str) -> str:
    query = {
        "response_type": "code", "client_id": "TESTCLIENT1", "redirect_uri": REDIRECT, "state": "s1",
        "code_challenge": challenge_of(VERIFIER), "code_challenge_method": "S256", "purpose": "My documents",
        "service_name": "Pravesh", "req_doctype": "PANCR,DRVLC",
    }  # fmt: skip
    return f"{digilocker.url}/public/oauth2/1/authorize?{urlencode(query | changed)}"


def code_of(location: str) -> str:
    return dict(parse_qsl(urlsplit(location).query))["code"]


def basic(secret: str = SECRET) -> str:
    return "Basic " + base64.b64encode(f"TESTCLIENT1:{secret}".encode()).decode()


def exchange(digilocker: DigiLocker, given: str, version: str = "1", **changed: str) -> Got:
    form = {
        "grant_type": "authorization_code", "code": given, "redirect_uri": REDIRECT, "code_verifier": VERIFIER,
        "client_id": "TESTCLIENT1", "client_secret": SECRET,
    }  # fmt: skip
    return call(digilocker, f"/public/oauth2/{version}/token", form | changed)


def tokens(digilocker: DigiLocker, name: str = "Zeenat Zaheer") -> dict[str, Any]:
    got = exchange(digilocker, code_of(digilocker.allow(authorize_url(digilocker), name)))
    assert got.status == 200
    answered: dict[str, Any] = got.json()
    return answered


def bearer(answered: Mapping[str, Any]) -> str:
    return f"Bearer {answered['access_token']}"


def refresh(digilocker: DigiLocker, token: str) -> Got:
    form = {"grant_type": "refresh_token", "refresh_token": token}
    return call(digilocker, "/public/oauth2/1/token", form, Authorization=basic())
