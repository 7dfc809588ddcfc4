"""The routes by which a department imports its certificates of the past, or has them made findable anew."""

from __future__ import annotations

from http import HTTPStatus

from chalice.app import Blueprint

from chalicelib.domain.refusals import Code
from chalicelib.handlers.import_models import (
    ImportBody,
    ImportsView,
    ImportView,
    IndexingBody,
    NewImportView,
    import_view,
    new_import_view,
)
from chalicelib.handlers.operations import Answer, Asked, operation
from chalicelib.handlers.signed_in import STAFF
from chalicelib.suite import suite

imports = Blueprint(__name__)
_READ = (*STAFF, Code.NOT_FOUND)
_OPEN = (*_READ, Code.DEPARTMENT_SUSPENDED, Code.INVALID_FIELDS, Code.TOO_MANY_REQUESTS)
_START = (*_READ, Code.DEPARTMENT_SUSPENDED, Code.IMPORT_CONFLICT)


@operation(
    imports,
    "POST /departments/{department_id}/imports",
    "Open an import",
    body=ImportBody,
    answers={HTTPStatus.CREATED: NewImportView},
    refusals=_OPEN,
)
def open_import(asked: Asked[ImportBody], department_id: str) -> Answer:
    """Answers with a form by which the CSV is uploaded within 10 minutes; then the import is started."""
    body = asked.body
    backfill, form = suite().backfills.open(
        asked.actor, department_id, body.document_type, body.size, is_dry_run=body.dry_run
    )
    return Answer(new_import_view(backfill, form), HTTPStatus.CREATED)


@operation(
    imports,
    "POST /departments/{department_id}/indexings",
    "Have certificates made findable anew",
    body=IndexingBody,
    answers={HTTPStatus.ACCEPTED: ImportView},
    refusals=(*_OPEN, Code.IMPORT_CONFLICT),
)
def open_indexing(asked: Asked[IndexingBody], department_id: str) -> Answer:
    """After a document type is searched otherwise than before, its certificates are found so. Listed as an import."""
    desk = suite().backfills
    opened = desk.open_index(asked.actor, department_id, asked.body.document_type)
    begun = desk.start(asked.actor, department_id, opened.backfill_id, asked.caller)
    return Answer(import_view(begun, None, asked.language), HTTPStatus.ACCEPTED)


@operation(
    imports,
    "POST /departments/{department_id}/imports/{import_id}/start",
    "Start an import",
    answers={HTTPStatus.ACCEPTED: ImportView},
    refusals=_START,
)
def start_import(asked: Asked[None], department_id: str, import_id: str) -> Answer:
    """Once its file is uploaded. One that failed goes on where it stopped; one that runs is left as it is."""
    begun = suite().backfills.start(asked.actor, department_id, import_id, asked.caller)
    return Answer(import_view(begun, None, asked.language), HTTPStatus.ACCEPTED)


@operation(
    imports,
    "GET /departments/{department_id}/imports",
    "List imports",
    answers={HTTPStatus.OK: ImportsView},
    refusals=_READ,
)
def list_imports(asked: Asked[None], department_id: str) -> Answer:
    """The department's imports, the newest first."""
    found = suite().backfills.all_of(asked.actor, department_id)
    return Answer(ImportsView([import_view(one, None, asked.language) for one in found]))


@operation(
    imports,
    "GET /departments/{department_id}/imports/{import_id}",
    "Read an import",
    answers={HTTPStatus.OK: ImportView},
    refusals=_READ,
)
def read_import(asked: Asked[None], department_id: str, import_id: str) -> Answer:
    """How far it is; once it is done, where the list of refused rows can be downloaded for 5 minutes."""
    desk = suite().backfills
    backfill = desk.read(asked.actor, department_id, import_id)
    return Answer(import_view(backfill, desk.report_url(backfill), asked.language))
