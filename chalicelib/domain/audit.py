"""The audit: what was done, by whom, on what, with which outcome; each event chained by hash to the one before it.

An event is written in the same transaction as what it tells, and never changed. A stream is the events about one
owner; wrong passwords for a name that nobody has go to `name:<pseudonym>`, so that they cost what known ones cost and
are seen by who looks for stuffing. Nothing personal is written in the clear: emails and mobiles are masked, and the
facts that hold one are tagged. Kept for a year at least (DPDP Rules 2025, CERT-In); what is older is swept from the
front of its stream, so a chain need not begin at 1. `auditing` verifies it.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from chalicelib.domain.contacts import masked_email, masked_mobile
from chalicelib.domain.limits import IST
from chalicelib.domain.refusals import Code

RETENTION = timedelta(days=365)
GENESIS = "0" * 64
_MASK = "•"
# Bounded, so that a long fact takes no long time.
_EMAIL = re.compile(r"[^\s@<>,;:]{1,64}@[^\s@<>,;:]{1,190}\.[^\s@<>,;:]{1,63}")
_HASH = re.compile(r"[0-9a-f]{32,64}")
_MOBILE = re.compile(r"(?<!\d)(?:\+?91[ -]?)?[6-9]\d{9}(?!\d)")


class Deed(StrEnum):
    """What was done. The catalogue's `deed.<deed>` tells it to the person whose activity it is."""

    ACCOUNT_OPENED = "account_opened"
    SIGNED_IN = "signed_in"
    PASSWORD_TRIED = "password_tried"  # noqa: S105 - a deed
    SECOND_FACTOR_TRIED = "second_factor_tried"
    STEPPED_UP = "stepped_up"
    SIGNED_OUT = "signed_out"
    SESSION_ENDED = "session_ended"
    SESSIONS_ENDED = "sessions_ended"
    BROWSER_TRUSTED = "browser_trusted"
    BROWSER_FORGOTTEN = "browser_forgotten"
    AUTHENTICATOR_ADDED = "authenticator_added"
    AUTHENTICATOR_REMOVED = "authenticator_removed"
    AUTHENTICATOR_LOST = "authenticator_lost"
    RECOVERY_CODES_MADE = "recovery_codes_made"
    RECOVERY_CODE_USED = "recovery_code_used"
    PASSWORD_CHANGED = "password_changed"  # noqa: S105 - a deed
    PASSWORD_RESET_ASKED = "password_reset_asked"  # noqa: S105 - a deed
    PASSWORD_RESET = "password_reset"  # noqa: S105 - a deed
    PROFILE_CHANGED = "profile_changed"
    CONTACT_CHANGE_ASKED = "contact_change_asked"
    CONTACT_CHANGED = "contact_changed"
    MOBILE_CONFIRMED = "mobile_confirmed"
    MOBILE_REPLACEMENT_ASKED = "mobile_replacement_asked"
    MOBILE_REPLACEMENT_STOPPED = "mobile_replacement_stopped"
    MOBILE_REPLACED = "mobile_replaced"
    DATA_DOWNLOADED = "data_downloaded"
    ACCOUNT_CLOSED = "account_closed"
    STAFF_INVITED = "staff_invited"
    STAFF_JOINED = "staff_joined"
    STAFF_SUSPENDED = "staff_suspended"
    STAFF_REACTIVATED = "staff_reactivated"
    STAFF_MOVED = "staff_moved"
    STAFF_ROLE_CHANGED = "staff_role_changed"
    STAFF_DEPARTED = "staff_departed"
    STAFF_AUTHENTICATOR_RESET = "staff_authenticator_reset"
    STAFF_REMINDED = "staff_reminded"
    TRAINING_ACKNOWLEDGED = "training_acknowledged"
    DOCUMENT_SIGNED = "document_signed"
    IEC_LINKED = "iec_linked"
    IEC_LINK_RENEWED = "iec_link_renewed"
    IEC_USER_INVITED = "iec_user_invited"
    IEC_INVITATION_ACCEPTED = "iec_invitation_accepted"
    IEC_ROLE_CHANGED = "iec_role_changed"
    IEC_USER_SUSPENDED = "iec_user_suspended"
    IEC_USER_REACTIVATED = "iec_user_reactivated"
    IEC_USER_REMOVED = "iec_user_removed"
    IEC_LEFT = "iec_left"
    IEC_OWNERSHIP_OFFERED = "iec_ownership_offered"
    IEC_OFFER_WITHDRAWN = "iec_offer_withdrawn"
    IEC_OWNERSHIP_TRANSFERRED = "iec_ownership_transferred"
    FULL_REGISTRATION_OPENED = "full_registration_opened"
    DSC_REGISTERED = "dsc_registered"
    DSC_RENEWED = "dsc_renewed"
    DOCUMENT_ADDED = "document_added"
    DOCUMENT_REFUSED = "document_refused"
    DIGILOCKER_CONSENT_GIVEN = "digilocker_consent_given"
    DIGILOCKER_CAME_BACK = "digilocker_came_back"
    DIGILOCKER_CONNECTED = "digilocker_connected"
    DIGILOCKER_FETCH_ENDED = "digilocker_fetch_ended"
    DIGILOCKER_CONSENT_REVOKED = "digilocker_consent_revoked"
    DIGILOCKER_CONSENT_ENDED = "digilocker_consent_ended"
    OWN_DOCUMENT_FETCHED = "own_document_fetched"
    OWN_DOCUMENT_REMOVED = "own_document_removed"
    OWN_DOCUMENT_CONFIRMED = "own_document_confirmed"
    OWN_DOCUMENT_REFUSED = "own_document_refused"
    OWN_DOCUMENT_JUDGED_AGAIN = "own_document_judged_again"
    FULL_REGISTRATION_SUBMITTED = "full_registration_submitted"
    FULL_REGISTRATION_APPROVED = "full_registration_approved"
    FULL_REGISTRATION_REJECTED = "full_registration_rejected"
    FULL_REGISTRATION_MORE_ASKED = "full_registration_more_asked"
    FULL_REGISTRATION_EXPIRED = "full_registration_expired"
    FULLY_REGISTERED = "fully_registered"
    DEPARTMENT_OPENED = "department_opened"
    DEPARTMENT_CHANGED = "department_changed"
    DEPARTMENT_SUSPENDED = "department_suspended"
    DEPARTMENT_REACTIVATED = "department_reactivated"
    DOCUMENT_TYPE_WRITTEN = "document_type_written"
    PULL_API_WRITTEN = "pull_api_written"
    DEPARTMENT_KEY_MADE = "department_key_made"
    DEPARTMENT_KEY_ENDED = "department_key_ended"
    IMPORT_STARTED = "import_started"
    IMPORT_ENDED = "import_ended"
    CERTIFICATE_PUSH_ASKED = "certificate_push_asked"
    CERTIFICATE_REVOKED = "certificate_revoked"
    CERTIFICATE_REMOVED = "certificate_removed"
    PULL_REQUEST_GRANTED = "pull_request_granted"
    PULL_REQUEST_REFUSED = "pull_request_refused"


# What is written down when it was refused too; the catalogue's `deed.<deed>.refused` tells that.
REFUSABLE = frozenset(
    {
        Deed.PASSWORD_TRIED,
        Deed.SECOND_FACTOR_TRIED,
        Deed.AUTHENTICATOR_LOST,
        Deed.PASSWORD_CHANGED,
        Deed.ACCOUNT_CLOSED,
        Deed.DOCUMENT_SIGNED,
        Deed.IEC_LINKED,
        Deed.IEC_LINK_RENEWED,
    }
)


class Outcome(StrEnum):
    """How it ended."""

    DONE = "done"
    REFUSED = "refused"


SYSTEM = "system"
NOBODY = "nobody"


@dataclass(frozen=True, slots=True)
class Entry:
    """What is to be written down: who did what on what. `actor` is an owner's key, `SYSTEM` or `NOBODY`.

    `facts` are short and hold nothing personal in the clear; an email or a mobile in them is masked in any case.
    """

    deed: Deed
    actor: str
    on: str
    outcome: Outcome = Outcome.DONE
    reason: Code | None = None
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Event:
    """One link of a stream's chain. `at` is UTC; `at_ist` the same instant on India's clock, as people read it.

    `personal` names the facts that hold something of a person, masked.
    """

    stream: str
    sequence: int
    at: datetime
    at_ist: str
    deed: Deed
    actor: str
    on: str
    outcome: Outcome
    reason: str | None
    request_id: str
    facts: Mapping[str, str]
    personal: tuple[str, ...]
    previous_at: datetime | None
    previous_hash: str
    hash: str


def personal_email(email: str) -> str:
    """An email as the audit may hold it."""
    return masked_email(email)


def personal_mobile(mobile: str) -> str:
    """A mobile as the audit may hold it."""
    return masked_mobile(mobile)


def streams_of(entry: Entry) -> tuple[str, ...]:
    """The streams an entry is written to: that of whom it is about, and that of who did it where it is another."""
    own = () if entry.actor in {SYSTEM, NOBODY, entry.on} else (entry.actor,)
    return (entry.on, *own)


def chained(head: Event | None, stream: str, entry: Entry, request_id: str, now: datetime) -> Event:
    """The event that follows `head` in its stream (None for the first)."""
    facts = {name: _masked(value) for name, value in entry.facts.items()}
    unhashed = Event(
        stream=stream,
        sequence=head.sequence + 1 if head else 1,
        at=now,
        at_ist=now.astimezone(IST).isoformat(timespec="milliseconds"),
        deed=entry.deed,
        actor=entry.actor,
        on=entry.on,
        outcome=entry.outcome,
        reason=entry.reason.value if entry.reason else None,
        request_id=request_id,
        facts=facts,
        personal=tuple(sorted(name for name, value in facts.items() if _MASK in value)),
        previous_at=head.at if head else None,
        previous_hash=head.hash if head else GENESIS,
        hash="",
    )
    return replace(unhashed, hash=hash_of(unhashed))


def hash_of(event: Event) -> str:
    """SHA-256, hex, over the event's canonical JSON (sorted keys, no blanks, UTF-8), its own hash left out."""
    content = {
        "stream": event.stream,
        "sequence": event.sequence,
        "at": _instant(event.at),
        "at_ist": event.at_ist,
        "deed": event.deed.value,
        "actor": event.actor,
        "on": event.on,
        "outcome": event.outcome.value,
        "reason": event.reason,
        "request_id": event.request_id,
        "facts": dict(event.facts),
        "personal": event.personal,
        "previous_at": _instant(event.previous_at) if event.previous_at else None,
        "previous_hash": event.previous_hash,
    }
    canonical = json.dumps(content, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    return hashlib.sha256(canonical.encode()).hexdigest()


def _instant(instant: datetime) -> str:
    return instant.astimezone(UTC).isoformat(timespec="microseconds")


def _masked(value: str) -> str:
    # In a hash or a random number there are digits enough to look like a mobile; masked, it would prove nothing.
    if _HASH.fullmatch(value):
        return value
    value = _EMAIL.sub(lambda found: masked_email(found[0]), value)
    return _MOBILE.sub(lambda found: masked_mobile(found[0]), value)
