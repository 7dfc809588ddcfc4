"""Catching up: certificates whose holder's DigiLocker is known and who agreed, and that were never pushed.

They come to be where a department becomes DigiLocker's client after it has issued, or mends what had its pushes parked.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.domain.changes import ChangeRefused
from chalicelib.domain.departments.certificates import CertificateStatus, PushState
from chalicelib.domain.departments.parking import OF_THE_DEPARTMENT
from chalicelib.domain.departments.publishing import always, may_push, wanted
from chalicelib.domain.departments.pushes import PushAction

if TYPE_CHECKING:
    from chalicelib.domain.departments.certificates import Certificate
    from chalicelib.domain.departments.departments import Department
    from chalicelib.domain.ports import Clock, Store

_PAGE = 100


@dataclass(frozen=True, slots=True)
class CatchingUp:
    """Makes the pushes that are missing; their rows start them. Repeating it makes none twice."""

    store: Store
    clock: Clock

    def catch_up_all(self, has_time: Callable[[], bool] = always) -> int:
        """Every department that may push; how many pushes were made."""
        return sum(self.catch_up(one.department_id, has_time) for one in self.store.departments() if may_push(one))

    def catch_up(self, department_id: str, has_time: Callable[[], bool] = always) -> int:
        """One department, its newest certificates first, a page at a time; how many pushes were made."""
        department = self.store.department(department_id)
        if department is None or not may_push(department):
            return 0
        made, after = 0, None
        while has_time():
            page = self.store.certificates_of(department_id, _PAGE, after)
            made += sum(self._made(department, one) for one in page if _is_missing(one))
            if len(page) < _PAGE:
                break
            after = page[-1].certificate_id
        return made

    def _made(self, department: Department, certificate: Certificate) -> int:
        changes = wanted(self.store, department, certificate, PushAction.ADD, self.clock())
        try:
            if changes:
                self.store.write(*changes)
        except ChangeRefused:
            return 0
        return len(changes)


def _is_missing(certificate: Certificate) -> bool:
    if certificate.status is not CertificateStatus.ACTIVE or certificate.account is None:
        return False
    is_mended = certificate.push is PushState.PARKED and certificate.trouble in set(OF_THE_DEPARTMENT)
    return certificate.push is PushState.NOT_PUSHED or is_mended
