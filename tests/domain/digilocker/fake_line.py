"""A line that says what a test lets it say, and keeps what it was asked."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field

from chalicelib.adapters.digilocker_profiles import configured
from chalicelib.domain.digilocker.fetches import Locker
from chalicelib.domain.digilocker.formulas import file_hmac
from chalicelib.domain.digilocker.line import Call, Reply
from chalicelib.domain.digilocker.tokens import Credentials, TokenCalls

SECRET = b"test-client-secret-0001"
PROFILE = configured(Locker.PERSON)
Said = Reply | Exception | Callable[[Call], Reply]


@dataclass
class FakeLine:
    """`line.Line`: what is to be said to a path, the last thing again and again."""

    says: dict[str, list[Said]] = field(default_factory=dict)
    asked: list[Call] = field(default_factory=list)

    def send(self, call: Call) -> Reply:
        """See `line.Line`."""
        self.asked.append(call)
        waiting = self.says[call.path]
        said = waiting.pop(0) if len(waiting) > 1 else waiting[0]
        if isinstance(said, Exception):
            raise said
        return said if isinstance(said, Reply) else said(call)

    def say(self, path: str, *said: Said) -> None:
        """What is said to this path from now on."""
        self.says[path] = list(said)

    def calls(self, path: str) -> list[Call]:
        """What was asked at this path."""
        return [call for call in self.asked if call.path == path]


def json_reply(content: object, status: int = 200) -> Reply:
    """A reply of JSON."""
    return Reply(status, {"content-type": "application/json"}, json.dumps(content).encode())


def error(code: str, status: int) -> Reply:
    """A refusal as DigiLocker words it."""
    return json_reply({"error": code, "error_description": "whatever"}, status)


def file_reply(content: bytes, content_type: str = "application/pdf", secret: bytes = SECRET) -> Reply:
    """A file with its hmac."""
    return Reply(200, {"content-type": content_type, "hmac": file_hmac(secret, content)}, content)


def token_answer(**changed: object) -> dict[str, object]:
    """What /1/token answers; a value of None leaves the member out."""
    answer: dict[str, object] = {
        "access_token": "access-1",
        "expires_in": 3600,
        "token_type": "Bearer",
        "scope": "files.issueddocs issued/in.gov.pan-PANCR-ZZZPZ9999Z userdetails picture file.partners/DRVLC",
        "consent_valid_till": 1798761600,
        "refresh_token": "refresh-1",
        "digilockerid": "123e4567-e89b-12d3-a456-426655440000",
        "name": "Zeenat Zaheer",
        "dob": "07031984",
        "gender": "F",
        "eaadhaar": "Y",
        "mobile": "9876500001",
    }
    return {name: value for name, value in (answer | changed).items() if value is not None}


def token_calls(line: FakeLine, *secrets: bytes) -> TokenCalls:
    """The calls about tokens on this line."""
    return TokenCalls(line, PROFILE, Credentials("CLIENT1", secrets or (SECRET,), "https://pravesh.example/callback"))
