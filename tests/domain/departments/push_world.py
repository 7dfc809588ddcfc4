"""A department that pushes, on fakes, and a DigiLocker that keeps accounts as the real one does, as far as is known."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from email.parser import BytesParser
from typing import Any

from chalicelib.domain.departments.certificates import (
    Certificate,
    CertificateStatus,
    DigiLockerAccount,
    Holder,
    PreparedFile,
    certificate_id_of,
)
from chalicelib.domain.departments.changes import WriteCertificate, WriteDepartment, WritePush
from chalicelib.domain.departments.departments import (
    Department,
    DepartmentKey,
    DepartmentLimits,
    DepartmentRole,
    DepartmentStatus,
    DigiLockerClient,
    DocumentType,
    KeyPurpose,
)
from chalicelib.domain.departments.keys import DepartmentKeys, context_of
from chalicelib.domain.departments.publishing import Publishing, push_of
from chalicelib.domain.departments.pushes import Push, PushAction
from chalicelib.domain.departments.pushing import Pushing
from chalicelib.domain.digilocker import formulas
from chalicelib.domain.digilocker.line import Call, DigiLockerUnavailable, Reply
from tests.fakes import FakeDocuments, FakeJourneys, FakeStore, FakeVault

NOW = datetime(2026, 11, 2, 4, 30, tzinfo=UTC)
DEPARTMENT_ID = "d" * 22
ASHAS = "123e4567-e89b-12d3-a456-426655440000"
RAVIS = "00000000-e89b-12d3-a456-426655440000"
SECRET = b"test-client-secret-0001"
PATH = "/public/account/1/pushuri"


class FakeDigiLocker:
    """A `Line` to a locker that keeps which URI is in whose account. It can be down, or lose an answer that was given.

    `says` is answered to the next calls instead, one for each; `during` is run while a call is under way.
    """

    def __init__(self, clock: Any) -> None:
        self.clock = clock
        self.secrets = {b"TESTCLIENT1": {SECRET}}
        self.accounts: dict[str, str] = {}
        self.known_accounts = {ASHAS, RAVIS}
        self.calls: list[dict[str, str]] = []
        self.says: list[Reply] = []
        self.is_down = False
        self.lose_answers = 0
        self.during: Any = None

    def send(self, call: Call) -> Reply:
        if call.path != PATH or call.method != "POST":
            return Reply(404, {}, b"")
        given = _fields(call)
        self.calls.append(given)
        if self.during is not None:
            during, self.during = self.during, None
            during()
        if self.is_down:
            raise DigiLockerUnavailable("partner_service_unresponsive")
        reply = self.says.pop(0) if self.says else self._answered(given)
        if self.lose_answers:
            self.lose_answers -= 1
            raise DigiLockerUnavailable("no_answer")
        return reply

    def _answered(self, given: dict[str, str]) -> Reply:  # noqa: PLR0911 - one for each answer
        known = self.secrets.get(given["clientid"].encode())
        if known is None:
            return refusal(401, "invalid_client_id")
        if given["hmac"] not in {formulas.push_hmac(secret, given) for secret in known}:
            return refusal(400, "invalid_parameter", "HMAC parameter is missing or invalid")
        if abs(self.clock().timestamp() - int(given["ts"])) > 1800:
            return refusal(400, "invalid_parameter", "Timestamp parameter is missing or invalid")
        if given["digilockerid"] not in self.known_accounts:
            return refusal(404, "invalid_digilocker_id")
        holder = self.accounts.get(given["uri"])
        if given["action"] == "A":
            if holder is not None:
                where = "this" if holder == given["digilockerid"] else "another"
                return refusal(400, "invalid_parameter", f"URI already exists in {where} account")
            self.accounts[given["uri"]] = given["digilockerid"]
        elif holder != given["digilockerid"]:
            return refusal(400, "invalid_parameter", "URI parameter is missing or invalid")
        elif given["action"] == "D":
            del self.accounts[given["uri"]]
        return Reply(200, {}, b"")


def refusal(status: int, error: str, description: str = "") -> Reply:
    """An answer of DigiLocker's that says no."""
    return Reply(status, {}, json.dumps({"error": error, "error_description": description}).encode())


def _fields(call: Call) -> dict[str, str]:
    if call.form is not None:
        return dict(call.form)
    message = BytesParser().parsebytes(
        b"Content-Type: " + call.content_type.encode() + b"\r\n\r\n" + (call.body or b"")
    )
    parts: Any = message.get_payload()
    return {
        part.get_param("name", header="content-disposition"): part.get_payload(decode=True).decode() for part in parts
    }


@dataclass
class PushWorld:
    """One department, its certificates, and the parts that push them; the clock stands still but for `advance`."""

    now: datetime = NOW
    journeys: FakeJourneys = field(default_factory=FakeJourneys)
    documents: FakeDocuments = field(default_factory=FakeDocuments)
    numbers: int = 0

    def __post_init__(self) -> None:
        self.store = FakeStore(lambda: self.now)
        self.vault = FakeVault()
        self.digilocker = FakeDigiLocker(lambda: self.now)
        self.keys = DepartmentKeys(self.store, self.vault, self.clock)
        self.pushing = Pushing(self.store, self.keys, lambda: self.digilocker, PATH, self.clock, lambda: 0.5)
        self.publishing = Publishing(self.store, self.journeys, self.clock, lambda: 0.5)
        self.store.write(WriteDepartment(self.a_department()))

    def clock(self) -> datetime:
        return self.now

    def advance(self, **by: float) -> None:
        self.now += timedelta(**by)

    def key(self, secret: bytes, key_id: str = "k" * 22, **more: Any) -> DepartmentKey:
        sealed = self.vault.seal(context_of(DEPARTMENT_ID, KeyPurpose.CLIENT_SECRET, key_id), secret)
        return DepartmentKey(key_id, KeyPurpose.CLIENT_SECRET, self.now, "somebody", sealed=sealed, **more)

    def a_department(self, department_id: str = DEPARTMENT_ID) -> Department:
        return Department(
            department_id=department_id,
            name={"en": "Trade Department", "hi": "व्यापार विभाग"},
            issuer_id="in.gov.tn.example",
            roles=frozenset({DepartmentRole.ISSUER}),
            status=DepartmentStatus.ACTIVE,
            created_at=self.now,
            created_by="somebody",
            document_types=(
                DocumentType("TRCER", {"en": "Trade Registration Certificate", "hi": "…"}, "Trade", (), ()),
            ),
            keys=(self.key(SECRET),),
            client=DigiLockerClient("TESTCLIENT1", "Trade"),
        )

    def change(self, **changes: Any) -> Department:
        department = self.department()
        self.store.write(WriteDepartment(replace(department, **changes)))
        return self.department()

    def limit(self, pushes_a_minute: int) -> None:
        self.change(limits=DepartmentLimits(pushes_a_minute=pushes_a_minute))

    def department(self) -> Department:
        department = self.store.department(DEPARTMENT_ID)
        assert department is not None
        return department

    def certificate(self, account: str | None = ASHAS, **more: Any) -> Certificate:
        """A certificate that stands, made and not pushed."""
        self.numbers += 1
        number = f"TRC/{self.numbers}"
        doc_id = f"A7K2M9X4{self.numbers:02}"
        made = Certificate(
            certificate_id=certificate_id_of(DEPARTMENT_ID, "TRCER", number),
            department_id=DEPARTMENT_ID,
            doctype="TRCER",
            number=number,
            uri=f"in.gov.tn.example-TRCER-{doc_id}",
            doc_id=doc_id,
            holders=(Holder("Asha Mehta", date(1985, 7, 21)),),
            fields={},
            issued_on=date(2026, 4, 1),
            status=CertificateStatus.ACTIVE,
            created_at=self.now,
            issued_by="somebody",
            account=DigiLockerAccount(account, self.now) if account else None,
            xml=self.file(f"{number}.xml", b"<Certificate/>"),
            pdf=self.file(f"{number}.pdf", b"%PDF-1.4"),
        )
        made = replace(made, **more)
        self.store.write(WriteCertificate(made))
        return self.read(made)

    def file(self, name: str, content: bytes) -> PreparedFile:
        self.documents.put(name, content, "application/octet-stream")
        return PreparedFile(name, hashlib.sha256(content).hexdigest(), len(content))

    def read(self, certificate: Certificate) -> Certificate:
        found = self.store.certificate(certificate.certificate_id)
        assert found is not None
        return found

    def wants(self, certificate: Certificate, action: PushAction = PushAction.ADD) -> Push:
        """The push of an action, due now."""
        push = push_of(self.department(), self.read(certificate), action, self.now)
        assert push is not None
        self.store.write(WritePush(push))
        return self.push_of(push)

    def push_of(self, push: Push) -> Push:
        found = self.store.push(push.push_id)
        assert found is not None
        return found

    def revoke(self, certificate: Certificate) -> None:
        """Revokes as a department does: the certificate's end and its `D` in one write."""
        read = self.read(certificate)
        revoked = replace(read, status=CertificateStatus.REVOKED, revoked_at=self.now)
        push = push_of(self.department(), read, PushAction.DELETE, self.now)
        assert push is not None
        self.store.write(WriteCertificate(revoked), WritePush(push))

    def run(self, push: Push, tries: int = 6) -> Push:
        """What the journey does with a push: tries, each after a while, and parks what does not go through."""
        error = ""
        for _ in range(tries):
            try:
                return self.pushing.push(push.push_id)
            except Exception as failure:  # noqa: BLE001 - as a state machine catches them
                error = type(failure).__name__
            self.advance(seconds=120)
        return self.pushing.park(push.push_id, error)

    def due(self) -> list[Push]:
        """The pushes that are due now."""
        pushes = map(self.store.push, self.store.due_pushes(DEPARTMENT_ID, self.now, 100))
        return [push for push in pushes if push is not None]
