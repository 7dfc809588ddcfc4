"""What the fake store reads and writes of departments, of what they issue, and of what people fetch."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from datetime import date, datetime, timedelta

from chalicelib.domain.accounts.owners import OwnerKey
from chalicelib.domain.changes import Change
from chalicelib.domain.departments import changes
from chalicelib.domain.departments.backfills import Backfill, BackfillRange
from chalicelib.domain.departments.certificates import Certificate, CertificateStatus
from chalicelib.domain.departments.departments import Department
from chalicelib.domain.departments.finding import FOUND_AT_MOST
from chalicelib.domain.departments.keeping import last_day
from chalicelib.domain.departments.outages import Outage
from chalicelib.domain.departments.pull_requests import PullRequest, PullRequestStatus
from chalicelib.domain.departments.pushes import Push
from chalicelib.domain.departments.statistics import Counted, DepartmentDay, Trouble
from chalicelib.domain.digilocker import changes as digilocker_changes
from chalicelib.domain.digilocker.consents import Consent, ConsentStatus
from chalicelib.domain.digilocker.fetches import Fetch
from chalicelib.domain.digilocker.own_documents import Match, OwnDocument
from tests.fake_indexes import Indexed
from tests.fake_writes import FakeWrite, over


class FakeDepartmentReads:
    """The part of `tests.fakes.FakeStore` that is about departments."""

    _clock: Callable[[], datetime]

    def __init__(self) -> None:
        super().__init__()
        self._departments: dict[str, Department] = {}
        self._certificates: Indexed[Certificate] = Indexed(
            of_department=lambda _, one: (one.department_id, (one.created_at, one.certificate_id)),
            waiting=lambda _, one: _waits(one),
        )
        self._exchange_keys: dict[str, str] = {}
        self._findables: Indexed[Certificate] = Indexed(under=lambda key, _: (key.split()[0], key))
        self._pushes: Indexed[Push] = Indexed(due=lambda _, one: one.due_at and (one.department_id, one.due_at))
        self._outages: dict[str, Outage] = {}
        self._pull_requests: dict[str, PullRequest] = {}
        self._backfills: dict[str, Backfill] = {}
        self._backfill_ranges: dict[str, BackfillRange] = {}
        self._department_days: dict[tuple[str, date], Counter[Counted]] = {}
        self._troubles: dict[tuple[str, datetime, str], Trouble] = {}

    def department(self, department_id: str) -> Department | None:
        return self._departments.get(department_id)

    def departments(self) -> tuple[Department, ...]:
        return tuple(sorted(self._departments.values(), key=lambda one: one.issuer_id))

    def certificate(self, certificate_id: str) -> Certificate | None:
        return self._certificates.get(certificate_id)

    def certificate_of(self, uri: str) -> str | None:
        return self._exchange_keys.get(f"uri#{uri}")

    def certificates_there(self, certificate_ids: tuple[str, ...]) -> frozenset[str]:
        if len(certificate_ids) > 100:
            raise ValueError(len(certificate_ids))
        return frozenset(one for one in certificate_ids if one in self._certificates)

    def findable(self, search_key: str) -> tuple[Certificate, ...]:
        return tuple(self._findables.found("under", search_key, FOUND_AT_MOST))

    def certificates_of(self, department_id: str, at_most: int, after: str | None = None) -> tuple[Certificate, ...]:
        last = self._certificates.get(after) if after is not None else None
        if after is not None and (last is None or last.department_id != department_id):
            return ()
        before = last and (last.created_at, last.certificate_id)
        return tuple(self._certificates.newest("of_department", department_id, at_most, before=before))

    def certificates_preparing(self, department_id: str, before: datetime, at_most: int) -> tuple[str, ...]:
        waiting = self._certificates.found("waiting", department_id, at_most, up_to=before - timedelta.resolution)
        return tuple(one.certificate_id for one in waiting)

    def certificates_ended(self, department_id: str, doctype: str, before: date) -> Iterator[str]:
        of_type = (department_id, doctype)
        mine = [one for one in list(self._certificates.values()) if (one.department_id, one.doctype) == of_type]
        ended = sorted((day, one.certificate_id) for one in mine if (day := last_day(one)) and day < before)
        yield from (certificate_id for _, certificate_id in ended)

    def certificates_ending(self, department_id: str, now: datetime) -> Iterator[str]:
        mine = [one for one in list(self._certificates.values()) if one.department_id == department_id]
        ending = [one for one in mine if one.status is CertificateStatus.ENDING and one.look_at and one.look_at <= now]
        yield from (one.certificate_id for one in sorted(ending, key=lambda one: str(one.look_at)))

    def push(self, push_id: str) -> Push | None:
        return self._pushes.get(push_id)

    def due_pushes(self, department_id: str, now: datetime, at_most: int) -> tuple[str, ...]:
        return tuple(one.push_id for one in self._pushes.found("due", department_id, at_most, up_to=now))

    def pushes_waiting(self, department_id: str, at_most: int) -> int:
        return min(at_most, self._pushes.counted("due", department_id))

    def outage(self, department_id: str) -> Outage | None:
        return self._outages.get(department_id)

    def pull_request(self, request_id: str) -> PullRequest | None:
        return self._pull_requests.get(request_id)

    def pull_requests_of(self, department_id: str, status: PullRequestStatus, at_most: int) -> tuple[PullRequest, ...]:
        of_it = [one for one in list(self._pull_requests.values()) if one.department_id == department_id]
        found = sorted((one for one in of_it if one.status is status), key=lambda one: one.asked_at)
        return tuple(found[:at_most])

    def pull_requests_open(self, department_id: str, at_most: int) -> int:
        return len(self.pull_requests_of(department_id, PullRequestStatus.OPEN, at_most))

    def place_holder(self, place: str) -> str | None:
        return self._exchange_keys.get(f"place#{place}")

    def backfill(self, backfill_id: str) -> Backfill | None:
        return self._backfills.get(backfill_id)

    def backfills_of(self, department_id: str, at_most: int) -> tuple[Backfill, ...]:
        mine = [one for one in list(self._backfills.values()) if one.department_id == department_id]
        return tuple(sorted(mine, key=lambda one: one.created_at, reverse=True)[:at_most])

    def backfill_ranges(self, backfill_id: str) -> Iterator[BackfillRange]:
        mine = [one for one in list(self._backfill_ranges.values()) if one.backfill_id == backfill_id]
        yield from sorted(mine, key=lambda one: one.number)

    def backfill_range(self, backfill_id: str, number: int) -> BackfillRange | None:
        return self._backfill_ranges.get(f"{backfill_id} {number}")

    def department_days(self, department_id: str, first: date, last: date) -> tuple[DepartmentDay, ...]:
        days = [(day, counts) for (of, day), counts in list(self._department_days.items()) if of == department_id]
        within = sorted((day, counts) for day, counts in days if first <= day <= last)
        return tuple(DepartmentDay(department_id, day, dict(counts)) for day, counts in within)

    def troubles_of(self, department_id: str, at_most: int) -> tuple[Trouble, ...]:
        mine = [one for one in list(self._troubles.values()) if one.department_id == department_id]
        kept = [one for one in mine if self._clock() < (one.keep_until or one.at + timedelta(days=30))]
        return tuple(sorted(kept, key=lambda one: (one.at, one.trouble_id), reverse=True)[:at_most])

    def count(self, department_id: str, day: date, counts: Mapping[Counted, int]) -> None:
        self._department_days.setdefault((department_id, day), Counter()).update(counts)

    def tell_trouble(self, trouble: Trouble) -> None:
        self._troubles[trouble.department_id, trouble.at, trouble.trouble_id] = trouble

    def write_of_departments(self, change: Change, revision: str) -> FakeWrite | None:  # noqa: C901, PLR0911, PLR0912 - one for each
        match change:
            case changes.WriteDepartment(department):
                return over(self._departments, department.department_id, department, revision)
            case changes.TakeIssuerId(issuer_id, department_id):
                return self._taken(f"issuer#{issuer_id}", department_id)
            case changes.WriteCertificate(certificate):
                return over(self._certificates, certificate.certificate_id, certificate, revision)
            case changes.TakeUri(uri, certificate_id):
                return self._taken(f"uri#{uri}", certificate_id)
            case changes.MakeFindable(search_key, certificate):
                found = replace(certificate, revision=None)
                return FakeWrite(self._findables, f"{search_key} {certificate.certificate_id}", holds=True, value=found)
            case changes.EndFindable(search_key, certificate_id):
                return FakeWrite(self._findables, f"{search_key} {certificate_id}", holds=True, value=None)
            case changes.UseOnceFor(key, content_sha256, _, is_first):
                taken = self._taken(f"txn#{key}", content_sha256)
                return replace(taken, holds=False) if is_first and taken.key in self._exchange_keys else taken
            case changes.WritePush(push):
                return over(self._pushes, push.push_id, push, revision)
            case changes.WriteOutage(outage):
                return over(self._outages, outage.department_id, outage, revision)
            case changes.RemovePush(push):
                removed = over(self._pushes, push.push_id, push, revision)
                is_there = push.push_id in self._pushes
                return replace(removed, holds=removed.holds and is_there, value=None)
            case changes.WritePullRequest(asked):
                return over(self._pull_requests, asked.request_id, asked, revision)
            case changes.TakePlace(place, request_id, instead_of, _):
                holder = self._exchange_keys.get(f"place#{place}")
                return FakeWrite(self._exchange_keys, f"place#{place}", holder in (None, instead_of), request_id)
            case changes.WriteBackfill(backfill):
                return over(self._backfills, backfill.backfill_id, backfill, revision)
            case changes.WriteBackfillRange(part):
                return over(self._backfill_ranges, f"{part.backfill_id} {part.number}", part, revision)
        return None

    def _taken(self, key: str, by: str) -> FakeWrite:
        return FakeWrite(self._exchange_keys, key, self._exchange_keys.get(key) in (None, by), by)


def _waits(certificate: Certificate) -> tuple[str, datetime] | None:
    is_preparing = certificate.status is CertificateStatus.PREPARING
    return (certificate.department_id, certificate.brought_at) if is_preparing else None


class FakeDigiLockerReads:
    """The part of `tests.fakes.FakeStore` that is about what people fetch from DigiLocker."""

    def __init__(self) -> None:
        super().__init__()
        self._fetches: dict[str, Fetch] = {}
        self._consents: dict[str, Consent] = {}
        self._own_documents: dict[str, OwnDocument] = {}

    def fetch(self, fetch_id: str) -> Fetch | None:
        return self._fetches.get(fetch_id)

    def consent(self, consent_id: str) -> Consent | None:
        return self._consents.get(consent_id)

    def consents_of(self, owner: OwnerKey) -> tuple[Consent, ...]:
        mine = [one for one in list(self._consents.values()) if one.owner == owner]
        return tuple(sorted(mine, key=lambda one: one.given_at, reverse=True))

    def consents_to_end(self, now: datetime, at_most: int) -> tuple[str, ...]:
        ends = [(one.revoked_at or one.given_at, one) for one in self._in(ConsentStatus.REVOKING)]
        ends += [(one.valid_until, one) for one in self._in(ConsentStatus.ACTIVE)]
        due = [(max(end, one.try_at or end), one.consent_id) for end, one in ends]
        return tuple(consent_id for at, consent_id in sorted(due) if at <= now)[:at_most]

    def own_document(self, document_id: str) -> OwnDocument | None:
        return self._own_documents.get(document_id)

    def own_documents_of(self, owner: OwnerKey) -> tuple[OwnDocument, ...]:
        mine = [one for one in list(self._own_documents.values()) if one.owner == owner]
        return tuple(sorted(mine, key=lambda one: one.fetched_at, reverse=True))

    def own_documents_to_review(self, at_most: int) -> tuple[OwnDocument, ...]:
        waiting = [one for one in list(self._own_documents.values()) if one.match is Match.REVIEW]
        return tuple(sorted(waiting, key=lambda one: one.fetched_at)[:at_most])

    def write_of_digilocker(self, change: Change, revision: str) -> FakeWrite | None:
        match change:
            case digilocker_changes.WriteFetch(fetch):
                return over(self._fetches, fetch.fetch_id, fetch, revision)
            case digilocker_changes.WriteConsent(consent):
                return over(self._consents, consent.consent_id, consent, revision)
            case digilocker_changes.WriteOwnDocument(document):
                return over(self._own_documents, document.document_id, document, revision)
            case digilocker_changes.RemoveOwnDocument(document):
                removed = over(self._own_documents, document.document_id, document, revision)
                is_there = document.document_id in self._own_documents
                return replace(removed, holds=removed.holds and is_there, value=None)
        return None

    def _in(self, status: ConsentStatus) -> list[Consent]:
        return [one for one in list(self._consents.values()) if one.status is status]
