"""What a verifier will want to know of a signature years later: for each certificate, that it was not revoked.

An OCSP answer where the certificate names a responder that is allow-listed, since it is small; the issuer's CRL
otherwise. Heavy.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol

from asn1crypto import crl, x509

from chalicelib.domain.departments.signing import CannotMake, Hindrance
from chalicelib.domain.signatures import ocsp
from chalicelib.domain.signatures.path_certificates import PathCertificate
from chalicelib.domain.signatures.refreshing import CrlUnreachable
from chalicelib.domain.signatures.revocation import Standing

# A CRL that goes into every certificate of a department: a larger one leaves no room for the certificate.
_CRL_AT_MOST = 1_500_000
_KEPT = timedelta(hours=1)
# What is about to end is fetched anew: it has to be good while the signature is being made.
_AHEAD = timedelta(minutes=5)


class Hosts(Protocol):
    """Who serves CRLs and answers OCSP: allow-listed hosts alone (`adapters/revocation_http`)."""

    def fetch(self, url: str) -> bytes:
        """What lies there. Raises `CrlUnreachable`."""
        ...

    def ask(self, url: str, request: bytes) -> bytes | None:
        """A responder's answer (DER), None where there is none."""
        ...


@dataclass(frozen=True, slots=True)
class Evidence:
    """What says that nothing in a chain is revoked, DER."""

    crls: tuple[bytes, ...]
    ocsps: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class _Known:
    evidence: Evidence
    until: datetime


@dataclass(slots=True)
class ValidationData:
    """Fetches evidence, and remembers it for an hour at most, or until its next issue is due."""

    hosts: Hosts
    # By certificate, and CRLs by their address: one CRL is about many certificates.
    _known: dict[bytes, _Known] = field(default_factory=dict)
    _crls: dict[str, _Known] = field(default_factory=dict)

    def of(self, chain: Sequence[bytes], now: datetime) -> Evidence:
        """The evidence for a chain (DER, leaf first, anchor last); none is wanted for the anchor.

        Raises `CannotMake`: `revocation_place_missing`, `revocation_unavailable`, `signing_key_unfit` where a
        certificate is revoked by OCSP.
        """
        path = [PathCertificate(der) for der in chain]
        found = [self._remembered(path[place:], now) for place in range(len(path) - 1)]
        return Evidence(
            tuple(dict.fromkeys(one for each in found for one in each.crls)),
            tuple(dict.fromkeys(one for each in found for one in each.ocsps)),
        )

    def _remembered(self, path: list[PathCertificate], now: datetime) -> Evidence:
        known = self._known.get(path[0].der)
        if known is None or not _is_fresh(known, now):
            known = self._found(path, now)
            self._known[path[0].der] = known
        return known.evidence

    def _found(self, path: list[PathCertificate], now: datetime) -> _Known:
        judged = ocsp.asked(tuple(path), self.hosts, now, now)
        if judged.standing is Standing.REVOKED:
            raise CannotMake(Hindrance.SIGNING_KEY_UNFIT)
        if judged.standing is Standing.GOOD:
            answers = judged.answers
            return _Known(
                Evidence((), tuple(one.content for one in answers if one.content)), _until(answers[0].next_update, now)
            )
        return self._by_crl(path[0].asn1, now)

    def _by_crl(self, certificate: x509.Certificate, now: datetime) -> _Known:
        addresses = list(_crl_addresses(certificate))
        if not addresses:
            raise CannotMake(Hindrance.REVOCATION_PLACE_MISSING)
        for address in addresses:
            known = self._crls.get(address)
            if known is not None and _is_fresh(known, now):
                return known
            try:
                content = self.hosts.fetch(address)
                next_update = _next_update(content)
            except (CrlUnreachable, ValueError):
                continue
            if len(content) <= _CRL_AT_MOST and next_update is not None and now < next_update:
                self._crls[address] = _Known(Evidence((content,), ()), _until(next_update, now))
                return self._crls[address]
        raise CannotMake(Hindrance.REVOCATION_UNAVAILABLE)


def _is_fresh(known: _Known, now: datetime) -> bool:
    return now < known.until <= now + _KEPT


def _until(next_update: datetime, now: datetime) -> datetime:
    return min(next_update - _AHEAD, now + _KEPT)


def _next_update(content: bytes) -> datetime | None:
    found: datetime | None = crl.CertificateList.load(content)["tbs_cert_list"]["next_update"].native
    return found.astimezone(UTC) if found is not None else None


def _crl_addresses(certificate: x509.Certificate) -> Iterator[str]:
    for point in certificate.crl_distribution_points:
        url = point.url
        if url is not None and url.lower().startswith(("http://", "https://")):
            yield str(url)
