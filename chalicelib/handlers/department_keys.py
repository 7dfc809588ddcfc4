"""The routes by which the keys of departments are made and ended."""

from __future__ import annotations

from http import HTTPStatus

from chalice.app import Blueprint

from chalicelib.domain.departments.changing_keys import Wanted
from chalicelib.domain.refusals import Code
from chalicelib.handlers.department_models import KeyBody
from chalicelib.handlers.department_views import DepartmentView, MadeKeyView, department_view
from chalicelib.handlers.operations import Answer, Asked, operation
from chalicelib.handlers.signed_in import STAFF
from chalicelib.suite import suite

department_keys = Blueprint(__name__)
_ONBOARDING = (*STAFF, Code.NOT_FOUND, Code.STEP_UP_REQUIRED)


@operation(
    department_keys,
    "POST /departments/{department_id}/keys",
    "Make a key, or take one in",
    body=KeyBody,
    answers={HTTPStatus.CREATED: MadeKeyView},
    refusals=(*_ONBOARDING, Code.INVALID_FIELDS),
)
def make_department_key(asked: Asked[KeyBody], department_id: str) -> Answer:
    """The secret is told this once. Keys of the same kind that it replaces work until `old_until`."""
    body = asked.body
    wanted = Wanted(body.purpose, body.api_id, body.secret, body.old_until)
    made = suite().department_key_desk.make(asked.actor, department_id, wanted, asked.caller)
    return Answer(MadeKeyView(made.key_id, made.secret), HTTPStatus.CREATED)


@operation(
    department_keys,
    "POST /departments/{department_id}/keys/{key_id}/end",
    "End a key",
    answers={HTTPStatus.OK: DepartmentView},
    refusals=_ONBOARDING,
)
def end_department_key(asked: Asked[None], department_id: str, key_id: str) -> Answer:
    """From now on it opens nothing; requests that are signed with it are refused."""
    department = suite().department_key_desk.end(asked.actor, department_id, key_id, asked.caller)
    return Answer(department_view(department, asked.actor, asked.language))
