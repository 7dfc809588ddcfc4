"""Validating a signature: mathematics, signer, chain, policy, revocation, binding, in this order, into a report.

The first aspect that fails ends it; what is only unknown of revocation waits, and the rest is judged all the same.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Final, Protocol

from chalicelib.domain.signatures import algorithms, certificates, cms
from chalicelib.domain.signatures.algorithms import SHA256
from chalicelib.domain.signatures.certificates import Leaf
from chalicelib.domain.signatures.cms import CertificateNamed, SignedMessage
from chalicelib.domain.signatures.paths import ChainFound
from chalicelib.domain.signatures.report import Aspect, Finding, Kind, Reason, Verdict, fails, holds, report
from chalicelib.domain.signatures.signers import Demand, Signer, Validated
from chalicelib.domain.signatures.unfit import Unfit, unfit_if_malformed

# Signing tools take the time of the person's own machine.
SKEW: Final = timedelta(minutes=5)


class ChecksPaths(Protocol):
    """What finds and judges the chain of a certificate: `paths.Paths`."""

    def check(self, leaf: bytes, others: Sequence[bytes], at: datetime, now: datetime) -> ChainFound:
        """Judge a certificate (DER) at the instant `at`, with what is known `now`."""
        ...


class JudgesSigners(Protocol):
    """What we demand of a signer's certificate: `policy.SignaturePolicy`."""

    def signer(self, leaf: Leaf) -> Signer:
        """Whom the certificate names."""
        ...

    def judged(self, leaf: Leaf, signer: Signer, policies: frozenset[str], kinds: frozenset[Kind]) -> Finding:
        """Whether such a certificate may sign."""
        ...


@dataclass(frozen=True, slots=True)
class Read:
    """A signature whose mathematics holds: by whose key it is, of when it says to be, and what came with it.

    `others` are certificates (DER), unordered; `named` is what the signature itself says of its signer's certificate.
    """

    leaf: Leaf
    signed_at: datetime
    others: tuple[bytes, ...] = ()
    named: tuple[CertificateNamed, ...] = ()


@dataclass(slots=True)
class Found:
    """What a validation has found so far."""

    findings: list[Finding] = field(default_factory=list)
    signed_at: datetime | None = None
    signer: Signer | None = None
    chain: ChainFound | None = None

    def add(self, finding: Finding) -> None:
        """Take a finding; one that fails ends the validation."""
        if finding.verdict is Verdict.FAILS:
            raise Unfit(finding.aspect, finding.reason)
        self.findings.append(finding)


@dataclass(frozen=True, slots=True)
class Validator:
    """Validates signatures against a policy, over paths to pinned anchors. It never raises, whatever it is handed."""

    paths: ChecksPaths
    policy: JudgesSigners

    def dsc(self, signature: bytes, document: bytes, demand: Demand, now: datetime) -> Validated:
        """Judge a signature (DER, PEM or base64) over this document; the certificate must be good `now`."""

        def over_the_document(message: SignedMessage) -> None:
            _must_be_same(sha256(document).digest(), demand.document_sha256)
            _must_be_same(message.digest.of(document), message.message_digest)

        return self.validated(_reading(signature, over_the_document), demand, now)

    def esign(self, signature: bytes, demand: Demand, now: datetime) -> Validated:
        """Judge an eSign provider's signature over the hash that we sent; the provider never had the document.

        The certificate lives for half an hour: it must be good when the signature says that it was made.
        """

        def over_our_hash(message: SignedMessage) -> None:
            if message.digest is not SHA256:
                raise Unfit(Aspect.INTACT, Reason.ALGORITHM_NOT_ALLOWED)
            _must_be_same(demand.document_sha256, message.message_digest)

        return self.validated(_reading(signature, over_our_hash), demand, now, is_judged_when_signed=True)

    def validated(
        self,
        reading: Callable[[Found], Read],
        demand: Demand,
        now: datetime,
        *,
        is_judged_when_signed: bool = False,
    ) -> Validated:
        """Judge what `reading` reads and finds mathematically sound, or raises `Unfit` for.

        It tells `signed_at` as soon as it is read: a report has it whatever is wrong with the rest.
        """
        found = Found()
        try:
            read = reading(found)
            found.add(holds(Aspect.INTACT))
            with unfit_if_malformed(Aspect.SIGNER, Reason.SIGNER_CERTIFICATE_UNREADABLE):
                # pyca reads a year 0, and only then finds that no date has it.
                found.signer = self.policy.signer(read.leaf)
            found.add(_signed_by(read, demand))
            self._judge(found, found.signer, read, demand, read.signed_at if is_judged_when_signed else now, now)
        except Unfit as unfit:
            found.findings.append(unfit.finding)
        shown = found.signer.shown if found.signer else None
        made = report(tuple(found.findings), now, demand.document_sha256.hex(), shown, found.signed_at)
        if found.chain is None:
            return Validated(made, found.signer)
        return Validated(made, found.signer, found.chain.chain, found.chain.proofs)

    def _judge(self, found: Found, signer: Signer, read: Read, demand: Demand, at: datetime, now: datetime) -> None:
        others = [each for each in read.others if each != read.leaf.der]
        with unfit_if_malformed(Aspect.CHAIN, Reason.CHAIN_INVALID):
            found.chain = self.paths.check(read.leaf.der, others, at, now)
        found.add(found.chain.chain_finding)
        found.add(self.policy.judged(read.leaf, signer, found.chain.policies, demand.kinds))
        found.add(found.chain.revocation_finding)
        found.add(demand.bind(signer))


def _reading(signature: bytes, must_be_over: Callable[[SignedMessage], None]) -> Callable[[Found], Read]:
    def read(found: Found) -> Read:
        message = cms.read(cms.decoded(signature))
        found.signed_at = message.signed_at
        must_be_over(message)
        return Read(_verified(message), message.signed_at, message.certificates, message.certificates_named)

    return read


def _must_be_same(one: bytes, other: bytes) -> None:
    if not hmac.compare_digest(one, other):
        raise Unfit(Aspect.INTACT, Reason.ANOTHER_DOCUMENT)


def _verified(message: SignedMessage) -> Leaf:
    """The certificate by whose key the signature was made. Raises Unfit."""
    leaf = certificates.read(certificates.of_signer(message))
    key = certificates.public_key(leaf)
    with unfit_if_malformed(Aspect.INTACT, Reason.SIGNATURE_WRONG):
        algorithms.verify(key, message.scheme, message.signature, message.signed)
    return leaf


def _signed_by(read: Read, demand: Demand) -> Finding:
    """Whether the signature means this certificate, and was made when it was asked for."""
    if not all(certificates.is_named(read.leaf, named) for named in read.named):
        return fails(Aspect.SIGNER, Reason.SIGNING_CERTIFICATE_DIFFERS)
    if not demand.not_before - SKEW <= read.signed_at <= demand.not_after + SKEW:
        return fails(Aspect.SIGNER, Reason.SIGNED_OUTSIDE_CHALLENGE)
    return holds(Aspect.SIGNER)
