"""Refreshing: each watched CRL is fetched, checked, and becomes the index that stands for it; or stays what it was."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol, cast

from chalicelib.domain.changes import ChangeRefused, StoreUnavailable, WriteCrlState
from chalicelib.domain.ports import Clock, Store
from chalicelib.domain.signatures import crl_index, crl_reading, crl_scope
from chalicelib.domain.signatures.crl_reading import Crl, CrlRefused
from chalicelib.domain.signatures.crl_states import CrlState
from chalicelib.domain.signatures.issuer_signatures import is_signed_by
from chalicelib.domain.signatures.path_certificates import PathCertificate, common_name, name_key
from chalicelib.domain.signatures.paths import Paths
from chalicelib.domain.signatures.revocation import SKEW, CrlSource
from chalicelib.domain.signatures.strict_der import DerUnreadable


def checked(content: bytes, source: CrlSource, paths: Paths, now: datetime) -> tuple[Crl, tuple[PathCertificate, ...]]:
    """A CRL (DER) that is one to go by, and the certificates under whose key its signature is good.

    Raises `CrlRefused`: `unreadable`, `unknown_extension`, `another_issuer`, `no_next_update`, `from_the_future`,
    `stale`, `issuer_unknown` (no certificate of its issuer that may sign CRLs is in the trust), `wrong_signature`,
    `issuer_untrusted` (none of them has a path to an anchor).
    """
    crl = crl_reading.read(content)
    try:
        issuer = name_key(crl.issuer)
        if common_name(crl.issuer).casefold().split() != source.issuer.casefold().split():
            raise CrlRefused("another_issuer")
        if crl.issuing_point is not None:
            crl_scope.read(crl.issuing_point)
    except DerUnreadable as failed:
        raise CrlRefused("unreadable") from failed
    if crl.next_update is None:
        raise CrlRefused("no_next_update")
    if crl.this_update > now + SKEW or crl.next_update < crl.this_update:
        raise CrlRefused("from_the_future")
    if crl.next_update < now:
        raise CrlRefused("stale")
    signers = [each for each in paths.certificates_named(issuer) if each.may_sign_crls()]
    if not signers:
        raise CrlRefused("issuer_unknown")
    # Any buffer will do for cryptography; a copy would be as large as the CRL.
    signed = cast("bytes", memoryview(content)[crl.signed[0] : crl.signed[1]])
    good = {
        spki for spki in {each.spki for each in signers} if is_signed_by(spki, crl.algorithm, crl.signature, signed)
    }
    if not good:
        raise CrlRefused("wrong_signature")
    trusted = tuple(each for each in signers if each.spki in good and paths.leads_to_anchor(each, now))
    if not trusted:
        raise CrlRefused("issuer_untrusted")
    return crl, trusted


# A CRL that loses more than half of its entries at once, of so many at least, waits for an operator.
_SHRINKS_FROM = 10
# As much of a CRL is kept with the index, and so with the evidence, as may well be carried about.
_KEPT_WITH_INDEX = 64 * 1024


class CrlUnreachable(Exception):  # noqa: N818
    """Nothing was fetched: the host is down, too slow, not allow-listed, or sent too much."""


class CrlHosts(Protocol):
    """Where CRLs are fetched."""

    def fetch(self, url: str) -> bytes:
        """What the address serves. Raises `CrlUnreachable`."""
        ...


class IndexUnkept(Exception):  # noqa: N818
    """The index could not be stored."""


class IndexShelf(Protocol):
    """Where indexes are stored; `key` names a place, which the next index but one takes again."""

    def keep(self, source_id: str, current_key: str | None, pieces: Iterator[bytes]) -> tuple[str, str]:
        """Stores an index beside the one at `current_key`; gives its key and SHA-256. Raises `IndexUnkept`."""
        ...

    def keep_crl(self, sha256: str, content: bytes) -> None:
        """Stores a CRL once, under its SHA-256 (hex): evidence names it by that. Raises `IndexUnkept`."""
        ...

    def has(self, key: str, sha256: str) -> bool:
        """Whether this very index lies there. Raises `IndexUnkept` where that could not be learnt."""
        ...


@dataclass(frozen=True, slots=True)
class Refreshed:
    """What became of one source: `outcome` is `indexed`, `same`, or the word for why the CRL was refused.

    `is_stale`: no index stands for it that may be gone by. `crl_sha256` is of the CRL that was fetched, hex.
    """

    source_id: str
    outcome: str
    is_stale: bool
    entries: int = 0
    crl_sha256: str | None = None


@dataclass(frozen=True, slots=True)
class Refreshing:
    """Refreshes the watched CRLs, one after the other; what becomes of one is nothing to the others."""

    store: Store
    sources: tuple[CrlSource, ...]
    hosts: CrlHosts
    shelf: IndexShelf
    paths: Paths
    clock: Clock

    def refresh(self, accepted: frozenset[str] = frozenset(), only: frozenset[str] | None = None) -> list[Refreshed]:
        """Refreshes every source, or `only` those named. `accepted` are the SHA-256 (hex) of parked CRLs to take.

        Running it twice at once, or again, changes nothing more.
        """
        return [self._tried(source, accepted) for source in self.sources if only is None or source.source_id in only]

    def _tried(self, source: CrlSource, accepted: frozenset[str]) -> Refreshed:
        now = self.clock()
        try:
            state = self.store.crl_state(source.source_id) or CrlState(source.source_id, now)
            after = self._refreshed(source, replace(state, tried_at=now), accepted, now)
            self.store.write(WriteCrlState(after))
        except ChangeRefused:
            # Another refresh was quicker; what it found stands.
            return Refreshed(source.source_id, "overtaken", is_stale=False)
        except (StoreUnavailable, IndexUnkept):
            return Refreshed(source.source_id, "not_stored", is_stale=True)
        same = after.refused is None and after.crl_sha256 == state.crl_sha256
        outcome = after.refused or ("same" if same else "indexed")
        is_stale = after.index_key is None or after.next_update is None or after.next_update < now
        return Refreshed(source.source_id, outcome, is_stale, after.entries, after.parked_sha256 or after.crl_sha256)

    def _refreshed(self, source: CrlSource, state: CrlState, accepted: frozenset[str], now: datetime) -> CrlState:
        state = replace(state, refused=None, parked_sha256=None)
        try:
            content = crl_reading.der_of(self.hosts.fetch(source.url))
            digest = hashlib.sha256(content).hexdigest()
            if digest == state.crl_sha256 and self._has_index(state):
                return state
            crl, signers = checked(content, source, self.paths, now)
            kept = content if len(content) <= _KEPT_WITH_INDEX else None
            making = crl_index.made(crl, digest, [signer.der for signer in signers], kept)
            suspect = _suspect(crl, making.entries, state)
            if suspect and digest not in accepted:
                return replace(state, refused=suspect, parked_sha256=digest)
        except CrlUnreachable:
            return replace(state, refused="unreachable")
        except CrlRefused as why:
            return replace(state, refused=why.reason)
        # Before anything can rest on it: evidence holds no large CRL, and who issued it keeps no old ones.
        self.shelf.keep_crl(digest, content)
        key, sha256 = self.shelf.keep(source.source_id, state.index_key, making.pieces)
        return replace(
            state,
            index_key=key,
            index_sha256=sha256,
            crl_sha256=digest,
            crl_number=crl.number,
            this_update=crl.this_update,
            next_update=crl.next_update,
            entries=making.entries,
        )

    def _has_index(self, state: CrlState) -> bool:
        key, sha256 = state.index_key, state.index_sha256
        return key is not None and sha256 is not None and self.shelf.has(key, sha256)


def _suspect(crl: Crl, entries: int, state: CrlState) -> str | None:
    """Why a CRL is taken only where an operator accepts it: `rollback`, `shrunk`; None where nothing is odd about it.

    Older than the indexed one, by its number or its time, it is most often an old one in a cache. But a CA may number
    anew, and somebody in between may once have served another of its CRLs, with a number of another sequence.
    """
    is_numbered_lower = state.crl_number is not None and (crl.number is None or crl.number < state.crl_number)
    if is_numbered_lower or (state.this_update is not None and crl.this_update < state.this_update):
        return "rollback"
    return "shrunk" if state.entries >= _SHRINKS_FROM and entries * 2 < state.entries else None
