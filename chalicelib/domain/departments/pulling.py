"""Answering pulls: DigiLocker asks one endpoint of a department for a citizen's certificate (Pull URI, or Pull Doc).

The endpoint's key is known by the path, so a request is authenticated over its exact bytes before any of it is parsed
(ADR 46). Then it is read, its name (`txn`) used up, the certificate found, and its holder matched by the one policy
(ADR 45). Who is not found and who does not match are told the same. Nothing here holds an Aadhaar number or a photo.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from chalicelib.domain.changes import ChangeRefused, CountUp
from chalicelib.domain.departments import pull_checks
from chalicelib.domain.departments.changes import UseOnceFor
from chalicelib.domain.departments.departments import DepartmentStatus, KeyPurpose, PullKind
from chalicelib.domain.departments.pull_books import PullBooks, PullEnd, PullRefused, PullTrouble
from chalicelib.domain.digilocker import pull_answers, pull_reading
from chalicelib.domain.digilocker.pull_answers import AnswerTooLarge, Echo, PullStatus
from chalicelib.domain.digilocker.pull_reading import PullUnreadable

if TYPE_CHECKING:
    from chalicelib.domain.departments.departments import Department, PullApi
    from chalicelib.domain.departments.keys import DepartmentKeys
    from chalicelib.domain.departments.pull_checks import Asked
    from chalicelib.domain.departments.pull_finding import Found, PullFinding
    from chalicelib.domain.ports import Clock, Store

# DigiLocker repeats what it got no answer to within minutes; a day is ample.
TXN_KEPT = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class PullManner:
    """What of a pull's form is a setting: how genders are written, and how far `ts` may be from our clock."""

    genders: Mapping[str, str]
    window: timedelta


@dataclass(frozen=True, slots=True)
class Pulled:
    """What a pull is answered. `answer` is the XML, "" where there is none; `trouble` what was told to the department.

    `again_at`: when the same request may come again (UTC), where the minute was full.
    """

    end: PullEnd
    answer: str = ""
    trouble: PullTrouble | None = None
    certificate_id: str | None = None
    again_at: datetime | None = None

    def __repr__(self) -> str:
        return f"Pulled({self.end.value})"


@dataclass(frozen=True, slots=True)
class Pulls:
    """Answers pulls."""

    store: Store
    keys: DepartmentKeys
    finding: PullFinding
    clock: Clock
    manner: PullManner

    def answer(
        self, department_id: str, api_id: str, hmac_header: str | None, body: bytes, *, is_trial: bool = False
    ) -> Pulled:
        """What a request is answered; `body` are its bytes exactly as they came, `hmac_header` x-digilocker-hmac.

        With `is_trial` nothing is written: the department tries its own endpoint, and nothing is counted, told, used
        up or asked of an officer. Raises `StoreUnavailable`, `VaultUnavailable`, `sealing.SealBroken`.
        """
        department = self.store.department(department_id)
        api = department.pull_api(api_id) if department else None
        secrets = self.keys.secrets(department, KeyPurpose.PULL_API, api_id) if department and api else ()
        key = pull_checks.fitting_key(hmac_header, secrets, body)
        if department is None or api is None:
            return Pulled(PullEnd.NOT_AUTHENTICATED)
        one = _OnePull(self, department, api, PullBooks(self.store, is_trial), self.clock())
        if key is None:
            return one.not_authenticated(has_key=bool(secrets))
        return one.answered(key, body)


@dataclass(frozen=True, slots=True)
class _OnePull:
    """One request at a known endpoint."""

    pulls: Pulls
    department: Department
    api: PullApi
    books: PullBooks
    now: datetime

    def not_authenticated(self, *, has_key: bool) -> Pulled:
        """A stranger, or DigiLocker with a key that the department did not make here: told, and not counted."""
        trouble = PullTrouble.NOT_AUTHENTICATED if has_key else PullTrouble.NO_KEY
        return self._told(Pulled(PullEnd.NOT_AUTHENTICATED, trouble=trouble))

    def answered(self, key: bytes, body: bytes) -> Pulled:
        """A request whose bytes bear the endpoint's hmac."""
        minute = pull_checks.minute_of(self.department, self.now)
        try:
            self.books.write(CountUp(minute))
        except ChangeRefused:
            return self._told(Pulled(PullEnd.LIMIT_REACHED, trouble=PullTrouble.LIMIT_REACHED, again_at=minute.until))
        try:
            asked = pull_checks.checked(pull_reading.read(body), self.api, key, self.now, self.pulls.manner.window)
        except PullUnreadable:
            return self._booked(Pulled(PullEnd.UNREADABLE, trouble=PullTrouble.UNREADABLE))
        except PullRefused as refused:
            return self._booked(Pulled(refused.end, trouble=refused.trouble))
        try:
            is_first = self._is_first(asked, body)
        except PullRefused as refused:
            return self._booked(self._without_certificate(asked, refused))
        return self._booked(self._answered(asked), is_first=is_first)

    def _is_first(self, asked: Asked, body: bytes) -> bool:
        """Whether this `txn` comes for the first time. Raises `PullRefused` where it came with other bytes."""
        # Its hash: whatever DigiLocker calls a transaction, a key of the table is short.
        txn = hashlib.sha256(asked.pull.txn.encode()).hexdigest()
        name = f"pull#{self.department.department_id}#{self.api.api_id}#{txn}"
        used = UseOnceFor(name, hashlib.sha256(body).hexdigest(), self.now + TXN_KEPT)
        try:
            self.books.write(replace(used, is_first=True))
        except ChangeRefused:
            try:
                self.books.write(used)
            except ChangeRefused:
                raise PullRefused(PullEnd.REFUSED, PullTrouble.TXN_REUSED) from None
            return False
        return True

    def _answered(self, asked: Asked) -> Pulled:
        try:
            if not self.api.is_open or self.department.status is not DepartmentStatus.ACTIVE:
                raise PullRefused(PullEnd.REFUSED, PullTrouble.CLOSED)  # noqa: TRY301 - told as all others are
            found = self.pulls.finding.found(self.department, self.api, asked, self.books, self.now)
            return Pulled(found.end, self._with_certificate(asked, found), asked.trouble)
        except PullRefused as refused:
            return self._without_certificate(asked, refused)

    def _with_certificate(self, asked: Asked, found: Found) -> str:
        echo, certificate, content = _echo(asked), found.certificate, found.content
        if certificate is None or content is None:
            return pull_answers.without_content(echo, PullStatus.PENDING)
        try:
            if self.api.kind is PullKind.PULL_DOC:
                return pull_answers.with_content(echo, content)
            return pull_answers.with_certificate(echo, certificate, content, self.pulls.manner.genders)
        except AnswerTooLarge:
            id_ = certificate.certificate_id
            raise PullRefused(PullEnd.REFUSED, PullTrouble.ANSWER_TOO_LARGE, id_) from None

    def _without_certificate(self, asked: Asked, refused: PullRefused) -> Pulled:
        """Status 0; where the files could not be had no answer at all: DigiLocker asks again."""
        is_told = refused.end is not PullEnd.FAILED
        answer = pull_answers.without_content(_echo(asked), PullStatus.NOT_FOUND) if is_told else ""
        return Pulled(refused.end, answer, refused.trouble or asked.trouble, certificate_id=refused.certificate_id)

    def _booked(self, pulled: Pulled, *, is_first: bool = True) -> Pulled:
        """Counts it, once for each request that DigiLocker repeats, and tells the department what went wrong."""
        if is_first:
            self.books.count(self.department, pulled.end, self.now)
        return self._told(pulled)

    def _told(self, pulled: Pulled) -> Pulled:
        self.books.tell(self.department, self.api, pulled.trouble, self.now, pulled.certificate_id)
        return pulled


def _echo(asked: Asked) -> Echo:
    return Echo(asked.pull.root, asked.pull.ts, asked.pull.txn)
