"""Which paths there may be from a certificate to an anchor: by names and key identifiers alone, nothing judged yet.

Certificates that came with a signature are an attacker's to choose: depth and work are bounded.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from chalicelib.domain.signatures.path_certificates import AUTHORITY_KEY_IDENTIFIER, KEY_IDENTIFIER, PathCertificate
from chalicelib.domain.signatures.strict_der import SEQUENCE, DerUnreadable, children, whole

# Root, licensed CA, sub-CA, leaf: India's paths have four.
_LONGEST = 10
_STEPS = 300

Path = tuple[PathCertificate, ...]


class Issuers:
    """Certificates that may have issued another, by their subject."""

    def __init__(self, certificates: Iterable[PathCertificate], beside: Issuers | None = None) -> None:
        self._beside = beside
        self._by_subject: dict[str, list[PathCertificate]] = {}
        self._seen: set[bytes] = set()
        for certificate in certificates:
            if certificate.der not in self._seen:
                self._seen.add(certificate.der)
                self._by_subject.setdefault(certificate.subject_key, []).append(certificate)

    def __contains__(self, der: bytes) -> bool:
        return der in self._seen or (self._beside is not None and der in self._beside)

    def named(self, subject_key: str) -> Iterator[PathCertificate]:
        """Those whose subject has this key (`path_certificates.name_key`)."""
        if self._beside is not None:
            yield from self._beside.named(subject_key)
        for certificate in self._by_subject.get(subject_key, ()):
            if self._beside is None or certificate.der not in self._beside:
                yield certificate


class PathSearch:
    """The paths from `leaf`, leaf first and anchor last; anchors are tried before other issuers."""

    def __init__(self, leaf: PathCertificate, anchors: Issuers, issuers: Issuers) -> None:
        self._leaf, self._anchors, self._issuers = leaf, anchors, issuers
        self._steps = 0

    def __iter__(self) -> Iterator[Path]:
        return self._from((self._leaf,))

    def _from(self, path: Path) -> Iterator[Path]:
        last = path[-1]
        for anchor in self._anchors.named(last.issuer_key):
            if is_possible_issuer(anchor, last):
                yield (*path, anchor)
        if len(path) >= _LONGEST - 1:
            return
        for issuer in self._issuers.named(last.issuer_key):
            self._steps += 1
            if self._steps > _STEPS:
                return
            if issuer in path or issuer.der in self._anchors or not is_possible_issuer(issuer, last):
                continue
            yield from self._from((*path, issuer))


def is_possible_issuer(issuer: PathCertificate, certificate: PathCertificate) -> bool:
    """Whether key identifiers, where both have one, say that `issuer` may have issued `certificate`."""
    named = authority_key(certificate)
    own = issuer.value(KEY_IDENTIFIER)
    return named is None or own is None or own[2:] == named


def authority_key(certificate: PathCertificate) -> bytes | None:
    """The key identifier in a certificate's AuthorityKeyIdentifier; None without one, or where it is unreadable."""
    value = certificate.value(AUTHORITY_KEY_IDENTIFIER)
    if value is None:
        return None
    try:
        for tag, _, inside, after in children(value, *whole(value, SEQUENCE)):
            if tag == 0x80:  # noqa: PLR2004 - [0] keyIdentifier
                return value[inside:after]
    except DerUnreadable:
        return None
    return None
