"""What the routes of signings take and give: bodies and views."""

from __future__ import annotations

from dataclasses import dataclass

from chalicelib.domain.refusals import FieldProblem
from chalicelib.domain.signatures import documents_to_sign, transitions
from chalicelib.domain.signatures.desk import SIGNATURE_AT_MOST
from chalicelib.domain.signatures.report import Finding, Report, SignerShown
from chalicelib.domain.signatures.signings import EsignTransaction, SignatureMethod, Signing, SigningStatus
from chalicelib.handlers.bodies import confirmed, optional, sent_file
from chalicelib.handlers.problems import instant
from chalicelib.suite import suite
from chalicelib.web.texts import text

# A signature of the longest kind, and what JSON and its escapes add.
BODY_AT_MOST = 96 * 1024


def _signature(value: str) -> bytes:
    """What was handed in, as it came: the step that judges it reads it."""
    if not value.strip():
        raise FieldProblem("required")
    try:
        return value.strip().encode("ascii")
    except UnicodeEncodeError:
        raise FieldProblem("bad_characters") from None


def _provider(value: str) -> str:
    if not value.strip():
        raise FieldProblem("required")
    return value.strip()


@dataclass(frozen=True, slots=True)
class SignatureBody:
    """A signature over the document."""

    signature: bytes = sent_file(
        _signature, "A detached CMS signature (`.p7s`), base64 or PEM.", "MIIG…", at_most=SIGNATURE_AT_MOST
    )


@dataclass(frozen=True, slots=True)
class EsignBody:
    """The person's consent to e-Sign."""

    consent: bool = confirmed("Must be true: the person agrees to the provider's asking UIDAI for their name.")
    provider: str | None = optional(_provider, "The provider; left out, the preferred one.", "laptop")


@dataclass(frozen=True, slots=True)
class SignerView:
    """The certificate that signed. `kind` is `individual`, `organisation`, `iec` or `ekyc`."""

    common_name: str
    organisation: str
    kind: str | None
    issuer: str
    serial_number: str
    fingerprint: str
    not_before: str
    not_after: str


@dataclass(frozen=True, slots=True)
class FindingView:
    """What was found of one aspect, in the reader's language; `reason` is stable."""

    aspect: str
    verdict: str
    reason: str
    text: str


@dataclass(frozen=True, slots=True)
class ReportView:
    """What the last judgement found: each aspect once, in the order in which they are looked at."""

    outcome: str
    signed_at: str | None
    checked_at: str
    signer: SignerView | None
    findings: list[FindingView]


@dataclass(frozen=True, slots=True)
class EsignView:
    """The form that the browser posts to the eSign provider."""

    provider: str
    action: str
    encoding: str
    fields: dict[str, str]
    expires_at: str


@dataclass(frozen=True, slots=True)
class WhyView:
    """Why a signing ended whose signature was good, or could not be judged."""

    code: str
    text: str


@dataclass(frozen=True, slots=True)
class SigningView:
    """One document to sign, and how it stands. `document` is exactly what is to be signed, in UTF-8."""

    signing_id: str
    purpose: str
    status: str
    methods: list[str]
    document: str
    document_sha256: str
    file_name: str
    created_at: str
    expires_at: str
    attempts_left: int
    report: ReportView | None
    esign: EsignView | None
    why: WhyView | None
    has_evidence: bool


@dataclass(frozen=True, slots=True)
class EvidenceView:
    """Where the evidence can be downloaded, and its SHA-256 (hex)."""

    url: str
    expires_at: str
    sha256: str


def signing_view(signing: Signing, language: str) -> SigningView:
    """A signing as its owner sees it at this moment."""
    status = transitions.status_at(signing, suite().clock())
    is_at_provider = status is SigningStatus.AT_ESIGN_PROVIDER
    return SigningView(
        signing_id=signing.signing_id,
        purpose=signing.purpose.value,
        status=status.value,
        methods=[method.value for method in signing.methods if _is_offered(method)],
        document=signing.document,
        document_sha256=signing.document_sha256,
        file_name=documents_to_sign.file_name_of(signing.nonce),
        created_at=instant(signing.created_at),
        expires_at=instant(signing.expires_at),
        attempts_left=0 if status is SigningStatus.EXPIRED else transitions.attempts_left(signing),
        report=report_view(signing.report, language) if signing.report else None,
        esign=_esign_view(signing.esign) if signing.esign and is_at_provider else None,
        why=WhyView(signing.why, text(language, f"refusal.{signing.why}.detail")) if signing.why else None,
        has_evidence=signing.evidence is not None,
    )


def _is_offered(method: SignatureMethod) -> bool:
    """Whether a method can be used here: e-Sign needs a provider that is switched on."""
    return method is not SignatureMethod.ESIGN or bool(suite().esign_providers.profiles)


def report_view(report: Report, language: str) -> ReportView:
    """A report in the reader's language."""
    return ReportView(
        outcome=report.outcome.value,
        signed_at=instant(report.signed_at) if report.signed_at else None,
        checked_at=instant(report.checked_at),
        signer=_signer_view(report.signer) if report.signer else None,
        findings=[_finding_view(finding, language) for finding in report.findings],
    )


def _finding_view(finding: Finding, language: str) -> FindingView:
    return FindingView(
        aspect=finding.aspect.value,
        verdict=finding.verdict.value,
        reason=finding.reason.value,
        text=text(language, f"signature.{finding.reason.value}"),
    )


def _signer_view(signer: SignerShown) -> SignerView:
    return SignerView(
        common_name=signer.common_name,
        organisation=signer.organisation,
        kind=signer.kind.value if signer.kind else None,
        issuer=signer.issuer,
        serial_number=signer.serial_number,
        fingerprint=signer.fingerprint,
        not_before=instant(signer.not_before),
        not_after=instant(signer.not_after),
    )


def _esign_view(transaction: EsignTransaction) -> EsignView:
    return EsignView(
        provider=transaction.provider,
        action=transaction.action,
        encoding=transaction.encoding,
        fields=dict(transaction.fields),
        expires_at=instant(transaction.expires_at),
    )
