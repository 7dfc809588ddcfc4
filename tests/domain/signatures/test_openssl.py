"""A second opinion on our corpus: what is good, `openssl cms` accepts as well; what is made wrong, we refuse."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from chalicelib.domain.signatures.report import Outcome
from infra.local.cms_signing import sha256_of
from tests.domain.signatures import corpus, mutations, openssl
from tests.domain.signatures.signing_world import DOCUMENT, NOW, authority, demand, judged, refusal, validator

# What a check of the mathematics and the chain lets through; it says what the rest of our rules is for.
LAXER = {
    "a byte behind",
    "two signers",
    "no signed attributes",
    "attributes in BER's order",
    "SHA-1",
    "RSA 1024",
    "signingCertificate of somebody else",
    "signed an hour ago",
    "the encryption twin",
    "class 1",
    "a document signer's",
}


def openssl_accepts(signature: bytes, folder: Path, document: bytes = DOCUMENT) -> bool:
    own = authority()
    return openssl.verifies(signature, document, own.root, own.intermediates, NOW, folder)


@pytest.mark.parametrize("name", corpus.GOOD)
def test_both_accept_a_good_signature(name: str, tmp_path: Path) -> None:
    signature = corpus.GOOD[name]()
    assert judged(signature).report.outcome is Outcome.ACCEPTED
    assert openssl_accepts(signature, tmp_path)


@pytest.mark.parametrize("name", ["RSA, SHA-256", "P-256", "PSS, SHA-256", "a frame with indefinite lengths"])
def test_both_refuse_a_good_signature_over_another_document(name: str, tmp_path: Path) -> None:
    signature, other = corpus.GOOD[name](), DOCUMENT + b" "
    asked = demand(document_sha256=sha256_of(other))
    assert refusal(validator().dsc(signature, other, asked, NOW)) == ("intact", "another_document")
    assert not openssl_accepts(signature, tmp_path, other)


@pytest.mark.parametrize("name", sorted(LAXER))
def test_we_refuse_what_openssl_lets_through(name: str, tmp_path: Path) -> None:
    signature = corpus.BAD[name][0]()
    assert judged(signature).report.outcome is Outcome.REFUSED
    assert openssl_accepts(signature, tmp_path)


@pytest.mark.parametrize("mutate", mutations.EACH, ids=lambda mutate: mutate.__name__)
@pytest.mark.parametrize("name", corpus.GOOD)
def test_each_mutation_of_a_good_signature_is_refused(name: str, mutate: Callable[[bytes], bytes]) -> None:
    signature = corpus.GOOD[name]()
    assert mutate(signature) != signature
    assert judged(mutate(signature)).report.outcome is Outcome.REFUSED
