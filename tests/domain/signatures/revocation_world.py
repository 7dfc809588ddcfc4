"""The test authority's CRLs, watched: sources, a host that serves them, a shelf, and what the store knows."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from chalicelib.domain.signatures.crl_index import CrlIndex, IndexDamaged
from chalicelib.domain.signatures.path_certificates import PathCertificate, common_name
from chalicelib.domain.signatures.paths import ChainFound, Paths
from chalicelib.domain.signatures.refreshing import CrlUnreachable, IndexUnkept, Refreshed, Refreshing
from chalicelib.domain.signatures.revocation import CrlSource, Responders, Revocation
from chalicelib.domain.signatures.trust import Trust
from infra.local.authority import Authority, Credential, at_noon
from tests.fakes import FakeStore

NOW = at_noon()


@dataclass
class Served:
    """`refreshing.CrlHosts`: what each address serves; None is a host that is down."""

    content: dict[str, Callable[[], bytes] | None] = field(default_factory=dict)

    def fetch(self, url: str) -> bytes:
        serve = self.content[url]
        if serve is None:
            raise CrlUnreachable(url)
        return serve()


class Shelf:
    """`refreshing.IndexShelf` and `revocation.Indexes`, in memory: read as the record says, by key and hash."""

    def __init__(self, store: FakeStore) -> None:
        self.store = store
        self.kept: dict[str, bytes] = {}
        self.crls: dict[str, bytes] = {}
        self.is_available = True

    def keep(self, source_id: str, current_key: str | None, pieces: Iterator[bytes]) -> tuple[str, str]:
        if not self.is_available:
            raise IndexUnkept(source_id)
        key = next(key for key in (f"{source_id}/a", f"{source_id}/b") if key != current_key)
        self.kept[key] = b"".join(pieces)
        return key, hashlib.sha256(self.kept[key]).hexdigest()

    def keep_crl(self, sha256: str, content: bytes) -> None:
        self.crls[sha256] = content

    def has(self, key: str, sha256: str) -> bool:
        return hashlib.sha256(self.kept.get(key, b"")).hexdigest() == sha256

    def current(self, source: CrlSource, now: datetime) -> CrlIndex | None:
        state = self.store.crl_state(source.source_id)
        if state is None or state.index_key is None or state.index_sha256 is None:
            return None
        if not self.has(state.index_key, state.index_sha256):
            return None
        try:
            return CrlIndex(self.kept[state.index_key], source.source_id, state.index_sha256)
        except IndexDamaged:
            return None


class Watched:
    """An authority whose CRLs are watched, at a clock that a test moves."""

    def __init__(self, responders: Responders | None = None) -> None:
        self.now = NOW
        self.authority = Authority(NOW)
        self.store = FakeStore(lambda: self.now)
        self.shelf = Shelf(self.store)
        names = self.authority.crl_urls
        self.sources = tuple(
            CrlSource(str(name), url, common_name(PathCertificate(self.authority.ca(name).der).subject))
            for name, url in names.items()
        )
        self.hosts = Served({url: self._server(name) for name, url in names.items()})
        self.trust = Trust((self.authority.root,), self.authority.intermediates)
        self.revocation = Revocation(self.sources, self.shelf, responders)
        self.paths = Paths(self.trust, self.revocation)
        self.refreshing = Refreshing(self.store, self.sources, self.hosts, self.shelf, self.paths, lambda: self.now)

    def _server(self, name: str) -> Callable[[], bytes]:
        return lambda: self.authority.crl(name, self.now)

    def serve(self, name: str, content: bytes | None) -> None:
        """From now on the CA's host serves this; None: it is down."""
        self.hosts.content[self.authority.crl_urls[name]] = None if content is None else lambda: content

    def refresh(self, *accepted: str) -> dict[str, Refreshed]:
        return {each.source_id: each for each in self.refreshing.refresh(frozenset(accepted))}

    def pass_time(self, by: timedelta) -> None:
        self.now += by

    def check(self, credential: Credential, at: datetime | None = None) -> ChainFound:
        """What the paths say of a certificate now; both ways, which must agree."""
        others = credential.above[:-1]
        found = self.paths.check(credential.der, others, at or self.now, self.now)
        plain = Paths(self.trust, self.revocation, remembers=False)
        wholly = plain.check(credential.der, others, at or self.now, self.now)
        assert (found.chain_finding, found.revocation_finding) == (wholly.chain_finding, wholly.revocation_finding)
        assert (found.chain, found.policies) == (wholly.chain, wholly.policies)
        return found
