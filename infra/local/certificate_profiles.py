"""What the test authority writes into a certificate of each profile: subject, extensions, how long it lives.

As Indian certificates have been seen to look (docs/sources.md): OIDs under 2.16.356.100, the PAN's hash as
serialNumber, the quirks of e-KYC certificates. All people and numbers are made up.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from hashlib import sha256
from typing import Final, Literal

from cryptography import x509
from cryptography.x509.name import _ASN1Type
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID, ObjectIdentifier

from chalicelib.adapters import signature_policy
from chalicelib.domain.signatures.der import oid
from chalicelib.domain.signatures.policy import IecPlace, SignaturePolicy

INDIA_PKI: Final = "2.16.356.100.2"
CLASS_1: Final = f"{INDIA_PKI}.1"
CLASS_2: Final = f"{INDIA_PKI}.2"
CLASS_3: Final = f"{INDIA_PKI}.3"
EKYC_OTP: Final = f"{INDIA_PKI}.4.1"
EKYC_BIOMETRIC: Final = f"{INDIA_PKI}.4.2"
DOCUMENT_SIGNER: Final = "2.16.356.100.10.1"

_TITLE = ObjectIdentifier("2.5.4.12")
_MICROSOFT_DOCUMENT_SIGNING = ObjectIdentifier("1.3.6.1.4.1.311.10.3.12")
_ENCRYPTING_FILE_SYSTEM = ObjectIdentifier("1.3.6.1.4.1.311.10.3.4")
_ADOBE = ObjectIdentifier("1.2.840.113583.1.1.5")

# Where this authority writes an IEC; where the licensed CAs do, nobody has told yet.
_IEC_PLACE = IecPlace(oid("2.5.4.11"), re.compile(r"IEC (\S+)"))

KeyKind = Literal["rsa", "rsa1024", "rsa3072", "p256", "p384", "p521"]
Usage = Literal["signing", "encryption", "certificates"]


class Profile(StrEnum):
    """What kind of certificate is wanted."""

    INDIVIDUAL = "individual"
    ORGANISATION = "organisation"
    # An organisation's that names an IEC in OU: `accepting_policy` reads it there.
    IEC = "iec"
    EKYC = "ekyc"
    DOCUMENT_SIGNER = "document_signer"


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A certificate that somebody asks the test authority for. Times are aware UTC; None takes the profile's own.

    `pan` is hashed into the subject's serialNumber; `subject_serial` stands there instead where it is given.
    `extensions` come on top of the others, each with whether it is critical, or in place of the one of the same OID.
    `organisation` "-" leaves O out.
    """

    common_name: str
    profile: Profile = Profile.INDIVIDUAL
    organisation: str = ""
    pan: str = ""
    subject_serial: str = ""
    iec: str = ""
    email: str = ""
    not_before: datetime | None = None
    not_after: datetime | None = None
    key: KeyKind = "rsa"
    encryption_only: bool = False
    c_india: bool = False
    year_of_birth: int = 1980
    gender: Literal["F", "M", "T"] = "F"
    policies: tuple[str, ...] | None = None
    names_crl: bool = True
    ocsp_url: str = ""
    extensions: tuple[tuple[x509.ExtensionType, bool], ...] = field(default=())


def accepting_policy() -> SignaturePolicy:
    """The packaged signature policy, which knows besides where this authority writes an IEC."""
    return replace(signature_policy.configured(), iec_places=(_IEC_PLACE,))


def lifetime(profile: Profile) -> timedelta:
    """How long a certificate of this profile is good for."""
    return timedelta(minutes=30) if profile is Profile.EKYC else timedelta(days=730)


def pan_hash(pan: str) -> str:
    """The subject's serialNumber: SHA-256 of the PAN, hex."""
    return sha256(pan.upper().encode("ascii")).hexdigest()


def key_usage(usage: Usage) -> x509.KeyUsage:
    """What the key may be used for."""
    return x509.KeyUsage(
        digital_signature=usage == "signing",
        content_commitment=usage == "signing",
        key_encipherment=usage == "encryption",
        data_encipherment=False,
        key_agreement=False,
        key_cert_sign=usage == "certificates",
        crl_sign=usage == "certificates",
        encipher_only=False,
        decipher_only=False,
    )


def policies(oids: tuple[str, ...]) -> x509.CertificatePolicies:
    """The certificatePolicies extension with these OIDs."""
    return x509.CertificatePolicies([x509.PolicyInformation(ObjectIdentifier(oid), None) for oid in oids])


def subject(wanted: Wanted) -> x509.Name:
    """The subject as the profile has it."""
    return x509.Name(list(_ekyc_subject(wanted) if wanted.profile is Profile.EKYC else _dsc_subject(wanted)))


def _country(wanted: Wanted) -> x509.NameAttribute[str]:
    country = x509.NameAttribute(NameOID.COUNTRY_NAME, "IN")
    if wanted.c_india:
        # Five letters where two belong, as seen in the field: pyca makes none without a warning.
        country._value = "India"
    return country


def _dsc_subject(wanted: Wanted) -> Iterator[x509.NameAttribute[str | bytes]]:
    yield _country(wanted)
    # "-" stands for no O at all.
    if wanted.organisation != "-":
        organisation = wanted.organisation or ("Personal" if wanted.profile is Profile.INDIVIDUAL else "Pravesh Test")
        yield x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation)
    if wanted.profile is Profile.IEC:
        yield x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, f"IEC {wanted.iec}")
    yield x509.NameAttribute(NameOID.POSTAL_CODE, "600001")
    yield x509.NameAttribute(NameOID.STATE_OR_PROVINCE_NAME, "Tamil Nadu")
    serial = wanted.subject_serial or (pan_hash(wanted.pan) if wanted.pan else "")
    if serial:
        yield x509.NameAttribute(NameOID.SERIAL_NUMBER, serial)
    yield x509.NameAttribute(NameOID.COMMON_NAME, wanted.common_name)


def _ekyc_subject(wanted: Wanted) -> Iterator[x509.NameAttribute[str | bytes]]:
    made_up = sha256(wanted.common_name.encode()).hexdigest()
    yield _country(wanted)
    if wanted.organisation != "-":
        yield x509.NameAttribute(NameOID.ORGANIZATION_NAME, wanted.organisation or "Personal")
    yield x509.NameAttribute(NameOID.POSTAL_CODE, "600001")
    yield x509.NameAttribute(NameOID.STATE_OR_PROVINCE_NAME, "Tamil Nadu")
    yield x509.NameAttribute(_TITLE, str(int(made_up[:4], 16) % 10_000).zfill(4))
    yield x509.NameAttribute(NameOID.PSEUDONYM, made_up[:32])
    token = f"01990101{made_up}".encode("ascii")
    # A bit string: the first byte says that no bits of the last are unused.
    yield x509.NameAttribute(NameOID.X500_UNIQUE_IDENTIFIER, b"\x00" + token, _ASN1Type.BitString)
    yield x509.NameAttribute(NameOID.DN_QUALIFIER, f"{wanted.year_of_birth:04}{wanted.gender}{made_up}")
    if wanted.subject_serial:
        yield x509.NameAttribute(NameOID.SERIAL_NUMBER, wanted.subject_serial)
    yield x509.NameAttribute(NameOID.COMMON_NAME, wanted.common_name)


def extensions(wanted: Wanted) -> Iterator[tuple[x509.ExtensionType, bool]]:
    """The profile's extensions, each with whether it is critical; keys and addresses are the CA's to add."""
    yield x509.BasicConstraints(ca=False, path_length=None), True
    yield key_usage("encryption" if wanted.encryption_only else "signing"), True
    yield policies(wanted.policies if wanted.policies is not None else _profile_policies(wanted.profile)), False
    if wanted.encryption_only:
        yield x509.ExtendedKeyUsage([_ENCRYPTING_FILE_SYSTEM]), True
    elif wanted.profile is not Profile.EKYC:
        yield x509.ExtendedKeyUsage(_SIGNING_PURPOSES), False
    if wanted.email:
        yield x509.SubjectAlternativeName([x509.RFC822Name(wanted.email)]), False


_SIGNING_PURPOSES = [
    ExtendedKeyUsageOID.SMARTCARD_LOGON,
    ExtendedKeyUsageOID.EMAIL_PROTECTION,
    ExtendedKeyUsageOID.CLIENT_AUTH,
    _MICROSOFT_DOCUMENT_SIGNING,
    _ADOBE,
]


def _profile_policies(profile: Profile) -> tuple[str, ...]:
    if profile is Profile.EKYC:
        return (EKYC_OTP,)
    if profile is Profile.DOCUMENT_SIGNER:
        return (DOCUMENT_SIGNER,)
    return (CLASS_2, CLASS_3)
