"""Both families of providers: what is asked of them, and that what they answer is taken."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from chalicelib.domain.signatures.report import Kind, Outcome
from chalicelib.domain.signatures.signings import SigningStatus
from infra.local import esign_answers
from infra.local.authority import Credential
from infra.local.esign_answers import FAMILIES, SECOND, Family
from tests.domain.signatures.esign import esign_world as worlds
from tests.domain.signatures.esign.esign_world import SIGNING, World
from tests.domain.signatures.signing_world import NOW, UNKNOWN, validator

ALL = pytest.mark.parametrize("family", FAMILIES, ids=lambda family: family.name)


@ALL
def test_a_good_answer_verifies_the_signing_and_keeps_the_evidence(family: Family) -> None:
    world = worlds.after(worlds.answer(family), family)
    signing, report = world.signing, world.signing.report
    assert signing.status is SigningStatus.VERIFIED
    assert report is not None
    assert report.outcome is Outcome.ACCEPTED
    assert report.signer is not None
    assert (report.signer.common_name, report.signer.kind) == ("Zeenat Zaheer", Kind.EKYC)
    assert signing.evidence is not None
    assert signing.evidence.key in world.documents.kept
    assert signing.esign is not None
    assert signing.esign.response_code


@ALL
def test_an_answer_in_base64_of_a_wrapped_signature_is_read(family: Family) -> None:
    wrapped = replace(family, breaks_lines=True)
    assert worlds.after(worlds.answer(wrapped), wrapped).signing.status is SigningStatus.VERIFIED


def test_an_ecdsa_envelope_verifies() -> None:
    family, by = replace(SECOND, method="ECDSA_SHA256"), worlds.provider("second", "p256")
    content = esign_answers.signed(family, by, worlds.said(family))
    world = worlds.after(content, family, certificates=(by.der,), answer_methods=frozenset({"ECDSA_SHA256"}))
    assert world.signing.status is SigningStatus.VERIFIED


def test_a_provider_may_change_its_certificate_while_both_are_pinned() -> None:
    both = (worlds.provider("old").der, worlds.provider("first").der)
    assert worlds.after(worlds.answer(), certificates=both).signing.status is SigningStatus.VERIFIED


def test_sha_1_is_taken_from_a_test_system_whose_profile_says_so_and_from_no_other() -> None:
    family = replace(SECOND, method="RSA_SHA1", digest="SHA1")
    content = worlds.answer(family, worlds.said(SECOND))
    allowed = {"answer_methods": frozenset({"RSA_SHA1"}), "answer_digests": frozenset({"SHA1"})}
    assert worlds.after(content, family, **allowed).signing.status is SigningStatus.VERIFIED
    refused = worlds.after(content, family)
    assert refused.found() == ["esign_provider_signature_wrong"]


@ALL
def test_the_certificate_is_judged_at_the_time_of_signing(family: Family) -> None:
    world = World(family)
    world.at_provider()
    content = worlds.answer(family)
    world.comes(content)
    # The step runs an hour late: the certificate was good for half an hour.
    world.clock.now = NOW + timedelta(hours=1)
    assert world.judged().status is SigningStatus.VERIFIED


@pytest.mark.parametrize("minutes", [-5, 5])
def test_clocks_that_differ_by_five_minutes_do_no_harm(minutes: int) -> None:
    at = NOW + timedelta(minutes=minutes)
    world = World()
    world.at_provider()
    world.comes(worlds.answer(at=at))
    assert world.judged().status is SigningStatus.VERIFIED


def raw_rsa(leaf: Credential, over: bytes) -> esign_answers.Said:
    return esign_answers.raw_success(SECOND, leaf, txn=worlds.TXN, document_sha256=over, at=NOW)


def test_a_bare_rsa_signature_is_verified_over_the_hash_that_was_sent() -> None:
    good = worlds.answer(SECOND, raw_rsa(worlds.leaf(SECOND), worlds.SHA256))
    assert worlds.after(good, SECOND, response_sig_type="rawrsa").signing.status is SigningStatus.VERIFIED
    world = World(SECOND, response_sig_type="rawrsa")
    world.change(created_at=NOW + timedelta(minutes=6))
    world.at_provider()
    world.comes(good)
    world.judged()
    # It has no signing time of its own: the answer's counts.
    assert world.reason() == "signed_outside_challenge"
    another = worlds.answer(SECOND, raw_rsa(worlds.leaf(SECOND), b"\x01" * 32))
    refused = worlds.after(another, SECOND, response_sig_type="rawrsa")
    assert (refused.signing.status, refused.reason()) == (SigningStatus.AWAITING_SIGNATURE, "signature_wrong")


def test_revocation_data_that_is_missing_makes_it_wait_and_then_pass() -> None:
    world = World()
    world.at_provider()
    world.validator = validator(revocation=UNKNOWN)
    world.comes(worlds.answer())
    assert world.judged().status is SigningStatus.AWAITING_REVOCATION
    world.clock.advance(minutes=20)
    world.validator = validator()
    assert world.judged().status is SigningStatus.VERIFIED


def test_nothing_is_left_to_judge_afterwards() -> None:
    world = worlds.after(worlds.answer())
    once = world.signing
    assert world.steps.validate(SIGNING) == once
    assert world.steps.prepare(SIGNING) == once
