"""Onboarding: administrators enter departments, what these issue, and where DigiLocker calls them.

Each deed is one write on the version that was read, with its line of the audit. What stands already as it is asked
for is no change, so that a request whose answer was lost may be made again.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.domain import sessions
from chalicelib.domain.accounts.account import Account
from chalicelib.domain.audit import Deed, Entry
from chalicelib.domain.authorisation import Actor, Standing
from chalicelib.domain.callers import Caller
from chalicelib.domain.changes import ChangeRefused
from chalicelib.domain.departments import document_types
from chalicelib.domain.departments.changes import TakeIssuerId, WriteDepartment
from chalicelib.domain.departments.deciding import changed, demand_theirs, told
from chalicelib.domain.departments.departments import (
    Department,
    DepartmentLimits,
    DepartmentRole,
    DepartmentStatus,
    DigiLockerClient,
    DocumentType,
    PullApi,
)
from chalicelib.domain.ports import Clock, Store
from chalicelib.domain.recording import recorded
from chalicelib.domain.refusals import Code, FieldError, FieldProblem, Refusal
from chalicelib.domain.rounds import as_refusal, in_rounds

APIS_AT_MOST = 20
# Names of two labels at least, as all that were seen: `in.gov.dept.state`, `maharashtra.gov.in`. No `-`: a URI is cut
# at its first two.
_ISSUER_ID = re.compile(r"[a-z0-9]{1,40}(?:\.[a-z0-9]{1,40}){1,7}")
# How many certificates are looked through for one of a type before it is taken for granted that there is one.
_LOOKED_THROUGH = 100


@dataclass(frozen=True, slots=True)
class Details:
    """What of a department can be written at any time. None: as it is."""

    name: Mapping[str, str]
    roles: frozenset[DepartmentRole]
    client: DigiLockerClient | None = None
    limits: DepartmentLimits | None = None
    signing_key: str | None = None


def parse_issuer_id(value: str) -> str:
    """An issuer id as DigiLocker gives it, in lower case. Refuses with `issuer_id_form`."""
    folded = value.strip().lower()
    if not _ISSUER_ID.fullmatch(folded):
        raise FieldProblem("issuer_id_form")
    return folded


@dataclass(frozen=True, slots=True)
class DepartmentDesk:
    """The desk at which departments are entered and changed."""

    store: Store
    clock: Clock

    def open(self, actor: Actor, issuer_id: str, details: Details, caller: Caller) -> Department:
        """Enters a department, and gives it its issuer id for ever.

        The same entered again by the same administrator, and untouched since, is told as it is. Raises `Refusal`
        `issuer_id_taken`.
        """
        department_id = sessions.new_id()

        def attempt() -> Department:
            now = self.clock()
            made = Department(
                department_id=department_id,
                name=details.name,
                issuer_id=issuer_id,
                roles=details.roles,
                status=DepartmentStatus.ACTIVE,
                created_at=now,
                created_by=actor.key,
            )
            entry = told(Deed.DEPARTMENT_OPENED, actor, made, {"issuer_id": issuer_id})
            lines = recorded(self.store, now, caller.request_id, entry)
            try:
                revision = self.store.write(TakeIssuerId(issuer_id, department_id), WriteDepartment(made), *lines)
            except ChangeRefused as refused:
                if isinstance(refused.change, TakeIssuerId):
                    return self._entered_before(made, refused)
                raise
            return replace(made, revision=revision)

        return in_rounds(attempt)

    def all_of(self, actor: Actor) -> tuple[Department, ...]:
        """Every department for administrators, by issuer id; their own for its officers."""
        if actor.standing is Standing.ADMINISTRATOR:
            return self.store.departments()
        post = actor.owner.post if isinstance(actor.owner, Account) else None
        own = self.store.department(post.authority) if post else None
        return (own,) if own else ()

    def read(self, actor: Actor, department_id: str) -> Department:
        """One department. Raises `Refusal` `not_found`."""
        return demand_theirs(self.store, actor, department_id)

    def change(self, actor: Actor, department_id: str, details: Details, caller: Caller) -> Department:
        """Writes names, roles, the client, limits and the signing key; what is None stays.

        Raises `Refusal` `not_found`.
        """

        def change(before: Department, _now: datetime) -> tuple[Department, Entry]:
            after = replace(
                before,
                name=details.name,
                roles=details.roles,
                client=details.client or before.client,
                limits=details.limits or before.limits,
                signing_key=before.signing_key if details.signing_key is None else details.signing_key,
            )
            return after, told(Deed.DEPARTMENT_CHANGED, actor, before)

        return changed(self.store, self.clock, actor, department_id, caller, change)

    def write_document_type(
        self, actor: Actor, department_id: str, document_type: DocumentType, caller: Caller
    ) -> Department:
        """Writes a document type under its code.

        Raises `Refusal` `not_found`; `invalid_fields` for what cannot be, and where certificates of this type are there
        that could not be found or read any more (`search_in_use`, `element_in_use`).
        """
        document_types.demand_sound(document_type)

        def change(before: Department, _now: datetime) -> tuple[Department, Entry]:
            old = before.document_type(document_type.code)
            if old is None and len(before.document_types) >= document_types.TYPES_AT_MOST:
                raise _too_many("code", document_types.TYPES_AT_MOST)
            if old is not None and not document_types.is_safe(old, document_type) and self._has_any(before, old.code):
                document_types.demand_safe(old, document_type)
            others = [one for one in before.document_types if one.code != document_type.code]
            document_types.demand_room([*others, document_type])
            written = tuple(sorted([*others, document_type], key=lambda one: one.code))
            entry = told(Deed.DOCUMENT_TYPE_WRITTEN, actor, before, {"doctype": document_type.code})
            return replace(before, document_types=written), entry

        return changed(self.store, self.clock, actor, department_id, caller, change)

    def write_pull_api(self, actor: Actor, department_id: str, api: PullApi, caller: Caller) -> Department:
        """Writes an endpoint in the place of the one of its id, or a new one where its id is "".

        A new one that is as an endpoint already there is that endpoint. Raises `Refusal` `not_found` where there is no
        endpoint of this id, `invalid_fields` (`doctype_unknown`).
        """
        new_id = sessions.new_id()

        def change(before: Department, _now: datetime) -> tuple[Department, Entry]:
            _demand_issued(before, api)
            asked = api
            if not asked.api_id:
                same = [one for one in before.pull_apis if replace(one, api_id="") == asked]
                asked = replace(asked, api_id=same[0].api_id if same else new_id)
            elif before.pull_api(asked.api_id) is None:
                raise Refusal(Code.NOT_FOUND)
            written = tuple(asked if one.api_id == asked.api_id else one for one in before.pull_apis)
            if before.pull_api(asked.api_id) is None:
                written = (*before.pull_apis, asked)
            if len(written) > APIS_AT_MOST:
                raise _too_many("api_id", APIS_AT_MOST)
            entry = told(Deed.PULL_API_WRITTEN, actor, before, {"api_id": asked.api_id})
            return replace(before, pull_apis=written), entry

        return changed(self.store, self.clock, actor, department_id, caller, change)

    def suspend(self, actor: Actor, department_id: str, reason: str, caller: Caller) -> Department:
        """Suspends a department: its pulls find nothing, its pushes wait, its tokens open nothing.

        Raises `Refusal` `not_found`; `department_conflict` where it was suspended for another reason.
        """

        def change(before: Department, _now: datetime) -> tuple[Department, Entry]:
            if before.status is DepartmentStatus.SUSPENDED and before.status_reason != reason:
                raise Refusal(Code.DEPARTMENT_CONFLICT)
            entry = told(Deed.DEPARTMENT_SUSPENDED, actor, before, {"reason": reason})
            return replace(before, status=DepartmentStatus.SUSPENDED, status_reason=reason), entry

        return changed(self.store, self.clock, actor, department_id, caller, change)

    def reactivate(self, actor: Actor, department_id: str, caller: Caller) -> Department:
        """Takes a suspended department back; one that is active stays as it is. Raises `Refusal` `not_found`."""

        def change(before: Department, now: datetime) -> tuple[Department, Entry]:
            entry = told(Deed.DEPARTMENT_REACTIVATED, actor, before)
            back_at = now if before.status is DepartmentStatus.SUSPENDED else before.reactivated_at
            return replace(before, status=DepartmentStatus.ACTIVE, status_reason=None, reactivated_at=back_at), entry

        return changed(self.store, self.clock, actor, department_id, caller, change)

    def _entered_before(self, made: Department, refused: ChangeRefused) -> Department:
        """The department that has the issuer id, where it is the very one that was to be entered."""
        for one in self.store.departments():
            as_new = replace(made, department_id=one.department_id, created_at=one.created_at, revision=one.revision)
            if one == as_new:
                return one
        raise as_refusal(refused) from refused

    def _has_any(self, department: Department, code: str) -> bool:
        """Whether there are certificates of a type, or so many others that it cannot be told in a moment."""
        found = self.store.certificates_of(department.department_id, _LOOKED_THROUGH)
        return len(found) == _LOOKED_THROUGH or any(one.doctype == code for one in found)


def _demand_issued(department: Department, api: PullApi) -> None:
    """An endpoint answers for document types that there are, each once."""
    errors = {
        f"doctypes[{place}]": FieldError("doctype_unknown")
        for place, code in enumerate(api.doctypes)
        if department.document_type(code) is None or code in api.doctypes[:place]
    }
    if not api.doctypes:
        errors["doctypes"] = FieldError("required")
    if errors:
        raise Refusal(Code.INVALID_FIELDS, errors=errors)


def _too_many(name: str, limit: int) -> Refusal:
    return Refusal(Code.INVALID_FIELDS, errors={name: FieldError("too_many", {"limit": limit})})
