"""What the journey of a fetch is told, read off the record alone (ADR 3), and how a fetch stands and ends.

Routes and steps both ask this, so whichever of them comes second finds what the first left. Everything here is pure.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum

from chalicelib.domain.digilocker.fetches import Fetch, FetchItem, FetchStatus, ItemStatus
from chalicelib.domain.digilocker.reasons import Reason

# An issuer that looks by hand is asked again: often at first, then every half hour, up to a day.
_SOON, _LATER, _SOON_FOR = timedelta(minutes=5), timedelta(minutes=30), timedelta(hours=1)
ISSUERS_HAVE = timedelta(hours=24)
ENDED = frozenset({FetchStatus.FETCHED, FetchStatus.DENIED, FetchStatus.FAILED, FetchStatus.EXPIRED})
_OPEN_ITEMS = frozenset({ItemStatus.AWAITED, ItemStatus.PENDING})


class Place(StrEnum):
    """Where in its journey a fetch stands."""

    AWAIT_CALLBACK = "await_callback"
    EXCHANGE_CODE = "exchange_code"
    FETCH_DOCUMENTS = "fetch_documents"
    AWAIT_ISSUERS = "await_issuers"
    DIGILOCKER_UNAVAILABLE = "digilocker_unavailable"
    ENDED = "ended"


def place(fetch: Fetch) -> Place:
    """Where the journey belongs."""
    match fetch.status:
        case FetchStatus.AT_DIGILOCKER:
            return Place.AWAIT_CALLBACK
        case FetchStatus.FETCHING:
            return Place.FETCH_DOCUMENTS if fetch.items else Place.EXCHANGE_CODE
        case FetchStatus.PENDING:
            return Place.AWAIT_ISSUERS
        case FetchStatus.FAILED if fetch.reason == Reason.DIGILOCKER_UNAVAILABLE.value:
            return Place.DIGILOCKER_UNAVAILABLE
    return Place.ENDED


def is_to_be_woken(fetch: Fetch) -> bool:
    """Whether the journey waits for a callback that has come."""
    return fetch.task_token is not None and place(fetch) is not Place.AWAIT_CALLBACK


def numbers(fetch: Fetch) -> list[int]:
    """The places, in `items`, of the documents that are still to be fetched."""
    return [number for number, item in enumerate(fetch.items) if item.status in _OPEN_ITEMS]


def message_body(fetch: Fetch, now: datetime) -> Mapping[str, str | int]:
    """The output with which the journey goes on: our id, where to, and for how long it waits there (seconds)."""
    return {
        "fetch_id": fetch.fetch_id,
        "next": place(fetch).value,
        "seconds_left": max(1, math.ceil(_wait(fetch, now).total_seconds())),
    }


def status_at(fetch: Fetch, now: datetime) -> FetchStatus:
    """How a fetch stands; one that ran out is told as expired, whether or not the journey has said so."""
    if fetch.status is FetchStatus.AT_DIGILOCKER and now >= fetch.expires_at:
        return FetchStatus.EXPIRED
    return fetch.status


def expired(fetch: Fetch, now: datetime) -> Fetch:
    """The fetch where its visit took too long; one that goes on stays as it is."""
    if fetch.status in ENDED or status_at(fetch, now) is not FetchStatus.EXPIRED:
        return fetch
    return _closed(replace(fetch, status=FetchStatus.EXPIRED))


def waiting(fetch: Fetch, task_token: str, since: str | None) -> Fetch:
    """The fetch that a journey waits for under this token; a wait that began earlier never replaces a later one."""
    if since is not None and fetch.waiting_since is not None and since < fetch.waiting_since:
        return fetch
    return replace(fetch, task_token=task_token, waiting_since=since)


def failed(fetch: Fetch, reason: Reason) -> Fetch:
    """The fetch that ends without documents; one that has ended stays as it is."""
    if fetch.status in ENDED:
        return fetch
    return _closed(replace(fetch, status=FetchStatus.FAILED, reason=reason.value))


def with_item(fetch: Fetch, number: int, change: Callable[[FetchItem], FetchItem]) -> Fetch:
    """The fetch after one of its documents changed; one that is settled stays as it is."""
    item = fetch.items[number]
    if item.status not in _OPEN_ITEMS:
        return fetch
    items = (*fetch.items[:number], change(item), *fetch.items[number + 1 :])
    return replace(fetch, items=items)


def finished(fetch: Fetch, now: datetime) -> Fetch:
    """The fetch after a round over its documents: fetched, waiting for an issuer, or failed."""
    if fetch.status in ENDED:
        return fetch
    is_late = now >= fetch.opened_at + ISSUERS_HAVE
    items = tuple(_after_round(item, is_late=is_late) for item in fetch.items)
    rounded = replace(fetch, items=items)
    if any(item.status is ItemStatus.PENDING for item in items):
        return replace(rounded, status=FetchStatus.PENDING)
    if any(item.status is ItemStatus.FETCHED for item in items):
        return _closed(replace(rounded, status=FetchStatus.FETCHED))
    return _closed(replace(rounded, status=FetchStatus.FAILED, reason=_why(items).value))


def _after_round(item: FetchItem, *, is_late: bool) -> FetchItem:
    match item.status:
        case ItemStatus.AWAITED:
            return replace(item, status=ItemStatus.FAILED, reason=Reason.STEP_FAILED.value)
        case ItemStatus.PENDING if is_late:
            return replace(item, status=ItemStatus.FAILED, reason=Reason.ISSUER_SLOW.value)
    return item


def _why(items: tuple[FetchItem, ...]) -> Reason:
    """Why nothing came: that DigiLocker was down is told as such, for then the person can simply begin again."""
    reasons = {item.reason for item in items}
    if Reason.DIGILOCKER_UNAVAILABLE.value in reasons:
        return Reason.DIGILOCKER_UNAVAILABLE
    return Reason.STEP_FAILED if Reason.STEP_FAILED.value in reasons else Reason.NOTHING_FETCHED


def _closed(fetch: Fetch) -> Fetch:
    """The fetch at its end: secrets, whose locker it was, and addresses with document numbers are dropped."""
    items = tuple(replace(item, uri=None) for item in fetch.items)
    return replace(fetch, items=items, sealed_code=None, sealed_verifier="", holder=None, task_token=None)


def _wait(fetch: Fetch, now: datetime) -> timedelta:
    if fetch.status is FetchStatus.PENDING:
        return _SOON if now < fetch.opened_at + _SOON_FOR else _LATER
    return fetch.expires_at - now
