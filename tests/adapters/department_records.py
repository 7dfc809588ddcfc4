"""Records of departments and of DigiLocker with every field filled; each call makes one with a key of its own."""

from __future__ import annotations

from datetime import date

from chalicelib.domain.accounts.owners import account_key
from chalicelib.domain.departments.backfills import (
    Backfill,
    BackfillCounts,
    BackfillKind,
    BackfillRange,
    BackfillStatus,
)
from chalicelib.domain.departments.certificates import (
    Certificate,
    CertificateStatus,
    DigiLockerAccount,
    Holder,
    PreparedFile,
    PushState,
)
from chalicelib.domain.departments.departments import (
    CertificateField,
    Department,
    DepartmentKey,
    DepartmentLimits,
    DepartmentRole,
    DepartmentStatus,
    DigiLockerClient,
    DocumentType,
    Freshness,
    KeyPurpose,
    PullApi,
    PullFormat,
    PullKind,
    SearchParameter,
    WhenNotMatched,
)
from chalicelib.domain.departments.outages import Outage
from chalicelib.domain.departments.pull_requests import PendingReason, PullRequest, PullRequestStatus
from chalicelib.domain.departments.pushes import Push, PushAction, PushStatus
from chalicelib.domain.departments.statistics import Trouble
from chalicelib.domain.digilocker.consents import Consent, ConsentStatus, Tokens
from chalicelib.domain.digilocker.fetches import Fetch, FetchItem, FetchStatus, ItemStatus, Locker, Purpose
from chalicelib.domain.digilocker.locker_holder import LockerHolder
from chalicelib.domain.digilocker.own_documents import Because, Match, OwnDocument
from tests.adapters.records import LATER, NOW, number


def department_id() -> str:
    return f"department-{number():011}"


def department() -> Department:
    return Department(
        department_id=department_id(),
        name={"en": "Department of Coir", "hi": "कयर विभाग"},
        issuer_id=f"in.gov.tn.coir{number()}",
        roles=frozenset(DepartmentRole),
        status=DepartmentStatus.SUSPENDED,
        created_at=NOW,
        created_by="account:administrator",
        document_types=(
            DocumentType(
                "TRCER",
                {"en": "Trade registration", "hi": "व्यापार पंजीकरण"},
                "TradeRegistration",
                (CertificateField("trade", {"en": "Trade", "hi": "व्यापार"}, is_required=False),),
                (SearchParameter("tracking_id", "number", "Tracking id"),),
                "{trade}\n{number}",
                WhenNotMatched.ASK_OFFICER,
                WhenNotMatched.REFUSE,
                5,
            ),
        ),
        pull_apis=(
            PullApi("api-1", PullKind.PULL_DOC, ("TRCER",), "org", PullFormat.PDF, Freshness.REFUSED, is_open=False),
        ),
        keys=(
            DepartmentKey("key-1", KeyPurpose.PULL_API, NOW, "account:officer", "api-1", "v1.sealed", "ab" * 32, LATER),
        ),
        client=DigiLockerClient("CLIENT1", "Coir", "multipart"),
        limits=DepartmentLimits(1, 2, 3),
        signing_key="alias/coir",
        status_reason="Asked by the department.",
        reactivated_at=LATER,
    )


def holder() -> Holder:
    return Holder("आशा राव", date(1980, 2, 29), "F", "9876500002")


def certificate() -> Certificate:
    made = number()
    return Certificate(
        certificate_id=f"certificate-{made:010}",
        department_id="department-1",
        doctype="TRCER",
        number=f"TR/{made}",
        uri=f"in.gov.tn.coir-TRCER-{made:010}",
        doc_id=f"{made:010}",
        holders=(holder(), Holder("Ravi Rao", date(1999, 12, 31))),
        fields={"trade": "कयर"},
        issued_on=date(2026, 4, 1),
        status=CertificateStatus.REVOKED,
        created_at=NOW,
        issued_by="department:department-1:key-1",
        valid_from=date(2026, 4, 1),
        valid_to=date(2031, 3, 31),
        pdf=PreparedFile("certificates/1.pdf", "ab" * 32, 4711),
        xml=PreparedFile("certificates/1.xml", "cd" * 32, 815),
        brought_pdf="brought/1.pdf",
        account=DigiLockerAccount("123e4567-e89b-12d3-a456-426655440000", NOW),
        push=PushState.PARKED,
        trouble="in_another_account",
        revoked_at=LATER,
        revoked_because="The firm was wound up.",
        brought_again_at=LATER,
        look_at=LATER,
    )


def push() -> Push:
    return Push(
        push_id=f"push-{number():017}",
        certificate_id="certificate-1",
        department_id="department-1",
        action=PushAction.UPDATE,
        status=PushStatus.PARKED,
        created_at=NOW,
        due_at=LATER,
        attempts=3,
        round=2,
        reason="no_answer",
        pushed_at=NOW,
        claimed_by="push-1",
        claimed_until=LATER,
    )


def outage() -> Outage:
    return Outage(department_id(), NOW, LATER, 7, LATER, "push-1")


def pull_request() -> PullRequest:
    return PullRequest(
        request_id=f"request-{number():014}",
        department_id=department_id(),
        doctype="TRCER",
        digilocker_id="123e4567-e89b-12d3-a456-426655440000",
        name="आशा राव",
        born_on=date(1980, 2, 29),
        parameters={"tracking_id": "TR/1"},
        because=PendingReason.NEARLY_MATCHED,
        status=PullRequestStatus.REFUSED,
        asked_at=NOW,
        certificate_id="certificate-1",
        decided_at=LATER,
        decided_by="account:officer",
        reason="Somebody else's.",
    )


def backfill() -> Backfill:
    return Backfill(
        backfill_id=f"backfill-{number():013}",
        department_id=department_id(),
        doctype="TRCER",
        key="imports/1/rows.csv",
        is_dry_run=True,
        status=BackfillStatus.FAILED,
        created_at=NOW,
        created_by="account:officer",
        kind=BackfillKind.INDEX,
        round=2,
        separator=";",
        columns=("number", "holder_name"),
        size=4711,
        mark='"abcdef"',
        ranges=7,
        ranges_done=6,
        counts=BackfillCounts(4, 1, 2, 1),
        report="imports/1/report.csv",
        started_at=NOW,
        ended_at=LATER,
        trouble="no_answer",
        is_planned=True,
    )


def backfill_range(backfill_id: str, which: int) -> BackfillRange:
    return BackfillRange(
        backfill_id,
        which,
        start=100 * which,
        end=100 * which + 100,
        next_offset=100 * which + 50,
        is_done=True,
        counts=BackfillCounts(4, 1, 2, 1),
        next_line=7,
        after="certificate-1",
    )


def trouble(of_department: str) -> Trouble:
    return Trouble(of_department, f"trouble-{number()}", NOW, "in_another_account", "certificate-1", LATER)


def fetch() -> Fetch:
    return Fetch(
        fetch_id=f"fetch-{number():016}",
        owner=account_key(f"account-{number():09}"),
        department_id="department-1",
        locker=Locker.ENTITY,
        purpose=Purpose.FULL_REGISTRATION,
        doctypes=("PANCR", "DRVLC"),
        status=FetchStatus.PENDING,
        opened_at=NOW,
        expires_at=LATER,
        consent_until=LATER,
        consent_text="2030-1",
        language="hi",
        state_hash="ab" * 32,
        browser_hash="cd" * 32,
        sealed_verifier="v1.verifier",
        born_on=date(1980, 2, 29),
        state_used_at=NOW,
        sealed_code="v1.code",
        consent_id="consent-1",
        holder=LockerHolder("Asha Rao", date(1980, 2, 28), is_firm=True),
        items=(FetchItem("PANCR", ItemStatus.FAILED, "in.gov.pan-PANCR-1", "document-1", "invalid_uri"),),
        reason="access_denied",
        task_token="AAAA" * 200,
        waiting_since="2030-11-02T04:30:00.123Z#0001",
    )


def consent() -> Consent:
    return Consent(
        consent_id=f"consent-{number():014}",
        fetch_id="fetch-1",
        owner=account_key(f"account-{number():09}"),
        department_id="department-1",
        locker=Locker.PERSON,
        purpose=Purpose.MY_DOCUMENTS,
        asked=("PANCR", "DRVLC"),
        granted=("PANCR",),
        text_version="2030-1",
        language="hi",
        given_at=NOW,
        valid_until=LATER,
        status=ConsentStatus.REVOKED,
        digilocker_id="123e4567-e89b-12d3-a456-426655440000",
        tokens=Tokens("v1.tokens", LATER, 3, LATER),
        revoked_at=NOW,
        try_at=NOW,
    )


def own_document() -> OwnDocument:
    return OwnDocument(
        document_id=f"document-{number():013}",
        owner=account_key(f"account-{number():09}"),
        consent_id="consent-1",
        doctype="PANCR",
        title="PAN Verification Record",
        issuer="Income Tax Department",
        uri_hash="ab" * 32,
        key="own/document-1/file",
        sha256="cd" * 32,
        size=4711,
        content_type="application/pdf",
        fetched_at=NOW,
        match=Match.CONFIRMED,
        because=Because.NAME_NEARLY,
        name="ASHA RAO",
        born_on=date(1980, 2, 29),
        number="ZZZPZ9999Z",
        masked="XXXXXX999Z",
        xml_key="own/document-1/xml",
        used_by=("full_registration:1",),
        decided_by="account:officer",
        decided_at=LATER,
        said="The same person.",
        holder=LockerHolder("Asha Rao", date(1980, 2, 28), is_firm=True),
        typed_born_on=date(1980, 2, 27),
        judged_with=("abcdefghijklmnopqrstuv",),
    )
