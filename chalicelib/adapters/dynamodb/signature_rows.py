"""The rows of signings, of full registrations and of watched CRLs: a key, what is looked up by, and a document.

The records are imported where they are made: what has nothing to do with signatures starts without them.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection
from pynamodb.models import Model

from chalicelib.adapters.dynamodb.documents import document, record_of
from chalicelib.adapters.dynamodb.instants import InstantAttribute, epoch_seconds

if TYPE_CHECKING:
    from chalicelib.domain.icegate.full_registrations import FullRegistration
    from chalicelib.domain.signatures.crl_states import CrlState
    from chalicelib.domain.signatures.signings import Signing

_KEEP_WITHOUT_DEED = timedelta(days=30)


class _ByIec(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call]
    """Signings by the IEC that they are about, once their signature was found good; no others are in it."""

    class Meta:
        index_name = "by_iec"
        projection = KeysOnlyProjection()

    iec = UnicodeAttribute(hash_key=True)
    created_at = InstantAttribute(range_key=True)


class SigningRow(Model):
    """A signing."""

    signing_id = UnicodeAttribute(hash_key=True)
    revision = UnicodeAttribute()
    record = UnicodeAttribute()
    iec = UnicodeAttribute(null=True)
    created_at = InstantAttribute()
    ttl = NumberAttribute(null=True)
    by_iec = _ByIec()


def signing_row(row: type[SigningRow], signing: Signing, revision: str) -> SigningRow:
    """The row of a signing. What led to a deed, or left evidence, is kept as long as that; the sweep takes the rest."""
    return row(
        signing.signing_id,
        revision=revision,
        record=document(replace(signing, revision=None)),
        # Anybody may open signings about any IEC: what reads those of an IEC must not have to wade through them.
        iec=signing.iec if was_good(signing) else None,
        created_at=signing.created_at,
        ttl=_sweep_at(signing),
    )


def was_good(signing: Signing) -> bool:
    """Whether its signature was found good: it left evidence, and may have led to a deed."""
    from chalicelib.domain.signatures.signings import SigningStatus  # noqa: PLC0415

    return signing.status is SigningStatus.DONE or signing.evidence is not None


def _sweep_at(signing: Signing) -> int | None:
    """When the sweep takes it. One whose journey never began is ended by nobody, and goes as well."""
    if was_good(signing):
        return None
    return epoch_seconds((signing.ended_at or signing.expires_at) + _KEEP_WITHOUT_DEED)


def signing_of(row: SigningRow) -> Signing:
    """The signing in a row."""
    from chalicelib.domain.signatures.signings import Signing  # noqa: PLC0415

    return replace(record_of(row.record, Signing), revision=row.revision)


class _ByStatus(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call]
    """Full registrations by where they stand and since when they wait."""

    class Meta:
        index_name = "by_status"
        projection = KeysOnlyProjection()

    status = UnicodeAttribute(hash_key=True)
    waits_from = InstantAttribute(range_key=True)


class FullRegistrationRow(Model):
    """A full registration."""

    registration_id = UnicodeAttribute(hash_key=True)
    revision = UnicodeAttribute()
    record = UnicodeAttribute()
    status = UnicodeAttribute()
    waits_from = InstantAttribute()
    by_status = _ByStatus()


def full_registration_row(
    row: type[FullRegistrationRow], registration: FullRegistration, revision: str
) -> FullRegistrationRow:
    """The row of a full registration."""
    return row(
        registration.registration_id,
        revision=revision,
        record=document(replace(registration, revision=None)),
        status=registration.status.value,
        waits_from=waits_from(registration),
    )


def waits_from(registration: FullRegistration) -> datetime:
    """Since when a full registration waits: from when it was handed in, or opened where it was not yet."""
    return registration.submitted_at or registration.opened_at


def full_registration_of(row: FullRegistrationRow) -> FullRegistration:
    """The full registration in a row."""
    from chalicelib.domain.icegate.full_registrations import FullRegistration  # noqa: PLC0415

    return replace(record_of(row.record, FullRegistration), revision=row.revision)


class CrlStateRow(Model):
    """What is known of a watched CRL."""

    source_id = UnicodeAttribute(hash_key=True)
    revision = UnicodeAttribute()
    record = UnicodeAttribute()


def crl_state_row(row: type[CrlStateRow], state: CrlState, revision: str) -> CrlStateRow:
    """The row of a watched CRL."""
    return row(state.source_id, revision=revision, record=document(replace(state, revision=None)))


def crl_state_of(row: CrlStateRow) -> CrlState:
    """What a row tells of a watched CRL."""
    from chalicelib.domain.signatures.crl_states import CrlState  # noqa: PLC0415

    return replace(record_of(row.record, CrlState), revision=row.revision)
