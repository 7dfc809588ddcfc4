"""The rows of what people fetch from DigiLocker: fetches, consents, their own documents.

The records are imported where they are made, and this module only where one of them is read or written.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.expressions.condition import Condition
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection
from pynamodb.models import Model

from chalicelib.adapters.dynamodb.documents import document, record_of
from chalicelib.adapters.dynamodb.instants import InstantAttribute, epoch_seconds

if TYPE_CHECKING:
    from chalicelib.domain.digilocker.consents import Consent
    from chalicelib.domain.digilocker.fetches import Fetch
    from chalicelib.domain.digilocker.own_documents import OwnDocument

TO_END = "to_end"
TO_REVIEW = "to_review"
# Its items name documents by URIs that may hold a PAN: no longer than a person comes back to look.
_KEEP_FETCH = timedelta(days=7)


class FetchRow(Model):
    """A fetch."""

    fetch_id = UnicodeAttribute(hash_key=True)
    revision = UnicodeAttribute()
    record = UnicodeAttribute()
    ttl = NumberAttribute()


def fetch_row(row: type[FetchRow], fetch: Fetch, revision: str) -> FetchRow:
    """The row of a fetch."""
    return row(
        fetch.fetch_id,
        revision=revision,
        record=document(replace(fetch, revision=None)),
        ttl=epoch_seconds(fetch.expires_at + _KEEP_FETCH),
    )


def fetch_of(row: FetchRow) -> Fetch:
    """The fetch in a row."""
    from chalicelib.domain.digilocker.fetches import Fetch  # noqa: PLC0415

    return replace(record_of(row.record, Fetch), revision=row.revision)


class _ConsentsByOwner(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call]
    """Consents by whose they are."""

    class Meta:
        index_name = "by_owner"
        projection = KeysOnlyProjection()

    owner = UnicodeAttribute(hash_key=True)
    given_at = InstantAttribute(range_key=True)


class _ToEnd(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call]
    """Consents that are still to be ended, by when; ended ones are not in it."""

    class Meta:
        index_name = "to_end"
        projection = KeysOnlyProjection()

    to_end = UnicodeAttribute(hash_key=True)
    ends_at = InstantAttribute(range_key=True)


class ConsentRow(Model):
    """A consent."""

    consent_id = UnicodeAttribute(hash_key=True)
    revision = UnicodeAttribute()
    record = UnicodeAttribute()
    owner = UnicodeAttribute()
    given_at = InstantAttribute()
    to_end = UnicodeAttribute(null=True)
    ends_at = InstantAttribute(null=True)
    by_owner = _ConsentsByOwner()
    still_to_end = _ToEnd()


def consent_row(row: type[ConsentRow], consent: Consent, revision: str) -> ConsentRow:
    """The row of a consent."""
    ends_at = _ends_at(consent)
    return row(
        consent.consent_id,
        revision=revision,
        record=document(replace(consent, revision=None)),
        owner=consent.owner,
        given_at=consent.given_at,
        to_end=TO_END if ends_at else None,
        ends_at=ends_at,
    )


def _ends_at(consent: Consent) -> datetime | None:
    """When a consent is to be ended: at once where it is being revoked, later after a try; None where it has ended."""
    from chalicelib.domain.digilocker.consents import ConsentStatus  # noqa: PLC0415

    match consent.status:
        case ConsentStatus.ACTIVE:
            ends_at = consent.valid_until
        case ConsentStatus.REVOKING:
            ends_at = consent.revoked_at or consent.given_at
        case _:
            return None
    return max(ends_at, consent.try_at or ends_at)


def ends_by(row: type[ConsentRow], now: datetime) -> Condition:
    """The key condition of consents that are to be ended at `now`."""
    condition: Condition = row.ends_at <= now
    return condition


def consent_of(row: ConsentRow) -> Consent:
    """The consent in a row."""
    from chalicelib.domain.digilocker.consents import Consent  # noqa: PLC0415

    return replace(record_of(row.record, Consent), revision=row.revision)


class _DocumentsByOwner(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call]
    """Documents by whose they are."""

    class Meta:
        index_name = "by_owner"
        projection = KeysOnlyProjection()

    owner = UnicodeAttribute(hash_key=True)
    fetched_at = InstantAttribute(range_key=True)


class _ToReview(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call]
    """Documents that wait for an officer, by age; no others are in it."""

    class Meta:
        index_name = "to_review"
        projection = KeysOnlyProjection()

    to_review = UnicodeAttribute(hash_key=True)
    fetched_at = InstantAttribute(range_key=True)


class OwnDocumentRow(Model):
    """A document of somebody's own."""

    document_id = UnicodeAttribute(hash_key=True)
    revision = UnicodeAttribute()
    record = UnicodeAttribute()
    owner = UnicodeAttribute()
    fetched_at = InstantAttribute()
    to_review = UnicodeAttribute(null=True)
    by_owner = _DocumentsByOwner()
    waits_for_review = _ToReview()


def own_document_row(row: type[OwnDocumentRow], own: OwnDocument, revision: str) -> OwnDocumentRow:
    """The row of a document."""
    return row(
        own.document_id,
        revision=revision,
        record=document(replace(own, revision=None)),
        owner=own.owner,
        fetched_at=own.fetched_at,
        to_review=TO_REVIEW if waits_for_review(own) else None,
    )


def waits_for_review(own: OwnDocument) -> bool:
    """Whether an officer is to look at a document."""
    from chalicelib.domain.digilocker.own_documents import Match  # noqa: PLC0415

    return own.match is Match.REVIEW


def own_document_of(row: OwnDocumentRow) -> OwnDocument:
    """The document in a row."""
    from chalicelib.domain.digilocker.own_documents import OwnDocument  # noqa: PLC0415

    return replace(record_of(row.record, OwnDocument), revision=row.revision)
