"""Paths: from a certificate to a pinned anchor, by RFC 5280, with the revocation of each certificate on the way.

The chains of issuers are remembered: they are few, and RSA-4096 and certvalidator's bookkeeping are most of a path's
cost. Whether an issuer is revoked is not remembered but looked up each time. A chain is used for a leaf that has
nothing but a signature, a validity and names to look at; all else takes the whole way. Both ways say the same of any
leaf (tests/domain/signatures/test_pkits.py; ADR 31).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise

from chalicelib.domain.signatures import ocsp
from chalicelib.domain.signatures.crl_index import CrlIndex
from chalicelib.domain.signatures.issuer_signatures import is_signed_by
from chalicelib.domain.signatures.path_building import Issuers, Path, PathSearch, authority_key, is_possible_issuer
from chalicelib.domain.signatures.path_certificates import AUTHORITY_KEY_IDENTIFIER, PathCertificate, name_key
from chalicelib.domain.signatures.path_validation import is_simple, leaf_policies, validated
from chalicelib.domain.signatures.report import Aspect, Finding, Reason, Verdict, fails, holds
from chalicelib.domain.signatures.revocation import Judged, Revocation, Standing
from chalicelib.domain.signatures.signers import RevocationProof
from chalicelib.domain.signatures.strict_der import DerUnreadable
from chalicelib.domain.signatures.trust import PathPolicies, Trust

_NOT_REACHED = Finding(Aspect.REVOCATION, Verdict.NOT_REACHED, Reason.NOT_REACHED)
_UNKNOWN = Finding(Aspect.REVOCATION, Verdict.UNKNOWN, Reason.REVOCATION_UNKNOWN)
# A CA has some ten; an attacker's chains end at no anchor and are never remembered.
_REMEMBERED_AT_MOST = 256


@dataclass(frozen=True, slots=True)
class ChainFound:
    """What was found of a certificate's chain and of its revocation.

    `chain` is DER, leaf first, anchor last, () where no path is valid. `policies` are the leaf's own policy OIDs, less
    those that an issuer's certificate does not allow it (an issuer that names classes vouches for these alone).
    """

    chain_finding: Finding
    revocation_finding: Finding
    chain: tuple[bytes, ...] = ()
    proofs: tuple[RevocationProof, ...] = ()
    policies: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class _Remembered:
    """A valid chain of issuers. Whether one of them is revoked is no part of it."""

    issuers: Path
    not_before: datetime
    not_after: datetime


@dataclass(frozen=True, slots=True)
class _Found:
    """What became of one path; the lesser `rank` is told."""

    rank: int
    finding: Finding
    judged: tuple[Judged, ...]
    # Whether every CRL was signed with the issuer's own key: another signer has a path and a revocation of its own.
    is_plain: bool = False

    @property
    def proofs(self) -> tuple[RevocationProof, ...]:
        """What it rests on, each once."""
        return tuple(dict.fromkeys(proof for judged in self.judged for proof in judged.proofs))


class Paths:
    """Paths to the anchors of `trust`. `remembers`: whether issuers' chains are kept; the verdict is the same."""

    def __init__(self, trust: Trust, revocation: Revocation, *, remembers: bool = True) -> None:
        self._revocation = revocation
        self._policies = trust.path_policies
        self._anchors = Issuers(map(PathCertificate, trust.anchors))
        self._known = Issuers(_readable(trust.intermediates))
        self._remembers = remembers and trust.path_policies == PathPolicies()
        self._remembered: dict[bytes, list[_Remembered]] = {}

    def check(self, leaf: bytes, others: Sequence[bytes], at: datetime, now: datetime) -> ChainFound:
        """Judge a certificate (DER) at the instant `at`, with what is known `now`; `others` came with it, unordered."""
        try:
            certificate = PathCertificate(leaf)
            return self._shortly(certificate, others, at, now) or self._wholly(certificate, others, at, now)
        except DerUnreadable:
            return ChainFound(fails(Aspect.CHAIN, Reason.CHAIN_INVALID), _NOT_REACHED)

    def leads_to_anchor(self, certificate: PathCertificate, at: datetime) -> bool:
        """Whether a certificate has a valid path through issuers that are known; revocation is not looked at."""
        search = PathSearch(certificate, self._anchors, self._known)
        return certificate.der in self._anchors or any(validated(path, at, PathPolicies()) is None for path in search)

    @property
    def remembered(self) -> int:
        """How many chains of issuers are remembered."""
        return sum(map(len, self._remembered.values()))

    def certificates_named(self, subject_key: str) -> list[PathCertificate]:
        """The anchors and known issuers of this subject (`path_certificates.name_key`)."""
        return [*self._anchors.named(subject_key), *self._known.named(subject_key)]

    def _wholly(self, leaf: PathCertificate, others: Sequence[bytes], at: datetime, now: datetime) -> ChainFound:
        issuers = Issuers(_readable(others), self._known)
        worst = Reason.ISSUER_UNKNOWN
        best: tuple[_Found, Path] | None = None
        for path in PathSearch(leaf, self._anchors, issuers):
            wrong = validated(path, at, self._policies)
            if wrong is not None:
                # A wrong date is told before whatever else is wrong with another path.
                worst = wrong if worst in (Reason.ISSUER_UNKNOWN, Reason.CHAIN_INVALID) else worst
                continue
            found = _Inquiry(self._revocation, self._anchors, issuers, at, now).of(path)
            if best is None or found.rank < best[0].rank:
                best = found, path
            if found.rank == 0:
                self._remember(path, found)
                break
        if best is None:
            return ChainFound(fails(Aspect.CHAIN, worst), _NOT_REACHED)
        found, path = best
        chain = tuple(certificate.der for certificate in path)
        return ChainFound(holds(Aspect.CHAIN), found.finding, chain, found.proofs, leaf_policies(path))

    def _remember(self, path: Path, found: _Found) -> None:
        issuers = path[1:]
        judged = found.judged[: len(issuers) - 1]
        if not self._remembers or not found.is_plain or not all(map(is_simple, issuers[:-1])):
            return
        # What an OCSP responder said is of its own moment: the indexes alone would not say it.
        if not all(each.indexes for each in judged):
            return
        if self.remembered >= _REMEMBERED_AT_MOST:
            self._remembered.clear()
        kept = _Remembered(
            issuers,
            max(certificate.not_before for certificate in issuers),
            min(certificate.not_after for certificate in issuers),
        )
        # By their bytes: those that came with a signature are read anew each time.
        own = [issuer.der for issuer in issuers]
        before = self._remembered.get(issuers[0].subject, [])
        others = [each for each in before if [issuer.der for issuer in each.issuers] != own]
        self._remembered[issuers[0].subject] = [*others, kept]

    def _shortly(
        self, leaf: PathCertificate, others: Sequence[bytes], at: datetime, now: datetime
    ) -> ChainFound | None:
        """As `_wholly` would say, by an issuer's chain that is remembered; None where that is not known to be so."""
        kept = self._remembered.get(leaf.issuer)
        if not kept or not is_simple(leaf) or not leaf.not_before <= at <= leaf.not_after:
            return None
        for each in kept:
            issuer = each.issuers[0]
            if (
                each.not_before <= at <= each.not_after
                and _is_named(leaf, issuer)
                and all(
                    certificate.der in self._known or certificate.der in others for certificate in each.issuers[:-1]
                )
                and is_signed_by(issuer.spki, leaf.algorithm, leaf.signature, leaf.signed)
            ):
                break
        else:
            return None
        path = (leaf, *each.issuers)
        # From the anchor down, as in the whole way.
        judged = [self._by_indexes(*pair, at, now) for pair in reversed(list(pairwise(path)))]
        if any(found.standing is not Standing.GOOD for found in judged):
            return None
        proofs = dict.fromkeys(proof for found in judged for proof in found.proofs)
        chain = tuple(certificate.der for certificate in path)
        return ChainFound(holds(Aspect.CHAIN), holds(Aspect.REVOCATION), chain, tuple(proofs), leaf_policies(path))

    def _by_indexes(self, certificate: PathCertificate, issuer: PathCertificate, at: datetime, now: datetime) -> Judged:
        """What CRLs that were signed with the issuer's own key say of a certificate."""
        return self._revocation.judge(certificate, at, now, lambda index: _is_own(index, issuer))


class _Inquiry:
    """The revocation of all that one path rests on; `visiting` are CRL signers whose own path is looked at."""

    def __init__(
        self,
        revocation: Revocation,
        anchors: Issuers,
        issuers: Issuers,
        at: datetime,
        now: datetime,
        visiting: frozenset[bytes] = frozenset(),
    ) -> None:
        self._revocation, self._anchors, self._issuers = revocation, anchors, issuers
        self._at, self._now, self._visiting = at, now, visiting
        self._is_plain = True

    def of(self, path: Path) -> _Found:
        """What is known of the certificates of a path, judged from the anchor down."""
        found: list[Judged] = []
        for place in range(len(path) - 2, -1, -1):
            judged = self._judged(path[place:])
            found.append(judged)
            if judged.standing is Standing.REVOKED:
                is_leaf = place == 0
                reason = Reason.REVOKED if is_leaf else Reason.ISSUER_REVOKED
                return _Found(1 if is_leaf else 3, fails(Aspect.REVOCATION, reason), tuple(found))
        if any(judged.standing is Standing.UNKNOWN for judged in found):
            return _Found(2, _UNKNOWN, tuple(found))
        return _Found(0, holds(Aspect.REVOCATION), tuple(found), self._is_plain)

    def _judged(self, path: Path) -> Judged:
        """What is known of the first certificate of a path."""
        issuer, anchor = path[1], path[-1]
        judged = self._revocation.judge(
            path[0], self._at, self._now, lambda index: self._is_vouched(index, issuer, anchor)
        )
        responders = self._revocation.responders
        if judged.standing is not Standing.UNKNOWN or responders is None:
            return judged
        return ocsp.asked(path, responders, self._at, self._now)

    def _is_vouched(self, index: CrlIndex, issuer: PathCertificate, anchor: PathCertificate) -> bool:
        """RFC 5280, section 6.3.3 (f): who signed the CRL has a path of their own to the same anchor."""
        if _is_own(index, issuer):
            return True
        self._is_plain = False
        return any(self._has_path(signer, anchor) for signer in index.signers)

    def _has_path(self, signer: PathCertificate, anchor: PathCertificate) -> bool:
        if not signer.may_sign_crls():
            return False
        if signer.der == anchor.der or signer.der in self._visiting:
            # A CRL may have its own signer in its scope: what it says is looked at, not whether it may.
            return True
        inner = _Inquiry(
            self._revocation, self._anchors, self._issuers, self._at, self._now, self._visiting | {signer.der}
        )
        return any(
            path[-1].der == anchor.der
            and validated(path, self._at, PathPolicies()) is None
            and inner.of(path).rank == 0
            for path in PathSearch(signer, self._anchors, self._issuers)
        )


def _is_own(index: CrlIndex, issuer: PathCertificate) -> bool:
    """Whether a CRL was signed with the very key that signed the certificate, by who may sign CRLs."""
    return issuer.may_sign_crls() and any(
        own.spki == issuer.spki and own.subject_key == issuer.subject_key for own in index.signers
    )


def _is_named(leaf: PathCertificate, issuer: PathCertificate) -> bool:
    if AUTHORITY_KEY_IDENTIFIER in leaf.extensions and authority_key(leaf) is None:
        return False
    return is_possible_issuer(issuer, leaf)


def _readable(others: Sequence[bytes]) -> list[PathCertificate]:
    found = []
    for other in others:
        try:
            certificate = PathCertificate(other)
            name_key(certificate.subject)
        except DerUnreadable:
            continue
        found.append(certificate)
    return found
