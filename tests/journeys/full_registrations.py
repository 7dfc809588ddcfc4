"""Registrants of ICEGATE who upgrade to a full registration over HTTP, with real uploads."""

from __future__ import annotations

import base64
import http.client
import itertools
import secrets
from dataclasses import dataclass
from datetime import date
from typing import Any
from urllib.parse import urlsplit

from chalicelib.domain.accounts.owners import icegate_key
from chalicelib.domain.icegate.accounts import IcegateAccount
from chalicelib.domain.icegate.full_registrations import FullRegistration
from chalicelib.domain.identifiers import Iec, Pan
from chalicelib.domain.iec.records import IecRecord, NatureOfConcern, Person, PersonRole
from chalicelib.suite import suite
from infra.local import cms_signing
from infra.local.authority import Credential
from infra.local.executions import Execution
from infra.local.laptop import Laptop
from infra.local.task_tokens import is_awaited
from tests.domain.icegate.pdfs import pdf
from tests.journeys.clients import Reply
from tests.journeys.importers import new_registrant
from tests.journeys.residents import Resident
from tests.journeys.signers import dsc
from tests.journeys.staff import StaffMember
from tests.journeys.walking import eventually, execution_of

OPEN = "/icegate/full-registrations"
CURRENT = f"{OPEN}/current"
REVIEWS = "/full-registrations"
NEEDED = ("pan_card", "identity_proof")
_numbers = itertools.count(1)


@dataclass
class Upgrader:
    """A registrant, and who stands on the record of the IEC."""

    resident: Resident
    person: Person

    def call(self, method: str, path: str, body: object = None, **more: Any) -> Reply:
        """Make a request with the registrant's session."""
        return self.resident.call(method, path, body, **more)

    @property
    def laptop(self) -> Laptop:
        return self.resident.laptop

    @property
    def account(self) -> IcegateAccount:
        """The account as it is stored."""
        stored = self.resident.stored
        assert isinstance(stored, IcegateAccount)
        return stored

    @property
    def stored(self) -> FullRegistration:
        """The registration opened last, as it is stored."""
        found = suite().store.full_registration(str(self.account.full_registration_id))
        assert found is not None
        return found

    def read(self) -> dict[str, Any]:
        """Where they stand."""
        return self.call("GET", CURRENT).demand(200).content

    @property
    def status(self) -> str:
        status: str = self.read()["registration"]["status"]
        return status

    def until(self, status: str) -> dict[str, Any]:
        """Where they stand, once the registration has this status."""

        def reached() -> dict[str, Any] | None:
            read = self.read()
            return read if read["registration"]["status"] == status else None

        return eventually(reached, self.read)

    def execution(self) -> Execution:
        """The journey."""
        return execution_of(self.laptop, self.stored.registration_id)

    def until_waiting(self, state: str) -> None:
        """Wait until the journey waits in this state, its token stored."""

        def waits() -> bool | None:
            place = {"AwaitDocuments": "documents", "AwaitReview": "review"}.get(state)
            waiting = self.stored if place else suite().store.signing(self.stored.signing_id)
            is_there = not place or self.stored.waits_for == place
            is_on = waiting is not None and waiting.task_token is not None and is_awaited(waiting.task_token)
            return (self.execution().current_state == state and is_there and is_on) or None

        eventually(waits, self.execution)

    def until_ended(self) -> Execution:
        """The journey, once it has ended."""
        return eventually(lambda: self.execution() if self.execution().status != "RUNNING" else None, self.execution)

    # What they do.

    def open(self) -> dict[str, Any]:
        """Open a registration."""
        found: dict[str, Any] = self.call("POST", OPEN).demand(201).content["registration"]
        return found

    def sign(self, signing_id: str, credential: Credential | None = None) -> dict[str, Any]:
        """Sign what is to be signed; gives the signing when its journey rests."""
        path = f"/signings/{signing_id}"
        document = self.call("GET", path).demand(200).content["document"].encode()
        signed = cms_signing.sign(credential or dsc(self.person), document, suite().clock())
        self.call("PUT", f"{path}/signature", {"signature": base64.b64encode(signed).decode()}).demand(200, 202)

        def rested() -> dict[str, Any] | None:
            read = self.call("GET", path).demand(200).content
            return None if read["status"] in {"validating", "verified"} else read

        return eventually(rested, lambda: self.call("GET", path).content)

    def signed(self) -> dict[str, Any]:
        """Opened and signed: documents are next."""
        assert self.sign(self.open()["signing_id"])["status"] == "done"
        found: dict[str, Any] = self.until("documents_required")["registration"]
        return found

    def ask(self, kind: str = "pan_card", size: int = 1000, file_name: str = "scan.pdf") -> Reply:
        """Ask where to upload."""
        return self.call("POST", f"{CURRENT}/documents", {"kind": kind, "file_name": file_name, "size": size})

    def confirm(self, document_id: str) -> Reply:
        """Have it scanned and kept."""
        return self.call("POST", f"{CURRENT}/documents/{document_id}/confirmation")

    def upload(self, kind: str = "pan_card", content: bytes | None = None) -> dict[str, Any]:
        """Ask, upload as a browser does, have it scanned."""
        content = pdf() if content is None else content
        asked = self.ask(kind, max(1, len(content))).demand(201).content
        assert posted(asked, content) == 201
        found: dict[str, Any] = self.confirm(asked["document_id"]).demand(200).content["document"]
        return found

    def submit(self) -> Reply:
        """Send it in."""
        return self.call("POST", f"{CURRENT}/submission")

    def submitted(self) -> dict[str, Any]:
        """Sent in with everything that is needed."""
        self.signed()
        for kind in NEEDED:
            assert self.upload(kind)["status"] == "accepted"
        found: dict[str, Any] = self.submit().demand(200).content["registration"]
        return found

    def approved(self, officer: StaffMember) -> None:
        """All the way."""
        sent = self.submitted()
        decide(officer, sent["registration_id"], "approve").demand(200)
        self.until("approved")

    def may_file(self) -> Reply:
        """Ask to file a Customs document."""
        return self.call("POST", "/icegate/filings", {"document": "shipping_bill"})


def upgrader(laptop: Laptop) -> Upgrader:
    """A simplified registrant whose IEC has a record with one person."""
    registrant = new_registrant(laptop)
    key = icegate_key(registrant.icegate_id)
    account = suite().store.owner(key)
    assert isinstance(account, IcegateAccount)
    number = next(_numbers)
    person = Person(f"Asha Upgrader{number}", Pan(f"ZZUPQ{number:04}Z"), date(1980, 2, 3), PersonRole.PARTNER)
    record = IecRecord(
        Iec(account.iec), Pan(f"ZZUFQ{number:04}Z"), account.legal_name, NatureOfConcern.PARTNERSHIP, (person,)
    )
    suite().store.put_iec_record(record)
    resident = Resident(laptop, registrant.client, key, registrant.icegate_id, account.contact, "").signed_in()
    return Upgrader(resident, person)


def decide(
    officer: StaffMember, registration_id: str, decision: str, reason: str | None = None, seen: str | None = None
) -> Reply:
    """An officer decides on the case as it is, or on what was `seen` of it (its `submitted_at`)."""
    read = officer.call("GET", f"{REVIEWS}/{registration_id}").content if seen is None else {}
    submitted_at = seen or read.get("submitted_at") or "2026-11-02T04:30:00Z"
    body = {"decision": decision, "submitted_at": submitted_at, **({"reason": reason} if reason else {})}
    return officer.call("POST", f"{REVIEWS}/{registration_id}/decision", body)


def posted(asked: dict[str, Any], content: bytes) -> int:
    """The status when a browser posts a file with the form that it was given."""
    boundary = secrets.token_hex(16)
    parts = [
        f'--{boundary}\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{value}\r\n'.encode()
        for name, value in asked["fields"].items()
    ]
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="document.pdf"\r\n\r\n'
    body = b"".join(parts) + head.encode() + content + f"\r\n--{boundary}--\r\n".encode()
    return _exchanged("POST", asked["url"], body, f"multipart/form-data; boundary={boundary}")[0]


def fetched(url: str) -> tuple[int, bytes, str]:
    """What an officer's browser gets at a download address: status, bytes, disposition."""
    return _exchanged("GET", url)


def _exchanged(method: str, url: str, body: bytes | None = None, content_type: str = "") -> tuple[int, bytes, str]:
    at = urlsplit(url)
    connection = http.client.HTTPConnection(str(at.hostname), at.port, timeout=90)
    try:
        connection.request(method, f"{at.path}?{at.query}", body, {"Content-Type": content_type} if body else {})
        answer = connection.getresponse()
        return answer.status, answer.read(), answer.headers.get("Content-Disposition", "")
    finally:
        connection.close()
