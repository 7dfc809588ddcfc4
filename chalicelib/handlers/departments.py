"""The routes by which administrators enter departments, and by which a department's officers see their own."""

from __future__ import annotations

from http import HTTPStatus
from typing import TYPE_CHECKING, Any

from chalice.app import Blueprint

from chalicelib.domain.refusals import Code
from chalicelib.handlers.department_models import (
    DepartmentBody,
    DepartmentSuspensionBody,
    DocumentTypeBody,
    NewDepartmentBody,
    PullApiBody,
    details_of,
    document_type_of,
    pull_api_of,
)
from chalicelib.handlers.department_views import DepartmentsView, DepartmentView, department_view, departments_view
from chalicelib.handlers.operations import Answer, Asked, operation
from chalicelib.handlers.signed_in import STAFF
from chalicelib.suite import suite

if TYPE_CHECKING:
    from chalicelib.domain.departments.departments import Department

departments = Blueprint(__name__)
_READ = (*STAFF, Code.NOT_FOUND)
_ONBOARDING = (*_READ, Code.STEP_UP_REQUIRED)


@operation(
    departments,
    "POST /departments",
    "Enter a department",
    body=NewDepartmentBody,
    answers={HTTPStatus.CREATED: DepartmentView},
    refusals=(*STAFF, Code.STEP_UP_REQUIRED, Code.INVALID_FIELDS, Code.ISSUER_ID_TAKEN),
)
def open_department(asked: Asked[NewDepartmentBody]) -> Answer:
    """Its issuer id is its own for ever. The same entered again, and untouched since, is told as it is."""
    made = suite().departments.open(asked.actor, asked.body.issuer_id, details_of(asked.body), asked.caller)
    return Answer(department_view(made, asked.actor, asked.language), HTTPStatus.CREATED)


@operation(
    departments,
    "GET /departments",
    "List departments",
    answers={HTTPStatus.OK: DepartmentsView},
    refusals=STAFF,
)
def list_departments(asked: Asked[None]) -> Answer:
    """Every department for administrators, by issuer id; their own for its officers."""
    return Answer(departments_view(suite().departments.all_of(asked.actor), asked.language))


@operation(
    departments,
    "GET /departments/{department_id}",
    "Read a department",
    answers={HTTPStatus.OK: DepartmentView},
    refusals=_READ,
)
def read_department(asked: Asked[None], department_id: str) -> Answer:
    """What was entered of it; of its keys, everything but the secrets."""
    return _answer(asked, suite().departments.read(asked.actor, department_id))


@operation(
    departments,
    "PUT /departments/{department_id}",
    "Change a department",
    body=DepartmentBody,
    answers={HTTPStatus.OK: DepartmentView},
    refusals=(*_ONBOARDING, Code.INVALID_FIELDS),
)
def change_department(asked: Asked[DepartmentBody], department_id: str) -> Answer:
    """Names, roles, client, limits and signing key. The issuer id never changes."""
    return _answer(asked, suite().departments.change(asked.actor, department_id, details_of(asked.body), asked.caller))


@operation(
    departments,
    "PUT /departments/{department_id}/document-types",
    "Write a document type",
    body=DocumentTypeBody,
    answers={HTTPStatus.OK: DepartmentView},
    refusals=(*_ONBOARDING, Code.INVALID_FIELDS),
)
def write_document_type(asked: Asked[DocumentTypeBody], department_id: str) -> Answer:
    """Under its code. Once there are certificates, what they are found by and their XML's element stay."""
    document_type = document_type_of(asked.body)
    return _answer(
        asked, suite().departments.write_document_type(asked.actor, department_id, document_type, asked.caller)
    )


@operation(
    departments,
    "PUT /departments/{department_id}/pull-apis",
    "Write an endpoint that DigiLocker calls",
    body=PullApiBody,
    answers={HTTPStatus.OK: DepartmentView},
    refusals=(*_ONBOARDING, Code.INVALID_FIELDS),
)
def write_pull_api(asked: Asked[PullApiBody], department_id: str) -> Answer:
    """One address for each endpoint, so that its key is known before anything is read."""
    api = pull_api_of(asked.body)
    return _answer(asked, suite().departments.write_pull_api(asked.actor, department_id, api, asked.caller))


@operation(
    departments,
    "POST /departments/{department_id}/suspension",
    "Suspend a department",
    body=DepartmentSuspensionBody,
    answers={HTTPStatus.OK: DepartmentView},
    refusals=(*_ONBOARDING, Code.INVALID_FIELDS, Code.DEPARTMENT_CONFLICT),
)
def suspend_department(asked: Asked[DepartmentSuspensionBody], department_id: str) -> Answer:
    """Its pulls find nothing, its pushes wait, its issuing tokens open nothing."""
    return _answer(asked, suite().departments.suspend(asked.actor, department_id, asked.body.reason, asked.caller))


@operation(
    departments,
    "POST /departments/{department_id}/reactivation",
    "Take a suspended department back",
    answers={HTTPStatus.OK: DepartmentView},
    refusals=_ONBOARDING,
)
def reactivate_department(asked: Asked[None], department_id: str) -> Answer:
    """It answers again, and what waited is pushed."""
    return _answer(asked, suite().departments.reactivate(asked.actor, department_id, asked.caller))


def _answer(asked: Asked[Any], department: Department) -> Answer:
    return Answer(department_view(department, asked.actor, asked.language))
