"""The desks of departments on fakes, with the administrators and officers who come to them."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from chalicelib.domain.accounts.account import Role
from chalicelib.domain.audit import Event
from chalicelib.domain.authorisation import Actor
from chalicelib.domain.departments.changes import WriteDepartment
from chalicelib.domain.departments.changing_keys import KeyDesk, Made, Wanted
from chalicelib.domain.departments.departments import (
    CertificateField,
    Department,
    DepartmentRole,
    DocumentType,
    KeyPurpose,
    PullApi,
    PullKind,
    SearchParameter,
    stream_of,
)
from chalicelib.domain.departments.keys import DepartmentKeys, IssuingTokens
from chalicelib.domain.departments.onboarding import DepartmentDesk, Details
from chalicelib.domain.departments.statistics_desk import StatisticsDesk
from tests.domain.staff.world import CALLER, Office
from tests.fakes import FakeVault

ISSUER = frozenset({DepartmentRole.ISSUER})
NAMES = {"en": "Commissionerate of Trade", "hi": "व्यापार आयुक्तालय"}
DETAILS = Details(NAMES, ISSUER)
TRADE = DocumentType(
    code="TRCER",
    title={"en": "Trade registration", "hi": "व्यापार पंजीकरण"},
    element="TradeRegistration",
    fields=(
        CertificateField("trade_name", {"en": "Firm", "hi": "फ़र्म"}),
        CertificateField("ward", {"en": "Ward", "hi": "वार्ड"}),
        CertificateField("remark", {"en": "Remark", "hi": "टिप्पणी"}, is_required=False),
    ),
    search=(SearchParameter("regno", "number", "Registration number"), SearchParameter("wardno", "ward", "Ward")),
    template="# {title}\nNo. {number}\nFirm | {trade_name}\n{{as printed}}",
)


@dataclass
class Desks(Office):
    """The desks; `chief` is an administrator."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.vault = FakeVault()
        self.desk = DepartmentDesk(self.store, self.clock)
        self.keys = DepartmentKeys(self.store, self.vault, self.clock)
        self.key_desk = KeyDesk(self.store, self.vault, self.keys, self.clock)
        self.tokens = IssuingTokens(self.store, self.clock)
        self.statistics = StatisticsDesk(self.store, self.clock)
        self.chief = self.administrator()

    def opened(self, issuer_id: str = "in.gov.trade.tn", details: Details = DETAILS) -> Department:
        return self.desk.open(self.chief, issuer_id, details, CALLER)

    def ready(self, issuer_id: str = "in.gov.trade.tn") -> Department:
        """A department with a document type and an endpoint."""
        made = self.opened(issuer_id)
        self.desk.write_document_type(self.chief, made.department_id, TRADE, CALLER)
        api = PullApi("", PullKind.PULL_URI, ("TRCER",), "trade01")
        return self.desk.write_pull_api(self.chief, made.department_id, api, CALLER)

    def officer_of(self, department: Department) -> Actor:
        return self.actor(self.member(Role.DEPARTMENT_OFFICER, department.department_id))

    def stored(self, department: Department) -> Department:
        found = self.store.department(department.department_id)
        assert found is not None
        return found

    def told_of(self, department: Department) -> list[Event]:
        return list(self.store.audit_events(stream_of(department.department_id)))

    def key(self, department: Department, purpose: KeyPurpose, **wanted: Any) -> Made:
        return self.key_desk.make(self.chief, department.department_id, Wanted(purpose, **wanted), CALLER)

    def touch(self, department: Department, **changed: Any) -> Department:
        """The department, written by somebody else meanwhile."""
        after = replace(self.stored(department), **changed)
        return replace(after, revision=self.store.write(WriteDepartment(after)))
