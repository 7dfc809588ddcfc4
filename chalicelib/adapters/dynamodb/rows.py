"""The rows of the tables, and the way from a row to the domain's record and back.

`ttl` is for DynamoDB's sweep alone (epoch seconds, some days after the record stopped counting): what counts is
decided by the domain against the clock, since the sweep may come days late.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.models import Model

from chalicelib.adapters.dynamodb.instants import InstantAttribute, epoch_seconds
from chalicelib.domain.contacts import Contact
from chalicelib.domain.icegate.accounts import Hold, IcegateAccount, RegistrationKind
from chalicelib.domain.icegate.holders import Holder
from chalicelib.domain.identifiers import EmailAddress, Gstin, IcegateId, Iec, Mobile, Pan, folded
from chalicelib.domain.limits import Tries
from chalicelib.domain.sessions import Session
from chalicelib.domain.temporary_passwords import TemporaryPassword

_KEEP_TEMPORARY_PASSWORD = timedelta(days=365)


class HolderRow(Model):
    """One IEC holder."""

    iec = UnicodeAttribute(hash_key=True)
    pan = UnicodeAttribute()
    legal_name = UnicodeAttribute()
    gstins = UnicodeAttribute()
    email = UnicodeAttribute()
    mobile = UnicodeAttribute()


def holder_row(row: type[HolderRow], holder: Holder) -> HolderRow:
    """The row of a holder."""
    return row(
        holder.iec,
        pan=holder.pan,
        legal_name=holder.legal_name,
        gstins=" ".join(holder.gstins),
        email=holder.contact.email,
        mobile=holder.contact.mobile,
    )


def holder_of(row: HolderRow) -> Holder:
    """The holder in a row."""
    gstins = tuple(Gstin(gstin) for gstin in row.gstins.split())
    return Holder(
        Iec(row.iec), Pan(row.pan), row.legal_name, gstins, Contact(EmailAddress(row.email), Mobile(row.mobile))
    )


class TemporaryPasswordRow(Model):
    """What is kept of a temporary password."""

    iec = UnicodeAttribute(hash_key=True)
    revision = UnicodeAttribute()
    temporary_password_id = UnicodeAttribute()
    password_hash = UnicodeAttribute()
    issued_at = InstantAttribute()
    expires_at = InstantAttribute()
    sent_at = InstantAttribute(null=True)
    used_at = InstantAttribute(null=True)
    registration_id = UnicodeAttribute(null=True)
    ttl = NumberAttribute()


def temporary_password_row(
    row: type[TemporaryPasswordRow], stored: TemporaryPassword, revision: str
) -> TemporaryPasswordRow:
    """The row of a temporary password, under a new revision."""
    return row(
        stored.iec,
        revision=revision,
        temporary_password_id=stored.temporary_password_id,
        password_hash=stored.password_hash,
        issued_at=stored.issued_at,
        expires_at=stored.expires_at,
        sent_at=stored.sent_at,
        used_at=stored.used_at,
        registration_id=stored.registration_id,
        ttl=epoch_seconds(stored.expires_at + _KEEP_TEMPORARY_PASSWORD),
    )


def temporary_password_of(row: TemporaryPasswordRow) -> TemporaryPassword:
    """The temporary password in a row."""
    return TemporaryPassword(
        iec=Iec(row.iec),
        temporary_password_id=row.temporary_password_id,
        password_hash=row.password_hash,
        issued_at=row.issued_at,
        expires_at=row.expires_at,
        sent_at=row.sent_at,
        used_at=row.used_at,
        registration_id=row.registration_id,
        revision=row.revision,
    )


class IcegateIdRow(Model):
    """An ICEGATE ID under its folded form: held for a registration, or an account."""

    icegate_id_folded = UnicodeAttribute(hash_key=True)
    icegate_id = UnicodeAttribute()
    iec = UnicodeAttribute()
    registration_id = UnicodeAttribute()
    held_until = InstantAttribute(null=True)
    gstin = UnicodeAttribute(null=True)
    legal_name = UnicodeAttribute(null=True)
    email = UnicodeAttribute(null=True)
    mobile = UnicodeAttribute(null=True)
    kind = UnicodeAttribute(null=True)
    password_hash = UnicodeAttribute(null=True)
    language = UnicodeAttribute(null=True)
    registered_at = InstantAttribute(null=True)
    ttl = NumberAttribute(null=True)


def hold_row(row: type[IcegateIdRow], hold: Hold) -> IcegateIdRow:
    """The row of a held ICEGATE ID; the sweep takes it a day after the hold ran out."""
    return row(
        folded(hold.icegate_id),
        icegate_id=hold.icegate_id,
        iec=hold.iec,
        registration_id=hold.registration_id,
        held_until=hold.until,
        ttl=epoch_seconds(hold.until + timedelta(days=1)),
    )


def account_row(row: type[IcegateIdRow], account: IcegateAccount) -> IcegateIdRow:
    """The row of an account."""
    return row(
        folded(account.icegate_id),
        icegate_id=account.icegate_id,
        iec=account.iec,
        registration_id=account.registration_id,
        gstin=account.gstin,
        legal_name=account.legal_name,
        email=account.contact.email,
        mobile=account.contact.mobile,
        kind=account.kind.value,
        password_hash=account.password_hash,
        language=account.language,
        registered_at=account.registered_at,
    )


def icegate_id_of(row: IcegateIdRow) -> IcegateAccount | Hold:
    """The account, or the hold, in a row."""
    icegate_id, iec = IcegateId(row.icegate_id), Iec(row.iec)
    if row.held_until is not None:
        return Hold(icegate_id, iec, row.registration_id, row.held_until)
    return IcegateAccount(
        icegate_id=icegate_id,
        iec=iec,
        gstin=Gstin(str(row.gstin)),
        legal_name=str(row.legal_name),
        contact=Contact(EmailAddress(str(row.email)), Mobile(str(row.mobile))),
        kind=RegistrationKind(row.kind),
        password_hash=str(row.password_hash),
        language=str(row.language),
        registration_id=row.registration_id,
        registered_at=row.registered_at,
    )


class LimitRow(Model):
    """A counter, the tries of an identity, or a name that served once."""

    limit_key = UnicodeAttribute(hash_key=True)
    counted = NumberAttribute(null=True)
    revision = UnicodeAttribute(null=True)
    failures = NumberAttribute(null=True)
    locked_until = InstantAttribute(null=True)
    keep_until = InstantAttribute()
    ttl = NumberAttribute()


def tries_of(row: LimitRow, now: datetime) -> Tries:
    """The tries in a row; a row that outlived its use counts as none."""
    if now >= row.keep_until:
        return Tries(row.limit_key, revision=row.revision)
    return Tries(row.limit_key, int(row.failures or 0), row.locked_until, row.revision)


class SessionRow(Model):
    """A session under the hash of its token."""

    token_hash = UnicodeAttribute(hash_key=True)
    icegate_id_folded = UnicodeAttribute()
    signed_in_at = InstantAttribute()
    last_used_at = InstantAttribute()
    revision = UnicodeAttribute()
    ttl = NumberAttribute()


def session_row(row: type[SessionRow], session: Session, revision: str) -> SessionRow:
    """The row of a session."""
    return row(
        session.token_hash,
        icegate_id_folded=session.icegate_id,
        signed_in_at=session.signed_in_at,
        last_used_at=session.last_used_at,
        revision=revision,
        ttl=epoch_seconds(session.expires_at + timedelta(days=1)),
    )


def session_of(row: SessionRow) -> Session:
    """The session in a row."""
    return Session(row.token_hash, row.icegate_id_folded, row.signed_in_at, row.last_used_at, row.revision)
