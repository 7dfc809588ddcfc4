"""The step that issues temporary passwords in bulk."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from chalice.app import Blueprint

from chalicelib.domain.refusals import FieldProblem, invalid
from chalicelib.handlers.bodies import optional, optional_number, required
from chalicelib.handlers.steps import StepAnswer, step, time_left
from chalicelib.suite import suite

temporary_password_steps = Blueprint(__name__)
# What a holder at hand may still need: a hash, a mail, two writes.
_STOP_BEFORE_MILLISECONDS = 20_000


def _instant(value: str) -> datetime:
    try:
        moment = datetime.fromisoformat(value)
    except ValueError:
        raise FieldProblem("bad_characters") from None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _who(value: str) -> str:
    if value not in {"list", "all"}:
        raise FieldProblem("bad_characters")
    return value


@dataclass(frozen=True, slots=True)
class IssueEvent:
    """To whom.

    `to` is `list` (with `key`, a CSV in the suite's bucket whose first column is the IEC) or `all` (who have none).
    """

    to: str | None = optional(_who, "`list` or `all`.", "list")
    key: str | None = optional(required, "The CSV's key in the documents bucket.", "lists/2026-11.csv", at_most=1024)
    first_line: int = optional_number("Where to go on in the list: the `next_line` of the run before.", 0)
    replace_issued_before: datetime | None = optional(
        _instant, "Issue anew to who had theirs before this instant.", "2026-11-01T00:00:00+05:30"
    )


@temporary_password_steps.lambda_function(name="issue_temporary_passwords")
@step(IssueEvent, with_context=True)
def issue_temporary_passwords(event: IssueEvent, context: Any) -> StepAnswer:  # noqa: ANN401 - Lambda's context
    """Issues temporary passwords and mails them; run again, it sends nothing twice. `next_line` says where to go on."""
    desk, has_time = suite().temporary_password_desk, time_left(context, _STOP_BEFORE_MILLISECONDS)
    if event.to == "all" and event.key is None:
        report = desk.issue_to_all(has_time, event.replace_issued_before)
    elif event.to == "list" and event.key is not None:
        lines = suite().documents.lines(event.key)
        report = desk.issue_to_list(lines, has_time, event.first_line, event.replace_issued_before)
    else:
        raise invalid(to="required")
    return {"counts": {kind.value: count for kind, count in report.counts.items()}, "next_line": report.next_line}
