"""Departments that answer pulls over HTTP, and the simulated DigiLocker that calls them as the real one does."""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any

from chalicelib.domain import sessions
from chalicelib.domain.departments.certificates import (
    Certificate,
    CertificateStatus,
    Holder,
    PreparedFile,
    certificate_id_of,
)
from chalicelib.domain.departments.changes import MakeFindable, TakeUri, WriteCertificate
from chalicelib.domain.departments.departments import (
    Department,
    DepartmentKey,
    DigiLockerClient,
    KeyPurpose,
    PullApi,
    PullKind,
)
from chalicelib.domain.departments.finding import search_keys_of
from chalicelib.domain.departments.keys import context_of
from chalicelib.domain.departments.ready_content import joined, ready_key
from chalicelib.domain.departments.statistics import Counted
from chalicelib.domain.limits import IST
from chalicelib.suite import suite
from infra.local.digilocker import pull_caller, pull_variants
from infra.local.digilocker.pull_answers import PullAnswer
from infra.local.digilocker.pull_variants import VARIANTS, Pull, Request, Variant
from infra.local.laptop import Laptop
from tests.journeys.issuers import Issuer, document_type, new_issuer

ASHAS = "123e4567-e89b-12d3-a456-426655440000"
ORG_ID = "000027"
ASHA = Holder("Asha Rao", date(1980, 3, 4), "F", "9876543210")
PDF = b"%PDF-1.4\n%synthetic\n%%EOF\n"
XML = b'<?xml version="1.0" encoding="UTF-8"?>\n<Certificate status="A"/>'


@dataclass(frozen=True)
class Puller:
    """A department with one endpoint of each kind, its certificate, and DigiLocker at the other end of the line."""

    laptop: Laptop
    issuer: Issuer
    certificate: Certificate
    apis: dict[PullKind, str]
    keys: dict[str, str] = field(default_factory=dict)

    def url(self, kind: PullKind = PullKind.PULL_URI) -> str:
        """The address as it stands in DigiLocker's portal."""
        return f"{self.laptop.site_url}/digilocker/pull/{self.issuer.department_id}/{self.apis[kind]}"

    @property
    def department(self) -> Department:
        """The department's record."""
        found = suite().store.department(self.issuer.department_id)
        assert found is not None
        return found

    def asks(self, **changed: Any) -> Pull:
        """What the certificate's holder asks for."""
        (holder,) = self.certificate.holders
        number = self.certificate.number
        asked = Pull("TRCER", ORG_ID, {"REGNO": number}, holder.name, holder.born_on, ASHAS)
        return replace(asked, **changed)

    def request(self, pull: Pull | None = None, variant: Variant | str = "v1.13", **more: Any) -> Request:
        """A request as DigiLocker makes it, by the laptop's clock."""
        chosen = VARIANTS[variant] if isinstance(variant, str) else variant
        key = more.pop("api_key", self.keys["now"])
        return pull_variants.request(pull or self.asks(), key, chosen, more.pop("now", self.laptop.clock()), **more)

    def send(self, request: Request, pull: Pull | None = None, kind: PullKind = PullKind.PULL_URI) -> PullAnswer:
        """What DigiLocker makes of the answer to a request."""
        return pull_caller.send(self.url(kind), pull or self.asks(), request)

    def pull(self, pull: Pull | None = None, variant: Variant | str = "v1.13", **more: Any) -> PullAnswer:
        """One pull."""
        kind = PullKind.PULL_DOC if pull and pull.uri else PullKind.PULL_URI
        return self.send(self.request(pull, variant, **more), pull, kind)

    def signed(self, body: bytes, encoding: pull_variants.Encoding = "hex") -> Request:
        """These very bytes as a request."""
        signature = pull_variants.signature(body, self.keys["now"], encoding)
        return Request(body, {"Content-Type": "application/xml", "x-digilocker-hmac": signature}, "", "")

    def rotate(self, **until: Any) -> str:
        """A second key; `until` of the first. Returns the new one."""
        new = f"new-{secrets.token_hex(16)}"
        kept = tuple(replace(key, **until) if key.api_id else key for key in self.department.keys)
        made = _key(self.issuer.department_id, self.apis[PullKind.PULL_URI], new)
        self.issuer.change(keys=(*kept, made))
        return new

    def counts(self) -> dict[Counted, int]:
        """What the department's page counts today of pulls."""
        today = self.laptop.clock().astimezone(IST).date()
        (day,) = suite().store.department_days(self.issuer.department_id, today, today)
        of_pulls = {Counted.PULLED, Counted.NOT_FOUND, Counted.PENDING, Counted.REFUSED}
        return {counted: number for counted, number in day.counts.items() if counted in of_pulls}

    def troubles(self) -> list[str]:
        """What the department was told, the newest first."""
        return [trouble.code for trouble in suite().store.troubles_of(self.issuer.department_id, 100)]


def new_puller(laptop: Laptop, **changes: Any) -> Puller:
    """A department, its endpoints in DigiLocker's portal, and Asha's certificate with its files.

    The files are written as `making` does, without the work of making them.
    """
    type_changes = changes.pop("document_type", {})
    issuer = new_issuer(laptop, document_type(**type_changes))
    apis = {kind: sessions.new_id() for kind in PullKind}
    secret = f"test-{secrets.token_hex(16)}"
    found = suite().store.department(issuer.department_id)
    assert found is not None
    keys = tuple(_key(issuer.department_id, api_id, secret) for api_id in apis.values())
    issuer.change(
        pull_apis=tuple(PullApi(api_id, kind, ("TRCER",), ORG_ID) for kind, api_id in apis.items()),
        keys=(*found.keys, *keys),
        client=DigiLockerClient("TESTCLIENT1", "Pravesh"),
        **changes,
    )
    return Puller(laptop, issuer, a_certificate(issuer), apis, {"now": secret})


def a_certificate(issuer: Issuer, **changes: Any) -> Certificate:
    """An active certificate that is found under a number of its own, its files where they belong."""
    number = f"TR/{secrets.token_hex(4)}"
    certificate_id = certificate_id_of(issuer.department_id, "TRCER", number)
    folder = f"certificates/{issuer.department_id}/{certificate_id}"
    made = Certificate(
        certificate_id=certificate_id,
        department_id=issuer.department_id,
        doctype="TRCER",
        number=number,
        uri=f"in.gov.tn.{issuer.department_id[:8].lower()}-TRCER-{secrets.token_hex(5)}",
        doc_id=secrets.token_hex(5),
        holders=(ASHA,),
        fields={"trade_name": "Rao Textiles"},
        issued_on=date(2026, 4, 1),
        status=CertificateStatus.ACTIVE,
        created_at=suite().clock(),
        issued_by="test",
        xml=PreparedFile(f"{folder}/certificate.xml", hashlib.sha256(XML).hexdigest(), len(XML)),
        pdf=PreparedFile(f"{folder}/certificate.pdf", hashlib.sha256(PDF).hexdigest(), len(PDF)),
    )
    made = replace(made, **changes)
    assert made.xml
    suite().documents.put(made.xml.key, XML, "application/xml")
    suite().documents.put(ready_key(made.xml), joined(XML, PDF), "application/octet-stream")
    keys = search_keys_of(document_type(), made)
    found = (MakeFindable(search_key, made) for search_key in keys)
    suite().store.write(WriteCertificate(made), TakeUri(made.uri, certificate_id), *found)
    return made


def _key(department_id: str, api_id: str, secret: str) -> DepartmentKey:
    key_id = sessions.new_id()
    sealed = suite().vault.seal(context_of(department_id, KeyPurpose.PULL_API, key_id), secret.encode())
    return DepartmentKey(key_id, KeyPurpose.PULL_API, suite().clock(), "test", api_id, sealed)
