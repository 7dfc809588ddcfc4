"""The report: what a validation found, aspect by aspect, each with a stable reason.

It says what a person must do next; never a bare yes or no. A reason's sentence is the catalogue's `signature.<reason>`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Aspect(StrEnum):
    """What is looked at, in this order; the first that fails decides."""

    INTACT = "intact"
    SIGNER = "signer"
    CHAIN = "chain"
    POLICY = "policy"
    REVOCATION = "revocation"
    BINDING = "binding"


class Verdict(StrEnum):
    """What was found of an aspect. `unknown` is neither: it waits, and never passes."""

    HOLDS = "holds"
    FAILS = "fails"
    UNKNOWN = "unknown"
    NOT_REACHED = "not_reached"


class Reason(StrEnum):
    """Why; stable, clients may rely on it."""

    # What holds.
    HOLDS = "holds"
    NOT_REACHED = "not_reached"
    # Intact: the signature's own form and mathematics.
    TOO_LARGE = "too_large"
    UNREADABLE = "unreadable"
    TRAILING_BYTES = "trailing_bytes"
    NOT_SIGNED_DATA = "not_signed_data"
    NOT_DETACHED = "not_detached"
    NO_SIGNER = "no_signer"
    SEVERAL_SIGNERS = "several_signers"
    TOO_MANY_CERTIFICATES = "too_many_certificates"
    ATTRIBUTES_MISSING = "attributes_missing"
    ATTRIBUTES_DOUBLED = "attributes_doubled"
    ATTRIBUTES_UNREADABLE = "attributes_unreadable"
    CONTENT_TYPE_WRONG = "content_type_wrong"
    ANOTHER_DOCUMENT = "another_document"
    ALGORITHM_NOT_ALLOWED = "algorithm_not_allowed"
    ALGORITHMS_DIFFER = "algorithms_differ"
    KEY_TOO_WEAK = "key_too_weak"
    SIGNATURE_WRONG = "signature_wrong"
    # Signer: which certificate signed.
    SIGNER_CERTIFICATE_MISSING = "signer_certificate_missing"
    SIGNER_CERTIFICATE_AMBIGUOUS = "signer_certificate_ambiguous"
    SIGNER_CERTIFICATE_UNREADABLE = "signer_certificate_unreadable"
    SIGNING_CERTIFICATE_DIFFERS = "signing_certificate_differs"
    SIGNED_OUTSIDE_CHALLENGE = "signed_outside_challenge"
    # Chain: from the certificate to a pinned anchor.
    ISSUER_UNKNOWN = "issuer_unknown"
    CHAIN_INVALID = "chain_invalid"
    CERTIFICATE_EXPIRED = "certificate_expired"
    CERTIFICATE_NOT_YET_VALID = "certificate_not_yet_valid"
    # Policy: what we demand of the certificate.
    KEY_USAGE_NOT_SIGNING = "key_usage_not_signing"
    CLASS_NOT_ACCEPTED = "class_not_accepted"
    KIND_NOT_ACCEPTED = "kind_not_accepted"
    # Revocation.
    REVOKED = "revoked"
    ISSUER_REVOKED = "issuer_revoked"
    REVOCATION_UNKNOWN = "revocation_unknown"
    # Binding: whether this certificate may sign this, for this person and IEC.
    NOT_OF_THIS_IEC = "not_of_this_iec"
    NOT_THE_LINKED_SIGNER = "not_the_linked_signer"
    # Aadhaar e-Sign: the provider's answer.
    ESIGN_CANCELLED = "esign_cancelled"
    ESIGN_FAILED = "esign_failed"
    ESIGN_PENDING = "esign_pending"
    ESIGN_RESPONSE_UNREADABLE = "esign_response_unreadable"
    ESIGN_PROVIDER_SIGNATURE_WRONG = "esign_provider_signature_wrong"
    ESIGN_NOT_OURS = "esign_not_ours"
    ESIGN_CLOCK_OFF = "esign_clock_off"
    ESIGN_TOO_LATE = "esign_too_late"
    ESIGN_DOCUMENTS_DIFFER = "esign_documents_differ"


class Kind(StrEnum):
    """What kind of certificate signed."""

    INDIVIDUAL = "individual"
    ORGANISATION = "organisation"
    # Names an IEC in its subject.
    IEC = "iec"
    EKYC = "ekyc"


@dataclass(frozen=True, slots=True)
class Finding:
    """What was found of one aspect."""

    aspect: Aspect
    verdict: Verdict
    reason: Reason


@dataclass(frozen=True, slots=True)
class SignerShown:
    """The certificate as its holder may see it. `fingerprint` is SHA-256 of the DER, hex; times are UTC."""

    common_name: str
    organisation: str
    kind: Kind | None
    issuer: str
    serial_number: str
    fingerprint: str
    not_before: datetime
    not_after: datetime

    def __repr__(self) -> str:
        return f"SignerShown({self.fingerprint[:12]!r})"


class Outcome(StrEnum):
    """What follows from a report."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    WAITS = "waits"


@dataclass(frozen=True, slots=True)
class Report:
    """What one validation found: each aspect once, in `Aspect`'s order. Times are aware UTC.

    `signed_at` is the signing time that the signature claims; `document_sha256` (hex) what it had to be over.
    """

    findings: tuple[Finding, ...]
    checked_at: datetime
    document_sha256: str
    signer: SignerShown | None = None
    signed_at: datetime | None = None

    @property
    def outcome(self) -> Outcome:
        """Accepted only where every aspect holds; a failure outweighs what is unknown."""
        verdicts = {finding.verdict for finding in self.findings}
        if verdicts == {Verdict.HOLDS} and len(self.findings) == len(Aspect):
            return Outcome.ACCEPTED
        return Outcome.WAITS if Verdict.UNKNOWN in verdicts and Verdict.FAILS not in verdicts else Outcome.REFUSED

    @property
    def decisive(self) -> Finding | None:
        """The finding that a person is told first; None where all hold."""
        for verdict in (Verdict.FAILS, Verdict.UNKNOWN):
            for finding in self.findings:
                if finding.verdict is verdict:
                    return finding
        return None


def report(
    findings: tuple[Finding, ...],
    checked_at: datetime,
    document_sha256: str,
    signer: SignerShown | None = None,
    signed_at: datetime | None = None,
) -> Report:
    """A report of these findings, in `Aspect`'s order; an aspect that none is about was not reached."""
    of = {finding.aspect: finding for finding in findings}
    every = tuple(of.get(each, Finding(each, Verdict.NOT_REACHED, Reason.NOT_REACHED)) for each in Aspect)
    return Report(every, checked_at, document_sha256, signer, signed_at)


def holds(aspect: Aspect) -> Finding:
    """The finding that an aspect holds."""
    return Finding(aspect, Verdict.HOLDS, Reason.HOLDS)


def fails(aspect: Aspect, reason: Reason) -> Finding:
    """The finding that an aspect fails."""
    return Finding(aspect, Verdict.FAILS, reason)
