"""People at the simulated eSign providers: what their browser does, from the site to the provider and back."""

from __future__ import annotations

import http.client
import json
import secrets
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode, urlsplit

from infra.local.laptop import Laptop
from tests.journeys.clients import new_ip
from tests.journeys.signers import SigningFlow


@dataclass(frozen=True)
class Came:
    """What a browser is answered."""

    status: int
    headers: dict[str, str]
    body: bytes


@dataclass
class AtProvider:
    """Somebody whose browser stands at the provider, with our request handed over."""

    flow: SigningFlow
    provider: str
    form: dict[str, Any]

    @property
    def laptop(self) -> Laptop:
        return self.flow.laptop

    def decides(self, outcome: str = "allow", name: str = "", year_of_birth: int = 1970) -> tuple[str, dict[str, str]]:
        """What the provider's page sends the browser back with: the address and the form's fields."""
        fields = {
            "txn": self.form["txn"],
            "outcome": outcome,
            "name": name,
            "year_of_birth": str(year_of_birth),
        }
        address = f"{self.laptop.console_url}{self.form['answer']}"
        told = json.loads(post(address, fields, accept="application/json").body)
        return told["action"], {told["field"]: told["value"]}

    def signs(self, outcome: str = "allow", name: str = "", year_of_birth: int = 1970) -> Came:
        """Decide at the provider, and go back."""
        return post(*self.decides(outcome, name, year_of_birth))


def begun(flow: SigningFlow, provider: str = "first") -> dict[str, Any]:
    """Begin e-Sign; the view with the form for the provider."""
    reply = flow.client.call("POST", f"{flow.path}/esign", {"consent": True, "provider": provider}).demand(200, 202)
    return reply.content if reply.status == 200 else flow.until("at_esign_provider", "awaiting_signature")


def at_provider(flow: SigningFlow, provider: str = "first") -> AtProvider:
    """Begin e-Sign and take the form to the provider, as the page does."""
    handed_over = begun(flow, provider)["esign"]
    assert handed_over, flow.read()
    answer = post(handed_over["action"], handed_over["fields"], handed_over["encoding"], accept="application/json")
    assert answer.status == 200, answer.body
    return AtProvider(flow, provider, json.loads(answer.body))


def post(
    address: str,
    fields: dict[str, str],
    encoding: str = "application/x-www-form-urlencoded",
    *,
    accept: str = "text/html",
    **headers: str,
) -> Came:
    """Post a form as a browser does that comes from another site, and follow nothing."""
    content_type, body = encoding, urlencode(fields).encode()
    if encoding == "multipart/form-data":
        boundary = secrets.token_hex(16)
        content_type = f"multipart/form-data; boundary={boundary}"
        parts = (
            f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'
            for name, value in fields.items()
        )
        body = f"{''.join(parts)}--{boundary}--\r\n".encode()
    return posted(address, body, {"Content-Type": content_type, "Accept": accept, **headers})


def posted(address: str, body: bytes, headers: dict[str, str]) -> Came:
    """Post bytes."""
    url = urlsplit(address)
    connection = http.client.HTTPConnection(url.hostname or "", url.port, timeout=90, source_address=(new_ip(), 0))
    try:
        cross_site = {"Sec-Fetch-Site": "cross-site", "Origin": "http://elsewhere.example"}
        connection.request("POST", url.path, body, {**cross_site, **headers})
        answer = connection.getresponse()
        return Came(answer.status, dict(answer.getheaders()), answer.read())
    finally:
        connection.close()
