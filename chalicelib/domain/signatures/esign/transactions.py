"""What happens to a transaction with an eSign provider, as pure functions over its signing.

Anybody may post anything in the provider's name, before the true answer and after it. So each answer is kept, judged
and passed over until one is found to be the provider's own about this transaction; that one alone ends it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from chalicelib.domain.signatures.report import Reason
from chalicelib.domain.signatures.signings import (
    EsignAnswer,
    EsignTransaction,
    SignatureMethod,
    Signing,
    SigningStatus,
    Submission,
)

# An answer with a certificate and a signature is some 10 KB; a public ASP takes as much as this.
ANSWER_BYTES_AT_MOST = 256 * 1024
# Only whoever knows the signing's id can post here: its signer, the provider, and who reads the signer's browser.
ANSWERS_AT_MOST = 20
# How often a provider that said "pending" is asked how it stands, and after how long: each wait twice the one before.
ASKED_AT_MOST = 6
_FIRST_WAIT = timedelta(seconds=30)


def prepared(
    signing: Signing, action: str, encoding: str, fields: tuple[tuple[str, str], ...], late_until: datetime
) -> Signing:
    """The request is signed: the browser may take `fields` to `action`. One that is not being prepared stays."""
    if signing.status is not SigningStatus.PREPARING_ESIGN or signing.esign is None:
        return signing
    made = replace(signing.esign, action=action, encoding=encoding, fields=fields, late_until=late_until)
    return replace(signing, status=SigningStatus.AT_ESIGN_PROVIDER, esign=made)


def taken(signing: Signing, answer: EsignAnswer) -> Signing:
    """The signing with an answer that came, to be judged; as it was where it takes none, or has this one."""
    transaction = signing.esign
    if transaction is None or not _takes_answers(signing):
        return signing
    is_known = any(known.sha256 == answer.sha256 for known in transaction.answers)
    if is_known or len(transaction.answers) >= ANSWERS_AT_MOST:
        return signing
    return _next(replace(signing, esign=replace(transaction, answers=(*transaction.answers, answer))))


def found(signing: Signing, sha256: str, reason: Reason) -> Signing:
    """The signing after an answer (by its hash, hex) was found not to end the transaction; the next one is judged."""
    transaction = signing.esign
    if transaction is None or signing.status is not SigningStatus.VALIDATING:
        return signing
    answers = tuple(
        replace(answer, found=reason.value) if answer.sha256 == sha256 and answer.found is None else answer
        for answer in transaction.answers
    )
    return _next(replace(signing, submission=None, esign=replace(transaction, answers=answers)))


def pending(signing: Signing, sha256: str, now: datetime) -> Signing:
    """The signing after the provider said that it has no outcome yet: it will be asked, a few times."""
    judged = found(signing, sha256, Reason.ESIGN_PENDING)
    transaction = judged.esign
    return replace(judged, esign=_asked_next(transaction, now)) if transaction else judged


def is_to_be_asked(signing: Signing, now: datetime) -> bool:
    """Whether it is time to ask the provider how a pending transaction stands."""
    at = asked_at(signing)
    return at is not None and at <= now


def to_be_asked(signing: Signing) -> Signing:
    """The signing on its way to the step that asks the provider: judged without an answer to judge."""
    return replace(signing, status=SigningStatus.VALIDATING, submission=None)


def asked(signing: Signing, now: datetime) -> Signing:
    """The signing after the provider was asked once more, whatever it said; waiting again."""
    transaction = signing.esign
    if transaction is None or signing.status is not SigningStatus.VALIDATING:
        return signing
    once_more = replace(transaction, times_asked=transaction.times_asked + 1)
    return _next(replace(signing, esign=_asked_next(once_more, now)))


def noted(signing: Signing, response_code: str, error_code: str) -> Signing:
    """The signing with the provider's own words about the transaction, for whoever has to ask the provider."""
    transaction = signing.esign
    if transaction is None:
        return signing
    return replace(
        signing, esign=replace(transaction, response_code=response_code or None, error_code=error_code or None)
    )


def asked_at(signing: Signing) -> datetime | None:
    """When the provider is next to be asked; None where it is not."""
    is_at_provider = signing.status is SigningStatus.AT_ESIGN_PROVIDER
    return signing.esign.ask_at if is_at_provider and signing.esign else None


def _asked_next(transaction: EsignTransaction, now: datetime) -> EsignTransaction:
    if transaction.times_asked >= ASKED_AT_MOST:
        return replace(transaction, ask_at=None)
    return replace(transaction, ask_at=now + _FIRST_WAIT * 2**transaction.times_asked)


def _takes_answers(signing: Signing) -> bool:
    """Whether a transaction is open: at the provider, or an answer in its name is just being judged."""
    if signing.status is SigningStatus.AT_ESIGN_PROVIDER:
        return True
    submission = signing.submission
    is_ours = submission is None or submission.method is SignatureMethod.ESIGN
    return signing.status is SigningStatus.VALIDATING and is_ours


def _next(signing: Signing) -> Signing:
    """The signing with the next unjudged answer on the table; back at the provider where there is none."""
    if signing.submission is not None and signing.status is SigningStatus.VALIDATING:
        return signing
    unjudged = _unjudged(signing.esign)
    if unjudged is None:
        return replace(signing, status=SigningStatus.AT_ESIGN_PROVIDER, submission=None)
    submission = Submission(SignatureMethod.ESIGN, unjudged.key, unjudged.sha256, unjudged.came_at)
    return replace(signing, status=SigningStatus.VALIDATING, submission=submission)


def _unjudged(transaction: EsignTransaction | None) -> EsignAnswer | None:
    answers = transaction.answers if transaction else ()
    return next((answer for answer in answers if answer.found is None), None)
