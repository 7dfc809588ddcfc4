"""The rows of the tables, and the way from a row to the domain's record and back.

`ttl` is for DynamoDB's sweep alone (epoch seconds, some days after the record stopped counting): what counts is
decided by the domain against the clock, since the sweep may come days late.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.expressions.condition import Condition
from pynamodb.indexes import GlobalSecondaryIndex, KeysOnlyProjection
from pynamodb.models import Model

from chalicelib.adapters.dynamodb.documents import document, record_of
from chalicelib.adapters.dynamodb.instants import InstantAttribute, epoch_seconds
from chalicelib.domain.accounts.security import Security
from chalicelib.domain.contacts import Contact
from chalicelib.domain.icegate.accounts import Hold, IcegateAccount, RegistrationKind
from chalicelib.domain.icegate.dsc import RegisteredDsc
from chalicelib.domain.icegate.holders import Holder
from chalicelib.domain.identifiers import EmailAddress, Gstin, IcegateId, Iec, Mobile, Pan, folded
from chalicelib.domain.limits import Tries
from chalicelib.domain.temporary_passwords import TemporaryPassword

if TYPE_CHECKING:
    from chalicelib.domain.accounts.account import AccountName

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


DUE = "due"


class _DscsDue(GlobalSecondaryIndex[Any]):  # type: ignore[no-untyped-call]
    """ICEGATE accounts that are still to be reminded of their DSC's end, by that end; nobody else is in it."""

    class Meta:
        index_name = "dscs_due"
        projection = KeysOnlyProjection()

    dsc_due = UnicodeAttribute(hash_key=True)
    dsc_ends_at = InstantAttribute(range_key=True)


class NameRow(Model):
    """A name by which people sign in, folded: an ICEGATE ID held for a registration or an account, or a DGFT account's.

    `kind` tells them apart: none for a hold, `account` for a name of a DGFT account, else that of the ICEGATE account.
    """

    name = UnicodeAttribute(hash_key=True)
    icegate_id = UnicodeAttribute(null=True)
    iec = UnicodeAttribute(null=True)
    registration_id = UnicodeAttribute(null=True)
    held_until = InstantAttribute(null=True)
    gstin = UnicodeAttribute(null=True)
    legal_name = UnicodeAttribute(null=True)
    email = UnicodeAttribute(null=True)
    mobile = UnicodeAttribute(null=True)
    kind = UnicodeAttribute(null=True)
    password_hash = UnicodeAttribute(null=True)
    language = UnicodeAttribute(null=True)
    registered_at = InstantAttribute(null=True)
    security = UnicodeAttribute(null=True)
    dsc = UnicodeAttribute(null=True)
    dsc_due = UnicodeAttribute(null=True)
    dsc_ends_at = InstantAttribute(null=True)
    full_registration_id = UnicodeAttribute(null=True)
    email_confirmed_at = InstantAttribute(null=True)
    mobile_confirmed_at = InstantAttribute(null=True)
    replacement_id = UnicodeAttribute(null=True)
    account_id = UnicodeAttribute(null=True)
    revision = UnicodeAttribute(null=True)
    ttl = NumberAttribute(null=True)
    dscs_due = _DscsDue()


_OF_ACCOUNT = "account"


def hold_row(row: type[NameRow], hold: Hold) -> NameRow:
    """The row of a held ICEGATE ID; the sweep takes it a day after the hold ran out."""
    return row(
        folded(hold.icegate_id),
        icegate_id=hold.icegate_id,
        iec=hold.iec,
        registration_id=hold.registration_id,
        held_until=hold.until,
        ttl=epoch_seconds(hold.until + timedelta(days=1)),
    )


def icegate_account_row(row: type[NameRow], account: IcegateAccount, revision: str) -> NameRow:
    """The row of an ICEGATE account."""
    ends_at = dsc_due_at(account)
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
        security=None if account.security == Security() else document(account.security),
        dsc=document(account.dsc) if account.dsc else None,
        dsc_due=DUE if ends_at else None,
        dsc_ends_at=ends_at,
        full_registration_id=account.full_registration_id,
        email_confirmed_at=account.email_confirmed_at,
        mobile_confirmed_at=account.mobile_confirmed_at,
        replacement_id=account.replacement_id,
        revision=revision,
    )


def dsc_due_at(account: IcegateAccount) -> datetime | None:
    """When the DSC of an account ends that is still to be reminded of it; None where there is nothing to remind of."""
    return account.dsc.expires_at if account.dsc and account.dsc.reminded_at is None else None


def dsc_ends_before(row: type[NameRow], before: datetime) -> Condition:
    """The key condition of DSCs that end before `before`."""
    condition: Condition = row.dsc_ends_at < before
    return condition


def account_name_row(row: type[NameRow], name: AccountName) -> NameRow:
    """The row of a DGFT account's name; the sweep takes it a day after it came free."""
    return row(
        name.name,
        kind=_OF_ACCOUNT,
        account_id=name.account_id,
        held_until=name.until,
        ttl=epoch_seconds(name.until + timedelta(days=1)) if name.until else None,
    )


def named_of(row: NameRow) -> IcegateAccount | Hold | AccountName:
    """Who has the name of a row."""
    if row.kind == _OF_ACCOUNT:
        from chalicelib.domain.accounts.account import AccountName  # noqa: PLC0415

        return AccountName(row.name, str(row.account_id), row.held_until)
    icegate_id, iec = IcegateId(str(row.icegate_id)), Iec(str(row.iec))
    if row.held_until is not None:
        return Hold(icegate_id, iec, str(row.registration_id), row.held_until)
    return IcegateAccount(
        icegate_id=icegate_id,
        iec=iec,
        gstin=Gstin(str(row.gstin)),
        legal_name=str(row.legal_name),
        contact=Contact(EmailAddress(str(row.email)), Mobile(str(row.mobile))),
        kind=RegistrationKind(row.kind),
        password_hash=str(row.password_hash),
        language=str(row.language),
        registration_id=str(row.registration_id),
        registered_at=row.registered_at,
        security=record_of(row.security, Security) if row.security else Security(),
        dsc=record_of(row.dsc, RegisteredDsc) if row.dsc else None,
        full_registration_id=row.full_registration_id,
        email_confirmed_at=row.email_confirmed_at,
        mobile_confirmed_at=row.mobile_confirmed_at,
        replacement_id=row.replacement_id,
        revision=row.revision,
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
