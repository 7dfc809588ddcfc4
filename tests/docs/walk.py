"""A client of the laptop's API for the tests of the documents: it knows HTTP, the captcha and the outbox, no more."""

import base64
import hashlib
import http.client
import itertools
import json
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from infra.local.laptop import Laptop


@dataclass(frozen=True)
class Answered:
    """What was asked and what came back."""

    method: str
    path: str
    status: int
    headers: dict[str, str]
    content: Any

    def __getitem__(self, name: str) -> Any:
        return self.content[name]


class Walk:
    """Requests in a row, all of them kept."""

    def __init__(self, laptop: Laptop) -> None:
        self.laptop = laptop
        self.answers: list[Answered] = []

    def ask(
        self, method: str, path: str, body: object = None, token: str | None = None, *, language: str = "en"
    ) -> Answered:
        headers = {"Content-Type": "application/json", "Accept-Language": language}
        if token:
            headers["Authorization"] = f"Bearer {token}"
        connection = http.client.HTTPConnection(urlsplit(self.laptop.site_url).netloc, timeout=90)
        raw = body if isinstance(body, str | None) else json.dumps(body)
        connection.request(method, path, raw, headers)
        response = connection.getresponse()
        text = response.read()
        connection.close()
        content = json.loads(text) if text else None
        told = {name.lower(): value for name, value in response.getheaders()}
        answered = Answered(method, path.partition("?")[0], response.status, told, content)
        self.answers.append(answered)
        return answered

    def solved_captcha(self) -> str:
        challenge = self.ask("GET", "/captcha").content
        asked = challenge["parameters"]
        nonce, salt = bytes.fromhex(asked["nonce"]), bytes.fromhex(asked["salt"])
        for counter in itertools.count():
            password = nonce + counter.to_bytes(4, "big")
            key = hashlib.pbkdf2_hmac("sha256", password, salt, asked["cost"], asked["keyLength"]).hex()
            if key.startswith(asked["keyPrefix"]):
                solution = {"challenge": challenge, "solution": {"counter": counter, "derivedKey": key}}
                return base64.b64encode(json.dumps(solution).encode()).decode()
        raise AssertionError

    def opened(self, number: int = 0) -> Answered:
        sample = self.laptop.samples[number]
        body = {
            "iec": sample.iec,
            "gstin": sample.gstins[0],
            "temporary_password": sample.temporary_password,
            "captcha": self.solved_captcha(),
        }
        return self.ask("POST", "/icegate/registrations", body)

    def newest_codes(self) -> dict[str, str]:
        """The body of a verify, from the newest SMS and mail with a code."""
        found: dict[str, str] = {}
        for sent in self.laptop.outbox():
            code = re.search(r"(?<![0-9])[0-9]{6}(?![0-9])", sent.text)
            if code:
                found.setdefault("mobile_code" if sent.channel == "sms" else "email_code", code[0])
        return found
