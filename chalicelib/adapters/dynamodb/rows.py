"""The rows of the tables, and the way from a row to the domain's record and back.

`ttl` is for DynamoDB's sweep alone (epoch seconds, some days after the record stopped counting): what counts is
decided by the domain against the clock, since the sweep may come days late.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from pynamodb.attributes import Attribute, NumberAttribute, UnicodeAttribute
from pynamodb.constants import NUMBER
from pynamodb.models import Model

from chalicelib.domain.codes import Challenge, Purpose
from chalicelib.domain.contacts import Contact
from chalicelib.domain.icegate.accounts import Hold, IcegateAccount, RegistrationKind
from chalicelib.domain.icegate.holders import Holder
from chalicelib.domain.icegate.registration import CodesFor, Registration, Status, Wait
from chalicelib.domain.identifiers import EmailAddress, Gstin, IcegateId, Iec, Mobile, Pan, folded
from chalicelib.domain.limits import Tries
from chalicelib.domain.sessions import Session
from chalicelib.domain.temporary_passwords import TemporaryPassword

# An ended registration stays readable for its owner and for support, then goes.
_KEEP_REGISTRATION = timedelta(days=7)
_KEEP_TEMPORARY_PASSWORD = timedelta(days=365)


class InstantAttribute(Attribute[datetime]):
    """An instant: stored as epoch milliseconds, read as aware UTC."""

    attr_type = NUMBER

    def serialize(self, value: datetime) -> str:
        """Epoch milliseconds in digits."""
        return str(round(value.timestamp() * 1000))

    def deserialize(self, value: str) -> datetime:
        """The aware UTC instant."""
        return datetime.fromtimestamp(int(value) / 1000, tz=UTC)


def _seconds(instant: datetime) -> int:
    return int(instant.timestamp())


class RegistrationRow(Model):
    """One simplified registration."""

    registration_id = UnicodeAttribute(hash_key=True)
    revision = UnicodeAttribute()
    flow_token_hash = UnicodeAttribute()
    status = UnicodeAttribute()
    iec = UnicodeAttribute()
    gstin = UnicodeAttribute()
    legal_name = UnicodeAttribute()
    language = UnicodeAttribute()
    email = UnicodeAttribute()
    mobile = UnicodeAttribute()
    alternate_email = UnicodeAttribute(null=True)
    alternate_mobile = UnicodeAttribute(null=True)
    temporary_password_id = UnicodeAttribute()
    icegate_id = UnicodeAttribute(null=True)
    password_hash = UnicodeAttribute(null=True)
    codes_for = UnicodeAttribute(null=True)
    codes_purpose = UnicodeAttribute(null=True)
    codes_key_id = UnicodeAttribute(null=True)
    codes_nonce = UnicodeAttribute(null=True)
    codes_generation = NumberAttribute(null=True)
    codes_expire_at = InstantAttribute(null=True)
    codes_asked_at = InstantAttribute(null=True)
    codes_used_at = InstantAttribute(null=True)
    codes_sends = NumberAttribute(null=True)
    codes_mobile_sent = NumberAttribute(null=True)
    codes_email_sent = NumberAttribute(null=True)
    codes_attempts = NumberAttribute(null=True)
    waiting_for = UnicodeAttribute(null=True)
    task_token = UnicodeAttribute(null=True)
    claimed_until = InstantAttribute(null=True)
    sending_failures = NumberAttribute(null=True)
    told = UnicodeAttribute(null=True)
    expires_at = InstantAttribute()
    ttl = NumberAttribute()


def registration_row(row: type[RegistrationRow], registration: Registration, revision: str) -> RegistrationRow:
    """The row of a registration, under a new revision."""
    challenge, alternate = registration.challenge, registration.alternate
    values: dict[str, Any] = {
        "revision": revision,
        "flow_token_hash": registration.flow_token_hash,
        "status": registration.status.value,
        "iec": registration.iec,
        "gstin": registration.gstin,
        "legal_name": registration.legal_name,
        "language": registration.language,
        "email": registration.contact.email,
        "mobile": registration.contact.mobile,
        "temporary_password_id": registration.temporary_password_id,
        "icegate_id": registration.icegate_id,
        "password_hash": registration.password_hash,
        "codes_for": registration.codes_for.value if registration.codes_for else None,
        "waiting_for": registration.waiting_for.value if registration.waiting_for else None,
        "task_token": registration.task_token,
        "claimed_until": registration.claimed_until,
        "sending_failures": registration.sending_failures or None,
        "told": " ".join(registration.told) or None,
        "expires_at": registration.expires_at,
        "ttl": _seconds(registration.expires_at + _KEEP_REGISTRATION),
    }
    if alternate is not None:
        values |= {"alternate_email": alternate.email, "alternate_mobile": alternate.mobile}
    if challenge is not None:
        values |= {
            "codes_purpose": challenge.purpose.value,
            "codes_key_id": challenge.key_id,
            "codes_nonce": challenge.nonce.hex(),
            "codes_generation": challenge.generation,
            "codes_expire_at": challenge.expires_at,
            "codes_asked_at": challenge.asked_at,
            "codes_used_at": challenge.used_at,
            "codes_sends": challenge.sends,
            "codes_mobile_sent": challenge.mobile_sent,
            "codes_email_sent": challenge.email_sent,
            "codes_attempts": challenge.attempts,
        }
    return row(registration.registration_id, **{name: value for name, value in values.items() if value is not None})


def registration_of(row: RegistrationRow) -> Registration:
    """The registration in a row."""
    alternate = None
    if row.alternate_email is not None and row.alternate_mobile is not None:
        alternate = Contact(EmailAddress(row.alternate_email), Mobile(row.alternate_mobile))
    return Registration(
        registration_id=row.registration_id,
        flow_token_hash=row.flow_token_hash,
        status=Status(row.status),
        iec=Iec(row.iec),
        gstin=Gstin(row.gstin),
        legal_name=row.legal_name,
        language=row.language,
        contact=Contact(EmailAddress(row.email), Mobile(row.mobile)),
        temporary_password_id=row.temporary_password_id,
        expires_at=row.expires_at,
        icegate_id=IcegateId(row.icegate_id) if row.icegate_id else None,
        password_hash=row.password_hash,
        codes_for=CodesFor(row.codes_for) if row.codes_for else None,
        challenge=_challenge_of(row),
        alternate=alternate,
        waiting_for=Wait(row.waiting_for) if row.waiting_for else None,
        task_token=row.task_token,
        claimed_until=row.claimed_until,
        sending_failures=int(row.sending_failures or 0),
        told=tuple(row.told.split()) if row.told else (),
        revision=row.revision,
    )


def _challenge_of(row: RegistrationRow) -> Challenge | None:
    if row.codes_nonce is None:
        return None
    return Challenge(
        purpose=Purpose(row.codes_purpose),
        key_id=str(row.codes_key_id),
        nonce=bytes.fromhex(row.codes_nonce),
        generation=int(row.codes_generation or 0),
        expires_at=row.codes_expire_at,
        asked_at=row.codes_asked_at,
        sends=int(row.codes_sends or 0),
        mobile_sent=int(row.codes_mobile_sent or 0),
        email_sent=int(row.codes_email_sent or 0),
        attempts=int(row.codes_attempts or 0),
        used_at=row.codes_used_at,
    )


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
        ttl=_seconds(stored.expires_at + _KEEP_TEMPORARY_PASSWORD),
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
        ttl=_seconds(hold.until + timedelta(days=1)),
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
        ttl=_seconds(session.expires_at + timedelta(days=1)),
    )


def session_of(row: SessionRow) -> Session:
    """The session in a row."""
    return Session(row.token_hash, row.icegate_id_folded, row.signed_in_at, row.last_used_at, row.revision)
