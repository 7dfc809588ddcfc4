"""The books of pulls: how each ended, what a department's page counts of them, and the troubles that it is told of."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import TYPE_CHECKING

from chalicelib.domain.departments.statistics import Counted, Trouble
from chalicelib.domain.limits import IST

if TYPE_CHECKING:
    from chalicelib.domain.changes import Change
    from chalicelib.domain.departments.departments import Department, PullApi
    from chalicelib.domain.ports import Store

KEEP_TROUBLE = timedelta(days=30)
_MINUTE, _HOUR = timedelta(minutes=1), timedelta(hours=1)


class PullEnd(StrEnum):
    """How a pull ended."""

    FOUND = "found"
    # An officer looks; Push URI delivers.
    PENDING = "pending"
    NOT_FOUND = "not_found"
    # It is DigiLocker's own, and still not answered with a certificate: closed, another org id, a txn used before.
    REFUSED = "refused"
    NOT_AUTHENTICATED = "not_authenticated"
    UNREADABLE = "unreadable"
    LIMIT_REACHED = "limit_reached"
    # The certificate's files could not be had.
    FAILED = "failed"


class PullTrouble(StrEnum):
    """What a department is told of pulls that went wrong; `trouble.<value>` of the catalogue says it in plain words."""

    NO_KEY = "pull_no_key"
    NOT_AUTHENTICATED = "pull_not_authenticated"
    KEYHASH_WRONG = "pull_keyhash_wrong"
    STALE = "pull_stale"
    UNREADABLE = "pull_unreadable"
    OF_ANOTHER_KIND = "pull_of_another_kind"
    FORMAT_UNKNOWN = "pull_format_unknown"
    LIMIT_REACHED = "pull_limit_reached"
    CLOSED = "pull_closed"
    ORG_ID_WRONG = "pull_org_id_wrong"
    TXN_REUSED = "pull_txn_reused"
    DOCTYPE_UNKNOWN = "pull_doctype_unknown"
    PARAMETER_MISSING = "pull_parameter_missing"
    NAME_MISSING = "pull_name_missing"
    ACCOUNT_MISSING = "pull_account_missing"
    PERSON_WAITS = "pull_person_waits"
    QUEUE_FULL = "pull_queue_full"
    SEARCH_TOO_WIDE = "pull_search_too_wide"
    ANSWER_TOO_LARGE = "pull_answer_too_large"
    CONTENT_MISSING = "pull_content_missing"


# Whoever knows an endpoint's address may cause these, and would fill the list of the last troubles with them.
_OF_STRANGERS = frozenset({PullTrouble.NOT_AUTHENTICATED, PullTrouble.NO_KEY})
# One person may cause the first of these as often as they like, and many the other.
_TOLD_HOURLY = _OF_STRANGERS | {PullTrouble.PERSON_WAITS, PullTrouble.QUEUE_FULL}
_COUNTED: Mapping[PullEnd, Counted] = {
    PullEnd.FOUND: Counted.PULLED,
    PullEnd.PENDING: Counted.PENDING,
    PullEnd.NOT_FOUND: Counted.NOT_FOUND,
    PullEnd.FAILED: Counted.FAILED,
}


class PullRefused(Exception):  # noqa: N818
    """A pull is not answered with a certificate: how it ends, and what the department is told of it."""

    def __init__(self, end: PullEnd, trouble: PullTrouble | None = None, certificate_id: str | None = None) -> None:
        super().__init__(end.value)
        self.end = end
        self.trouble = trouble
        self.certificate_id = certificate_id


@dataclass(frozen=True, slots=True)
class PullBooks:
    """Writes the books; with `is_trial` nothing is written, and every change holds."""

    store: Store
    is_trial: bool = False

    def write(self, *changes: Change) -> None:
        """Makes changes, all or none. Raises `ChangeRefused`."""
        if not self.is_trial:
            self.store.write(*changes)

    def count(self, department: Department, end: PullEnd, now: datetime) -> None:
        """Counts a pull that ended so, on the day of India's clock."""
        if not self.is_trial:
            counted = _COUNTED.get(end, Counted.REFUSED)
            self.store.count(department.department_id, now.astimezone(IST).date(), {counted: 1})

    def tell(
        self,
        department: Department,
        api: PullApi,
        trouble: PullTrouble | None,
        now: datetime,
        certificate_id: str | None = None,
    ) -> None:
        """Tells the department of each endpoint's kind of trouble: once in a minute, or in an hour (`_TOLD_HOURLY`)."""
        if trouble is None or self.is_trial:
            return
        self.store.tell_trouble(
            Trouble(
                department.department_id,
                f"{trouble.value}.{api.api_id}",
                _begun(now, _HOUR if trouble in _TOLD_HOURLY else _MINUTE),
                trouble.value,
                certificate_id,
                now + KEEP_TROUBLE,
            )
        )


def _begun(now: datetime, span: timedelta) -> datetime:
    """When the minute or the hour began that it is now."""
    return datetime.fromtimestamp(now.timestamp() // span.total_seconds() * span.total_seconds(), tz=now.tzinfo)
