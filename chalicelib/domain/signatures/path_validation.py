"""One path by RFC 5280, section 6.1, through pyhanko-certvalidator: offline, to a pinned anchor, revocation apart."""

from __future__ import annotations

from collections.abc import Coroutine
from datetime import datetime, timedelta
from functools import lru_cache
from itertools import pairwise
from typing import Any

from asn1crypto.algos import SignedDigestAlgorithm
from asn1crypto.keys import PublicKeyInfo
from pyhanko_certvalidator.authority import CertTrustAnchor
from pyhanko_certvalidator.context import ValidationContext
from pyhanko_certvalidator.errors import ExpiredError, NotYetValidError, ValidationError
from pyhanko_certvalidator.path import ValidationPath
from pyhanko_certvalidator.policy_decl import (
    CertRevTrustPolicy,
    PKIXValidationParams,
    RevocationCheckingPolicy,
    RevocationCheckingRule,
)
from pyhanko_certvalidator.sig_validate import (
    DEFAULT_VALIDATION_CONTEXT,
    SignatureValidationContext,
    SignatureValidator,
)
from pyhanko_certvalidator.validate import async_validate_path

from chalicelib.domain.signatures import path_certificates
from chalicelib.domain.signatures.issuer_signatures import Algorithms, is_signed_by
from chalicelib.domain.signatures.path_building import Path
from chalicelib.domain.signatures.report import Reason
from chalicelib.domain.signatures.strict_der import (
    OID,
    SEQUENCE,
    DerUnreadable,
    children,
    expect,
    whole,
)
from chalicelib.domain.signatures.trust import PathPolicies

# Our own revocation is judged over indexes, once the path is known to be one.
NO_REVOCATION = CertRevTrustPolicy(
    RevocationCheckingPolicy(RevocationCheckingRule.NO_CHECK, RevocationCheckingRule.NO_CHECK)
)
_ANY_POLICY = bytes.fromhex("551d2000")
# 2.16.356.100.2: India's classes.
_CLASSES = bytes.fromhex("6082646402")


def validated(path: Path, at: datetime, policies: PathPolicies) -> Reason | None:
    """Why a path (leaf first, anchor last) is none at this instant; None where it is one."""
    anchor = path[-1]
    wrong = _wrong_date(anchor, at)
    if wrong is not None or not _is_signed(path):
        return wrong or Reason.CHAIN_INVALID
    try:
        authority = CertTrustAnchor(anchor.asn1)
        context = ValidationContext(
            trust_roots=[authority],
            moment=at,
            allow_fetching=False,
            revinfo_policy=NO_REVOCATION,
            time_tolerance=timedelta(0),
            algorithm_usage_policy=Algorithms(),
            signature_validator=_VerifiedBefore(),
        )
        below = [certificate.asn1 for certificate in reversed(path[:-1])]
        wanted = PKIXValidationParams(
            user_initial_policy_set=policies.initial_set,
            initial_policy_mapping_inhibit=policies.inhibit_mapping,
            initial_explicit_policy=policies.explicit,
            initial_any_policy_inhibit=policies.inhibit_any,
        )
        chain = ValidationPath(authority, below[:-1], below[-1])
        finished(async_validate_path(context, chain, parameters=wanted))
    except ExpiredError:
        return Reason.CERTIFICATE_EXPIRED
    except NotYetValidError:
        return Reason.CERTIFICATE_NOT_YET_VALID
    except ValidationError:
        return Reason.CHAIN_INVALID
    except (ValueError, TypeError, LookupError, AttributeError, OverflowError, AssertionError, NotImplementedError):
        # asn1crypto reads what it is asked for, when it is asked: a malformed extension comes to light here.
        return Reason.CHAIN_INVALID
    return None


def _wrong_date(anchor: path_certificates.PathCertificate, at: datetime) -> Reason | None:
    if anchor.not_before <= at <= anchor.not_after:
        return None
    return Reason.CERTIFICATE_EXPIRED if at > anchor.not_after else Reason.CERTIFICATE_NOT_YET_VALID


def _is_signed(path: Path) -> bool:
    """Whether each certificate of a path bears the signature of the next, over the bytes that came.

    Looked at here, certificate by certificate: asn1crypto writes anew what it has read, where it thinks that changed (a
    certificate with an issuerUniqueID, once it was hashed), and such bytes nobody signed. From the anchor down, as
    what an attacker made stands below.
    """
    return all(
        is_signed_by(issuer.spki, certificate.algorithm, certificate.signature, certificate.signed)
        for issuer, certificate in pairwise(reversed(path))
    )


class _VerifiedBefore(SignatureValidator):
    """Certvalidator's question after each signature of a path, which `_is_signed` has answered before it is asked."""

    def validate_signature(
        self,
        signature: bytes,
        signed_data: bytes,
        public_key_info: PublicKeyInfo,
        signature_algorithm: SignedDigestAlgorithm,
        context: SignatureValidationContext = DEFAULT_VALIDATION_CONTEXT,
    ) -> None:
        """See `SignatureValidator`."""
        del signature, signed_data, public_key_info, signature_algorithm, context


def finished(work: Coroutine[Any, Any, object]) -> None:
    """Runs what never waits, as nothing is fetched, without an event loop; raises what it raises."""
    try:
        work.send(None)
    except StopIteration:
        return
    work.close()
    raise AssertionError("path validation waited for something")


# Extensions that a chain may have and still be remembered: their whole effect on a leaf is looked at there.
_SIMPLE_CRITICAL = {
    path_certificates.KEY_USAGE,
    path_certificates.BASIC_CONSTRAINTS,
    path_certificates.POLICIES,
    path_certificates.EXTENDED_KEY_USAGE,
    path_certificates.SUBJECT_ALT_NAME,
    path_certificates.DISTRIBUTION_POINTS,
    path_certificates.KEY_IDENTIFIER,
    path_certificates.AUTHORITY_KEY_IDENTIFIER,
}
_NEVER_SIMPLE = (
    path_certificates.NAME_CONSTRAINTS,
    path_certificates.POLICY_MAPPINGS,
    path_certificates.POLICY_CONSTRAINTS,
    path_certificates.INHIBIT_ANY_POLICY,
)


def is_simple(certificate: path_certificates.PathCertificate) -> bool:
    """Whether a certificate has nothing that changes what the path below it must be, or that we do not know."""
    return not any(oid in certificate.extensions for oid in _NEVER_SIMPLE) and all(
        oid in _SIMPLE_CRITICAL for oid, (critical, _) in certificate.extensions.items() if critical
    )


def leaf_policies(path: Path) -> frozenset[str]:
    """The leaf's policies (dotted), less those that an issuer on the path may not vouch for.

    India's CA certificates name the arc of all classes, which is no policy of RFC 5280's processing: where an issuer
    names anything of that arc, it vouches for that and for what is below it alone.
    """
    own = policies_of(path[0])
    for issuer in path[1:-1]:
        allowed = policies_of(issuer)
        if _ANY_POLICY in allowed or not any(_is_below(each, _CLASSES) for each in allowed):
            continue
        own = frozenset(
            policy
            for policy in own
            if not _is_below(policy, _CLASSES) or any(_is_below(policy, each) for each in allowed)
        )
    return frozenset(map(_dotted, own))


def _is_below(policy: bytes, arc: bytes) -> bool:
    # Whole arcs only: an octet of an arc that goes on has its highest bit set, its last has not.
    return policy.startswith(arc)


def policies_of(certificate: path_certificates.PathCertificate) -> frozenset[bytes]:
    """The policies that a certificate asserts: their OIDs' content. Raises `DerUnreadable`."""
    value = certificate.value(path_certificates.POLICIES)
    return frozenset() if value is None else _policies_in(value)


@lru_cache(maxsize=256)
def _policies_in(value: bytes) -> frozenset[bytes]:
    found = set()
    for tag, _, inside, after in children(value, *whole(value, SEQUENCE)):
        if tag != SEQUENCE:
            raise DerUnreadable("no policies")
        start, stop = expect(value, inside, after, OID)
        found.add(value[start:stop])
    return frozenset(found)


def _dotted(oid: bytes) -> str:
    arcs, number = [], 0
    for octet in oid:
        number = number << 7 | octet & 0x7F
        if octet < 0x80:  # noqa: PLR2004 - the arc's last octet
            arcs.append(number)
            number = 0
    first = min(arcs[0] // 40, 2) if arcs else 0
    return ".".join(map(str, [first, (arcs[0] if arcs else 0) - 40 * first, *arcs[1:]]))
