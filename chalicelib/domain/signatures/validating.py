"""Validating what was handed in: reads it, has it judged, and settles it. What judges loads the heavy libraries."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from chalicelib.domain.ports import Clock, Documents, DocumentsUnavailable, Store
from chalicelib.domain.signatures import cms, documents_to_sign, transitions
from chalicelib.domain.signatures.carrying_out import known
from chalicelib.domain.signatures.demands import Demands
from chalicelib.domain.signatures.report import Outcome
from chalicelib.domain.signatures.settling import Settling
from chalicelib.domain.signatures.signings import SignatureMethod, Signing

if TYPE_CHECKING:
    from chalicelib.domain.signatures.validation import Validator

# Base64 of 64 KB with line breaks, and some air: what is larger was never taken.
_SUBMISSION_AT_MOST = 128 * 1024


@dataclass(frozen=True, slots=True)
class Validating:
    """The step that judges a DSC's signature."""

    store: Store
    documents: Documents
    demands: Demands
    validator: Validator
    settling: Settling
    clock: Clock

    def validate(self, signing_id: str) -> Signing:
        """Judges the signature that was handed in last; one that is judged already stays so.

        Raises `carrying_out.SigningUnknown`; `DocumentsUnavailable`, `StoreUnavailable`, which a retry may mend.
        """
        signing = known(self.store, signing_id)
        submission = signing.submission
        if submission is None or not transitions.is_being_judged(signing):
            return signing
        if submission.method is not SignatureMethod.DSC:
            return signing
        handed_in = self.documents.get(submission.key, _SUBMISSION_AT_MOST)
        if hashlib.sha256(handed_in).hexdigest() != submission.sha256:
            # Not what the person handed in: nothing may be concluded from it, and their try is not to blame.
            raise DocumentsUnavailable(submission.key)
        demand = self.demands.of(signing, SignatureMethod.DSC)
        document = documents_to_sign.bytes_of(signing.document)
        validated = self.validator.dsc(handed_in, document, demand, self.clock())
        is_good = validated.report.outcome is Outcome.ACCEPTED
        return self.settling.settle(signing, validated, handed_in, cms.decoded(handed_in) if is_good else None)
