"""The routes that tell how a department fares: its statistics, and the self-test."""

from __future__ import annotations

from http import HTTPStatus

from chalice.app import Blueprint

from chalicelib.domain.departments.statistics_desk import parse_days
from chalicelib.domain.refusals import Code
from chalicelib.handlers.department_statistics_models import (
    SelfTestView,
    StatisticsView,
    self_test_view,
    statistics_view,
)
from chalicelib.handlers.operations import Answer, Asked, operation
from chalicelib.handlers.signed_in import STAFF
from chalicelib.suite import suite

department_statistics = Blueprint(__name__)
_READ = (*STAFF, Code.NOT_FOUND)


@operation(
    department_statistics,
    "GET /departments/{department_id}/statistics",
    "Read a department's statistics",
    query={"days": "How many days, today among them: 1 to 92, 30 where it is left out."},
    answers={HTTPStatus.OK: StatisticsView},
    refusals=(*_READ, Code.INVALID_FIELDS),
)
def read_department_statistics(asked: Asked[None], department_id: str) -> Answer:
    """Counts by day of India's clock, their sums, and the last troubles in plain words."""
    days = asked.queried("days", parse_days)
    return Answer(statistics_view(suite().statistics.read(asked.actor, department_id, days), asked.language))


@operation(
    department_statistics,
    "POST /departments/{department_id}/self-test",
    "Test a department's set-up",
    answers={HTTPStatus.OK: SelfTestView},
    refusals=_READ,
)
def test_department(asked: Asked[None], department_id: str) -> Answer:
    """Signed requests in every form go through our own Pull URI path, as DigiLocker would send them.

    Keys, document types, the signing key and the client secret are looked at as well. Nothing is counted or used up.
    """
    return Answer(self_test_view(suite().self_tests.test(asked.actor, department_id), asked.language))
