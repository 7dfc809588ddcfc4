"""One simplified registration over HTTP against the laptop, straight through, as a client makes it."""

from __future__ import annotations

import base64
import json
import re
import time
import urllib.error
import urllib.request
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import altcha

from bench.figures import WrongAnswerError
from infra.local.laptop import Laptop
from infra.local.samples import Sample

PASSWORD = "Kaveri#Looms2026"  # noqa: S105 - a sample's
PATIENCE = 20.0
ACCOUNT_EMAIL = "asha@looms.example"
ACCOUNT_MOBILE = "+919876500077"


@dataclass
class Client:
    """A client of the API that counts what it asks."""

    site: str
    asked: list[str] = field(default_factory=list)
    """The requests in order: `"PUT /icegate/registrations/{id}/credentials"`."""

    def ask(
        self, method: str, path: str, body: object = None, token: str = "", named: str = ""
    ) -> tuple[int, dict[str, Any]]:
        """One request: status and JSON. `named` is the path with its ids as `{id}`, for the count."""
        self.asked.append(f"{method} {named or path}")
        headers = {"accept": "application/json", "accept-language": "en", "content-type": "application/json"}
        if token:
            headers["authorization"] = f"Bearer {token}"
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.site + path, data, headers, method=method)  # noqa: S310 - loopback
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:  # noqa: S310 - loopback
                return answer.status, json.loads(answer.read() or b"{}")
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code, json.loads(refused.read() or b"{}")

    def wants(self, status: int | tuple[int, ...], answer: tuple[int, dict[str, Any]]) -> dict[str, Any]:
        """The JSON of an answer with the status that is wanted. Raises WrongAnswerError for another."""
        if answer[0] not in ((status,) if isinstance(status, int) else status):
            raise WrongAnswerError(f"{self.asked[-1]}: {answer}")
        return answer[1]


def solved(challenge: dict[str, Any]) -> str:
    """The captcha's solution, as the page's worker finds it."""
    found = altcha.solve_challenge(altcha.Challenge.from_dict(challenge))
    if found is None:
        raise WrongAnswerError("the captcha has no solution")
    return base64.b64encode(json.dumps({"challenge": challenge, "solution": found.to_dict()}).encode()).decode()


def sent_codes(laptop: Laptop, sample: Sample) -> dict[str, str]:
    """The latest code on each channel, out of the outbox."""
    found: dict[str, str] = {}
    for message in laptop.outbox():
        field_name = "mobile_code" if message.channel == "sms" else "email_code"
        if message.to in (sample.mobile, sample.email) and field_name not in found:
            code = re.search(r"(?<!\d)\d{6}(?!\d)", message.text)
            if code:
                found[field_name] = code.group()
    return found


def register(laptop: Laptop, client: Client, sample: Sample, icegate_id: str) -> None:
    """From the captcha to `registered`. Raises WrongAnswerError where the API does not answer as documented."""
    challenge = client.wants(200, client.ask("GET", "/captcha"))
    details = {
        "iec": sample.iec,
        "gstin": sample.gstins[0],
        "temporary_password": sample.temporary_password,
        "captcha": solved(challenge),
    }
    opened = client.wants(201, client.ask("POST", "/icegate/registrations", details))
    token, where = opened["flow_token"], f"/icegate/registrations/{opened['registration_id']}"
    named = "/icegate/registrations/{id}"

    def standing(*statuses: str) -> None:
        until = time.monotonic() + PATIENCE
        while True:
            told = client.wants(200, client.ask("GET", where, token=token, named=named))
            if told["status"] in statuses:
                return
            if time.monotonic() > until:
                raise WrongAnswerError(f"waited for {statuses}, but {told['status']}")
            time.sleep(0.2)

    free = client.ask(
        "GET", f"{where}/availability?icegate_id={icegate_id}", token=token, named=f"{named}/availability"
    )
    if not client.wants(200, free)["available"]:
        raise WrongAnswerError("a new ICEGATE ID is not available")
    chosen = {"icegate_id": icegate_id, "password": PASSWORD, "confirm_password": PASSWORD}
    told = client.wants(202, client.ask("PUT", f"{where}/credentials", chosen, token, f"{named}/credentials"))
    if told["status"] != "codes_sent":
        standing("codes_sent")
    codes = sent_codes(laptop, sample)
    told = client.wants(200, client.ask("POST", f"{where}/codes/verify", codes, token, f"{named}/codes/verify"))
    if told["status"] != "contact_verified":
        raise WrongAnswerError(f"right codes gave {told}")
    waits_for_decision(laptop)
    told = client.wants((200, 202), client.ask("POST", f"{where}/finish", {"confirm": True}, token, f"{named}/finish"))
    if told["status"] != "registered":
        standing("registered")


def open_account(laptop: Laptop, client: Client) -> str:
    """From the captcha to an account and a session of it, with a code to the email as second factor: its token.

    Raises WrongAnswerError where the API does not answer as documented.
    """
    notice = client.wants(200, client.ask("GET", "/privacy-notice"))
    form = {
        "role": "importer_exporter",
        "name": "Asha Nair",
        "email": ACCOUNT_EMAIL,
        "mobile": ACCOUNT_MOBILE,
        "password": PASSWORD,
        "confirm_password": PASSWORD,
        "privacy_notice": notice["version"],
        "captcha": solved(client.wants(200, client.ask("GET", "/captcha"))),
    }
    opened = client.wants(202, client.ask("POST", "/accounts/registrations", form))
    where, named = f"/accounts/registrations/{opened['registration_id']}", "/accounts/registrations/{id}"
    codes = _codes(laptop, "mobile_code", "email_code")
    waits_for_codes(laptop)
    verified = client.ask("POST", f"{where}/codes/verify", codes, opened["flow_token"], f"{named}/codes/verify")
    if client.wants(200, verified)["status"] != "registered":
        raise WrongAnswerError(f"right codes gave {verified}")
    password = {"username": ACCOUNT_EMAIL, "password": PASSWORD}
    half_way = client.wants(202, client.ask("POST", "/sessions", password))["session_token"]
    before = len(laptop.outbox())
    client.wants(202, client.ask("POST", "/sessions/current/codes", {"channel": "email"}, half_way))
    _until(lambda: len(laptop.outbox()) > before, "no code for the second factor")
    shown = {"method": "email_code", "code": _codes(laptop, "email_code")["email_code"]}
    signed_in = client.wants(200, client.ask("POST", "/sessions/current/second-factor", shown, half_way))
    return str(signed_in["session_token"])


def _codes(laptop: Laptop, *names: str) -> dict[str, str]:
    """The latest codes of the account's addresses, once they have come."""

    def come() -> dict[str, str]:
        found: dict[str, str] = {}
        for message in laptop.outbox():
            name = "mobile_code" if message.channel == "sms" else "email_code"
            code = re.search(r"(?<!\d)\d{6}(?!\d)", message.text)
            if message.to in {ACCOUNT_EMAIL, ACCOUNT_MOBILE} and name not in found and code:
                found[name] = code.group()
        return found

    _until(lambda: set(names) <= set(come()), "no codes came")
    return {name: come()[name] for name in names}


def waits_for_codes(laptop: Laptop) -> None:
    """Wait until the journey waits for the codes, as for a person who has yet to read them."""
    _until(lambda: any(call.writes for call in laptop.calls.by("await_account_codes")), "the journey does not wait")
    time.sleep(0.2)  # the write has left: let its answer come


def _until(holds: Callable[[], bool], otherwise: str) -> None:
    until = time.monotonic() + PATIENCE
    while not holds():
        if time.monotonic() > until:
            raise WrongAnswerError(otherwise)
        time.sleep(0.05)


def waits_for_decision(laptop: Laptop) -> None:
    """Wait until the journey does, as for a person who reads the page; else both write at once, and one again."""
    decision = "await_contact_decision"
    _until(lambda: any(call.writes for call in laptop.calls.by(decision)), "the journey does not wait for the decision")
    time.sleep(0.2)  # the write has left: let its answer come


def ended(laptop: Laptop) -> list[str]:
    """The states that the one execution entered, once it has succeeded. Raises WrongAnswerError when it does not."""
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        execution = laptop.executions()[0]
        if execution.status == "SUCCEEDED":
            return execution.history
        time.sleep(0.1)
    raise WrongAnswerError(f"the execution is {execution.status} in {execution.current_state}")
