"""Departments that issue certificates over HTTP with their issuing token, each with ids of its own."""

from __future__ import annotations

import itertools
import secrets
from dataclasses import dataclass, replace
from typing import Any

from chalicelib.domain import sessions
from chalicelib.domain.departments import keys
from chalicelib.domain.departments.certificates import Certificate
from chalicelib.domain.departments.changes import WriteDepartment
from chalicelib.domain.departments.departments import (
    CertificateField,
    Department,
    DepartmentKey,
    DepartmentRole,
    DepartmentStatus,
    DigiLockerClient,
    DocumentType,
    KeyPurpose,
    SearchParameter,
)
from chalicelib.suite import suite
from infra.local.laptop import Laptop
from tests.journeys.clients import Client, Reply
from tests.journeys.walking import eventually

_numbers = itertools.count(1)
TEMPLATE = """## व्यापार का विवरण / Particulars of the trade
प्रमाणित किया जाता है कि {holder_name} का व्यापार पंजीकृत है।
This is to certify that the trade of {holder_name} is registered.

पंजीकरण संख्या / Registration number | {number}
व्यापार / Trade | {trade_name}
मान्य / Valid until | {valid_to}
"""


def document_type(code: str = "TRCER", **changes: Any) -> DocumentType:
    """A trade registration certificate."""
    made = DocumentType(
        code=code,
        title={"en": "Trade Registration Certificate", "hi": "व्यापार पंजीकरण प्रमाणपत्र"},
        element="TradeRegistration",
        fields=(CertificateField("trade_name", {"en": "Trade", "hi": "व्यापार"}),),
        search=(SearchParameter("REGNO", "number", "Registration number"),),
        template=TEMPLATE,
    )
    return replace(made, **changes)


def row(**changes: str) -> dict[str, str]:
    """One certificate as a department sends it, under a number of its own."""
    return {
        "number": f"TR/{secrets.token_hex(4)}",
        "holder_name": "लक्ष्मी Krishnan",
        "holder_born_on": "01-05-1980",
        "issued_on": "2026-01-05",
        "trade_name": "Krishnan Textiles",
        **changes,
    }


@dataclass(frozen=True)
class Issuer:
    """A department's own system."""

    client: Client
    department_id: str
    token: str

    @property
    def path(self) -> str:
        """The department's address."""
        return f"/departments/{self.department_id}"

    def call(self, method: str, path: str, body: object = None, **more: Any) -> Reply:
        """Make a request of the department's, with its token."""
        return self.client.call(method, f"{self.path}{path}", body, **{"token": self.token, **more})

    def send(self, *rows: dict[str, str], doctype: str = "TRCER") -> Reply:
        """Send certificates to be issued."""
        return self.call("POST", "/certificates", {"document_type": doctype, "certificates": list(rows)})

    def issued(self, *rows: dict[str, str]) -> list[dict[str, Any]]:
        """Certificates issued, and made."""

        def made() -> list[dict[str, Any]] | None:
            results: list[dict[str, Any]] = self.send(*rows).demand(200, 202).content["results"]
            return results if all(one["status"] != "preparing" for one in results) else None

        return eventually(made, lambda: self.send(*rows).content)

    def read(self, certificate_id: str) -> dict[str, Any]:
        """How a certificate stands."""
        return self.call("GET", f"/certificates/{certificate_id}").demand(200).content

    def stored(self, certificate_id: str) -> Certificate:
        """A certificate's record."""
        found = suite().store.certificate(certificate_id)
        assert found is not None
        return found

    def change(self, **changes: Any) -> None:
        """Change the department's record, as its administrator would."""
        found = suite().store.department(self.department_id)
        assert found is not None
        suite().store.write(WriteDepartment(replace(found, **changes)))


def new_issuer(laptop: Laptop, *types: DocumentType, **changes: Any) -> Issuer:
    """A department that issues; its key is one of the laptop's."""
    now, number = laptop.clock(), next(_numbers)
    department_id = sessions.new_id()
    token = keys.new_token(department_id)
    key = DepartmentKey(sessions.new_id(), KeyPurpose.ISSUING_TOKEN, now, "test", sha256=keys.hash_of(token))
    department = Department(
        department_id=department_id,
        name={"en": f"Department of Trade {number}", "hi": f"व्यापार विभाग {number}"},
        issuer_id=f"in.gov.tn.trade{number}x{secrets.token_hex(3)}",
        roles=frozenset({DepartmentRole.ISSUER}),
        status=DepartmentStatus.ACTIVE,
        created_at=now,
        created_by="test",
        document_types=types or (document_type(),),
        keys=(key,),
        signing_key=f"key-{number}",
    )
    suite().store.write(WriteDepartment(replace(department, **changes)))
    return Issuer(Client(laptop.site_url), department_id, token)


def as_client_of_digilocker() -> DigiLockerClient:
    """What a department needs to push."""
    return DigiLockerClient("TESTCLIENT1", "Pravesh")
