"""What the routes of departments give: views."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from chalicelib.domain.authorisation import Standing
from chalicelib.handlers.problems import instant
from chalicelib.suite import suite

if TYPE_CHECKING:
    from chalicelib.domain.authorisation import Actor
    from chalicelib.domain.departments.departments import Department, DepartmentKey, DocumentType, PullApi


@dataclass(frozen=True, slots=True)
class CertificateFieldView:
    """One field of a certificate."""

    name: str
    label: str
    label_en: str
    label_hi: str
    is_required: bool


@dataclass(frozen=True, slots=True)
class SearchParameterView:
    """What DigiLocker asks a citizen for."""

    name: str
    field: str
    label: str


@dataclass(frozen=True, slots=True)
class DocumentTypeView:
    """A kind of certificate."""

    code: str
    title: str
    title_en: str
    title_hi: str
    element: str
    fields: list[CertificateFieldView]
    search: list[SearchParameterView]
    template: str
    when_not_found: str
    when_nearly: str
    keep_years: int | None


@dataclass(frozen=True, slots=True)
class PullApiView:
    """An endpoint; `url` is typed into DigiLocker's portal."""

    api_id: str
    kind: str
    doctypes: list[str]
    org_id: str
    default_format: str
    freshness: str
    is_open: bool
    url: str


@dataclass(frozen=True, slots=True)
class DepartmentKeyView:
    """A key without its secret, which is told once, when it is made."""

    key_id: str
    purpose: str
    api_id: str | None
    created_at: str
    until: str | None
    works: bool


@dataclass(frozen=True, slots=True)
class MadeKeyView:
    """A key that was made; `secret` is null for one that was given."""

    key_id: str
    secret: str | None


@dataclass(frozen=True, slots=True)
class DigiLockerClientView:
    """The department as DigiLocker's client."""

    client_id: str
    service_name: str
    push_encoding: str


@dataclass(frozen=True, slots=True)
class DepartmentLimitsView:
    """How much the department may do."""

    pushes_a_minute: int
    pulls_a_minute: int
    certificates_a_day: int


@dataclass(frozen=True, slots=True)
class DepartmentView:
    """A department as its officers and administrators see it; `may_change` where the reader may change it."""

    department_id: str
    name: str
    name_en: str
    name_hi: str
    issuer_id: str
    roles: list[str]
    status: str
    status_reason: str | None
    document_types: list[DocumentTypeView]
    pull_apis: list[PullApiView]
    keys: list[DepartmentKeyView]
    client: DigiLockerClientView | None
    limits: DepartmentLimitsView
    signing_key: str
    may_change: bool


@dataclass(frozen=True, slots=True)
class ListedDepartmentView:
    """A department in the list."""

    department_id: str
    name: str
    issuer_id: str
    roles: list[str]
    status: str


@dataclass(frozen=True, slots=True)
class DepartmentsView:
    """The departments that the reader may see."""

    departments: list[ListedDepartmentView]


def departments_view(found: tuple[Department, ...], language: str) -> DepartmentsView:
    """The list."""
    return DepartmentsView(
        [
            ListedDepartmentView(one.department_id, one.name[language], one.issuer_id, _roles(one), one.status.value)
            for one in found
        ]
    )


def department_view(department: Department, actor: Actor, language: str) -> DepartmentView:
    """One department with everything that was entered of it."""
    client, limits, now = department.client, department.limits, suite().clock()
    return DepartmentView(
        department_id=department.department_id,
        name=department.name[language],
        name_en=department.name["en"],
        name_hi=department.name["hi"],
        issuer_id=department.issuer_id,
        roles=_roles(department),
        status=department.status.value,
        status_reason=department.status_reason,
        document_types=[_document_type_view(one, language) for one in department.document_types],
        pull_apis=[_pull_api_view(department, one) for one in department.pull_apis],
        keys=[_key_view(one, now) for one in sorted(department.keys, key=lambda key: key.created_at, reverse=True)],
        client=DigiLockerClientView(client.client_id, client.service_name, client.push_encoding) if client else None,
        limits=DepartmentLimitsView(limits.pushes_a_minute, limits.pulls_a_minute, limits.certificates_a_day),
        signing_key=department.signing_key,
        may_change=actor.standing is Standing.ADMINISTRATOR,
    )


def _roles(department: Department) -> list[str]:
    return sorted(role.value for role in department.roles)


def _document_type_view(one: DocumentType, language: str) -> DocumentTypeView:
    return DocumentTypeView(
        code=one.code,
        title=one.title[language],
        title_en=one.title["en"],
        title_hi=one.title["hi"],
        element=one.element,
        fields=[
            CertificateFieldView(
                field.name, field.label[language], field.label["en"], field.label["hi"], field.is_required
            )
            for field in one.fields
        ],
        search=[SearchParameterView(asked.name, asked.field, asked.label) for asked in one.search],
        template=one.template,
        when_not_found=one.when_not_found.value,
        when_nearly=one.when_nearly.value,
        keep_years=one.keep_years,
    )


def _pull_api_view(department: Department, api: PullApi) -> PullApiView:
    origin = suite().settings["PUBLIC_ORIGIN"]
    return PullApiView(
        api.api_id,
        api.kind.value,
        list(api.doctypes),
        api.org_id,
        api.default_format.value,
        api.freshness.value,
        api.is_open,
        f"{origin}/digilocker/pull/{department.department_id}/{api.api_id}",
    )


def _key_view(key: DepartmentKey, now: datetime) -> DepartmentKeyView:
    return DepartmentKeyView(
        key.key_id,
        key.purpose.value,
        key.api_id,
        instant(key.created_at),
        instant(key.until) if key.until else None,
        works=key.until is None or now < key.until,
    )
