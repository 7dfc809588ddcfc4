"""Whatever is done to a good signature: it is never accepted for something else, and nothing is ever raised."""

from __future__ import annotations

import pytest
from asn1crypto import cms as asn1_cms
from hypothesis import given, settings
from hypothesis import strategies as st

from chalicelib.domain.signatures import certificates
from chalicelib.domain.signatures.cms import read
from chalicelib.domain.signatures.report import Outcome
from chalicelib.domain.signatures.unfit import Unfit
from tests.domain.signatures import corpus
from tests.domain.signatures.mutations import flipped, parts
from tests.domain.signatures.signing_world import judged

NAMES = ["RSA, SHA-256", "PSS, SHA-256", "P-256", "e-KYC with C=India", "a frame with indefinite lengths"]
GOOD = {name: corpus.GOOD[name]() for name in NAMES}
PARTS = {name: parts(signature) for name, signature in GOOD.items()}
bits = st.integers(1, 255)


@pytest.mark.parametrize("part", ["certificate", "attributes", "signature"])
@settings(max_examples=150)
@given(name=st.sampled_from(NAMES), where=st.floats(0, 1, exclude_max=True), turned=bits)
def test_a_changed_byte_in_what_counts_is_never_accepted(part: str, name: str, where: float, turned: int) -> None:
    begins, ends = getattr(PARTS[name], part)
    changed = flipped(GOOD[name], begins + int(where * (ends - begins)), turned)
    assert judged(changed).report.outcome is Outcome.REFUSED


@settings(max_examples=400)
@given(name=st.sampled_from(NAMES), where=st.floats(0, 1, exclude_max=True), turned=bits)
def test_a_changed_byte_anywhere_changes_nothing_that_is_believed(name: str, where: float, turned: int) -> None:
    good = judged(GOOD[name])
    changed = judged(flipped(GOOD[name], int(where * len(GOOD[name])), turned))
    if changed.report.outcome is Outcome.ACCEPTED:
        assert (changed.signer, changed.report) == (good.signer, good.report)


@settings(max_examples=200)
@given(name=st.sampled_from(NAMES), begins=st.floats(0, 1), ends=st.floats(0, 1), put=st.binary(max_size=40))
def test_a_piece_that_is_put_in_place_of_another_is_survived(name: str, begins: float, ends: float, put: bytes) -> None:
    good = GOOD[name]
    first, last = sorted((int(begins * len(good)), int(ends * len(good))))
    changed = good[:first] + put + good[last:]
    if changed != good:
        judged(changed)


@settings(max_examples=300)
@given(st.binary(max_size=400) | st.binary(max_size=400).map(lambda end: b"\x30\x80" + end))
def test_any_bytes_are_refused(handed_in: bytes) -> None:
    assert judged(handed_in).report.outcome is Outcome.REFUSED


@settings(max_examples=200)
@given(name=st.sampled_from(NAMES), where=st.floats(0, 1, exclude_max=True), turned=bits)
def test_what_we_read_another_reader_reads_the_same(name: str, where: float, turned: int) -> None:
    """Two readers of one message that differ are an attack; asn1crypto is the other one."""
    changed = flipped(GOOD[name], int(where * len(GOOD[name])), turned)
    try:
        message = read(changed)
        certificate = certificates.of_signer(message)
    except Unfit:
        return
    data = asn1_cms.ContentInfo.load(changed)["content"]
    [signer] = data["signer_infos"]
    values = {attribute["type"].dotted: attribute["values"] for attribute in signer["signed_attrs"]}
    assert signer["signature"].native == message.signature
    assert signer["digest_algorithm"]["algorithm"].native == message.digest.name
    assert signer["signature_algorithm"].hash_algo == message.scheme.digest.name
    assert values["1.2.840.113549.1.9.4"][0].native == message.message_digest
    assert values["1.2.840.113549.1.9.5"][0].native == message.signed_at
    assert certificate in {each.chosen.dump() for each in data["certificates"]}
