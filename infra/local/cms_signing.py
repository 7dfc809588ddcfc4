"""Signing as a person's signing tool does: a detached CMS over a document. What tests want made wrong can be.

`As` says how; the defaults make what a good tool makes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from hashlib import new, sha256
from typing import Final, Literal

from asn1crypto import algos, cms, core, tsp, x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa

from infra.local.authority import Credential

Digest = Literal["sha1", "sha256", "sha384", "sha512"]
_HASHES: Final[dict[str, type[hashes.HashAlgorithm]]] = {
    "sha1": hashes.SHA1,
    "sha256": hashes.SHA256,
    "sha384": hashes.SHA384,
    "sha512": hashes.SHA512,
}

Attributes = list[cms.CMSAttribute]


@dataclass(frozen=True, kw_only=True)
class As:
    """How to sign. The hooks are for tests that want a signature made wrong.

    `signature_digest` is named and used for the signature where it is another than `digest`. `attributes` changes the
    signed attributes before they are signed; `encode` turns them into the bytes of their SET, which is then signed and
    sent; `change` alters the finished SignedData. `certificates` (DER) go along in place of the signer's chain.
    """

    digest: Digest = "sha256"
    signature_digest: Digest | None = None
    is_pss: bool = False
    salt_length: int | None = None
    signing_certificate_v2: bool = True
    null_parameters: bool = False
    by_key_identifier: bool = False
    message_digest: bytes | None = None
    signed_attributes: bool = True
    certificates: tuple[bytes, ...] | None = None
    attributes: Callable[[Attributes], Attributes] | None = None
    encode: Callable[[Attributes], bytes] | None = None
    change: Callable[[cms.SignedData], None] | None = None


def sign(credential: Credential, document: bytes, at: datetime, how: As | None = None) -> bytes:
    """A detached signature over the document, DER (`.p7s`), with `at` as the signing time."""
    how = how or As()
    digest = how.message_digest or new(how.digest, document).digest()
    signed = _encoded(_attributes(credential, digest, at, how), how)
    signature_digest = how.signature_digest or how.digest
    signer = {
        "version": "v3" if how.by_key_identifier else "v1",
        "sid": _signer_identifier(credential, how),
        "digest_algorithm": {"algorithm": how.digest},
        "signature_algorithm": _signature_algorithm(credential, how, signature_digest),
        "signature": _signature(credential, signed if how.signed_attributes else document, how, signature_digest),
    }
    if how.signed_attributes:
        signer["signed_attrs"] = cms.CMSAttributes.load(signed)
    certificates = credential.chain[:-1] if how.certificates is None else how.certificates
    data = cms.SignedData(
        {
            "version": "v1",
            "digest_algorithms": [{"algorithm": how.digest}],
            "encap_content_info": {"content_type": "data"},
            "certificates": [x509.Certificate.load(der) for der in certificates],
            "signer_infos": [signer],
        }
    )
    if how.change:
        how.change(data)
    # By force only where something changed below: it would put the attributes in order again.
    message = cms.ContentInfo({"content_type": "signed_data", "content": data})
    done: bytes = message.dump(force=how.change is not None)
    return done


def attribute(kind: str, *values: object) -> cms.CMSAttribute:
    """A signed attribute of this type (asn1crypto's name or an OID) with these values."""
    return cms.CMSAttribute({"type": kind, "values": list(values)})


def signing_certificate_v2(certificate: bytes, digest: Digest = "sha256") -> cms.CMSAttribute:
    """The attribute that names the signer's certificate by its hash (RFC 5035)."""
    identifier: dict[str, object] = {"cert_hash": new(digest, certificate).digest()}
    if digest != "sha256":
        identifier["hash_algorithm"] = {"algorithm": digest}
    return attribute("signing_certificate_v2", tsp.SigningCertificateV2({"certs": [tsp.ESSCertIDv2(identifier)]}))


def _attributes(credential: Credential, digest: bytes, at: datetime, how: As) -> Attributes:
    found = [
        attribute("content_type", "data"),
        attribute("signing_time", cms.Time({"utc_time": core.UTCTime(at.astimezone(UTC).replace(microsecond=0))})),
        attribute("message_digest", digest),
    ]
    if how.signing_certificate_v2:
        found.append(signing_certificate_v2(credential.der))
    return how.attributes(found) if how.attributes else found


def _encoded(attributes: Attributes, how: As) -> bytes:
    if how.encode:
        return how.encode(attributes)
    done: bytes = cms.CMSAttributes(attributes).dump()
    return done


def _signer_identifier(credential: Credential, how: As) -> cms.SignerIdentifier:
    certificate = x509.Certificate.load(credential.der)
    if how.by_key_identifier:
        # asn1crypto tags the implicit alternative itself.
        return cms.SignerIdentifier("subject_key_identifier", certificate.key_identifier)
    number = cms.IssuerAndSerialNumber({"issuer": certificate.issuer, "serial_number": certificate.serial_number})
    return cms.SignerIdentifier("issuer_and_serial_number", number)


def _signature_algorithm(credential: Credential, how: As, digest: str) -> dict[str, object]:
    if isinstance(credential.key, ec.EllipticCurvePrivateKey):
        named: dict[str, object] = {"algorithm": f"{digest}_ecdsa"}
        return named | {"parameters": core.Null()} if how.null_parameters else named
    if how.is_pss:
        parameters = {
            "hash_algorithm": {"algorithm": digest},
            "mask_gen_algorithm": {"algorithm": "mgf1", "parameters": {"algorithm": digest}},
            "salt_length": _salt(how, digest),
        }
        return {"algorithm": "rsassa_pss", "parameters": algos.RSASSAPSSParams(parameters)}
    return {"algorithm": f"{digest}_rsa"}


def _salt(how: As, digest: str) -> int:
    return _HASHES[digest]().digest_size if how.salt_length is None else how.salt_length


def _signature(credential: Credential, over: bytes, how: As, digest: str) -> bytes:
    algorithm = _HASHES[digest]()
    if isinstance(credential.key, rsa.RSAPrivateKey):
        pss = padding.PSS(padding.MGF1(algorithm), _salt(how, digest))
        return credential.key.sign(over, pss if how.is_pss else padding.PKCS1v15(), algorithm)
    return credential.key.sign(over, ec.ECDSA(algorithm))


def in_ber_order(attributes: Attributes) -> bytes:
    """The attributes' SET with its members in the wrong order: BER, not DER."""
    members = sorted((each.dump() for each in attributes), reverse=True)
    done: bytes = core.SetOf(spec=core.Any, contents=b"".join(members)).dump()
    return done


def sha256_of(document: bytes) -> bytes:
    """The document's digest as a demand has it."""
    return sha256(document).digest()
