"""Whole signatures, from their bytes to the report: what the authorities above the signer did, or failed to do."""

from __future__ import annotations

from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.x509.oid import ObjectIdentifier

from chalicelib.domain.signatures.paths import Paths
from chalicelib.domain.signatures.report import Outcome, Reason
from chalicelib.domain.signatures.signers import Validated
from chalicelib.domain.signatures.trust import Trust
from chalicelib.domain.signatures.validation import Validator
from infra.local.authority import Authority, Ca, Credential
from infra.local.certificate_profiles import Wanted, accepting_policy
from infra.local.cms_signing import As, sign
from tests.domain.signatures.revocation_world import Watched
from tests.domain.signatures.signing_world import DOCUMENT, NOW, ZEENAT, demand, refusal

UNKNOWN_CRITICAL = (x509.UnrecognizedExtension(ObjectIdentifier("1.2.3.4.5"), b"\x05\x00"), True)


@pytest.fixture
def watched() -> Watched:
    made = Watched()
    made.refresh()
    return made


def judged(watched: Watched, credential: Credential) -> Validated:
    """The report, the same whether or not chains of issuers are remembered; proofs may be told in another order."""
    asked = demand(not_before=watched.now, not_after=watched.now)
    signature = sign(credential, DOCUMENT, watched.now)
    plain = Paths(watched.trust, watched.revocation, remembers=False)
    found = [
        Validator(paths, accepting_policy()).dsc(signature, DOCUMENT, asked, watched.now)
        for paths in (watched.paths, watched.paths, plain)
    ]
    assert found[0].report == found[1].report == found[2].report
    assert found[0].chain == found[1].chain == found[2].chain
    return found[0]


def test_a_signature_by_a_certificate_that_nobody_revoked_is_accepted_with_its_proofs(watched: Watched) -> None:
    credential = watched.authority.issue(ZEENAT)
    validated = judged(watched, credential)
    assert validated.report.outcome is Outcome.ACCEPTED
    assert validated.chain == credential.chain
    assert {proof.source_id for proof in validated.proofs} == {Ca.ROOT, Ca.LICENSED, Ca.INDIVIDUAL}


def test_a_revoked_certificate_is_refused_as_soon_as_the_crl_says_so(watched: Watched) -> None:
    credential = watched.authority.issue(ZEENAT)
    watched.authority.revoke(credential)
    assert judged(watched, credential).report.outcome is Outcome.ACCEPTED
    watched.pass_time(timedelta(hours=1))
    watched.refresh()
    assert refusal(judged(watched, credential)) == ("revocation", Reason.REVOKED)


@pytest.mark.parametrize("ca", [Ca.INDIVIDUAL, Ca.LICENSED])
def test_a_revoked_issuer_takes_its_certificates_along(watched: Watched, ca: Ca) -> None:
    credential = watched.authority.issue(ZEENAT)
    assert judged(watched, credential).report.outcome is Outcome.ACCEPTED
    watched.authority.revoke(watched.authority.ca(ca))
    watched.pass_time(timedelta(hours=1))
    watched.refresh()
    assert refusal(judged(watched, credential)) == ("revocation", Reason.ISSUER_REVOKED)


@pytest.mark.parametrize("ca", [Ca.INDIVIDUAL, Ca.LICENSED, Ca.ROOT])
def test_a_stale_crl_says_nothing_and_the_signature_waits(watched: Watched, ca: Ca) -> None:
    credential = watched.authority.issue(ZEENAT)
    watched.serve(ca, None)
    watched.pass_time(timedelta(days=2))
    watched.refresh()
    validated = judged(watched, credential)
    assert refusal(validated) == ("revocation", Reason.REVOCATION_UNKNOWN)
    assert validated.report.outcome is Outcome.WAITS


def test_without_any_crl_nothing_passes() -> None:
    watched = Watched()
    validated = judged(watched, watched.authority.issue(ZEENAT))
    assert validated.report.outcome is Outcome.WAITS


def test_a_sub_ca_below_a_sub_ca_breaks_the_path_length(watched: Watched) -> None:
    watched.authority.certify("too deep", Ca.INDIVIDUAL, path_length=0)
    credential = watched.authority.issue(ZEENAT, "too deep")
    assert refusal(judged(watched, credential)) == ("chain", Reason.CHAIN_INVALID)


def test_a_ca_that_may_not_sign_certificates_issues_none(watched: Watched) -> None:
    watched.authority.certify("for signing only", Ca.LICENSED, usage="signing")
    credential = watched.authority.issue(ZEENAT, "for signing only")
    assert refusal(judged(watched, credential)) == ("chain", Reason.CHAIN_INVALID)


def test_what_is_critical_and_not_understood_is_refused(watched: Watched) -> None:
    wanted = Wanted(common_name="Zeenat Zaheer", extensions=(UNKNOWN_CRITICAL,))
    assert refusal(judged(watched, watched.authority.issue(wanted))) == ("chain", Reason.CHAIN_INVALID)
    watched.authority.certify("odd", Ca.LICENSED, extensions=(UNKNOWN_CRITICAL,))
    credential = watched.authority.issue(ZEENAT, "odd")
    assert refusal(judged(watched, credential)) == ("chain", Reason.CHAIN_INVALID)


def test_a_certificate_issues_none(watched: Watched) -> None:
    """A valid certificate in the place of an issuer's: the oldest mistake there is."""
    holder = watched.authority.issue(ZEENAT)
    forged = _issued_by(holder, watched.authority.issue(Wanted(common_name="Zubin Zaveri", pan="ZZZPZ9998Z")))
    assert refusal(judged(watched, forged)) == ("chain", Reason.CHAIN_INVALID)


def _issued_by(issuer: Credential, copied: Credential) -> Credential:
    own = copied.certificate
    builder = x509.CertificateBuilder(
        issuer.certificate.subject,
        own.subject,
        copied.key.public_key(),
        own.serial_number,
        own.not_valid_before_utc,
        own.not_valid_after_utc,
    )
    for extension in own.extensions:
        if not isinstance(extension.value, x509.AuthorityKeyIdentifier):
            builder = builder.add_extension(extension.value, critical=extension.critical)
    above = x509.AuthorityKeyIdentifier.from_issuer_public_key(issuer.key.public_key())
    builder = builder.add_extension(above, critical=False)
    algorithm = own.signature_hash_algorithm
    assert algorithm is not None
    made = builder.sign(issuer.key, algorithm)  # type: ignore[arg-type]
    return Credential(made, copied.key, "zeenat", issuer.chain)


def test_only_the_pinned_root_is_trusted_whatever_comes_along(watched: Watched) -> None:
    other = Authority(NOW, label="Somebody Else's Test")
    nobody = Paths(Trust((other.root,)), watched.revocation)
    credential = watched.authority.issue(ZEENAT)
    signature = sign(credential, DOCUMENT, NOW, As(certificates=credential.chain))
    validated = Validator(nobody, accepting_policy()).dsc(signature, DOCUMENT, demand(), NOW)
    assert refusal(validated) == ("chain", Reason.ISSUER_UNKNOWN)
