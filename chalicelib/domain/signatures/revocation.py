"""Whether a certificate is revoked: decided over CRL indexes and OCSP; never good where nothing is known."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from typing import Protocol

from chalicelib.domain.signatures import crl_scope
from chalicelib.domain.signatures.crl_index import CrlIndex, RevocationReason, Revoked
from chalicelib.domain.signatures.path_certificates import PathCertificate, common_name
from chalicelib.domain.signatures.signers import ProofKind, RevocationProof
from chalicelib.domain.signatures.strict_der import DerUnreadable

# How far the clock of whoever signed a CRL may be ahead of ours. That ours may be slow makes no stale CRL good.
SKEW = timedelta(minutes=5)
# Whoever has the key writes any signing time: these count from ever.
COMPROMISED = {RevocationReason.KEY_COMPROMISE, RevocationReason.CA_COMPROMISE, RevocationReason.AA_COMPROMISE}


@dataclass(frozen=True, slots=True)
class CrlSource:
    """A CRL that is watched. `issuer` is the common name of the CA that signs it, whose certificate is in the trust."""

    source_id: str
    url: str
    issuer: str


class Indexes(Protocol):
    """Where the indexes are."""

    def current(self, source: CrlSource, now: datetime) -> CrlIndex | None:
        """The index that stands for a source; None where there is none that is whole. Stale ones come too."""
        ...


class Responders(Protocol):
    """The OCSP responders that may be asked."""

    def ask(self, url: str, request: bytes) -> bytes | None:
        """The DER of a response; None where the host is not allow-listed or did not answer well."""
        ...


class Standing(Enum):
    """What is known of a certificate."""

    GOOD = auto()
    REVOKED = auto()
    UNKNOWN = auto()


@dataclass(frozen=True, slots=True)
class Judged:
    """What was found of one certificate, and what that rests on.

    `entry` is its entry in a CRL, there also where it does not count at the instant that was asked about. `indexes`
    are those that were read, each with its source; `answers` what OCSP responders said.
    """

    standing: Standing
    entry: Revoked | None = None
    indexes: tuple[tuple[CrlSource, CrlIndex], ...] = ()
    answers: tuple[RevocationProof, ...] = ()

    @property
    def proofs(self) -> tuple[RevocationProof, ...]:
        """What to keep as the proof of it."""
        return (*(proof_of(index) for _, index in self.indexes), *self.answers)


# Whether whoever signed a CRL may sign CRLs about the certificate that is judged.
Vouched = Callable[[CrlIndex], bool]


class Revocation:
    """What is known of revocation: the watched CRLs' indexes, and the responders that may be asked."""

    def __init__(self, sources: Sequence[CrlSource], indexes: Indexes, responders: Responders | None = None) -> None:
        self.sources = tuple(sources)
        self.indexes = indexes
        self.responders = responders
        self._by_issuer: dict[str, list[CrlSource]] = {}
        for source in self.sources:
            self._by_issuer.setdefault(_folded(source.issuer), []).append(source)

    def judge(self, certificate: PathCertificate, at: datetime, now: datetime, vouched: Vouched) -> Judged:
        """What the indexes say of a certificate at the instant `at`, as they stand `now` (RFC 5280, section 6.3.3).

        Good only where current CRLs cover every reason and none names it.
        """
        try:
            return self._judged(certificate, at, now, vouched)
        except DerUnreadable:
            return Judged(Standing.UNKNOWN)

    def _judged(self, certificate: PathCertificate, at: datetime, now: datetime, vouched: Vouched) -> Judged:
        known = tuple(self._known(certificate, now))
        uncovered, read, entry = set(crl_scope.ALL_REASONS), [], None
        for source, index in known:
            reasons = frozenset() if index.is_delta else crl_scope.covered(index, certificate)
            if not reasons or not is_current(index, now) or not vouched(index):
                continue
            delta = _delta_of(index, known, now) if index.has_freshest else None
            if index.has_freshest and delta is None:
                continue
            read.append((source, index))
            found = index.find(certificate.serial, certificate.issuer_key)
            if delta:
                read.append(delta)
                found = _brought_up_to_date(found, delta[1].find(certificate.serial, certificate.issuer_key))
            if found:
                entry = found if entry is None or found.since < entry.since else entry
                # An instant that is still to come is no grace: who is listed is revoked.
                if found.since <= at or found.since > now or found.reason in COMPROMISED:
                    return Judged(Standing.REVOKED, found, tuple(read))
            uncovered -= reasons
        return Judged(Standing.UNKNOWN if uncovered else Standing.GOOD, entry, tuple(read))

    def _known(self, certificate: PathCertificate, now: datetime) -> Iterator[tuple[CrlSource, CrlIndex]]:
        for issuer in dict.fromkeys(map(_folded, crl_scope.crl_issuers(certificate))):
            for source in self._by_issuer.get(issuer, ()):
                index = self.indexes.current(source, now)
                if index is not None and _folded(common_name(index.issuer)) == issuer:
                    yield source, index


def is_current(index: CrlIndex, now: datetime) -> bool:
    """Whether a CRL may be gone by now: not from the future, and its next issue not due."""
    return index.this_update <= now + SKEW and now <= index.next_update


def proof_of(index: CrlIndex) -> RevocationProof:
    """What is kept as the proof that an index gave."""
    return RevocationProof(
        source_id=index.source_id,
        kind=ProofKind.CRL_INDEX,
        issuer=common_name(index.issuer),
        this_update=index.this_update,
        next_update=index.next_update,
        sha256=index.crl_sha256,
        content=index.content,
    )


def _delta_of(
    base: CrlIndex, known: Sequence[tuple[CrlSource, CrlIndex]], now: datetime
) -> tuple[CrlSource, CrlIndex] | None:
    """The delta CRL that brings a complete one up to date (RFC 5280, section 6.3.3 (c)).

    A CRL that names where its deltas are says that it alone is not all: without the delta it does not count.
    """
    for source, index in known:
        if (
            index.base_number is not None
            and index.issuer_key == base.issuer_key
            and index.issuing_point == base.issuing_point
            and index.authority_key == base.authority_key
            and index.signers[0].spki == base.signers[0].spki
            and base.number is not None
            and index.number is not None
            and index.base_number <= base.number <= index.number
            and is_current(index, now)
        ):
            return source, index
    return None


def _brought_up_to_date(found: Revoked | None, later: Revoked | None) -> Revoked | None:
    """The entry of a complete CRL after that of the delta CRL.

    A removal lifts a hold, and nothing else: a certificate may also be removed because it has expired, and an e-Sign's
    is judged at an instant at which it had not (RFC 5280, section 5.3.1).
    """
    if later is None or later.reason is not RevocationReason.REMOVE_FROM_CRL:
        return later or found
    return None if found is None or found.reason is RevocationReason.CERTIFICATE_HOLD else found


def _folded(name: str) -> str:
    return " ".join(name.split()).casefold()
