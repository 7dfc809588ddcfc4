"""The test certifying authority: root, licensed CA, sub-CAs and leaves as India's, and none of it of any worth.

For the laptop and the tests; it is never packaged, and a deployed suite does not know its root.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from hashlib import sha256
from itertools import count
from pathlib import Path
from typing import Final, Self

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
    pkcs12,
)
from cryptography.x509.oid import AuthorityInformationAccessOID, NameOID

from infra.local import certificate_profiles
from infra.local.certificate_profiles import INDIA_PKI, KeyKind, Profile, Wanted

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey

BASE_URL: Final = "http://crl.pravesh-test.example"
_CURVES: Final[dict[str, type[ec.EllipticCurve]]] = {"p256": ec.SECP256R1, "p384": ec.SECP384R1, "p521": ec.SECP521R1}
_RSA_BITS: Final[dict[str, int]] = {"rsa": 2048, "rsa1024": 1024, "rsa3072": 3072}


class Ca(StrEnum):
    """The authority's own CAs."""

    ROOT = "root"
    LICENSED = "licensed"
    INDIVIDUAL = "individual"
    ORGANISATION = "organisation"
    EKYC = "ekyc"
    DOCUMENT_SIGNER = "document-signer"


_TITLES: Final[dict[str, str]] = {
    Ca.ROOT: "Root",
    Ca.LICENSED: "Licensed CA",
    Ca.INDIVIDUAL: "Sub CA for Class 3 Individual",
    Ca.ORGANISATION: "Sub CA for Class 3 Organisation",
    Ca.EKYC: "Sub CA for e-KYC",
    Ca.DOCUMENT_SIGNER: "Sub CA for Document Signer",
}
_ISSUERS: Final = {
    Profile.INDIVIDUAL: Ca.INDIVIDUAL,
    Profile.ORGANISATION: Ca.ORGANISATION,
    Profile.IEC: Ca.ORGANISATION,
    Profile.EKYC: Ca.EKYC,
    Profile.DOCUMENT_SIGNER: Ca.DOCUMENT_SIGNER,
}


@dataclass(frozen=True)
class Credential:
    """A certificate, its private key, and the DER of the certificates above it, up to the root.

    `issuer` names the CA that issued it, for `Authority.revoke` and `Authority.crl`.
    """

    certificate: x509.Certificate
    key: PrivateKey
    issuer: str
    above: tuple[bytes, ...] = ()

    @property
    def der(self) -> bytes:
        """The certificate in DER."""
        return self.certificate.public_bytes(Encoding.DER)

    @property
    def chain(self) -> tuple[bytes, ...]:
        """DER, this certificate first, the root last."""
        return (self.der, *self.above)

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the certificate's DER, hex."""
        return sha256(self.der).hexdigest()

    def pkcs12(self, password: str) -> bytes:
        """Certificate, key and the certificates above, as signing tools take them."""
        above = [x509.load_der_x509_certificate(der) for der in self.above]
        return pkcs12.serialize_key_and_certificates(
            b"Pravesh Test", self.key, self.certificate, above, BestAvailableEncryption(password.encode())
        )

    def key_pem(self) -> bytes:
        """The private key, unencrypted PEM."""
        return self.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


@lru_cache(maxsize=256)
def key_for(label: str, kind: KeyKind = "rsa") -> PrivateKey:
    """A private key of this kind, the same for the same label as long as the process lives: making one takes long."""
    del label
    if kind in _CURVES:
        return ec.generate_private_key(_CURVES[kind]())
    return rsa.generate_private_key(65537, _RSA_BITS[kind])


class Authority:
    """A test certifying authority. `at` is its now: CAs are good from a year before to ten years after.

    `label` begins the CAs' names: authorities of different labels know nothing of each other.
    `base_url` is where its CRLs would be fetched: `{base_url}/{ca}.crl`, and its certificates `{base_url}/{ca}.crt`.
    """

    def __init__(self, at: datetime, base_url: str = BASE_URL, label: str = "Pravesh Test") -> None:
        self._at = at.replace(microsecond=0)
        self._base_url = base_url
        self._label = label
        self._cas: dict[str, Credential] = {}
        self._revoked: dict[str, dict[int, x509.RevokedCertificate]] = {}
        self._crl_numbers = count(1)
        self.certify(Ca.ROOT, path_length=None)
        self.certify(Ca.LICENSED, Ca.ROOT, path_length=1)
        for ca in (Ca.INDIVIDUAL, Ca.ORGANISATION, Ca.EKYC, Ca.DOCUMENT_SIGNER):
            self.certify(ca, Ca.LICENSED, path_length=0)

    @classmethod
    def kept(cls, folder: Path, at: datetime, base_url: str = BASE_URL) -> Self:
        """The authority whose CAs are kept in a folder; made and written there the first time.

        So a certificate is still good after the laptop was started again. Revocations are not kept.
        """
        authority = cls(at, base_url)
        for name in Ca:
            certificate, key = folder / f"{name}.crt", folder / f"{name}.key"
            if not (certificate.exists() and key.exists()):
                authority._keep(folder)
                return authority
        for name in Ca:
            private = load_pem_private_key((folder / f"{name}.key").read_bytes(), None)
            if not isinstance(private, rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey):
                raise TypeError(f"{name}.key is no RSA or EC key")
            found = x509.load_pem_x509_certificate((folder / f"{name}.crt").read_bytes())
            issuer = authority._cas[name].issuer
            above = authority._cas[issuer].chain if issuer != name else ()
            authority._cas[name] = Credential(found, private, issuer, above)
        return authority

    def _keep(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        for name, ca in self._cas.items():
            (folder / f"{name}.crt").write_bytes(ca.certificate.public_bytes(Encoding.PEM))
            key = folder / f"{name}.key"
            key.touch(mode=0o600)
            key.write_bytes(ca.key_pem())

    @property
    def root(self) -> bytes:
        """The root's certificate, DER: the anchor."""
        return self._cas[Ca.ROOT].der

    @property
    def intermediates(self) -> tuple[bytes, ...]:
        """The certificates of all CAs but the root, DER."""
        return tuple(ca.der for name, ca in self._cas.items() if name != Ca.ROOT)

    @property
    def crl_urls(self) -> Mapping[str, str]:
        """Where each CA's CRL would be fetched."""
        return {name: self._crl_url(name) for name in self._cas}

    def ca(self, name: str) -> Credential:
        """A CA's own certificate and key."""
        return self._cas[name]

    def _crl_url(self, name: str) -> str:
        return f"{self._base_url}/{name}.crl"

    def certify(
        self,
        name: str,
        issuer: str | None = None,
        *,
        path_length: int | None = 0,
        usage: certificate_profiles.Usage = "certificates",
        extensions: tuple[tuple[x509.ExtensionType, bool], ...] = (),
    ) -> Credential:
        """Make a CA of this name below `issuer`; without one it is a root. `issue` may then name it."""
        own_name = _ca_name(f"{self._label} {_TITLES.get(name, name)}")
        key = key_for(f"{self._label}/{name}")
        above = self._cas[issuer] if issuer else None
        builder = self._started(own_name, above.certificate.subject if above else own_name, key, above)
        builder = builder.not_valid_before(self._at - timedelta(days=365)).not_valid_after(
            self._at + timedelta(days=3650)
        )
        builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=path_length), critical=True)
        builder = builder.add_extension(certificate_profiles.key_usage(usage), critical=True)
        builder = builder.add_extension(certificate_profiles.policies((INDIA_PKI,)), critical=False)
        builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
        if issuer:
            builder = builder.add_extension(_points_at(self._crl_url(issuer)), critical=False)
        for extension, critical in extensions:
            builder = builder.add_extension(extension, critical=critical)
        certificate = builder.sign((above.key if above else key), hashes.SHA256())
        made = Credential(certificate, key, issuer or name, above.chain if above else ())
        self._cas[name] = made
        return made

    def issue(self, wanted: Wanted, issuer: str | None = None) -> Credential:
        """A certificate as wanted, with its key; from the profile's own CA unless another is named.

        The key belongs to common name, organisation, kind and use: who is issued a second certificate keeps the key.
        """
        name = issuer or _ISSUERS[wanted.profile]
        above = self._cas[name]
        use = "encryption" if wanted.encryption_only else "signing"
        key = key_for(f"{self._label}/{wanted.common_name}/{wanted.organisation}/{use}", wanted.key)
        not_before = wanted.not_before or self._at - timedelta(minutes=1)
        not_after = wanted.not_after or not_before + certificate_profiles.lifetime(wanted.profile)
        builder = self._started(certificate_profiles.subject(wanted), above.certificate.subject, key, above)
        builder = builder.not_valid_before(not_before).not_valid_after(not_after)
        chosen = {each.oid: (each, critical) for each, critical in certificate_profiles.extensions(wanted)}
        chosen |= {each.oid: (each, False) for each in self._pointers(wanted, name, key)}
        chosen |= {each.oid: (each, critical) for each, critical in wanted.extensions}
        for extension, critical in chosen.values():
            builder = builder.add_extension(extension, critical=critical)
        return Credential(builder.sign(above.key, hashes.SHA256()), key, name, above.chain)

    def _started(
        self, subject: x509.Name, issuer: x509.Name, key: PrivateKey, above: Credential | None
    ) -> x509.CertificateBuilder:
        builder = x509.CertificateBuilder(issuer, subject, key.public_key(), x509.random_serial_number())
        identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key((above.key if above else key).public_key())
        return builder.add_extension(identifier, critical=False)

    def _pointers(self, wanted: Wanted, issuer: str, key: PrivateKey) -> Iterator[x509.ExtensionType]:
        yield x509.SubjectKeyIdentifier.from_public_key(key.public_key())
        if wanted.names_crl:
            yield _points_at(self._crl_url(issuer))
        access = [_access(AuthorityInformationAccessOID.CA_ISSUERS, f"{self._base_url}/{issuer}.crt")]
        if wanted.ocsp_url:
            access.append(_access(AuthorityInformationAccessOID.OCSP, wanted.ocsp_url))
        yield x509.AuthorityInformationAccess(access)

    def revoke(self, credential: Credential, at: datetime | None = None) -> None:
        """From its next CRL on, the issuer lists this certificate as revoked."""
        serial = credential.certificate.serial_number
        entry = x509.RevokedCertificateBuilder(serial, (at or self._at).replace(microsecond=0)).build()
        self._revoked.setdefault(credential.issuer, {})[serial] = entry

    def crl(
        self,
        name: str,
        this_update: datetime | None = None,
        next_update: datetime | None = None,
        *,
        number: int | None = None,
        signed_by: PrivateKey | None = None,
    ) -> bytes:
        """The CRL of this CA as of now, DER: good for a day unless told otherwise; its number grows with each."""
        ca = self._cas[name]
        this_update = (this_update or self._at).replace(microsecond=0)
        builder = x509.CertificateRevocationListBuilder(
            ca.certificate.subject, this_update, next_update or this_update + timedelta(days=1)
        )
        identifier = x509.AuthorityKeyIdentifier.from_issuer_public_key(ca.key.public_key())
        builder = builder.add_extension(identifier, critical=False)
        builder = builder.add_extension(x509.CRLNumber(number or next(self._crl_numbers)), critical=False)
        for entry in self._revoked.get(name, {}).values():
            builder = builder.add_revoked_certificate(entry)
        return builder.sign(signed_by or ca.key, hashes.SHA256()).public_bytes(Encoding.DER)


def _ca_name(common_name: str) -> x509.Name:
    return x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "IN"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Pravesh Test, of no legal worth"),
            x509.NameAttribute(NameOID.COMMON_NAME, common_name),
        ]
    )


def _points_at(url: str) -> x509.CRLDistributionPoints:
    return x509.CRLDistributionPoints([x509.DistributionPoint([x509.UniformResourceIdentifier(url)], None, None, None)])


def _access(method: x509.ObjectIdentifier, url: str) -> x509.AccessDescription:
    return x509.AccessDescription(method, x509.UniformResourceIdentifier(url))


def at_noon() -> datetime:
    """A fixed instant for tests."""
    return datetime(2026, 11, 20, 6, 30, tzinfo=UTC)
