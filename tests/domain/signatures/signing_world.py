"""A signer, a document, and a validator over the test authority's certificates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from chalicelib.domain.signatures.paths import ChainFound
from chalicelib.domain.signatures.report import Aspect, Finding, Kind, Reason, Verdict, holds
from chalicelib.domain.signatures.signers import Demand, Signer, Validated
from chalicelib.domain.signatures.validation import Validator
from infra.local.authority import Authority, Credential, at_noon
from infra.local.certificate_profiles import Profile, Wanted, accepting_policy
from infra.local.cms_signing import As, sha256_of, sign
from tests.domain.signatures.revocation_world import Watched

NOW = at_noon()
DOCUMENT = "I, Zeenat Zaheer, link my login to IEC 0388012345.\nनमस्ते\n".encode()
ZEENAT = Wanted(common_name="Zeenat Zaheer", pan="ZZZPZ9999Z", email="zeenat@kaveri-handlooms.example")
ALL_KINDS = frozenset(Kind)
UNKNOWN = Finding(Aspect.REVOCATION, Verdict.UNKNOWN, Reason.REVOCATION_UNKNOWN)


@cache
def watched() -> Watched:
    """The test authority, its CRLs watched and fresh."""
    made = Watched()
    made.refresh()
    return made


def authority() -> Authority:
    return watched().authority


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
class AskedPaths:
    """The paths over the test authority, and when they were asked for. `revocation` stands in for what they find."""

    revocation: Finding | None = None
    asked_at: list[datetime] = field(default_factory=list)

    def check(self, leaf: bytes, others: Sequence[bytes], at: datetime, now: datetime) -> ChainFound:
        self.asked_at.append(at)
        found = watched().paths.check(leaf, others, at, now)
        return replace(found, revocation_finding=self.revocation or found.revocation_finding)


def validator(revocation: Finding | None = None) -> Validator:
    return Validator(AskedPaths(revocation), accepting_policy())


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
