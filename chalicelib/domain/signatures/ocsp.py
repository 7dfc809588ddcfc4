"""OCSP: asking the responder that a certificate names, where no index says; judged through certvalidator, offline."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from datetime import datetime, timedelta

from asn1crypto import algos, core, ocsp, x509
from asn1crypto.keys import PublicKeyInfo
from cryptography.exceptions import InvalidSignature
from pyhanko_certvalidator.authority import CertTrustAnchor
from pyhanko_certvalidator.context import ValidationContext
from pyhanko_certvalidator.errors import OCSPValidationError, RevokedError, ValidationError
from pyhanko_certvalidator.path import ValidationPath
from pyhanko_certvalidator.revinfo.validate_ocsp import verify_ocsp_response
from pyhanko_certvalidator.sig_validate import (
    DEFAULT_VALIDATION_CONTEXT,
    SignatureValidationContext,
    SignatureValidator,
)

from chalicelib.domain.signatures.crl_index import RevocationReason, Revoked
from chalicelib.domain.signatures.issuer_signatures import Algorithms, is_signed_by
from chalicelib.domain.signatures.path_building import Path
from chalicelib.domain.signatures.path_certificates import AUTHORITY_INFORMATION, PathCertificate, common_name
from chalicelib.domain.signatures.path_validation import NO_REVOCATION, finished
from chalicelib.domain.signatures.revocation import COMPROMISED, SKEW, Judged, Responders, Standing
from chalicelib.domain.signatures.signers import ProofKind, RevocationProof

# A certificate names one or two.
_ASKED_AT_MOST = 2
_UNREADABLE = (ValueError, TypeError, LookupError, OverflowError, AssertionError, NotImplementedError, AttributeError)


def asked(path: Path, responders: Responders, at: datetime, now: datetime) -> Judged:
    """What a responder says of the first certificate of `path` (anchor last) at `at`; without one, unknown."""
    certificate, issuer = path[0], path[1]
    try:
        request = _request(certificate, issuer)
        addresses = list(_addresses(certificate))[:_ASKED_AT_MOST]
    except _UNREADABLE:
        return Judged(Standing.UNKNOWN)
    for address in addresses:
        answer = responders.ask(address, request)
        judged = judged_by(answer, address, path, at, now) if answer is not None else None
        if judged is not None:
            return judged
    return Judged(Standing.UNKNOWN)


def judged_by(answer: bytes, address: str, path: Path, at: datetime, now: datetime) -> Judged | None:
    """What a response (DER) says; None for one that is not to be gone by.

    It must be signed by the issuer itself, or by a responder that the issuer certified for it and vouches for
    (ocsp-nocheck), and tell when the next is due.
    """
    try:
        response = ocsp.OCSPResponse.load(answer, strict=True)
        # What we asked about, and nothing else: its times are those that are looked at.
        (told,) = response.response_data["responses"]
        this_update, next_update = told["this_update"].native, told["next_update"].native
        if next_update is None or this_update > now + SKEW or next_update < now or not _is_vouched(response, path[1]):
            return None
        authority = CertTrustAnchor(path[-1].asn1)
        context = ValidationContext(
            trust_roots=[authority],
            # An issuer that signs by itself need not send its certificate along.
            other_certs=[path[1].asn1],
            ocsps=[response],
            # Within the skew of whoever signed it.
            moment=max(now, this_update),
            allow_fetching=False,
            revinfo_policy=NO_REVOCATION,
            time_tolerance=timedelta(0),
            algorithm_usage_policy=Algorithms(),
            signature_validator=_AsCertificates(),
        )
        below = [each.asn1 for each in reversed(path[:-1])]
        chain = ValidationPath(authority, below[:-1], below[-1])
        proof = RevocationProof(
            source_id=address,
            kind=ProofKind.OCSP,
            issuer=common_name(path[1].subject),
            this_update=this_update,
            next_update=next_update,
            sha256=hashlib.sha256(answer).hexdigest(),
            content=answer,
        )
        try:
            finished(verify_ocsp_response(below[-1], chain, context))
        except RevokedError as revoked:
            entry = Revoked(revoked.revocation_dt, _reason(revoked.reason.native))
            counts = entry.since <= at or entry.reason in COMPROMISED
            return Judged(Standing.REVOKED if counts else Standing.GOOD, entry, answers=(proof,))
        return Judged(Standing.GOOD, answers=(proof,))
    except (ValidationError, OCSPValidationError):
        return None
    except _UNREADABLE:
        return None


class _AsCertificates(SignatureValidator):
    """Verifies a response's signature by the rules for certificates: certvalidator would take SHA-1, and short keys."""

    def validate_signature(
        self,
        signature: bytes,
        signed_data: bytes,
        public_key_info: PublicKeyInfo,
        signature_algorithm: algos.SignedDigestAlgorithm,
        context: SignatureValidationContext = DEFAULT_VALIDATION_CONTEXT,
    ) -> None:
        """See `SignatureValidator`."""
        del context
        if not is_signed_by(public_key_info.dump(), signature_algorithm.dump(), signature, signed_data):
            raise InvalidSignature


def is_about(answer: bytes, request: bytes) -> bool:
    """Whether a response (DER) is about the certificate, by its serial, that a request of ours is about."""
    try:
        (asked_for,) = ocsp.OCSPRequest.load(request, strict=True)["tbs_request"]["request_list"]
        (told,) = ocsp.OCSPResponse.load(answer, strict=True).response_data["responses"]
        return bool(asked_for["req_cert"]["serial_number"].native == told["cert_id"]["serial_number"].native)
    except _UNREADABLE:
        return False


def _reason(name: str) -> RevocationReason:
    return RevocationReason.__members__.get(name.upper(), RevocationReason.UNSPECIFIED)


def _is_vouched(response: ocsp.OCSPResponse, issuer: PathCertificate) -> bool:
    """Whether whoever may have signed needs no revocation of their own: the issuer, or who has ocsp-nocheck.

    Each is the issuer's certificate to the byte, or bears the issuer's signature: certvalidator takes for the issuer
    whoever has its names, number and signature, whatever key stands beside them.
    """
    sent = response.basic_ocsp_response["certs"]
    return all(each.dump() == issuer.der or _is_delegate(each, issuer) for each in sent or ())


def _is_delegate(sent: x509.Certificate, issuer: PathCertificate) -> bool:
    delegate = PathCertificate(sent.dump())
    return sent.ocsp_no_check_value is not None and is_signed_by(
        issuer.spki, delegate.algorithm, delegate.signature, delegate.signed
    )


def _addresses(certificate: PathCertificate) -> Iterator[str]:
    value = certificate.value(AUTHORITY_INFORMATION)
    if value is None:
        return
    for described in x509.AuthorityInfoAccessSyntax.load(value, strict=True):
        location = described["access_location"]
        if described["access_method"].native == "ocsp" and location.name == "uniform_resource_identifier":
            yield str(location.native)


def _request(certificate: PathCertificate, issuer: PathCertificate) -> bytes:
    own = issuer.asn1
    # SHA-1 only names the issuer here; it is what every responder understands.
    identified = ocsp.CertId(
        {
            "hash_algorithm": algos.DigestAlgorithm({"algorithm": "sha1"}),
            "issuer_name_hash": own.subject.sha1,
            "issuer_key_hash": own.public_key.sha1,
            "serial_number": core.Integer(int.from_bytes(certificate.serial, "big", signed=True)),
        }
    )
    asked_for = ocsp.Requests([ocsp.Request({"req_cert": identified})])
    content: bytes = ocsp.OCSPRequest({"tbs_request": ocsp.TBSRequest({"request_list": asked_for})}).dump()
    return content
