"""Removing: certificates whose years are over (`keeping`) come to their end, everything that is theirs with them.

In two looks. The first ends a certificate: in one write nobody finds it any more, and DigiLocker is to take it out of
its citizen's account. The second, an hour later at the soonest, when no pull is at its files any more and no push under
way, removes the files, and then in one write what the record says of anybody. Whoever dies in between leaves a record
that is looked at again; every method may be repeated, and two runs at once do no harm (ADR 55).
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from chalicelib.domain.audit import SYSTEM, Deed, Entry
from chalicelib.domain.departments import keeping
from chalicelib.domain.departments.certificates import Certificate, CertificateStatus
from chalicelib.domain.departments.changes import (
    EndFindable,
    RemovePush,
    WriteCertificate,
    WritePullRequest,
    WritePush,
)
from chalicelib.domain.departments.departments import Department, stream_of
from chalicelib.domain.departments.finding import search_keys_of
from chalicelib.domain.departments.publishing import push_id_of, wanted
from chalicelib.domain.departments.pull_requests import PullRequestStatus
from chalicelib.domain.departments.pushes import Push, PushAction, PushStatus
from chalicelib.domain.departments.statistics import Counted, Trouble
from chalicelib.domain.limits import IST
from chalicelib.domain.recording import recorded
from chalicelib.domain.rounds import in_rounds

if TYPE_CHECKING:
    from chalicelib.domain.ports import Clock, Documents, Store

# Longer than a pull, a push or an index that lags behind takes.
QUIET = timedelta(hours=1)
# DigiLocker is to take it out of an account first; tried again by its own schedule, and asked for anew after this.
LOOK_AGAIN = timedelta(days=1)
AT_DIGILOCKER = "removal_waits_for_digilocker"
_REQUESTS_AT_MOST = 1000


class Removal(StrEnum):
    """What became of one certificate in a look."""

    # Nobody finds it any more; the look after this one removes it.
    BEGUN = "begun"
    REMOVED = "removed"
    # It may be in a citizen's account still.
    WAITING = "waiting"
    # Not this look's: its time is not over, or another run was first.
    LEFT = "left"
    # Something unforeseen, or the documents' store; the next run tries again.
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Looked:
    """One certificate of a run; `error` is the name of what broke."""

    certificate_id: str
    removal: Removal
    error: str = ""


@dataclass(frozen=True, slots=True)
class _Queue:
    """Certificates of one department to look at in one way."""

    certificate_ids: Iterator[str]
    look: Callable[[str], Removal]


class _Requests:
    """Pending pulls that name a certificate; a department's are read once in a run. None comes to name an ended one."""

    def __init__(self, store: Store) -> None:
        self._store = store
        self._of: dict[str, dict[str, list[str]]] = {}

    def about(self, certificate: Certificate) -> Iterable[str]:
        """The ids of those that name this certificate."""
        department_id = certificate.department_id
        if department_id not in self._of:
            named = self._of[department_id] = {}
            for one in self._store.pull_requests_of(department_id, PullRequestStatus.OPEN, _REQUESTS_AT_MOST):
                named.setdefault(one.certificate_id or "", []).append(one.request_id)
        return self._of[department_id].get(certificate.certificate_id, ())


@dataclass(frozen=True, slots=True)
class Removing:
    """Removes what is kept no longer."""

    store: Store
    documents: Documents
    clock: Clock

    def remove_due(self, at_most: int, has_time: Callable[[], bool]) -> Iterator[Looked]:
        """Looks at what is due, each department's and type's by turns, so that none stands in another's way.

        It goes on until there is no more, no time, or `at_most` were looked at. Suspended departments' too: the law
        asks for it. Raises `StoreUnavailable` where what is due cannot be told; what fails in one certificate keeps
        back no other.
        """
        requests = _Requests(self.store)
        departments = self.store.departments()
        turns = deque(queue for department in departments for queue in self._queues(department, requests))
        looks = 0
        while turns and looks < at_most and has_time():
            queue = turns.popleft()
            certificate_id = next(queue.certificate_ids, None)
            if certificate_id is not None:
                looks += 1
                turns.append(queue)
                yield _looked(queue.look, certificate_id)

    def _queues(self, department: Department, requests: _Requests) -> Iterable[_Queue]:
        id_, now = department.department_id, self.clock()
        today = now.astimezone(IST).date()
        yield _Queue(self.store.certificates_ending(id_, now), lambda one: self.finish(one, requests))
        for one in department.document_types:
            if one.keep_years is not None:
                before = keeping.ended_before(one.keep_years, today)
                yield _Queue(self.store.certificates_ended(id_, one.code, before), self.begin)

    def begin(self, certificate_id: str) -> Removal:
        """Ends a certificate whose years are over by its type's rule of this moment. From here there is no way back."""

        def begin() -> Removal:
            certificate, now = self.store.certificate(certificate_id), self.clock()
            department = self.store.department(certificate.department_id) if certificate else None
            if certificate is None or department is None:
                return Removal.LEFT
            document_type = department.document_type(certificate.doctype)
            today = now.astimezone(IST).date()
            if document_type is None or not keeping.is_over(document_type, certificate, today):
                return Removal.LEFT
            ending = replace(certificate, status=CertificateStatus.ENDING, look_at=now + QUIET)
            self.store.write(
                WriteCertificate(ending),
                *(EndFindable(key, certificate_id) for key in search_keys_of(document_type, certificate)),
                *self._withdrawal(department, ending, now),
            )
            return Removal.BEGUN

        return in_rounds(begin)

    def finish(self, certificate_id: str, requests: _Requests | None = None) -> Removal:
        """Removes what is left of a certificate that ended, once it is in nobody's account; raises what hinders it.

        First the files, then the record: a crash in between leaves a record that names them still.
        """

        def finish() -> Removal:
            certificate, now = self.store.certificate(certificate_id), self.clock()
            is_due = certificate is not None and certificate.look_at is not None and certificate.look_at <= now
            if certificate is None or certificate.status is not CertificateStatus.ENDING or not is_due:
                return Removal.LEFT
            pushes = self._pushes(certificate)
            if not _is_in_no_account(pushes, now):
                return self._put_off(certificate, now)
            for request_id in (requests or _Requests(self.store)).about(certificate):
                self._close(request_id)
            self.documents.remove_folder(f"certificates/{certificate.department_id}/{certificate_id}/")
            if certificate.brought_pdf is not None:
                self.documents.remove(certificate.brought_pdf)
            stream, facts = stream_of(certificate.department_id), {"certificate": certificate_id}
            entry = Entry(Deed.CERTIFICATE_REMOVED, SYSTEM, stream, facts=facts)
            self.store.write(
                WriteCertificate(keeping.emptied(certificate)),
                *map(RemovePush, pushes.values()),
                *recorded(self.store, now, certificate_id, entry),
            )
            self.store.count(certificate.department_id, now.astimezone(IST).date(), {Counted.REMOVED: 1})
            return Removal.REMOVED

        return in_rounds(finish)

    def _withdrawal(self, department: Department, certificate: Certificate, now: datetime) -> tuple[WritePush, ...]:
        """The `D`, made or made due again, where the certificate was to go to an account."""
        if certificate.account is None or self.store.push(push_id_of(certificate, PushAction.ADD)) is None:
            return ()
        return wanted(self.store, department, certificate, PushAction.DELETE, now)

    def _pushes(self, certificate: Certificate) -> dict[PushAction, Push]:
        found = ((action, self.store.push(push_id_of(certificate, action))) for action in PushAction)
        return {action: push for action, push in found if push is not None} if certificate.account else {}

    def _put_off(self, certificate: Certificate, now: datetime) -> Removal:
        department = self.store.department(certificate.department_id)
        again = self._withdrawal(department, certificate, now) if department else ()
        self.store.write(WriteCertificate(replace(certificate, look_at=now + LOOK_AGAIN)), *again)
        # Once a day for a department, however many wait: why each does, its own page says.
        day = now.astimezone(IST).replace(hour=0, minute=0, second=0, microsecond=0).astimezone(now.tzinfo)
        trouble_id = f"{AT_DIGILOCKER}/{day:%Y%m%d}"
        self.store.tell_trouble(Trouble(certificate.department_id, trouble_id, day, AT_DIGILOCKER))
        return Removal.WAITING

    def _close(self, request_id: str) -> None:
        """Refuses a pull that waits for an officer's word on a certificate: it cannot be granted any more."""

        def close() -> None:
            request, now = self.store.pull_request(request_id), self.clock()
            if request is None or request.status is not PullRequestStatus.OPEN:
                return
            facts = {"request": request_id}
            entry = Entry(Deed.PULL_REQUEST_REFUSED, SYSTEM, stream_of(request.department_id), facts=facts)
            self.store.write(
                WritePullRequest(replace(request, status=PullRequestStatus.REFUSED, decided_at=now)),
                *recorded(self.store, now, request_id, entry),
            )

        in_rounds(close)


def _looked(look: Callable[[str], Removal], certificate_id: str) -> Looked:
    try:
        return Looked(certificate_id, look(certificate_id))
    except Exception as broken:  # noqa: BLE001 - of whatever kind: it keeps back no other
        return Looked(certificate_id, Removal.FAILED, type(broken).__name__)


def _is_in_no_account(pushes: dict[PushAction, Push], now: datetime) -> bool:
    """Whether no push of a certificate is under way or to come, and what was added was taken out again."""
    if any(one.claimed_until is not None and now < one.claimed_until for one in pushes.values()):
        return False
    if any(one.status is PushStatus.DUE for one in pushes.values()):
        return False
    added, deleted = pushes.get(PushAction.ADD), pushes.get(PushAction.DELETE)
    if added is None or (added.attempts == 0 and added.status is not PushStatus.PUSHED):
        return True
    return deleted is not None and deleted.status is PushStatus.PUSHED
