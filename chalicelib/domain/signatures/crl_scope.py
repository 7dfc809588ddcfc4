"""Which certificates a CRL speaks of, and for which reasons: RFC 5280, section 6.3.3 (b) and (d)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from asn1crypto import crl, x509

from chalicelib.domain.signatures.crl_index import CrlIndex
from chalicelib.domain.signatures.path_certificates import DISTRIBUTION_POINTS, PathCertificate, common_name, name_key
from chalicelib.domain.signatures.strict_der import DerUnreadable

# RFC 5280, section 4.2.1.13: all that a CRL may be split by.
ALL_REASONS = frozenset(
    {
        "key_compromise",
        "ca_compromise",
        "affiliation_changed",
        "superseded",
        "cessation_of_operation",
        "certificate_hold",
        "privilege_withdrawn",
        "aa_compromise",
    }
)
_Names = frozenset[bytes]


@dataclass(frozen=True, slots=True)
class _Point:
    """A distribution point: its names (each as DER or, a directory name, by its key), whose CRLs, for which reasons.

    `relative` is a name that is to be put behind a CRL issuer's, DER of the RDN.
    """

    names: _Names
    relative: bytes | None
    crl_issuers: tuple[bytes, ...]
    reasons: frozenset[str]


@dataclass(frozen=True, slots=True)
class _IssuingPoint:
    names: _Names
    relative: bytes | None
    users_only: bool
    cas_only: bool
    attributes_only: bool
    is_indirect: bool
    reasons: frozenset[str]


def crl_issuers(certificate: PathCertificate) -> Iterator[str]:
    """The common names of those who may have issued a CRL about a certificate. Raises `DerUnreadable`."""
    yield common_name(certificate.issuer)
    for point in _points(certificate):
        yield from map(common_name, point.crl_issuers)


def covered(index: CrlIndex, certificate: PathCertificate) -> frozenset[str]:
    """The reasons for which this CRL would name this certificate, were it revoked; none where it is out of scope.

    Raises `DerUnreadable`.
    """
    issuing = _issuing_point(index.issuing_point) if index.issuing_point is not None else None
    if issuing and (
        issuing.attributes_only
        or (issuing.users_only and certificate.is_ca)
        or (issuing.cas_only and not certificate.is_ca)
    ):
        return frozenset()
    own = ALL_REASONS if issuing is None else issuing.reasons
    found: set[str] = set()
    for point in (*_points(certificate), None):
        if _matches(index, issuing, point, certificate):
            found |= own & (ALL_REASONS if point is None else point.reasons)
    return frozenset(found)


def _matches(
    index: CrlIndex, issuing: _IssuingPoint | None, point: _Point | None, certificate: PathCertificate
) -> bool:
    # Section 6.3.3 (b) (1): the CRL's issuer is whom the point names, and then the CRL is an indirect one; else
    # the certificate's.
    if point is not None and point.crl_issuers:
        if not (issuing and issuing.is_indirect and index.issuer_key in map(name_key, point.crl_issuers)):
            return False
    elif index.issuer_key != certificate.issuer_key:
        return False
    # Section 6.3.3 (b) (2) (i): one name in common.
    if issuing is None or not (issuing.names or issuing.relative):
        return True
    theirs = _full(issuing.names, issuing.relative, index.issuer)
    if point is None:
        # The point that RFC 5280 supposes for a CRL that no point names.
        ours = frozenset({_directory(certificate.issuer)})
    elif point.names or point.relative:
        ours = _full(point.names, point.relative, point.crl_issuers[0] if point.crl_issuers else certificate.issuer)
    else:
        ours = frozenset(map(_directory, point.crl_issuers))
    return bool(theirs & ours)


def _full(names: _Names, relative: bytes | None, issuer: bytes) -> _Names:
    if relative is None:
        return names
    try:
        name = x509.Name.load(issuer, strict=True).copy()
        name.chosen.append(x509.RelativeDistinguishedName.load(relative))
        return names | {_directory(name.dump(force=True))}
    except (ValueError, TypeError, KeyError) as failed:
        raise DerUnreadable("no distribution point") from failed


def _directory(name: bytes) -> bytes:
    return name_key(name).encode()


def _points(certificate: PathCertificate) -> tuple[_Point, ...]:
    value = certificate.value(DISTRIBUTION_POINTS)
    return () if value is None else _points_in(value)


@lru_cache(maxsize=256)
def _points_in(value: bytes) -> tuple[_Point, ...]:
    try:
        return tuple(_point(each) for each in x509.CRLDistributionPoints.load(value, strict=True))
    except (ValueError, TypeError, KeyError) as failed:
        raise DerUnreadable("no distribution points") from failed


def _point(given: x509.DistributionPoint) -> _Point:
    names, relative = _named(given["distribution_point"])
    issuers = given["crl_issuer"]
    reasons = given["reasons"].native
    return _Point(
        names,
        relative,
        tuple(_directories(issuers)) if issuers else (),
        ALL_REASONS if reasons is None else ALL_REASONS & frozenset(reasons),
    )


def _directories(names: Sequence[x509.GeneralName]) -> Iterator[bytes]:
    for name in names:
        if name.name == "directory_name":
            yield name.chosen.chosen.dump()


@lru_cache(maxsize=256)
def _issuing_point(value: bytes) -> _IssuingPoint:
    try:
        given = crl.IssuingDistributionPoint.load(value, strict=True)
        names, relative = _named(given["distribution_point"])
        reasons = given["only_some_reasons"].native
        return _IssuingPoint(
            names,
            relative,
            users_only=bool(given["only_contains_user_certs"].native),
            cas_only=bool(given["only_contains_ca_certs"].native),
            attributes_only=bool(given["only_contains_attribute_certs"].native),
            is_indirect=bool(given["indirect_crl"].native),
            reasons=ALL_REASONS if reasons is None else ALL_REASONS & frozenset(reasons),
        )
    except (ValueError, TypeError, KeyError) as failed:
        raise DerUnreadable("no issuing distribution point") from failed


def _named(point: x509.DistributionPointName) -> tuple[_Names, bytes | None]:
    if not point:
        return frozenset(), None
    if point.name != "full_name":
        return frozenset(), point.chosen.untag().dump()
    return frozenset(
        _directory(name.chosen.chosen.dump()) if name.name == "directory_name" else name.dump() for name in point.chosen
    ), None


def read(issuing_point: bytes) -> None:
    """Look whether an IssuingDistributionPoint (DER) can be read. Raises `DerUnreadable`."""
    _issuing_point(issuing_point)
