"""NIST PKITS: every path case and every signed message gets NIST's verdict, from our indexes, remembered or not.

What is not as NIST states it is named here: DSA, which we do not accept.
"""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import lru_cache

import pytest
from asn1crypto import crl, x509
from pyhanko_certvalidator.authority import CertTrustAnchor
from pyhanko_certvalidator.context import ValidationContext
from pyhanko_certvalidator.errors import PathBuildingError, ValidationError
from pyhanko_certvalidator.path import ValidationPath
from pyhanko_certvalidator.policy_decl import PKIXValidationParams
from pyhanko_certvalidator.validate import validate_path

from chalicelib.domain.signatures import certificates, cms
from chalicelib.domain.signatures.certificates import Leaf
from chalicelib.domain.signatures.issuer_signatures import Algorithms
from chalicelib.domain.signatures.paths import ChainFound, Paths
from chalicelib.domain.signatures.policy import SignaturePolicy
from chalicelib.domain.signatures.report import Aspect, Finding, Kind, Reason, Verdict, holds
from chalicelib.domain.signatures.signers import Demand, Signer, Validated
from chalicelib.domain.signatures.trust import PathPolicies, Trust
from chalicelib.domain.signatures.validation import Validator
from infra.local.certificate_profiles import accepting_policy
from infra.local.cms_signing import sha256_of
from tests.domain.signatures import pkits
from tests.domain.signatures.pkits import NOW, Case, Message

DSA = {"4.1.4", "4.1.5"}
DSA_MESSAGES = {
    "SignedValidDSASignaturesTest4",
    "SignedValidDSAParameterInheritanceTest5",
    "SignedInvalidDSASignatureTest6",
}
# CRLs that must not become an index, and why.
REFUSED = {
    "BadCRLIssuerNameCACRL": "issuer_unknown",
    "BadCRLSignatureCACRL": "unreadable",
    "OldCRLnextUpdateCACRL": "stale",
    "UnknownCRLEntryExtensionCACRL": "unknown_extension",
    "UnknownCRLExtensionCACRL": "unknown_extension",
    "keyUsageCriticalcRLSignFalseCACRL": "issuer_unknown",
    "keyUsageNotCriticalcRLSignFalseCACRL": "issuer_unknown",
    "DSACACRL": "wrong_signature",
}


def is_good(found: ChainFound) -> bool:
    return {found.chain_finding.verdict, found.revocation_finding.verdict} == {Verdict.HOLDS}


def test_the_suite_is_whole() -> None:
    cases = pkits.cases()
    assert len(cases) == 246
    assert len({case.number for case in cases}) == 246
    assert {case.number for case in cases if case.number in DSA and case.is_valid} == DSA
    assert len(pkits.messages()) == 224


def test_crls_that_are_none_to_go_by_become_no_index() -> None:
    revocation, refused = pkits.revocation()
    assert REFUSED.items() <= refused.items()
    assert len(revocation.sources) == 171


@pytest.mark.parametrize("case", pkits.cases(), ids=lambda case: case.number)
def test_each_case_gets_nists_verdict(case: Case) -> None:
    expected = case.is_valid and case.number not in DSA
    leaf = pkits.certificate(case.leaf)
    plain = pkits.paths_of(case, remembers=False).check(leaf, [], NOW, NOW)
    assert is_good(plain) == expected
    remembering = pkits.paths_of(case, remembers=True)
    first = remembering.check(leaf, [], NOW, NOW)
    again = remembering.check(leaf, [], NOW, NOW)
    assert plain == first
    assert verdicts(plain) == verdicts(again)
    if case.number in DSA:
        assert plain.chain_finding.reason is Reason.CHAIN_INVALID


def verdicts(found: ChainFound) -> tuple[object, ...]:
    return found.chain_finding, found.revocation_finding, found.chain, found.policies, set(found.proofs)


def test_one_container_that_has_seen_all_cases_says_the_same_of_each() -> None:
    """Under the settings that we use, chains of issuers are remembered from one case to the next."""
    ours = [case for case in pkits.cases() if case.policies == PathPolicies()]
    root = pkits.certificate("TrustAnchorRootCertificate")
    shared = Paths(Trust((root,)), pkits.revocation()[0])
    for _ in range(2):
        for case in ours:
            found = shared.check(pkits.certificate(case.leaf), pkits.others(case), NOW, NOW)
            assert is_good(found) == (case.is_valid and case.number not in DSA), case.number
    assert len(ours) > 200
    assert shared.remembered > 20


@lru_cache
def _crls() -> dict[str, list[bytes]]:
    """The suite's CRLs by their issuer's name."""
    found: dict[str, list[bytes]] = {}
    for file in sorted((pkits.DATA / "crls").glob("*.crl")):
        content = file.read_bytes()
        found.setdefault(crl.CertificateList.load(content).issuer.hashable, []).append(content)
    return found


@pytest.mark.parametrize("case", pkits.cases(), ids=lambda case: case.number)
def test_certvalidators_own_verdict_by_the_crls_is_the_same(case: Case) -> None:
    # In a thread of its own: it begins an event loop, and a browser's may be running in this one.
    with ThreadPoolExecutor(1) as thread:
        verdict = thread.submit(_by_certvalidator, case).result()
    assert verdict == (case.is_valid and case.number not in DSA)


def _by_certvalidator(case: Case) -> bool:
    """What pyhanko-certvalidator says of a case by itself, from the CRLs of those whose certificates are in it."""
    root = x509.Certificate.load(pkits.certificate("TrustAnchorRootCertificate"))
    others = [x509.Certificate.load(pkits.certificate(name)) for name in case.others]
    names = {each.subject.hashable for each in others}
    context = ValidationContext(
        trust_roots=[root],
        other_certs=others,
        crls=[content for issuer in {root.subject.hashable, *names} for content in _crls().get(issuer, ())],
        moment=NOW,
        revocation_mode="require",
        algorithm_usage_policy=Algorithms(),
        time_tolerance=timedelta(0),
    )
    wanted = PKIXValidationParams(
        user_initial_policy_set=case.policies.initial_set,
        initial_policy_mapping_inhibit=case.policies.inhibit_mapping,
        initial_explicit_policy=case.policies.explicit,
        initial_any_policy_inhibit=case.policies.inhibit_any,
    )
    leaf = x509.Certificate.load(pkits.certificate(case.leaf))
    try:
        built = context.path_builder.build_paths(leaf)
    except PathBuildingError:
        return False
    return any(_is_path(context, path, wanted) for path in built)


def _is_path(context: ValidationContext, path: ValidationPath, wanted: PKIXValidationParams) -> bool:
    assert isinstance(path.trust_anchor, CertTrustAnchor)
    try:
        validate_path(context, path, wanted)
    except ValidationError:
        return False
    return True


class AnySigner:
    """`validation.JudgesSigners` that demands nothing: the suite's certificates are of no class of India's."""

    def __init__(self) -> None:
        self._policy: SignaturePolicy = accepting_policy()

    def signer(self, leaf: Leaf) -> Signer:
        return self._policy.signer(leaf)

    def judged(self, leaf: Leaf, signer: Signer, policies: frozenset[str], kinds: frozenset[Kind]) -> Finding:
        return holds(Aspect.POLICY)


def _validated(message: Message, policies: PathPolicies, content: bytes, *, remembers: bool) -> Validated:
    trust = Trust((pkits.certificate("TrustAnchorRootCertificate"),), path_policies=policies)
    validator = Validator(Paths(trust, pkits.revocation()[0], remembers=remembers), AnySigner())
    demand = Demand(
        document_sha256=sha256_of(content),
        not_before=datetime(2010, 1, 1, tzinfo=UTC),
        not_after=datetime(2030, 1, 1, tzinfo=UTC),
        kinds=frozenset(Kind),
        bind=lambda signer: holds(Aspect.BINDING),
    )
    validator.dsc(message.signature, content, demand, NOW)
    return validator.dsc(message.signature, content, demand, NOW)


@pytest.mark.parametrize("message", pkits.messages(), ids=lambda message: message.name)
def test_each_signed_message_gets_nists_verdict(message: Message) -> None:
    if message.name in DSA_MESSAGES:
        report = _validated(message, PathPolicies(), message.content, remembers=True).report
        assert report.decisive is not None
        assert report.decisive.reason is Reason.ALGORITHM_NOT_ALLOWED
        return
    leaf = certificates.of_signer(cms.read(message.signature))
    wanted = pkits.expected(message, leaf)
    assert wanted
    for policies, is_valid in wanted:
        for remembers in (True, False):
            report = _validated(message, policies, message.content, remembers=remembers).report
            assert (report.decisive is None) == is_valid, report.findings
    altered = _validated(message, wanted[0][0], message.content + b" ", remembers=True).report
    assert altered.decisive is not None
    assert altered.decisive.reason is Reason.ANOTHER_DOCUMENT
