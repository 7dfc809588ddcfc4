"""Pulls: what answering DigiLocker costs in CPU, against what no answer can do without; and the AWS calls of one."""

from __future__ import annotations

import base64
import hashlib
import hmac
import io
import statistics
import time
from collections.abc import Callable, Mapping
from contextlib import redirect_stdout
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast

from bench.calls_made import count
from bench.figures import Figure, WrongAnswerError
from chalicelib import suite
from chalicelib.domain.departments import finding, ready_content
from chalicelib.domain.departments.asking_officers import AskingOfficers
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
    DepartmentLimits,
    DepartmentRole,
    DepartmentStatus,
    DocumentType,
    PullApi,
    PullKind,
    SearchParameter,
)
from chalicelib.domain.departments.pull_finding import PullFinding
from chalicelib.domain.departments.pulling import PullManner, Pulls
from infra.local import sample_department
from infra.local.digilocker import pull_answers, pull_caller, pull_variants
from infra.local.digilocker.pull_variants import VARIANTS, Pull
from infra.local.laptop import Laptop

# A page of a certificate with its font, its seal and its signatures.
PDF = b"%PDF-1.4\n" + bytes(range(256)) * 800
XML = b'<?xml version="1.0" encoding="UTF-8"?>\n<Certificate status="A">' + b" " * 3000 + b"</Certificate>"
FLOOR_BOUND, REFUSAL_BOUND = 3.0, 0.5
READS, DOCUMENT_READS, WRITES = 2, 1, 3
_ROUNDS, _EACH = 9, 50
_KEY, _NUMBER, _DEPARTMENT, _API = "bench-pull-api-key", "TN/2026/1", "d" * 22, "a" * 22
ASHA = Holder("Asha Rao", date(1980, 3, 4), "F", "9876543210")
ROUTE = "POST /digilocker/pull/{department_id}/{api_id}"


def figures() -> list[Figure]:
    """All figures of pulls. Raises `WrongAnswerError` where a pull is not answered rightly."""
    return [*cpu(), *calls()]


class _InMemory:
    """The store, the keys and the documents of one department with one certificate, in memory."""

    def __init__(self, now: datetime) -> None:
        search = (SearchParameter("REGNO", "number", "Registration number"),)
        kind = DocumentType("TRCER", {"en": "Trade registration"}, "TradeRegistration", (), search)
        self.kept = Department(
            department_id=_DEPARTMENT,
            name={"en": "Example"},
            issuer_id="in.gov.tn.example",
            roles=frozenset({DepartmentRole.ISSUER}),
            status=DepartmentStatus.ACTIVE,
            created_at=now,
            created_by="bench",
            document_types=(kind,),
            pull_apis=(PullApi(_API, PullKind.PULL_URI, ("TRCER",)),),
            limits=DepartmentLimits(pulls_a_minute=10**9),
        )
        self.certificate = certificate(_DEPARTMENT, "in.gov.tn.example", now)
        xml, pdf = self.certificate.xml, self.certificate.pdf
        self.files: Mapping[str, bytes] = (
            {xml.key: XML, ready_content.ready_key(xml): ready_content.joined(XML, PDF)} if xml and pdf else {}
        )
        (self.search_key,) = finding.search_keys_of(kind, self.certificate)

    def department(self, department_id: str) -> Department | None:
        return self.kept if department_id == _DEPARTMENT else None

    def findable(self, search_key: str) -> tuple[Certificate, ...]:
        return (self.certificate,) if search_key == self.search_key else ()

    def secrets(self, *_of: object) -> tuple[bytes, ...]:
        return (_KEY.encode(),)

    def get(self, key: str, at_most: int) -> bytes:
        del at_most
        return self.files[key]

    def write(self, *_changes: object) -> str:
        return ""

    def count(self, *_counted: object) -> None:
        """Takes what is counted."""

    def tell_trouble(self, _trouble: object) -> None:
        """Takes what went wrong."""


def certificate(department_id: str, issuer_id: str, now: datetime) -> Certificate:
    """A certificate with a PDF of some 200 KB."""
    id_ = certificate_id_of(department_id, "TRCER", _NUMBER)
    folder = f"certificates/{department_id}/{id_}"
    return Certificate(
        certificate_id=id_,
        department_id=department_id,
        doctype="TRCER",
        number=_NUMBER,
        uri=f"{issuer_id}-TRCER-BCDFGHJKLM",
        doc_id="BCDFGHJKLM",
        holders=(ASHA,),
        fields={},
        issued_on=date(2026, 4, 1),
        status=CertificateStatus.ACTIVE,
        created_at=now,
        issued_by="bench",
        xml=PreparedFile(f"{folder}/certificate.xml", hashlib.sha256(XML).hexdigest(), len(XML)),
        pdf=PreparedFile(f"{folder}/certificate.pdf", hashlib.sha256(PDF).hexdigest(), len(PDF)),
    )


def cpu() -> list[Figure]:
    """CPU of an answer with a PDF of 200 KB, and of refusing what is signed and hostile, against the floors."""
    now = datetime.now(UTC)
    kept = cast("Any", _InMemory(now))
    manner = PullManner({"F": "Female"}, timedelta(minutes=5))
    pulls = Pulls(kept, kept, PullFinding(kept, kept, AskingOfficers(kept, kept)), lambda: now, manner)
    asked = _asks("")
    whole = pull_variants.request(asked, _KEY, VARIANTS["v1.13"], now)
    bomb = pull_variants.request(asked, _KEY, VARIANTS["v1.13"], now, wrong="bomb")

    def answered(request: pull_variants.Request) -> Any:  # noqa: ANN401 - a `Pulled`
        return pulls.answer(_DEPARTMENT, _API, request.headers["x-digilocker-hmac"], request.body)

    pulled = answered(whole)
    read = pull_answers.read(200, "application/xml", pulled.answer.encode(), 0.0, asked, whole)
    if not read.is_found or read.pdf != PDF or read.data != XML:
        raise WrongAnswerError(f"a pull was answered wrongly: {read.problems}")
    if answered(bomb).end.value != "unreadable":
        raise WrongAnswerError("a bomb was read")

    def floor() -> None:
        """The hmac of the request, the files' hashes, and base64: what the specification asks for."""
        hmac.digest(_KEY.encode(), whole.body, "sha256")
        for content in (PDF, XML):
            hashlib.sha256(content).hexdigest()
            base64.b64encode(content).decode()

    (answer, median), (least, _), (refusal, _) = (
        _milliseconds(what) for what in (lambda: answered(whole), floor, lambda: answered(bomb))
    )
    return [
        Figure("pulls.cpu", answer, "ms", "hmac, SHA-256, base64", least, FLOOR_BOUND, f"median {median:.2f} ms"),
        Figure("pulls.refusing_a_bomb", refusal, "ms", "an answer", answer, REFUSAL_BOUND),
    ]


def calls() -> list[Figure]:
    """The AWS calls of a pull on the laptop, answered with PDF and XML."""
    with redirect_stdout(io.StringIO()), Laptop.start() as laptop:
        now = laptop.clock()
        store, documents = suite.suite().store, suite.suite().documents
        department = store.department(sample_department.DEPARTMENT_ID)
        if department is None:
            raise WrongAnswerError("the laptop has no sample department")
        made = certificate(department.department_id, department.issuer_id, now)
        if made.xml is None:
            raise WrongAnswerError("no XML")
        documents.put(made.xml.key, XML, "application/xml")
        documents.put(ready_content.ready_key(made.xml), ready_content.joined(XML, PDF), ready_content.CONTENT_TYPE)
        (search_key,) = finding.search_keys_of(department.document_types[0], made)
        found = replace(made, revision=None)
        store.write(WriteCertificate(made), TakeUri(made.uri, made.certificate_id), MakeFindable(search_key, found))
        url = f"{laptop.site_url}/digilocker/pull/{department.department_id}/{sample_department.API_ID}"
        asked = _asks(sample_department.ORG_ID)
        taken = []
        for _ in range(2):
            laptop.calls.clear()
            taken.append(pull_caller.pull(url, sample_department.API_KEY, asked, now=laptop.clock()))
        if not all(one.is_found for one in taken):
            raise WrongAnswerError(f"a pull was answered wrongly: {[one.problems for one in taken]}")
        by_pull = laptop.calls.by(ROUTE)
    counted = count(by_pull)
    documents_read = sum(call.operation == "GetObject" for call in by_pull)
    return [
        Figure("pulls.reads", counted.reads, "reads", bound=READS, beside=str(counted)),
        Figure("pulls.document_reads", documents_read, "reads", bound=DOCUMENT_READS),
        Figure("pulls.writes", counted.writes, "writes", bound=WRITES, beside="the minute's limit, the txn, the count"),
    ]


def _asks(org_id: str) -> Pull:
    return Pull("TRCER", org_id, {"REGNO": _NUMBER}, ASHA.name, ASHA.born_on, "123e4567-e89b-12d3-a456-426655440000")


def _milliseconds(what: Callable[[], object]) -> tuple[float, float]:
    """The least and the median of repeated runs: CPU in ms of one."""
    taken = []
    for _ in range(_ROUNDS):
        begun = time.process_time()
        for _ in range(_EACH):
            what()
        taken.append((time.process_time() - begun) / _EACH * 1000)
    return min(taken), statistics.median(taken)
