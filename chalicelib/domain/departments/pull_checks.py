"""The checks of a pull: that it is DigiLocker's own and of now (ADR 46), and that it asks what this endpoint answers.

Formulas: Issuer API Specification 1.13, as docs/digilocker.md tells them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

from chalicelib.domain.departments.departments import Freshness, PullFormat, PullKind
from chalicelib.domain.departments.pull_books import PullEnd, PullRefused, PullTrouble
from chalicelib.domain.digilocker.formulas import is_body_hmac, is_keyhash
from chalicelib.domain.limits import IST, Counter
from chalicelib.domain.refusals import Code

if TYPE_CHECKING:
    from chalicelib.domain.departments.departments import Department, DocumentType, PullApi
    from chalicelib.domain.digilocker.pull_reading import PullRead

ROOTS = {PullKind.PULL_URI: "PullURIRequest", PullKind.PULL_DOC: "PullDocRequest"}
_TXN_AT_MOST = 256
# What is compared where there is no endpoint or no key: the same work, and nothing fits.
_NOBODYS_KEY = b"\0" * 32
_MINUTE = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Asked:
    """A pull that is DigiLocker's own: what was read, and what it is to be answered with.

    `trouble` is what the department is told although the pull is answered: its `ts` is far from our clock.
    """

    pull: PullRead
    format: PullFormat
    trouble: PullTrouble | None = None


def fitting_key(header: str | None, keys: tuple[bytes, ...], body: bytes) -> bytes | None:
    """The key whose hmac over exactly these bytes the header is, in either form; None where it is no key's.

    Every key is tried whatever the others gave, and one is where there is none: how long it takes tells nothing.
    """
    fits = [is_body_hmac(header, key, body) is not None for key in (*keys, _NOBODYS_KEY)]
    return next((key for key, is_fitting in zip(keys, fits, strict=False) if is_fitting), None)


def checked(pull: PullRead, api: PullApi, key: bytes, now: datetime, window: timedelta) -> Asked:
    """The pull, once its keyhash is that of its `ts` and its form is the endpoint's.

    Raises `PullRefused`: `not_authenticated`, `unreadable`.
    """
    if not is_keyhash(pull.keyhash.lower(), key, pull.ts):
        raise PullRefused(PullEnd.NOT_AUTHENTICATED, PullTrouble.KEYHASH_WRONG)
    is_stale = not _is_fresh(pull.ts, now, window)
    if is_stale and api.freshness is Freshness.REFUSED:
        raise PullRefused(PullEnd.NOT_AUTHENTICATED, PullTrouble.STALE)
    if pull.root != ROOTS[api.kind]:
        raise PullRefused(PullEnd.UNREADABLE, PullTrouble.OF_ANOTHER_KIND)
    if not pull.txn.strip() or len(pull.txn) > _TXN_AT_MOST:
        raise PullRefused(PullEnd.UNREADABLE, PullTrouble.UNREADABLE)
    if pull.format not in {"", *PullFormat}:
        raise PullRefused(PullEnd.UNREADABLE, PullTrouble.FORMAT_UNKNOWN)
    wanted = PullFormat(pull.format) if pull.format else api.default_format
    return Asked(pull, wanted, PullTrouble.STALE if is_stale else None)


def demand_org_id(asked: Asked, api: PullApi) -> None:
    """Raises `PullRefused` where the endpoint has an org id and the pull bears another."""
    if api.org_id and asked.pull.org_id != api.org_id:
        raise PullRefused(PullEnd.REFUSED, PullTrouble.ORG_ID_WRONG)


def document_type_of(asked: Asked, department: Department, api: PullApi) -> DocumentType:
    """The type that a Pull URI asks for. Raises `PullRefused` where this endpoint does not answer for it."""
    code = asked.pull.values.get("doctype", "").upper()
    document_type = department.document_type(code) if code in api.doctypes else None
    if document_type is None:
        raise PullRefused(PullEnd.REFUSED, PullTrouble.DOCTYPE_UNKNOWN)
    return document_type


def minute_of(department: Department, now: datetime) -> Counter:
    """The counter of a department's pulls in this minute."""
    begun = now.replace(second=0, microsecond=0)
    key = f"pulls#{department.department_id}#{int(begun.timestamp())}"
    return Counter(key, department.limits.pulls_a_minute, begun + _MINUTE, Code.TOO_MANY_REQUESTS)


def _is_fresh(ts: str, now: datetime, window: timedelta) -> bool:
    """Whether `ts` is within the window around `now`; without an offset it is India's time."""
    try:
        told = datetime.fromisoformat(ts.strip())
        at = (told if told.tzinfo else told.replace(tzinfo=IST)).astimezone(UTC)
    except (ValueError, OverflowError):
        return False
    return abs(at - now) <= window
