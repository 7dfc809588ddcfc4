"""Paths: from a certificate to a pinned anchor, by RFC 5280, with the revocation of each certificate on the way."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from chalicelib.domain.signatures.report import Finding
from chalicelib.domain.signatures.revocation import Revocation
from chalicelib.domain.signatures.signers import RevocationProof
from chalicelib.domain.signatures.trust import Trust


@dataclass(frozen=True, slots=True)
class ChainFound:
    """What was found of a certificate's chain and of its revocation.

    `chain` is DER, leaf first, anchor last, () where no path is valid. `policies` are the leaf's own policy OIDs, less
    those that an issuer's certificate does not allow it (an issuer that names classes vouches for these alone).
    """

    chain_finding: Finding
    revocation_finding: Finding
    chain: tuple[bytes, ...]
    proofs: tuple[RevocationProof, ...]
    policies: frozenset[str]


class Paths:
    """Paths to the anchors of `trust`. Issuers' chains are remembered for as long as what they rested on stands."""

    def __init__(self, trust: Trust, revocation: Revocation) -> None:
        self._trust = trust
        self._revocation = revocation

    def check(self, leaf: bytes, others: Sequence[bytes], at: datetime, now: datetime) -> ChainFound:
        """Judge a certificate (DER) at the instant `at`, with what is known `now`; `others` came with it, unordered."""
        raise NotImplementedError
