"""Signings: one document that somebody is to sign, from the challenge to what followed from it.

The signed bytes are `document` in UTF-8, exactly as stored. A signing is good for one deed and for 10 minutes from its
making (design, section 5); a signature that was handed in by then may still wait for revocation data.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from chalicelib.domain.accounts.owners import OwnerKey
from chalicelib.domain.signatures.report import Report

LIFETIME = timedelta(minutes=10)
# How often a signature may be handed in, or e-Sign be begun, for one document.
ATTEMPTS = 5
# How long a signature that was handed in in time waits for fresh revocation data.
REVOCATION_PATIENCE = timedelta(hours=24)


class Purpose(StrEnum):
    """What the signature is for; a signing of one purpose is none of another."""

    LINK_IEC = "link_iec"
    RENEW_LINK = "renew_link"
    CHANGE_IEC_USERS = "change_iec_users"
    FULL_REGISTRATION = "full_registration"
    RENEW_DSC = "renew_dsc"


class SignatureMethod(StrEnum):
    """How a person signs."""

    DSC = "dsc"
    ESIGN = "esign"


class SigningStatus(StrEnum):
    """Where a signing stands, as clients see it."""

    AWAITING_SIGNATURE = "awaiting_signature"
    PREPARING_ESIGN = "preparing_esign"
    AT_ESIGN_PROVIDER = "at_esign_provider"
    VALIDATING = "validating"
    AWAITING_REVOCATION = "awaiting_revocation"
    # The signature holds; its deed is under way.
    VERIFIED = "verified"
    DONE = "done"
    REFUSED = "refused"
    CANCELLED = "cancelled"
    EXPIRED = "expired"


ENDED = frozenset({SigningStatus.DONE, SigningStatus.REFUSED, SigningStatus.CANCELLED, SigningStatus.EXPIRED})


@dataclass(frozen=True, slots=True)
class Submission:
    """A signature as it was handed in: where its bytes lie, their SHA-256 (hex), and when it came (UTC)."""

    method: SignatureMethod
    key: str
    sha256: str
    submitted_at: datetime


@dataclass(frozen=True, slots=True)
class EsignAnswer:
    """One answer that came in a provider's name: where its bytes lie, their SHA-256 (hex), and when it came (UTC).

    `found` is the `Reason` that it was found to be; None while nobody has looked. A forged answer ends nothing: the
    true one may still come.
    """

    key: str
    sha256: str
    came_at: datetime
    found: str | None = None


@dataclass(frozen=True, slots=True)
class EsignTransaction:
    """One request to an eSign provider. A repeated try is always a new `txn`.

    `fields` is what the browser posts to `action`, set by the step that signs the request. An answer counts until
    `late_until`; `ask_at` is when the provider is next asked how a pending one stands. `error_code` is the provider's
    own word for a failure, kept as it came.
    """

    provider: str
    txn: str
    asked_at: datetime
    expires_at: datetime
    action: str = ""
    encoding: str = ""
    fields: tuple[tuple[str, str], ...] = ()
    response_code: str | None = None
    late_until: datetime | None = None
    answers: tuple[EsignAnswer, ...] = ()
    ask_at: datetime | None = None
    times_asked: int = 0
    error_code: str | None = None


@dataclass(frozen=True, slots=True)
class EvidenceKept:
    """Where the evidence bundle lies, and its SHA-256 (hex); the audit's chain holds the same hash."""

    key: str
    sha256: str


@dataclass(frozen=True, slots=True)
class Signing:
    """One signing. Times are aware UTC; `revision` is the store's mark of the version that was read.

    `subject_id` is the id of what the signature is for (the change of users, the registration); its own id for a link.
    `subject` is that thing's canonical JSON where it has no record of its own. `why` is the refusal that ended it after
    the signature was found good (the last owner left meanwhile).
    """

    signing_id: str
    purpose: Purpose
    owner: OwnerKey
    iec: str
    document: str
    document_sha256: str
    nonce: str
    methods: tuple[SignatureMethod, ...]
    language: str
    status: SigningStatus
    created_at: datetime
    expires_at: datetime
    subject_id: str = ""
    subject: str = ""
    attempts: int = 0
    submission: Submission | None = None
    esign: EsignTransaction | None = None
    # Transactions that were given up for another try: an answer to one of them comes too late.
    earlier_txns: tuple[str, ...] = ()
    report: Report | None = None
    # Who signed, as a keyed hash (`binding.signer_of`); set with the evidence.
    signer: str | None = None
    evidence: EvidenceKept | None = None
    why: str | None = None
    ended_at: datetime | None = None
    task_token: str | None = None
    waiting_since: str | None = None
    revision: str | None = None

    def __repr__(self) -> str:
        return f"Signing({self.signing_id!r}, {self.purpose.value}, {self.status.value})"
