"""The officers' desk for pending pulls: what DigiLocker asked and no certificate fitted, looked at and decided once.

Granted, the certificate goes to the citizen's account by Push URI: the citizen asked DigiLocker for it in this
account, and that request is the consent. Whoever asks the same again is answered what the officer said.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from chalicelib.domain.accounts.owners import OwnerKey, display_name
from chalicelib.domain.audit import Deed, Entry
from chalicelib.domain.authorisation import Actor
from chalicelib.domain.callers import Caller
from chalicelib.domain.changes import Change
from chalicelib.domain.departments import publishing
from chalicelib.domain.departments.certificates import (
    Certificate,
    CertificateStatus,
    DigiLockerAccount,
    certificate_id_of,
)
from chalicelib.domain.departments.changes import WriteCertificate, WritePullRequest
from chalicelib.domain.departments.deciding import demand_theirs, told
from chalicelib.domain.departments.departments import Department, DepartmentStatus
from chalicelib.domain.departments.pull_requests import PullRequest, PullRequestStatus
from chalicelib.domain.departments.pushes import PushAction
from chalicelib.domain.digilocker import matching
from chalicelib.domain.digilocker.matching import Fit
from chalicelib.domain.ports import Clock, Store
from chalicelib.domain.recording import recorded
from chalicelib.domain.refusals import Code, Refusal, invalid
from chalicelib.domain.rounds import in_rounds

QUEUE_AT_MOST = 100


class Decision(StrEnum):
    """What an officer decides."""

    GRANT = "grant"
    REFUSE = "refuse"


_STATUSES = {Decision.GRANT: PullRequestStatus.GRANTED, Decision.REFUSE: PullRequestStatus.REFUSED}


@dataclass(frozen=True, slots=True)
class Decided:
    """A decision with what belongs to it. `number` is the certificate's, None for the one that fits nearly."""

    decision: Decision
    number: str | None = None
    reason: str | None = None

    def __repr__(self) -> str:
        return f"Decided({self.decision.value})"


@dataclass(frozen=True, slots=True)
class PullCase:
    """A request with the certificate that fits nearly or was granted; `decided_by` is a name, "" for nobody yet."""

    department: Department
    request: PullRequest
    certificate: Certificate | None
    decided_by: str


@dataclass(frozen=True, slots=True)
class PullRequests:
    """The desk."""

    store: Store
    clock: Clock

    def queue(self, actor: Actor, department_id: str, status: PullRequestStatus) -> tuple[PullRequest, ...]:
        """A department's requests in a status, the longest waiting first, 100 at most. Raises `Refusal` `not_found`."""
        demand_theirs(self.store, actor, department_id)
        return self.store.pull_requests_of(department_id, status, QUEUE_AT_MOST)

    def case(self, actor: Actor, department_id: str, request_id: str) -> PullCase:
        """One request. Raises `Refusal` `not_found`."""
        department = demand_theirs(self.store, actor, department_id)
        return self._case(department, self._read(department_id, request_id))

    def decide(self, actor: Actor, department_id: str, request_id: str, decided: Decided, caller: Caller) -> PullCase:
        """An officer's decision; the same one made again by the same officer changes nothing.

        Raises `Refusal`: `not_found`; `pull_request_conflict` where somebody has decided; `invalid_fields`: a refusal
        has a reason, as has a grant to somebody of another name or birth date (`required`); the number is that of an
        active certificate (`certificate_unknown`) that is not in another's account (`certificate_of_another_account`).
        `department_suspended`; `push_not_possible` where the department is no client of DigiLocker.
        """

        def attempt() -> PullCase:
            department, now = demand_theirs(self.store, actor, department_id), self.clock()
            request = self._read(department_id, request_id)
            if request.status is not PullRequestStatus.OPEN:
                return self._as_before(department, request, actor, decided)
            after = replace(
                request,
                status=_STATUSES[decided.decision],
                decided_at=now,
                decided_by=actor.key,
                reason=decided.reason,
            )
            if decided.decision is Decision.REFUSE:
                if not decided.reason:
                    raise invalid(reason="required")
                entry = told(Deed.PULL_REQUEST_REFUSED, actor, department, {"request": request_id})
                return self._written(department, after, now, entry, caller)
            certificate = self._granted(department, request, decided)
            facts = {"request": request_id, "certificate": certificate.certificate_id}
            entry = told(Deed.PULL_REQUEST_GRANTED, actor, department, facts)
            after = replace(after, certificate_id=certificate.certificate_id)
            delivery = self._delivery(department, certificate, request, now)
            return self._written(department, after, now, entry, caller, *delivery)

        return in_rounds(attempt)

    def _written(
        self, department: Department, after: PullRequest, now: datetime, entry: Entry, caller: Caller, *more: Change
    ) -> PullCase:
        lines = recorded(self.store, now, caller.request_id, entry)
        revision = self.store.write(WritePullRequest(after), *more, *lines)
        return self._case(department, replace(after, revision=revision))

    def _granted(self, department: Department, request: PullRequest, decided: Decided) -> Certificate:
        """The certificate that is granted. Raises `Refusal` where it cannot be, or not to this person unsaid."""
        if department.status is not DepartmentStatus.ACTIVE:
            raise Refusal(Code.DEPARTMENT_SUSPENDED)
        if department.client is None:
            raise Refusal(Code.PUSH_NOT_POSSIBLE)
        certificate = self._named(request, decided.number)
        is_ours = certificate is not None and certificate.department_id == department.department_id
        if certificate is None or not is_ours or certificate.status is not CertificateStatus.ACTIVE:
            raise invalid(certificate_number="certificate_unknown")
        if certificate.account and certificate.account.digilocker_id.lower() != request.digilocker_id:
            raise invalid(certificate_number="certificate_of_another_account")
        fits = (matching.fit(request.name, request.born_on, one.name, one.born_on) for one in certificate.holders)
        if max(fits, default=Fit.DIFFERENT) is Fit.DIFFERENT and not decided.reason:
            raise invalid(reason="required")
        return certificate

    def _named(self, request: PullRequest, number: str | None) -> Certificate | None:
        if number is None and request.certificate_id is None:
            raise invalid(certificate_number="required")
        id_ = request.certificate_id or ""
        if number is not None:
            plain = unicodedata.normalize("NFC", " ".join(number.split()))
            id_ = certificate_id_of(request.department_id, request.doctype, plain)
        return self.store.certificate(id_)

    def _delivery(
        self, department: Department, certificate: Certificate, request: PullRequest, now: datetime
    ) -> tuple[Change, ...]:
        """The push into the account that asked, and the account on the certificate's record."""
        account = certificate.account or DigiLockerAccount(request.digilocker_id, request.asked_at)
        known = replace(certificate, account=account)
        changed = () if known == certificate else (WriteCertificate(known),)
        return (*changed, *publishing.wanted(self.store, department, known, PushAction.ADD, now))

    def _as_before(self, department: Department, request: PullRequest, actor: Actor, decided: Decided) -> PullCase:
        """What is decided already: told again to who decided so. Raises `Refusal` `pull_request_conflict`."""
        is_same = (request.decided_by, request.status) == (actor.key, _STATUSES[decided.decision])
        named = self._named(request, decided.number) if decided.decision is Decision.GRANT else None
        if not is_same or (named is not None and named.certificate_id != request.certificate_id):
            raise Refusal(Code.PULL_REQUEST_CONFLICT)
        return self._case(department, request)

    def _read(self, department_id: str, request_id: str) -> PullRequest:
        found = self.store.pull_request(request_id)
        if found is None or found.department_id != department_id:
            raise Refusal(Code.NOT_FOUND)
        return found

    def _case(self, department: Department, request: PullRequest) -> PullCase:
        certificate = self.store.certificate(request.certificate_id) if request.certificate_id else None
        decider = self.store.owner(OwnerKey(request.decided_by)) if request.decided_by else None
        return PullCase(department, request, certificate, display_name(decider) if decider else "")
