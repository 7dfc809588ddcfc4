"""The rows of registrations, and the way from a row to the domain's record and back."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from pynamodb.attributes import NumberAttribute, UnicodeAttribute
from pynamodb.models import Model

from chalicelib.adapters.dynamodb.instants import InstantAttribute, epoch_seconds
from chalicelib.domain.codes import Challenge, Purpose
from chalicelib.domain.contacts import Contact
from chalicelib.domain.icegate.registration import CodesFor, Registration, Status, Wait
from chalicelib.domain.identifiers import EmailAddress, Gstin, IcegateId, Iec, Mobile

# An ended registration stays readable for its owner and for support, then goes.
_KEEP_REGISTRATION = timedelta(days=7)


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
    waiting_since = UnicodeAttribute(null=True)
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
        "waiting_since": registration.waiting_since,
        "task_token": registration.task_token,
        "claimed_until": registration.claimed_until,
        "sending_failures": registration.sending_failures or None,
        "told": " ".join(registration.told) or None,
        "expires_at": registration.expires_at,
        "ttl": epoch_seconds(registration.expires_at + _KEEP_REGISTRATION),
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
        waiting_since=row.waiting_since,
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
