"""The simulator's pages: a citizen chooses, clients register, and it runs alone."""

import http.client
import re
import signal
import socket
import subprocess
import sys
import time
from urllib.parse import parse_qsl, urlencode, urlsplit

import pytest

from infra.local.digilocker.simulator import DigiLocker
from tests.local.digilocker_calls import REDIRECT, Got, authorize_url, basic, bearer, call, exchange

HTML = "text/html"


def asked(digilocker: DigiLocker, **changed: str) -> Got:
    path = authorize_url(digilocker, **changed).removeprefix(digilocker.url)
    return call(digilocker, path, Accept=HTML)


def request_of(page: Got) -> str:
    found = re.search(r'name="request" value="([0-9a-f]+)"', page.body.decode())
    assert found
    return found[1]


def test_a_citizen_chooses_who_and_which_and_goes_back(digilocker: DigiLocker) -> None:
    page = asked(digilocker)
    assert "My documents" in page.body.decode()
    assert "form-action 'self' http://localhost:8000" in page.headers["content-security-policy"]
    zeenat = digilocker.citizens.named("Zeenat Zaheer")
    chosen = {"request": request_of(page), "citizen": zeenat.digilocker_id}
    which = call(digilocker, "/choice", chosen | {"choice": "go_on"}, Accept=HTML).body.decode()
    assert which.count('type="checkbox"') == 2
    one = chosen | {"choice": "allow", "document": zeenat.issued[0].uri}
    gone = call(digilocker, "/choice", one, Accept=HTML)
    assert gone.status == 302
    assert gone.headers["location"].startswith(f"{REDIRECT}?")
    sent = dict(parse_qsl(urlsplit(gone.headers["location"]).query))
    assert sent["state"] == "s1"
    answered = exchange(digilocker, sent["code"]).json()
    items = call(digilocker, "/public/oauth2/2/files/issued", Authorization=bearer(answered)).json()["items"]
    assert [item["doctype"] for item in items] == ["PANCR"]
    assert call(digilocker, "/choice", one, Accept=HTML).status == 400, "one answer for each request"


def test_a_citizen_says_no(digilocker: DigiLocker) -> None:
    gone = call(digilocker, "/choice", {"request": request_of(asked(digilocker)), "choice": "deny"}, Accept=HTML)
    assert dict(parse_qsl(urlsplit(gone.headers["location"]).query))["error"] == "access_denied"


def test_nobody_allows_what_is_not_theirs(digilocker: DigiLocker) -> None:
    zinal = digilocker.citizens.named("Zinal Zaveri").digilocker_id
    chosen = {"request": request_of(asked(digilocker)), "citizen": zinal, "choice": "allow"}
    got = call(digilocker, "/choice", chosen | {"document": "in.gov.pan-PANCR-ZZZPZ9999Z"}, Accept=HTML)
    assert got.status == 400


def test_programs_are_asked_and_answer_in_json(digilocker: DigiLocker) -> None:
    path = authorize_url(digilocker).removeprefix(digilocker.url)
    question = call(digilocker, path, Accept="application/json").json()
    zara = next(one for one in question["citizens"] if one["name"] == "Zara Zafar")
    form = {"request": question["request"], "citizen": zara["citizen"], "choice": "allow"}
    form["document"] = zara["documents"][0]
    gone = call(digilocker, "/choice", form, Accept="application/json").json()
    assert "code=" in gone["location"]


def test_firms_are_at_entity_locker(digilocker: DigiLocker) -> None:
    url = authorize_url(digilocker).replace("/digilocker/public", "/digilocker/entity/public")
    page = call(digilocker, url.removeprefix(digilocker.url), Accept=HTML).body.decode()
    assert "Zenith Spices Private Limited" in page
    assert "Zeenat" not in page
    location = digilocker.allow(url, "Zenith Spices Private Limited")
    answered = exchange(digilocker, dict(parse_qsl(urlsplit(location).query))["code"]).json()
    entity = call(digilocker, "/entity/public/oauth2/1/entity", Authorization=bearer(answered)).json()
    assert entity["pan"] == "ZZZCZ9999Z"
    listed = call(digilocker, "/entity/public/oauth2/2/entity/files/issued", Authorization=bearer(answered)).json()
    uri = listed["items"][0]["uri"]
    got = call(digilocker, f"/entity/public/oauth2/1/entity/file/{uri}", Authorization=bearer(answered))
    assert got.body.startswith(b"%PDF-")


def test_uploaded_files_upload_and_aadhaar(digilocker: DigiLocker) -> None:
    location = digilocker.allow(authorize_url(digilocker), "Zeenat Zaheer")
    answered = exchange(digilocker, dict(parse_qsl(urlsplit(location).query))["code"]).json()
    listed = call(digilocker, "/public/oauth2/1/files", Authorization=bearer(answered)).json()["items"]
    assert [one["name"] for one in listed] == ["old-licence.pdf"]
    aadhaar = call(digilocker, "/public/oauth2/3/xml/eaadhaar", Authorization=bearer(answered))
    assert (aadhaar.status, aadhaar.json()["error"]) == (404, "aadhaar_not_linked")
    assert call(digilocker, "/public/oauth2/1/file/upload", {"a": "b"}, Authorization=bearer(answered)).status == 400


def test_logging_out_goes_back_to_the_client(digilocker: DigiLocker) -> None:
    path = "/signin/logout/Y?" + urlencode({"client_id": "TESTCLIENT1", "redirect_uri": REDIRECT})
    assert call(digilocker, path).headers["location"] == f"{REDIRECT}?error=user_loggedout"


def test_a_team_registers_its_client_and_its_pull_uri(digilocker: DigiLocker) -> None:
    form = {
        "client_id": "TEAM1",
        "secret": "s",
        "redirect_uris": "http://localhost:3000/back",
        "doctypes": "PANCR",
        "issuer_id": "in.gov.team",
        "org_id": "77",
        "pull_url": "http://localhost:3000/pull",
        "api_key": "team-key-77",
        "issues": "TEAMC",
        "parameters": "rollno year",
    }
    assert call(digilocker, "/clients", form, Accept="application/json").status == 200
    client = digilocker.clients["TEAM1"]
    assert client.endpoints[0].parameters == (("rollno", "rollno", ""), ("year", "year", ""))
    assert call(digilocker, "/clients", {"client_id": "TEAM2"}, Accept="application/json").status == 400
    for page in ("", "/clients", "/citizens", "/faults", "/asked", "/pulls"):
        got = call(digilocker, page, Accept=HTML)
        assert got.status == 200
        assert got.headers["content-type"].startswith("text/html")
        # The page that calls begins with the first endpoint that there is.
        assert page == "/pulls" or b"team-key-77" not in got.body


def test_a_citizen_takes_back_what_was_agreed_to(digilocker: DigiLocker) -> None:
    location = digilocker.allow(authorize_url(digilocker), "Zeenat Zaheer")
    answered = exchange(digilocker, dict(parse_qsl(urlsplit(location).query))["code"]).json()
    zeenat = digilocker.citizens.named("Zeenat Zaheer").digilocker_id
    call(digilocker, "/citizens", {"citizen": zeenat}, Accept="application/json")
    assert call(digilocker, "/public/oauth2/1/user", Authorization=bearer(answered)).status == 401


def test_what_there_is_not_is_404_and_a_wrong_method_405(digilocker: DigiLocker) -> None:
    assert call(digilocker, "/public/oauth2/1/nothing").status == 404
    assert call(digilocker, "/public/oauth2/1/token").status == 405
    assert call(digilocker, "/public/oauth2/1/revoke", {"x": "y"}, Authorization=basic()).status == 400


def test_it_runs_alone_by_one_command() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "infra.local.digilocker", "--port", str(port), "--client-id", "ALONE"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as program:
        try:
            assert program.stdout
            assert f"http://localhost:{port}/digilocker" in program.stdout.readline()
            connection = http.client.HTTPConnection("localhost", port, timeout=20)
            connection.request("GET", "/digilocker/clients", headers={"Accept": "application/json"})
            assert b"ALONE" in connection.getresponse().read()
            connection.close()
            started = time.monotonic()
        finally:
            program.send_signal(signal.SIGINT)
        program.communicate(timeout=20)
        assert program.returncode == 0
        assert time.monotonic() - started < 20


def test_it_knows_nothing_of_pravesh() -> None:
    seen = "import sys, infra.local.digilocker.places; print([m for m in sys.modules if m.startswith('chalicelib')])"
    done = subprocess.run([sys.executable, "-c", seen], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


@pytest.mark.parametrize("page", ["/faults", "/clients"])
def test_what_cannot_be_is_told_to_people_too(digilocker: DigiLocker, page: str) -> None:
    got = call(digilocker, page, {"kind": "<b>"}, Accept=HTML)
    assert got.status == 400
    assert b"<b>" not in got.body
