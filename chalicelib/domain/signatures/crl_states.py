"""What is known of each CRL that is watched: which index stands for it now, and what became of the last refresh."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class CrlState:
    """One watched CRL. Times are aware UTC; hashes are SHA-256, hex.

    `index_key` is where the sorted index of serials lies; None until a CRL was taken for the first time. `refused` is
    why the last refresh left the index as it was (a stable word), None where it was good; `parked_sha256` is
    the CRL that waits for an operator where that is `shrunk` or `rollback`.
    """

    source_id: str
    tried_at: datetime
    index_key: str | None = None
    index_sha256: str | None = None
    crl_sha256: str | None = None
    crl_number: int | None = None
    this_update: datetime | None = None
    next_update: datetime | None = None
    entries: int = 0
    refused: str | None = None
    parked_sha256: str | None = None
    revision: str | None = None
