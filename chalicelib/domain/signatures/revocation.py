"""Whether a certificate is revoked: decided over CRL indexes and OCSP, and never taken as good where nothing is known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from chalicelib.domain.signatures.crl_index import CrlIndex


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


class Revocation:
    """What is known of revocation: the watched CRLs' indexes, and the responders that may be asked."""

    def __init__(self, sources: Sequence[CrlSource], indexes: Indexes, responders: Responders | None = None) -> None:
        self.sources = tuple(sources)
        self.indexes = indexes
        self.responders = responders
