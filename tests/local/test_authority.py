"""The test certifying authority makes what the field has, and what an attacker would."""

from __future__ import annotations

from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest
from asn1crypto import cms
from asn1crypto import x509 as asn1_x509
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.hazmat.primitives.serialization.pkcs12 import load_key_and_certificates
from cryptography.x509.oid import ExtensionOID, NameOID

from infra.local.authority import Authority, Ca, Credential, at_noon
from infra.local.certificate_profiles import CLASS_2, CLASS_3, EKYC_OTP, KeyKind, Profile, Wanted, pan_hash
from infra.local.cms_signing import As, sign

NOW = at_noon()


@pytest.fixture(scope="module")
def authority() -> Authority:
    return Authority(NOW)


def policies_of(credential: Credential) -> set[str]:
    extension = credential.certificate.extensions.get_extension_for_class(x509.CertificatePolicies)
    return {policy.policy_identifier.dotted_string for policy in extension.value}


def test_each_certificate_is_signed_by_the_one_above_up_to_the_root(authority: Authority) -> None:
    for profile in Profile:
        leaf = authority.issue(Wanted(common_name="Zeenat Zaheer", profile=profile, iec="0388012345"))
        chain = [x509.load_der_x509_certificate(der) for der in leaf.chain]
        assert len(chain) == 4
        assert leaf.chain[-1] == authority.root
        for below, above in zip(chain, [*chain[1:], chain[-1]], strict=True):
            below.verify_directly_issued_by(above)


def test_a_dsc_has_the_pans_hash_and_the_class_3_policies(authority: Authority) -> None:
    leaf = authority.issue(Wanted(common_name="Zeenat Zaheer", pan="ZZZPZ9999Z"))
    [serial] = leaf.certificate.subject.get_attributes_for_oid(NameOID.SERIAL_NUMBER)
    assert serial.value == pan_hash("zzzpz9999z") == sha256(b"ZZZPZ9999Z").hexdigest()
    assert policies_of(leaf) == {CLASS_2, CLASS_3}
    usage = leaf.certificate.extensions.get_extension_for_class(x509.KeyUsage)
    assert usage.critical
    assert usage.value.digital_signature
    assert usage.value.content_commitment


def test_an_ekyc_certificate_lives_half_an_hour_and_tells_the_year_of_birth(authority: Authority) -> None:
    leaf = authority.issue(Wanted(common_name="Zeenat Zaheer", profile=Profile.EKYC, key="p256", year_of_birth=1971))
    life = leaf.certificate.not_valid_after_utc - leaf.certificate.not_valid_before_utc
    assert life == timedelta(minutes=30)
    assert policies_of(leaf) == {EKYC_OTP}
    subject = asn1_x509.Certificate.load(leaf.der).subject.native
    assert len(subject["dn_qualifier"]) == 69
    assert subject["dn_qualifier"].startswith("1971F")
    assert len(subject["pseudonym"]) == 32
    assert len(subject["unique_identifier"]) == 72
    assert isinstance(leaf.key, ec.EllipticCurvePrivateKey)


def test_the_country_may_be_spelt_out_as_in_the_field(authority: Authority) -> None:
    leaf = authority.issue(Wanted(common_name="Zeenat Zaheer", profile=Profile.EKYC, c_india=True))
    assert asn1_x509.Certificate.load(leaf.der).subject.native["country_name"] == "India"
    with pytest.warns(UserWarning, match="length must be >= 2"):
        assert leaf.certificate.subject


def test_the_encryption_twin_has_the_same_name_and_another_key(authority: Authority) -> None:
    wanted = {"common_name": "Zeenat Zaheer", "pan": "ZZZPZ9999Z"}
    signing = authority.issue(Wanted(**wanted))  # type: ignore[arg-type]
    twin = authority.issue(Wanted(**wanted, encryption_only=True))  # type: ignore[arg-type]
    assert twin.certificate.subject == signing.certificate.subject
    assert twin.certificate.public_key() != signing.certificate.public_key()
    usage = twin.certificate.extensions.get_extension_for_class(x509.KeyUsage).value
    assert usage.key_encipherment
    assert not usage.digital_signature
    assert twin.certificate.extensions.get_extension_for_oid(ExtensionOID.EXTENDED_KEY_USAGE).critical


def test_a_crl_lists_what_was_revoked_and_grows_in_number(authority: Authority) -> None:
    gone, stays = (authority.issue(Wanted(common_name=name)) for name in ("Zeenat Zaheer", "Zubin Zaveri"))
    before = x509.load_der_x509_crl(authority.crl(Ca.INDIVIDUAL))
    authority.revoke(gone)
    after = x509.load_der_x509_crl(authority.crl(Ca.INDIVIDUAL))
    assert before.get_revoked_certificate_by_serial_number(gone.certificate.serial_number) is None
    assert after.get_revoked_certificate_by_serial_number(gone.certificate.serial_number) is not None
    assert after.get_revoked_certificate_by_serial_number(stays.certificate.serial_number) is None
    public = authority.ca(Ca.INDIVIDUAL).certificate.public_key()
    assert isinstance(public, rsa.RSAPublicKey)
    assert after.is_signature_valid(public)
    numbers = [crl.extensions.get_extension_for_class(x509.CRLNumber).value.crl_number for crl in (before, after)]
    assert numbers[1] > numbers[0]
    points = gone.certificate.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    [[name]] = [point.full_name or [] for point in points]
    assert name.value == authority.crl_urls[Ca.INDIVIDUAL]


def test_two_authorities_share_names_of_people_and_nothing_else(authority: Authority) -> None:
    other = Authority(NOW, label="Another Test")
    mine, theirs = (each.issue(Wanted(common_name="Zeenat Zaheer")) for each in (authority, other))
    assert authority.root != other.root
    assert mine.certificate.public_key() != theirs.certificate.public_key()
    assert mine.certificate.issuer != theirs.certificate.issuer


def test_a_kept_authority_is_the_same_after_a_restart(tmp_path: Path) -> None:
    first = Authority.kept(tmp_path / "authority", NOW)
    second = Authority.kept(tmp_path / "authority", NOW + timedelta(days=3))
    assert second.root == first.root
    assert second.intermediates == first.intermediates
    leaf = second.issue(Wanted(common_name="Zeenat Zaheer"))
    leaf.certificate.verify_directly_issued_by(first.ca(Ca.INDIVIDUAL).certificate)
    assert (tmp_path / "authority" / "root.key").stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("key", ["rsa", "rsa3072", "p256", "p384", "p521"])
def test_a_signature_is_detached_and_by_one_signer(authority: Authority, key: KeyKind) -> None:
    leaf = authority.issue(Wanted(common_name="Zeenat Zaheer", key=key))
    signature = sign(leaf, b"what is signed", NOW, As(digest="sha384"))
    data = cms.ContentInfo.load(signature)["content"]
    assert data["encap_content_info"]["content"].native is None
    [signer] = data["signer_infos"]
    assert signer["digest_algorithm"]["algorithm"].native == "sha384"
    kinds = {attribute["type"].native for attribute in signer["signed_attrs"]}
    assert kinds == {"content_type", "signing_time", "message_digest", "signing_certificate_v2"}


def test_a_tool_can_take_certificate_and_key(authority: Authority) -> None:
    leaf = authority.issue(Wanted(common_name="Zeenat Zaheer"))
    key, certificate, above = load_key_and_certificates(leaf.pkcs12("pravesh"), b"pravesh")
    assert certificate == leaf.certificate
    assert key is not None
    assert tuple(each.public_bytes(Encoding.DER) for each in above) == leaf.above
