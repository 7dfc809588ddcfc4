"""The signer's certificate: which of those sent it is, and what stands in it.

pyca parses it, strictly; the names are read here, because pyca warns of the five-letter country (`C=India`) that real
certificates carry, and a warning must be neither an error nor hidden.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.types import CertificatePublicKeyTypes

from chalicelib.domain.signatures.cms import CertificateNamed, SignedMessage, SignerIdentifier
from chalicelib.domain.signatures.der import context, oid
from chalicelib.domain.signatures.report import Aspect, Reason
from chalicelib.domain.signatures.strict_der import (
    INTEGER,
    OID,
    SEQUENCE,
    SET,
    DerUnreadable,
    element,
    expect,
    integer,
    whole,
)
from chalicelib.domain.signatures.unfit import Unfit, unfit_if_malformed

COMMON_NAME: Final = oid("2.5.4.3")
SERIAL_NUMBER: Final = oid("2.5.4.5")
ORGANISATION: Final = oid("2.5.4.10")
DN_QUALIFIER: Final = oid("2.5.4.46")

# What a name's value is encoded in, by tag. A value of another type (an e-KYC certificate has a BIT STRING) is no text.
_TEXTS: Final = {
    0x0C: "utf-8",
    0x12: "ascii",
    0x13: "ascii",
    0x14: "latin-1",
    0x16: "ascii",
    0x1A: "ascii",
    0x1C: "utf-32-be",
    0x1E: "utf-16-be",
}

Texts = Mapping[bytes, Sequence[str]]


@dataclass(frozen=True, slots=True)
class Leaf:
    """A signer's certificate as it stands. Policies and purposes are dotted OIDs; nothing of it is believed yet.

    `subject` and `issuer` give the texts of each attribute by its OID (encoded). `usage` and `purposes` are None where
    the certificate does not limit them.
    """

    der: bytes
    certificate: x509.Certificate
    subject: Texts
    issuer: Texts
    policies: frozenset[str]
    usage: x509.KeyUsage | None
    is_usage_critical: bool
    purposes: frozenset[str] | None
    is_authority: bool

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the DER, hex."""
        return hashlib.sha256(self.der).hexdigest()

    def __repr__(self) -> str:
        return f"Leaf({self.fingerprint[:12]!r})"


def of_signer(message: SignedMessage) -> bytes:
    """The certificate that the signature names, DER. Raises Unfit where it did not come along, or two would do."""
    with unfit_if_malformed(Aspect.SIGNER, Reason.SIGNER_CERTIFICATE_UNREADABLE):
        found = [each for each in message.certificates if _is_named(each, message.signer)]
    if not found:
        raise Unfit(Aspect.SIGNER, Reason.SIGNER_CERTIFICATE_MISSING)
    if len(found) > 1:
        raise Unfit(Aspect.SIGNER, Reason.SIGNER_CERTIFICATE_AMBIGUOUS)
    return found[0]


def _is_named(certificate: bytes, signer: SignerIdentifier) -> bool:
    if signer.key_identifier is not None:
        values = (extension.value for extension in _parsed(certificate, _frame(certificate)).extensions)
        return any(isinstance(own, x509.SubjectKeyIdentifier) and own.digest == signer.key_identifier for own in values)
    frame = _frame(certificate)
    return frame.serial_number == signer.serial_number and frame.issuer == signer.issuer


class _Frame(NamedTuple):
    """What a certificate begins with; the names are DER."""

    serial_number: int
    issuer: bytes
    subject: bytes


def _frame(certificate: bytes) -> _Frame:
    at, end = whole(certificate, SEQUENCE)
    at, end = expect(certificate, at, end, SEQUENCE)
    tag, begins, after = element(certificate, at, end)
    if tag == context(0):
        begins, after = expect(certificate, after, end, INTEGER)
    elif tag != INTEGER:
        raise DerUnreadable("no serial number")
    serial_number = int.from_bytes(integer(certificate, begins, after), "big", signed=True)
    _, issuer = expect(certificate, after, end, SEQUENCE)
    _, validity = expect(certificate, issuer, end, SEQUENCE)
    _, subject = expect(certificate, validity, end, SEQUENCE)
    _, key = expect(certificate, subject, end, SEQUENCE)
    return _Frame(serial_number, certificate[issuer:validity], certificate[subject:key])


def _parsed(certificate: bytes, frame: _Frame) -> x509.Certificate:
    if frame.serial_number < 1:
        # RFC 5280 allows none; pyca would only warn.
        raise DerUnreadable("no serial number")
    return x509.load_der_x509_certificate(certificate)


def read(certificate: bytes) -> Leaf:
    """What stands in a certificate (DER). Raises Unfit where it cannot be read."""
    with unfit_if_malformed(Aspect.SIGNER, Reason.SIGNER_CERTIFICATE_UNREADABLE):
        frame = _frame(certificate)
        parsed = _parsed(certificate, frame)
        policies: Iterable[x509.PolicyInformation] = ()
        usage: x509.KeyUsage | None = None
        is_usage_critical = is_authority = False
        purposes: x509.ExtendedKeyUsage | None = None
        for extension in parsed.extensions:
            match extension.value:
                case x509.CertificatePolicies() as policies:
                    pass
                case x509.KeyUsage() as usage:
                    is_usage_critical = extension.critical
                case x509.ExtendedKeyUsage() as purposes:
                    pass
                case x509.BasicConstraints(ca=is_authority):
                    pass
        return Leaf(
            certificate,
            parsed,
            _texts(frame.subject),
            _texts_of_issuer(frame.issuer),
            frozenset(policy.policy_identifier.dotted_string for policy in policies),
            usage,
            is_usage_critical,
            frozenset(purpose.dotted_string for purpose in purposes) if purposes is not None else None,
            is_authority,
        )


def public_key(leaf: Leaf) -> CertificatePublicKeyTypes:
    """The key that the certificate is for. Raises Unfit where it cannot be read."""
    with unfit_if_malformed(Aspect.SIGNER, Reason.SIGNER_CERTIFICATE_UNREADABLE):
        return leaf.certificate.public_key()


@lru_cache(maxsize=64)
def _texts_of_issuer(name: bytes) -> Texts:
    # The issuers are few.
    return _texts(name)


def _texts(name: bytes) -> dict[bytes, list[str]]:
    """The texts in a name (DER), position by position: it is the longest thing that is read of a certificate."""
    found: dict[bytes, list[str]] = {}
    at, end = whole(name, SEQUENCE)
    while at < end:
        at, end_of_set = expect(name, at, end, SET)
        while at < end_of_set:
            at, end_of_attribute = expect(name, at, end_of_set, SEQUENCE)
            begins, at = expect(name, at, end_of_attribute, OID)
            tag, value, ends = element(name, at, end_of_attribute)
            if ends != end_of_attribute:
                raise DerUnreadable("more than expected")
            encoding = _TEXTS.get(tag)
            if encoding:
                found.setdefault(name[begins:at], []).append(name[value:ends].decode(encoding))
            at = ends
    return found


def is_named(leaf: Leaf, named: CertificateNamed) -> bool:
    """Whether a signingCertificate attribute names this certificate."""
    digest = named.digest
    # The attribute's first version knows SHA-1 alone: it is checked, but nothing rests on it.
    own = digest.of(leaf.der) if digest else hashlib.sha1(leaf.der, usedforsecurity=False).digest()
    if own != named.hashed:
        return False
    return named.issuer is None or (named.serial_number, named.issuer) == _frame(leaf.der)[:2]
