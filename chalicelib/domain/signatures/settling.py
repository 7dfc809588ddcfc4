"""Settling: what follows from a judged signature is written, with its evidence and its line in the audit, once."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, replace
from datetime import datetime

from chalicelib.domain.audit import Deed, Entry
from chalicelib.domain.audit import Outcome as AuditOutcome
from chalicelib.domain.changes import AppendEvent, WriteSigning
from chalicelib.domain.ports import Clock, Documents, Keyring, Store
from chalicelib.domain.recording import recorded
from chalicelib.domain.rounds import in_rounds
from chalicelib.domain.signatures import evidence, transitions
from chalicelib.domain.signatures.binding import key_of_links, signer_of
from chalicelib.domain.signatures.carrying_out import known
from chalicelib.domain.signatures.report import Outcome
from chalicelib.domain.signatures.signers import Validated
from chalicelib.domain.signatures.signings import (
    EsignTransaction,
    EvidenceKept,
    SignatureMethod,
    Signing,
    SigningStatus,
)


@dataclass(frozen=True, slots=True)
class Settling:
    """Writes findings down."""

    store: Store
    documents: Documents
    keyring: Keyring
    clock: Clock

    def settle(
        self, signing: Signing, validated: Validated, submission: bytes, signature: bytes | None = None
    ) -> Signing:
        """The signing after its submission was judged; `signing` is the version that was judged.

        `submission` is what was handed in: for e-Sign the provider's whole answer, `signature` being the CMS in it; for
        a DSC `signature` is the same in DER. The evidence is stored first, then record
        and audit in one write. Where another run has settled this very submission, its word stays.
        Raises `DocumentsUnavailable`, `StoreUnavailable`, `carrying_out.SigningUnknown`.
        """
        kept = self._kept(signing, validated, submission, signature)

        def settle() -> Signing:
            stored, now = known(self.store, signing.signing_id), self.clock()
            if not transitions.is_being_judged(stored) or stored.submission != signing.submission:
                return stored
            after = self._after(stored, validated, kept, now)
            # A signature that waits and waits on changes nothing but when it was looked at: no line for each look.
            lines = () if validated.report.outcome is Outcome.WAITS else self._recorded(after, stored.esign)
            return replace(after, revision=self.store.write(WriteSigning(after), *lines))

        return in_rounds(settle)

    def _after(self, signing: Signing, validated: Validated, kept: EvidenceKept | None, now: datetime) -> Signing:
        if kept is None or validated.signer is None:
            return transitions.not_accepted(signing, validated.report, now)
        key = key_of_links(self.store.iec_users(signing.iec), self.keyring)
        signer = signer_of(validated.signer, self.store.iec_record(signing.iec), key)
        return transitions.accepted(signing, validated.report, signer, kept)

    def _kept(
        self, signing: Signing, validated: Validated, submission: bytes, signature: bytes | None
    ) -> EvidenceKept | None:
        if validated.report.outcome is not Outcome.ACCEPTED:
            return None
        is_esign = signing.submission is not None and signing.submission.method is SignatureMethod.ESIGN
        bundle = evidence.bundle_of(
            signing, validated, signature or submission, submission if is_esign else None, self.clock()
        )
        sha256 = hashlib.sha256(bundle).hexdigest()
        key = evidence.key_of(signing.signing_id, sha256)
        self.documents.put(key, bundle, "application/zip")
        return EvidenceKept(key, sha256)

    def _recorded(self, signing: Signing, transaction: EsignTransaction | None) -> tuple[AppendEvent, ...]:
        report, is_good = signing.report, signing.status is SigningStatus.VERIFIED
        decisive = report.decisive if report else None
        facts = {
            "signing": signing.signing_id,
            "purpose": signing.purpose.value,
            "method": signing.submission.method.value if signing.submission else "",
            "document": signing.document_sha256,
            **({"certificate": report.signer.fingerprint} if report and report.signer else {}),
            **({"evidence": signing.evidence.sha256} if signing.evidence else {}),
            # The provider's own words, by which it can be asked about this transaction.
            **({"provider": transaction.provider, "transaction": transaction.txn} if transaction else {}),
            **({"provider_response": transaction.response_code} if transaction and transaction.response_code else {}),
            **({"provider_error": transaction.error_code} if transaction and transaction.error_code else {}),
            **({"finding": f"{decisive.aspect.value}: {decisive.reason.value}"} if decisive else {}),
        }
        entry = Entry(
            Deed.DOCUMENT_SIGNED,
            signing.owner,
            signing.owner,
            AuditOutcome.DONE if is_good else AuditOutcome.REFUSED,
            facts=facts,
        )
        # No request judges a signature; the signing's id is how an operator follows it.
        return recorded(self.store, self.clock(), signing.signing_id, entry)
