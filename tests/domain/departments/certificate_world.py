"""A department that issues certificates, on fakes; and one whose key and time stamps are a test authority's."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa, utils

from chalicelib.adapters.certificate_signers import font
from chalicelib.domain.callers import Caller
from chalicelib.domain.departments.certificate_desk import CertificateDesk
from chalicelib.domain.departments.certificates import Certificate, certificate_id_of
from chalicelib.domain.departments.changes import WriteDepartment
from chalicelib.domain.departments.departments import (
    CertificateField,
    Department,
    DepartmentRole,
    DepartmentStatus,
    DigiLockerClient,
    DocumentType,
    SearchParameter,
)
from chalicelib.domain.departments.issuing import CertificateRow, Issued, Issuing, Write, parse_row
from chalicelib.domain.departments.making import Making
from chalicelib.domain.departments.pdf_certificates import CertificatePrinter
from chalicelib.domain.departments.pdf_papers import SignedPapers
from chalicelib.domain.departments.pdf_signing import Sealing
from chalicelib.domain.departments.pdf_validation_data import ValidationData
from chalicelib.domain.departments.signing import CannotMake, Hindrance, Papers, SigningKey
from chalicelib.domain.departments.verifying import Verifying
from chalicelib.domain.signatures.refreshing import CrlUnreachable
from chalicelib.domain.signatures.trust import Trust
from infra.local.authority import Authority, Ca, Credential
from infra.local.certificate_profiles import Profile, Wanted
from infra.local.time_stamping import answered
from tests.fakes import FakeDocuments, FakeKeyring, FakeStore

NOW = datetime(2026, 11, 22, 4, 30, tzinfo=UTC)
CALLER = Caller("10.0.0.1", "", "request", "en")
TEMPLATE = """# व्यापार का विवरण / Particulars
{holder_name} का व्यापार पंजीकृत है। The trade of {holder_name} is registered.

व्यापार / Trade | {trade_name}
मान्य / Valid until | {valid_to}
---
> {number}
"""
TYPE = DocumentType(
    code="TRCER",
    title={"en": "Trade Registration Certificate", "hi": "व्यापार पंजीकरण प्रमाणपत्र"},
    element="TradeRegistration",
    fields=(
        CertificateField("trade_name", {"en": "Trade", "hi": "व्यापार"}),
        CertificateField("remark", {"en": "Remark", "hi": "टिप्पणी"}, is_required=False),
    ),
    search=(SearchParameter("REGNO", "number", "Registration number"),),
    template=TEMPLATE,
)
OWN_PDFS = replace(TYPE, code="OWNPD", template="")
ROW = {
    "number": "TR/2026/1",
    "holder_name": "लक्ष्मी Krishnan",
    "holder_born_on": "01-05-1980",
    "issued_on": "2026-01-05",
    "trade_name": "Krishnan & Sons",
}
ACCOUNT = {"digilocker_id": "123e4567-e89b-12d3-a456-426655440000", "push_consented_on": "01-11-2026"}


def row(**changes: str) -> CertificateRow:
    """One certificate as it was brought, read."""
    return parse_row(TYPE, {**ROW, **changes})


@dataclass
class FakePrinter:
    """`signing.Printer`: what it is told to."""

    hindrance: Hindrance | None = None
    printed: int = 0

    def papers(self, *_: object) -> Papers:
        self.printed += 1
        if self.hindrance is not None:
            raise CannotMake(self.hindrance)
        return Papers(b"%PDF " + str(self.printed).encode(), b"<Certificate/>")


@dataclass
class World:
    """A department, its desk, and what makes its certificates."""

    now: datetime = NOW
    printer: Any = field(default_factory=FakePrinter)

    def __post_init__(self) -> None:
        self.store = FakeStore(lambda: self.now)
        self.documents = FakeDocuments()
        self.issuing = Issuing(self.store, lambda: self.now)
        self.desk = CertificateDesk(self.store, self.documents, FakeKeyring(), lambda: self.now)
        self.verifying = Verifying(self.store, FakeKeyring(), lambda: self.now)
        self.department_id = "departmentdepartment00"
        self.store.write(
            WriteDepartment(
                Department(
                    department_id=self.department_id,
                    name={"en": "Department of Trade", "hi": "व्यापार विभाग"},
                    issuer_id="in.gov.tn.trade",
                    roles=frozenset({DepartmentRole.ISSUER}),
                    status=DepartmentStatus.ACTIVE,
                    created_at=self.now,
                    created_by="test",
                    document_types=(TYPE, OWN_PDFS),
                    client=DigiLockerClient("TESTCLIENT1", "Pravesh"),
                    signing_key="trade",
                )
            )
        )

    @property
    def making(self) -> Making:
        return Making(self.store, self.documents, self.printer, lambda: self.now)

    @property
    def department(self) -> Department:
        found = self.store.department(self.department_id)
        assert found is not None
        return found

    def change(self, **changes: Any) -> None:
        self.store.write(WriteDepartment(replace(self.department, **changes)))

    def issue(self, *rows: CertificateRow, mode: Write = Write.REAL) -> tuple[Issued, ...]:
        return self.issuing.issue(self.department, rows, "test", mode)

    def certificate(self, number: str = ROW["number"], doctype: str = "TRCER") -> Certificate:
        found = self.store.certificate(certificate_id_of(self.department_id, doctype, number))
        assert found is not None
        return found

    def made(self, **changes: str) -> Certificate:
        """A certificate, issued and made."""
        one = row(**changes)
        self.issue(one)
        self.making.make([self.certificate(one.number).certificate_id])
        return self.certificate(one.number)

    def pass_by(self, **time: float) -> None:
        self.now += timedelta(**time)


@cache
def authority() -> Authority:
    return Authority(NOW)


@cache
def credential() -> Credential:
    """A department's key."""
    return authority().issue(
        Wanted(common_name="Document signer", profile=Profile.DOCUMENT_SIGNER, organisation="Department of Trade")
    )


@dataclass
class Line:
    """The way to keys, time stamps and CRLs; each may be down."""

    clock: Any
    credential: Credential = field(default_factory=credential)
    authority: Authority = field(default_factory=authority)
    has_stamps: bool = True
    stamps_at: datetime | None = None
    has_crls: bool = True
    fetched: int = 0

    def key(self, name: str) -> SigningKey:
        return SigningKey(name, self.credential.chain)

    def sign(self, _key: SigningKey, digest: bytes) -> bytes:
        assert isinstance(self.credential.key, rsa.RSAPrivateKey)
        return self.credential.key.sign(digest, padding.PKCS1v15(), utils.Prehashed(hashes.SHA256()))

    # `signing.Timestamps` and `pdf_validation_data.Hosts` both have `ask`.

    @property
    def stamps(self) -> Stamps:
        return Stamps(self)

    def fetch(self, url: str) -> bytes:
        self.fetched += 1
        if not self.has_crls:
            raise CrlUnreachable("down")
        return self.authority.crl(url.rpartition("/")[2].removesuffix(".crl"), self.clock())

    def ask(self, _url: str, _request: bytes) -> bytes | None:
        return None


@dataclass
class Stamps:
    line: Line

    def ask(self, request: bytes) -> bytes:
        if not self.line.has_stamps:
            raise CannotMake(Hindrance.TIMESTAMPS_UNAVAILABLE)
        return answered(self.line.authority, request, self.line.stamps_at or self.line.clock())


def signing_world() -> tuple[World, Line]:
    """A world whose certificates are made and signed in earnest."""
    world = World()
    line = Line(lambda: world.now)
    trust = Trust((authority().root,), authority().intermediates)
    sealing = Sealing(line, line.stamps, ValidationData(line), trust, lambda: world.now)
    world.printer = SignedPapers(line, sealing, CertificatePrinter(font, "https://pravesh.example"))
    return world, line


SUB_CA = Ca.DOCUMENT_SIGNER
