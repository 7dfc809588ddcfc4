"""Issuing: what a department brings becomes certificates, each once whatever is repeated.

A certificate is known by department, type and number. The same content brought again is there already; other content
under a number that was given is a conflict, and never written over, unless its PDF could not be made: such a one has
never been seen by anybody, and is put right under its URI. A DigiLocker account that comes later is added and pushed
to; one that is there is never replaced. Light: routes and imports use it; `making` does the rest.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING, TypeVar

from chalicelib.domain.changes import ChangeRefused
from chalicelib.domain.departments import keeping, publishing, uris
from chalicelib.domain.departments.bringing import COLUMNS, CertificateRow, parse_row
from chalicelib.domain.departments.certificates import NOT_KEPT, Certificate, CertificateStatus, certificate_id_of
from chalicelib.domain.departments.changes import TakeUri, WriteCertificate
from chalicelib.domain.departments.departments import Department, DepartmentRole, DepartmentStatus
from chalicelib.domain.departments.pushes import PushAction
from chalicelib.domain.departments.statistics import Counted
from chalicelib.domain.limits import IST
from chalicelib.domain.refusals import Code, Refusal, invalid
from chalicelib.domain.rounds import ROUNDS

if TYPE_CHECKING:
    from chalicelib.domain.ports import Clock, Store

__all__ = ["COLUMNS", "CertificateRow", "Issued", "IssuedOutcome", "Issuing", "Write", "brought_key", "parse_row"]
Item = TypeVar("Item")
# A transaction of DynamoDB's takes 100 items; each certificate is two.
_AT_ONCE = 25
_LOOKED_UP_AT_ONCE = 100
# Reasons of refused rows.
DATE_IN_FUTURE, CONSENT_IN_FUTURE, KEEPING_OVER = "date_in_future", "consent_in_future", "keeping_over"
NUMBER_TAKEN, ACCOUNT_DIFFERS = "certificate_number_taken", "certificate_account_differs"
# Of these an account that comes later is taken: the others are given to nobody any more, or made anew.
_TAKES_ACCOUNT = frozenset({CertificateStatus.PREPARING, CertificateStatus.ACTIVE})


class Write(StrEnum):
    """Whether certificates are written, or only judged."""

    REAL = "real"
    DRY = "dry"


class IssuedOutcome(StrEnum):
    """What became of a row."""

    CREATED = "created"
    THERE_ALREADY = "there_already"
    # Another certificate has this number, or it is for another account.
    CONFLICT = "conflict"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Issued:
    """What became of one row; `reason` has a sentence in both languages (`field.<reason>`), "" for none."""

    number: str
    outcome: IssuedOutcome
    certificate_id: str | None = None
    reason: str = ""


def brought_key(department_id: str, upload_id: str) -> str:
    """Where a PDF lies that a department uploaded; nobody reaches another's."""
    return f"brought/{department_id}/{upload_id}"


@dataclass(frozen=True, slots=True)
class Issuing:
    """Writes certificates that are to be made. Repeating it changes nothing."""

    store: Store
    clock: Clock

    def issue(
        self, department: Department, rows: Sequence[CertificateRow], issued_by: str, mode: Write = Write.REAL
    ) -> tuple[Issued, ...]:
        """Issues certificates, in the order of the rows; dry, it says what would become of them and writes nothing.

        `issued_by` is kept with each: an import's id, or who acts. Raises `Refusal`: `department_suspended`,
        `not_permitted` where the department is no issuer or its day is full, `invalid_fields` (`document_type`).
        """
        now = self.clock()
        self._demand_may_issue(department, rows, now)
        made: dict[str, Certificate] = {}
        outcomes: dict[int, Issued] = {}
        for some in _chunks(list(enumerate(rows)), _LOOKED_UP_AT_ONCE):
            ids = [_id(department, row) for _, row in some]
            there = self.store.certificates_there(tuple(dict.fromkeys(ids)))
            fresh: list[Certificate] = []
            again: set[int] = set()
            for (place, row), certificate_id in zip(some, ids, strict=True):
                before = made.get(certificate_id)
                if untimely := _untimely(department, row, now):
                    outcomes[place] = Issued(row.number, IssuedOutcome.REFUSED, reason=untimely)
                elif before is not None:
                    outcomes[place] = _compared(before, row, department)
                    again.add(place)
                    if outcomes[place].outcome is IssuedOutcome.THERE_ALREADY:
                        made[certificate_id] = replace(before, account=before.account or row.account)
                elif certificate_id in there:
                    outcomes[place] = self._met(department, row, now, issued_by, mode)
                else:
                    made[certificate_id] = _certificate(department, row, now, issued_by)
                    fresh.append(made[certificate_id])
                    outcomes[place] = Issued(row.number, IssuedOutcome.CREATED, certificate_id)
            if mode is Write.REAL:
                met = self._written(department, fresh)
                for place, (index, row) in enumerate(some):
                    # Another run wrote one of them first; or an earlier row did, and this one may have its account.
                    is_met = ids[place] in met and outcomes[index].outcome is IssuedOutcome.CREATED
                    if is_met or index in again:
                        outcomes[index] = self._met(department, row, now, issued_by, mode)
        results = tuple(outcomes[place] for place in range(len(rows)))
        self._count(department, results, now, mode)
        return results

    def _demand_may_issue(self, department: Department, rows: Sequence[CertificateRow], now: datetime) -> None:
        if department.status is not DepartmentStatus.ACTIVE:
            raise Refusal(Code.DEPARTMENT_SUSPENDED)
        if DepartmentRole.ISSUER not in department.roles:
            raise Refusal(Code.NOT_PERMITTED)
        if any(department.document_type(doctype) is None for doctype in {row.doctype for row in rows}):
            raise invalid(document_type="document_type_unknown")
        today = now.astimezone(IST).date()
        days = self.store.department_days(department.department_id, today, today)
        issued = sum(day.counts.get(Counted.ISSUED, 0) for day in days)
        if issued + len(rows) > department.limits.certificates_a_day:
            raise Refusal(Code.TOO_MANY_REQUESTS)

    def _written(self, department: Department, fresh: Iterable[Certificate]) -> set[str]:
        """Writes new certificates, many in one write; the ids of those that somebody else had written before."""
        met: set[str] = set()
        for some in _chunks(list(fresh), _AT_ONCE):
            try:
                self.store.write(*(change for one in some for change in _changes(one)))
            except ChangeRefused:
                met |= {one.certificate_id for one in some if not self._written_alone(department, one)}
        return met

    def _written_alone(self, department: Department, certificate: Certificate) -> bool:
        """Writes one, under another URI where its is taken; False where it is there already."""
        for _ in range(ROUNDS):
            try:
                self.store.write(*_changes(certificate))
            except ChangeRefused as refused:
                if isinstance(refused.change, WriteCertificate):
                    return False
                if isinstance(refused.change, TakeUri):
                    doc_id = uris.new_doc_id()
                    uri = uris.uri_of(department.issuer_id, certificate.doctype, doc_id)
                    certificate = replace(certificate, doc_id=doc_id, uri=uri)
            else:
                return True
        raise Refusal(Code.SERVICE_UNAVAILABLE)

    def _met(self, department: Department, row: CertificateRow, now: datetime, issued_by: str, mode: Write) -> Issued:
        """What becomes of a row whose certificate is there: one that failed is made anew, from what is brought now.

        One that has no account takes the row's, with its push where it is made already.
        """
        for _ in range(ROUNDS):
            stored = self.store.certificate(_id(department, row))
            if stored is None:
                # A write that was told as lost, and is being taken back: there is nothing to meet.
                raise Refusal(Code.SERVICE_UNAVAILABLE)
            if stored.status is not CertificateStatus.FAILED:
                compared = _compared(stored, row, department)
                is_there = compared.outcome is IssuedOutcome.THERE_ALREADY
                if mode is Write.DRY or not is_there or self._has_account(department, stored, row, now):
                    return compared
                continue
            again = replace(
                _certificate(department, row, now, issued_by),
                uri=stored.uri,
                doc_id=stored.doc_id,
                created_at=stored.created_at,
                brought_again_at=now,
                revision=stored.revision,
            )
            outcome = Issued(row.number, IssuedOutcome.CREATED, stored.certificate_id)
            if mode is Write.DRY:
                return outcome
            try:
                self.store.write(WriteCertificate(again))
            except ChangeRefused:
                continue
            return outcome
        raise Refusal(Code.SERVICE_UNAVAILABLE)

    def _has_account(self, department: Department, stored: Certificate, row: CertificateRow, now: datetime) -> bool:
        """Adds the account to a certificate that has none; False where another write came in between."""
        if row.account is None or stored.account is not None or stored.status not in _TAKES_ACCOUNT:
            return True
        known, is_made = replace(stored, account=row.account), stored.status is CertificateStatus.ACTIVE
        # One that is still to be made is pushed by the write that makes it.
        push = publishing.wanted(self.store, department, known, PushAction.ADD, now) if is_made else ()
        try:
            self.store.write(WriteCertificate(known), *push)
        except ChangeRefused:
            return False
        return True

    def _count(self, department: Department, results: Sequence[Issued], now: datetime, mode: Write) -> None:
        created = Counter(one.outcome for one in results)[IssuedOutcome.CREATED]
        if created and mode is Write.REAL:
            self.store.count(department.department_id, now.astimezone(IST).date(), {Counted.ISSUED: created})


def _id(department: Department, row: CertificateRow) -> str:
    return certificate_id_of(department.department_id, row.doctype, row.number)


def _untimely(department: Department, row: CertificateRow, now: datetime) -> str:
    """Which of a row's days is still to come on India's calendar, or too long past to be kept, as a reason; or ""."""
    today = now.astimezone(IST).date()
    if row.issued_on > today:
        return DATE_IN_FUTURE
    if keeping.is_too_late(department.document_type(row.doctype), row.valid_to, today):
        return KEEPING_OVER
    return CONSENT_IN_FUTURE if row.account is not None and row.account.consented_at > now else ""


def _certificate(department: Department, row: CertificateRow, now: datetime, issued_by: str) -> Certificate:
    doc_id = uris.new_doc_id()
    return Certificate(
        certificate_id=_id(department, row),
        department_id=department.department_id,
        doctype=row.doctype,
        number=row.number,
        uri=uris.uri_of(department.issuer_id, row.doctype, doc_id),
        doc_id=doc_id,
        holders=row.holders,
        fields=dict(row.fields),
        issued_on=row.issued_on,
        status=CertificateStatus.PREPARING,
        created_at=now,
        issued_by=issued_by,
        valid_from=row.valid_from,
        valid_to=row.valid_to,
        brought_pdf=brought_key(department.department_id, row.brought_pdf) if row.brought_pdf else None,
        account=row.account,
    )


def _changes(certificate: Certificate) -> tuple[WriteCertificate, TakeUri]:
    return WriteCertificate(certificate), TakeUri(certificate.uri, certificate.certificate_id)


def _compared(stored: Certificate, row: CertificateRow, department: Department) -> Issued:
    """Whether a row says what its certificate says. An account that came later, or is left out, makes no other one.

    Another account does: whose it is was said, and is not taken from them.
    """
    if stored.status in NOT_KEPT:
        return Issued(row.number, IssuedOutcome.CONFLICT, stored.certificate_id, keeping.KEPT_NO_LONGER)
    brought = brought_key(department.department_id, row.brought_pdf) if row.brought_pdf else None
    says = (stored.holders, dict(stored.fields), stored.issued_on, stored.valid_from, stored.valid_to)
    asked = (row.holders, dict(row.fields), row.issued_on, row.valid_from, row.valid_to)
    # The same PDF may have been uploaded a second time, after an answer that was lost: what it says decides.
    if says != asked or (stored.brought_pdf is None) != (brought is None):
        return Issued(row.number, IssuedOutcome.CONFLICT, stored.certificate_id, NUMBER_TAKEN)
    accounts = {one.digilocker_id.lower() for one in (stored.account, row.account) if one is not None}
    if len(accounts) > 1:
        return Issued(row.number, IssuedOutcome.CONFLICT, stored.certificate_id, ACCOUNT_DIFFERS)
    return Issued(row.number, IssuedOutcome.THERE_ALREADY, stored.certificate_id)


def _chunks(items: list[Item], size: int) -> Iterable[list[Item]]:
    return (items[start : start + size] for start in range(0, len(items), size))
