"""Pushing now: an officer of a department asks that one certificate goes to its holder's account at once."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.domain.audit import Deed
from chalicelib.domain.departments.certificates import WITHDRAWN, Certificate, CertificateStatus, PushState
from chalicelib.domain.departments.deciding import demand_theirs, told
from chalicelib.domain.departments.departments import Department, DepartmentStatus
from chalicelib.domain.departments.publishing import Publishing, push_id_of, wanted
from chalicelib.domain.departments.pushes import PushAction
from chalicelib.domain.recording import recorded
from chalicelib.domain.refusals import Code, Refusal
from chalicelib.domain.rounds import in_rounds

if TYPE_CHECKING:
    from chalicelib.domain.authorisation import Actor
    from chalicelib.domain.callers import Caller
    from chalicelib.domain.ports import Clock, Store


@dataclass(frozen=True, slots=True)
class PushDesk:
    """The desk."""

    store: Store
    publishing: Publishing
    clock: Clock

    def push_now(
        self, actor: Actor, department_id: str, certificate_id: str, caller: Caller
    ) -> tuple[Department, Certificate]:
        """Has a certificate pushed, whatever it was parked for; one that was revoked is withdrawn.

        One that is there, or under way, is left as it is. Raises `Refusal`: `not_found`, `department_suspended`,
        `push_not_possible` where it is neither active nor to be withdrawn, the department is no client of DigiLocker,
        or account or consent are not known.
        """

        def ask() -> tuple[Department, Certificate, str]:
            department = demand_theirs(self.store, actor, department_id)
            certificate, now = self._theirs(department_id, certificate_id), self.clock()
            if department.status is not DepartmentStatus.ACTIVE:
                raise Refusal(Code.DEPARTMENT_SUSPENDED)
            action = _action(certificate)
            if action is None or department.client is None or certificate.account is None:
                raise Refusal(Code.PUSH_NOT_POSSIBLE)
            changes = wanted(self.store, department, certificate, action, now)
            if changes:
                facts = {"certificate": certificate_id, "action": action.value}
                entry = told(Deed.CERTIFICATE_PUSH_ASKED, actor, department, facts)
                self.store.write(*changes, *recorded(self.store, now, caller.request_id, entry))
            return department, certificate, push_id_of(certificate, action)

        department, certificate, push_id = in_rounds(ask)
        self.publishing.start([push_id])
        return department, certificate

    def read(self, department_id: str, certificate_id: str) -> Certificate:
        """The certificate as it is now. Raises `Refusal` `not_found`."""
        return self._theirs(department_id, certificate_id)

    def _theirs(self, department_id: str, certificate_id: str) -> Certificate:
        certificate = self.store.certificate(certificate_id)
        if certificate is None or certificate.department_id != department_id:
            raise Refusal(Code.NOT_FOUND)
        return certificate


def _action(certificate: Certificate) -> PushAction | None:
    if certificate.status is CertificateStatus.ACTIVE:
        return PushAction.ADD
    is_there = certificate.push in {PushState.PUSHED, PushState.PARKED}
    return PushAction.DELETE if certificate.status in WITHDRAWN and is_there else None
