"""What one answer in a provider's name is worth, looked at in a fixed order (docs/signatures.md).

First whether it is the provider's at all, and about this transaction: until that is known it ends nothing, and is
passed over. Only then what it says, and only then the signature in it.
"""

from __future__ import annotations

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from chalicelib.domain.signatures.esign.envelopes import NotSignedByProvider
from chalicelib.domain.signatures.esign.providers import EsignProfile, SignatureKind
from chalicelib.domain.signatures.esign.responses import Answered, DocSignature, answered
from chalicelib.domain.signatures.report import Aspect, Reason, Verdict, fails, report
from chalicelib.domain.signatures.signers import Demand, Validated
from chalicelib.domain.signatures.signings import EsignTransaction, Signing, Submission
from chalicelib.domain.strict_xml import Unreadable

FAILURE, SUCCESS, PENDING = "0", "1", "2"


class EsignValidator(Protocol):
    """What judges the signature in an answer (`validation.Validator`)."""

    def esign(self, cms: bytes, demand: Demand, now: datetime) -> Validated:
        """Judges a CMS (DER) whose messageDigest has to be `demand.document_sha256`."""
        ...

    def raw_rsa(
        self, signature: bytes, certificate: bytes, signed_at: datetime, demand: Demand, now: datetime
    ) -> Validated:
        """Judges a bare RSA signature over `demand.document_sha256`, made with the key of this certificate (DER)."""
        ...


@dataclass(frozen=True, slots=True)
class PassedOver:
    """The answer is not the provider's, or not about this transaction: the true one may still come."""

    reason: Reason


@dataclass(frozen=True, slots=True)
class Pending:
    """The provider has no outcome yet."""


@dataclass(frozen=True, slots=True)
class Judged:
    """The transaction has an outcome. `signature` is what stood in `DocSignature`, None where there was none.

    `error_code` is the provider's own word, "" where it named no error.
    """

    validated: Validated
    response_code: str
    error_code: str
    signature: bytes | None = None


def judged(
    content: bytes,
    profile: EsignProfile,
    signing: Signing,
    submission: Submission,
    validator: EsignValidator,
    demand: Demand,
    now: datetime,
) -> PassedOver | Pending | Judged:
    """What `content`, the XML as it came at `submission.submitted_at`, is worth for this signing."""
    try:
        answer = answered(content, profile, submission.submitted_at)
    except Unreadable:
        return PassedOver(Reason.ESIGN_RESPONSE_UNREADABLE)
    except NotSignedByProvider:
        return PassedOver(Reason.ESIGN_PROVIDER_SIGNATURE_WRONG)
    not_ours = _not_of_this_transaction(answer, signing, submission)
    if not_ours is not None:
        return PassedOver(not_ours)
    if answer.status == PENDING:
        return Pending()
    reason = _why_not(answer, profile, submission)
    if reason is not None:
        return _ended(answer, signing, reason, now)
    signature = answer.signatures[0]
    validated = _validated(answer, signature, profile, validator, demand, now)
    return Judged(validated, answer.response_code, answer.error_code, signature.content)


def refused(signing: Signing, reason: Reason, now: datetime) -> Validated:
    """What is told of an answer whose signature was never looked at."""
    return Validated(report((fails(Aspect.INTACT, reason),), now, signing.document_sha256))


def _not_of_this_transaction(answer: Answered, signing: Signing, submission: Submission) -> Reason | None:
    transaction: EsignTransaction | None = signing.esign
    if transaction is None or not hmac.compare_digest(answer.txn.encode(), transaction.txn.encode()):
        return Reason.ESIGN_TOO_LATE if answer.txn in signing.earlier_txns else Reason.ESIGN_NOT_OURS
    if transaction.late_until is not None and submission.submitted_at >= transaction.late_until:
        return Reason.ESIGN_TOO_LATE
    return None


def _why_not(answer: Answered, profile: EsignProfile, submission: Submission) -> Reason | None:
    """Why the answer's signature is not looked at; None where it is."""
    # Against when it came: a step that runs late, or again, does not make a clock wrong.
    if abs(answer.at - submission.submitted_at) > profile.skew:
        return Reason.ESIGN_CLOCK_OFF
    if answer.status == FAILURE:
        return Reason.ESIGN_CANCELLED if answer.error_code in profile.cancel_codes else Reason.ESIGN_FAILED
    if answer.status != SUCCESS:
        return Reason.ESIGN_RESPONSE_UNREADABLE
    if answer.error_code or any(each.error for each in answer.signatures):
        return Reason.ESIGN_FAILED
    return None if _is_of_our_document(answer) else Reason.ESIGN_DOCUMENTS_DIFFER


def _is_of_our_document(answer: Answered) -> bool:
    """Whether there is one signature, of the one hash that the request held; the hash itself stands in the CMS."""
    if len(answer.signatures) != 1:
        return False
    (only,) = answer.signatures
    return only.id == "1" and only.algorithm.replace("-", "").upper() == "SHA256" and bool(only.content)


def _validated(
    answer: Answered,
    signature: DocSignature,
    profile: EsignProfile,
    validator: EsignValidator,
    demand: Demand,
    now: datetime,
) -> Validated:
    if answer.certificate is None:
        return _of_signer(demand, Reason.SIGNER_CERTIFICATE_MISSING, now)
    if profile.kind is SignatureKind.RAW_RSA:
        return validator.raw_rsa(signature.content, answer.certificate, answer.at, demand, now)
    validated = validator.esign(signature.content, demand, now)
    shown = validated.report.signer
    is_intact = validated.report.findings[0].verdict is Verdict.HOLDS
    if is_intact and shown and shown.fingerprint != hashlib.sha256(answer.certificate).hexdigest():
        return _of_signer(demand, Reason.SIGNING_CERTIFICATE_DIFFERS, now)
    return validated


def _of_signer(demand: Demand, reason: Reason, now: datetime) -> Validated:
    return Validated(report((fails(Aspect.SIGNER, reason),), now, demand.document_sha256.hex()))


def _ended(answer: Answered, signing: Signing, reason: Reason, now: datetime) -> Judged:
    return Judged(refused(signing, reason, now), answer.response_code, answer.error_code)
