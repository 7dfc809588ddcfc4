"""Judging the signature in a provider's answer: a CMS, or (`rawrsa`) a bare RSA signature over the hash that we sent.

Heavy, as `validation` is.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, utils
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from chalicelib.domain.signatures import certificates
from chalicelib.domain.signatures.algorithms import RSA_BITS_AT_LEAST
from chalicelib.domain.signatures.certificates import Leaf
from chalicelib.domain.signatures.report import Aspect, Reason
from chalicelib.domain.signatures.signers import Demand, Validated
from chalicelib.domain.signatures.unfit import Unfit
from chalicelib.domain.signatures.validation import Found, Read, Validator


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

        def read(found: Found) -> Read:
            found.signed_at = signed_at
            leaf = certificates.read(certificate)
            _verify(leaf, signature, demand)
            return Read(leaf, signed_at)

        return self.validator.validated(read, demand, now, is_judged_when_signed=True)


def _verify(leaf: Leaf, signature: bytes, demand: Demand) -> None:
    """Raises `Unfit` unless the signature is over the demanded hash, by the certificate's RSA key."""
    key = certificates.public_key(leaf)
    if not isinstance(key, RSAPublicKey):
        raise Unfit(Aspect.INTACT, Reason.ALGORITHM_NOT_ALLOWED)
    if key.key_size < RSA_BITS_AT_LEAST:
        raise Unfit(Aspect.INTACT, Reason.KEY_TOO_WEAK)
    try:
        key.verify(signature, demand.document_sha256, padding.PKCS1v15(), utils.Prehashed(hashes.SHA256()))
    except InvalidSignature:
        raise Unfit(Aspect.INTACT, Reason.SIGNATURE_WRONG) from None
