"""Checks the evidence of a signature offline: `python -m infra.evidence verify FILE`.

FILE is what `GET /signings/{signing_id}/evidence` gives. Nothing is fetched: the signature is judged once more, by the
same rules, at the instant at which it was judged, over what the file holds. It proves that the file is whole; that the
signature is over the document; that the certificate led to an anchor whose SHA-256 is pinned in this program; that the
CRLs and OCSP responses of that time, signed by their issuers, did not name it; and that the report says the same.
Whether the person was entitled to sign for the IEC rests on records that are not in the file; the file tells what was
found.

A CRL that was too large for the file is named by its SHA-256: give it with --crl. It lies in the documents bucket, as
crls/<SHA-256>. --anchors names a directory of certificates to trust in place of the pinned ones (a test authority's).
--sha256 is the hash that the audit holds for this evidence: who could make a file anew could not put its hash into the
audit.

Exits with 0 where all is proved, 1 where something is wrong, 3 where nothing is wrong and a CRL is missing.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import hmac
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from chalicelib.adapters import signature_policy
from chalicelib.domain.limits import IST
from chalicelib.domain.signatures import cms, crl_index, documents_to_sign, ocsp, refreshing
from chalicelib.domain.signatures.binding import kinds_for
from chalicelib.domain.signatures.crl_index import CrlIndex
from chalicelib.domain.signatures.crl_reading import CrlRefused
from chalicelib.domain.signatures.esign.validators import EsignSignatures
from chalicelib.domain.signatures.evidence import Evidence, EvidenceUnreadable, opened
from chalicelib.domain.signatures.paths import Paths
from chalicelib.domain.signatures.report import Aspect, Finding, Kind, Reason, Report, Verdict
from chalicelib.domain.signatures.revocation import CrlSource, Revocation
from chalicelib.domain.signatures.signers import Demand, ProofKind, RevocationProof, Validated
from chalicelib.domain.signatures.signings import Purpose, SignatureMethod
from chalicelib.domain.signatures.trust import PINNED_ANCHORS, Trust, certificate_of, fingerprint
from chalicelib.domain.signatures.unfit import Unfit
from chalicelib.domain.signatures.validation import Validator

PROVED, WRONG, NOT_ALL = 0, 1, 3
_TITLES = {ProofKind.CRL_INDEX: "CRL", ProofKind.OCSP: "OCSP response"}
_LEFT_OUT = Finding(Aspect.REVOCATION, Verdict.NOT_REACHED, Reason.NOT_REACHED)


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found: lines to print, what is wrong (() where nothing is), and the SHA-256 of CRLs to be given."""

    lines: tuple[str, ...]
    wrong: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()

    @property
    def exit_code(self) -> int:
        """What the command ends with."""
        return WRONG if self.wrong else NOT_ALL if self.missing else PROVED


def checked(bundle: bytes, crls: Sequence[bytes], anchors: frozenset[str], sha256: str | None = None) -> Checked:
    """Check a bundle. `anchors` are the SHA-256 (hex) of certificates that are trusted; `crls` are DER."""
    digest = hashlib.sha256(bundle).hexdigest()
    lines = [f"SHA-256 of the file: {digest}"]
    if sha256 is not None and not hmac.compare_digest(digest, sha256.lower()):
        return Checked(tuple(lines), ("the file is not the one whose hash was given",))
    try:
        evidence = opened(bundle)
    except EvidenceUnreadable as unreadable:
        return Checked(tuple(lines), (str(unreadable),))
    held = {hashlib.sha256(content).hexdigest(): content for content in crls}
    kinds = _kinds(evidence)
    if not kinds:
        return Checked(tuple(lines), ("the manifest names a purpose or a way to sign that there is not",))
    contents = [(proof, proof.content or held.get(proof.sha256)) for proof in evidence.proofs]
    missing = tuple(proof.sha256 for proof, content in contents if content is None)
    judged = _judged_again(evidence, [(proof, content) for proof, content in contents if content], anchors, kinds)
    wrong = [*_wrong_in(evidence, judged, contents, anchors, is_complete=not missing)]
    return Checked((*lines, *_told(evidence)), tuple(wrong), missing)


def _judged_again(
    evidence: Evidence,
    proofs: Sequence[tuple[RevocationProof, bytes]],
    anchors: frozenset[str],
    kinds: frozenset[Kind],
) -> Validated:
    """The signature judged as it was: at the same instant, over the chain, the CRLs and the answers at hand."""
    now = evidence.report.checked_at
    trusted = tuple(der for der in evidence.chain if fingerprint(der) in anchors)
    trust = Trust(trusted, tuple(der for der in evidence.chain[1:] if der not in trusted))
    crls = [(proof, content) for proof, content in proofs if proof.kind is ProofKind.CRL_INDEX]
    answers = [(proof, content) for proof, content in proofs if proof.kind is ProofKind.OCSP]
    sources = tuple(CrlSource(proof.source_id, "", proof.issuer) for proof, _ in crls)
    indexes = _indexes(crls, sources, Paths(trust, Revocation((), _Kept({}))), now)
    paths = Paths(trust, Revocation(sources, _Kept(indexes), _Answered(answers)), remembers=False)
    validator = Validator(paths, signature_policy.configured())
    bound = evidence.report.findings[-1]
    document = hashlib.sha256(evidence.document).digest()
    demand = Demand(document, evidence.not_before, evidence.not_after, kinds, lambda _: bound)
    if evidence.method == SignatureMethod.ESIGN.value:
        signed_at = evidence.report.signed_at
        if signed_at and evidence.chain and not _is_cms(evidence.signature):
            # A provider's bare RSA signature: the time of it is the provider's, in its answer.
            return EsignSignatures(validator).raw_rsa(evidence.signature, evidence.chain[0], signed_at, demand, now)
        return validator.esign(evidence.signature, demand, now)
    return validator.dsc(evidence.signature, evidence.document, demand, now)


@dataclass(frozen=True, slots=True)
class _Kept:
    """`revocation.Indexes` made of the CRLs at hand."""

    by_source: Mapping[str, CrlIndex]

    def current(self, source: CrlSource, now: datetime) -> CrlIndex | None:
        """See `revocation.Indexes`."""
        del now
        return self.by_source.get(source.source_id)


@dataclass(frozen=True, slots=True)
class _Answered:
    """`revocation.Responders` that say what they said then."""

    answers: Sequence[tuple[RevocationProof, bytes]]

    def ask(self, url: str, request: bytes) -> bytes | None:
        """See `revocation.Responders`."""
        at_it = (content for proof, content in self.answers if proof.source_id == url)
        return next((content for content in at_it if ocsp.is_about(content, request)), None)


def _is_cms(signature: bytes) -> bool:
    try:
        cms.read(signature)
    except Unfit:
        return False
    return True


def _kinds(evidence: Evidence) -> frozenset[Kind]:
    """The kinds of certificate that would do, by what the manifest says; none where it says nothing that there is."""
    try:
        return kinds_for(Purpose(evidence.purpose), SignatureMethod(evidence.method))
    except ValueError:
        return frozenset()


def _indexes(
    crls: Sequence[tuple[RevocationProof, bytes]], sources: Sequence[CrlSource], paths: Paths, now: datetime
) -> dict[str, CrlIndex]:
    """An index of each CRL that its issuer has signed."""
    made = {}
    for (proof, content), source in zip(crls, sources, strict=True):
        try:
            crl, signers = refreshing.checked(content, source, paths, now)
            index = b"".join(crl_index.made(crl, proof.sha256, [signer.der for signer in signers]).pieces)
        except CrlRefused:
            continue
        made[source.source_id] = CrlIndex(index, source.source_id, hashlib.sha256(index).hexdigest())
    return made


def _wrong_in(
    evidence: Evidence,
    judged: Validated,
    proofs: Sequence[tuple[RevocationProof, bytes | None]],
    anchors: frozenset[str],
    *,
    is_complete: bool,
) -> Iterator[str]:
    if not evidence.chain or fingerprint(evidence.chain[-1]) not in anchors:
        yield "the chain does not end at a certificate that is trusted here"
    for proof, content in proofs:
        if content is not None and hashlib.sha256(content).hexdigest() != proof.sha256:
            yield f"the {_TITLES[proof.kind]} of {proof.issuer} is not the one that the evidence names"
    if is_complete:
        yield from _differing(evidence.report, judged.report)
    else:
        # What rests on the missing CRLs is left out of the comparison; the rest must hold.
        yield from _differing(_without_revocation(evidence.report), _without_revocation(judged.report))
    if judged.chain and judged.chain != evidence.chain:
        yield "the chain in the file is not the one that the certificate has"
    if not _is_response_of(evidence):
        yield "the provider's answer does not hold this signature"
    if not _tells_its_purpose(evidence):
        yield "the document is for another purpose than the manifest says"


def _differing(then: Report, now: Report) -> Iterator[str]:
    """What the report says otherwise than the signature judged again, or says that does not hold."""
    for told, found in zip(then.findings, now.findings, strict=True):
        if found != told:
            yield f"{told.aspect.value}: the report says {_said(told)}, and it is {_said(found)}"
        elif told.verdict is not Verdict.HOLDS and told != _LEFT_OUT:
            yield f"{told.aspect.value}: {_said(told)}"
    if (then.signer, then.signed_at, then.document_sha256) != (now.signer, now.signed_at, now.document_sha256):
        yield "the report tells of another signer, time or document than the signature"


def _without_revocation(report: Report) -> Report:
    kept = tuple(_LEFT_OUT if finding.aspect is Aspect.REVOCATION else finding for finding in report.findings)
    return Report(kept, report.checked_at, report.document_sha256, report.signer, report.signed_at)


def _is_response_of(evidence: Evidence) -> bool:
    """Whether the provider's answer, where there is one, holds the signature. Its own signature is not looked at."""
    if evidence.esign_response is None:
        return evidence.method != SignatureMethod.ESIGN.value
    return base64.b64encode(evidence.signature) in b"".join(evidence.esign_response.split())


def _tells_its_purpose(evidence: Evidence) -> bool:
    text = evidence.document.decode("utf-8", errors="replace")
    known = [purpose for purpose in Purpose if purpose.value == evidence.purpose]
    return any(titles[purpose] in text for titles in documents_to_sign.TITLES.values() for purpose in known)


def _said(finding: Finding) -> str:
    return f"{finding.verdict.value} ({finding.reason.value})"


def _told(evidence: Evidence) -> Iterator[str]:
    report, signer = evidence.report, evidence.report.signer
    yield f"signing {evidence.signing_id}, for {evidence.purpose}, by {evidence.method}"
    if signer is not None:
        yield f"signed by {signer.common_name}, certificate {signer.serial_number} of {signer.issuer}"
        yield f"certificate's SHA-256: {signer.fingerprint}"
    yield f"signed at {_instant(report.signed_at)}, judged at {_instant(report.checked_at)}"
    for proof in evidence.proofs:
        yield f"{_TITLES[proof.kind]} of {proof.issuer}: from {_instant(proof.this_update)}, SHA-256 {proof.sha256}"


def _instant(moment: datetime | None) -> str:
    return f"{moment.astimezone(IST):%d-%m-%Y %H:%M:%S} IST" if moment else "no time"


def _plain(line: str) -> str:
    """A line without what a terminal would obey: a file may have been made by anybody."""
    return "".join(sign if sign.isprintable() else "?" for sign in line)


def _anchors_in(directory: Path) -> frozenset[str]:
    return frozenset(fingerprint(certificate_of(path.read_bytes())) for path in sorted(directory.iterdir()))


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the command; 0 where all is proved."""
    asked = argparse.ArgumentParser(
        prog="python -m infra.evidence", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    command = asked.add_subparsers(dest="command", required=True).add_parser("verify", help="check one file")
    command.add_argument("file", type=Path, help="the evidence (.zip)")
    command.add_argument("--crl", type=Path, action="append", default=[], help="a CRL (DER) that the evidence names")
    command.add_argument("--anchors", type=Path, help="a directory of certificates to trust in place of the pinned")
    command.add_argument("--sha256", help="the hash of this evidence in the audit")
    given = asked.parse_args(arguments)
    try:
        anchors = _anchors_in(given.anchors) if given.anchors else frozenset(PINNED_ANCHORS)
        found = checked(given.file.read_bytes(), [crl.read_bytes() for crl in given.crl], anchors, given.sha256)
    except (OSError, ValueError) as failed:
        asked.error(str(failed))
    for line in found.lines:
        print(_plain(line))
    for wrong in found.wrong:
        print(f"WRONG: {_plain(wrong)}", file=sys.stderr)
    for sha256 in found.missing if not found.wrong else ():
        print(f"MISSING: the CRL with the SHA-256 {sha256}; give it with --crl", file=sys.stderr)
    print(
        {PROVED: "All of it is proved.", WRONG: "Not proved.", NOT_ALL: "Proved but for revocation."}[found.exit_code]
    )
    return found.exit_code


if __name__ == "__main__":
    sys.exit(main())
