"""Asking an officer: what a pull could not find becomes a task of the department's, once, and no more than can be done.

Whoever has DigiLocker may ask for any number that comes to mind. So of one person a few questions wait at a time, and
of a department as many as its officers can ever look through; beyond, the answer is "not found", and asking later,
once some are decided, helps.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from chalicelib.domain.changes import ChangeRefused
from chalicelib.domain.departments.changes import TakePlace, WritePullRequest
from chalicelib.domain.departments.pull_books import PullEnd, PullRefused, PullTrouble
from chalicelib.domain.departments.pull_requests import PullRequestStatus
from chalicelib.domain.limits import pseudonym

if TYPE_CHECKING:
    from chalicelib.domain.departments.pull_books import PullBooks
    from chalicelib.domain.departments.pull_requests import PullRequest
    from chalicelib.domain.ports import Keyring, Store

OF_ONE_PERSON = 3
OF_A_DEPARTMENT = 1_000
# A place names a person by a hash under the server's key; one that is long past names nobody.
_PLACE_KEPT = timedelta(days=90)


@dataclass(frozen=True, slots=True)
class AskingOfficers:
    """Asks officers."""

    store: Store
    keyring: Keyring

    def asked(self, question: PullRequest, books: PullBooks, now: datetime) -> PullRequest:
        """The question as it stands: new, still waiting, or decided. Raises `PullRefused` where too many wait."""
        if books.is_trial:
            return question
        there = self.store.pull_request(question.request_id)
        if there is not None:
            return there
        # May lag by a moment, in which no more come than the department's minute lets through.
        if self.store.pull_requests_open(question.department_id, OF_A_DEPARTMENT) >= OF_A_DEPARTMENT:
            raise PullRefused(PullEnd.REFUSED, PullTrouble.QUEUE_FULL)
        # Twice: writers that collide cost each other the turn, and not the place.
        for place in self._places(question) * 2:
            holder = self.store.place_holder(place)
            if holder is not None and self._is_waiting(holder):
                continue
            try:
                books.write(
                    WritePullRequest(question), TakePlace(place, question.request_id, holder, now + _PLACE_KEPT)
                )
            except ChangeRefused:
                there = self.store.pull_request(question.request_id)
                if there is not None:
                    return there
            else:
                return question
        raise PullRefused(PullEnd.REFUSED, PullTrouble.PERSON_WAITS)

    def _places(self, question: PullRequest) -> tuple[str, ...]:
        """The places of a person at a department, by the one name that DigiLocker gives a person."""
        who = pseudonym(self.keyring.current().material, question.department_id, question.digilocker_id)
        return tuple(f"{who}#{number}" for number in range(OF_ONE_PERSON))

    def _is_waiting(self, request_id: str) -> bool:
        there = self.store.pull_request(request_id)
        return there is not None and there.status is PullRequestStatus.OPEN
