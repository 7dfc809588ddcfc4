"""Who signed, as the certificate says it, and what a validation found of a signature.

Light: the journeys and the desk use these; what makes them loads the heavy libraries, in the signature steps alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from chalicelib.domain.signatures.report import Finding, Kind, Report, SignerShown


class ProofKind(StrEnum):
    """What says that a certificate is not revoked."""

    CRL_INDEX = "crl_index"
    OCSP = "ocsp"


@dataclass(frozen=True, slots=True)
class RevocationProof:
    """What a finding on revocation rests on. Times are aware UTC; `sha256` is of the CRL or OCSP response, hex.

    `source_id` names the watched CRL or the responder; `content` is the response's DER where it is small enough to keep
    with the evidence (OCSP), None where only its hash is (a CRL, whose index was read).
    """

    source_id: str
    kind: ProofKind
    issuer: str
    this_update: datetime
    next_update: datetime
    sha256: str
    content: bytes | None = None


@dataclass(frozen=True, slots=True)
class Signer:
    """The holder of the certificate that signed, as its subject names them. Personal data: never logged.

    `pan_hash` is the SHA-256 of the PAN (64 lower-case hex), None where the subject carries none. `organisation` is ""
    for an individual. `year_of_birth` stands in e-KYC certificates only. `iec` is the IEC that the subject names.
    `policies` are the certificate's own policy OIDs, dotted.
    """

    shown: SignerShown
    kind: Kind | None
    pan_hash: str | None
    organisation: str
    common_name: str
    year_of_birth: int | None
    iec: str | None
    policies: frozenset[str]

    def __repr__(self) -> str:
        return f"Signer({self.shown.fingerprint[:12]!r})"


Bind = Callable[[Signer], Finding]


@dataclass(frozen=True, slots=True)
class Demand:
    """What a signature has to be for. Times are aware UTC.

    `document_sha256` is of the exact stored bytes (32 bytes, not hex). The signing time must lie between `not_before`
    and `not_after`; the validator allows five minutes of clock skew on either side. `kinds` are the certificates that
    will do; `bind` judges whether this signer may sign this.
    """

    document_sha256: bytes
    not_before: datetime
    not_after: datetime
    kinds: frozenset[Kind]
    bind: Bind


@dataclass(frozen=True, slots=True)
class Validated:
    """What a validation found, and what to keep of it.

    `signer` is None where no certificate could be read. `chain` is DER, leaf first, anchor last; () where none was
    found. `proofs` are what the finding on revocation rests on.
    """

    report: Report
    signer: Signer | None = None
    chain: tuple[bytes, ...] = ()
    proofs: tuple[RevocationProof, ...] = ()
