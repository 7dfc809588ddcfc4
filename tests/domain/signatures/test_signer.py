"""What a certificate says of its holder, and which may sign."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from chalicelib.adapters import signature_policy as packaged
from chalicelib.domain.signatures import certificates
from chalicelib.domain.signatures.paths import ChainFound
from chalicelib.domain.signatures.policy import SignaturePolicy, signature_policy
from chalicelib.domain.signatures.report import Kind, Outcome, Reason
from chalicelib.domain.signatures.signers import Signer
from chalicelib.domain.signatures.validation import Validator
from infra.local.authority import Credential, key_for
from infra.local.certificate_profiles import (
    CLASS_2,
    CLASS_3,
    EKYC_BIOMETRIC,
    EKYC_OTP,
    Profile,
    Wanted,
    accepting_policy,
    pan_hash,
)
from infra.local.cms_signing import As
from tests.domain.signatures.signing_world import (
    DOCUMENT,
    NOW,
    AskedPaths,
    authority,
    demand,
    ekyc,
    judged,
    refusal,
    signed,
)


def issued(**wanted: object) -> Credential:
    return authority().issue(Wanted(**{"common_name": "Zeenat Zaheer", **wanted}))  # type: ignore[arg-type]


def signer(credential: Credential, policy: SignaturePolicy | None = None) -> Signer:
    return (policy or accepting_policy()).signer(certificates.read(credential.der))


@pytest.mark.parametrize("organisation", ["Personal", "PERSONAL", " personal ", "-", " "])
def test_a_personal_blank_or_absent_organisation_is_an_individual(organisation: str) -> None:
    found = signer(issued(organisation=organisation))
    assert found.kind is Kind.INDIVIDUAL
    assert found.organisation == found.shown.organisation == ""


def test_a_named_organisation_is_an_organisation() -> None:
    found = signer(issued(profile=Profile.ORGANISATION, organisation="Zenith Spices Private Limited"))
    assert (found.kind, found.organisation) == (Kind.ORGANISATION, "Zenith Spices Private Limited")


@pytest.mark.parametrize("case", [str.lower, str.upper])
def test_the_pans_hash_is_read_in_either_case(case: object) -> None:
    assert callable(case)
    digest = pan_hash("ZZZPZ9999Z")
    assert signer(issued(subject_serial=case(digest))).pan_hash == digest


@pytest.mark.parametrize("serial", ["", "ZZZPZ9999Z", "1234567890", "0" * 63, "g" * 64])
def test_another_number_in_its_place_is_no_pan(serial: str) -> None:
    assert signer(issued(subject_serial=serial)).pan_hash is None


def test_an_ekyc_certificate_tells_the_year_of_birth_and_no_other_does() -> None:
    found = signer(ekyc())
    assert (found.kind, found.year_of_birth, found.common_name) == (Kind.EKYC, 1971, "Zeenat Zaheer")
    assert signer(issued(profile=Profile.EKYC, policies=(CLASS_3,))).year_of_birth is None


def test_a_five_letter_country_neither_warns_nor_fails() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert signer(ekyc()).kind is Kind.EKYC


def test_an_iec_is_read_where_the_policy_says_and_nowhere_else() -> None:
    credential = issued(profile=Profile.IEC, organisation="Zenith Spices", iec="0388012345")
    found = signer(credential)
    assert (found.kind, found.iec) == (Kind.IEC, "0388012345")
    # Nobody has told where a licensed CA writes it: as packaged, an OU is what its holder asked for.
    unread = signer(credential, packaged.configured())
    assert (unread.kind, unread.iec) == (Kind.ORGANISATION, None)


def test_what_is_no_iec_is_not_read_as_one() -> None:
    assert signer(issued(profile=Profile.IEC, organisation="Zenith Spices", iec="03880")).iec is None


def test_what_is_shown_is_what_the_certificate_says() -> None:
    credential = issued(profile=Profile.ORGANISATION, organisation="Zenith Spices")
    shown = signer(credential).shown
    assert shown.fingerprint == credential.fingerprint
    assert shown.issuer == "Pravesh Test Sub CA for Class 3 Organisation"
    assert int(shown.serial_number, 16) == credential.certificate.serial_number
    assert shown.not_before == credential.certificate.not_valid_before_utc
    assert shown.not_after == credential.certificate.not_valid_after_utc


def test_a_name_is_shown_without_what_would_turn_a_page_around() -> None:
    found = signer(issued(profile=Profile.ORGANISATION, organisation="Zen\u202eith\n\0 क्\u200dष " + "z" * 40))
    assert found.shown.organisation == "Zenith क्\u200dष " + "z" * 40
    assert found.organisation.startswith("Zen\u202eith")


def test_a_certificate_of_nobody_with_a_very_long_name_is_refused_and_hardly_kept() -> None:
    key = key_for("nobody", "p256")
    names = [x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, "x")] * 900
    name = x509.Name([*names, x509.NameAttribute(NameOID.ORGANIZATION_NAME, "y" * 5_000)])
    builder = x509.CertificateBuilder(name, name, key.public_key(), 5, NOW, NOW + timedelta(days=1))
    made = Credential(builder.sign(key, hashes.SHA256()), key, "nobody")
    validated = judged(signed(As(certificates=made.chain), by=made))
    assert refusal(validated)[0] == "chain"
    assert validated.report.signer is not None
    assert len(validated.report.signer.organisation) == 128


def test_nothing_personal_is_told_in_a_log() -> None:
    found = signer(issued(pan="ZZZPZ9999Z"))
    for text in (repr(found), repr(found.shown), repr(certificates.read(ekyc().der))):
        assert "Zeenat" not in text
        assert pan_hash("ZZZPZ9999Z") not in text


def accepted(credential: Credential, policy: SignaturePolicy, **changes: object) -> bool:
    validator = Validator(AskedPaths(), policy)
    validated = validator.dsc(signed(by=credential), DOCUMENT, demand(**changes), NOW)
    return validated.report.outcome is Outcome.ACCEPTED


def test_class_2_is_a_setting_and_off() -> None:
    old, new = issued(policies=(CLASS_2,)), issued(policies=(CLASS_2, CLASS_3))
    policy = packaged.configured()
    assert (accepted(old, policy), accepted(new, policy)) == (False, True)
    lenient = replace(policy, accepts_class_2=True)
    assert (accepted(old, lenient), accepted(new, lenient)) == (True, True)


@pytest.mark.parametrize("oid", [EKYC_OTP, EKYC_BIOMETRIC])
def test_both_ekyc_policies_are_accepted(oid: str) -> None:
    assert accepted(issued(profile=Profile.EKYC, policies=(oid,)), packaged.configured())


@pytest.mark.parametrize("kind", Kind)
def test_only_the_kinds_that_were_asked_for_sign(kind: Kind) -> None:
    made = {
        Kind.INDIVIDUAL: issued(),
        Kind.ORGANISATION: issued(profile=Profile.ORGANISATION, organisation="Zenith Spices"),
        Kind.IEC: issued(profile=Profile.IEC, organisation="Zenith Spices", iec="0388012345"),
        Kind.EKYC: ekyc(),
    }
    for each, credential in made.items():
        assert accepted(credential, accepting_policy(), kinds=frozenset({kind})) is (each is kind)


def test_a_class_that_no_issuer_vouches_for_is_none() -> None:
    class NoClass(AskedPaths):
        def check(self, leaf: bytes, others: Sequence[bytes], at: datetime, now: datetime) -> ChainFound:
            return replace(super().check(leaf, others, at, now), policies=frozenset())

    validator = Validator(NoClass(), packaged.configured())
    validated = validator.dsc(signed(), DOCUMENT, demand(), NOW)
    assert refusal(validated) == ("policy", Reason.CLASS_NOT_ACCEPTED)


def test_a_certificate_without_purposes_is_for_signing_and_one_for_servers_is_not() -> None:
    for_servers = (x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), False)
    assert accepted(issued(profile=Profile.EKYC), packaged.configured())
    assert not accepted(issued(extensions=(for_servers,)), packaged.configured())


@pytest.mark.parametrize(
    "change",
    [
        {"class_3": "2.16.356.100.2.3"},
        {"class_3": [2]},
        {"accepts_class_2": "no"},
        {"something": []},
        {"iec_places": [{"attribute": "2.5.4.11"}]},
        {"iec_places": [{"attribute": "OU", "form": "IEC (.+)"}]},
        {"iec_places": [{"attribute": "2.5.4.11", "form": "IEC (.+"}]},
        {"iec_places": [{"attribute": "2.5.4.11", "form": "IEC"}]},
    ],
)
def test_a_policy_that_is_not_well_formed_is_not_loaded(change: dict[str, object]) -> None:
    names = ("class_2", "class_3", "ekyc", "not_persons", "signing_purposes", "personal", "iec_places")
    good: dict[str, object] = {name: [] for name in names} | {"accepts_class_2": False}
    assert signature_policy(good)
    with pytest.raises(ValueError, match="signature policy"):
        signature_policy(good | change)
