"""A department that answers pulls, on fakes; requests are the simulated DigiLocker's, which knows no code of ours."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from chalicelib.domain.departments import finding, ready_content
from chalicelib.domain.departments.asking_officers import AskingOfficers
from chalicelib.domain.departments.certificates import (
    Certificate,
    CertificateStatus,
    Holder,
    PreparedFile,
    certificate_id_of,
)
from chalicelib.domain.departments.changes import MakeFindable, TakeUri, WriteCertificate, WriteDepartment
from chalicelib.domain.departments.departments import (
    CertificateField,
    Department,
    DepartmentKey,
    DepartmentLimits,
    DepartmentRole,
    DepartmentStatus,
    DigiLockerClient,
    DocumentType,
    KeyPurpose,
    PullApi,
    PullKind,
    SearchParameter,
)
from chalicelib.domain.departments.keys import DepartmentKeys, context_of
from chalicelib.domain.departments.pull_finding import PullFinding
from chalicelib.domain.departments.pulling import Pulled, PullManner, Pulls
from chalicelib.domain.departments.statistics import Counted
from chalicelib.domain.limits import IST
from infra.local.digilocker import pull_answers, pull_variants
from infra.local.digilocker.pull_answers import PullAnswer
from infra.local.digilocker.pull_variants import VARIANTS, Pull, Request, Variant
from tests.fakes import FakeDocuments, FakeKeyring, FakeStore, FakeVault

NOW = datetime(2026, 11, 2, 4, 30, tzinfo=UTC)
DEPARTMENT_ID, OTHER_DEPARTMENT_ID = "d" * 22, "e" * 22
API_ID, DOC_API_ID = "a" * 22, "b" * 22
API_KEY = "test-issuer-api-key-0001"
ASHAS = "123e4567-e89b-12d3-a456-426655440000"
ASHA = Holder("Asha Rao", date(1980, 3, 4), "F", "9876543210")
GENDERS = {"M": "Male", "F": "Female", "T": "Transgender", "O": "Other"}
HTTP = {"not_authenticated": 401, "unreadable": 400, "limit_reached": 429, "failed": 500}
TRADE = DocumentType(
    code="TRCER",
    title={"en": "Trade registration", "hi": "व्यापार पंजीकरण"},
    element="TradeRegistration",
    fields=(CertificateField("ward", {"en": "Ward", "hi": "वार्ड"}),),
    search=(SearchParameter("regno", "number", "Registration number"), SearchParameter("ward_no", "ward", "Ward")),
)
PDF = b"%PDF-1.4\n%synthetic\n%%EOF\n"
XML = b'<?xml version="1.0" encoding="UTF-8"?>\n<Certificate status="A"/>'


@dataclass
class PullWorld:
    """One department with one endpoint of each kind; the clock stands still but for `advance`."""

    now: datetime = NOW
    documents: FakeDocuments = field(default_factory=FakeDocuments)

    def __post_init__(self) -> None:
        self.store = FakeStore(lambda: self.now)
        self.vault = FakeVault()
        self.keys = DepartmentKeys(self.store, self.vault, self.clock)
        manner = PullManner(GENDERS, timedelta(minutes=5))
        finding = PullFinding(self.store, self.documents, AskingOfficers(self.store, FakeKeyring()))
        self.pulls = Pulls(self.store, self.keys, finding, self.clock, manner)
        self.put(self.a_department())

    def clock(self) -> datetime:
        return self.now

    def advance(self, **by: float) -> None:
        self.now += timedelta(**by)

    def key(self, secret: str, api_id: str = API_ID, of: str = DEPARTMENT_ID, **more: Any) -> DepartmentKey:
        key_id = hashlib.sha256(f"{secret}{api_id}{of}".encode()).hexdigest()[:22]
        sealed = self.vault.seal(context_of(of, KeyPurpose.PULL_API, key_id), secret.encode())
        return DepartmentKey(key_id, KeyPurpose.PULL_API, self.now, "somebody", api_id, sealed, **more)

    def a_department(self, department_id: str = DEPARTMENT_ID, issuer_id: str = "in.gov.tn.example") -> Department:
        return Department(
            department_id=department_id,
            name={"en": "Example department", "hi": "उदाहरण विभाग"},
            issuer_id=issuer_id,
            roles=frozenset({DepartmentRole.ISSUER}),
            status=DepartmentStatus.ACTIVE,
            created_at=self.now,
            created_by="somebody",
            document_types=(TRADE,),
            pull_apis=(
                PullApi(API_ID, PullKind.PULL_URI, ("TRCER",), "000027"),
                PullApi(DOC_API_ID, PullKind.PULL_DOC, ("TRCER",)),
            ),
            keys=tuple(self.key(API_KEY, api_id, department_id) for api_id in (API_ID, DOC_API_ID)),
            client=DigiLockerClient("TESTCLIENT1", "Example"),
            limits=DepartmentLimits(pulls_a_minute=50),
        )

    @property
    def department(self) -> Department:
        found = self.store.department(DEPARTMENT_ID)
        assert found is not None
        return found

    def put(self, department: Department) -> None:
        self.store.write(WriteDepartment(department))

    def change(self, **changed: Any) -> None:
        """The department, changed."""
        self.put(replace(self.department, **changed))

    def change_type(self, **changed: Any) -> None:
        self.change(document_types=(replace(self.department.document_types[0], **changed),))

    def change_api(self, **changed: Any) -> None:
        first, *rest = self.department.pull_apis
        self.change(pull_apis=(replace(first, **changed), *rest))

    def certificate(self, number: str = "TN/2026/1", *holders: Holder, **more: Any) -> Certificate:
        """A certificate that is active and findable, its files where they belong. `pdf_bytes` in the place of `PDF`."""
        pdf, of = more.pop("pdf_bytes", PDF), more.pop("department_id", DEPARTMENT_ID)
        id_ = certificate_id_of(of, "TRCER", number)
        made = Certificate(
            certificate_id=id_,
            department_id=of,
            doctype="TRCER",
            number=number,
            uri=f"in.gov.tn.example-TRCER-{id_[:10]}",
            doc_id=id_[:10],
            holders=holders or (ASHA,),
            fields={"ward": "12"},
            issued_on=date(2026, 4, 1),
            status=CertificateStatus.ACTIVE,
            created_at=self.now,
            issued_by="import",
            xml=_prepared(f"certificates/{of}/{id_}/certificate.xml", XML),
            pdf=_prepared(f"certificates/{of}/{id_}/certificate.pdf", pdf),
        )
        made = replace(made, **more)
        if made.xml and made.pdf:
            self.documents.put(made.xml.key, XML, "application/xml")
            self.documents.put(ready_content.ready_key(made.xml), ready_content.joined(XML, pdf), "application/pdf")
        keys = finding.search_keys_of(self.department.document_types[0], made)
        self.store.write(
            WriteCertificate(made), TakeUri(made.uri, id_), *(MakeFindable(search_key, made) for search_key in keys)
        )
        return made

    def asks(self, **changed: Any) -> Pull:
        """What Asha asks for."""
        asked = Pull(
            "TRCER",
            "000027",
            {"regno": "TN/2026/1", "ward_no": "12"},
            "Asha Rao",
            date(1980, 3, 4),
            ASHAS,
        )
        return replace(asked, **changed)

    def request(self, pull: Pull | None = None, variant: Variant | str = "v1.13", **more: Any) -> Request:
        chosen = VARIANTS[variant] if isinstance(variant, str) else variant
        key = more.pop("api_key", API_KEY)
        return pull_variants.request(pull or self.asks(), key, chosen, more.pop("now", self.now), **more)

    def send(self, request: Request, pull: Pull | None = None, api_id: str = API_ID) -> PullAnswer:
        """What DigiLocker makes of the answer to a request."""
        pulled = self.pulls.answer(DEPARTMENT_ID, api_id, request.headers.get("x-digilocker-hmac"), request.body)
        return self.judged(pulled, request, pull)

    def judged(self, pulled: Pulled, request: Request, pull: Pull | None = None) -> PullAnswer:
        status = HTTP.get(pulled.end.value, 200)
        body = pulled.answer.encode()
        return pull_answers.read(status, "application/xml", body, 0.0, pull or self.asks(), request)

    def pull(self, pull: Pull | None = None, variant: Variant | str = "v1.13", **more: Any) -> PullAnswer:
        asked = pull or self.asks()
        return self.send(self.request(asked, variant, **more), asked)

    def counts(self) -> dict[Counted, int]:
        today = self.now.astimezone(IST).date()
        days = self.store.department_days(DEPARTMENT_ID, today, today)
        return dict(days[0].counts) if days else {}

    def troubles(self) -> list[str]:
        return [trouble.code for trouble in self.store.troubles_of(DEPARTMENT_ID, 100)]


def signed(body: bytes, encoding: pull_variants.Encoding = "hex") -> dict[str, str]:
    """The header over exactly these bytes."""
    return {"x-digilocker-hmac": pull_variants.signature(body, API_KEY, encoding)}


def _prepared(key: str, content: bytes) -> PreparedFile:
    return PreparedFile(key, hashlib.sha256(content).hexdigest(), len(content))
