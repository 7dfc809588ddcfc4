"""The algorithms that we accept, as CMS names them: digests and signature schemes, with their parameters checked."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from chalicelib.domain.signatures.der import NULL, Der, context, oid
from chalicelib.domain.signatures.report import Aspect, Reason
from chalicelib.domain.signatures.strict_der import OID
from chalicelib.domain.signatures.unfit import Unfit

RSA_BITS_AT_LEAST: Final = 2048


@dataclass(frozen=True, slots=True)
class Digest:
    """A digest that we accept. `size` is in bytes."""

    name: str
    new: Callable[[bytes], Any]
    algorithm: hashes.HashAlgorithm
    size: int

    def of(self, content: bytes) -> bytes:
        """The digest of these bytes."""
        found: bytes = self.new(content).digest()
        return found


SHA256: Final = Digest("sha256", hashlib.sha256, hashes.SHA256(), 32)
SHA384: Final = Digest("sha384", hashlib.sha384, hashes.SHA384(), 48)
SHA512: Final = Digest("sha512", hashlib.sha512, hashes.SHA512(), 64)

_DIGESTS: Final = {
    oid("2.16.840.1.101.3.4.2.1"): SHA256,
    oid("2.16.840.1.101.3.4.2.2"): SHA384,
    oid("2.16.840.1.101.3.4.2.3"): SHA512,
}
_RSA: Final = oid("1.2.840.113549.1.1.1")
_RSA_PSS: Final = oid("1.2.840.113549.1.1.10")
_MGF1: Final = oid("1.2.840.113549.1.1.8")
_RSA_WITH: Final = {
    oid("1.2.840.113549.1.1.11"): SHA256,
    oid("1.2.840.113549.1.1.12"): SHA384,
    oid("1.2.840.113549.1.1.13"): SHA512,
}
_ECDSA_WITH: Final = {
    oid("1.2.840.10045.4.3.2"): SHA256,
    oid("1.2.840.10045.4.3.3"): SHA384,
    oid("1.2.840.10045.4.3.4"): SHA512,
}
_CURVES: Final = (ec.SECP256R1, ec.SECP384R1, ec.SECP521R1)


class Family(StrEnum):
    """How the signature is made."""

    PKCS1 = "pkcs1"
    PSS = "pss"
    ECDSA = "ecdsa"


@dataclass(frozen=True, slots=True)
class Scheme:
    """A signature scheme and its digest. `salt` is PSS's salt length in bytes, 0 elsewhere."""

    family: Family
    digest: Digest
    salt: int = 0


def _refused(reason: Reason = Reason.ALGORITHM_NOT_ALLOWED) -> Unfit:
    return Unfit(Aspect.INTACT, reason)


def _no_parameters(reader: Der) -> None:
    """Absent or NULL: RFC 5754 allows both for digests and RSA; for ECDSA C-DAC writes NULL where nothing belongs."""
    if reader.tag == NULL and reader.content(NULL):
        raise _refused()
    if reader.tag is not None:
        raise _refused()


def digest_named(reader: Der) -> Digest:
    """The digest that an AlgorithmIdentifier names; `reader` is inside of it. Raises Unfit, DerUnreadable."""
    found = _DIGESTS.get(reader.content(OID))
    if found is None:
        raise _refused()
    _no_parameters(reader)
    return found


def scheme_named(reader: Der, digest: Digest) -> Scheme:
    """The scheme that a signature's AlgorithmIdentifier names; `reader` is inside of it. Raises Unfit, DerUnreadable.

    `digest` is the one that the document was hashed with: the signature must be made with the same.
    """
    name = reader.content(OID)
    if name == _RSA_PSS:
        scheme = _pss(reader.enter())
        reader.ended()
    else:
        # Most tools name the key's algorithm alone; the digest is then the one named beside it.
        if name == _RSA:
            scheme = Scheme(Family.PKCS1, digest)
        elif name in _RSA_WITH:
            scheme = Scheme(Family.PKCS1, _RSA_WITH[name])
        elif name in _ECDSA_WITH:
            scheme = Scheme(Family.ECDSA, _ECDSA_WITH[name])
        else:
            raise _refused()
        _no_parameters(reader)
    if scheme.digest is not digest:
        raise _refused(Reason.ALGORITHMS_DIFFER)
    return scheme


def _pss(reader: Der) -> Scheme:
    """PSS by its parameters (RFC 4055): each default is SHA-1's, so that all but the trailer must be there."""
    digest = digest_named(_only(reader, 0).enter())
    mask = _only(reader, 1).enter()
    if mask.content(OID) != _MGF1:
        raise _refused()
    if digest_named(mask.enter()) is not digest:
        raise _refused(Reason.ALGORITHMS_DIFFER)
    salt = _only(reader, 2).integer()
    # A salt as long as the digest is what RFC 4055 recommends; OpenSSL takes the longest that the key has room for.
    if salt < digest.size:
        raise _refused()
    if reader.tag == context(3) and _only(reader, 3).integer() != 1:
        raise _refused()
    reader.ended()
    return Scheme(Family.PSS, digest, salt)


def _only(reader: Der, number: int) -> Der:
    if reader.tag != context(number):
        raise _refused()
    return reader.enter(context(number))


def verify(key: object, scheme: Scheme, signature: bytes, signed: bytes) -> None:
    """Raises Unfit unless the signature over these bytes is by this key, made as the scheme says."""
    try:
        if isinstance(key, rsa.RSAPublicKey) and scheme.family is not Family.ECDSA:
            if key.key_size < RSA_BITS_AT_LEAST:
                raise _refused(Reason.KEY_TOO_WEAK)
            algorithm = scheme.digest.algorithm
            pss = padding.PSS(padding.MGF1(algorithm), scheme.salt) if scheme.family is Family.PSS else None
            key.verify(signature, signed, pss or padding.PKCS1v15(), algorithm)
        elif isinstance(key, ec.EllipticCurvePublicKey) and scheme.family is Family.ECDSA:
            if not isinstance(key.curve, _CURVES):
                raise _refused(Reason.KEY_TOO_WEAK)
            key.verify(signature, signed, ec.ECDSA(scheme.digest.algorithm))
        else:
            raise _refused()
    except InvalidSignature as wrong:
        raise _refused(Reason.SIGNATURE_WRONG) from wrong
