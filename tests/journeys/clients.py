"""Clients of the site: each calls from one IP address and reads one language; and the captcha's work."""

from __future__ import annotations

import base64
import hashlib
import http.client
import itertools
import json
from dataclasses import dataclass, field, replace
from email.message import Message
from typing import Any
from urllib.parse import urlsplit

from tests.journeys.described import demand_described

REGISTRATIONS = "/icegate/registrations"

_addresses = itertools.count(2)


def new_ip() -> str:
    """An address of this machine's loopback that no test has called from yet: limits by IP count each alone."""
    number = next(_addresses)
    return f"127.{number >> 16 & 255}.{number >> 8 & 255}.{number & 255}"


@dataclass(frozen=True)
class Reply:
    """An answer of the site."""

    status: int
    headers: Message
    raw: bytes

    @property
    def content(self) -> dict[str, Any]:
        """The JSON object of the body."""
        content: dict[str, Any] = json.loads(self.raw)
        return content

    @property
    def code(self) -> str | None:
        """The problem's stable code; None where the answer is no problem."""
        code: str | None = self.content.get("code") if self.raw else None
        return code

    @property
    def reasons(self) -> dict[str, str]:
        """Field to the stable reason for which it was refused."""
        reasons: dict[str, str] = self.content.get("reasons", {})
        return reasons

    def demand(self, *statuses: int) -> Reply:
        """This reply, if its status is one of `statuses`."""
        assert self.status in statuses, (self.status, self.raw)
        return self


@dataclass(frozen=True)
class Client:
    """A browser or an API client, calling from one IP address and reading one language."""

    site: str
    ip: str = field(default_factory=new_ip)
    language: str = "en"

    def call(
        self,
        method: str,
        path: str,
        body: object = None,
        *,
        token: str | None = None,
        raw: bytes | None = None,
        headers: dict[str, str] | None = None,
    ) -> Reply:
        """Make one request; `body` goes as JSON, `raw` as it is, `token` as Bearer."""
        sent = {"Accept-Language": self.language}
        if body is not None:
            raw = json.dumps(body).encode()
        if raw is not None:
            sent["Content-Type"] = "application/json"
        if token is not None:
            sent["Authorization"] = f"Bearer {token}"
        connection = http.client.HTTPConnection(
            "127.0.0.1", urlsplit(self.site).port, timeout=90, source_address=(self.ip, 0)
        )
        try:
            connection.request(method, path, raw, {**sent, **(headers or {})})
            answer = connection.getresponse()
            reply = Reply(answer.status, answer.headers, answer.read())
        finally:
            connection.close()
        demand_described(method, path, reply.status, reply.headers, reply.raw)
        return reply

    def elsewhere(self) -> Client:
        """The same reader at another IP address."""
        return replace(self, ip=new_ip())


def solved(challenge: dict[str, Any]) -> str:
    """The `captcha` field for a challenge of `GET /captcha`: the work is done here and now (about 0.1 s)."""
    parameters = challenge["parameters"]
    nonce, salt = bytes.fromhex(parameters["nonce"]), bytes.fromhex(parameters["salt"])
    for counter in itertools.count(500):
        password = nonce + counter.to_bytes(4, "big")
        key = hashlib.pbkdf2_hmac("sha256", password, salt, parameters["cost"], parameters["keyLength"])
        if key.hex().startswith(parameters["keyPrefix"]):
            solution = {"counter": counter, "derivedKey": key.hex(), "time": 1}
            return packed({"challenge": challenge, "solution": solution})
    raise AssertionError("unreachable")


def packed(content: object) -> str:
    """ALTCHA's payload: base64 of JSON."""
    return base64.b64encode(json.dumps(content).encode()).decode()


def captcha(client: Client) -> str:
    """A challenge fetched and solved."""
    return solved(client.call("GET", "/captcha").demand(200).content)
