"""The 224 signed messages of NIST's suite: their form, their mathematics and their signers, apart from their paths."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from chalicelib.domain.signatures.paths import ChainFound
from chalicelib.domain.signatures.report import Aspect, Outcome, holds
from chalicelib.domain.signatures.validation import Validator
from tests.domain.signatures import pkits
from tests.domain.signatures.signing_world import refusal
from tests.domain.signatures.smime import AnyCertificate, messages


class AnyPath:
    def check(self, leaf: bytes, others: Sequence[bytes], at: datetime, now: datetime) -> ChainFound:
        return ChainFound(holds(Aspect.CHAIN), holds(Aspect.REVOCATION))


VALIDATOR = Validator(AnyPath(), AnyCertificate())
# Three are signed with DSA, which we take from nobody; one certificate's serial number is below zero.
REFUSED = {
    "InvalidDSASignatureTest6": ("intact", "algorithm_not_allowed"),
    "ValidDSAParameterInheritanceTest5": ("intact", "algorithm_not_allowed"),
    "ValidDSASignaturesTest4": ("intact", "algorithm_not_allowed"),
    "InvalidNegativeSerialNumberTest15": ("signer", "signer_certificate_unreadable"),
}


def test_all_messages_but_four_are_signed_as_we_demand() -> None:
    judged = {
        message.name: VALIDATOR.dsc(message.signature, message.document, message.demand(), pkits.NOW)
        for message in messages()
    }
    assert len(judged) == 224
    refused = {name: found for name, found in judged.items() if found.report.outcome is not Outcome.ACCEPTED}
    assert {name: refusal(found) for name, found in refused.items()} == REFUSED


def test_none_of_them_is_signed_over_anything_else() -> None:
    for message in messages():
        other = replace(message, document=message.document + b" ")
        found = VALIDATOR.dsc(other.signature, other.document, other.demand(), pkits.NOW)
        assert found.report.outcome is Outcome.REFUSED
