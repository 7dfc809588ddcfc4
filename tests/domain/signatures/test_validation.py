"""The order of a validation, the times it judges by, and what it hands back."""

from __future__ import annotations

from datetime import timedelta

import pytest

from chalicelib.domain.signatures.report import Aspect, Kind, Outcome, Reason, Verdict, fails
from chalicelib.domain.signatures.signers import Signer, Validated
from chalicelib.domain.signatures.validation import SKEW, Validator
from infra.local.certificate_profiles import Profile, Wanted, accepting_policy
from infra.local.cms_signing import As, sha256_of
from tests.domain.signatures.signing_world import (
    DOCUMENT,
    NOW,
    UNKNOWN,
    AskedPaths,
    authority,
    demand,
    ekyc,
    judged,
    refusal,
    signed,
    validator,
    zeenat,
)


def verdicts(validated: Validated) -> list[str]:
    return [finding.verdict.value for finding in validated.report.findings]


def test_a_good_signature_comes_back_with_all_that_is_kept() -> None:
    validated = judged(signed())
    assert verdicts(validated) == ["holds"] * 6
    assert validated.chain == zeenat().chain
    assert validated.report.signer is not None
    assert validated.report.signer.kind is Kind.INDIVIDUAL
    assert validated.report.document_sha256 == sha256_of(DOCUMENT).hex()
    assert validated.report.checked_at == NOW


def test_revocation_that_is_unknown_waits_and_the_binding_is_judged_all_the_same() -> None:
    validated = validator(revocation=UNKNOWN).dsc(signed(), DOCUMENT, demand(), NOW)
    assert verdicts(validated) == ["holds"] * 4 + ["unknown", "holds"]
    assert validated.report.outcome is Outcome.WAITS


def test_another_persons_certificate_is_refused_at_once_although_revocation_is_unknown() -> None:
    def nobody(signer: Signer) -> object:
        del signer
        return fails(Aspect.BINDING, Reason.NOT_OF_THIS_IEC)

    validated = validator(revocation=UNKNOWN).dsc(signed(), DOCUMENT, demand(bind=nobody), NOW)
    assert refusal(validated) == ("binding", "not_of_this_iec")
    assert validated.report.outcome is Outcome.REFUSED


@pytest.mark.parametrize("reason", [Reason.REVOKED, Reason.ISSUER_REVOKED])
def test_a_revoked_certificate_is_not_asked_whose_it_is(reason: Reason) -> None:
    asked: list[Signer] = []
    revoked = validator(revocation=fails(Aspect.REVOCATION, reason))
    validated = revoked.dsc(signed(), DOCUMENT, demand(bind=asked.append), NOW)
    assert refusal(validated) == ("revocation", reason)
    assert asked == []


def test_whoever_sends_anothers_certificate_without_its_key_is_not_told_about_it() -> None:
    stolen = signed(As(certificates=(zeenat().der,)), by=authority().issue(Wanted(common_name="Zubin Zaveri")))
    validated = judged(stolen)
    assert refusal(validated) == ("signer", "signer_certificate_missing")
    assert validated.signer is None
    assert validated.report.signer is None


@pytest.mark.parametrize(
    ("moved", "is_accepted"),
    [
        (-timedelta(minutes=2) - SKEW, True),
        (-timedelta(minutes=2, seconds=1) - SKEW, False),
        (timedelta(minutes=8) + SKEW, True),
        (timedelta(minutes=8, seconds=1) + SKEW, False),
    ],
)
def test_the_signing_time_lies_within_the_challenge_give_or_take_five_minutes(
    moved: timedelta, *, is_accepted: bool
) -> None:
    validated = judged(signed(at=NOW + moved))
    assert (validated.report.outcome is Outcome.ACCEPTED) is is_accepted
    assert validated.report.signed_at == NOW + moved
    if not is_accepted:
        assert refusal(validated) == ("signer", "signed_outside_challenge")


def test_a_dsc_must_be_good_now_an_esign_certificate_when_it_signed() -> None:
    later = NOW + timedelta(hours=2)
    chains = AskedPaths()
    both = Validator(chains, accepting_policy())
    signature = signed(by=ekyc())
    assert refusal(both.dsc(signature, DOCUMENT, demand(), later)) == ("chain", "certificate_expired")
    assert both.esign(signature, demand(), later).report.outcome is Outcome.ACCEPTED
    assert chains.asked_at == [later, NOW]


def test_an_esign_certificate_that_had_run_out_when_it_signed_is_refused() -> None:
    short = Wanted(common_name="Zeenat Zaheer", profile=Profile.EKYC, not_after=NOW + timedelta(minutes=3))
    signature = signed(by=authority().issue(short), at=NOW + timedelta(minutes=5))
    assert refusal(validator().esign(signature, demand(), NOW)) == ("chain", "certificate_expired")


def test_esign_is_over_the_hash_that_we_sent() -> None:
    another = demand(document_sha256=sha256_of(b"another"))
    assert refusal(validator().esign(signed(by=ekyc()), another, NOW)) == ("intact", "another_document")
    hashed_otherwise = signed(As(digest="sha384"), by=ekyc())
    assert refusal(validator().esign(hashed_otherwise, demand(), NOW)) == ("intact", "algorithm_not_allowed")


def test_paths_that_stumble_over_a_certificate_refuse_it() -> None:
    class Stumbling:
        def check(self, *asked: object) -> object:
            raise ValueError("malformed")

    validated = Validator(Stumbling(), accepting_policy()).dsc(signed(), DOCUMENT, demand(), NOW)  # type: ignore[arg-type]
    assert refusal(validated) == ("chain", "chain_invalid")
    assert validated.report.findings[-1].verdict is Verdict.NOT_REACHED
