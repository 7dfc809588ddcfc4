"""What the officers' routes of full registrations give."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain.icegate import full_registration_rules as rules
from chalicelib.domain.icegate.full_registrations import FullRegistration
from chalicelib.domain.icegate.reviewing import Case
from chalicelib.handlers.full_registration_models import (
    DocumentView,
    RegisteredDscView,
    document_views,
    dsc_view,
    instant_or_none,
)
from chalicelib.handlers.problems import instant
from chalicelib.handlers.signing_models import ReportView, report_view


@dataclass(frozen=True, slots=True)
class QueuedView:
    """A registration in the list; `is_late` once it has waited for an officer for 30 days."""

    registration_id: str
    status: str
    legal_name: str
    icegate_id: str
    submitted_at: str | None
    is_late: bool


@dataclass(frozen=True, slots=True)
class QueueView:
    """Registrations in one status, the longest waiting first, 100 at most."""

    registrations: list[QueuedView]


@dataclass(frozen=True, slots=True)
class CaseView:
    """A registration as officers see it; `report` is what was found of the signature when it was made."""

    registration_id: str
    status: str
    may_decide: bool
    icegate_id: str
    iec: str
    legal_name: str
    opened_at: str
    submitted_at: str | None
    decided_at: str | None
    decided_by: str
    reason: str | None
    dsc: RegisteredDscView | None
    report: ReportView | None
    documents: list[DocumentView]


@dataclass(frozen=True, slots=True)
class DownloadView:
    """Where a document can be downloaded, for a few minutes."""

    url: str
    expires_at: str


def queue_view(registrations: tuple[FullRegistration, ...], now: datetime) -> QueueView:
    """The list."""
    return QueueView([_queued_view(one, now) for one in registrations])


def _queued_view(registration: FullRegistration, now: datetime) -> QueuedView:
    submitted_at = registration.submitted_at
    is_waiting = rules.is_waiting_for_officer(registration)
    return QueuedView(
        registration.registration_id,
        registration.status.value,
        registration.legal_name,
        registration.icegate_id,
        instant_or_none(submitted_at),
        is_late=is_waiting and submitted_at is not None and now >= submitted_at + rules.REVIEW_EXPECTED_WITHIN,
    )


def case_view(case: Case, language: str, now: datetime) -> CaseView:
    """One registration with everything an officer decides on."""
    registration = case.registration
    return CaseView(
        registration_id=registration.registration_id,
        status=registration.status.value,
        may_decide=rules.is_waiting_for_officer(registration),
        icegate_id=registration.icegate_id,
        iec=registration.iec,
        legal_name=registration.legal_name,
        opened_at=instant(registration.opened_at),
        submitted_at=instant_or_none(registration.submitted_at),
        decided_at=instant_or_none(registration.decided_at),
        decided_by=case.decided_by,
        reason=registration.reason,
        dsc=dsc_view(registration.dsc, now) if registration.dsc else None,
        report=report_view(case.report, language) if case.report else None,
        documents=document_views(registration.documents, language),
    )
