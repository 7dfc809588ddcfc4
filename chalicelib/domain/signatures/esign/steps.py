"""Aadhaar e-Sign as the journeys drive it: the request is made, and what comes back is judged.

A step may be run again at any time: it finds out from the record what is left to do. Whatever cannot be reached (our
key, the store, the provider) is a failure to be retried, never a refusal.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from typing import Protocol

from chalicelib.domain.changes import WriteSigning
from chalicelib.domain.ports import Clock, Documents, DocumentsUnavailable, Store
from chalicelib.domain.refusals import Refusal
from chalicelib.domain.rounds import in_rounds
from chalicelib.domain.signatures.carrying_out import known
from chalicelib.domain.signatures.demands import Demands
from chalicelib.domain.signatures.esign import judging, requests, transactions
from chalicelib.domain.signatures.esign.answers import RESPONSES, kept
from chalicelib.domain.signatures.esign.envelopes import RequestKey
from chalicelib.domain.signatures.esign.judging import EsignValidator, Judged, PassedOver, Pending
from chalicelib.domain.signatures.esign.providers import EsignProfile, EsignProviders, EsignUnavailable
from chalicelib.domain.signatures.journey import Place, place, validation_of
from chalicelib.domain.signatures.report import Reason
from chalicelib.domain.signatures.settling import Settling
from chalicelib.domain.signatures.signings import (
    EsignAnswer,
    EsignTransaction,
    SignatureMethod,
    Signing,
    SigningStatus,
    Submission,
)

_ROUNDS = transactions.ANSWERS_AT_MOST + 2


class StatusLine(Protocol):
    """The way to a provider's answer, server to server."""

    def ask(self, profile: EsignProfile, fields: dict[str, str]) -> bytes:
        """What the provider answers to a signed `EsignStatus`, at most 256 KiB. Raises `EsignUnavailable`."""
        ...


@dataclass(frozen=True, slots=True)
class EsignSteps:
    """The two steps. `origin` is the site's, such as `https://icegate.example.gov.in`."""

    store: Store
    documents: Documents
    providers: EsignProviders
    key: RequestKey
    status_line: StatusLine
    # Called when there is something to judge: making a request loads no certificates.
    validator: Callable[[], EsignValidator]
    demands: Demands
    settling: Settling
    clock: Clock
    origin: str

    def prepare(self, signing_id: str) -> Signing:
        """Makes and signs the request, so that the browser may take it to the provider.

        Raises `EsignUnavailable` where our key cannot be reached, `SigningUnknown`; `Refusal` `esign_not_offered` where
        the provider was switched off meanwhile.
        """
        signing = known(self.store, signing_id)
        if signing.status is not SigningStatus.PREPARING_ESIGN or signing.esign is None:
            return signing
        profile, transaction, now = self.providers.chosen(signing.esign.provider), signing.esign, self.clock()
        wished = requests.Wished(
            signing.purpose, signing.document_sha256, transaction.txn, f"{self.origin}{RESPONSES}{signing_id}", now
        )
        fields = requests.form_fields(profile, requests.signed_request(profile, wished, self.key), transaction.txn)
        late_until = min(transaction.expires_at, now + profile.life) + profile.grace

        def prepare() -> Signing:
            stored = known(self.store, signing_id)
            if stored.esign is None or stored.esign.txn != transaction.txn:
                return stored
            return self._written(
                stored,
                transactions.prepared(stored, profile.address, profile.form_encoding.value, fields, late_until),
            )

        return in_rounds(prepare)

    def validate(self, signing_id: str) -> Signing:
        """Judges each answer that came, in its order, until one ends the transaction or none is left.

        Without an answer the provider is asked how the transaction stands. Raises `DocumentsUnavailable`,
        `StoreUnavailable`, `SigningUnknown`.
        """
        for _ in range(_ROUNDS):
            signing = known(self.store, signing_id)
            is_waiting = signing.status is SigningStatus.AWAITING_REVOCATION
            if validation_of(signing) is not Place.VALIDATE_ESIGN:
                return signing
            if place(signing) is not Place.VALIDATE_ESIGN and not is_waiting:
                return signing
            if signing.submission is None:
                self._ask(signing)
                continue
            after = self._judge(signing, signing.submission)
            if after.status is not SigningStatus.VALIDATING:
                return after
        return known(self.store, signing_id)

    def _judge(self, signing: Signing, submission: Submission) -> Signing:
        """The signing after its submission was judged; it may have the next one on the table."""
        transaction = signing.esign
        if transaction is None:
            # No record is written so; were there one, its journey must not go round for ever.
            return self.settling.settle(signing, judging.refused(signing, Reason.ESIGN_NOT_OURS, self.clock()), b"")
        now, demand = self.clock(), self.demands.of(signing, SignatureMethod.ESIGN)
        try:
            profile = self.providers.chosen(transaction.provider)
            content = self.documents.get(submission.key, transactions.ANSWER_BYTES_AT_MOST)
        except (Refusal, ValueError):
            # The provider was switched off, or somebody posted a mountain: nothing there can be trusted.
            return self._passed_over(signing, submission, Reason.ESIGN_RESPONSE_UNREADABLE)
        if hashlib.sha256(content).hexdigest() != submission.sha256:
            # Not what came: nothing may be concluded from it.
            raise DocumentsUnavailable(submission.key)
        match judging.judged(content, profile, signing, submission, self.validator(), demand, now):
            case PassedOver(reason):
                return self._passed_over(signing, submission, reason)
            case Pending():
                return self._changed(
                    signing, lambda stored: transactions.pending(stored, submission.sha256, self.clock())
                )
            case Judged() as found:
                noted = self._changed(
                    signing, lambda stored: transactions.noted(stored, found.response_code, found.error_code)
                )
                if noted.submission != submission:
                    return noted
                return self.settling.settle(noted, found.validated, content, found.signature)

    def _passed_over(self, signing: Signing, submission: Submission, reason: Reason) -> Signing:
        if signing.status is SigningStatus.AWAITING_REVOCATION:
            # It was found to be the provider's before, and is no more: the certificate is no longer pinned.
            return self.settling.settle(signing, judging.refused(signing, reason, self.clock()), b"")
        return self._changed(signing, lambda stored: transactions.found(stored, submission.sha256, reason))

    def _ask(self, signing: Signing) -> None:
        """Asks the provider how the transaction stands; an answer is on the table afterwards."""
        transaction, answer = signing.esign, None
        with suppress(EsignUnavailable, DocumentsUnavailable, Refusal):
            answer = self._answer(signing, transaction) if transaction else None

        def ask(stored: Signing) -> Signing:
            known_now = transactions.asked(stored, self.clock())
            return transactions.taken(known_now, answer) if answer else known_now

        after = self._changed(signing, ask)
        if after.status is SigningStatus.VALIDATING and after.submission is None:
            # Never left on the table without anything to judge.
            self._changed(signing, lambda stored: replace(stored, status=SigningStatus.AT_ESIGN_PROVIDER))

    def _answer(self, signing: Signing, transaction: EsignTransaction) -> EsignAnswer | None:
        profile, now = self.providers.chosen(transaction.provider), self.clock()
        if not profile.status_address:
            return None
        request = requests.signed_status_request(profile, transaction.txn, now, self.key)
        content = self.status_line.ask(profile, requests.status_fields(profile, request))
        return kept(self.documents, signing.signing_id, content, now)

    def _changed(self, signing: Signing, change: Callable[[Signing], Signing]) -> Signing:
        """Writes what `change` makes of the record as it stands, while the same transaction is open."""
        txn = signing.esign.txn if signing.esign else None

        def write() -> Signing:
            stored = known(self.store, signing.signing_id)
            if stored.esign is None or stored.esign.txn != txn:
                return stored
            return self._written(stored, change(stored))

        return in_rounds(write)

    def _written(self, stored: Signing, after: Signing) -> Signing:
        if after == stored:
            return stored
        return replace(after, revision=self.store.write(WriteSigning(after)))
