"""Every step that a full registration can take, as pure functions: each gives the record to be written over it.

Periods (ADR 37): to sign 10 minutes, documents 7 days, what more is asked 15 days. An officer's decision has no end
that would lose the registrant's work.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from enum import StrEnum

from chalicelib.domain.accounts.owners import OwnerKey
from chalicelib.domain.icegate.accounts import IcegateAccount
from chalicelib.domain.icegate.dsc import RegisteredDsc
from chalicelib.domain.icegate.full_registrations import (
    DocumentKind,
    DocumentStatus,
    FullRegistration,
    FullRegistrationStatus,
    UploadedDocument,
)
from chalicelib.domain.refusals import Code, FieldError, Refusal
from chalicelib.domain.signatures.report import SignerShown

DOCUMENTS_WITHIN = timedelta(days=7)
MORE_WITHIN = timedelta(days=15)
# After this long without a decision the registrant is told that it is not forgotten.
REVIEW_EXPECTED_WITHIN = timedelta(days=30)
# An upload's form is good for so long (`ports.Documents.upload_form`); then the place is free again.
UPLOAD_WITHIN = timedelta(minutes=10)
DOCUMENTS_AT_MOST = 10
REQUIRED = (DocumentKind.PAN_CARD, DocumentKind.IDENTITY_PROOF)
ENDED = frozenset({FullRegistrationStatus.APPROVED, FullRegistrationStatus.REJECTED, FullRegistrationStatus.EXPIRED})
_TAKES_DOCUMENTS = frozenset({FullRegistrationStatus.DOCUMENTS_REQUIRED, FullRegistrationStatus.MORE_ASKED})


class Decision(StrEnum):
    """What an officer decides."""

    APPROVE = "approve"
    REJECT = "reject"
    ASK = "ask"


_AFTER: Mapping[Decision, FullRegistrationStatus] = {
    Decision.REJECT: FullRegistrationStatus.REJECTED,
    Decision.ASK: FullRegistrationStatus.MORE_ASKED,
}


def opened(
    account: IcegateAccount, owner: OwnerKey, registration_id: str, now: datetime, until: datetime, language: str
) -> FullRegistration:
    """A new one, for which its signing (of the same id, good until `until`) is to be signed."""
    return FullRegistration(
        registration_id=registration_id,
        owner=owner,
        icegate_id=account.icegate_id,
        iec=account.iec,
        legal_name=account.legal_name,
        signing_id=registration_id,
        status=FullRegistrationStatus.SIGNATURE_REQUIRED,
        opened_at=now,
        expires_at=until,
        language=language,
    )


def registered_dsc(signer: SignerShown, signing_id: str, now: datetime) -> RegisteredDsc:
    """The certificate that signed, as it is kept."""
    return RegisteredDsc(
        fingerprint=signer.fingerprint,
        common_name=signer.common_name,
        issuer=signer.issuer,
        expires_at=signer.not_after,
        registered_at=now,
        signing_id=signing_id,
    )


def with_dsc(registration: FullRegistration, dsc: RegisteredDsc, now: datetime) -> FullRegistration:
    """The signature holds: documents are next."""
    return replace(
        registration,
        status=FullRegistrationStatus.DOCUMENTS_REQUIRED,
        dsc=dsc,
        expires_at=now + DOCUMENTS_WITHIN,
    )


def is_expired(registration: FullRegistration, now: datetime) -> bool:
    """Whether the time for documents is over. One that is to be signed ends with its signing, which tells that."""
    if registration.status is FullRegistrationStatus.EXPIRED:
        return True
    return registration.status in _TAKES_DOCUMENTS and now >= registration.expires_at


def demand_takes_documents(registration: FullRegistration, now: datetime) -> None:
    """Raises `Refusal` where nothing can be added, removed or sent in: `registration_ended`, `step_out_of_order`."""
    if is_expired(registration, now) or registration.status in ENDED:
        raise Refusal(Code.REGISTRATION_ENDED)
    if registration.status not in _TAKES_DOCUMENTS:
        raise Refusal(Code.STEP_OUT_OF_ORDER, current_status=registration.status.value)


def with_document(registration: FullRegistration, document: UploadedDocument, now: datetime) -> FullRegistration:
    """A document is to be uploaded; refused ones of its kind, and uploads that never came, make room.

    Raises `Refusal`: `invalid_fields` (`documents_too_many`), and as `demand_takes_documents`.
    """
    demand_takes_documents(registration, now)
    kept = tuple(one for one in registration.documents if not _makes_room(one, document.kind, now))
    if len(kept) >= DOCUMENTS_AT_MOST:
        raise Refusal(
            Code.INVALID_FIELDS, errors={"kind": FieldError("documents_too_many", {"limit": DOCUMENTS_AT_MOST})}
        )
    return replace(registration, documents=(*kept, document))


def _makes_room(document: UploadedDocument, kind: DocumentKind, now: datetime) -> bool:
    if document.status is DocumentStatus.REFUSED:
        return document.kind is kind
    return document.status is DocumentStatus.AWAITED and now >= document.asked_at + UPLOAD_WITHIN


def document_of(registration: FullRegistration, document_id: str) -> UploadedDocument:
    """One document. Raises `Refusal` `not_found`."""
    for document in registration.documents:
        if document.document_id == document_id:
            return document
    raise Refusal(Code.NOT_FOUND)


def with_judged(registration: FullRegistration, judged: UploadedDocument, now: datetime) -> FullRegistration:
    """An upload was inspected. Raises as `demand_takes_documents`, and `not_found` for one that is gone meanwhile."""
    demand_takes_documents(registration, now)
    document_of(registration, judged.document_id)
    documents = tuple(judged if one.document_id == judged.document_id else one for one in registration.documents)
    return replace(registration, documents=documents)


def without_document(registration: FullRegistration, document_id: str, now: datetime) -> FullRegistration:
    """A document is taken away. Raises as `demand_takes_documents`."""
    demand_takes_documents(registration, now)
    documents = tuple(one for one in registration.documents if one.document_id != document_id)
    return replace(registration, documents=documents)


def missing(registration: FullRegistration) -> tuple[DocumentKind, ...]:
    """The kinds of document that must still be there before it can be sent in."""
    there = {one.kind for one in registration.documents if one.status is DocumentStatus.ACCEPTED}
    return tuple(kind for kind in REQUIRED if kind not in there)


def submitted(registration: FullRegistration, now: datetime) -> FullRegistration:
    """Sent in for review; what was not taken stays behind.

    Raises as `demand_takes_documents`, and `documents_missing`.
    """
    demand_takes_documents(registration, now)
    lacking = missing(registration)
    if lacking:
        raise Refusal(Code.DOCUMENTS_MISSING, missing=", ".join(lacking))
    return replace(
        registration,
        status=FullRegistrationStatus.UNDER_REVIEW,
        documents=tuple(one for one in registration.documents if one.status is DocumentStatus.ACCEPTED),
        submitted_at=now,
        expires_at=now + REVIEW_EXPECTED_WITHIN,
        decided_at=None,
        decided_by=None,
        reason=None,
    )


def is_waiting_for_officer(registration: FullRegistration) -> bool:
    """Whether an officer may decide."""
    return registration.status is FullRegistrationStatus.UNDER_REVIEW and registration.decided_at is None


def is_approved(registration: FullRegistration) -> bool:
    """Whether an officer has approved it, carried out or not."""
    is_to_be = registration.status is FullRegistrationStatus.UNDER_REVIEW and registration.decided_at is not None
    return is_to_be or registration.status is FullRegistrationStatus.APPROVED


def decided(
    registration: FullRegistration, decision: Decision, reason: str | None, by: OwnerKey, now: datetime
) -> FullRegistration:
    """An officer's decision. Raises `Refusal` `review_conflict` where there is nothing to decide (any more)."""
    if not is_waiting_for_officer(registration):
        raise Refusal(Code.REVIEW_CONFLICT)
    after = replace(registration, decided_at=now, decided_by=by, reason=reason)
    if decision is Decision.APPROVE:
        return after
    until = now + MORE_WITHIN if decision is Decision.ASK else now
    return replace(after, status=_AFTER[decision], expires_at=until)


def is_repeated(registration: FullRegistration, decision: Decision, reason: str | None, by: OwnerKey) -> bool:
    """Whether this very decision was made before by the same officer: its answer was lost."""
    if registration.decided_by != by or registration.reason != reason:
        return False
    if decision is Decision.APPROVE:
        return is_approved(registration)
    return registration.status is _AFTER[decision]


def approved(registration: FullRegistration) -> FullRegistration:
    """The account may file: the registration is complete."""
    return replace(registration, status=FullRegistrationStatus.APPROVED, task_token=None)


def looked_again(registration: FullRegistration, now: datetime) -> FullRegistration:
    """Nobody has decided yet: the journey looks again in 30 days."""
    return replace(registration, expires_at=now + REVIEW_EXPECTED_WITHIN)


def expired(registration: FullRegistration) -> FullRegistration:
    """Its time is over; it can be opened anew."""
    return replace(registration, status=FullRegistrationStatus.EXPIRED, task_token=None)


def waiting(
    registration: FullRegistration, task_token: str, waits_for: str, since: str | None = None
) -> FullRegistration:
    """The journey waits under this token.

    A second run of the step may come late; `since`, text that sorts as the runs came, tells its dead token apart.
    """
    if registration.task_token is not None and (since or "") < (registration.waiting_since or ""):
        return registration
    return replace(registration, task_token=task_token, waiting_since=since, waits_for=waits_for)
