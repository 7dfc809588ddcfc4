"""Whether a certificate or a CRL is signed by its issuer's key, with an algorithm that we accept.

SHA-256, -384 or -512 with RSA (PKCS #1 v1.5, PSS) of at least 2048 bits or ECDSA on P-256, P-384, P-521. DSA is not
accepted, nor is SHA-1 anywhere below an anchor.
"""

from __future__ import annotations

from datetime import datetime
from functools import lru_cache

from asn1crypto import algos, keys
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.types import PublicKeyTypes
from cryptography.hazmat.primitives.serialization import load_der_public_key
from pyhanko_certvalidator.errors import AlgorithmNotSupported, PSSParameterMismatch
from pyhanko_certvalidator.policy_decl import AlgorithmUsageConstraint, AlgorithmUsagePolicy
from pyhanko_certvalidator.sig_validate import DefaultSignatureValidator

RSA_BITS_AT_LEAST = 2048
_HASHES = frozenset({"sha256", "sha384", "sha512"})
_CURVES = frozenset({"secp256r1", "secp384r1", "secp521r1"})
_SCHEMES = frozenset({"rsassa_pkcs1v15", "rsassa_pss", "ecdsa"})
_PYCA_CURVES = (ec.SECP256R1, ec.SECP384R1, ec.SECP521R1)

_SHA = (hashes.SHA256(), hashes.SHA384(), hashes.SHA512())
_RSA_WITH = {bytes.fromhex(f"300d06092a864886f70d01010{n}0500"): sha for n, sha in zip("bcd", _SHA, strict=True)}
_ECDSA_WITH = {bytes.fromhex(f"300a06082a8648ce3d04030{n}"): sha for n, sha in zip("234", _SHA, strict=True)} | {
    # RFC 5758 says absent; C-DAC writes NULL.
    bytes.fromhex(f"300c06082a8648ce3d04030{n}0500"): sha
    for n, sha in zip("234", _SHA, strict=True)
}


class Algorithms(AlgorithmUsagePolicy):
    """The same rules, as certvalidator asks for them."""

    def digest_algorithm_allowed(
        self, algo: algos.DigestAlgorithm, moment: datetime | None
    ) -> AlgorithmUsageConstraint:
        """See `AlgorithmUsagePolicy`."""
        del moment
        return AlgorithmUsageConstraint(algo["algorithm"].native in _HASHES)

    def signature_algorithm_allowed(
        self, algo: algos.SignedDigestAlgorithm, moment: datetime | None, public_key: keys.PublicKeyInfo | None
    ) -> AlgorithmUsageConstraint:
        """See `AlgorithmUsagePolicy`."""
        del moment
        try:
            allowed = algo.signature_algo in _SCHEMES and algo.hash_algo in _HASHES
            return AlgorithmUsageConstraint(allowed and (public_key is None or _is_strong(public_key)))
        except (ValueError, KeyError, TypeError):
            return AlgorithmUsageConstraint(allowed=False)


def _is_strong(key: keys.PublicKeyInfo) -> bool:
    if key.algorithm in ("rsa", "rsassa_pss"):
        return bool(key.bit_size >= RSA_BITS_AT_LEAST)
    return key.algorithm == "ec" and key.curve[0] == "named" and key.curve[1] in _CURVES


def is_signed_by(spki: bytes, algorithm: bytes, signature: bytes, signed: bytes) -> bool:
    """Whether `signature` over `signed` is by this key: `spki` and `algorithm` are DER. Never raises."""
    try:
        key = _key(spki)
        if algorithm in _RSA_WITH:
            if not isinstance(key, rsa.RSAPublicKey) or key.key_size < RSA_BITS_AT_LEAST:
                return False
            key.verify(signature, signed, padding.PKCS1v15(), _RSA_WITH[algorithm])
        elif algorithm in _ECDSA_WITH:
            if not isinstance(key, ec.EllipticCurvePublicKey) or not isinstance(key.curve, _PYCA_CURVES):
                return False
            key.verify(signature, signed, ec.ECDSA(_ECDSA_WITH[algorithm]))
        else:
            named = algos.SignedDigestAlgorithm.load(algorithm, strict=True)
            public = keys.PublicKeyInfo.load(spki, strict=True)
            if not Algorithms().signature_algorithm_allowed(named, None, public):
                return False
            DefaultSignatureValidator().validate_signature(signature, signed, public, named)
    except (InvalidSignature, UnsupportedAlgorithm, AlgorithmNotSupported, PSSParameterMismatch):
        return False
    except (ValueError, TypeError, LookupError, AttributeError, OverflowError, AssertionError, NotImplementedError):
        # Certvalidator looks up a digest by what somebody named it, and knows one way to make PSS's mask.
        return False
    return True


@lru_cache(maxsize=128)
def _key(spki: bytes) -> PublicKeyTypes:
    return load_der_public_key(spki)
