"""Walking the simplified registration over HTTP: a flow, and what reached people's phones and mail on the way."""

from __future__ import annotations

import importlib
import re
import secrets
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, TypeVar

from chalicelib.domain import sessions
from chalicelib.domain.changes import WriteRegistration
from chalicelib.domain.contacts import Contact
from chalicelib.domain.icegate.registration import LIFETIME, Registration, Status, Wait
from chalicelib.handlers import settling
from chalicelib.suite import suite
from infra.local import waits
from infra.local.executions import Execution
from infra.local.laptop import Laptop
from infra.local.outbox import Sent
from infra.local.replaced import replaced
from tests.journeys.clients import REGISTRATIONS, Client, Reply, captcha
from tests.journeys.importers import PASSWORD, Importer, new_icegate_id, new_importer

Outcome = TypeVar("Outcome")
_WAITS = {
    "IssueContactCodes": Wait.CONTACT_CODES,
    "AwaitContactDecision": Wait.DECISION,
    "IssueAlternateCodes": Wait.ALTERNATE_CODES,
}


@dataclass
class Flow:
    """A registration under way, as its browser knows it."""

    laptop: Laptop
    client: Client
    importer: Importer
    registration_id: str
    token: str
    icegate_id: str = ""

    @property
    def path(self) -> str:
        return f"{REGISTRATIONS}/{self.registration_id}"

    def call(self, method: str, below: str = "", body: object = None, **more: Any) -> Reply:
        """Make a request below the registration's path, with its flow token unless another is given."""
        return self.client.call(method, self.path + below, body, **{"token": self.token, **more})

    def read(self) -> dict[str, Any]:
        return self.call("GET").demand(200).content

    def choose(self, icegate_id: str | None = None, password: str = PASSWORD) -> Reply:
        """Choose ICEGATE ID and password."""
        self.icegate_id = icegate_id or self.icegate_id or new_icegate_id()
        body = {"icegate_id": self.icegate_id, "password": password, "confirm_password": password}
        return self.call("PUT", "/credentials", body)

    def send_again(self) -> Reply:
        return self.call("POST", "/codes")

    def verify(self, typed: tuple[str, str] | None = None) -> Reply:
        """Type the contact codes, as they arrived unless `typed` says otherwise."""
        return self.call("POST", "/codes/verify", codes_body(typed or self.codes()))

    def finish(self) -> Reply:
        return self.call("POST", "/finish", {"confirm": True})

    def change(self, contact: Contact) -> Reply:
        return self.call("PUT", "/alternate-contact", {"email": contact.email, "mobile": contact.mobile})

    def verify_alternate(self, typed: tuple[str, str]) -> Reply:
        return self.call("POST", "/alternate-contact/verify", codes_body(typed))

    def resume(self, typed: tuple[str, str], client: Client | None = None) -> Reply:
        """Go on from a browser that knows nothing but the two codes."""
        body = {"iec": self.importer.iec, "gstin": self.importer.gstin, **codes_body(typed)}
        return (client or self.client).call("POST", f"{REGISTRATIONS}/resume", body)

    def codes(self, contact: Contact | None = None) -> tuple[str, str]:
        """The newest codes that reached the contact of record (or `contact`): mobile, email."""
        return newest_codes(self.laptop, contact or self.importer.contact)

    def messages(self) -> list[Sent]:
        """What the contact of record was sent, the oldest first."""
        return sent_to(self.laptop, self.importer.contact)

    def execution(self) -> Execution:
        return execution_of(self.laptop, self.registration_id)

    def to_codes_sent(self) -> Flow:
        assert self.choose().demand(202).content["status"] == "codes_sent"
        return self

    def to_contact_verified(self) -> Flow:
        assert self.to_codes_sent().verify().demand(200).content["status"] == "contact_verified"
        return self

    def to_registered(self) -> Flow:
        """Walk the straight path from here to its end, messages included."""
        if self.read()["status"] == "credentials_required":
            self.to_codes_sent()
        if self.read()["status"] == "codes_sent":
            self.verify().demand(200)
        self.finish().demand(200, 202)
        self.until("registered")
        self.until_told()
        return self

    def until(self, *statuses: str) -> str:
        """The status, once it is one of `statuses`."""

        def reached() -> str | None:
            status: str = self.read()["status"]
            return status if status in statuses else None

        return eventually(reached, self.read)

    def until_told(self) -> None:
        """Wait for the execution's end: by then every message has gone out."""
        eventually(lambda: self.execution().status != "RUNNING" or None, self.execution)

    def until_waiting(self, state: str) -> None:
        """Wait until the journey waits in `state`, its token stored."""

        def waits() -> bool | None:
            stored = suite().store.registration(self.registration_id)
            if stored is None or self.execution().current_state != state:
                return None
            return (stored.waiting_for is _WAITS[state] and stored.claimed_until is None) or None

        eventually(waits, self.execution)

    def let_time_run_out(self) -> None:
        """Let the wait under way pass its end, and wait for the execution's.

        A journey on its way into a wait gets there after the clock was moved; so the clock is moved on while we look.
        """
        self.laptop.clock.advance(hours=2)

        def ended() -> bool | None:
            self.laptop.clock.advance(seconds=90)
            return self.execution().status != "RUNNING" or None

        eventually(ended, self.execution)


def retry_after(reply: Reply) -> int:
    """The seconds after which the same request may be made again."""
    return int(reply.headers["Retry-After"])


def codes_body(typed: tuple[str, str]) -> dict[str, str]:
    return {"mobile_code": typed[0], "email_code": typed[1]}


def other_than(code: str) -> str:
    """Another six digits."""
    return f"{(int(code) + 1) % 1_000_000:06}"


def wrong(typed: tuple[str, str]) -> tuple[str, str]:
    """Two codes of which neither is right."""
    return other_than(typed[0]), other_than(typed[1])


def opened(laptop: Laptop, importer: Importer | None = None, client: Client | None = None) -> Flow:
    """A registration as `POST /icegate/registrations` leaves it, without the captcha's work."""
    importer = importer or new_importer()
    client = client or Client(laptop.site_url)
    stored = suite().store.temporary_password(importer.holder.iec)
    assert stored is not None
    token = sessions.new_flow_token()
    registration = Registration(
        registration_id=secrets.token_urlsafe(16),
        flow_token_hash=sessions.token_hash(token),
        status=Status.CREDENTIALS_REQUIRED,
        iec=importer.holder.iec,
        gstin=importer.holder.gstins[0],
        legal_name=importer.holder.legal_name,
        language=client.language,
        contact=importer.contact,
        temporary_password_id=stored.temporary_password_id,
        expires_at=suite().clock() + LIFETIME,
    )
    suite().store.write(WriteRegistration(registration))
    return Flow(laptop, client, importer, registration.registration_id, token)


def opened_over_http(laptop: Laptop, importer: Importer | None = None, client: Client | None = None) -> Flow:
    """A registration opened by its route, captcha and all."""
    importer = importer or new_importer()
    client = client or Client(laptop.site_url)
    content = client.call("POST", REGISTRATIONS, importer.details(captcha(client))).demand(201).content
    return Flow(laptop, client, importer, content["registration_id"], content["flow_token"])


def sent_to(laptop: Laptop, contact: Contact) -> list[Sent]:
    """What reached a contact, the oldest first."""
    return [message for message in laptop.outbox()[::-1] if message.to in (contact.mobile, contact.email)]


def newest_codes(laptop: Laptop, contact: Contact) -> tuple[str, str]:
    """The codes in the newest SMS and the newest mail with a code, once both are there."""

    def both() -> tuple[str, str] | None:
        messages = sent_to(laptop, contact)[::-1]
        found = [next(codes_in(messages, address), None) for address in (contact.mobile, contact.email)]
        return (found[0], found[1]) if found[0] and found[1] else None

    return eventually(both, lambda: sent_to(laptop, contact))


def codes_in(messages: list[Sent], address: str) -> Iterator[str]:
    """The codes in messages to one address, in the messages' order."""
    for message in messages:
        match = re.search(r"(?<!\d)\d{6}(?!\d)", message.text)
        if message.to == address and match:
            yield match[0]


def kinds(messages: list[Sent]) -> list[str]:
    """What the messages were about and over which channel, sorted: `["code.email", "code.sms", …]`."""

    def kind(message: Sent) -> str:
        if re.search(r"(?<!\d)\d{6}(?!\d)", message.text):
            return "code"
        return "changed" if "another" in message.text or "दूसर" in message.text else "registered"

    return sorted(f"{kind(message)}.{message.channel}" for message in messages)


def execution_of(laptop: Laptop, registration_id: str) -> Execution:
    """The journey's execution. There is never more than one."""
    found = [execution for execution in laptop.executions() if execution.id == registration_id]
    assert len(found) == 1, found
    return found[0]


def until_it_waits(laptop: Laptop, execution_id: str) -> None:
    """Wait until the journey stands in a Wait state, which moving the clock then ends."""
    eventually(lambda: waits.is_under_way(execution_id) or None, laptop.executions)


@contextmanager
def held_back(laptop: Laptop, step: str, module: str = "registration_steps") -> Iterator[None]:
    """Let a step's runs wait until the end of the block."""
    handler = getattr(importlib.import_module(f"chalicelib.handlers.{module}"), step)
    may_run = threading.Event()

    def waiting(event: Any, context: Any) -> Any:
        assert may_run.wait(60)
        return handler(event, context)

    laptop.steps.add(step, waiting)
    try:
        # Routes that wait for what is held back wait in vain.
        with replaced(settling, "_WAITS", (0.02,) * 25):
            yield
    finally:
        laptop.steps.add(step, handler)
        may_run.set()


def eventually(look: Callable[[], Outcome | None], tell: Callable[[], object], seconds: float = 90) -> Outcome:
    """What `look` finds, as soon as it finds something; the journey works in threads of its own."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = look()
        if found is not None:
            return found
        time.sleep(0.01)
    raise AssertionError(f"not within {seconds} s: {tell()}")


def together(*attempts: Callable[[], Outcome]) -> list[Outcome]:
    """The outcomes of all attempts, which are let go at the same moment."""
    barrier = threading.Barrier(len(attempts))

    def go(attempt: Callable[[], Outcome]) -> Outcome:
        barrier.wait()
        return attempt()

    with ThreadPoolExecutor(len(attempts)) as pool:
        return list(pool.map(go, attempts))
