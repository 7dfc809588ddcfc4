"""The console's test authority and the signing utility that the laptop plays, as programs and people use them."""

import base64
import hashlib
import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import ClientConnection, connect
from websockets.typing import Origin, Subprotocol

from infra.local import people
from infra.local.laptop import Laptop
from tests.local.conftest import Got, get

DOCUMENT = "PRAVESH: STATEMENT TO SIGN\n\nप्रवेश\n".encode()
HTML = "text/html"


@pytest.fixture
def laptop(laptops: Any) -> Laptop:
    """Run the suite itself: the toy has no outside world."""
    running: Laptop = laptops.running("moto")
    running.start_afresh()
    return running


def send(laptop: Laptop, path: str, **members: object) -> Got:
    headers = {"Content-Type": "application/json"}
    return get(laptop.console_url + path, method="POST", body=json.dumps(members).encode(), **headers)


def issued(laptop: Laptop, sort: str = "individual", **members: object) -> dict[str, Any]:
    asked = {"sort": sort, "person": people.everybody()[0].person_id, **members}
    answer = send(laptop, "/authority", **asked)
    assert answer.status == 201, answer.body
    return dict(answer.json())


class TestAuthority:
    def test_a_person_on_record_is_issued_a_dsc_that_holds_their_pan(self, laptop: Laptop) -> None:
        listed = get(f"{laptop.console_url}/authority", Accept="application/json").json()
        person = listed["people"][0]
        made = issued(laptop, person=person["person_id"])
        assert made["common_name"] == person["name"]
        after = get(f"{laptop.console_url}/authority", Accept="application/json").json()["issued"]
        assert after[0]["certificate_id"] == made["certificate_id"]

    @pytest.mark.parametrize(
        "sort", ["organisation", "iec", "encryption", "expired", "expires_soon", "not_yet_valid", "class_1"]
    )
    def test_every_sort_is_issued(self, laptop: Laptop, sort: str) -> None:
        assert issued(laptop, sort)["sort"] == sort

    def test_somebody_who_is_on_no_record_is_typed_in(self, laptop: Laptop) -> None:
        made = issued(laptop, person="", name="Nobody Known", pan="ZZZPZ1111Z", key="p256")
        assert made["common_name"] == "Nobody Known"

    @pytest.mark.parametrize(
        "wrong", [{"sort": "royal"}, {"key": "dsa"}, {"person": "ZZZ/ZZZ"}, {"person": "", "name": ""}]
    )
    def test_what_cannot_be_issued_is_told(self, laptop: Laptop, wrong: dict[str, str]) -> None:
        answer = send(laptop, "/authority", **{"person": people.everybody()[0].person_id, **wrong})
        assert answer.status == 400
        assert answer.json()["message"]

    def test_openssl_takes_what_it_signs(self, laptop: Laptop, tmp_path: Path) -> None:
        made = issued(laptop)
        content = base64.b64encode(DOCUMENT).decode()
        answer = send(laptop, "/authority/sign", certificate_id=made["certificate_id"], document=content)
        (tmp_path / "signature").write_bytes(base64.b64decode(answer.json()["signature"]))
        (tmp_path / "document").write_bytes(DOCUMENT)
        command = "openssl cms -verify -binary -noverify -inform DER -in signature -content document -out verified"
        subprocess.run(command.split(), cwd=tmp_path, check=True, capture_output=True)
        assert (tmp_path / "verified").read_bytes() == DOCUMENT

    def test_a_person_signs_a_file_and_saves_the_p7s(self, laptop: Laptop) -> None:
        made = issued(laptop)
        head = '--b\r\nContent-Disposition: form-data; name="certificate_id"\r\n\r\n' + made["certificate_id"]
        file = '\r\n--b\r\nContent-Disposition: form-data; name="file"; filename="my challenge.txt"\r\n\r\n'
        body = (head + file).encode() + DOCUMENT + b"\r\n--b--\r\n"
        kind = {"Content-Type": "multipart/form-data; boundary=b", "Accept": HTML}
        answer = get(f"{laptop.console_url}/authority/sign", method="POST", body=body, **kind)
        assert answer.headers["Content-Disposition"] == 'attachment; filename="my_challenge.txt.p7s"'
        assert hashlib.sha256(DOCUMENT).digest() in answer.body

    def test_a_pasted_text_is_signed_with_its_own_line_ends(self, laptop: Laptop) -> None:
        made = issued(laptop)
        form = {"certificate_id": made["certificate_id"], "text": DOCUMENT.decode().replace("\n", "\r\n")}
        kind = {"Content-Type": "application/x-www-form-urlencoded", "Accept": HTML}
        answer = get(f"{laptop.console_url}/authority/sign", method="POST", body=urlencode(form).encode(), **kind)
        assert hashlib.sha256(DOCUMENT).digest() in answer.body

    def test_a_revoked_one_is_listed_as_such(self, laptop: Laptop) -> None:
        made = issued(laptop)
        assert send(laptop, "/authority/revoke", certificate_id=made["certificate_id"]).json()["revoked_at"]

    def test_an_unknown_one_signs_nothing(self, laptop: Laptop) -> None:
        for path in ("/authority/sign", "/authority/revoke"):
            assert send(laptop, path, certificate_id="none", document="").status == 404

    def test_a_person_finds_the_forms_and_names_are_text(self, laptop: Laptop) -> None:
        issued(laptop, person="", name="<script>alert(1)</script>")
        page = get(f"{laptop.console_url}/authority", Accept=HTML).body
        assert b"<script" not in page
        assert b'enctype="multipart/form-data"' in page

    def test_its_key_file_opens_with_the_password_that_is_told(self, laptop: Laptop, tmp_path: Path) -> None:
        made = issued(laptop)
        answer = get(f"{laptop.console_url}/authority/p12?certificate_id={made['certificate_id']}")
        (tmp_path / "key.p12").write_bytes(answer.body)
        command = "openssl pkcs12 -in key.p12 -nokeys -passin pass:pravesh"
        assert (
            b"BEGIN CERTIFICATE"
            in subprocess.run(command.split(), cwd=tmp_path, check=True, capture_output=True).stdout
        )


class TestSigningUtility:
    @pytest.fixture
    def line(self, laptop: Laptop) -> Callable[..., ClientConnection]:
        address = get(f"{laptop.console_url}/signing-utility", Accept="application/json").json()["address"]

        def connected(origin: str = laptop.site_url) -> ClientConnection:
            return connect(address, origin=Origin(origin), subprotocols=[Subprotocol("pravesh-signing.v1")])

        return connected

    @staticmethod
    def asks(line: ClientConnection, kind: str, **members: object) -> dict[str, Any]:
        line.send(json.dumps({"type": kind, "id": 7, **members}))
        answer: dict[str, Any] = json.loads(line.recv(timeout=60))
        assert answer["id"] == 7
        return answer

    def signs(self, line: ClientConnection, certificate_id: str, **otherwise: object) -> dict[str, Any]:
        content, digest = base64.b64encode(DOCUMENT).decode(), hashlib.sha256(DOCUMENT).hexdigest()
        members = {"certificate_id": certificate_id, "document": content, "sha256": digest, **otherwise}
        return self.asks(line, "sign", **members)

    def test_it_lists_what_the_token_holds_and_signs(
        self, laptop: Laptop, line: Callable[..., ClientConnection]
    ) -> None:
        made, twin = issued(laptop), issued(laptop, "encryption")
        with line() as open_line:
            assert self.asks(open_line, "hello", versions=[1])["version"] == 1
            listed = {each["certificate_id"]: each for each in self.asks(open_line, "certificates")["certificates"]}
            assert listed[made["certificate_id"]]["can_sign"] is True
            assert listed[twin["certificate_id"]]["can_sign"] is False
            signature = base64.b64decode(self.signs(open_line, made["certificate_id"])["signature"])
        assert hashlib.sha256(DOCUMENT).digest() in signature

    def test_a_page_of_another_origin_is_not_listened_to(self, line: Callable[..., ClientConnection]) -> None:
        with pytest.raises(InvalidStatus) as refused:
            line("https://evil.example")
        assert refused.value.response.status_code == 403

    @pytest.mark.parametrize("code", ["cancelled", "pin_incorrect", "pin_locked", "certificate_unknown"])
    def test_its_user_does_what_the_console_was_told(
        self, laptop: Laptop, line: Callable[..., ClientConnection], code: str
    ) -> None:
        made = issued(laptop)
        assert send(laptop, "/signing-utility", behaviour=code).json()["behaviour"] == code
        with line() as open_line:
            assert self.signs(open_line, made["certificate_id"])["code"] == code

    def test_its_token_may_hold_some_only(self, laptop: Laptop, line: Callable[..., ClientConnection]) -> None:
        made, other = issued(laptop), issued(laptop, "organisation")
        send(laptop, "/signing-utility", certificates=[other["certificate_id"]])
        with line() as open_line:
            (listed,) = self.asks(open_line, "certificates")["certificates"]
            assert listed["certificate_id"] == other["certificate_id"]
            assert self.signs(open_line, made["certificate_id"])["code"] == "certificate_unknown"

    def test_it_says_what_it_cannot_do(self, laptop: Laptop, line: Callable[..., ClientConnection]) -> None:
        made = issued(laptop)
        with line() as open_line:
            assert self.asks(open_line, "hello", versions=[99])["code"] == "version_not_supported"
            assert self.asks(open_line, "dance")["code"] == "unreadable"
            assert self.signs(open_line, made["certificate_id"], sha256="00")["code"] == "document_differs"
            open_line.send("not JSON")
            assert json.loads(open_line.recv(timeout=60)) == {"type": "refusal", "id": None, "code": "unreadable"}

    def test_a_person_sets_it_by_a_form(self, laptop: Laptop) -> None:
        issued(laptop)
        page = get(f"{laptop.console_url}/signing-utility", Accept=HTML).body.decode()
        assert "says no" in page
        kind = {"Content-Type": "application/x-www-form-urlencoded"}
        body = urlencode({"behaviour": "cancelled"}).encode()
        answer = get(f"{laptop.console_url}/signing-utility", method="POST", body=body, **kind).json()
        assert (answer["behaviour"], answer["certificates"]) == ("cancelled", [])
