"""Making: a certificate that was issued gets its PDF and XML, and can be found, pulled and pushed from then on.

What it takes to be found, and its push, are written in the one write that makes it active: there is no moment at which
it is active and cannot be found, and none is pushed that cannot be pulled. Every method may be repeated; two runs
over one certificate give one pair of files.
"""

from __future__ import annotations

import hashlib
import secrets
from collections import deque
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from chalicelib.domain.changes import Change, ChangeRefused
from chalicelib.domain.departments import ready_content
from chalicelib.domain.departments.certificates import Certificate, CertificateStatus, PreparedFile
from chalicelib.domain.departments.changes import MakeFindable, WriteCertificate, WritePush
from chalicelib.domain.departments.departments import Department, DepartmentStatus, DocumentType
from chalicelib.domain.departments.finding import search_keys_of
from chalicelib.domain.departments.publishing import push_of
from chalicelib.domain.departments.pushes import PushAction
from chalicelib.domain.departments.signing import OF_ALL, PDF_AT_MOST, CannotMake, Hindrance, Papers, Printer
from chalicelib.domain.departments.statistics import Counted, Trouble
from chalicelib.domain.limits import IST
from chalicelib.domain.ports import DocumentsUnavailable

if TYPE_CHECKING:
    from chalicelib.domain.ports import Clock, Documents, Store

# How long what hinders is waited for, before the certificate is given up and somebody has to bring it again.
GIVE_UP_AFTER = timedelta(hours=24)
# What was written a moment ago is the stream's; the schedule takes what that has left.
_LEFT_AFTER = timedelta(seconds=45)
# A trouble that passes is told once an hour.
_TOLD_FOR = timedelta(hours=1)


class Made(StrEnum):
    """What became of one certificate in a run."""

    MADE = "made"
    FAILED = "failed"
    # Something that passes hindered it: the next run tries again.
    WAITING = "waiting"
    # Not this run's: it is made, another run was first, there is none, its department is suspended, or time ran out.
    LEFT = "left"


@dataclass(frozen=True, slots=True)
class Outcome:
    """One certificate of a run; `hindrance` is why it failed or waits, `error` the name of what broke unforeseen."""

    certificate_id: str
    made: Made
    hindrance: Hindrance | None = None
    error: str = ""


@dataclass(slots=True)
class _Queue:
    """What waits in one department, the longest first; `hindrance` is what this run found to hinder all of it."""

    certificate_ids: deque[str]
    hindrance: Hindrance | None = None


def always() -> bool:
    """There is always time."""
    return True


@dataclass(frozen=True, slots=True)
class Making:
    """Makes certificates."""

    store: Store
    documents: Documents
    printer: Printer
    clock: Clock

    def make_due(self, at_most: int, has_time: Callable[[], bool] = always) -> tuple[Outcome, ...]:
        """Makes what waits: the departments by turns, one certificate each, the longest waiting first.

        So no department's heap stands in another's way, and one that is hindered as a whole is tried once. What waits
        in a suspended department goes on waiting. Raises `StoreUnavailable`.
        """
        turns, outcomes = self._queues(at_most), list[Outcome]()
        while turns and len(outcomes) < at_most and has_time():
            queue = turns.popleft()
            outcome = self._made(queue.certificate_ids.popleft(), {}, queue.hindrance)
            outcomes.append(outcome)
            if outcome.hindrance in OF_ALL:
                queue.hindrance = outcome.hindrance
            # Where all is hindered, those whose day is over are given up; they come first, and then nothing helps.
            is_hindered = queue.hindrance is not None and outcome.made is Made.WAITING
            if queue.certificate_ids and not is_hindered:
                turns.append(queue)
        return tuple(outcomes)

    def _queues(self, at_most: int) -> deque[_Queue]:
        """What waits in each active department; which of them is first changes from run to run."""
        before = self.clock() - _LEFT_AFTER
        active = [one for one in self.store.departments() if one.status is DepartmentStatus.ACTIVE]
        secrets.SystemRandom().shuffle(active)
        found = (self.store.certificates_preparing(one.department_id, before, at_most) for one in active)
        return deque(_Queue(deque(ids)) for ids in found if ids)

    def make(self, certificate_ids: Iterable[str], has_time: Callable[[], bool] = always) -> tuple[Outcome, ...]:
        """Makes these certificates, until `has_time` says no. Raises `StoreUnavailable`."""
        departments: dict[str, Department | None] = {}
        return tuple(
            self._made(certificate_id, departments) if has_time() else Outcome(certificate_id, Made.LEFT)
            for certificate_id in dict.fromkeys(certificate_ids)
        )

    def _made(
        self, certificate_id: str, departments: dict[str, Department | None], hindrance: Hindrance | None = None
    ) -> Outcome:
        """Makes one; with a `hindrance` that this run met already it is not tried, only given up if its day is over."""
        certificate = self.store.certificate(certificate_id)
        if certificate is None or certificate.status is not CertificateStatus.PREPARING:
            return Outcome(certificate_id, Made.LEFT)
        if certificate.department_id not in departments:
            departments[certificate.department_id] = self.store.department(certificate.department_id)
        department = departments[certificate.department_id]
        if department is not None and department.status is not DepartmentStatus.ACTIVE:
            return Outcome(certificate_id, Made.LEFT)
        if hindrance is not None:
            return self._hindered(department, certificate, CannotMake(hindrance))
        try:
            return self._activated(department, certificate)
        except CannotMake as hindered:
            return self._hindered(department, certificate, hindered)

    def _activated(self, department: Department | None, certificate: Certificate) -> Outcome:
        document_type = department.document_type(certificate.doctype) if department else None
        if department is None or document_type is None:
            raise CannotMake(Hindrance.DOCUMENT_TYPE_MISSING)
        keys = search_keys_of(document_type, certificate)
        if not keys:
            raise CannotMake(Hindrance.NOT_FINDABLE)
        papers = self._papers(department, document_type, certificate)
        active = replace(self._stored(certificate, papers), status=CertificateStatus.ACTIVE, trouble=None)
        now = self.clock()
        push = push_of(department, active, PushAction.ADD, now)
        changes: list[Change] = [WriteCertificate(active), *(MakeFindable(key, active) for key in keys)]
        if push is not None and self.store.push(push.push_id) is None:
            changes.append(WritePush(push))
        try:
            self.store.write(*changes)
        except ChangeRefused:
            # Another run was first, and its files count.
            return Outcome(certificate.certificate_id, Made.LEFT)
        self.store.count(certificate.department_id, _day(now), {Counted.FINDABLE: 1})
        return Outcome(certificate.certificate_id, Made.MADE)

    def _papers(self, department: Department, document_type: DocumentType, certificate: Certificate) -> Papers:
        brought = None
        if certificate.brought_pdf is not None:
            try:
                brought = self.documents.get(certificate.brought_pdf, PDF_AT_MOST)
            except ValueError:
                raise CannotMake(Hindrance.CERTIFICATE_TOO_LARGE) from None
            except DocumentsUnavailable:
                raise CannotMake(self._why_not_had(certificate.brought_pdf)) from None
        try:
            return self.printer.papers(department, document_type, certificate, brought)
        except CannotMake:
            raise
        except Exception as broken:
            # Of whatever kind: the longest waiting comes first in each run, and would keep all others back for ever.
            raise CannotMake(Hindrance.MAKING_FAILED) from broken

    def _why_not_had(self, key: str) -> Hindrance:
        """Why an upload was not to be had: one that is not there is told at once, one that is may come."""
        try:
            is_there = self.documents.is_there(key)
        except DocumentsUnavailable:
            return Hindrance.STORAGE_UNAVAILABLE
        return Hindrance.STORAGE_UNAVAILABLE if is_there else Hindrance.BROUGHT_NOT_THERE

    def _stored(self, certificate: Certificate, papers: Papers) -> Certificate:
        """The certificate with both files, which lie under names that no other run uses."""
        folder = f"certificates/{certificate.department_id}/{certificate.certificate_id}/{secrets.token_hex(8)}"
        xml = _prepared(f"{folder}.xml", papers.xml)
        pdf = _prepared(f"{folder}.pdf", papers.pdf)
        try:
            self.documents.put(xml.key, papers.xml, "application/xml")
            self.documents.put(pdf.key, papers.pdf, "application/pdf")
            whole = ready_content.joined(papers.xml, papers.pdf)
            self.documents.put(ready_content.ready_key(xml), whole, ready_content.CONTENT_TYPE)
        except DocumentsUnavailable:
            raise CannotMake(Hindrance.STORAGE_UNAVAILABLE) from None
        return replace(certificate, xml=xml, pdf=pdf)

    def _hindered(self, department: Department | None, certificate: Certificate, hindered: CannotMake) -> Outcome:
        """Waits for what passes, a day at most; gives up where waiting does not help."""
        now, hindrance = self.clock(), hindered.hindrance
        error = type(hindered.__cause__).__name__ if hindrance is Hindrance.MAKING_FAILED else ""
        is_over = not hindered.may_pass or now >= _waits_since(department, certificate) + GIVE_UP_AFTER
        self._tell(certificate, hindrance, now)
        if not is_over:
            return Outcome(certificate.certificate_id, Made.WAITING, hindrance, error)
        failed = replace(certificate, status=CertificateStatus.FAILED, trouble=hindrance.value)
        try:
            self.store.write(WriteCertificate(failed))
        except ChangeRefused:
            return Outcome(certificate.certificate_id, Made.LEFT)
        self.store.count(certificate.department_id, _day(now), {Counted.FAILED: 1})
        return Outcome(certificate.certificate_id, Made.FAILED, hindrance, error)

    def _tell(self, certificate: Certificate, hindrance: Hindrance, now: datetime) -> None:
        """Writes the trouble down for the department's page; what hinders all is told once an hour, not for each."""
        about = None if CannotMake(hindrance).may_pass else certificate.certificate_id
        hour = int(now.timestamp() // _TOLD_FOR.total_seconds())
        at = datetime.fromtimestamp(hour * _TOLD_FOR.total_seconds(), tz=now.tzinfo) if about is None else now
        name = f"{hindrance.value}/{about or hour}"
        trouble_id = hashlib.sha256(name.encode()).hexdigest()[:22]
        self.store.tell_trouble(Trouble(certificate.department_id, trouble_id, at, hindrance.value, about))


def _waits_since(department: Department | None, certificate: Certificate) -> datetime:
    """Since when a certificate could have been made: a suspension takes nothing of its day."""
    back_at = department.reactivated_at if department is not None else None
    return max(certificate.brought_at, back_at) if back_at is not None else certificate.brought_at


def _prepared(key: str, content: bytes) -> PreparedFile:
    return PreparedFile(key, hashlib.sha256(content).hexdigest(), len(content))


def _day(now: datetime) -> date:
    return now.astimezone(IST).date()
