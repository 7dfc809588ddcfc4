"""A signer, a document, and a validator over the test authority's certificates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from cryptography import x509
from cryptography.exceptions import InvalidSignature

from chalicelib.domain.signatures.paths import ChainFound
from chalicelib.domain.signatures.report import Aspect, Finding, Kind, Reason, Verdict, fails, holds
from chalicelib.domain.signatures.signers import Demand, Signer, Validated
from chalicelib.domain.signatures.validation import Validator
from infra.local.authority import Authority, Credential, at_noon
from infra.local.certificate_profiles import Profile, Wanted, accepting_policy
from infra.local.cms_signing import As, sha256_of, sign

NOW = at_noon()
DOCUMENT = "I, Zeenat Zaheer, link my login to IEC 0388012345.\nनमस्ते\n".encode()
ZEENAT = Wanted(common_name="Zeenat Zaheer", pan="ZZZPZ9999Z", email="zeenat@kaveri-handlooms.example")
ALL_KINDS = frozenset(Kind)
UNKNOWN = Finding(Aspect.REVOCATION, Verdict.UNKNOWN, Reason.REVOCATION_UNKNOWN)


@cache
def authority() -> Authority:
    return Authority(NOW)


@cache
def zeenat() -> Credential:
    return authority().issue(ZEENAT)


@cache
def ekyc() -> Credential:
    wanted = Wanted(common_name="Zeenat Zaheer", profile=Profile.EKYC, key="p256", c_india=True, year_of_birth=1971)
    return authority().issue(wanted)


def demand(**changes: Any) -> Demand:
    made = Demand(
        document_sha256=sha256_of(DOCUMENT),
        not_before=NOW - timedelta(minutes=2),
        not_after=NOW + timedelta(minutes=8),
        kinds=ALL_KINDS,
        bind=lambda signer: holds(Aspect.BINDING),
    )
    return replace(made, **changes)


@dataclass
class ChainsBySignature:
    """Chains as the authority made them, by signature and dates, whatever came along. RFC 5280 is `Paths`' to know."""

    root: bytes
    revocation: Finding = field(default_factory=lambda: holds(Aspect.REVOCATION))
    asked_at: list[datetime] = field(default_factory=list)

    def check(self, leaf: bytes, others: Sequence[bytes], at: datetime, now: datetime) -> ChainFound:
        self.asked_at.append(at)
        certificate = x509.load_der_x509_certificate(leaf)
        if at < certificate.not_valid_before_utc:
            return self._found(Reason.CERTIFICATE_NOT_YET_VALID)
        if at > certificate.not_valid_after_utc:
            return self._found(Reason.CERTIFICATE_EXPIRED)
        chain, known = [leaf], [*authority().intermediates, self.root]
        while chain[-1] != self.root:
            above = next((each for each in known if each not in chain and _issued(chain[-1], each)), None)
            if above is None:
                return self._found(Reason.ISSUER_UNKNOWN)
            chain.append(above)
        policies = certificate.extensions.get_extension_for_class(x509.CertificatePolicies).value
        own = frozenset(policy.policy_identifier.dotted_string for policy in policies)
        return ChainFound(holds(Aspect.CHAIN), self.revocation, tuple(chain), (), own)

    def _found(self, reason: Reason) -> ChainFound:
        nothing = Finding(Aspect.REVOCATION, Verdict.NOT_REACHED, Reason.NOT_REACHED)
        return ChainFound(fails(Aspect.CHAIN, reason), nothing, (), (), frozenset())


def _issued(certificate: bytes, above: bytes) -> bool:
    try:
        x509.load_der_x509_certificate(certificate).verify_directly_issued_by(x509.load_der_x509_certificate(above))
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True


def paths(**changes: Any) -> ChainsBySignature:
    return ChainsBySignature(authority().root, **changes)


def validator(**changes: Any) -> Validator:
    return Validator(paths(**changes), accepting_policy())


def signed(how: As | None = None, by: Credential | None = None, at: datetime = NOW) -> bytes:
    return sign(by or zeenat(), DOCUMENT, at, how)


def judged(signature: bytes, **changes: Any) -> Validated:
    return validator().dsc(signature, DOCUMENT, demand(**changes), NOW)


def refusal(validated: Validated) -> tuple[Aspect, Reason]:
    """The aspect and reason that a report's reader is told first; the report must not accept."""
    assert validated.report.outcome != "accepted"
    decisive = validated.report.decisive
    assert decisive is not None
    return decisive.aspect, decisive.reason


def signer_of(validated: Validated) -> Signer:
    assert validated.signer is not None
    return validated.signer
