"""Signatures as good tools make them, and as nobody should: each refused one with its aspect and reason.

`test_attacks` judges them; `test_openssl` lets `openssl cms` have a look at the same bytes.
"""

from __future__ import annotations

import base64
from collections.abc import Callable
from datetime import timedelta

from asn1crypto import core
from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID

from chalicelib.domain.signatures.report import Aspect, Reason
from infra.local.certificate_profiles import CLASS_1, CLASS_2, Profile
from infra.local.cms_signing import As, attribute, in_ber_order, sign, signing_certificate_v2
from tests.domain.signatures import doctored
from tests.domain.signatures.signing_world import NOW, authority, ekyc, signed, zeenat

INTACT, SIGNER, CHAIN, POLICY = Aspect.INTACT, Aspect.SIGNER, Aspect.CHAIN, Aspect.POLICY
Made = Callable[[], bytes]

GOOD: dict[str, Made] = {
    "RSA, SHA-256": signed,
    "RSA, SHA-384": lambda: signed(As(digest="sha384")),
    "RSA, SHA-512": lambda: signed(As(digest="sha512")),
    "RSA 3072": lambda: signed(by=doctored.issued(key="rsa3072")),
    "RSA named by its key alone": lambda: signed(As(change=doctored.named_by_the_key_alone)),
    "PSS, SHA-256": lambda: signed(As(is_pss=True)),
    "PSS, SHA-512, the longest salt": lambda: signed(As(is_pss=True, digest="sha512", salt_length=190)),
    "P-256": lambda: signed(by=doctored.issued(key="p256")),
    "P-384, SHA-384": lambda: signed(As(digest="sha384"), by=doctored.issued(key="p384")),
    "P-521, SHA-512": lambda: signed(As(digest="sha512"), by=doctored.issued(key="p521")),
    "P-256 with NULL parameters, as C-DAC's": lambda: signed(As(null_parameters=True), by=doctored.issued(key="p256")),
    "an organisation's": lambda: signed(by=doctored.issued(profile=Profile.ORGANISATION, organisation="Zenith Spices")),
    "one that names an IEC": lambda: signed(by=doctored.issued(profile=Profile.IEC, iec="0388012345")),
    "e-KYC with C=India": lambda: signed(by=ekyc()),
    "no signingCertificate": lambda: signed(As(signing_certificate_v2=False)),
    "by key identifier": lambda: signed(As(by_key_identifier=True)),
    "the signer's certificate alone": lambda: signed(As(certificates=(zeenat().der,))),
    "the root as well": lambda: signed(As(certificates=zeenat().chain)),
    "algorithms protected": lambda: signed(As(attributes=doctored.algorithm_protection)),
    "an attribute that we do not know": lambda: signed(
        As(attributes=lambda found: [*found, attribute("1.2.3.4.5", core.UTF8String("whatever"))])
    ),
    "a frame with indefinite lengths": lambda: doctored.in_a_ber_frame(signed()),
}


BAD: dict[str, tuple[Made, Aspect, Reason]] = {
    "nothing": (lambda: b"", INTACT, Reason.UNREADABLE),
    "no ASN.1": (lambda: b"0123456789", INTACT, Reason.UNREADABLE),
    "no base64": (lambda: b"this is my signature", INTACT, Reason.UNREADABLE),
    "cut off": (lambda: signed()[:-1], INTACT, Reason.UNREADABLE),
    "a byte behind": (lambda: signed() + b"\0", INTACT, Reason.TRAILING_BYTES),
    "two in one file": (lambda: signed() + signed(), INTACT, Reason.TRAILING_BYTES),
    "too large": (lambda: signed() + bytes(64 * 1024), INTACT, Reason.TOO_LARGE),
    "too large as base64": (lambda: base64.b64encode(b"0" + bytes(64 * 1024)), INTACT, Reason.TOO_LARGE),
    "a certificate": (lambda: zeenat().der, INTACT, Reason.UNREADABLE),
    "enveloped data": (lambda: doctored.as_type("1.2.840.113549.1.7.3"), INTACT, Reason.NOT_SIGNED_DATA),
    "the document inside": (lambda: signed(As(change=doctored.encapsulated)), INTACT, Reason.NOT_DETACHED),
    "content of another type": (
        lambda: signed(As(change=doctored.of_another_content_type)),
        INTACT,
        Reason.CONTENT_TYPE_WRONG,
    ),
    "no signer": (lambda: signed(As(change=doctored.no_signer)), INTACT, Reason.NO_SIGNER),
    "two signers": (lambda: signed(As(change=doctored.two_signers)), INTACT, Reason.SEVERAL_SIGNERS),
    "eleven certificates": (doctored.many_certificates, INTACT, Reason.TOO_MANY_CERTIFICATES),
    "no signed attributes": (doctored.without_signed_attributes, INTACT, Reason.ATTRIBUTES_MISSING),
    **{
        f"no {kind}": (
            lambda kind=kind: signed(As(attributes=doctored.leaving_out(kind))),  # type: ignore[misc]
            INTACT,
            Reason.ATTRIBUTES_MISSING,
        )
        for kind in ("content_type", "message_digest", "signing_time")
    },
    "message digest twice": (
        lambda: signed(As(attributes=doctored.adding(attribute("message_digest", bytes(32))))),
        INTACT,
        Reason.ATTRIBUTES_DOUBLED,
    ),
    "content type twice": (
        lambda: signed(As(attributes=doctored.adding(attribute("content_type", "data")))),
        INTACT,
        Reason.ATTRIBUTES_DOUBLED,
    ),
    "two values of message digest": (
        lambda: signed(As(attributes=doctored.replacing(attribute("message_digest", bytes(32), bytes(31))))),
        INTACT,
        Reason.ATTRIBUTES_DOUBLED,
    ),
    "no value of message digest": (
        lambda: signed(As(attributes=doctored.replacing(attribute("message_digest")))),
        INTACT,
        Reason.ATTRIBUTES_MISSING,
    ),
    "a content type that is signed as another": (
        lambda: signed(As(attributes=doctored.replacing(attribute("content_type", "1.2.840.113549.1.9.16.1.4")))),
        INTACT,
        Reason.CONTENT_TYPE_WRONG,
    ),
    "a signing time that is none": (
        lambda: signed(As(encode=doctored.with_a_signing_time_that_is_none)),
        INTACT,
        Reason.ATTRIBUTES_UNREADABLE,
    ),
    "attributes in BER's order": (lambda: signed(As(encode=in_ber_order)), INTACT, Reason.ATTRIBUTES_UNREADABLE),
    "another document": (lambda: sign(zeenat(), b"another", NOW), INTACT, Reason.ANOTHER_DOCUMENT),
    "a message digest cut short": (
        lambda: signed(As(attributes=doctored.replacing(attribute("message_digest", bytes(16))))),
        INTACT,
        Reason.ANOTHER_DOCUMENT,
    ),
    "SHA-1": (lambda: signed(As(digest="sha1")), INTACT, Reason.ALGORITHM_NOT_ALLOWED),
    "signed with SHA-1": (lambda: signed(As(signature_digest="sha1")), INTACT, Reason.ALGORITHM_NOT_ALLOWED),
    "MD5": (lambda: signed(As(change=doctored.digest_named("md5"))), INTACT, Reason.ALGORITHM_NOT_ALLOWED),
    "one digest for the document, another for the signature": (
        lambda: signed(As(digest="sha512", signature_digest="sha256")),
        INTACT,
        Reason.ALGORITHMS_DIFFER,
    ),
    "a digest that is not announced": (
        lambda: signed(As(change=doctored.announcing("sha512"))),
        INTACT,
        Reason.ALGORITHMS_DIFFER,
    ),
    "algorithms protected that are not those in use": (
        lambda: signed(As(attributes=lambda found: doctored.algorithm_protection(found, "sha512"))),
        INTACT,
        Reason.ALGORITHMS_DIFFER,
    ),
    "PSS by its defaults, which are SHA-1's": (
        lambda: signed(As(change=doctored.PSS_BY_ITS_DEFAULTS)),
        INTACT,
        Reason.ALGORITHM_NOT_ALLOWED,
    ),
    "PSS masked with SHA-1": (
        lambda: signed(As(change=doctored.PSS_MASKED_WITH_SHA_1)),
        INTACT,
        Reason.ALGORITHM_NOT_ALLOWED,
    ),
    "PSS with hardly any salt": (
        lambda: signed(As(is_pss=True, salt_length=8)),
        INTACT,
        Reason.ALGORITHM_NOT_ALLOWED,
    ),
    "RSA 1024": (lambda: signed(by=doctored.issued(key="rsa1024")), INTACT, Reason.KEY_TOO_WEAK),
    "the signature changed": (lambda: signed(As(change=doctored.signature_changed)), INTACT, Reason.SIGNATURE_WRONG),
    "an RSA signature said to be ECDSA": (
        lambda: signed(As(change=doctored.signed_as("sha256_ecdsa"))),
        INTACT,
        Reason.ALGORITHM_NOT_ALLOWED,
    ),
    "no certificates": (lambda: signed(As(certificates=())), SIGNER, Reason.SIGNER_CERTIFICATE_MISSING),
    "only the certificates above": (
        lambda: signed(As(certificates=zeenat().above)),
        SIGNER,
        Reason.SIGNER_CERTIFICATE_MISSING,
    ),
    "a certificate of the same issuer and serial number beside": (
        doctored.doctored_with_the_same_issuer_and_serial,
        SIGNER,
        Reason.SIGNER_CERTIFICATE_AMBIGUOUS,
    ),
    "a certificate of the same key identifier beside": (
        doctored.spoofed_key_identifier,
        SIGNER,
        Reason.SIGNER_CERTIFICATE_AMBIGUOUS,
    ),
    "signingCertificate of somebody else": (
        lambda: signed(As(attributes=doctored.replacing(signing_certificate_v2(doctored.zubin().der)))),
        SIGNER,
        Reason.SIGNING_CERTIFICATE_DIFFERS,
    ),
    "signed an hour ago": (
        lambda: signed(at=NOW - timedelta(hours=1)),
        SIGNER,
        Reason.SIGNED_OUTSIDE_CHALLENGE,
    ),
    "signed in an hour": (lambda: signed(at=NOW + timedelta(hours=1)), SIGNER, Reason.SIGNED_OUTSIDE_CHALLENGE),
    "another root": (doctored.by_another_root, CHAIN, Reason.ISSUER_UNKNOWN),
    "expired": (
        lambda: signed(by=doctored.issued(not_before=NOW - timedelta(days=400), not_after=NOW - timedelta(days=1))),
        CHAIN,
        Reason.CERTIFICATE_EXPIRED,
    ),
    "not yet valid": (
        lambda: signed(by=doctored.issued(not_before=NOW + timedelta(days=1))),
        CHAIN,
        Reason.CERTIFICATE_NOT_YET_VALID,
    ),
    "the encryption twin": (
        lambda: signed(by=doctored.issued(encryption_only=True)),
        POLICY,
        Reason.KEY_USAGE_NOT_SIGNING,
    ),
    "a key usage that is not critical": (
        lambda: signed(by=doctored.issued(extensions=(doctored.usage(is_critical=False),))),
        POLICY,
        Reason.KEY_USAGE_NOT_SIGNING,
    ),
    "for signing in only": (
        lambda: signed(by=doctored.issued(extensions=(doctored.usage(signing_in_only=True),))),
        POLICY,
        Reason.KEY_USAGE_NOT_SIGNING,
    ),
    "for time stamps": (
        lambda: signed(
            by=doctored.issued(extensions=((x509.ExtendedKeyUsage([ExtendedKeyUsageOID.TIME_STAMPING]), True),))
        ),
        POLICY,
        Reason.KEY_USAGE_NOT_SIGNING,
    ),
    "a CA's own": (lambda: signed(by=authority().ca("individual")), POLICY, Reason.KEY_USAGE_NOT_SIGNING),
    "class 1": (lambda: signed(by=doctored.issued(policies=(CLASS_1,))), POLICY, Reason.CLASS_NOT_ACCEPTED),
    "class 2 alone": (lambda: signed(by=doctored.issued(policies=(CLASS_2,))), POLICY, Reason.CLASS_NOT_ACCEPTED),
    "a document signer's": (
        lambda: signed(by=doctored.issued(profile=Profile.DOCUMENT_SIGNER, organisation="Zenith Spices")),
        POLICY,
        Reason.KIND_NOT_ACCEPTED,
    ),
}
