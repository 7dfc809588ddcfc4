"""What the routes of pending pulls take and give."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.domain.departments.deciding_pulls import Decided, Decision, PullCase
from chalicelib.domain.departments.pull_requests import PullRequest, PullRequestStatus
from chalicelib.domain.refusals import FieldProblem
from chalicelib.handlers.bodies import optional, sent
from chalicelib.handlers.problems import day_or_none, instant

if TYPE_CHECKING:
    from chalicelib.domain.departments.certificates import Certificate

REASON_AT_MOST = 500


def parse_decision(value: str) -> Decision:
    """What an officer decides. Refuses with `decision_unknown`."""
    if value not in {decision.value for decision in Decision}:
        raise FieldProblem("decision_unknown")
    return Decision(value)


def parse_status(value: str) -> PullRequestStatus:
    """A status to list, `open` where none is given. Refuses with `status_unknown`."""
    if value and value not in {status.value for status in PullRequestStatus}:
        raise FieldProblem("status_unknown")
    return PullRequestStatus(value or PullRequestStatus.OPEN.value)


def parse_said(value: str) -> str | None:
    """What is said, trimmed; None where nothing is."""
    return value.strip() or None


@dataclass(frozen=True, slots=True)
class PullDecisionBody:
    """An officer's decision on a pending pull."""

    decision: Decision = sent(parse_decision, "`grant` or `refuse`.", "grant")
    certificate_number: str | None = optional(
        parse_said,
        "The certificate that is theirs; left out for the one that fits nearly.",
        "TN/2026/000123",
        at_most=64,
    )
    reason: str | None = optional(
        parse_said,
        "Why. A refusal has one, and a grant to somebody of another name or birth date.",
        "The name was changed by deed; the gazette is on file.",
        at_most=REASON_AT_MOST,
    )

    def decided(self) -> Decided:
        """The decision as the desk takes it."""
        return Decided(self.decision, self.certificate_number, self.reason)


@dataclass(frozen=True, slots=True)
class AskedParameterView:
    """One search parameter: what DigiLocker asked the citizen for, and what they gave."""

    name: str
    label: str
    value: str


@dataclass(frozen=True, slots=True)
class CertificateHolderView:
    """Somebody whom a certificate names."""

    name: str
    born_on: str


@dataclass(frozen=True, slots=True)
class FittingCertificateView:
    """The certificate that fits nearly, or that was granted."""

    certificate_id: str
    number: str
    holders: list[CertificateHolderView]
    issued_on: str
    status: str


@dataclass(frozen=True, slots=True)
class PullRequestView:
    """A request as officers see it."""

    request_id: str
    status: str
    because: str
    document: str
    doctype: str
    name: str
    born_on: str | None
    parameters: list[AskedParameterView]
    certificate: FittingCertificateView | None
    asked_at: str
    decided_at: str | None
    decided_by: str
    reason: str | None
    may_decide: bool


@dataclass(frozen=True, slots=True)
class QueuedPullView:
    """A request in the list."""

    request_id: str
    status: str
    because: str
    doctype: str
    name: str
    asked_at: str


@dataclass(frozen=True, slots=True)
class PullRequestsView:
    """Requests in one status, the longest waiting first, 100 at most."""

    requests: list[QueuedPullView]


def queue_view(requests: tuple[PullRequest, ...]) -> PullRequestsView:
    """The list."""
    return PullRequestsView(
        [
            QueuedPullView(
                one.request_id, one.status.value, one.because.value, one.doctype, one.name, instant(one.asked_at)
            )
            for one in requests
        ]
    )


def case_view(case: PullCase, language: str) -> PullRequestView:
    """One request with everything an officer decides on."""
    request = case.request
    document_type = case.department.document_type(request.doctype)
    labels = {one.name: one.label for one in document_type.search} if document_type else {}
    return PullRequestView(
        request_id=request.request_id,
        status=request.status.value,
        because=request.because.value,
        document=document_type.title.get(language, request.doctype) if document_type else request.doctype,
        doctype=request.doctype,
        name=request.name,
        born_on=day_or_none(request.born_on),
        parameters=[
            AskedParameterView(name, labels.get(name, name), value) for name, value in request.parameters.items()
        ],
        certificate=_certificate_view(case.certificate) if case.certificate else None,
        asked_at=instant(request.asked_at),
        decided_at=instant(request.decided_at) if request.decided_at else None,
        decided_by=case.decided_by,
        reason=request.reason,
        may_decide=request.status is PullRequestStatus.OPEN,
    )


def _certificate_view(certificate: Certificate) -> FittingCertificateView:
    return FittingCertificateView(
        certificate.certificate_id,
        certificate.number,
        [CertificateHolderView(one.name, one.born_on.isoformat()) for one in certificate.holders],
        certificate.issued_on.isoformat(),
        certificate.status.value,
    )
