"""Every step that a signing can take, as pure functions: each gives the record to be written over the one it was given.

A hand-in counts before anybody judges it. What was handed in in time is judged even if that takes longer.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from chalicelib.domain.refusals import Code, Refusal
from chalicelib.domain.signatures.report import Outcome, Report
from chalicelib.domain.signatures.signings import (
    ATTEMPTS,
    ENDED,
    REVOCATION_PATIENCE,
    EsignTransaction,
    EvidenceKept,
    SignatureMethod,
    Signing,
    SigningStatus,
    Submission,
)

# A lost answer to "begin e-Sign" may be asked for again for this long; later it is a new try.
ESIGN_REPEAT = timedelta(seconds=10)

_OPEN_FOR_SIGNATURE = frozenset(
    {SigningStatus.AWAITING_SIGNATURE, SigningStatus.PREPARING_ESIGN, SigningStatus.AT_ESIGN_PROVIDER}
)
_BEING_JUDGED = frozenset({SigningStatus.VALIDATING, SigningStatus.AWAITING_REVOCATION})


def attempts_left(signing: Signing) -> int:
    """How often a signature may still be handed in, or e-Sign be begun; 0 where it has ended."""
    return 0 if signing.status in ENDED else max(0, ATTEMPTS - signing.attempts)


def deadline(signing: Signing) -> datetime:
    """Until when the signing waits for a signature: at a provider, a little longer for its answer to arrive."""
    late_until = signing.esign.late_until if signing.esign else None
    if signing.status is not SigningStatus.AT_ESIGN_PROVIDER or late_until is None:
        return signing.expires_at
    return max(signing.expires_at, late_until)


def is_expired(signing: Signing, now: datetime) -> bool:
    """Whether its time is over without a signature."""
    if signing.status is SigningStatus.EXPIRED:
        return True
    return signing.status in _OPEN_FOR_SIGNATURE and now >= deadline(signing)


def status_at(signing: Signing, now: datetime) -> SigningStatus:
    """The status to show: one whose time is over is expired, before any sweep has said so."""
    return SigningStatus.EXPIRED if is_expired(signing, now) else signing.status


def is_being_judged(signing: Signing) -> bool:
    """Whether a signature was handed in and not yet judged for good."""
    return signing.status in _BEING_JUDGED and signing.submission is not None


def demand_open(signing: Signing, now: datetime) -> None:
    """Raises `Refusal` where no signature is taken.

    `signing_expired`, `signing_ended`, `step_out_of_order`; `signature_attempts_exhausted` where no try is left.
    """
    if is_expired(signing, now) or (signing.status in _OPEN_FOR_SIGNATURE and now >= signing.expires_at):
        raise Refusal(Code.SIGNING_EXPIRED)
    if signing.status in ENDED:
        is_used_up = signing.status is SigningStatus.REFUSED and signing.attempts >= ATTEMPTS
        raise Refusal(Code.SIGNATURE_ATTEMPTS_EXHAUSTED if is_used_up else Code.SIGNING_ENDED)
    if signing.status not in _OPEN_FOR_SIGNATURE:
        raise Refusal(Code.STEP_OUT_OF_ORDER, current_status=signing.status.value)
    if signing.attempts >= ATTEMPTS:
        raise Refusal(Code.SIGNATURE_ATTEMPTS_EXHAUSTED)


def handed_in(signing: Signing, submission: Submission, now: datetime) -> Signing:
    """A DSC's signature was handed in: one more attempt, and it is to be judged. Raises as `demand_open`."""
    demand_open(signing, now)
    given_up = without_transaction(signing)
    return replace(
        given_up, status=SigningStatus.VALIDATING, submission=submission, attempts=signing.attempts + 1, report=None
    )


def esign_begun(signing: Signing, transaction: EsignTransaction, now: datetime) -> Signing:
    """E-Sign was begun: one more attempt; the request is to be made and signed. Raises as `demand_open`."""
    demand_open(signing, now)
    given_up = without_transaction(signing)
    return replace(
        given_up, status=SigningStatus.PREPARING_ESIGN, esign=transaction, attempts=signing.attempts + 1, report=None
    )


def without_transaction(signing: Signing) -> Signing:
    """The signing with an open transaction given up: an answer to it comes too late."""
    if signing.esign is None:
        return signing
    return replace(signing, esign=None, earlier_txns=(*signing.earlier_txns, signing.esign.txn))


def may_repeat_esign(signing: Signing, now: datetime) -> bool:
    """Whether asking to begin e-Sign once more is the same request again, its answer lost."""
    if signing.esign is None or is_expired(signing, now):
        return False
    is_ready = signing.status is SigningStatus.AT_ESIGN_PROVIDER and now < signing.esign.asked_at + ESIGN_REPEAT
    return is_ready or signing.status is SigningStatus.PREPARING_ESIGN


def is_same_hand_in(signing: Signing, sha256: str) -> bool:
    """Whether the signature with this hash (hex) is the one that was handed in last."""
    submission = signing.submission
    return submission is not None and submission.method is SignatureMethod.DSC and submission.sha256 == sha256


def cancelled(signing: Signing, now: datetime) -> Signing:
    """The person takes the signing back. Raises `Refusal`: `signing_ended`, `signing_expired`, `step_out_of_order`."""
    if is_expired(signing, now):
        raise Refusal(Code.SIGNING_EXPIRED)
    if signing.status in ENDED:
        raise Refusal(Code.SIGNING_ENDED)
    if signing.status not in _OPEN_FOR_SIGNATURE | {SigningStatus.AWAITING_REVOCATION}:
        raise Refusal(Code.STEP_OUT_OF_ORDER, current_status=signing.status.value)
    return _ended(without_transaction(signing), SigningStatus.CANCELLED, now)


# What the journey's steps do.


def waiting(signing: Signing, task_token: str, since: str | None = None) -> Signing:
    """The journey waits: its task token is kept, so that a route can wake it.

    A second run of the step may come late; `since`, text that sorts as the runs came, tells its dead token apart.
    """
    if signing.task_token is not None and (since or "") < (signing.waiting_since or ""):
        return signing
    return replace(signing, waiting_since=since, task_token=task_token)


def accepted(signing: Signing, report: Report, signer: str, evidence: EvidenceKept) -> Signing:
    """The signing after its signature was found good: its deed is to be done. `signer` is who signed, hashed."""
    if report.outcome is not Outcome.ACCEPTED:
        raise ValueError(report.outcome)
    return replace(signing, status=SigningStatus.VERIFIED, report=report, signer=signer, evidence=evidence)


def not_accepted(signing: Signing, report: Report, now: datetime) -> Signing:
    """The signing after its signature was not found good (ADR 34).

    It may be signed again until the tries or the time are used up; where only revocation is unknown it waits, a day at
    most.
    """
    if report.outcome is Outcome.WAITS and not is_patience_over(signing, now):
        return replace(signing, status=SigningStatus.AWAITING_REVOCATION, report=report)
    judged = replace(without_transaction(signing), report=report)
    if signing.attempts < ATTEMPTS and now < signing.expires_at:
        return replace(judged, status=SigningStatus.AWAITING_SIGNATURE)
    return _ended(judged, SigningStatus.REFUSED, now)


def is_patience_over(signing: Signing, now: datetime) -> bool:
    """Whether a signature has waited for revocation data for as long as it may."""
    return signing.submission is not None and now >= signing.submission.submitted_at + REVOCATION_PATIENCE


def expired(signing: Signing, now: datetime) -> Signing:
    """The signing ends: nobody signed in time."""
    return _ended(without_transaction(signing), SigningStatus.EXPIRED, now)


def given_up(signing: Signing, now: datetime) -> Signing:
    """The signing after a step failed for good.

    A request to a provider that could not be made leaves the person free to sign otherwise; a signature that could not
    be judged is refused. One that holds is left alone, for an operator to have its deed done.
    """
    if signing.status in ENDED or signing.status is SigningStatus.VERIFIED:
        return signing
    if signing.status is SigningStatus.PREPARING_ESIGN and now < signing.expires_at:
        return replace(without_transaction(signing), status=SigningStatus.AWAITING_SIGNATURE)
    return refused(signing, Code.SERVICE_UNAVAILABLE, now)


def done(signing: Signing, now: datetime) -> Signing:
    """What the signature was for has been done."""
    return _ended(signing, SigningStatus.DONE, now)


def refused(signing: Signing, code: Code, now: datetime) -> Signing:
    """What the signature was for cannot be done; `code` says why, as a refusal."""
    return replace(_ended(without_transaction(signing), SigningStatus.REFUSED, now), why=code.value)


def _ended(signing: Signing, status: SigningStatus, now: datetime) -> Signing:
    return replace(signing, status=status, ended_at=now, task_token=None)
