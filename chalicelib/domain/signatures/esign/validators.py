"""Judging the signature in a provider's answer: a CMS, or (`rawrsa`) a bare RSA signature over the hash that we sent.

Heavy, as `validation` is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, utils
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from chalicelib.domain.signatures import certificates
from chalicelib.domain.signatures.certificates import Leaf
from chalicelib.domain.signatures.paths import ChainFound
from chalicelib.domain.signatures.report import Aspect, Finding, Reason, Verdict, fails, holds, report
from chalicelib.domain.signatures.signers import Demand, Signer, Validated
from chalicelib.domain.signatures.unfit import Unfit, unfit_if_malformed
from chalicelib.domain.signatures.validation import SKEW, Validator

_BITS_AT_LEAST = 2048


@dataclass(frozen=True, slots=True)
class EsignSignatures:
    """`judging.EsignValidator`."""

    validator: Validator

    def esign(self, cms: bytes, demand: Demand, now: datetime) -> Validated:
        """See `validation.Validator.esign`."""
        return self.validator.esign(cms, demand, now)

    def raw_rsa(
        self, signature: bytes, certificate: bytes, signed_at: datetime, demand: Demand, now: datetime
    ) -> Validated:
        """Judges a bare RSA signature (PKCS #1 v1.5, SHA-256) by the key of `certificate` (DER).

        It carries no signing time of its own: `signed_at` is the provider's, from its signed answer.
        """
        findings: list[Finding] = []
        signer: Signer | None = None
        chain: ChainFound | None = None
        try:
            leaf = certificates.read(certificate)
            _verify(leaf, signature, demand)
            signer = self.validator.policy.signer(leaf)
            with unfit_if_malformed(Aspect.CHAIN, Reason.CHAIN_INVALID):
                chain = self.validator.paths.check(leaf.der, (), signed_at, now)
            for finding in self._findings(leaf, signer, chain, signed_at, demand):
                findings.append(finding)
                if finding.verdict is Verdict.FAILS:
                    break
        except Unfit as unfit:
            findings.append(unfit.finding)
        shown = signer.shown if signer else None
        made = report(tuple(findings), now, demand.document_sha256.hex(), shown, signed_at)
        return Validated(made, signer, chain.chain if chain else (), chain.proofs if chain else ())

    def _findings(
        self, leaf: Leaf, signer: Signer, chain: ChainFound, signed_at: datetime, demand: Demand
    ) -> Iterator[Finding]:
        yield holds(Aspect.INTACT)
        is_in_time = demand.not_before - SKEW <= signed_at <= demand.not_after + SKEW
        yield holds(Aspect.SIGNER) if is_in_time else fails(Aspect.SIGNER, Reason.SIGNED_OUTSIDE_CHALLENGE)
        yield chain.chain_finding
        yield self.validator.policy.judged(leaf, signer, chain.policies, demand.kinds)
        yield chain.revocation_finding
        yield demand.bind(signer)


def _verify(leaf: Leaf, signature: bytes, demand: Demand) -> None:
    """Raises `Unfit` unless the signature is over the demanded hash, by the certificate's RSA key."""
    key = certificates.public_key(leaf)
    if not isinstance(key, RSAPublicKey):
        raise Unfit(Aspect.INTACT, Reason.ALGORITHM_NOT_ALLOWED)
    if key.key_size < _BITS_AT_LEAST:
        raise Unfit(Aspect.INTACT, Reason.KEY_TOO_WEAK)
    try:
        key.verify(signature, demand.document_sha256, padding.PKCS1v15(), utils.Prehashed(hashes.SHA256()))
    except InvalidSignature:
        raise Unfit(Aspect.INTACT, Reason.SIGNATURE_WRONG) from None
